"""What may be done to an order besides editing its lines: a new address, a refund, an invoice, its cancellation."""

import re
import uuid
from datetime import datetime
from functools import partial
from typing import Any

from demo.shopify import addresses
from demo.shopify.editing import Declined
from demo.shopify.errors import NotInTwin
from demo.shopify.events import Event, Verbs
from demo.shopify.ledger import why_not_cancelled
from demo.shopify.pending import Job
from demo.shopify.records import Order, number_of
from demo.shopify.resolvers import money
from demo.shopify.resolvers.declining import mutation
from demo.shopify.resolvers.roots import order_seen
from demo.shopify.resolvers.table import Args, Asking, Table, attr, key

NOTE_LENGTH = 255
UNKNOWN = "Order does not exist"
E_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
UPDATABLE = frozenset({"id", "shippingAddress", "email", "phone", "note"})


def _beside(asking: Asking, args: Args) -> dict[str, Any]:
    """The unchanged order beside what was wrong (recorded for orderUpdate and refundCreate)."""
    given = args["input"]
    return {"order": order_seen(asking, given.get("id") or given["orderId"])}


def _update(asking: Asking, args: Args) -> dict[str, Any]:
    given = args["input"]
    unknown = set(given) - UPDATABLE
    if unknown:
        raise NotInTwin(*(f"OrderInput.{name}" for name in sorted(unknown)))
    order = order_seen(asking, given["id"])
    if order is None:
        raise Declined(("id",), UNKNOWN)
    if set(given) == {"id"}:
        raise Declined(None, "No valid update parameters have been provided")
    if given.get("phone") and not re.fullmatch(r"\+?[\d ()-]{6,20}", given["phone"]):
        raise Declined(("phone",), "Phone is invalid")
    if given.get("shippingAddress"):
        number = number_of("MailingAddress", order.number, "shipping", asking.now)
        order.address = addresses.address(given["shippingAddress"], order.address, number)
    for name in ("email", "phone", "note"):
        if name in given:
            setattr(order, name, given[name])
    verbs = Verbs(asking.shop, order)
    verbs.touch(f"{asking.app.title} updated this order.", "updated", asking.app.title)
    asking.events.append(verbs.updated())
    return {"order": order}


def _refund(asking: Asking, args: Args) -> dict[str, Any]:
    order = order_seen(asking, args["input"]["orderId"])
    if order is None:
        raise Declined(("orderId",), UNKNOWN)
    return money.create(asking, {**args, "order": order})


def _invoice(asking: Asking, args: Args) -> dict[str, Any]:
    given = args.get("email") or {}
    order = order_seen(asking, args["id"])
    if order is None:
        raise Declined(("id",), UNKNOWN, "ORDER_INVOICE_SEND_UNSUCCESSFUL")
    to = given.get("to") or order.email
    if not to:
        raise Declined(None, "No recipient email address was provided", "ORDER_INVOICE_SEND_UNSUCCESSFUL")
    if not E_MAIL.fullmatch(to):
        raise Declined(None, "To is invalid", "ORDER_INVOICE_SEND_UNSUCCESSFUL")
    Verbs(asking.shop, order).touch(f"An invoice was sent to {to}.", "mail_sent", asking.app.title)
    return {"order": order}


def _cancel(asking: Asking, args: Args) -> dict[str, Any]:
    """A job that is not done yet. The order is looked at again when it runs: what has shipped by then is not cancelled."""
    order = order_seen(asking, args["orderId"])
    if order is None:
        raise Declined(("orderId",), UNKNOWN, "NOT_FOUND")
    if args.get("refund") is not None and args.get("refundMethod") is not None:
        raise Declined(("refund",), "Only one of the arguments `refund` or `refund_method` is allowed.", "INVALID")
    note, method = args.get("staffNote") or "", args.get("refundMethod") or {}
    if len(note) > NOTE_LENGTH:
        raise Declined(("staffNote",), f"Staff note is too long. Maximum length is {NOTE_LENGTH} characters.", "INVALID")
    refusal = _refusal(order)
    if refusal is not None:
        raise Declined(("orderId",), refusal, "INVALID")
    _check_store_credit(order, method, asking.now)
    if any(job.order is order and not job.done for job in asking.shop.jobs.values()):
        raise Declined(None, "Cancellation is already in progress")
    refund = bool(args.get("refund") or method.get("originalPaymentMethodsRefund") or "storeCreditRefund" in method)
    how = {"refund": refund, "restock": args["restock"], "note": note or None, "store_credit": "storeCreditRefund" in method}
    name = str(uuid.uuid5(uuid.NAMESPACE_URL, f"job/{order.number}/{len(asking.shop.jobs)}"))
    job = Job(id=name, order=order, work=partial(_cancelled, asking, order, reason=args["reason"], **how))
    asking.shop.jobs[job.id] = job
    asking.jobs.append(job)
    return {"job": job}


def _cancelled(asking: Asking, order: Order, **how: Any) -> list[Event]:
    return Verbs(asking.shop, order).cancel(**how)


def _refusal(order: Order) -> str | None:
    """A fulfilment service that has accepted counts as a fulfilment that cannot be cancelled: assumed."""
    accepted = any((each.status, each.request_status) == ("IN_PROGRESS", "ACCEPTED") for each in order.fulfillment_orders)
    return why_not_cancelled(order) or ("Cannot cancel an order that has outstanding fulfillments" if accepted else None)


def _check_store_credit(order: Order, method: dict[str, Any], now: datetime) -> None:
    """The codes are the schema's; their words were never recorded: assumed."""
    if "storeCreditRefund" not in method:
        return
    expires = (method["storeCreditRefund"] or {}).get("expiresAt")
    field = ("refundMethod", "storeCreditRefund")
    if order.company:
        raise Declined(field, "Store credit refunds are not supported for B2B orders", "STORE_CREDIT_REFUND_B2B_NOT_SUPPORTED")
    if order.customer is None:
        raise Declined(field, "Store credit refunds require a customer", "STORE_CREDIT_REFUND_MISSING_CUSTOMER")
    if expires is not None and datetime.fromisoformat(expires) <= now:
        raise Declined((*field, "expiresAt"), "Expiration must be in the future", "STORE_CREDIT_REFUND_EXPIRATION_IN_PAST")


def _cancel_payload(root: Any, asking: Asking, args: Args) -> dict[str, Any]:
    """The same errors under both names, with codes under the newer one (recorded)."""
    payload: dict[str, Any] = mutation(_cancel, "job")(root, asking, args)
    return {**payload, "orderCancelUserErrors": payload["userErrors"]}


ERROR = key("field", "message", "code")
MUTATION: Table = {
    "orderUpdate": mutation(_update, "order", beside=_beside),
    "refundCreate": mutation(_refund, "refund", "order", beside=_beside),
    "orderInvoiceSend": mutation(_invoice, "order"),
    "orderCancel": _cancel_payload,
}
TABLES: dict[str, Table] = {
    "OrderUpdatePayload": key("order", "userErrors"),
    "OrderInvoiceSendPayload": key("order", "userErrors"),
    "OrderInvoiceSendUserError": ERROR,
    "OrderCancelPayload": key("job", "orderCancelUserErrors", "userErrors"),
    "OrderCancelUserError": ERROR,
    "Job": {"id": lambda job, asking, args: f"gid://shopify/Job/{job.id}", "done": attr("done")},
}
