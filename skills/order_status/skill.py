"""Where each line of an order is, told as it was read."""

from shop.order import CancellationRequest, LineState, Order, OrderLine, Units
from skills.conclude import common, hand_off
from skills.order_editing.decision import parts_of
from skills.order_editing.eligibility import ACCESS_LIMIT, FULFILLED, OFF_THE_ORDER, is_harmless_hold
from skills.skill import Active, Explain, LineVerdict, Outcome, Prerequisites, Reason, Situation, Status, Unavailable

_TOLD_FIRST = (
    Reason.ON_HOLD,
    Reason.ALREADY_ASKED,
    Reason.CANCELLATION_REJECTED,
    Reason.READY_FOR_PICKUP,
    Reason.ALREADY_SHIPPED,
    Reason.BEING_PACKED,
    Reason.ASKS_WAREHOUSE,
    Reason.NOT_SHIPPED_YET,
    Reason.DIGITAL,
    Reason.GIFT_CARD,
    Reason.ALREADY_DELIVERED,
    Reason.STATE_UNKNOWN,
    Reason.ALREADY_CANCELLED,
)
"""Where lines differ, what a shopper would want to hear first."""

_ASKED = {
    CancellationRequest.NONE: Reason.ASKS_WAREHOUSE,
    CancellationRequest.REQUESTED: Reason.ALREADY_ASKED,
    CancellationRequest.REJECTED: Reason.CANCELLATION_REJECTED,
}


class OrderStatus:
    """Owns "where is my order" (003-13, Z-11)."""

    name = "order_status"
    owns = frozenset({"order_status"})

    def status(self, have: Prerequisites) -> Status:
        if not have.shopify_connected:
            return Unavailable(missing="shopify", mend="Connect the Shopify store, so that orders can be read.")
        return Active()

    def decide(self, situation: Situation) -> Outcome:
        """Column "Status" of product.md 4.5. Pure and total; nothing here is permission for anything."""
        order = situation.order
        if order is None:
            return hand_off(situation, Reason.ORDER_NOT_FOUND, common(situation))
        if not situation.brand.all_orders and situation.now - order.created_at > ACCESS_LIMIT:
            return hand_off(situation, Reason.TOO_OLD, common(situation))
        named = situation.change.lines if situation.change else ()
        lines = tuple(
            _told(situation, order, line, named=not named or line.id in named)
            for line in (list(order.lines_present()) or list(order.lines))
        )
        reasons = {verdict.reason for verdict in lines if verdict.named} or {verdict.reason for verdict in lines}
        because = next((reason for reason in _TOLD_FIRST if reason in reasons), Reason.STATE_UNKNOWN)
        return Explain(because=because, **common(situation, None, lines))


def _told(situation: Situation, order: Order, line: OrderLine, *, named: bool) -> LineVerdict:
    groups = [units for units in line.units if units.quantity > 0 and units.state not in OFF_THE_ORDER]
    groups = groups or [Units(state=LineState.REMOVED if line.units or not line.quantity else LineState.UNKNOWN, quantity=line.quantity)]
    told = [(units, state_reason(order, line, units)) for units in groups]
    parts = parts_of(order, line)
    units, reason = min(told, key=lambda pair: _TOLD_FIRST.index(pair[1]))
    return LineVerdict(
        line=line.id,
        title=line.title,
        variant=line.variant_title,
        state=units.state if order.cancelled_at is None else LineState.CANCELLED,
        allowed=False,
        reason=reason,
        quantity=line.quantity if order.cancelled_at is None else parts[0].quantity,
        parts=parts,
        since=order.cancelled_at or units.asked_at or units.at,
        named=named,
    )


def state_reason(order: Order, line: OrderLine, units: Units) -> Reason:
    """What the state alone says, whoever may do what about it."""
    if order.cancelled_at is not None:
        return Reason.ALREADY_CANCELLED
    if units.state not in FULFILLED and (line.gift_card or not line.requires_shipping):
        # Nothing that is sent by e-mail is "not shipped yet".
        return Reason.GIFT_CARD if line.gift_card else Reason.DIGITAL
    match units.state:
        case LineState.OPEN | LineState.REQUESTED | LineState.SCHEDULED:
            return Reason.NOT_SHIPPED_YET
        case LineState.HELD:
            return Reason.NOT_SHIPPED_YET if is_harmless_hold(units) else Reason.ON_HOLD
        case LineState.ACCEPTED:
            return _ASKED[units.cancellation]
        case LineState.PACKING:
            return Reason.BEING_PACKED
        case LineState.READY_FOR_PICKUP:
            return Reason.READY_FOR_PICKUP
        case LineState.IN_TRANSIT:
            return Reason.ALREADY_SHIPPED
        case LineState.DELIVERED:
            return Reason.ALREADY_DELIVERED
        case LineState.REMOVED | LineState.CANCELLED:
            return Reason.ALREADY_CANCELLED
        case LineState.UNKNOWN:
            return Reason.STATE_UNKNOWN
