"""Deskbell beside a plain agent loop: the same question, the same shop, the same model server, in one run.

The plain loop is LangChain's `create_agent` with four tools, called one after another before the answer: five model calls.
Every model call takes 400 ms, every answer of the shop 100 ms; no debounce on either side. Tokens are counted with o200k_base
over what was really sent and answered.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from bpe_openai import get_encoding
from langchain.agents import create_agent
from langchain.chat_models import init_chat_model
from langchain_core.messages import HumanMessage
from langchain_core.tools import StructuredTool

from evals.bench.figures import Spread
from evals.bench.house import SHOP, House, open_house
from evals.bench.outside import ROOT, Ports, free_ports, model_requests, outside, script_model

MODEL_S, SHOP_S = 0.4, 0.1
RUNS = 12
EMAIL, NAME, ASKED = "ana.torres@example.com", "#1042", "Can I change the size of my last order?"
TOKENIZER = "o200k_base"
OPERATIONS = ROOT / "shop" / "shopify" / "operations"
PROMPT = (Path(__file__).parent / "plain_loop.md").read_text("utf-8")
READING = {
    "wishes": [
        {
            "intent": "change_item",
            "second": "change_item",
            "confidence": 0.96,
            "order": "last",
            "order_value": "",
            "line": "none",
            "line_value": "",
            "option": "size",
            "value": "",
            "quantity": 0,
            "direction": "none",
        }
    ],
    "answer": "none",
    "chosen": 0,
    "language": "en",
    "mood": "calm",
}
ANSWER = (
    "Yes, the linen shirt in your order #1042 can still be changed to another size until 15:25 today; the canvas totes can be changed too. "
    "Please open your order in the Customer Hub to choose the new size: https://northbay.example.com/orders/1042"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    name: str
    seconds: Spread
    tokens: Spread
    calls: float
    shop_queries: float

    def line(self) -> str:
        low, middle, high = (value * 1000 for value in (self.seconds.values[0], self.seconds.median, self.seconds.values[-1]))
        calls = f"model calls {self.calls:.0f}   shop queries {self.shop_queries:.0f}"
        return f"{self.name:<34} to the card p50 {middle:>6,.0f} ms ({low:,.0f}–{high:,.0f})   tokens {self.tokens.median:>6,.0f}   {calls}"


async def measure(runs: int = RUNS) -> list[str]:
    """The printed lines: two rows of Deskbell, the plain loop, and the ratios."""
    async with outside(free_ports(), shop_latency_s=SHOP_S, model_latency_s=MODEL_S) as ports:
        async with open_house(ports) as house:
            sure = await _deskbell(ports, house, "Deskbell, built-in reader sure", runs)
        await script_model(ports, [], {"content": READING})
        async with open_house(ports, model="openai:bench", forced=True) as house:
            forced = await _deskbell(ports, house, "Deskbell, model reader forced", runs)
        plain = await _plain_loop(ports, runs)
    faster = plain.seconds.median / forced.seconds.median
    fewer = plain.tokens.median / max(forced.tokens.median, 1)
    delays = f"model {MODEL_S * 1000:.0f} ms a call, shop {SHOP_S * 1000:.0f} ms, no debounce"
    head = f"one question to the card; {delays}; tokens by {TOKENIZER}; n {runs} each"
    ratios = f"forced row against the plain loop: {faster:.1f} × faster (goal ≥ 3), {fewer:.1f} × fewer tokens (goal ≥ 4)"
    return [head, sure.line(), forced.line(), plain.line(), ratios]


async def _deskbell(ports: Ports, house: House, name: str, runs: int) -> Row:
    seconds, tokens, queries, calls = [], [], [], []
    await (await house.shopper(EMAIL)).ask(ASKED)  # connections and tokens; not counted
    for _ in range(runs):
        shopper = await house.shopper(EMAIL)
        house.answered.clear()
        before = len(await model_requests(ports))
        took, messages = await shopper.ask(ASKED)
        kinds = [block["kind"] for message in messages for block in message["blocks"]]
        if "order_card" not in kinds:
            raise RuntimeError(f"no card came: {messages}")
        asked = (await model_requests(ports))[before:]
        result = house.answered[-1].result
        seconds.append(took)
        tokens.append(float(sum(_tokens(each["body"], READING) for each in asked)))
        queries.append(float(result.meter.queries))
        calls.append(float(result.model_calls))
    return Row(name=name, seconds=Spread.of(seconds), tokens=Spread.of(tokens), calls=max(calls), shop_queries=max(queries))


async def _plain_loop(ports: Ports, runs: int) -> Row:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http, open_house(ports) as house:
        shop = _Shop(http, ports)
        await shop.connect()
        tools = _tools(shop, house)
        model = init_chat_model("openai:bench", base_url=f"{ports.model_url}/v1", api_key="none", timeout=30, max_retries=0)
        agent = create_agent(model, tools=tools, system_prompt=PROMPT)
        seconds, tokens = [], []
        for run in range(runs + 1):
            await script_model(ports, _steps())
            before, begun = len(await model_requests(ports)), time.perf_counter()
            done = await agent.ainvoke({"messages": [HumanMessage(ASKED)]})
            took = time.perf_counter() - begun
            if run == 0:
                continue
            asked = (await model_requests(ports))[before:]
            answers = [message for message in done["messages"] if message.type == "ai"]
            if len(asked) != 5:
                raise RuntimeError(f"the plain loop made {len(asked)} model calls, not five")
            said = [answer.content or [call["args"] | {"name": call["name"]} for call in answer.tool_calls] for answer in answers]
            seconds.append(took)
            tokens.append(float(sum(_tokens(each["body"], answer) for each, answer in zip(asked, said, strict=True))))
    return Row(name="plain create_agent loop, 4 tools", seconds=Spread.of(seconds), tokens=Spread.of(tokens), calls=5, shop_queries=3)


def _steps() -> list[dict[str, Any]]:
    calls = (
        ("search_policies", {"question": "change the size of an order"}),
        ("find_customer", {"email": EMAIL}),
        ("list_orders", {"email": EMAIL}),
        ("order_detail", {"name": NAME}),
    )
    return [{"tool_calls": [{"name": name, "arguments": given}]} for name, given in calls] + [{"content": ANSWER}]


class _Shop:
    """The plain loop's way to the shop: one request a tool, what comes back goes to the model."""

    def __init__(self, http: httpx.AsyncClient, ports: Ports) -> None:
        self.http, self.base, self.token = http, f"{ports.twin_url}/shops/{SHOP.split('.')[0]}", ""
        self.fragments = (OPERATIONS / "fragments.graphql").read_text("utf-8") if (OPERATIONS / "fragments.graphql").exists() else ""
        self.customer, self.orders = "", dict[str, str]()

    async def connect(self) -> None:
        form = {"client_id": "deskbell-read", "client_secret": "read-secret", "grant_type": "client_credentials"}
        self.token = (await self.http.post(f"{self.base}/admin/oauth/access_token", json=form)).json()["access_token"]

    async def ask(self, query: str, **variables: str) -> dict[str, Any]:
        answer = await self.http.post(
            f"{self.base}/admin/api/2026-07/graphql.json",
            json={"query": query, "variables": variables},
            headers={"X-Shopify-Access-Token": self.token},
        )
        body = answer.json()
        if "errors" in body:
            raise RuntimeError(json.dumps(body["errors"])[:400])
        found: dict[str, Any] = body["data"]
        return found


_CUSTOMER = """query C($email: String!) { customerByIdentifier(identifier: {emailAddress: $email}) {
  id displayName locale tags numberOfOrders defaultEmailAddress { emailAddress } } }"""
_ORDERS = """query O($id: ID!) { customer(id: $id) { orders(first: 3, sortKey: CREATED_AT, reverse: true) { nodes {
  id name createdAt cancelledAt displayFinancialStatus displayFulfillmentStatus
  currentTotalPriceSet { shopMoney { amount currencyCode } } lineItems(first: 5) { nodes { title currentQuantity } } } } } }"""
_DETAIL = """query D($id: ID!) { order(id: $id) {
  id name createdAt cancelledAt displayFinancialStatus displayFulfillmentStatus merchantEditable returnStatus
  shippingAddress { city countryCodeV2 }
  lineItems(first: 10) { nodes { id title variantTitle sku currentQuantity unfulfilledQuantity requiresShipping isGiftCard } }
  fulfillmentOrders(first: 4, displayable: true) { nodes { id status requestStatus fulfillAt
    lineItems(first: 10) { nodes { remainingQuantity totalQuantity lineItem { id } } } } }
  fulfillments(first: 5) { status displayStatus createdAt deliveredAt trackingInfo(first: 2) { number company } } } }"""


def _tools(shop: _Shop, house: House) -> list[StructuredTool]:
    library = house.installation.first.parts.library

    async def search_policies(question: str) -> str:
        """Search the shop's policies for passages about a question. Returns the three nearest passages."""
        found = await library.look_up(question, locale="en", k=3)
        return json.dumps([{"title": each.clause.title, "text": each.clause.text} for each in found], ensure_ascii=False)

    async def find_customer(email: str) -> str:
        """Find the customer with this e-mail address."""
        found = await shop.ask(_CUSTOMER, email=email)
        shop.customer = found["customerByIdentifier"]["id"]
        return json.dumps(found, ensure_ascii=False)

    async def list_orders(email: str) -> str:
        """List the customer's most recent orders with their status."""
        found = await shop.ask(_ORDERS, id=shop.customer)
        shop.orders = {node["name"]: node["id"] for node in found["customer"]["orders"]["nodes"]}
        return json.dumps(found, ensure_ascii=False)

    async def order_detail(name: str) -> str:
        """Read one order by its name: lines, fulfillment orders, fulfillments."""
        return json.dumps(await shop.ask(_DETAIL, id=shop.orders[name]), ensure_ascii=False)

    made: list[Callable[..., Awaitable[str]]] = [search_policies, find_customer, list_orders, order_detail]
    return [StructuredTool.from_function(coroutine=each) for each in made]


def _tokens(body: dict[str, Any], answer: object) -> int:
    """Messages, schema and tools as sent, and the answer."""
    sent = [body.get("messages", []), body.get("response_format"), body.get("tools")]
    texts = [json.dumps(part, ensure_ascii=False) for part in sent if part] + [json.dumps(answer, ensure_ascii=False)]
    encoding = get_encoding(TOKENIZER)
    return sum(len(encoding.encode(text)) for text in texts)


if __name__ == "__main__":
    print("\n".join(asyncio.run(measure())))
