"""Every line state of a world file, as Shopify shows it."""

from typing import Any

import pytest

from tests.demo.twin import Twin

FULFILMENT = """
  displayFulfillmentStatus displayFinancialStatus returnStatus merchantEditable merchantEditableErrors closed cancelledAt
  lineItems(first: 20) { nodes { id sku quantity currentQuantity unfulfilledQuantity nonFulfillableQuantity merchantEditable isGiftCard } }
  fulfillmentOrders(first: 20, displayable: true) { nodes {
    status requestStatus fulfillAt supportedActions { action }
    fulfillmentHolds { reason handle heldByRequestingApp }
    deliveryMethod { methodType }
    assignedLocation { name location { isFulfillmentService fulfillmentService { type } } }
    merchantRequests(first: 5, kind: CANCELLATION_REQUEST) { nodes { kind sentAt } }
    lineItems(first: 20) { nodes { totalQuantity remainingQuantity lineItem { sku } } }
  } }
  fulfillments(first: 5) { name status displayStatus inTransitAt deliveredAt trackingInfo(first: 2) { company number }
    fulfillmentLineItems(first: 5) { nodes { quantity lineItem { sku } } } }
"""


def units(each: dict[str, Any]) -> dict[str, int]:
    return {line["lineItem"]["sku"]: line["remainingQuantity"] for line in each["lineItems"]["nodes"]}


def actions(each: dict[str, Any]) -> list[str]:
    return [action["action"] for action in each["supportedActions"]]


async def test_parts_of_a_line_stand_where_they_are(twin: Twin) -> None:
    order = await twin.order("#1", FULFILMENT)
    still, gone = order["fulfillmentOrders"]["nodes"]
    assert (still["status"], still["requestStatus"], units(still)) == ("OPEN", "UNSUBMITTED", {"S-BL-M": 1, "TOTE": 1})
    assert (gone["status"], units(gone)) == ("CLOSED", {"TOTE": 0})
    assert order["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    tote = order["lineItems"]["nodes"][1]
    assert (tote["quantity"], tote["currentQuantity"], tote["unfulfilledQuantity"]) == (3, 3, 1)
    (parcel,) = order["fulfillments"]
    assert (parcel["displayStatus"], parcel["trackingInfo"]) == ("IN_TRANSIT", [{"company": "Colissimo", "number": "6A1"}])
    assert parcel["inTransitAt"] == "2026-11-20T13:55:00Z"
    assert parcel["fulfillmentLineItems"]["nodes"] == [{"quantity": 2, "lineItem": {"sku": "TOTE"}}]


async def test_an_open_fulfilment_order_offers_what_was_recorded(twin: Twin) -> None:
    still, _ = (await twin.order("#1", FULFILMENT))["fulfillmentOrders"]["nodes"]
    assert actions(still) == ["CREATE_FULFILLMENT", "HOLD", "MOVE", "REPORT_PROGRESS", "SPLIT"]


async def test_holds_carry_reason_and_handle(twin: Twin) -> None:
    scheduled, ours, fraud = (await twin.order("#2", FULFILMENT))["fulfillmentOrders"]["nodes"]
    assert (scheduled["status"], scheduled["fulfillAt"]) == ("SCHEDULED", "2026-12-15T08:00:00Z")
    assert (ours["status"], ours["fulfillmentHolds"][0]["handle"]) == ("ON_HOLD", "deskbell")
    assert fraud["fulfillmentHolds"] == [{"reason": "HIGH_RISK_OF_FRAUD", "handle": None, "heldByRequestingApp": False}]
    assert actions(fraud) == ["HOLD", "MOVE", "RELEASE_HOLD"]


@pytest.mark.parametrize(("app", "secret", "mine"), [("deskbell-read", "read-secret", False), ("deskbell-hub", "hub-secret", True)])
async def test_our_hold_is_the_hub_apps_own_and_a_strangers_to_the_read_app(twin: Twin, app: str, secret: str, mine: bool) -> None:
    found = twin.shop.order("#2")
    assert found is not None
    query = f"query Q($id: ID!) {{ order(id: $id) {{ {FULFILMENT} }} }}"
    order = (await twin.data(query, {"id": found.gid}, token=await twin.token(app, secret)))["order"]
    assert order["fulfillmentOrders"]["nodes"][1]["fulfillmentHolds"][0]["heldByRequestingApp"] is mine


async def test_a_third_party_warehouse_goes_through_its_states(twin: Twin) -> None:
    order = await twin.order("#3", FULFILMENT)
    shown = [
        (each["status"], each["requestStatus"], bool(each["merchantRequests"]["nodes"]), actions(each), each["assignedLocation"]["name"])
        for each in order["fulfillmentOrders"]["nodes"]
    ]
    assert shown == [
        ("OPEN", "SUBMITTED", False, ["CANCEL_FULFILLMENT_ORDER"], "North Depot"),
        ("IN_PROGRESS", "ACCEPTED", False, ["REQUEST_CANCELLATION"], "North Depot"),
        ("IN_PROGRESS", "ACCEPTED", True, [], "North Depot"),
        ("IN_PROGRESS", "CANCELLATION_REJECTED", True, [], "North Depot"),
        ("IN_PROGRESS", "ACCEPTED", False, [], "Stubborn Depot"),
        ("IN_PROGRESS", "UNSUBMITTED", False, ["CREATE_FULFILLMENT", "HOLD", "MARK_AS_OPEN", "REPORT_PROGRESS"], "Warehouse"),
        ("INCOMPLETE", "CLOSED", False, ["CREATE_FULFILLMENT", "HOLD", "MOVE", "REQUEST_FULFILLMENT"], "North Depot"),
        ("OPEN", "UNSUBMITTED", False, ["CREATE_FULFILLMENT", "HOLD", "MOVE", "REPORT_PROGRESS"], "Warehouse"),
    ]
    assert order["displayFulfillmentStatus"] == "PENDING_FULFILLMENT"


async def test_an_asked_warehouse_keeps_its_request_status_and_tells_since_when(twin: Twin) -> None:
    asked = (await twin.order("#3", FULFILMENT))["fulfillmentOrders"]["nodes"][2]
    assert asked["requestStatus"] == "ACCEPTED"
    assert asked["merchantRequests"]["nodes"] == [{"kind": "CANCELLATION_REQUEST", "sentAt": "2026-11-19T08:00:00Z"}]


async def test_unlisted_units_are_unfulfilled_but_in_no_fulfilment_order(twin: Twin) -> None:
    order = await twin.order("#3", FULFILMENT)
    unlisted, removed, gift = order["lineItems"]["nodes"][7:]
    assert unlisted["unfulfilledQuantity"] == 1
    covered = sum(units(each).get("TOTE", 0) for each in order["fulfillmentOrders"]["nodes"])
    assert covered == sum(line["unfulfilledQuantity"] for line in order["lineItems"]["nodes"] if line["sku"] == "TOTE") - 1
    assert (removed["quantity"], removed["currentQuantity"], removed["nonFulfillableQuantity"], removed["merchantEditable"]) == (
        1,
        0,
        1,
        False,
    )
    assert gift["isGiftCard"] is True
    assert order["fulfillmentOrders"]["nodes"][-1]["deliveryMethod"]["methodType"] == "NONE"


async def test_a_cancelled_and_refunded_order_is_emptied(twin: Twin) -> None:
    order = await twin.order(
        "#4", FULFILMENT + "currentTotalPriceSet { shopMoney { amount } } totalRefundedSet { shopMoney { amount } } closedAt"
    )
    (each,) = order["fulfillmentOrders"]["nodes"]
    (line,) = order["lineItems"]["nodes"]
    assert (each["status"], each["lineItems"]["nodes"][0]["totalQuantity"]) == ("CLOSED", 0)
    assert (line["quantity"], line["currentQuantity"]) == (2, 0)
    assert (order["merchantEditable"], order["closed"], order["closedAt"]) == (False, True, order["cancelledAt"])
    assert (order["displayFinancialStatus"], order["displayFulfillmentStatus"]) == ("REFUNDED", "UNFULFILLED")
    assert order["currentTotalPriceSet"]["shopMoney"]["amount"] == "0.0"
    assert order["totalRefundedSet"]["shopMoney"]["amount"] == "50.0"


async def test_a_cancellation_without_refund_leaves_the_order_paid_and_its_quantities(twin: Twin) -> None:
    order = await twin.order("#5", FULFILMENT)
    (each,) = order["fulfillmentOrders"]["nodes"]
    assert (order["displayFinancialStatus"], order["closed"], each["status"], units(each)) == ("PAID", False, "CLOSED", {"TOTE": 1})


async def test_ready_for_pickup_and_delivered_show_on_the_parcels(twin: Twin) -> None:
    order = await twin.order("#6", FULFILMENT)
    ready, delivered = order["fulfillments"]
    assert (ready["displayStatus"], ready["deliveredAt"]) == ("READY_FOR_PICKUP", None)
    assert (delivered["displayStatus"], delivered["deliveredAt"]) == ("DELIVERED", "2026-11-14T02:00:00Z")
    assert {each["deliveryMethod"]["methodType"] for each in order["fulfillmentOrders"]["nodes"]} == {"PICK_UP"}
    assert order["returnStatus"] == "IN_PROGRESS"


async def test_the_gates_of_an_unusual_order(twin: Twin) -> None:
    fields = """app { name } test merchantEditable purchasingEntity { __typename } disputes { status initiatedAs }
      risk { recommendation assessments { riskLevel } } paymentTerms { paymentTermsType paymentTermsName dueInDays }
      capturable displayFinancialStatus totalCapturableSet { shopMoney { amount } } discountCodes
      lineItems(first: 1) { nodes {
        originalUnitPriceSet { shopMoney { amount } } discountedUnitPriceAfterAllDiscountsSet { shopMoney { amount } } } }"""
    order = await twin.order("#8", fields)
    (line,) = order.pop("lineItems")["nodes"]
    assert order == {
        "app": {"name": "Importer"},
        "test": True,
        "merchantEditable": False,
        "purchasingEntity": {"__typename": "PurchasingCompany"},
        "disputes": [{"status": "NEEDS_RESPONSE", "initiatedAs": "CHARGEBACK"}],
        "risk": {"recommendation": "INVESTIGATE", "assessments": [{"riskLevel": "MEDIUM"}]},
        "paymentTerms": {"paymentTermsType": "NET", "paymentTermsName": "Net 30", "dueInDays": 30},
        "capturable": True,
        "displayFinancialStatus": "AUTHORIZED",
        "totalCapturableSet": {"shopMoney": {"amount": "90.0"}},
        "discountCodes": [],
    }
    assert line["originalUnitPriceSet"]["shopMoney"]["amount"] == "25.0"
    assert line["discountedUnitPriceAfterAllDiscountsSet"]["shopMoney"]["amount"] == "22.5"


async def test_money_has_its_two_forms(twin: Twin) -> None:
    order = await twin.order("#1", "totalPriceSet { shopMoney { amount currencyCode } }")
    assert order["totalPriceSet"]["shopMoney"] == {"amount": "138.9", "currencyCode": "EUR"}
    shirt = twin.shop.stock.products["shirt"]
    query = "query Q($id: ID!) { product(id: $id) { variants(first: 2) { nodes { sku price availableForSale inventoryQuantity } } } }"
    data = await twin.data(query, {"id": f"gid://shopify/Product/{shirt.number}"})
    assert data["product"]["variants"]["nodes"] == [
        {"sku": "S-BL-M", "price": "59.00", "availableForSale": True, "inventoryQuantity": 12},
        {"sku": "S-WH-M", "price": "59.00", "availableForSale": False, "inventoryQuantity": 0},
    ]
