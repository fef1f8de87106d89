"""The outside world of a measurement, in processes of its own, so that only our own time is ours: the Shopify twin and a scripted model."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
WORLD = ROOT / "demo" / "brands" / "northbay" / "world.yaml"
PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Free ports of this machine, all on loopback."""

    app: int
    twin: int
    mailbox: int
    smtp: int
    model: int

    @property
    def twin_url(self) -> str:
        return f"http://127.0.0.1:{self.twin}"

    @property
    def model_url(self) -> str:
        return f"http://127.0.0.1:{self.model}"

    @property
    def app_url(self) -> str:
        return f"http://127.0.0.1:{self.app}"


def free_ports() -> Ports:
    """Five ports nobody listens on just now."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(5)]
    numbers = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return Ports(app=numbers[0], twin=numbers[1], mailbox=numbers[2], smtp=numbers[3], model=numbers[4])


@asynccontextmanager
async def outside(ports: Ports, *, shop_latency_s: float = 0.0, model_latency_s: float = 0.0, world: Path = WORLD) -> AsyncIterator[Ports]:
    """Twin, mailbox and scripted model, listening, with these delays before every answer; gone with the block.

    The shop is on the largest plan: a measurement sends in seconds what a shop sees in an hour, and must not wait for points.
    """
    urls = (ports.app_url, ports.twin_url, f"http://127.0.0.1:{ports.mailbox}", str(ports.smtp), "2000")
    model = ("-m", "uvicorn", "--factory", "demo.openai:make_app", "--port", str(ports.model), "--log-level", "error")
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(_process("-m", "demo", str(world), *urls))
        await stack.enter_async_context(_process(*model))
        async with httpx.AsyncClient(trust_env=False) as http:
            await _wait_for(http, f"{ports.twin_url}/__sim/clock")
            await _wait_for(http, f"{ports.model_url}/__sim/requests")
            await http.post(f"{ports.twin_url}/__sim/clock", json={"mode": "frozen"})
            if shop_latency_s:
                fault = {"kind": "latency", "seconds": shop_latency_s, "times": 1_000_000}
                (await http.post(f"{ports.twin_url}/__sim/faults", json=fault)).raise_for_status()
            await http.post(f"{ports.model_url}/__sim/script", json={"latency": model_latency_s})
        yield ports


async def script_model(ports: Ports, steps: Sequence[dict[str, Any]], otherwise: dict[str, Any] | None = None) -> None:
    """What the model will say next."""
    async with httpx.AsyncClient(trust_env=False) as http:
        body: dict[str, Any] = {"steps": list(steps)}
        if otherwise is not None:
            body["otherwise"] = otherwise
        (await http.post(f"{ports.model_url}/__sim/script", json=body)).raise_for_status()


async def model_requests(ports: Ports) -> list[dict[str, Any]]:
    """Everything the model was asked so far."""
    async with httpx.AsyncClient(trust_env=False) as http:
        found: list[dict[str, Any]] = (await http.get(f"{ports.model_url}/__sim/requests")).json()
        return found


async def shop_requests(ports: Ports) -> list[dict[str, Any]]:
    """The twin's log: operation, cost and time of each query."""
    async with httpx.AsyncClient(trust_env=False) as http:
        body = (await http.get(f"{ports.twin_url}/__sim/requests")).json()
    found: list[dict[str, Any]] = body["requests"] if isinstance(body, dict) else body
    return found


@asynccontextmanager
async def _process(*arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _wait_for(http: httpx.AsyncClient, url: str) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                await http.get(url)
                return
            except httpx.TransportError:
                await asyncio.sleep(0.05)
