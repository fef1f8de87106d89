"""How many turns a second a store and its workers carry, beside what the store itself can commit.

Messages lie waiting in the store, one in each conversation; workers in processes of their own answer them all with the real
turn over a shop in memory and a provider that takes everything. Nobody waits for anything but processor and disk.
"""

import asyncio
import json
import os
import secrets
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, insert, select

from agent.conversation import ConversationState
from channels.message import Channel, ConversationId
from channels.transport import Posting, Settled
from evals.bench.outside import ROOT, WORLD
from evals.bench.turns import CLOSINGS, OPENINGS
from server.assembly import Stand, open_installation, take_in
from server.engine.engine import Timing
from server.settings import Settings
from server.store import conversations
from server.store.conversations import Arrival
from server.store.database import Database, database_for
from server.store.tables import emitted, inbox, outbox
from server.world_brand import read_world_brand
from shop.memory import MemoryShop
from shop.order import Customer, CustomerId

MESSAGES = 800
COMMIT_S = 3.0
SIDE_BY_SIDE = 8
ASKED = ("how long do refunds take?", "can I change the size of my last order?", "I need to cancel my order", "where is my parcel?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    turns_per_second: float
    commits_per_turn: float


class NullProvider:
    """Takes everything at once. Implements `channels.transport.Transport`."""

    timeout = timedelta(seconds=10)
    horizon = timedelta(seconds=70)

    async def send(self, posting: Posting) -> str:
        return f"null-{posting.ref}"

    async def look_up(self, posting: Posting) -> str | Settled:
        return Settled.ABSENT


def shop_in_memory(people: int) -> MemoryShop:
    """As many customers as messages, each found by their number."""
    customers = [
        Customer(id=CustomerId(f"gid://shopify/Customer/{n}"), first_name="Sample", email=None, phone=_phone(n)) for n in range(people)
    ]
    return MemoryShop(customers=customers)


def _phone(number: int) -> str:
    return f"+1202{5550000 + number}"


async def carried(url: str, folder: Path, workers: int, messages: int) -> Carried:
    """Turns a second from the first kept turn to the last reply sent."""
    settings = _settings(url, folder)
    async with open_installation(settings, serve=False) as house:
        await take_in(house, read_world_brand(WORLD))
        await _lay_in(house.database, messages)
    role = "all" if workers == 1 and not url else "worker"
    processes = [await _worker(url, folder, role, messages) for _ in range(workers)]
    try:
        await asyncio.gather(*(_said(process, "ready") for process in processes))
        begun = time.perf_counter()
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
        told = await asyncio.gather(*(_said(process, "done") for process in processes))
        took = time.perf_counter() - begun
    finally:
        for process in processes:
            if process.returncode is None:
                process.terminate()
            await process.wait()
    return Carried(turns_per_second=messages / took, commits_per_turn=sum(one["commits"] for one in told) / messages)


async def commit_rate(url: str, folder: Path, processes: int) -> float:
    """Durable commits a second of one small row each, by as many processes, eight side by side in each."""
    running = [await _child("commits", url, folder) for _ in range(processes)]
    told = await asyncio.gather(*(_said(process, "done") for process in running))
    for process in running:
        await process.wait()
    return float(sum(one["rate"] for one in told))


async def _lay_in(database: Database, messages: int) -> None:
    brand, now = read_world_brand(WORLD).brand, datetime.now(UTC)
    async with database.writing() as tx:
        for number in range(messages):
            thread, _ = await conversations.find_or_open(
                tx,
                brand,
                channel=Channel.WHATSAPP,
                address=_phone(number),
                contact=_phone(number),
                state=lambda: ConversationState(locale="en"),
                id=ConversationId(f"waiting-{number}"),
                now=now,
            )
            text = f"{OPENINGS[number % 12]}{ASKED[number % len(ASKED)]}{CLOSINGS[number // 12 % 14]}"
            arrival = Arrival(provider="whatsapp", message=f"wamid.{number}", conversation=thread.id, text=text, at=now, shown_text=text)
            await conversations.keep(tx, brand, arrival, now=now - timedelta(seconds=60), pause=timedelta(), cap=timedelta())


async def _worker(url: str, folder: Path, role: str, messages: int) -> asyncio.subprocess.Process:
    return await _child("worker", url, folder, role, str(messages))


async def _child(*words: object) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "evals.bench.throughput",
        *(str(word) for word in words),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


async def _said(process: asyncio.subprocess.Process, word: str) -> dict[str, Any]:
    assert process.stdout is not None
    while line := await process.stdout.readline():
        if line.startswith(b"{"):
            told: dict[str, Any] = json.loads(line)
            if told.get("said") == word:
                return told
    raise RuntimeError(f"a process of the measurement ended before it said {word!r}")


def _settings(url: str, folder: Path) -> Settings:
    given: dict[str, Any] = {"dev": True, "var": folder, "database_url": url, "public_url": "http://127.0.0.1:8600"}
    return Settings(**given, vectors=ROOT / "var" / "demo" / "vectors")


async def _work(url: str, folder: Path, role: Any, messages: int) -> None:
    """A worker: everything loaded first, then told to go; ends when nothing is left to answer or send."""
    commits = 0
    gate = asyncio.Event()
    settings = _settings(url, folder)
    # A first sweep before everybody is ready would begin the race early.
    stand = Stand(
        timing=Timing(debounce=timedelta(), sweep=timedelta(seconds=0.05)),
        shop=shop_in_memory(messages),
        transports={"whatsapp": NullProvider()},
    )
    from server.installation import Installation

    ready = Installation.ready

    async def held(self: Installation) -> None:
        await ready(self)
        await gate.wait()

    Installation.ready = held  # type: ignore[method-assign]  # turns wait here for everything heavy, and now for the start
    async with open_installation(settings, stand, role=role) as house:
        writing = house.database.writing

        @asynccontextmanager
        async def counted(*, lasting: bool = True, hurried: bool = False) -> AsyncIterator[Any]:
            nonlocal commits
            commits += gate.is_set() and lasting
            async with writing(lasting=lasting, hurried=hurried) as tx:
                yield tx

        house.database.writing = counted  # type: ignore[method-assign]
        await ready(house)
        _tell({"said": "ready"})
        await asyncio.to_thread(sys.stdin.readline)
        gate.set()
        while await _left(house.database):  # noqa: ASYNC110 - two processes: the store is all they share
            await asyncio.sleep(0.05)
        _tell({"said": "done", "commits": commits})
        await asyncio.to_thread(sys.stdin.readline)


async def _left(database: Database) -> int:
    async with database.reading() as tx:
        unanswered = await tx.scalar(select(func.count()).select_from(inbox).where(inbox.c.turn.is_(None)))
        unsent = await tx.scalar(select(func.count()).select_from(outbox).where(outbox.c.state.in_(("ready", "sending"))))
    return int(unanswered or 0) + int(unsent or 0)


async def _commits(url: str, folder: Path) -> None:
    database = database_for(url, folder)
    await database.open()
    until, count = time.perf_counter() + COMMIT_S, 0

    async def one() -> None:
        nonlocal count
        while time.perf_counter() < until:
            async with database.writing() as tx:
                await tx.execute(
                    insert(emitted).values(brand="bench", id=secrets.token_hex(16), name="commit", data="{}", at=datetime.now(UTC))
                )
            count += 1

    begun = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(SIDE_BY_SIDE)))
    took = time.perf_counter() - begun
    await database.close()
    _tell({"said": "done", "rate": count / took})


def _tell(body: dict[str, Any]) -> None:
    print(json.dumps(body), flush=True)


def _line(name: str, found: Carried, rate: float) -> str:
    may = rate / found.commits_per_turn
    share = found.turns_per_second / may
    figures = (
        f"{found.turns_per_second:,.0f} turns/s; {rate:,.0f} commits/s ÷ {found.commits_per_turn:.2f} a turn = {may:,.0f}: {share:.0%}"
    )
    return f"{name:<44} {figures}   goal ≥ 60 %"


async def measure(messages: int = MESSAGES) -> list[str]:
    """The printed lines."""
    lines = []
    with tempfile.TemporaryDirectory(prefix="deskbell-bench-") as folder:
        rate = await commit_rate("", Path(folder) / "rate", 1)
        found = await carried("", Path(folder) / "turns", 1, messages)
        lines.append(_line("SQLite, one process", found, rate))
    from evals.bench.postgres import fresh_database

    each = []
    for workers in (1, 2):
        async with fresh_database() as url:
            if url is None:
                return [*lines, "PostgreSQL: none answers here; `make postgres` starts one"]
            with tempfile.TemporaryDirectory(prefix="deskbell-bench-") as folder:
                rate = await commit_rate(url, Path(folder), workers)
                each.append(await carried(url, Path(folder), workers, messages))
                lines.append(_line(f"PostgreSQL, {workers} worker{'s' if workers > 1 else ''}", each[-1], rate))
    gain = each[1].turns_per_second / each[0].turns_per_second
    return [*lines, f"{'from one worker to two':<44} × {gain:.2f}   goal ≥ 1.6"]


def main() -> None:
    match sys.argv[1:]:
        case ["worker", url, folder, role, messages]:
            asyncio.run(_work(url, Path(folder), role, int(messages)))
        case ["commits", url, folder]:
            asyncio.run(_commits(url, Path(folder)))
        case _:
            print("\n".join(asyncio.run(measure(int(os.environ.get("MESSAGES", MESSAGES))))))


if __name__ == "__main__":
    main()
