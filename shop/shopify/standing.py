"""What Shopify tells of an order that can be changed, turned into the writing port's types. Pure."""

from shop.order import LineId, Money, OrderId, VariantId
from shop.reading import ShopRejected
from shop.shopify.fields import Node, address, count, financial_status, is_complete, moment, money, node, nodes, text
from shop.writing import (
    HoldId,
    ParcelLineId,
    PastRefund,
    Payment,
    PaymentId,
    PlacedHold,
    RefundId,
    RefundLine,
    RefundMethod,
    Returnable,
    ReturnId,
    ReturnRequested,
    Standing,
    StandingLine,
    Suggestion,
    Warehouse,
    WarehouseId,
)

REFUNDS_ASKED = 50
"""How many the document asks for; as many in the answer may mean that there are more."""


def standing_from(told: Node) -> Standing:
    """Raises ShopRejected where a sum of money was withheld: nothing may be changed on half of the facts."""
    warehouses, refunds = nodes(told.get("fulfillmentOrders")), nodes(told.get("refunds"))
    lists = [told.get("lineItems"), told.get("fulfillmentOrders"), told.get("returns"), *(each.get("lineItems") for each in warehouses)]
    return Standing(
        order=OrderId(text(told.get("id")) or ""),
        name=text(told.get("name")) or "",
        complete=all(is_complete(each) for each in lists) and len(refunds) < REFUNDS_ASKED,
        updated_at=moment(told.get("updatedAt")),
        cancelled_at=moment(told.get("cancelledAt")),
        financial=financial_status(told.get("displayFinancialStatus")),
        total=_sum(told, "currentTotalPriceSet"),
        balance=_sum(told, "totalOutstandingSet"),
        received=_sum(told, "totalReceivedSet"),
        refunded=_sum(told, "totalRefundedSet"),
        payment_url=text(node(told.get("paymentCollectionDetails")).get("additionalPaymentCollectionUrl")),
        address=address(node(told.get("shippingAddress"))),
        lines=tuple(_line(each) for each in nodes(told.get("lineItems"))),
        warehouses=tuple(_warehouse(each) for each in warehouses),
        refunds=tuple(
            PastRefund(id=RefundId(text(each.get("id")) or ""), amount=_sum(each, "totalRefundedSet"), note=text(each.get("note")))
            for each in refunds
        ),
        returns=tuple(
            ReturnRequested(
                id=ReturnId(text(each.get("id")) or ""), name=text(each.get("name")) or "", status=text(each.get("status")) or ""
            )
            for each in nodes(told.get("returns"))
        ),
    )


def suggestion_from(told: Node, order: OrderId, lines: tuple[RefundLine, ...], method: RefundMethod) -> Suggestion:
    """Raises ShopRejected where the shop suggests nothing, e.g. for units that are not there."""
    given = node(told.get("suggestedRefund"))
    maximum = _sum(given, "maximumRefundableSet")
    if method is RefundMethod.STORE_CREDIT:
        credit = next(iter(nodes(given.get("suggestedRefundMethods"))), None)
        amount, maximum = (_sum(credit, "amount"), _sum(credit, "maximumRefundable")) if credit else (_sum(given, "amountSet"), maximum)
    else:
        amount = _sum(given, "amountSet")
    payments = [
        Payment(id=PaymentId(parent), gateway=text(each.get("gateway")) or "", maximum=most.amount, label=text(each.get("accountNumber")))
        for each in nodes(given.get("suggestedTransactions"))
        if (parent := text(node(each.get("parentTransaction")).get("id"))) and (most := money(each.get("maximumRefundableSet")))
    ]
    return Suggestion(
        order=order,
        amount=amount,
        maximum=maximum,
        balance=_sum(told, "totalOutstandingSet"),
        shipping=_sum(node(given.get("shipping")), "amountSet"),
        lines=lines,
        method=method,
        payments=tuple(payments),
    )


def returnables_from(connection: Node) -> tuple[Returnable, ...]:
    found = []
    for parcel in nodes(connection):
        delivered_at = moment(node(parcel.get("fulfillment")).get("deliveredAt"))
        for entry in nodes(parcel.get("returnableFulfillmentLineItems")):
            part, quantity = node(entry.get("fulfillmentLineItem")), count(entry.get("quantity"))
            line = node(part.get("lineItem"))
            part_id, line_id = text(part.get("id")), text(line.get("id"))
            if part_id and line_id and quantity:
                title = text(line.get("name")) or ""
                found.append(
                    Returnable(id=ParcelLineId(part_id), line=LineId(line_id), title=title, quantity=quantity, delivered_at=delivered_at)
                )
    return tuple(found)


def _sum(told: Node, name: str) -> Money:
    found = money(told.get(name))
    if found is None:
        raise ShopRejected(f"the shop withheld {name}")
    return found


def _line(told: Node) -> StandingLine:
    variant = text(node(told.get("variant")).get("id"))
    return StandingLine(
        id=LineId(text(told.get("id")) or ""),
        title=text(told.get("title")) or "",
        variant=VariantId(variant) if variant else None,
        quantity=count(told.get("currentQuantity")) or 0,
        unit_price=money(told.get("discountedUnitPriceAfterAllDiscountsSet")),
    )


def _warehouse(told: Node) -> Warehouse:
    holds = [
        PlacedHold(
            id=HoldId(text(each.get("id")) or ""),
            reason=text(each.get("reason")) or "",
            handle=text(each.get("handle")),
            ours=each.get("heldByRequestingApp") is True,
        )
        for each in nodes(told.get("fulfillmentHolds"))
    ]
    units = [
        (LineId(line), count(each.get("remainingQuantity")) or 0)
        for each in nodes(told.get("lineItems"))
        if (line := text(node(each.get("lineItem")).get("id")))
    ]
    return Warehouse(
        id=WarehouseId(text(told.get("id")) or ""),
        status=text(told.get("status")) or "",
        request_status=text(told.get("requestStatus")) or "",
        actions=frozenset(text(each.get("action")) or "" for each in nodes(told.get("supportedActions"))),
        holds=tuple(holds),
        units=tuple(units),
    )
