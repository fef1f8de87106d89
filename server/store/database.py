"""Where everything is kept: SQLite in one file for one process, or PostgreSQL for many.

StoreError
├── StoreInUse        another process holds the file: stop it, or use another place
└── StoreUnusable     the database cannot be opened or reached, or is of a newer version

StoreFailed is SQLAlchemy's own error for a read or write that did not happen (disk full, I/O error, locked, connection lost).
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import TypeAlias

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

Transaction: TypeAlias = AsyncConnection
"""An open transaction. Repository functions take it first and the brand second."""

StoreFailed = DBAPIError


class StoreError(Exception):
    """The store cannot be used."""


class StoreInUse(StoreError):
    """Another process is using this database."""


class StoreUnusable(StoreError):
    """The database cannot be opened or reached."""


class Database(ABC):
    """One database, opened once per process."""

    url: str
    """As it was given, with its password: for those who connect beside us, never for a log."""
    shared: bool
    """Several processes may use it at once."""
    path: Path
    """The SQLite file; on PostgreSQL where it would be, since other files of the process lie beside it."""
    kept_by: Mapping[str, str]
    """What makes a commit last, as the open database itself says it, e.g. `fsync: on`. For the health page (trust.md 5.7)."""

    @abstractmethod
    async def open(self) -> None:
        """Connect and bring the tables up to date. Raises StoreInUse or StoreUnusable."""

    @abstractmethod
    async def close(self) -> None: ...

    @abstractmethod
    def writing(self, *, lasting: bool = True, hurried: bool = False) -> AbstractAsyncContextManager[Transaction]:
        """A writing transaction, committed durably at the end, rolled back on any exception.

        lasting: False where losing the commit in a power failure loses nothing, as with a lease: such a commit does not wait for
        the disk. The next lasting one takes it along.
        hurried: somebody waits for it outside, e.g. the sender of a webhook: where writers queue it goes before turns and sends.
        """

    @abstractmethod
    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        """A consistent view; any attempt to write in it fails."""

    @abstractmethod
    def wall(self) -> datetime:
        """The database's own clock, in UTC: leases, pauses and sends of all processes go by it. No question is asked."""


def database_for(url: str, var: Path) -> Database:
    """The database an installation is told to use: `sqlite:///path`, `postgresql://…`, or nothing for `{var}/deskbell.db`.

    Raises StoreUnusable for anything else.
    """
    scheme, _, rest = url.partition(":")
    if re.fullmatch(r"postgres(ql)?(\+\w+)?", scheme):
        from server.store.postgres import PostgresDatabase

        return PostgresDatabase(f"postgresql:{rest}", path=var / "deskbell.db")
    from server.store.sqlite import SqliteDatabase

    return SqliteDatabase(sqlite_path(url, var))


def sqlite_path(url: str, var: Path) -> Path:
    """The file a SQLite address names. Raises StoreUnusable for an address of another kind."""
    if not url:
        return var / "deskbell.db"
    scheme, _, path = url.partition(":///")
    if scheme not in ("sqlite", "sqlite+aiosqlite") or not path:
        shown = re.sub(r"//[^@/]*@", "//…@", url)
        raise StoreUnusable(
            f"DESKBELL_DATABASE_URL {shown!r} is not supported: use sqlite:///path/to/file.db or postgresql://user:password@host:5432/name"
        )
    return Path(path)
