"""Passes and sessions: tickets, grants and one-time addresses that serve once, and the signed-in browsers behind cookies."""

from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from identity.links import at_rest, looks_like_token
from knowledge.brand import Brand
from server.store.database import Transaction
from server.store.tables import passes, sessions


async def give(tx: Transaction, brand: Brand, kind: str, token: str, body: str, *, expires: datetime) -> None:
    """Keep a pass: only the digest of its token is stored."""
    await tx.execute(insert(passes).values(brand=brand.id, digest=at_rest(token), kind=kind, body=body, expires=expires))


async def take(tx: Transaction, brand: Brand, kind: str, token: str, now: datetime) -> str | None:
    """Use a pass up; its body, or None when it is unknown, of another kind, of another brand, used, or out of time."""
    if not looks_like_token(token):
        return None
    mine = (passes.c.brand == brand.id, passes.c.digest == at_rest(token), passes.c.kind == kind)
    good = (passes.c.used_at.is_(None), passes.c.expires > now)
    taken = (await tx.execute(update(passes).where(*mine, *good).values(used_at=now).returning(passes.c.body))).first()
    return None if taken is None else taken.body


async def begin_session(tx: Transaction, brand: Brand, kind: str, token: str, body: str, now: datetime) -> None:
    await tx.execute(insert(sessions).values(brand=brand.id, digest=at_rest(token), kind=kind, body=body, created_at=now, seen_at=now))


async def session(tx: Transaction, brand: Brand, kind: str, token: str, now: datetime, *, life: timedelta, idle: timedelta) -> str | None:
    """The body of a session that is neither ended, nor too old, nor idle too long."""
    if not looks_like_token(token):
        return None
    mine = (sessions.c.brand == brand.id, sessions.c.digest == at_rest(token), sessions.c.kind == kind, sessions.c.ended_at.is_(None))
    row = (await tx.execute(select(sessions).where(*mine, sessions.c.created_at > now - life, sessions.c.seen_at > now - idle))).first()
    return None if row is None else row.body


async def touch_session(tx: Transaction, brand: Brand, token: str, now: datetime) -> None:
    await tx.execute(update(sessions).where(sessions.c.brand == brand.id, sessions.c.digest == at_rest(token)).values(seen_at=now))


async def end_session(tx: Transaction, brand: Brand, token: str, now: datetime) -> None:
    await tx.execute(update(sessions).where(sessions.c.brand == brand.id, sessions.c.digest == at_rest(token)).values(ended_at=now))
