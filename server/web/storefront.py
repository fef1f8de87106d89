"""What Shopify itself sends: who is logged in at the storefront, and news of orders. Both are signed; nothing unsigned is read."""

import hashlib

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from identity import app_proxy
from server.installation import Installation
from server.services.sign_in import SignIn
from server.store import notices
from server.web.errors import Refused
from shop.shopify.webhooks import is_signed

_log = structlog.get_logger(__name__)


def router(house: Installation, sign_in: SignIn) -> APIRouter:
    """The app proxy's session and the webhooks."""
    routes = APIRouter()

    @routes.get("/proxy/{brand}/session")
    async def session(request: Request, brand: str) -> Response:
        home = house.residence(brand)
        raw = request.scope["query_string"].decode("latin-1")
        visitor = app_proxy.verify(raw, home.proxy_secrets, home.brand.shop, house.clock.now())
        ticket, signed_in = await sign_in.ticket(home, visitor)
        return JSONResponse({"ticket": ticket, "signed_in": signed_in})

    @routes.post("/webhooks/shopify/{brand}")
    async def webhook(request: Request, brand: str) -> Response:
        home = house.residence(brand)
        raw = await request.body()
        if not is_signed(raw, request.headers.get("x-shopify-hmac-sha256"), home.proxy_secrets):
            raise Refused(401, "bad_signature", "The signature does not hold over the body as received.")
        # One app's secret signs for all its shops, and the shop stands outside of what is signed: none named is none.
        if request.headers.get("x-shopify-shop-domain") != home.brand.shop:
            raise Refused(401, "bad_signature", "The webhook is for another shop.")
        webhook_id = request.headers.get("x-shopify-webhook-id") or hashlib.sha256(raw).hexdigest()
        topic = request.headers.get("x-shopify-topic", "")[:100]
        async with house.database.writing() as tx:
            fresh = await notices.keep_notice(tx, home.brand, "shopify", webhook_id[:200], topic, house.clock.now())
        if fresh:
            _log.info("webhook", brand=home.brand.id, topic=topic)
            await house.on_shop_news(home, topic)
        return Response(status_code=200)

    return routes
