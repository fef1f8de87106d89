"""What every request passes before anything reads it: size, origin, and the headers every answer carries.

The table below says for each address who may use it. An address that is not in it stops the start (A6).
"""

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Any

import structlog
from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.web.errors import OUR_FAULT, error

_log = structlog.get_logger("access")
MAX_BODY = 256 * 1024
MAX_MAIL = 1024 * 1024
MAX_DELIVERY = 3 * 1024 * 1024
MAX_FORM = 64 * 1024
_MOST = {
    "/webhooks/email/{brand}": MAX_MAIL,
    "/webhooks/whatsapp/{brand}": MAX_DELIVERY,
    "/webhooks/sms/{brand}": MAX_FORM,
    "/webhooks/sms/{brand}/status": MAX_FORM,
}
"""Addresses that take more or less than the rest: a mail comes whole, a delivery of Meta's may have 3 MB, a form of Twilio's has a page."""
BODY_WITHIN_S = 10.0
"""Seconds for a request's body: who sends it drop by drop holds memory and a connection."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Access(StrEnum):
    """Who may use an address, and what its unsafe methods demand of `Origin`."""

    PUBLIC = "public"
    """Anybody; a browser must come from our own origin."""
    SIGNED = "signed"
    """Another machine, by a signature over the request; browsers have no business here."""
    BEARER = "bearer"
    """A chat page, by the token it holds in memory; a browser must come from our own origin."""
    SESSION = "session"
    """A shopper's browser, by cookie and form token; the origin must be ours and must be said."""
    STAFF = "staff"
    """A staff member's browser, likewise."""


TABLE: dict[tuple[str, str], Access] = {
    ("GET", "/widget/loader.js"): Access.PUBLIC,
    ("GET", "/widget/frame"): Access.PUBLIC,
    ("GET", "/widget/brand.css"): Access.PUBLIC,
    ("GET", "/widget/static/{name}"): Access.PUBLIC,
    ("GET", "/proxy/{brand}/session"): Access.SIGNED,
    ("POST", "/webhooks/shopify/{brand}"): Access.SIGNED,
    ("POST", "/webhooks/sms/{brand}"): Access.SIGNED,
    ("POST", "/webhooks/sms/{brand}/status"): Access.SIGNED,
    ("GET", "/webhooks/whatsapp/{brand}"): Access.SIGNED,
    ("POST", "/webhooks/whatsapp/{brand}"): Access.SIGNED,
    ("POST", "/webhooks/email/{brand}"): Access.SIGNED,
    ("POST", "/api/chat/{brand}/conversations"): Access.PUBLIC,
    ("POST", "/api/chat/{brand}/messages"): Access.BEARER,
    ("GET", "/api/chat/{brand}/events"): Access.BEARER,
    ("POST", "/api/chat/{brand}/ticket"): Access.BEARER,
    ("POST", "/api/chat/{brand}/sign-in"): Access.BEARER,
    ("POST", "/api/chat/{brand}/grant"): Access.BEARER,
    ("POST", "/api/chat/{brand}/sign-out"): Access.BEARER,
    ("GET", "/api/chat/{brand}/choices"): Access.BEARER,
    ("GET", "/auth/{brand}/start"): Access.PUBLIC,
    ("GET", "/auth/{brand}/callback"): Access.PUBLIC,
    ("GET", "/static/{room}/{name}"): Access.PUBLIC,
    ("GET", "/health"): Access.PUBLIC,
    ("GET", "/metrics"): Access.PUBLIC,
}


OPERATOR = {("POST", "/backstage/{command}"): Access.SIGNED}
"""Served only where an operator's token was made, i.e. by `deskbell serve`."""


class UndeclaredRoute(RuntimeError):
    """An address is served that nobody declared: add it to the table with who may use it."""


class Declared:
    """The table for one app, pages of the Hub and the desk included."""

    def __init__(self, routes: Mapping[tuple[str, str], Access]) -> None:
        self.routes = routes
        self._patterns = [(method, compile_path(path)[0], path, access) for (method, path), access in routes.items()]

    def check(self, app: FastAPI) -> None:
        """Raises UndeclaredRoute naming an address that is served and not declared, or declared and not served."""
        found = set(served(app.routes))
        for method, path in sorted(found - set(self.routes)):
            raise UndeclaredRoute(f"{method} {path} is served but not declared in server/web/guards.py")
        for method, path in sorted(set(self.routes) - found):
            raise UndeclaredRoute(f"{method} {path} is declared in server/web/guards.py but not served")

    def find(self, method: str, path: str) -> tuple[str, Access | None]:
        """The pattern an address falls under, and who may use it."""
        wanted = "GET" if method == "HEAD" else method
        for known, pattern, name, access in self._patterns:
            if known == wanted and pattern.fullmatch(path):
                return name, access
        return "(unknown)", None


def served(routes: Iterable[Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """(method, path) of everything an app answers; HEAD and OPTIONS go with GET."""
    for route in routes:
        included = getattr(route, "effective_candidates", None)
        if included is not None:
            yield from served(included(), prefix)
            continue
        path = prefix + str(getattr(route, "path", ""))
        methods = getattr(route, "methods", None)
        if methods:
            yield from ((method, path) for method in methods if method not in ("HEAD", "OPTIONS"))
        else:
            yield "ANY", path


class Guard:
    """Pure ASGI, so that streams pass through untouched."""

    def __init__(self, app: ASGIApp, *, declared: Declared, origin: str, https: bool, body_within_s: float = BODY_WITHIN_S) -> None:
        self._body_within_s = body_within_s
        self._app = app
        self._declared = declared
        self._origin = origin
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
                return
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        path, access = self._declared.find(scope["method"], scope["path"])
        status = 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._decorate(MutableHeaders(scope=message))
            await send(message)

        headers = Headers(scope=scope)
        try:
            if scope["method"] not in _SAFE and not self._origin_fits(headers, access):
                await error(403, "wrong_origin", "This request must come from our own pages.")(scope, receive, sending)
                return
            try:
                body = await self._body(scope, headers, receive, _MOST.get(path, MAX_BODY))
            except _NotTaken as refused:
                await error(refused.status, refused.code, str(refused), {"Connection": "close"})(scope, receive, sending)
                return
            await self._app(scope, _replayed(body, receive) if scope["method"] not in _SAFE else receive, sending)
        except ClientGone:
            pass
        except Exception as raised:
            # Answered here and not by the framework, whose answer would go out without our headers.
            _log.error("edge_failed", path=path, error=type(raised).__name__, exc_info=raised)
            if not status:
                await error(500, "our_fault", OUR_FAULT)(scope, receive, sending)
        finally:
            # Never the address as sent: a query or path may hold a token (trust.md 4.5).
            taken = round((time.perf_counter() - began) * 1000, 1)
            _log.info("request", method=scope["method"], path=path, status=status, ms=taken)

    async def _body(self, scope: Scope, headers: Headers, receive: Receive, most: int) -> bytes:
        """Raises _NotTaken for one that is too large or comes too slowly, ClientGone for one that breaks off."""
        if scope["method"] in _SAFE:
            return b""
        try:
            async with asyncio.timeout(self._body_within_s):
                return await _whole_body(headers, receive, most)
        except TimeoutError as error:
            told = f"The request did not arrive within {self._body_within_s:.0f} s. Nothing was kept; send it again."
            raise _NotTaken(408, "too_slow", told) from error

    def _origin_fits(self, headers: Headers, access: Access | None) -> bool:
        """Browsers always say where an unsafe request comes from; programs without cookies need not."""
        origin = headers.get("origin")
        if origin == self._origin:
            return True
        if access in (Access.SESSION, Access.STAFF):
            # A page that sends no referrer says "null"; the browser's own word on the site then counts.
            return origin in (None, "null") and headers.get("sec-fetch-site") == "same-origin"
        return origin is None

    def _decorate(self, headers: MutableHeaders) -> None:
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cache-Control", "no-store")
        headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        if self._https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")


class ClientGone(Exception):
    """The sender went away before the end: half a request is none."""


class _NotTaken(Exception):
    """A request that is refused before its end is there."""

    def __init__(self, status: int, code: str, told: str) -> None:
        super().__init__(told)
        self.status, self.code = status, code


async def _whole_body(headers: Headers, receive: Receive, most: int) -> bytes:
    """The body, read before anything parses or hashes it. Raises _NotTaken when it is too large, ClientGone when it breaks off."""
    too_large = _NotTaken(413, "too_large", f"The request is larger than {most // 1024} KB. Send less.")
    said = headers.get("content-length", "0")
    if not (said.isascii() and said.isdigit() and len(said) < 10) or int(said) > most:
        raise too_large
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part = message.get("body", b"")
        size += len(part)
        if size > most:
            raise too_large
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def page_policy(
    *, frame_ancestors: str = "'none'", images: str = "https://cdn.shopify.com", connect: bool = False, forms: str = "'self'"
) -> str:
    """The Content-Security-Policy of a page of ours: no inline script, no plug-ins, nothing from elsewhere but product images."""
    parts = [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        f"img-src 'self' data: {images}".strip(),
        "font-src 'self'",
        f"form-action {forms}",
        "base-uri 'none'",
        f"frame-ancestors {frame_ancestors}",
    ]
    if connect:
        parts.append("connect-src 'self'")
    return "; ".join(parts)


def declare(app: FastAPI, extra: Mapping[tuple[str, str], Access]) -> Declared:
    """The table for `app`; raises UndeclaredRoute when an address is missing from it."""
    declared = Declared({**TABLE, **extra})
    declared.check(app)
    return declared


def everything(router: Any, prefix: str, access: Access) -> dict[tuple[str, str], Access]:
    """A table for all addresses of a router that belongs to one audience."""
    return {route: access for route in served(router.routes, prefix)}
