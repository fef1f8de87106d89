"""Every change we can say to Shopify is valid, is one change, and carries a key where Shopify asks for one."""

from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

from shop.shopify.changing import CHANGES, NotAChange, WriteDocument, change_names, write_document
from shop.shopify.documents import NotARead, ReadDocument

SCHEMA = Path(__file__).resolve().parents[2] / "demo/shopify/schema/admin_2026-07.graphql"


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(SCHEMA.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", change_names())
def test_each_change_holds_against_the_schema(name: str, schema: GraphQLSchema) -> None:
    assert [error.message for error in validate(schema, parse(write_document(name).text))] == []


@pytest.mark.parametrize("name", change_names())
def test_no_change_can_be_said_as_a_read(name: str) -> None:
    with pytest.raises(NotARead):
        ReadDocument(write_document(name).text)


def test_a_refund_carries_its_key_and_a_hold_ends_by_id_only() -> None:
    assert "@idempotent(key: $key)" in write_document("refund_create").text
    assert "$holdIds: [ID!]!" in write_document("fulfillment_order_release_hold").text
    assert not any("refund: " in path.read_text(encoding="utf-8") for path in CHANGES.glob("order_cancel*"))  # deprecated


@pytest.mark.parametrize(
    "text",
    [
        "query Orders { shop { id } }",
        "mutation { orderClose(input: {id: 1}) { order { id } } }",
        "mutation Two { a: orderOpen(input: {id: 1}) { order { id } } orderClose(input: {id: 1}) { order { id } } }",
        "no graphql at all {",
    ],
)
def test_a_document_that_is_no_single_named_change_cannot_be_made(text: str) -> None:
    with pytest.raises(NotAChange):
        WriteDocument(text)
