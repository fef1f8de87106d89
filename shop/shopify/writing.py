"""One brand's store at Shopify, changed for one shopper at a time, with the credential that may.

Ids are compared as they are and checked before they are sent; amounts are Shopify's own (`shop.writing.plan_refund`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shop.order import Address, CustomerId, LineId, OrderId, VariantId
from shop.reading import ReadMeter, ShopRejected
from shop.shopify.changing import WriteClient
from shop.shopify.documents import read_document
from shop.shopify.fields import Node, financial_status, moment, money, node, nodes, same, text, texts
from shop.shopify.standing import returnables_from, standing_from, suggestion_from
from shop.writing import (
    AddVariant,
    Cancellation,
    CancelProgress,
    CancelState,
    CommittedEdit,
    EditId,
    HoldId,
    JobId,
    LookUp,
    ReasonId,
    Refunded,
    RefundId,
    RefundLine,
    RefundMethod,
    RefundPlan,
    Returnable,
    ReturnId,
    ReturnLine,
    ReturnReason,
    ReturnRequested,
    SetQuantity,
    StagedEdit,
    StagedLine,
    Standing,
    Suggestion,
    Unconfirmed,
    WarehouseId,
)

_LINE = re.compile(r"gid://shopify/LineItem/(\d{1,20})")
NOTE_LENGTH = 255
HANDLE_LENGTH = 64
_ALLOCATION = {RefundMethod.ORIGINAL: "ORIGINAL_PAYMENT_METHODS", RefundMethod.STORE_CREDIT: "STORE_CREDIT"}


@dataclass(slots=True)
class ShopifyWriteShop:
    """`shop.writing.WriteShop` over the Admin API."""

    client: WriteClient

    async def standing(self, customer: CustomerId, order: OrderId, meter: ReadMeter) -> Standing | None:
        told = await self._read("order_standing", {"id": order}, "order", meter)
        if not same(node(told.get("customer")).get("id"), customer) or not same(told.get("id"), order):
            return None
        return standing_from(told)

    async def stage(self, order: OrderId, changes: Sequence[SetQuantity | AddVariant], meter: ReadMeter) -> StagedEdit:
        begun = await self.client.change("order_edit_begin", {"orderId": order}, meter, None)
        staged, lines = node(begun.get("calculatedOrder")), []
        edit = _needed(staged.get("id"), "OrderEditBegin")
        for change in changes:
            told = await self._stage_one(edit, change, meter)
            staged = node(told.get("calculatedOrder")) or staged
            lines.append(_staged_line(node(told.get("calculatedLineItem"))))
        total, balance = money(staged.get("totalPriceSet")), money(staged.get("totalOutstandingSet"))
        if total is None or balance is None:
            raise ShopRejected("the shop named no total for the edit")
        return StagedEdit(id=EditId(edit), total=total, balance=balance, lines=tuple(lines))

    async def _stage_one(self, edit: str, change: SetQuantity | AddVariant, meter: ReadMeter) -> Node:
        if isinstance(change, SetQuantity):
            line = {"id": edit, "lineItemId": _calculated(change.line), "quantity": change.quantity, "restock": change.restock}
            return await self.client.change("order_edit_set_quantity", line, meter, None)
        variant = {"id": edit, "variantId": change.variant, "quantity": change.quantity}
        told = await self.client.change("order_edit_add_variant", variant, meter, None)
        if change.off is None or not change.off.amount:
            return told
        added = _needed(node(told.get("calculatedLineItem")).get("id"), "OrderEditAddVariant")
        off = {"fixedValue": {"amount": _amount(change.off.amount), "currencyCode": change.off.currency}}
        return await self.client.change("order_edit_add_discount", {"id": edit, "lineItemId": added, "discount": off}, meter, None)

    async def commit(self, edit: EditId, meter: ReadMeter, *, note: str = "", notify: bool = False) -> CommittedEdit:
        variables = {"id": edit, "notifyCustomer": notify, "staffNote": note[:NOTE_LENGTH] or None}
        told = await self.client.change("order_edit_commit", variables, meter, LookUp.STANDING)
        order = node(told.get("order"))
        order_id, balance = text(order.get("id")), money(order.get("totalOutstandingSet"))
        if order_id is None or balance is None:
            raise Unconfirmed("OrderEditCommit", LookUp.STANDING, "the shop named no order")
        url = text(node(order.get("paymentCollectionDetails")).get("additionalPaymentCollectionUrl"))
        return CommittedEdit(order=OrderId(order_id), balance=balance, payment_url=url, messages=tuple(texts(told.get("successMessages"))))

    async def readdress(self, order: OrderId, address: Address, meter: ReadMeter) -> None:
        await self.client.change("order_readdress", {"id": order, "shippingAddress": _mailing(address)}, meter, LookUp.STANDING)

    async def cancel(self, wish: Cancellation, meter: ReadMeter) -> JobId:
        method: dict[str, Any] = {"originalPaymentMethodsRefund": wish.refund is RefundMethod.ORIGINAL}
        if wish.refund is RefundMethod.STORE_CREDIT:
            method = {"storeCreditRefund": {}}
        variables = {
            "orderId": wish.order,
            "reason": wish.reason,
            "refundMethod": method,
            "restock": wish.restock,
            "notifyCustomer": wish.notify,
            "staffNote": wish.note[:NOTE_LENGTH] or None,
        }
        told = await self.client.change("order_cancel", variables, meter, LookUp.STANDING)
        job = text(node(told.get("job")).get("id"))
        if job is None:
            raise Unconfirmed("OrderCancel", LookUp.STANDING, "the shop named no job")
        return JobId(job)

    async def cancel_progress(self, order: OrderId, job: JobId | None, meter: ReadMeter) -> CancelProgress:
        variables = {"orderId": order, "jobId": job or "gid://shopify/Job/0", "withJob": job is not None}
        answer = await self.client.reads.ask(read_document("cancel_progress"), variables, meter)
        told = node(answer.data.get("order"))
        if not same(told.get("id"), order):
            raise ShopRejected("the shop shows no such order")
        cancelled_at, done = moment(told.get("cancelledAt")), node(answer.data.get("job")).get("done") is True
        state = CancelState.CANCELLED if cancelled_at else CancelState.NOT_CANCELLED if done else CancelState.RUNNING
        refunded, financial = money(told.get("totalRefundedSet")), financial_status(told.get("displayFinancialStatus"))
        return CancelProgress(state=state, cancelled_at=cancelled_at, refunded=refunded, financial=financial)

    async def suggest_refund(
        self,
        order: OrderId,
        meter: ReadMeter,
        *,
        lines: Sequence[RefundLine] = (),
        shipping: bool = False,
        method: RefundMethod = RefundMethod.ORIGINAL,
    ) -> Suggestion:
        variables = {
            "orderId": order,
            "refundLineItems": [_refund_line(line) for line in lines],
            "refundShipping": shipping,
            "refundMethodAllocation": _ALLOCATION[method],
        }
        told = await self._read("suggested_refund", variables, "order", meter)
        if not same(told.get("id"), order):
            raise ShopRejected("the shop shows no such order")
        return suggestion_from(told, order, tuple(lines), method)

    async def refund(self, plan: RefundPlan, key: str, meter: ReadMeter, *, note: str | None = None) -> Refunded:
        if not key.strip():
            raise ValueError("a refund needs a key")
        told = await self.client.change("refund_create", {"input": _refund(plan, note), "key": key}, meter, LookUp.SAME_KEY, keyed=True)
        made = node(told.get("refund"))
        refund_id, amount = text(made.get("id")), money(made.get("totalRefundedSet"))
        if refund_id is None or amount is None:
            raise Unconfirmed("RefundCreate", LookUp.SAME_KEY, "the shop named no refund")
        return Refunded(id=RefundId(refund_id), amount=amount)

    async def send_invoice(self, order: OrderId, meter: ReadMeter, *, to: str | None = None) -> None:
        await self.client.change("order_invoice_send", {"id": order, "email": {"to": to} if to else None}, meter, LookUp.STANDING)

    async def returnable(self, order: OrderId, meter: ReadMeter) -> Sequence[Returnable]:
        answer = await self.client.reads.ask(read_document("returnable_fulfillments"), {"orderId": order}, meter)
        return returnables_from(node(answer.data.get("returnableFulfillments")))

    async def return_reasons(self, meter: ReadMeter) -> Sequence[ReturnReason]:
        told = await self._read("return_reasons", {}, "returnReasonDefinitions", meter)
        found = [
            ReturnReason(id=ReasonId(reason), handle=text(entry.get("handle")) or "", name=text(entry.get("name")) or "")
            for entry in nodes(told)
            if (reason := text(entry.get("id"))) is not None and entry.get("deleted") is not True
        ]
        return tuple(found)

    async def request_return(self, order: OrderId, lines: Sequence[ReturnLine], meter: ReadMeter) -> ReturnRequested:
        wanted = [
            {
                "fulfillmentLineItemId": line.id,
                "quantity": line.quantity,
                "returnReasonDefinitionId": line.reason,
                "customerNote": line.note or None,
            }
            for line in lines
        ]
        told = await self.client.change("return_request", {"input": {"orderId": order, "returnLineItems": wanted}}, meter, LookUp.STANDING)
        made = node(told.get("return"))
        return_id = text(made.get("id"))
        if return_id is None:
            raise Unconfirmed("ReturnRequest", LookUp.STANDING, "the shop named no return")
        return ReturnRequested(id=ReturnId(return_id), name=text(made.get("name")) or "", status=text(made.get("status")) or "")

    async def hold(self, warehouse: WarehouseId, handle: str, meter: ReadMeter, *, notes: str = "") -> HoldId:
        if not 0 < len(handle) <= HANDLE_LENGTH:
            raise ValueError(f"a handle has 1 to {HANDLE_LENGTH} characters")
        hold = {"reason": "OTHER", "handle": handle, "reasonNotes": notes or None}
        told = await self.client.change("fulfillment_order_hold", {"id": warehouse, "hold": hold}, meter, LookUp.STANDING)
        placed = text(node(told.get("fulfillmentHold")).get("id"))
        if placed is None:
            raise Unconfirmed("FulfillmentOrderHold", LookUp.STANDING, "the shop named no hold")
        return HoldId(placed)

    async def release(self, warehouse: WarehouseId, holds: Sequence[HoldId], meter: ReadMeter) -> None:
        if not holds:
            raise ValueError("without ids every hold would end, other apps' too")
        variables = {"id": warehouse, "holdIds": list(holds)}
        await self.client.change("fulfillment_order_release_hold", variables, meter, LookUp.STANDING)

    async def withdraw(self, warehouse: WarehouseId, meter: ReadMeter) -> WarehouseId:
        told = await self.client.change("fulfillment_order_cancel", {"id": warehouse}, meter, LookUp.STANDING)
        instead = text(node(told.get("replacementFulfillmentOrder")).get("id"))
        if instead is None:
            raise Unconfirmed("FulfillmentOrderCancel", LookUp.STANDING, "the shop named no replacement")
        return WarehouseId(instead)

    async def ask_to_stop(self, warehouse: WarehouseId, meter: ReadMeter, *, message: str = "") -> None:
        variables = {"id": warehouse, "message": message or None}
        await self.client.change("fulfillment_order_ask_to_stop", variables, meter, LookUp.STANDING)

    async def _read(self, name: str, variables: Mapping[str, Any], root: str, meter: ReadMeter) -> Node:
        answer = await self.client.reads.ask(read_document(name), variables, meter)
        return node(answer.data.get(root))


def _needed(value: object, operation: str) -> str:
    found = text(value)
    if found is None:
        raise ShopRejected(f"{operation}: the shop named nothing to go on with")
    return found


def _calculated(line: LineId) -> str:
    """A calculated line of an existing line carries its number (recorded)."""
    found = _LINE.fullmatch(line)
    if found is None:
        raise ShopRejected(f"not a line: {line!r}")
    return f"gid://shopify/CalculatedLineItem/{found.group(1)}"


def _staged_line(told: Node) -> StagedLine:
    variant, quantity = text(node(told.get("variant")).get("id")), told.get("quantity")
    return StagedLine(
        title=text(told.get("title")) or "",
        variant_title=text(told.get("variantTitle")),
        variant=None if variant is None else VariantId(variant),
        quantity=quantity if isinstance(quantity, int) else 0,
        unit_price=money(told.get("discountedUnitPriceSet")),
    )


def _refund_line(line: RefundLine) -> dict[str, Any]:
    return {"lineItemId": line.line, "quantity": line.quantity, "restockType": line.restock}


def _refund(plan: RefundPlan, note: str | None) -> dict[str, Any]:
    """Always in the currency the shopper paid in; the shop asks for it where its own is another (schema)."""
    wanted: dict[str, Any] = {
        "orderId": plan.order,
        "currency": plan.amount.currency,
        "note": note,
        "refundLineItems": [_refund_line(line) for line in plan.lines],
        "transactions": [
            {"orderId": plan.order, "parentId": payment.id, "gateway": payment.gateway, "kind": "REFUND", "amount": _amount(share)}
            for payment, share in plan.shares
        ],
    }
    if plan.shipping.amount:
        wanted["shipping"] = {"amount": _amount(plan.shipping.amount)}
    if not plan.shares:
        credit = {"amount": {"amount": _amount(plan.amount.amount), "currencyCode": plan.amount.currency}}
        wanted["refundMethods"] = [{"storeCreditRefund": credit}]
    return wanted


def _mailing(address: Address) -> dict[str, Any]:
    """The first word of a name is the first name; a name of one word is a last name, which the shop asks for."""
    first, _, last = (address.name or "").strip().partition(" ")
    return {
        "firstName": first if last else None,
        "lastName": last.strip() or first,
        "address1": address.address1,
        "address2": address.address2,
        "city": address.city,
        "provinceCode": address.province,
        "zip": address.zip,
        "countryCode": address.country,
        "phone": address.phone,
    }


def _amount(amount: Decimal) -> str:
    return f"{amount:f}"
