"""What a message says, wish by wish. Nothing else leaves a reader."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, Protocol

from agent.conversation import ConversationState
from agent.wish import WishReading
from channels.message import Inbound
from knowledge.brand import Brand


class Answer(StrEnum):
    """What the message says to a pending question."""

    NONE = "none"
    YES = "yes"
    NO = "no"
    CHOICE = "choice"
    """One of the options offered; `Reading.chosen` says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    wishes: tuple[WishReading, ...]
    language: str
    """ISO 639-1, one of the brand's locales where the message says so surely, else the conversation's."""
    asks_back: bool = False
    """True when no wish is sure: the two best are offered."""
    answer: Answer = Answer.NONE
    chosen: str | None = None
    """The id of the option chosen."""
    mood: Literal["calm", "upset", "abusive", "threat"] = "calm"
    contact: str | None = None
    """An e-mail address or phone number typed where one was asked for; lifted out before any model sees the text."""
    contact_typed: bool = False
    six_digits: bool = False
    """All that was written is six digits: an order's number, or a code nobody awaits; one that is awaited never comes this far."""
    media: tuple[str, ...] = ()
    """Kinds of what came without a word (`channels.message.Received.media`); nothing of it is opened (C7)."""
    why: bool = False
    """Asked for the reason of the answer before: the same wishes once more, with the policy behind them (V-25)."""
    by: Literal["built_in", "model"] = "built_in"
    model_calls: int = 0
    """Calls made to a model for this reading, failed ones included: after one, the writer asks none (one call a turn)."""


class Reader(Protocol):
    """Turns words into a Reading. Never raises: a reader that fails falls back to the built-in one."""

    async def read(self, messages: tuple[Inbound, ...], state: ConversationState, brand: Brand) -> Reading:
        """messages: all unanswered ones, oldest first; a burst is one reading."""
        ...
