"""Shopify's app proxy: passes a storefront request on to the app, signed, with who is logged in."""

import hashlib
import hmac
from collections.abc import Iterable
from urllib.parse import urlencode


def signed_query(pairs: Iterable[tuple[str, str]], *, shop: str, customer: str | None, timestamp: int, secret: str) -> str:
    """The query the app receives: the page's own pairs, Shopify's, and the signature over all of them.

    The signature is hex HMAC-SHA256 over the sorted `key=value` pairs joined without separator; a repeated key's values by comma.
    """
    own = [(key, value) for key, value in pairs if key not in {"shop", "path_prefix", "timestamp", "logged_in_customer_id", "signature"}]
    own += [
        ("shop", shop),
        ("logged_in_customer_id", customer or ""),
        ("path_prefix", "/apps/deskbell"),
        ("timestamp", str(timestamp)),
    ]
    joined: dict[str, list[str]] = {}
    for key, value in own:
        joined.setdefault(key, []).append(value)
    message = "".join(sorted(f"{key}={','.join(values)}" for key, values in joined.items()))
    return urlencode([*own, ("signature", hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest())])
