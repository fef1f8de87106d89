"""What is forgotten, and when. Message ids are kept for ever, so that nothing can be replayed; their words are not."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from knowledge.brand import Brand
from server.store.database import Transaction
from server.store.tables import challenges, conversations, events, inbox, jobs, passes, place_links, proofs, sessions, turns

CONVERSATIONS = timedelta(days=90)
"""Long enough for a return and its refund to be spoken of."""
PASSES = timedelta(days=2)
CHALLENGES = timedelta(days=2)
"""Two days: the limits per contact look back one."""


async def forget(tx: Transaction, brand: Brand, now: datetime) -> None:
    await tx.execute(delete(passes).where(passes.c.brand == brand.id, passes.c.expires < now - PASSES))
    await tx.execute(delete(sessions).where(sessions.c.brand == brand.id, sessions.c.seen_at < now - PASSES))
    await tx.execute(delete(challenges).where(challenges.c.brand == brand.id, challenges.c.created_at < now - CHALLENGES))
    await tx.execute(delete(place_links).where(place_links.c.brand == brand.id, place_links.c.expires < now - CONVERSATIONS))
    await tx.execute(delete(jobs).where(jobs.c.brand == brand.id, jobs.c.state == "done", jobs.c.run_at < now - PASSES))
    old = select(conversations.c.id).where(conversations.c.brand == brand.id, conversations.c.seen_at < now - CONVERSATIONS)
    for table in (events, turns, proofs):
        await tx.execute(delete(table).where(table.c.brand == brand.id, table.c.conversation.in_(old)))
    await tx.execute(update(inbox).where(inbox.c.brand == brand.id, inbox.c.conversation.in_(old)).values(text="", choice=None))
