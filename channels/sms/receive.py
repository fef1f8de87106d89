"""What Twilio delivers: whether it truly comes from Twilio, who wrote what, and how far our own messages have come (trust.md 4.6).

Pure. The address a signature is checked against is the one configured at Twilio, built from settings: a `Host` header is anybody's word.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import SplitResult, parse_qs, parse_qsl, urlsplit

from channels.message import Channel, DeliveryState, Receipt, Received

Form = Sequence[tuple[str, str]]
"""The pairs of a form body in the order they came, blanks and repeats kept."""

MOST_FIELDS = 1_000
_BODY_HASH = "bodySHA256"
_PORTS = {"https": 443, "http": 80}
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_SHORT_CODE = re.compile(r"\+?[0-9]{3,8}", re.ASCII)
_SID = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}", re.ASCII)
_WITHHELD = frozenset({"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
"""ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and UNAVAILABLE, dialled on a keypad: how Twilio writes a number that was withheld."""

_STATES = {
    "accepted": DeliveryState.QUEUED,
    "scheduled": DeliveryState.QUEUED,
    "queued": DeliveryState.QUEUED,
    "sending": DeliveryState.QUEUED,
    "sent": DeliveryState.SENT,
    # Some parts arrived and some did not: nobody has read it whole.
    "partially_delivered": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "undelivered": DeliveryState.FAILED,
    "failed": DeliveryState.FAILED,
    "canceled": DeliveryState.FAILED,
}


class Unreadable(ValueError):
    """It is signed and yet nothing we can take: another channel's sender, a sender nobody can answer, a field that is missing."""


def form_of(raw: bytes) -> Form:
    """The pairs of an `application/x-www-form-urlencoded` body. Empty values are kept: Twilio signs them too. Raises Unreadable."""
    try:
        return parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="replace", max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise Unreadable("not a form body") from error


def is_signed(url: str, form: Form, signature: str, token: str) -> bool:
    """Whether the account whose primary token is `token` signed this form for this address.

    url: as configured at Twilio with the query the request came with; its fragment (`#rc=2&rp=all`) is never signed.
    form: every pair of the body. An address that names a body hash belongs to `is_signed_json`: as a form its body would go unchecked.
    Source: Twilio, "Webhooks Security": HMAC-SHA-1 over the address and the sorted pairs, in base64; the port may be in it or not.
    """
    if _BODY_HASH in _query_of(url):
        return False
    return _matches(url, "".join(name + value for name, value in sorted(set(form))), signature, token)


def is_signed_json(url: str, raw: bytes, signature: str, token: str) -> bool:
    """Whether the account signed this body that is no form: the address names the SHA-256 of the raw bytes and is signed itself."""
    hashes = _query_of(url).get(_BODY_HASH, [])
    right = len(hashes) == 1 and hmac.compare_digest(hashlib.sha256(raw).hexdigest().encode(), hashes[0].encode("utf-8", "replace"))
    return right and _matches(url, "", signature, token)


def received(form: Form) -> Received:
    """The message in a signed inbound webhook. Raises Unreadable.

    Twilio gives no time in it, so `at` stays empty. The sender's number is a claim (L1), whatever the signature says.
    """
    fields = dict(form)
    sid = fields.get("MessageSid") or fields.get("SmsSid") or ""
    if not _SID.fullmatch(sid):
        raise Unreadable("no MessageSid")
    opt_out = fields.get("OptOutType", "").strip().upper()
    return Received(
        channel=Channel.SMS,
        id=sid,
        contact=sender(fields.get("From", "")),
        text=fields.get("Body", ""),
        media=_media_of(fields),
        opt_out_type=opt_out if opt_out in ("STOP", "HELP", "START") else None,
    )


def receipt(form: Form, query: Mapping[str, str] | Form) -> Receipt:
    """The word on one of our messages in a signed status callback. Raises Unreadable.

    query: of the callback's address; its `ref` is ours, given when the message was sent.
    """
    fields = dict(form)
    sid = fields.get("MessageSid") or fields.get("SmsSid") or ""
    if not _SID.fullmatch(sid):
        raise Unreadable("no MessageSid")
    status = (fields.get("MessageStatus") or fields.get("SmsStatus") or "").strip().lower()
    if status not in _STATES:
        raise Unreadable(f"no status of a message we sent: {status[:20]!r}")
    error = fields.get("ErrorCode", "").strip()
    return Receipt(
        provider_ref=sid,
        state=_STATES[status],
        ref=dict(query).get("ref") or None,
        error=error[:20] if error not in ("", "0") else None,
        at=_handset_time(fields.get("RawDlrDoneDate", "")),
    )


def sender(number: str) -> str:
    """The E.164 number of a sender that can be answered by SMS. Raises Unreadable, saying what it is instead."""
    number = number.strip()
    if ":" in number:
        raise Unreadable(f"a sender on another channel: {number.partition(':')[0][:20]!r}")
    if number in _WITHHELD:
        raise Unreadable("a withheld number")
    if _SHORT_CODE.fullmatch(number) and not _E164.fullmatch(number):
        raise Unreadable("a short code: no shopper writes from one")
    if not _E164.fullmatch(number):
        raise Unreadable("an alphanumeric sender: it cannot be answered" if number else "no sender")
    return number


def kind_of_media(content_type: str) -> str:
    """What cannot be read here, as `Received.media` names it."""
    whole = content_type.partition(";")[0].strip().lower()
    if whole in ("text/vcard", "text/x-vcard", "text/directory"):
        return "contacts"
    family = whole.partition("/")[0]
    if family in ("image", "audio", "video"):
        return family
    return "document" if family in ("application", "text") else "unsupported"


def _media_of(fields: Mapping[str, str]) -> tuple[str, ...]:
    said = fields.get("NumMedia", "0").strip()
    # Twilio takes ten at most; a count that is no number is settled by what the form holds.
    number = min(int(said), 10) if said.isascii() and said.isdigit() else sum(name.startswith("MediaContentType") for name in fields)
    return tuple(kind_of_media(fields.get(f"MediaContentType{place}", "")) for place in range(min(number, 10)))


def _handset_time(text: str) -> datetime | None:
    """When the carrier says the handset had it: `YYMMDDhhmm`, UTC; a hint only."""
    if not re.fullmatch(r"[0-9]{10}(?:[0-9]{2})?", text, re.ASCII):
        return None
    try:
        return datetime.strptime(text[:10], "%y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError:
        return None


def _matches(url: str, pairs: str, signature: str, token: str) -> bool:
    """Twilio may sign the address with its port or without: both are tried, each in the same time."""
    if not token:
        return False
    given = signature.encode("utf-8", "replace")
    fits = False
    for address in _addresses(url):
        try:
            signed = (address + pairs).encode()
        except UnicodeEncodeError:
            return False
        made = base64.b64encode(hmac.new(token.encode(), signed, hashlib.sha1).digest())
        fits |= hmac.compare_digest(made, given)
    return fits


def _addresses(url: str) -> tuple[str, ...]:
    try:
        parts = urlsplit(url)._replace(fragment="")
        port = parts.port
    except ValueError:
        return ()
    if port:
        return parts.geturl(), parts._replace(netloc=parts.netloc.rpartition(":")[0]).geturl()
    return parts.geturl(), _with_port(parts)


def _with_port(parts: SplitResult) -> str:
    return parts._replace(netloc=f"{parts.netloc.rstrip(':')}:{_PORTS.get(parts.scheme, 80)}").geturl()


def _query_of(url: str) -> dict[str, list[str]]:
    try:
        return parse_qs(urlsplit(url).query, keep_blank_values=True)
    except ValueError:
        return {}
