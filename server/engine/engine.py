"""What wakes the house. An engine only wakes: fences and unique keys decide, so a wake may come twice, late or never."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from channels.message import ConversationId
from knowledge.brand import BrandId
from server.store.jobs import Job


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long things wait. Zero debounce for tests and measurements."""

    debounce: timedelta = timedelta(seconds=1.5)
    """Webchat: a shopper who writes in several short messages is answered once."""
    cap: timedelta = timedelta(seconds=6)
    """However long the burst, an answer begins by then."""
    sweep: timedelta = timedelta(seconds=5)
    lease: timedelta = timedelta(seconds=20)
    drain: timedelta = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    running: bool
    busy: int
    """Turns under way."""
    waiting: int
    """Conversations about to be answered."""
    swept_at: datetime | None


Answer = Callable[[BrandId, ConversationId], Awaitable[bool]]
"""Takes one turn of a conversation; True when more is waiting in it."""
RunJob = Callable[[Job], Awaitable[None]]
"""Runs one job. It raises when the job should be tried again."""
Dispatch = Callable[[], Awaitable[None]]
"""Sends what is ready to leave."""


class Engine(Protocol):
    def wake(self, brand: BrandId, conversation: ConversationId, *, after: timedelta) -> None:
        """Have the conversation answered after a pause; a later wake extends the pause, up to the cap. Call it after the commit."""
        ...

    async def schedule(self, brand: BrandId, kind: str, key: str, at: datetime, payload: dict[str, Any]) -> None: ...

    def look(self) -> None:
        """Jobs or parcels may be due: look now instead of at the next sweep."""
        ...

    async def run(self) -> None:
        """Until stopped."""
        ...

    def health(self) -> Health: ...
