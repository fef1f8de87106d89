"""`deskbell serve` killed outright, three times over, at moments nobody chose: every acknowledged message is answered, once (R2, R3).

`make chaos` kills two hundred times; here it is shown that the command an operator types can be killed at all.
"""

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from evals.bench.outside import Ports, _process, _wait_for, free_ports
from tests.stores import url_at
from tests.wire.two_shops import world_text

ROOT = Path(__file__).resolve().parents[2]
KILLS = 3
PATIENCE_S = 40.0


@dataclass
class Talk:
    """One shopper, who sends each message until it is acknowledged."""

    token: str
    acknowledged: list[str] = field(default_factory=list)


@asynccontextmanager
async def serving(ports: Ports, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The app as an operator runs it, over the twin, until it is killed."""
    given = {
        "DESKBELL_DEV": "1",
        "DESKBELL_VAR": str(folder / "var"),
        "DESKBELL_DATABASE_URL": url_at(folder / "var"),
        "DESKBELL_VECTORS": str(folder / "vectors"),
        "DESKBELL_PUBLIC_URL": ports.app_url,
        "DESKBELL_SHOP_URL": f"{ports.twin_url}/shops/{{handle}}",
        "DESKBELL_READ_CLIENT_ID": "deskbell-read",
        "DESKBELL_READ_CLIENT_SECRET": "read-secret",
        "DESKBELL_CLOCK": f"{ports.twin_url}/__sim/clock",
        "DESKBELL_DEBOUNCE": "PT0.2S",
    }
    command = ("-c", "from server.cli import main; main()", "serve", "--port", str(ports.app), "--world", str(folder / "northbay.yaml"))
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=ROOT, env={**os.environ, **given}, stdout=quiet, stderr=quiet
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()


async def up(web: httpx.AsyncClient) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                await web.get("/metrics")
                return
            except httpx.TransportError:
                await asyncio.sleep(0.02)


async def ready(web: httpx.AsyncClient) -> None:
    """Until the reader is loaded and turns are taken."""
    async with asyncio.timeout(PATIENCE_S):
        while "loading" in (await web.get("/health")).text:  # noqa: ASYNC110  # another process
            await asyncio.sleep(0.05)


async def send(web: httpx.AsyncClient, talk: Talk, text: str) -> None:
    """Once; whether it arrived is known only if the answer came."""
    body, headers = {"id": text.replace(" ", "-"), "text": text}, {"Authorization": f"Bearer {talk.token}"}
    try:
        answer = await web.post("/api/chat/northbay/messages", json=body, headers=headers)
    except httpx.TransportError:
        return
    if answer.status_code == 202:
        talk.acknowledged.append(text)


@pytest.mark.slow
async def test_every_acknowledged_message_is_answered_once_whenever_the_process_is_killed(tmp_path: Path) -> None:
    (tmp_path / "northbay.yaml").write_text(world_text("northbay"), encoding="utf-8")
    ports, chance, talks = free_ports(), random.Random(7), []
    urls = (ports.app_url, ports.twin_url, f"http://127.0.0.1:{ports.mailbox}", str(ports.smtp))
    async with (
        _process("-m", "demo", str(tmp_path / "northbay.yaml"), *urls),
        httpx.AsyncClient(base_url=ports.app_url, timeout=10, trust_env=False) as web,
    ):
        await _wait_for(web, f"{ports.twin_url}/__sim/clock")
        for kill in range(KILLS + 1):
            async with serving(ports, tmp_path) as process:
                await up(web)
                for _ in range(3):
                    begun = (await web.post("/api/chat/northbay/conversations", json={})).json()
                    talks.append(Talk(begun["token"]))
                if kill in (1, 2):
                    await ready(web)  # so that the kill falls into a turn, not before it
                # The same ids again: what was cut off is sent once more, what was kept is not kept twice.
                burst = [send(web, talk, f"where is my order, question {n}") for talk in talks[-6:] for n in range(kill % 3 + 1)]
                sending = asyncio.gather(*burst)
                if kill == KILLS:
                    await sending
                    await answered(web, talks)
                    break
                await asyncio.sleep(chance.choice((0.0, 0.01, 0.05, 0.2, 0.3, 0.5, 1.0)))
                process.send_signal(signal.SIGKILL)
                await process.wait()
                await sending
        assert sum(len(talk.acknowledged) for talk in talks) > 10


async def answered(web: httpx.AsyncClient, talks: list[Talk]) -> None:
    """Wait until everything acknowledged has been answered; then look whether anything was lost, doubled or out of order."""
    until = time.monotonic() + PATIENCE_S
    for talk in talks:
        log = await log_of(web, talk)
        while talk.acknowledged and not is_answered(log) and time.monotonic() < until:
            await asyncio.sleep(0.1)
            log = await log_of(web, talk)
        shopper = [one["text"] for one in log if one["author"] == "shopper"]
        assert len(set(shopper)) == len(shopper), "kept twice"
        assert set(talk.acknowledged) <= set(shopper), "lost"
        assert not talk.acknowledged or is_answered(log), "not answered"
        assert len({one["ref"] for one in log}) == len(log)
        agent = [one for one in log if one["author"] == "agent"]
        assert len(agent) - 1 <= len(shopper), "answered twice"


def is_answered(log: list[dict[str, Any]]) -> bool:
    return bool(log[-1]["author"] == "agent")


async def log_of(web: httpx.AsyncClient, talk: Talk) -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {talk.token}"}
    log = (await web.get("/api/chat/northbay/events?after=0&wait=0", headers=headers)).json()["events"]
    return [one for one in log if one["kind"] == "message"]
