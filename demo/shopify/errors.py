"""What an answer of the twin can fail with.

ShopifyError            an error in Shopify's words, with its code, on the field that failed
NotInTwin               the twin does not know how to answer this: a developer must look (HTTP 501)
"""

from typing import Any

from graphql import GraphQLError

DOCUMENTATION = "https://shopify.dev/api/usage/access-scopes"


class ShopifyError(GraphQLError):
    """An execution error as Shopify sends it; graphql-core adds the place and the path."""

    def __init__(self, message: str, code: str, **extensions: Any) -> None:
        super().__init__(message, extensions={"code": code, **extensions})


class NotInTwin(Exception):
    """The twin has no answer for a field, an argument or a search term. It says so instead of inventing one."""

    def __init__(self, *what: str) -> None:
        self.what = what
        super().__init__(f"the twin does not implement {', '.join(what)}")


def bad_request(message: str) -> ShopifyError:
    return ShopifyError(message, "BAD_REQUEST")


def not_found(message: str) -> ShopifyError:
    return ShopifyError(message, "RESOURCE_NOT_FOUND")


def access_denied(field: str, required: str) -> ShopifyError:
    message = f"Access denied for {field} field. Required access: {required}"
    return ShopifyError(message, "ACCESS_DENIED", documentation=DOCUMENTATION, requiredAccess=required)


def not_approved(field: str) -> ShopifyError:
    """Protected customer data without approval. The wording was never recorded: assumed."""
    return ShopifyError(f"This app is not approved to use the {field} field.", "ACCESS_DENIED", documentation=DOCUMENTATION)
