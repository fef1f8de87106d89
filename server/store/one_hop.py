"""One trip to the database's thread per statement instead of four, since on SQLite the trips cost more than the work.

SQLAlchemy's aiosqlite driver makes a cursor, executes, fetches and closes in separate trips; a turn of twenty statements then
wakes the thread eighty times. Here a statement is executed and its rows are fetched in one. Rows are never streamed.
"""

import collections
import sqlite3
from collections.abc import Callable
from typing import Any

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
)


class _Done:
    """What is left of a cursor once its rows are fetched."""

    __slots__ = ("description", "lastrowid", "rowcount", "rows")

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self.rows = cursor.fetchall() if cursor.description else []
        # After the rows: of a statement with RETURNING the count is known only then.
        self.description, self.rowcount, self.lastrowid = cursor.description, cursor.rowcount, cursor.lastrowid
        cursor.close()


class OneHopCursor(AsyncAdapt_aiosqlite_cursor):
    __slots__ = ("_done",)

    def __init__(self, adapt_connection: AsyncAdapt_aiosqlite_connection) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection
        self._done: _Done | None = None
        self._rows: collections.deque[Any] = collections.deque()

    @property
    def description(self) -> Any:
        return self._done.description if self._done else None

    @property
    def rowcount(self) -> int:
        return self._done.rowcount if self._done else -1

    @property
    def lastrowid(self) -> Any:
        return self._done.lastrowid if self._done else None

    async def _async_soft_close(self) -> None:
        """The real cursor was closed in the same trip."""

    def close(self) -> None:
        self._rows.clear()

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        return await self._run(lambda connection: connection.execute(operation, parameters or ()))

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> Any:
        return await self._run(lambda connection: connection.executemany(operation, seq_of_parameters))

    async def _run(self, work: Callable[[sqlite3.Connection], sqlite3.Cursor]) -> None:
        connection: Any = self._connection
        async with self._adapt_connection._execute_mutex:
            self._done = await connection._execute(lambda: _Done(work(connection._conn)))
            self._rows = collections.deque(self._done.rows)


class OneHopConnection(AsyncAdapt_aiosqlite_connection):
    __slots__ = ()

    _cursor_cls = OneHopCursor  # type: ignore[assignment]  # a subclass that opens no cursor of its own


class OneHop(AsyncAdapt_aiosqlite_dbapi):
    """The driver, for `create_async_engine(..., module=OneHop.made())`."""

    @classmethod
    def made(cls) -> "OneHop":
        return cls(aiosqlite, sqlite3)

    def connect(self, *arg: Any, **kw: Any) -> AsyncAdapt_aiosqlite_connection:
        return OneHopConnection(self, super().connect(*arg, **kw)._connection)
