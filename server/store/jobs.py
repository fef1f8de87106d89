"""Work to be done later or out of sight; a unique key makes asking twice harmless."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert

from knowledge.brand import BrandId
from server.store.database import Transaction
from server.store.tables import jobs

_TRIES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    brand: BrandId
    id: str
    kind: str
    key: str
    payload: dict[str, Any]
    attempts: int


async def schedule(tx: Transaction, brand: BrandId, kind: str, key: str, at: datetime, payload: dict[str, Any]) -> None:
    """Have `kind` run at `at`. A job of that kind and key that exists already stays as it is."""
    row = dict(brand=brand, id=uuid4().hex, kind=kind, job_key=key, run_at=at, payload=json.dumps(payload), state="waiting", attempts=0)
    await tx.execute(insert(jobs).values(**row).on_conflict_do_nothing())


async def due(tx: Transaction, now: datetime, *, limit: int = 20) -> tuple[Job, ...]:
    query = select(jobs).where(jobs.c.state == "waiting", jobs.c.run_at <= now).order_by(jobs.c.run_at).limit(limit)
    return tuple(
        Job(brand=BrandId(row.brand), id=row.id, kind=row.kind, key=row.job_key, payload=json.loads(row.payload), attempts=row.attempts)
        for row in await tx.execute(query)
    )


async def done(tx: Transaction, job: Job) -> None:
    await tx.execute(update(jobs).where(jobs.c.brand == job.brand, jobs.c.id == job.id).values(state="done", payload="{}"))


async def failed(tx: Transaction, job: Job, now: datetime) -> None:
    """Try again later, each time twice as late; after eight tries it is left for a person to look at."""
    tries = job.attempts + 1
    later = now + timedelta(seconds=min(2**tries, 300))
    state = "dead" if tries >= _TRIES else "waiting"
    await tx.execute(update(jobs).where(jobs.c.brand == job.brand, jobs.c.id == job.id).values(attempts=tries, run_at=later, state=state))
