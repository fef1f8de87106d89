"""What every engine must do, run over each: the poller on SQLite, and procrastinate on PostgreSQL where it answers.

An engine only wakes. So what is looked at here is what came of it: which conversations were answered, which jobs ran, and when.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import pytest_asyncio

from agent.conversation import ConversationState
from channels.message import Channel, ConversationId
from knowledge.brand import BrandId
from server.engine.bell import Bell
from server.engine.engine import Engine, Timing
from server.engine.poller import JOBS_AT_ONCE, Poller
from server.engine.procrastinate import ProcrastinateEngine
from server.engine.procrastinate_schema import migrations, prepare
from server.engine.relay import Relay
from server.store import conversations, jobs
from server.store.conversations import Arrival
from server.store.database import Database, database_for
from server.store.jobs import Job
from tests import postgres
from tests.server.stage import NOON, brand
from tests.stores import postgres_at

NORTHBAY = brand()
STATE = ConversationState(locale="en")
ADDRESS = postgres.url()
QUICK = Timing(debounce=timedelta(), sweep=timedelta(seconds=0.2), drain=timedelta(seconds=2))
on_postgres = pytest.mark.skipif(ADDRESS is None, reason="no PostgreSQL answers; `make postgres` starts one")


class NoSends:
    """Nothing leaves."""

    def look(self) -> None: ...

    async def round(self) -> int:
        return 0

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def stop(self) -> None: ...

    async def settle(self) -> None: ...


@dataclass
class Worker:
    """What one process does with its turns and jobs; it leases like a real one, and remembers."""

    database: Database
    answered: list[ConversationId] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)
    turn: Callable[[ConversationId], Awaitable[None]] | None = None
    job: Callable[[Job], Awaitable[None]] | None = None

    async def answer(self, _: BrandId, conversation: ConversationId) -> bool:
        wall = self.database.wall()
        async with self.database.writing() as tx:
            leased = await conversations.lease(tx, NORTHBAY, conversation, now=wall, until=wall + timedelta(seconds=20))
        if leased is None:
            return False
        if self.turn is not None:
            await self.turn(conversation)
        async with self.database.writing() as tx:
            await conversations.set_aside(tx, NORTHBAY, leased, turn=f"t-{len(self.answered)}", now=self.database.wall())
        self.answered.append(conversation)
        return False

    async def run_job(self, job: Job) -> None:
        if self.job is not None:
            await self.job(job)
        self.ran.append(job.key)


class House:
    """One installation with as many processes as its store allows."""

    def __init__(self, database: Database, stack: AsyncExitStack) -> None:
        self.database = database
        self._stack = stack
        self.workers: list[Worker] = []
        self.said = 0

    def poller(self, timing: Timing = QUICK) -> Poller:
        worker = Worker(self.database)
        self.workers.append(worker)
        return Poller(
            self.database, answer=worker.answer, run_job=worker.run_job, dispatch=NoSends(), timing=timing, now=lambda: datetime.now(UTC)
        )

    async def start(self, timing: Timing = QUICK, *, hands: bool = True) -> Engine:
        """A process that works, or (where several may share the store) one that only serves pages."""
        engine: Engine
        if self.database.shared:
            relay = Relay(Bell(), self.database.url)
            given = self.poller(timing) if hands else None
            engine = ProcrastinateEngine(self.database, hands=given, relay=relay, timing=timing, url=self.database.url)
        else:
            engine = self.poller(timing)
        await engine.prepare()
        running = asyncio.create_task(engine.run())
        self._stack.push_async_callback(ended, engine, running)
        return engine

    async def open(self, name: str) -> ConversationId:
        talk = ConversationId(name)
        async with self.database.writing() as tx:
            await conversations.open_thread(
                tx, NORTHBAY, talk, channel=Channel.WEBCHAT, contact=None, token=f"token of {name}", state=STATE, now=NOON
            )
        return talk

    async def say(self, talk: ConversationId, *, pause: timedelta = timedelta()) -> None:
        """Kept and due, and nobody is woken."""
        self.said += 1
        arrival = Arrival(provider="webchat", message=f"m{self.said}", conversation=talk, text="hello", at=NOON, shown_text="hello")
        async with self.database.writing() as tx:
            await conversations.keep(tx, NORTHBAY, arrival, now=self.database.wall(), pause=pause)

    @property
    def answered(self) -> list[ConversationId]:
        return [one for worker in self.workers for one in worker.answered]

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(40):
            while not true():  # noqa: ASYNC110  # what is waited for happens in another process's place
                await asyncio.sleep(0.005)


async def ended(engine: Engine, running: "asyncio.Task[None]") -> None:
    await engine.stop()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


@asynccontextmanager
async def opened(url: str, folder: Path) -> AsyncIterator[House]:
    database = database_for(url, folder)
    await database.open()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        yield House(database, stack)


@pytest_asyncio.fixture(params=["sqlite", pytest.param("postgresql", marks=on_postgres)])
async def house(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[House]:
    url = postgres_at(tmp_path, ADDRESS or "") if request.param == "postgresql" else ""
    async with opened(url, tmp_path) as one:
        yield one


@pytest_asyncio.fixture
async def shared(tmp_path: Path) -> AsyncIterator[House]:
    async with opened(postgres_at(tmp_path, ADDRESS or ""), tmp_path) as one:
        yield one


SLOW_SWEEP = Timing(debounce=timedelta(), sweep=timedelta(seconds=60), drain=timedelta(seconds=2))
"""Whatever happens with it was not found by the sweep."""


async def test_a_wake_answers_the_conversation_after_its_pause(house: House) -> None:
    engine = await house.start(SLOW_SWEEP)
    talk = await house.open("c1")
    await house.say(talk, pause=timedelta(seconds=0.05))
    engine.wake(NORTHBAY.id, talk, after=timedelta(seconds=0.05))
    await house.until(lambda: house.answered == [talk])


async def test_what_comes_during_a_turn_is_answered_after_its_own_pause(house: House) -> None:
    engine = await house.start(SLOW_SWEEP)
    talk, pause = await house.open("c1"), timedelta(seconds=0.15)

    async def interrupted(_: ConversationId) -> None:
        house.workers[0].turn = None
        engine.wake(NORTHBAY.id, talk, after=pause)

    house.workers[0].turn = interrupted
    await house.say(talk)
    engine.wake(NORTHBAY.id, talk, after=timedelta())
    await house.until(lambda: len(house.answered) == 1)
    await house.say(talk, pause=pause)
    engine.wake(NORTHBAY.id, talk, after=pause)
    await house.until(lambda: len(house.answered) == 2)


async def test_a_lost_wake_is_found_by_the_sweep(house: House) -> None:
    await house.start()
    talk = await house.open("c1")
    await house.say(talk)
    await house.until(lambda: house.answered == [talk])


async def test_a_backlog_of_hours_is_worked_off_without_waiting_for_sweep_after_sweep(house: House) -> None:
    talks = [ConversationId(f"c{n}") for n in range(130)]
    async with house.database.writing() as tx:
        for talk in talks:
            await conversations.open_thread(
                tx, NORTHBAY, talk, channel=Channel.WEBCHAT, contact=None, token=f"token of {talk}", state=STATE, now=NOON
            )
            arrival = Arrival(provider="webchat", message=f"in {talk}", conversation=talk, text="hello", at=NOON, shown_text="hello")
            await conversations.keep(tx, NORTHBAY, arrival, now=house.database.wall())
    await house.start(SLOW_SWEEP)
    await house.until(lambda: len(house.answered) == len(talks))
    assert sorted(house.answered) == sorted(talks)


async def test_a_slow_job_holds_up_neither_turns_nor_other_jobs_and_no_more_run_than_may(house: House) -> None:
    engine = await house.start()
    worker, ends = house.workers[0], asyncio.Event()
    running = 0

    async def slow(job: Job) -> None:
        nonlocal running
        if job.key.startswith("slow"):
            running += 1
            await ends.wait()

    worker.job = slow
    now = datetime.now(UTC) - timedelta(minutes=1)
    for n in range(JOBS_AT_ONCE - 1):
        await engine.schedule(NORTHBAY.id, "chore", f"slow {n}", now, {})
    await engine.schedule(NORTHBAY.id, "chore", "quick", now + timedelta(seconds=1), {})
    await house.until(lambda: worker.ran == ["quick"] and running == JOBS_AT_ONCE - 1)
    talk = await house.open("c1")
    await house.say(talk)
    engine.wake(NORTHBAY.id, talk, after=timedelta())
    await house.until(lambda: house.answered == [talk])
    ends.set()
    await house.until(lambda: len(worker.ran) == JOBS_AT_ONCE)


async def test_a_job_asked_for_twice_runs_once_and_one_that_fails_is_kept(house: House) -> None:
    engine = await house.start()

    async def fails(job: Job) -> None:
        if job.key == "bad":
            raise LookupError("not yet")

    house.workers[0].job = fails
    at = datetime.now(UTC) - timedelta(seconds=1)
    for key in ("good", "bad", "good"):
        await engine.schedule(NORTHBAY.id, "chore", key, at, {})
    await house.until(lambda: house.workers[0].ran == ["good"])
    await engine.settle()
    async with house.database.reading() as tx:
        waiting = await jobs.due(tx, datetime.now(UTC) + timedelta(hours=1))
    assert [(one.key, one.attempts) for one in waiting] == [("bad", 1)]


async def test_stopping_lets_a_turn_end_and_begins_no_other(house: House) -> None:
    engine = await house.start()
    worker, begun, ends = house.workers[0], asyncio.Event(), asyncio.Event()

    async def slow(_: ConversationId) -> None:
        begun.set()
        await ends.wait()

    worker.turn = slow
    first, second = await house.open("c1"), await house.open("c2")
    await house.say(first)
    engine.wake(NORTHBAY.id, first, after=timedelta())
    await begun.wait()
    stopping = asyncio.create_task(engine.stop())
    await asyncio.sleep(0)
    await house.say(second)
    engine.wake(NORTHBAY.id, second, after=timedelta())
    ends.set()
    await stopping
    assert house.answered == [first]
    async with house.database.reading() as tx:
        assert [one for _, one in await conversations.due(tx, house.database.wall())] == [second]


async def test_a_turn_that_overstays_the_drain_is_cut_off_and_its_conversation_stays_due(house: House) -> None:
    engine = await house.start(Timing(debounce=timedelta(), sweep=timedelta(seconds=60), drain=timedelta(seconds=0.05)))
    begun = asyncio.Event()

    async def endless(_: ConversationId) -> None:
        begun.set()
        await asyncio.Event().wait()

    house.workers[0].turn = endless
    talk = await house.open("c1")
    await house.say(talk)
    engine.wake(NORTHBAY.id, talk, after=timedelta())
    await begun.wait()
    await engine.stop()
    assert house.answered == []
    async with house.database.reading() as tx:
        later = house.database.wall() + timedelta(seconds=21)  # when the lease has run out
        assert [one for _, one in await conversations.due(tx, later)] == [talk]


@on_postgres
async def test_a_process_without_hands_wakes_one_of_the_workers(shared: House) -> None:
    for _ in range(2):
        await shared.start(SLOW_SWEEP)
    web = await shared.start(SLOW_SWEEP, hands=False)
    talks = [await shared.open(f"c{n}") for n in range(40)]
    for talk in talks:
        await shared.say(talk)
        web.wake(NORTHBAY.id, talk, after=timedelta())
    await shared.until(lambda: len(shared.answered) == len(talks))
    assert sorted(shared.answered) == sorted(talks)


@on_postgres
async def test_a_burst_whose_wakes_went_to_different_workers_is_answered_once(shared: House) -> None:
    workers = [await shared.start(SLOW_SWEEP) for _ in range(2)]
    talk, pause = await shared.open("c1"), timedelta(seconds=0.3)
    for worker in workers:
        await shared.say(talk, pause=pause)
        worker.wake(NORTHBAY.id, talk, after=pause)
        await asyncio.sleep(0.1)
    await shared.until(lambda: bool(shared.answered))
    for engine in workers:
        await engine.settle()
    assert shared.answered == [talk]


@on_postgres
async def test_a_job_that_a_process_without_hands_asks_for_is_run_by_a_worker_at_once(shared: House) -> None:
    await shared.start(SLOW_SWEEP)
    web = await shared.start(SLOW_SWEEP, hands=False)
    await web.schedule(NORTHBAY.id, "chore", "soon", datetime.now(UTC) - timedelta(seconds=1), {})
    await shared.until(lambda: shared.workers[0].ran == ["soon"])


@on_postgres
async def test_connections_that_are_cut_are_made_again(shared: House) -> None:
    await shared.start(SLOW_SWEEP)
    web = await shared.start(SLOW_SWEEP, hands=False)
    talk = await shared.open("c1")
    await asyncio.to_thread(cut, shared.database.url)

    async def answered_again() -> None:
        while not shared.answered:
            with suppress(Exception):  # the store's own connections were cut too
                await shared.say(talk)
            web.wake(NORTHBAY.id, talk, after=timedelta())
            await asyncio.sleep(0.3)

    await asyncio.wait_for(answered_again(), 40)
    assert set(shared.answered) == {talk}


def cut(url: str) -> None:
    """Every connection to this database but the one that says so."""
    with psycopg.connect(url, autocommit=True) as connection:
        query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        connection.execute(query)


@on_postgres
async def test_a_bell_that_rings_in_one_process_is_heard_in_the_other(shared: House) -> None:
    bells = Bell(), Bell()
    relays = [Relay(bell, shared.database.url) for bell in bells]
    running = [asyncio.create_task(relay.run()) for relay in relays]
    try:
        for relay in relays:
            await asyncio.wait_for(relay.listening.wait(), 10)
        with bells[0].listen(NORTHBAY.id, ConversationId("c1")) as near, bells[1].listen(NORTHBAY.id, ConversationId("c1")) as far:
            while await far.wait(0.1) is not None:
                pass  # a new connection rings once for what it may have missed
            await bells[0].status(NORTHBAY.id, ConversationId("c1"), "thinking")
            assert await far.wait(5) == ("thinking",)
            await bells[0].ring(NORTHBAY.id, ConversationId("c1"))
            assert await far.wait(5) == ()
            assert await near.wait(1) == ("thinking",)
            assert await near.wait(0.3) is None  # its own notices do not come back to it
            await asyncio.to_thread(cut, shared.database.url)
            assert await far.wait(5) == ()  # deaf for a moment: the page looks at its log
            await asyncio.wait_for(relays[0].listening.wait(), 10)
            await asyncio.wait_for(relays[1].listening.wait(), 10)
            await bells[0].status(NORTHBAY.id, ConversationId("c1"), "checking_orders")
            async with asyncio.timeout(5):
                while "checking_orders" not in (await far.wait(5) or ()):
                    pass
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


@on_postgres
async def test_a_page_looks_at_its_log_by_itself_while_nothing_can_be_heard(shared: House) -> None:
    bell = Bell()
    nowhere = Relay(bell, "postgresql://postgres@127.0.0.1:1/nowhere")
    running = asyncio.create_task(nowhere.run())
    try:
        with bell.listen(NORTHBAY.id, ConversationId("c1")) as listener:
            assert await listener.wait(8) == ()
            assert await listener.wait(8) == ()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@on_postgres
async def test_the_tables_that_carry_wakes_are_made_once_by_whoever_comes_first_and_brought_up_to_date(shared: House) -> None:
    url = shared.database.url
    await asyncio.gather(*(prepare(url) for _ in range(4)))
    newest = migrations()[-1].name
    with psycopg.connect(url, autocommit=True) as connection:
        noted = "SELECT obj_description('procrastinate_jobs'::regclass, 'pg_class')"
        assert connection.execute(noted).fetchone() == (newest,)
        # As an older version left it, one migration behind.
        connection.execute("DROP FUNCTION IF EXISTS procrastinate_retry_job_v1 CASCADE")
        connection.execute(f"COMMENT ON TABLE procrastinate_jobs IS '{migrations()[-2].name}'")
        await prepare(url)
        assert connection.execute(noted).fetchone() == (newest,)
