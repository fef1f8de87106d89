"""The storefront's word on who is logged in: Shopify signs every request its app proxy passes on.

Source: trust.md 4.5 (app proxy), shopify/facts.md 7.2. Pure over the clock.

BadProxySignature   the request did not come through Shopify, or not now: answer 401, trust nothing of it
"""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

TOLERANCE = timedelta(seconds=90)
_ONCE = frozenset({"shop", "timestamp", "signature", "logged_in_customer_id", "path_prefix"})


class BadProxySignature(Exception):
    """The app-proxy signature does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    shop: str
    customer: str | None
    """The customer's gid; None when nobody is logged in."""
    at: datetime


def sign(pairs: Sequence[tuple[str, str]], secret: str) -> str:
    """Hex HMAC-SHA256 over the sorted `key=value` pairs, joined without separator, repeated keys' values by comma."""
    values: defaultdict[str, list[str]] = defaultdict(list)
    for key, value in pairs:
        values[key].append(value)
    message = "".join(sorted(f"{key}={','.join(value)}" for key, value in values.items()))
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


def verify(raw_query: str, secrets: Sequence[str], shop: str, now: datetime) -> Visitor:
    """Who the storefront says is there.

    raw_query: as received, before any framework has touched it. secrets: current first, the old one during rotation.
    shop: the brand's `*.myshopify.com`, from our own settings, which the request must name.
    Raises BadProxySignature for a bad signature, another shop, a repeated parameter, or a time more than 90 s off.
    """
    try:
        pairs = parse_qsl(raw_query, keep_blank_values=True, strict_parsing=True, max_num_fields=50, errors="strict")
    except ValueError as error:
        raise BadProxySignature("the query cannot be read") from error
    once = [key for key, _ in pairs if key in _ONCE]
    if len(once) != len(set(once)):
        raise BadProxySignature("a signed parameter is repeated")
    if any(_recut(key, value) for key, value in pairs):
        raise BadProxySignature("a parameter holds another one")
    given = dict(pairs)
    unsigned = [(key, value) for key, value in pairs if key != "signature"]
    # All are compared, so that the time taken does not tell which secret was near.
    if not any([hmac.compare_digest(sign(unsigned, secret).encode(), given.get("signature", "").encode()) for secret in secrets]):
        raise BadProxySignature
    if given.get("shop") != shop:
        raise BadProxySignature("the request names another shop")
    at = _time(given.get("timestamp", ""), now)
    customer = given.get("logged_in_customer_id", "")
    known = customer.isascii() and customer.isdigit()
    return Visitor(shop=shop, customer=f"gid://shopify/Customer/{customer}" if known else None, at=at)


def _recut(key: str, value: str) -> bool:
    """Whether this pair could be the pieces of others: Shopify signs pairs without separators, so `x=1` `y=2` signs as `x=1y=2`.

    A stranger chooses parameters on the storefront; without this, one signature would stand for several readings of them.
    """
    return "=" in key or any(f"{name}=" in value for name in _ONCE) or (key not in _ONCE and any(name in key for name in _ONCE))


def _time(text: str, now: datetime) -> datetime:
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise BadProxySignature("the timestamp cannot be read")
    at = datetime.fromtimestamp(int(text), tz=now.tzinfo)
    if abs(now - at) > TOLERANCE:
        raise BadProxySignature("the request is too old or from the future")
    return at
