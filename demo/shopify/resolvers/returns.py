"""Returns, as the Admin API shows and takes them."""

from typing import Any

from demo.shopify import records as r
from demo.shopify import refund_bodies
from demo.shopify.editing import Declined
from demo.shopify.errors import NotInTwin
from demo.shopify.events import Event, Verbs
from demo.shopify.paging import page
from demo.shopify.records import FulfilledLine, Order, ReturnLine, number_of
from demo.shopify.resolvers.changes import ERROR
from demo.shopify.resolvers.declining import mutation
from demo.shopify.resolvers.orders import units_left
from demo.shopify.resolvers.roots import REASONS, ReturnReason, order_seen
from demo.shopify.resolvers.table import Args, Asking, Table, attrs, const, gid_of, key, number, same

NOTE_LENGTH = 300


def _request(asking: Asking, args: Args) -> dict[str, Any]:
    """REQUESTED: nothing is on its way yet, the brand answers (recorded)."""
    given = args["input"]
    if given.get("returnShippingFee"):
        raise NotInTwin("ReturnRequestInput.returnShippingFee")
    order = order_seen(asking, given["orderId"])
    if order is None:
        raise Declined(("input", "orderId"), "Order not found.", "NOT_FOUND")  # assumed
    made = r.Return(
        number=number_of("Return", order.number, len(order.returns), "asked"),
        name=f"{order.name}-R{len(order.returns) + 1}",
        status="REQUESTED",
        at=asking.now,
        lines=[],
        order=order,
    )
    for index, each in enumerate(given["returnLineItems"]):
        made.lines.append(_line(order, made, each, index))
    order.returns.append(made)
    verbs = Verbs(asking.shop, order)
    verbs.touch(f"Return {made.name} was requested.", "return_requested", asking.app.title)
    asking.events += [Event(topic="returns/request", body=refund_bodies.returned(made)), verbs.updated()]
    return {"return": made}


def _line(order: Order, made: r.Return, given: dict[str, Any], index: int) -> ReturnLine:
    if given.get("restockingFee"):
        raise NotInTwin("ReturnRequestLineItemInput.restockingFee")

    def declined(field: str, message: str, code: str) -> Declined:
        return Declined(("input", "returnLineItems", str(index), field), message, code)

    wanted = number(given["fulfillmentLineItemId"], "FulfillmentLineItem")
    part = next((each for parcel in order.fulfillments for each in parcel.lines if each.number == wanted), None)
    if part is None:
        raise declined("fulfillmentLineItemId", "Fulfillment Line Item was not found.", "NOT_FOUND")
    taken = sum(each.quantity for each in made.lines if each.parcel_line is part)
    if not 0 < given["quantity"] <= units_left(order, part) - taken:
        raise declined("quantity", "Return line item has an invalid quantity.", "INVALID")
    reason = number(given["returnReasonDefinitionId"], "ReturnReasonDefinition") if given.get("returnReasonDefinitionId") else None
    if reason is None:
        raise declined("returnReason", "Return reason can't be blank", "BLANK")
    if not any(each.number == reason for each in REASONS):
        raise declined("returnReasonDefinitionId", "Return reason definition was not found.", "NOT_FOUND")  # assumed
    note = given.get("customerNote") or ""
    if len(note) > NOTE_LENGTH:
        raise declined("customerNote", f"is too long (maximum is {NOTE_LENGTH} characters)", "TOO_LONG")  # assumed
    number_here = number_of("ReturnLineItem", made.number, index)
    return ReturnLine(number=number_here, parcel_line=part, quantity=given["quantity"], reason=int(reason), note=note)


def _reason(line: ReturnLine, asking: Asking, args: Args) -> ReturnReason | None:
    return next((each for each in REASONS if each.number == line.reason), None)


def _fulfilled(line: ReturnLine, asking: Asking, args: Args) -> FulfilledLine:
    return line.parcel_line


MUTATION: Table = {"returnRequest": mutation(_request, "return")}
TABLES: dict[str, Table] = {
    "ReturnRequestPayload": key("return", "userErrors"),
    "ReturnUserError": ERROR,
    "Return": {
        "id": gid_of("Return"),
        "createdAt": lambda ret, asking, args: ret.at,
        "closedAt": const(None),
        "decline": const(None),
        "totalQuantity": lambda ret, asking, args: sum(each.quantity for each in ret.lines),
        "returnLineItems": lambda ret, asking, args: page(ret.lines, args),
        **same("name", "status", "order"),
    },
    "ReturnLineItem": {
        "id": gid_of("ReturnLineItem"),
        "returnReasonDefinition": _reason,
        "fulfillmentLineItem": _fulfilled,
        "returnReasonNote": const(""),
        **attrs(customerNote="note"),
        **same("quantity"),
    },
}
