"""PostgreSQL 15 or later: many processes on one database (trust.md 5.7)."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from server.store.database import Database, StoreUnusable, Transaction
from server.store.either import alone
from server.store.migrations import NewerDatabase, bring_up_to_date

_log = structlog.get_logger(__name__)
_SIZE, _MORE = 8, 8
"""Connections kept, and how many more at a rush: two web processes and two workers stay below PostgreSQL's own 100."""
_WAIT_S = 5.0
_CONNECT_S = 5.0
_MEASURE_S = 30.0
_OLDEST = 150000
_GUARDS = {
    # A stuck worker frees its rows, and a model call never sits in a transaction (starting values).
    "statement_timeout": "5s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
    "application_name": "deskbell",
}
_ASKED = ("fsync", "full_page_writes", "synchronous_commit")


class PostgresDatabase(Database):
    """Writes are READ COMMITTED and lock what they change; reads see one moment."""

    shared = True

    def __init__(self, url: str, *, path: Path) -> None:
        """url: `postgresql://user:password@host:port/name`. Raises StoreUnusable for one that cannot be read."""
        self.url = url
        self.path = path
        self.kept_by: Mapping[str, str] = {}
        self._engine: AsyncEngine | None = None
        self._measured: tuple[float, datetime] | None = None
        try:
            self._target = make_url(url)
        except (ArgumentError, ValueError) as error:
            raise StoreUnusable("DESKBELL_DATABASE_URL cannot be read: use postgresql://user:password@host:5432/name") from error
        if not self._target.database:
            raise StoreUnusable(f"{self._name} names no database: use postgresql://user:password@host:5432/name")

    @property
    def _name(self) -> str:
        """What it is called in messages, without its password."""
        return self._target.render_as_string(hide_password=True)

    async def open(self) -> None:
        self._engine = _engine(self._target.set(drivername="postgresql+asyncpg").render_as_string(hide_password=False))
        try:
            async with self.writing() as tx:
                await self._prepare(tx)
        except NewerDatabase as error:
            await self.close()
            raise StoreUnusable(f"{self._name} was used by a newer version of Deskbell: {error}. Start that version.") from error
        except DBAPIError as error:
            await self.close()
            raise StoreUnusable(f"{self._name} cannot be used: {_plain(error)}. {_advice(error, self._target.database)}") from error
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        if self._engine is not None:
            await self._engine.dispose()
            self._engine = None

    @asynccontextmanager
    async def writing(self, *, lasting: bool = True, hurried: bool = False) -> AsyncIterator[Transaction]:
        async with self._connected() as connection, connection.begin():
            if not lasting:
                await connection.execute(text("SET LOCAL synchronous_commit TO off"))
            if self._measured is None or time.monotonic() - self._measured[0] > _MEASURE_S:
                await self._measure(connection)
            yield connection

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        async with self._connected() as plain:
            yield await plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def wall(self) -> datetime:
        if self._measured is None:
            raise StoreUnusable("the database is closed")
        at, then = self._measured
        # The machine's own clock may be set while we run: only the time that has passed is taken from it.
        return then + timedelta(seconds=time.monotonic() - at)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        """A connection of the pool. Raises StoreUnusable where none can be had; what fails afterwards is StoreFailed."""
        if self._engine is None:
            raise StoreUnusable("the database is closed")
        try:
            connection = await self._engine.connect()
        except PoolTimeout as error:
            raise StoreUnusable(f"all {_SIZE + _MORE} connections to {self._name} are in use") from error
        except OSError as error:  # refused, unreachable or timed out
            raise StoreUnusable(
                f"{self._name} does not answer ({error.strerror or type(error).__name__}). Start PostgreSQL there, or correct "
                "DESKBELL_DATABASE_URL."
            ) from error
        try:
            yield connection
        finally:
            await connection.close()

    async def _measure(self, tx: Transaction) -> None:
        """How our clock stands to the database's. The answer is as old as half the trip."""
        before = time.monotonic()
        micros = int(await tx.scalar(text("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")) or 0)
        after = time.monotonic()
        moment = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=micros)
        self._measured = (after, moment + timedelta(seconds=(after - before) / 2))

    async def _prepare(self, tx: Transaction) -> None:
        """One process after the other: the first migrates, the others find it done."""
        version = int(await tx.scalar(text("SELECT current_setting('server_version_num')::int")) or 0)
        if version < _OLDEST:
            raise StoreUnusable(f"{self._name} is PostgreSQL {version // 10000}; 15 or later is needed.")
        for name, value in (("lock_timeout", "60s"), ("statement_timeout", "300s")):
            await tx.execute(text(f"SET LOCAL {name} TO '{value}'"))
        await alone(tx, "migrations")
        await tx.run_sync(bring_up_to_date)
        self.kept_by = {name: str(await tx.scalar(text(f"SELECT current_setting('{name}')"))) for name in _ASKED}
        if weak := [name for name in _ASKED if self.kept_by[name] == "off"]:
            _log.warning("commits_may_be_lost", settings=weak, detail="a power failure can lose what was acknowledged")


def _engine(url: str) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=_SIZE,
        max_overflow=_MORE,
        pool_timeout=_WAIT_S,
        hide_parameters=True,
        isolation_level="READ COMMITTED",
        connect_args={"server_settings": _GUARDS, "timeout": _CONNECT_S},
    )


def _plain(error: DBAPIError) -> str:
    """The server's own sentence."""
    return str(error.orig).rpartition(">: ")[2].strip().rstrip(".")


def _advice(error: DBAPIError, database: str | None) -> str:
    """What to do about it, by the server's SQLSTATE."""
    match getattr(error.orig, "sqlstate", None):
        case "3D000":
            return f"Create it: createdb {database}"
        case "28P01" | "28000":
            return "Correct the user or password in DESKBELL_DATABASE_URL."
        case "42501":
            return "The user must be allowed to make tables there: GRANT CREATE, USAGE ON SCHEMA public."
        case "53300":
            return "PostgreSQL has no connection left: raise max_connections or stop something."
        case "57P03":
            return "PostgreSQL is starting: try again in a moment."
        case _:
            return "Correct DESKBELL_DATABASE_URL or the server."
