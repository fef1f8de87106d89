"""The engine of one process: it answers each conversation after a pause, sweeps for what was missed, and runs jobs."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from channels.message import ConversationId
from knowledge.brand import BrandId
from server.engine.bell import Key
from server.engine.engine import Answer, Dispatch, Health, RunJob, Timing
from server.store import conversations, jobs
from server.store.database import Database

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Pause:
    """A conversation about to be answered."""

    timer: asyncio.TimerHandle
    latest: float
    """Loop time at which it is answered whatever else arrives."""


class Poller:
    """Implements Engine over SQLite. One turn of a conversation at a time; conversations run side by side."""

    def __init__(
        self, database: Database, *, answer: Answer, run_job: RunJob, dispatch: Dispatch, timing: Timing, now: Callable[[], datetime]
    ) -> None:
        """now: the app's clock, by which jobs are due; leases and pauses keep to the machine's own."""
        self._database = database
        self._answer = answer
        self._run_job = run_job
        self._dispatch = dispatch
        self.timing = timing
        self._now = now
        self._pauses: dict[Key, _Pause] = {}
        self._busy: dict[Key, bool] = {}
        # The loop itself holds tasks weakly: one that is collected is a half-done turn (trust.md 5.5).
        self._tasks: set[asyncio.Task[None]] = set()
        self._look = asyncio.Event()
        self._running = False
        self._stopping = False
        self._swept_at: datetime | None = None

    def wake(self, brand: BrandId, conversation: ConversationId, *, after: timedelta) -> None:
        if self._stopping:
            return  # it is due in the database; the next start answers it
        key = (brand, conversation)
        if key in self._busy:
            self._busy[key] = True
            return
        loop = asyncio.get_running_loop()
        pause = self._pauses.pop(key, None)
        latest = loop.time() + self.timing.cap.total_seconds()
        if pause is not None:
            pause.timer.cancel()
            latest = pause.latest
        at = min(loop.time() + after.total_seconds(), latest)
        if after <= timedelta():
            self._begin(key)
        else:
            self._pauses[key] = _Pause(timer=loop.call_at(at, self._begin, key), latest=latest)

    async def schedule(self, brand: BrandId, kind: str, key: str, at: datetime, payload: dict[str, Any]) -> None:
        async with self._database.writing() as tx:
            await jobs.schedule(tx, brand, kind, key, at, payload)
        self.look()

    def look(self) -> None:
        self._look.set()

    async def run(self) -> None:
        """Sweep at start and then every five seconds, or at once when asked to look."""
        self._running = True
        while not self._stopping:
            self._look.clear()
            await self._sweep()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), self.timing.sweep.total_seconds())

    async def stop(self) -> None:
        """Begin nothing new and let turns under way finish, ten seconds at most; the rest resumes at the next start."""
        self._stopping = True
        self._running = False
        self._look.set()
        for pause in self._pauses.values():
            pause.timer.cancel()
        self._pauses.clear()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=self.timing.drain.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def settle(self) -> None:
        """Until nothing is waiting or under way; for one-off commands and tests."""
        while self._tasks or self._pauses:
            if self._tasks:
                await asyncio.wait(set(self._tasks))
            else:
                await asyncio.sleep(0.005)

    def health(self) -> Health:
        return Health(running=self._running, busy=len(self._busy), waiting=len(self._pauses), swept_at=self._swept_at)

    def _begin(self, key: Key) -> None:
        self._pauses.pop(key, None)
        if key not in self._busy and not self._stopping:
            self._busy[key] = False
            self._spawn(self._turns(key))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _turns(self, key: Key) -> None:
        """Turn after turn while there is something to answer."""
        more = True
        while more and not self._stopping:
            self._busy[key] = False
            try:
                more = await self._answer(*key)
            except Exception as error:
                # The worker loop: whatever failed, the conversation stays due and the sweep comes back to it.
                _log.error("turn_failed", brand=key[0], conversation=key[1], error=type(error).__name__)
                more = False
        again = self._busy.pop(key, False)
        if again:
            self.wake(*key, after=timedelta())

    async def _sweep(self) -> None:
        """Find what a lost wake, a crash or time itself left to be done."""
        try:
            async with self._database.reading() as tx:
                overdue = await conversations.due(tx, datetime.now(UTC))
                work = await jobs.due(tx, self._now())
            for key in overdue:
                if key not in self._busy and key not in self._pauses:
                    self._begin(key)
            for job in work:
                await self._one_job(job)
            await self._dispatch()
            self._swept_at = datetime.now(UTC)
        except Exception as error:
            _log.error("sweep_failed", error=type(error).__name__)

    async def _one_job(self, job: jobs.Job) -> None:
        try:
            await self._run_job(job)
        except Exception as error:
            _log.warning("job_failed", kind=job.kind, attempts=job.attempts + 1, error=type(error).__name__)
            async with self._database.writing() as tx:
                await jobs.failed(tx, job, self._now())
        else:
            async with self._database.writing() as tx:
                await jobs.done(tx, job)
