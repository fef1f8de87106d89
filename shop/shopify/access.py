"""The key to one shop: fetched with the app's own id and secret, kept for a day, never written down here."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from shop.reading import ShopRejected, ShopUnavailable

EARLY = 300.0
"""Seconds before its end at which a token counts as spent, so that none dies on the way."""


class Tokens(Protocol):
    async def token(self) -> str:
        """Raises ShopUnavailable, ShopRejected."""
        ...

    def refused(self, token: str) -> None:
        """The shop no longer takes this token."""
        ...


@dataclass(slots=True)
class FixedToken:
    """A token made by hand in the shop's admin; it does not end."""

    value: str = field(repr=False)

    async def token(self) -> str:
        return self.value

    def refused(self, token: str) -> None:
        """Nothing to renew: the next call is refused too, and says so."""


@dataclass(slots=True)
class ClientCredentials:
    """The client-credentials grant of a Dev Dashboard app (facts.md 5): valid 24 h, no refresh token."""

    http: httpx.AsyncClient
    base_url: str
    client_id: str
    secret: str = field(repr=False)
    monotonic: Callable[[], float]
    _token: str | None = field(default=None, repr=False)
    _until: float = 0.0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)

    async def token(self) -> str:
        async with self._lock:  # one fetch for all who wait
            if self._token is None or self.monotonic() >= self._until:
                self._token, lasts = await self._fetch()
                self._until = self.monotonic() + max(60.0, lasts - EARLY)
            return self._token

    def refused(self, token: str) -> None:
        if self._token == token:
            self._token = None

    async def _fetch(self) -> tuple[str, float]:
        form = {"client_id": self.client_id, "client_secret": self.secret, "grant_type": "client_credentials"}
        try:
            answer = await self.http.post(f"{self.base_url}/admin/oauth/access_token", json=form)
        except httpx.HTTPError as error:
            raise ShopUnavailable(f"no access token: {type(error).__name__}") from error
        if answer.status_code == 429 or answer.status_code >= 500:
            raise ShopUnavailable(f"no access token: HTTP {answer.status_code}")
        if answer.status_code != 200:
            raise ShopRejected(
                f"the shop refused client id {self.client_id!r} (HTTP {answer.status_code}): check id, secret and installation"
            )
        try:
            body = answer.json()
            return str(body["access_token"]), float(body.get("expires_in") or 86399)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ShopUnavailable("no access token: the answer could not be read") from error
