"""Seeded defects, put in place inside a worker of the harness by replacing production's functions; production holds none of them.

The job that passes the right program must fail each of these, or its pass is void (trust.md 5.5).
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from knowledge.brand import Brand

_houses: list[Any] = []
"""The installation of this process, for those that must open a transaction of their own."""


def apply(name: str) -> None:
    """Put the defect `name` in place; the empty name does nothing."""
    _know_the_house()
    if name:
        DEFECTS[name]()


def replace_in(owner: Any, name: str, by: Any) -> None:
    """Production's function `name` is another from now on, in this process."""
    setattr(owner, name, by)


async def seize(brand: Brand, conversation: Any) -> None:
    """Not a defect: what the Desk does when a person takes over in the middle of a turn. The fence moves."""
    from server.store import conversations

    async with _houses[-1].writing() as tx:
        await conversations.change_state(tx, brand, conversation, unclear_turns=0)


def _know_the_house() -> None:
    from server.engine import turns

    born = turns.Turns.__init__

    def made(self: Any, database: Any, *given: Any, **named: Any) -> None:
        _houses.append(database)
        born(self, database, *given, **named)

    replace_in(turns.Turns, "__init__", made)


def _naive() -> None:
    """Tasks nobody holds, and a provider asked at once what became of a send."""
    from server.engine.dispatch import Dispatcher
    from server.engine.poller import Poller

    _no_horizon()

    def send_loosely(self: Any, lane: Any, work: Any) -> None:
        asyncio.get_running_loop().create_task(work).add_done_callback(lambda _: self._look.set())

    def turn_loosely(self: Any, work: Any, kept: Any) -> None:
        asyncio.get_running_loop().create_task(work)

    replace_in(Dispatcher, "_spawn", send_loosely)
    replace_in(Poller, "_spawn", turn_loosely)


def _no_horizon() -> None:
    """An unconfirmed send is looked up at once: its request may still be under way."""
    from channels.sms.send import TwilioTransport
    from server.store import outbox, tables

    replace_in(TwilioTransport, "horizon", property(lambda self: timedelta()))
    replace_in(outbox, "_is_doubtful", lambda before: tables.outbox.c.state == "sending")


def _no_restamp() -> None:
    """A retry keeps the first attempt's stamp: its horizon is over before it has begun."""
    from sqlalchemy import select, update

    from server.store import outbox, tables

    claim = outbox.claim

    async def keeping(tx: Any, *given: Any, **named: Any) -> Any:
        rows = tables.outbox
        query = select(rows.c.brand, rows.c.ref, rows.c.sending_at).where(rows.c.state == "ready", rows.c.sending_at.is_not(None))
        before = {(row.brand, row.ref): row.sending_at for row in await tx.execute(query)}
        claimed = await claim(tx, *given, **named)
        for parcel in claimed:
            first = before.get((parcel.brand, parcel.ref)) if parcel.attempts > 1 else None
            if first is not None:
                mine = (rows.c.brand == parcel.brand, rows.c.ref == parcel.ref)
                await tx.execute(update(rows).where(*mine).values(sending_at=first))
        return claimed

    replace_in(outbox, "claim", keeping)


def _blind_resend() -> None:
    """An unconfirmed send counts as not taken."""
    from channels.sms.send import TwilioTransport
    from channels.transport import Settled

    async def absent(self: Any, posting: Any) -> Any:
        return Settled.ABSENT

    replace_in(TwilioTransport, "look_up", absent)


def _blind_whatsapp() -> None:
    """The same where nothing can be looked up at all."""
    from channels.transport import Settled
    from channels.whatsapp.send import MetaTransport

    async def absent(self: Any, posting: Any) -> Any:
        return Settled.ABSENT

    replace_in(MetaTransport, "look_up", absent)


def _mail_named_anew() -> None:
    """Each try of a mail has a Message-ID of its own."""
    from email.utils import make_msgid

    from channels.email import send

    letter: Any = vars(send)["letter"]

    def anew(*given: Any, **named: Any) -> Any:
        made = letter(*given, **named)
        made.replace_header("Message-ID", make_msgid(domain="chaos.example.com"))
        return made

    replace_in(send, "letter", anew)


def _no_deadline() -> None:
    """A worker that was frozen sends what it had in hand, however late."""
    from server.engine.dispatch import Dispatcher

    posting = Dispatcher._posting

    def whenever(self: Any, *given: Any) -> Any:
        made = posting(self, *given)
        return replace(made, expires_at=made.expires_at + timedelta(days=1))

    replace_in(Dispatcher, "_posting", whenever)


def _fence_skipped() -> None:
    """A turn is kept whoever holds the conversation by now."""
    from sqlalchemy import select

    from server.engine import turns
    from server.store import tables

    commit: Any = vars(turns)["commit_turn"]

    async def anyway(tx: Any, brand: Brand, leased: Any, *given: Any, **named: Any) -> Any:
        rows = tables.conversations
        fence = await tx.scalar(select(rows.c.fence).where(rows.c.brand == brand.id, rows.c.id == leased.thread.id))
        return await commit(tx, brand, replace(leased, thread=replace(leased.thread, fence=fence)), *given, **named)

    replace_in(turns, "commit_turn", anyway)


def _newer_skipped() -> None:
    """A reply leaves although a newer message has come."""
    from server.engine import turns

    commit: Any = vars(turns)["commit_turn"]

    async def anyway(*given: Any, **named: Any) -> Any:
        return await commit(*given, **{**named, "force": True})

    replace_in(turns, "commit_turn", anyway)


def _acknowledged_early() -> None:
    """The sender is told 2xx before the commit."""
    from server.services.intake import Intake
    from server.store.conversations import Kept

    take = Intake.take
    held: set[asyncio.Task[Any]] = set()

    async def later(self: Any, *given: Any, **named: Any) -> Any:
        async def work() -> None:
            await asyncio.sleep(0.05)
            await take(self, *given, **named)

        task = asyncio.get_running_loop().create_task(work())
        held.add(task)
        task.add_done_callback(held.discard)
        return Kept(seq=0, fresh=True)

    replace_in(Intake, "take", later)


def _id_forgotten() -> None:
    """The sender's id is kept for a while only."""
    from sqlalchemy import delete

    from server.store import conversations, tables

    before, keep = conversations.kept_before, conversations.keep

    async def forget(tx: Any, brand: Brand) -> None:
        rows = tables.inbox
        await tx.execute(delete(rows).where(rows.c.brand == brand.id, rows.c.turn.is_not(None)))

    async def forgetful_before(tx: Any, brand: Brand, *given: Any) -> Any:
        await forget(tx, brand)
        return await before(tx, brand, *given)

    async def forgetful_keep(tx: Any, brand: Brand, *given: Any, **named: Any) -> Any:
        await forget(tx, brand)
        return await keep(tx, brand, *given, **named)

    replace_in(conversations, "kept_before", forgetful_before)
    replace_in(conversations, "keep", forgetful_keep)


def _order_ignored() -> None:
    """A reply leaves although an earlier one of the same conversation has not."""
    from sqlalchemy import select, update

    from server.store import outbox, tables

    async def any_of_them(tx: Any, channels: Any, *, now: datetime, limit: int = 20, brand: Any = None) -> Any:
        rows = tables.outbox
        query = select(rows).where(rows.c.channel.in_(tuple(channels)), rows.c.state == "ready", rows.c.due_at <= now).limit(limit)
        claimed = []
        for row in (await tx.execute(query)).all():
            mine = (rows.c.brand == row.brand, rows.c.ref == row.ref, rows.c.state == "ready")
            stamped = update(rows).where(*mine).values(state="sending", sending_at=now, attempts=row.attempts + 1).returning(rows)
            taken = (await tx.execute(stamped)).first()
            if taken is not None:
                claimed.append(outbox._parcel(taken))
        return tuple(claimed)

    replace_in(outbox, "claim", any_of_them)


def _lease_ignored() -> None:
    """A conversation is taken although another worker is thinking about it."""
    from sqlalchemy import true

    from server.store import conversations

    replace_in(conversations, "_free", lambda now, longest: true())


DEFECTS: dict[str, Callable[[], None]] = {
    "naive": _naive,
    "no horizon": _no_horizon,
    "no restamp": _no_restamp,
    "blind resend": _blind_resend,
    "blind resend on WhatsApp": _blind_whatsapp,
    "mail named anew": _mail_named_anew,
    "no deadline": _no_deadline,
    "fence skipped": _fence_skipped,
    "newer message skipped": _newer_skipped,
    "acknowledged before commit": _acknowledged_early,
    "message id forgotten": _id_forgotten,
    "outbox order ignored": _order_ignored,
    "lease ignored": _lease_ignored,
}
