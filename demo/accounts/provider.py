"""What an account service remembers, and what it signs. Pure but for chance and the clock handed in."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "deskbell-accounts"
CODE_LIFE = timedelta(minutes=10)
GRANT_LIFE = timedelta(minutes=1)
SESSION_LIFE = timedelta(hours=12)
TRIES = 5


class Directory(Protocol):
    """Who has an account with the shop."""

    def customer_for(self, shop: str, email: str) -> str:
        """The numeric customer id behind an address; a new account is opened for a new address, as Shopify does."""
        ...


@dataclass(slots=True)
class Login:
    """One authorisation request on its way through the pages."""

    shop: str
    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    challenge: str
    email: str = ""
    code: str = ""
    sent_at: datetime | None = None
    failures: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that has signed in."""

    shop: str
    customer: str
    email: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    login: Login
    session: Session
    at: datetime


class OAuthError(Exception):
    """An OAuth 2.0 error answer: `error` is one of RFC 6749's codes."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error


@dataclass(slots=True)
class Accounts:
    """All sign-ins of the twin's shops."""

    directory: Directory
    now: Callable[[], datetime]
    redirects: set[str] = field(default_factory=set)
    """Redirect URIs the client has registered; compared whole."""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, parameters={"kid": "twin-1", "use": "sig", "alg": "RS256"}))
    logins: dict[str, Login] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)

    def begin(self, shop: str, query: dict[str, str]) -> str:
        """A new login from an authorisation request. Raises OAuthError for a request that must not be answered by redirect."""
        if query.get("client_id") != CLIENT_ID:
            raise OAuthError("invalid_client", "The client is not known.")
        if query.get("redirect_uri") not in self.redirects:
            raise OAuthError("invalid_request", "The redirect_uri is not registered.")
        if query.get("response_type") != "code" or not query.get("state") or not query.get("nonce"):
            raise OAuthError("invalid_request", "response_type code, state and nonce are needed.")
        if query.get("code_challenge_method") != "S256" or not query.get("code_challenge"):
            raise OAuthError("invalid_request", "PKCE with S256 is needed.")
        number = secrets.token_urlsafe(18)
        self.logins[number] = Login(
            shop=shop,
            client_id=CLIENT_ID,
            redirect_uri=query["redirect_uri"],
            state=query["state"],
            nonce=query["nonce"],
            challenge=query["code_challenge"],
        )
        return number

    def login(self, number: str) -> Login:
        """Raises OAuthError when the login is over or was never begun."""
        try:
            return self.logins[number]
        except KeyError:
            raise OAuthError("invalid_request", "This sign-in has ended. Please start again.") from None

    def send_code(self, number: str, email: str) -> str:
        """The code to mail to `email`."""
        login = self.login(number)
        login.email, login.failures, login.sent_at = email.strip().casefold(), 0, self.now()
        login.code = f"{secrets.randbelow(10**6):06d}"
        return login.code

    def enter_code(self, number: str, typed: str) -> Session | None:
        """The session, or None for a wrong, old or worn-out code."""
        login = self.login(number)
        late = login.sent_at is None or self.now() >= login.sent_at + CODE_LIFE
        if late or login.failures >= TRIES or not hmac.compare_digest(login.code.encode(), typed.strip().encode()):
            login.failures += 1
            return None
        login.code = ""
        customer = self.directory.customer_for(login.shop, login.email)
        return Session(shop=login.shop, customer=customer, email=login.email, at=self.now())

    def open_session(self, session: Session) -> str:
        """The cookie value of a signed-in browser."""
        token = secrets.token_urlsafe(24)
        self.sessions[token] = session
        return token

    def session(self, shop: str, token: str | None) -> Session | None:
        """The browser's session with this shop, if it still holds."""
        found = self.sessions.get(token or "")
        return found if found and found.shop == shop and self.now() < found.at + SESSION_LIFE else None

    def grant(self, number: str, session: Session) -> tuple[Login, str]:
        """The authorisation code that goes back by redirect; the login is over."""
        login = self.login(number)
        del self.logins[number]
        code = secrets.token_urlsafe(24)
        self.grants[code] = Grant(login=login, session=session, at=self.now())
        return login, code

    def exchange(self, shop: str, issuer: str, form: dict[str, str]) -> dict[str, Any]:
        """Tokens for a code, once, with the verifier that fits its challenge (RFC 7636 4.6). Raises OAuthError."""
        if form.get("grant_type") != "authorization_code":
            raise OAuthError("unsupported_grant_type", "Only authorization_code is offered.")
        if form.get("client_id") != CLIENT_ID:
            raise OAuthError("invalid_client", "The client is not known.")
        grant = self.grants.pop(form.get("code", ""), None)
        if grant is None or grant.login.shop != shop or self.now() >= grant.at + GRANT_LIFE:
            raise OAuthError("invalid_grant", "The code is not known, was used, or is too old.")
        if form.get("redirect_uri") != grant.login.redirect_uri:
            raise OAuthError("invalid_grant", "The redirect_uri is another one.")
        made = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if not hmac.compare_digest(made, grant.login.challenge):
            raise OAuthError("invalid_grant", "The verifier does not fit the challenge.")
        return {
            "access_token": f"shcat_{secrets.token_urlsafe(24)}",
            "token_type": "Bearer",
            "expires_in": 7200,
            "refresh_token": f"shcrt_{secrets.token_urlsafe(24)}",
            "scope": "openid email customer-account-api:full",
            "id_token": self._id_token(issuer, grant),
        }

    def _id_token(self, issuer: str, grant: Grant) -> str:
        now = int(self.now().timestamp())
        claims = {
            "iss": issuer,
            "sub": grant.session.customer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 3600,
            "nonce": grant.login.nonce,
            "auth_time": int(grant.session.at.timestamp()),
            "email": grant.session.email,
            "email_verified": True,
        }
        return jwt.encode({"alg": "RS256", "kid": "twin-1", "typ": "JWT"}, claims, self.key)

    def jwks(self) -> dict[str, Any]:
        """The public key."""
        return {"keys": [self.key.as_dict(private=False)]}
