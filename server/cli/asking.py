"""`deskbell ask`: one conversation through production's own intake, engine and turn, on a fresh demo shop."""

import asyncio
import logging
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import phonenumbers

from channels.message import Channel
from identity.codes import normal_email
from identity.levels import Proof, ProofKind
from server.assembly import OneOff, open_one_off
from server.cli import shapes
from server.cli.trouble import Trouble, put, say
from server.engine.turns import Answered
from server.installation import Residence
from server.logs import configure
from server.services.chat import Chat
from server.services.cleaning import cleaned
from shop.order import Customer
from shop.reading import ReadMeter

DEMO = Path(__file__).parents[2] / "demo" / "brands" / "northbay" / "world.yaml"
"""The brand that comes along."""


def ask(
    messages: Sequence[str],
    *,
    channel: str,
    who: str | None,
    signed_in: bool,
    locale: str | None,
    world: Path | None,
    now: str | None,
    json_lines: bool,
) -> None:
    configure(level=logging.ERROR, plain=True)
    asyncio.run(_ask(messages, _channel(channel), who, signed_in, locale, world or DEMO, moment(now), json_lines))


async def _ask(
    messages: Sequence[str],
    channel: Channel,
    who: str | None,
    signed_in: bool,
    locale: str | None,
    world: Path,
    now: datetime | None,
    json_lines: bool,
) -> None:
    async with open_one_off(world, now=now, settings=from_environment()) as one:
        await one.house.ready()
        home, chat = one.house.first, Chat(one.house)
        person = await _person(home, channel, who, signed_in)
        proof = _proof(one, channel, person) if signed_in else None
        contact = person.address(channel)
        begun = await chat.begin(home, locale=locale, channel=channel, contact=contact, proof=proof)
        thread = await _thread(one, begun.conversation)
        answered: list[Answered] = []
        one.house.watchers.append(answered.append)
        for number, message in enumerate(messages, 1):
            answered.clear()
            await chat.say(home, thread, message=f"m{number}", text=cleaned(message), locale=locale)
            await one.house.engine.settle()
            if not answered:
                raise Trouble(f"message {number} got no answer; run with DESKBELL_DEV=1 deskbell serve and look at its log")
            last = answered[-1]
            row = shapes.turn(message, last.result, channel=channel, to=contact or "", clauses=home.clauses, ms=last.all_ms)
            put(row) if json_lines else _tell(row, home.brand.name)


def from_environment() -> dict[str, Any]:
    """What a one-off command takes from the environment: the model and the embedder, nothing of the installation."""
    model = ("model", "model_base_url", "model_api_key", "model_forced", "model_writes")
    names = (*model, "embeddings", "embeddings_base_url", "embeddings_api_key", "embeddings_dimension")
    return {name: os.environ[f"DESKBELL_{name.upper()}"] for name in names if f"DESKBELL_{name.upper()}" in os.environ}


def moment(text: str | None) -> datetime | None:
    """Raises Trouble for what is not a time with its offset."""
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Trouble(f"--now {text!r} is not a time: write e.g. 2026-11-20T15:00:00+01:00") from error
    if found.tzinfo is None:
        raise Trouble(f"--now {text!r} lacks its offset: write e.g. {text}+01:00")
    return found


def _channel(name: str) -> Channel:
    try:
        return Channel(name)
    except ValueError as error:
        raise Trouble(f"--channel {name!r} is not known: use {', '.join(Channel)}") from error


class Person:
    """Who writes: as given, and as the shop knows them."""

    def __init__(self, given: str | None, customer: Customer | None) -> None:
        self.given, self.customer = given, customer

    def address(self, channel: Channel) -> str | None:
        """Their address on a channel. Raises Trouble when the channel needs one and there is none."""
        email = self.given if self.given and "@" in self.given else self.customer.email if self.customer else None
        phone = self.given if self.given and "@" not in self.given else self.customer.phone if self.customer else None
        match channel:
            case Channel.WEBCHAT:
                return None
            case Channel.EMAIL:
                return email or "someone@example.com"
            case _:
                if self.customer is not None and not phone:
                    raise Trouble(f"this customer has no phone on record: give a number with --as to write by {channel.value}")
                return phone or "+12025550100"


async def _person(home: Residence, channel: Channel, who: str | None, signed_in: bool) -> Person:
    if who is None:
        if signed_in:
            raise Trouble("--signed-in needs --as EMAIL or PHONE: who is signed in?")
        return Person(None, None)
    given = normal_email(who) if "@" in who else _phone(who)
    if not signed_in and (("@" in given) == (channel is Channel.EMAIL) or channel is Channel.WEBCHAT):
        return Person(given, None)
    meter = ReadMeter()
    found = await home.shop.customer_by_email(given, meter) if "@" in given else _only(await home.shop.customers_by_phone(given, meter))
    if found is None:
        raise Trouble(f"--as {who!r}: no customer of this world has this contact (or more than one has)")
    return Person(given, found)


def _only(found: Sequence[Customer]) -> Customer | None:
    return found[0] if len(found) == 1 else None


def _phone(text: str) -> str:
    try:
        return phonenumbers.format_number(phonenumbers.parse(text), phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException as error:
        raise Trouble(f"--as {text!r} is neither an e-mail address nor a phone number with country code, e.g. +12025550123") from error


def _proof(one: OneOff, channel: Channel, person: Person) -> Proof:
    """L3 in webchat, L2 elsewhere."""
    now = one.house.clock.now()
    kind = ProofKind.ACCOUNT if channel is Channel.WEBCHAT else ProofKind.CODE
    customer = person.customer.id if person.customer else None
    return Proof(kind=kind, contact=person.given, customer=customer, at=now, seen_at=now)


async def _thread(one: OneOff, conversation: Any) -> Any:
    from server.store import conversations

    async with one.house.database.reading() as tx:
        return await conversations.thread(tx, one.house.first.brand, conversation)


def _tell(row: dict[str, Any], brand: str) -> None:
    say(f"\n> {row['said']}")
    if row["reply"] is None:
        say(f"{brand}: (a person has this conversation; the agent is silent)")
    else:
        say(f"{brand}: {row['reply']['text']}")
    kinds = ", ".join(f"{one['wish']}: {one['kind']} ({one['because']})" for one in row["outcomes"])
    say(f"  [{row['level']}] {kinds or 'nothing decided'} · {row['shopify']['queries']} Shopify queries, {row['shopify']['cost']} points")
