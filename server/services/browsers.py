"""Browsers that are signed in: the Hub's sessions of shoppers and the desk's sessions of staff.

A new id at each change of level, and the old one is dead at once (trust.md 2, Sessions). A browser nobody has signed in
from is remembered nowhere: opening a page changes nothing.
"""

import hashlib
import hmac
from dataclasses import dataclass, replace
from datetime import timedelta

from identity.levels import IDLE, LIFETIME, Proof, Shopper, shopper_from
from identity.links import looks_like_token
from server.installation import Installation, Residence
from server.store import passes
from server.store.records import read, written

_DESK_LIFE = timedelta(hours=12)
_DESK_IDLE = timedelta(hours=2)
_ENTER_LIFE = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """One signed-in browser in the Hub, as stored under the digest of its cookie."""

    proofs: tuple[Proof, ...] = ()
    locale: str | None = None
    conversation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffBrowser:
    name: str


class Browsers:
    def __init__(self, installation: Installation) -> None:
        self._house = installation
        self._key = installation.settings.key_for("forms")

    def fresh_token(self) -> str:
        """A cookie for a browser that has none. It is stored only once somebody signs in."""
        return self._house.chance.token(32)

    def form_token(self, token: str) -> str:
        """What the forms of the browser with this cookie carry (ASVS 3.5)."""
        return hmac.new(self._key, token.encode(), hashlib.sha256).hexdigest()

    async def sign_in(self, home: Residence, browser: Browser, *, old: str | None = None) -> str:
        """A session with these proofs under a new cookie, which is returned; the old one ends."""
        token, now = self.fresh_token(), self._house.clock.now()
        async with self._house.database.writing() as tx:
            if old:
                await passes.end_session(tx, home.brand, old, now)
            await passes.begin_session(tx, home.brand, "hub", token, written(Browser, browser), now)
        return token

    async def browser(self, home: Residence, token: str | None) -> Browser | None:
        """Whoever is signed in under this cookie; being looked up counts as activity."""
        body = await self._session(home, "hub", token, life=LIFETIME, idle=IDLE)
        if body is None:
            return None
        found, now = read(Browser, body), self._house.clock.now()
        return replace(found, proofs=tuple(replace(proof, seen_at=now) for proof in found.proofs))

    def shopper(self, home: Residence, browser: Browser | None) -> Shopper:
        """Whom the Hub takes this browser for."""
        proofs = browser.proofs if browser else ()
        return shopper_from(proofs, self._house.clock.now(), surface="hub", accounts_only=home.brand.hub_proof == "account")

    async def sign_out(self, home: Residence, token: str) -> None:
        async with self._house.database.writing() as tx:
            await passes.end_session(tx, home.brand, token, self._house.clock.now())

    async def desk_address(self, home: Residence) -> str:
        """A new one-time address that signs in at the desk whoever posts from it first. Printed at start, kept nowhere."""
        key = self._house.chance.token(32)
        async with self._house.database.writing() as tx:
            await passes.give(tx, home.brand, "desk_enter", key, "{}", expires=self._house.clock.now() + _ENTER_LIFE)
        return f"{self._house.settings.public_url}/desk/enter?key={key}"

    async def enter_desk(self, home: Residence, key: str, *, name: str) -> str | None:
        """Use the one-time address up; the session cookie, or None when it was used before."""
        token, now = self.fresh_token(), self._house.clock.now()
        async with self._house.database.writing() as tx:
            if await passes.take(tx, home.brand, "desk_enter", key, now) is None:
                return None
            await passes.begin_session(tx, home.brand, "desk", token, written(StaffBrowser, StaffBrowser(name=name)), now)
        return token

    async def staff(self, home: Residence, token: str | None) -> StaffBrowser | None:
        body = await self._session(home, "desk", token, life=_DESK_LIFE, idle=_DESK_IDLE)
        return None if body is None else read(StaffBrowser, body)

    async def _session(self, home: Residence, kind: str, token: str | None, *, life: timedelta, idle: timedelta) -> str | None:
        if not token or not looks_like_token(token):
            return None
        now = self._house.clock.now()
        async with self._house.database.reading() as tx:
            body = await passes.session(tx, home.brand, kind, token, now, life=life, idle=idle)
        if body is not None:
            async with self._house.database.writing() as tx:
                await passes.touch_session(tx, home.brand, token, now)
        return body
