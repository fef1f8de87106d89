"""A whole small town on loopback for the tests that look at pages: shop, accounts, mailbox, the house, and a foreign site."""

import asyncio
import re
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import SecretStr

from demo.mailbox.app import smtp_server
from demo.mailbox.host import SECRET as MAIL_SECRET
from demo.outside import META_SECRET, META_TOKEN, META_VERIFY, NORTHBAY, TWILIO_TOKEN, Addresses, Outside, build
from demo.world import load_world
from server.assembly import NO_PAUSE, Stand, open_installation
from server.clock import FollowedClock
from server.installation import Installation
from server.services.browsers import Browsers
from server.settings import Settings
from server.web.app import make_app
from tests.stores import url_at

RESTLESS = """<!doctype html><html lang="en"><head><title>Another shop</title><meta name="viewport" content="width=device-width"><style>
:root{--db-accent:#7a1f5c;--db-accent-ink:#ffffff;--db-radius:2px}
body *,deskbell-widget{all:unset !important;display:none !important;transform:rotate(3deg) !important}
deskbell-widget{display:none !important;position:static !important;opacity:0 !important;visibility:hidden !important;width:0 !important}
button,iframe{display:none !important;background:red !important;border:9px solid red !important}
body{transform:translateX(40px);overflow:hidden}
</style></head><body><h1>Another shop</h1>
<script src="{app}/widget/loader.js" data-brand="northbay" data-locale="en"></script></body></html>"""


@dataclass(slots=True, kw_only=True)
class Town:
    """Where everything is, and the house itself."""

    app: str
    twin: str
    foreign: str
    phones: str
    mailbox: str
    house: Installation
    outside: Outside
    http: httpx.AsyncClient

    @property
    def shop(self) -> str:
        return f"{self.twin}/shops/northbay"

    async def desk_door(self) -> str:
        """A fresh one-time address of the desk."""
        return await Browsers(self.house).desk_address(self.house.first)

    async def code_for(self, address: str) -> str:
        """The newest code mailed to `address`; waits until one is there."""
        for _ in range(200):
            for letter in self.outside.letters.to(address):
                if found := re.search(r"\b(\d{6})\b", letter.text):
                    self.outside.letters.kept.remove(letter)
                    return found[1]
            await asyncio.sleep(0.05)
        raise AssertionError(f"no code came for {address}")

    async def control(self, path: str, body: Any) -> Any:
        """The shop's own control API."""
        answer = await self.http.post(f"{self.twin}/__sim/{path}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()


def _listening() -> tuple[socket.socket, str]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


def _foreign(app: str) -> FastAPI:
    site = FastAPI(openapi_url=None)

    @site.get("/")
    async def page() -> HTMLResponse:
        return HTMLResponse(RESTLESS.replace("{app}", app))

    @site.get("/favicon.ico")
    async def icon() -> JSONResponse:
        return JSONResponse({})

    return site


@asynccontextmanager
async def _served(app: Any, listener: socket.socket) -> AsyncIterator[None]:
    # The lifespan is the town's own: nothing of it hangs on a server's.
    config = uvicorn.Config(app, log_level="critical", access_log=False, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    running = asyncio.create_task(server._serve([listener]))
    for _ in range(1000):
        if server.started:
            break
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        server.force_exit = True
        await running


def _world(folder: Path, site: str) -> Path:
    """The demo brand, its own site being `site`: the one foreign origin that may show the chat."""
    copy = folder / "northbay"
    shutil.copytree(NORTHBAY.parent, copy)
    path = copy / "world.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("https://northbay.example.com", site), encoding="utf-8")
    return path


@asynccontextmanager
async def open_town(folder: Path) -> AsyncIterator[Town]:
    """Everything up and warm; it all ends with the block. The clock stands at the world's moment."""
    (app_at, app_url), (twin_at, twin), (mail_at, mailbox), (foreign_at, foreign), (phones_at, phones) = (_listening() for _ in range(5))
    world = _world(folder, foreign)
    async with AsyncExitStack() as stack:
        letters_port, letters_url = _listening()
        letters_port.close()
        smtp = int(letters_url.rpartition(":")[2])
        outside = build(load_world(world), Addresses(app=app_url, twin=twin, mailbox=mailbox, smtp_port=smtp, phones=phones), running=False)
        await stack.enter_async_context(smtp_server(outside.letters, port=smtp))
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]  # pydantic-settings' own keyword
            dev=True,
            var=folder / "var",
            database_url=url_at(folder / "var"),
            world=world,
            public_url=app_url,
            shop_url=f"{twin}/shops/{{handle}}",
            read_client_id="deskbell-read",
            read_client_secret=SecretStr("read-secret"),
            accounts_client_id="deskbell-accounts",
            smtp_host="127.0.0.1",
            smtp_port=smtp,
            image_sources=twin,
            twilio_url=phones,
            twilio_auth_token=SecretStr(TWILIO_TOKEN),
            graph_url=f"{phones}/v23.0",
            meta_app_secret=SecretStr(META_SECRET),
            meta_access_token=SecretStr(META_TOKEN),
            meta_verify_token=SecretStr(META_VERIFY),
            mail_webhook_secret=SecretStr(MAIL_SECRET),
        )
        await stack.enter_async_context(_served(outside.twin, twin_at))
        await stack.enter_async_context(_served(outside.mailbox, mail_at))
        await stack.enter_async_context(_served(outside.phones, phones_at))
        await stack.enter_async_context(_served(_foreign(app_url), foreign_at))
        stand = Stand(clock=FollowedClock(outside.clock.now), timing=NO_PAUSE)
        house = await stack.enter_async_context(open_installation(settings, stand))
        await stack.enter_async_context(_served(make_app(house), app_at))
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=20, trust_env=False))
        for part in list(house.parts.values()):
            await part.settled()
        yield Town(app=app_url, twin=twin, foreign=foreign, phones=phones, mailbox=mailbox, house=house, outside=outside, http=http)
