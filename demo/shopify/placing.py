"""Where the units of an order are: every line state of a world file as fulfilment orders, holds, requests and parcels."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo import world_parts as parts
from demo.shopify import arithmetic as sums
from demo.shopify import records as r
from demo.shopify.records import number_of

GONE = parts.SHIPPED_STATES
STATUS = {
    "open": ("OPEN", "UNSUBMITTED"),
    "held": ("ON_HOLD", "UNSUBMITTED"),
    "scheduled": ("SCHEDULED", "UNSUBMITTED"),
    "requested": ("OPEN", "SUBMITTED"),
    "accepted": ("IN_PROGRESS", "ACCEPTED"),
    "packing": ("IN_PROGRESS", "UNSUBMITTED"),
    "incomplete": ("INCOMPLETE", "CLOSED"),
}
AT_A_SERVICE = frozenset({"requested", "accepted", "incomplete"})
"""States that only a fulfilment service can put a fulfilment order into."""
HOME, SERVICE = "Warehouse", "Fulfilment service"
OUR_HANDLE = "deskbell"
OUR_APP = "deskbell-hub"
DISPLAY = {"delivered": "DELIVERED", "ready_for_pickup": "READY_FOR_PICKUP"}


def build_location(shop: str, name: str, given: parts.Warehouse | None = None, *, third_party: bool = True) -> r.Location:
    return r.Location(
        number=number_of("Location", shop, name),
        name=name,
        third_party=given.third_party if given else third_party,
        takes_cancellations=given.takes_cancellations if given else True,
        visible=given.visible if given else True,
    )


@dataclass(slots=True)
class _Units:
    line: r.Line
    n: int
    state: parts.State
    how: parts.Units
    warehouse: str


def _states(order: r.Order, given: parts.Order) -> Iterable[_Units]:
    for line, each in zip(order.lines, given.lines, strict=True):
        for how in each.parts or (each,):
            state = how.state or "open"
            at_service = SERVICE if state in AT_A_SERVICE else HOME
            quantity = how.n if isinstance(how, parts.UnitsOf) else each.quantity
            yield _Units(line, quantity, state, how, how.warehouse or each.warehouse or at_service)


def place(order: r.Order, given: parts.Order, locations: dict[str, r.Location], shop: str, now: datetime) -> None:
    """Units of one state, place and manner share a fulfilment order; those that left share a parcel by tracking number."""
    groups: dict[tuple[object, ...], list[_Units]] = {}
    for units in _states(order, given):
        if units.state == "removed":
            units.line.removed += units.n
        elif units.state != "unlisted":
            groups.setdefault(_group(units), []).append(units)
    for index, group in enumerate(groups.values()):
        location = locations.get(group[0].warehouse)
        if location is None:
            location = locations[group[0].warehouse] = build_location(shop, group[0].warehouse)
        each = _fulfillment_order(order, group, location, shop, index)
        order.fulfillment_orders.append(each)
        if group[0].state in GONE:
            order.fulfillments.append(_parcel(order, group, location, shop, len(order.fulfillments) + 1, now))
    if order.cancelled_at is not None:
        close_for_cancellation(order)
    elif not any(sums.unfulfilled_units(line) for line in order.lines) and order.fulfillments:
        order.closed_at = max(parcel.created_at for parcel in order.fulfillments)


def _group(units: _Units) -> tuple[object, ...]:
    how = units.how
    if units.state in GONE:
        number = how.tracking.number if how.tracking else None
        return (units.state, units.warehouse, number) if number else (units.state, units.warehouse, None, how.at, how.shipped_at)
    fulfill_at = how.at if units.state == "scheduled" else None
    return (units.state, units.warehouse, units.line.ships, how.reason, how.handle, how.cancel, fulfill_at)


def _fulfillment_order(order: r.Order, group: list[_Units], location: r.Location, shop: str, index: int) -> r.FulfillmentOrder:
    state, how = group[0].state, group[0].how
    status, request_status = STATUS.get(state, ("CLOSED", "UNSUBMITTED"))
    if how.cancel == "rejected":
        request_status = "CANCELLATION_REJECTED"
    ships = any(units.line.ships for units in group)
    each = r.FulfillmentOrder(
        number=number_of("FulfillmentOrder", shop, order.name, index),
        order=order,
        location=location,
        status=status,
        request_status=request_status,
        created_at=order.created_at,
        updated_at=how.at if how.at and state not in GONE and state != "scheduled" else order.created_at,
        fulfill_at=how.at if state == "scheduled" else order.created_at,
        method=(order.shipping.method if order.shipping else "SHIPPING") if ships else "NONE",
        presented_name=order.shipping.title if order.shipping and ships else None,
    )
    for units in group:
        number = number_of("FulfillmentOrderLineItem", each.number, units.line.number, len(each.lines))
        each.lines.append(r.FulfillmentOrderLine(number=number, line=units.line, total=units.n, remaining=0 if state in GONE else units.n))
    _holds_and_requests(each, state, how)
    return each


def _holds_and_requests(each: r.FulfillmentOrder, state: str, how: parts.Units) -> None:
    at = how.at or each.created_at
    if state == "held":
        by = OUR_APP if how.handle == OUR_HANDLE else None
        number = number_of("FulfillmentHold", each.number)
        each.holds.append(r.Hold(number=number, reason=how.reason or "OTHER", notes=how.note, handle=how.handle, by=by))
    if state in AT_A_SERVICE:
        number = number_of("FulfillmentOrderMerchantRequest", each.number, 0)
        each.requests.append(r.Request(number=number, kind="FULFILLMENT_REQUEST", message=None, sent_at=each.created_at))
    if how.cancel is not None:
        number = number_of("FulfillmentOrderMerchantRequest", each.number, 1)
        each.requests.append(r.Request(number=number, kind="CANCELLATION_REQUEST", message=how.note, sent_at=at))


def _parcel(order: r.Order, group: list[_Units], location: r.Location, shop: str, index: int, now: datetime) -> r.Fulfillment:
    state = group[0].state
    given_at = [units.how.at for units in group if units.how.at]
    at = min(given_at) if given_at else min(now, order.created_at + timedelta(days=3 if state == "delivered" else 1))
    at = max(at, order.created_at)
    sent = next((units.how.shipped_at for units in group if units.how.shipped_at), None)
    if sent is None:
        sent = max(order.created_at, at - timedelta(days=2)) if state == "delivered" else at
    trackings = [units.how.tracking for units in group if units.how.tracking]
    tracking = [r.Tracking(company=t.company, number=t.number, url=t.url) for t in trackings[:1]]
    moving = state == "delivered" or (state == "shipped" and bool(tracking))
    return r.Fulfillment(
        number=number_of("Fulfillment", shop, order.name, index),
        order=order,
        name=f"{order.name}-F{index}",
        status="SUCCESS",
        display_status=DISPLAY.get(state, "IN_TRANSIT" if tracking else "FULFILLED"),
        created_at=sent,
        updated_at=at,
        in_transit_at=sent if moving else None,
        delivered_at=at if state == "delivered" else None,
        location=location,
        tracking=tracking,
        lines=[
            r.FulfilledLine(number=number_of("FulfillmentLineItem", shop, order.name, index, i), line=units.line, quantity=units.n)
            for i, units in enumerate(group)
        ],
    )


def close_for_cancellation(order: r.Order) -> None:
    """Fulfilment orders close; with the money given back, quantities go to nothing and the order is archived (recorded)."""
    for each in order.fulfillment_orders:
        if each.status != "CLOSED":
            each.status, each.request_status, each.holds = "CLOSED", "UNSUBMITTED", []
        if sums.zeroed(order):
            for part in each.lines:
                part.total = part.remaining = 0
    if sums.zeroed(order):
        order.closed_at = order.cancelled_at
        for line in order.lines:
            line.removed = line.quantity
