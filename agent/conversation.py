"""What a conversation remembers between turns: typed slots, never prose (ASI06)."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from agent.wish import WishReading


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseOrder:
    """We asked which order; option ids are order gids."""

    kind: Literal["choose_order"] = "choose_order"
    orders: tuple[tuple[str, str], ...]
    """(gid, name), in the order shown."""
    wishes: tuple[WishReading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseWish:
    """We were unsure and offered the two best readings; option ids are intents."""

    kind: Literal["choose_wish"] = "choose_wish"
    wish: WishReading


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseLine:
    """We asked which item; option ids are line gids."""

    kind: Literal["choose_line"] = "choose_line"
    order: str
    order_name: str
    lines: tuple[tuple[str, str], ...]
    """(gid, title)."""
    wishes: tuple[WishReading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmHandOff:
    """We offered a person; option ids `yes` and `no`."""

    kind: Literal["confirm_hand_off"] = "confirm_hand_off"
    reason: str
    order: str | None = None
    wishes: tuple[WishReading, ...] = ()
    case: str | None = None
    """Announced by mail and made already: the case that a no stops (4.8)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitSignIn:
    """We invited to sign in; the wishes wait for it."""

    kind: Literal["await_sign_in"] = "await_sign_in"
    wishes: tuple[WishReading, ...]
    contact_asked: bool = False
    """A code was offered and an e-mail address is awaited."""
    code_sent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitShop:
    """The shop could not be reached; a job wakes the conversation (F-06)."""

    kind: Literal["await_shop"] = "await_shop"
    wishes: tuple[WishReading, ...]
    tries: int = 0


Pending: TypeAlias = ChooseOrder | ChooseWish | ChooseLine | ConfirmHandOff | AwaitSignIn | AwaitShop


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationState:
    locale: str
    """The conversation's language; switches only on confident text of three words or more."""
    disclosed: bool = False
    """Whether "I am an AI assistant" was said since the conversation (re)opened."""
    apologised: bool = False
    """Whether the last answer began with a word for coming late: it is not said twice in a row (V-23)."""
    pending: Pending | None = None
    focus: str | None = None
    """The order last spoken of (gid); a search key only, it opens nothing."""
    focus_name: str | None = None
    last_wishes: tuple[WishReading, ...] = ()
    """Kept for corrections ("no, the blue one") and follow-ups."""
    unclear_turns: int = 0
    abuse_turns: int = 0
    case: str | None = None
    """The open case, if a person was asked for."""
    with_person: bool = False
    """A person has taken over: the agent is silent (V-29)."""
    ended: bool = False
    turns: int = 0
