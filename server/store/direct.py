"""Statements to SQLite run where they are asked for; only what may wait, for the disk or for somebody's lock, goes to the thread.

A statement takes some ten microseconds. Through the driver's thread it takes two turns of the event loop besides, and one that is busy
with other conversations needs a hundred milliseconds for each, while the one writing connection is held. So a transaction that has
begun runs to its end without anybody between, and its COMMIT, which waits for the disk, is the only trip.
"""

import collections
import sqlite3
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)

WAITING = "BEGIN IMMEDIATE"
"""Waits as long as another process holds the file."""


class DirectCursor(AsyncAdapt_aiosqlite_cursor):
    """Rows are fetched with the statement, never streamed."""

    __slots__ = ("description", "lastrowid", "rowcount")

    def __init__(self, adapt_connection: AsyncAdapt_aiosqlite_connection) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection
        self._rows: collections.deque[Any] = collections.deque()
        self.description: Any = None
        self.rowcount: int = -1
        self.lastrowid: Any = None

    async def _async_soft_close(self) -> None:
        """The real cursor is closed already."""

    def close(self) -> None:
        self._rows.clear()

    async def _execute_async(self, operation: Any, parameters: Any) -> None:
        plain = _plain(self._connection)
        if operation == WAITING and not _begun_at_once(plain):
            connection: Any = self._adapt_connection
            connection.away = True
            await self._connection.execute(operation)
            connection.away = False
        elif operation != WAITING:
            self._keep(plain.execute(operation, parameters or ()))

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> None:
        self._keep(_plain(self._connection).executemany(operation, seq_of_parameters))

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        self._rows = collections.deque(cursor.fetchall() if cursor.description else ())
        # After the rows: of a statement with RETURNING the count is known only then.
        self.description, self.rowcount, self.lastrowid = cursor.description, cursor.rowcount, cursor.lastrowid
        cursor.close()


class DirectConnection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ("away",)

    _cursor_cls = DirectCursor  # type: ignore[assignment]  # a subclass that opens no cursor of its own

    def __init__(self, dbapi: Any, connection: Any) -> None:
        super().__init__(dbapi, connection)
        self.away = False
        """Something is at the thread, or was when whoever waited for it was cancelled: what follows waits behind it."""

    def commit(self) -> None:
        self.away = True
        super().commit()
        self.away = False

    def rollback(self) -> None:
        if self.away:
            super().rollback()
            self.away = False
        elif self._connection._connection:
            _plain(self._connection).rollback()


class Direct(AsyncAdapt_aiosqlite_dbapi):
    """The driver, for `create_async_engine(..., module=Direct.made())`; its connections are opened with `check_same_thread=False`."""

    @classmethod
    def made(cls) -> "Direct":
        return cls(aiosqlite, sqlite3)

    def connect(self, *arg: Any, **kw: Any) -> DirectConnection:
        # One connection is never used by two at once: the pool hands it to one transaction, and a transaction awaits each of its steps.
        return DirectConnection(self, super().connect(*arg, **{**kw, "check_same_thread": False})._connection)


def _begun_at_once(connection: sqlite3.Connection) -> bool:
    """Begin to write, unless somebody else holds the file just now."""
    [(patience,)] = connection.execute("PRAGMA busy_timeout").fetchall()
    connection.execute("PRAGMA busy_timeout=0")
    try:
        connection.execute(WAITING)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return False
    finally:
        connection.execute(f"PRAGMA busy_timeout={patience}")
    return True


def _plain(connection: Any) -> sqlite3.Connection:
    """The connection beneath the thread's."""
    found: sqlite3.Connection = connection._conn
    return found
