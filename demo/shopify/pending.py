"""What a shop has begun and not finished: edits that nobody sees yet, and jobs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from demo.shopify import arithmetic as sums
from demo.shopify.records import Line, Order, Variant


@dataclass(slots=True, kw_only=True)
class Job:
    """`work` does it and gives the events; raising CannotHappen it leaves the order as it was. Either way the job is done then."""

    id: str
    """A UUID, as Job ids are (recorded)."""
    order: Order
    work: Callable[[], list[Any]]
    done: bool = False


@dataclass(slots=True, kw_only=True)
class AddedLine:
    """A line that exists only in an edit."""

    id: str
    """A UUID (recorded)."""
    variant: Variant
    quantity: int
    off: Decimal = Decimal(0)
    """Discount on each unit: assumed, as recorded for one unit."""
    off_number: int = 0

    @property
    def unit_price(self) -> Decimal:
        return self.variant.price - self.off


@dataclass(slots=True, kw_only=True)
class Edit:
    """A calculated order and its edit session; they share the number (recorded)."""

    number: int
    order: Order
    base: int
    """How many edits the order had seen when this one began."""
    wanted: dict[int, int] = field(default_factory=dict)
    """Line number → new total."""
    restocked: set[int] = field(default_factory=set)
    added: list[AddedLine] = field(default_factory=list)

    @property
    def stale(self) -> bool:
        """Another edit was committed since, or this one: assumed to look like a session that does not exist."""
        return self.base != self.order.edits

    def quantity(self, line: Line) -> int:
        return self.wanted.get(line.number, line.current)

    def changes(self) -> list[tuple[Line, int]]:
        """Lines that are on the order already, with what they lose or gain."""
        return [(line, n) for line in self.order.lines if (n := self.quantity(line) - line.current)]

    def subtotal(self) -> Decimal:
        kept = (sums.line_total(line, n, more=max(0, n - line.current)) for line in self.order.lines if (n := self.quantity(line)))
        return sum(kept, sums.ZERO) + sum((each.unit_price * each.quantity for each in self.added), sums.ZERO)

    def total(self) -> Decimal:
        return self.subtotal() + sums.current_shipping(self.order) + self.order.adjustment

    def outstanding(self) -> Decimal:
        return sums.balance(self.order, self.total())
