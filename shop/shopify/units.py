"""Where each unit of a line is, from fulfilment orders and parcels (facts.md 3.1, 4).

The badge of the order and `fulfillableQuantity` are never used: the first hides a warehouse that has accepted, the second drops to
nothing under a hold of our own. What the fulfilment orders we can see do not cover is unknown, and unknown is never editable.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from shop.order import CancellationRequest, DeliveryMethod, Hold, LineState, Tracking, Units
from shop.shopify.fields import Node, count, moment, node, nodes, text

OURS = "deskbell"
"""Our own holds carry this handle, or begin with it."""

_FINISHED = frozenset({"CLOSED", "CANCELLED"})
_STATES: dict[tuple[str, str], LineState] = {
    ("OPEN", "UNSUBMITTED"): LineState.OPEN,
    ("OPEN", "REJECTED"): LineState.OPEN,
    ("OPEN", "SUBMITTED"): LineState.REQUESTED,
    ("IN_PROGRESS", "UNSUBMITTED"): LineState.PACKING,
    ("IN_PROGRESS", "ACCEPTED"): LineState.ACCEPTED,
    ("IN_PROGRESS", "CANCELLATION_REQUESTED"): LineState.ACCEPTED,
    ("IN_PROGRESS", "CANCELLATION_REJECTED"): LineState.ACCEPTED,
    ("ON_HOLD", "UNSUBMITTED"): LineState.HELD,
    ("ON_HOLD", "REJECTED"): LineState.HELD,
    ("SCHEDULED", "UNSUBMITTED"): LineState.SCHEDULED,
}
"""(status, request status) → state. A pair that is not here is unknown."""
_GIVEN_UP = "INCOMPLETE"
_NO_PARCEL = frozenset({"CANCELLED", "ERROR", "FAILURE"})
_ARRIVED = frozenset({"DELIVERED", "PICKED_UP"})
_METHODS = {method.name: method for method in DeliveryMethod if method is not DeliveryMethod.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Share:
    """Some units of one line in one fulfilment order or parcel."""

    line: str
    units: Units


def method_of(warehouse: Node) -> DeliveryMethod | None:
    """None where Shopify names none; a kind this version does not know is UNKNOWN."""
    named = text(node(warehouse.get("deliveryMethod")).get("methodType"))
    return None if named is None else _METHODS.get(named, DeliveryMethod.UNKNOWN)


def still_to_ship(warehouses: Iterable[Node], fallback: DeliveryMethod) -> list[Share]:
    """The units that open fulfilment orders hold. Closed ones can still show a remainder: they count for nothing."""
    shares = []
    for warehouse in warehouses:
        if text(warehouse.get("status")) in _FINISHED:
            continue
        pattern = _pattern(warehouse, fallback)
        for entry in nodes(warehouse.get("lineItems")):
            line, remaining = text(node(entry.get("lineItem")).get("id")), count(entry.get("remainingQuantity"))
            if line is not None and remaining is not None and remaining > 0:
                shares.append(Share(line, replace(pattern, quantity=remaining)))
    return shares


def _pattern(warehouse: Node, fallback: DeliveryMethod) -> Units:
    status, request = str(warehouse.get("status")), str(warehouse.get("requestStatus"))
    state = LineState.PACKING if status == _GIVEN_UP else _STATES.get((status, request), LineState.UNKNOWN)
    cancellation, asked_at = _cancellation(warehouse, request) if state is LineState.ACCEPTED else (CancellationRequest.NONE, None)
    return Units(
        state=state,
        quantity=0,
        holds=tuple(_hold(hold) for hold in nodes(warehouse.get("fulfillmentHolds"))) if state is LineState.HELD else (),
        cancellation=cancellation,
        asked_at=moment(asked_at),
        scheduled_for=moment(warehouse.get("fulfillAt")) if state is LineState.SCHEDULED else None,
        delivery=method_of(warehouse) or fallback,
        takes_cancellation=state is not LineState.ACCEPTED or _takes_cancellation(warehouse),
    )


def _takes_cancellation(warehouse: Node) -> bool:
    """Known to take none only where Shopify lists what may be done, and that is not among it."""
    actions = warehouse.get("supportedActions")
    return not isinstance(actions, list) or any(action.get("action") == "REQUEST_CANCELLATION" for action in nodes(actions))


def _cancellation(warehouse: Node, request: str) -> tuple[CancellationRequest, object]:
    """A request on file does not show in the status at once (facts.md 4)."""
    filed = nodes(warehouse.get("merchantRequests"))
    asked_at = filed[0].get("sentAt") if filed else None
    if request == "CANCELLATION_REJECTED":
        return CancellationRequest.REJECTED, asked_at
    if request == "CANCELLATION_REQUESTED" or filed:
        return CancellationRequest.REQUESTED, asked_at
    return CancellationRequest.NONE, None


def _hold(hold: Node) -> Hold:
    handle = text(hold.get("handle"))
    ours = hold.get("heldByRequestingApp") is True or (
        handle is not None and (handle == OURS or handle.startswith((f"{OURS}-", f"{OURS}:")))
    )
    return Hold(reason=text(hold.get("reason")) or "UNKNOWN", handle=handle, ours=ours)


def gone(parcels: Iterable[Node], delivery: DeliveryMethod) -> list[Share]:
    """The units in parcels, on their way first: of a line that was partly given back, what arrived is what came back."""
    shares = []
    for parcel in parcels:
        if text(parcel.get("status")) in _NO_PARCEL or parcel.get("displayStatus") == "CANCELED":
            continue
        pattern = _parcel(parcel, delivery)
        for entry in nodes(parcel.get("fulfillmentLineItems")):
            line, quantity = text(node(entry.get("lineItem")).get("id")), count(entry.get("quantity"))
            if line is not None and quantity is not None and quantity > 0:
                shares.append(Share(line, replace(pattern, quantity=quantity)))
    return sorted(shares, key=lambda share: share.units.state is LineState.DELIVERED)


def _parcel(parcel: Node, delivery: DeliveryMethod) -> Units:
    shown, delivered = text(parcel.get("displayStatus")), moment(parcel.get("deliveredAt"))
    left = moment(parcel.get("inTransitAt")) or moment(parcel.get("createdAt"))
    if delivered is not None or shown in _ARRIVED:
        state, at = LineState.DELIVERED, delivered or left
    elif shown == "READY_FOR_PICKUP":
        state, at = LineState.READY_FOR_PICKUP, moment(parcel.get("createdAt"))
    else:
        state, at = LineState.IN_TRANSIT, left
    tracking = tuple(
        Tracking(company=text(entry.get("company")), number=text(entry.get("number")), url=_https(entry.get("url")))
        for entry in nodes(parcel.get("trackingInfo"))
        if entry.get("number") or entry.get("url")
    )
    return Units(state=state, quantity=0, at=at, tracking=tracking, delivery=delivery)


def _https(url: object) -> str | None:
    """A tracking address is set by the shop's staff or apps: only a web address leaves."""
    return url if isinstance(url, str) and url.startswith(("https://", "http://")) else None


def placed(present: int, unfulfilled: int | None, waiting: Sequence[Share], parcels: Sequence[Share]) -> tuple[Units, ...]:
    """The line's units, adding up to `present`. Parts that contradict each other make all of it unknown.

    present: `currentQuantity`. unfulfilled: `unfulfilledQuantity`, still to ship.
    """
    if present <= 0:
        return ()
    covered = sum(share.units.quantity for share in waiting)
    if unfulfilled is None or not 0 <= unfulfilled <= present or covered > unfulfilled:
        return (Units(state=LineState.UNKNOWN, quantity=present),)
    found = [share.units for share in waiting]
    left = present - unfulfilled
    for share in parcels:
        taken = min(left, share.units.quantity)
        if taken > 0:
            found.append(replace(share.units, quantity=taken))
            left -= taken
    unseen = left + (unfulfilled - covered)
    if unseen > 0:
        found.append(Units(state=LineState.UNKNOWN, quantity=unseen))
    return tuple(found)
