"""What thousands of shoppers who only have the chat open cost: memory each, and what it does to everybody else."""

import asyncio
import os
import resource
import secrets
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from agent.conversation import ConversationState
from channels.message import Channel, ConversationId
from evals.bench.figures import Spread
from evals.bench.outside import WORLD, free_ports
from evals.bench.served import brand_of, environment, resident_kb, serving
from identity.links import at_rest
from server.store import conversations
from server.store.database import database_for

WEBCHATS = 5_000
OTHERS = 600
BATCH = 100


async def measure(webchats: int = WEBCHATS) -> list[str]:
    """The printed lines."""
    _let_open(webchats + 500)
    with tempfile.TemporaryDirectory(prefix="deskbell-bench-") as folder:
        given = environment(Path(folder), free_ports())
        async with serving(given) as process:
            # The first start makes the tables and the brand; the pages that wait are written in while it is down.
            pass
        tokens = await _webchats(Path(folder), webchats)
        async with serving(given) as process, httpx.AsyncClient(base_url=given["DESKBELL_PUBLIC_URL"], trust_env=False, timeout=30) as web:
            await _others(web, tokens[0], 50)
            before, alone = resident_kb(process.pid), await _others(web, tokens[0], OTHERS)
            async with _open_pages(int(given["DESKBELL_PORT"]), tokens):
                await asyncio.sleep(2)
                after, beside = resident_kb(process.pid), await _others(web, tokens[0], OTHERS)
    each = (after - before) / webchats
    return [
        f"{'open webchats':<44} {webchats:,}; process {before / 1024:,.0f} MB without, {after / 1024:,.0f} MB with them",
        f"{'memory of one idle webchat':<44} {each:,.1f} kB{'':<38} {'':<7} goal ≤ 60",
        Spread.of(alone).line("other requests, nobody waiting", "ms"),
        Spread.of(beside).line("other requests beside the idle webchats", "ms", "goal p99 ≤ 50"),
    ]


def _let_open(files: int) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(files, 4096), most) if most > 0 else files, most))


async def _webchats(folder: Path, count: int) -> list[str]:
    """As many conversations as pages will be open, written straight into the store."""
    brand, now = brand_of(WORLD), datetime.now(UTC)
    tokens = [secrets.token_urlsafe(32) for _ in range(count)]
    database = database_for("", folder)
    await database.open()
    try:
        async with database.writing() as tx:
            for number, token in enumerate(tokens):
                await conversations.open_thread(
                    tx,
                    brand,
                    ConversationId(f"idle-{number}"),
                    channel=Channel.WEBCHAT,
                    contact=None,
                    token=at_rest(token),
                    state=ConversationState(locale="en", disclosed=True),
                    now=now,
                )
    finally:
        await database.close()
    return tokens


@asynccontextmanager
async def _open_pages(port: int, tokens: list[str]) -> AsyncIterator[None]:
    """One event stream each, read as far as its first events, then left alone."""
    held: list[asyncio.StreamWriter] = []
    readers: list[asyncio.Task[None]] = []
    for start in range(0, len(tokens), BATCH):
        opened = await asyncio.gather(*(_page(port, token) for token in tokens[start : start + BATCH]))
        for reader, writer in opened:
            held.append(writer)
            readers.append(asyncio.create_task(_drain(reader)))
    try:
        yield
    finally:
        for task in readers:
            task.cancel()
        for writer in held:
            writer.close()
        await asyncio.gather(*readers, return_exceptions=True)


async def _page(port: int, token: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=4096)
    path = "/api/chat/northbay/events?after=0"
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    status = await reader.readline()
    if b" 200 " not in status:
        raise RuntimeError(f"a page could not open its stream: {status!r}")
    return reader, writer


async def _drain(reader: asyncio.StreamReader) -> None:
    while await reader.read(4096):
        pass


async def _others(web: httpx.AsyncClient, token: str, count: int) -> list[float]:
    """Somebody else's requests, one after the other: a log read and a health check in turn, in ms."""
    took: list[float] = []
    paths: tuple[tuple[str, dict[str, Any]], ...] = (
        ("/api/chat/northbay/events?after=0&wait=0", {"Authorization": f"Bearer {token}"}),
        ("/health", {}),
    )
    for number in range(count):
        path, headers = paths[number % 2]
        begun = time.perf_counter()
        (await web.get(path, headers=headers)).raise_for_status()
        took.append((time.perf_counter() - begun) * 1000)
        await asyncio.sleep(0.005)
    return took


if __name__ == "__main__":
    print("\n".join(asyncio.run(measure(int(os.environ.get("WEBCHATS", WEBCHATS))))))
