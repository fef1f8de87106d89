"""How an open page learns that its conversation's log has grown, and what the agent is doing meanwhile."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from channels.message import ConversationId
from knowledge.brand import BrandId

Key = tuple[BrandId, ConversationId]


@dataclass(slots=True)
class _Line:
    condition: asyncio.Condition = field(default_factory=asyncio.Condition)
    rung: int = 0
    statuses: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=20))
    listeners: int = 0


class Bell:
    """One line per conversation that somebody watches. Nothing here is a record: the log is, and statuses pass."""

    def __init__(self) -> None:
        self._lines: defaultdict[Key, _Line] = defaultdict(_Line)
        self.abroad: Callable[[Key, str | None], None] | None = None
        """Passes on what happens here to the other processes of the installation, where there are any."""

    async def ring(self, brand: BrandId, conversation: ConversationId) -> None:
        """The log has grown."""
        await self._tell((brand, conversation), None)
        if self.abroad is not None:
            self.abroad((brand, conversation), None)

    async def status(self, brand: BrandId, conversation: ConversationId, code: str) -> None:
        """What the agent is doing, e.g. `checking_orders`; shown while it lasts, never kept."""
        await self._tell((brand, conversation), code)
        if self.abroad is not None:
            self.abroad((brand, conversation), code)

    async def heard(self, key: Key, code: str | None) -> None:
        """It rang in another process."""
        await self._tell(key, code)

    async def ring_all(self) -> None:
        """Whoever listens had better look for themselves: something may have been missed."""
        for key in tuple(self._lines):
            await self._tell(key, None)

    def listen(self, brand: BrandId, conversation: ConversationId) -> "Listener":
        return Listener(self, (brand, conversation))

    async def _tell(self, key: Key, code: str | None) -> None:
        line = self._lines.get(key)
        if line is None:
            return
        async with line.condition:
            line.rung += 1
            if code is not None:
                line.statuses.append((line.rung, code))
            line.condition.notify_all()


class Listener:
    """One open page. Use as a context manager, read the log, then wait."""

    def __init__(self, bell: Bell, key: Key) -> None:
        self._bell = bell
        self._key = key
        self._heard = 0

    def __enter__(self) -> "Listener":
        self._line = self._bell._lines[self._key]
        self._line.listeners += 1
        self._heard = self._line.rung
        return self

    def __exit__(self, *_: object) -> None:
        self._line.listeners -= 1
        if not self._line.listeners:
            self._bell._lines.pop(self._key, None)

    async def wait(self, seconds: float) -> tuple[str, ...] | None:
        """Status codes since the last call (perhaps none) once the bell rings; None when it stayed silent that long.

        A ring between reading the log and waiting is not lost: it is counted, not only signalled.
        """
        line = self._line
        try:
            async with line.condition:
                await asyncio.wait_for(line.condition.wait_for(lambda: line.rung > self._heard), seconds)
        except TimeoutError:
            return None
        codes = tuple(code for at, code in line.statuses if at > self._heard)
        self._heard = line.rung
        return codes
