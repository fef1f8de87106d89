"""What follows from an order's records: its sums of money, its summary states, what its warehouse would accept.

Money is in the order's currency. Sources are the recorded facts of the Admin API; what was never recorded says "assumed".
"""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from babel.numbers import get_currency_precision

from demo.shopify.records import FulfillmentOrder, Line, Order, Transaction

ZERO = Decimal(0)
CENT = Decimal("0.01")
OPEN_STATES = frozenset({"OPEN", "IN_PROGRESS", "ON_HOLD", "SCHEDULED", "INCOMPLETE"})


def shortest(amount: Decimal) -> str:
    """MoneyV2.amount: the shortest form with at least one decimal ("20.0", "12.5"; recorded)."""
    text = f"{amount:f}"
    text = text.rstrip("0") if "." in text else text + "."
    return text + "0" if text.endswith(".") else text


@lru_cache(maxsize=64)
def smallest(currency: str) -> Decimal:
    """The smallest amount a currency knows: 0.01 of a euro, 1 yen."""
    return Decimal(1).scaleb(-get_currency_precision(currency))


def rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(smallest(currency), ROUND_HALF_UP)


def padded(amount: Decimal) -> str:
    """The scalar Money, padded to two decimals ("25.00"; recorded)."""
    return f"{amount.quantize(CENT, ROUND_HALF_UP):f}"


@lru_cache(maxsize=4096)
def bag(amount: Decimal, currency: str) -> dict[str, Any]:
    """A MoneyBag. Shop and presentment currency are one in the twin."""
    money = {"amount": shortest(amount), "currencyCode": currency}
    return {"shopMoney": money, "presentmentMoney": money}


def fulfilled_units(line: Line) -> int:
    parcels = (parcel for parcel in line.order.fulfillments if parcel.status == "SUCCESS")
    return sum(each.quantity for parcel in parcels for each in parcel.lines if each.line is line)


def unfulfilled_units(line: Line) -> int:
    return max(0, line.current + line.returned - fulfilled_units(line))


def editable_units(line: Line) -> int:
    """Units an edit may touch: no parcel has them and no warehouse has taken them on. Never recorded: assumed.

    A warehouse that was asked and has not answered (OPEN / SUBMITTED) must be asked back first; a hold is no hindrance.
    """
    open_ones = (each for each in line.order.fulfillment_orders if edit_may_touch(each))
    return sum(part.remaining for each in open_ones for part in each.lines if part.line is line)


def edit_may_touch(each: FulfillmentOrder) -> bool:
    return each.status in ("OPEN", "ON_HOLD", "SCHEDULED") and each.request_status != "SUBMITTED"


def unit_price(line: Line) -> Decimal:
    """After all discounts, rounded to the smallest amount of the currency."""
    return rounded(line.price - line.discount / line.quantity, line.order.currency)


def line_total(line: Line, units: int, *, more: int = 0) -> Decimal:
    """What `units` of a line cost after all discounts; `more` are added to the line first, without a discount of their own."""
    return line.price * units - rounded(line.discount * units / (line.quantity + more), line.order.currency)


def subtotal(order: Order) -> Decimal:
    return sum((line_total(line, line.quantity) for line in order.lines), ZERO)


def current_subtotal(order: Order) -> Decimal:
    return sum((line_total(line, line.current) for line in order.lines), ZERO)


def shipping(order: Order) -> Decimal:
    return order.shipping.price if order.shipping else ZERO


def current_shipping(order: Order) -> Decimal:
    return shipping(order) - order.shipping_refunded


def zeroed(order: Order) -> bool:
    """A cancellation with the money given back sets quantities and totals to nothing; one without leaves them (recorded)."""
    return order.cancelled_at is not None and order.financial not in ("PAID", "PARTIALLY_PAID")


def total(order: Order) -> Decimal:
    return subtotal(order) + shipping(order)


def current_total(order: Order) -> Decimal:
    return ZERO if zeroed(order) else current_subtotal(order) + current_shipping(order) + order.adjustment


def outstanding(order: Order) -> Decimal:
    """Negative after a paid item was taken off (recorded: -10.0). Voided: back at the full amount."""
    return total(order) if order.financial == "VOIDED" else balance(order, current_total(order))


def balance(order: Order, whole: Decimal) -> Decimal:
    """What would be owed if the order cost `whole`. An authorisation covers what it was given for: beyond that, assumed."""
    if order.financial == "AUTHORIZED":
        return max(ZERO, whole - sum((t.amount for t in order.transactions if t.kind == "AUTHORIZATION"), ZERO))
    return whole - (order.received - order.refunded)


def refundable(order: Order) -> list[tuple[Transaction, Decimal]]:
    """The payments that money can go back to, oldest first, each with what is left of it."""
    paid = [t for t in order.transactions if t.kind in ("SALE", "CAPTURE") and t.status == "SUCCESS"]
    back = [t for t in order.transactions if t.kind == "REFUND"]
    return [(each, each.amount - sum((t.amount for t in back if t.parent is each), ZERO)) for each in paid]


def fulfillment_status(order: Order) -> str:
    """Order.displayFulfillmentStatus. It says little about editability: fulfilment orders do."""
    if order.cancelled_at is not None and not order.fulfillments:
        return "UNFULFILLED"
    left = sum(unfulfilled_units(line) for line in order.lines)
    gone = sum(fulfilled_units(line) for line in order.lines)
    if gone:
        return "FULFILLED" if left == 0 else "PARTIALLY_FULFILLED"
    states = {(each.status, each.request_status) for each in order.fulfillment_orders if each.status in OPEN_STATES and each.units}
    if any(request == "SUBMITTED" for _, request in states):
        return "PENDING_FULFILLMENT"
    statuses = {status for status, _ in states}
    for only in ("ON_HOLD", "SCHEDULED", "IN_PROGRESS"):
        if statuses == {only}:
            return only
    return "REQUEST_DECLINED" if states == {("OPEN", "REJECTED")} else "UNFULFILLED"


def return_status(order: Order) -> str:
    """Any REQUESTED, else any OPEN, else any CLOSED, else none (recorded)."""
    found = {each.status for each in order.returns}
    for status, shown in (("REQUESTED", "RETURN_REQUESTED"), ("OPEN", "IN_PROGRESS"), ("CLOSED", "RETURNED")):
        if status in found:
            return shown
    return "NO_RETURN"


def merchant_editable(order: Order) -> bool:
    """False recorded for cancelled orders; another app's orders are documented. The world file may say otherwise."""
    if order.cancelled_at is not None:
        return False
    return order.app == "Online Store" if order.editable is None else order.editable


def merchant_editable_errors(order: Order) -> list[str]:
    """The texts were never recorded: assumed."""
    if merchant_editable(order):
        return []
    if order.cancelled_at is not None:
        return ["The order has been canceled."]
    return ["The order was created by another app." if order.app != "Online Store" else "The order cannot be edited."]


def line_editable(line: Line) -> bool:
    return line.editable and line.current > 0 and unfulfilled_units(line) > 0 and merchant_editable(line.order)


def supported_actions(each: FulfillmentOrder) -> list[str]:
    """What may be done with a fulfilment order, sorted. Pairs that were never recorded are assumed."""
    third_party = each.location.third_party
    match each.status, each.request_status:
        case "OPEN", "UNSUBMITTED":
            actions = ["CREATE_FULFILLMENT", "HOLD", "MOVE", "REQUEST_FULFILLMENT" if third_party else "REPORT_PROGRESS"]
            actions += ["SPLIT"] if each.units > 1 else []
            siblings = (o for o in each.order.fulfillment_orders if o is not each and o.location is each.location)
            mergeable = not third_party and any(o.status == "OPEN" and o.request_status == "UNSUBMITTED" for o in siblings)
            return sorted([*actions, "MERGE"] if mergeable else actions)
        case "OPEN", "SUBMITTED":
            return ["CANCEL_FULFILLMENT_ORDER"]
        case "OPEN", "REJECTED":
            return ["CREATE_FULFILLMENT", "HOLD", "MOVE", "REQUEST_FULFILLMENT"]
        case "IN_PROGRESS", "UNSUBMITTED":
            return ["CREATE_FULFILLMENT", "HOLD", "MARK_AS_OPEN", "REPORT_PROGRESS"]
        case "IN_PROGRESS", "ACCEPTED":
            asked = any(request.kind == "CANCELLATION_REQUEST" for request in each.requests)
            return ["REQUEST_CANCELLATION"] if each.location.takes_cancellations and not asked else []
        case "ON_HOLD", _:
            return ["HOLD", "MOVE", "RELEASE_HOLD"]
        case "SCHEDULED", _:
            return ["MARK_AS_OPEN"]
        case "INCOMPLETE", _:
            return ["CREATE_FULFILLMENT", "HOLD", "MOVE", "REQUEST_FULFILLMENT"]
        case _:
            return []
