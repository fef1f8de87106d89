"""Who is at the door of the Hub, and what every page of it needs."""

import hmac
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from channels.words import words
from hub.order_tab import Eyes
from hub.pages.shown import HEADERS, cookie_name, language, page, set_cookie
from hub.ports import HubHost, HubSession
from knowledge.document import Clause

_NEXT = ("/orders", "/returns/", "/c/")


class Front:
    """One brand's Hub as the pages see it. base: the prefix it is mounted under, e.g. `/b/northbay`, or empty."""

    def __init__(self, host: HubHost, base: str) -> None:
        self.host, self.base = host, base

    async def who(self, request: Request) -> tuple[HubSession, str]:
        """The browser's session and the language of its pages."""
        session = await self.host.session(request.cookies.get(cookie_name(self.host)))
        return session, language(request, self.host, session)

    def eyes(self, locale: str) -> Eyes:
        return Eyes(locale=locale, zone=self.host.brand.time_zone, now=self.host.now())

    def find(self, locale: str) -> "FindClause":
        return FindClause(self.host, locale)

    def here(self, request: Request) -> str:
        """This very page as a place to come back to after sign-in, with what was chosen on it."""
        query = f"?{request.url.query}" if request.url.query else ""
        return f"{request.url.path.removeprefix(self.base)}{query}"

    def sign_in_at(self, session: HubSession, next_place: str) -> Response:
        return self.away(session, f"/hub/sign-in?{urlencode({'next': next_place})}")

    def away(self, session: HubSession, path: str) -> Response:
        """To another page of this Hub, the session's cookie along."""
        response = RedirectResponse(f"{self.base}{path}", 303, headers=HEADERS)
        set_cookie(response, self.host, session)
        return response

    def error(self, session: HubSession, locale: str, key: str, status: int) -> Response:
        """A page that says what happened and what is still true."""
        return page(self.host, self.base, session, locale, "error", status, message=words(locale).say(f"hub.error.{key}"))


class FindClause:
    """Clauses by id, in the reader's language."""

    def __init__(self, host: HubHost, locale: str) -> None:
        self.host, self.locale = host, locale

    def __call__(self, clause_id: str) -> Clause | None:
        return self.host.clause(clause_id, self.locale)


def safe_next(next_place: str) -> str:
    """A path of this Hub, never an address (ASVS 3.7.2)."""
    plain = next_place.startswith(_NEXT) and not any(bad in next_place for bad in ("//", "\\", "..", "@", "\n", "\r"))
    return next_place if plain else "/orders"


def is_own_form(session: HubSession, form_token: str) -> bool:
    """Whether the form came from a page of this very browser session."""
    return hmac.compare_digest(session.form_token.encode(), form_token.encode())
