"""Sign-in in the browser: out to the shop's account service, back with a proof, and on to the popup's end or a Hub page."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from channels.words import words
from hub.pages.shown import cookie_name, set_cookie
from identity.customer_account import SignInError, SignInRefused
from server.installation import Installation
from server.services.browsers import Browser, Browsers
from server.services.chat import chosen_locale
from server.services.hub_host import HubDoor
from server.services.sign_in import ATTEMPT_LIFE_S, SignIn
from server.web.guards import page_policy
from server.web.pages import render


def router(house: Installation, sign_in: SignIn, browsers: Browsers) -> APIRouter:
    """/auth/{brand}/start and /auth/{brand}/callback."""
    routes = APIRouter(prefix="/auth/{brand}")
    secure = house.settings.public_url.startswith("https://")
    attempt_cookie = "__Host-deskbell-attempt" if secure else "deskbell-attempt"

    @routes.get("/start")
    async def start(
        brand: str,
        mode: Annotated[str, Query(pattern="^(popup|hub)$")] = "popup",
        next: Annotated[str, Query(max_length=500)] = "/orders",
        locale: Annotated[str | None, Query(max_length=35)] = None,
    ) -> Response:
        home = house.residence(brand)
        tongue = chosen_locale(home.brand, locale)
        started = await sign_in.start(home, popup=mode == "popup", place=next, locale=tongue)
        away = RedirectResponse(started.url, 303, headers={"Referrer-Policy": "no-referrer"})
        away.set_cookie(attempt_cookie, started.cookie, max_age=ATTEMPT_LIFE_S, path="/", secure=secure, httponly=True, samesite="lax")
        return away

    @routes.get("/callback")
    async def callback(
        request: Request,
        brand: str,
        code: Annotated[str, Query(max_length=2000)] = "",
        state: Annotated[str, Query(max_length=200)] = "",
    ) -> Response:
        home = house.residence(brand)
        door = HubDoor(house, home, browsers)
        locale = chosen_locale(home.brand, request.headers.get("accept-language", "").split(",")[0])
        try:
            done = await sign_in.finish(home, cookie=request.cookies.get(attempt_cookie), code=code, state=state)
        except SignInError as failed:
            status = 403 if isinstance(failed, SignInRefused) else 503
            page: Response = _page(home.brand, locale, words(locale).say("widget.sign_in_failed"), None, status)
            page.delete_cookie(attempt_cookie, path="/", secure=secure, httponly=True, samesite="lax")
            return page
        old = request.cookies.get(cookie_name(door))
        token = await browsers.sign_in(home, Browser(proofs=(done.proof,), locale=locale), old=old)
        if done.popup:
            grant = await sign_in.grant(home, done.proof)
            page = _page(home.brand, locale, words(locale).say("hub.sign_in.popup_done"), grant, 200)
        else:
            page = RedirectResponse(f"{door.base}{done.place}", 303, headers={"Referrer-Policy": "no-referrer"})
        set_cookie(page, door, await door.session(token))
        page.delete_cookie(attempt_cookie, path="/", secure=secure, httponly=True, samesite="lax")
        return page

    return routes


def _page(brand: object, locale: str, text: str, grant: str | None, status: int) -> HTMLResponse:
    html = render("popup.html", brand=brand, locale=locale, words=text, grant=grant)
    return HTMLResponse(html, status, headers={"Content-Security-Policy": page_policy(), "Referrer-Policy": "no-referrer"})
