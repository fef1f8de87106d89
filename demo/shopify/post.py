"""Sending webhooks: signed, numbered, tried again; and, when asked, twice, in the wrong order or not at all."""

import asyncio
import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from demo.shopify.bodies import when
from demo.shopify.events import Event
from demo.shopify.schema_file import API_VERSION
from demo.shopify.shop import Shop
from demo.shopify.state import TwinState

OUT_OF_ORDER = 0.05
"""Seconds between deliveries of one change when they are sent the wrong way round."""


def signature(secret: str, body: bytes) -> str:
    """X-Shopify-Hmac-Sha256: base64 of the HMAC-SHA256 over the raw body with the app's secret."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One delivery to one address."""

    uri: str
    topic: str
    body: bytes
    headers: dict[str, str]


class Post:
    """Takes events, finds who wants them, delivers in the background. `TwinState.settle()` waits for all of it."""

    def __init__(self, state: TwinState) -> None:
        self._state = state
        self._lost = 0.0
        self._waiting: list[Parcel] = []

    def send(self, shop: Shop, events: Iterable[Event]) -> None:
        """Give the events to the post. Needs a running event loop when somebody is subscribed."""
        parcels = [parcel for event in events for parcel in self._addressed(shop, event)]
        plan = self._state.webhooks
        parcels = [parcel for parcel in parcels if not self._loses(parcel)]
        if plan.duplicates:
            parcels = [twin for parcel in parcels for twin in (parcel, parcel)]
        if plan.reorder:
            parcels.reverse()
        if plan.paused:
            self._waiting += parcels
        elif parcels:
            self._go(parcels)

    def flush(self) -> int:
        """Deliver what piled up while the post was paused."""
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._go(waiting)
        return len(waiting)

    def _go(self, parcels: Sequence[Parcel]) -> None:
        task = asyncio.get_running_loop().create_task(self._deliver_all(parcels))
        self._state.tasks.add(task)
        task.add_done_callback(self._state.tasks.discard)

    def _addressed(self, shop: Shop, event: Event) -> list[Parcel]:
        topic = event.topic.replace("/", "_").upper()
        event_id = str(uuid.uuid4())
        found = []
        if self._state.settings.webhook_address:
            uri = self._state.settings.webhook_address.format(brand=shop.brand.id, shop=shop.handle)
            found.append(self._parcel(shop, event, event_id, uri, self._state.read_app.secret, event.body))
        for each in shop.subscriptions:
            app = self._state.app(each.client_id)
            if each.topic in (topic, "*") and app is not None:
                body = {k: v for k, v in event.body.items() if k in each.include_fields} if each.include_fields else event.body
                found.append(self._parcel(shop, event, event_id, each.uri, app.secret, body))
        return found

    def _parcel(self, shop: Shop, event: Event, event_id: str, uri: str, secret: str, body: dict[str, Any]) -> Parcel:
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": event.topic,
            "X-Shopify-Hmac-Sha256": signature(secret, raw),
            "X-Shopify-Shop-Domain": shop.brand.shop,
            "X-Shopify-API-Version": API_VERSION,
            "X-Shopify-Webhook-Id": str(uuid.uuid4()),
            "X-Shopify-Event-Id": event_id,
            "X-Shopify-Triggered-At": when(self._state.clock.now()) or "",
        }
        return Parcel(uri=uri, topic=event.topic, body=raw, headers=headers)

    def _loses(self, parcel: Parcel) -> bool:
        """A steady share, not chance: with 0.5 every second one is lost."""
        self._lost += self._state.webhooks.lose
        if self._lost < 1:
            return False
        self._lost -= 1
        self._log(parcel, status=None, attempts=0)
        return True

    async def _deliver_all(self, parcels: Sequence[Parcel]) -> None:
        for index, parcel in enumerate(parcels):
            if index and self._state.webhooks.reorder:
                await asyncio.sleep(OUT_OF_ORDER)
            await self._deliver(parcel)

    async def _deliver(self, parcel: Parcel) -> None:
        status: int | None = None
        for attempt, wait in enumerate((0.0, *self._state.settings.webhook_backoff), start=1):
            await asyncio.sleep(wait)
            try:
                answer = await self._state.http().post(parcel.uri, content=parcel.body, headers=parcel.headers)
                status = answer.status_code
            except httpx.HTTPError:
                status = None
            if status is not None and 200 <= status < 300:
                self._log(parcel, status=status, attempts=attempt)
                return
        self._log(parcel, status=status, attempts=1 + len(self._state.settings.webhook_backoff))

    def _log(self, parcel: Parcel, *, status: int | None, attempts: int) -> None:
        self._state.deliveries.append(
            {
                "at": when(self._state.clock.now()),
                "topic": parcel.topic,
                "uri": parcel.uri,
                "webhook_id": parcel.headers["X-Shopify-Webhook-Id"],
                "event_id": parcel.headers["X-Shopify-Event-Id"],
                "status": status,
                "attempts": attempts,
            }
        )
