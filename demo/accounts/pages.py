"""The account service's endpoints and its two small pages, under `/shops/{handle}`."""

from collections.abc import Awaitable, Callable
from html import escape
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, FastAPI, Form, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from demo.accounts.provider import Accounts, OAuthError

SendCode = Callable[[str, str, str], Awaitable[None]]
"""(shop, address, code)."""
COOKIE = "twin_account"
_PAGE = Path(__file__).parent / "page.html"


def router(accounts: Accounts, base_url: Callable[[Request], str], send_code: SendCode) -> APIRouter:
    """base_url: the twin's own address as browsers and apps reach it, without a trailing slash."""
    routes = APIRouter()

    def issuer(request: Request, handle: str) -> str:
        return f"{base_url(request)}/shops/{handle}"

    @routes.get("/.well-known/openid-configuration")
    async def discovery(request: Request, handle: str) -> dict[str, Any]:
        own = issuer(request, handle)
        return {
            "issuer": own,
            "authorization_endpoint": f"{own}/authentication/oauth/authorize",
            "token_endpoint": f"{own}/authentication/oauth/token",
            "end_session_endpoint": f"{own}/authentication/logout",
            "jwks_uri": f"{own}/authentication/.well-known/jwks.json",
            "response_types_supported": ["code"],
            "scopes_supported": ["openid", "email", "customer-account-api:full"],
            "code_challenge_methods_supported": ["S256"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "subject_types_supported": ["public"],
        }

    @routes.get("/.well-known/customer-account-api")
    async def api_discovery(request: Request, handle: str) -> dict[str, str]:
        own = issuer(request, handle)
        return {"graphql_api": f"{own}/customer/api/2026-07/graphql", "mcp_api": f"{own}/customer/api/mcp"}

    @routes.get("/authentication/.well-known/jwks.json")
    async def jwks(handle: str) -> dict[str, Any]:
        return accounts.jwks()

    @routes.get("/authentication/oauth/authorize")
    async def authorize(request: Request, handle: str) -> Response:
        query = dict(request.query_params)
        number = accounts.begin(handle, query)
        session = accounts.session(handle, request.cookies.get(COOKIE))
        if session is not None and query.get("prompt") != "login":
            return _back(accounts, number, session_cookie=None, session_token=request.cookies[COOKIE])
        return _page(handle, number, "email", email=query.get("login_hint", ""))

    @routes.post("/authentication/login")
    async def login(handle: str, number: Annotated[str, Form()], email: Annotated[str, Form()]) -> Response:
        if "@" not in email:
            return _page(handle, number, "email", email=email, note="Enter an e-mail address.")
        await send_code(handle, email.strip().casefold(), accounts.send_code(number, email))
        return _page(handle, number, "code", email=email)

    @routes.post("/authentication/verify")
    async def verify(handle: str, number: Annotated[str, Form()], code: Annotated[str, Form()]) -> Response:
        session = accounts.enter_code(number, code)
        if session is None:
            return _page(handle, number, "code", email=accounts.login(number).email, note="That code is wrong or no longer valid.")
        return _back(accounts, number, session_cookie=handle, session_token=accounts.open_session(session))

    @routes.post("/authentication/oauth/token")
    async def token(request: Request, handle: str) -> JSONResponse:
        form = {key: str(value) for key, value in (await request.form()).items()}
        try:
            return JSONResponse(accounts.exchange(handle, issuer(request, handle), form), headers={"Cache-Control": "no-store"})
        except OAuthError as error:
            return JSONResponse({"error": error.error, "error_description": str(error)}, status_code=400)

    @routes.get("/authentication/logout")
    async def logout(request: Request, handle: str, post_logout_redirect_uri: str | None = None) -> Response:
        accounts.sessions.pop(request.cookies.get(COOKIE, ""), None)
        allowed = post_logout_redirect_uri in accounts.redirects
        away = RedirectResponse(post_logout_redirect_uri, 303) if allowed and post_logout_redirect_uri else HTMLResponse("Signed out.")
        away.delete_cookie(COOKIE, path=f"/shops/{handle}")
        return away

    return routes


def _back(accounts: Accounts, number: str, *, session_cookie: str | None, session_token: str) -> Response:
    session = accounts.sessions[session_token]
    login, code = accounts.grant(number, session)
    away = RedirectResponse(f"{login.redirect_uri}?{urlencode({'code': code, 'state': login.state})}", 303)
    if session_cookie is not None:
        away.set_cookie(COOKIE, session_token, path=f"/shops/{session_cookie}", httponly=True, samesite="lax")
    return away


def _page(shop: str, number: str, step: str, *, email: str = "", note: str = "") -> HTMLResponse:
    page = _PAGE.read_text(encoding="utf-8")
    slots = {"base": f"/shops/{shop}/authentication", "number": number, "email": email, "note": note, "step": step}
    for slot, value in slots.items():
        page = page.replace("{{" + slot + "}}", escape(value))
    return HTMLResponse(page, headers={"Cache-Control": "no-store"})


def add_error_page(app: FastAPI) -> None:
    """OAuth errors before a redirect is trusted are shown, never redirected (RFC 6749 4.1.2.1)."""

    @app.exception_handler(OAuthError)
    async def refused(request: Request, error: OAuthError) -> HTMLResponse:
        return HTMLResponse(f"<!doctype html><title>Sign-in</title><p>{escape(str(error))}</p>", status_code=400)
