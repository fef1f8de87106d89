"""What a turn asks to be done beside its reply. The turn itself writes nothing; the server commits all of it at once."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from agent.wish import WishReading
from skills.skill import LineVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What staff get with a case (V-28). Holds no order data unless the shopper was signed in (V-27)."""

    wish: str
    reason: str
    language: str
    order: str | None = None
    order_name: str | None = None
    """Not signed in: the number as typed, marked as unverified by `verified`."""
    verified: bool = False
    customer: str | None = None
    contact: str | None = None
    lines: tuple[LineVerdict, ...] = ()
    clauses: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    """Facts that could not be read, policy topics that were not found."""
    proposed: str | None = None
    """The staff action that would fulfil the wish, e.g. `cancel_order`, to be reviewed (V-28)."""
    wishes: tuple[WishReading, ...] = ()
    said: str = ""
    """The shopper's last words, shown to staff as quoted text only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    reference: str
    """What the shopper can quote, e.g. `NB-7F3K2`."""
    brief: Brief
    reply_by: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StopCase:
    """The shopper said no to a person announced by mail: the case is closed before anybody worked on it (4.8)."""

    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MakePlaceLink:
    """A link that carries a place, not a right (trust.md 4.4)."""

    token: str
    """≥ 128 random bits, base64url."""
    action: str
    """As `channels.reply.LinkAction.action`."""
    order: str | None
    order_name: str | None
    customer: str | None
    line: str | None = None
    value: str | None = None
    expires: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCode:
    """Send a one-time code to this contact if it is on record. The answer is the same either way (A4)."""

    contact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordGap:
    """A topic with no approved rule (F-13)."""

    topic: str
    language: str
    wish: str
    channel: str
    question: str
    """Redacted: contacts, numbers and card shapes lifted out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleRetry:
    """Wake this conversation again (F-06)."""

    at: datetime
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Emit:
    """An event for the measures of product.md 8.2."""

    name: str
    data: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRef:
    """What the shopper is told about the case a turn opens, or the one already open."""

    reference: str
    reply_by: datetime | None = None
    """The promised reply, from the brand's office hours. Aware."""
    already_open: bool = False
    """The conversation had this case before: nothing new is opened."""


Effect: TypeAlias = OpenCase | StopCase | MakePlaceLink | RequestCode | RecordGap | ScheduleRetry | Emit
