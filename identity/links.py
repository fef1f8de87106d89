"""Tokens in links and tickets: a place link carries a place, not a right; a grant raises only the browser that holds it.

Pure over a clock and randomness handed in (trust.md 4.4).
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

PLACE_BYTES = 16
"""128 bits: 22 characters of base64url, so that a short link stays within 48 (V-03)."""
GRANT_BYTES = 32
PLACE_LIFE = timedelta(days=14)
GRANT_LIFE = timedelta(seconds=60)

_TOKEN = re.compile(r"[A-Za-z0-9_-]{22,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a deep link leads. Opening it shows a sign-in page; the Hub's own session decides what may be seen."""

    brand: str
    action: str
    order_name: str | None
    line: str | None
    value: str | None
    expires: datetime
    revoked: bool = False

    def leads_on(self, now: datetime) -> bool:
        """Whether the link still preselects anything; an old one leads to the orders page (N-12)."""
        return not self.revoked and now < self.expires


def looks_like_token(text: str) -> bool:
    """Whether `text` could be one of our tokens, so that nothing else reaches the database."""
    return _TOKEN.fullmatch(text) is not None


def at_rest(token: str) -> str:
    """How a token that gives a right is stored: its SHA-256, hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def same(token: str, stored: str) -> bool:
    """Constant-time comparison of a token with its stored form."""
    return hmac.compare_digest(at_rest(token), stored)
