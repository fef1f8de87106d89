"""The storefront's addresses: the shop page, logging in and out, and the app proxy, under `/shops/{shop}`."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Annotated

import httpx
from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from demo.accounts.pages import COOKIE
from demo.accounts.provider import Accounts, Session
from demo.shopify.shop import Shop
from demo.shopify.state import TwinState
from demo.storefront.proxy import signed_query

_HERE = Path(__file__).parent
_WORDS = {
    "en": ("Things for every day", "Shop as", "Nobody", "Log out", "Your account"),
    "fr": ("Pour tous les jours", "Acheter en tant que", "Personne", "Se déconnecter", "Votre compte"),
    "ja": ("毎日のための道具", "ログイン中のお客様", "未ログイン", "ログアウト", "アカウント"),
    "es": ("Para cada día", "Comprar como", "Nadie", "Cerrar sesión", "Su cuenta"),
    "de": ("Für jeden Tag", "Einkaufen als", "Niemand", "Abmelden", "Ihr Konto"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AppAddress:
    """Where the app behind the proxy lives, and under which id it knows a shop's brand."""

    url: str
    """Without a trailing slash, e.g. http://127.0.0.1:8600."""
    http: httpx.AsyncClient | None = None


def router(twin: TwinState, accounts: Accounts, app: Callable[[], AppAddress]) -> APIRouter:
    """The shop pages of every brand in the twin."""
    routes = APIRouter()

    def shop_of(handle: str) -> Shop:
        try:
            return twin.shop(handle)
        except KeyError:
            raise HTTPException(404, "no such shop") from None

    def session_of(request: Request, handle: str) -> Session | None:
        return accounts.session(handle, request.cookies.get(COOKIE))

    @routes.get("/", response_class=HTMLResponse)
    async def home(request: Request, handle: str, locale: str = "") -> Response:
        shop = shop_of(handle)
        chosen = locale or request.cookies.get("locale", "")
        chosen = chosen if chosen in _WORDS else "en"
        page = HTMLResponse(_page(shop, session_of(request, handle), chosen, app().url))
        if locale:
            page.set_cookie("locale", chosen, path=f"/shops/{handle}", samesite="lax")
        return page

    @routes.post("/account/as")
    async def shop_as(handle: str, customer: Annotated[str, Form()] = "") -> Response:
        """The demo's shortcut: shop as one of the sample customers. A real shop asks for a code (`/authentication`)."""
        shop = shop_of(handle)
        away = RedirectResponse(f"/shops/{handle}/", 303)
        found = shop.customer(customer) if customer else None
        if found is None:
            away.delete_cookie(COOKIE, path=f"/shops/{handle}")
            return away
        token = accounts.open_session(Session(shop=handle, customer=str(found.number), email=found.email or "", at=twin.clock.now()))
        away.set_cookie(COOKIE, token, path=f"/shops/{handle}", httponly=True, samesite="lax")
        return away

    @routes.get("/cdn/{name}")
    async def picture(handle: str, name: str) -> Response:
        found = _HERE.parent / "brands" / handle / "images" / Path(name).name
        if not found.is_file():
            raise HTTPException(404, "no such picture")
        return FileResponse(found, media_type="image/svg+xml", headers={"Cache-Control": "max-age=3600"})

    @routes.api_route("/apps/deskbell/{path:path}", methods=["GET", "POST"])
    async def proxy(request: Request, handle: str, path: str) -> Response:
        shop, session, target = shop_of(handle), session_of(request, handle), app()
        query = signed_query(
            request.query_params.multi_items(),
            shop=shop.brand.shop,
            customer=session.customer if session else None,
            timestamp=int(twin.clock.now().timestamp()),
            secret=twin.read_app.secret,
        )
        url = f"{target.url}/proxy/{shop.brand.id}/{path}?{query}"
        client = target.http or twin.http()
        try:
            answer = await client.request(request.method, url, content=await request.body())
        except httpx.HTTPError:
            return Response("There was an error in the third-party application.", 502)
        return Response(
            answer.content, answer.status_code, media_type=answer.headers.get("content-type"), headers={"Cache-Control": "no-store"}
        )

    return routes


def _page(shop: Shop, session: Session | None, locale: str, app_url: str) -> str:
    claim, shop_as, nobody, out, account = _WORDS[locale]
    current = session.customer if session else ""
    people = [f'<option value="">{escape(nobody)}</option>']
    for customer in shop.customers.values():
        chosen = " selected" if str(customer.number) == current else ""
        name = " ".join(part for part in (customer.first_name, customer.last_name) if part)
        people.append(f'<option value="{escape(customer.key)}"{chosen}>{escape(name)}</option>')
    goods = []
    for product in shop.products.values():
        source = product.image if "://" in (product.image or "") else f"/shops/{shop.handle}/cdn/{product.image}"
        picture = f'<img src="{escape(source or "")}" alt="">' if product.image else ""
        price = f"{product.variants[0].price:.2f} {escape(shop.brand.currency)}"
        goods.append(f"<li><div>{picture}</div><b>{escape(product.title)}</b><span>{price}</span></li>")
    slots = {
        "locale": locale,
        "name": escape(shop.brand.name),
        "claim": escape(claim),
        "shop_as": escape(shop_as),
        "account": escape(account),
        "out": escape(out),
        "handle": escape(shop.handle),
        "people": "".join(people),
        "goods": "".join(goods),
        "app": escape(app_url),
        "brand": escape(shop.brand.id),
        "languages": " ".join(
            f'<a href="?locale={each}"{" aria-current=true" if each == locale else ""} lang="{each}">{each.upper()}</a>' for each in _WORDS
        ),
    }
    page = (_HERE / "page.html").read_text(encoding="utf-8")
    for name, value in slots.items():
        page = page.replace("{{" + name + "}}", value)
    return page
