"""How the installation is doing, for whoever runs it."""

import hmac
import sqlite3
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from server.engine.turns import Answered
from server.installation import Installation, Residence
from server.services.channel_settings import channels_of
from server.store.database import StoreError, StoreFailed
from server.web.errors import Refused

_LATE = timedelta(seconds=30)
"""Six sweeps: an engine that has not swept for this long is stuck."""


class Measures:
    """Counted per turn. Labels name brands, channels and kinds, never shoppers."""

    def __init__(self, house: Installation) -> None:
        self.registry = CollectorRegistry()
        self._turns = Counter("deskbell_turns", "Turns taken", ["brand", "because", "kind"], registry=self.registry)
        self._own = Histogram(
            "deskbell_turn_own_seconds",
            "Wall time of a turn less waiting for shop and model",
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2, 8),
            registry=self.registry,
        )
        self._queries = Counter("deskbell_shopify_queries", "Queries to the shop", ["brand"], registry=self.registry)
        self._cost = Counter("deskbell_shopify_points", "Query cost at the shop", ["brand"], registry=self.registry)
        self._calls = Counter("deskbell_model_calls", "Calls to a model", ["brand"], registry=self.registry)
        busy = Gauge("deskbell_turns_under_way", "Turns under way", registry=self.registry)
        busy.set_function(lambda: house.engine.health().busy)
        house.watchers.append(self.count)

    def count(self, answered: Answered) -> None:
        for outcome in answered.result.outcomes:
            self._turns.labels(answered.brand, outcome.because.value, outcome.kind).inc()
        self._own.observe(answered.own_ms / 1000)
        self._queries.labels(answered.brand).inc(answered.result.meter.queries)
        self._cost.labels(answered.brand).inc(answered.result.meter.cost)
        self._calls.labels(answered.brand).inc(answered.result.model_calls)


def router(house: Installation, measures: Measures) -> APIRouter:
    """/health and /metrics."""
    routes = APIRouter()

    @routes.get("/health")
    async def health() -> Response:
        engine = house.engine.health()
        late = engine.swept_at is not None and datetime.now(UTC) - engine.swept_at > _LATE
        try:
            async with house.database.reading():
                store = "ok"
        except (StoreError, StoreFailed):
            store = "unavailable"
        parts = {name: part.state for name, part in house.parts.items()}
        good = store == "ok" and engine.running and not late and "failed" not in parts.values()
        body = {
            "status": "ok" if good else "failing",
            "store": store,
            "engine": {"running": engine.running, "late": late, "busy": engine.busy, "waiting": engine.waiting},
            "brands": len(house.residences),
            "parts": parts,
            "channels": {home.brand.id: _channels(house, home) for home in tuple(house.residences.values())},
            "kept_by": {"sqlite": sqlite3.sqlite_version, **house.database.kept_by},
        }
        return JSONResponse(body, 200 if good else 503)

    @routes.get("/metrics")
    async def metrics(request: Request) -> Response:
        token = house.settings.metrics_token.get_secret_value()
        given = request.headers.get("authorization", "").partition(" ")[2]
        near = request.client is not None and request.client.host in ("127.0.0.1", "::1") and not house.settings.public
        if not near and not (token and hmac.compare_digest(given.encode(), token.encode())):
            raise Refused(401, "not_for_you", "Metrics are read from this machine, or with DESKBELL_METRICS_TOKEN as bearer token.")
        return Response(generate_latest(measures.registry), media_type=CONTENT_TYPE_LATEST)

    return routes


def _channels(house: Installation, home: Residence) -> dict[str, str]:
    """Active, Off or Unavailable, without what is missing: that is for whoever runs the installation."""
    return {channel.value: type(state).__name__ for channel, state in channels_of(house, home).items()}


def measures_of(house: Installation) -> Measures:
    """The one set of figures of this process, however often the app over the house is put together."""
    known = (getattr(watcher, "__self__", None) for watcher in house.watchers)
    return next((one for one in known if isinstance(one, Measures)), None) or Measures(house)
