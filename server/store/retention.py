"""What is forgotten, and when. Message ids are kept for ever, so that nothing can be replayed; their words are not."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, or_, select, update

from knowledge.brand import Brand
from server.store.database import Transaction
from server.store.tables import challenges, conversations, events, inbox, jobs, outbox, passes, place_links, proofs, sessions, spent, turns

CONVERSATIONS = timedelta(days=90)
"""Long enough for a return and its refund to be spoken of."""
PASSES = timedelta(days=2)
CHALLENGES = timedelta(days=2)
"""Two days: the limits per contact look back one."""
SPENT = timedelta(days=32)
_AT_ONCE = 500
"""Conversations in one statement: none may take so long that it is cut off."""


async def forget(tx: Transaction, brand: Brand, now: datetime) -> None:
    await tx.execute(delete(passes).where(passes.c.brand == brand.id, passes.c.expires < now - PASSES))
    await tx.execute(delete(sessions).where(sessions.c.brand == brand.id, sessions.c.seen_at < now - PASSES))
    await tx.execute(delete(challenges).where(challenges.c.brand == brand.id, challenges.c.created_at < now - CHALLENGES))
    await tx.execute(delete(place_links).where(place_links.c.brand == brand.id, place_links.c.expires < now - CONVERSATIONS))
    await tx.execute(delete(jobs).where(jobs.c.brand == brand.id, jobs.c.state == "done", jobs.c.run_at < now - PASSES))
    await tx.execute(delete(spent).where(spent.c.brand == brand.id, spent.c.slot < f"{now - SPENT:%Y-%m-%d}"))
    gone = (outbox.c.at < now - CONVERSATIONS, outbox.c.state.in_(("sent", "unknown", "failed")), outbox.c.recipient.is_not(None))
    await tx.execute(update(outbox).where(outbox.c.brand == brand.id, *gone).values(recipient=None, body="{}"))
    while await _conversations(tx, brand, now):
        pass


async def _conversations(tx: Transaction, brand: Brand, now: datetime) -> bool:
    """Some conversations that have been silent for long, as nobody writes in them; False when there are no more."""
    left = [
        exists().where(table.c.brand == conversations.c.brand, table.c.conversation == conversations.c.id)
        for table in (events, turns, proofs)
    ]
    mine = (conversations.c.brand == brand.id, conversations.c.seen_at < now - CONVERSATIONS, conversations.c.due_at.is_(None))
    query = select(conversations.c.id).where(*mine, or_(conversations.c.contact.is_not(None), *left)).limit(_AT_ONCE)
    # One that is being written to at this moment is not old after all.
    old = (await tx.execute(query.with_for_update(skip_locked=True))).scalars().all()
    if not old:
        return False
    for table in (events, turns, proofs):
        await tx.execute(delete(table).where(table.c.brand == brand.id, table.c.conversation.in_(old)))
    await tx.execute(update(inbox).where(inbox.c.brand == brand.id, inbox.c.conversation.in_(old)).values(text="", choice=None, extra="{}"))
    # Whoever writes again from the same address is met as somebody new.
    held = (conversations.c.brand == brand.id, conversations.c.id.in_(old))
    await tx.execute(update(conversations).where(*held).values(contact=None, address=None))
    return True
