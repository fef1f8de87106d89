"""What the Desk needs from the house around it: staff sessions, cases and their threads. `server` implements it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from channels.reply import Block
from knowledge.brand import Brand
from skills.skill import LineVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """One signed-in staff member of one brand."""

    token: str
    form_token: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """One line of the list."""

    reference: str
    topic: str
    """The wish, an intent name, or a Hub action."""
    reason: str
    channel: str
    state: Literal["open", "closed"]
    waiting_since: datetime | None
    """When the shopper last wrote without an answer from a person."""
    reply_by: datetime | None
    last_line: str
    order_name: str | None
    language: str
    assigned: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing in the thread. Shoppers' words and model's words are quoted text, never markup."""

    author: Literal["shopper", "agent", "person", "system"]
    name: str | None
    at: datetime
    text: str
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """A case with its brief and thread (V-28)."""

    row: CaseRow
    verified: bool
    """Whether the shopper was signed in when it was opened; otherwise what they said is unverified (V-27)."""
    customer: str | None
    contact: str | None
    proposed: str | None
    value: str | None
    note: str
    verdicts: tuple[LineVerdict, ...]
    clauses: tuple[tuple[str, str], ...]
    """(title, words) of the clauses cited."""
    missing: tuple[str, ...]
    thread: tuple[Entry, ...]
    opened_at: datetime


class DeskHost(Protocol):
    """The server's side, for one brand."""

    @property
    def brand(self) -> Brand: ...

    def now(self) -> datetime: ...

    def channels(self) -> Sequence[tuple[str, str]]:
        """(channel, `active`, `off` or `unavailable`): where this brand can be written to (C1)."""
        ...

    async def enter(self, key: str) -> Staff | None:
        """Trade the one-time key printed at start for a session. None when it is wrong, used or old."""
        ...

    async def staff(self, cookie: str | None) -> Staff | None: ...

    async def cases(self, state: Literal["open", "closed"]) -> Sequence[CaseRow]: ...

    async def case(self, reference: str) -> CaseFile | None: ...

    async def reply(self, staff: Staff, reference: str, text: str, key: str) -> None:
        """Put a person's words into the thread, once per `key` (the form's own)."""
        ...

    async def close(self, staff: Staff, reference: str) -> None:
        """End the person's part; the agent answers again from the next message on."""
        ...

    async def take(self, staff: Staff, reference: str) -> None:
        """Assign the case to this person; the agent pauses (V-29)."""
        ...
