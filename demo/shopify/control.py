"""The control API, /__sim: what a test or a curious visitor does to the shop from outside. No part of Shopify."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, FastAPI, Query, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from demo.shopify import arithmetic as sums
from demo.shopify import bodies, faults
from demo.shopify.events import CannotHappen, Event, Verbs
from demo.shopify.forms import VERBS, ClockGiven, FaultGiven, PlanGiven, RedirectGiven, WebhookGiven
from demo.shopify.post import Post
from demo.shopify.records import FulfillmentOrder, Order, number_of
from demo.shopify.shop import Shop
from demo.shopify.state import TwinState, WebhookPlan
from demo.shopify.subscriptions import Subscription
from demo.world import WorldError, load_world, world_from


def router(state: TwinState, post: Post) -> APIRouter:
    """Everything under /__sim. Paths of a shop stand under /shops/{handle}; without it while there is one shop."""
    made = APIRouter()
    _whole(made, state, post)
    for prefix in ("/shops/{handle}", ""):
        _orders(made, prefix, state, post)
        _records(made, prefix, state, post)
        _webhooks(made, prefix, state, post)
    return made


def _whole(made: APIRouter, state: TwinState, post: Post) -> None:
    @made.get("/clock")
    async def clock() -> dict[str, Any]:
        return {"now": bodies.when(state.clock.now()), "mode": state.clock.mode}

    @made.post("/clock")
    async def set_clock(given: ClockGiven) -> dict[str, Any]:
        if given.now is not None or given.mode is not None:
            state.clock.set(given.now, mode=given.mode)
        if given.advance_seconds is not None:
            state.clock.advance(timedelta(seconds=given.advance_seconds))
        return await clock()

    @made.post("/reset")
    async def reset() -> dict[str, Any]:
        state.reset()
        return {"shops": sorted(state.shops)}

    @made.post("/world")
    async def world(request: Request) -> dict[str, Any]:
        """Open or refill a shop from a world: YAML, or JSON. Its clock becomes the twin's."""
        try:
            loaded = load_world("\n" + (await request.body()).decode("utf-8"))
        except (WorldError, UnicodeDecodeError) as error:
            raise HTTPException(422, str(error)) from None
        if loaded.clock is not None and state.clock.mode != "system":
            state.clock.set(loaded.clock)
        shop = state.add_world(loaded)
        return {"shop": shop.handle, "orders": len(shop.orders), "customers": len(shop.customers)}

    @made.post("/faults", status_code=201)
    async def add_fault(given: FaultGiven) -> dict[str, Any]:
        state.faults.add(faults.Fault(**given.model_dump()))
        return {"planned": len(state.faults.planned)}

    @made.get("/faults")
    async def list_faults() -> list[dict[str, Any]]:
        return [{name: getattr(fault, name) for name in faults.Fault.__slots__} for fault in state.faults.planned]

    @made.delete("/faults")
    async def clear_faults() -> dict[str, Any]:
        state.faults.clear()
        return {"planned": 0}

    @made.get("/requests")
    async def requests(operation: str | None = None, last: Annotated[int | None, Query(ge=1)] = None) -> list[dict[str, Any]]:
        found = [each for each in state.requests if operation is None or each["operation"] == operation]
        return found[-last:] if last else found

    @made.delete("/requests")
    async def forget_requests() -> dict[str, Any]:
        state.requests.clear()
        return {"requests": 0}

    @made.get("/state")
    async def dump() -> dict[str, Any]:
        return {"clock": await clock(), "shops": {handle: _shop(shop) for handle, shop in state.shops.items()}}

    @made.post("/bucket/drain")
    async def drain() -> dict[str, Any]:
        """Empty every app's bucket: the next calls are throttled until it fills again."""
        for shop in state.shops.values():
            for app in state.settings.apps:
                state.bucket(app, shop).drain()
        return {"drained": True}

    @made.post("/redirect_uris")
    async def redirect_uris(given: RedirectGiven) -> dict[str, Any]:
        """Where the customer sign-in may send shoppers back to."""
        state.redirect_uris.update(given.redirect_uris)
        return {"redirect_uris": sorted(state.redirect_uris)}


def _found(state: TwinState, handle: str | None) -> Shop:
    if handle is None:
        if len(state.shops) != 1:
            raise HTTPException(400, f"name the shop: /__sim/shops/{{handle}}/…; open: {', '.join(sorted(state.shops)) or 'none'}")
        return next(iter(state.shops.values()))
    if handle not in state.shops:
        raise HTTPException(404, f"no shop {handle!r}; open: {', '.join(sorted(state.shops)) or 'none'}")
    return state.shops[handle]


def _order(shop: Shop, name: str) -> Order:
    found = shop.order(name)
    if found is None:
        raise HTTPException(404, f"no order {name!r} in {shop.handle}")
    return found


def _orders(made: APIRouter, prefix: str, state: TwinState, post: Post) -> None:
    @made.get(f"{prefix}/orders/{{name}}")
    async def show(name: str, handle: str | None = None) -> dict[str, Any]:
        return order_dump(_order(_found(state, handle), name))

    @made.post(f"{prefix}/orders/{{name}}/{{verb}}")
    async def happen(
        name: str, verb: str, handle: str | None = None, given: Annotated[dict[str, Any] | None, Body()] = None
    ) -> dict[str, Any]:
        shop = _found(state, handle)
        if verb not in VERBS:
            raise HTTPException(404, f"no verb {verb!r}; known: {', '.join(sorted(VERBS))}")
        order = _order(shop, name)
        model, run = VERBS[verb]
        try:
            events = run(Verbs(shop, order), model.model_validate(given or {}))
        except CannotHappen as error:
            raise HTTPException(409, str(error)) from None
        except ValueError as error:
            raise HTTPException(422, str(error)) from None
        post.send(shop, events)
        return order_dump(order)


def _records(made: APIRouter, prefix: str, state: TwinState, post: Post) -> None:
    def extended(shop: Shop, key: str, given: dict[str, Any]) -> Any:
        """The world with one more record, checked as a whole, so that a mistake names its place."""
        rest = {name: getattr(shop.world, name) for name in type(shop.world).model_fields}
        try:
            grown = world_from({**rest, "policies": (), key: [*getattr(shop.world, key), given]})
        except WorldError as error:
            raise HTTPException(422, str(error)) from None
        shop.world = shop.world.model_copy(update={key: getattr(grown, key)})
        return getattr(grown, key)[-1]

    @made.post(f"{prefix}/products", status_code=201)
    async def product(given: dict[str, Any], handle: str | None = None) -> dict[str, Any]:
        shop = _found(state, handle)
        added = shop.add_product(extended(shop, "products", given))
        return {"id": added.number, "variants": {v.sku: v.number for v in added.variants}}

    @made.post(f"{prefix}/customers", status_code=201)
    async def customer(given: dict[str, Any], handle: str | None = None) -> dict[str, Any]:
        shop = _found(state, handle)
        return {"id": shop.add_customer(extended(shop, "customers", given)).number}

    @made.post(f"{prefix}/orders", status_code=201)
    async def order(given: dict[str, Any], handle: str | None = None) -> dict[str, Any]:
        shop = _found(state, handle)
        added = shop.add_order(extended(shop, "orders", given))
        events = [Event(topic="orders/create", body=bodies.order(shop, added))]
        routed = [Event(topic="fulfillment_orders/order_routing_complete", body=bodies.routed(f)) for f in added.fulfillment_orders]
        post.send(shop, [*events, *routed])
        return order_dump(added)

    @made.post(f"{prefix}/customers/{{key}}/login", status_code=201)
    async def login(key: str, handle: str | None = None) -> dict[str, Any]:
        """A storefront session for a customer: put `session` into the cookie of that name."""
        shop = _found(state, handle)
        found = shop.customer(key)
        if found is None:
            raise HTTPException(404, f"no customer {key!r} in {shop.handle}")
        return {"session": state.sign_in(shop, found.number).key, "customer": str(found.number)}


def _webhooks(made: APIRouter, prefix: str, state: TwinState, post: Post) -> None:
    @made.post(f"{prefix}/webhooks", status_code=201)
    async def subscribe(given: WebhookGiven, handle: str | None = None) -> dict[str, Any]:
        """An address for topics as in the header (orders/updated), or * for all."""
        shop, client_id = _found(state, handle), given.client_id or state.read_app.client_id
        if state.app(client_id) is None:
            raise HTTPException(422, f"no app {client_id!r}")
        for topic in given.topics:
            number = number_of("WebhookSubscription", shop.handle, client_id, topic, given.address)
            named = topic.replace("/", "_").upper()
            now = state.clock.now()
            shop.subscriptions.append(Subscription(number=number, topic=named, uri=given.address, client_id=client_id, created_at=now))
        return {"subscriptions": len(shop.subscriptions)}

    @made.delete(f"{prefix}/webhooks")
    async def unsubscribe(handle: str | None = None) -> dict[str, Any]:
        _found(state, handle).subscriptions.clear()
        return {"subscriptions": 0}

    if prefix:
        return

    @made.post("/webhooks/plan")
    async def plan(given: PlanGiven) -> dict[str, Any]:
        """Duplicates, wrong order, losses, a pause; what is not said is off. Ending a pause delivers what has piled up."""
        state.webhooks = WebhookPlan(**given.model_dump())
        return {**given.model_dump(), "flushed": 0 if given.paused else post.flush()}

    @made.post("/webhooks/settle")
    async def settle() -> dict[str, Any]:
        """Wait until every webhook under way has arrived or is given up."""
        await state.settle()
        return {"delivered": len(state.deliveries)}

    @made.get("/webhooks/deliveries")
    async def deliveries() -> list[dict[str, Any]]:
        return list(state.deliveries)


def _shop(shop: Shop) -> dict[str, Any]:
    return {
        "brand": shop.brand.id,
        "customers": {key: {"id": str(c.number), "email": c.email, "phone": c.phone} for key, c in shop.stock.customers.items()},
        "orders": {order.name: order_dump(order) for order in shop.orders.values()},
        "variants": {sku: {"id": str(v.number), "stock": v.stock} for sku, v in shop.stock.variants.items()},
    }


def order_dump(order: Order) -> dict[str, Any]:
    """An order at a glance: what a test compares."""
    return {
        "id": order.gid,
        "name": order.name,
        "customer": order.customer.key if order.customer else None,
        "created_at": bodies.when(order.created_at),
        "updated_at": bodies.when(order.updated_at),
        "cancelled_at": bodies.when(order.cancelled_at),
        "financial": order.financial,
        "fulfillment": sums.fulfillment_status(order),
        "lines": [_line(order, index) for index in range(len(order.lines))],
        "fulfillment_orders": [_fulfillment_order(each) for each in order.fulfillment_orders],
        "parcels": [
            {
                "status": p.display_status,
                "tracking": [t.number for t in p.tracking],
                "units": {e.line.variant.sku: e.quantity for e in p.lines},
            }
            for p in order.fulfillments
        ],
    }


def _line(order: Order, index: int) -> dict[str, Any]:
    line = order.lines[index]
    return {"sku": line.variant.sku, "quantity": line.quantity, "current": line.current, "unfulfilled": sums.unfulfilled_units(line)}


def _fulfillment_order(each: FulfillmentOrder) -> dict[str, Any]:
    return {
        "id": each.gid,
        "status": each.status,
        "request_status": each.request_status,
        "location": each.location.name,
        "holds": [{"reason": hold.reason, "handle": hold.handle} for hold in each.holds],
        "requests": [request.kind for request in each.requests],
        "units": {part.line.variant.sku: part.remaining for part in each.lines},
    }


def install_errors(app: FastAPI) -> None:
    """Errors of the control API as {"error": words}."""

    @app.exception_handler(HTTPException)
    async def words(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return JSONResponse({"error": error.detail}, status_code=error.status_code)
