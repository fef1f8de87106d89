"""Giving money back: what Shopify suggests, and the refund itself.

The suggestion's arithmetic was never recorded: assumed. Units are worth the difference they make to their line's total, so that units
refunded one by one come to the same as all at once; nothing is suggested beyond what was received and not given back yet.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.numbers import get_currency_symbol

from demo.shopify import arithmetic as sums
from demo.shopify import records as r
from demo.shopify import refund_bodies
from demo.shopify.editing import Declined
from demo.shopify.events import Event, Verbs
from demo.shopify.ledger import STORE_CREDIT, put_back
from demo.shopify.records import number_of
from demo.shopify.shop import Shop

TOO_MANY = "Quantity cannot refund more items than were purchased"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Units of a line to refund."""

    line: r.Line
    quantity: int
    restock: str
    location: r.Location | None = None
    before: int = 0
    """Units of the same line that an earlier choice took."""

    @property
    def subtotal(self) -> Decimal:
        """What the units are worth after all discounts."""
        at = self.line.current - self.before
        return sums.line_total(self.line, at) - sums.line_total(self.line, at - self.quantity)

    @property
    def priced(self) -> Decimal:
        return self.line.price * self.quantity

    @property
    def number(self) -> int:
        return number_of("RefundLineItem", self.line.number, self.line.removed, self.before)


@dataclass(frozen=True, slots=True)
class Suggestion:
    order: r.Order
    lines: Sequence[Chosen]
    shipping: Decimal
    store_credit: bool

    @property
    def maximum(self) -> Decimal:
        return max(sums.ZERO, self.order.received - self.order.refunded)

    @property
    def worth(self) -> Decimal:
        return sum((each.subtotal for each in self.lines), sums.ZERO)

    @property
    def amount(self) -> Decimal:
        return min(self.worth + self.shipping, self.maximum)

    def transactions(self) -> Iterator[tuple[r.Transaction, Decimal, Decimal]]:
        """Each payment, what goes back to it, and how much could: the oldest first."""
        left = sums.ZERO if self.store_credit else self.amount
        for payment, rest in sums.refundable(self.order):
            given = min(rest, left)
            left -= given
            yield payment, given, rest


def chosen(order: r.Order, asked: Sequence[tuple[r.Line, int, str | None, r.Location | None]]) -> list[Chosen]:
    """Raises Declined for units that are not there (recorded)."""
    taken: dict[int, int] = {}
    found = []
    for index, (line, quantity, restock, location) in enumerate(asked):
        before = taken.get(line.number, 0)
        if quantity < 0 or before + quantity > line.current:
            raise Declined(("refundLineItems", str(index), "quantity"), TOO_MANY)
        found.append(Chosen(line, quantity, restock or "NO_RESTOCK", location, before))
        taken[line.number] = before + quantity
    return found


def everything(order: r.Order) -> list[Chosen]:
    """All units that are left on the order: shipped ones come back, the others are cancelled."""
    found = []
    for line in order.lines:
        to_ship = sums.unfulfilled_units(line)
        for quantity, restock, before in ((to_ship, "CANCEL", 0), (line.current - to_ship, "RETURN", to_ship)):
            if quantity:
                found.append(Chosen(line, quantity, restock, None, before))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A refund that was asked for, its references looked up."""

    lines: Sequence[Chosen] = ()
    shipping: Decimal = sums.ZERO
    payments: Sequence[tuple[r.Transaction, Decimal]] = ()
    store_credit: Decimal = sums.ZERO
    note: str | None = None

    @property
    def total(self) -> Decimal:
        return sum((amount for _, amount in self.payments), self.store_credit)


def refund(shop: Shop, order: r.Order, wanted: Wanted, key: str, asked: str) -> tuple[r.Refund, bool]:
    """The refund, and whether it is a new one; the same key again gives the first one back, and nothing happens.

    asked: the whole input. Another input under the same key is declined (the words are assumed).
    """
    if key in shop.refunds:
        first, made = shop.refunds[key]
        if first != asked:
            raise Declined(None, "The idempotency key was already used with different parameters.")
        return made, False
    net = order.received - order.refunded
    left = {payment.number: rest for payment, rest in sums.refundable(order)}
    if wanted.total > net or any(amount > left.get(payment.number, sums.ZERO) for payment, amount in _together(wanted.payments)):
        raise Declined(None, f"Refund amount {_shown(wanted.total, order)} is greater than net payment received {_shown(net, order)}")
    verbs = Verbs(shop, order)
    made = _record(order, wanted, verbs.now)
    shop.refunds[key] = asked, made
    for each in wanted.lines:
        _take_off(verbs, each)
    order.shipping_refunded += made.shipping
    order.financial = "REFUNDED" if order.refunded >= order.received else "PARTIALLY_REFUNDED"
    verbs.touch(f"{_shown(made.total, order)} was refunded.", "refund_success")
    return made, True


def events(shop: Shop, order: r.Order, made: r.Refund) -> list[Event]:
    """What is told of a new refund."""
    return [Event(topic="refunds/create", body=refund_bodies.refund(order, made)), Verbs(shop, order).updated()]


def _together(payments: Sequence[tuple[r.Transaction, Decimal]]) -> list[tuple[r.Transaction, Decimal]]:
    """One amount for each payment."""
    by: dict[int, tuple[r.Transaction, Decimal]] = {}
    for payment, amount in payments:
        by[payment.number] = payment, by.get(payment.number, (payment, sums.ZERO))[1] + amount
    return list(by.values())


def _record(order: r.Order, wanted: Wanted, now: Any) -> r.Refund:
    number = number_of("Refund", order.number, len(order.refunds), "asked")
    owed_back = max(sums.ZERO, -sums.outstanding(order))
    made = r.Refund(number=number, at=now, note=wanted.note, total=wanted.total, shipping=wanted.shipping, lines=[])
    made.lines = [
        r.RefundLine(
            number=each.number, line=each.line, quantity=each.quantity, restock=each.restock, subtotal=each.subtotal, location=each.location
        )
        for each in wanted.lines
    ]
    beyond = wanted.total - sum((each.subtotal for each in made.lines), made.shipping)
    # an order that was paid too much for is given that back without any adjustment
    made.discrepancy = beyond if beyond < 0 else max(sums.ZERO, beyond - owed_back)
    for payment, amount in wanted.payments:
        _give(order, made, amount, payment, payment.gateway)
    if wanted.store_credit and order.customer is not None:
        _give(order, made, wanted.store_credit, None, STORE_CREDIT)
        order.customer.store_credit += wanted.store_credit
    order.adjustment -= made.discrepancy
    order.refunds.append(made)
    return made


def _give(order: r.Order, made: r.Refund, amount: Decimal, payment: r.Transaction | None, gateway: str) -> None:
    number = number_of("OrderTransaction", made.number, len(made.transactions))
    one = r.Transaction(number=number, kind="REFUND", status="SUCCESS", amount=amount, at=made.at, parent=payment, gateway=gateway)
    made.transactions.append(one)
    order.transactions.append(one)
    order.refunded += amount


def _take_off(verbs: Verbs, each: Chosen) -> None:
    """The units leave the order: those not shipped yet first, unless they are returned ones. The effect on fulfilment orders is assumed."""
    line, units = each.line, each.quantity
    open_units = 0 if each.restock == "RETURN" else min(units, sums.unfulfilled_units(line))
    line.removed += units
    line.returned += units - open_units
    if each.restock != "NO_RESTOCK":
        put_back(line, units)
    for one in line.order.fulfillment_orders:
        for part in one.lines if one.status in sums.OPEN_STATES else ():
            taken = min(open_units, part.remaining) if part.line is line else 0
            part.total -= taken
            part.remaining -= taken
            open_units -= taken
            if taken:
                verbs.close_if_done(one)


def _shown(amount: Decimal, order: r.Order) -> str:
    """An amount as the shop's own money format shows it ("$999.00", recorded for CAD); other currencies are assumed."""
    return f"{_symbol(order.currency)}{sums.padded(amount)}"


@lru_cache(maxsize=64)
def _symbol(currency: str) -> str:
    return get_currency_symbol(currency, "en").removeprefix("CA")


def found_line(order: r.Order, number: Any) -> r.Line | None:
    return next((line for line in order.lines if line.number == number), None)


def found_payment(order: r.Order, given: Mapping[str, Any], number: Any) -> r.Transaction:
    """The payment a transaction is to go back to. Raises Declined in recorded words."""
    if given["kind"] != "REFUND":
        raise Declined(None, f"Kind {given['kind'].lower()} is not a valid transaction")
    payment = next((each for each, _ in sums.refundable(order) if each.number == number), None)
    if payment is None:
        raise Declined(("transactions",), "Transactions require a parent_id associated with the order")
    return payment
