"""What happens to an order through the control API."""

from typing import Any

import pytest

from tests.demo.twin import Twin


def states(order: dict[str, Any]) -> list[tuple[str, str, dict[str, int]]]:
    return [(each["status"], each["request_status"], each["units"]) for each in order["fulfillment_orders"]]


async def test_a_part_of_a_line_ships_and_arrives(twin: Twin) -> None:
    order = await twin.happens("#1", "ship", sku="TOTE", quantity=1, tracking={"company": "UPS", "number": "1Z"})
    assert states(order)[0] == ("OPEN", "UNSUBMITTED", {"S-BL-M": 1, "TOTE": 0})
    assert order["parcels"][-1] == {"status": "IN_TRANSIT", "tracking": ["1Z"], "units": {"TOTE": 1}}
    order = await twin.happens("#1", "deliver", number="1Z")
    assert [parcel["status"] for parcel in order["parcels"]] == ["IN_TRANSIT", "DELIVERED"]


async def test_shipping_the_rest_closes_the_order(twin: Twin) -> None:
    order = await twin.happens("1", "ship")
    assert order["fulfillment"] == "FULFILLED"
    assert {status for status, _, _ in states(order)} == {"CLOSED"}
    assert (await twin.order("#1", "closed"))["closed"] is True


async def test_what_is_held_or_scheduled_does_not_ship(twin: Twin) -> None:
    answer = await twin.client.post("/__sim/orders/2/ship")
    assert answer.status_code == 409
    assert answer.json() == {"error": "there are not any units left to move in #2: held, scheduled or gone"}


async def test_a_hold_on_one_line_splits_the_fulfilment_order(twin: Twin) -> None:
    order = await twin.happens("#1", "hold", sku="S-BL-M", reason="OTHER", handle="deskbell")
    assert states(order) == [
        ("ON_HOLD", "UNSUBMITTED", {"S-BL-M": 1}),
        ("CLOSED", "UNSUBMITTED", {"TOTE": 0}),
        ("OPEN", "UNSUBMITTED", {"TOTE": 1}),
    ]
    assert (await twin.client.post("/__sim/orders/1/hold", json={"sku": "S-BL-M", "handle": "deskbell"})).status_code == 409
    order = await twin.happens("#1", "release", handle="deskbell")
    assert states(order)[0] == ("OPEN", "UNSUBMITTED", {"S-BL-M": 1})


async def test_a_third_party_is_asked_accepts_and_is_asked_to_stop(twin: Twin) -> None:
    assert states(await twin.happens("#1", "request"))[0][:2] == ("OPEN", "SUBMITTED")
    assert states(await twin.happens("#1", "accept"))[0][:2] == ("IN_PROGRESS", "ACCEPTED")
    asked = await twin.happens("#1", "request_cancellation")
    assert states(asked)[0][:2] == ("IN_PROGRESS", "ACCEPTED")
    assert asked["fulfillment_orders"][0]["requests"] == ["FULFILLMENT_REQUEST", "CANCELLATION_REQUEST"]
    done = await twin.happens("#1", "accept")
    assert states(done)[0] == ("CLOSED", "CANCELLATION_ACCEPTED", {"S-BL-M": 0, "TOTE": 0})


async def test_a_third_party_says_no(twin: Twin) -> None:
    await twin.happens("#1", "request")
    assert states(await twin.happens("#1", "reject"))[0][:2] == ("OPEN", "REJECTED")
    await twin.happens("#1", "request")
    await twin.happens("#1", "accept")
    await twin.happens("#1", "request_cancellation")
    assert states(await twin.happens("#1", "reject"))[0][:2] == ("IN_PROGRESS", "CANCELLATION_REJECTED")
    assert states(await twin.happens("#1", "give_up"))[0][:2] == ("INCOMPLETE", "CLOSED")


async def test_somebody_picks_and_stops_picking(twin: Twin) -> None:
    assert states(await twin.happens("#1", "pick"))[0][:2] == ("IN_PROGRESS", "UNSUBMITTED")
    assert states(await twin.happens("#1", "open"))[0][:2] == ("OPEN", "UNSUBMITTED")


async def test_removing_a_paid_unit_moves_no_money(twin: Twin) -> None:
    order = await twin.happens("#1", "remove", sku="S-BL-M")
    assert order["lines"][0] == {"sku": "S-BL-M", "quantity": 1, "current": 0, "unfulfilled": 0}
    shown = await twin.order("#1", "edited totalOutstandingSet { shopMoney { amount } } totalPriceSet { shopMoney { amount } }")
    assert (shown["edited"], shown["totalOutstandingSet"]["shopMoney"]["amount"]) == (True, "-59.0")
    assert shown["totalPriceSet"]["shopMoney"]["amount"] == "138.9"


async def test_an_order_is_cancelled_with_its_money(twin: Twin) -> None:
    cancelled = await twin.happens("#2", "cancel")
    assert (cancelled["financial"], {status for status, _, _ in states(cancelled)}) == ("REFUNDED", {"CLOSED"})
    assert all(line["current"] == 0 for line in cancelled["lines"])
    answer = await twin.client.post("/__sim/orders/2/cancel")
    assert answer.json() == {"error": "Cannot cancel an order that has already been canceled"}


async def test_an_order_that_has_shipped_in_part_is_not_cancelled(twin: Twin) -> None:
    answer = await twin.client.post("/__sim/orders/1/cancel")
    assert (answer.status_code, answer.json()) == (409, {"error": "Cannot cancel an order that has outstanding fulfillments"})


async def test_the_clock_moves_only_when_it_is_moved(twin: Twin) -> None:
    assert await twin.sim("/clock", "GET") == {"now": "2026-11-20T14:00:00+00:00", "mode": "frozen"}
    assert (await twin.sim("/clock", advance_seconds=3600))["now"] == "2026-11-20T15:00:00+00:00"
    assert (await twin.sim("/clock", now="2026-12-01T00:00:00+01:00"))["now"] == "2026-11-30T23:00:00+00:00"
    assert (await twin.sim("/clock", mode="running"))["mode"] == "running"


async def test_reset_brings_the_first_world_and_its_moment_back(twin: Twin) -> None:
    await twin.happens("#1", "ship")
    await twin.sim("/clock", advance_seconds=60)
    await twin.sim("/reset")
    assert (await twin.sim("/orders/1", "GET"))["fulfillment"] == "PARTIALLY_FULFILLED"
    assert (await twin.sim("/clock", "GET"))["now"] == "2026-11-20T14:00:00+00:00"


async def test_customers_products_and_orders_can_be_made(twin: Twin) -> None:
    await twin.sim("/customers", id="mia", name="Mia Example", email="mia@example.com")
    await twin.sim("/products", id="mug", title="Mug", variants=[{"sku": "MUG", "price": "12.00", "stock": 3}])
    made = await twin.sim(
        "/orders", name="#77", customer="mia", createdAt="2026-11-20T14:59:00+01:00", lines=[{"sku": "MUG", "state": "packing"}]
    )
    assert states(made) == [("IN_PROGRESS", "UNSUBMITTED", {"MUG": 1})]
    query = "query Q($e: String!) { customerByIdentifier(identifier: {emailAddress: $e}) { orders(first: 1) { nodes { name } } } }"
    data = await twin.data(query, {"e": "MIA@example.com"})
    assert data["customerByIdentifier"]["orders"]["nodes"] == [{"name": "#77"}]


@pytest.mark.parametrize(
    ("path", "given", "status", "said"),
    [
        (
            "/orders",
            {"name": "#9", "createdAt": "2026-11-20T14:59:00Z", "lines": [{"sku": "NO"}]},
            422,
            'orders[8].lines[0].sku: no variant "NO"',
        ),
        ("/orders/99/ship", {}, 404, "no order '99' in northbay"),
        ("/orders/1/explode", {}, 404, "no verb 'explode'"),
        ("/shops/nowhere/orders/1/ship", {}, 404, "no shop 'nowhere'"),
        ("/customers/nobody/login", {}, 404, "no customer 'nobody'"),
        ("/orders/1/ship", {"skuu": "X"}, 422, "skuu"),
    ],
)
async def test_the_control_api_says_what_is_wrong(twin: Twin, path: str, given: dict[str, Any], status: int, said: str) -> None:
    answer = await twin.client.post(f"/__sim{path}", json=given)
    assert answer.status_code == status
    assert said in answer.json()["error"]


async def test_a_login_opens_a_session(twin: Twin) -> None:
    told = await twin.sim("/customers/ana/login")
    assert twin.state.sessions[told["session"]].customer == int(told["customer"])
