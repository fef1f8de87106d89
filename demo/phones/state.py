"""What stands on the phones: every message of every number, on SMS and on WhatsApp."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

Channel = Literal["sms", "whatsapp"]
State = Literal["accepted", "queued", "sent", "delivered", "read", "failed"]
"""How far a message has come; those the customer wrote are `delivered` once the app has acknowledged them."""
KEPT = 200
"""Bubbles per thread."""


@dataclass(slots=True, kw_only=True)
class Bubble:
    """One message on one phone."""

    id: str
    """The provider's: `SM…` or `wamid…`."""
    channel: Channel
    phone: str
    """The customer's number, E.164."""
    business: str
    """The brand's number, E.164."""
    mine: bool
    """Written by the customer who holds the phone."""
    text: str
    at: datetime
    """Aware, by the twin's clock."""
    state: State = "accepted"
    error: str | None = None
    """The provider's error code, where it failed."""
    ref: str | None = None
    """What the app gave with it to be told again: the status callback's address, or `biz_opaque_callback_data`."""
    segments: int = 0
    """SMS: parts it is sent in."""
    encoding: str = ""
    """SMS: `GSM-7` or `UCS-2`."""
    kind: str = "text"
    """WhatsApp: `text`, `button`, `list`, `cta_url`, `template`, or the kind of media the customer sent."""
    buttons: tuple[tuple[str, str], ...] = ()
    """(id, label): quick replies, or the rows of a list."""
    rows: tuple[str, ...] = ()
    """Descriptions of a list's rows, in the same order; empty strings where there is none."""
    opener: str = ""
    """The words on the button that opens the list."""
    link: tuple[str, str] | None = None
    """(label, url)."""
    tapped: str | None = None
    """The id of the button or row that was tapped."""
    number: int = 0
    """Where it stands in the order of all; set by `keep`."""


class Carrier(Protocol):
    """A provider as its customer's phone knows it."""

    async def write(self, phone: str, text: str) -> Bubble:
        """The customer at `phone` sends `text` to the brand. Returns once the app has acknowledged it, or has not."""
        ...


@dataclass(slots=True)
class Phones:
    """All phones there are. A page that looks on waits for `changed`."""

    now: Callable[[], datetime]
    kept: dict[tuple[str, Channel], list[Bubble]] = field(default_factory=dict)
    by_id: dict[str, Bubble] = field(default_factory=dict)
    version: int = 0
    """Rises with every change."""
    closed: bool = False
    """Nobody waits for changes any more."""
    _waiting: set[asyncio.Event] = field(default_factory=set)

    def keep(self, bubble: Bubble) -> Bubble:
        """Put a message on its phone."""
        thread = self.kept.setdefault((bubble.phone, bubble.channel), [])
        thread.append(bubble)
        self.by_id[bubble.id] = bubble
        for old in thread[:-KEPT]:
            self.by_id.pop(old.id, None)
        del thread[:-KEPT]
        self.touch()
        bubble.number = self.version
        return bubble

    def touch(self) -> None:
        """Something about a message has changed, e.g. its state."""
        self.version += 1
        for waiting in self._waiting:
            waiting.set()

    def close(self) -> None:
        """Let go of everybody who waits."""
        self.closed = True
        self.touch()

    def thread(self, phone: str, channel: Channel) -> tuple[Bubble, ...]:
        """Oldest first."""
        return tuple(self.kept.get((phone, channel), ()))

    def numbers(self) -> tuple[str, ...]:
        """Every number that has a message."""
        return tuple(dict.fromkeys(phone for phone, _ in self.kept))

    def last(self, phone: str, channel: Channel, *, mine: bool) -> Bubble | None:
        """The newest message from, or to, the customer."""
        return next((bubble for bubble in reversed(self.thread(phone, channel)) if bubble.mine is mine), None)

    def empty(self) -> None:
        """New phones."""
        self.kept.clear()
        self.by_id.clear()
        self.touch()

    async def changed(self, since: int, within: float) -> int:
        """Wait until the version is above `since`, at most `within` seconds; the version then."""
        if self.version <= since and not self.closed:
            waiting = asyncio.Event()
            self._waiting.add(waiting)
            try:
                async with asyncio.timeout(within):
                    await waiting.wait()
            except TimeoutError:
                pass
            finally:
                self._waiting.discard(waiting)
        return self.version


def rise(bubble: Bubble, states: Iterable[State]) -> bool:
    """Whether any of `states` lies above where the message stands; then it is raised there."""
    ladder: tuple[State, ...] = ("accepted", "queued", "sent", "delivered", "read")
    before = bubble.state
    for state in states:
        if state == "failed" or (bubble.state in ladder and state in ladder and ladder.index(state) > ladder.index(bubble.state)):
            bubble.state = state
    return bubble.state != before
