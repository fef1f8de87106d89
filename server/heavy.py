"""What is slow to make (encoder, index, reader, libraries, model): made in the background while the house already answers the door.

Heavy libraries are imported here inside functions, so that commands and pages start fast; a turn that comes earlier waits.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Coroutine, Generator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, Protocol, TypeVar

import structlog

from agent.conversation import ConversationState
from agent.evidence import Evidence
from agent.parts import Draft, Writer
from agent.reading import Reader, Reading
from channels.message import Inbound
from knowledge.brand import Brand
from knowledge.document import Citation, Document
from knowledge.terms import Terms
from server.installation import Installation
from server.settings import Settings
from skills.skill import Outcome

Made = Callable[..., Awaitable[Any]]
"""Runs something heavy on the one thread for it."""
_log = structlog.get_logger(__name__)
T = TypeVar("T")


class Shelf(Protocol):
    """What is asked of `knowledge.shelf.Shelf`."""

    def publish(self, documents: Sequence[Document], terms: Terms) -> None: ...
    async def look_up(self, question: str, *, locale: str, k: int = 5, topics: Sequence[str] = ()) -> tuple[Citation, ...]: ...
    def terms(self) -> Terms: ...


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


class NoReader:
    """Implements `agent.reading.Reader` where no turn is ever taken."""

    async def read(self, messages: tuple[Inbound, ...], state: ConversationState, brand: Brand) -> Reading:
        raise RuntimeError("this process takes no turns")


class LaterLibrary:
    """Implements `knowledge.library.Library`: terms at once, passages as soon as they are on the shelf."""

    def __init__(self, shelf: Later[Shelf] | None, terms: Terms) -> None:
        """shelf: None in a process that takes no turns: its pages need the rules alone."""
        self._shelf = shelf
        self._terms = terms
        self.lexical_only = False

    async def look_up(self, question: str, *, locale: str, k: int = 5, topics: Sequence[str] = ()) -> tuple[Citation, ...]:
        if self._shelf is None:
            return ()
        shelf = await self._shelf
        found = await shelf.look_up(question, locale=locale, k=k, topics=topics)
        self.lexical_only = bool(getattr(shelf, "lexical_only", False))
        return found

    def terms(self) -> Terms:
        return self._terms

    async def republish(self, documents: Sequence[Document], terms: Terms) -> None:
        """After a change: these documents and rules from now on. The rules count at once, new passages when they are embedded."""
        self._terms = terms
        if self._shelf is not None:
            shelf = await self._shelf
            await asyncio.to_thread(shelf.publish, documents, terms)


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


class Heavy:
    """All of it for one installation, begun when its first brand moves in."""

    def __init__(self, house: Installation, *, encoder: Any = None, reader: Reader | None = None, writer: Writer | None = None) -> None:
        """encoder, reader, writer: put in the place of the real thing."""
        import numpy  # noqa: F401  # here, before any thread: two threads importing it at once see it half made

        self._house = house
        settings = house.settings
        # One thread makes everything heavy, in turn, for the same reason.
        self._makers = ThreadPoolExecutor(1, thread_name_prefix="parts")
        self._reading = ThreadPoolExecutor(1, thread_name_prefix="reader")
        for threads in (self._makers, self._reading):
            house.closers.append(partial(threads.shutdown, wait=False, cancel_futures=True))
        self._embedder: Later[Any] = Later(house, "encoder", self._made(lambda: encoder or _embedder(settings)))
        self._index: Later[Any] = Later(house, "index", self._made(_index))
        house.closers.append(self._index.close)
        model: Later[Any] | None = Later(house, "model", self._made(_model, settings)) if settings.model else None
        plain: Later[Reader] = Later(house, "reader", self._reader())
        self.plain_reader: Reader = reader or LaterReader(plain)
        """Reads without a model, whatever is configured."""
        self.reader: Reader = self.plain_reader
        if model is not None and reader is None:
            self.reader = LaterReader(Later(house, "reader with model", self._reader_with(plain, model)))
        self.writer: Writer | None = writer or (LaterWriter(model) if model is not None and settings.model_writes else None)

    def library(self, brand: Brand, documents: Sequence[Document], terms: Terms) -> LaterLibrary:
        return LaterLibrary(Later(self._house, f"library of {brand.id}", self._shelf(brand, documents, terms)), terms)

    async def _made(self, make: Callable[..., T], *given: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._makers, make, *given)

    async def _shelf(self, brand: Brand, documents: Sequence[Document], terms: Terms) -> Shelf:
        encoder, place = await self._embedder, await self._index
        settings = self._house.settings

        def fill() -> Shelf:
            from knowledge.shelf import Shelf as RealShelf
            from knowledge.vectors import VectorsInFile

            # Vectors are kept by their words' digest, so a start embeds only what is new.
            shelf = RealShelf(brand.id, encoder, place, vectors=VectorsInFile(settings.vectors or settings.var / "vectors"))
            shelf.publish(documents, terms)
            return shelf

        return await self._made(fill)

    async def _reader(self) -> Reader:
        return await self._made(_built_in_reader, await self._embedder, self._reading)

    async def _reader_with(self, plain: Later[Reader], model: Later[Any]) -> Reader:
        return await self._made(_model_second, await plain, await model, self._house.settings)


async def make_reader(settings: Settings) -> Reader:
    """The reader alone, for one-off commands and measurements."""
    built_in: Reader = await asyncio.to_thread(_built_in_reader, await asyncio.to_thread(_embedder, settings))
    if not settings.model:
        return built_in
    return await asyncio.to_thread(_model_second, built_in, await asyncio.to_thread(_model, settings), settings)


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


def cache_folder() -> Path | None:
    """Where vectors outlive one-off commands, so that the second is quick; None where there is no such place."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "deskbell" / "vectors"
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return root if os.access(root, os.W_OK) else None


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


def _built_in_reader(encoder: Any, thread: Executor | None = None) -> Reader:
    from agent.phrases import phrases
    from agent.readers.built_in import BuiltInReader
    from agent.readers.language import language_of
    from channels.words import LOCALES

    # Made here, or by the first shopper's turn, which everybody else would wait for.
    for locale in LOCALES:
        phrases(locale)
    language_of("can I still change the size?", LOCALES, LOCALES[0])
    return BuiltInReader(encoder.sentence, thread=thread)


def _model_second(built_in: Reader, model: Any, settings: Settings) -> Reader:
    from agent.readers.first import BuiltInFirst
    from agent.readers.model import ModelReader

    return BuiltInFirst(built_in, ModelReader(model), forced=settings.model_forced)


def _model(settings: Settings) -> Any:
    """The configured chat model. Raises ImportError or ValueError that says what to install or change."""
    from agent.models.chat import ModelSettings, make_model

    key = settings.model_api_key.get_secret_value()
    return make_model(ModelSettings(id=settings.model, base_url=settings.model_base_url or None, api_key=key or None))
