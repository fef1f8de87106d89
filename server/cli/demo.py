"""`deskbell demo`: the demo brand with its shop and mailbox on this machine, and one conversation played through real HTTP."""

import asyncio
import importlib
import logging
import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from server.cli.asking import DEMO
from server.cli.serving import run
from server.cli.trouble import Trouble
from server.installation import Installation
from server.logs import configure
from server.services.browsers import Browsers
from server.settings import Settings

SHOPPER = "ana"
"""A sample customer of the demo brand, by the world file's key."""
CONVERSATION = (
    "How long can I change my order?",
    "I need to cancel my last order",
    "Can I talk to a person?",
)
_PATIENCE_S = 40.0


def demo(*, once: bool, port: int) -> None:
    """Start shop, mailbox and app, play the conversation, print the addresses; stay up unless `once`."""
    configure(level=logging.ERROR, plain=True)
    asyncio.run(_demo(once, _ports(port)))


async def _demo(once: bool, ports: Sequence[int]) -> None:
    app, twin, mailbox, smtp = ports
    addresses = [f"http://127.0.0.1:{one}" for one in (app, twin, mailbox)]
    outside = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "demo", str(DEMO), *addresses, str(smtp), cwd=Path(__file__).parents[2]
    )
    try:
        await asyncio.gather(_until_up(addresses[1], outside), asyncio.to_thread(_load))
        with tempfile.TemporaryDirectory(prefix="deskbell-demo-") as folder:
            await _with_app(once, folder, addresses, smtp)
    finally:
        if outside.returncode is None:
            outside.terminate()
            try:
                await asyncio.wait_for(outside.wait(), 5)
            except TimeoutError:
                outside.kill()


def _load() -> None:
    """What the app will need in any case, read in while the shop starts beside us."""
    for name in (
        "server.assembly",
        "server.web.app",
        "knowledge.embedding",
        "knowledge.shelf",
        "knowledge.index.chroma",
        "agent.readers.built_in",
    ):
        importlib.import_module(name)


async def _with_app(once: bool, folder: str, addresses: Sequence[str], smtp: int) -> None:
    app, twin, mailbox = addresses
    settings = Settings(
        dev=True,
        var=Path(os.environ.get("DESKBELL_VAR", "var")) / "demo",
        # A fresh shop deserves a fresh store; what is slow to make (index, vectors) is kept.
        database_url=f"sqlite:///{folder}/deskbell.db",
        public_url=app,
        port=int(app.rsplit(":", 1)[1]),
        world=DEMO,
        clock=f"{twin}/__sim/clock",
        shop_url=f"{twin}/shops/{{handle}}",
        read_client_id="deskbell-read",
        read_client_secret=SecretStr("read-secret"),  # the demo shop's own, known to everybody
        accounts_client_id="deskbell-accounts",
        image_sources=twin,
        # A person alone at the demo sends no bursts and should not wait for them.
        debounce=timedelta(milliseconds=200),
        smtp_host="127.0.0.1",
        smtp_port=smtp,
    )
    failed: list[BaseException] = []

    async def play(house: Installation) -> None:
        try:
            await _play(app, f"{twin}/shops/{house.first.brand.shop.partition('.')[0]}", house.first.brand.id)
            _say("")
            _say(f"Storefront with the chat   {twin}/shops/{house.first.brand.shop.partition('.')[0]}/")
            _say(f"Customer Hub               {app}/orders")
            _say(f"Desk, for one browser      {await Browsers(house).desk_address(house.first)}")
            _say(f"Mailbox (codes, receipts)  {mailbox}/")
            if not once:
                _say("\nEverything runs on this machine. Ctrl-C stops it.")
        except Exception as error:
            failed.append(error)
        if once or failed:
            # The way Ctrl-C would: the server closes its streams and finishes what it has begun.
            signal.raise_signal(signal.SIGINT)

    with suppress(KeyboardInterrupt):
        await run(settings, play, quiet=True)
    if failed:
        raise Trouble(f"the sample conversation failed: {failed[0]}") from failed[0]


async def _play(app: str, shop: str, brand: str) -> None:
    """A signed-in shopper on the storefront: ticket through the app proxy, then the chat's own API."""
    async with httpx.AsyncClient(timeout=_PATIENCE_S, trust_env=False, follow_redirects=False) as http:
        ticket = await _ticket(http, shop)
        begun = await _json(await http.post(f"{app}/api/chat/{brand}/conversations", json={"locale": "en", "ticket": ticket}))
        headers = {"Authorization": f"Bearer {begun['token']}"}
        log = await _json(await http.get(f"{app}/api/chat/{brand}/events?wait=1", headers=headers))
        name = begun["brand"]["name"]
        _say(f"\n{name}: {log['events'][0]['text']}\n")
        after = log["after"]
        for number, text in enumerate(CONVERSATION, 1):
            _say(f"Shopper: {text}")
            await _json(await http.post(f"{app}/api/chat/{brand}/messages", json={"id": f"demo-{number}", "text": text}, headers=headers))
            said, after = await _answer(http, f"{app}/api/chat/{brand}/events", headers, after)
            _say(f"{name}: {said}\n")


async def _ticket(http: httpx.AsyncClient, shop: str) -> str | None:
    """The storefront's word on who is logged in, as the widget gets it."""
    await http.post(f"{shop}/account/as", data={"customer": SHOPPER})
    answer = await http.get(f"{shop}/apps/deskbell/session")
    return str(answer.json()["ticket"]) if answer.status_code == 200 else None


async def _answer(http: httpx.AsyncClient, url: str, headers: dict[str, str], after: int) -> tuple[str, int]:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until:
        log = await _json(await http.get(f"{url}?after={after}&wait=20", headers=headers))
        after = log["after"]
        for event in log["events"]:
            if event["kind"] == "message" and event["author"] == "agent":
                return event["text"], after
    raise TimeoutError("no answer came")


async def _json(answer: httpx.Response) -> Any:
    if answer.status_code >= 400:
        raise RuntimeError(f"HTTP {answer.status_code}: {answer.text[:200]}")
    return answer.json()


async def _until_up(twin: str, outside: asyncio.subprocess.Process) -> None:
    async with httpx.AsyncClient(timeout=1, trust_env=False) as http:
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            if outside.returncode is not None:
                raise Trouble("the demo shop could not start; is another demo running? Choose other ports with --port")
            try:
                if (await http.get(f"{twin}/__sim/clock")).status_code == 200:
                    return
            except httpx.HTTPError:
                await asyncio.sleep(0.1)
    raise Trouble("the demo shop did not answer in time")


def _ports(first: int) -> tuple[int, ...]:
    """Four ports in a row, or any four free ones. Raises Trouble when one is taken."""
    sockets = []
    try:
        for place in range(4):
            one = socket.socket()
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sockets.append(one)
            try:
                one.bind(("127.0.0.1", first + place if first else 0))
            except OSError as error:
                raise Trouble(f"port {first + place} is taken; choose others with --port, or 0 for any free ones") from error
        return tuple(one.getsockname()[1] for one in sockets)
    finally:
        for one in sockets:
            one.close()


def _say(text: str) -> None:
    print(text, flush=True)
