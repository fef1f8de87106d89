"""Webhooks as kept: each once, for ever, so that a repeat is known and a replay does nothing."""

from datetime import datetime

from knowledge.brand import Brand
from server.store.database import Transaction
from server.store.either import insert_or_leave
from server.store.tables import inbox


async def keep_notice(tx: Transaction, brand: Brand, provider: str, message: str, topic: str, now: datetime) -> bool:
    """False when it had been kept before."""
    row = dict(brand=brand.id, provider=provider, message=message, signal="notice", text=topic, at=now, position=0, turn="-")
    return bool((await tx.execute(insert_or_leave(tx, inbox).values(**row).on_conflict_do_nothing())).rowcount)
