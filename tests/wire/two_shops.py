"""Two mirrored shops in one twin, and the real app over them: real turns, real SQLite, real mail, all in this process.

Both shops have the same people, addresses, order numbers and apps; only the private values differ, and each of those is a
canary: a word, an amount or a number that occurs nowhere else.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from aiosmtpd.smtp import SMTP
from fastapi import FastAPI, Request

from demo.accounts.directory import TwinDirectory
from demo.accounts.pages import router as accounts_router
from demo.accounts.provider import Accounts
from demo.clock import DemoClock
from demo.shopify.app import make_app as make_twin
from demo.shopify.state import TwinState
from demo.storefront.proxy import signed_query
from demo.world import load_world
from server.assembly import NO_PAUSE, Stand, open_installation, take_in
from server.clock import FollowedClock
from server.installation import Installation, Residence
from server.settings import Settings
from server.web.app import make_app
from server.world_brand import read_world_brand
from tests.stores import url_at

ORIGIN = "http://127.0.0.1:8600"
TWIN = "http://127.0.0.1:8601"
NOON = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
ANA, LOUIS = "ana.torres@example.com", "louis.martin@example.com"
STRANGER = "nobody.here@example.com"
SIGNED = "read-secret"
BRANDS = ("northbay", "southbay")
PAYLOAD = (
    "<img src=x onerror=alert(1)><script>alert(2)</script>[klick](https://evil.example) ![i](https://evil.example/i) **b** javascript:x"
)

CANARIES = {
    "northbay": ("Zorvexinlinen", "Quillomber", "6A77310442", "Rue Vantrebisk", "81.37", "Gravelundt", "Ploverine"),
    "southbay": ("Brindakolwool", "Trampelvick", "9C55120887", "Rue Osterqualm", "64.93", "Hesperdune", "Wickeltann"),
}
"""Per brand: product, order note, tracking number, street, price, second address line, the other customer's product."""

_WORLD = """
clock: "2026-11-20T15:00:00+01:00"
brand:
  {{id: {brand}, name: {Brand}, shop: {brand}.myshopify.com, site: "https://{brand}.example.com", currency: EUR,
   time_zone: Europe/Paris, locales: [en, fr], hub: {{active: true, changes: [swap_variant, set_quantity, remove_lines, set_address,
   cancel_order]}}}}
policies:
  - {{id: changes, locale: en, text: "# Changes\\n\\nYou can change or cancel an order within 60 minutes of placing it.\\n"}}
products:
  - id: a
    title: {product}
    options: [Colour]
    variants:
      - {{sku: A-B, options: [Blue], price: "{price}", stock: 12}}
      - {{sku: A-W, options: [White], price: "{price}", stock: 9}}
  - {{id: b, title: {other}, variants: [{{sku: B, price: "25.00", stock: 40}}]}}
  - {{id: x, title: {payload}, variants: [{{sku: X, price: "12.00", stock: 4}}]}}
customers:
  - {{id: ana, name: Ana Torres, email: ana.torres@example.com, phone: "+12025550123"}}
  - {{id: louis, name: Louis Martin, email: louis.martin@example.com, locale: fr}}
  - {{id: mal, name: {payload}, email: mal@example.com}}
orders:
  - name: "#1042"
    customer: ana
    createdAt: "2026-11-20T14:40:00+01:00"
    shipping: {{title: Standard, method: shipping, price: "4.90"}}
    address: {{name: Ana Torres, address1: 12 {street}, address2: {second}, city: Paris, zip: "75011", country: FR}}
    note: {note}
    lines:
      - {{sku: A-B, quantity: 1, state: open}}
      - sku: A-W
        quantity: 1
        parts: [{{n: 1, state: shipped, at: "2026-11-20T14:55:00+01:00", tracking: {{company: Colissimo, number: "{tracking}"}}}}]
  - name: "#1043"
    customer: louis
    createdAt: "2026-11-20T14:50:00+01:00"
    lines: [{{sku: B, quantity: 2, state: open}}]
  - name: "#1044"
    customer: mal
    createdAt: "2026-11-20T14:50:00+01:00"
    note: {payload}
    address: {{name: {payload}, address1: 1 Rue, address2: {payload}, city: Paris, zip: "75011", country: FR}}
    lines: [{{sku: X, state: open, properties: {{Engraving: {payload}}}}}]
"""


def world_text(brand: str) -> str:
    product, note, tracking, street, price, second, other = CANARIES[brand]
    return _WORLD.format(
        brand=brand,
        Brand=brand.capitalize(),
        product=product,
        note=note,
        tracking=tracking,
        street=street,
        price=price,
        second=second,
        other=other,
        payload="'" + PAYLOAD + "'",
    )


class Letterbox:
    """An SMTP server that keeps what it is given."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], str]] = []

    async def handle_DATA(self, server: object, session: object, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's own name
        self.mails.append((envelope.rcpt_tos, envelope.content.decode()))
        return "250 kept"

    def code(self, to: str | None = None) -> str:
        mine = [text for recipients, text in self.mails if to is None or recipients == [to]]
        return str(re.findall(r"#(\d{6})", mine[-1])[-1])


@dataclass
class TwoShops:
    house: Installation
    app: FastAPI
    web: httpx.AsyncClient
    """A program: no cookies of its own, no Origin."""
    twin: FastAPI
    shop: httpx.AsyncClient
    clock: DemoClock
    letters: Letterbox
    folder: Path
    account_codes: dict[str, str] = field(default_factory=dict)

    @property
    def state(self) -> TwinState:
        found: TwinState = self.twin.state.twin
        return found

    def home(self, brand: str = "northbay") -> Residence:
        return self.house.residence(brand)

    def customer(self, email: str, brand: str = "northbay") -> str:
        people = self.state.shops[brand].customers.values()
        return next(person.gid.rpartition("/")[2] for person in people if person.email == email)

    async def settle(self) -> None:
        """Until every conversation is answered, and the engine has gone round twice more for jobs and mail."""
        engine = self.house.engine
        for _ in range(3):
            await engine.settle()
            before = engine.health().swept_at
            engine.look()
            while engine.health().swept_at == before:  # noqa: ASYNC110  # the engine tells nobody when it has gone round
                await asyncio.sleep(0.002)
        await engine.settle()

    def browser(self) -> httpx.AsyncClient:
        """A shopper's or a staff member's browser: cookies, and the headers a browser adds by itself."""
        headers = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=ORIGIN, headers=headers)

    async def begin(self, brand: str = "northbay", *, email: str | None = None, locale: str = "en") -> "Page":
        """A chat page; with an address, of a shopper who is logged in at the storefront."""
        body: dict[str, Any] = {"locale": locale}
        if email:
            body["ticket"] = (await self.web.get(f"/proxy/{brand}/session?{self.proxied(brand, email)}")).json()["ticket"]
        answer = await self.web.post(f"/api/chat/{brand}/conversations", json=body)
        assert answer.status_code == 201, answer.text
        return Page(self, brand, answer.json())

    def proxied(self, brand: str, email: str | None) -> str:
        customer = self.customer(email, brand) if email else None
        at = int(self.clock.now().timestamp())
        return signed_query([], shop=f"{brand}.myshopify.com", customer=customer, timestamp=at, secret=SIGNED)

    def base(self, brand: str) -> str:
        """The prefix of a brand's Hub and desk: none for the first."""
        return "" if brand == self.house.first.brand.id else f"/b/{brand}"

    @asynccontextmanager
    async def signed_in(self, email: str = ANA, brand: str = "northbay") -> AsyncIterator[httpx.AsyncClient]:
        """A browser that is signed in to the Hub, by a code to the contact on record."""
        base = self.base(brand)
        async with self.browser() as browser:
            form = form_of((await browser.get(f"{base}/hub/sign-in")).text)
            await browser.post(f"{base}/hub/sign-in/code", data={"contact": email, "form_token": form})
            await self.settle()
            answer = await browser.post(f"{base}/hub/sign-in/confirm", data={"code": self.letters.code(email), "form_token": form})
            assert answer.status_code == 303, answer.text
            yield browser

    async def sign_in_at_shop(self, browser: httpx.AsyncClient, url: str, email: str) -> httpx.Response:
        """Follow a sign-in out to the shop's account service, and come back to our callback."""
        at_shop = (await self.shop.get(url)).text
        number = re.findall(r'name="number" value="([^"]+)"', at_shop)[0]
        path = f"{TWIN}/shops/{url.split('/shops/')[1].split('/')[0]}/authentication"
        await self.shop.post(f"{path}/login", data={"number": number, "email": email})
        back = await self.shop.post(f"{path}/verify", data={"number": number, "code": self.account_codes[email]})
        self.shop.cookies.clear()
        return await browser.get(back.headers["location"])


class Page:
    """A chat page: what the widget holds and does."""

    def __init__(self, shops: TwoShops, brand: str, begun: dict[str, Any]) -> None:
        self.shops, self.brand, self.begun = shops, brand, begun
        self.id, self.token = str(begun["conversation"]), str(begun["token"])
        self.headers = {"Authorization": f"Bearer {self.token}"}
        self._sent = 0

    async def post(self, path: str, body: object) -> httpx.Response:
        answer = await self.shops.web.post(f"/api/chat/{self.brand}/{path}", json=body, headers=self.headers)
        if "deskbell-token" in answer.headers:
            self.token = answer.headers["deskbell-token"]
            self.headers = {"Authorization": f"Bearer {self.token}"}
        return answer

    async def say(self, text: str, id: str | None = None) -> httpx.Response:
        self._sent += 1
        return await self.post("messages", {"id": id or f"m{self._sent}", "text": text})

    async def ask(self, text: str) -> list[dict[str, Any]]:
        """Say it, and the agent's messages that follow."""
        before = (await self.log())[-1]["seq"]
        assert (await self.say(text)).status_code == 202
        await self.shops.settle()
        return [one for one in await self.log(before) if one["kind"] == "message" and one["author"] == "agent"]

    async def log(self, after: int = 0) -> list[dict[str, Any]]:
        url = f"/api/chat/{self.brand}/events?after={after}&wait=0"
        found: list[dict[str, Any]] = (await self.shops.web.get(url, headers=self.headers)).json()["events"]
        return found

    async def level(self) -> str:
        async with self.shops.house.database.reading():
            pass
        levels = [one["level"] for one in await self.log() if one["kind"] == "level"]
        return str(levels[-1] if levels else self.begun["level"])


def form_of(html: str) -> str:
    """The form token of a page."""
    return str(re.findall(r'name="form_token" value="([0-9a-f]+)"', html)[0])


@asynccontextmanager
async def two_shops(folder: Path, brands: tuple[str, ...] = BRANDS) -> AsyncIterator[TwoShops]:
    """The app over the twin's shops; both stand at the same moment until the clock is moved."""
    paths = []
    for brand in brands:
        (folder / f"{brand}.yaml").write_text(world_text(brand), encoding="utf-8")
        paths.append(folder / f"{brand}.yaml")
    clock, letters, codes = DemoClock(NOON, mode="frozen"), Letterbox(), {}
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(lambda: SMTP(letters, loop=loop), "127.0.0.1", 0)
    held: dict[str, Accounts] = {}

    async def keep_code(shop: str, address: str, code: str) -> None:
        codes[address] = code

    def accounts(state: TwinState) -> Any:
        held["it"] = Accounts(directory=TwinDirectory(state), now=clock.now)
        held["it"].redirects |= {f"{ORIGIN}/auth/{brand}/callback" for brand in brands}

        def base(request: Request) -> str:
            return TWIN

        return accounts_router(held["it"], base, keep_code)

    twin = make_twin([load_world(path) for path in paths], clock, routers=[accounts])
    to_twin = httpx.ASGITransport(twin)
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # pydantic-settings' own keyword
        dev=True,
        var=folder / "var",
        database_url=url_at(folder / "var"),
        public_url=ORIGIN,
        shop_url=f"{TWIN}/shops/{{handle}}",
        read_client_id="deskbell-read",
        read_client_secret=SIGNED,  # type: ignore[arg-type]  # taken for a SecretStr
        old_read_client_secret="secret-before",  # type: ignore[arg-type]
        accounts_client_id="deskbell-accounts",
        smtp_host="127.0.0.1",
        smtp_port=smtp.sockets[0].getsockname()[1],
    )
    stand = Stand(clock=FollowedClock(clock.now), timing=NO_PAUSE, shop_transport=to_twin)
    async with open_installation(settings, stand, serve=False) as house:
        for path in paths:
            await take_in(house, read_world_brand(path))
    try:
        async with open_installation(settings, stand) as house:
            await house.ready()
            app = make_app(house)
            inside = httpx.ASGITransport(app, raise_app_exceptions=False)
            async with (
                httpx.AsyncClient(transport=inside, base_url=ORIGIN) as web,
                httpx.AsyncClient(transport=to_twin, base_url=TWIN) as shop,
            ):
                yield TwoShops(
                    house=house,
                    app=app,
                    web=web,
                    twin=twin,
                    shop=shop,
                    clock=clock,
                    letters=letters,
                    folder=folder / "var",
                    account_codes=codes,
                )
    finally:
        smtp.close()
        await smtp.wait_closed()


MINUTE = timedelta(minutes=1)
