"""Webhooks: who hears of what, signed how, and what the post may do to them."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from types import UnionType
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response

from tests.demo.twin import SHARED, Twin, opened

SCHEMAS = SHARED / "shopify" / "webhooks" / "2026-07"


class Inbox:
    """The app at the other end; `answers` are the statuses it gives, then 200."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.app = FastAPI()

        @self.app.post("/webhooks/shopify/{brand}")
        async def take(brand: str, request: Request) -> Response:
            self.got.append(({**request.headers, "brand": brand}, await request.body()))
            return Response(status_code=self.answers.pop(0) if self.answers else 200)

    @property
    def topics(self) -> list[str]:
        return [headers["x-shopify-topic"] for headers, _ in self.got]

    def bodies(self, topic: str) -> list[dict[str, Any]]:
        return [json.loads(body) for headers, body in self.got if headers["x-shopify-topic"] == topic]


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def heard(inbox: Inbox) -> AsyncIterator[Twin]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=inbox.app)) as http:
        address = "http://app.test/webhooks/shopify/{brand}"
        async with opened(http=http, webhook_address=address, webhook_backoff=(0.0, 0.0)) as twin:
            yield twin


async def test_shipping_a_part_tells_of_the_parcel_and_the_order(heard: Twin, inbox: Inbox) -> None:
    await heard.happens("#1", "ship", sku="TOTE")
    await heard.state.settle()
    assert inbox.topics == ["fulfillments/create", "orders/partially_fulfilled", "orders/updated"]
    order = heard.shop.order("#1")
    assert order is not None
    (body,) = inbox.bodies("orders/updated")
    assert (body["id"], body["admin_graphql_api_id"], body["fulfillment_status"]) == (order.number, order.gid, "partial")
    assert inbox.bodies("fulfillments/create")[0]["order_id"] == order.number


@pytest.mark.parametrize(
    ("order", "verbs", "topic"),
    [
        ("#1", ["hold"], "fulfillment_orders/placed_on_hold"),
        ("#2", ["release"], "fulfillment_orders/hold_released"),
        ("#1", ["request"], "fulfillment_orders/fulfillment_request_submitted"),
        ("#3", ["accept"], "fulfillment_orders/fulfillment_request_accepted"),
        ("#3", ["reject"], "fulfillment_orders/fulfillment_request_rejected"),
        ("#1", ["request", "accept", "request_cancellation"], "fulfillment_orders/cancellation_request_submitted"),
        ("#1", ["request", "accept", "request_cancellation", "accept"], "fulfillment_orders/cancellation_request_accepted"),
        ("#1", ["request", "accept", "request_cancellation", "reject"], "fulfillment_orders/cancellation_request_rejected"),
        ("#1", ["pick"], "fulfillment_orders/progress_reported"),
        ("#2", ["cancel"], "orders/cancelled"),
        ("#1", ["ship"], "orders/fulfilled"),
        ("#1", ["deliver"], "fulfillments/update"),
    ],
)
async def test_every_change_is_told(heard: Twin, inbox: Inbox, order: str, verbs: list[str], topic: str) -> None:
    for verb in verbs:
        await heard.happens(order, verb)
    await heard.state.settle()
    assert topic in inbox.topics
    assert inbox.topics[-1] == "orders/updated"


async def test_a_webhook_is_signed_and_numbered(heard: Twin, inbox: Inbox) -> None:
    await heard.happens("#1", "pick")
    await heard.state.settle()
    headers, body = inbox.got[0]
    signed = base64.b64encode(hmac.new(b"read-secret", body, hashlib.sha256).digest()).decode()
    assert headers["x-shopify-hmac-sha256"] == signed
    assert headers["x-shopify-shop-domain"] == "northbay.myshopify.com"
    assert headers["x-shopify-api-version"] == "2026-07"
    assert headers["x-shopify-triggered-at"] == "2026-11-20T14:00:00+00:00"
    assert headers["brand"] == "northbay"
    assert len({h["x-shopify-webhook-id"] for h, _ in inbox.got}) == len(inbox.got)


async def test_a_delivery_that_fails_is_tried_again_with_the_same_id(heard: Twin, inbox: Inbox) -> None:
    inbox.answers = [500, 503]
    await heard.happens("#1", "pick")
    await heard.state.settle()
    ids = [headers["x-shopify-webhook-id"] for headers, _ in inbox.got]
    assert ids[0] == ids[1] == ids[2] != ids[3]
    assert [each["attempts"] for each in await heard.sim("/webhooks/deliveries", "GET")] == [3, 1]


async def test_a_delivery_is_given_up_in_the_end(heard: Twin, inbox: Inbox) -> None:
    inbox.answers = [500] * 3
    await heard.happens("#1", "pick")
    await heard.state.settle()
    assert [(each["status"], each["attempts"]) for each in heard.state.deliveries] == [(500, 3), (200, 1)]


async def test_the_post_can_deliver_twice_out_of_order_or_not_at_all(heard: Twin, inbox: Inbox) -> None:
    await heard.sim("/webhooks/plan", duplicates=True)
    await heard.happens("#1", "pick")
    await heard.state.settle()
    assert inbox.topics == ["fulfillment_orders/progress_reported"] * 2 + ["orders/updated"] * 2
    assert inbox.got[0][0]["x-shopify-webhook-id"] == inbox.got[1][0]["x-shopify-webhook-id"]
    inbox.got.clear()
    await heard.sim("/webhooks/plan", reorder=True)
    await heard.happens("#1", "open")
    await heard.happens("#1", "pick")
    await heard.state.settle()
    assert inbox.topics[-2:] == ["orders/updated", "fulfillment_orders/progress_reported"]
    inbox.got.clear()
    await heard.sim("/webhooks/plan", lose=0.5)
    await heard.happens("#1", "ship")
    await heard.state.settle()
    assert inbox.topics == ["fulfillments/create", "orders/updated"]


async def test_the_post_can_pause(heard: Twin, inbox: Inbox) -> None:
    await heard.sim("/webhooks/plan", paused=True)
    await heard.happens("#1", "pick")
    assert inbox.got == []
    assert (await heard.sim("/webhooks/plan", paused=False))["flushed"] == 2
    await heard.state.settle()
    assert len(inbox.got) == 2


async def test_an_app_subscribes_to_a_topic_with_chosen_fields(inbox: Inbox) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=inbox.app)) as http, opened(http=http) as twin:
        query = """mutation M($topic: WebhookSubscriptionTopic!, $s: WebhookSubscriptionInput!) {
          webhookSubscriptionCreate(topic: $topic, webhookSubscription: $s) {
            webhookSubscription { topic uri } userErrors { field message } } }"""
        wanted = {"uri": "http://app.test/webhooks/shopify/x", "includeFields": ["id", "updated_at"]}
        made = (await twin.data(query, {"topic": "ORDERS_UPDATED", "s": wanted}))["webhookSubscriptionCreate"]
        assert made == {"webhookSubscription": {"topic": "ORDERS_UPDATED", "uri": wanted["uri"]}, "userErrors": []}
        again = (await twin.data(query, {"topic": "ORDERS_UPDATED", "s": wanted}))["webhookSubscriptionCreate"]
        assert again["userErrors"] == [
            {"field": ["webhookSubscription", "uri"], "message": "Address for this topic has already been taken"}
        ]
        listed = await twin.data("{ webhookSubscriptions(first: 5) { nodes { topic includeFields } } }")
        assert listed["webhookSubscriptions"]["nodes"] == [{"topic": "ORDERS_UPDATED", "includeFields": ["id", "updated_at"]}]
        await twin.happens("#1", "pick")
        await twin.state.settle()
    assert inbox.topics == ["orders/updated"]
    assert set(inbox.bodies("orders/updated")[0]) == {"id", "updated_at"}


async def test_the_control_api_subscribes_too(inbox: Inbox) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=inbox.app)) as http, opened(http=http) as twin:
        await twin.sim("/webhooks", address="http://app.test/webhooks/shopify/x", topics=["fulfillment_orders/progress_reported"])
        await twin.happens("#1", "pick")
        await twin.state.settle()
        assert inbox.topics == ["fulfillment_orders/progress_reported"]
        await twin.sim("/webhooks", "DELETE")
        await twin.happens("#1", "open")
        await twin.state.settle()
    assert len(inbox.got) == 1


def unlike(schema: dict[str, Any], value: Any, place: str = "") -> list[str]:
    """Where a body lacks a required key or has a value of another type. The schemas were inferred from samples: null is let pass."""
    kinds: dict[str, type | UnionType] = {
        "string": str,
        "integer": int,
        "boolean": bool,
        "object": dict,
        "array": list,
        "number": int | float,
    }
    if value is None or "type" not in schema:
        return []
    named = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if named != ["null"] and not isinstance(value, tuple(kinds[kind] for kind in named if kind != "null")):
        return [f"{place}: {type(value).__name__} is not {schema['type']}"]
    found = []
    if isinstance(value, dict):
        found += [f"{place}.{key} is missing" for key in schema.get("required", []) if key not in value]
        for key, inner in schema.get("properties", {}).items():
            found += unlike(inner, value.get(key), f"{place}.{key}")
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        for index, item in enumerate(value):
            found += unlike(schema["items"], item, f"{place}[{index}]")
    return found


@pytest.mark.data
@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the shared data is not here")
async def test_every_body_has_the_form_of_the_published_samples(heard: Twin, inbox: Inbox) -> None:
    for order, verbs in {
        "#1": ["hold", "release", "remove", "request", "accept", "request_cancellation", "reject", "ship", "deliver"],
        "#2": ["cancel"],
        "#3": ["request", "accept", "accept", "pick"],
    }.items():
        for verb in verbs:
            given = {"sku": "S-BL-M"} if verb == "remove" else {}
            await heard.client.post(f"/__sim/orders/{order[1:]}/{verb}", json=given)
    await heard.sim("/orders", name="#78", customer="ana", createdAt="2026-11-20T14:59:00+01:00", lines=[{"sku": "TOTE", "quantity": 2}])
    await heard.happens("#78", "ship", quantity=1)
    await heard.state.settle()
    checked = set()
    for topic in sorted(set(inbox.topics)):
        file = SCHEMAS / f"{topic}.schema.json"
        if not file.is_file():
            continue
        schema = json.loads(file.read_text(encoding="utf-8"))
        for body in inbox.bodies(topic):
            assert unlike(schema, body, topic) == []
        checked.add(topic)
    assert len(checked) >= 12
