"""Every query document of the client runs on the twin, at its known cost."""

import importlib.util
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from demo.shopify.documents import Documents
from demo.shopify.schema_file import admin_schema
from demo.tau import tau_world
from demo.world import load_world
from tests.demo.twin import SHARED, Twin, opened

OPERATIONS = SHARED / "shopify" / "operations"
here = pytest.mark.skipif(not OPERATIONS.is_dir(), reason="the shared data is not here")
NOT_YET = {"suggested_refund"}
"""Read by the writing side only; comes with it."""


def fragments() -> dict[str, str]:
    text = (OPERATIONS / "00_fragments.graphql").read_text(encoding="utf-8")
    return {found[1]: found[0] for found in re.finditer(r"^fragment (\w+) on .*?^}", text, re.M | re.S)}


def document(name: str) -> str:
    """An operation with the shared fragments it needs."""
    shared, parts = fragments(), [(OPERATIONS / f"{name}.graphql").read_text(encoding="utf-8")]
    seen = set(re.findall(r"^fragment (\w+)", parts[0], re.M))
    for part in parts:
        for spread in re.findall(r"\.\.\.\s*(\w+)", part):
            if spread in shared and spread not in seen:
                seen.add(spread)
                parts.append(shared[spread])
    return "\n".join(parts)


def names(kind: str) -> list[str]:
    files = sorted(OPERATIONS.glob("[a-z]*.graphql")) if OPERATIONS.is_dir() else []
    return [file.stem for file in files if re.search(rf"^{kind} ", file.read_text(encoding="utf-8"), re.M)]


def variables(twin: Twin, order: str = "#1") -> dict[str, Any]:
    """Something fitting for every variable of the read documents."""
    found, product = twin.shop.order(order), next(iter(twin.shop.products.values()))
    assert found is not None
    assert found.customer is not None
    return {
        "customerId": found.customer.gid,
        "id": found.gid,
        "orderId": found.gid,
        "jobId": "gid://shopify/Job/0b8a4f2e-0000-4000-8000-000000000000",
        "email": found.customer.email,
        "phone": found.customer.phone or "+12025550100",
        "productId": f"gid://shopify/Product/{product.number}",
        "variantId": f"gid://shopify/ProductVariant/{product.variants[0].number}",
        "context": {"country": "FR"},
    }


def needed(text: str, given: dict[str, Any], query: str) -> dict[str, Any]:
    wanted = set(re.findall(r"\$(\w+)\s*:", text))
    return {name: value for name, value in {**given, "query": query}.items() if name in wanted}


@pytest.mark.data
@here
@pytest.mark.parametrize("name", [name for name in names("query") if name not in NOT_YET])
async def test_a_read_document_runs_without_an_error(twin: Twin, name: str) -> None:
    text = document(name)
    query = "email:ana.torres@example.com" if name == "customers_search" else "name:1"
    data = await twin.data(text, needed(text, variables(twin), query))
    assert any(value is not None for value in data.values())


@pytest.mark.data
@here
@pytest.mark.parametrize("order", [f"#{n}" for n in (1, 2, 3, 4, 5, 6, 8)])
async def test_every_kind_of_order_can_be_read_whole(twin: Twin, order: str) -> None:
    for name in ("order_detail", "shopper_orders", "order_money", "order_events", "returnable_fulfillments"):
        text = document(name)
        assert await twin.data(text, needed(text, variables(twin, order), "name:1" if name == "x" else "status:any"))


@pytest.mark.data
@here
def test_costs_agree_with_the_cost_model_for_every_document() -> None:
    tool = SHARED / "shopify" / "tools" / "validate.py"
    spec = importlib.util.spec_from_file_location("validate_tool", tool)
    assert spec is not None
    assert spec.loader is not None
    reference: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(reference)
    documents, ours, theirs = Documents(admin_schema()), {}, {}
    for name, (_, ast) in reference.load_docs().items():
        if name.endswith("2026_10"):
            continue
        read = documents.read(document(name))
        assert read.errors == [], name
        (operation,) = read.operations.values()
        ours[name] = operation.cost.requested(documents.coerce(operation, {})[0])
        theirs[name] = reference.cost(admin_schema(), ast)
    assert ours == theirs
    assert (ours["shopper_orders"], ours["order_detail"], ours["returnable_fulfillments"]) == (189, 197, 102)
    assert len(ours) > 40


@pytest.mark.data
@here
@pytest.mark.parametrize(
    "name", [name for name in names("mutation") if name not in ("webhook_subscription_create", "order_cancel_2026_10")]
)
async def test_no_writing_document_gets_past_the_read_token(twin: Twin, name: str) -> None:
    text = document(name)
    found = twin.shop.order("#1")
    assert found is not None
    given: dict[str, Any] = {
        "id": found.gid, "orderId": found.gid, "lineItemId": found.gid, "variantId": found.gid, "shippingLineId": found.gid, "quantity": 1,
        "reason": "CUSTOMER", "restock": True, "tags": ["x"], "holdIds": [], "query": "{shop{id}}", "idempotencyKey": "k",
        "hold": {"reason": "OTHER"}, "shippingAddress": {}, "shippingLine": {}, "discount": {},
        "input": {"return_create": {"orderId": found.gid, "returnLineItems": []},
                  "return_request": {"orderId": found.gid, "returnLineItems": []},
                  "return_approve": {"id": found.gid}, "return_decline": {"id": found.gid, "declineReason": "OTHER"},
                  "refund_create": {"orderId": found.gid}, "order_update_contact": {"id": found.gid}}.get(name),
    }  # fmt: skip
    body = await twin.ask(text, needed(text, given, "{shop{id}}"))
    assert all(value is None for value in body["data"].values())
    assert {error["extensions"]["code"] for error in body["errors"]} == {"ACCESS_DENIED"}


async def test_a_text_is_parsed_once(twin: Twin) -> None:
    documents = Documents(admin_schema())
    assert documents.read("{ shop { name } }") is documents.read("{ shop { name } }")


@pytest.mark.data
@pytest.mark.skipif(not (SHARED / "data" / "tau-retail").is_dir(), reason="the shared data is not here")
async def test_the_tau_shop_is_sold_through_the_twin() -> None:
    db = json.loads((SHARED / "data" / "tau-retail" / "db.json").read_text(encoding="utf-8"))
    world = tau_world(db, now=datetime(2026, 11, 20, 15, tzinfo=UTC))
    assert (len(world.products), len(world.customers), len(world.orders)) == (50, 53, 162)
    text, seen = document("shopper_orders"), 0
    async with opened(world, bucket_size=1e9) as twin:
        for customer in twin.shop.customers.values():
            orders = (await twin.data(text, {"customerId": customer.gid, "first": 10}))["customer"]["orders"]["nodes"]
            for order in orders:
                status = db["orders"][order["name"]]["status"]
                assert (order["cancelledAt"] is not None) == (status == "cancelled")
                shown = {"pending": "UNFULFILLED", "processed": "FULFILLED", "delivered": "FULFILLED", "cancelled": "UNFULFILLED"}
                assert order["displayFulfillmentStatus"] == shown[status]
                delivered = {parcel["displayStatus"] for parcel in order["fulfillments"]}
                assert delivered == {"processed": {"IN_TRANSIT"}, "delivered": {"DELIVERED"}}.get(status, set())
                seen += 1
    assert seen == 162


@pytest.mark.data
@here
async def test_the_example_world_is_read_with_the_shoppers_own_query() -> None:
    async with opened(load_world(Path(SHARED / "data" / "world_example.yaml"))) as twin:
        ana = twin.shop.customer("ana.torres@example.com")
        assert ana is not None
        body = await twin.ask(document("shopper_orders"), {"customerId": ana.gid})
    assert [order["name"] for order in body["data"]["customer"]["orders"]["nodes"]] == ["#1043", "#1042", "#1039"]
    assert body["extensions"]["cost"]["requestedQueryCost"] == 189
