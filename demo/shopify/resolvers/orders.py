"""Orders and their lines, money and returns, as the Admin API shows them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from demo.shopify import arithmetic as sums
from demo.shopify.arithmetic import bag
from demo.shopify.errors import NotInTwin
from demo.shopify.ledger import STORE_CREDIT
from demo.shopify.paging import Page, page
from demo.shopify.records import Fulfillment, Line, Order, gid, number_of, secret_of
from demo.shopify.resolvers import catalogue, fulfilment, money
from demo.shopify.resolvers.table import Args, Asking, Resolve, Table, attr, attrs, const, gid_of, key, same

ONLINE_STORE = 580111
FORMATTED_GATEWAY = {"bogus": "Test gateway", STORE_CREDIT: "Store credit"}
ACCOUNT = "•••• •••• •••• 4242"
RISK_LEVEL = {"ACCEPT": "LOW", "INVESTIGATE": "MEDIUM", "CANCEL": "HIGH"}


def _bag(of: Callable[[Order], Decimal]) -> Resolve:
    return lambda order, asking, args: bag(of(order), order.currency)


def _line_bag(of: Callable[[Line], Decimal]) -> Resolve:
    return lambda line, asking, args: bag(of(line), line.order.currency)


def _listed(items: list[Any], args: Args) -> list[Any]:
    first = args.get("first")
    return items if first is None else items[:first]


def _status_page(order: Order, asking: Asking, args: Args) -> str:
    token = secret_of("status", asking.shop.handle, order.number)
    return f"{asking.shop.brand.site.rstrip('/')}/{asking.shop.number}/orders/{token}/authenticate?key={token[:12]}"


def _collection(order: Order, asking: Asking, args: Args) -> dict[str, Any]:
    owed = sums.outstanding(order) > 0 and order.financial != "VOIDED"
    url = f"{asking.shop.brand.site.rstrip('/')}/payments/{secret_of('pay', order.number)}" if owed else None
    return {"additionalPaymentCollectionUrl": url}


def _risk(order: Order, asking: Asking, args: Args) -> dict[str, Any]:
    level = RISK_LEVEL.get(order.risk)
    return {"recommendation": order.risk, "assessments": [{"riskLevel": level}] if level else []}


def _disputes(order: Order, asking: Asking, args: Args) -> list[dict[str, Any]]:
    if order.dispute is None:
        return []
    number = number_of("OrderDisputeSummary", order.number)
    return [{"id": gid("OrderDisputeSummary", number), "status": "NEEDS_RESPONSE", "initiatedAs": order.dispute}]


def _app(order: Order, asking: Asking, args: Args) -> dict[str, Any]:
    number = ONLINE_STORE if order.app == "Online Store" else number_of("App", order.app)
    return {"id": gid("App", number), "name": order.app}


def _purchaser(order: Order, asking: Asking, args: Args) -> Any:
    return order.company or order.customer


def _events(order: Order, asking: Asking, args: Args) -> Page:
    if args.get("query") or args.get("sortKey") not in (None, "ID", "CREATED_AT"):
        raise NotInTwin("Order.events(query:) and its sort keys but ID and CREATED_AT")
    return page(order.events, args)


def _returns(order: Order, asking: Asking, args: Args) -> Page:
    if args.get("query"):
        raise NotInTwin("Order.returns(query:)")
    return page(order.returns, args)


def _gateways(order: Order, asking: Asking, args: Args) -> list[str]:
    return ["bogus"] if order.transactions else []


def _custom_attributes(pairs: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": name, "value": value} for name, value in pairs.items()]


def _group(line: Line, asking: Asking, args: Args) -> dict[str, Any] | None:
    if line.bundle is None:
        return None
    number = number_of("LineItemGroup", line.order.number, line.bundle)
    return {"id": gid("LineItemGroup", number), "title": line.bundle, "quantity": 1}


def _plan(line: Line, asking: Asking, args: Args) -> dict[str, Any] | None:
    if line.selling_plan is None:
        return None
    number = number_of("SellingPlan", asking.shop.handle, line.selling_plan)
    return {"sellingPlanId": gid("SellingPlan", number), "name": line.selling_plan}


def _variant_title(line: Line, asking: Asking, args: Args) -> str | None:
    return line.variant.title if line.variant.options else None


def _line_name(line: Line, asking: Asking, args: Args) -> str:
    return f"{line.variant.product.title} - {line.variant.title}" if line.variant.options else line.variant.product.title


def returnable(order: Order) -> list[Fulfillment]:
    """Parcels with units that were not returned yet."""
    return [parcel for parcel in order.fulfillments if any(units_left(order, each) for each in parcel.lines)]


def units_left(order: Order, each: Any) -> int:
    """Of a parcel's line: not under way back already."""
    open_ones = (ret for ret in order.returns if ret.status in ("REQUESTED", "OPEN", "CLOSED"))
    left: int = each.quantity - sum(back.quantity for ret in open_ones for back in ret.lines if back.parcel_line is each)
    return max(0, left)


ORDER: Table = {
    "id": gid_of("Order"),
    "legacyResourceId": attr("number"),
    "number": lambda o, asking, args: int("".join(c for c in o.name if c.isdigit()) or 0),
    "confirmationNumber": lambda o, asking, args: secret_of("confirmation", o.number)[:9].upper(),
    "closed": lambda o, asking, args: o.closed_at is not None,
    "displayFulfillmentStatus": lambda o, asking, args: sums.fulfillment_status(o),
    "returnStatus": lambda o, asking, args: sums.return_status(o),
    "fulfillable": lambda o, asking, args: any(each.status == "OPEN" and each.units for each in o.fulfillment_orders),
    "currentSubtotalLineItemsQuantity": lambda o, asking, args: sum(line.current for line in o.lines),
    "subtotalLineItemsQuantity": lambda o, asking, args: sum(line.quantity for line in o.lines),
    "statusPageUrl": _status_page,
    "confirmed": const(True),
    "requiresShipping": lambda o, asking, args: any(line.ships for line in o.lines),
    "merchantEditable": lambda o, asking, args: sums.merchant_editable(o),
    "merchantEditableErrors": lambda o, asking, args: sums.merchant_editable_errors(o),
    "capturable": lambda o, asking, args: o.financial == "AUTHORIZED",
    "refundable": lambda o, asking, args: o.received > o.refunded,
    "restockable": lambda o, asking, args: any(line.current and not line.variant.product.gift_card for line in o.lines),
    "fullyPaid": lambda o, asking, args: o.financial in ("PAID", "PARTIALLY_REFUNDED", "REFUNDED") and sums.outstanding(o) <= 0,
    "suggestedRefund": money.suggested,
    "unpaid": lambda o, asking, args: o.received == 0 and sums.outstanding(o) > 0,
    "canNotifyCustomer": lambda o, asking, args: bool(o.email),
    "presentmentCurrencyCode": attr("currency"),
    "currencyCode": attr("currency"),
    "taxesIncluded": const(True),
    "app": _app,
    "paymentGatewayNames": _gateways,
    "customAttributes": lambda o, asking, args: _custom_attributes(o.attributes),
    "discountCodes": lambda o, asking, args: [o.discount_code] if o.discount_code else [],
    "shippingLine": attr("shipping"),
    "risk": _risk,
    "disputes": _disputes,
    "purchasingEntity": _purchaser,
    "paymentCollectionDetails": _collection,
    "cancellation": lambda o, asking, args: {"staffNote": o.staff_note} if o.cancelled_at else None,
    "lineItems": lambda o, asking, args: page(o.lines, args),
    "fulfillmentOrders": fulfilment.of_order,
    "fulfillments": lambda o, asking, args: _listed(o.fulfillments, args),
    "transactions": lambda o, asking, args: _listed(o.transactions, args),
    "refunds": lambda o, asking, args: _listed(o.refunds, args),
    "returns": _returns,
    "events": _events,
    "paymentTerms": attr("terms"),
    "currentTotalPriceSet": _bag(sums.current_total),
    "currentSubtotalPriceSet": _bag(lambda o: sums.ZERO if sums.zeroed(o) else sums.current_subtotal(o)),
    "currentShippingPriceSet": _bag(lambda o: sums.ZERO if sums.zeroed(o) else sums.current_shipping(o)),
    "currentTotalTaxSet": _bag(lambda o: sums.ZERO),
    "currentTotalDutiesSet": const(None),
    "totalPriceSet": _bag(sums.total),
    "subtotalPriceSet": _bag(sums.subtotal),
    "totalShippingPriceSet": _bag(sums.shipping),
    "totalReceivedSet": _bag(lambda o: o.received),
    "totalRefundedSet": _bag(lambda o: o.refunded),
    "totalRefundedShippingSet": _bag(lambda o: o.shipping_refunded),
    "totalOutstandingSet": _bag(sums.outstanding),
    "totalCapturableSet": _bag(lambda o: sums.total(o) if o.financial == "AUTHORIZED" else sums.ZERO),
    "netPaymentSet": _bag(lambda o: o.received - o.refunded),
    **attrs(createdAt="created_at", processedAt="processed_at", updatedAt="updated_at", closedAt="closed_at"),
    **attrs(cancelledAt="cancelled_at", cancelReason="cancel_reason", displayFinancialStatus="financial"),
    **attrs(customerLocale="locale", sourceName="source", shippingAddress="address", billingAddress="billing"),
    **same("name", "test", "tags", "email", "phone", "note", "edited", "customer"),
}

LINE: Table = {
    "id": gid_of("LineItem"),
    "name": _line_name,
    "variantTitle": _variant_title,
    "currentQuantity": attr("current"),
    "unfulfilledQuantity": lambda line, asking, args: sums.unfulfilled_units(line),
    "refundableQuantity": attr("current"),
    "nonFulfillableQuantity": attr("removed"),
    "merchantEditable": lambda line, asking, args: sums.line_editable(line),
    "restockable": lambda line, asking, args: line.current > 0 and not line.variant.product.gift_card,
    "isGiftCard": attr("variant.product.gift_card"),
    "customAttributes": lambda line, asking, args: _custom_attributes(line.properties),
    "sellingPlan": _plan,
    "lineItemGroup": _group,
    "originalUnitPriceSet": _line_bag(lambda line: line.price),
    "discountedUnitPriceAfterAllDiscountsSet": _line_bag(sums.unit_price),
    "discountedUnitPriceSet": _line_bag(lambda line: line.price),
    "originalTotalSet": _line_bag(lambda line: line.price * line.quantity),
    "image": lambda line, asking, args: catalogue.image(line.variant.product, asking, args),
    **attrs(title="variant.product.title", sku="variant.sku", vendor="variant.product.vendor", requiresShipping="ships"),
    **attrs(product="variant.product"),
    **same("quantity", "variant"),
}

TRANSACTION: Table = {
    "id": gid_of("OrderTransaction"),
    "formattedGateway": lambda t, asking, args: FORMATTED_GATEWAY[t.gateway],
    "accountNumber": lambda t, asking, args: ACCOUNT if t.gateway == "bogus" else None,
    "processedAt": attr("at"),
    "createdAt": attr("at"),
    "errorCode": const(None),
    "manuallyCapturable": lambda t, asking, args: t.kind == "AUTHORIZATION",
    "amountSet": lambda t, asking, args: bag(t.amount, asking.shop.brand.currency),
    "totalUnsettledSet": lambda t, asking, args: bag(t.amount if t.kind == "AUTHORIZATION" else sums.ZERO, asking.shop.brand.currency),
    "parentTransaction": attr("parent"),
    **same("kind", "status", "gateway"),
}

TABLES: dict[str, Table] = {
    "Order": ORDER,
    "LineItem": LINE,
    "OrderApp": key("id", "name"),
    "OrderCancellation": key("staffNote"),
    "OrderRiskSummary": key("recommendation", "assessments"),
    "OrderRiskAssessment": key("riskLevel"),
    "OrderDisputeSummary": key("id", "status", "initiatedAs"),
    "OrderPaymentCollectionDetails": key("additionalPaymentCollectionUrl"),
    "Attribute": key("key", "value"),
    "LineItemGroup": key("id", "title", "quantity"),
    "LineItemSellingPlan": key("sellingPlanId", "name"),
    "MoneyBag": key("shopMoney", "presentmentMoney"),
    "MoneyV2": key("amount", "currencyCode"),
    "ShippingLine": {
        "id": gid_of("ShippingLine"),
        "code": attr("title"),
        "carrierIdentifier": const(None),
        "currentDiscountedPriceSet": lambda line, asking, args: bag(line.price, asking.shop.brand.currency),
        **same("title"),
    },
    "OrderTransaction": TRANSACTION,
    "RefundLineItem": {
        "id": gid_of("RefundLineItem"),
        "restocked": lambda each, asking, args: each.restock != "NO_RESTOCK",
        "priceSet": lambda each, asking, args: bag(each.line.price, each.line.order.currency),
        "subtotalSet": lambda each, asking, args: bag(each.subtotal, each.line.order.currency),
        "totalTaxSet": lambda each, asking, args: bag(sums.ZERO, each.line.order.currency),
        **attrs(lineItem="line", restockType="restock"),
        **same("quantity", "location"),
    },
    "PaymentTerms": {
        "id": gid_of("PaymentTerms"),
        **attrs(paymentTermsType="type", paymentTermsName="name", dueInDays="due_in_days"),
        **same("due", "overdue"),
    },
    "BasicEvent": {
        "id": gid_of("BasicEvent"),
        "createdAt": attr("at"),
        "appTitle": attr("app"),
        "criticalAlert": const(False),
        "attributeToUser": const(False),
        "attributeToApp": lambda event, asking, args: event.app is not None,
        **same("action", "message"),
    },
    "ReturnableFulfillment": {
        "id": lambda parcel, asking, args: gid("ReturnableFulfillment", parcel.number),
        "fulfillment": lambda parcel, asking, args: parcel,
        "returnableFulfillmentLineItems": lambda parcel, asking, args: page(
            [each for each in parcel.lines if units_left(parcel.order, each)], args
        ),
    },
    "ReturnableFulfillmentLineItem": {
        "quantity": lambda each, asking, args: units_left(each.line.order, each),
        "fulfillmentLineItem": lambda each, asking, args: each,
    },
}
