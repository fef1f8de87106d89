"""Who may be written to: opt-out words come before everything else, whatever the conversation is about (V-04 to V-06, L-10).

A carrier's keywords are a matter of text messages. WhatsApp has none, but people write STOP there too, and mean it: whoever does is sent
nothing they have not asked for, and what they ask is still answered.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from channels.message import Channel, Outbound, Received
from channels.sms.keywords import Keyword, alone, keyword, revokes
from channels.sms.segments import segments
from channels.words import words
from knowledge.brand import Brand
from server.installation import Installation, Residence
from server.services.speaking import say
from server.store import cases, conversations, opt_outs, outbox
from server.store.cases import Note
from server.store.conversations import Thread
from server.store.database import Transaction
from server.store.records import plain

CONFIRMATION = "opt_out"
"""The kind of the one parcel that may still leave to somebody who has opted out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """What a message means for being written to."""

    act: Literal["out", "help", "back", "silent"]
    by: Literal["keyword", "words", "provider"] = "keyword"
    answers: bool = True
    """False where the provider has answered already, or where nothing may be said."""


async def stance(tx: Transaction, brand: Brand, received: Received) -> Stance | None:
    """None: an ordinary message, and its contact may be answered. Reads only."""
    if received.channel not in (Channel.SMS, Channel.WHATSAPP):
        return None
    is_out = await opt_outs.is_out(tx, brand, received.contact)
    return _by_text(received, is_out) if received.channel is Channel.SMS else _by_whatsapp(received, is_out)


def _by_text(received: Received, is_out: bool) -> Stance | None:
    by_provider = (received.opt_out_type or "").upper()
    if by_provider in ("STOP", "HELP", "START"):
        # Twilio's Advanced Opt-Out has sent its own words: a second confirmation would be one too many.
        acts: dict[str, Literal["out", "help", "back"]] = {"STOP": "out", "HELP": "help", "START": "back"}
        return Stance(act=acts[by_provider], by="provider", answers=False)
    match keyword(received.text, opted_out=is_out):
        case Keyword.STOP:
            return Stance(act="out", answers=not is_out)
        case Keyword.HELP:
            return Stance(act="silent") if is_out else Stance(act="help")
        case Keyword.START:
            # From a number that is in there is nothing to open: who writes START wants to begin, and is told how.
            return Stance(act="back") if is_out else Stance(act="help")
        case _:
            pass
    if is_out:
        return Stance(act="silent", answers=False)
    return Stance(act="out", by="words") if revokes(received.text) else None


def _by_whatsapp(received: Received, is_out: bool) -> Stance | None:
    match keyword(received.text, by_carrier=False):
        case Keyword.STOP:
            return Stance(act="out", answers=not is_out)
        case Keyword.START if is_out:
            return Stance(act="back")
        case _:
            pass
    return Stance(act="out", by="words", answers=not is_out) if revokes(received.text) else None


async def act(house: Installation, tx: Transaction, home: Residence, thread: Thread, received: Received, taken: Stance) -> None:
    """Carry the stance out in the transaction that keeps the message; at most one message answers it."""
    brand, now, over = home.brand, house.clock.now(), received.channel
    if taken.act == "out":
        fresh = await opt_outs.out(tx, brand, received.contact, channel=over.value, by=taken.by, word=received.text[:100], now=now)
        await _record(tx, brand, thread, taken, received.text, now)
        if taken.answers and fresh and over is Channel.SMS:
            await _confirm(house, tx, home, thread, received, now)
        elif taken.answers and fresh:
            await _answer(house, tx, home, thread, f"{over}.opted_out")
    elif taken.act == "back":
        await opt_outs.back(tx, brand, received.contact, now)
        await _record(tx, brand, thread, taken, received.text, now)
        if taken.answers:
            await _answer(house, tx, home, thread, f"{over}.back_in")
    elif taken.act == "help" and taken.answers:
        await _answer(house, tx, home, thread, "sms.help")


async def _confirm(house: Installation, tx: Transaction, home: Residence, thread: Thread, received: Received, now: datetime) -> None:
    """Exactly one confirmation. A bare CANCEL amid an order conversation is told that it changed no order (V-05)."""
    amid = thread.state.turns > 0 and alone(received.text) == "cancel"
    key = "sms.opted_out_order" if amid else "sms.opted_out"
    # Its reference says when it was made: it leaves within five minutes or not at all, and waits behind nothing.
    ref, text = f"stop-{int(now.timestamp())}-{house.chance.token(8)}", _worded(home.brand, thread, key)
    out = Outbound(to=received.contact, text=text, segments=segments(text), locale=thread.state.locale)
    parcel = outbox.Parcel(
        brand=home.brand.id, ref=ref, channel="sms", recipient=received.contact, body=plain(Outbound, out), kind=CONFIRMATION
    )
    wall = house.database.wall()
    await outbox.put(tx, home.brand, parcel, state="ready", now=wall, due_at=wall)
    body = conversations.message_body(author="agent", ref=ref, text=text, at=now, name=home.brand.name, ai=True)
    await conversations.log(tx, home.brand, thread.id, "message", body, now)


async def _answer(house: Installation, tx: Transaction, home: Residence, thread: Thread, key: str) -> None:
    await say(house, tx, home, thread, _worded(home.brand, thread, key), ref=f"n-{house.chance.token(12)}", kind="notice")


def _worded(brand: Brand, thread: Thread, key: str) -> str:
    catalogue = words(thread.state.locale)
    values = {"brand": brand.name, "site": brand.site.split("://", 1)[-1], "email": contact_of(brand)}
    return catalogue.phrases[key].fill(values, {}, catalogue.locale)


def contact_of(brand: Brand) -> str:
    """Where the brand is reached by mail, else its own address on the web."""
    return brand.contact_email or (brand.mail.address if brand.mail else "") or brand.site.split("://", 1)[-1]


async def _record(tx: Transaction, brand: Brand, thread: Thread, taken: Stance, text: str, now: datetime) -> None:
    """In the thread's log, and on the case of whoever has one: staff must know why no text goes out."""
    await conversations.log(tx, brand, thread.id, "consent", {"act": taken.act, "by": taken.by, "word": text[:100]}, now)
    if taken.act == "out":
        # A turn under way must not answer any more, and nothing that was asked is waited for.
        await conversations.change_state(tx, brand, thread.id, pending=None)
    if thread.state.case:
        note = Note(author="system", kind="note", text=f"{taken.act}: {text[:100]}", at=now)
        await cases.add_note(tx, brand, thread.state.case, note)
