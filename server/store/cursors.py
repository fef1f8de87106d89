"""How far each reconciliation has read at its provider."""

from datetime import datetime

from sqlalchemy import select

from knowledge.brand import Brand
from server.store.database import Transaction
from server.store.either import insert_or_leave
from server.store.tables import cursors


async def read(tx: Transaction, brand: Brand, name: str) -> str | None:
    """Where the reading named `name` stands; None before the first."""
    return await tx.scalar(select(cursors.c.value).where(cursors.c.brand == brand.id, cursors.c.name == name))


async def keep(tx: Transaction, brand: Brand, name: str, value: str, now: datetime) -> None:
    """Move it, in the transaction that keeps what was read."""
    values = dict(value=value, at=now)
    row = insert_or_leave(tx, cursors).values(brand=brand.id, name=name, **values)
    await tx.execute(row.on_conflict_do_update(index_elements=["brand", "name"], set_=values))
