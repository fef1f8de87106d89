"""Who may see what: access scopes per field and the protected customer data an app was approved for."""

import json
import re
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, get_named_type

FILE = Path(__file__).parent / "schema" / "access_2026-07.json"
READ_SCOPES = frozenset(
    {
        "read_orders",
        "read_customers",
        "read_products",
        "read_locations",
        "read_merchant_managed_fulfillment_orders",
        "read_third_party_fulfillment_orders",
        "read_returns",
        "read_legal_policies",
        "read_payment_terms",
    }
)
HUB_SCOPES = READ_SCOPES | {
    "write_orders",
    "write_order_edits",
    "write_merchant_managed_fulfillment_orders",
    "write_third_party_fulfillment_orders",
    "write_returns",
}
UNNAMED_WRITE = "write_orders"
"""Where the schema names no scope for a mutation (refundCreate, tagsAdd, …), it needs this one."""
OPEN_MUTATIONS = frozenset({"webhookSubscriptionCreate"})
"""Changes nothing in the shop: any app may subscribe to what it may read."""


class ScopeSet:
    """The rights of one token. A write scope holds its read scope."""

    def __init__(self, granted: frozenset[str] | set[str], data: frozenset[str]) -> None:
        implied = {scope.replace("write_", "read_", 1) for scope in granted if scope.startswith("write_")}
        self.scopes = frozenset(granted) | implied
        self.data = data

    def has(self, *any_of: str) -> bool:
        return any(scope in self.scopes for scope in any_of)

    @cached_property
    def listed(self) -> list[str]:
        """Handles for `currentAppInstallation`, in order."""
        return sorted(self.scopes)

    @cached_property
    def all_orders(self) -> bool:
        return "read_all_orders" in self.scopes

    @cached_property
    def fulfillment_orders(self) -> tuple[bool, bool]:
        """May it see fulfilment orders at the merchant's own places, and at third parties? The others are left out in silence."""
        return self.has("read_merchant_managed_fulfillment_orders"), self.has("read_third_party_fulfillment_orders")


@lru_cache(maxsize=1)
def marks() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return loaded


def requirement(schema: GraphQLSchema, parent: GraphQLObjectType, name: str, field: GraphQLField) -> dict[str, Any] | None:
    """What a field asks for: {"any_of": [scope], "also": text}, or None. A field without a mark needs what its type needs."""
    access = marks()
    found: dict[str, Any] | None = access["fields"].get(f"{parent.name}.{name}")
    if parent is schema.mutation_type:
        return found or (None if name in OPEN_MUTATIONS else {"any_of": [UNNAMED_WRITE]})
    if found is None:
        returned = get_named_type(field.type).name
        found = access["types"].get(returned) or access["types"].get(returned.removesuffix("Connection"))
    return found


def protection(parent: str, name: str) -> str | None:
    """`name`, `email`, `phone` or `address` where the field is protected customer data."""
    level: str | None = marks()["protected"].get(f"{parent}.{name}")
    return level


def is_denied(needs: dict[str, Any], scopes: ScopeSet) -> bool:
    also = re.findall(r"^Requires the `(\w+)` access scope(?: or `(\w+)`)?", needs.get("also", ""))
    return not scopes.has(*needs["any_of"]) or any(not scopes.has(*(scope for scope in group if scope)) for group in also)


def words(needs: dict[str, Any]) -> str:
    """ "`read_apps` access scope." and what else is asked, as Shopify words it (recorded)."""
    named = " or ".join(f"`{scope}`" for scope in needs["any_of"])
    text = f"{named} access scope."
    return f"{text} Also: {needs['also']}" if needs.get("also") else text
