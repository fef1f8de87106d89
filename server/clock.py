"""What time it is for the house: the database's clock, one that stands still, or the demo shop's."""

import asyncio
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol

import httpx

_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0/O, 1/I/L: a reference can be read out."""


class SettableClock(Protocol):
    def now(self) -> datetime: ...


def machine_time() -> datetime:
    return datetime.now(UTC)


class SystemClock:
    """The present, in UTC: by the database's clock where several machines share one (trust.md 5.7), else by this machine's."""

    def __init__(self, wall: Callable[[], datetime] = machine_time) -> None:
        self._wall = wall

    def now(self) -> datetime:
        return self._wall()


class FixedClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("a clock needs a time with its offset, e.g. 2026-11-20T15:00:00+01:00")
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self._at

    def set(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        self._at += by


class FollowedClock:
    """A clock somebody else moves: `read` gives its present time."""

    def __init__(self, read: Callable[[], datetime]) -> None:
        self._read = read

    def now(self) -> datetime:
        return self._read().astimezone(UTC)


class TwinClock:
    """The demo shop's clock, read every half second, so that "ship it, then ask" needs no wait for the app."""

    def __init__(self, url: str, http: httpx.AsyncClient, every_s: float = 0.5) -> None:
        self._url = url
        self._http = http
        self._every_s = every_s
        self._at = datetime.now(UTC)
        self._read_at = time.monotonic()
        self._runs = True
        self._task: asyncio.Task[None] | None = None

    def now(self) -> datetime:
        since = timedelta(seconds=time.monotonic() - self._read_at) if self._runs else timedelta()
        return self._at + since

    async def start(self) -> None:
        await self._read()
        self._task = asyncio.create_task(self._follow())

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            await self._read()

    async def _read(self) -> None:
        # A clock that does not answer goes on from its last word; the shop's own silence is noticed elsewhere.
        with suppress(httpx.HTTPError, ValueError, KeyError, TypeError):
            said = (await self._http.get(self._url)).json()
            self._at = datetime.fromisoformat(said["now"]).astimezone(UTC)
            self._read_at = time.monotonic()
            self._runs = said.get("mode") not in ("frozen", "fixed", "stopped")


class SystemChance:
    """Randomness from the operating system."""

    def token(self, nbytes: int) -> str:
        return secrets.token_urlsafe(nbytes)

    def reference(self) -> str:
        return "".join(secrets.choice(_LETTERS) for _ in range(5))
