"""Fulfilment orders and parcels, as the Admin API shows them."""

from typing import Any

from demo.shopify.arithmetic import supported_actions
from demo.shopify.errors import NotInTwin
from demo.shopify.paging import Page, page
from demo.shopify.records import Fulfillment, FulfillmentOrder, Hold, Order, gid, number_of
from demo.shopify.resolvers.table import Args, Asking, Table, attr, attrs, const, gid_of, identity, key, same

DISPLAY_REASON = {
    "AWAITING_PAYMENT": "Awaiting payment",
    "AWAITING_RETURN_ITEMS": "Awaiting return items",
    "HIGH_RISK_OF_FRAUD": "High risk of fraud",
    "INCORRECT_ADDRESS": "Incorrect address",
    "INVENTORY_OUT_OF_STOCK": "Inventory out of stock",
    "ONLINE_STORE_POST_PURCHASE_CROSS_SELL": "Customer being offered upsell",
    "OTHER": "Other",
    "UNKNOWN_DELIVERY_DATE": "Unknown delivery date",
}
CARRIER_PAGE = "https://tracking.example.com/"


def shown(order: Order, asking: Asking) -> list[FulfillmentOrder]:
    """The fulfilment orders this token may see; the others are left out in silence."""
    own, third = asking.scopes.fulfillment_orders
    return [each for each in order.fulfillment_orders if each.location.visible and (third if each.location.third_party else own)]


def of_order(order: Order, asking: Asking, args: Args) -> Page:
    if args.get("query"):
        raise NotInTwin("Order.fulfillmentOrders(query:)")
    listed = shown(order, asking)
    return page([each for each in listed if not each.ghost] if args.get("displayable") else listed, args)


def _requests(each: FulfillmentOrder, asking: Asking, args: Args) -> Page:
    kind = args.get("kind")
    return page([request for request in each.requests if kind in (None, request.kind)], args)


def _actions(each: FulfillmentOrder, asking: Asking, args: Args) -> list[dict[str, Any]]:
    return [{"action": action, "externalUrl": None} for action in supported_actions(each)]


def _mine(hold: Hold, asking: Asking, args: Args) -> bool:
    return hold.by == asking.app.client_id


def _holder(hold: Hold, asking: Asking, args: Args) -> dict[str, Any] | None:
    if hold.by is None:
        return None
    return {"id": gid("App", number_of("App", hold.by)), "title": hold.by, "handle": hold.by}


def _tracking(parcel: Fulfillment, asking: Asking, args: Args) -> list[dict[str, Any]]:
    first = args.get("first")
    listed = parcel.tracking if first is None else parcel.tracking[:first]
    return [{"company": t.company, "number": t.number, "url": t.url or (f"{CARRIER_PAGE}{t.number}" if t.number else None)} for t in listed]


def _delivery(each: FulfillmentOrder, asking: Asking, args: Args) -> FulfillmentOrder:
    return each


FULFILLMENT_ORDER: Table = {
    "id": gid_of("FulfillmentOrder"),
    "fulfillBy": const(None),
    "supportedActions": _actions,
    "deliveryMethod": _delivery,
    "merchantRequests": _requests,
    "assignedLocation": attr("location"),
    "lineItems": lambda each, asking, args: page(each.lines, args),
    "orderId": lambda each, asking, args: each.order.gid,
    "orderName": attr("order.name"),
    "fulfillmentHolds": attr("holds"),
    **attrs(requestStatus="request_status", fulfillAt="fulfill_at", createdAt="created_at", updatedAt="updated_at"),
    **same("status", "order"),
}

FULFILLMENT: Table = {
    "id": gid_of("Fulfillment"),
    "legacyResourceId": attr("number"),
    "totalQuantity": lambda parcel, asking, args: sum(each.quantity for each in parcel.lines),
    "trackingInfo": _tracking,
    "estimatedDeliveryAt": const(None),
    "requiresShipping": lambda parcel, asking, args: any(each.line.ships for each in parcel.lines),
    "fulfillmentLineItems": lambda parcel, asking, args: page(parcel.lines, args),
    **attrs(displayStatus="display_status", createdAt="created_at", updatedAt="updated_at"),
    **attrs(inTransitAt="in_transit_at", deliveredAt="delivered_at"),
    **same("name", "status", "order", "location"),
}

TABLES: dict[str, Table] = {
    "App": key("id", "title", "handle"),
    "FulfillmentOrder": FULFILLMENT_ORDER,
    "FulfillmentOrderSupportedAction": key("action", "externalUrl"),
    "FulfillmentHold": {
        "id": gid_of("FulfillmentHold"),
        "displayReason": lambda hold, asking, args: DISPLAY_REASON[hold.reason],
        "heldByRequestingApp": _mine,
        "heldByApp": _holder,
        **attrs(reasonNotes="notes"),
        **same("reason", "handle"),
    },
    "DeliveryMethod": {
        "id": lambda each, asking, args: gid("DeliveryMethod", each.number),
        "methodType": attr("method"),
        "presentedName": attr("presented_name"),
        "minDeliveryDateTime": const(None),
        "maxDeliveryDateTime": const(None),
    },
    "FulfillmentOrderMerchantRequest": {
        "id": gid_of("FulfillmentOrderMerchantRequest"),
        "sentAt": attr("sent_at"),
        **same("kind", "message"),
    },
    "FulfillmentOrderAssignedLocation": {"name": attr("name"), "location": identity},
    "FulfillmentOrderLineItem": {
        "id": gid_of("FulfillmentOrderLineItem"),
        **attrs(totalQuantity="total", remainingQuantity="remaining", lineItem="line"),
        **attrs(productTitle="line.variant.product.title", sku="line.variant.sku", requiresShipping="line.ships"),
    },
    "Fulfillment": FULFILLMENT,
    "FulfillmentTrackingInfo": key("company", "number", "url"),
    "FulfillmentLineItem": {"id": gid_of("FulfillmentLineItem"), **attrs(lineItem="line", quantity="quantity")},
}
