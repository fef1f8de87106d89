"""Carrying out planned faults on a call."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
from fastapi import Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from demo.shopify.envelopes import internal
from demo.shopify.faults import Fault

HANG = 120.0
"""Seconds a hanging call hangs when the fault does not say: longer than any client should wait."""
STEP = 0.1
PIECE = 64
"""Bytes of a piece of a drip."""
WORDS = {
    401: "[API] Invalid API key or access token (unrecognized login or wrong password)",
    402: "Payment Required",
    423: "Locked",
    429: "Too Many Requests",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
}


def cut(request: Request) -> Response:
    """Break the connection before any answer: for real under a server, as httpx's own error in process."""
    transport = request.scope.get("transport")
    if transport is None:
        raise httpx.ReadError("connection reset by peer")
    transport.abort()
    return Response(status_code=500)


async def before(faults: Sequence[Fault], request: Request) -> Response | None:
    """What happens instead of an answer, or None when the call goes on (perhaps later)."""
    for fault in faults:
        match fault.kind:
            case "latency":
                await asyncio.sleep(fault.seconds if fault.seconds is not None else 0.1)
            case "hang":
                await _hang(request, fault.seconds if fault.seconds is not None else HANG)
                return cut(request)
            case "reset":
                return cut(request)
            case "malformed":
                return Response("<html><body>Something went wrong</body></html>", media_type="application/json")
            case "internal_error":
                return JSONResponse(internal("00000000-0000-4000-8000-000000000000"))
            case "http_401" | "http_402" | "http_423" | "http_429" | "http_500" | "http_502" | "http_503":
                return _status(int(fault.kind.removeprefix("http_")), fault.seconds)
            case "half_json" | "drip" | "null_node" | "missing_field" | "throttled" | "access_denied":
                pass
    return None


async def _hang(request: Request, seconds: float) -> None:
    """Say nothing until the caller gives up or the time is over."""
    for _ in range(max(1, round(seconds / STEP))):
        await asyncio.sleep(min(STEP, seconds))
        if await request.is_disconnected():
            return


def after(faults: Sequence[Fault], body: bytes, status: int) -> Response:
    """The answer, spoilt as planned: with a hole in it, cut in half, or piece by piece."""
    for fault in faults:
        if fault.field and fault.kind in ("null_node", "missing_field"):
            told = json.loads(body)
            (_lose_first if fault.kind == "null_node" else _leave_out)(told, fault.field)
            body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    if any(fault.kind == "half_json" for fault in faults):
        body = body[: len(body) // 2]
    drip = next((fault for fault in faults if fault.kind == "drip"), None)
    if drip is not None:
        pieces = _drip(body, drip.seconds if drip.seconds is not None else 0.2)
        return StreamingResponse(pieces, status_code=status, media_type="application/json")
    return Response(body, status_code=status, media_type="application/json")


async def _drip(body: bytes, seconds: float) -> AsyncIterator[bytes]:
    for at in range(0, len(body), PIECE):
        yield body[at : at + PIECE]
        await asyncio.sleep(seconds)


def _lose_first(told: Any, field: str) -> None:
    """Null in the place of the first member of every list or connection of that name."""
    for value in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        _lose_first(value, field)
    if isinstance(told, dict) and field in told:
        members = told[field].get("nodes") if isinstance(told[field], dict) else told[field]
        if isinstance(members, list) and members:
            members[0] = None


def _leave_out(told: Any, field: str) -> None:
    for value in told.values() if isinstance(told, dict) else told if isinstance(told, list) else ():
        _leave_out(value, field)
    if isinstance(told, dict):
        told.pop(field, None)


def _status(status: int, seconds: float | None) -> Response:
    headers = {"Retry-After": f"{seconds if seconds is not None else 2.0:.1f}"} if status in (429, 503) else None
    return JSONResponse({"errors": WORDS[status]}, status_code=status, headers=headers)
