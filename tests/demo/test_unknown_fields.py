"""What the twin cannot answer it says; it never makes a null up."""

import pytest

from tests.demo.twin import Twin


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ("alerts { title }", "Order.alerts"),
        ("lineItems(first: 1) { nodes { image(maxWidth: 20) { url } } }", "LineItem.image(maxWidth:)"),
        ("refunds { orderAdjustments(first: 1) { nodes { id } } }", "Refund.orderAdjustments"),
    ],
)
async def test_a_field_or_argument_the_twin_does_not_know_is_named(twin: Twin, fields: str, missing: str) -> None:
    order = twin.shop.order("#1")
    assert order is not None
    answer = await twin.post(f"query Q($id: ID!) {{ order(id: $id) {{ {fields} }} }}", {"id": order.gid})
    assert answer.status_code == 501
    assert missing in answer.json()["errors"][0]["extensions"]["missing"]


@pytest.mark.parametrize(
    "words", ["name:1 OR name:2", "-tag:vip", "name:1*", "sku:X", "Ana", "(name:1)", "created_at:yesterday", 'name:"1"tag:x']
)
async def test_search_words_the_twin_does_not_know_are_refused(twin: Twin, words: str) -> None:
    answer = await twin.post("query Q($q: String!) { orders(first: 1, query: $q) { nodes { id } } }", {"q": words})
    assert answer.status_code == 501
    assert "the twin does not implement" in answer.json()["errors"][0]["message"]


async def test_a_sort_key_the_twin_does_not_know_is_refused(twin: Twin) -> None:
    answer = await twin.post("{ orders(first: 1, sortKey: DESTINATION) { nodes { id } } }")
    assert answer.json()["errors"][0]["extensions"]["missing"] == ["sortKey: DESTINATION"]


async def test_a_write_the_hub_may_make_but_the_twin_cannot_is_named(twin: Twin) -> None:
    token = await twin.token("deskbell-hub", "hub-secret")
    query = 'mutation M($id: ID!) { tagsAdd(id: $id, tags: ["x"]) { userErrors { message } } }'
    answer = await twin.post(query, {"id": "gid://shopify/Order/1"}, token=token)
    assert answer.status_code == 501
    assert answer.json()["errors"][0]["extensions"]["missing"] == ["Mutation.tagsAdd", "TagsAddPayload.userErrors"]
