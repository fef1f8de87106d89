"""The Admin API client against the twin: every state of a world file arrives as itself, cheaply, and faults stay faults."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from demo.shopify.app import make_app
from demo.world import world_from
from shop.order import CustomerId, LineState, Order
from shop.reading import ReadMeter, ShopRejected, ShopThrottled, ShopUnavailable
from shop.shopify.access import ClientCredentials
from shop.shopify.client import ReadClient
from shop.shopify.documents import read_document
from shop.shopify.reading import ShopifyReadShop
from shop.shopify.transport import new_http_client
from tests.contracts.test_read_shop import WORLD

AT = "2026-11-20T14:30:00+01:00"
STATES: dict[str, tuple[dict[str, Any], LineState]] = {
    "open": ({"state": "open"}, LineState.OPEN),
    "held": ({"state": "held", "reason": "OTHER", "handle": "deskbell"}, LineState.HELD),
    "scheduled": ({"state": "scheduled", "at": "2026-12-15T09:00:00+01:00"}, LineState.SCHEDULED),
    "requested": ({"state": "requested", "warehouse": "North Depot"}, LineState.REQUESTED),
    "accepted": ({"state": "accepted", "warehouse": "North Depot"}, LineState.ACCEPTED),
    "rejected": ({"state": "accepted", "cancel": "rejected", "warehouse": "North Depot"}, LineState.ACCEPTED),
    "packing": ({"state": "packing"}, LineState.PACKING),
    "incomplete": ({"state": "incomplete", "warehouse": "North Depot"}, LineState.PACKING),
    "ready": ({"state": "ready_for_pickup", "at": AT}, LineState.READY_FOR_PICKUP),
    "shipped": ({"state": "shipped", "at": AT, "tracking": {"company": "Colissimo", "number": "6A1"}}, LineState.IN_TRANSIT),
    "delivered": ({"state": "delivered", "at": AT}, LineState.DELIVERED),
    "unlisted": ({"state": "unlisted"}, LineState.UNKNOWN),
}


def world(*orders: dict[str, Any]) -> dict[str, Any]:
    placed = {"customer": "ana", "createdAt": "2026-11-20T14:00:00+01:00"}
    return {**WORLD, "orders": [{"name": f"#{2000 + place}", **placed, **given} for place, given in enumerate(orders)]}


@dataclass
class Twin:
    shop: ShopifyReadShop
    client: ReadClient
    app: FastAPI
    ana: CustomerId

    async def only(self, meter: ReadMeter) -> Order:
        return (await self.shop.orders_of(self.ana, meter)).orders[0]

    async def plan(self, **fault: Any) -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://127.0.0.1") as control:
            (await control.post("/__sim/faults", json=fault)).raise_for_status()


async def no_pause(seconds: float) -> None:
    return None


@pytest.fixture
async def twin(request: pytest.FixtureRequest) -> AsyncIterator[Twin]:
    app = make_app([world_from(getattr(request, "param", None) or world({"lines": [{"sku": "S-M", "quantity": 1, "state": "open"}]}))])
    async with new_http_client(transport=httpx.ASGITransport(app)) as http:
        base = "http://127.0.0.1/shops/northbay"
        client = ReadClient(http, base, ClientCredentials(http, base, "deskbell-read", "read-secret", time.monotonic), sleep=no_pause)
        shop = ShopifyReadShop(client, "EUR", lambda: datetime(2026, 11, 20, 14, tzinfo=UTC))
        found = await shop.customer_by_email("ana.torres@example.com", ReadMeter())
        assert found is not None
        yield Twin(shop, client, app, found.id)


@pytest.mark.parametrize(
    ("twin", "state"),
    [(world({"lines": [{"sku": "S-M", "quantity": 2, **given}]}), state) for given, state in STATES.values()],
    indirect=["twin"],
    ids=STATES,
)
async def test_each_state_of_a_world_arrives_as_itself(twin: Twin, state: LineState) -> None:
    order = await twin.only(ReadMeter())
    assert [(part.state, part.quantity) for part in order.lines[0].units] == [(state, 2)]
    assert order.complete


@pytest.mark.parametrize("twin", [world(*[{"lines": [{"sku": "S-M", "quantity": 1, "state": "open"}] * 10}] * 4)], indirect=True)
async def test_a_turn_stays_within_its_points(twin: Twin) -> None:
    meter = ReadMeter()
    recent = await twin.shop.orders_of(twin.ana, meter)
    assert (len(recent.orders), meter.queries) == (3, 1)
    assert meter.cost <= 200
    assert await twin.shop.order_named(twin.ana, "2000", meter) is not None
    assert (meter.queries, meter.cost <= 400) == (2, True)


@pytest.mark.parametrize("twin", [world({"lines": [{"sku": "S-M", "quantity": 1, "state": "open"}] * 12})], indirect=True)
async def test_an_order_of_many_lines_is_read_again_alone(twin: Twin) -> None:
    meter = ReadMeter()
    first = await twin.only(meter)
    assert not first.complete
    whole = await twin.shop.order(twin.ana, first.id, meter)
    assert whole is not None
    assert (whole.complete, len(whole.lines)) == (True, 12)
    assert (meter.queries, meter.cost <= 400) == (2, True)


async def test_questions_side_by_side_fetch_one_key(twin: Twin) -> None:
    meters = [ReadMeter() for _ in range(5)]
    found = await asyncio.gather(*(twin.only(meter) for meter in meters))
    assert len({order.version for order in found}) == 1


@pytest.mark.parametrize("kind", ["http_500", "http_503", "http_429", "reset", "malformed", "half_json", "throttled", "internal_error"])
async def test_one_fault_is_ridden_out_and_a_lasting_one_is_told(twin: Twin, kind: str) -> None:
    await twin.plan(kind=kind, operation="ShopperOrders", times=1, seconds=0)
    assert (await twin.only(ReadMeter())).name == "#2000"
    await twin.plan(kind=kind, operation="ShopperOrders", seconds=0)
    meter = ReadMeter()
    with pytest.raises(ShopUnavailable):
        await twin.only(meter)
    assert meter.queries <= 3


async def test_a_shop_that_hangs_is_waited_for_three_seconds_at_most(twin: Twin) -> None:
    await twin.plan(kind="hang", operation="ShopperOrders", seconds=30)
    twin.client.total = 0.3
    meter = ReadMeter()
    with pytest.raises(ShopUnavailable):
        await twin.only(meter)
    assert meter.waited_ms < 1000


async def test_the_limit_of_a_standard_store_is_never_overrun(twin: Twin) -> None:
    """Ten reads empty the bucket; the eleventh waits or is told so, and Shopify never has to say THROTTLED."""
    for _ in range(14):
        try:
            await twin.only(ReadMeter())
        except ShopThrottled:
            continue
    told = [entry for entry in twin.app.state.twin.requests if "THROTTLED" in entry["errors"]]
    assert told == []


async def test_the_agents_key_opens_no_other_shop_and_no_other_app(twin: Twin) -> None:
    twin.client.tokens = ClientCredentials(twin.client.http, twin.client.base_url, "deskbell-read", "wrong", time.monotonic)
    with pytest.raises(ShopRejected):
        await twin.only(ReadMeter())


async def test_what_the_app_may_read_and_the_brands_own_policies_can_be_asked(twin: Twin) -> None:
    for name in ("shop", "shop_policies"):
        answer = await twin.client.ask(read_document(name), {}, ReadMeter())
        assert answer.data["shop"] is not None
