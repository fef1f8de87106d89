"""The one place where parts are chosen and put together: settings in, a working installation out."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeAlias

import httpx

from agent.parts import Chance, Writer
from agent.reading import Reader
from channels.transport import Transport
from knowledge.brand import Brand, BrandId
from knowledge.document import Document, DocumentId
from knowledge.terms import Terms
from server.clock import FixedClock, FollowedClock, SettableClock, SystemChance, SystemClock, TwinClock
from server.engine.bell import Bell
from server.engine.dispatch import UNDELIVERED, Dispatcher
from server.engine.engine import Engine, Timing
from server.engine.poller import Poller
from server.engine.restraint import Restraint
from server.engine.turns import TakeTurn, Turns
from server.heavy import Heavy, cache_folder
from server.installation import Installation
from server.residents import Residents
from server.services.backstage import Tools
from server.services.cases import Cases
from server.services.chat import Chat
from server.services.codes import Codes
from server.services.leaving import Leaving
from server.services.undelivered import Undelivered
from server.services.work import Work
from server.settings import Settings
from server.store import brands, jobs, policies
from server.store.brands import Vault
from server.store.database import Database, StoreUnusable, database_for
from server.store.jobs import Job
from server.world_brand import WorldBrand, WorldError, read_world_brand
from shop.reading import ReadShop

Approved = bool | Callable[[Document], bool]
Role: TypeAlias = Literal["all", "web", "worker"]
"""What a process does: `web` serves pages and webhooks, `worker` takes turns, runs jobs and sends, `all` both."""
_NOT_MET = timedelta(seconds=5)
NO_PAUSE = Timing(debounce=timedelta())


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """What may be put in the place of the real thing: by tests, measurements and one-off commands."""

    clock: SettableClock | None = None
    chance: Chance | None = None
    timing: Timing | None = None
    shop_transport: httpx.AsyncBaseTransport | None = None
    """A stand-in for the network towards shops and account services, e.g. `httpx.ASGITransport(twin)`."""
    shop: ReadShop | None = None
    """For every brand, in the place of Shopify."""
    reader: Reader | None = None
    writer: Writer | None = None
    encoder: Any = None
    """A loaded `knowledge.embedding.BuiltInEmbeddings`, for a process that opens many houses one after the other."""
    take_turn: TakeTurn | None = None
    """A turn in the place of the agent's. Nothing heavy is loaded then."""
    transports: Mapping[str, Transport] | None = None
    """By channel, for every brand."""


@asynccontextmanager
async def open_installation(
    settings: Settings, stand: Stand | None = None, *, serve: bool = True, role: Role = "all"
) -> AsyncIterator[Installation]:
    """An installation that is open, and closes with the block.

    serve: do the work of `role`. Without it only the store is open: nothing heavy is loaded, no turn is taken.
    Raises StoreInUse, StoreUnusable, WorldError.
    """
    stand = stand or Stand()
    world = read_world_brand(settings.world) if settings.world else None
    database = database_for(settings.database_url, settings.var)
    if role != "all" and not database.shared:
        raise StoreUnusable(
            f"a {role} process of its own needs PostgreSQL: on SQLite one process does everything. Set DESKBELL_DATABASE_URL to "
            "postgresql://user:password@host:5432/name, or serve with --role all."
        )
    await database.open()
    http = _client(stand)
    chores: list[asyncio.Task[None]] = []
    house: Installation | None = None
    try:
        house = await _house(settings, stand, database, http, world)
        restraint = Restraint(everywhere=lambda: settings.kill_switch, model=bool(settings.model))
        engine = house.engine = make_engine(house, stand, restraint, serve=serve, role=role)
        if world is not None:
            await take_in(house, world)
        if serve:
            await engine.prepare()
            residents = Residents(
                house,
                restraint,
                heavy=_heavy(house, stand) if role != "web" else None,
                shop=stand.shop,
                transports=stand.transports,
                every_s=engine.timing.news.total_seconds(),
            )
            if role != "web":
                house.doors.append(Work(house, Chat(house), Codes(house)).plan)
            await residents.look()
            chores = [asyncio.create_task(engine.run()), asyncio.create_task(residents.follow())]
        yield house
    finally:
        await _close(house, chores)
        await database.close()
        await http.aclose()


async def _house(settings: Settings, stand: Stand, database: Database, http: httpx.AsyncClient, world: WorldBrand | None) -> Installation:
    keys = [settings.key_for("vault")] + ([_old_key(settings)] if settings.old_secret_key.get_secret_value() else [])
    return Installation(
        settings=settings,
        database=database,
        bell=Bell(),
        clock=stand.clock or await _clock(settings, http, world, database),
        chance=stand.chance or SystemChance(),
        vault=Vault(*keys),
        http=http,
    )


async def _close(house: Installation | None, chores: Sequence["asyncio.Task[None]"]) -> None:
    if house is None:
        return
    await house.engine.stop()
    for chore in chores:
        chore.cancel()
    await asyncio.gather(*chores, return_exceptions=True)
    if isinstance(house.clock, TwinClock):
        await house.clock.stop()
    for close in house.closers:
        close()


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOff:
    """An installation that lives for one command, on a demo shop of its own in the same process."""

    house: Installation
    world: WorldBrand
    twin: Any
    """The demo shop's app; `twin.state.twin` is its state, `twin.state.post` its webhooks."""


@asynccontextmanager
async def open_one_off(
    world: Path, *, now: datetime | None = None, settings: Mapping[str, Any] | None = None, stand: Stand | None = None
) -> AsyncIterator[OneOff]:
    """The world at `world`, fresh: its shop, a throw-away store, production's own intake, engine and turn, and no debounce.

    now: sets the clock of shop and house, which is one; without it the world's own. settings: over the defaults.
    Raises WorldError naming the place of a mistake.
    """
    from demo.clock import DemoClock
    from demo.shopify.app import make_app
    from demo.world import WorldError as ShopWorldError
    from demo.world import load_world

    ours = read_world_brand(world)
    try:
        shop = load_world(world)
    except ShopWorldError as error:
        raise WorldError(f"{world.name}: {error}") from error
    moment = now or ours.clock or datetime.now(UTC)
    clock = DemoClock(moment, mode="frozen")
    twin = make_app([shop], clock)
    base = stand or Stand()
    transport = base.shop_transport or httpx.ASGITransport(twin)
    stand = replace(base, clock=base.clock or FollowedClock(clock.now), timing=base.timing or NO_PAUSE, shop_transport=transport)
    with tempfile.TemporaryDirectory(prefix="deskbell-") as folder:
        given: dict[str, Any] = {
            "dev": True,
            "throw_away": True,
            "var": Path(folder),
            "vectors": cache_folder(),
            "world": world,
            "shop_url": "http://127.0.0.1/shops/{handle}",
            "read_client_id": "deskbell-read",
            "read_client_secret": "read-secret",
            "accounts_client_id": "deskbell-accounts",
            "smtp_host": "",
            "database_url": "",
            "clock": "system",
            "host": "127.0.0.1",
            "public_url": "http://127.0.0.1:8600",
            **(settings or {}),
        }
        async with open_installation(Settings(**given), stand) as house:
            yield OneOff(house=house, world=ours, twin=twin)


async def take_in(house: Installation, world: WorldBrand) -> None:
    """Put a world file's brand, policies and rules into the store. Raises WorldError for a sidecar that is wrong."""
    terms = compiled(world)
    now = house.clock.now()
    async with house.database.writing() as tx:
        await brands.keep_brand(tx, world.brand, now)
        for document in world.documents:
            await policies.keep_document(tx, world.brand, document, now)
        await policies.drop_documents(tx, world.brand, {(one.id, one.locale) for one in world.documents})
        await policies.replace_rules(tx, world.brand, terms, now=now, approver="world file")


def compiled(world: WorldBrand) -> Terms:
    """The rules a world file's policies hold. Raises WorldError."""
    from server.sidecars import read_sidecars

    return compile_rules(world.brand, world.documents, read_sidecars(world.sidecars), world.counts)


def compile_rules(
    brand: Brand, documents: Sequence[Document], sidecars: Mapping[DocumentId, Any] | None = None, approved: Approved = False
) -> Terms:
    """The rules that documents hold; drafts unless `approved` says otherwise. Raises WorldError for a sidecar that does not fit."""
    from knowledge.compile.compiler import compile_terms
    from knowledge.compile.sidecar import SidecarError

    try:
        return compile_terms(documents, zone=brand.time_zone, currency=brand.currency, sidecars=sidecars, approved=approved)
    except SidecarError as error:
        raise WorldError(str(error)) from error


def tools() -> Tools:
    """What the operator's commands work with."""
    from server.knowledge_check import problems

    return Tools(take_in=take_in, compile_rules=compile_rules, problems=problems)


def _client(stand: Stand) -> httpx.AsyncClient:
    from shop.shopify.transport import new_http_client

    return new_http_client(transport=stand.shop_transport)


async def _clock(settings: Settings, http: httpx.AsyncClient, world: WorldBrand | None, database: Database) -> SettableClock:
    if settings.clock == "system":
        return SystemClock(database.wall)
    if settings.clock == "world" and world is not None and world.clock is not None:
        return FixedClock(world.clock)
    if settings.clock.startswith(("http://", "https://")):
        clock = TwinClock(settings.clock, http)
        await clock.start()
        return clock
    return FixedClock(datetime.fromisoformat(settings.clock))


def _old_key(settings: Settings) -> bytes:
    return settings.model_copy(update={"secret_key": settings.old_secret_key}).key_for("vault")


def make_engine(house: Installation, stand: Stand, restraint: Restraint, *, serve: bool = True, role: Role = "all") -> Engine:
    """What wakes this process: on a database that several may use, they wake each other."""
    timing = stand.timing or Timing(debounce=house.settings.debounce)
    hands = _hands(house, stand, restraint, timing) if role != "web" else None
    if hands is not None and not (serve and house.database.shared):
        return hands
    from server.engine.procrastinate import ProcrastinateEngine
    from server.engine.relay import Relay

    url = house.database.url
    return ProcrastinateEngine(house.database, hands=hands, relay=Relay(house.bell, url), timing=timing, url=url)


def _hands(house: Installation, stand: Stand, restraint: Restraint, timing: Timing) -> Poller:
    """Turns, jobs and sends."""
    from agent.turn import take_turn

    cases, work = Cases(house), Work(house, Chat(house), Codes(house))

    async def give_up(brand: Brand, leased: Any) -> None:
        await cases.give_up(house.residence(brand.id), leased)

    def transport(brand: BrandId, channel: str) -> Transport | None:
        home = house.residences.get(brand)
        return None if home is None else home.transports.get(channel)

    dispatcher = Dispatcher(
        house.database, transports=transport, may_leave=Leaving(house).may_leave, told=Undelivered(house).told, timing=timing
    )

    async def run_job(job: Job) -> None:
        if job.brand not in house.residences:
            # One this process has not met yet is met within seconds; meanwhile it costs the job no try.
            async with house.database.writing() as tx:
                await jobs.put_back(tx, job, house.clock.now() + _NOT_MET)
            return
        await (dispatcher.tell(job) if job.kind == UNDELIVERED else work.run(job))

    turns = Turns(
        house.database,
        house.bell,
        parts_of=house.parts_of,
        take_turn=stand.take_turn or take_turn,
        give_up=give_up,
        timing=timing,
        restraint=restraint,
        jobs_made=lambda: house.engine.look(),
        watch=house.tell,
        ready=house.ready,
    )
    return Poller(
        house.database,
        answer=turns.answer,
        run_job=run_job,
        dispatch=dispatcher,
        timing=timing,
        now=house.clock.now,
        brands=lambda: tuple(house.residences),
    )


def _heavy(house: Installation, stand: Stand) -> Callable[[], Heavy] | None:
    """Made with the first brand; a thin turn needs none of it."""
    if stand.take_turn is not None:
        return None
    return lambda: Heavy(house, encoder=stand.encoder, reader=stand.reader, writer=stand.writer)
