"""What an app may change at the twin: Shopify's recorded words, its jobs, and the webhooks that follow."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.demo.test_webhooks import SCHEMAS, Inbox, unlike
from tests.demo.twin import Twin, opened

ERRORS = "userErrors { field message }"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def heard(inbox: Inbox) -> AsyncIterator[Twin]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=inbox.app)) as http:
        address = "http://app.test/webhooks/shopify/{brand}"
        async with opened(http=http, webhook_address=address, webhook_backoff=(0.0, 0.0), job_seconds=0.0) as twin:
            yield twin


async def change(twin: Twin, mutation: str, **ids: str) -> dict[str, Any]:
    """The payload of one mutation said by the Hub's app; `$name` in the text stands for an id."""
    for name, value in ids.items():
        mutation = mutation.replace(f"${name}", json.dumps(value))
    token = await twin.token("deskbell-hub", "hub-secret")
    body = await twin.ask(f"mutation M {{ {mutation} }}", token=token)
    assert "errors" not in body, body
    payload: dict[str, Any] = next(iter(body["data"].values()))
    return payload


def order(twin: Twin, name: str) -> str:
    found = twin.shop.order(name)
    assert found is not None
    return found.gid


def calculated(twin: Twin, name: str, index: int = 0) -> str:
    found = twin.shop.order(name)
    assert found is not None
    return f"gid://shopify/CalculatedLineItem/{found.lines[index].number}"


async def begun(twin: Twin, name: str) -> str:
    payload = await change(twin, f"orderEditBegin(id: $id) {{ calculatedOrder {{ id }} {ERRORS} }}", id=order(twin, name))
    assert payload["userErrors"] == []
    session: str = payload["calculatedOrder"]["id"]
    return session


@pytest.mark.parametrize(
    ("mutation", "field", "message"),
    [
        ('orderEditBegin(id: "gid://shopify/Order/1")', ["id"], "The order does not exist."),
        ("orderEditBegin(id: $cancelled)", None, "The order cannot be edited."),
        ('orderEditCommit(id: "gid://shopify/CalculatedOrder/1")', ["id"], "The calculated order does not exist."),
        ("orderEditCommit(id: $edit)", ["id"], "There must be at least one change to be made."),
        (
            'orderEditSetQuantity(id: $edit, lineItemId: "gid://shopify/CalculatedLineItem/1", quantity: 1)',
            ["lineItemId"],
            "The line item does not exist on the order.",
        ),
        ("orderEditSetQuantity(id: $edit, lineItemId: $line, quantity: -1)", ["quantity"], "must be greater than or equal to 0"),
        (
            'orderEditAddVariant(id: $edit, variantId: "gid://shopify/ProductVariant/1", quantity: 1)',
            ["variantId"],
            "The variant does not exist in the shop.",
        ),
        ("orderEditAddVariant(id: $edit, variantId: $variant, quantity: 0)", ["quantity"], "must be greater than 0"),
        (
            "orderEditAddVariant(id: $edit, variantId: $variant, quantity: 1)",
            ["id"],
            "Linen shirt was not added because it's already on the order.",
        ),
        ("orderUpdate(input: {id: $order})", None, "No valid update parameters have been provided"),
        ('orderUpdate(input: {id: "gid://shopify/Order/1", note: "x"})', ["id"], "Order does not exist"),
        ('orderUpdate(input: {id: $order, phone: "call me"})', ["phone"], "Phone is invalid"),
        (
            'orderUpdate(input: {id: $order, shippingAddress: {lastName: "T", address1: "1 Way", city: "Reno", countryCode: US, '
            'provinceCode: "ZZ", zip: "89501"}})',
            ["shippingAddress", "province"],
            "State is not a valid state in United States",
        ),
        (
            'orderUpdate(input: {id: $order, shippingAddress: {lastName: "T", address1: "1 Way", city: "Reno", countryCode: US, '
            'provinceCode: "NV"}})',
            ["shippingAddress", "zip"],
            "Enter a ZIP code",
        ),
        ('orderInvoiceSend(id: $order, email: {to: "nobody"})', None, "To is invalid"),
        ('refundCreate(input: {orderId: "gid://shopify/Order/1"}) @idempotent(key: "k")', ["orderId"], "Order does not exist"),
        (
            'refundCreate(input: {orderId: $order, transactions: [{orderId: $order, gateway: "x", kind: AUTHORIZATION, amount: "1"}]}) '
            '@idempotent(key: "k")',
            None,
            "Kind authorization is not a valid transaction",
        ),
        (
            'refundCreate(input: {orderId: $order, transactions: [{orderId: $order, gateway: "x", kind: REFUND, amount: "1"}]}) '
            '@idempotent(key: "k")',
            ["transactions"],
            "Transactions require a parent_id associated with the order",
        ),
        (
            'refundCreate(input: {orderId: $order, refundLineItems: [{lineItemId: $orderline, quantity: 9}]}) @idempotent(key: "k")',
            ["refundLineItems", "0", "quantity"],
            "Quantity cannot refund more items than were purchased",
        ),
    ],
)
async def test_a_change_is_refused_in_shopifys_recorded_words(twin: Twin, mutation: str, field: list[str] | None, message: str) -> None:
    first = twin.shop.order("#1")
    assert first is not None
    ids = {
        "cancelled": order(twin, "#5"),
        "edit": await begun(twin, "#1"),
        "orderline": f"gid://shopify/LineItem/{first.lines[0].number}",
        "order": first.gid,
        "line": calculated(twin, "#1"),
        "variant": f"gid://shopify/ProductVariant/{first.lines[0].variant.number}",
    }
    payload = await change(twin, f"{mutation} {{ {ERRORS} }}", **ids)
    assert payload["userErrors"] == [{"field": field, "message": message}]


@pytest.mark.parametrize(
    ("name", "arguments", "field", "message", "code"),
    [
        ("#5", "restock: true", ["orderId"], "Cannot cancel an order that has already been canceled", "INVALID"),
        ("#1", "restock: true", ["orderId"], "Cannot cancel an order that has outstanding fulfillments", "INVALID"),
        (
            "#2",
            f'restock: true, staffNote: "{"x" * 256}"',
            ["staffNote"],
            "Staff note is too long. Maximum length is 255 characters.",
            "INVALID",
        ),
        (
            "#2",
            "restock: true, refund: true, refundMethod: {originalPaymentMethodsRefund: true}",
            ["refund"],
            "Only one of the arguments `refund` or `refund_method` is allowed.",
            "INVALID",
        ),
    ],
)
async def test_a_cancellation_is_refused_in_shopifys_recorded_words(
    twin: Twin, name: str, arguments: str, field: list[str], message: str, code: str
) -> None:
    text = f"orderCancel(orderId: $id, reason: CUSTOMER, {arguments}) {{ job {{ id }} orderCancelUserErrors {{ field message code }} }}"
    payload = await change(twin, text, id=order(twin, name))
    assert payload == {"job": None, "orderCancelUserErrors": [{"field": field, "message": message, "code": code}]}


async def test_a_refund_without_a_key_fails_at_run_time_as_recorded(twin: Twin) -> None:
    token = await twin.token("deskbell-hub", "hub-secret")
    query = 'mutation M { refundCreate(input: {orderId: "gid://shopify/Order/1"}) { refund { id } } }'
    body = await twin.ask(query, token=token)
    assert body["data"] == {"refundCreate": None}
    assert body["errors"][0]["message"] == "The @idempotent directive is required for this mutation but was not provided."
    assert (body["errors"][0]["extensions"]["code"], body["extensions"]["cost"]["requestedQueryCost"]) == ("BAD_REQUEST", 20)


async def test_what_was_edited_and_who_did_it_stands_in_the_timeline(twin: Twin) -> None:
    edit = await begun(twin, "#1")
    await change(
        twin, f"orderEditSetQuantity(id: $id, lineItemId: $line, quantity: 0) {{ {ERRORS} }}", id=edit, line=calculated(twin, "#1")
    )
    payload = await change(twin, f"orderEditCommit(id: $id) {{ successMessages order {{ edited note }} {ERRORS} }}", id=edit)
    assert payload["successMessages"] == ["Order updated"]
    assert payload["order"] == {"edited": True, "note": "Leave it with the neighbour"}
    told = await twin.order(
        "#1", "events(first: 1, reverse: true) { nodes { action message } } lineItems(first: 5) { nodes { currentQuantity } }"
    )
    assert told["events"]["nodes"] == [{"action": "edited", "message": "Deskbell Hub edited this order."}]
    assert [line["currentQuantity"] for line in told["lineItems"]["nodes"]] == [0, 3]


async def test_shipped_units_and_open_ones_of_a_line_are_refunded_apart(twin: Twin) -> None:
    found = twin.shop.order("#1")
    assert found is not None
    line, sale = found.lines[1], found.transactions[0]
    text = (
        "refundCreate(input: {orderId: $id, refundLineItems: [{lineItemId: $line, quantity: 1, restockType: RETURN}], "
        'transactions: [{orderId: $id, parentId: $sale, gateway: "", kind: REFUND, amount: "25.00"}]}) @idempotent(key: "k") '
        f"{{ refund {{ transactions(first: 1) {{ nodes {{ gateway }} }} }} {ERRORS} }}"
    )
    ids = {"line": f"gid://shopify/LineItem/{line.number}", "sale": f"gid://shopify/OrderTransaction/{sale.number}"}
    payload = await change(twin, text, id=found.gid, **ids)
    assert payload["userErrors"] == []
    assert payload["refund"]["transactions"]["nodes"] == [{"gateway": "bogus"}]
    told = await twin.order("#1", "lineItems(first: 5) { nodes { currentQuantity unfulfilledQuantity } }")
    assert told["lineItems"]["nodes"][1] == {"currentQuantity": 2, "unfulfilledQuantity": 1}


@pytest.mark.data
@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the shared data is not here")
async def test_every_change_is_told_in_the_form_of_the_published_samples(heard: Twin, inbox: Inbox) -> None:
    edit = await begun(heard, "#1")
    await change(
        heard, f"orderEditSetQuantity(id: $id, lineItemId: $line, quantity: 0) {{ {ERRORS} }}", id=edit, line=calculated(heard, "#1")
    )
    await change(heard, f"orderEditCommit(id: $id) {{ {ERRORS} }}", id=edit)
    first, second = heard.shop.order("#1"), heard.shop.order("#2")
    assert first is not None
    assert second is not None
    open_one = next(each for each in first.fulfillment_orders if each.status == "OPEN")
    held = f"fulfillmentOrderHold(id: $id, fulfillmentHold: {{reason: OTHER}}) {{ fulfillmentHold {{ id }} {ERRORS} }}"
    hold = (await change(heard, held, id=open_one.gid))["fulfillmentHold"]["id"]
    await change(heard, f"fulfillmentOrderReleaseHold(id: $id, holdIds: [$hold]) {{ {ERRORS} }}", id=open_one.gid, hold=hold)
    await change(heard, f"fulfillmentOrderCancel(id: $id) {{ {ERRORS} }}", id=open_one.gid)
    part = f"gid://shopify/FulfillmentLineItem/{first.fulfillments[0].lines[0].number}"
    reasons = await heard.data("{ returnReasonDefinitions(first: 1) { nodes { id } } }")
    lines = "[{fulfillmentLineItemId: $part, quantity: 1, returnReasonDefinitionId: $why}]"
    asked = f"returnRequest(input: {{orderId: $id, returnLineItems: {lines}}})"
    await change(heard, f"{asked} {{ {ERRORS} }}", id=first.gid, part=part, why=reasons["returnReasonDefinitions"]["nodes"][0]["id"])
    cancel = "orderCancel(orderId: $id, reason: CUSTOMER, restock: true, refundMethod: {originalPaymentMethodsRefund: true})"
    assert (await change(heard, f"{cancel} {{ job {{ done }} }}", id=second.gid)) == {"job": {"done": False}}
    await heard.state.settle()
    wanted = {
        "orders/edited",
        "orders/updated",
        "orders/cancelled",
        "refunds/create",
        "returns/request",
        "fulfillment_orders/placed_on_hold",
        "fulfillment_orders/hold_released",
        "fulfillment_orders/cancelled",
    }
    assert wanted <= set(inbox.topics)
    for topic in wanted:
        schema = json.loads((SCHEMAS / f"{topic}.schema.json").read_text(encoding="utf-8"))
        for body in inbox.bodies(topic):
            assert unlike(schema, body, topic) == []
