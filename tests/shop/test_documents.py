"""Every question we ask Shopify is valid, reads only, and costs no more than a turn may spend."""

from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema, parse, validate

from shop.shopify.documents import NotARead, ReadDocument, document_names, read_document

SCHEMA = Path(__file__).resolve().parents[2] / "demo/shopify/schema/admin_2026-07.graphql"


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return build_schema(SCHEMA.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", document_names())
def test_each_document_holds_against_the_schema(name: str, schema: GraphQLSchema) -> None:
    assert [error.message for error in validate(schema, parse(read_document(name).text))] == []


def test_nothing_deprecated_decides() -> None:
    for name in document_names():
        text = read_document(name).text
        assert "fulfillableQuantity" not in text
        assert "displayFulfillmentStatus" not in text


@pytest.mark.parametrize(
    "text",
    [
        "mutation Cancel { orderCancel { job { id } } }",
        "query Orders { shop { id } } mutation Cancel { orderCancel { job { id } } }",
        "subscription Watch { orders { id } }",
        "{ shop { id } }",
        "fragment F on Shop { id }",
        "no graphql at all {",
    ],
)
def test_a_document_that_is_no_single_named_query_cannot_be_made(text: str) -> None:
    with pytest.raises(NotARead):
        ReadDocument(text)
