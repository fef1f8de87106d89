"""`deskbell demo`: the demo brand with its shop, mailbox and phones on this machine, and one request asked on all four channels."""

import asyncio
import importlib
import logging
import os
import signal
import socket
import sys
import tempfile
import textwrap
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import httpx
from pydantic import SecretStr

from server.cli.asking import DEMO
from server.cli.four_channels import Places, ask_everywhere
from server.cli.serving import run
from server.cli.trouble import Trouble
from server.installation import Installation
from server.logs import configure
from server.services.browsers import Browsers
from server.settings import Settings

_PATIENCE_S = 40.0
_POINTS = "100"
"""The demo shop's plan, in points a second."""


def demo(*, once: bool, port: int) -> None:
    """Start shop, mailbox, phones and app, play the scene, print the addresses; stay up unless `once`."""
    configure(level=logging.ERROR, plain=True)
    asyncio.run(_demo(once, _ports(port)))


async def _demo(once: bool, ports: Sequence[int]) -> None:
    app, twin, mailbox, smtp, phones = ports
    addresses = [f"http://127.0.0.1:{one}" for one in (app, twin, mailbox, phones)]
    named = [*addresses[:3], str(smtp), _POINTS, addresses[3]]
    outside = await asyncio.create_subprocess_exec(sys.executable, "-m", "demo", str(DEMO), *named, cwd=Path(__file__).parents[2])
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
    app, twin, mailbox, phones = addresses
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
        mail_webhook_secret=SecretStr("demo-mail-secret"),  # as are these, of the demo's mail host, Twilio and Meta
        twilio_url=phones,
        twilio_auth_token=SecretStr("demo-twilio-token"),
        graph_url=f"{phones}/v23.0",
        meta_app_secret=SecretStr("demo-meta-secret"),
        meta_access_token=SecretStr("demo-meta-token"),
        meta_verify_token=SecretStr("demo-meta-verify"),
    )
    failed: list[BaseException] = []

    async def play(house: Installation) -> None:
        try:
            brand = house.first.brand
            shop = f"{twin}/shops/{brand.shop.partition('.')[0]}"
            await _play(Places(app=app, shop=shop, phones=phones, mailbox=mailbox, brand=brand.id), brand.name)
            _say(f"Storefront with the chat   {shop}/")
            _say(f"Phones (SMS, WhatsApp)     {phones}/")
            _say(f"Mailbox (mail, receipts)   {mailbox}/")
            _say(f"Customer Hub               {app}/orders")
            _say(f"Desk, for one browser      {await Browsers(house).desk_address(house.first)}")
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


async def _play(places: Places, name: str) -> None:
    """The same request on each channel, one talk under the other."""
    for channel, talk in (await ask_everywhere(places)).items():
        _say(f"\n── {channel} {'─' * (60 - len(channel))}\n")
        for said in talk:
            note = f"  ({said.note})" if said.note else ""
            _say(f"{'Shopper' if said.by_shopper else name}:{note}")
            _say(textwrap.indent(said.text, "  ") + "\n")


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
    """Five ports in a row, or any five free ones. Raises Trouble when one is taken."""
    sockets = []
    try:
        for place in range(5):
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
