"""The fault matrix of trust.md 6, as far as it concerns the store and the clock: refused before it is acknowledged, lost never."""

import asyncio
import math
import os
import resource
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from evals.chaos import clocks, storms, wire
from evals.chaos.checker import Fault
from evals.chaos.record import Record
from evals.chaos.run import Run, Void
from evals.chaos.stores import SqliteStore

SHOPPERS = storms.SHOPPERS[:8]
PRODUCTION_TIMEOUT = timedelta(seconds=10)
"""How long a text message's request may take: what `channels.sms.send` says, held apart from it."""
_UNLIMITED = resource.RLIM_INFINITY


async def locked(run: Run) -> None:
    """Somebody else holds the file for longer than we wait: 503, and kept once it is free."""
    await run.start()
    await _everybody_writes(run)
    store = run.plan.store
    assert isinstance(store, SqliteStore)
    other = sqlite3.connect(store.path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        run.note("the file is locked by another process")
        said = [run.say(shopper) for shopper in SHOPPERS[:3]]
        refused = await asyncio.gather(*(run.deliver(one, patience=40.0) for one in said))
        assert_refused(run, refused)
    finally:
        other.execute("ROLLBACK")
        other.close()
    run.note("the file is free")
    await asyncio.gather(*(run.get_through(one) for one in said))


async def no_room(run: Run) -> None:
    """No file may grow: 503, nothing acknowledged is lost, and it goes on by itself when there is room again."""
    await run.start()
    await _everybody_writes(run)
    pid, refused = run.lives["a"].pid, []
    with limited(pid, 0):
        run.note("no file may grow any more")
        said = [run.say(shopper) for shopper in SHOPPERS for _ in range(3)]
        for one in said:
            refused.append(await run.deliver(one))
    assert_refused(run, refused)
    run.note("files may grow")
    await asyncio.gather(*(run.get_through(one) for one in said))
    if run.lives["a"].pid != pid:
        raise RuntimeError("the worker did not survive")


async def full_disk(run: Run) -> None:
    """The same on a file system of a few hundred kilobytes that is really full. Raises PermissionError where none can be made."""
    store = run.plan.store
    assert isinstance(store, SqliteStore)
    with small_disk(store.path.parent):
        await store.make(store.path.parent)  # what lay here is hidden now
        await run.start()
        await _everybody_writes(run)
        ballast = store.path.parent / "ballast"
        _fill(ballast)
        run.note("the disk is full")
        said = [run.say(shopper) for shopper in SHOPPERS for _ in range(3)]
        refused = [await run.deliver(one) for one in said]
        assert_refused(run, refused)
        ballast.unlink()
        run.note("there is room again")
        await asyncio.gather(*(run.get_through(one) for one in said))
        await run.drain()
        await run.finish()


async def failing_disk(run: Run, *, seconds: float = 6.0) -> None:
    """A few per cent of all writes fail, for real: for some milliseconds of each moment no file may grow."""
    run.provider.order({"do": "shares", "shares": storms.ROUGH})
    await run.start()
    over = asyncio.Event()
    pid = run.lives["a"].pid
    writing = [run.spawn(storms.one_shopper(run, shopper, storms.Weather(every=(0.03, 0.2)), over)) for shopper in SHOPPERS]
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        await asyncio.sleep(run.chance.uniform(0.05, 0.2))
        with limited(pid, 0):
            await asyncio.sleep(run.chance.uniform(0.002, 0.015))
    over.set()
    await asyncio.gather(*writing)
    if run.lives["a"].pid != pid:
        raise RuntimeError("the worker did not survive")


async def frozen_for_a_minute(run: Run) -> str:
    """Lease, deadline and horizon are production's: a worker is frozen for 60 s, one turn half thought, one send stamped (R14)."""
    run.record.horizon = PRODUCTION_TIMEOUT.total_seconds()
    thinking, sending = run.say(SHOPPERS[0], "slow3000"), run.say(SHOPPERS[1])
    stopped, begun = run.expect("at", point="send.before"), run.expect("think", tokens=[thinking.token])
    await run.start("a", at=[{"point": "send.before", "do": "stop"}])
    await run.get_through(sending, "a")
    await run.get_through(thinking, "a")
    await asyncio.wait_for(stopped, 30)
    frozen = time.monotonic()
    if not begun.done():
        raise Void("the worker was frozen before the other turn had begun")
    answered = run.expect("landed", to=SHOPPERS[0])
    await run.start("b")
    await asyncio.wait_for(answered, 55)
    after = time.monotonic() - frozen
    await asyncio.sleep(60 - after)
    run.signal("a", signal.SIGCONT)
    await run.seen("landed", 60, to=SHOPPERS[1])
    await asyncio.sleep(3)  # what the first had in hand would leave now
    return f"the other worker answered {after:.0f} s after the freeze"


async def clock_jumps(run: Run, by: str) -> None:
    """The clock is set while messages wait, replies wait, and one is in doubt; the next life has the new time, the one after the old."""
    run.record.horizon = math.inf  # stamps of another clock
    waiting, doubtful, asked = run.say(SHOPPERS[0], "slow400"), run.say(SHOPPERS[1]), run.say(SHOPPERS[2])
    run.provider.order({"do": "steps", "steps": [{"word": doubtful.token, "do": "took_drop"}, {"word": asked.token, "do": "busy"}]})
    await run.start()
    taken = run.expect("landed", to=SHOPPERS[1])
    await asyncio.gather(*(run.get_through(one) for one in (waiting, doubtful, asked)))
    await asyncio.wait_for(taken, 10)
    await run.kill()
    off = clocks.jump(by).total_seconds()
    run.note(f"the clock jumps {by}")
    await run.start(clock=off, zone="Europe/Paris")
    await _everybody_writes(run)
    await asyncio.sleep(2.5)
    await run.kill()
    run.note("the clock is right again")
    await run.start()
    await _everybody_writes(run)


async def four_hours_down(run: Run, *, people: int, messages: int) -> str:
    """Nobody listened for four hours. Twilio does not repeat its webhooks: we list what came, and answer each conversation once."""
    now = datetime.now(UTC)
    run.record.horizon = math.inf  # stamps of another clock
    await run.start(clock=-5 * 3600.0)
    earlier = [run.say(shopper) for shopper in SHOPPERS[:4]]
    await asyncio.gather(*(run.get_through(one) for one in earlier))
    await run.drain()
    await run.kill()
    missed: list[dict[str, Any]] = []
    everybody = wire.crowd(people, ("sms",))
    for n in range(messages):
        shopper = everybody[n % people]
        said = run.say(shopper)
        said.acknowledged = time.monotonic()  # the provider has it, and so it is owed an answer
        at = now - timedelta(hours=4) + timedelta(hours=3.9) * n / messages
        missed.append({"id": said.id, "from": shopper, "to": run.number, "text": said.token, "at": at.isoformat()})
    run.provider.order({"do": "write", "messages": missed})
    run.note(f"{len(missed)} messages came while nobody listened")
    for slot in "ab"[: run.plan.workers]:
        await run.start(slot)
    began, until = time.monotonic(), time.monotonic() + 60 * run.plan.pace
    while len(run.record.landed) < len(earlier) + people and time.monotonic() < until:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.05)
    return f"{messages} messages found and answered {time.monotonic() - began:.0f} s after the start"


def one_reply_each(run: Run, record: Record) -> list[Fault]:
    """After the outage every conversation has got exactly one message."""
    found = []
    for shopper in {one.to for one in record.landed}:
        times = sum(one.to == shopper for one in record.landed) - (shopper in SHOPPERS[:4])
        if times != 1:
            found.append(Fault(kind="doubled", shopper=shopper, what=f"{times} replies after the outage"))
    return found


def assert_refused(run: Run, acknowledged: list[bool]) -> None:
    """Whatever could not be kept was not acknowledged; at least something was tried in vain."""
    if all(acknowledged):
        raise RuntimeError("every delivery was acknowledged although nothing could be written")
    answers = {one.rpartition(": ")[2] for one in (event.what for event in run.record.happened) if one.startswith("delivery")}
    if "503" not in answers:
        raise RuntimeError(f"no delivery was answered 503, but {sorted(answers)}")


@contextmanager
def limited(pid: int, size: int) -> Iterator[None]:
    """No write of this process may reach beyond `size` bytes of a file."""
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, _UNLIMITED))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (_UNLIMITED, _UNLIMITED))


@contextmanager
def small_disk(place: Path, size: str = "8m") -> Iterator[None]:
    """A file system in memory. Raises PermissionError where that is not allowed."""
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True, check=False)
    if done.returncode:
        raise PermissionError("no small file system may be made here")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], capture_output=True, check=False)


def _fill(path: Path) -> None:
    with path.open("wb", buffering=0) as ballast:
        for size in (65536, 4096, 512, 1):
            try:
                while True:
                    ballast.write(b"\0" * size)
            except OSError:
                continue


async def _everybody_writes(run: Run) -> None:
    await asyncio.gather(*(run.get_through(run.say(shopper)) for shopper in SHOPPERS))


def may_mount() -> bool:
    """Whether a small file system can be made for `full_disk`."""
    return os.geteuid() == 0
