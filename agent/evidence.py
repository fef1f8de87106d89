"""The facts of one turn, each with its source and time: the only values a reply may show."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from knowledge.brand import Brand
from knowledge.document import Citation, Clause
from knowledge.terms import Terms
from shop.order import Order


class ShopAnswer(StrEnum):
    """How the order look-up went."""

    NOT_ASKED = "not_asked"
    """The level does not allow it, or no wish needs it."""
    READ = "read"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Gathered before anything is decided; nothing is fetched afterwards."""

    brand: Brand
    terms: Terms
    channel: str
    passages: tuple[Citation, ...] = ()
    sources: tuple[Clause, ...] = ()
    """The clauses behind the rules an outcome stands on: what a quote of theirs is headed and dated by. Decides nothing."""
    shop: ShopAnswer = ShopAnswer.NOT_ASKED
    orders: tuple[Order, ...] = ()
    """The shopper's own, most recently placed first, plus the one named."""
    more_orders: bool = False
    named: tuple[tuple[str, str | None], ...] = ()
    """(number as said, gid of the shopper's own order or None): what the look-up by name came to."""
    read_at: datetime | None = None
    hub_available: bool = True
    customer_country: str | None = None
    lexical_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One value a reply shows, and where it comes from (INV-4)."""

    id: str
    kind: Literal["order_name", "date", "money", "count", "title", "state", "link", "quote", "reference", "name", "contact"]
    value: str
    """As rendered for this locale and channel."""
    source: str
    """`order:<gid>`, `rule:<id>`, `clause:<id>`, `brand`, `clock`, `link`, `case`."""
    read_at: datetime
