"""Whether a message really comes from Shopify, and what it says about itself. Pure.

A webhook is a hint, never a fact: whoever gets one reads the order again (facts.md 9).
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """The headers of one webhook."""

    topic: str
    """As Shopify writes it, e.g. `orders/updated`."""
    shop: str
    delivery: str
    """X-Shopify-Webhook-Id: the same for each retry of one delivery."""
    event: str
    """X-Shopify-Event-Id: the same across subscriptions; the delivery's where missing."""
    version: str | None
    triggered_at: datetime | None
    """Aware, UTC."""


def is_signed(raw: bytes, signature: str | None, secrets: Iterable[str]) -> bool:
    """Whether `signature` is base64(HMAC-SHA256(raw, secret)) for one of the secrets, compared in constant time.

    raw: the body as it came, before any parsing. secrets: the current one and, while it is being changed, the one before.
    """
    if not signature:
        return False
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    matches = [hmac.compare_digest(hmac.digest(secret.encode(), raw, hashlib.sha256), given) for secret in secrets if secret]
    return any(matches)


def hint_from(headers: Mapping[str, str]) -> Hint | None:
    """None when a header that is always there is missing. Names are compared without case."""
    folded = {name.lower(): value for name, value in headers.items()}
    topic, shop = folded.get("x-shopify-topic"), folded.get("x-shopify-shop-domain")
    delivery = folded.get("x-shopify-webhook-id")
    if not topic or not shop or not delivery:
        return None
    return Hint(
        topic=topic.lower(),
        shop=shop.lower(),
        delivery=delivery,
        event=folded.get("x-shopify-event-id") or delivery,
        version=folded.get("x-shopify-api-version"),
        triggered_at=_moment(folded.get("x-shopify-triggered-at")),
    )


def _moment(value: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if value else None
    except ValueError:
        return None
    if found is None:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
