"""What a shopper may want to change about an order, and which policy words speak of it."""

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum

from knowledge.terms import ChangeKind
from shop.order import LineId, Order
from skills.skill import Change


class Wish(StrEnum):
    """The columns of product.md 4.5."""

    SWAP = "swap"
    QUANTITY = "quantity"
    REMOVE = "remove"
    ADDRESS = "address"
    CANCEL_ORDER = "cancel_order"
    CANCEL_LINES = "cancel_lines"
    ADD_ITEM = "add_item"
    PAYMENT = "payment"
    RETURN = "return"
    STATUS = "status"


KIND_OF_INTENT: dict[str, ChangeKind] = {
    "change_item": ChangeKind.SWAP_VARIANT,
    "change_quantity": ChangeKind.SET_QUANTITY,
    "remove_item": ChangeKind.REMOVE_LINES,
    "cancel_item": ChangeKind.REMOVE_LINES,
    "change_address": ChangeKind.SET_ADDRESS,
    "cancel_order": ChangeKind.CANCEL_ORDER,
    "withdraw": ChangeKind.CANCEL_ORDER,
}
"""Intent → the change it asks for. `remove_item` and `cancel_item` are one wish (F-09)."""

WISH_OF_KIND: dict[ChangeKind, Wish] = {
    ChangeKind.SWAP_VARIANT: Wish.SWAP,
    ChangeKind.SET_QUANTITY: Wish.QUANTITY,
    ChangeKind.REMOVE_LINES: Wish.CANCEL_LINES,
    ChangeKind.SET_ADDRESS: Wish.ADDRESS,
    ChangeKind.CANCEL_ORDER: Wish.CANCEL_ORDER,
}


def settled(change: Change, order: Order) -> Change:
    """The change with what follows from the order filled in.

    A quantity above what is on the line is an increase (F-02); a quantity of nothing is a removal, so that it cannot slip past
    the stricter rule for removals (F-09).
    """
    if change.kind is not ChangeKind.SET_QUANTITY or change.quantity is None:
        return change
    if change.quantity <= 0:
        return replace(change, kind=ChangeKind.REMOVE_LINES, quantity=None, increases=False)
    meant = [line for line in order.lines_present() if not change.lines or line.id in change.lines]
    rises = bool(meant) and all(change.quantity > line.quantity for line in meant)
    return replace(change, increases=change.increases or rises)


def is_named(change: Change, line: LineId) -> bool:
    """Whether the wish speaks of this line. A whole-order wish and one that names nothing speak of every line."""
    whole = change.kind in (ChangeKind.CANCEL_ORDER, ChangeKind.SET_ADDRESS)
    return whole or not change.lines or line in change.lines


def bounding_kinds(kind: ChangeKind) -> frozenset[ChangeKind]:
    """The kinds whose windows and exclusions bind this one: a removal is held by the cancel cut-off too (F-09)."""
    if kind is ChangeKind.REMOVE_LINES:
        return frozenset({ChangeKind.REMOVE_LINES, ChangeKind.CANCEL_ORDER})
    return frozenset({kind})


def narrowed(change: Change, kind: ChangeKind, lines: Iterable[LineId]) -> Change:
    """The same wish as `kind`, about these lines."""
    return replace(change, kind=kind, lines=tuple(lines))
