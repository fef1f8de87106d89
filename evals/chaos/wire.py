"""What shoppers' providers send us: signed as they sign it, over a connection of its own each time, and what came back."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Protocol
from urllib.parse import urlencode

PUBLIC = "http://127.0.0.1:8600"
"""The configured public address: signatures are made over it, whatever port the request really goes to."""
BRAND = "chaos"
TWILIO_ACCOUNT, TWILIO_TOKEN, TWILIO_NUMBER = "AC" + "0" * 32, "chaos-twilio-token", "+12025550199"
META_SECRET, META_NUMBER_ID = "chaos-meta-secret", "100000000000199"
MAIL_SECRET, MAIL_ADDRESS = "chaos-mail-secret", "hello@chaos.example.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    path: str
    """With its query."""
    headers: Mapping[str, str]
    body: bytes


class Sender(Protocol):
    """How a message of a channel is handed in."""

    def __call__(self, *, id: str, shopper: str, text: str) -> Request: ...


def sms(*, id: str, shopper: str, text: str) -> Request:
    """Twilio's inbound webhook."""
    form = {
        "MessageSid": id,
        "SmsSid": id,
        "AccountSid": TWILIO_ACCOUNT,
        "From": shopper,
        "To": TWILIO_NUMBER,
        "Body": text,
        "NumMedia": "0",
    }
    return twilio(f"/webhooks/sms/{BRAND}", form)


def status(url: str, *, sid: str, state: str) -> Request:
    """Twilio's status callback, to the address the message was sent with."""
    form = {"MessageSid": sid, "MessageStatus": state, "AccountSid": TWILIO_ACCOUNT, "From": TWILIO_NUMBER}
    return twilio(url.removeprefix(PUBLIC), form)


def twilio(path: str, form: Mapping[str, str]) -> Request:
    signed = PUBLIC + path + "".join(f"{name}{value}" for name, value in sorted(form.items()))
    signature = base64.b64encode(hmac.new(TWILIO_TOKEN.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    return Request(path=path, headers=headers, body=urlencode(form).encode())


def whatsapp(*, id: str, shopper: str, text: str) -> Request:
    """Meta's webhook with one message in it."""
    number = shopper.removeprefix("+")
    message = {"from": number, "id": f"wamid.{id}", "timestamp": str(int(time.time())), "type": "text", "text": {"body": text}}
    return _meta({"contacts": [{"profile": {"name": "A shopper"}, "wa_id": number}], "messages": [message]})


def _meta(about: Mapping[str, object]) -> Request:
    metadata = {"display_phone_number": "12025550198", "phone_number_id": META_NUMBER_ID}
    value = {"messaging_product": "whatsapp", "metadata": metadata, **about}
    body = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}
    raw = json.dumps(body).encode()
    signature = "sha256=" + hmac.new(META_SECRET.encode(), raw, hashlib.sha256).hexdigest()
    return Request(
        path=f"/webhooks/whatsapp/{BRAND}", headers={"X-Hub-Signature-256": signature, "Content-Type": "application/json"}, body=raw
    )


def whatsapp_status(*, ref: str, sid: str, to: str, state: str) -> Request:
    """Meta's word on a message it took, with the reference it was sent with."""
    number = to.removeprefix("+")
    status = {"id": sid, "status": state, "timestamp": str(int(time.time())), "recipient_id": number, "biz_opaque_callback_data": ref}
    return _meta({"statuses": [status]})


def email(*, id: str, shopper: str, text: str, written: datetime | None = None, answers: str = "") -> Request:
    """A mail handed in as our own mail host hands it in, the same bytes each time.

    written: aware; None: now. answers: the sender's id of an earlier one; else it opens a thread of its own.
    """
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = shopper, MAIL_ADDRESS, "My order"
    mail["Date"] = format_datetime(written or datetime.now(UTC))
    mail["Message-ID"] = f"<{id}@example.com>"
    if answers:
        mail["In-Reply-To"] = mail["References"] = f"<{answers}@example.com>"
    mail["Return-Path"] = f"<{shopper}>"
    mail["Authentication-Results"] = "mailbox.test; dmarc=pass header.from=example.com"
    mail.set_content(text)
    raw, stamp = mail.as_bytes(), str(int(time.time()))
    signature = "sha256=" + hmac.new(MAIL_SECRET.encode(), stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
    headers = {"X-Deskbell-Timestamp": stamp, "X-Deskbell-Signature": signature, "Content-Type": "message/rfc822"}
    return Request(path=f"/webhooks/email/{BRAND}", headers=headers, body=raw)


CHANNELS = ("sms", "whatsapp", "email", "webchat")
_MANY = 90
"""People per area code: two numbers of the hundred that are kept for fiction are the brand's own."""
_AREAS = {"sms": (202, 212, 312, 415, 512), "whatsapp": (303, 305, 503, 602, 702)}


def address_of(channel: str, n: int) -> str:
    """Where shopper `n` writes from: a number kept for fiction, an address kept for examples, or a visitor's name."""
    if channel in _AREAS:
        return f"+1{_AREAS[channel][n // _MANY]}55501{n % _MANY:02d}"
    return f"shopper{n}@example.com" if channel == "email" else f"visitor {n}"


def channel_of(shopper: str) -> str:
    """By what their address looks like."""
    if shopper.startswith("+"):
        return next(channel for channel, areas in _AREAS.items() if int(shopper[2:5]) in areas)
    return "email" if "@" in shopper else "webchat"


def crowd(count: int, channels: Sequence[str] = CHANNELS) -> tuple[str, ...]:
    """So many shoppers, spread over the channels."""
    return tuple(address_of(channels[n % len(channels)], n // len(channels)) for n in range(count))


SENDERS: Mapping[str, Sender] = {"sms": sms, "whatsapp": whatsapp}
"""Those that need to know nothing of what came before."""


def begin_chat() -> Request:
    """The widget opens a conversation."""
    return _chat("conversations", {"locale": "en"}, {})


def chat(*, id: str, text: str, token: str) -> Request:
    """The widget says something in the conversation its token opens; again under the same id until it is told 202."""
    return _chat("messages", {"id": id, "text": text}, {"Authorization": f"Bearer {token}"})


def _chat(path: str, body: Mapping[str, str], headers: Mapping[str, str]) -> Request:
    return Request(
        path=f"/api/chat/{BRAND}/{path}",
        headers={"Origin": PUBLIC, "Content-Type": "application/json", **headers},
        body=json.dumps(body).encode(),
    )


async def post(port: int, request: Request, *, patience: float = 3.0) -> int | None:
    """The answer's status, or None where none came."""
    answer = await exchange(port, request, patience=patience, whole=False)
    return answer[0] if answer else None


async def exchange(port: int, request: Request, *, patience: float = 3.0, whole: bool = True) -> tuple[int, bytes] | None:
    """(status, body), or None where no answer came. whole: wait for the body too."""
    fields = {"Host": PUBLIC.removeprefix("http://"), "Connection": "close", "Content-Length": str(len(request.body)), **request.headers}
    head = f"POST {request.path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n"
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head.encode() + request.body)
            first = await reader.readline()
            rest = await reader.read() if whole else b""
        if not (first.startswith(b"HTTP/1.") and first.endswith(b"\n")):
            return None
        return int(first.split()[1]), rest.partition(b"\r\n\r\n")[2]
    except (OSError, TimeoutError, IndexError):
        return None
    finally:
        if writer is not None:
            writer.transport.abort()
