"""What one run left behind, as driver, provider and store each saw it.

Times are seconds of the machine's monotonic clock, one for all processes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_TOKEN = re.compile(r"\bzx[b-z]{6}\b")
_LETTERS = "bcdfghjklmnpqrstvwxz"


def token(n: int) -> str:
    """The word that stands for message `n`: no digit in it, so that it is never taken for a code, and no vowel, so never for a keyword."""
    word = ""
    for _ in range(6):
        n, place = divmod(n, len(_LETTERS))
        word = _LETTERS[place] + word
    return "zx" + word


def tokens(text: str) -> tuple[str, ...]:
    """The messages a text names, in its order."""
    return tuple(_TOKEN.findall(text))


@dataclass(slots=True, kw_only=True)
class Said:
    """One message of a shopper, as the driver knows it."""

    token: str
    id: str
    """The sender's own id, e.g. `MessageSid`: what a redelivery repeats."""
    shopper: str
    """Their address: E.164, an e-mail address, or a visitor's name in webchat."""
    channel: str = "sms"
    deliveries: int = 0
    acknowledged: float | None = None
    """When the first 2xx came back; None: never, so that nobody owes an answer (but one may come)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """One message the provider took, in the order it took them; in webchat one that the conversation's log holds."""

    ref: str
    """Of the outbox row. Of a mail no row is known by, its Message-ID."""
    to: str
    text: str
    asked: float
    """When the request had been read."""
    at: float
    wall: float
    """When the request had been read, by the wall clock."""
    channel: str = "sms"
    plain: bool = True
    """It was answered at once, and as it should be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thought:
    """One pass of a turn over what was unanswered. `ended` is None where the process did not live to see it."""

    shopper: str
    tokens: tuple[str, ...]
    pid: int
    began: float
    ended: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One inbox row."""

    id: str
    conversation: str
    position: int
    turn: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """One outbox row."""

    ref: str
    conversation: str | None
    seq: int
    part: int
    state: str
    attempts: int
    stamped: float | None
    """`sending_at` by the wall clock, in seconds."""
    channel: str = "sms"
    words: tuple[str, ...] = ()
    """The messages it answers, where its words are still kept: until it is known to have been sent."""
    mail: str = ""
    """A mail's Message-ID."""
    told: bool = False
    """A person has been told that it may not have arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One line of a story: what happened to whom. `shopper` is None for what befell everyone, e.g. a kill."""

    at: float
    what: str
    shopper: str | None = None


@dataclass(slots=True, kw_only=True)
class Record:
    """A whole run."""

    said: dict[str, Said] = field(default_factory=dict)
    landed: list[Landed] = field(default_factory=list)
    thoughts: list[Thought] = field(default_factory=list)
    kept: Sequence[Kept] = ()
    left: Sequence[Left] = ()
    happened: list[Happened] = field(default_factory=list)
    asked: dict[str, tuple[float, bool]] = field(default_factory=dict)
    """By ref or Message-ID: when the provider was last asked for it, and whether it gave a plain answer at once."""
    gave_up: set[str] = field(default_factory=set)
    """What a worker waited for as long as it may: a plain answer came, but too late for a machine so busy."""
    shocks: list[float] = field(default_factory=list)
    """When a worker died or was frozen, or was cut off from its database."""
    kills: int = 0
    loose: int = 0
    """Tasks the loop gave up on before they were done."""
    horizon: float = 1.0
    """Seconds after the stamp within which a request must have reached the provider."""
    undisturbed: bool = False
    """No process was killed or frozen: what a reply had seen can be held against the clock (R4)."""

    undrained: bool = False
    """Inbox or outbox did not become empty in time."""

    def explained(self, ref: str) -> bool:
        """Whether its sender may not know that the provider took it: it got no plain answer, too late a one, or did not live to keep it."""
        if ref not in self.asked:
            return bool(self.shocks)
        asked, plain = self.asked[ref]
        return not plain or ref in self.gave_up or any(shock > asked for shock in self.shocks)

    def in_doubt(self) -> list[Left]:
        """Sends of which nobody can tell whether they arrived, on the one channel where nothing can be looked up and nothing repeated."""
        return [row for row in self.left if row.state == "unknown" and row.channel == "whatsapp" and row.told and self.explained(row.ref)]

    def mailed_again(self) -> int:
        """Mails handed in again under the same Message-ID: a mail program shows them once."""
        mails = [one.ref for one in self.landed if one.channel == "email"]
        return len(mails) - len(set(mails))

    def conversations(self) -> dict[str, str]:
        """token → its conversation; its shopper where the message was never kept."""
        kept = {row.id: row.conversation for row in self.kept}
        return {word: kept.get(one.id) or one.shopper for word, one in self.said.items()}

    @property
    def deliveries(self) -> int:
        return sum(one.deliveries for one in self.said.values())
