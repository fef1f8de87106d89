"""A house for tests: one or two sample brands, a fake turn that only repeats, a clock that stands still."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import httpx
from starlette.types import ASGIApp, Receive, Scope, Send

from agent.conversation import ConversationState
from agent.effects import Effect
from agent.evidence import Evidence
from agent.parts import Incoming, Parts, TurnResult
from agent.reading import Reading
from channels.message import Channel, ConversationId, Inbound
from channels.reply import Block, Reply, Text
from channels.transport import Transport
from knowledge.brand import Brand, BrandId
from knowledge.document import Citation
from knowledge.terms import Terms
from server.assembly import Stand, make_engine
from server.clock import FixedClock, SystemChance
from server.engine.bell import Bell
from server.engine.engine import Timing
from server.engine.restraint import Restraint
from server.engine.turns import Answered
from server.installation import Installation, Residence
from server.services.chat import Chat
from server.settings import Settings
from server.store import brands
from server.store.brands import Vault
from server.store.database import database_for
from server.ways_out import transports_of
from server.web.app import make_app
from shop.order import Customer, CustomerId, Order, ProductId, Variant
from shop.reading import ReadMeter, RecentOrders
from tests.stores import url_at

NOON = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
ANA = Customer(id=CustomerId("gid://shopify/Customer/1"), first_name="Ana", email="ana.torres@example.com", phone="+12025550123")
SECRET = "proxy-secret"
NO_WAIT = Timing(debounce=timedelta(), sweep=timedelta(seconds=0.05))


def brand(name: str = "northbay") -> Brand:
    return Brand(
        id=BrandId(name),
        name=name.capitalize(),
        shop=f"{name}.myshopify.com",
        site=f"https://{name}.example.com",
        currency="EUR",
        time_zone="Europe/Paris",
        locales=("en", "fr", "ja"),
    )


class NoShelf:
    async def look_up(self, question: str, *, locale: str, k: int = 5, topics: object = ()) -> tuple[Citation, ...]:
        return ()

    def terms(self) -> Terms:
        return Terms(version="t1")


class NoReader:
    async def read(self, messages: tuple[Inbound, ...], state: ConversationState, brand: Brand) -> Reading:
        return Reading(wishes=(), language="en")


@dataclass
class FakeShop:
    """Ana is the only customer on record."""

    asked: list[str] = field(default_factory=list)

    async def customer_by_email(self, email: str, meter: ReadMeter) -> Customer | None:
        self.asked.append(email)
        return ANA if email == ANA.email else None

    async def customers_by_phone(self, phone: str, meter: ReadMeter) -> tuple[Customer, ...]:
        return (ANA,) if phone == ANA.phone else ()

    async def customer(self, customer: CustomerId, meter: ReadMeter) -> Customer | None:
        return ANA if customer == ANA.id else None

    async def orders_of(self, customer: CustomerId, meter: ReadMeter, *, first: int = 3) -> RecentOrders:
        return RecentOrders(customer=customer, orders=())

    async def order_named(self, customer: CustomerId, name: str, meter: ReadMeter) -> Order | None:
        return None

    async def order(self, customer: CustomerId, order_id: str, meter: ReadMeter) -> Order | None:
        return None

    async def variants(self, product: ProductId, meter: ReadMeter) -> tuple[Variant, ...]:
        return ()


@dataclass
class Repeater:
    """A turn that repeats what it was told. Implements `engine.turns.TakeTurn`."""

    effects: tuple[Effect, ...] = ()
    blocks: tuple[Block, ...] = ()
    hold: asyncio.Event | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    seen: list[Incoming] = field(default_factory=list)
    fails: int = 0
    before_answer: Callable[[Incoming], Awaitable[None]] | None = None

    async def __call__(self, incoming: Incoming, parts: Parts) -> TurnResult:
        self.seen.append(incoming)
        self.begun.set()
        if self.fails:
            self.fails -= 1
            raise RuntimeError("a fault nobody foresaw")
        if self.hold is not None:
            await self.hold.wait()
        if self.before_answer is not None:
            await self.before_answer(incoming)
        said = " | ".join(one.text or one.choice or one.signal.value for one in incoming.messages)
        text = f"{incoming.shopper.level.value}: {said}"
        silent = incoming.state.with_person
        return TurnResult(
            reply=None if silent else Reply(text=text, blocks=(Text(text=text), *self.blocks), locale=incoming.state.locale),
            state=replace(incoming.state, turns=incoming.state.turns + 1),
            shopper=incoming.shopper,
            reading=Reading(wishes=(), language="en"),
            outcomes=(),
            evidence=Evidence(brand=parts.brand, terms=parts.library.terms(), channel=incoming.channel),
            facts=(),
            effects=() if silent else self.effects,
            now=parts.clock.now(),
            model_calls=0,
            meter=ReadMeter(),
        )


@dataclass
class Stage:
    """The house, open, with what a test wants to reach."""

    house: Installation
    turn: Repeater
    shop: FakeShop
    clock: FixedClock
    answered: list[Answered]
    web: httpx.AsyncClient

    @property
    def chat(self) -> Chat:
        return Chat(self.house)

    @property
    def home(self) -> Residence:
        return self.house.first

    async def settle(self) -> None:
        """Until every conversation is answered and every job that is due has run."""
        for _ in range(3):
            await self.house.engine.settle()
            await self.house.engine.sweep()
        await self.house.engine.settle()

    async def begin(self, brand: str = "northbay", **body: object) -> "Page":
        answer = await self.web.post(f"/api/chat/{brand}/conversations", json=body)
        assert answer.status_code == 201, answer.text
        return Page(self, brand, answer.json())


class Page:
    """A chat page: what the widget holds and does."""

    def __init__(self, stage: Stage, brand: str, begun: dict[str, str]) -> None:
        self.stage, self.brand, self.begun = stage, brand, begun
        self.id = ConversationId(begun["conversation"])
        self.headers = {"Authorization": f"Bearer {begun['token']}"}
        self._sent = 0

    async def post(self, path: str, body: object) -> httpx.Response:
        answer = await self.stage.web.post(f"/api/chat/{self.brand}/{path}", json=body, headers=self.headers)
        if "deskbell-token" in answer.headers:
            self.headers = {"Authorization": f"Bearer {answer.headers['deskbell-token']}"}
        return answer

    async def say(self, text: str, id: str | None = None) -> httpx.Response:
        self._sent += 1
        return await self.post("messages", {"id": id or f"m{self._sent}", "text": text})

    async def log(self, after: int = 0) -> list[dict[str, object]]:
        url = f"/api/chat/{self.brand}/events?after={after}&wait=0"
        found: list[dict[str, object]] = (await self.stage.web.get(url, headers=self.headers)).json()["events"]
        return found

    async def told(self) -> list[str]:
        """What the agent and people wrote, the greeting apart."""
        return [str(one["text"]) for one in await self.log() if one["kind"] == "message" and one["author"] != "shopper"][1:]


@dataclass
class Edge:
    """The app over a house, made at the first request: making it takes longer than most tests that never knock."""

    house: Installation
    app: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.app = self.app or make_app(self.house)
        await self.app(scope, receive, send)


@cache
def certificates() -> ssl.SSLContext:
    """Read once: each client of its own would read them again."""
    return httpx.create_ssl_context()


@asynccontextmanager
async def stage(
    folder: Path,
    *names: str,
    turn: Repeater | None = None,
    timing: Timing = NO_WAIT,
    engine: bool = False,
    smtp_port: int = 0,
    transports: Mapping[str, Transport] | None = None,
    outside: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[Stage]:
    """engine: also let the engine run by itself (sweeps); otherwise `settle` does what it would.

    transports: each brand's ways out by channel; without them those that the settings make (mail, where there is a port for it).

    outside: how shop and account service are reached, under http://127.0.0.1:8601/shops/{brand}.
    """
    settings = Settings(
        dev=True,
        var=folder,
        database_url=url_at(folder),
        _env_file=None,  # type: ignore[call-arg]  # pydantic-settings' own keyword
        smtp_host="127.0.0.1" if smtp_port else "",
        smtp_port=smtp_port or 25,
        public_url="http://127.0.0.1:8600",
    )
    turn, clock, shop = turn or Repeater(), FixedClock(NOON), FakeShop()
    answered: list[Answered] = []
    database = database_for(settings.database_url, settings.var)
    await database.open()
    house = Installation(
        settings=settings,
        database=database,
        bell=Bell(),
        clock=clock,
        chance=SystemChance(),
        vault=Vault(settings.key_for("vault")),
        http=httpx.AsyncClient(transport=outside, verify=certificates()),
    )
    for name in names or ("northbay",):
        one = brand(name)
        parts = Parts(
            brand=one, reader=NoReader(), library=NoShelf(), shop=shop, clock=clock, chance=house.chance, hub_base=settings.public_url
        )
        house.residences[one.id] = Residence(
            brand=one,
            parts=parts,
            shop=shop,
            base_url=f"http://127.0.0.1:8601/shops/{name}",
            proxy_secrets=(SECRET,),
            accounts_client_id="deskbell-accounts",
            transports=transports if transports is not None else transports_of(house, one, {}),
        )
        async with database.writing() as tx:
            await brands.keep_brand(tx, one, NOON)
    house.watchers.append(answered.append)
    house.engine = make_engine(house, Stand(take_turn=turn, timing=timing), Restraint(everywhere=lambda: False), serve=False)
    running = asyncio.create_task(house.engine.run()) if engine else None
    web = httpx.AsyncClient(transport=httpx.ASGITransport(Edge(house)), base_url=settings.public_url)
    try:
        yield Stage(house=house, turn=turn, shop=shop, clock=clock, answered=answered, web=web)
    finally:
        await house.engine.stop()
        if running is not None:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
        await web.aclose()
        await house.http.aclose()
        await database.close()


WEBCHAT = Channel.WEBCHAT
