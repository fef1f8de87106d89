"""What the twin is at this moment: its clock, its shops, the apps that may call it, who is signed in. Routers are built on this."""

import asyncio
import secrets
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from demo.clock import DemoClock
from demo.shopify.access import HUB_SCOPES, READ_SCOPES, ScopeSet
from demo.shopify.bucket import Bucket
from demo.shopify.faults import FaultPlan
from demo.shopify.shop import Shop
from demo.world import World

TOKEN_LIFE = timedelta(seconds=86399)
ALL_DATA = frozenset({"name", "email", "phone", "address"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AppClient:
    """An app installed in every shop of the twin. `data`: which protected customer data it was approved for."""

    client_id: str
    secret: str
    title: str
    scopes: frozenset[str]
    data: frozenset[str] = ALL_DATA


READ_APP = AppClient(client_id="deskbell-read", secret="read-secret", title="Deskbell", scopes=READ_SCOPES)
HUB_APP = AppClient(client_id="deskbell-hub", secret="hub-secret", title="Deskbell Hub", scopes=HUB_SCOPES)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwinSettings:
    """How this twin behaves. Bucket in points and points a second of real time, as a standard store has them (recorded)."""

    apps: tuple[AppClient, ...] = (READ_APP, HUB_APP)
    bucket_size: float = 2000.0
    bucket_restore: float = 100.0
    webhook_address: str | None = None
    """Where webhooks of every topic go, e.g. http://127.0.0.1:8600/webhooks/shopify/{brand}; {brand} and {shop} are filled in."""
    webhook_backoff: tuple[float, ...] = (0.1, 0.3, 1.0)
    """Seconds before each retry; Shopify takes four hours for eight of them."""
    webhook_timeout: float = 5.0
    job_seconds: float | None = 0.4
    """How long a job waits, of real time, before it is done; None: until /__sim/jobs/run."""
    log_size: int = 10_000
    http: httpx.AsyncClient | None = None
    """For webhooks; tests hand one in that reaches an app in process."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A token's rights, found again at each call."""

    app: AppClient
    shop: str
    expires_at: datetime


@dataclass(slots=True, kw_only=True)
class Session:
    """Somebody signed in to a shop's customer account or storefront."""

    key: str
    shop: str
    customer: int
    at: datetime
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class WebhookPlan:
    """How the post treats webhooks: every delivery twice, in the wrong order, or a share of them lost."""

    duplicates: bool = False
    reorder: bool = False
    lose: float = 0.0
    paused: bool = False


class TwinState:
    """Everything routers need. One per process; reach it through `request.app.state.twin`.

    clock, shops by handle, sessions by key, settings. `shop(handle)` raises KeyError for an unknown shop.
    """

    def __init__(self, worlds: Sequence[World], clock: DemoClock, settings: TwinSettings) -> None:
        self.clock, self.settings = clock, settings
        self.worlds = tuple(worlds)
        self.shops: dict[str, Shop] = {}
        self.sessions: dict[str, Session] = {}
        self.redirect_uris: set[str] = set()
        self.faults = FaultPlan()
        self.webhooks = WebhookPlan()
        self.requests: deque[dict[str, Any]] = deque(maxlen=settings.log_size)
        self.deliveries: deque[dict[str, Any]] = deque(maxlen=settings.log_size)
        self.tasks: set[asyncio.Task[None]] = set()
        self._apps = {app.client_id: app for app in settings.apps}
        self._grants: dict[str, Grant] = {}
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._scopes: dict[tuple[str, bool], ScopeSet] = {}
        self._http = settings.http
        for world in worlds:
            self.add_world(world)

    def add_world(self, world: World) -> Shop:
        """Open a shop, or refill it when it is open already."""
        shop = self.shops.get(world.brand.handle)
        if shop is None:
            shop = self.shops[world.brand.handle] = Shop(world, self.clock)
        else:
            shop.load(world)
        return shop

    def reset(self) -> None:
        """Back to the worlds the twin started with; clock, logs, faults, sessions and buckets too. Tokens stay good."""
        for handle in [handle for handle in self.shops if handle not in {w.brand.handle for w in self.worlds}]:
            del self.shops[handle]
        for world in self.worlds:
            self.add_world(world)
        if self.worlds and self.worlds[0].clock is not None and self.clock.mode != "system":
            self.clock.set(self.worlds[0].clock)
        self.sessions.clear()
        self.faults.clear()
        self.webhooks = WebhookPlan()
        self.requests.clear()
        self.deliveries.clear()
        self._buckets.clear()

    def shop(self, handle: str) -> Shop:
        return self.shops[handle]

    def app(self, client_id: str) -> AppClient | None:
        return self._apps.get(client_id)

    @property
    def read_app(self) -> AppClient:
        """The app whose secret signs webhooks and the app proxy."""
        return self.settings.apps[0]

    def grant(self, app: AppClient, shop: Shop) -> str:
        """A fresh access token, good for 24 hours by the twin's clock."""
        token = f"shpat_{secrets.token_hex(16)}"
        self._grants[token] = Grant(app=app, shop=shop.handle, expires_at=self.clock.now() + TOKEN_LIFE)
        return token

    def grant_of(self, token: str, shop: Shop) -> Grant | None:
        found = self._grants.get(token)
        return found if found and found.shop == shop.handle and found.expires_at > self.clock.now() else None

    def scopes_of(self, app: AppClient, shop: Shop) -> ScopeSet:
        """What the app may see in this shop; `brand.all_orders: true` adds read_all_orders."""
        key = (app.client_id, shop.brand.all_orders)
        found = self._scopes.get(key)
        if found is None:
            granted = app.scopes | ({"read_all_orders"} if shop.brand.all_orders else set())
            found = self._scopes[key] = ScopeSet(granted, app.data)
        return found

    def bucket(self, app: AppClient, shop: Shop) -> Bucket:
        """The leaky bucket of one app in one shop, on real time."""
        key = (app.client_id, shop.handle)
        if key not in self._buckets:
            self._buckets[key] = Bucket(size=self.settings.bucket_size, restore=self.settings.bucket_restore)
        return self._buckets[key]

    def sign_in(self, shop: Shop, customer: int, **data: Any) -> Session:
        """A new session of a customer in a shop; its key goes into a cookie."""
        session = Session(key=secrets.token_urlsafe(24), shop=shop.handle, customer=customer, at=self.clock.now(), data=data)
        self.sessions[session.key] = session
        return session

    def http(self) -> httpx.AsyncClient:
        if self._http is None:
            self._http = httpx.AsyncClient(timeout=self.settings.webhook_timeout, trust_env=False)
        return self._http

    async def settle(self) -> None:
        """Wait until every webhook under way is delivered or given up."""
        while self.tasks:
            await asyncio.gather(*self.tasks, return_exceptions=True)

    async def close(self) -> None:
        """Stop deliveries and close connections."""
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        if self._http is not None and self._http is not self.settings.http:
            await self._http.aclose()
            self._http = None
