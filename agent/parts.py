"""What a turn is handed and what it hands back: the contract between one turn and whoever runs it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from agent.conversation import ConversationState
from agent.effects import Effect
from agent.evidence import Evidence, Fact
from agent.reading import Reader, Reading
from agent.wish import WishReading
from channels.message import Channel, ConversationId, Inbound, Signal
from channels.reply import Reply
from identity.levels import Shopper
from knowledge.brand import Brand
from knowledge.document import Clause
from knowledge.library import Library
from shop.reading import ReadMeter, ReadShop
from skills.skill import Outcome


class Clock(Protocol):
    def now(self) -> datetime: ...


class Chance(Protocol):
    """Randomness handed in: tokens and references."""

    def token(self, nbytes: int) -> str:
        """base64url without padding."""
        ...

    def reference(self) -> str:
        """A short case reference without look-alike letters, e.g. `7F3K2`."""
        ...


class Writer(Protocol):
    """Words a policy answer more freely than the catalogue; optional, and never in a turn whose reading came from a model."""

    async def write(self, outcomes: tuple[Outcome, ...], evidence: Evidence, locale: str) -> "Draft | None": ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Sentences with slots such as `{{f3}}`, as a writer proposes them. Nothing of it leaves before the gate."""

    sentences: tuple[str, ...]
    cited: tuple[str, ...] = ()
    """Clause ids the sentences stand on."""


Progress = Callable[[str], Awaitable[None]]
"""Told a status code (`checking_orders`, `reading_policy`, `shop_slow`, ...) as the turn goes on (V-18)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a turn works with for one brand, handed in by the assembly."""

    brand: Brand
    reader: Reader
    library: Library
    shop: ReadShop
    clock: Clock
    chance: Chance
    hub_base: str
    """The address links start with, without a trailing slash."""
    writer: Writer | None = None
    clause: Callable[[str], Clause | None] = lambda gid: None
    """A published clause by its id, for the heading and date of a rule's words."""
    hub_available: Callable[[], bool] = lambda: True
    templates_only: Callable[[], bool] = lambda: False
    """The kill switch (O2): catalogue answers only."""
    progress: Progress | None = None
    deadline_s: float = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """All unanswered messages of one conversation, oldest first, with what is known of it."""

    conversation: ConversationId
    channel: Channel
    messages: tuple[Inbound, ...]
    state: ConversationState
    shopper: Shopper
    contact: str | None = None
    """The channel's own address of the shopper (phone, e-mail); for WhatsApp the look-up of its owner runs in the turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnResult:
    """Everything one turn came to; stored whole, so that it can be shown and decided again (INV-11)."""

    reply: Reply | None
    """None only when a person has the conversation, or a retry failed again and has nothing new to say (F-06)."""
    state: ConversationState
    shopper: Shopper
    """May be raised by a WhatsApp sender that is uniquely on record; never by anything read or written."""
    reading: Reading
    outcomes: tuple[Outcome, ...]
    evidence: Evidence
    facts: tuple[Fact, ...]
    effects: tuple[Effect, ...]
    now: datetime
    model_calls: int
    meter: ReadMeter
    timings: Mapping[str, float] = field(default_factory=dict)
    """Milliseconds per stage, and `waited`."""
    prompts: tuple[dict[str, Any], ...] = ()
    """What a model was shown and answered, if one was asked."""
    before: ConversationState | None = None
    """The state the decision was made from: with `reading`, `shopper`, `evidence`, `now` and `signal` it decides the same again."""
    signal: Signal = Signal.SAID
    wishes: tuple[WishReading, ...] = ()
    """What the turn answered: the wishes read, or those that waited."""
    stopped: tuple[str, ...] = ()
    """What the gate or the last check stopped, for a counter; never shown."""
