"""What must leave the house: each row is claimed, stamped, sent once and settled (trust.md 5.3)."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, or_, select, update

from knowledge.brand import Brand, BrandId
from server.store.database import Transaction
from server.store.tables import outbox

_TRIES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One thing to send. `body` is what the channel's sender needs, already worded."""

    brand: BrandId
    ref: str
    """Ours, made before the first try and kept by a resend, e.g. the mail's Message-ID."""
    channel: str
    recipient: str | None
    body: dict[str, Any]
    conversation: str | None = None
    seq: int = 0
    attempts: int = 0


async def put(
    tx: Transaction, brand: Brand, parcel: Parcel, *, state: str, now: datetime, due_at: datetime | None, provider_ref: str | None = None
) -> None:
    """state: `ready` to be dispatched, `sent` where writing the log is the delivery (webchat)."""
    await tx.execute(
        insert(outbox).values(
            brand=brand.id,
            ref=parcel.ref,
            conversation=parcel.conversation,
            seq=parcel.seq,
            channel=parcel.channel,
            recipient=parcel.recipient,
            body=json.dumps(parcel.body, ensure_ascii=False),
            state=state,
            due_at=due_at,
            provider_ref=provider_ref,
            at=now,
        )
    )


async def due(tx: Transaction, channel: str, now: datetime, *, horizon: timedelta, limit: int = 20) -> tuple[Parcel, ...]:
    """Ready parcels, and unconfirmed ones whose request can no longer be under way."""
    ready = (outbox.c.state == "ready") & (outbox.c.due_at <= now)
    unconfirmed = outbox.c.state.in_(("sending", "unknown")) & (outbox.c.sending_at < now - horizon)
    query = select(outbox).where(outbox.c.channel == channel, or_(ready, unconfirmed)).order_by(outbox.c.at, outbox.c.seq).limit(limit)
    return tuple(_parcel(row) for row in await tx.execute(query))


async def addressed(tx: Transaction, brand: Brand, recipient: str, prefix: str, since: datetime) -> int:
    """How many parcels whose ref begins with `prefix` were put for this recipient since then."""
    mine = (outbox.c.brand == brand.id, outbox.c.recipient == recipient, outbox.c.ref.startswith(prefix), outbox.c.at > since)
    return await tx.scalar(select(func.count()).where(*mine)) or 0


async def stamp(tx: Transaction, parcel: Parcel, now: datetime) -> None:
    """Committed before every attempt, retries included: the one line that keeps a send from doubling (trust.md 5.5)."""
    await _set(tx, parcel, state="sending", sending_at=now, attempts=parcel.attempts + 1)


async def sent(tx: Transaction, parcel: Parcel, provider_ref: str | None) -> None:
    await _set(tx, parcel, state="sent", provider_ref=provider_ref, body="{}")


async def refused(tx: Transaction, parcel: Parcel, now: datetime, *, for_good: bool) -> None:
    """The attempt surely did not go out: try again later, or give up."""
    if for_good or parcel.attempts + 1 >= _TRIES:
        await _set(tx, parcel, state="failed", body="{}")
    else:
        await _set(tx, parcel, state="ready", due_at=now + timedelta(seconds=min(5 * 2**parcel.attempts, 600)))


async def unconfirmed(tx: Transaction, parcel: Parcel) -> None:
    await _set(tx, parcel, state="unknown")


async def _set(tx: Transaction, parcel: Parcel, **values: Any) -> None:
    await tx.execute(update(outbox).where(outbox.c.brand == parcel.brand, outbox.c.ref == parcel.ref).values(**values))


def _parcel(row: Any) -> Parcel:
    return Parcel(
        brand=BrandId(row.brand),
        ref=row.ref,
        channel=row.channel,
        recipient=row.recipient,
        body=json.loads(row.body),
        conversation=row.conversation,
        seq=row.seq,
        attempts=row.attempts,
    )
