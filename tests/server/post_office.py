"""A house that is written to by text, WhatsApp and mail: every channel on, signed deliveries, and providers that keep what they take."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
from sqlalchemy import text, update

from channels.message import Outbound
from channels.transport import Posting, Settled
from knowledge.brand import Brand, MailSettings, SmsSettings, WhatsAppSettings
from server.engine.engine import Timing
from server.installation import Residence
from server.store import brands
from server.store.tables import outbox
from tests.server.stage import NO_WAIT, NOON, Repeater, Stage, stage

NUMBER, ACCOUNT, PHONE_NUMBER_ID = "+12025550199", "AC" + "0" * 32, "1098765432100"
ANA_PHONE, BEN_PHONE = "+12025550123", "+33612345678"
SECRETS = {
    "twilio_auth_token": "twilio-token",
    "meta_app_secret": "meta-secret",
    "meta_access_token": "meta-access",
    "meta_verify_token": "meta-verify",
    "mail_webhook_secret": "mail-secret",
}
ORIGIN = "http://127.0.0.1:8600"
MAIL_HOST = "mx.example.net"


@dataclass
class Post:
    """A provider that takes everything and keeps it, unless it is told otherwise. Implements `channels.transport.Transport`."""

    taken: list[Posting] = field(default_factory=list)
    troubles: list[Exception] = field(default_factory=list)
    timeout: timedelta = timedelta(seconds=10)
    horizon: timedelta = timedelta(seconds=70)

    async def send(self, posting: Posting) -> str:
        if self.troubles:
            raise self.troubles.pop(0)
        self.taken.append(posting)
        return sid(len(self.taken), "SM")

    async def look_up(self, posting: Posting) -> str | Settled:
        return Settled.CANNOT_TELL

    @property
    def out(self) -> list[Outbound]:
        """What left, in order."""
        return [posting.out for posting in self.taken]

    @property
    def texts(self) -> list[str]:
        return [one.text.strip() for one in self.out]


def sid(n: int, kind: str = "SM") -> str:
    return f"{kind}{n:032x}"


def connected(brand: Brand) -> Brand:
    """The same brand with every channel on."""
    return replace(
        brand,
        channels=frozenset({"webchat", "sms", "whatsapp", "email"}),
        sms=SmsSettings(number=NUMBER, account=ACCOUNT),
        whatsapp=WhatsAppSettings(phone_number_id=PHONE_NUMBER_ID, number="+12025550188", templates={"en": "order_news"}),
        mail=MailSettings(address=f"help@{brand.id}.example.com", authserv_id=MAIL_HOST),
    )


@dataclass
class PostOffice:
    """The stage, its three providers, and what their senders would send."""

    stage: Stage
    sms: Post
    whatsapp: Post
    email: Post
    _n: int = 0

    @property
    def home(self) -> Residence:
        return self.stage.home

    async def settle(self) -> None:
        await self.stage.settle()

    def change(self, brand: str = "northbay", **values: Any) -> None:
        """Other settings for a brand from now on."""
        home = self.stage.house.residence(brand)
        new = replace(home.brand, **values)
        self.stage.house.residences[home.brand.id] = replace(home, brand=new, parts=replace(home.parts, brand=new))

    async def text(self, said: str, *, phone: str = ANA_PHONE, message: str | None = None, brand: str = "northbay", **more: str) -> int:
        """A text message as Twilio delivers it; the status it was answered with."""
        self._n += 1
        form = [("MessageSid", message or sid(self._n)), ("AccountSid", ACCOUNT), ("From", phone), ("To", NUMBER), ("Body", said)]
        return (await self.form(f"/webhooks/sms/{brand}", form + list(more.items()))).status_code

    async def form(self, path: str, pairs: list[tuple[str, str]], *, token: str = SECRETS["twilio_auth_token"]) -> httpx.Response:
        """A form signed as Twilio signs it: for the address as configured."""
        pairs_in_order = "".join(name + value for name, value in sorted(set(pairs)))
        mac = hmac.new(token.encode(), (ORIGIN + path + pairs_in_order).encode(), hashlib.sha1).digest()
        headers = {"X-Twilio-Signature": base64.b64encode(mac).decode(), "Content-Type": "application/x-www-form-urlencoded"}
        return await self.stage.web.post(path, content=urlencode(pairs).encode(), headers=headers)

    async def chat(self, *messages: Mapping[str, Any], number: str = PHONE_NUMBER_ID, brand: str = "northbay") -> int:
        """WhatsApp messages as Meta delivers them; each {text} or any part of Meta's own shape."""
        made = []
        for message in messages:
            self._n += 1
            one: dict[str, Any] = {"id": f"wamid.{self._n}", "from": ANA_PHONE[1:], "timestamp": f"{int(self.now().timestamp())}"}
            one |= {"type": "text", "text": {"body": message["text"]}} if "text" in message else {}
            made.append(one | {name: value for name, value in message.items() if name != "text"})
        return (await self.delivery({"messages": made}, number=number, brand=brand)).status_code

    async def delivery(
        self, value: Mapping[str, Any], *, number: str = PHONE_NUMBER_ID, brand: str = "northbay", secret: str = SECRETS["meta_app_secret"]
    ) -> httpx.Response:
        change = {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": {"phone_number_id": number}, **value}}
        raw = json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}).encode()
        headers = {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()}
        return await self.stage.web.post(f"/webhooks/whatsapp/{brand}", content=raw, headers=headers)

    async def mail(
        self,
        said: str,
        *,
        sender: str = "ana.torres@example.com",
        subject: str = "My order",
        message: str | None = None,
        aligned: bool = True,
        brand: str = "northbay",
        **headers: str,
    ) -> int:
        """A mail as our own mail host hands it in."""
        self._n += 1
        mail = EmailMessage()
        if aligned:
            domain = sender.rpartition("@")[2]
            mail["Authentication-Results"] = f"{MAIL_HOST}; dmarc=pass header.from={domain}"
        mail["Return-Path"] = f"<{sender}>"
        mail["From"], mail["To"], mail["Subject"] = sender, f"help@{brand}.example.com", subject
        mail["Message-ID"] = message or f"<m{self._n}@example.com>"
        mail["Date"] = format_datetime(self.now())
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(said)
        return (await self.raw_mail(mail.as_bytes(), brand=brand)).status_code

    async def raw_mail(self, raw: bytes, *, brand: str = "northbay", secret: str = SECRETS["mail_webhook_secret"]) -> httpx.Response:
        timestamp = f"{int(self.now().timestamp())}"
        mac = hmac.new(secret.encode(), timestamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
        headers = {"X-Deskbell-Timestamp": timestamp, "X-Deskbell-Signature": f"sha256={mac}", "Content-Type": "message/rfc822"}
        return await self.stage.web.post(f"/webhooks/email/{brand}", content=raw, headers=headers)

    def now(self) -> datetime:
        """Senders' clocks keep real time."""
        return datetime.now(UTC)

    async def rows(self, query: str) -> list[Any]:
        async with self.stage.house.database.reading() as tx:
            return list((await tx.execute(text(query))).all())

    async def pretend(self, **values: Any) -> None:
        """Every row of the outbox is as if: `due_at`, `at`."""
        async with self.stage.house.database.writing() as tx:
            await tx.execute(update(outbox).values(**values))

    async def count(self, query: str) -> int:
        return int((await self.rows(query))[0][0] or 0)


@asynccontextmanager
async def post_office(
    folder: Path,
    *names: str,
    turn: Repeater | None = None,
    timing: Timing = NO_WAIT,
    outside: httpx.AsyncBaseTransport | None = None,
) -> AsyncIterator[PostOffice]:
    """outside: what answers in the place of the network, e.g. a twin of Twilio."""
    sms, whatsapp, email = Post(), Post(), Post()
    posts = {"sms": sms, "whatsapp": whatsapp, "email": email}
    async with stage(folder, *names, turn=turn, timing=timing, transports=posts, outside=outside) as house:
        for home in list(house.house.residences.values()):
            brand = connected(home.brand)
            parts = replace(home.parts, brand=brand)
            house.house.residences[brand.id] = replace(home, brand=brand, parts=parts, secrets=SECRETS)
            async with house.house.database.writing() as tx:
                await brands.keep_brand(tx, brand, NOON)
        yield PostOffice(stage=house, sms=sms, whatsapp=whatsapp, email=email)
