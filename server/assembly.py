"""The one place where parts are chosen and put together: settings in, a working installation out.

Heavy libraries (encoder, index, models) are imported here inside functions, so that commands and pages start fast; the
encoder's weights load in the background, and a turn that comes earlier waits for them.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, TypeVar

import httpx
import structlog

from agent.conversation import ConversationState
from agent.evidence import Evidence
from agent.parts import Chance, Draft, Parts, Writer
from agent.reading import Reader, Reading
from channels.message import Inbound
from knowledge.brand import Brand, BrandId
from knowledge.document import Citation, Clause, Document, DocumentId
from knowledge.terms import Terms
from server.clock import FixedClock, FollowedClock, SettableClock, SystemChance, SystemClock, TwinClock
from server.engine.bell import Bell
from server.engine.engine import Timing
from server.engine.poller import Poller
from server.engine.turns import Turns
from server.installation import Installation, Residence
from server.services.backstage import Tools
from server.services.cases import Cases
from server.services.chat import Chat
from server.services.codes import Codes
from server.services.mail import Mailer
from server.services.work import Work
from server.settings import Settings
from server.store import brands, policies
from server.store.brands import Vault
from server.store.database import Database
from server.world_brand import WorldBrand, WorldError, read_world_brand
from shop.reading import ReadShop
from skills.skill import Outcome

Made = Callable[..., Awaitable[Any]]
"""Runs something heavy on the one thread for it."""
Approved = bool | Callable[[Document], bool]
NO_PAUSE = Timing(debounce=timedelta())
_log = structlog.get_logger(__name__)
T = TypeVar("T")


class Shelf(Protocol):
    """What the assembly asks of `knowledge.shelf.Shelf`."""

    def publish(self, documents: Sequence[Document], terms: Terms) -> None: ...
    async def look_up(self, question: str, *, locale: str, k: int = 5, topics: Sequence[str] = ()) -> tuple[Citation, ...]: ...
    def terms(self) -> Terms: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """What may be put in the place of the real thing: by tests, measurements and one-off commands."""

    clock: SettableClock | None = None
    chance: Chance | None = None
    timing: Timing | None = None
    shop_transport: httpx.AsyncBaseTransport | None = None
    """A stand-in for the network towards shops and account services, e.g. `httpx.ASGITransport(twin)`."""
    reader: Reader | None = None
    writer: Writer | None = None
    encoder: Any = None
    """A loaded `knowledge.embedding.BuiltInEmbeddings`, for a process that opens many houses one after the other."""


class Later(Awaitable[T]):
    """Something heavy that is being made while the house already answers the door."""

    def __init__(self, house: Installation, name: str, making: Coroutine[Any, Any, T]) -> None:
        self.name = name
        house.parts[name] = self
        self._task = asyncio.get_running_loop().create_task(making)
        self._task.add_done_callback(self._seen)

    @property
    def state(self) -> str:
        """`ready`, `loading` or `failed`."""
        if not self._task.done():
            return "loading"
        return "failed" if self._task.cancelled() or self._task.exception() is not None else "ready"

    async def settled(self) -> None:
        """Until it is there or has failed."""
        await asyncio.wait([self._task])

    def close(self) -> None:
        """Let go of what was made, if it was."""
        if self.state == "ready":
            self._task.result().close()  # type: ignore[attr-defined]  # only asked of parts that can

    def _seen(self, task: "asyncio.Task[T]") -> None:
        """A failure is logged even if no turn ever waits for it."""
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("part_failed", part=self.name, error=type(error).__name__, detail=str(error)[:300])

    def __await__(self) -> Generator[Any, None, T]:
        return asyncio.shield(self._task).__await__()


class LaterReader:
    """Implements `agent.reading.Reader`."""

    def __init__(self, reader: Later[Reader]) -> None:
        self._reader = reader

    async def read(self, messages: tuple[Inbound, ...], state: ConversationState, brand: Brand) -> Reading:
        return await (await self._reader).read(messages, state, brand)


class LaterLibrary:
    """Implements `knowledge.library.Library`: terms at once, passages as soon as they are on the shelf."""

    def __init__(self, shelf: Later[Shelf], terms: Terms) -> None:
        self._shelf = shelf
        self._terms = terms
        self.lexical_only = False

    async def look_up(self, question: str, *, locale: str, k: int = 5, topics: Sequence[str] = ()) -> tuple[Citation, ...]:
        shelf = await self._shelf
        found = await shelf.look_up(question, locale=locale, k=k, topics=topics)
        self.lexical_only = bool(getattr(shelf, "lexical_only", False))
        return found

    def terms(self) -> Terms:
        return self._terms

    async def republish(self, documents: Sequence[Document], terms: Terms) -> None:
        """After a change: these documents and rules from now on. The rules count at once, new passages when they are embedded."""
        self._terms = terms
        shelf = await self._shelf
        await asyncio.to_thread(shelf.publish, documents, terms)


@asynccontextmanager
async def open_installation(settings: Settings, stand: Stand | None = None, *, serve: bool = True) -> AsyncIterator[Installation]:
    """An installation that is open, and closes with the block.

    serve: answer conversations. Without it only the store is open: nothing heavy is loaded, no turn is taken.
    Raises StoreInUse, StoreUnusable, WorldError.
    """
    stand = stand or Stand()
    world = read_world_brand(settings.world) if settings.world else None
    http = _client(stand)
    clock = stand.clock or await _clock(settings, http, world)
    database = Database(settings.database_path)
    await database.open()
    keys = [settings.key_for("vault")] + ([_old_key(settings)] if settings.old_secret_key.get_secret_value() else [])
    house = Installation(
        settings=settings,
        database=database,
        bell=Bell(),
        clock=clock,
        chance=stand.chance or SystemChance(),
        vault=Vault(*keys),
        http=http,
    )
    chores: list[asyncio.Task[None]] = []
    try:
        _engine(house, stand)
        if world is not None:
            await take_in(house, world)
        if serve:
            await _move_in(house, stand)
            chores.append(asyncio.create_task(house.engine.run()))
            await Work(house, Chat(house), Codes(house)).plan()
        yield house
    finally:
        await house.engine.stop()
        for chore in chores:
            chore.cancel()
        await asyncio.gather(*chores, return_exceptions=True)
        if isinstance(clock, TwinClock):
            await clock.stop()
        for close in house.closers:
            close()
        await database.close()
        await http.aclose()


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


def cache_folder() -> Path | None:
    """Where vectors outlive one-off commands, so that the second is quick; None where there is no such place."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "deskbell" / "vectors"
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return root if os.access(root, os.W_OK) else None


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


async def make_reader(settings: Settings) -> Reader:
    """The reader alone, for one-off commands and measurements."""
    encoder = await asyncio.to_thread(_embedder, settings)
    model = await asyncio.to_thread(_model, settings) if settings.model else None
    return await asyncio.to_thread(_build_reader, encoder, model, settings)


async def make_shelf(settings: Settings, documents: Sequence[Document], terms: Terms | None = None) -> Shelf:
    """A library over these documents alone, its index in memory."""
    from knowledge.vectors import VectorsInFile, VectorsInMemory

    encoder = await asyncio.to_thread(_embedder, settings)
    folder = settings.vectors or cache_folder()

    def fill() -> Shelf:
        from knowledge.index.chroma import ChromaIndex
        from knowledge.shelf import Shelf as RealShelf

        shelf = RealShelf("search", encoder, ChromaIndex(None), vectors=VectorsInFile(folder) if folder else VectorsInMemory())
        shelf.publish(documents, terms or Terms())
        return shelf

    return await asyncio.to_thread(fill)


def _client(stand: Stand) -> httpx.AsyncClient:
    from shop.shopify.transport import new_http_client

    return new_http_client(transport=stand.shop_transport)


async def _clock(settings: Settings, http: httpx.AsyncClient, world: WorldBrand | None) -> SettableClock:
    if settings.clock == "system":
        return SystemClock()
    if settings.clock == "world" and world is not None and world.clock is not None:
        return FixedClock(world.clock)
    if settings.clock.startswith(("http://", "https://")):
        clock = TwinClock(settings.clock, http)
        await clock.start()
        return clock
    return FixedClock(datetime.fromisoformat(settings.clock))


def _old_key(settings: Settings) -> bytes:
    return settings.model_copy(update={"secret_key": settings.old_secret_key}).key_for("vault")


def _engine(house: Installation, stand: Stand) -> None:
    from agent.turn import take_turn

    chat, codes, cases = Chat(house), Codes(house), Cases(house)
    timing = stand.timing or Timing(debounce=house.settings.debounce)

    async def give_up(brand: Brand, leased: Any) -> None:
        await cases.give_up(house.residence(brand.id), leased)

    turns = Turns(
        house.database,
        house.bell,
        parts_of=house.parts_of,
        take_turn=take_turn,
        give_up=give_up,
        timing=timing,
        jobs_made=lambda: house.engine.look(),
        watch=house.tell,
        ready=house.ready,
    )
    house.engine = Poller(
        house.database,
        answer=turns.answer,
        run_job=Work(house, chat, codes).run,
        dispatch=Mailer(house).dispatch,
        timing=timing,
        now=house.clock.now,
    )


async def _move_in(house: Installation, stand: Stand) -> None:
    """Make every brand of the store answerable."""
    async with house.database.reading() as tx:
        known = await brands.all_brands(tx)
        stock = {brand.id: (await policies.documents_of(tx, brand), await policies.terms_of(tx, brand)) for brand in known}
    if not known:
        return
    settings = house.settings
    import numpy  # noqa: F401  # here, before any thread: two threads importing it at once see it half made

    # One thread makes everything heavy, in turn, for the same reason.
    makers = ThreadPoolExecutor(1, thread_name_prefix="parts")
    house.closers.append(lambda: makers.shutdown(wait=False, cancel_futures=True))

    async def made(make: Callable[..., T], *given: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(makers, make, *given)

    embedder: Later[Any] = Later(house, "encoder", made(lambda: stand.encoder or _embedder(settings)))
    index: Later[Any] = Later(house, "index", made(_index))
    house.closers.append(index.close)
    model: Later[Any] | None = Later(house, "model", made(_model, settings)) if settings.model else None
    reader = stand.reader or LaterReader(Later(house, "reader", _reader(embedder, model, settings, made)))
    writer = stand.writer or (LaterWriter(model) if model is not None and settings.model_writes else None)
    for brand in known:
        documents, terms = stock[brand.id]
        library = LaterLibrary(
            Later(house, f"library of {brand.id}", _shelf(brand, embedder, index, documents, terms, settings, made)), terms
        )
        await _settle(house, brand, reader, writer, library, {str(one.id): one for doc in documents for one in doc.clauses})


async def _settle(
    house: Installation, brand: Brand, reader: Reader, writer: Writer | None, library: LaterLibrary, clauses: dict[str, Clause]
) -> None:
    settings = house.settings
    brand = replace(brand, hub_url=brand.hub_url or settings.public_url)
    async with house.database.reading() as tx:
        secret = await brands.credential(tx, brand, "read_client_secret", house.vault)
        client_id = await brands.credential(tx, brand, "read_client_id", house.vault)
    shop = _shop(house, brand, client_id or settings.read_client_id, secret or settings.read_client_secret.get_secret_value())
    first = not house.residences

    async def republish(documents: Sequence[Document], terms: Terms) -> None:
        clauses.clear()
        clauses.update({str(one.id): one for document in documents for one in document.clauses})
        await library.republish(documents, terms)

    parts = Parts(
        brand=brand,
        reader=reader,
        library=library,
        clause=clauses.get,
        shop=shop,
        clock=house.clock,
        chance=house.chance,
        hub_base=f"{brand.hub_url}" if first else f"{brand.hub_url}/b/{brand.id}",
        writer=writer,
        hub_available=lambda: brand.hub.active,
        templates_only=lambda: settings.kill_switch,
    )
    house.residences[BrandId(brand.id)] = Residence(
        brand=brand,
        parts=parts,
        shop=shop,
        base_url=settings.base_url_of(brand.shop),
        proxy_secrets=tuple(one for one in (secret, *settings.proxy_secrets()) if one),
        accounts_client_id=settings.accounts_client_id,
        clauses=clauses,
        republish=republish,
    )


def _shop(house: Installation, brand: Brand, client_id: str, secret: str) -> ReadShop:
    from shop.shopify.access import ClientCredentials
    from shop.shopify.client import ReadClient
    from shop.shopify.reading import ShopifyReadShop

    base = house.settings.base_url_of(brand.shop)
    tokens = ClientCredentials(http=house.http, base_url=base, client_id=client_id, secret=secret, monotonic=time.monotonic)
    client = ReadClient(http=house.http, base_url=base, tokens=tokens)
    return ShopifyReadShop(client=client, currency=brand.currency, now=house.clock.now)


def _embedder(settings: Settings) -> Any:
    from knowledge.embedding import BuiltInEmbeddings, load_e5

    built_in = BuiltInEmbeddings(load_e5() if settings.e5 else None)
    built_in.warm_up()
    if not settings.embeddings:
        return built_in
    from knowledge.embedding_hosted import HostedEmbeddings

    return HostedEmbeddings(
        settings.embeddings,
        base_url=settings.embeddings_base_url or None,
        api_key=settings.embeddings_api_key.get_secret_value(),
        dimension=settings.embeddings_dimension,
        built_in=built_in,
    )


def _index() -> Any:
    from knowledge.index.chroma import ChromaIndex

    # In memory, made again at each start from vectors that are kept. On disk its vector files would hold whatever the process had
    # in memory before, unwritten places included: a shopper's name was found in one.
    return ChromaIndex(None)


async def _shelf(
    brand: Brand, embedder: Later[Any], index: Later[Any], documents: tuple[Document, ...], terms: Terms, settings: Settings, made: Made
) -> Shelf:
    encoder, place = await embedder, await index

    def fill() -> Shelf:
        from knowledge.shelf import Shelf as RealShelf
        from knowledge.vectors import VectorsInFile

        # Vectors are kept by their words' digest, so a start embeds only what is new.
        shelf = RealShelf(brand.id, encoder, place, vectors=VectorsInFile(settings.vectors or settings.var / "vectors"))
        shelf.publish(documents, terms)
        return shelf

    shelf: Shelf = await made(fill)
    return shelf


async def _reader(embedder: Later[Any], model: "Later[Any] | None", settings: Settings, made: Made) -> Reader:
    encoder, asked = await embedder, None if model is None else await model

    reader: Reader = await made(_build_reader, encoder, asked, settings)
    return reader


def _build_reader(encoder: Any, model: Any, settings: Settings) -> Reader:
    from agent.readers.built_in import BuiltInReader

    built_in = BuiltInReader(encoder.sentence)
    if model is None:
        return built_in
    from agent.readers.first import BuiltInFirst
    from agent.readers.model import ModelReader

    return BuiltInFirst(built_in, ModelReader(model), forced=settings.model_forced)


def _model(settings: Settings) -> Any:
    """The configured chat model. Raises ImportError or ValueError that says what to install or change."""
    from agent.models.chat import ModelSettings, make_model

    key = settings.model_api_key.get_secret_value()
    return make_model(ModelSettings(id=settings.model, base_url=settings.model_base_url or None, api_key=key or None))


class LaterWriter:
    """Implements `agent.parts.Writer`: the model words policy answers once it is there."""

    def __init__(self, model: Later[Any]) -> None:
        self._model = model
        self._writer: Writer | None = None

    async def write(self, outcomes: tuple[Outcome, ...], evidence: Evidence, locale: str) -> Draft | None:
        if self._writer is None:
            model = await self._model

            def build() -> Writer:
                from agent.models.writer import ModelWriter

                return ModelWriter(model)

            self._writer = await asyncio.to_thread(build)
        return await self._writer.write(outcomes, evidence, locale)
