"""Everything outside of Deskbell that a demo needs, in one process: the Shopify twin with accounts and storefront, and the mailbox."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import uvicorn
from fastapi import FastAPI, Request

from demo.accounts.directory import TwinDirectory
from demo.accounts.pages import add_error_page
from demo.accounts.pages import router as accounts_router
from demo.accounts.provider import Accounts
from demo.clock import DemoClock
from demo.mailbox.app import make_app as make_mailbox
from demo.mailbox.app import smtp_server
from demo.mailbox.letters import Letters
from demo.shopify.app import make_app as make_twin
from demo.shopify.state import TwinSettings, TwinState
from demo.storefront.pages import AppAddress
from demo.storefront.pages import router as storefront_router
from demo.world import World, load_world

NORTHBAY = Path(__file__).parent / "brands" / "northbay" / "world.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the pieces of a demo listen, all on loopback."""

    app: str = "http://127.0.0.1:8600"
    twin: str = "http://127.0.0.1:8601"
    mailbox: str = "http://127.0.0.1:8602"
    smtp_port: int = 8603


@dataclass(slots=True)
class Outside:
    """The outside world, built and not yet listening."""

    twin: FastAPI
    mailbox: FastAPI
    letters: Letters
    accounts: Accounts
    clock: DemoClock
    world: World = field(repr=False)


def build(world: World, addresses: Addresses, *, running: bool = True, points_per_second: float = 100.0) -> Outside:
    """The twin, its accounts, its storefront and the mailbox, joined to the app at `addresses.app`.

    running: the clock goes on from the world's moment; otherwise it stands there.
    points_per_second: the shop's plan: 100 Standard, 200 Advanced, 1,000 Plus, 2,000 Enterprise; its bucket holds twenty seconds of it.
    """
    letters = Letters()
    clock = DemoClock(world.clock, mode="system" if world.clock is None else "running" if running else "frozen")
    world = with_pictures(world, f"{addresses.twin}/shops/{world.brand.handle}/cdn")
    held: dict[str, Accounts] = {}

    async def mail_code(shop: str, address: str, code: str) -> None:
        message = EmailMessage()
        message["From"], message["To"] = f"no-reply@{shop}.example.com", address
        message["Subject"] = f"{code} is your sign-in code"
        message.set_content(f"Your code for {world.brand.name} is {code}. It works for ten minutes.")
        await aiosmtplib.send(message, hostname="127.0.0.1", port=addresses.smtp_port, start_tls=False)

    def make_accounts(state: TwinState) -> Accounts:
        accounts = held.setdefault("accounts", Accounts(directory=TwinDirectory(state), now=state.clock.now))
        accounts.redirects = state.redirect_uris
        state.redirect_uris.add(f"{addresses.app}/auth/{world.brand.id}/callback")
        return accounts

    def base_url(request: Request) -> str:
        return addresses.twin

    settings = TwinSettings(
        webhook_address=f"{addresses.app}/webhooks/shopify/{{brand}}", bucket_size=20 * points_per_second, bucket_restore=points_per_second
    )
    twin = make_twin(
        [world],
        clock,
        settings=settings,
        routers=[
            lambda state: accounts_router(make_accounts(state), base_url, mail_code),
            lambda state: storefront_router(state, make_accounts(state), lambda: AppAddress(url=addresses.app)),
        ],
    )
    add_error_page(twin)
    return Outside(twin=twin, mailbox=make_mailbox(letters), letters=letters, accounts=held["accounts"], clock=clock, world=world)


def with_pictures(world: World, base: str) -> World:
    """The same world, its products' pictures where the storefront serves them."""
    products = tuple(
        product.model_copy(update={"image": f"{base}/{product.image}"}) if product.image and "://" not in product.image else product
        for product in world.products
    )
    return world.model_copy(update={"products": products})


async def serve(outside: Outside, addresses: Addresses) -> None:
    """Listen until cancelled."""
    async with smtp_server(outside.letters, port=addresses.smtp_port):
        servers = [_server(outside.twin, addresses.twin), _server(outside.mailbox, addresses.mailbox)]
        await asyncio.gather(*(server.serve() for server in servers))


def _server(app: FastAPI, address: str) -> uvicorn.Server:
    host, _, port = address.removeprefix("http://").partition(":")
    return uvicorn.Server(uvicorn.Config(app, host=host, port=int(port), log_level="warning", access_log=False))


def main(arguments: Sequence[str]) -> None:
    """`python -m demo [WORLD [APP TWIN MAILBOX SMTP-PORT [POINTS-PER-SECOND]]]`: addresses as `http://127.0.0.1:8600`."""
    path = Path(arguments[0]) if arguments else NORTHBAY
    named = arguments[1:]
    addresses = Addresses(app=named[0], twin=named[1], mailbox=named[2], smtp_port=int(named[3])) if len(named) >= 4 else Addresses()
    points = float(named[4]) if len(named) > 4 else 100.0
    asyncio.run(serve(build(load_world(path), addresses, points_per_second=points), addresses))
