"""The two stores a run may stand on, made fresh for it, and read raw when every worker has ended."""

import asyncio
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import asyncpg

from evals.chaos.record import Kept, Left, tokens

USUAL = ("postgresql://postgres@127.0.0.1:5432/postgres", "postgresql://postgres@127.0.0.1:54329/postgres")
"""Where a PostgreSQL is looked for: the machine's own, then one of the project's."""
_KEPT = "SELECT message, conversation, position, turn FROM inbox WHERE provider <> 'house' ORDER BY conversation, position"
_LEFT = """
SELECT ref, conversation, seq, part, state, attempts, sending_at, channel, body, provider_ref FROM outbox ORDER BY conversation, seq, part
"""
_TOLD = "SELECT message FROM inbox WHERE provider = 'house' AND signal = 'notice' AND message LIKE 'u-%'"
_LOG = """
SELECT events.conversation, events.body, events.at FROM events
JOIN conversations ON conversations.brand = events.brand AND conversations.id = events.conversation
WHERE events.kind = 'message' AND conversations.channel = 'webchat' ORDER BY events.conversation, events.seq
"""
_CUT_OFF = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
_STAY = frozenset({"alembic_version", "brands", "shop_credentials"})
"""Tables that are the same in every run."""
_LAST = ("procrastinate_jobs", "procrastinate_workers")
"""Others refer to them."""
_ID = re.compile(r"SM[0-9a-f]{32}")
_serial = count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One message of the agent in a webchat's log."""

    conversation: str
    ref: str
    text: str
    wall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    kept: Sequence[Kept]
    left: Sequence[Left]
    shown: Sequence[Shown]


class Store(Protocol):
    kind: str
    url: str
    fresh: bool
    """Nobody has made its tables and its brand yet."""

    async def make(self, place: Path) -> None: ...
    async def rows(self) -> Rows:
        """Inbox, outbox and webchat's logs as they were left; only when no worker lives."""
        ...

    async def drop(self) -> None: ...


class SqliteStore:
    kind = "sqlite"

    def __init__(self, template: Path | None = None) -> None:
        """template: a file with tables and brand in it, to begin from a copy of."""
        self.url = ""
        self.path = Path()
        self.fresh = template is None
        self._template = template

    async def make(self, place: Path) -> None:
        self.path = place / "deskbell.db"
        self.url = f"sqlite:///{self.path}"
        if self._template is not None:
            shutil.copyfile(self._template, self.path)

    async def rows(self) -> Rows:
        connection = sqlite3.connect(self.path)
        try:
            return _rows(*(connection.execute(query).fetchall() for query in (_KEPT, _LEFT, _TOLD, _LOG)))
        finally:
            connection.close()

    async def drop(self) -> None:
        pass


class Pool:
    """Databases of one server, made from the first that a worker has set up, and emptied between two runs; all gone at the end."""

    def __init__(self, server: str) -> None:
        self.server = server
        self.template: str | None = None
        self._free: list[str] = []
        self._made: list[str] = []

    def url_of(self, name: str) -> str:
        return self.server.rpartition("/")[0] + "/" + name

    async def take(self) -> str:
        if self._free:
            return self._free.pop()
        name = f"deskbell_chaos_{os.getpid()}_{next(_serial)}"
        self._made.append(name)
        await self._tell(f"CREATE DATABASE {name}" + (f" TEMPLATE {self.template}" if self.template else ""))
        return name

    async def give_back(self, name: str) -> None:
        """The first becomes the template."""
        if self.template is None:
            self.template = name
            return
        connection = await asyncpg.connect(self.url_of(name))
        try:
            await connection.execute(_CUT_OFF, name)
            tables = {row[0] for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
            # Deleting few rows is quicker than truncating, which makes every file anew.
            gone = sorted(tables - _STAY, key=lambda table: (_LAST.index(table) if table in _LAST else -1, table))
            await connection.execute(";".join(f"DELETE FROM {table}" for table in gone))
        finally:
            await connection.close()
        self._free.append(name)

    async def close(self) -> None:
        for name in reversed(self._made):
            await self._tell(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    async def _tell(self, command: str) -> None:
        connection = await asyncpg.connect(self.server)
        try:
            await connection.execute(command)
        finally:
            await connection.close()


class PostgresStore:
    """A database of its own for each run."""

    kind = "postgresql"

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._name = self.url = ""
        self.fresh = pool.template is None

    async def make(self, place: Path) -> None:
        self._name = await self._pool.take()
        self.url = self._pool.url_of(self._name)

    async def rows(self) -> Rows:
        connection = await asyncpg.connect(self.url)
        try:
            return _rows(*[await connection.fetch(query) for query in (_KEPT, _LEFT, _TOLD, _LOG)])
        finally:
            await connection.close()

    async def drop(self) -> None:
        await self._pool.give_back(self._name)

    async def cut_off(self) -> int:
        """Ends every connection to this database, as a restart of the server would; how many."""
        connection = await asyncpg.connect(self._pool.server)
        try:
            return int(await connection.fetchval(f"SELECT count(*) FROM ({_CUT_OFF}) AS cut", self._name))
        finally:
            await connection.close()


async def answers(server: str) -> bool:
    """Whether a PostgreSQL is there that lets us in."""
    try:
        connection = await asyncio.wait_for(asyncpg.connect(server), 3)
    except (OSError, TimeoutError, asyncpg.PostgresError):
        return False
    await connection.close()
    return True


async def find_postgres(named: str = "") -> str | None:
    """The first that answers: the one named, else the environment's, else the usual places. None: nowhere."""
    named = named or os.environ.get("DESKBELL_TEST_POSTGRES", "")
    for server in (named,) if named else USUAL:
        if await answers(server):
            return server
    return None


def _rows(inbox: Sequence[Any], outbox: Sequence[Any], told: Sequence[Any], log: Sequence[Any]) -> Rows:
    known = {row[0].removeprefix("u-") for row in told}
    kept = [Kept(id=_id(row[0]), conversation=row[1] or "", position=row[2], turn=row[3]) for row in inbox]
    left = [
        Left(
            ref=row[0],
            conversation=row[1],
            seq=row[2],
            part=row[3],
            state=row[4],
            attempts=row[5],
            stamped=row[6] / 1e6 if row[6] else None,
            channel=row[7],
            words=tokens(row[8]),
            mail=((json.loads(row[8]).get("mail") or {}).get("message_id") or row[9] or "") if row[7] == "email" else "",
            told=row[0] in known,
        )
        for row in outbox
    ]
    bodies = [(row[0], json.loads(row[1]), row[2] / 1e6) for row in log]
    shown = [
        Shown(conversation=conversation, ref=body["ref"], text=body["text"], wall=wall)
        for conversation, body, wall in bodies
        if body["author"] == "agent" and tokens(body["text"])
    ]
    return Rows(kept=kept, left=left, shown=shown)


def _id(key: str) -> str:
    """The sender's id as the driver made it, whatever a channel wraps around it."""
    found = _ID.search(key)
    return found.group() if found else key
