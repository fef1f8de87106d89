"""The engine of many processes on one PostgreSQL: a wake is a job that any worker takes and hands to its own pauses (stack.md 11).

Our own tables decide everything; procrastinate only carries the news. What it loses, the sweep of any worker finds.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from typing import Any

import procrastinate
import structlog
from procrastinate.exceptions import ProcrastinateException

from channels.message import ConversationId
from knowledge.brand import BrandId
from server.engine.bell import Key
from server.engine.engine import Health, Timing
from server.engine.poller import Poller
from server.engine.procrastinate_schema import prepare
from server.engine.relay import Relay
from server.store import jobs
from server.store.database import Database

_log = structlog.get_logger(__name__)
_QUEUE = "deskbell"
_BATCH = 20
"""Wakes in one job: many at once are cheaper, and still spread over the workers."""
_TIMEOUT_S = 5.0
_AGAIN_S = 1.0
_POLL_S = 5.0
"""A notice sent before a worker listens is lost: then its job waits this long."""
_STALLED_S = 60
_TIDY_S = 300.0


class ProcrastinateEngine:
    """Implements Engine. Several processes may each have one over the same database."""

    def __init__(self, database: Database, *, hands: Poller | None, relay: Relay, timing: Timing, url: str) -> None:
        """hands: what takes turns, runs jobs and sends in this process; None in one that only serves pages.

        url: `postgresql://…`, for connections of its own.
        """
        self._database = database
        self._hands = hands
        self._relay = relay
        self.timing = timing
        self._url = url
        connector = procrastinate.PsycopgConnector(conninfo=url, min_size=1, max_size=4, timeout=_TIMEOUT_S)
        self._app = procrastinate.App(connector=connector)
        self._task = self._app.task(name="wake", queue=_QUEUE)(self._woken)
        self._wanted: dict[Key, datetime] = {}
        self._look_wanted = False
        self._stir = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._running = False
        self._stopping = False
        self._ended = False
        """Set before tasks are cancelled: procrastinate may answer a cancellation with an error of its own."""

    async def prepare(self) -> None:
        """Procrastinate's own tables, made or brought up to date. Raises StoreUnusable."""
        # It tells every job at INFO, arguments included.
        logging.getLogger("procrastinate").setLevel(logging.WARNING)
        logging.getLogger("psycopg").setLevel(logging.ERROR)  # connections that die are made again, and told of by us
        await prepare(self._url)

    def wake(self, brand: BrandId, conversation: ConversationId, *, after: timedelta) -> None:
        if self._hands is not None:
            self._hands.wake(brand, conversation, after=after)
        elif not self._stopping:
            self._wanted[(brand, conversation)] = self._database.wall() + after
            self._tell()

    async def schedule(self, brand: BrandId, kind: str, key: str, at: datetime, payload: dict[str, Any]) -> None:
        async with self._database.writing() as tx:
            await jobs.schedule(tx, brand, kind, key, at, payload)
        self.look()

    def look(self) -> None:
        if self._hands is not None:
            self._hands.look()
        else:
            self._look_wanted = True
            self._tell()

    async def sweep(self) -> None:
        if self._hands is not None:
            await self._hands.sweep()

    def _tell(self) -> None:
        self._idle.clear()
        self._stir.set()

    async def run(self) -> None:
        self._running = True
        parts = [self._relay.run()]
        parts += [self._carry_wakes()] if self._hands is None else [self._take_wakes(), self._hands.run()]
        tasks = [asyncio.get_running_loop().create_task(part) for part in parts]
        try:
            await asyncio.gather(*tasks)
        finally:
            self._running = False
            self._ended = True
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def stop(self) -> None:
        self._stopping = True
        self._running = False
        if self._hands is not None:
            await self._hands.stop()
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), 1.0)  # wakes not yet passed on are found by the sweep

    async def settle(self) -> None:
        if self._hands is not None:
            await self._hands.settle()
        else:
            await self._idle.wait()

    def health(self) -> Health:
        if self._hands is not None:
            return self._hands.health()
        return Health(running=self._running, busy=0, waiting=len(self._wanted), swept_at=None)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[None]:
        """Its connections; closed whatever happens, for a pool that is left half open cannot be cancelled."""
        try:
            await self._app.open_async()
            yield
        finally:
            await self._app.close_async()

    async def _carry_wakes(self) -> None:
        """Where nothing is answered: wakes become jobs. One that cannot be passed on is dropped; the conversation stays due."""
        while not self._ended:
            try:
                async with self._connected():
                    await self._carry()
            except Exception as error:
                _log.warning("wake_lost", error=type(error).__name__)
            self._idle.set()
            await asyncio.sleep(_AGAIN_S)

    async def _carry(self) -> None:
        while True:
            await self._stir.wait()
            self._stir.clear()
            while self._wanted or self._look_wanted:
                batch = [(key, self._wanted.pop(key)) for key in tuple(self._wanted)[:_BATCH]]
                look, self._look_wanted = self._look_wanted, False
                wanted = [[*key, due.isoformat()] for key, due in batch]
                await asyncio.wait_for(self._task.defer_async(wanted=wanted, look=look), _TIMEOUT_S)
            self._idle.set()

    async def _woken(self, wanted: Sequence[Sequence[str]], look: bool = False) -> None:
        """The job: this worker holds the pause. Another message may have been handed to another worker; the lease tells who is right."""
        assert self._hands is not None
        wall = self._database.wall()
        for brand, conversation, due in wanted:
            self._hands.wake(BrandId(brand), ConversationId(conversation), after=datetime.fromisoformat(due) - wall)
        if look:
            self._hands.look()

    async def _take_wakes(self) -> None:
        """A worker whose connections die begins again; meanwhile the sweep does the waking."""
        while not self._ended:
            try:
                async with self._connected():
                    tidying = asyncio.get_running_loop().create_task(self._tidy())
                    try:
                        await self._app.run_worker_async(
                            queues=[_QUEUE],
                            concurrency=4,
                            install_signal_handlers=False,
                            delete_jobs="always",
                            fetch_job_polling_interval=_POLL_S,
                        )
                    finally:
                        tidying.cancel()
            except Exception as error:
                _log.warning("wakes_not_taken", error=type(error).__name__)
            await asyncio.sleep(_AGAIN_S)

    async def _tidy(self) -> None:
        """Jobs a killed worker had begun stay behind; their conversations were found by the sweep long ago."""
        while True:
            with suppress(ProcrastinateException):
                stalled = await self._app.job_manager.get_stalled_jobs(queue=_QUEUE, seconds_since_heartbeat=_STALLED_S)
                for job in stalled:
                    await self._app.job_manager.finish_job(job, procrastinate.jobs.Status.FAILED, delete_job=True)
            await asyncio.sleep(_TIDY_S)
