"""Withdrawals as stored: a statement is added and never changed or removed."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from knowledge.brand import Brand
from server.store.database import Transaction
from server.store.tables import withdrawals


async def keep_withdrawal(tx: Transaction, brand: Brand, reference: str, body: dict[str, Any], *, matched: bool, now: datetime) -> None:
    text = json.dumps(body, ensure_ascii=False)
    await tx.execute(insert(withdrawals).values(brand=brand.id, reference=reference, body=text, matched=matched, at=now))


async def all_withdrawals(tx: Transaction, brand: Brand, *, limit: int = 200) -> tuple[dict[str, Any], ...]:
    """Newest first."""
    query = select(withdrawals).where(withdrawals.c.brand == brand.id).order_by(withdrawals.c.at.desc()).limit(limit)
    return tuple(
        {"reference": row.reference, "at": row.at, "matched": row.matched, **json.loads(row.body)} for row in await tx.execute(query)
    )
