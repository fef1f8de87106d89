"""What was paid, given back and noted about an order: transactions, refunds, returns, the timeline."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from demo import world_parts as parts
from demo.shopify import arithmetic as sums
from demo.shopify import records as r
from demo.shopify.records import number_of

STORE_CREDIT = "shopify_store_credit"
"""The gateway of money given as store credit."""


def settle(order: r.Order, given: parts.Order, shop: str) -> None:
    """Received and refunded follow from the financial state unless the world says how much."""
    whole = sums.total(order)
    back = whole - sums.current_total(order)
    half = sums.rounded(whole / 2, order.currency)
    match order.financial:
        case "AUTHORIZED" | "PENDING" | "VOIDED" | "EXPIRED" | None:
            received, refunded = sums.ZERO, sums.ZERO
        case "PARTIALLY_PAID":
            received, refunded = half, sums.ZERO
        case "PARTIALLY_REFUNDED":
            received, refunded = whole, back or half
        case "REFUNDED":
            received, refunded = whole, whole
        case _:
            received, refunded = whole, sums.ZERO
    order.received = received if given.received is None else given.received
    order.refunded = refunded if given.refunded is None else given.refunded
    order.shipping_refunded = sums.shipping(order) if order.financial == "REFUNDED" and order.cancelled_at else sums.ZERO
    order.transactions = list(_transactions(order, whole, shop))
    if order.refunded:
        at = order.cancelled_at or order.updated_at
        lines = [line for line in order.lines if line.removed]
        order.refunds.append(
            r.Refund(
                number=number_of("Refund", shop, order.name),
                at=at,
                note=None,
                total=order.refunded,
                lines=[
                    r.RefundLine(number=number_of("RefundLineItem", line.number), line=line, quantity=line.removed, restock="CANCEL")
                    for line in lines
                ],
            )
        )


def _transactions(order: r.Order, whole: Decimal, shop: str) -> Iterable[r.Transaction]:
    def made(kind: str, status: str, amount: Decimal, at: datetime, parent: r.Transaction | None = None) -> r.Transaction:
        number = number_of("OrderTransaction", shop, order.name, kind)
        return r.Transaction(number=number, kind=kind, status=status, amount=amount, at=at, parent=parent)

    at = order.processed_at
    match order.financial:
        case "AUTHORIZED" | "EXPIRED":
            yield made("AUTHORIZATION", "SUCCESS", whole, at)
        case "VOIDED":
            authorisation = made("AUTHORIZATION", "SUCCESS", whole, at)
            yield authorisation
            yield made("VOID", "SUCCESS", Decimal(0), order.cancelled_at or order.updated_at, authorisation)
        case "PENDING":
            yield made("SALE", "PENDING", whole, at)
        case None:
            return
        case _:
            sale = made("SALE", "SUCCESS", order.received, at)
            yield sale
            if order.refunded:
                yield made("REFUND", "SUCCESS", order.refunded, order.cancelled_at or order.updated_at, sale)


def recall(order: r.Order, given: parts.Order, shop: str) -> None:
    """Returns and the timeline that the file implies."""
    gone = [each for parcel in order.fulfillments for each in parcel.lines]
    if given.returns is not None and gone:
        at = max(parcel.updated_at for parcel in order.fulfillments)
        number = number_of("Return", shop, order.name, 1)
        lines = [r.ReturnLine(number=number_of("ReturnLineItem", e.number), parcel_line=e, quantity=e.quantity) for e in gone]
        order.returns.append(r.Return(number=number, name=f"{order.name}-R1", status=given.returns, at=at, lines=lines, order=order))
    record(order, "confirmed", f"{order.name} was placed.", order.created_at)
    for parcel in order.fulfillments:
        record(order, "fulfillment_success", f"{sum(e.quantity for e in parcel.lines)} items were fulfilled.", parcel.created_at)
    if order.cancelled_at is not None:
        record(order, "cancelled", f"{order.name} was canceled.", order.cancelled_at)
    if given.updatedAt is None:
        order.updated_at = max([order.created_at, *(event.at for event in order.events), *(p.updated_at for p in order.fulfillments)])


def record(order: r.Order, action: str, message: str, at: datetime, app: str | None = None) -> None:
    """One line of the order's timeline."""
    number = number_of("BasicEvent", order.number, len(order.events))
    order.events.append(r.Event(number=number, action=action, message=message, at=at, app=app))


def why_not_cancelled(order: r.Order) -> str | None:
    """Why the whole order cannot be cancelled, in recorded words; None where it can."""
    if order.cancelled_at is not None:
        return "Cannot cancel an order that has already been canceled"
    if any(parcel.status == "SUCCESS" for parcel in order.fulfillments):
        return "Cannot cancel an order that has outstanding fulfillments"
    if sums.return_status(order) not in ("NO_RETURN", "RETURNED"):
        return "Cannot cancel an order that has returns"
    return None


def put_back(line: r.Line, units: int) -> None:
    """Into stock, where the shop counts it."""
    if line.variant.stock is not None:
        line.variant.stock += units


def give_back(order: r.Order, refund: r.Refund, payments: Iterable[tuple[r.Transaction, Decimal]] | None) -> None:
    """The refund's money as transactions: against the payments, oldest first, or onto the customer's store credit (None)."""
    at, left = refund.at, refund.total

    def made(amount: Decimal, parent: r.Transaction | None, gateway: str) -> None:
        number = number_of("OrderTransaction", refund.number, len(refund.transactions))
        one = r.Transaction(number=number, kind="REFUND", status="SUCCESS", amount=amount, at=at, parent=parent, gateway=gateway)
        refund.transactions.append(one)
        order.transactions.append(one)
        order.refunded += amount

    for payment, rest in payments or ():
        amount = min(rest, left)
        if amount > 0:
            made(amount, payment, payment.gateway)
            left -= amount
    if payments is None:
        made(left, None, STORE_CREDIT)
        if order.customer is not None:
            order.customer.store_credit += left
