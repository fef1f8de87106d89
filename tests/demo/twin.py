"""A small shop in a twin, asked over HTTP in process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from demo.shopify.app import make_app
from demo.shopify.shop import Shop
from demo.shopify.state import TwinSettings, TwinState
from demo.world import World, load_world

SHARED = Path(__file__).parents[2] / "../shared"
WORLD = """
clock: "2026-11-20T15:00:00+01:00"
brand:
  {id: northbay, name: Northbay, shop: northbay.myshopify.com, site: "https://northbay.example.com", currency: EUR,
   time_zone: Europe/Paris, locales: [en, fr]}
shop_policies:
  - {type: REFUND_POLICY, title: Refunds, body: "<p>Thirty days.</p>"}
warehouses:
  - {name: Stubborn Depot, takes_cancellations: false}
products:
  - id: shirt
    title: Linen shirt
    type: Shirts
    tags: [summer]
    options: [Colour, Size]
    variants:
      - {sku: S-BL-M, options: [Blue, M], price: "59.00", stock: 12}
      - {sku: S-WH-M, options: [White, M], price: "59.00", stock: 0}
  - {id: tote, title: Canvas tote, variants: [{sku: TOTE, price: "25.00", stock: 40}]}
  - {id: card, title: Gift card, gift_card: true, ships: false, variants: [{sku: GIFT, price: "50.00"}]}
customers:
  - {id: ana, name: Ana Torres, email: ana.torres@example.com, phone: "+12025550123", tags: [vip]}
  - {id: louis, name: Louis Martin, email: louis.martin@example.com, phone: "+12025550123", locale: fr}
  - {id: yui, name: Yui Sato, email: yui.sato@example.com}
orders:
  - name: "#1"
    customer: ana
    createdAt: "2026-11-20T14:40:00+01:00"
    shipping: {title: Standard, method: shipping, price: "4.90"}
    address: {name: Ana Torres, address1: 12 Rue de l'Exemple, city: Paris, zip: "75011", country: FR, phone: "+12025550123"}
    note: Leave it with the neighbour
    lines:
      - {sku: S-BL-M, state: open, properties: {Engraving: Mia}}
      - sku: TOTE
        quantity: 3
        parts:
          - {n: 1, state: open}
          - {n: 2, state: shipped, at: "2026-11-20T14:55:00+01:00", tracking: {company: Colissimo, number: 6A1}}
  - name: "#2"
    customer: ana
    createdAt: "2026-11-19T09:00:00+01:00"
    lines:
      - {sku: S-BL-M, state: scheduled, at: "2026-12-15T09:00:00+01:00", selling_plan: Pre-order}
      - {sku: TOTE, state: held, reason: OTHER, handle: deskbell}
      - {sku: S-WH-M, state: held, reason: HIGH_RISK_OF_FRAUD}
  - name: "#3"
    customer: louis
    createdAt: "2026-11-18T09:00:00+01:00"
    lines:
      - {sku: S-BL-M, state: requested, warehouse: North Depot}
      - {sku: TOTE, state: accepted, warehouse: North Depot}
      - {sku: S-WH-M, state: accepted, cancel: requested, at: "2026-11-19T09:00:00+01:00", warehouse: North Depot}
      - {sku: TOTE, state: accepted, cancel: rejected, warehouse: North Depot}
      - {sku: TOTE, state: accepted, warehouse: Stubborn Depot}
      - {sku: TOTE, state: packing}
      - {sku: TOTE, state: incomplete, warehouse: North Depot}
      - {sku: TOTE, state: unlisted}
      - {sku: TOTE, state: removed}
      - {sku: GIFT, state: open}
  - {name: "#4", customer: ana, createdAt: "2026-11-02T10:00:00+01:00", cancelledAt: "2026-11-02T10:20:00+01:00", financial: REFUNDED,
     lines: [{sku: TOTE, quantity: 2}]}
  - {name: "#5", customer: ana, createdAt: "2026-11-03T10:00:00+01:00", cancelledAt: "2026-11-03T10:20:00+01:00", lines: [{sku: TOTE}]}
  - {name: "#6", customer: yui, createdAt: "2026-11-10T09:00:00+09:00", shipping: {title: Boutique, method: pick_up},
     lines: [{sku: TOTE, state: ready_for_pickup, at: "2026-11-12T09:00:00+09:00"},
             {sku: S-BL-M, state: delivered, at: "2026-11-14T11:00:00+09:00"}], returns: open}
  - {name: "#7", customer: yui, createdAt: "2026-08-01T09:00:00+09:00", lines: [{sku: TOTE, state: delivered}]}
  - {name: "#8", customer: louis, createdAt: "2026-11-17T09:00:00+01:00", test: true, b2b: Example Company, app: Importer, dispute: true,
     terms: Net 30, discount: 10%, risk: INVESTIGATE, financial: AUTHORIZED, lines: [{sku: TOTE, quantity: 4}]}
"""


class Twin:
    """What tests do with a twin: ask it, and turn its knobs."""

    def __init__(self, client: httpx.AsyncClient, state: TwinState) -> None:
        self.client, self.state = client, state
        self.tokens: dict[str, str] = {}

    @property
    def shop(self) -> Shop:
        return next(iter(self.state.shops.values()))

    async def token(self, app: str = "deskbell-read", secret: str = "read-secret") -> str:
        if app not in self.tokens:
            given = {"client_id": app, "client_secret": secret, "grant_type": "client_credentials"}
            answer = await self.client.post(f"/shops/{self.shop.handle}/admin/oauth/access_token", json=given)
            self.tokens[app] = answer.json()["access_token"]
        return self.tokens[app]

    async def post(
        self, query: str, variables: dict[str, Any] | None = None, *, token: str | None = None, name: str | None = None
    ) -> httpx.Response:
        body = {"query": query, "variables": variables or {}, "operationName": name}
        headers = {"X-Shopify-Access-Token": token or await self.token()}
        return await self.client.post(f"/shops/{self.shop.handle}/admin/api/2026-07/graphql.json", json=body, headers=headers)

    async def ask(self, query: str, variables: dict[str, Any] | None = None, *, token: str | None = None) -> dict[str, Any]:
        """The whole body of the answer."""
        answer = await self.post(query, variables, token=token)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def data(self, query: str, variables: dict[str, Any] | None = None, *, token: str | None = None) -> dict[str, Any]:
        """The data of an answer without errors."""
        body = await self.ask(query, variables, token=token)
        assert "errors" not in body, body["errors"]
        data: dict[str, Any] = body["data"]
        return data

    async def order(self, name: str, fields: str) -> dict[str, Any]:
        found = self.shop.order(name)
        assert found is not None
        order: dict[str, Any] = (await self.data(f"query Q($id: ID!) {{ order(id: $id) {{ {fields} }} }}", {"id": found.gid}))["order"]
        return order

    async def sim(self, path: str, method: str = "POST", **given: Any) -> Any:
        answer = await self.client.request(method, f"/__sim{path}", json=given or None)
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def happens(self, order: str, verb: str, **given: Any) -> dict[str, Any]:
        told: dict[str, Any] = await self.sim(f"/orders/{quote(order, safe='')}/{verb}", **given)
        return told


@asynccontextmanager
async def opened(world: World | str = WORLD, **settings: Any) -> AsyncIterator[Twin]:
    """A twin with one shop; nothing listens on any port."""
    app = make_app([load_world(world) if isinstance(world, str) else world], settings=TwinSettings(**settings))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://twin.test") as client:
        yield Twin(client, app.state.twin)
    await app.state.twin.close()
