"""A mail as it came in: signed by our mail host, parsed, and turned into one message.

Whoever writes is a claim (L1), also when DMARC passed: `Received.aligned` is a signal and moves no level (trust.md 2, V-14).
"""

import hashlib
import hmac
import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from channels.email import body, dmarc, threads
from channels.email.automatic import automatic
from channels.email.mime import LARGEST, Mail, Unreadable, opened, words
from channels.email.quoting import new_words
from channels.email.sender import one_address
from channels.message import Channel, MailHeaders, Received

__all__ = ["LARGEST", "Unreadable", "is_signed", "parse"]

LEEWAY = timedelta(minutes=5)
LONGEST_SAID = 20_000
"""Characters of a mail that become the message."""


def is_signed(raw: bytes, timestamp: str | None, signature: str | None, secret: str, now: datetime) -> bool:
    """Whether our mail host sent these bytes just now.

    raw: the message as it came, at most 1 MB: more is refused before it is hashed.
    timestamp: header `X-Deskbell-Timestamp`, seconds since 1970 in digits. signature: `X-Deskbell-Signature`, `sha256=` and the hex
    HMAC-SHA-256 of the timestamp, a full stop and the raw message. secret: empty where none is set; then nothing is signed.
    now: aware. Source: trust.md 4.6; the timestamp keeps a captured request from being played again later.
    """
    if not secret or not timestamp or not signature or len(raw) > LARGEST:
        return False
    if not re.fullmatch(r"[0-9]{1,12}", timestamp) or not re.fullmatch(r"sha256=[0-9a-f]{64}", signature):
        return False
    if abs(now.timestamp() - int(timestamp)) > LEEWAY.total_seconds():
        return False
    wanted = hmac.new(secret.encode(), timestamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
    return hmac.compare_digest(f"sha256={wanted}", signature)


def parse(raw: bytes, *, own: Collection[str], authserv_id: str | None) -> Received:
    """Read one mail. Pure.

    own: our own addresses, any case: what comes from them is never answered. authserv_id: the name our mail host writes
    `Authentication-Results` with; None: nothing is aligned.
    Raises Unreadable where it is no mail from exactly one sender, and nothing else whatever the bytes are.
    """
    mail = opened(raw)
    contact = one_address(mail.headers.get("from", []))
    text, media, contents = body.read(mail)
    headers = threads.headers_of(mail)
    return Received(
        channel=Channel.EMAIL,
        id=_key(mail, headers.message_id, contact, contents),
        contact=contact,
        text=_said(mail, headers, text)[:LONGEST_SAID],
        media=media,
        mail=headers,
        at=_written_at(mail),
        automatic=automatic(mail, contact, frozenset(address.lower() for address in own)),
        aligned=dmarc.aligned(mail, contact, authserv_id),
    )


def _said(mail: Mail, headers: MailHeaders, text: str) -> str:
    """The new words; a first mail's subject is part of them, a reply's was said before."""
    added = new_words(text)
    subject = headers.subject
    is_first = not headers.references and not threads.is_answer(subject) and not mail.headers.get("in-reply-to")
    if not subject or not (is_first or not added) or subject.lower() in added.lower():
        return added
    return f"{threads.bare(subject)}\n\n{added}".strip()


def _key(mail: Mail, message_id: str, contact: str, contents: list[bytes]) -> str:
    """One mail by webhook and by IMAP is one; a Message-ID used again for other words is another message.

    White space is left out: mail hosts change line ends and add blanks on the way, never words.
    """
    digest = hashlib.sha256()
    for piece in (message_id.encode(), contact.encode(), mail.first("date").encode(), *(b"".join(each.split()) for each in contents)):
        digest.update(hashlib.sha256(piece).digest())
    return f"{message_id[:180]}#{digest.hexdigest()[:32]}"


def _written_at(mail: Mail) -> datetime | None:
    try:
        at = parsedate_to_datetime(words(mail.first("date"))[:100])
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
