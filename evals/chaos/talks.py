"""Conversations with the street's house, each as its channel brings it: the widget's own calls, signed webhooks, mail handed in."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx
from sqlalchemy import select

from agent.parts import TurnResult
from channels.message import Channel, ConversationId
from demo.storefront.proxy import signed_query
from evals.chaos import wire
from evals.chaos.street import Person, Street
from identity.levels import Proof, ProofKind
from server.store import conversations, tables
from shop.order import CustomerId


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one message of a shopper led to."""

    results: tuple[TurnResult, ...]
    text: str
    """Everything that was read, as it left."""

    @property
    def handed_over(self) -> bool:
        """A person was offered or called."""
        blocks = [block for result in self.results if result.reply for block in result.reply.blocks]
        return any(block.kind == "handoff_notice" for block in blocks)


class Talk:
    """One signed-in shopper on one channel."""

    def __init__(self, street: Street, channel: str, *, brand: str = wire.BRAND) -> None:
        self.street, self.channel, self.brand = street, channel, brand
        self.person: Person = street.person()
        self.id = ConversationId("")
        self._client: httpx.AsyncClient | None = None
        self._headers: dict[str, str] = {}
        self._said = self._seen = self._read = 0

    async def open(self) -> None:
        """Signed in, with nothing asked yet. Settle afterwards."""
        # A connection of its own address each: what one sender may ask is not what is tried here.
        transport = httpx.ASGITransport(self.street.web, client=(f"10.0.{self.person.n // 200}.{self.person.n % 200 + 1}", 1))
        self._client = httpx.AsyncClient(transport=transport, base_url=wire.PUBLIC)
        if self.channel == "webchat":
            await self._open_chat()
            return
        await self._send("hello")

    async def sign_in(self) -> None:
        """Of the phones and the mailbox, after their first message: the proof a code would have left. WhatsApp's sender is its own."""
        house = self.street.house
        if self.channel == "webchat":
            return
        address = self.person.email if self.channel == "email" else self.person.phone
        rows = tables.conversations
        found = select(rows.c.id).where(rows.c.brand == self.brand, rows.c.channel == self.channel, rows.c.contact == address)
        async with house.database.writing() as tx:
            self.id = ConversationId((await tx.execute(found)).scalars().one())
            if self.channel != "whatsapp":
                now, customer = house.clock.now(), CustomerId(self.street.customer(self.person, self.brand))
                proof = Proof(kind=ProofKind.CODE, contact=self.person.email, customer=customer, at=now, seen_at=now)
                await conversations.add_proof(tx, house.residence(self.brand).brand, self.id, proof)

    async def say(self, text: str) -> None:
        """Handed in, and acknowledged. What it leads to is `heard` after the street has settled."""
        await self.mark()
        await self._send(text)

    async def mark(self) -> None:
        """What was heard so far is not asked for again."""
        self._seen, self._read = len(self.street.answered), len(await self._all_read())

    async def heard(self) -> Heard:
        """Since the last `mark` or `say`."""
        fresh = [one for one in self.street.answered[self._seen :] if one.conversation == self.id]
        return Heard(results=tuple(one.result for one in fresh), text="\n".join((await self._all_read())[self._read :]))

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def _open_chat(self) -> None:
        assert self._client is not None
        now = int(self.street.clock.now().timestamp())
        customer = self.street.customer(self.person, self.brand).rpartition("/")[2]
        query = signed_query([], shop=f"{self.brand}.myshopify.com", customer=customer, timestamp=now, secret="read-secret")
        ticket = (await self._client.get(f"/proxy/{self.brand}/session?{query}")).raise_for_status().json()["ticket"]
        begun = await self._client.post(f"/api/chat/{self.brand}/conversations", json={"locale": "en", "ticket": ticket})
        told = begun.raise_for_status().json()
        self.id, self._headers = ConversationId(told["conversation"]), {"Authorization": f"Bearer {told['token']}"}

    async def _send(self, text: str) -> None:
        assert self._client is not None
        self._said += 1
        id = f"SM{self.person.n:016x}{self._said:016x}"
        if self.channel == "webchat":
            body = {"id": id, "text": text}
            (await self._client.post(f"/api/chat/{self.brand}/messages", json=body, headers=self._headers)).raise_for_status()
            return
        request = self._letter(id, text)
        (await self._client.post(request.path, content=request.body, headers=dict(request.headers))).raise_for_status()

    def _letter(self, id: str, text: str) -> wire.Request:
        if self.channel == "email":
            first = f"SM{self.person.n:016x}{1:016x}"
            return wire.email(id=id, shopper=self.person.email, text=text, answers=first if self._said > 1 else "")
        send = wire.sms if self.channel == "sms" else wire.whatsapp
        return send(id=id, shopper=self.person.phone, text=text)

    async def _all_read(self) -> list[str]:
        """Every message of the agent in this conversation, as it left the house."""
        if self.channel != "webchat":
            address = self.person.email if self.channel == "email" else self.person.phone
            posted = [posting.out for posting in self.street.posts[self.channel].taken if posting.out.to == address]
            return ["\n".join((one.text, *(label for _, label in one.buttons))) for one in posted]
        assert self._client is not None
        url = f"/api/chat/{self.brand}/events?after=0&wait=0"
        events: list[dict[str, Any]] = (await self._client.get(url, headers=self._headers)).raise_for_status().json()["events"]
        return [one["text"] for one in events if one["kind"] == "message" and one["author"] == "agent"]


async def open_talks(street: Street, channels: Sequence[str], *, brand: str = wire.BRAND) -> list[Talk]:
    """One signed-in conversation for each channel named."""
    talks = [Talk(street, channel, brand=brand) for channel in channels]
    await asyncio.gather(*(talk.open() for talk in talks))
    await street.settle()
    for talk in talks:
        await talk.sign_in()
    for talk in talks:
        await talk.mark()
    return talks


async def ask_all(street: Street, talks: Sequence[Talk], texts: Sequence[str]) -> list[Heard]:
    """Everybody says their text at the same time; what each then read."""
    await asyncio.gather(*(talk.say(text) for talk, text in zip(talks, texts, strict=True)))
    await street.settle()
    return [await talk.heard() for talk in talks]


assert {one.value for one in Channel} == {"webchat", "sms", "whatsapp", "email"}
