"""Sign-in with the customer's own Shopify account: OpenID Connect, authorisation code with PKCE.

Source: shopify/facts.md 7.1; RFC 7636 (PKCE), OpenID Connect Core 3.1; ASVS 10.1-10.5. Identity is (issuer, sub).

SignInError
├── SignInUnavailable   the account service did not answer: try again, or offer a code
└── SignInRefused       what came back does not hold: nobody is signed in
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

LEEWAY_S = 30
SCOPE = "openid email customer-account-api:full"
_ALGORITHMS = ["RS256"]


class SignInError(Exception):
    """The shopper could not be signed in."""


class SignInUnavailable(SignInError):
    """The account service does not answer."""


class SignInRefused(SignInError):
    """The sign-in does not hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One sign-in under way, kept by the browser that began it (a signed cookie); it never travels in a URL."""

    state: str
    nonce: str
    verifier: str
    """PKCE: 43 to 128 characters of base64url."""
    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who signed in."""

    customer: str
    """The customer's gid."""
    email: str | None
    signed_in_at: datetime
    """`auth_time`, the proof's age for step-up."""
    id_token: str
    """For the end of the session (`id_token_hint`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One shop's account service, as its discovery document tells."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None


async def discover(http: httpx.AsyncClient, base_url: str) -> Provider:
    """Read `{base_url}/.well-known/openid-configuration`. Raises SignInUnavailable."""
    found = await _json(http, "GET", f"{base_url}/.well-known/openid-configuration")
    try:
        return Provider(
            issuer=str(found["issuer"]),
            authorization_endpoint=str(found["authorization_endpoint"]),
            token_endpoint=str(found["token_endpoint"]),
            jwks_uri=str(found["jwks_uri"]),
            end_session_endpoint=found.get("end_session_endpoint"),
        )
    except KeyError as missing:
        raise SignInUnavailable(f"the discovery document lacks {missing}") from missing


def authorization_url(
    provider: Provider, attempt: Attempt, *, client_id: str, redirect_uri: str, locale: str | None = None, again: bool = False
) -> str:
    """Where the browser goes to sign in. `again` asks for a fresh proof (step-up)."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
    query = {
        "client_id": client_id,
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "scope": SCOPE,
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    if locale:
        query["locale"] = locale
    if again:
        query["prompt"] = "login"
    return f"{provider.authorization_endpoint}?{urlencode(query)}"


async def complete(
    http: httpx.AsyncClient,
    provider: Provider,
    attempt: Attempt,
    *,
    code: str,
    state: str,
    client_id: str,
    redirect_uri: str,
    now: datetime,
) -> Account:
    """Exchange the code and check the identity token. Raises SignInRefused or SignInUnavailable.

    state: as the callback carried it; it must be the one this browser began with (INV-7).
    """
    if not state or state != attempt.state:
        raise SignInRefused("the callback belongs to another browser or another attempt")
    form = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "code": code,
        "code_verifier": attempt.verifier,
    }
    tokens = await _json(http, "POST", provider.token_endpoint, data=form)
    keys = await _json(http, "GET", provider.jwks_uri)
    id_token = tokens.get("id_token")
    if not isinstance(id_token, str):
        raise SignInRefused("no identity token came back")
    claims = _claims(id_token, keys, provider.issuer, client_id, attempt.nonce, now)
    subject = str(claims["sub"])
    if not (subject.isascii() and subject.isdigit()):
        raise SignInRefused("the account's subject is not a customer id")
    return Account(
        customer=f"gid://shopify/Customer/{subject}",
        email=claims.get("email"),
        signed_in_at=datetime.fromtimestamp(int(claims.get("auth_time", claims["iat"])), tz=UTC),
        id_token=id_token,
    )


def _claims(id_token: str, keys: Mapping[str, Any], issuer: str, client_id: str, nonce: str, now: datetime) -> dict[str, Any]:
    registry = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        leeway=LEEWAY_S,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        nonce={"essential": True, "value": nonce},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )
    try:
        token = jwt.decode(id_token, KeySet.import_key_set({"keys": list(keys["keys"])}), algorithms=_ALGORITHMS)
        registry.validate(token.claims)
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise SignInRefused("the identity token does not hold") from error
    return dict(token.claims)


async def _json(http: httpx.AsyncClient, method: str, url: str, data: Mapping[str, str] | None = None) -> dict[str, Any]:
    try:
        answer = await http.request(method, url, data=data)
    except httpx.HTTPError as error:
        raise SignInUnavailable from error
    if answer.status_code in (400, 401, 403):
        raise SignInRefused("the account service refused the sign-in")
    if answer.status_code != 200:
        raise SignInUnavailable(f"the account service answered {answer.status_code}")
    try:
        body = answer.json()
    except ValueError as error:
        raise SignInUnavailable("the account service answered something else than JSON") from error
    if not isinstance(body, dict):
        raise SignInUnavailable("the account service answered something else than an object")
    return body
