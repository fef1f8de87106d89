"""Things that happen to an order: the warehouse picks and ships, a hold is placed, a third party accepts, the order is cancelled.

Each verb changes the records as Shopify's own states change and names the webhooks that follow. Raises CannotHappen when the order's state
does not allow it.
"""

from dataclasses import dataclass
from typing import Any

from demo.shopify import arithmetic as sums
from demo.shopify import bodies, refund_bodies
from demo.shopify import records as r
from demo.shopify.ledger import give_back, put_back, record, why_not_cancelled
from demo.shopify.placing import OUR_APP, OUR_HANDLE, SERVICE, close_for_cancellation
from demo.shopify.records import number_of
from demo.shopify.shop import Shop


class CannotHappen(Exception):
    """The order's state does not allow this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One webhook to send: its topic as in the header, e.g. orders/updated, and its body."""

    topic: str
    body: dict[str, Any]


class Verbs:
    """What may happen to one order. `sku` and `quantity` narrow it to some units; the fulfilment order is split where it holds others."""

    def __init__(self, shop: Shop, order: r.Order) -> None:
        self.shop, self.order, self.now = shop, order, shop.clock.now()

    def ship(self, *, sku: str | None = None, quantity: int | None = None, tracking: dict[str, str | None] | None = None) -> list[Event]:
        """Units leave in one parcel. Held and scheduled ones do not."""
        taken = self._take(sku, quantity)
        parcel = self._parcel(taken, tracking, "IN_TRANSIT" if tracking else "FULFILLED")
        parcel.in_transit_at = self.now if tracking else None
        self.touch(f"{sum(n for _, _, n in taken)} items were fulfilled.", "fulfillment_success")
        return self._shipped(parcel)

    def ready(self, *, sku: str | None = None, quantity: int | None = None) -> list[Event]:
        """Units wait at the counter."""
        parcel = self._parcel(self._take(sku, quantity), None, "READY_FOR_PICKUP")
        self.touch("Items are ready for pickup.", "fulfillment_success")
        return self._shipped(parcel)

    def deliver(self, *, number: str | None = None) -> list[Event]:
        """Parcels arrive: the one with a tracking number, or all that are under way."""
        under_way = [p for p in self.order.fulfillments if p.status == "SUCCESS" and p.delivered_at is None]
        chosen = [p for p in under_way if number is None or any(t.number == number for t in p.tracking)]
        if not chosen:
            raise CannotHappen("no parcel is under way" if number is None else f"no parcel {number} is under way")
        for parcel in chosen:
            parcel.display_status, parcel.delivered_at, parcel.updated_at = "DELIVERED", self.now, self.now
            parcel.in_transit_at = parcel.in_transit_at or parcel.created_at
        self.touch("A parcel was delivered.", "fulfillment_event")
        return [*(Event(topic="fulfillments/update", body=bodies.fulfillment(p)) for p in chosen), self.updated()]

    def hold(
        self,
        *,
        reason: str = "OTHER",
        handle: str | None = None,
        notes: str | None = None,
        sku: str | None = None,
        quantity: int | None = None,
    ) -> list[Event]:
        """A hold on open units; a second one joins the first."""
        events = []
        for each in self._choose({("OPEN", "UNSUBMITTED"), ("ON_HOLD", "UNSUBMITTED")}, sku, quantity, "hold"):
            by = OUR_APP if handle == OUR_HANDLE else None
            if by and any(hold.handle == handle for hold in each.holds):
                raise CannotHappen(f"a hold with the handle {handle} is there already")
            number = number_of("FulfillmentHold", each.number, len(each.holds), handle, self.now)
            hold = r.Hold(number=number, reason=reason, notes=notes, handle=handle, by=by)
            each.holds.append(hold)
            first = each.status != "ON_HOLD"
            self.move(each, "ON_HOLD", "UNSUBMITTED")
            if first:
                events.append(Event(topic="fulfillment_orders/placed_on_hold", body=bodies.placed_on_hold(each, hold)))
        return [*events, self.updated()]

    def release(self, *, handle: str | None = None, sku: str | None = None) -> list[Event]:
        """Holds end: those with a handle, or all of them."""
        events = []
        for each in self._choose({("ON_HOLD", "UNSUBMITTED")}, sku, None, "release"):
            kept = [hold for hold in each.holds if handle is not None and hold.handle != handle]
            if len(kept) == len(each.holds):
                continue
            each.holds = kept
            self.move(each, "ON_HOLD" if kept else "OPEN", "UNSUBMITTED")
            if not kept:
                events.append(Event(topic="fulfillment_orders/hold_released", body=bodies.with_status(each)))
        return [*events, self.updated()]

    def request(self, *, sku: str | None = None, quantity: int | None = None) -> list[Event]:
        """The merchant asks the third party to ship."""
        events = []
        for each in self._choose({("OPEN", "UNSUBMITTED"), ("OPEN", "REJECTED")}, sku, quantity, "request"):
            if not each.location.third_party:
                each.location = self.shop.stock.locations[SERVICE]
            self.ask(each, "FULFILLMENT_REQUEST")
            self.move(each, "OPEN", "SUBMITTED")
            events.append(Event(topic="fulfillment_orders/fulfillment_request_submitted", body=bodies.submitted(each)))
        return [*events, self.updated()]

    def request_cancellation(self, *, sku: str | None = None, quantity: int | None = None) -> list[Event]:
        """The merchant asks an accepted warehouse to stop; the request status stays ACCEPTED (recorded)."""
        events = []
        for each in self._choose({("IN_PROGRESS", "ACCEPTED")}, sku, quantity, "request cancellation of"):
            if was_asked(each) or not each.location.takes_cancellations:
                raise CannotHappen(
                    "cancellation was requested already" if was_asked(each) else "this warehouse takes no cancellation requests"
                )
            self.ask(each, "CANCELLATION_REQUEST")
            each.updated_at = self.now
            events.append(Event(topic="fulfillment_orders/cancellation_request_submitted", body=bodies.cancellation_submitted(each)))
        return [*events, self.updated()]

    def accept(self, *, sku: str | None = None) -> list[Event]:
        """The third party accepts: the fulfilment that was requested, else the cancellation that was requested."""
        events = []
        if self._any("OPEN", "SUBMITTED"):
            for each in self._choose({("OPEN", "SUBMITTED")}, sku, None, "accept"):
                self.move(each, "IN_PROGRESS", "ACCEPTED")
                events.append(Event(topic="fulfillment_orders/fulfillment_request_accepted", body=bodies.answered(each)))
            return [*events, self.updated()]
        for each in self._pending(sku):
            for part in each.lines:
                part.line.removed += part.remaining
                part.total = part.remaining = 0
            self.move(each, "CLOSED", "CANCELLATION_ACCEPTED")
            events.append(Event(topic="fulfillment_orders/cancellation_request_accepted", body=bodies.answered(each)))
        return [*events, self.updated()]

    def reject(self, *, sku: str | None = None) -> list[Event]:
        """The third party refuses what was requested."""
        events = []
        if self._any("OPEN", "SUBMITTED"):
            for each in self._choose({("OPEN", "SUBMITTED")}, sku, None, "reject"):
                self.move(each, "OPEN", "REJECTED")
                events.append(Event(topic="fulfillment_orders/fulfillment_request_rejected", body=bodies.answered(each)))
            return [*events, self.updated()]
        for each in self._pending(sku):
            self.move(each, "IN_PROGRESS", "CANCELLATION_REJECTED")
            events.append(Event(topic="fulfillment_orders/cancellation_request_rejected", body=bodies.answered(each)))
        return [*events, self.updated()]

    def pick(self, *, sku: str | None = None, quantity: int | None = None) -> list[Event]:
        """Somebody starts picking."""
        events = []
        for each in self._choose({("OPEN", "UNSUBMITTED")}, sku, quantity, "pick"):
            self.move(each, "IN_PROGRESS", "UNSUBMITTED")
            events.append(Event(topic="fulfillment_orders/progress_reported", body=bodies.progress(each)))
        return [*events, self.updated()]

    def give_up(self, *, sku: str | None = None) -> list[Event]:
        """The third party closes what it had accepted."""
        for each in self._choose({("IN_PROGRESS", "ACCEPTED"), ("IN_PROGRESS", "CANCELLATION_REJECTED")}, sku, None, "give up"):
            self.move(each, "INCOMPLETE", "CLOSED")
        return [self.updated()]

    def open(self, *, sku: str | None = None) -> list[Event]:
        """Back to open: a scheduled one whose day has come, or one that was being picked."""
        for each in self._choose({("SCHEDULED", "UNSUBMITTED"), ("IN_PROGRESS", "UNSUBMITTED")}, sku, None, "open"):
            self.move(each, "OPEN", "UNSUBMITTED")
        return [self.updated()]

    def remove(self, *, sku: str, quantity: int | None = None) -> list[Event]:
        """Units are taken off the order by an edit; no money moves (recorded)."""
        taken = self._take(sku, quantity, states=sums.OPEN_STATES)
        for each, part, n in taken:
            part.total -= n
            part.remaining -= n
            part.line.removed += n
            self.close_if_done(each)
        self.order.edited = True
        self.touch("The order was edited.", "edited")
        return [Event(topic="orders/edited", body=bodies.edited(self.order, [(part.line, -n) for _, part, n in taken])), self.updated()]

    def cancel(
        self, *, reason: str = "CUSTOMER", refund: bool = True, restock: bool = False, note: str | None = None, store_credit: bool = False
    ) -> list[Event]:
        """The whole order. Refused where something has shipped or is on its way back (recorded texts)."""
        refusal = why_not_cancelled(self.order)
        if refusal is not None:
            raise CannotHappen(refusal)
        order = self.order
        order.cancelled_at, order.cancel_reason, order.staff_note = self.now, reason, note
        for line in order.lines if restock else ():
            put_back(line, line.current)
        refunded = self._give_back(refund, store_credit)
        close_for_cancellation(order)
        self.touch(f"{order.name} was canceled.", "cancelled")
        told = [Event(topic="refunds/create", body=refund_bodies.refund(order, each)) for each in refunded]
        return [Event(topic="orders/cancelled", body=bodies.order(self.shop, order)), *told, self.updated()]

    def pay(self) -> list[Event]:
        """The shopper follows the link and pays what is owed."""
        order, owed = self.order, sums.outstanding(self.order)
        if owed <= 0 or order.financial in ("AUTHORIZED", "VOIDED") or order.cancelled_at is not None:
            raise CannotHappen(f"nothing is owed for {order.name}")
        number = number_of("OrderTransaction", order.number, "pay", len(order.transactions))
        order.transactions.append(r.Transaction(number=number, kind="SALE", status="SUCCESS", amount=owed, at=self.now))
        order.received += owed
        order.financial = "PARTIALLY_REFUNDED" if order.refunded else "PAID"
        self.touch("A payment was received.", "sale_success")
        return [Event(topic="orders/paid", body=bodies.order(self.shop, order)), self.updated()]

    def _give_back(self, refund: bool, store_credit: bool) -> list[r.Refund]:
        order, amount = self.order, self.order.received - self.order.refunded
        if order.financial == "AUTHORIZED":
            order.financial = "VOIDED"
            return []
        if not refund or amount <= 0:
            return []
        made = r.Refund(number=number_of("Refund", order.number, "cancel"), at=self.now, note=None, total=amount, lines=[])
        made.lines = [
            r.RefundLine(
                number=number_of("RefundLineItem", line.number),
                line=line,
                quantity=line.current,
                restock="CANCEL",
                subtotal=sums.line_total(line, line.current),
            )
            for line in order.lines
            if line.current
        ]
        made.shipping = sums.current_shipping(order)
        give_back(order, made, None if store_credit else sums.refundable(order))
        order.shipping_refunded += made.shipping
        order.financial = "REFUNDED"
        order.refunds.append(made)
        return [made]

    def _take(
        self, sku: str | None, quantity: int | None, states: frozenset[str] = frozenset({"OPEN", "IN_PROGRESS", "INCOMPLETE"})
    ) -> list[tuple[r.FulfillmentOrder, r.FulfillmentOrderLine, int]]:
        """Which units of which fulfilment orders, in their order."""
        taken = []
        left = quantity
        for each in self.order.fulfillment_orders:
            if each.status not in states:
                continue
            for part in each.lines:
                n = part.remaining if left is None else min(part.remaining, left)
                if n and (sku is None or part.line.variant.sku == sku):
                    taken.append((each, part, n))
                    left = None if left is None else left - n
        if not taken or left:
            what = f"{quantity or 'any'} units" + (f" of {sku}" if sku else "")
            raise CannotHappen(f"there are not {what} left to move in {self.order.name}: held, scheduled or gone")
        return taken

    def _parcel(
        self, taken: list[tuple[r.FulfillmentOrder, r.FulfillmentOrderLine, int]], tracking: dict[str, str | None] | None, display: str
    ) -> r.Fulfillment:
        order, index = self.order, len(self.order.fulfillments) + 1
        number = number_of("Fulfillment", self.shop.handle, order.name, index)
        parcel = r.Fulfillment(
            number=number,
            order=order,
            name=f"{order.name}-F{index}",
            status="SUCCESS",
            display_status=display,
            created_at=self.now,
            updated_at=self.now,
            in_transit_at=None,
            delivered_at=None,
            location=taken[0][0].location,
            tracking=[r.Tracking(company=tracking.get("company"), number=tracking.get("number"), url=tracking.get("url"))]
            if tracking
            else [],
        )
        for each, part, n in taken:
            part.remaining -= n
            at = len(parcel.lines)
            parcel.lines.append(r.FulfilledLine(number=number_of("FulfillmentLineItem", number, at), line=part.line, quantity=n))
            self.close_if_done(each)
        order.fulfillments.append(parcel)
        if not any(sums.unfulfilled_units(line) for line in order.lines):
            order.closed_at = self.now
        return parcel

    def close_if_done(self, each: r.FulfillmentOrder) -> None:
        each.updated_at = self.now
        if each.units == 0:
            self.move(each, "CLOSED", each.request_status)

    def _shipped(self, parcel: r.Fulfillment) -> list[Event]:
        whole = sums.fulfillment_status(self.order) == "FULFILLED"
        topic = "orders/fulfilled" if whole else "orders/partially_fulfilled"
        created = Event(topic="fulfillments/create", body=bodies.fulfillment(parcel))
        return [created, Event(topic=topic, body=bodies.order(self.shop, self.order)), self.updated()]

    def updated(self) -> Event:
        self.order.updated_at = self.now
        self.shop.index(self.order)
        return Event(topic="orders/updated", body=bodies.order(self.shop, self.order))

    def touch(self, message: str, action: str, app: str | None = None) -> None:
        record(self.order, action, message, self.now, app)

    def move(self, each: r.FulfillmentOrder, status: str, request_status: str) -> None:
        each.status, each.request_status, each.updated_at = status, request_status, self.now
        if status != "ON_HOLD":
            each.holds = []

    def replace(self, each: r.FulfillmentOrder) -> r.FulfillmentOrder:
        """Closed, its units in an open one beside it (recorded)."""
        before = len(self.order.fulfillment_orders)
        self._split(each, {})
        instead = self.order.fulfillment_orders[before]
        instead.requests = []
        self.move(instead, "OPEN", "UNSUBMITTED")
        self.move(each, "CLOSED", "UNSUBMITTED")
        return instead

    def ask(self, each: r.FulfillmentOrder, kind: Any, message: str | None = None) -> None:
        number = number_of("FulfillmentOrderMerchantRequest", each.number, len(each.requests), self.now)
        each.requests.append(r.Request(number=number, kind=kind, message=message, sent_at=self.now))

    def _any(self, status: str, request_status: str) -> bool:
        return any((each.status, each.request_status) == (status, request_status) for each in self.order.fulfillment_orders)

    def _pending(self, sku: str | None) -> list[r.FulfillmentOrder]:
        """Accepted ones with a cancellation request on file."""
        chosen = [
            each for each in self.order.fulfillment_orders if each.request_status == "ACCEPTED" and was_asked(each) and _holds(each, sku)
        ]
        if not chosen:
            raise CannotHappen(f"nothing of {self.order.name} waits for an answer of the warehouse")
        return chosen

    def _choose(self, pairs: set[tuple[str, str]], sku: str | None, quantity: int | None, verb: str) -> list[r.FulfillmentOrder]:
        """Fulfilment orders in one of the states; those that hold other units too are split first."""
        chosen, left = [], quantity
        for each in list(self.order.fulfillment_orders):
            if (each.status, each.request_status) not in pairs or not _holds(each, sku) or not each.units:
                continue
            wanted = {part.number: part.remaining for part in each.lines if sku is None or part.line.variant.sku == sku}
            if left is not None:
                wanted = {number: min(n, left) for number, n in wanted.items()}
                left -= sum(wanted.values())
            if sum(wanted.values()) < each.units:
                self._split(each, wanted)
            if each.units:
                chosen.append(each)
        if not chosen or left:
            raise CannotHappen(
                f"there is nothing to {verb} in {self.order.name}" + (f" for {quantity or ''} {sku or 'units'}" if left else "")
            )
        return chosen

    def _split(self, each: r.FulfillmentOrder, wanted: dict[int, int]) -> None:
        """The wanted units stay, the rest goes to a new one in the same state (recorded)."""
        index = len(self.order.fulfillment_orders)
        rest = r.FulfillmentOrder(
            number=number_of("FulfillmentOrder", self.shop.handle, self.order.name, index),
            order=self.order,
            location=each.location,
            status=each.status,
            request_status=each.request_status,
            created_at=self.now,
            updated_at=self.now,
            fulfill_at=each.fulfill_at,
            method=each.method,
            presented_name=each.presented_name,
            holds=list(each.holds),
            requests=list(each.requests),
        )
        for part in list(each.lines):
            n = part.remaining - wanted.get(part.number, 0)
            if n > 0:
                number = number_of("FulfillmentOrderLineItem", rest.number, part.line.number)
                rest.lines.append(r.FulfillmentOrderLine(number=number, line=part.line, total=n, remaining=n))
                part.total -= n
                part.remaining -= n
            if part.total == 0:
                each.lines.remove(part)
        self.order.fulfillment_orders.append(rest)
        self.shop.index(self.order)


def was_asked(each: r.FulfillmentOrder) -> bool:
    return any(request.kind == "CANCELLATION_REQUEST" for request in each.requests)


def _holds(each: r.FulfillmentOrder, sku: str | None) -> bool:
    return sku is None or any(part.line.variant.sku == sku and part.remaining for part in each.lines)
