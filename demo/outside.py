"""Everything outside of Deskbell that a demo needs, in one process: the Shopify twin with its storefront, a mailbox, and phones."""

import asyncio
import socket
from collections.abc import Callable, Sequence
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
from demo.mailbox.host import MailHost, host_of
from demo.mailbox.letters import Letters
from demo.phones.app import Holder
from demo.phones.app import make_app as make_phones
from demo.phones.meta import Business, MetaTwin
from demo.phones.state import Phones
from demo.phones.twilio import TwilioTwin
from demo.shopify.app import make_app as make_twin
from demo.shopify.state import TwinSettings, TwinState
from demo.storefront.pages import AppAddress
from demo.storefront.pages import router as storefront_router
from demo.world import World, load_world

STRANGER = "+12025550111"
TEMPLATES = {
    "en": "A message about what you wrote to us: {{1}} You can answer here.",
    "fr": "Un message au sujet de ce que vous nous avez écrit : {{1}} Vous pouvez répondre ici.",
    "ja": "お問い合わせの件でご連絡です。{{1}} こちらにご返信いただけます。",
    "es": "Un mensaje sobre lo que nos escribió: {{1}} Puede responder aquí.",
    "de": "Eine Nachricht zu Ihrer Anfrage: {{1}} Sie können hier antworten.",
}
"""What Meta has approved for the demo brand, by language."""
NORTHBAY = Path(__file__).parent / "brands" / "northbay" / "world.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the pieces of a demo listen, all on loopback."""

    app: str = "http://127.0.0.1:8600"
    twin: str = "http://127.0.0.1:8601"
    mailbox: str = "http://127.0.0.1:8602"
    smtp_port: int = 8603
    phones: str | None = "http://127.0.0.1:8604"
    """None: no phones."""


TWILIO_TOKEN, META_SECRET, META_TOKEN, META_VERIFY = "demo-twilio-token", "demo-meta-secret", "demo-meta-token", "demo-meta-verify"
"""The demo providers' credentials, known to everybody."""


@dataclass(slots=True)
class Outside:
    """The outside world, built and not yet listening."""

    twin: FastAPI
    mailbox: FastAPI
    letters: Letters
    mail: MailHost
    accounts: Accounts
    clock: DemoClock
    world: World = field(repr=False)
    sms: TwilioTwin
    whatsapp: MetaTwin
    phones: FastAPI


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
    sms, whatsapp, phones = make_phones_of(world, clock, addresses.app)
    mail = host_of(world, letters, clock.now, addresses.app)
    return Outside(
        twin=twin,
        mailbox=make_mailbox(letters, mail),
        mail=mail,
        letters=letters,
        accounts=held["accounts"],
        clock=clock,
        world=world,
        sms=sms,
        whatsapp=whatsapp,
        phones=phones,
    )


def make_phones_of(world: World, clock: DemoClock, app: str) -> tuple[TwilioTwin, MetaTwin, FastAPI]:
    """The phones of everybody in the world who has a number, of one stranger, and the two providers between them and the app at `app`."""
    brand, phones = world.brand, Phones(now=clock.now)
    sms_of, whatsapp_of = brand.sms or {}, brand.whatsapp or {}
    people = {customer.phone: customer.name for customer in world.customers if customer.phone} | {STRANGER: "Nobody on record"}
    sms = TwilioTwin(
        phones,
        number=sms_of.get("number", "+12025550100"),
        account=sms_of.get("account", "AC00000000000000000000000000000100"),
        service=sms_of.get("service"),
        auth_token=TWILIO_TOKEN,
        inbound_url=f"{app}/webhooks/sms/{brand.id}",
    )
    templates = whatsapp_of.get("templates", {})
    business = Business(
        phone_number_id=whatsapp_of.get("phone_number_id", "100000000000100"),
        number=whatsapp_of.get("number", "+12025550101"),
        webhook_url=f"{app}/webhooks/whatsapp/{brand.id}",
        access_token=META_TOKEN,
        app_secret=META_SECRET,
        verify_token=META_VERIFY,
        templates={(name, language): TEMPLATES.get(language, TEMPLATES["en"]) for language, name in templates.items()},
    )
    whatsapp = MetaTwin(phones, business, names=people)
    holders = [Holder(number=number, name=name) for number, name in people.items()]
    return sms, whatsapp, make_phones(phones, sms, whatsapp, brand=brand.name, holders=holders)


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
        servers = [_Server(outside.twin, addresses.twin), _Server(outside.mailbox, addresses.mailbox)]
        if addresses.phones:
            servers.append(_Server(outside.phones, addresses.phones, outside.sms.phones.close))
        await asyncio.gather(*(server.serve() for server in servers))


class _Server(uvicorn.Server):
    """Tells its app when it is about to close, so that whoever waits for news is let go."""

    def __init__(self, app: FastAPI, address: str, closing: Callable[[], None] = lambda: None) -> None:
        host, _, port = address.removeprefix("http://").partition(":")
        super().__init__(uvicorn.Config(app, host=host, port=int(port), log_level="warning", access_log=False, timeout_graceful_shutdown=2))
        self._closing = closing

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._closing()
        await super().shutdown(sockets)


def main(arguments: Sequence[str]) -> None:
    """`python -m demo [WORLD [APP TWIN MAILBOX SMTP-PORT [POINTS-PER-SECOND [PHONES]]]]`: addresses as `http://127.0.0.1:8600`.

    Where the others are named and PHONES is not, there are no phones.
    """
    path = Path(arguments[0]) if arguments else NORTHBAY
    named = arguments[1:]
    addresses = Addresses()
    if len(named) >= 4:
        phones = named[5] if len(named) > 5 else None
        addresses = Addresses(app=named[0], twin=named[1], mailbox=named[2], smtp_port=int(named[3]), phones=phones)
    points = float(named[4]) if len(named) > 4 else 100.0
    asyncio.run(serve(build(load_world(path), addresses, points_per_second=points), addresses))
