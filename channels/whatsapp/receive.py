"""What Meta's Cloud API delivers: whether it is truly Meta's, and what stands in it, item by item.

One delivery may carry messages and statuses of several numbers of several brands; an item that cannot be read is named and costs no other.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, TypeAlias

from channels.message import Channel, DeliveryState, Receipt, Received

_SIGNATURE = re.compile(r"sha256=([0-9a-f]{64})")
_CHALLENGE = re.compile(r"[A-Za-z0-9_.\-]{1,200}")
_DIGITS = re.compile(r"[0-9]{5,20}")
_WA_ID = re.compile(r"[1-9][0-9]{6,14}")
_ID = re.compile(r"[!-~]{1,200}")

UNREADABLE = {
    "image": "image",
    "audio": "audio",
    "voice": "audio",
    "video": "video",
    "document": "document",
    "sticker": "sticker",
    "location": "location",
    "contacts": "contacts",
}
"""Message types that have no words of their own to be read here (C7); a type not known at all is `unsupported`."""
ASKS_NOTHING = frozenset({"reaction"})
"""A sign on a message already there: it opens no window and waits for no answer."""
NOT_A_MESSAGE = frozenset({"system", "request_welcome", "revoke"})
"""Notes of the network's own about a number or a chat, and words that were taken back."""

STATES = {
    "sent": DeliveryState.SENT,
    "delivered": DeliveryState.DELIVERED,
    "read": DeliveryState.READ,
    "played": DeliveryState.READ,
    "failed": DeliveryState.FAILED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """An item that was not read. `why` holds none of the sender's words."""

    why: str
    code: str | None = None
    """Meta's error code, where the item is an error."""


Content: TypeAlias = Received | Receipt | Bad


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing of a delivery, and the number it belongs to."""

    phone_number_id: str
    """To be matched to the brand before anything is believed: one app secret signs for all brands. Empty where none could be read."""
    content: Content


def is_signed(raw: bytes, header: str | None, secret: str) -> bool:
    """Whether `X-Hub-Signature-256` is the HMAC-SHA256 of the body exactly as it came. Constant time in the digest.

    raw: the bytes from the wire; JSON read and written again is another body (Meta escapes as `\\uXXXX`).
    secret: the app secret; with an empty one nothing is signed.
    """
    given = _SIGNATURE.fullmatch(header or "")
    if given is None or not secret:
        return False
    return hmac.compare_digest(hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest(), given[1])


def challenge(query: Mapping[str, str], verify_token: str) -> str | None:
    """What to answer to Meta's GET when the webhook is set up, as plain text; None: answer 403.

    query: `hub.mode`, `hub.verify_token`, `hub.challenge`. The token is compared in constant time.
    """
    given = query.get("hub.verify_token", "")
    known = bool(verify_token) and hmac.compare_digest(given.encode("utf-8", "replace"), verify_token.encode("utf-8", "replace"))
    said = query.get("hub.challenge", "")
    return said if known and query.get("hub.mode") == "subscribe" and _CHALLENGE.fullmatch(said) else None


def parse(raw: bytes) -> tuple[Item, ...]:
    """Everything a delivery holds, in its order: messages, statuses, errors. Raises nothing: what cannot be read is a Bad item."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return (Item(phone_number_id="", content=Bad(why="the body is not JSON")),)
    if not isinstance(body, dict) or body.get("object") != "whatsapp_business_account":
        return (Item(phone_number_id="", content=Bad(why="the body is not a WhatsApp delivery")),)
    return tuple(_items(body))


def e164(wa_id: object) -> str | None:
    """The telephone number behind a `wa_id`, or None where there is none.

    Two countries' ids differ from the numbers people have: Mexico's keep a 1 after 52 that was dropped in 2019, and Brazil's older ones
    lack the 9 that every mobile number has had since 2016. Meta takes either form to send to.
    """
    if not isinstance(wa_id, str) or _WA_ID.fullmatch(wa_id) is None:
        return None
    if wa_id.startswith("521") and len(wa_id) == 13:
        return f"+52{wa_id[3:]}"
    if wa_id.startswith("55") and len(wa_id) == 12 and wa_id[4] in "6789":
        return f"+{wa_id[:4]}9{wa_id[4:]}"
    return f"+{wa_id}"


def _items(body: Mapping[str, Any]) -> Iterator[Item]:
    for entry in _dicts(body.get("entry")):
        for change in _dicts(entry.get("changes")):
            value = change.get("value")
            if change.get("field") != "messages" or not isinstance(value, dict):
                yield Item(phone_number_id="", content=Bad(why="a change that is not about messages"))
                continue
            number = _number(value)
            for content in _contents(value):
                yield Item(phone_number_id=number, content=content)


def _number(value: Mapping[str, Any]) -> str:
    metadata = value.get("metadata")
    given = metadata.get("phone_number_id") if isinstance(metadata, dict) else None
    return given if isinstance(given, str) and _DIGITS.fullmatch(given) else ""


def _contents(value: Mapping[str, Any]) -> Iterator[Content]:
    for message in _list(value.get("messages")):
        yield _received(message) if isinstance(message, dict) else Bad(why="a message that is no object")
    for status in _list(value.get("statuses")):
        yield _receipt(status) if isinstance(status, dict) else Bad(why="a status that is no object")
    for error in _dicts(value.get("errors")):
        yield Bad(why="an error of the account", code=_code(error))


def _received(message: Mapping[str, Any]) -> Content:
    wamid, contact, kind = _id(message.get("id")), e164(message.get("from")), message.get("type")
    if wamid is None:
        return Bad(why="a message without an id")
    if message.get("group_id"):
        return Bad(why="a message of a group")
    if kind in NOT_A_MESSAGE:
        return Bad(why=f"no message: {kind}")
    if contact is None:
        return Bad(why="a message without a telephone number")
    said = Received(channel=Channel.WHATSAPP, id=wamid, contact=contact, at=_moment(message.get("timestamp")))
    part = message.get(kind) if isinstance(kind, str) else None
    held = part if isinstance(part, dict) else {}
    match kind:
        case "text":
            return replace(said, text=_clean(held.get("body")))
        case "button":
            return replace(said, text=_clean(held.get("text")), choice=_choice(held.get("payload")))
        case "interactive":
            return _tapped(said, held)
        case _ if kind in ASKS_NOTHING:
            return replace(said, opens_window=False)
        case _ if isinstance(kind, str) and kind in UNREADABLE:
            return replace(said, text=_clean(held.get("caption")), media=(UNREADABLE[kind],))
        case _:
            return replace(said, media=("unsupported",))


def _tapped(said: Received, held: Mapping[str, Any]) -> Received:
    """A reply button or a list's row; what else can be tapped (a form, a call) is not ours."""
    for kind in ("button_reply", "list_reply"):
        part = held.get(kind)
        if held.get("type") == kind and isinstance(part, dict):
            return replace(said, text=_clean(part.get("title")), choice=_choice(part.get("id")))
    return replace(said, media=("unsupported",))


def _receipt(status: Mapping[str, Any]) -> Content:
    wamid, word = _id(status.get("id")), status.get("status")
    state = STATES.get(word) if isinstance(word, str) else None
    if wamid is None:
        return Bad(why="a status without an id")
    if state is None:
        return Bad(why="a status of no known kind")
    error = next((_code(error) for error in _dicts(status.get("errors"))), None)
    return Receipt(
        provider_ref=wamid,
        state=state,
        ref=_id(status.get("biz_opaque_callback_data")),
        error=error if state is DeliveryState.FAILED else None,
        at=_moment(status.get("timestamp")),
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _dicts(value: object) -> Iterator[Mapping[str, Any]]:
    return (one for one in _list(value) if isinstance(one, dict))


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _choice(value: object) -> str | None:
    return _clean(value)[:256] or None


def _code(error: Mapping[str, Any]) -> str | None:
    code = error.get("code")
    return str(code)[:20] if isinstance(code, int | str) else None


def _clean(value: object) -> str:
    """Words as a database can keep them: no NUL, no half of a pair."""
    if not isinstance(value, str):
        return ""
    return value.replace("\x00", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _moment(value: object) -> datetime | None:
    """Seconds since 1970, written as text."""
    try:
        return datetime.fromtimestamp(int(value), UTC) if isinstance(value, str | int) else None
    except (ValueError, OverflowError, OSError):
        return None
