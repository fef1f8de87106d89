"""Only Shopify's own words are believed to be Shopify's."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from shop.shopify.webhooks import hint_from, is_signed

BODY = b'{"id": 1042, "note": "\xc3\xa9"}'


def signature(body: bytes, secret: str) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def test_the_current_secret_and_the_one_before_are_taken() -> None:
    for secret in ("new", "old"):
        assert is_signed(BODY, signature(BODY, secret), ["new", "old"])


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "not base64 ✓",
        "AAAA",
        signature(BODY, "other"),
        signature(BODY + b" ", "new"),
        signature(BODY, ""),
        signature(BODY, "new")[:-4],
        signature(BODY, "new") + "\n",
        hmac.new(b"new", BODY, hashlib.sha256).hexdigest(),
        base64.b64encode(hmac.new(b"new", BODY, hashlib.sha1).digest()).decode(),
        base64.urlsafe_b64encode(b"\xff" * 32).decode(),
    ],
)
def test_every_defect_of_a_signature_is_refused(given: str | None) -> None:
    assert not is_signed(BODY, given, ["new", ""])


def test_the_headers_say_what_it_is_about() -> None:
    headers = {
        "X-Shopify-Topic": "orders/updated",
        "x-shopify-shop-domain": "Northbay.myshopify.com",
        "X-Shopify-Webhook-Id": "w1",
        "X-Shopify-Event-Id": "e1",
        "X-Shopify-API-Version": "2026-07",
        "X-Shopify-Triggered-At": "2026-11-20T14:00:00Z",
    }
    hint = hint_from(headers)
    assert hint is not None
    assert (hint.topic, hint.shop, hint.delivery, hint.event) == ("orders/updated", "northbay.myshopify.com", "w1", "e1")
    assert hint.triggered_at == datetime(2026, 11, 20, 14, tzinfo=UTC)
    assert hint_from({**headers, "X-Shopify-Triggered-At": "soon"}) is not None
    assert hint_from({"X-Shopify-Topic": "orders/updated"}) is None
