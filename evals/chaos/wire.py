"""What shoppers' providers send us: signed as they sign it, over a connection of its own each time, and what came back."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
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
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "12025550198", "phone_number_id": META_NUMBER_ID},
        "contacts": [{"profile": {"name": "A shopper"}, "wa_id": number}],
        "messages": [message],
    }
    body = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]}
    raw = json.dumps(body).encode()
    signature = "sha256=" + hmac.new(META_SECRET.encode(), raw, hashlib.sha256).hexdigest()
    return Request(
        path=f"/webhooks/whatsapp/{BRAND}", headers={"X-Hub-Signature-256": signature, "Content-Type": "application/json"}, body=raw
    )


def email(*, id: str, shopper: str, text: str) -> Request:
    """A mail handed in as our own mail host hands it in. Each opens a thread of its own."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = shopper, MAIL_ADDRESS, "My order"
    mail["Date"] = format_datetime(datetime.now(UTC))
    mail["Message-ID"] = f"<{id}@example.com>"
    mail["Return-Path"] = f"<{shopper}>"
    mail["Authentication-Results"] = "mailbox.test; dmarc=pass header.from=example.com"
    mail.set_content(text)
    raw, stamp = mail.as_bytes(), str(int(time.time()))
    signature = "sha256=" + hmac.new(MAIL_SECRET.encode(), stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
    headers = {"X-Deskbell-Timestamp": stamp, "X-Deskbell-Signature": signature, "Content-Type": "message/rfc822"}
    return Request(path=f"/webhooks/email/{BRAND}", headers=headers, body=raw)


SENDERS: Mapping[str, Sender] = {"sms": sms, "whatsapp": whatsapp, "email": email}


async def post(port: int, request: Request, *, patience: float = 3.0) -> int | None:
    """The answer's status, or None where none came."""
    fields = {"Host": PUBLIC.removeprefix("http://"), "Connection": "close", "Content-Length": str(len(request.body)), **request.headers}
    head = f"POST {request.path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n"
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(patience):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(head.encode() + request.body)
            first = await reader.readline()
        return int(first.split()[1]) if first.startswith(b"HTTP/1.") and first.endswith(b"\n") else None
    except (OSError, TimeoutError, IndexError):
        return None
    finally:
        if writer is not None:
            writer.transport.abort()
