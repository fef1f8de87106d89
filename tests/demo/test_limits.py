"""Costs, the bucket, and things that go wrong on purpose."""

from typing import Any

import httpx
import pytest

from demo.shopify.bucket import Bucket
from tests.demo.twin import Twin, opened

DEEP = "{ orders(first: 250) { nodes { lineItems(first: 250) { nodes { product { variants(first: 250) { nodes { id } } } } } } } }"


def throttle(body: dict[str, Any]) -> dict[str, Any]:
    status: dict[str, Any] = body["extensions"]["cost"]["throttleStatus"]
    return status


async def test_an_answer_tells_what_it_cost(twin: Twin) -> None:
    body = await twin.ask("{ orders(first: 50) { nodes { id customer { id } lineItems(first: 10) { nodes { id } } } } }")
    cost = body["extensions"]["cost"]
    assert cost["requestedQueryCost"] == 2 + 7 * (1 + 1 + 2 + 4)
    assert cost["actualQueryCost"] < cost["requestedQueryCost"]
    assert (throttle(body)["maximumAvailable"], throttle(body)["restoreRate"]) == (2000, 100)


async def test_what_was_not_used_is_given_back(twin: Twin) -> None:
    body = await twin.ask('{ orders(first: 50, query: "name:none") { nodes { id customer { id } } } }')
    assert body["extensions"]["cost"]["actualQueryCost"] == 2
    assert throttle(body)["currentlyAvailable"] == 1998


async def test_a_query_above_a_thousand_points_does_not_run(twin: Twin) -> None:
    body = await twin.ask(DEEP)
    (error,) = body["errors"]
    assert error["extensions"] == {"code": "MAX_COST_EXCEEDED"}
    assert error["message"].endswith("which exceeds the single query max cost limit (1000)")
    assert "data" not in body


async def test_an_empty_bucket_throttles_and_says_how_long() -> None:
    async with opened(bucket_size=20.0, bucket_restore=0.0) as twin:
        query = "{ orders(first: 30) { nodes { id } pageInfo { hasNextPage } } locations(first: 50) { nodes { id } } }"
        bodies = [await twin.ask(query) for _ in range(3)]
    last = bodies[-1]
    assert last["errors"] == [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]
    assert "data" not in last
    assert last["extensions"]["cost"]["actualQueryCost"] is None
    assert throttle(last)["currentlyAvailable"] < last["extensions"]["cost"]["requestedQueryCost"]


async def test_each_app_has_a_bucket_of_its_own() -> None:
    async with opened(bucket_restore=0.0) as twin:
        await twin.sim("/bucket/drain")
        assert (await twin.ask("{ shop { name } }"))["errors"][0]["message"] == "Throttled"
        await twin.sim("/reset")
        assert "errors" not in await twin.ask("{ shop { name } }")


def test_the_bucket_fills_with_time() -> None:
    now = [0.0]
    bucket = Bucket(size=2000, restore=100, ticks=lambda: now[0])
    assert bucket.take(1950)
    assert not bucket.take(100)
    now[0] += 0.5
    assert bucket.take(100)
    now[0] += 1000
    assert bucket.status()["currentlyAvailable"] == 2000


@pytest.mark.parametrize(
    ("kind", "status"),
    [("http_500", 500), ("http_503", 503), ("http_429", 429), ("http_402", 402), ("http_423", 423), ("http_401", 401), ("http_502", 502)],
)
async def test_a_planned_http_error_comes_once_and_then_no_more(twin: Twin, kind: str, status: int) -> None:
    await twin.token()
    await twin.sim("/faults", kind=kind, nth=2, operation="Q", seconds=3)
    answers = [await twin.post("query Q { shop { name } }") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, status, 200]
    if status in (429, 503):
        assert answers[1].headers["Retry-After"] == "3.0"


async def test_a_fault_meets_only_its_operation_until_it_is_cleared(twin: Twin) -> None:
    await twin.sim("/faults", kind="http_500", operation="ShopInfo")
    assert (await twin.post("query Other { shop { name } }")).status_code == 200
    assert (await twin.post("query ShopInfo { shop { name } }")).status_code == 500
    assert (await twin.post("query ShopInfo($x: Int) { shop { name } }")).status_code == 500
    await twin.sim("/faults", "DELETE")
    assert (await twin.post("query ShopInfo { shop { name } }")).status_code == 200


async def test_answers_can_be_spoiled(twin: Twin) -> None:
    await twin.token()
    await twin.sim("/faults", kind="half_json", times=1)
    half = await twin.post("{ shop { name } }")
    with pytest.raises(ValueError):
        half.json()
    await twin.sim("/faults", kind="malformed", times=1)
    with pytest.raises(ValueError):
        (await twin.post("{ shop { name } }")).json()
    await twin.sim("/faults", kind="internal_error", times=1)
    body = await twin.ask("{ shop { name } }")
    assert (body["data"], body["errors"][0]["extensions"]["code"]) == (None, "INTERNAL_SERVER_ERROR")
    await twin.sim("/faults", kind="throttled", times=1)
    assert (await twin.ask("{ shop { name } }"))["errors"][0]["extensions"]["code"] == "THROTTLED"
    await twin.sim("/faults", kind="access_denied", field="Shop.contactEmail", times=1)
    body = await twin.ask("{ shop { name currencyCode } }")
    assert body["data"]["shop"]["name"] == "Northbay"


async def test_a_field_can_be_taken_away(twin: Twin) -> None:
    found = twin.shop.order("#1")
    assert found is not None
    await twin.sim("/faults", kind="access_denied", field="Order.note")
    body = await twin.ask("query Q($id: ID!) { order(id: $id) { name note } }", {"id": found.gid})
    assert body["data"]["order"] == {"name": "#1", "note": None}
    assert body["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


async def test_a_reset_breaks_the_connection(twin: Twin) -> None:
    await twin.token()
    await twin.sim("/faults", kind="reset", times=1)
    with pytest.raises(httpx.ReadError):
        await twin.post("{ shop { name } }")
    await twin.sim("/faults", kind="hang", seconds=0.01, times=1)
    with pytest.raises(httpx.ReadError):
        await twin.post("{ shop { name } }")


async def test_the_token_endpoint_can_fail_too(twin: Twin) -> None:
    await twin.sim("/faults", kind="http_503", operation="token", times=1)
    answer = await twin.client.post("/shops/northbay/admin/oauth/access_token", json={})
    assert answer.status_code == 503


async def test_the_request_log_tells_who_asked_what_and_at_what_cost(twin: Twin) -> None:
    await twin.ask("query Q { shop { name } }")
    (entry,) = await twin.sim("/requests?operation=Q", "GET")
    assert entry["app"] == "deskbell-read"
    assert (entry["requested_cost"], entry["actual_cost"], entry["status"], entry["errors"]) == (1, 1, 200, [])


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"query": 5}', b'{"query": "{ shop { name } }", "variables": []}x'])
async def test_what_is_no_graphql_call_is_a_400(twin: Twin, body: bytes) -> None:
    headers = {"X-Shopify-Access-Token": await twin.token()}
    answer = await twin.client.post("/shops/northbay/admin/api/2026-07/graphql.json", content=body, headers=headers)
    assert answer.status_code == 400
