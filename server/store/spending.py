"""What a brand and each of its contacts have used up, by the UTC hour and day: model tokens, SMS segments."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from knowledge.brand import Brand
from server.store.database import Transaction
from server.store.either import insert_or_leave
from server.store.tables import spent as rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    hour: int
    day: int


async def add(tx: Transaction, brand: Brand, kind: str, contact: str | None, now: datetime, amount: int) -> None:
    """Count `amount` for the brand and, where one is named, for the contact. Below zero: what had been set aside is given back.

    kind: `tokens` or `segments`. Call it late in a transaction: the brand's row is everybody's.
    """
    if not amount:
        return
    # Always contact before brand and hour before day, so that no two transactions wait for each other in a ring.
    for scope in ([_scope(contact)] if contact is not None else []) + ["brand"]:
        for slot in sorted(_slots(now), reverse=True):
            row = insert_or_leave(tx, rows).values(brand=brand.id, kind=kind, scope=scope, slot=slot, amount=amount)
            more = {"amount": rows.c.amount + row.excluded.amount}
            await tx.execute(row.on_conflict_do_update(index_elements=["brand", "kind", "scope", "slot"], set_=more))


async def spent(tx: Transaction, brand: Brand, kind: str, *, contact: str | None, now: datetime) -> Spent:
    """What has been used in this hour and on this day: by the contact, or by the whole brand where none is named."""
    hour, day = _slots(now)
    mine = (rows.c.brand == brand.id, rows.c.kind == kind, rows.c.scope == ("brand" if contact is None else _scope(contact)))
    query = select(rows.c.slot, rows.c.amount).where(*mine, rows.c.slot.in_((hour, day)))
    found = {row.slot: row.amount for row in await tx.execute(query)}
    return Spent(hour=found.get(hour, 0), day=found.get(day, 0))


def _slots(now: datetime) -> tuple[str, str]:
    at = now.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H}", f"{at:%Y-%m-%d}"


def _scope(contact: str) -> str:
    return f"contact:{hashlib.sha256(contact.encode()).hexdigest()}"
