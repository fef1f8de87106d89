"""A served installation in a process of its own, as an operator runs it, for figures taken from outside."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx

from evals.bench.outside import PATIENCE_S, ROOT, WORLD, Ports
from knowledge.brand import Brand
from server.world_brand import read_world_brand

TWILIO_TOKEN = "bench-auth-token"


def environment(folder: Path, ports: Ports, **more: str) -> dict[str, str]:
    """The settings of one installation on loopback, its files under `folder`."""
    ours = {
        "DESKBELL_DEV": "1",
        "DESKBELL_VAR": str(folder),
        "DESKBELL_WORLD": str(WORLD),
        "DESKBELL_VECTORS": str(ROOT / "var" / "demo" / "vectors"),
        "DESKBELL_PORT": str(ports.app),
        "DESKBELL_PUBLIC_URL": ports.app_url,
        "DESKBELL_SHOP_URL": f"{ports.twin_url}/shops/{{handle}}",
        "DESKBELL_READ_CLIENT_ID": "deskbell-read",
        "DESKBELL_READ_CLIENT_SECRET": "read-secret",
        "DESKBELL_TWILIO_AUTH_TOKEN": TWILIO_TOKEN,
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("DESKBELL_")}
    return {**inherited, **ours, **more}


@asynccontextmanager
async def serving(given: Mapping[str, str], *arguments: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`deskbell serve`, up and with everything loaded; ended with the block. Raises RuntimeError when it does not come up."""
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("deskbell")),
        "serve",
        *arguments,
        cwd=ROOT,
        env=dict(given),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        await _until_ready(given["DESKBELL_PUBLIC_URL"], process)
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


@asynccontextmanager
async def taking() -> AsyncIterator[str]:
    """The address of a provider of text messages that takes every one at once, and asks nothing."""
    taken = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal taken
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
                await reader.readexactly(int(head.partition("content-length:")[2].split("\r\n", 1)[0] or 0))
                taken += 1
                body = json.dumps({"sid": f"SM{taken:032x}", "status": "queued", "messages": [], "next_page_uri": None}).encode()
                writer.write(b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n")
                writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
                await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def resident_kb(pid: int) -> int:
    """Resident memory from the kernel's own account."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


def brand_of(world: Path) -> Brand:
    return read_world_brand(world).brand


async def _until_ready(url: str, process: asyncio.subprocess.Process) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=2) as http, asyncio.timeout(3 * PATIENCE_S):
        while True:
            if process.returncode is not None:
                raise RuntimeError(f"deskbell serve ended with {process.returncode}")
            try:
                body = (await http.get(f"{url}/health")).json()
            except httpx.TransportError:
                body = {}
            if body.get("parts") is not None and "loading" not in body["parts"].values():
                return
            await asyncio.sleep(0.1)
