"""Editing an order: changes are gathered in a session that nobody sees, and come true together at the commit.

An edit never moves money (recorded). Texts are recorded ones; where a text or a rule was never recorded it says "assumed".
"""

import uuid
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from demo.shopify import arithmetic as sums
from demo.shopify import bodies
from demo.shopify import records as r
from demo.shopify.events import Event, Verbs
from demo.shopify.ledger import put_back
from demo.shopify.pending import AddedLine, Edit
from demo.shopify.placing import HOME
from demo.shopify.records import number_of
from demo.shopify.shop import Shop

GONE = "The calculated order does not exist."
NO_LINE = "The line item does not exist on the order."
CLOSED = "The order cannot be edited."


class Declined(Exception):
    """A userError: the path of the input at fault (None: none in particular), Shopify's words, and a code where the payload has one."""

    def __init__(self, field: tuple[str, ...] | None, message: str, code: str | None = None) -> None:
        self.field, self.message, self.code = field, message, code
        super().__init__(message)


def begin(shop: Shop, order: r.Order | None) -> Edit:
    if order is None:
        raise Declined(("id",), "The order does not exist.")
    if not sums.merchant_editable(order):
        raise Declined(None, CLOSED)
    edit = Edit(number=number_of("CalculatedOrder", order.number, len(shop.edits)), order=order, base=order.edits)
    shop.edits[edit.number] = edit
    return edit


def open_edit(shop: Shop, number: int | str) -> Edit:
    """The session by the number it shares with its calculated order."""
    found = shop.edits.get(number) if isinstance(number, int) else None
    if found is None or found.stale:
        raise Declined(("id",), GONE)
    return found


def line_of(edit: Edit, number: int | str) -> r.Line | AddedLine:
    """A line that was there by its number, an added one by its UUID (recorded)."""
    for line in edit.order.lines:
        if line.number == number:
            return line
    for added in edit.added:
        if added.id == number:
            return added
    raise Declined(("lineItemId",), NO_LINE)


def set_quantity(edit: Edit, line: r.Line | AddedLine, quantity: int, *, restock: bool) -> None:
    """The new total of a line, not a difference. Only units that no parcel and no warehouse has can be taken off."""
    if quantity < 0:
        raise Declined(("quantity",), "must be greater than or equal to 0")
    if isinstance(line, AddedLine):
        line.quantity = quantity
        return
    least = line.current - sums.editable_units(line)
    if quantity < least:  # the bound is Shopify's editableQuantity; the words are assumed
        raise Declined(("quantity",), f"must be greater than or equal to {least}")
    if quantity > line.current:
        _in_stock(line.variant, quantity - line.current, "lineItemId")
    edit.wanted[line.number] = quantity
    edit.restocked.discard(line.number)
    if restock:
        edit.restocked.add(line.number)


def add_variant(edit: Edit, variant: r.Variant | None, quantity: int, *, duplicates: bool) -> AddedLine:
    if variant is None:
        raise Declined(("variantId",), "The variant does not exist in the shop.")
    if quantity <= 0:
        raise Declined(("quantity",), "must be greater than 0")
    present = any(line.variant is variant and line.current for line in edit.order.lines) or any(a.variant is variant for a in edit.added)
    if present and not duplicates:
        raise Declined(("id",), f"{variant.product.title} was not added because it's already on the order.")
    _in_stock(variant, quantity, "variantId")
    made = AddedLine(id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{edit.number}/{len(edit.added)}")), variant=variant, quantity=quantity)
    edit.added.append(made)
    return made


def discount(edit: Edit, added: AddedLine, *, off: Decimal | None, percent: float | None) -> None:
    """Off each unit of an added line: so much, or a share of its price."""
    if off is None:
        off = (added.variant.price * Decimal(str(percent or 0)) / 100).quantize(sums.smallest(edit.order.currency), ROUND_HALF_UP)
    added.off = min(off, added.variant.price)
    added.off_number = number_of("OrderStagedChange", edit.number, added.id, "discount")


def _in_stock(variant: r.Variant, units: int, field: str) -> None:
    """Never recorded: assumed to be refused where the variant is not sold beyond its stock."""
    if variant.stock is not None and not variant.oversell and variant.stock < units:
        raise Declined((field,), f"{variant.product.title} is out of stock.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    messages: list[str]
    events: list[Event]


def commit(shop: Shop, edit: Edit, *, note: str, notify: bool, by: str) -> Committed:
    """All of it or nothing. What a warehouse has taken on since the session began cannot be edited any more (words assumed)."""
    order, verbs = edit.order, Verbs(shop, edit.order)
    added = [each for each in edit.added if each.quantity]
    changes = edit.changes()
    if not changes and not added:
        raise Declined(("id",), "There must be at least one change to be made.")
    if not sums.merchant_editable(order) or any(edit.quantity(line) < line.current - sums.editable_units(line) for line, _ in changes):
        raise Declined(None, CLOSED)
    for variant, units in [*((line.variant, n) for line, n in changes if n > 0), *((a.variant, a.quantity) for a in added)]:
        _in_stock(variant, units, "id")
    told = [(line, n) for line, n in changes]
    for line, n in changes:
        if n < 0:
            _take_off(verbs, line, -n)
            if line.number in edit.restocked:
                put_back(line, -n)
    grown = [(line, n) for line, n in changes if n > 0] + [(_new_line(edit, each), each.quantity) for each in added]
    told += grown[len(grown) - len(added) :]
    _place(shop, order, grown, verbs)
    return _finished(edit, verbs, told, note=note, notify=notify, by=by)


def _take_off(verbs: Verbs, line: r.Line, units: int) -> None:
    line.removed += units
    for each in line.order.fulfillment_orders:
        if not sums.edit_may_touch(each):
            continue
        for part in each.lines:
            taken = min(units, part.remaining) if part.line is line else 0
            part.total -= taken
            part.remaining -= taken
            units -= taken
        verbs.close_if_done(each)


def _new_line(edit: Edit, added: AddedLine) -> r.Line:
    line = r.Line(
        number=number_of("LineItem", edit.order.number, added.id),
        order=edit.order,
        variant=added.variant,
        quantity=0,
        price=added.variant.price,
        discount=added.off * added.quantity,
        removed=0,
        properties={},
        selling_plan=None,
        bundle=None,
        editable=True,
    )
    edit.order.lines.append(line)
    return line


def _place(shop: Shop, order: r.Order, grown: list[tuple[r.Line, int]], verbs: Verbs) -> None:
    """New units come in a fulfilment order of their own (recorded)."""
    if not grown:
        return
    last = order.fulfillment_orders[-1] if order.fulfillment_orders else None
    ships = any(line.ships for line, _ in grown)
    each = r.FulfillmentOrder(
        number=number_of("FulfillmentOrder", shop.handle, order.name, len(order.fulfillment_orders)),
        order=order,
        location=shop.stock.locations[HOME],
        status="OPEN",
        request_status="UNSUBMITTED",
        created_at=verbs.now,
        updated_at=verbs.now,
        fulfill_at=verbs.now,
        method=(last.method if last and last.method != "NONE" else "SHIPPING") if ships else "NONE",
        presented_name=last.presented_name if last and ships else None,
    )
    for line, n in grown:
        line.quantity += n
        if line.variant.stock is not None:
            line.variant.stock -= n
        number = number_of("FulfillmentOrderLineItem", each.number, line.number, len(each.lines))
        each.lines.append(r.FulfillmentOrderLine(number=number, line=line, total=n, remaining=n))
    order.fulfillment_orders.append(each)


def _finished(edit: Edit, verbs: Verbs, told: list[tuple[r.Line, int]], *, note: str, notify: bool, by: str) -> Committed:
    order = edit.order
    order.edited, order.edits = True, order.edits + 1
    owed, messages = sums.outstanding(order), ["Order updated"]
    if order.closed_at is not None:
        order.closed_at = None
        messages.append("Order unarchived")
    if order.financial == "PAID" and owed > 0:
        order.financial = "PARTIALLY_PAID"
    elif order.financial == "PARTIALLY_PAID" and owed <= 0:
        order.financial = "PAID"
    if notify:
        messages.append("Invoice sent" if owed > 0 else "Notification sent")
    verbs.touch(f"{by} edited this order.", "edited", by)
    event = Event(topic="orders/edited", body=bodies.edited(order, told, note=note, notify=notify))
    return Committed(messages=messages, events=[event, verbs.updated()])
