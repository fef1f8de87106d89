"""What must leave the house: each row is claimed, stamped, sent once and settled (trust.md 5.3).

ready → sending → sent | unknown | failed. A claim stamps a fresh `sending_at` and counts the attempt; whoever settles it must still
hold that very attempt, so that a worker that was frozen changes nothing.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, tuple_, update

from channels.message import ConversationId, DeliveryState, Outbound, Receipt
from knowledge.brand import Brand, BrandId
from server.store.database import Transaction
from server.store.either import alone, insert_or_leave
from server.store.records import plain
from server.store.tables import conversations, outbox
from server.store.threads import is_thread

TRIES = 20
"""Attempts that may surely have failed before it is given up: about two hours, so that a provider's outage costs no answer."""
_NO_WAIT_REACHES = timedelta(days=7)
"""What is due later than this was written before a clock was set back: it is due now."""
_NO_CLOCK_REACHES = timedelta(hours=1)
"""A stamp so far ahead of the clock was made before that was set back."""
_RANK = {one: rank for rank, one in enumerate(("queued", "sent", "delivered", "read", "failed"))}
"""What is said only rises, and a failure is final (trust.md 4.6): so any order and any repetition of the same words ends the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One thing to send. `body` is what the channel's sender needs, already worded: an `Outbound` as plain values."""

    brand: BrandId
    ref: str
    """Ours, made before the first try and kept by a resend, e.g. the mail's Message-ID."""
    channel: str
    """sms, whatsapp, email or webchat."""
    recipient: str | None
    body: dict[str, Any] = field(default_factory=dict)
    conversation: str | None = None
    seq: int = 0
    part: int = 0
    """Of one reply that takes several messages."""
    kind: str = "reply"
    """reply, staff, code or notice."""
    attempts: int = 0
    sending_at: datetime | None = None
    """When this very attempt was claimed."""


async def put(
    tx: Transaction, brand: Brand, parcel: Parcel, *, state: str, now: datetime, due_at: datetime | None, provider_ref: str | None = None
) -> bool:
    """state: `ready` to be dispatched, `sent` where writing the log is the delivery (webchat).

    False for a ref that is there already: it is left as it is.
    """
    row = insert_or_leave(tx, outbox).values(
        brand=brand.id,
        ref=parcel.ref,
        conversation=parcel.conversation,
        seq=parcel.seq,
        part=parcel.part,
        kind=parcel.kind,
        channel=parcel.channel,
        recipient=parcel.recipient,
        body=json.dumps(parcel.body, ensure_ascii=False),
        state=state,
        due_at=due_at,
        provider_ref=provider_ref,
        at=now,
    )
    return bool((await tx.execute(row.on_conflict_do_nothing())).rowcount)


async def put_next(
    tx: Transaction,
    brand: Brand,
    conversation: ConversationId,
    outbound: Outbound,
    *,
    ref: str,
    kind: str,
    now: datetime,
    seq: int | None = None,
) -> bool:
    """A message outside a turn (staff, notice), after everything its conversation has said so far. False for a ref that is there.

    seq: of the log's event that shows it, just written; None: after the last one. The log itself is the caller's.
    """
    mine = select(conversations.c.channel, conversations.c.last_seq).where(is_thread(brand, conversation)).with_for_update()
    held = (await tx.execute(mine)).one()
    place: int = held.last_seq if seq is None else seq
    same = (outbox.c.brand == brand.id, outbox.c.conversation == conversation, outbox.c.seq == place)
    last: int | None = await tx.scalar(select(func.max(outbox.c.part)).where(*same))
    by_log = held.channel == "webchat"
    parcel = Parcel(
        brand=brand.id,
        ref=ref,
        channel=held.channel,
        recipient=outbound.to,
        body={} if by_log else plain(Outbound, outbound),
        conversation=conversation,
        seq=place,
        part=0 if last is None else last + 1,
        kind=kind,
    )
    return await put(tx, brand, parcel, state="sent" if by_log else "ready", now=now, due_at=None if by_log else now)


def _is_due(now: datetime) -> ColumnElement[bool]:
    return or_(outbox.c.due_at <= now, outbox.c.due_at > now + _NO_WAIT_REACHES)


async def lanes(tx: Transaction, *, now: datetime) -> tuple[tuple[BrandId, str], ...]:
    """(brand, channel) of everything that may leave now."""
    query = select(outbox.c.brand, outbox.c.channel).where(outbox.c.state == "ready", _is_due(now)).distinct()
    return tuple((BrandId(row.brand), str(row.channel)) for row in await tx.execute(query.order_by(outbox.c.brand, outbox.c.channel)))


async def claim(
    tx: Transaction, channels: Collection[str], *, now: datetime, limit: int = 20, brand: BrandId | None = None
) -> tuple[Parcel, ...]:
    """Take what may leave now, the oldest first: state `sending`, a fresh `sending_at`, one more attempt.

    Heads only: a message waits while an earlier one of its conversation is ready or under way, so order holds and one is in
    flight. now: the store's clock. brand: of this brand alone. Two workers never get the same row.
    """
    earlier = outbox.alias("earlier")
    still_open = earlier.c.state.in_(("ready", "sending"))
    before = or_(earlier.c.seq < outbox.c.seq, and_(earlier.c.seq == outbox.c.seq, earlier.c.part < outbox.c.part))
    blocked = exists().where(earlier.c.brand == outbox.c.brand, earlier.c.conversation == outbox.c.conversation, before, still_open)
    ready = (outbox.c.state == "ready", _is_due(now), outbox.c.channel.in_(list(channels)))
    mine = () if brand is None else (outbox.c.brand == brand,)
    query = select(outbox.c.brand, outbox.c.ref).where(*ready, *mine, ~blocked)
    query = query.order_by(outbox.c.due_at, outbox.c.at, outbox.c.seq, outbox.c.part, outbox.c.ref).limit(limit)
    keys = [(row.brand, row.ref) for row in await tx.execute(query.with_for_update(skip_locked=True, of=outbox))]
    if not keys:
        return ()
    taken = (
        update(outbox)
        .where(tuple_(outbox.c.brand, outbox.c.ref).in_(keys))
        .values(state="sending", sending_at=now, attempts=outbox.c.attempts + 1)
        .returning(outbox)
    )
    found = {(row.brand, row.ref): _parcel(row) for row in await tx.execute(taken)}
    return tuple(found[key] for key in keys)


async def unsettled(
    tx: Transaction, channels: Collection[str], *, before: datetime, limit: int = 20, brand: BrandId | None = None
) -> tuple[Parcel, ...]:
    """Attempts begun before `before` of which nothing is known: to be looked up, never sent blindly. brand: of this brand alone.

    In no order: of more than `limit` every one has its chance, however many there are that can never be looked up.
    """
    mine = () if brand is None else (outbox.c.brand == brand,)
    query = select(outbox).where(_is_doubtful(before), outbox.c.channel.in_(list(channels)), *mine)
    return await _parcels(tx, query.order_by(func.random()).limit(limit))


async def doubtful_lanes(tx: Transaction, *, before: datetime) -> tuple[tuple[BrandId, str], ...]:
    """(brand, channel) of everything that is unsettled."""
    query = select(outbox.c.brand, outbox.c.channel).where(_is_doubtful(before)).distinct()
    return tuple((BrandId(row.brand), str(row.channel)) for row in await tx.execute(query.order_by(outbox.c.brand, outbox.c.channel)))


def _is_doubtful(before: datetime) -> ColumnElement[bool]:
    """Begun so long ago, or stamped before a clock was set back: no attempt begins so far ahead."""
    ahead = outbox.c.sending_at > before + _NO_CLOCK_REACHES
    return and_(outbox.c.state == "sending", or_(outbox.c.sending_at < before, ahead))


async def sent(tx: Transaction, parcel: Parcel, provider_ref: str | None) -> bool:
    """The provider took it. This and what follows: False, and nothing is changed, when the attempt is no longer this one."""
    return await _settle(tx, parcel, state="sent", provider_ref=provider_ref, body="{}")


async def refused(
    tx: Transaction, parcel: Parcel, *, now: datetime, for_good: bool, after: timedelta | None = None, error: str | None = None
) -> bool:
    """The attempt surely did not go out: try again later, or give it up for good or after `TRIES` attempts.

    after: how long the provider asks to wait; without it each wait is twice the last, ten minutes at most.
    """
    word = None if error is None else error[:64]
    if for_good or parcel.attempts >= TRIES:
        return await _settle(tx, parcel, state="failed", body="{}", error=word)
    wait = after or timedelta(seconds=min(5 * 2 ** max(parcel.attempts - 1, 0), 600))
    return await _settle(tx, parcel, state="ready", due_at=now + wait, error=word)


async def absent(tx: Transaction, parcel: Parcel, now: datetime) -> bool:
    """Looked up past the horizon, and it is not there: it may be sent again."""
    return await _settle(tx, parcel, state="ready", due_at=now)


async def unknown(tx: Transaction, parcel: Parcel) -> bool:
    """Nobody can tell whether it went out: final, a person sees it, and it is never sent again blindly.

    Its words are kept for that person, but not a code's: its digits stay in no table.
    """
    words = {"body": "{}"} if parcel.kind == "code" else {}
    return await _settle(tx, parcel, state="unknown", **words)


async def hold(tx: Transaction, parcel: Parcel, until: datetime) -> bool:
    """Not now: back to ready, due later, and the attempt was none."""
    return await _settle(tx, parcel, state="ready", due_at=until, attempts=outbox.c.attempts - 1)


async def stop(tx: Transaction, parcel: Parcel, why: str) -> bool:
    """It may not leave at all, e.g. the contact has opted out."""
    return await _settle(tx, parcel, state="failed", body="{}", error=why[:64])


async def receipt(tx: Transaction, brand: Brand, receipt: Receipt) -> Parcel | None:
    """Keep a provider's word on one message: found by our ref, else by the provider's.

    None where nothing came of it: no such message, or a word that is not above the last. A row whose attempt is still open is
    settled by it: the provider has it.
    """
    row = await _spoken_of(tx, brand, receipt)
    if row is None:
        return None
    said, before = receipt.state.value, row.status
    rises = before is None or _RANK[said] > _RANK[before]
    failed = said == DeliveryState.FAILED.value
    values: dict[str, Any] = {}
    if rises:
        values |= {"status": said, "error": (receipt.error or "failed")[:64] if failed else None}
    if row.state != "failed" or (rises and not failed):
        values |= {"state": "failed" if failed and rises else "sent", "body": "{}"}
    if row.provider_ref is None:
        values["provider_ref"] = receipt.provider_ref
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return None
    await tx.execute(update(outbox).where(outbox.c.brand == brand.id, outbox.c.ref == row.ref).values(**changed))
    return _parcel(row) if rises else None


async def bears(tx: Transaction, parcel: Parcel, provider_ref: str) -> bool:
    """Whether another parcel of the brand has this provider's id already: then what was looked up is not this one."""
    others = (outbox.c.brand == parcel.brand, outbox.c.provider_ref == provider_ref, outbox.c.ref != parcel.ref)
    return (await tx.scalar(select(func.count()).where(*others)) or 0) > 0


async def addressed(tx: Transaction, brand: Brand, recipient: str, prefix: str, since: datetime, *, gone: bool = False) -> int:
    """How many parcels whose ref begins with `prefix` were put for this recipient since then; nobody adds one until the commit.

    gone: only those that have left, or are leaving.
    """
    await alone(tx, "addressed", brand.id, recipient)
    mine = (outbox.c.brand == brand.id, outbox.c.recipient == recipient, outbox.c.ref.startswith(prefix), outbox.c.at > since)
    left = (outbox.c.state.in_(("sending", "sent", "unknown")),) if gone else ()
    return await tx.scalar(select(func.count()).where(*mine, *left)) or 0


async def _spoken_of(tx: Transaction, brand: Brand, receipt: Receipt) -> Any:
    """The message it speaks of, locked; None for one that is not ours."""
    query = select(outbox).where(outbox.c.brand == brand.id).with_for_update()
    found = None
    if receipt.ref is not None:
        found = (await tx.execute(query.where(outbox.c.ref == receipt.ref))).first()
    return found or (await tx.execute(query.where(outbox.c.provider_ref == receipt.provider_ref).limit(1))).first()


async def _settle(tx: Transaction, parcel: Parcel, **values: Any) -> bool:
    mine = [outbox.c.brand == parcel.brand, outbox.c.ref == parcel.ref, outbox.c.state == "sending", outbox.c.attempts == parcel.attempts]
    if parcel.sending_at is not None:
        mine.append(outbox.c.sending_at == parcel.sending_at)
    return bool((await tx.execute(update(outbox).where(*mine).values(**values))).rowcount)


async def _parcels(tx: Transaction, query: Select[Any]) -> tuple[Parcel, ...]:
    return tuple(_parcel(row) for row in await tx.execute(query))


def _parcel(row: Any) -> Parcel:
    return Parcel(
        brand=BrandId(row.brand),
        ref=row.ref,
        channel=row.channel,
        recipient=row.recipient,
        body=json.loads(row.body),
        conversation=row.conversation,
        seq=row.seq,
        part=row.part,
        kind=row.kind,
        attempts=row.attempts,
        sending_at=row.sending_at,
    )
