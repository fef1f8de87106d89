"""Conversations: who may speak in one, and for how long. What reached it, its log and its proofs have modules of their own."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, select, update

from agent.conversation import ConversationState
from channels.message import ConversationId, Inbound
from identity.levels import Proof
from knowledge.brand import Brand, BrandId
from server.store.arrivals import CAP as CAP
from server.store.arrivals import Arrival as Arrival
from server.store.arrivals import Kept as Kept
from server.store.arrivals import inbound
from server.store.arrivals import keep as keep
from server.store.arrivals import kept_before as kept_before
from server.store.arrivals import last_mail as last_mail
from server.store.database import Transaction
from server.store.log import Event as Event
from server.store.log import log as log
from server.store.log import log_after as log_after
from server.store.log import log_all as log_all
from server.store.log import message_body as message_body
from server.store.log import write_log as write_log
from server.store.proofs import add_proof as add_proof
from server.store.proofs import proofs_of as proofs_of
from server.store.proofs import touch_proofs as touch_proofs
from server.store.records import written
from server.store.tables import conversations, inbox
from server.store.threads import Thread as Thread
from server.store.threads import find_or_open as find_or_open
from server.store.threads import hold as hold
from server.store.threads import is_thread, thread_of
from server.store.threads import open_thread as open_thread
from server.store.threads import thread as thread
from server.store.threads import thread_at as thread_at
from server.store.threads import thread_of_token as thread_of_token

_EARLY = timedelta(milliseconds=50)
"""A timer may wake a worker this much before the pause is over by the store's clock."""
_NO_PAUSE_REACHES = timedelta(minutes=2)
"""What is due later than this was written before a clock was set back: it is due now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A conversation this worker may answer, with everything unanswered in it."""

    thread: Thread
    messages: tuple[Inbound, ...]
    keys: tuple[tuple[str, str], ...]
    """(provider, message) of each."""
    proofs: tuple[Proof, ...]
    arrived: int = 0
    """How many messages had ever reached the conversation when these were read: more at the commit means a newer one."""


async def lease(tx: Transaction, brand: Brand, conversation: ConversationId, *, now: datetime, until: datetime) -> Leased | None:
    """Take the conversation for one turn: fence + 1. None when it is not due, or somebody holds it.

    now, until: by the store's clock.
    """
    ready = or_(conversations.c.due_at <= now + _EARLY, conversations.c.due_at > now + _NO_PAUSE_REACHES)
    taken = (
        await tx.execute(
            update(conversations)
            .where(is_thread(brand, conversation), ready, _free(now, until - now))
            .values(fence=conversations.c.fence + 1, lease_until=until)
            .returning(conversations)
        )
    ).first()
    if taken is None:
        return None
    found = await reread(tx, brand, thread_of(taken))
    if not found.messages:
        values = dict(due_at=None, burst_at=None, lease_until=None)
        await tx.execute(update(conversations).where(is_thread(brand, conversation)).values(**values))
        return None
    return found


async def reread(tx: Transaction, brand: Brand, held: Thread) -> Leased:
    """All unanswered messages of a conversation we hold, and its proofs as they are now."""
    query = (
        select(inbox).where(inbox.c.brand == brand.id, inbox.c.conversation == held.id, inbox.c.turn.is_(None)).order_by(inbox.c.position)
    )
    rows = (await tx.execute(query)).all()
    return Leased(
        thread=held,
        messages=tuple(inbound(row, held.channel) for row in rows),
        keys=tuple((row.provider, row.message) for row in rows),
        proofs=await proofs_of(tx, brand, held.id),
        arrived=rows[-1].position if rows else 0,
    )


async def release(tx: Transaction, brand: Brand, held: Thread, *, due_at: datetime) -> int:
    """Give a conversation back unanswered, to be tried again at `due_at`; returns how often this has happened in a row."""
    mine = and_(is_thread(brand, held.id), conversations.c.fence == held.fence)
    values = {"lease_until": None, "due_at": due_at, "failures": conversations.c.failures + 1}
    return (await tx.execute(update(conversations).where(mine).values(**values).returning(conversations.c.failures))).scalar() or 0


async def set_aside(tx: Transaction, brand: Brand, leased: Leased, *, turn: str, now: datetime) -> bool:
    """Mark messages as answered by something else than a turn; whatever came later stays due.

    False, and nothing is changed, when somebody else has taken the conversation since.
    """
    mine = is_thread(brand, leased.thread.id)
    held = (await tx.execute(select(conversations.c.fence, conversations.c.arrived).where(mine).with_for_update())).first()
    if held is None or held.fence != leased.thread.fence:
        return False
    await answer_by(tx, brand, leased, turn)
    more = held.arrived > leased.arrived
    values = {"failures": 0, "lease_until": None, "due_at": now if more else None, **({} if more else {"burst_at": None})}
    await tx.execute(update(conversations).where(mine).values(**values))
    return True


async def answer_by(tx: Transaction, brand: Brand, leased: Leased, turn: str) -> None:
    """What was read counts as answered by `turn`."""
    mine = (inbox.c.brand == brand.id, inbox.c.conversation == leased.thread.id, inbox.c.turn.is_(None))
    await tx.execute(update(inbox).where(*mine, inbox.c.position <= leased.arrived).values(turn=turn))


async def change_state(tx: Transaction, brand: Brand, conversation: ConversationId, **changes: Any) -> Thread | None:
    """Change the remembered state from outside a turn. The fence moves, so that a turn under way cannot overwrite it."""
    await hold(tx, brand, conversation)
    found = await thread(tx, brand, conversation)
    return None if found is None else await reopen(tx, brand, found, replace(found.state, **changes))


async def reopen(tx: Transaction, brand: Brand, held: Thread, state: ConversationState) -> Thread:
    """Give the conversation another state, whatever it remembered. The fence moves; what is unanswered stays due."""
    values = {"state": written(ConversationState, state), "fence": conversations.c.fence + 1, "lease_until": None}
    change = update(conversations).where(is_thread(brand, held.id)).values(**values)
    fence: int = (await tx.execute(change.returning(conversations.c.fence))).scalar_one()
    return replace(held, state=state, fence=fence)


async def due(
    tx: Transaction, now: datetime, *, limit: int = 100, brands: Collection[BrandId] | None = None
) -> tuple[tuple[BrandId, ConversationId], ...]:
    """Conversations that should have been answered by now and that nobody holds: the sweep's question. brands: of these; None: of all."""
    ready = or_(conversations.c.due_at <= now, conversations.c.due_at > now + _NO_PAUSE_REACHES)
    mine = () if brands is None else (conversations.c.brand.in_(list(brands)),)
    query = (
        select(conversations.c.brand, conversations.c.id)
        .where(ready, _free(now, _NO_PAUSE_REACHES), *mine)
        .order_by(conversations.c.due_at)
        .limit(limit)
    )
    return tuple((BrandId(row.brand), ConversationId(row.id)) for row in await tx.execute(query))


def _free(now: datetime, longest: timedelta) -> Any:
    """Nobody holds it: no lease, one that has run out, or one from before a clock was set back."""
    until = conversations.c.lease_until
    return or_(until.is_(None), until < now, until > now + max(longest, _NO_PAUSE_REACHES))
