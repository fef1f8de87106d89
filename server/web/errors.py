"""What goes wrong at the edge, in words that say what to do: one table of statuses and sentences."""

from collections.abc import Mapping

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from identity.app_proxy import BadProxySignature
from identity.customer_account import SignInRefused, SignInUnavailable
from server.installation import UnknownBrand
from server.services.chat import NotThere, PassRefused
from server.store.database import StoreError, StoreFailed

_log = structlog.get_logger(__name__)


class Refused(Exception):
    """A request that cannot be carried out, with the words for it."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers


_KNOWN: dict[type[Exception], tuple[int, str, str]] = {
    UnknownBrand: (404, "unknown_brand", "There is no such brand here. Check the brand in the address against `deskbell brand list`."),
    NotThere: (401, "not_there", "No conversation opens with this token. Start a new one."),
    PassRefused: (403, "pass_refused", "This ticket was used before or is too old. Ask for a new one and use it within a minute."),
    BadProxySignature: (
        401,
        "bad_signature",
        "The signature does not hold. Requests must come through the shop's app proxy, within 90 seconds.",
    ),
    SignInRefused: (403, "sign_in_refused", "The sign-in does not hold. Close this window and start it again from the chat or the Hub."),
    SignInUnavailable: (503, "sign_in_unavailable", "The shop's account service does not answer. Try again, or ask for a code by e-mail."),
    StoreError: (503, "store_unavailable", "The message could not be kept and was not accepted. Send it again in a moment."),
    StoreFailed: (503, "store_unavailable", "The message could not be kept and was not accepted. Send it again in a moment."),
}
_PLAIN = {
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take this method."),
    413: ("too_large", "The request is larger than 256 KB. Send less."),
}
OUR_FAULT = "Something went wrong on our side. Nothing was changed; try again in a moment."
"""Said by the guard, which catches what nobody foresaw."""


def error(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The one shape of every error: {"error": {"code", "message"}}."""
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status, headers=dict(headers or {}))


def install(app: FastAPI) -> None:
    """Have every failure of `app` answered in that shape."""
    for kind, (status, code, message) in _KNOWN.items():
        app.add_exception_handler(kind, _fixed(status, code, message))
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)


def _fixed(status: int, code: str, message: str):  # type: ignore[no-untyped-def]  # Starlette's handler type is wider than any handler
    async def handler(_: Request, raised: Exception) -> Response:
        if status >= 500:
            _log.warning("edge_failed", code=code, error=type(raised).__name__)
        headers = {"Retry-After": "2"} if status == 503 else None
        return error(status, code, message, headers)

    return handler


async def _refused(_: Request, raised: Exception) -> Response:
    assert isinstance(raised, Refused)
    return error(raised.status, raised.code, raised.message, raised.headers)


async def _invalid(_: Request, raised: Exception) -> Response:
    assert isinstance(raised, RequestValidationError)
    where = ".".join(str(part) for part in raised.errors()[0]["loc"]) if raised.errors() else "request"
    return error(422, "invalid", f"{where} is missing or not valid. Check it and send again.")


async def _http(_: Request, raised: Exception) -> Response:
    assert isinstance(raised, HTTPException)
    code, message = _PLAIN.get(raised.status_code, ("refused", str(raised.detail)))
    return error(raised.status_code, code, message, raised.headers)
