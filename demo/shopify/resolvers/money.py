"""Refunds, as the Admin API shows and takes them."""

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from demo.shopify import refunding
from demo.shopify.arithmetic import ZERO, bag, current_shipping
from demo.shopify.editing import Declined
from demo.shopify.errors import NotInTwin, bad_request
from demo.shopify.paging import page
from demo.shopify.records import Location, Order, Refund, Transaction
from demo.shopify.refunding import Suggestion, Wanted
from demo.shopify.resolvers.table import Args, Asking, Resolve, Table, attr, attrs, gid_of, key, number, same


def amount(given: object, field: tuple[str, ...]) -> Decimal:
    """The scalar Money. Raises Declined for what is no amount (the words are assumed)."""
    try:
        found = Decimal(str(given))
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or found < 0:
        raise Declined(field, "must be greater than or equal to 0")
    return found


def _place(asking: Asking, given: str | None) -> Location | None:
    wanted = number(given, "Location") if given else None
    return next((each for each in asking.shop.stock.locations.values() if each.number == wanted), None)


def _lines(asking: Asking, order: Order, given: list[dict[str, Any]]) -> list[refunding.Chosen]:
    asked = []
    for index, each in enumerate(given):
        line = refunding.found_line(order, number(each["lineItemId"], "LineItem"))
        if line is None:
            raise Declined(("refundLineItems", str(index), "lineItemId"), "Line item does not exist")  # assumed
        asked.append((line, each["quantity"], each.get("restockType"), _place(asking, each.get("locationId"))))
    return refunding.chosen(order, asked)


def suggested(order: Order, asking: Asking, args: Args) -> Suggestion:
    """Order.suggestedRefund. What cannot be refunded is an error on the field (assumed)."""
    if args.get("refundDuties"):
        raise NotInTwin("Order.suggestedRefund(refundDuties:)")
    left = current_shipping(order)
    try:
        lines = refunding.everything(order) if args.get("suggestFullRefund") else _lines(asking, order, args.get("refundLineItems") or [])
        wanted = amount(args["shippingAmount"], ("shippingAmount",)) if args.get("shippingAmount") is not None else None
    except Declined as no:
        raise bad_request(no.message) from None
    shipping = left if args.get("refundShipping") else ZERO
    if wanted is not None:
        shipping = min(wanted, left)
    return Suggestion(order, lines, shipping, args.get("refundMethodAllocation") == "STORE_CREDIT")


def create(asking: Asking, args: Args) -> dict[str, Any]:
    """refundCreate. The order must have been looked up by the caller of this resolver: see `refund_create` in changes.py."""
    given, order = args["input"], args["order"]
    unknown = {name for name in ("refundDuties", "processedAt", "discrepancyReason") if given.get(name)}
    if unknown:
        raise NotInTwin(*(f"RefundInput.{name}" for name in sorted(unknown)))
    wanted = Wanted(
        lines=_lines(asking, order, given.get("refundLineItems") or []) if asking.key not in asking.shop.refunds else (),
        shipping=_shipping(order, given.get("shipping") or {}),
        payments=[_payment(order, each) for each in given.get("transactions") or []],
        store_credit=sum((_store_credit(order, each) for each in given.get("refundMethods") or []), ZERO),
        note=given.get("note"),
    )
    asked = json.dumps(given, sort_keys=True, default=str)
    made, new = refunding.refund(asking.shop, order, wanted, asking.key, asked)
    if new:
        asking.events += refunding.events(asking.shop, order, made)
    return {"refund": made, "order": order}


def _shipping(order: Order, given: dict[str, Any]) -> Decimal:
    left = current_shipping(order)
    if given.get("amount") is not None:
        wanted = amount(given["amount"], ("shipping", "amount"))
        if wanted > left:
            raise Declined(("shipping", "amount"), f"must be less than or equal to {left}")  # assumed
        return wanted
    return left if given.get("fullRefund") else ZERO


def _payment(order: Order, given: dict[str, Any]) -> tuple[Transaction, Decimal]:
    parent = number(given["parentId"], "OrderTransaction") if given.get("parentId") else None
    return refunding.found_payment(order, given, parent), amount(given["amount"], ("transactions",))


def _store_credit(order: Order, given: dict[str, Any]) -> Decimal:
    """Onto the customer's store credit. The words are those of the cancellation's codes: assumed."""
    if order.customer is None:
        raise Declined(("refundMethods",), "Store credit refunds require a customer")
    if order.company:
        raise Declined(("refundMethods",), "Store credit refunds are not supported for B2B orders")
    return amount(given["storeCreditRefund"]["amount"]["amount"], ("refundMethods",))


def _of(read: Callable[[Suggestion], Decimal]) -> Resolve:
    return lambda told, asking, args: bag(read(told), told.order.currency)


def _transactions(told: Suggestion, asking: Asking, args: Args) -> list[dict[str, Any]]:
    if told.store_credit:
        return []
    currency = told.order.currency
    return [
        {
            "kind": "SUGGESTED_REFUND",
            "gateway": payment.gateway,
            "formattedGateway": "Test gateway",
            "accountNumber": "•••• •••• •••• 4242",
            "amountSet": bag(given, currency),
            "maximumRefundableSet": bag(rest, currency),
            "parentTransaction": payment,
        }
        for payment, given, rest in told.transactions()
    ]


def _methods(told: Suggestion, asking: Asking, args: Args) -> list[Suggestion]:
    return [told] if told.store_credit else []


def _priced(told: Suggestion) -> Decimal:
    return sum((each.priced for each in told.lines), ZERO)


def _refund_bag(name: str) -> Resolve:
    return lambda refund, asking, args: bag(getattr(refund, name), asking.shop.brand.currency)


def _shown_transactions(refund: Refund, asking: Asking, args: Args) -> Any:
    return page(refund.transactions, args)


TABLES: dict[str, Table] = {
    "SuggestedRefund": {
        "amountSet": _of(lambda told: told.amount),
        "maximumRefundableSet": _of(lambda told: told.maximum),
        "subtotalSet": _of(_priced),
        "discountedSubtotalSet": _of(lambda told: told.worth),
        "totalCartDiscountAmountSet": _of(lambda told: _priced(told) - told.worth),
        "totalTaxSet": _of(lambda told: ZERO),
        "totalDutiesSet": _of(lambda told: ZERO),
        "shipping": lambda told, asking, args: told,
        "refundLineItems": attr("lines"),
        "suggestedTransactions": _transactions,
        "suggestedRefundMethods": _methods,
    },
    "ShippingRefund": {
        "amountSet": _of(lambda told: told.shipping),
        "maximumRefundableSet": _of(lambda told: current_shipping(told.order)),
        "taxSet": _of(lambda told: ZERO),
    },
    "SuggestedOrderTransaction": key(
        "kind", "gateway", "formattedGateway", "accountNumber", "amountSet", "maximumRefundableSet", "parentTransaction"
    ),
    "SuggestedStoreCreditRefund": {
        "amount": _of(lambda told: told.amount),
        "maximumRefundable": _of(lambda told: told.maximum),
        "expiresAt": lambda told, asking, args: None,
    },
    "Refund": {
        "id": gid_of("Refund"),
        "legacyResourceId": attr("number"),
        "totalRefundedSet": _refund_bag("total"),
        "refundLineItems": lambda refund, asking, args: page(refund.lines, args),
        "transactions": _shown_transactions,
        **attrs(createdAt="at", processedAt="at", updatedAt="at"),
        **same("note"),
    },
    "RefundCreatePayload": key("refund", "order", "userErrors"),
}
