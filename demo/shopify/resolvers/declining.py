"""Mutations that can be refused: the payload with its userErrors, and nulls or the unchanged record beside them."""

from collections.abc import Callable
from typing import Any

from demo.shopify.editing import Declined
from demo.shopify.resolvers.table import Args, Asking, Resolve


def mutation(
    run: Callable[[Asking, Args], dict[str, Any]], *fields: str, beside: Callable[[Asking, Args], dict[str, Any]] | None = None
) -> Resolve:
    """`run` gives the payload's fields; when it raises Declined, all `fields` are null but those that `beside` gives."""

    def resolve(root: Any, asking: Asking, args: Args) -> dict[str, Any]:
        errors: list[dict[str, Any]] = []
        try:
            payload = run(asking, args)
        except Declined as no:
            payload = beside(asking, args) if beside else {}
            errors = [{"field": list(no.field) if no.field else None, "message": no.message, "code": no.code}]
        return {**dict.fromkeys(fields), **payload, "userErrors": errors}

    return resolve
