"""A brand, its shop and its shoppers for acceptance stories: the whole house in one process, read as `deskbell ask --json` reads it."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import yaml
from sqlalchemy import select

from channels.message import Channel
from identity.levels import Proof, ProofKind
from server.assembly import OneOff, Stand, open_one_off
from server.cli import shapes
from server.engine.turns import Answered
from server.services.chat import Chat
from server.store import conversations
from server.store.conversations import Thread
from server.store.tables import outbox
from shop.reading import ReadMeter
from tests.stores import url_at

NOW = datetime.fromisoformat("2026-11-20T15:00:00+01:00")
Row = dict[str, Any]


def ago(**span: float) -> str:
    return (NOW - timedelta(**span)).isoformat()


@cache
def encoder() -> Any:
    """Loaded once for all stories."""
    from knowledge.embedding import BuiltInEmbeddings, load_e5

    return BuiltInEmbeddings(load_e5())


@dataclass
class Conversation:
    """One shopper's thread."""

    stage: "Stage"
    thread: Thread
    token: str
    contact: str | None
    locale: str
    said: int = 0
    rows: list[Row] = field(default_factory=list)

    async def say(self, text: str = "", *, choice: str | None = None) -> Row:
        """The last turn this message led to."""
        return (await self.burst(text) if choice is None else await self._send([(text, choice)]))[-1]

    async def burst(self, *texts: str) -> list[Row]:
        return await self._send([(text, None) for text in texts])

    async def _send(self, messages: Sequence[tuple[str, str | None]]) -> list[Row]:
        house, answered = self.stage.one.house, list[Answered]()
        watch = answered.append
        house.watchers.append(watch)
        for text, choice in messages:
            self.said += 1
            await self.stage.chat.say(house.first, self.thread, message=f"m{self.said}", text=text, choice=choice, locale=self.locale)
        await house.engine.settle()
        house.watchers.remove(watch)
        rows = [self._row(messages[-1][0], one) for one in answered if one.conversation == self.thread.id]
        self.rows += rows
        return rows

    def _row(self, said: str, one: Answered) -> Row:
        clauses = self.stage.one.house.first.clauses
        return shapes.turn(said, one.result, channel=self.thread.channel, to=self.contact or "", clauses=clauses, ms=one.all_ms)

    async def log(self) -> list[dict[str, Any]]:
        """What its page shows."""
        import json

        async with self.stage.one.house.database.reading() as tx:
            return [
                json.loads(event.body) for event in await conversations.log_after(tx, self.stage.one.house.first.brand, self.thread.id, 0)
            ]


@dataclass
class Stage:
    one: OneOff
    chat: Chat
    twin: httpx.AsyncClient

    async def begin(
        self,
        who: str | None = None,
        *,
        signed_in: bool = False,
        channel: str = "webchat",
        locale: str = "en",
        contact: str | None = None,
    ) -> Conversation:
        """who: an e-mail on record. contact: the channel's own address, where it is another."""
        house, over = self.one.house, Channel(channel)
        customer = await house.first.shop.customer_by_email(who, ReadMeter()) if who else None
        proof = None
        if signed_in:
            assert customer is not None
            kind = ProofKind.ACCOUNT if over is Channel.WEBCHAT else ProofKind.CODE
            now = house.clock.now()
            proof = Proof(kind=kind, contact=who, customer=customer.id, at=now, seen_at=now)
        if contact is None and over is not Channel.WEBCHAT:
            contact = (who if over is Channel.EMAIL else customer.phone if customer else None) or "+12025550199"
        begun = await self.chat.begin(house.first, locale=locale, channel=over, contact=contact, proof=proof)
        async with house.database.reading() as tx:
            thread = await conversations.thread(tx, house.first.brand, begun.conversation)
        assert thread is not None
        return Conversation(stage=self, thread=thread, token=begun.token, contact=contact, locale=locale)

    async def ask(self, text: str, who: str | None = None, **how: Any) -> Row:
        """One message of a new conversation."""
        return await (await self.begin(who, **how)).say(text)

    async def code_for(self, contact: str) -> str:
        """The latest code on its way to this address; it is mailed out of sight, a moment after the answer."""
        async with asyncio.timeout(5):
            while True:
                async with self.one.house.database.reading() as tx:
                    waiting = (await tx.execute(select(outbox.c.body).where(outbox.c.recipient == contact))).scalars().all()
                codes = [match[1] for body in waiting if (match := re.search(r"#(\d{6})", str(body)))]
                if codes:
                    return codes[-1]
                await asyncio.sleep(0.02)

    async def fault(self, **fault: Any) -> None:
        (await self.twin.post("/__sim/faults", json=fault)).raise_for_status()

    async def mended(self) -> None:
        (await self.twin.delete("/__sim/faults")).raise_for_status()


@asynccontextmanager
async def stage(folder: Path, world: dict[str, Any]) -> AsyncIterator[Stage]:
    file = folder / "world.yaml"
    file.write_text(yaml.safe_dump(world, allow_unicode=True), encoding="utf-8")
    async with open_one_off(file, settings={"database_url": url_at(folder)}, stand=Stand(encoder=encoder())) as one:
        await one.house.ready()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(one.twin), base_url="http://twin") as twin:
            yield Stage(one=one, chat=Chat(one.house), twin=twin)


def line(sku: str, state: str = "open", quantity: int = 1, **more: Any) -> dict[str, Any]:
    return {"sku": sku, "quantity": quantity, "state": state, **more}


def order(name: str, customer: str, *lines: dict[str, Any], placed: str | None = None, country: str = "FR", **more: Any) -> dict[str, Any]:
    address = {"name": "A Shopper", "address1": "12 Example Street", "city": "Town", "zip": "75011", "country": country}
    return {
        "name": name,
        "customer": customer,
        "createdAt": placed or ago(minutes=20),
        "shipping": {"title": "Standard", "method": "shipping", "price": "4.90"},
        "address": address,
        "lines": list(lines),
        **more,
    }


def shop_world(**more: Any) -> dict[str, Any]:
    """Oak & Pine: plain policies in five languages, Ana with several orders, Louis with one, Yui with none."""
    return {
        "clock": NOW.isoformat(),
        "brand": {
            "id": "oak",
            "name": "Oak & Pine",
            "shop": "oak.myshopify.com",
            "site": "https://oak.example.com",
            "currency": "EUR",
            "time_zone": "Europe/Paris",
            "locales": ["en", "fr", "ja", "es", "de"],
            "channels": ["webchat", "sms", "whatsapp", "email"],
            "hub": {"active": True, **more.pop("hub", {})},
            **more.pop("brand", {}),
        },
        "policies": more.pop("policies", POLICIES),
        "products": PRODUCTS,
        "customers": [
            {"id": "ana", "name": "Ana Torres", "email": "ana.torres@example.com", "phone": "+12025550123", "locale": "en"},
            {"id": "louis", "name": "Louis Martin", "email": "louis.martin@example.com", "phone": "+12025550145", "locale": "fr"},
            {"id": "yui", "name": "Yui Sato", "email": "yui.sato@example.com", "locale": "ja"},
            {"id": "twin1", "name": "Kim Twin", "email": "kim1@example.com", "phone": "+12025550177"},
            {"id": "twin2", "name": "Kim Twin", "email": "kim2@example.com", "phone": "+12025550177"},
        ],
        "orders": more.pop("orders", ORDERS),
        **more,
    }


POLICIES: list[dict[str, Any]] = [
    {
        "id": "window",
        "locale": "en",
        "title": "Order editing window",
        "text": "You can change or cancel your order within 60 minutes of placing it.",
    },
    {
        "id": "window",
        "locale": "fr",
        "title": "Délai de modification",
        "text": "Vous pouvez modifier ou annuler votre commande dans les 60 minutes qui suivent l'achat.",
    },
    {"id": "engraved", "locale": "en", "title": "Engraved items", "text": "Engraved items cannot be changed or cancelled."},
    {"id": "returns", "locale": "en", "title": "Returning an item", "text": "You can return items within 30 days of delivery."},
    {"id": "shipping", "locale": "en", "title": "Delivery times", "text": "Standard delivery within France takes three working days."},
]
PRODUCTS: list[dict[str, Any]] = [
    {
        "id": "shirt",
        "title": "Linen shirt",
        "type": "Shirts",
        "options": ["Colour", "Size"],
        "variants": [
            {"sku": "BLUE-M", "options": ["Blue", "M"], "price": "59.00", "stock": 12},
            {"sku": "BLUE-L", "options": ["Blue", "L"], "price": "59.00", "stock": 3},
            {"sku": "WHITE-M", "options": ["White", "M"], "price": "59.00", "stock": 2},
        ],
    },
    {"id": "tote", "title": "Canvas tote", "type": "Bags", "variants": [{"sku": "TOTE", "price": "25.00", "stock": 40}]},
    {
        "id": "pen",
        "title": "Engraved pen",
        "type": "Gifts",
        "tags": ["personalised"],
        "variants": [{"sku": "PEN", "price": "32.00", "stock": 9}],
    },
    {"id": "coat", "title": "Wool coat", "type": "Coats", "variants": [{"sku": "COAT", "price": "240.00", "stock": 4}]},
]
ORDERS: list[dict[str, Any]] = [
    order(
        "#1042", "ana", line("BLUE-M"), line("TOTE", "shipped", 2, at=ago(minutes=5), tracking={"company": "Colissimo", "number": "6A0001"})
    ),
    order("#1041", "ana", line("COAT", "delivered", at=ago(days=3)), placed=ago(days=8)),
    order("#1044", "louis", line("WHITE-M"), placed=ago(minutes=10)),
]
