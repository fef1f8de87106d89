"""Cases: a person's part in a conversation, its brief, and what staff wrote."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func, insert, select, update

from agent.effects import Brief
from knowledge.brand import Brand
from server.store.database import Transaction
from server.store.either import alone
from server.store.records import read, written
from server.store.tables import case_notes, cases


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCase:
    reference: str
    conversation: str | None
    origin: Literal["chat", "hub"]
    reason: str
    brief: Brief
    state: Literal["open", "closed"]
    reply_by: datetime | None
    opened_at: datetime
    closed_at: datetime | None = None
    assigned: str | None = None
    request: dict[str, Any] = field(default_factory=dict)
    """What a Hub page asked for: `action`, `lines`, `value`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    author: str
    kind: Literal["reply", "note", "closed"]
    text: str
    at: datetime


async def open_case(tx: Transaction, brand: Brand, case: StoredCase) -> None:
    await tx.execute(
        insert(cases).values(
            brand=brand.id,
            reference=case.reference,
            conversation=case.conversation,
            origin=case.origin,
            reason=case.reason,
            brief=written(Brief, case.brief),
            state=case.state,
            customer=case.brief.customer,
            assigned=case.assigned,
            request=json.dumps(case.request, ensure_ascii=False),
            reply_by=case.reply_by,
            opened_at=case.opened_at,
        )
    )


async def case(tx: Transaction, brand: Brand, reference: str, *, hold: bool = False) -> StoredCase | None:
    """hold: nobody else changes it until the commit; in writing transactions only."""
    query = select(cases).where(cases.c.brand == brand.id, cases.c.reference == reference)
    row = (await tx.execute(query.with_for_update() if hold else query)).first()
    return None if row is None else _case(row)


async def all_cases(tx: Transaction, brand: Brand, *, limit: int = 200) -> tuple[StoredCase, ...]:
    """Open ones first, the longest waiting on top; then the closed, newest first."""
    query = select(cases).where(cases.c.brand == brand.id).order_by(cases.c.state.desc(), cases.c.opened_at).limit(limit)
    return tuple(_case(row) for row in await tx.execute(query))


async def open_case_of(tx: Transaction, brand: Brand, customer: str, order: str, wish: str) -> StoredCase | None:
    """A case the Hub opened for the same wish, so that a second click opens no second one; nobody else opens one until the commit."""
    await alone(tx, "case", brand.id, customer)
    mine = (cases.c.brand == brand.id, cases.c.customer == customer, cases.c.origin == "hub", cases.c.state == "open")
    for row in await tx.execute(select(cases).where(*mine)):
        found = _case(row)
        if found.brief.order == order and found.brief.wish == wish:
            return found
    return None


async def close_case(tx: Transaction, brand: Brand, reference: str, now: datetime) -> bool:
    """False when it was closed already or does not exist."""
    mine = (cases.c.brand == brand.id, cases.c.reference == reference, cases.c.state == "open")
    return bool((await tx.execute(update(cases).where(*mine).values(state="closed", closed_at=now))).rowcount)


async def assign(tx: Transaction, brand: Brand, reference: str, person: str) -> bool:
    """False for no such open case."""
    mine = (cases.c.brand == brand.id, cases.c.reference == reference, cases.c.state == "open")
    return bool((await tx.execute(update(cases).where(*mine).values(assigned=person))).rowcount)


async def add_note(tx: Transaction, brand: Brand, reference: str, note: Note, *, once: str | None = None) -> int | None:
    """The note's number; None when a form with this key had brought it before."""
    await case(tx, brand, reference, hold=True)
    mine = (case_notes.c.brand == brand.id, case_notes.c.reference == reference)
    if once is not None and await tx.scalar(select(case_notes.c.n).where(*mine, case_notes.c.once == once)) is not None:
        return None
    n: int = (await tx.scalar(select(func.coalesce(func.max(case_notes.c.n), 0)).where(*mine)) or 0) + 1
    row = dict(author=note.author, kind=note.kind, text=note.text, at=note.at)
    await tx.execute(insert(case_notes).values(brand=brand.id, reference=reference, n=n, once=once, **row))
    return n


async def notes(tx: Transaction, brand: Brand, reference: str) -> tuple[Note, ...]:
    query = select(case_notes).where(case_notes.c.brand == brand.id, case_notes.c.reference == reference).order_by(case_notes.c.n)
    return tuple(Note(author=row.author, kind=row.kind, text=row.text, at=row.at) for row in await tx.execute(query))


def _case(row: object) -> StoredCase:
    values = row._mapping  # type: ignore[attr-defined]  # a SQLAlchemy row, whose columns mypy cannot see
    return StoredCase(
        reference=values["reference"],
        conversation=values["conversation"],
        origin=values["origin"],
        reason=values["reason"],
        brief=read(Brief, values["brief"]),
        state=values["state"],
        reply_by=values["reply_by"],
        opened_at=values["opened_at"],
        closed_at=values["closed_at"],
        assigned=values["assigned"],
        request=json.loads(values["request"]),
    )
