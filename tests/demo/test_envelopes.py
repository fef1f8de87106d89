"""Errors as Shopify sends them, held against recorded answers where they are at hand."""

import json
from typing import Any

import pytest

from tests.demo.twin import SHARED, Twin

RECORDED = SHARED / "shopify" / "observed" / "top_level_error_envelopes.json"
STRANGER = {"email_address": "not-an-email"}
RETURN_ID = "gid://shopify/Return/999999999"
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "required argument missing": (
        'mutation OrderEditAddCustomItemMissingTitle { orderEditAddCustomItem(id: "gid://shopify/CalculatedOrder/1", quantity: 1,'
        ' price: {amount: "1.00", currencyCode: CAD}) { userErrors { message } } }',
        {},
    ),
    "required input field missing": (
        'mutation OrderEditShippingLineValidationAddMissingPrice { orderEditAddShippingLine(id: "gid://shopify/CalculatedOrder/1",'
        ' shippingLine: {title: "x"}) { userErrors { message } } }',
        {},
    ),
    "null variable for a non-null type": (
        "query Q($fulfillmentId: ID!) { fulfillment(id: $fulfillmentId) { id } }",
        {"fulfillmentId": None},
    ),
    "variable: enum value not allowed": (
        "mutation M($input: ReturnDeclineRequestInput!) { returnDeclineRequest(input: $input) { userErrors { message } } }",
        {"input": {"id": RETURN_ID, "declineReason": "BANANAS", "notifyCustomer": False}},
    ),
    "variable: undefined input field": (
        "mutation M($input: ReturnDeclineRequestInput!) { returnDeclineRequest(input: $input) { userErrors { message } } }",
        {
            "input": {
                "id": RETURN_ID,
                "declineReason": "OTHER",
                "notifyCustomer": True,
                "tmp_notify_customer": {"email_address": "not-an-email"},
            }
        },
    ),
    "no selection on an object": ("query GraphqlBaseValidationMissingSubselection { shop }", {}),
    "unknown fragment type": (
        'query ShippingPackageHydrate { node(id: "gid://shopify/Order/1") { ... on ShippingPackage { id } } }',
        {},
    ),
    "variable declared but not used": (
        "mutation BulkOperationRunQueryClientIdentifierProbe($clientIdentifier: String) {"
        ' bulkOperationRunQuery(query: "{shop{id}}", clientIdentifier: $clientIdentifier) { userErrors { message } } }',
        {},
    ),
    "several operations, no operationName": ("query A { shop { id } } query B { shop { id } }", {}),
    "syntax error": ("{\n  shop {\n    ", {}),
}


def without_places(body: dict[str, Any]) -> dict[str, Any]:
    """Locations belong to the recorded text; ours is another one. The order of enum values is not the schema file's."""
    said: dict[str, Any] = json.loads(json.dumps(body))
    for error in said["errors"]:
        error.pop("locations", None)
        for problem in error.get("extensions", {}).get("problems", []):
            problem["explanation"] = sorted(problem["explanation"].replace(",", " ").split())
        if error.get("extensions", {}).get("code") == "INVALID_VARIABLE":
            error["message"] = sorted(error["message"].replace(",", " ").replace(")", " ").split())
    return said


@pytest.mark.data
@pytest.mark.skipif(not RECORDED.is_file(), reason="the shared data is not here")
@pytest.mark.parametrize("case", CASES)
async def test_a_refused_query_gets_the_recorded_answer(twin: Twin, case: str) -> None:
    recorded = next(each for each in json.loads(RECORDED.read_text(encoding="utf-8"))["examples"] if each["case"] == case)
    query, variables = CASES[case]
    answer = await twin.post(query, variables)
    assert answer.status_code == recorded["http_status"]
    assert without_places(answer.json()) == without_places(recorded["body"])


SHAPES: dict[str, tuple[str, dict[str, Any], str]] = {
    "field unknown on a type": ("query Q { shop { codex } }", {}, "Field 'codex' doesn't exist on type 'Shop'"),
    "null literal for a non-null argument": (
        "query Q { order(id: null) { id } }",
        {},
        "Argument 'id' on Field 'order' has an invalid value (null). Expected type 'ID!'.",
    ),
    "argument not in this API version": (
        'mutation M { refundCreate(input: {orderId: "1", device: "2"}) @idempotent(key: "k") { userErrors { message } } }',
        {},
        "InputObject 'RefundInput' doesn't accept argument 'device'",
    ),
    "oneOf input with the wrong number of keys": (
        "query Q { customerByIdentifier(identifier: {}) { id } }",
        {},
        "OneOf Input Object 'CustomerIdentifierInput' must specify exactly one key.",
    ),
    "directive without its argument": (
        'mutation M { refundCreate(input: {orderId: "1"}) @idempotent { userErrors { message } } }',
        {},
        "Directive 'idempotent' is missing required arguments: key",
    ),
    "malformed global id": ('query Q { order(id: "nonsense") { id } }', {}, "invalid id"),
    "global id of another type": ('query Q { order(id: "gid://shopify/Product/1") { id } }', {}, "Invalid id: gid://shopify/Product/1"),
    "connection without first/last": ("query Q { orders { nodes { id } } }", {}, "you must provide one of first or last"),
}


def shape(value: Any) -> Any:
    """The form of a body: its keys and the kinds of its values."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__ if value is not None else None


@pytest.mark.data
@pytest.mark.skipif(not RECORDED.is_file(), reason="the shared data is not here")
@pytest.mark.parametrize("case", SHAPES)
async def test_an_error_has_the_recorded_form_in_its_own_words(twin: Twin, case: str) -> None:
    recorded = next(each for each in json.loads(RECORDED.read_text(encoding="utf-8"))["examples"] if each["case"] == case)
    query, variables, message = SHAPES[case]
    body = await twin.ask(query, variables)
    ours, theirs = shape(body), shape(recorded["body"])
    for each in (ours, theirs):
        each.pop("data", None)
    assert ours == theirs
    assert body["errors"][0]["message"] == message
    assert body["errors"][0].get("extensions", {}).get("code") == recorded["code"]
    assert ("data" in body) == ("data" in recorded["body"])


@pytest.mark.parametrize("name", ["A", "B", "C"])
async def test_one_of_several_operations_runs_by_name(twin: Twin, name: str) -> None:
    answer = await twin.post("query A { shop { name } } query B { shop { currencyCode } }", name=name)
    expected = {"A": {"name": "Northbay"}, "B": {"currencyCode": "EUR"}}
    if name in expected:
        assert answer.json()["data"] == {"shop": expected[name]}
    else:
        assert answer.json() == {"errors": [{"message": 'No operation named "C"'}]}


async def test_the_path_of_a_validation_error_starts_with_its_operation(twin: Twin) -> None:
    body = await twin.ask("query Where { shop { plan { colour } } }")
    assert body == {
        "errors": [
            {
                "message": "Field 'colour' doesn't exist on type 'ShopPlan'",
                "locations": [{"line": 1, "column": 29}],
                "path": ["query Where", "shop", "plan", "colour"],
                "extensions": {"code": "undefinedField", "typeName": "ShopPlan", "fieldName": "colour"},
            }
        ]
    }


async def test_an_execution_error_keeps_data_path_and_cost(twin: Twin) -> None:
    body = await twin.ask('query Q { a: order(id: "nonsense") { id } b: shop { name } }')
    assert body["data"] == {"a": None, "b": {"name": "Northbay"}}
    assert body["errors"] == [
        {"message": "invalid id", "path": ["a"], "locations": [{"line": 1, "column": 11}], "extensions": {"code": "RESOURCE_NOT_FOUND"}}
    ]
    assert body["extensions"]["cost"]["requestedQueryCost"] == 2


@pytest.mark.parametrize("query", ["", "   ", "{", "query", "}{", "\u0000", "{ shop { name } } fragment F on Nothing { x }", "\ud800"])
async def test_any_nonsense_gets_an_error_and_never_a_crash(twin: Twin, query: str) -> None:
    body = json.dumps({"query": query}).encode()
    headers = {"X-Shopify-Access-Token": await twin.token()}
    answer = await twin.client.post("/shops/northbay/admin/api/2026-07/graphql.json", content=body, headers=headers)
    assert answer.status_code in (200, 400)
    assert answer.json()["errors"]
