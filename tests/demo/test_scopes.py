"""Who may see and do what."""

from dataclasses import replace

import pytest

from demo.shopify.access import READ_SCOPES
from demo.shopify.state import READ_APP
from tests.demo.twin import WORLD, Twin, opened

WRITES = [
    ('tagsAdd(id: "gid://shopify/Order/1", tags: ["x"]) { userErrors { message } }', "tagsAdd"),
    ('orderCancel(orderId: "gid://shopify/Order/1", reason: OTHER, restock: true) { job { id } }', "orderCancel"),
    ('orderEditBegin(id: "gid://shopify/Order/1") { calculatedOrder { id } }', "orderEditBegin"),
    ('orderUpdate(input: {id: "gid://shopify/Order/1", note: "x"}) { order { id } }', "orderUpdate"),
    ('refundCreate(input: {orderId: "gid://shopify/Order/1"}) @idempotent(key: "k") { refund { id } }', "refundCreate"),
    (
        'fulfillmentOrderHold(id: "gid://shopify/FulfillmentOrder/1", fulfillmentHold: {reason: OTHER}) { fulfillmentHold { id } }',
        "fulfillmentOrderHold",
    ),
    ('customerUpdate(input: {id: "gid://shopify/Customer/1"}) { customer { id } }', "customerUpdate"),
    ('bulkOperationRunQuery(query: "{shop{id}}") { bulkOperation { id } }', "bulkOperationRunQuery"),
]


@pytest.mark.parametrize(("write", "name"), WRITES)
async def test_the_read_token_is_denied_every_write(twin: Twin, write: str, name: str) -> None:
    body = await twin.ask(f"mutation M {{ {write} }}")
    assert body["data"] == {name: None}
    (error,) = body["errors"]
    assert error["message"].startswith(f"Access denied for {name} field. Required access: `write_")
    assert error["extensions"]["code"] == "ACCESS_DENIED"
    assert error["extensions"]["documentation"] == "https://shopify.dev/api/usage/access-scopes"
    assert error["path"] == [name]


async def test_every_mutation_of_the_schema_is_out_of_the_read_tokens_reach() -> None:
    from demo.shopify import access
    from demo.shopify.schema_file import admin_schema

    schema, scopes = admin_schema(), access.ScopeSet(READ_SCOPES, READ_APP.data)
    assert schema.mutation_type is not None
    for name, field in schema.mutation_type.fields.items():
        needs = access.requirement(schema, schema.mutation_type, name, field)
        if name in access.OPEN_MUTATIONS:
            continue
        assert needs is not None
        assert access.is_denied(needs, scopes), name


async def test_a_field_out_of_scope_is_null_beside_good_data(twin: Twin) -> None:
    found = twin.shop.order("#2")
    assert found is not None
    holds = "fulfillmentHolds { reason heldByApp { id } }"
    query = f"query Q($id: ID!) {{ order(id: $id) {{ name fulfillmentOrders(first: 3) {{ nodes {{ {holds} }} }} }} }}"
    body = await twin.ask(query, {"id": found.gid})
    assert body["data"]["order"]["name"] == "#2"
    nodes = body["data"]["order"]["fulfillmentOrders"]["nodes"]
    assert nodes[1]["fulfillmentHolds"] == [{"reason": "OTHER", "heldByApp": None}]
    assert body["errors"][0]["message"] == "Access denied for heldByApp field. Required access: `read_apps` access scope."
    assert body["errors"][0]["path"] == ["order", "fulfillmentOrders", "nodes", 1, "fulfillmentHolds", 0, "heldByApp"]
    assert "cost" in body["extensions"]


async def test_without_the_third_party_scope_its_fulfilment_orders_are_left_out_in_silence() -> None:
    app = replace(READ_APP, scopes=READ_SCOPES - {"read_third_party_fulfillment_orders"})
    async with opened(apps=(app,)) as twin:
        order = await twin.order("#3", "fulfillmentOrders(first: 20) { nodes { assignedLocation { name } } }")
    assert {each["assignedLocation"]["name"] for each in order["fulfillmentOrders"]["nodes"]} == {"Warehouse"}


async def test_without_any_fulfilment_order_scope_the_field_is_denied() -> None:
    app = replace(READ_APP, scopes=frozenset(scope for scope in READ_SCOPES if "fulfillment_orders" not in scope))
    async with opened(apps=(app,)) as twin:
        found = twin.shop.order("#3")
        assert found is not None
        body = await twin.ask(
            "query Q($id: ID!) { order(id: $id) { name fulfillmentOrders(first: 2) { nodes { id } } } }", {"id": found.gid}
        )
    assert body["data"] == {"order": None}
    assert body["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


async def test_protected_data_is_null_without_approval() -> None:
    app = replace(READ_APP, data=frozenset({"name", "address"}))
    async with opened(apps=(app,)) as twin:
        found = twin.shop.order("#1")
        assert found is not None
        body = await twin.ask("query Q($id: ID!) { order(id: $id) { name email shippingAddress { zip phone } } }", {"id": found.gid})
    assert body["data"]["order"] == {"name": "#1", "email": None, "shippingAddress": {"zip": "75011", "phone": None}}
    assert [error["extensions"]["code"] for error in body["errors"]] == ["ACCESS_DENIED", "ACCESS_DENIED"]


async def test_orders_older_than_sixty_days_do_not_exist_without_read_all_orders(twin: Twin) -> None:
    old = twin.shop.order("#7")
    assert old is not None
    query = 'query Q($id: ID!) { order(id: $id) { name } orders(first: 5, query: "name:7") { nodes { name } } }'
    assert await twin.data(query, {"id": old.gid}) == {"order": None, "orders": {"nodes": []}}
    async with opened(WORLD.replace("locales: [en, fr]", "locales: [en, fr], all_orders: true")) as open_twin:
        assert (await open_twin.data(query, {"id": old.gid}))["order"] == {"name": "#7"}


@pytest.mark.parametrize("token", ["", "shpat_wrong"])
async def test_a_wrong_token_is_401(twin: Twin, token: str) -> None:
    answer = await twin.client.post(
        "/shops/northbay/admin/api/2026-07/graphql.json", json={"query": "{ shop { name } }"}, headers={"X-Shopify-Access-Token": token}
    )
    assert answer.status_code == 401
    assert answer.json() == {"errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"}


async def test_a_token_ends_after_a_day(twin: Twin) -> None:
    token = await twin.token()
    await twin.sim("/clock", advance_seconds=86_400)
    assert (await twin.post("{ shop { name } }", token=token)).status_code == 401


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"client_id": "deskbell-read", "client_secret": "no", "grant_type": "client_credentials"}, 401),
        ({"client_id": "nobody", "client_secret": "read-secret", "grant_type": "client_credentials"}, 401),
        ({"client_id": "deskbell-read", "client_secret": "read-secret"}, 400),
    ],
)
async def test_wrong_credentials_get_no_token(twin: Twin, given: dict[str, str], status: int) -> None:
    answer = await twin.client.post("/shops/northbay/admin/oauth/access_token", json=given)
    assert answer.status_code == status


async def test_a_token_tells_its_scopes(twin: Twin) -> None:
    answer = await twin.client.post(
        "/shops/northbay/admin/oauth/access_token",
        data={"client_id": "deskbell-read", "client_secret": "read-secret", "grant_type": "client_credentials"},
    )
    assert answer.json()["expires_in"] == 86399
    assert not any(scope.startswith("write_") for scope in answer.json()["scope"].split(","))
    data = await twin.data("{ currentAppInstallation { accessScopes { handle } } }")
    assert [each["handle"] for each in data["currentAppInstallation"]["accessScopes"]] == answer.json()["scope"].split(",")
