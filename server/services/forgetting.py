"""What is old is forgotten, in steps so small that nobody who writes meanwhile waits for it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import TypeVar

from knowledge.brand import Brand
from server.store import retention
from server.store.database import Database
from server.store.retention import AT_ONCE, STEPS

MOST = 5_000
"""Of one table in a run: what is left after a long standstill is the next run's, so that none outlives a job's time."""
T = TypeVar("T")


async def forget(database: Database, brand: Brand, now: datetime, *, most: int = MOST) -> bool:
    """Forget what is old of a brand; True where more is left than one run takes. now: the app's clock.

    Each step is a transaction of its own. One that is cut off is done again: what is forgotten already is not found.
    """
    more = False
    for step in range(STEPS):
        async with database.reading() as tx:
            rows = await retention.old_rows(tx, brand, now, step, limit=most)
        async for some in _in_steps(rows):
            async with database.writing() as tx:
                await retention.forget_rows(tx, brand, some, now, step)
        more = more or len(rows) == most
    async with database.reading() as tx:
        talks = await retention.old_conversations(tx, brand, now, limit=most)
    async for few in _in_steps(talks):
        async with database.writing() as tx:
            await retention.forget_conversations(tx, brand, few, now)
    return more or len(talks) == most


async def _in_steps(found: Sequence[T]) -> AsyncIterator[Sequence[T]]:
    for begin in range(0, len(found), AT_ONCE):
        yield found[begin : begin + AT_ONCE]
        await asyncio.sleep(0)  # a store that answers at once would let nobody else in
