"""What is forgotten, and when. Message ids are kept for ever, so that nothing can be replayed; their words are not.

In small steps, each a transaction of its caller's: on SQLite a message that comes in waits for the one under way.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Table, and_, delete, exists, or_, select, tuple_, update

from channels.message import ConversationId
from knowledge.brand import Brand
from server.store.database import Transaction
from server.store.tables import challenges, conversations, events, inbox, jobs, outbox, passes, place_links, proofs, sessions, spent, turns

CONVERSATIONS = timedelta(days=90)
"""Long enough for a return and its refund to be spoken of."""
PASSES = timedelta(days=2)
CHALLENGES = timedelta(days=2)
"""Two days: the limits per contact look back one."""
SPENT = timedelta(days=32)
Key: TypeAlias = tuple[Any, ...]
"""A row's primary key, its brand first."""
AT_ONCE = 100
"""Conversations, or rows of another table, in one step: some milliseconds' work."""


async def old_conversations(tx: Transaction, brand: Brand, now: datetime, *, limit: int) -> tuple[ConversationId, ...]:
    """Those of which something is left to forget. Asked in a reading transaction: it looks at many rows and holds nobody up."""
    query = select(conversations.c.id).where(_is_old(brand, now)).order_by(conversations.c.seen_at).limit(limit)
    return tuple(ConversationId(one) for one in (await tx.execute(query)).scalars())


async def forget_conversations(tx: Transaction, brand: Brand, found: Sequence[ConversationId], now: datetime) -> None:
    """These, if they are still old. found: `AT_ONCE` at most."""
    query = select(conversations.c.id).where(conversations.c.id.in_(found), _is_old(brand, now))
    # One that is being written to at this moment is not old after all.
    old = (await tx.execute(query.with_for_update(skip_locked=True))).scalars().all()
    if not old:
        return
    for table in (events, turns, proofs):
        await tx.execute(delete(table).where(table.c.brand == brand.id, table.c.conversation.in_(old)))
    await tx.execute(update(inbox).where(inbox.c.brand == brand.id, inbox.c.conversation.in_(old)).values(text="", choice=None, extra="{}"))
    # Whoever writes again from the same address is met as somebody new.
    held = (conversations.c.brand == brand.id, conversations.c.id.in_(old))
    await tx.execute(update(conversations).where(*held).values(contact=None, address=None))


async def old_rows(tx: Transaction, brand: Brand, now: datetime, step: int, *, limit: int) -> tuple[Key, ...]:
    """The keys of what is old in one of the other tables; asked likewise. step: 0 to `STEPS` - 1, a table each."""
    table, is_old = list(_old_rows(now))[step]
    query = select(*table.primary_key.columns).where(table.c.brand == brand.id, is_old).limit(limit)
    return tuple(tuple(row) for row in await tx.execute(query))


async def forget_rows(tx: Transaction, brand: Brand, found: Sequence[Key], now: datetime, step: int) -> None:
    """These, if they are still old. found: `AT_ONCE` at most."""
    table, is_old = list(_old_rows(now))[step]
    which = (table.c.brand == brand.id, is_old, tuple_(*table.primary_key.columns).in_(found))
    await tx.execute(update(table).where(*which).values(recipient=None, body="{}") if table is outbox else delete(table).where(*which))


def _old_rows(now: datetime) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    yield passes, passes.c.expires < now - PASSES
    yield sessions, sessions.c.seen_at < now - PASSES
    yield challenges, challenges.c.created_at < now - CHALLENGES
    yield place_links, place_links.c.expires < now - CONVERSATIONS
    yield jobs, and_(jobs.c.state == "done", jobs.c.run_at < now - PASSES)
    yield spent, spent.c.slot < f"{now - SPENT:%Y-%m-%d}"
    # A message keeps its row: a provider's late word on it must find it.
    ended = outbox.c.state.in_(("sent", "unknown", "failed"))
    yield outbox, and_(outbox.c.at < now - CONVERSATIONS, ended, outbox.c.recipient.is_not(None))


STEPS = 7
"""Tables of `old_rows`."""


def _is_old(brand: Brand, now: datetime) -> ColumnElement[bool]:
    """Silent for long, waiting for no answer, and with something left to forget."""
    left = [
        exists().where(table.c.brand == conversations.c.brand, table.c.conversation == conversations.c.id)
        for table in (events, turns, proofs)
    ]
    silent = and_(conversations.c.brand == brand.id, conversations.c.seen_at < now - CONVERSATIONS, conversations.c.due_at.is_(None))
    return and_(silent, or_(conversations.c.contact.is_not(None), *left))
