"""Conversations: who may speak in one, what reached it, and the log its page is drawn from."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, insert, or_, select, update

from agent.conversation import ConversationState
from channels.message import Channel, ConversationId, Inbound, MessageId, Signal
from identity.levels import Proof, ProofKind
from knowledge.brand import Brand, BrandId
from server.store.database import Transaction
from server.store.records import read, written
from server.store.tables import conversations, events, inbox, proofs


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A conversation as stored."""

    brand: BrandId
    id: ConversationId
    channel: Channel
    contact: str | None
    state: ConversationState
    fence: int
    last_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row of the log a page is drawn from. `body` is JSON text and holds `seq`."""

    seq: int
    kind: str
    body: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    seq: int
    fresh: bool
    """False for a message that had been kept before: the same answer, nothing twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A conversation this worker may answer, with everything unanswered in it."""

    thread: Thread
    messages: tuple[Inbound, ...]
    keys: tuple[tuple[str, str], ...]
    """(provider, message) of each."""
    proofs: tuple[Proof, ...]


async def open_thread(
    tx: Transaction,
    brand: Brand,
    conversation: ConversationId,
    *,
    channel: Channel,
    contact: str | None,
    token: str | None,
    state: ConversationState,
    now: datetime,
) -> None:
    """token: the bearer token's digest, never the token."""
    row = dict(
        brand=brand.id, id=conversation, channel=channel.value, contact=contact, token=token, state=written(ConversationState, state)
    )
    await tx.execute(insert(conversations).values(**row, opened_at=now, seen_at=now))


async def thread_of_token(tx: Transaction, brand: Brand, digest: str) -> Thread | None:
    """The conversation a bearer token opens, in this brand only."""
    row = (await tx.execute(select(conversations).where(conversations.c.brand == brand.id, conversations.c.token == digest))).first()
    return None if row is None else _thread(row)


async def thread(tx: Transaction, brand: Brand, conversation: ConversationId) -> Thread | None:
    row = (await tx.execute(select(conversations).where(_is(brand, conversation)))).first()
    return None if row is None else _thread(row)


async def keep(tx: Transaction, brand: Brand, arrival: Arrival, *, due_at: datetime) -> Kept:
    """Put an arrival into the inbox and, where it is shown, into the log. The commit must come before any 2xx (trust.md 5.2)."""
    same = (inbox.c.brand == brand.id, inbox.c.provider == arrival.provider, inbox.c.message == arrival.message)
    known = (await tx.execute(select(inbox.c.seq).where(*same))).first()
    if known is not None:
        return Kept(seq=known.seq or 0, fresh=False)
    shown = arrival.shown_text is not None
    bump = update(conversations).where(_is(brand, arrival.conversation))
    counters = (
        await tx.execute(
            bump.values(
                arrived=conversations.c.arrived + 1, last_seq=conversations.c.last_seq + int(shown), due_at=due_at, seen_at=due_at
            ).returning(conversations.c.arrived, conversations.c.last_seq)
        )
    ).one()
    await tx.execute(
        insert(inbox).values(
            brand=brand.id,
            provider=arrival.provider,
            message=arrival.message,
            conversation=arrival.conversation,
            seq=counters.last_seq,
            position=counters.arrived,
            signal=arrival.signal.value,
            text=arrival.text,
            choice=arrival.choice,
            locale=arrival.locale,
            at=arrival.at,
        )
    )
    if arrival.shown_text is not None:
        body = message_body(author="shopper", ref=arrival.message, text=arrival.shown_text, at=arrival.at, client_id=arrival.client_id)
        await write_log(tx, brand, arrival.conversation, counters.last_seq, [("message", body)], arrival.at)
    return Kept(seq=counters.last_seq, fresh=True)


async def kept_before(tx: Transaction, brand: Brand, provider: str, message: str) -> Kept | None:
    """What a message that is already in the inbox came to."""
    same = (inbox.c.brand == brand.id, inbox.c.provider == provider, inbox.c.message == message)
    row = (await tx.execute(select(inbox.c.seq).where(*same))).first()
    return None if row is None else Kept(seq=row.seq or 0, fresh=False)


async def log(tx: Transaction, brand: Brand, conversation: ConversationId, kind: str, body: dict[str, Any], at: datetime) -> int:
    """Append to the conversation's log; returns the event's seq."""
    return (await log_all(tx, brand, conversation, [(kind, body)], at))[-1]


async def log_all(
    tx: Transaction, brand: Brand, conversation: ConversationId, rows: Sequence[tuple[str, dict[str, Any]]], at: datetime
) -> list[int]:
    """Append several at once, in order."""
    bump = update(conversations).where(_is(brand, conversation)).values(last_seq=conversations.c.last_seq + len(rows))
    last: int = (await tx.execute(bump.returning(conversations.c.last_seq))).scalar_one()
    first = last - len(rows) + 1
    await write_log(tx, brand, conversation, first, rows, at)
    return list(range(first, last + 1))


async def write_log(
    tx: Transaction, brand: Brand, conversation: ConversationId, first: int, rows: Sequence[tuple[str, dict[str, Any]]], at: datetime
) -> None:
    """Events under numbers the caller has taken already, from `first` on."""
    values = [
        dict(brand=brand.id, conversation=conversation, seq=seq, kind=kind, body=_event_text(seq, body), at=at)
        for seq, (kind, body) in enumerate(rows, first)
    ]
    await tx.execute(insert(events), values)


def message_body(
    *,
    author: str,
    ref: str,
    text: str,
    at: datetime,
    name: str | None = None,
    blocks: Sequence[Any] = (),
    ai: bool = False,
    client_id: str | None = None,
) -> dict[str, Any]:
    """The data of a `message` event. `ai` marks generated content (L-03)."""
    body: dict[str, Any] = {"ref": ref, "author": author, "at": at.isoformat(), "text": text, "blocks": list(blocks), "ai": ai}
    if name is not None:
        body["name"] = name
    if client_id is not None:
        body["client_id"] = client_id
    return body


async def log_after(tx: Transaction, brand: Brand, conversation: ConversationId, after: int, *, limit: int = 500) -> tuple[Event, ...]:
    """Events with a seq greater than `after`, in order."""
    query = (
        select(events.c.seq, events.c.kind, events.c.body)
        .where(events.c.brand == brand.id, events.c.conversation == conversation, events.c.seq > after)
        .order_by(events.c.seq)
        .limit(limit)
    )
    return tuple(Event(seq=row.seq, kind=row.kind, body=row.body) for row in await tx.execute(query))


async def add_proof(tx: Transaction, brand: Brand, conversation: ConversationId, proof: Proof) -> None:
    """One more proof: the only way a conversation's level rises (INV-7)."""
    mine = (proofs.c.brand == brand.id, proofs.c.conversation == conversation)
    n = (await tx.scalar(select(func.coalesce(func.max(proofs.c.n), 0)).where(*mine)) or 0) + 1
    await tx.execute(
        insert(proofs).values(
            brand=brand.id,
            conversation=conversation,
            n=n,
            kind=proof.kind.value,
            contact=proof.contact,
            customer=proof.customer,
            at=proof.at,
            seen_at=proof.seen_at,
        )
    )


async def proofs_of(tx: Transaction, brand: Brand, conversation: ConversationId) -> tuple[Proof, ...]:
    query = select(proofs).where(proofs.c.brand == brand.id, proofs.c.conversation == conversation).order_by(proofs.c.n)
    return tuple(
        Proof(kind=ProofKind(row.kind), contact=row.contact, customer=row.customer, at=row.at, seen_at=row.seen_at)
        for row in await tx.execute(query)
    )


async def lease(tx: Transaction, brand: Brand, conversation: ConversationId, *, now: datetime, until: datetime) -> Leased | None:
    """Take the conversation for one turn: fence + 1. None when it is not due, or somebody holds it."""
    free = or_(conversations.c.lease_until.is_(None), conversations.c.lease_until < now)
    taken = (
        await tx.execute(
            update(conversations)
            .where(_is(brand, conversation), conversations.c.due_at.is_not(None), free)
            .values(fence=conversations.c.fence + 1, lease_until=until)
            .returning(conversations)
        )
    ).first()
    if taken is None:
        return None
    found = await reread(tx, brand, _thread(taken))
    if not found.messages:
        await tx.execute(update(conversations).where(_is(brand, conversation)).values(due_at=None, lease_until=None))
        return None
    return found


async def reread(tx: Transaction, brand: Brand, held: Thread) -> Leased:
    """All unanswered messages of a conversation we hold, and its proofs as they are now."""
    query = (
        select(inbox).where(inbox.c.brand == brand.id, inbox.c.conversation == held.id, inbox.c.turn.is_(None)).order_by(inbox.c.position)
    )
    rows = (await tx.execute(query)).all()
    messages = tuple(
        Inbound(
            id=MessageId(row.message),
            channel=held.channel,
            conversation=held.id,
            signal=Signal(row.signal),
            text=row.text,
            choice=row.choice,
            locale=row.locale,
            at=row.at,
        )
        for row in rows
    )
    keys = tuple((row.provider, row.message) for row in rows)
    return Leased(thread=held, messages=messages, keys=keys, proofs=await proofs_of(tx, brand, held.id))


async def release(tx: Transaction, brand: Brand, held: Thread, *, due_at: datetime) -> int:
    """Give a conversation back unanswered, to be tried again at `due_at`; returns how often this has happened in a row."""
    mine = and_(_is(brand, held.id), conversations.c.fence == held.fence)
    values = {"lease_until": None, "due_at": due_at, "failures": conversations.c.failures + 1}
    return (await tx.execute(update(conversations).where(mine).values(**values).returning(conversations.c.failures))).scalar() or 0


async def set_aside(tx: Transaction, brand: Brand, leased: Leased, *, turn: str, now: datetime) -> None:
    """Mark messages as answered by something else than a turn; whatever came later stays due."""
    for provider, message in leased.keys:
        mine = (inbox.c.brand == brand.id, inbox.c.provider == provider, inbox.c.message == message)
        await tx.execute(update(inbox).where(*mine).values(turn=turn))
    waiting = (inbox.c.brand == brand.id, inbox.c.conversation == leased.thread.id, inbox.c.turn.is_(None))
    more = await tx.scalar(select(func.count()).select_from(inbox).where(*waiting)) or 0
    values = {"failures": 0, "lease_until": None, "due_at": now if more else None}
    await tx.execute(update(conversations).where(_is(brand, leased.thread.id)).values(**values))


async def touch_proofs(tx: Transaction, brand: Brand, conversation: ConversationId, now: datetime) -> None:
    """The conversation was active: its proofs have not idled out."""
    await tx.execute(update(proofs).where(proofs.c.brand == brand.id, proofs.c.conversation == conversation).values(seen_at=now))


async def change_state(tx: Transaction, brand: Brand, conversation: ConversationId, **changes: Any) -> Thread | None:
    """Change the remembered state from outside a turn. The fence moves, so that a turn under way cannot overwrite it."""
    found = await thread(tx, brand, conversation)
    if found is None:
        return None
    state = replace(found.state, **changes)
    values = {"state": written(ConversationState, state), "fence": conversations.c.fence + 1, "lease_until": None}
    await tx.execute(update(conversations).where(_is(brand, conversation)).values(**values))
    return replace(found, state=state)


async def due(tx: Transaction, now: datetime, *, limit: int = 100) -> tuple[tuple[BrandId, ConversationId], ...]:
    """Conversations that should have been answered by now and that nobody holds, of every brand: the sweep's question."""
    query = (
        select(conversations.c.brand, conversations.c.id)
        .where(conversations.c.due_at <= now, or_(conversations.c.lease_until.is_(None), conversations.c.lease_until < now))
        .order_by(conversations.c.due_at)
        .limit(limit)
    )
    return tuple((BrandId(row.brand), ConversationId(row.id)) for row in await tx.execute(query))


def _is(brand: Brand, conversation: ConversationId) -> Any:
    return and_(conversations.c.brand == brand.id, conversations.c.id == conversation)


def _thread(row: Any) -> Thread:
    return Thread(
        brand=BrandId(row.brand),
        id=ConversationId(row.id),
        channel=Channel(row.channel),
        contact=row.contact,
        state=read(ConversationState, row.state),
        fence=row.fence,
        last_seq=row.last_seq,
    )


def _event_text(seq: int, body: dict[str, Any]) -> str:
    return json.dumps({"seq": seq, **body}, ensure_ascii=False, separators=(",", ":"))
