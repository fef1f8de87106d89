"""Finding orders and customers, page by page."""

import base64
import json

import pytest

from tests.demo.twin import Twin

ORDERS = """query Q($q: String, $n: Int = 20, $after: String, $key: OrderSortKeys = CREATED_AT, $back: Boolean = false) {
  orders(first: $n, after: $after, query: $q, sortKey: $key, reverse: $back) {
    nodes { name } edges { cursor node { name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
ALL = ["#4", "#5", "#6", "#8", "#3", "#2", "#1"]


async def names(twin: Twin, query: str | None) -> list[str]:
    return [node["name"] for node in (await twin.data(ORDERS, {"q": query}))["orders"]["nodes"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (None, ALL),
        ('name:"#1"', ["#1"]),
        ("name:1", ["#1"]),
        ('name:"#1" AND email:"ANA.TORRES@example.com"', ["#1"]),
        ('name:"#1" AND email:"louis.martin@example.com"', []),
        ("email:yui.sato@example.com", ["#6"]),
        ("status:cancelled", ["#4", "#5"]),
        ("status:open name:2", ["#2"]),
        ("financial_status:authorized", ["#8"]),
        ("financial_status:refunded", ["#4"]),
        ("fulfillment_status:partial", ["#1"]),
        ("return_status:in_progress", ["#6"]),
        ("created_at:>=2026-11-19", ["#2", "#1"]),
        ("created_at:>2026-11-18 created_at:<2026-11-20", ["#2"]),
        ("created_at:2026-11-18", ["#3"]),
        ("created_at:>='2026-11-20T13:40:00Z'", ["#1"]),
        ("processed_at:<=2026-11-02", ["#4"]),
        ("updated_at:>now-2d", ["#2", "#1"]),
        ("tag:none", []),
    ],
)
async def test_orders_are_found_by_words(twin: Twin, query: str | None, found: list[str]) -> None:
    assert await names(twin, query) == found


async def test_orders_are_found_by_customer(twin: Twin) -> None:
    yui = twin.shop.customer("yui")
    assert yui is not None
    assert await names(twin, f"customer_id:{yui.number}") == ["#6"]


async def test_pages_follow_each_other_to_the_end(twin: Twin) -> None:
    seen, after = [], None
    while True:
        page = (await twin.data(ORDERS, {"n": 3, "after": after}))["orders"]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        seen += [node["name"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        assert page["edges"][-1]["cursor"] == after
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == ALL


async def test_a_cursor_is_base64_of_last_id_and_last_value(twin: Twin) -> None:
    page = (await twin.data(ORDERS, {"n": 1}))["orders"]
    order = twin.shop.order("#4")
    assert order is not None
    assert json.loads(base64.b64decode(page["pageInfo"]["startCursor"])) == {
        "last_id": order.number,
        "last_value": "2026-11-02 10:00:00.000000",
    }


async def test_reverse_turns_the_order_round_and_last_takes_the_end(twin: Twin) -> None:
    page = (await twin.data(ORDERS, {"n": 2, "back": True}))["orders"]
    assert [node["name"] for node in page["nodes"]] == ["#1", "#2"]
    data = await twin.data("{ orders(last: 2, sortKey: CREATED_AT) { nodes { name } pageInfo { hasNextPage hasPreviousPage } } }")
    assert data["orders"] == {"nodes": [{"name": "#2"}, {"name": "#1"}], "pageInfo": {"hasNextPage": False, "hasPreviousPage": True}}


@pytest.mark.parametrize("arguments", ['first: 1, after: "nonsense"', "first: 251", "first: -1", "first: 1, last: 1", 'query: "name:1"'])
async def test_a_page_that_cannot_be_is_a_bad_request(twin: Twin, arguments: str) -> None:
    body = await twin.ask(f"{{ orders({arguments}) {{ nodes {{ id }} }} }}")
    assert (body["data"], body["errors"][0]["extensions"]) == (None, {"code": "BAD_REQUEST"})


async def test_a_phone_that_two_customers_gave_finds_both(twin: Twin) -> None:
    query = "query Q($q: String!) { customers(first: 5, query: $q) { nodes { displayName defaultPhoneNumber { phoneNumber } } } }"
    data = await twin.data(query, {"q": 'phone:"+12025550123"'})
    assert sorted(node["displayName"] for node in data["customers"]["nodes"]) == ["Ana Torres", "Louis Martin"]


async def test_a_customer_is_found_by_exactly_this_address_or_not_at_all(twin: Twin) -> None:
    query = "query Q($e: String!) { customerByIdentifier(identifier: {emailAddress: $e}) { displayName numberOfOrders tags } }"
    found = await twin.data(query, {"e": "Ana.Torres@Example.com"})
    assert found["customerByIdentifier"] == {"displayName": "Ana Torres", "numberOfOrders": "4", "tags": ["vip"]}
    assert await twin.data(query, {"e": "ana.torres@example.co"}) == {"customerByIdentifier": None}


async def test_an_identifier_names_exactly_one_thing(twin: Twin) -> None:
    query = '{ customerByIdentifier(identifier: {emailAddress: "a@example.com", phoneNumber: "+12025550123"}) { id } }'
    body = await twin.ask(query)
    assert body["errors"][0]["extensions"]["code"] == "invalidOneOfInputObject"
    assert "data" not in body
