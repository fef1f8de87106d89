"""Inbox, lease, fence and outbox with two workers, in every order that comes to mind: a model beside each store (R5).

The provider has no idempotency keys. A worker writes its request only before the deadline counted from `sending_at`; an attempt of
which nothing is known is looked up past the horizon. Whatever the workers do, freeze or forget: no message is lost or answered
twice, none is sent twice, and each conversation's messages leave in order.
"""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import text

from server.store import conversations, outbox
from server.store.conversations import Leased, Thread
from server.store.database import Database, database_for
from server.store.outbox import Parcel
from server.store.unit_of_work import FenceLost, Superseded
from tests.contracts.storing import BRAND, NOON, OTHER_PHONE, PHONE, SECOND, address, commit, keep, lease, many, store, thread_of

HORIZON = 5 * SECOND
LEASE = 20 * SECOND
PAUSE = 3 * SECOND
WORKERS = st.integers(min_value=0, max_value=1)
TALKS = st.integers(min_value=0, max_value=1)
T = TypeVar("T")


@dataclass
class Talk:
    """What the model knows of one conversation."""

    thread: Thread
    arrived: list[str] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    due_at: Any = None
    burst_at: Any = None
    lease_until: Any = None
    fence: int = 0
    taken: list[tuple[int, int]] = field(default_factory=list)
    """(seq, part) of what the provider took, as it took it."""


@dataclass
class Worker:
    database: Database
    held: Leased | None = None
    parcels: list[Parcel] = field(default_factory=list)
    """Claimed, and not sent yet."""
    heard: list[tuple[Parcel, bool]] = field(default_factory=list)
    """What the provider said, and the worker has not written down yet: (parcel, taken)."""


class TwoWorkers(RuleBasedStateMachine):
    kind = "sqlite"

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(prefix="deskbell-model-"))
        self.now = NOON
        self.provider: dict[str, Parcel] = {}

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize()
    def begin(self) -> None:
        first = store(self.kind, self.folder, _empty() if self.kind == "sqlite" else None)
        self.do(first.open())
        second = first
        if self.kind == "postgresql":
            second = database_for(first.url, self.folder)
            self.do(second.open())
        self.databases = {id(one): one for one in (first, second)}
        self.workers = [Worker(first), Worker(second)]
        self.talks = [Talk(self.do(thread_of(first, phone, id=f"c{n}"))) for n, phone in enumerate((PHONE, OTHER_PHONE))]

    def teardown(self) -> None:
        for one in getattr(self, "databases", {}).values():
            self.do(one.close())
        self.runner.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @rule(seconds=st.sampled_from([0.5, 2.0, 6.0, 25.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(talk=TALKS, message=st.integers(min_value=0, max_value=20), times=st.integers(min_value=1, max_value=3), quick=st.booleans())
    def a_message_is_delivered(self, talk: int, message: int, times: int, quick: bool) -> None:
        at, name, pause = self.talks[talk], f"SM{talk}-{message}", timedelta() if quick else PAUSE
        deliveries = (keep(self.workers[n % 2].database, at.thread, name, now=self.now, pause=pause) for n in range(times))
        kept = self.do(many(deliveries))
        new = name not in at.arrived
        assert sum(one.fresh for one in kept) == int(new)
        if new:
            at.arrived.append(name)
            at.burst_at = at.burst_at or self.now
            at.due_at = min(self.now + pause, at.burst_at + conversations.CAP)
            assert next(one.due_at for one in kept if one.fresh) == at.due_at

    @rule(talk=TALKS, worker=WORKERS, message=st.integers(min_value=0, max_value=20), parts=st.integers(min_value=1, max_value=3))
    def a_message_is_answered_at_once(self, talk: int, worker: int, message: int, parts: int) -> None:
        self.a_message_is_delivered(talk, message, 1, True)
        self.a_worker_takes_a_conversation(worker, talk)
        self.a_worker_commits(worker, parts, False)

    @rule(worker=WORKERS, talk=TALKS)
    def a_worker_takes_a_conversation(self, worker: int, talk: int) -> None:
        at, who = self.talks[talk], self.workers[worker]
        if who.held is not None:
            return
        free = at.lease_until is None or at.lease_until < self.now
        wanted = at.due_at is not None and at.due_at <= self.now and free
        held = self.do(lease(who.database, at.thread, now=self.now, lasts=LEASE))
        assert (held is not None) == wanted
        if held is not None:
            who.held = held
            at.fence, at.lease_until = held.thread.fence, self.now + LEASE
            assert [str(one.id) for one in held.messages] == at.arrived[len(at.answered) :]

    @precondition(lambda self: any(who.held for who in self.workers))
    @rule(worker=WORKERS, parts=st.integers(min_value=0, max_value=3), force=st.booleans())
    def a_worker_commits(self, worker: int, parts: int, force: bool) -> None:
        who = self.workers[worker]
        held, who.held = who.held, None
        if held is None:
            return
        at = next(one for one in self.talks if one.thread.id == held.thread.id)
        ours = at.fence == held.thread.fence and at.lease_until is not None
        newer = len(at.arrived) > len(at.answered) + len(held.messages)
        try:
            self.do(_commit(who.database, held, parts, self.now, force))
        except FenceLost:
            assert at.fence != held.thread.fence
        except Superseded:
            assert at.fence == held.thread.fence
            assert newer
            assert not force
            who.held = held
        else:
            assert ours
            assert force or not newer
            at.answered += [str(one.id) for one in held.messages]
            at.lease_until, at.due_at = None, self.now if newer else None
            at.burst_at = at.burst_at if newer else None

    @rule(worker=WORKERS)
    def a_worker_gives_back(self, worker: int) -> None:
        who = self.workers[worker]
        held, who.held = who.held, None
        if held is None:
            return
        at = next(one for one in self.talks if one.thread.id == held.thread.id)
        failures = self.do(_release(who.database, held, self.now + 2 * SECOND))
        assert (failures > 0) == (at.fence == held.thread.fence)
        if failures:
            at.lease_until, at.due_at = None, self.now + 2 * SECOND

    @rule(worker=WORKERS)
    def a_worker_dies(self, worker: int) -> None:
        who = self.workers[worker]
        who.held, who.parcels, who.heard = None, [], []

    @rule(worker=WORKERS)
    def a_worker_claims(self, worker: int) -> None:
        who = self.workers[worker]
        found = self.do(_claim(who.database, self.now))
        who.parcels += found
        assert {one.sending_at for one in found} <= {self.now}

    @precondition(lambda self: any(who.parcels for who in self.workers))
    @rule(worker=WORKERS, refused=st.booleans())
    def a_worker_sends(self, worker: int, refused: bool) -> None:
        """The deadline is looked at just before the request is written; what comes of it is heard later, or never."""
        who = self.workers[worker]
        if not who.parcels:
            return
        one = who.parcels.pop(0)
        assert one.sending_at is not None
        if self.now >= one.sending_at + HORIZON:
            return
        if not refused:
            self._taken(one)
        who.heard.append((one, not refused))

    @precondition(lambda self: any(who.heard for who in self.workers))
    @rule(worker=WORKERS)
    def a_worker_writes_down_what_it_heard(self, worker: int) -> None:
        who = self.workers[worker]
        if not who.heard:
            return
        one, taken = who.heard.pop(0)
        row = next(row for row in self.do(_rows(who.database))["outbox"] if row.ref == one.ref)
        ours = row.state == "sending" and row.attempts == one.attempts
        settled = self.do(_sent(who.database, one) if taken else _refused(who.database, one, self.now))
        assert settled == ours

    @rule(worker=WORKERS, talk=TALKS)
    def everything_goes_well_for_a_while(self, worker: int, talk: int) -> None:
        self.a_worker_claims(worker)
        while self.workers[worker].parcels:
            self.a_worker_sends(worker, False)
        while self.workers[worker].heard:
            self.a_worker_writes_down_what_it_heard(worker)

    @rule(worker=WORKERS, talk=TALKS, message=st.integers(min_value=0, max_value=20))
    def a_worker_freezes_while_it_thinks(self, worker: int, talk: int, message: int) -> None:
        self.a_message_is_delivered(talk, message, 1, True)
        self.a_worker_takes_a_conversation(worker, talk)
        self.time_passes(25.0)
        self.a_worker_takes_a_conversation(1 - worker, talk)
        self.a_worker_commits(worker, 1, True)
        self.a_worker_commits(1 - worker, 1, True)

    @rule(worker=WORKERS)
    def a_worker_freezes_before_it_writes_down_a_refusal(self, worker: int) -> None:
        self.a_worker_claims(worker)
        self.a_worker_sends(worker, True)
        self.time_passes(6.0)
        self.what_is_open_is_looked_up(1 - worker)
        self.a_worker_claims(1 - worker)
        self.a_worker_writes_down_what_it_heard(worker)

    def _taken(self, one: Parcel) -> None:
        assert one.ref not in self.provider, "sent twice"
        self.provider[one.ref] = one
        at = next(talk for talk in self.talks if talk.thread.id == one.conversation)
        at.taken.append((one.seq, one.part))
        assert at.taken == sorted(at.taken), "out of order"

    @rule(worker=WORKERS)
    def what_is_open_is_looked_up(self, worker: int) -> None:
        who = self.workers[worker]
        for one in self.do(_unsettled(who.database, self.now - HORIZON)):
            if one.ref in self.provider:
                assert self.do(_sent(who.database, one))
            else:
                assert self.do(_absent(who.database, one, self.now))

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        if not hasattr(self, "talks"):
            return
        rows = self.do(_rows(self.workers[0].database))
        for at in self.talks:
            stored = [(row.message, row.turn) for row in rows["inbox"] if row.conversation == at.thread.id]
            assert [message for message, _ in stored] == at.arrived
            assert [message for message, turn in stored if turn is not None] == at.answered
            flying = [row for row in rows["outbox"] if row.conversation == at.thread.id and row.state == "sending"]
            assert len(flying) <= 1
        assert {row.ref for row in rows["outbox"] if row.state == "sent"} <= set(self.provider)


@cache
def _empty() -> Path:
    path = Path(tempfile.mkdtemp(prefix="deskbell-empty-")) / "empty.db"
    with asyncio.Runner() as runner:
        made = database_for(f"sqlite:///{path}", path.parent)
        runner.run(made.open())
        runner.run(made.close())
    return path


async def _commit(database: Database, held: Leased, parts: int, now: Any, force: bool) -> None:
    async with database.writing() as tx:
        await commit(tx, held, *(f"part {n}" for n in range(parts)), now=now, force=force)


async def _release(database: Database, held: Leased, due_at: Any) -> int:
    async with database.writing() as tx:
        return await conversations.release(tx, BRAND, held.thread, due_at=due_at)


async def _claim(database: Database, now: Any) -> tuple[Parcel, ...]:
    async with database.writing() as tx:
        return await outbox.claim(tx, ("sms",), now=now, limit=2)


async def _sent(database: Database, one: Parcel) -> bool:
    async with database.writing() as tx:
        return await outbox.sent(tx, one, f"id-{one.ref}")


async def _refused(database: Database, one: Parcel, now: Any) -> bool:
    async with database.writing() as tx:
        return await outbox.refused(tx, one, now=now, for_good=False)


async def _absent(database: Database, one: Parcel, now: Any) -> bool:
    async with database.writing() as tx:
        return await outbox.absent(tx, one, now)


async def _unsettled(database: Database, before: Any) -> tuple[Parcel, ...]:
    async with database.reading() as tx:
        return await outbox.unsettled(tx, ("sms",), before=before)


async def _rows(database: Database) -> dict[str, Any]:
    async with database.reading() as tx:
        return {
            "inbox": (await tx.execute(text("SELECT * FROM inbox ORDER BY conversation, position"))).all(),
            "outbox": (await tx.execute(text("SELECT * FROM outbox"))).all(),
        }


@pytest.mark.parametrize(("kind", "examples"), [("sqlite", 12), ("postgresql", 4)])
def test_two_workers_lose_and_double_nothing_whatever_they_do(kind: str, examples: int) -> None:
    if kind == "postgresql":
        address()
    machine = type("TwoWorkersOn", (TwoWorkers,), {"kind": kind})
    run_state_machine_as_test(machine, settings=settings(max_examples=examples, stateful_step_count=40))
