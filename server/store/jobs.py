"""Work to be done later or out of sight; a unique key makes asking twice harmless."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import case, func, or_, select, update

from knowledge.brand import BrandId
from server.store.database import Transaction
from server.store.either import insert_or_leave
from server.store.tables import jobs

_TRIES = 8
_NO_CLAIM_REACHES = timedelta(hours=1)
"""A claim that ends later than this was made before a clock was set back: it counts for nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    brand: BrandId
    id: str
    kind: str
    key: str
    payload: dict[str, Any]
    attempts: int
    claimed_until: datetime | None = None


async def schedule(tx: Transaction, brand: BrandId, kind: str, key: str, at: datetime, payload: dict[str, Any]) -> None:
    """Have `kind` run at `at`. A job of that kind and key that exists already stays as it is."""
    row = dict(brand=brand, id=uuid4().hex, kind=kind, job_key=key, run_at=at, payload=json.dumps(payload), state="waiting", attempts=0)
    await tx.execute(insert_or_leave(tx, jobs).values(**row).on_conflict_do_nothing())


async def claim(tx: Transaction, *, now: datetime, until: datetime, limit: int = 20) -> tuple[Job, ...]:
    """Take jobs that are due, the longest waiting first; nobody else gets them before `until`. now: the app's clock."""
    free = or_(jobs.c.claimed_until.is_(None), jobs.c.claimed_until < now, jobs.c.claimed_until > until + _NO_CLAIM_REACHES)
    query = select(jobs).where(jobs.c.state == "waiting", jobs.c.run_at <= now, free).order_by(jobs.c.run_at, jobs.c.id).limit(limit)
    rows = (await tx.execute(query.with_for_update(skip_locked=True))).all()
    if rows:
        # An id is random and so unique by itself.
        await tx.execute(update(jobs).where(jobs.c.id.in_([row.id for row in rows])).values(claimed_until=until))
    return tuple(_job(row, until) for row in rows)


async def next_due(tx: Transaction) -> datetime | None:
    """When the next job can be claimed: it is due by then, and nobody's claim on it lasts longer."""
    free_at = case((jobs.c.claimed_until > jobs.c.run_at, jobs.c.claimed_until), else_=jobs.c.run_at)
    soonest: datetime | None = await tx.scalar(select(func.min(free_at)).where(jobs.c.state == "waiting"))
    return soonest


async def due(tx: Transaction, now: datetime, *, limit: int = 20) -> tuple[Job, ...]:
    """What is due, without taking it."""
    query = select(jobs).where(jobs.c.state == "waiting", jobs.c.run_at <= now).order_by(jobs.c.run_at).limit(limit)
    return tuple(_job(row, row.claimed_until) for row in await tx.execute(query))


async def done(tx: Transaction, job: Job) -> None:
    values = dict(state="done", payload="{}", claimed_until=None)
    await tx.execute(update(jobs).where(jobs.c.brand == job.brand, jobs.c.id == job.id).values(**values))


async def failed(tx: Transaction, job: Job, now: datetime) -> None:
    """Try again later, each time twice as late; after eight tries it is left for a person to look at.

    Where somebody else has taken the job since, or it is done, nothing is changed.
    """
    tries = job.attempts + 1
    later = now + timedelta(seconds=min(2**tries, 300))
    state = "dead" if tries >= _TRIES else "waiting"
    mine = (jobs.c.brand == job.brand, jobs.c.id == job.id, jobs.c.state == "waiting")
    held = jobs.c.claimed_until.is_(None) if job.claimed_until is None else jobs.c.claimed_until == job.claimed_until
    await tx.execute(update(jobs).where(*mine, held).values(attempts=tries, run_at=later, state=state, claimed_until=None))


def _job(row: Any, claimed_until: datetime | None) -> Job:
    payload = json.loads(row.payload)
    return Job(
        brand=BrandId(row.brand),
        id=row.id,
        kind=row.kind,
        key=row.job_key,
        payload=payload,
        attempts=row.attempts,
        claimed_until=claimed_until,
    )
