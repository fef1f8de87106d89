"""From Shopify's words to where each unit is: the table of fulfilment orders, one row a test."""

import json
from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shop.order import CancellationRequest, DeliveryMethod, Financial, LineState, Order
from shop.shopify.payload import order_from

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
LINE = "gid://shopify/LineItem/1"
PAGE = {"hasNextPage": False}


def whole(*nodes: Any) -> dict[str, Any]:
    return {"nodes": list(nodes), "pageInfo": PAGE}


def warehouse(status: str = "OPEN", request: str = "UNSUBMITTED", remaining: int = 2, **more: Any) -> dict[str, Any]:
    return {
        "status": status,
        "requestStatus": request,
        "fulfillAt": None,
        "supportedActions": [],
        "fulfillmentHolds": [],
        "deliveryMethod": {"methodType": "SHIPPING"},
        "merchantRequests": {"nodes": []},
        "lineItems": whole({"remainingQuantity": remaining, "lineItem": {"id": LINE}}),
        **more,
    }


def parcel(quantity: int, shown: str = "IN_TRANSIT", **more: Any) -> dict[str, Any]:
    return {
        "status": "SUCCESS",
        "displayStatus": shown,
        "createdAt": "2026-11-20T12:00:00Z",
        "inTransitAt": None,
        "deliveredAt": None,
        "trackingInfo": [{"company": "Colissimo", "number": "6A1", "url": "https://track.example.com/6A1"}],
        "fulfillmentLineItems": whole({"quantity": quantity, "lineItem": {"id": LINE}}),
        **more,
    }


def payload(*warehouses: Any, parcels: tuple[Any, ...] = (), unfulfilled: int | None = 2, current: int = 2, **more: Any) -> dict[str, Any]:
    entry = {
        "id": LINE,
        "title": "Linen shirt",
        "variantTitle": "Blue / M",
        "quantity": 2,
        "currentQuantity": current,
        "unfulfilledQuantity": unfulfilled,
        "merchantEditable": True,
        "requiresShipping": True,
        "isGiftCard": False,
        "customAttributes": [{"key": "Engraving", "value": "For Mia"}],
        "product": {"id": "gid://shopify/Product/1", "productType": "Shirts", "tags": ["summer"]},
        "variant": {
            "id": "gid://shopify/ProductVariant/1",
            "requiresComponents": False,
            "selectedOptions": [{"name": "Size", "value": "M"}],
        },
    }
    return {
        "id": "gid://shopify/Order/1042",
        "name": "#1042",
        "createdAt": "2026-11-20T13:40:00Z",
        "cancelledAt": None,
        "displayFinancialStatus": "PAID",
        "returnStatus": "NO_RETURN",
        "merchantEditable": True,
        "currencyCode": "EUR",
        "currentTotalPriceSet": {"presentmentMoney": {"amount": "118.0", "currencyCode": "EUR"}},
        "app": {"id": "gid://shopify/App/1", "name": "Online Store"},
        "customer": {"id": "gid://shopify/Customer/1", "tags": ["vip"]},
        "shippingAddress": {"countryCodeV2": "FR"},
        "lineItems": whole(entry),
        "fulfillmentOrders": whole(*warehouses),
        "fulfillments": list(parcels),
        **more,
    }


def read(told: dict[str, Any]) -> Order:
    order = order_from(told, read_at=NOW, parcels_asked=10)
    assert order is not None
    return order


def states(told: dict[str, Any]) -> list[tuple[LineState, int]]:
    return [(part.state, part.quantity) for part in read(told).lines[0].units]


@pytest.mark.parametrize(
    ("status", "request_status", "state"),
    [
        ("OPEN", "UNSUBMITTED", LineState.OPEN),
        ("OPEN", "SUBMITTED", LineState.REQUESTED),
        ("OPEN", "REJECTED", LineState.OPEN),
        ("IN_PROGRESS", "UNSUBMITTED", LineState.PACKING),
        ("IN_PROGRESS", "ACCEPTED", LineState.ACCEPTED),
        ("IN_PROGRESS", "CANCELLATION_REQUESTED", LineState.ACCEPTED),
        ("IN_PROGRESS", "CANCELLATION_REJECTED", LineState.ACCEPTED),
        ("ON_HOLD", "UNSUBMITTED", LineState.HELD),
        ("SCHEDULED", "UNSUBMITTED", LineState.SCHEDULED),
        ("INCOMPLETE", "CLOSED", LineState.PACKING),
        ("CLOSED", "CANCELLATION_ACCEPTED", LineState.UNKNOWN),
        ("CLOSED", "UNSUBMITTED", LineState.UNKNOWN),
        ("CANCELLED", "UNSUBMITTED", LineState.UNKNOWN),
        ("OPEN", "CLOSED", LineState.UNKNOWN),
        ("SCHEDULED", "SUBMITTED", LineState.UNKNOWN),
        ("ON_HOLD", "ACCEPTED", LineState.UNKNOWN),
        ("NEW_IN_2027", "UNSUBMITTED", LineState.UNKNOWN),
        ("OPEN", "NEW_IN_2027", LineState.UNKNOWN),
    ],
)
def test_each_row_of_the_fulfilment_order_table(status: str, request_status: str, state: LineState) -> None:
    assert states(payload(warehouse(status, request_status))) == [(state, 2)]


def test_what_no_fulfilment_order_covers_is_unknown() -> None:
    assert states(payload(warehouse(remaining=1))) == [(LineState.OPEN, 1), (LineState.UNKNOWN, 1)]
    assert states(payload()) == [(LineState.UNKNOWN, 2)]


def test_figures_that_contradict_each_other_make_the_line_unknown() -> None:
    assert states(payload(warehouse(remaining=3))) == [(LineState.UNKNOWN, 2)]
    assert states(payload(warehouse(), unfulfilled=None)) == [(LineState.UNKNOWN, 2)]
    assert states(payload(warehouse(), unfulfilled=5)) == [(LineState.UNKNOWN, 2)]


def test_a_line_may_be_in_several_places() -> None:
    told = payload(warehouse(remaining=1), parcels=(parcel(1),), unfulfilled=1)
    assert states(told) == [(LineState.OPEN, 1), (LineState.IN_TRANSIT, 1)]
    assert read(told).lines[0].units[1].tracking[0].number == "6A1"
    split = payload(warehouse(remaining=1), warehouse("IN_PROGRESS", "ACCEPTED", 1))
    assert states(split) == [(LineState.OPEN, 1), (LineState.ACCEPTED, 1)]


def test_a_closed_fulfilment_order_with_a_remainder_counts_for_nothing() -> None:
    assert states(payload(warehouse("CLOSED", remaining=2), warehouse())) == [(LineState.OPEN, 2)]


@pytest.mark.parametrize(
    ("shown", "more", "state"),
    [
        ("IN_TRANSIT", {}, LineState.IN_TRANSIT),
        ("FULFILLED", {}, LineState.IN_TRANSIT),
        ("NEW_IN_2027", {}, LineState.IN_TRANSIT),
        ("DELIVERED", {}, LineState.DELIVERED),
        ("PICKED_UP", {}, LineState.DELIVERED),
        ("IN_TRANSIT", {"deliveredAt": "2026-11-20T13:00:00Z"}, LineState.DELIVERED),
        ("READY_FOR_PICKUP", {}, LineState.READY_FOR_PICKUP),
        ("IN_TRANSIT", {"status": "CANCELLED"}, LineState.UNKNOWN),
    ],
)
def test_what_a_parcel_says(shown: str, more: dict[str, Any], state: LineState) -> None:
    assert states(payload(parcels=(parcel(2, shown, **more),), unfulfilled=0)) == [(state, 2)]


def test_of_a_line_partly_given_back_what_arrived_is_what_came_back() -> None:
    told = payload(parcels=(parcel(1, "DELIVERED"), parcel(1)), unfulfilled=0, current=1)
    assert states(told) == [(LineState.IN_TRANSIT, 1), (LineState.REMOVED, 1)]


def test_a_cancellation_on_file_does_not_show_in_the_status() -> None:
    asked = warehouse("IN_PROGRESS", "ACCEPTED", merchantRequests={"nodes": [{"sentAt": "2026-11-20T13:50:00Z"}]})
    [told] = read(payload(asked)).lines[0].units
    assert (told.cancellation, told.asked_at) == (CancellationRequest.REQUESTED, datetime(2026, 11, 20, 13, 50, tzinfo=UTC))
    [no] = read(payload(warehouse("IN_PROGRESS", "CANCELLATION_REJECTED"))).lines[0].units
    assert no.cancellation is CancellationRequest.REJECTED


def test_a_warehouse_that_lists_no_cancellation_takes_none() -> None:
    takes = warehouse("IN_PROGRESS", "ACCEPTED", supportedActions=[{"action": "REQUEST_CANCELLATION"}])
    assert read(payload(takes)).lines[0].units[0].takes_cancellation
    assert not read(payload(warehouse("IN_PROGRESS", "ACCEPTED"))).lines[0].units[0].takes_cancellation
    untold = warehouse("IN_PROGRESS", "ACCEPTED", supportedActions=None)
    assert read(payload(untold)).lines[0].units[0].takes_cancellation


@pytest.mark.parametrize(
    ("hold", "ours"),
    [
        ({"reason": "OTHER", "handle": "deskbell"}, True),
        ({"reason": "OTHER", "handle": "deskbell-1042"}, True),
        ({"reason": "OTHER", "handle": "deskbells"}, False),
        ({"reason": "OTHER", "handle": None, "heldByRequestingApp": True}, True),
        ({"reason": "HIGH_RISK_OF_FRAUD", "handle": None}, False),
    ],
)
def test_whose_hold_it_is(hold: dict[str, Any], ours: bool) -> None:
    [told] = read(payload(warehouse("ON_HOLD", fulfillmentHolds=[hold]))).lines[0].units
    assert told.holds[0].ours is ours


@pytest.mark.parametrize(
    ("method", "delivery"),
    [
        ({"methodType": "PICK_UP"}, DeliveryMethod.PICK_UP),
        (None, DeliveryMethod.SHIPPING),
        ({"methodType": "DRONE"}, DeliveryMethod.UNKNOWN),
    ],
)
def test_how_it_is_delivered(method: Any, delivery: DeliveryMethod) -> None:
    order = read(payload(warehouse(deliveryMethod=method)))
    assert (order.delivery, order.lines[0].units[0].delivery) == (delivery, delivery)


def test_a_further_page_anywhere_makes_the_read_incomplete() -> None:
    more = {"hasNextPage": True}
    for place in ("lineItems", "fulfillmentOrders"):
        told = deepcopy(payload(warehouse()))
        told[place]["pageInfo"] = more
        assert not read(told).complete
    inside = warehouse()
    inside["lineItems"]["pageInfo"] = more
    assert not read(payload(inside)).complete
    boxed = parcel(2)
    boxed["fulfillmentLineItems"]["pageInfo"] = more
    assert not read(payload(parcels=(boxed,), unfulfilled=0)).complete
    assert not read(payload(parcels=(parcel(2),) * 10, unfulfilled=0)).complete
    assert read(payload(warehouse())).complete


def test_what_is_withheld_stays_missing_and_unlocks_nothing() -> None:
    told = payload(warehouse())
    for name in ("displayFinancialStatus", "merchantEditable", "shippingAddress", "app", "fulfillmentOrders", "returnStatus"):
        told[name] = None
    order = read(told)
    assert (order.financial, order.merchant_editable, order.country, order.address) == (Financial.UNKNOWN, False, None, None)
    assert not order.complete
    assert order.lines[0].units[0].state is LineState.UNKNOWN
    deleted = payload(warehouse())
    deleted["lineItems"]["nodes"][0]["product"] = None
    assert read(deleted).lines[0].product is None


def test_what_makes_an_order_unusual_is_told() -> None:
    order = read(
        payload(
            warehouse(),
            app={"name": "Importer"},
            risk={"recommendation": "INVESTIGATE"},
            disputes=[{"id": "1", "status": "WON"}],
            purchasingEntity={"__typename": "PurchasingCompany"},
            returnStatus="RETURN_REQUESTED",
        )
    )
    assert (order.other_app, order.risky, order.disputed, order.b2b, order.return_status) == (True, True, True, True, "RETURN_REQUESTED")
    plain = read(payload(warehouse()))
    assert (plain.other_app, plain.risky, plain.disputed, plain.b2b) == (False, False, False, False)
    assert (plain.total.amount if plain.total else None, plain.customer_tags) == (Decimal("118.0"), frozenset({"vip"}))


def test_two_reads_of_one_state_have_one_version_and_a_change_has_another() -> None:
    first, again = read(payload(warehouse())), order_from(payload(warehouse()), read_at=NOW.replace(hour=20), parcels_asked=25)
    assert again is not None
    assert first.version == again.version != read(payload(warehouse("IN_PROGRESS"))).version


@pytest.mark.parametrize("told", [{}, {"id": None}, {"id": "gid://shopify/Order/1", "name": "#1", "createdAt": "yesterday"}])
def test_a_withheld_order_is_none(told: dict[str, Any]) -> None:
    assert order_from(told, read_at=NOW, parcels_asked=10) is None


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 9) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["nodes", "id", "pageInfo", "amount"]), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=150)
@given(st.data())
def test_no_shape_of_answer_breaks_the_reading_or_makes_a_line_open(data: st.DataObject) -> None:
    told = deepcopy(payload(warehouse("IN_PROGRESS"), parcels=(parcel(1),)))
    for name in data.draw(st.lists(st.sampled_from(sorted(told)), max_size=3)):
        if name not in ("id", "name", "createdAt"):
            told[name] = data.draw(anything)
    for inside in (told.get("lineItems"), told.get("fulfillmentOrders")):
        if isinstance(inside, dict) and isinstance(inside.get("nodes"), list) and inside["nodes"] and isinstance(inside["nodes"][0], dict):
            first = inside["nodes"][0]
            if first:
                first[data.draw(st.sampled_from(sorted(first)))] = data.draw(anything)
    order = order_from(told, read_at=NOW, parcels_asked=10)
    assert order is not None
    for line in order.lines:
        assert sum(part.quantity for part in line.units if part.state is not LineState.REMOVED) == line.quantity
        assert line.quantity_in(LineState.OPEN) == 0


@pytest.mark.data
def test_orders_of_another_shape_are_read_without_being_believed(shared: Path) -> None:
    shapes = json.loads((shared / "data/tau-retail/shopify_shape_examples.json").read_text(encoding="utf-8"))
    for told in shapes.values():
        order = read(told)
        assert not order.complete
        assert all(part.state is not LineState.OPEN for line in order.lines for part in line.units)
