"""The one file everything is kept in: opened once, written by one connection, read by others.

StoreError
├── StoreInUse        another process holds the file: stop it, or use another place
└── StoreUnusable     the file cannot be opened or is of a newer version

StoreFailed is SQLAlchemy's own error for a read or write that did not happen (disk full, I/O error, locked).
"""

import fcntl
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Any, TypeAlias

from sqlalchemy import event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from server.store.migrations import HEAD, upgrade
from server.store.one_hop import OneHop

Transaction: TypeAlias = AsyncConnection
"""An open transaction. Repository functions take it first and the brand second."""

StoreFailed = DBAPIError

_ALL = ("busy_timeout=5000", "foreign_keys=ON", "mmap_size=0")
_WRITER = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON")
_READERS = 3
_LASTING = "lasting"


class StoreError(Exception):
    """The store cannot be used."""


class StoreInUse(StoreError):
    """Another process is using this database."""


class StoreUnusable(StoreError):
    """The database cannot be opened."""


class Database:
    """SQLite in WAL mode with synchronous=FULL: what was acknowledged is on disk (trust.md 5.6).

    One writing connection, because SQLite before 3.51.3 can lose a WAL when two connections write or checkpoint;
    one process, proved by a lock held for life, so that leases left by an earlier process are known to be dead.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None
        self._writer: AsyncEngine | None = None
        self._reader: AsyncEngine | None = None

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
    async def writing(self, *, lasting: bool = True) -> AsyncIterator[Transaction]:
        """A writing transaction, committed durably at the end, rolled back on any exception.

        lasting: False where losing the commit in a power failure loses nothing, as with a lease, which dies with its process
        anyway: such a commit does not wait for the disk. The next lasting one takes it along.
        """
        if self._writer is None:
            raise StoreUnusable("the database is closed")
        async with self._writer.connect() as plain:
            connection = await plain.execution_options(**{_LASTING: lasting})
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """A consistent view; any attempt to write in it fails."""
        if self._reader is None:
            raise StoreUnusable("the database is closed")
        async with self._reader.connect() as connection:
            yield connection

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
            version = await _version(tx)
            if version != HEAD:
                await tx.run_sync(upgrade)
            # We hold the lock, so whoever held these leases is gone (trust.md 5.4).
            await tx.execute(text("UPDATE conversations SET lease_until = NULL WHERE lease_until IS NOT NULL"))
            await tx.execute(text("UPDATE outbox SET state = 'unknown' WHERE state = 'sending'"))


async def _version(tx: Transaction) -> str | None:
    exists = await tx.scalar(text("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'"))
    return await tx.scalar(text("SELECT version_num FROM alembic_version")) if exists else None


def _engine(path: Path, *, size: int, writes: bool) -> AsyncEngine:
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}", module=OneHop.made(), pool_size=size, max_overflow=0, pool_timeout=30, hide_parameters=True
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
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
