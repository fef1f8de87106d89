"""Signing in: the account service's popup, the storefront's word, and the passes that carry them to one browser's page.

The raise travels only in the hand of the browser that signed in. Nothing here knows a conversation (A5, INV-7).
"""

import re
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeTimedSerializer

from identity import customer_account
from identity.app_proxy import Visitor
from identity.customer_account import Account, Attempt, Provider, SignInRefused, SignInUnavailable
from identity.levels import Proof, ProofKind
from identity.links import GRANT_BYTES, GRANT_LIFE
from server.installation import Installation, Residence
from server.store import passes
from server.store.records import plain, read, written

ATTEMPT_LIFE_S = 600
_PROVIDER_LIFE_S = 3600.0
_PLACE = re.compile(r"/(?:orders|returns|c)(?:/[A-Za-z0-9_~%-][A-Za-z0-9_.~%-]{0,99})?(?:\?[A-Za-z0-9_.~%=&+-]{0,400})?")


def safe_place(path: str) -> str:
    """A place in the Hub to lead on to, never an address of somewhere else (ASVS 3.7.2); the orders where it is anything else."""
    return path if _PLACE.fullmatch(path) else "/orders"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    url: str
    cookie: str
    """To be kept by the browser that starts: the callback must come back to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    account: Account
    proof: Proof
    popup: bool
    """The chat's popup: it hands the grant to the page that opened it, and closes."""
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Underway:
    brand: str
    attempt: Attempt
    popup: bool
    place: str


class SignIn:
    def __init__(self, installation: Installation) -> None:
        self._house = installation
        self._seal = URLSafeTimedSerializer(installation.settings.key_for("attempt").hex(), salt="sign-in attempt")
        self._providers: dict[str, tuple[float, Provider]] = {}

    async def start(
        self, home: Residence, *, popup: bool, place: str = "/orders", locale: str | None = None, again: bool = False
    ) -> Started:
        """Where the browser goes, and what it must keep. Raises SignInUnavailable."""
        if not home.accounts_client_id:
            raise SignInUnavailable("this shop has no customer accounts connected")
        chance = self._house.chance
        attempt = Attempt(state=chance.token(24), nonce=chance.token(24), verifier=chance.token(48), started_at=self._house.clock.now())
        provider = await self._provider(home)
        url = customer_account.authorization_url(
            provider, attempt, client_id=home.accounts_client_id, redirect_uri=self._redirect(home), locale=locale, again=again
        )
        underway = _Underway(brand=home.brand.id, attempt=attempt, popup=popup, place=safe_place(place))
        return Started(url=url, cookie=self._seal.dumps(plain(_Underway, underway)))

    async def finish(self, home: Residence, *, cookie: str | None, code: str, state: str) -> Finished:
        """Check what came back against what this browser began. Raises SignInRefused or SignInUnavailable."""
        try:
            kept = self._seal.loads(cookie or "", max_age=ATTEMPT_LIFE_S)
        except BadSignature as error:
            raise SignInRefused("this browser began no sign-in, or too long ago") from error
        underway = read(_Underway, written(dict, kept))
        if underway.brand != home.brand.id:
            raise SignInRefused("the sign-in was begun for another brand")
        now = self._house.clock.now()
        account = await customer_account.complete(
            self._house.http,
            await self._provider(home),
            underway.attempt,
            code=code,
            state=state,
            client_id=home.accounts_client_id,
            redirect_uri=self._redirect(home),
            now=now,
        )
        # The proof is as old as the sign-in itself: an account session from this morning is no step-up.
        at = min(account.signed_in_at, now)
        contact = account.email.strip().casefold() if account.email else None
        proof = Proof(kind=ProofKind.ACCOUNT, contact=contact, customer=account.customer, at=at, seen_at=now)
        return Finished(account=account, proof=proof, popup=underway.popup, place=underway.place)

    async def grant(self, home: Residence, proof: Proof) -> str:
        """A pass for the page that opened the popup: once, within a minute."""
        return await self._pass(home, "grant", proof)

    async def ticket(self, home: Residence, visitor: Visitor) -> tuple[str, bool]:
        """A pass for the storefront's page, and whether somebody is logged in there."""
        proof = Proof(kind=ProofKind.APP_PROXY if visitor.customer else ProofKind.CLAIM, customer=visitor.customer, at=visitor.at)
        return await self._pass(home, "ticket", proof), visitor.customer is not None

    async def _pass(self, home: Residence, kind: str, proof: Proof) -> str:
        token = self._house.chance.token(GRANT_BYTES)
        expires = self._house.clock.now() + GRANT_LIFE
        async with self._house.database.writing() as tx:
            await passes.give(tx, home.brand, kind, token, written(Proof, proof), expires=expires)
        return token

    def _redirect(self, home: Residence) -> str:
        return f"{self._house.settings.public_url}/auth/{home.brand.id}/callback"

    async def _provider(self, home: Residence) -> Provider:
        now = self._house.clock.now().timestamp()
        known = self._providers.get(home.brand.id)
        if known is None or abs(now - known[0]) > _PROVIDER_LIFE_S:
            known = (now, await customer_account.discover(self._house.http, home.base_url))
            self._providers[home.brand.id] = known
        return known[1]
