"""How the processes of one installation hear each other's bells: PostgreSQL's LISTEN and NOTIFY, and the log itself while that is down."""

import asyncio
import json
from collections import deque
from contextlib import suppress
from uuid import uuid4

import asyncpg
import structlog

from channels.message import ConversationId
from knowledge.brand import BrandId
from server.engine.bell import Bell, Key

_log = structlog.get_logger(__name__)
_CHANNEL = "deskbell_bell"
_PATIENCE_S = 3.0
"""While nothing is heard, open pages look at their logs this often."""
_BEAT_S = 10.0
_TIMEOUT_S = 5.0
_MOST_WAITING = 10_000
"""Rings kept while the connection is away; the log is the record, so what is dropped is only heard later."""


class Relay:
    """One direct connection per process, never through a transaction pooler (trust.md 5.7). What it carries may be lost: pages catch up."""

    def __init__(self, bell: Bell, url: str) -> None:
        """url: `postgresql://…`."""
        self._bell = bell
        self._url = url
        self._origin = uuid4().hex[:12]
        self._out: deque[str] = deque(maxlen=_MOST_WAITING)
        self._heard: deque[tuple[Key, str | None]] = deque(maxlen=_MOST_WAITING)
        self._stir = asyncio.Event()
        self.listening = asyncio.Event()
        """Set while the connection stands."""
        bell.abroad = self._ring_abroad

    def _ring_abroad(self, key: Key, code: str | None) -> None:
        self._out.append(json.dumps([self._origin, *key, code]))
        self._stir.set()

    def _on_notice(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        origin, brand, conversation, code = json.loads(str(payload))
        if origin != self._origin:
            self._heard.append(((BrandId(brand), ConversationId(conversation)), code))
            self._stir.set()

    async def run(self) -> None:
        """Until cancelled. A connection that dies is made again, and pages look at their logs meanwhile."""
        while True:
            try:
                await self._hold()
            except Exception as error:
                # Whatever it was: the log is the record, and the next connection hears again.
                _log.warning("relay_down", error=type(error).__name__)
            self.listening.clear()
            await self._bell.ring_all()
            await asyncio.sleep(_PATIENCE_S)

    async def _hold(self) -> None:
        connection = await asyncpg.connect(self._url, timeout=_TIMEOUT_S, command_timeout=_TIMEOUT_S)
        try:
            connection.add_termination_listener(lambda _: self._stir.set())
            await connection.add_listener(_CHANNEL, self._on_notice)
            self.listening.set()
            await self._bell.ring_all()
            while not connection.is_closed():
                self._stir.clear()
                await self._pass_on(connection)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stir.wait(), _BEAT_S)
                    continue
                await connection.execute("SELECT 1")  # a connection may be dead without a word
        finally:
            with suppress(Exception):
                await asyncio.wait_for(connection.close(), 1.0)
            connection.terminate()

    async def _pass_on(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        while self._heard:
            await self._bell.heard(*self._heard.popleft())
        if self._out:
            waiting = list(self._out)
            # One statement for all of them: notices queue behind each other at commit.
            await connection.execute("SELECT pg_notify($1, said) FROM unnest($2::text[]) AS said", _CHANNEL, waiting)
            for _ in waiting:
                self._out.popleft()
