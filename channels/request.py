"""One request that leaves before its deadline or not at all, and the plain truth about it afterwards (trust.md 5.3, R14).

Refused       no byte of it was written: the deadline had passed, or nobody could be reached
Unconfirmed   bytes were written and no answer came
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from channels.transport import Refused, Unconfirmed

HORIZON = timedelta(seconds=60)
"""How long after a client has given up a request may still land at a provider: an assumption, stated and watched."""

_NOTHING_WRITTEN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL)


def wall_time() -> datetime:
    """This machine's clock, aware, UTC."""
    return datetime.now(UTC)


class _Gate:
    """Told by httpcore what happens to the request; stops it at the last moment at which nothing of it is taken yet."""

    def __init__(self, before: datetime, now: Callable[[], datetime]) -> None:
        self._before, self._now = before, now
        self.connecting = False
        self.writing = False

    def check(self) -> None:
        if self._now() >= self._before:
            raise Refused("the deadline of this attempt has passed")

    async def watch(self, event: str, info: dict[str, Any]) -> None:
        if event.startswith("connection."):
            self.connecting = True
        elif event.endswith(".send_request_headers.started"):
            self.check()
            self.writing = True
        elif event.endswith(".send_request_body.started"):
            # Headers alone make no request: a body that stays away is never acted upon.
            self.check()


async def post(
    http: httpx.AsyncClient, url: str, *, before: datetime, within: timedelta, now: Callable[[], datetime] = wall_time, **content: Any
) -> httpx.Response:
    """POST once, whole answer read; any status is an answer, and no redirect is followed.

    before: aware, by the clock `now`; checked once more just before the first byte is written, on whatever connection.
    within: how long it may take in all, connecting included.
    content: `json`, `data`, `headers`, `auth`, as httpx takes them.
    Raises Refused or Unconfirmed, as in the module's head.
    """
    gate = _Gate(before, now)
    gate.check()
    try:
        async with asyncio.timeout(within.total_seconds()):
            return await http.post(url, extensions={"trace": gate.watch}, follow_redirects=False, **content)
    except _NOTHING_WRITTEN as error:
        raise Refused(f"nobody could be reached: {type(error).__name__}") from error
    except TimeoutError as error:
        if gate.connecting and not gate.writing:
            raise Refused("no connection in time") from error
        raise Unconfirmed("no answer in time") from error
    except httpx.HTTPError as error:
        raise Unconfirmed(f"no answer: {type(error).__name__}") from error
