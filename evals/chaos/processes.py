"""The harness's two outside processes, spoken to over pipes: the provider, and the nursery that forks workers."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
Event = dict[str, Any]
Told = Callable[[Event], None]
_START_S = 240.0


class Process:
    """A child that writes one JSON line per event and takes one per order."""

    def __init__(self, module: str, *arguments: str, errors: Path | None = None, environment: Mapping[str, str] | None = None) -> None:
        self._command = (sys.executable, "-m", module, *arguments)
        self._errors = errors
        self._environment = {**os.environ, **(environment or {})}
        self._child: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._waiting: list[tuple[Callable[[Event], bool], asyncio.Future[Event]]] = []
        self.listeners: list[Told] = []

    async def start(self) -> Event:
        """Until it is open. Raises TimeoutError, or RuntimeError when it ended instead."""
        errors = asyncio.subprocess.DEVNULL if self._errors is None else self._errors.open("ab")
        opened = self.expect(lambda event: event["e"] == "open")
        pipe = asyncio.subprocess.PIPE
        self._child = await asyncio.create_subprocess_exec(
            *self._command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=errors, env=self._environment, limit=1 << 22
        )
        self._reading = asyncio.create_task(self._read())
        return await asyncio.wait_for(opened, _START_S)

    async def stop(self) -> None:
        if self._child is None:
            return
        assert self._child.stdin is not None
        self._child.stdin.close()
        try:
            await asyncio.wait_for(self._child.wait(), 5)
        except TimeoutError:
            self._child.kill()
            await self._child.wait()
        if self._reading is not None:
            await self._reading
        self._child = None

    def order(self, order: Event) -> None:
        assert self._child is not None
        assert self._child.stdin is not None
        self._child.stdin.write((json.dumps(order) + "\n").encode())

    def expect(self, fits: Callable[[Event], bool]) -> "asyncio.Future[Event]":
        """The next event that fits; ask before you do what brings it about."""
        future: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        self._waiting.append((fits, future))
        return future

    async def _read(self) -> None:
        assert self._child is not None
        assert self._child.stdout is not None
        async for line in self._child.stdout:
            if not line.startswith(b"{"):
                continue  # something of theirs that prints
            event: Event = json.loads(line)
            for listener in tuple(self.listeners):
                listener(event)
            for fits, future in tuple(self._waiting):
                if future.done():
                    self._waiting.remove((fits, future))
                elif fits(event):
                    self._waiting.remove((fits, future))
                    future.set_result(event)
        for _, future in self._waiting:
            if not future.done():
                future.set_exception(RuntimeError(f"{self._command[2]} has ended"))
        self._waiting.clear()


class Nursery(Process):
    """Forks workers, shared by all runs of a command."""

    def __init__(self, errors: Path | None = None) -> None:
        super().__init__("evals.chaos.nursery", errors=errors)

    async def listen(self, slot: str) -> int:
        """The port of a worker's place, kept over all its lives."""
        answer = self.expect(lambda event: event["e"] == "listening" and event["slot"] == slot)
        self.order({"listen": slot})
        return int((await answer)["port"])

    async def spawn(self, given: Event) -> int:
        """A new worker's process id."""
        slot = given["slot"]
        born = self.expect(lambda event: event["e"] == "born" and event["slot"] == slot)
        self.order({"spawn": given})
        return int((await born)["pid"])
