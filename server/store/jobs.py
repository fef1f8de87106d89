"""Work to be done later or out of sight; a unique key makes asking twice harmless."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update

from knowledge.brand import BrandId
from server.store.database import Transaction
from server.store.either import insert_or_leave
from server.store.tables import jobs

AT_ONCE: Mapping[str, int] = {"reconcile_mail": 3, "reconcile_sms": 2, "reconcile_webhooks": 1}
"""So many brands may have such a round under way at once: mailboxes that do not answer must leave room for what shoppers wait for."""
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
    """Take jobs that are due, the longest waiting first; nobody else gets them before `until`. now: the app's clock.

    Of the kinds in `AT_ONCE` no more than stands there, whoever has them: what waits behind those is taken before them.
    """
    held = and_(jobs.c.claimed_until >= now, jobs.c.claimed_until <= until + _NO_CLAIM_REACHES)
    order = (jobs.c.run_at, jobs.c.id)
    place = func.row_number().over(partition_by=jobs.c.kind, order_by=order).label("place")
    ready = select(jobs.c.id, jobs.c.kind, place).where(jobs.c.state == "waiting", jobs.c.run_at <= now, _not(held)).subquery()
    room = await _room(tx, held)
    fits = or_(ready.c.kind.not_in(list(AT_ONCE)), *(and_(ready.c.kind == kind, ready.c.place <= left) for kind, left in room.items()))
    chosen = jobs.c.id.in_(select(ready.c.id).where(fits))
    # Asked again of the row itself: on PostgreSQL another worker may have taken it since the list was made.
    query = select(jobs).where(chosen, jobs.c.state == "waiting", _not(held)).order_by(*order).limit(limit)
    rows = (await tx.execute(query.with_for_update(skip_locked=True))).all()
    if rows:
        # An id is random and so unique by itself.
        await tx.execute(update(jobs).where(jobs.c.id.in_([row.id for row in rows])).values(claimed_until=until))
    return tuple(_job(row, until) for row in rows)


def _not(held: ColumnElement[bool]) -> ColumnElement[bool]:
    return or_(jobs.c.claimed_until.is_(None), ~held)


async def _room(tx: Transaction, held: ColumnElement[bool]) -> dict[str, int]:
    """How many more of each bounded kind may begin. Counted by brand: a claim that a killed worker left behind is its brand's own."""
    query = select(jobs.c.kind, func.count(jobs.c.brand.distinct())).where(jobs.c.state == "waiting", jobs.c.kind.in_(list(AT_ONCE)), held)
    busy: dict[str, int] = {kind: count for kind, count in await tx.execute(query.group_by(jobs.c.kind))}
    return {kind: most - busy.get(kind, 0) for kind, most in AT_ONCE.items()}


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
    """It has run. Where somebody else has taken it since, or it was put back, nothing is changed."""
    await tx.execute(update(jobs).where(_is_ours(job)).values(state="done", payload="{}", claimed_until=None))


async def put_back(tx: Transaction, job: Job, at: datetime) -> None:
    """Not here, or not yet: it waits until `at`, and this was no try."""
    await tx.execute(update(jobs).where(_is_ours(job)).values(run_at=at, claimed_until=None))


async def failed(tx: Transaction, job: Job, now: datetime) -> None:
    """Try again later, each time twice as late; after eight tries it is left for a person to look at.

    Where somebody else has taken the job since, or it is done, nothing is changed.
    """
    tries = job.attempts + 1
    later = now + timedelta(seconds=min(2**tries, 300))
    state = "dead" if tries >= _TRIES else "waiting"
    await tx.execute(update(jobs).where(_is_ours(job)).values(attempts=tries, run_at=later, state=state, claimed_until=None))


def _is_ours(job: Job) -> ColumnElement[bool]:
    """Still waiting, and under the claim it was taken with."""
    held = jobs.c.claimed_until.is_(None) if job.claimed_until is None else jobs.c.claimed_until == job.claimed_until
    return and_(jobs.c.brand == job.brand, jobs.c.id == job.id, jobs.c.state == "waiting", held)


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
