"""Shopify's own schema, with its scalars written as Shopify writes them."""

from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from graphql import GraphQLAbstractType, GraphQLScalarType, GraphQLSchema, build_schema

from demo.shopify import records as r
from demo.shopify.refunding import Suggestion

API_VERSION = "2026-07"
FILE = Path(__file__).parent / "schema" / f"admin_{API_VERSION}.graphql"
RUNTIME_TYPES: dict[type[Any], str] = {
    r.Order: "Order",
    r.Customer: "Customer",
    r.Product: "Product",
    r.Variant: "ProductVariant",
    r.FulfillmentOrder: "FulfillmentOrder",
    r.Fulfillment: "Fulfillment",
    r.Event: "BasicEvent",
    r.ReturnLine: "ReturnLineItem",
    Suggestion: "SuggestedStoreCreditRefund",
    str: "PurchasingCompany",
}
"""Which member of an interface or union a record is; a plain string stands for the company that bought."""


def written(moment: Any) -> str:
    """DateTime: `…Z`, seconds (recorded)."""
    if not isinstance(moment, datetime):
        raise TypeError(f"not a DateTime: {moment!r}")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=1)
def admin_schema() -> GraphQLSchema:
    """The pruned Admin schema; built once (about a quarter of a second)."""
    schema = build_schema(FILE.read_text(encoding="utf-8"))
    for name, serialize in (("DateTime", written), ("UnsignedInt64", str)):
        scalar = schema.type_map[name]
        assert isinstance(scalar, GraphQLScalarType)
        scalar.serialize = serialize  # type: ignore[assignment, method-assign]  # graphql-core's way to give a scalar of an SDL its form
    for kind in schema.type_map.values():
        if hasattr(kind, "resolve_type"):
            kind.resolve_type = _runtime_type
    return schema


def _runtime_type(value: Any, info: Any, abstract: GraphQLAbstractType) -> str:
    return RUNTIME_TYPES[type(value)]
