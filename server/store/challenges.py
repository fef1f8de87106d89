"""One-time codes as stored: asked for, sent, tried, used up. The row is locked while a try is judged, so one of many wins."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, update

from identity import codes
from identity.codes import Challenge, Purpose, Verdict
from knowledge.brand import Brand
from server.store.database import Transaction
from server.store.either import alone
from server.store.tables import challenges, failed_tries
from server.store.threads import hold

_LISTENING = timedelta(hours=1)
"""How long after a code was asked for six typed digits are taken for an attempt at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A code somebody asked for; whether the contact is on record is found out later, out of sight (A4)."""

    id: str
    session: str
    contact: str
    purpose: Purpose
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    verdict: Verdict
    contact: str
    customer: str | None


async def ask(tx: Transaction, brand: Brand, asked: Asked) -> bool:
    """Note the wish for a code; a new one voids the old. False when the contact's limits are spent: then none will be sent."""
    await _alone(tx, brand, asked.session, asked.purpose)
    mine = (challenges.c.brand == brand.id, challenges.c.session == asked.session, challenges.c.purpose == asked.purpose)
    await tx.execute(update(challenges).where(*mine, challenges.c.state.in_(("asked", "open", "spent"))).values(state="void"))
    allowed = await _may_send(tx, brand, asked.contact, asked.created_at)
    await tx.execute(
        insert(challenges).values(
            brand=brand.id,
            id=asked.id,
            session=asked.session,
            contact=asked.contact,
            purpose=asked.purpose,
            state="asked" if allowed else "spent",
            created_at=asked.created_at,
            # One that was never sent has no life, and counts in no limit: asking alone must not keep a contact locked for ever.
            expires_at=asked.created_at + (codes.LIFE["email"] if allowed else timedelta()),
        )
    )
    return allowed


async def contact_asked(tx: Transaction, brand: Brand, session: str, purpose: Purpose, now: datetime) -> str | None:
    """Where a code was last asked to be sent in this session, while one is awaited."""
    mine = (challenges.c.brand == brand.id, challenges.c.session == session, challenges.c.purpose == purpose)
    live = (challenges.c.state.in_(("asked", "open", "spent")), challenges.c.created_at > now - _LISTENING)
    return await tx.scalar(select(challenges.c.contact).where(*mine, *live).order_by(challenges.c.created_at.desc()).limit(1))


async def asked_for(tx: Transaction, brand: Brand, challenge: str) -> Asked | None:
    """The challenge, while its code has not been made."""
    query = select(challenges).where(challenges.c.brand == brand.id, challenges.c.id == challenge, challenges.c.state == "asked")
    row = (await tx.execute(query)).first()
    if row is None:
        return None
    return Asked(id=row.id, session=row.session, contact=row.contact, purpose=row.purpose, created_at=row.created_at)


async def arm(tx: Transaction, brand: Brand, challenge: str, made: Challenge) -> bool:
    """Store the code that was made, for a contact on record and for one that is not. False when another worker has made one."""
    armed = await tx.execute(
        update(challenges)
        .where(challenges.c.brand == brand.id, challenges.c.id == challenge, challenges.c.state == "asked")
        .values(customer=made.customer, salt=made.salt, digest=made.digest, expires_at=made.expires_at, state="open")
    )
    return bool(armed.rowcount)


async def judge(tx: Transaction, brand: Brand, session: str, purpose: Purpose, typed: str, key: bytes, now: datetime) -> Judged | None:
    """What six typed digits come to in this session; None when no code is awaited here. Call inside a writing transaction."""
    await _alone(tx, brand, session, purpose)
    query = (
        select(challenges)
        .where(challenges.c.brand == brand.id, challenges.c.session == session, challenges.c.purpose == purpose)
        .where(challenges.c.state.in_(("asked", "open", "spent")), challenges.c.created_at > now - _LISTENING)
        .order_by(challenges.c.created_at.desc())
        .limit(1)
    )
    row = (await tx.execute(query)).first()
    if row is None:
        return None
    if row.state == "spent" or not await _may_try(tx, brand, row.contact, now):
        return Judged(verdict=Verdict.SPENT, contact=row.contact, customer=None)
    verdict, after = codes.check(_challenge(brand, row), typed, key, session=session, now=now)
    await _store(tx, brand, row.id, verdict, after)
    await _count(tx, brand, row.contact, verdict, now)
    return Judged(verdict=verdict, contact=row.contact, customer=after.customer if verdict is Verdict.ACCEPTED else None)


async def reopen_contact(tx: Transaction, brand: Brand, contact: str, now: datetime) -> bool:
    """A person lets a contact try again that has failed too often in a row (trust.md 4.3). False where nothing counted against it."""
    await alone(tx, "codes", brand.id)
    mine = (failed_tries.c.brand == brand.id, failed_tries.c.contact == contact, failed_tries.c.counts)
    return bool((await tx.execute(update(failed_tries).where(*mine).values(counts=False))).rowcount)


async def _alone(tx: Transaction, brand: Brand, session: str, purpose: Purpose) -> None:
    """One try or wish for a code at a time in the whole brand: its limits count contacts and the shop, and must be exact.

    A conversation's row is locked before, since whoever judges there goes on to write in it.
    """
    if purpose == "conversation":
        await hold(tx, brand, session)
    await alone(tx, "codes", brand.id)


def _challenge(brand: Brand, row: Any) -> Challenge:
    # Until the look-up has run there is no code, and every answer is as wrong as it is for an unknown contact.
    return Challenge(
        brand=brand.id,
        session=row.session,
        contact=row.contact,
        purpose=row.purpose,
        customer=row.customer,
        salt=row.salt or b"\0" * 16,
        digest=row.digest or b"\0" * 32,
        created_at=row.created_at,
        expires_at=row.expires_at,
        failures=row.failures,
    )


async def _store(tx: Transaction, brand: Brand, challenge: str, verdict: Verdict, after: Challenge) -> None:
    values: dict[str, Any] = {"failures": after.failures}
    if verdict is Verdict.ACCEPTED:
        values |= {"state": "used", "salt": None, "digest": None}
    elif verdict is Verdict.SPENT:
        values |= {"state": "spent", "salt": None, "digest": None}
    await tx.execute(update(challenges).where(challenges.c.brand == brand.id, challenges.c.id == challenge).values(**values))


async def _count(tx: Transaction, brand: Brand, contact: str, verdict: Verdict, now: datetime) -> None:
    mine = (failed_tries.c.brand == brand.id, failed_tries.c.contact == contact)
    if verdict is Verdict.ACCEPTED:
        await tx.execute(update(failed_tries).where(*mine).values(counts=False))
        return
    n = (await tx.scalar(select(func.coalesce(func.max(failed_tries.c.n), 0)).where(*mine)) or 0) + 1
    await tx.execute(insert(failed_tries).values(brand=brand.id, contact=contact, n=n, at=now, counts=True))


async def _may_try(tx: Transaction, brand: Brand, contact: str, now: datetime) -> bool:
    mine = (failed_tries.c.brand == brand.id, failed_tries.c.contact == contact)
    today = await tx.scalar(select(func.count()).where(*mine, failed_tries.c.at > now - timedelta(days=1))) or 0
    in_a_row = await tx.scalar(select(func.count()).where(*mine, failed_tries.c.counts)) or 0
    shop = await tx.scalar(select(func.count()).where(failed_tries.c.brand == brand.id, failed_tries.c.at > now - timedelta(hours=1))) or 0
    return today < codes.FAILURES_PER_DAY and in_a_row < codes.FAILURES_IN_ALL and shop < codes.SHOP_FAILURES_PER_HOUR


async def _may_send(tx: Transaction, brand: Brand, contact: str, now: datetime) -> bool:
    day = now - timedelta(days=1)
    mine = challenges.c.brand == brand.id, challenges.c.contact == contact
    sent = *mine, challenges.c.created_at > day, challenges.c.expires_at > challenges.c.created_at
    tried = failed_tries.c.brand == brand.id, failed_tries.c.contact == contact
    sent_at = (await tx.execute(select(challenges.c.created_at).where(*sent))).scalars().all()
    failed_at = (await tx.execute(select(failed_tries.c.at).where(*tried, failed_tries.c.at > day))).scalars().all()
    in_a_row = await tx.scalar(select(func.count()).where(*tried, failed_tries.c.counts)) or 0
    return codes.may_send(sent_at, failed_at, in_a_row, now)
