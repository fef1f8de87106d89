"""What wakes the house. An engine only wakes: fences and unique keys decide, so a wake may come twice, late or never."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from channels.message import Channel, ConversationId
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
    job: timedelta = timedelta(minutes=2)
    """A job that has not ended by then counts as abandoned and may be claimed again."""
    news: timedelta = timedelta(seconds=2)
    """How often a process looks for switches that were turned and brands that have changed (O2: known within 5 s)."""
    horizon_scale: float = 1.0
    """Shrinks the timeouts and horizons of transports alike, so that a harness need not wait a minute for each unconfirmed send."""

    def debounce_of(self, channel: Channel | str) -> timedelta:
        """How long a burst is waited for: 1.5 s in webchat, twice that where people type on a phone or write mail (trust.md 5.2)."""
        return self.debounce if channel == Channel.WEBCHAT else self.debounce * 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    running: bool
    busy: int
    """Turns under way."""
    waiting: int
    """Conversations about to be answered."""
    swept_at: datetime | None
    """By the machine's own clock; None where this process does not sweep, or has not yet."""


Answer = Callable[[BrandId, ConversationId], Awaitable[bool]]
"""Takes one turn of a conversation; True when more is waiting in it."""
RunJob = Callable[[Job], Awaitable[None]]
"""Runs one job. It raises when the job should be tried again."""


class Sends(Protocol):
    """What carries parcels out of the house, beside the turns: `dispatch.Dispatcher`."""

    def look(self) -> None:
        """Something may be ready to leave."""
        ...

    async def round(self) -> int:
        """Claim what is ready and begin to send it; how much that was."""
        ...

    async def run(self) -> None: ...

    async def stop(self) -> None: ...

    async def settle(self) -> None: ...


class Engine(Protocol):
    @property
    def timing(self) -> Timing: ...

    def wake(self, brand: BrandId, conversation: ConversationId, *, after: timedelta) -> None:
        """Have the conversation answered after a pause; a later wake extends the pause, up to the cap. Call it after the commit."""
        ...

    async def schedule(self, brand: BrandId, kind: str, key: str, at: datetime, payload: dict[str, Any]) -> None: ...

    def look(self) -> None:
        """Jobs or parcels may be due: look now instead of at the next sweep."""
        ...

    async def sweep(self) -> None:
        """Find what a lost wake, a crash or time itself left to be done, and begin it."""
        ...

    async def prepare(self) -> None:
        """What must be there before it runs. Raises StoreUnusable."""
        ...

    async def run(self) -> None:
        """Until stopped."""
        ...

    async def stop(self) -> None:
        """Begin nothing new and let what runs finish, ten seconds at most; the rest resumes elsewhere or at the next start."""
        ...

    async def settle(self) -> None:
        """Until nothing is waiting or under way in this process; for one-off commands and tests."""
        ...

    def health(self) -> Health: ...
