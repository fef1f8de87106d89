"""What an app may ask of a warehouse: to wait, to go on, to give a request back, to stop."""

from typing import Any

from demo.shopify import bodies
from demo.shopify import records as r
from demo.shopify.arithmetic import supported_actions
from demo.shopify.editing import Declined
from demo.shopify.errors import NotInTwin
from demo.shopify.events import Event, Verbs, was_asked
from demo.shopify.records import FulfillmentOrder, number_of
from demo.shopify.resolvers.changes import ERROR
from demo.shopify.resolvers.declining import mutation
from demo.shopify.resolvers.roots import fulfillment_order_seen
from demo.shopify.resolvers.table import Args, Asking, Table, key, number

MOST_HOLDS = 10
NOT_FOUND = "The fulfillment order could not be found."
DUPLICATE = "The handle provided for the fulfillment hold is already in use by this app for another hold on this fulfillment order."
TOO_MANY = (
    "The maximum number of fulfillment holds for this fulfillment order has been reached for this app. "
    "An app can only have up to 10 holds on a single fulfillment order at any one time."
)
NOT_CANCELABLE = "Fulfillment order is not in cancelable request state and can't be canceled."
IN_PROGRESS = "Cannot cancel fulfillment order that has had progress reported. Mark as unfulfilled first."


def _found(asking: Asking, args: Args, code: str | None = None) -> FulfillmentOrder:
    found = fulfillment_order_seen(asking, args["id"])
    if found is None:
        raise Declined(("id",), NOT_FOUND, code)
    return found


def _hold(asking: Asking, args: Args) -> dict[str, Any]:
    given, each = args["fulfillmentHold"], _found(asking, args, "FULFILLMENT_ORDER_NOT_FOUND")
    if given.get("fulfillmentOrderLineItems"):
        raise NotInTwin("FulfillmentOrderHoldInput.fulfillmentOrderLineItems")
    mine = [hold for hold in each.holds if hold.by == asking.app.client_id]
    handle = given.get("handle") or None
    if "HOLD" not in supported_actions(each):  # never recorded: assumed
        raise Declined(("id",), "The fulfillment order can't be placed on hold.", "TAKEN")
    if any(hold.handle == handle for hold in mine):
        raise Declined(("fulfillmentHold", "handle"), DUPLICATE, "DUPLICATE_FULFILLMENT_HOLD_HANDLE")
    if len(mine) >= MOST_HOLDS:
        raise Declined(("id",), TOO_MANY, "FULFILLMENT_ORDER_HOLD_LIMIT_REACHED")
    count = len(each.order.events)
    hold = r.Hold(
        number=number_of("FulfillmentHold", each.number, handle, count),
        reason=given["reason"],
        notes=given.get("reasonNotes"),
        handle=handle,
        by=asking.app.client_id,
    )
    each.holds.append(hold)
    verbs, first = Verbs(asking.shop, each.order), each.status != "ON_HOLD"
    verbs.move(each, "ON_HOLD", "UNSUBMITTED")
    verbs.touch(f"{asking.app.title} placed a hold.", "fulfillment_order_hold", asking.app.title)
    if first:
        asking.events.append(Event(topic="fulfillment_orders/placed_on_hold", body=bodies.placed_on_hold(each, hold)))
    asking.events.append(verbs.updated())
    return {"fulfillmentHold": hold, "fulfillmentOrder": each}


def _release(asking: Asking, args: Args) -> dict[str, Any]:
    """Without holdIds every hold ends, other apps' too (schema). A hold that is gone already is no mistake (assumed)."""
    if args.get("externalId"):
        raise NotInTwin("Mutation.fulfillmentOrderReleaseHold(externalId:)")
    each = _found(asking, args, "FULFILLMENT_ORDER_NOT_FOUND")
    named = args.get("holdIds")
    wanted = None if named is None else {number(one, "FulfillmentHold") for one in named}
    kept = [] if wanted is None else [hold for hold in each.holds if hold.number not in wanted]
    if len(kept) == len(each.holds):
        return {"fulfillmentOrder": each}
    verbs = Verbs(asking.shop, each.order)
    each.holds = kept
    if not kept:
        verbs.move(each, "OPEN", "UNSUBMITTED")
        asking.events.append(Event(topic="fulfillment_orders/hold_released", body=bodies.with_status(each)))
    verbs.touch(f"{asking.app.title} released a hold.", "fulfillment_order_release", asking.app.title)
    asking.events.append(verbs.updated())
    return {"fulfillmentOrder": each}


def _cancel(asking: Asking, args: Args) -> dict[str, Any]:
    """Give back what was asked of a warehouse and not accepted: closed, with an open one in its place (recorded)."""
    each = _found(asking, args)
    if (each.status, each.request_status) == ("IN_PROGRESS", "UNSUBMITTED"):
        raise Declined(("id",), IN_PROGRESS)
    if each.status != "OPEN":
        raise Declined(None, NOT_CANCELABLE)
    verbs = Verbs(asking.shop, each.order)
    instead = verbs.replace(each)
    asking.events += [Event(topic="fulfillment_orders/cancelled", body=bodies.cancelled(each, instead)), verbs.updated()]
    return {"fulfillmentOrder": each, "replacementFulfillmentOrder": instead}


def _stop(asking: Asking, args: Args) -> dict[str, Any]:
    """Ask a service that has accepted to stop; the request status stays ACCEPTED (recorded). Refusals' words are assumed."""
    each = _found(asking, args)
    if "REQUEST_CANCELLATION" not in supported_actions(each):
        asked = was_asked(each)
        raise Declined(("id",), "Cancellation was already requested." if asked else "This fulfillment order can't be canceled.")
    verbs = Verbs(asking.shop, each.order)
    verbs.ask(each, "CANCELLATION_REQUEST", args.get("message"))
    each.updated_at = verbs.now
    topic = "fulfillment_orders/cancellation_request_submitted"
    asking.events += [Event(topic=topic, body=bodies.cancellation_submitted(each)), verbs.updated()]
    return {"fulfillmentOrder": each}


MUTATION: Table = {
    "fulfillmentOrderHold": mutation(_hold, "fulfillmentHold", "fulfillmentOrder", "remainingFulfillmentOrder"),
    "fulfillmentOrderReleaseHold": mutation(_release, "fulfillmentOrder"),
    "fulfillmentOrderCancel": mutation(_cancel, "fulfillmentOrder", "replacementFulfillmentOrder"),
    "fulfillmentOrderSubmitCancellationRequest": mutation(_stop, "fulfillmentOrder"),
}
TABLES: dict[str, Table] = {
    "FulfillmentOrderHoldPayload": key("fulfillmentHold", "fulfillmentOrder", "remainingFulfillmentOrder", "userErrors"),
    "FulfillmentOrderHoldUserError": ERROR,
    "FulfillmentOrderReleaseHoldPayload": key("fulfillmentOrder", "userErrors"),
    "FulfillmentOrderReleaseHoldUserError": ERROR,
    "FulfillmentOrderCancelPayload": key("fulfillmentOrder", "replacementFulfillmentOrder", "userErrors"),
    "FulfillmentOrderCancelError": ERROR,
    "FulfillmentOrderSubmitCancellationRequestPayload": key("fulfillmentOrder", "userErrors"),
}
