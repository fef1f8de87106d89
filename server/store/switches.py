"""Switches per brand that every process heeds, e.g. catalogue answers only."""

from datetime import datetime

from sqlalchemy import select

from knowledge.brand import Brand, BrandId
from server.store.database import Transaction
from server.store.either import insert_or_leave
from server.store.tables import switches


async def turn(tx: Transaction, brand: Brand, name: str, on: bool, now: datetime) -> None:
    row = insert_or_leave(tx, switches).values(brand=brand.id, name=name, on=on, at=now)
    await tx.execute(row.on_conflict_do_update(index_elements=["brand", "name"], set_=dict(on=on, at=now)))


async def all_on(tx: Transaction) -> frozenset[tuple[BrandId, str]]:
    """(brand, name) of every switch that is on."""
    query = select(switches.c.brand, switches.c.name).where(switches.c.on)
    return frozenset((BrandId(row.brand), str(row.name)) for row in await tx.execute(query))
