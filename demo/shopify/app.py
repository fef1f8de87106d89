"""The twin as a web application: the Admin API of every shop, the token endpoint and the control API.

make_app([load_world(Path("brand.yaml"))]) -> FastAPI     for uvicorn, or in process with httpx.ASGITransport
"""

import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from demo.clock import DemoClock
from demo.shopify import control, jobs, mishaps
from demo.shopify.answering import Answer, GraphQL, throttled
from demo.shopify.bodies import when
from demo.shopify.jobs import Jobs
from demo.shopify.post import Post
from demo.shopify.resolvers.table import Asking
from demo.shopify.schema_file import API_VERSION
from demo.shopify.shop import Shop
from demo.shopify.state import Grant, TwinSettings, TwinState
from demo.world import World

RouterMaker = Callable[[TwinState], APIRouter]
"""Somebody else's room in the same house: its router is mounted under /shops/{handle}."""
INVALID_KEY = "[API] Invalid API key or access token (unrecognized login or wrong password)"


def make_app(
    worlds: Sequence[World], clock: DemoClock | None = None, *, settings: TwinSettings | None = None, routers: Sequence[RouterMaker] = ()
) -> FastAPI:
    """The twin with a shop per world. Without a clock it stands at the first world's moment.

    `app.state.twin` is the TwinState, `app.state.post` sends webhooks. routers: makers of further routers under /shops/{handle}.
    """
    state = TwinState(worlds, clock or DemoClock(worlds[0].clock if worlds else None), settings or TwinSettings())

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        yield
        await state.close()

    app = TwinApp(title="Shopify twin", docs_url=None, redoc_url=None, openapi_url=None, lifespan=life)
    app.state.twin, app.state.post, app.state.graphql = state, Post(state), GraphQL()
    app.state.jobs = Jobs(state, app.state.post)
    app.include_router(admin_router(state), prefix="/shops/{handle}")
    app.include_router(control.router(state, app.state.post), prefix="/__sim")
    app.include_router(jobs.control(state, app.state.jobs), prefix="/__sim")
    for make in routers:
        app.include_router(make(state), prefix="/shops/{handle}")
    control.install_errors(app)
    return app


class TwinApp(FastAPI):
    """Remembers the raw connection, so that a planned reset can really break it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["transport"] = getattr(getattr(send, "__self__", None), "transport", None)
        await super().__call__(scope, receive, send)


def admin_router(state: TwinState) -> APIRouter:
    """The token endpoint and the GraphQL endpoint of a shop."""
    router = APIRouter()

    @router.post("/admin/oauth/access_token")
    async def access_token(handle: str, request: Request) -> Response:
        shop = state.shops.get(handle)
        if shop is None:
            return _no_shop()
        answer = await mishaps.before(state.faults.for_call("token", handle), request)
        if answer is not None:
            return answer
        given = await _fields(request)
        app = state.app(str(given.get("client_id", "")))
        if given.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, status_code=400)
        if app is None or given.get("client_secret") != app.secret:
            return JSONResponse({"error": "invalid_client", "error_description": "The client credentials are invalid."}, status_code=401)
        scopes = state.scopes_of(app, shop)
        return JSONResponse({"access_token": state.grant(app, shop), "scope": ",".join(scopes.listed), "expires_in": 86399})

    @router.post("/admin/api/{version}/graphql.json")
    async def graphql(handle: str, version: str, request: Request) -> Response:
        shop = state.shops.get(handle)
        if shop is None or version != API_VERSION:
            return _no_shop()
        grant = state.grant_of(request.headers.get("X-Shopify-Access-Token", ""), shop)
        started = time.perf_counter()
        try:
            call = Call.read(await request.body())
        except ValueError as error:
            return JSONResponse({"errors": {"query": str(error)}}, status_code=400)
        response, answer = await _answer(state, request, shop, grant, call)
        response.headers["X-Shopify-API-Version"] = version
        _log(state, shop, grant, call, answer, response.status_code, (time.perf_counter() - started) * 1000)
        return response

    return router


class Call:
    """The body of a GraphQL call."""

    __slots__ = ("operation_name", "query", "variables")

    def __init__(self, query: str, variables: dict[str, Any], operation_name: str | None) -> None:
        self.query, self.variables, self.operation_name = query, variables, operation_name

    @classmethod
    def read(cls, body: bytes) -> "Call":
        """Raises ValueError for what is no GraphQL call."""
        try:
            given = json.loads(body)
        except (ValueError, RecursionError):
            raise ValueError("Required parameter missing or invalid") from None
        query = given.get("query") if isinstance(given, dict) else None
        variables = given.get("variables") or {} if isinstance(given, dict) else None
        if not isinstance(query, str) or not isinstance(variables, dict):
            raise ValueError("Required parameter missing or invalid")
        return cls(query, variables, given.get("operationName") or None)

    @property
    def shown_name(self) -> str | None:
        """The name for faults and the log, before the text is parsed: what was given, else the first operation's."""
        if self.operation_name:
            return self.operation_name
        words = self.query.replace("(", " ").replace("{", " ").split()
        for index, word in enumerate(words[:-1]):
            if word in ("query", "mutation"):
                return words[index + 1]
        return None


async def _answer(state: TwinState, request: Request, shop: Shop, grant: Grant | None, call: Call) -> tuple[Response, Answer | None]:
    faults = state.faults.for_call(call.shown_name, shop.handle)
    early = await mishaps.before(faults, request)
    if early is not None:
        return early, None
    if grant is None:
        return JSONResponse({"errors": INVALID_KEY}, status_code=401), None
    bucket = state.bucket(grant.app, shop)
    if any(fault.kind == "throttled" for fault in faults):
        answer = throttled(call.shown_name, 100, bucket)
        return JSONResponse(answer.body), answer
    asking = Asking(shop=shop, app=grant.app, scopes=state.scopes_of(grant.app, shop), now=state.clock.now())
    taken = frozenset(fault.field for fault in faults if fault.kind == "access_denied" and fault.field)
    graphql: GraphQL = request.app.state.graphql
    answer = graphql.answer(call.query, call.variables, call.operation_name, asking, bucket, denied_fields=taken)
    request.app.state.post.send(shop, asking.events)
    for job in asking.jobs:
        request.app.state.jobs.later(shop, job)
    body = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return mishaps.after(faults, body, answer.status), answer


def _log(state: TwinState, shop: Shop, grant: Grant | None, call: Call, answer: Answer | None, status: int, ms: float) -> None:
    errors = (answer.body.get("errors") or []) if answer else []
    codes = [(each.get("extensions") or {}).get("code") for each in errors if isinstance(each, dict)]
    state.requests.append(
        {
            "at": when(state.clock.now()),
            "shop": shop.handle,
            "app": grant.app.client_id if grant else None,
            "operation": (answer.operation if answer else None) or call.shown_name,
            "variables": call.variables,
            "status": status,
            "requested_cost": answer.requested if answer else None,
            "actual_cost": answer.actual if answer else None,
            "errors": codes,
            "ms": round(ms, 2),
        }
    )


async def _fields(request: Request) -> dict[str, Any]:
    """JSON or form fields."""
    try:
        if request.headers.get("content-type", "").startswith("application/json"):
            given = json.loads(await request.body())
            return given if isinstance(given, dict) else {}
        return dict(await request.form())
    except ValueError:
        return {}


def _no_shop() -> JSONResponse:
    return JSONResponse({"errors": "Not Found"}, status_code=404)
