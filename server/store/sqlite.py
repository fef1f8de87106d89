"""SQLite: one file, one process, one writing connection."""

import asyncio
import fcntl
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from server.gate import Gate
from server.store.database import Database, StoreInUse, StoreUnusable, Transaction
from server.store.direct import WAITING, Direct
from server.store.migrations import NewerDatabase, bring_up_to_date

_ALL = ("busy_timeout=5000", "foreign_keys=ON", "mmap_size=0")
_WRITER = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON")
_READERS = 3
_PATIENCE_S = 8.0
"""How long anybody waits for a connection: shorter than the senders of webhooks wait for us (Twilio: 15 s), so that they are told."""
_LASTING = "lasting"
_LEVELS = {0: "off", 1: "normal", 2: "full", 3: "extra"}


class SqliteDatabase(Database):
    """SQLite in WAL mode with synchronous=FULL: what was acknowledged is on disk (trust.md 5.6).

    One writing connection, because SQLite before 3.51.3 can lose a WAL when two connections write or checkpoint;
    one process, proved by a lock held for life, so that leases left by an earlier process are known to be dead.
    """

    shared = False

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"sqlite:///{path}"
        self.kept_by: Mapping[str, str] = {}
        self._lock: IO[str] | None = None
        self._gate = Gate()
        self._writer: AsyncEngine | None = None
        self._reader: AsyncEngine | None = None

    def wall(self) -> datetime:
        return datetime.now(UTC)

    async def open(self) -> None:
        """Take the lock, migrate, clear dead leases. Raises StoreInUse or StoreUnusable."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._take_lock()
        except OSError as error:
            raise StoreUnusable(
                f"{str(self.path)!r} cannot be opened: {error.strerror}. Choose another place with DESKBELL_VAR."
            ) from error
        try:
            self._writer = _engine(self.path, size=1, writes=True)
            await self._prepare()
            self._reader = _engine(self.path, size=_READERS, writes=False)
            async with AsyncExitStack() as held:
                # Now, not in the middle of the work: a connection whose opening is cancelled is never closed.
                for _ in range(_READERS):
                    await held.enter_async_context(self._reader.connect())
        except NewerDatabase as error:
            await self.close()
            raise StoreUnusable(f"{str(self.path)!r} was used by a newer version of Deskbell: {error}. Start that version.") from error
        except DBAPIError as error:
            await self.close()
            raise StoreUnusable(f"{str(self.path)!r} cannot be used as a database: {error.orig}") from error
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Readers first: the writer is the last to leave, so that only it checkpoints."""
        if self._reader is not None:
            await self._reader.dispose()
            self._reader = None
        if self._writer is not None:
            await self._writer.dispose()
            self._writer = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    @asynccontextmanager
    async def writing(self, *, lasting: bool = True, hurried: bool = False) -> AsyncIterator[Transaction]:
        if self._writer is None:
            raise StoreUnusable("the database is closed")
        async with self._alone(hurried), _taken(self._writer) as plain:
            connection = await plain.execution_options(**{_LASTING: lasting})
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        if self._reader is None:
            raise StoreUnusable("the database is closed")
        async with _taken(self._reader) as connection:
            yield connection

    @asynccontextmanager
    async def _alone(self, hurried: bool) -> AsyncIterator[None]:
        """The one who writes. Raises StoreUnusable where those before us wait for a locked file: a sender is told soon."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                await self._gate.take(hurried=hurried)
        except TimeoutError as error:
            raise StoreUnusable(f"the database was busy for {_PATIENCE_S:.0f} s; try again in a moment") from error
        try:
            yield
        finally:
            self._gate.give()

    def _take_lock(self) -> None:
        lock = (self.path.parent / f"{self.path.name}.lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise StoreInUse(
                f"{str(self.path)!r} is in use by another Deskbell process (pid {holder}). One process owns the file: stop that one, "
                "or point DESKBELL_VAR to another folder."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    async def _prepare(self) -> None:
        async with self.writing() as tx:
            await tx.run_sync(bring_up_to_date)
            # We hold the lock, so whoever held these is gone (trust.md 5.4). What was being sent is looked up first, past its horizon.
            await tx.execute(text("UPDATE conversations SET lease_until = NULL WHERE lease_until IS NOT NULL"))
            await tx.execute(text("UPDATE jobs SET claimed_until = NULL WHERE claimed_until IS NOT NULL"))
            level = _LEVELS[int(await tx.scalar(text("PRAGMA synchronous")) or 0)]
            self.kept_by = {"journal_mode": str(await tx.scalar(text("PRAGMA journal_mode"))), "synchronous": level}


@asynccontextmanager
async def _taken(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection, once it is free. Raises StoreUnusable where those before us wait for a locked file: a sender is told soon."""
    try:
        connection = await engine.connect()
    except PoolTimeout as error:
        raise StoreUnusable(f"the database was busy for {_PATIENCE_S:.0f} s; try again in a moment") from error
    try:
        yield connection
    finally:
        await connection.close()


def _engine(path: Path, *, size: int, writes: bool) -> AsyncEngine:
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}", module=Direct.made(), pool_size=size, max_overflow=0, pool_timeout=_PATIENCE_S, hide_parameters=True
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # transactions are begun by us, below
        cursor = connection.cursor()
        for pragma in (*(_WRITER if writes else ("query_only=ON",)), *_ALL):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        lasting = connection.get_execution_options().get(_LASTING, True)
        if writes and connection.info.get(_LASTING, True) is not lasting:
            # Between transactions only: SQLite ignores the change inside one.
            connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if lasting else 'NORMAL'}")
            connection.info[_LASTING] = lasting
        # A deferred transaction that reads and then writes fails with "database is locked" under load; an immediate one waits.
        connection.exec_driver_sql(WAITING if writes else "BEGIN")

    return engine
