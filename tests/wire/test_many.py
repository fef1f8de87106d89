"""Two web processes and two workers on one PostgreSQL, as an operator runs them: one installation to a shopper, whichever dies."""

import asyncio
import json
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from evals.bench.outside import WORLD, Ports, _process, free_ports
from tests import postgres
from tests.stores import postgres_at
from tests.wire.two_shops import world_text

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120.0
ADDRESS = postgres.url()
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(ADDRESS is None, reason="no PostgreSQL answers; `make postgres` starts one"),
    pytest.mark.asyncio(loop_scope="module"),
]


@dataclass
class Several:
    """The processes of one installation."""

    ports: Ports
    folder: Path
    settings: dict[str, str]
    web: tuple[httpx.AsyncClient, httpx.AsyncClient]
    workers: list[asyncio.subprocess.Process]

    async def command(self, *arguments: str) -> str:
        """What a `deskbell` command says."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, *_deskbell(*arguments), cwd=ROOT, env={**os.environ, **self.settings}, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await process.communicate()
        assert process.returncode == 0, arguments
        return said.decode()

    async def faults(self, *faults: dict[str, Any]) -> None:
        async with httpx.AsyncClient(trust_env=False) as http:
            await http.delete(f"{self.ports.twin_url}/__sim/faults")
            for one in faults:
                (await http.post(f"{self.ports.twin_url}/__sim/faults", json=one)).raise_for_status()


def _deskbell(*arguments: str) -> tuple[str, ...]:
    return ("-c", "from server.cli import main; main()", *arguments)


@asynccontextmanager
async def running(settings: dict[str, str], *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *_deskbell("serve", *arguments), cwd=ROOT, env={**os.environ, **settings}, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        await process.wait()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def several() -> AsyncIterator[Several]:
    ports, second = free_ports(), free_ports().app
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        settings = {
            "DESKBELL_DEV": "1",
            "DESKBELL_DATABASE_URL": postgres_at(folder, ADDRESS or ""),
            "DESKBELL_VAR": str(folder),
            "DESKBELL_PUBLIC_URL": ports.app_url,
            "DESKBELL_SHOP_URL": f"{ports.twin_url}/shops/{{handle}}",
            "DESKBELL_READ_CLIENT_ID": "deskbell-read",
            "DESKBELL_READ_CLIENT_SECRET": "read-secret",
            "DESKBELL_CLOCK": f"{ports.twin_url}/__sim/clock",
            "DESKBELL_DEBOUNCE": "PT0.2S",
        }
        urls = (ports.app_url, ports.twin_url, f"http://127.0.0.1:{ports.mailbox}", str(ports.smtp))
        await stack.enter_async_context(_process("-m", "demo", str(WORLD), *urls))
        clients = []
        for port in (ports.app, second):
            web = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False)
            clients.append(await stack.enter_async_context(web))
        await _wait_for(clients[0], f"{ports.twin_url}/__sim/clock")
        # The first brings the brand; the others find it in the database, before or after they are up.
        await stack.enter_async_context(running(settings, "--role", "web", "--port", str(ports.app), "--world", str(WORLD)))
        await stack.enter_async_context(running(settings, "--role", "web", "--port", str(second)))
        workers = [await stack.enter_async_context(running(settings, "--role", "worker")) for _ in range(2)]
        house = Several(ports=ports, folder=folder, settings=settings, web=(clients[0], clients[1]), workers=workers)
        for web in house.web:
            await _wait_for(web, "/health")
            await begin(web)
        yield house


async def _wait_for(web: httpx.AsyncClient, url: str) -> None:
    """Until somebody answers there."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                await web.get(url)
                return
            except httpx.TransportError:
                await asyncio.sleep(0.1)


async def begin(web: httpx.AsyncClient, brand: str = "northbay", **body: Any) -> dict[str, str]:
    """A conversation, as soon as this process knows the brand."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            answer = await web.post(f"/api/chat/{brand}/conversations", json=body)
            if answer.status_code == 201:
                return {"Authorization": f"Bearer {answer.json()['token']}"}
            await asyncio.sleep(0.1)


async def say(web: httpx.AsyncClient, talk: dict[str, str], text: str, brand: str = "northbay") -> None:
    answer = await web.post(f"/api/chat/{brand}/messages", json={"id": text.replace(" ", "-"), "text": text}, headers=talk)
    assert answer.status_code == 202, answer.text


async def hears(web: httpx.AsyncClient, talk: dict[str, str]) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """(kind, data) of each event of the page's stream."""
    kind = ""
    async with web.stream("GET", "/api/chat/northbay/events", headers=talk, timeout=PATIENCE_S) as stream:
        async for line in stream.aiter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                yield kind, json.loads(value)


async def answers(web: httpx.AsyncClient, talk: dict[str, str], brand: str = "northbay") -> list[str]:
    """What the agent has said so far, the greeting apart."""
    log = (await web.get(f"/api/chat/{brand}/events?after=0&wait=0", headers=talk)).json()["events"]
    return [one["text"] for one in log if one["kind"] == "message" and one["author"] == "agent"][1:]


async def answered(web: httpx.AsyncClient, talk: dict[str, str], brand: str = "northbay") -> list[str]:
    async with asyncio.timeout(PATIENCE_S):
        while not (said := await answers(web, talk, brand)):  # noqa: ASYNC110  # another process
            await asyncio.sleep(0.1)
    return said


async def ticket_of(house: Several, customer: str) -> str:
    """The storefront's word on who is logged in, through the first web process."""
    shop = f"{house.ports.twin_url}/shops/northbay"
    async with httpx.AsyncClient(trust_env=False) as browser:
        await browser.post(f"{shop}/account/as", data={"customer": customer})
        return str((await browser.get(f"{shop}/apps/deskbell/session")).json()["ticket"])


async def test_what_is_said_at_one_door_is_answered_at_the_other_with_its_statuses(several: Several) -> None:
    here, there = several.web
    talk = await begin(here)
    statuses, said = [], []
    async with asyncio.timeout(PATIENCE_S):
        async for kind, data in hears(there, talk):
            if kind == "clock":
                await say(here, talk, "How long can I change my order?")
            if kind == "status":
                statuses.append(data["code"])
            if kind == "message" and data["author"] == "agent":
                said.append(data["text"])
            if len(said) == 2 and "idle" in statuses:
                break
    assert "thinking" in statuses
    assert await answers(here, talk) == said[1:]


async def test_what_a_killed_worker_had_begun_is_answered_once_by_the_other(several: Several) -> None:
    here, there = several.web
    talk = await begin(here, ticket=await ticket_of(several, "ana"))
    frozen, killed = several.workers
    frozen.send_signal(signal.SIGSTOP)  # so that it is known which of the two takes the turn
    await several.faults({"kind": "latency", "seconds": 2.0, "times": 100})
    async with asyncio.timeout(PATIENCE_S):
        async for kind, data in hears(there, talk):
            if kind == "clock":
                await say(here, talk, "I need to cancel my last order")
            if kind == "status" and data["code"] == "checking_orders":
                killed.kill()
                break
    await killed.wait()
    await several.faults()
    frozen.send_signal(signal.SIGCONT)
    assert await answers(there, talk) == []
    assert len(await answered(there, talk)) == 1
    await say(there, talk, "thank you")
    async with asyncio.timeout(PATIENCE_S):
        while len(await answers(here, talk)) < 2:  # noqa: ASYNC110  # another process
            await asyncio.sleep(0.1)
    assert len(await answers(here, talk)) == 2


async def test_a_brand_that_is_added_while_all_run_is_served_by_all_without_a_restart(several: Several) -> None:
    world = several.folder / "southbay.yaml"
    world.write_text(world_text("southbay"), encoding="utf-8")
    await several.command("brand", "add", str(world))
    talks = [await begin(web, "southbay") for web in several.web]
    for web, talk in zip(several.web, talks, strict=True):
        assert (await web.get("/b/southbay/orders")).status_code != 404  # its Hub has pages of its own
        await say(web, talk, "How long can I change my order?", "southbay")
    for web, talk in zip(reversed(several.web), talks, strict=True):
        said = await answered(web, talk, "southbay")
        assert len(said) == 1
        assert "60" in said[0]


async def test_a_web_process_takes_no_turn_and_loads_nothing_heavy(several: Several) -> None:
    for web in several.web:
        health = (await web.get("/health")).json()
        assert health["status"] == "ok"
        assert health["parts"] == {}
