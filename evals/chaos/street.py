"""A street for the fault matrix: two shops, a scripted model, a post that takes everything, and the whole house over them in one process.

Nothing is thin here: production's installation, web edge, engine and turn; the shops' twin and the model answer over real HTTP.
"""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import uvicorn
import yaml
from fastapi import FastAPI

from channels.transport import Posting, Settled
from demo.clock import DemoClock
from demo.openai import Script
from demo.openai import make_app as make_model
from demo.shopify.app import make_app as make_twin
from demo.shopify.events import Verbs
from demo.shopify.faults import Fault
from demo.shopify.state import TwinSettings, TwinState
from demo.world import world_from
from evals.chaos import wire
from server.assembly import NO_PAUSE, Stand, open_installation, take_in
from server.clock import FollowedClock
from server.engine.turns import Answered
from server.installation import Installation
from server.settings import Settings
from server.web.app import make_app
from server.world_brand import read_world_brand
from shop.shopify.transport import TOTAL

PATIENT_S = 7.0
"""Of a turn's eight seconds."""
NOON = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
OTHER = "hillside"
"""The second brand of the street."""
SHIRT, TOTE = "Zorvex shirt", "Quillomber tote"
"""Titles that occur nowhere else: where one is read, an order was spoken of."""
PRICE = "81.37"
_AREAS = ("202", "212", "213", "301", "302", "303", "305", "310", "312", "313")
POLICIES = [
    {"id": "window", "locale": "en", "text": "# Changes\n\nYou can change or cancel an order within 60 minutes of placing it.\n"},
    {"id": "refunds", "locale": "en", "text": "# How refunds work\n\nWe issue a refund within 3 working days of a cancellation.\n"},
    {"id": "returns", "locale": "en", "text": "# Returning an item\n\nYou can return items within 30 days of delivery.\n"},
    {"id": "delivery", "locale": "en", "text": "# Delivery times\n\nStandard delivery takes three working days.\n"},
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One shopper, with one order of her own: a shirt that waits, a bag that has left."""

    n: int

    @property
    def phone(self) -> str:
        """A number kept for fiction: 555-01xx of some area."""
        return f"+1{_AREAS[self.n // 100]}555{100 + self.n % 100:04d}"

    @property
    def email(self) -> str:
        return f"shopper{self.n}@example.com"

    @property
    def order(self) -> str:
        return f"#{70_001 + self.n}"

    @property
    def tracking(self) -> str:
        return f"6A{880_000 + self.n}"


class Post:
    """A provider that takes everything and keeps it. Implements `channels.transport.Transport`."""

    def __init__(self) -> None:
        self.taken: list[Posting] = []
        self.timeout, self.horizon = timedelta(seconds=10), timedelta(seconds=70)

    async def send(self, posting: Posting) -> str:
        self.taken.append(posting)
        return f"SM{len(self.taken):032x}"

    async def look_up(self, posting: Posting) -> str | Settled:
        return Settled.CANNOT_TELL


class Served:
    """An app behind a socket of this machine, which can be switched off and on again at the same place."""

    def __init__(self, app: FastAPI) -> None:
        self._app, self._port = app, 0
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def is_on(self) -> bool:
        return self._server is not None

    async def on(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self._port))
        self._port = listener.getsockname()[1]
        config = uvicorn.Config(self._app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1)
        server = self._server = uvicorn.Server(config)
        self._task = asyncio.create_task(server._serve([listener]))
        while not server.started:  # noqa: ASYNC110  # it tells nobody
            await asyncio.sleep(0.005)

    async def off(self) -> None:
        if self._server is None or self._task is None:
            return
        self._server.should_exit = self._server.force_exit = True
        await self._task
        self._server = None


@dataclass(slots=True, kw_only=True)
class Street:
    house: Installation
    web: FastAPI
    shops: Served
    twin: TwinState
    model: Script
    clock: DemoClock
    posts: dict[str, Post]
    passed: float = 0.0
    """Seconds by which the clock was moved on: the breakers' clocks have moved with it."""
    answered: list[Answered] = field(default_factory=list)
    _next: int = 0

    def person(self) -> Person:
        """Somebody who has not written yet."""
        self._next += 1
        return Person(n=self._next - 1)

    def customer(self, person: Person, brand: str = wire.BRAND) -> str:
        found = self.twin.shops[brand].customer_by_email(person.email)
        assert found is not None
        return found.gid

    def plan(self, **fault: Any) -> None:
        self.twin.faults.add(Fault(**fault))

    def ship(self, person: Person) -> None:
        """What waited leaves, and nobody tells the house: no webhook is subscribed."""
        shop = self.twin.shops[wire.BRAND]
        order = shop.order(person.order)
        assert order is not None
        Verbs(shop, order).ship(sku="SHIRT-M", tracking={"company": "Colissimo", "number": f"{person.tracking}9"})

    def patient(self, brand: str | None = None) -> None:
        """While a shop is well its answers are waited for: this machine may be busy, and that is no fault of the shop's."""
        for home in self.house.residences.values():
            if brand in (None, home.brand.id):
                home.shop.client.total = PATIENT_S  # type: ignore[attr-defined]  # it is the Admin API's, not any shop's

    def impatient(self, brand: str) -> None:
        """Production's three seconds."""
        self.house.residence(brand).shop.client.total = TOTAL  # type: ignore[attr-defined]

    async def wait(self, span: timedelta) -> None:
        """Time passes, for the shop, the house and its breakers; whatever falls due is done."""
        self.clock.advance(span)
        self.passed += span.total_seconds()
        await self.settle()

    async def settle(self) -> None:
        """Until every conversation is answered, and the engine has gone round twice more for jobs and sends."""
        engine = self.house.engine
        for _ in range(3):
            await engine.settle()
            before = engine.health().swept_at
            engine.look()
            while engine.health().swept_at == before:  # noqa: ASYNC110  # the engine tells nobody when it has gone round
                await asyncio.sleep(0.002)
        await engine.settle()


def world(brand: str, people: int) -> dict[str, Any]:
    """One brand with `people` shoppers, each with one order."""
    placed = (NOON - timedelta(minutes=20)).isoformat()
    left = (NOON - timedelta(minutes=5)).isoformat()
    address = {"address1": "12 Rue Vantrebisk", "city": "Paris", "zip": "75011", "country": "FR"}

    def order(one: Person) -> dict[str, Any]:
        tracking = {"company": "Colissimo", "number": one.tracking}
        lines = [
            {"sku": "SHIRT-M", "quantity": 1, "state": "open"},
            {"sku": "TOTE", "quantity": 1, "parts": [{"n": 1, "state": "shipped", "at": left, "tracking": tracking}]},
        ]
        return {
            "name": one.order,
            "customer": f"c{one.n}",
            "createdAt": placed,
            "shipping": {"title": "Standard", "method": "shipping", "price": "4.90"},
            "address": {"name": "A Shopper", **address},
            "lines": lines,
        }

    everybody = [Person(n=n) for n in range(people)]
    sizes = [{"sku": f"SHIRT-{size}", "options": [size], "price": PRICE, "stock": 900} for size in ("M", "L")]
    return {
        **_settings_of(brand),
        "products": [
            {"id": "shirt", "title": SHIRT, "options": ["Size"], "variants": sizes},
            {"id": "tote", "title": TOTE, "variants": [{"sku": "TOTE", "price": "25.00", "stock": 900}]},
        ],
        "customers": [{"id": f"c{one.n}", "name": "A Shopper", "email": one.email, "phone": one.phone} for one in everybody],
        "orders": [order(one) for one in everybody],
    }


def _settings_of(brand: str) -> dict[str, Any]:
    phones = {
        "sms": {"number": wire.TWILIO_NUMBER, "account": wire.TWILIO_ACCOUNT},
        "whatsapp": {"phone_number_id": wire.META_NUMBER_ID, "number": "+12025550198"},
        "mail": {"address": wire.MAIL_ADDRESS, "authserv_id": "mailbox.test"},
    }
    most = {f"segments_per_{span}": 1_000_000 for span in ("contact_hour", "contact_day", "brand_day")}
    first = brand == wire.BRAND
    return {
        "clock": NOON.isoformat(),
        "brand": {
            "id": brand,
            "name": brand.capitalize(),
            "shop": f"{brand}.myshopify.com",
            "site": f"https://{brand}.example.com",
            "currency": "EUR",
            "time_zone": "Europe/Paris",
            "locales": ["en", "fr"],
            "channels": ["webchat", *(("sms", "whatsapp", "email") if first else ())],
            **(phones if first else {}),
            "budgets": most,
            "hub": {"active": True, "changes": ["swap_variant", "set_quantity", "remove_lines", "set_address", "cancel_order"]},
        },
        "policies": POLICIES,
    }


@cache
def encoder() -> Any:
    """Loaded once for all houses of this process."""
    from knowledge.embedding import BuiltInEmbeddings, load_e5

    return BuiltInEmbeddings(load_e5())


@asynccontextmanager
async def open_street(
    folder: Path, *, people: int = 60, points_per_second: float = 2_000.0, clock: DemoClock | None = None, **settings: Any
) -> AsyncIterator[Street]:
    """Two brands, `people` shoppers each; points_per_second: the shops' plan. settings: more for the house, e.g. `model_forced=True`.

    A model is configured where `model` is among the settings; it is then asked at the street's own.
    """
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240  # before anything else runs
    clock, script, brands = clock or DemoClock(NOON, mode="frozen"), Script(), (wire.BRAND, OTHER)
    limits = TwinSettings(bucket_size=20 * points_per_second, bucket_restore=points_per_second)
    app = make_twin([world_from(world(brand, people)) for brand in brands], clock, settings=limits)
    shops, models = Served(app), Served(make_model(script))
    posts = {channel: Post() for channel in ("sms", "whatsapp", "email")}
    async with AsyncExitStack() as stack:
        for served in (shops, models):
            await served.on()
            stack.push_async_callback(served.off)
        if settings.get("model"):
            settings = {"model_base_url": f"{models.url}/v1", "model_api_key": "none", **settings}
        given = _settings(folder, shops.url) | settings
        stand = Stand(clock=FollowedClock(clock.now), timing=NO_PAUSE, encoder=encoder(), transports=posts)
        async with open_installation(Settings(**given), stand, serve=False) as house:
            for brand in brands:
                path = folder / f"{brand}.yaml"
                path.write_text(yaml.safe_dump(_settings_of(brand)), encoding="utf-8")
                await take_in(house, read_world_brand(path))
        house = await stack.enter_async_context(open_installation(Settings(**given), stand))
        await house.ready()
        street = Street(house=house, web=make_app(house), shops=shops, twin=app.state.twin, model=script, clock=clock, posts=posts)
        house.watchers.append(street.answered.append)
        for home in house.residences.values():
            # A minute of the shop's clock is a minute for the breaker too, as it is outside of a harness.
            home.shop.client.breaker.monotonic = lambda: time.monotonic() + street.passed  # type: ignore[attr-defined]
        street.patient()
        yield street


def _settings(folder: Path, shops: str) -> dict[str, Any]:
    return {
        "_env_file": None,
        "dev": True,
        "throw_away": True,
        "var": folder / "var",
        "vectors": folder.parent / "vectors",
        "public_url": wire.PUBLIC,
        "shop_url": f"{shops}/shops/{{handle}}",
        "read_client_id": "deskbell-read",
        "read_client_secret": "read-secret",
        "accounts_client_id": "deskbell-accounts",
        "twilio_auth_token": wire.TWILIO_TOKEN,
        "meta_app_secret": wire.META_SECRET,
        "meta_access_token": "chaos-access-token",
        "meta_verify_token": "chaos-verify-token",
        "mail_webhook_secret": wire.MAIL_SECRET,
    }
