"""What reached a conversation: kept under the sender's own id, for ever, so that a delivery repeated is one message (trust.md 5.2)."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from channels.message import Channel, ConversationId, Inbound, MailHeaders, MessageId, Signal
from knowledge.brand import Brand
from server.store.database import Transaction
from server.store.either import alone, insert_or_leave
from server.store.log import message_body, write_log
from server.store.records import plain, read_plain
from server.store.tables import conversations, inbox
from server.store.threads import is_thread

CAP = timedelta(seconds=6)
"""However long the burst, an answer begins by then (trust.md 5.2)."""
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Something that reached a conversation, as verified and cleaned at the edge."""

    provider: str
    message: str
    """The sender's own id: with brand and provider it is unique for ever."""
    conversation: ConversationId
    signal: Signal = Signal.SAID
    text: str = ""
    choice: str | None = None
    locale: str | None = None
    at: datetime
    shown_text: str | None = None
    """What the log shows; None: nothing is shown (signals)."""
    client_id: str | None = None
    media: tuple[str, ...] = ()
    mail: MailHeaders | None = None
    opens_window: bool = True
    """Whether the shopper did it: WhatsApp's 24 hours count from its `at`. Signals of the house itself never do."""
    settled: str | None = None
    """Kept and shown, but nobody is to answer it, e.g. automatic mail: the word that stands in the place of a turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    seq: int
    fresh: bool
    """False for a message that had been kept before: the same answer, nothing twice."""
    due_at: datetime | None = None
    """When its conversation is to be answered, by the store's clock; None for one that is not fresh, or that nobody answers."""


async def keep(
    tx: Transaction, brand: Brand, arrival: Arrival, *, now: datetime, pause: timedelta = timedelta(), cap: timedelta = CAP
) -> Kept:
    """Put an arrival into the inbox and, where it is shown, into the log. The commit must come before any 2xx (trust.md 5.2).

    now: the store's clock. pause: how long a burst may still go on; cap: counted from the burst's first message.
    """
    # The conversation first and the inbox second, here and in every turn: two deliveries of one message wait for each other here.
    query = select(conversations.c.arrived, conversations.c.last_seq, conversations.c.burst_at, conversations.c.inbound_at)
    held = (await tx.execute(query.where(is_thread(brand, arrival.conversation)).with_for_update())).one()
    shown = arrival.shown_text is not None
    # One that nobody answers is no news to a turn under way, and brings none on.
    seq, position = held.last_seq + int(shown), held.arrived + int(arrival.settled is None)
    row = _row(brand, arrival, seq, position)
    made = await tx.execute(insert_or_leave(tx, inbox).values(**row).on_conflict_do_nothing())
    if not made.rowcount:
        known = await kept_before(tx, brand, arrival.provider, arrival.message)
        return known or Kept(seq=0, fresh=False)
    values: dict[str, Any] = dict(arrived=position, last_seq=seq, seen_at=now)
    if arrival.settled is None:
        values["burst_at"] = held.burst_at or now
        values["due_at"] = min(now + pause, values["burst_at"] + cap)
    if arrival.opens_window and arrival.provider != "house":
        values["inbound_at"] = max(arrival.at, held.inbound_at or arrival.at)
    await tx.execute(update(conversations).where(is_thread(brand, arrival.conversation)).values(**values))
    if arrival.shown_text is not None:
        body = message_body(author="shopper", ref=arrival.message, text=arrival.shown_text, at=arrival.at, client_id=arrival.client_id)
        await write_log(tx, brand, arrival.conversation, seq, [("message", body)], arrival.at)
    return Kept(seq=seq, fresh=True, due_at=values.get("due_at"))


async def kept_before(tx: Transaction, brand: Brand, provider: str, message: str) -> Kept | None:
    """What a message that is already in the inbox came to.

    Inside a writing transaction nobody else keeps the same message until the commit: what is done between this question and
    `keep` (a code judged, a proof added) is done once.
    """
    key = _key(message)
    await alone(tx, "message", brand.id, provider, key)
    same = (inbox.c.brand == brand.id, inbox.c.provider == provider, inbox.c.message == key)
    row = (await tx.execute(select(inbox.c.seq).where(*same))).first()
    return None if row is None else Kept(seq=row.seq or 0, fresh=False)


async def last_mail(tx: Transaction, brand: Brand, conversation: ConversationId) -> MailHeaders | None:
    """The headers of the newest mail that came in; None where none did."""
    mine = (inbox.c.brand == brand.id, inbox.c.conversation == conversation, inbox.c.extra.contains('"mail"'))
    extra = await tx.scalar(select(inbox.c.extra).where(*mine).order_by(inbox.c.position.desc(), inbox.c.seq.desc()).limit(1))
    return None if extra is None else _mail(json.loads(extra))


def inbound(row: Any, channel: Channel) -> Inbound:
    """A row of the inbox as a turn reads it."""
    extra = json.loads(row.extra)
    return Inbound(
        id=MessageId(row.message),
        channel=channel,
        conversation=ConversationId(row.conversation),
        signal=Signal(row.signal),
        text=row.text,
        choice=row.choice,
        locale=row.locale,
        at=row.at,
        media=tuple(extra.get("media", ())),
        mail=_mail(extra),
    )


def _mail(extra: dict[str, Any]) -> MailHeaders | None:
    return read_plain(MailHeaders, extra["mail"]) if "mail" in extra else None


def _row(brand: Brand, arrival: Arrival, seq: int, position: int) -> dict[str, Any]:
    extra: dict[str, Any] = {"media": list(arrival.media)} if arrival.media else {}
    if arrival.mail is not None:
        extra["mail"] = plain(MailHeaders, arrival.mail)
    return dict(
        brand=brand.id,
        provider=arrival.provider,
        message=_key(arrival.message),
        conversation=arrival.conversation,
        seq=seq,
        position=position,
        signal=arrival.signal.value,
        text=arrival.text,
        choice=arrival.choice,
        locale=arrival.locale,
        extra=json.dumps(extra, ensure_ascii=False),
        at=arrival.at,
        turn=arrival.settled,
    )


def _key(message: str) -> str:
    """The sender's id, or its digest where a sender writes a whole page for one."""
    return message if len(message) <= _LONGEST else f"sha256:{hashlib.sha256(message.encode()).hexdigest()}"
