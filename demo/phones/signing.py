"""How Twilio and Meta sign what they send to an app: written from their pages, apart from the app's own check."""

import base64
import hashlib
import hmac
from collections.abc import Iterable


def twilio_signature(url: str, pairs: Iterable[tuple[str, str]], token: str) -> str:
    """X-Twilio-Signature: the address without its fragment, then each name and value in order of the names, keyed with the auth token.

    A name that comes several times gives its different values once each, sorted.
    """
    values: dict[str, set[str]] = {}
    for name, value in pairs:
        values.setdefault(name, set()).add(value)
    signed = url.split("#", 1)[0]
    for name in sorted(values):
        for value in sorted(values[name]):
            signed += name + value
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def meta_signature(raw: bytes, secret: str) -> str:
    """X-Hub-Signature-256: over the very bytes that are sent, keyed with the app secret."""
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
