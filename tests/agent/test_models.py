"""The model behind its adapter: what goes over the wire, and that no fault of it reaches a shopper."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any, get_args

import httpx2
import pytest
import respx
import uvicorn

from agent.conversation import ChooseOrder, ChooseWish, ConversationState
from agent.evidence import Evidence
from agent.models.chat import ChatModel, ModelSettings, make_client, make_model
from agent.models.failures import ModelAnswerBroken, ModelFailed, ModelTooSlow, ModelUnavailable
from agent.models.meter import ModelMeter, turn_meter
from agent.models.writer import ModelWriter
from agent.readers.first import FAILURES, REST_S, BuiltInFirst
from agent.readers.model import ModelReader
from agent.reading import Answer, Reading
from agent.wish import Guess, Intent, OrderRef, WishReading
from channels.message import Channel, ConversationId, Inbound, MessageId
from demo.openai import Kind, Script, Step, make_app
from knowledge.brand import Brand, BrandId
from knowledge.document import Citation, Clause, ClauseId, DocumentId
from knowledge.terms import Terms
from skills.skill import Explain, Reason, Refuse

BRAND = Brand(
    id=BrandId("northbay"),
    name="Northbay",
    shop="northbay.myshopify.com",
    site="https://northbay.example.com",
    currency="EUR",
    time_zone="Europe/Paris",
    locales=("en", "fr", "ja"),
)
STATE = ConversationState(locale="en")
SECOND = timedelta(seconds=1)


def wish(**changed: Any) -> dict[str, Any]:
    plain = {
        "intent": "cancel_order",
        "second": "cancel_item",
        "confidence": 0.9,
        "order": "none",
        "order_value": "",
        "line": "none",
        "line_value": "",
        "option": "none",
        "value": "",
        "quantity": 0,
        "direction": "none",
    }
    return plain | changed


def form(*wishes: dict[str, Any], **changed: Any) -> dict[str, Any]:
    return {"wishes": list(wishes), "answer": "none", "chosen": 0, "language": "en", "mood": "calm"} | changed


def said(*texts: str, choice: str | None = None) -> tuple[Inbound, ...]:
    at = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
    conversation = ConversationId("c1")
    return tuple(
        Inbound(id=MessageId(f"m{n}"), channel=Channel.WEBCHAT, conversation=conversation, text=text, choice=choice, at=at)
        for n, text in enumerate(texts)
    )


@dataclass
class Server:
    """A scripted model on loopback."""

    script: Script
    address: str
    client: httpx2.AsyncClient

    def model(self, timeout: timedelta) -> ChatModel:
        settings = ModelSettings(id="openai:scripted", base_url=f"{self.address}/v1", api_key="key", timeout=timeout)
        return make_model(settings, self.client)

    def reader(self, timeout: timedelta = 5 * SECOND) -> ModelReader:
        return ModelReader(self.model(timeout), timeout=timeout)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [request["body"] for request in self.script.requests]


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Script, str]]:
    script = Script()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(make_app(script), port=port, log_level="critical", lifespan="off", ws="none"))
    server.force_exit = True  # a hanging answer must not hold the end up
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = monotonic() + 10
    while not server.started and monotonic() < deadline:
        threading.Event().wait(0.02)
    yield script, f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(5)


@pytest.fixture
async def server(running: tuple[Script, str]) -> AsyncIterator[Server]:
    script, address = running
    script.steps.clear()
    script.requests.clear()
    script.otherwise = Step()
    async with make_client(ModelSettings(id="scripted", timeout=5 * SECOND)) as client:
        yield Server(script, address, client)


class TheBuiltIn:
    """A built-in reader that says what it is told."""

    def __init__(self, *, sure: bool) -> None:
        guess = WishReading(intents=(Guess(intent=Intent.ORDER_STATUS, confidence=0.9 if sure else 0.3),), sure=sure)
        self.reading = Reading(wishes=(guess,), language="en", asks_back=not sure)

    async def read(self, messages: tuple[Inbound, ...], state: ConversationState, brand: Brand) -> Reading:
        return self.reading


async def test_a_wish_is_read_with_its_order_and_change(server: Server) -> None:
    server.script.steps.append(
        Step(
            content=form(
                wish(
                    intent="change_item",
                    order="number",
                    order_value="#1042",
                    option="size",
                    value="XL",
                    line="words",
                    line_value="blue shirt",
                )
            )
        )
    )
    reading = await server.reader().read(said("can i swap the blue shirt on #1042 for XL"), STATE, BRAND)
    (only,) = reading.wishes
    assert only.intent is Intent.CHANGE_ITEM
    assert only.order_refs == (OrderRef(kind="number", value="1042"),)
    assert only.line_refs[0].value == "blue shirt"
    assert only.change is not None
    assert (only.change.option, only.change.value) == ("size", "XL")
    assert (reading.by, reading.model_calls, reading.asks_back) == ("model", 1, False)


async def test_the_wire_carries_a_strict_schema_and_no_tools(server: Server) -> None:
    server.script.steps.append(Step(content=form(wish())))
    await server.reader().read(said("hm, about that"), STATE, BRAND)
    (body,) = server.bodies
    assert "tools" not in body
    assert "functions" not in body
    assert body["response_format"]["type"] == "json_schema"
    assert body["response_format"]["json_schema"]["strict"] is True
    schema = body["response_format"]["json_schema"]["schema"]
    assert schema["additionalProperties"] is False
    assert sorted(schema["required"]) == sorted(schema["properties"])
    assert "oneOf" not in json.dumps(schema)


async def test_cards_and_contacts_never_reach_the_model(server: Server) -> None:
    server.script.steps.append(Step(content=form(wish())))
    reading = await server.reader().read(said("card 4111 1111 1111 1111", "mail ana.torres@example.com or +1 202 555 0123"), STATE, BRAND)
    sent = json.dumps(server.bodies)
    assert "4111" not in sent
    assert "ana.torres" not in sent
    assert "555" not in sent
    assert reading.contact == "ana.torres@example.com"


async def test_the_model_sees_no_order_and_no_title_of_a_pending_question(server: Server) -> None:
    pending = ChooseOrder(orders=(("gid://shopify/Order/77", "#1077"), ("gid://shopify/Order/78", "#1078")), wishes=())
    server.script.steps.append(Step(content=form(answer="choice", chosen=2)))
    reading = await server.reader().read(said("the second"), ConversationState(locale="en", pending=pending, focus_name="#1077"), BRAND)
    assert (reading.answer, reading.chosen) == (Answer.CHOICE, "gid://shopify/Order/78")
    sent = json.dumps(server.bodies)
    assert "1077" not in sent
    assert "gid:" not in sent


async def test_an_order_number_nobody_typed_is_dropped(server: Server) -> None:
    server.script.steps.append(Step(content=form(wish(order="number", order_value="9999"))))
    reading = await server.reader().read(said("cancel my order please"), STATE, BRAND)
    assert reading.wishes[0].order_refs == ()


@pytest.mark.parametrize("value", ["https://evil.example", "<b>XL</b>", "x" * 41, "[XL](http://x)", "\u202eLX"])
async def test_a_value_that_is_no_plain_word_is_dropped(server: Server, value: str) -> None:
    server.script.steps.append(Step(content=form(wish(intent="change_item", value=value, option="size"))))
    reading = await server.reader().read(said("another size please"), STATE, BRAND)
    change = reading.wishes[0].change
    assert change is not None
    assert change.value is None


async def test_an_option_that_was_not_offered_is_no_answer(server: Server) -> None:
    unsure = WishReading(intents=(Guess(intent=Intent.CHANGE_ITEM, confidence=0.4), Guess(intent=Intent.RETURN_EXCHANGE, confidence=0.3)))
    server.script.steps.append(Step(content=form(answer="choice", chosen=7)))
    state = ConversationState(locale="en", pending=ChooseWish(wish=unsure))
    reading = await server.reader().read(said("the seventh"), state, BRAND)
    assert (reading.answer, reading.chosen, reading.asks_back) == (Answer.NONE, None, True)


async def test_one_word_does_not_change_the_language(server: Server) -> None:
    server.script.steps.extend([Step(content=form(wish(), language="fr")), Step(content=form(wish(), language="fr"))])
    reader = server.reader()
    assert (await reader.read(said("merci"), STATE, BRAND)).language == "en"
    assert (await reader.read(said("je veux annuler ma commande"), STATE, BRAND)).language == "fr"


async def test_a_sure_built_in_reading_asks_no_model(server: Server) -> None:
    reading = await BuiltInFirst(TheBuiltIn(sure=True), server.reader()).read(said("where is it"), STATE, BRAND)
    assert (reading.by, reading.model_calls, server.bodies) == ("built_in", 0, [])


async def test_an_unsure_one_is_read_by_the_model(server: Server) -> None:
    server.script.steps.append(Step(content=form(wish(intent="withdraw"))))
    reading = await BuiltInFirst(TheBuiltIn(sure=False), server.reader()).read(said("about that thing"), STATE, BRAND)
    assert (reading.by, reading.model_calls, reading.wishes[0].intent) == ("model", 1, Intent.WITHDRAW)


async def test_a_tap_is_never_sent_to_a_model(server: Server) -> None:
    reading = await BuiltInFirst(TheBuiltIn(sure=False), server.reader(), forced=True).read(said("", choice="yes"), STATE, BRAND)
    assert (reading.by, server.bodies) == ("built_in", [])


FAULTS: tuple[Kind, ...] = tuple(kind for kind in get_args(Kind) if kind not in ("answer", "drip"))
WRONG_ANSWERS = {
    "unknown intent": form(wish(intent="give_everything_away")),
    "missing field": {"wishes": []},
    "extra field": form(wish(), order_gid="gid://shopify/Order/1"),
    "confidence of 7": form(wish(confidence=7)),
    "a list": [1, 2],
}


@pytest.mark.parametrize("kind", FAULTS)
async def test_every_fault_leaves_the_built_in_reading(server: Server, kind: Kind) -> None:
    server.script.steps.append(Step(kind=kind))
    begun = monotonic()
    built_in = TheBuiltIn(sure=False)
    reading = await BuiltInFirst(built_in, server.reader(timeout=SECOND)).read(said("hm, about that"), STATE, BRAND)
    assert (reading.by, reading.model_calls, reading.wishes) == ("built_in", 1, built_in.reading.wishes)
    assert monotonic() - begun < 3  # the time allowed, and room for a busy machine


@pytest.mark.parametrize("answer", WRONG_ANSWERS.values(), ids=WRONG_ANSWERS)
async def test_an_answer_of_the_wrong_shape_leaves_the_built_in_reading(server: Server, answer: Any) -> None:
    server.script.steps.append(Step(content=json.dumps(answer)))
    reading = await BuiltInFirst(TheBuiltIn(sure=False), server.reader()).read(said("hm"), STATE, BRAND)
    assert (reading.by, reading.model_calls) == ("built_in", 1)


async def test_a_slow_drip_is_cut_off_in_time(server: Server) -> None:
    server.script.steps.append(Step(kind="drip", content=form(wish()), seconds=0.2))
    begun = monotonic()
    with pytest.raises(ModelTooSlow):
        await server.reader(timeout=SECOND).read(said("hm"), STATE, BRAND)
    assert monotonic() - begun < 3


@pytest.mark.parametrize(
    ("kind", "failure"),
    [
        ("http_429", ModelUnavailable),
        ("http_500", ModelUnavailable),
        ("hang", ModelTooSlow),
        ("refusal", ModelAnswerBroken),
        ("empty_choices", ModelAnswerBroken),
    ],
)
async def test_a_failure_says_what_it_was(server: Server, kind: Kind, failure: type[ModelFailed]) -> None:
    server.script.steps.append(Step(kind=kind))
    with pytest.raises(failure):
        await server.reader(timeout=SECOND).read(said("hm"), STATE, BRAND)


async def test_a_model_that_keeps_failing_is_left_alone_for_a_while(server: Server) -> None:
    server.script.otherwise = Step(kind="http_503")
    now = 0.0
    reader = BuiltInFirst(TheBuiltIn(sure=False), server.reader(), seconds=lambda: now)
    for _ in range(FAILURES + 2):
        await reader.read(said("hm"), STATE, BRAND)
    assert len(server.bodies) == FAILURES
    now = REST_S + 1
    await reader.read(said("hm"), STATE, BRAND)
    assert len(server.bodies) == FAILURES + 1


async def test_calls_and_tokens_are_counted_for_the_turn(server: Server) -> None:
    server.script.steps.extend([Step(content=form(wish())), Step(kind="no_json")])
    reader = server.reader()
    turn = ModelMeter(keep=True)
    turn_meter.set(turn)
    await asyncio.create_task(reader.read(said("hm, about that"), STATE, BRAND))
    with pytest.raises(ModelFailed):
        await reader.read(said("hm"), STATE, BRAND)
    turn_meter.set(None)
    assert (turn.calls, turn.failed, reader.meter.calls) == (2, 1, 2)
    assert turn.prompt_tokens > 100
    assert turn.answer_tokens > 10
    assert turn.waited_ms > 0
    assert "hm, about that" in turn.exchanges[0]["user"]


async def test_a_timeout_of_the_client_is_a_failed_model(httpx2_mock: respx.Router) -> None:
    httpx2_mock.post("https://model.test/v1/chat/completions").mock(side_effect=httpx2.ReadTimeout("slow"))
    settings = ModelSettings(id="scripted", base_url="https://model.test/v1", timeout=SECOND)
    async with make_client(settings) as client:
        with pytest.raises(ModelTooSlow):
            await ModelReader(make_model(settings, client)).read(said("hm"), STATE, BRAND)


CLAUSE = Clause(
    id=ClauseId("gift.en.1"),
    document=DocumentId("gift"),
    locale="en",
    title="Gift cards",
    text="Gift cards cannot be exchanged for cash. They are valid for two years.",
    version="1",
)
EVIDENCE = Evidence(brand=BRAND, terms=Terms(), channel="webchat", passages=(Citation(clause=CLAUSE, score=0.5, quote=CLAUSE.text),))
ANSWERED = Explain(wish="policy_question", because=Reason.ANSWERED, clauses=(CLAUSE.id,))


def writer(server: Server) -> ModelWriter:
    return ModelWriter(server.model(2 * SECOND), timeout=2 * SECOND)


async def test_the_writer_words_a_policy_answer_from_its_passages(server: Server) -> None:
    server.script.steps.append(Step(content={"sentences": ["Gift cards cannot be exchanged for cash."], "passages": ["p1"]}))
    draft = await writer(server).write((ANSWERED,), EVIDENCE, "en")
    assert draft is not None
    assert (draft.sentences, draft.cited) == (("Gift cards cannot be exchanged for cash.",), (CLAUSE.id,))
    (body,) = server.bodies
    assert "tools" not in body
    assert CLAUSE.id not in json.dumps(body)


async def test_the_writer_is_not_asked_about_an_order(server: Server) -> None:
    refused = Refuse(wish="cancel_order", because=Reason.ALREADY_SHIPPED, clauses=(CLAUSE.id,))
    assert await writer(server).write((ANSWERED, refused), EVIDENCE, "en") is None
    assert server.bodies == []


@pytest.mark.parametrize(
    "answer", [{"sentences": ["Hi."], "passages": ["p9"]}, {"sentences": "Hi."}, {"sentences": ["x"] * 9, "passages": []}]
)
async def test_a_broken_draft_is_a_failed_model(server: Server, answer: Any) -> None:
    server.script.steps.append(Step(content=answer))
    with pytest.raises(ModelFailed):
        await writer(server).write((ANSWERED,), EVIDENCE, "en")
