"""How far an order has come, line by line, and what that alone allows: the table of product.md 4.5.

Rows come from product.md 4.4, in this order: too old, cancelled, on hold by somebody else, an unusual order, what the line is, where its
units are.
The brand's policy is not known here.
"""

import re
from datetime import datetime, timedelta
from enum import StrEnum

from shop.order import CancellationRequest, DeliveryMethod, Financial, LineState, Order, OrderLine, Units
from skills.order_editing.change import Wish
from skills.skill import Reason

ACCESS_LIMIT = timedelta(days=60)
"""Shopify hides older orders from an app without the all-orders scope (product.md 4.4, F-07)."""

GONE = frozenset({LineState.IN_TRANSIT, LineState.DELIVERED})
FULFILLED = GONE | {LineState.READY_FOR_PICKUP}
OFF_THE_ORDER = frozenset({LineState.REMOVED, LineState.CANCELLED})
HARMLESS_HOLDS = frozenset({"ONLINE_STORE_POST_PURCHASE_CROSS_SELL", "UNKNOWN_DELIVERY_DATE"})
SETTLED_RETURNS = frozenset({"", "NO_RETURN", "RETURNED", "RETURN_FAILED"})
DEAD_PAYMENTS = frozenset({Financial.VOIDED, Financial.EXPIRED, Financial.REFUNDED})

_PRE_ORDER = re.compile(
    r"pre[\s_-]?order|pré[\s_-]?commande|précommande|予約|プレオーダー|vorbestell|pre[\s_-]?venta|reserva", re.IGNORECASE
)


class Row(StrEnum):
    """The rows of product.md 4.5. `Partially fulfilled` is no row of a line: it is what lines in different rows add up to."""

    UNFULFILLED = "unfulfilled"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    HOLD_A = "hold_a"
    HOLD_B = "hold_b"
    ACCEPTED = "accepted"
    ASKED = "asked"
    PICKED = "picked"
    SCHEDULED = "scheduled"
    PICK_UP_A = "pick_up_a"
    PICK_UP_B = "pick_up_b"
    DIGITAL = "digital"
    GIFT_CARD = "gift_card"
    TOO_OLD = "too_old"
    UNUSUAL = "unusual"
    """Everything product.md 4.4 names below its table."""


class Letter(StrEnum):
    """The letters of product.md 4.5."""

    GUIDE = "G"
    RETURNS = "R"
    CANCEL_INSTEAD = "C"
    ASK_WAREHOUSE = "Q"
    HAND_OFF = "H"
    NOT_POSSIBLE = "N"
    PAYMENT = "M"
    TRACKING = "T"
    CANCELLED = "D"
    STATUS = "S"


class Uncommon(StrEnum):
    """What makes an order unusual unless an approved rule speaks of it."""

    B2B = "b2b"
    SUBSCRIPTION = "subscription"
    BUNDLE = "bundle"


COLUMNS = (
    Wish.SWAP,
    Wish.QUANTITY,
    Wish.REMOVE,
    Wish.ADDRESS,
    Wish.CANCEL_ORDER,
    Wish.CANCEL_LINES,
    Wish.ADD_ITEM,
    Wish.PAYMENT,
    Wish.RETURN,
    Wish.STATUS,
)

TABLE: dict[Row, str] = {
    Row.UNFULFILLED: "GGGGGGNMCS",
    Row.IN_TRANSIT: "RRRTRRNHRS",
    Row.DELIVERED: "RRRHRRNHRS",
    Row.CANCELLED: "DDDDDDNDDS",
    Row.HOLD_A: "GGGGGGNMCS",
    Row.HOLD_B: "HHHHHHNHHS",
    Row.ACCEPTED: "QQQQQQNHQS",
    Row.ASKED: "SSSSSSNHSS",
    Row.PICKED: "HHHHHHNHHS",
    Row.SCHEDULED: "GGGGGGNMCS",
    Row.PICK_UP_A: "GGGHGGNMCS",
    Row.PICK_UP_B: "HHHHHHNHHS",
    Row.DIGITAL: "HHHHHHNHHS",
    Row.GIFT_CARD: "HHHHHHNHHS",
    Row.TOO_OLD: "HHHHHHNHHH",
    Row.UNUSUAL: "HHHHHHNHHS",
}


def letter(row: Row, wish: Wish) -> Letter:
    """The cell of product.md 4.5."""
    return Letter(TABLE[row][COLUMNS.index(wish)])


def row_of(
    order: Order, line: OrderLine, units: Units, *, spoken_for: frozenset[Uncommon], sees_all: bool, now: datetime
) -> tuple[Row, Reason]:
    """The row these units of the line are in, and why. Total.

    spoken_for: what approved rules cover, so that it is not unusual for this brand.
    sees_all: whether the app holds the all-orders scope.
    """
    if not sees_all and now - order.created_at > ACCESS_LIMIT:
        return Row.TOO_OLD, Reason.TOO_OLD
    if order.cancelled_at is not None or units.state in OFF_THE_ORDER:
        return Row.CANCELLED, Reason.ALREADY_CANCELLED
    if not order.complete:
        return Row.UNUSUAL, Reason.STATE_UNKNOWN
    if units.state not in GONE and (_is_suspected(order) or (units.state is LineState.HELD and not is_harmless_hold(units))):
        return Row.HOLD_B, Reason.ON_HOLD
    if is_unusual(order, spoken_for):
        return Row.UNUSUAL, Reason.UNUSUAL_ORDER
    if line.gift_card:
        return Row.GIFT_CARD, Reason.GIFT_CARD
    if not line.requires_shipping or units.delivery is DeliveryMethod.NONE:
        return Row.DIGITAL, Reason.DIGITAL
    if _is_unusual_line(line, spoken_for):
        return Row.UNUSUAL, Reason.UNUSUAL_ORDER
    if units.state not in FULFILLED and not (order.merchant_editable and line.merchant_editable):
        # Shopify's own answer; it says no to finished lines too, where it does not matter.
        return Row.UNUSUAL, Reason.UNUSUAL_ORDER
    if units.state not in FULFILLED and order.financial is Financial.UNKNOWN:
        return Row.UNUSUAL, Reason.FACT_UNREADABLE
    return _row_of_state(units)


def _row_of_state(units: Units) -> tuple[Row, Reason]:
    match units.state:
        case LineState.IN_TRANSIT:
            return Row.IN_TRANSIT, Reason.ALREADY_SHIPPED
        case LineState.DELIVERED:
            return Row.DELIVERED, Reason.ALREADY_DELIVERED
        case LineState.READY_FOR_PICKUP:
            return Row.PICK_UP_B, Reason.READY_FOR_PICKUP
        case LineState.PACKING:
            return Row.PICKED, Reason.BEING_PACKED
        case LineState.ACCEPTED:
            return _accepted(units)
        case LineState.OPEN | LineState.REQUESTED | LineState.SCHEDULED | LineState.HELD:
            return _still_here(units)
        case LineState.REMOVED | LineState.CANCELLED:
            return Row.CANCELLED, Reason.ALREADY_CANCELLED
        case LineState.UNKNOWN:
            return Row.UNUSUAL, Reason.STATE_UNKNOWN


def _accepted(units: Units) -> tuple[Row, Reason]:
    match units.cancellation:
        case CancellationRequest.REQUESTED:
            return Row.ASKED, Reason.ALREADY_ASKED
        case CancellationRequest.REJECTED:
            return Row.PICKED, Reason.CANCELLATION_REJECTED
        case CancellationRequest.NONE:
            return Row.ACCEPTED, Reason.ASKS_WAREHOUSE


def _still_here(units: Units) -> tuple[Row, Reason]:
    if units.delivery in (DeliveryMethod.RETAIL, DeliveryMethod.UNKNOWN):
        return Row.UNUSUAL, Reason.UNUSUAL_ORDER
    if units.delivery in (DeliveryMethod.PICK_UP, DeliveryMethod.PICKUP_POINT):
        return Row.PICK_UP_A, Reason.NOT_SHIPPED_YET
    if units.state is LineState.HELD:
        return Row.HOLD_A, Reason.NOT_SHIPPED_YET
    if units.state is LineState.SCHEDULED:
        return Row.SCHEDULED, Reason.NOT_SHIPPED_YET
    return Row.UNFULFILLED, Reason.NOT_SHIPPED_YET


def is_harmless_hold(units: Units) -> bool:
    """Hold (a): each hold is ours or one of two harmless reasons. No hold that can be seen is no proof of that."""
    return bool(units.holds) and all(hold.ours or hold.reason in HARMLESS_HOLDS for hold in units.holds)


def is_unusual(order: Order, spoken_for: frozenset[Uncommon]) -> bool:
    """The order gates of facts.md 4 that send an order to a person."""
    return (
        (order.b2b and Uncommon.B2B not in spoken_for)
        or order.disputed
        or order.risky
        or order.other_app
        or order.return_status not in SETTLED_RETURNS
        or order.financial in DEAD_PAYMENTS
    )


def _is_suspected(order: Order) -> bool:
    """A fraud hold on any line is a gate for the whole order (facts.md 4); nobody is told which (F-04)."""
    return any(hold.reason == "HIGH_RISK_OF_FRAUD" for line in order.lines for units in line.units for hold in units.holds)


def _is_unusual_line(line: OrderLine, spoken_for: frozenset[Uncommon]) -> bool:
    if line.bundle and Uncommon.BUNDLE not in spoken_for:
        return True
    return line.selling_plan is not None and is_pre_order(line) is not True and Uncommon.SUBSCRIPTION not in spoken_for


def is_pre_order(line: OrderLine) -> bool | None:
    """Whether the line is a pre-order; None when the product that would tell cannot be read."""
    if any(units.state is LineState.SCHEDULED for units in line.units):
        return True
    if _PRE_ORDER.search(line.selling_plan or "") or _PRE_ORDER.search(line.title):
        return True
    if line.product is None:
        return None
    return any(_PRE_ORDER.search(word) for word in (*line.product.tags, line.product.type))


def is_part_shipped(order: Order) -> bool:
    """Some quantity has left and some has not (product.md 4.4)."""
    states = {units.state for line in order.lines_present() for units in line.units if units.quantity > 0} - OFF_THE_ORDER
    return bool(states & GONE) and bool(states - GONE)
