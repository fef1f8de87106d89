"""The engine of one process: it answers each conversation after a pause, sweeps for what was missed, and runs jobs."""

import asyncio
import random
from collections.abc import Callable, Collection, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from channels.message import ConversationId
from knowledge.brand import BrandId
from server.engine.bell import Key
from server.engine.engine import Answer, Health, RunJob, Sends, Timing
from server.points import passing
from server.store import conversations, jobs
from server.store.database import Database

_log = structlog.get_logger(__name__)
TURNS_AT_ONCE = 128
"""A turn mostly waits for shop or model; more than this many would only wait for each other."""
JOBS_AT_ONCE = 8
_PAGE = 32
"""Conversations one sweep takes up; more follow as these are done, so that a backlog does not all ask the store at once."""


@dataclass(slots=True)
class _Pause:
    """A conversation about to be answered."""

    timer: asyncio.TimerHandle
    latest: float
    """Loop time at which it is answered whatever else arrives."""


class Poller:
    """Implements Engine over SQLite, and the working half of the one over PostgreSQL.

    One turn of a conversation at a time; conversations, jobs and sends run side by side, and none holds up another.
    """

    def __init__(
        self,
        database: Database,
        *,
        answer: Answer,
        run_job: RunJob,
        dispatch: Sends,
        timing: Timing,
        now: Callable[[], datetime],
        brands: Callable[[], Collection[BrandId]] | None = None,
    ) -> None:
        """now: the app's clock, by which jobs are due; leases and pauses keep to the database's own.

        brands: those this process can answer for; None: all. What is due for others must not fill the sweep's page.
        """
        self._brands = brands
        self._database = database
        self._answer = answer
        self._run_job = run_job
        self._dispatch = dispatch
        self.timing = timing
        self._now = now
        self._pauses: dict[Key, _Pause] = {}
        self._busy: dict[Key, float | None] = {}
        """Conversations being answered, with the loop time at which to look into them again."""
        self._queue: dict[Key, None] = {}
        """Those whose turn has come while all hands are full, first come first served."""
        # The loop itself holds tasks weakly: one that is collected is a half-done turn (trust.md 5.5).
        self._turns: set[asyncio.Task[None]] = set()
        self._jobs: set[asyncio.Task[None]] = set()
        self._look = asyncio.Event()
        self._running = False
        self._stopping = False
        self._backlog = False
        self._swept_at: datetime | None = None

    def wake(self, brand: BrandId, conversation: ConversationId, *, after: timedelta) -> None:
        if self._stopping:
            return  # it is due in the database; the next start, or another worker, answers it
        key, loop = (brand, conversation), asyncio.get_running_loop()
        at = loop.time() + after.total_seconds()
        if key in self._busy:
            # What came during a turn has a pause of its own: looked into earlier it would not be due, and wait for the sweep.
            self._busy[key] = max(at, self._busy[key] or at)
            return
        pause = self._pauses.pop(key, None)
        latest = loop.time() + self.timing.cap.total_seconds()
        if pause is not None:
            pause.timer.cancel()
            latest = pause.latest
        if after <= timedelta():
            self._begin(key)
        else:
            self._pauses[key] = _Pause(timer=loop.call_at(min(at, latest), self._begin, key), latest=latest)

    async def schedule(self, brand: BrandId, kind: str, key: str, at: datetime, payload: dict[str, Any]) -> None:
        async with self._database.writing() as tx:
            await jobs.schedule(tx, brand, kind, key, at, payload)
        self.look()

    def look(self) -> None:
        self._look.set()
        self._dispatch.look()

    async def prepare(self) -> None:
        """Nothing: its tables are the store's."""

    async def run(self) -> None:
        """Sweep at start and then every five seconds, or at once when asked to look."""
        self._running = True
        sending = asyncio.get_running_loop().create_task(self._dispatch.run())
        try:
            while not self._stopping:
                self._look.clear()
                await self.sweep()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._look.wait(), self.timing.sweep.total_seconds())
            # It ends by itself: cut off between a claim and its sends, it would leave parcels that nobody sends (and Meta cannot be asked).
            await asyncio.wait({sending}, timeout=self.timing.drain.total_seconds())
        finally:
            self._running = False
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def stop(self) -> None:
        self._stopping = True
        self._running = False
        self._look.set()
        for pause in self._pauses.values():
            pause.timer.cancel()
        self._pauses.clear()
        self._queue.clear()
        await asyncio.gather(self._dispatch.stop(), self._drain())

    async def _drain(self) -> None:
        under_way = self._turns | self._jobs
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=self.timing.drain.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def settle(self) -> None:
        while self._turns or self._jobs or self._pauses or self._queue:
            if self._turns or self._jobs:
                await asyncio.wait(self._turns | self._jobs)
            else:
                await asyncio.sleep(0.005)
        await self._dispatch.settle()

    def health(self) -> Health:
        waiting = len(self._pauses) + len(self._queue)
        return Health(running=self._running, busy=len(self._busy), waiting=waiting, swept_at=self._swept_at)

    def _begin(self, key: Key) -> None:
        self._pauses.pop(key, None)
        if key in self._busy or self._stopping:
            return
        if len(self._busy) >= TURNS_AT_ONCE:
            self._queue[key] = None
            return
        self._queue.pop(key, None)
        self._busy[key] = None
        self._spawn(self._turns_of(key), self._turns)

    def _spawn(self, work: Coroutine[Any, Any, None], kept: "set[asyncio.Task[None]]") -> None:
        task = asyncio.get_running_loop().create_task(work)
        kept.add(task)
        task.add_done_callback(kept.discard)

    async def _turns_of(self, key: Key) -> None:
        """Turn after turn while there is something to answer."""
        try:
            more = True
            while more and not self._stopping:
                more = await self._answer(*key)
        except Exception as error:
            # The worker loop: whatever failed, the conversation stays due and the sweep comes back to it.
            _log.error("turn_failed", brand=key[0], conversation=key[1], error=type(error).__name__)
        finally:
            again = self._busy.pop(key, None)
        if again is not None:
            self.wake(*key, after=timedelta(seconds=max(0.0, again - asyncio.get_running_loop().time())))
        if self._queue:
            self._begin(next(iter(self._queue)))
        elif self._backlog and len(self._busy) < _PAGE // 2:
            # The last sweep left some behind: five seconds a page would be a poor pace after hours of standing still.
            self._backlog = False
            self._look.set()

    async def sweep(self) -> None:
        passing("sweep.begun")
        try:
            async with self._database.reading() as tx:
                here = None if self._brands is None else self._brands()
                overdue = list(await conversations.due(tx, self._database.wall(), limit=_PAGE, brands=here))
            self._backlog = len(overdue) == _PAGE
            if self._database.shared:
                random.shuffle(overdue)  # two workers that sweep at once do not race each other down the same list
            for key in overdue:
                if key not in self._busy and key not in self._pauses:
                    self._begin(key)
            await self._claim_jobs()
            self._dispatch.look()
            self._swept_at = datetime.now(UTC)
        except Exception as error:
            _log.error("sweep_failed", error=type(error).__name__)
        passing("sweep.ended")

    async def _claim_jobs(self) -> None:
        room = JOBS_AT_ONCE - len(self._jobs)
        if room <= 0 or self._stopping:
            return
        async with self._database.reading() as tx:
            next_due = await jobs.next_due(tx)
        if next_due is None or next_due > self._now():
            return
        passing("job.before_claim")
        async with self._database.writing() as tx:
            now = self._now()
            work = await jobs.claim(tx, now=now, until=now + self.timing.job, limit=room)
        passing("job.after_claim")
        for job in work:
            self._spawn(self._one_job(job), self._jobs)

    async def _one_job(self, job: jobs.Job) -> None:
        ran = True
        try:
            # Ended before its claim does, so that nobody else has begun it meanwhile.
            await asyncio.wait_for(self._run_job(job), self.timing.job.total_seconds() * 0.9)
        except Exception as error:
            ran = False
            _log.warning("job_failed", kind=job.kind, attempts=job.attempts + 1, error=type(error).__name__)
        passing("job.ran")
        try:
            async with self._database.writing() as tx:
                await (jobs.done(tx, job) if ran else jobs.failed(tx, job, self._now()))
        except Exception as error:
            # It stays claimed, and is run again once the claim has lapsed.
            _log.error("job_not_settled", kind=job.kind, error=type(error).__name__)
        passing("job.after_keep")
        self._look.set()
