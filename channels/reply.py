"""What goes out, the same for every channel: a closed set of blocks, every word already chosen.

A channel only lays blocks out. It adds no fact, builds no link and drops none that carries an act.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One paragraph of plain text."""

    kind: Literal["text"] = "text"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkAction:
    """A button or quiet link that leads into the Hub."""

    label: str
    url: str
    action: str
    """`review`, `cancel_order`, `remove_lines`, `swap_variant`, `set_quantity`, `set_address`, `return`, `track`, `open`, `withdraw`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InlineOption:
    """One control on a card's line. It opens the Hub's review; it changes nothing itself (C3)."""

    change: Literal["swap_variant", "set_quantity"]
    label: str
    """The option's name, e.g. Size."""
    current: str
    url: str
    """The Hub review this control opens; `&value=` is appended with the chosen value."""
    product: str | None = None
    """For swap_variant: the product whose variants the read-only choices endpoint gives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardLine:
    line: str
    title: str
    variant: str | None
    quantity: int
    image_url: str | None
    state: str
    """A LineState value."""
    state_words: str
    tone: Literal["open", "waiting", "gone", "problem"]
    allowed: bool
    """Whether the wish of this card may be carried out on this line."""
    reason: str
    """A Reason value."""
    reason_words: str
    until: datetime | None = None
    why: "Quote | None" = None
    """The policy sentence behind the verdict (V-25)."""
    options: tuple[InlineOption, ...] = ()
    tracking_url: str | None = None
    quantity_allowed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCard:
    kind: Literal["order_card"] = "order_card"
    order: str
    """The order's gid."""
    name: str
    title: str
    """e.g. "Order #1042 · placed 14:05", in the shopper's language and zone."""
    lines: tuple[CardLine, ...]
    until: datetime | None = None
    """The earliest deadline of the lines that may change; the countdown runs to it."""
    until_words: str | None = None
    """e.g. "Change until 15:05 CET"."""
    primary: LinkAction | None = None
    links: tuple[LinkAction, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeepLink:
    kind: Literal["deep_link"] = "deep_link"
    label: str
    url: str
    action: str = "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    id: str
    label: str
    """≤ 20 characters where possible (WhatsApp)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    kind: Literal["choices"] = "choices"
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """An invitation to sign in: a Hub page, and a code by e-mail or SMS typed back into this conversation."""

    kind: Literal["sign_in"] = "sign_in"
    label: str
    url: str
    """The Hub's sign-in page. In webchat the widget opens the popup instead."""
    code_label: str
    """The words offering a code, e.g. "Send me a code"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """The brand's own words. They keep their language; it is named when it is not the shopper's (V-22)."""

    kind: Literal["quote"] = "quote"
    text: str
    locale: str
    language_words: str | None = None
    document: str
    clause: str
    title: str
    changed_at: datetime | None = None
    changed_words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoffNotice:
    kind: Literal["handoff_notice"] = "handoff_notice"
    state: Literal["offered", "made"]
    reason: str
    """A Reason value."""
    case: str | None = None
    """The reference the shopper can quote; set once made."""
    text: str
    reply_by: datetime | None = None


Block: TypeAlias = Text | OrderCard | DeepLink | Choices | SignIn | Quote | HandoffNotice


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer. `text` says everything the blocks say, for channels and readers without blocks."""

    text: str
    blocks: tuple[Block, ...]
    locale: str
    ai: bool = True
    """Marks generated content (L-03)."""
    shorter: tuple[str, ...] = ()
    """For SMS: ever shorter ways to say `text`, its links apart, the last one hardly more than the link (V-21)."""
