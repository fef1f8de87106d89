"""Every field the twin can answer, by type and name."""

from demo.shopify.resolvers import catalogue, changes, edits, fulfilment, money, orders, people, returns, roots, warehouse
from demo.shopify.resolvers.table import Resolve, Table, attr

CONNECTION: Table = {"nodes": attr("items"), "edges": attr("edges"), "pageInfo": lambda source, asking, args: source}
EDGE: Table = {"cursor": lambda edge, asking, args: edge[0].cursor(edge[1]), "node": lambda edge, asking, args: edge[1]}
PAGE_INFO: Table = {
    "hasNextPage": attr("has_next"),
    "hasPreviousPage": attr("has_previous"),
    "startCursor": attr("start"),
    "endCursor": attr("end"),
}
TABLES: dict[str, Table] = {
    **people.TABLES,
    **catalogue.TABLES,
    **fulfilment.TABLES,
    **orders.TABLES,
    **roots.TABLES,
    **money.TABLES,
    **edits.TABLES,
    **changes.TABLES,
    **warehouse.TABLES,
    **returns.TABLES,
    "Mutation": {**roots.MUTATION, **edits.MUTATION, **changes.MUTATION, **warehouse.MUTATION, **returns.MUTATION},
    "PageInfo": PAGE_INFO,
}


def resolver_of(type_name: str, field: str) -> Resolve | None:
    """The function that answers a field, or None where the twin has no answer."""
    if type_name in TABLES:
        return TABLES[type_name].get(field)
    if type_name.endswith("Connection"):
        return CONNECTION.get(field)
    return EDGE.get(field) if type_name.endswith("Edge") else None
