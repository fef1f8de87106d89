"""One-time codes: proof that the writer holds a contact that is on the customer's record.

Pure over a clock and randomness handed in. Six digits live five or ten minutes, serve once, and belong to one
brand, one session, one contact and one purpose (trust.md 4.3). Only a keyed digest is ever stored.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, TypeAlias

DIGITS = 6
TRIES_PER_CODE = 5
CODES_PER_HOUR = 3
CODES_PER_DAY = 6
FAILURES_PER_DAY = 20
FAILURES_IN_ALL = 100
SHOP_FAILURES_PER_HOUR = 400
LIFE = {"sms": timedelta(minutes=5), "whatsapp": timedelta(minutes=5), "email": timedelta(minutes=10)}

Purpose: TypeAlias = Literal["conversation", "hub"]
Medium: TypeAlias = Literal["email", "sms", "whatsapp"]

_CODE = re.compile(r"(?<![0-9A-Za-z#])([0-9]{3}[ -]?[0-9]{3})(?![0-9A-Za-z])")


class Verdict(StrEnum):
    """What one typed code came to."""

    ACCEPTED = "accepted"
    WRONG = "wrong"
    SPENT = "spent"
    """Used, out of tries, out of time, or the contact is at its limit: the code path is closed, a person and sign-in stay open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """One code on its way. `customer` is None when the contact is on no record: no code exists, every answer is wrong."""

    brand: str
    session: str
    """The conversation's or the Hub session's id."""
    contact: str
    purpose: Purpose
    customer: str | None
    salt: bytes
    digest: bytes
    created_at: datetime
    expires_at: datetime
    failures: int = 0
    used: bool = False


def challenge(
    digits: str,
    salt: bytes,
    key: bytes,
    *,
    brand: str,
    session: str,
    contact: str,
    purpose: Purpose,
    medium: Medium,
    customer: str | None,
    now: datetime,
) -> Challenge:
    """A new challenge for `digits`, six of them, drawn by `secrets.randbelow(10**6)` at the edge.

    key: the HMAC key, kept apart from the database (section 10: a deviation from ASVS 6.5.2, on purpose).
    """
    digest = _digest(digits, salt, key, brand=brand, session=session, contact=contact, purpose=purpose)
    return Challenge(
        brand=brand,
        session=session,
        contact=contact,
        purpose=purpose,
        customer=customer,
        salt=salt,
        digest=digest,
        created_at=now,
        expires_at=now + LIFE[medium],
    )


def check(open_challenge: Challenge, typed: str, key: bytes, *, session: str, now: datetime) -> tuple[Verdict, Challenge]:
    """What `typed` comes to, and the challenge as it must be stored afterwards.

    The caller holds the row locked, so that of fifty parallel tries one wins (A2). The instant of expiry is outside.
    """
    if open_challenge.used or open_challenge.failures >= TRIES_PER_CODE or now >= open_challenge.expires_at:
        return Verdict.SPENT, open_challenge
    made = _digest(
        typed,
        open_challenge.salt,
        key,
        brand=open_challenge.brand,
        session=session,
        contact=open_challenge.contact,
        purpose=open_challenge.purpose,
    )
    if hmac.compare_digest(made, open_challenge.digest) and open_challenge.customer is not None:
        return Verdict.ACCEPTED, replace(open_challenge, used=True)
    failed = replace(open_challenge, failures=open_challenge.failures + 1)
    return (Verdict.SPENT if failed.failures >= TRIES_PER_CODE else Verdict.WRONG), failed


def may_send(sent: Sequence[datetime], failures: Sequence[datetime], in_a_row: int, now: datetime) -> bool:
    """Whether one more code may go to this contact.

    sent, failures: times of this contact's codes and failed tries; in_a_row: failures since the last success.
    """
    hour, day = now - timedelta(hours=1), now - timedelta(days=1)
    return (
        sum(at > hour for at in sent) < CODES_PER_HOUR
        and sum(at > day for at in sent) < CODES_PER_DAY
        and sum(at > day for at in failures) < FAILURES_PER_DAY
        and in_a_row < FAILURES_IN_ALL
    )


def code_in(text: str) -> str | None:
    """The one six-digit code in a message, full-width digits too; None when there is none or more than one."""
    found = _CODE.findall(unicodedata.normalize("NFKC", text))
    return re.sub(r"\D", "", found[0]) if len(found) == 1 else None


def normal_email(text: str) -> str:
    """Trimmed and case-folded. Dots, plus tags and look-alike letters are left alone (trust.md 2)."""
    return text.strip().casefold()


def _digest(digits: str, salt: bytes, key: bytes, *, brand: str, session: str, contact: str, purpose: str) -> bytes:
    bound = "\x1f".join((brand, session, contact, purpose, digits)).encode()
    return hmac.new(key, salt + bound, hashlib.sha256).digest()
