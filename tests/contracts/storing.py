"""A store of either kind, and the small things a test of it needs: a brand, a conversation, an arrival, a turn's result."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import text

from agent.conversation import ConversationState
from agent.effects import Effect
from agent.evidence import Evidence
from agent.parts import TurnResult
from agent.reading import Reading
from channels.message import Channel, ConversationId, Outbound
from channels.reply import Reply
from identity.levels import Level, Shopper
from knowledge.brand import Brand, BrandId
from knowledge.terms import Terms
from server.store import conversations
from server.store.conversations import Arrival, Kept, Leased, Thread
from server.store.database import Database, Transaction, database_for
from server.store.unit_of_work import Committed, Snapshots, commit_turn
from shop.reading import ReadMeter
from tests import postgres
from tests.stores import postgres_at

KINDS = ("sqlite", "postgresql")
NOON = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
PHONE, OTHER_PHONE = "+12025550123", "+12025550145"
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
BRAND = Brand(
    id=BrandId("northbay"),
    name="Northbay",
    shop="northbay.myshopify.com",
    site="https://northbay.example.com",
    currency="EUR",
    time_zone="Europe/Paris",
    locales=("en", "fr"),
)
T = TypeVar("T")


@cache
def address() -> str:
    """Where PostgreSQL answers; the test is skipped where none does."""
    found = postgres.url()
    if found is None:
        pytest.skip("no PostgreSQL answers: run `make postgres`")
    return found


def store(kind: str, folder: Path, empty: Path | None = None) -> Database:
    """A database of this kind that is empty and not open yet. empty: a SQLite file to begin from."""
    if kind == "sqlite":
        if empty is not None:
            shutil.copy(empty, folder / "deskbell.db")
        return database_for("", folder)
    return database_for(postgres_at(folder, address()), folder)


async def many(work: Iterable[Awaitable[T]]) -> list[T]:
    """All at once; the first failure is the test's."""
    return list(await asyncio.gather(*work))


async def count(database: Database, query: str) -> int:
    async with database.reading() as tx:
        return int(await tx.scalar(text(query)) or 0)


async def thread_of(database: Database, address: str = PHONE, *, channel: Channel = Channel.SMS, id: str = "c1") -> Thread:
    """The conversation of this address, opened if need be."""
    async with database.writing() as tx:
        found, _ = await conversations.find_or_open(
            tx,
            BRAND,
            channel=channel,
            address=address,
            contact=address,
            state=lambda: ConversationState(locale="en"),
            id=ConversationId(id),
            now=NOON,
        )
    return found


def arrival(thread: Thread, message: str, words: str = "hello", **more: Any) -> Arrival:
    given: dict[str, Any] = dict(text=words, at=NOON, shown_text=words) | more
    return Arrival(provider=thread.channel.value, message=message, conversation=thread.id, **given)


async def keep(
    database: Database, thread: Thread, message: str, *, now: datetime = NOON, pause: timedelta = timedelta(), **more: Any
) -> Kept:
    async with database.writing() as tx:
        return await conversations.keep(tx, BRAND, arrival(thread, message, **more), now=now, pause=pause)


async def lease(database: Database, thread: Thread, *, now: datetime = NOON, lasts: timedelta = 20 * SECOND) -> Leased | None:
    async with database.writing(lasting=False) as tx:
        return await conversations.lease(tx, BRAND, thread.id, now=now, until=now + lasts)


async def leased(database: Database, thread: Thread, *, now: datetime = NOON) -> Leased:
    found = await lease(database, thread, now=now)
    assert found is not None
    return found


def result(held: Leased, words: str = "yes", effects: tuple[Effect, ...] = ()) -> TurnResult:
    return TurnResult(
        reply=Reply(text=words, blocks=(), locale="en"),
        state=held.thread.state,
        shopper=Shopper(level=Level.L0),
        reading=Reading(wishes=(), language="en"),
        outcomes=(),
        evidence=Evidence(brand=BRAND, terms=Terms(version="t1"), channel=held.thread.channel),
        facts=(),
        effects=effects,
        now=NOON,
        model_calls=0,
        meter=ReadMeter(),
    )


async def commit(tx: Transaction, held: Leased, *words: str, now: datetime = NOON, force: bool = False, **more: Any) -> Committed:
    """One turn that answers with these messages."""
    outgoing = [Outbound(to=held.thread.contact or "", text=one) for one in words]
    given: dict[str, Any] = dict(snapshots=Snapshots(), outgoing=outgoing) | more
    return await commit_turn(tx, BRAND, held, result(held), now=now, force=force, **given)


async def answer(database: Database, thread: Thread, *words: str, now: datetime = NOON) -> Committed:
    """Lease, think nothing, commit."""
    held = await leased(database, thread, now=now)
    async with database.writing() as tx:
        return await commit(tx, held, *words, now=now)


async def rolled_back(database: Database, work: Callable[[Transaction], Awaitable[object]]) -> None:
    """What `work` does, and then the process changes its mind."""
    with suppress(_Never):
        async with database.writing() as tx:
            await work(tx)
            raise _Never


class _Never(Exception):
    pass
