"""Signing in to the Hub: with the shop's account, or with a code to a contact on record (trust.md 2, 4.3)."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from channels.words import words
from hub.pages.front import Front, is_own_form, safe_next
from hub.pages.shown import page
from hub.ports import HubSession


def sign_in_routes(front: Front) -> APIRouter:
    """GET shows the page; codes are asked for and entered by POST."""
    door = _Door(front)
    routes = APIRouter()
    routes.add_api_route("/hub/sign-in", door.sign_in, methods=["GET"])
    routes.add_api_route("/hub/sign-in/code", door.send_code, methods=["POST"])
    routes.add_api_route("/hub/sign-in/confirm", door.confirm_code, methods=["POST"])
    routes.add_api_route("/hub/sign-out", door.sign_out, methods=["POST"])
    return routes


class _Door:
    def __init__(self, front: Front) -> None:
        self.front, self.host = front, front.host

    async def sign_in(self, request: Request, next: str = "/orders") -> Response:
        session, locale = await self.front.who(request)
        return self._sign_in_page(session, locale, safe_next(next))

    def _sign_in_page(
        self,
        session: HubSession,
        locale: str,
        next_place: str,
        *,
        code_step: bool = False,
        note: str = "",
        contact: str = "",
        status: int = 200,
    ) -> Response:
        return page(
            self.host,
            self.front.base,
            session,
            locale,
            "sign_in",
            status,
            next=next_place,
            code_step=code_step,
            note=note,
            contact=contact,
            codes_allowed=self.host.brand.hub_proof == "code",
            account_url=self.host.account_sign_in_url(next_place),
        )

    async def send_code(
        self,
        request: Request,
        contact: Annotated[str, Form()],
        form_token: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = "/orders",
    ) -> Response:
        session, locale = await self.front.who(request)
        if not is_own_form(session, form_token):
            return self.front.error(session, locale, "stale", 403)
        if "@" not in contact or len(contact) > 254:
            note = words(locale).say("hub.withdraw.bad_contact")
            return self._sign_in_page(session, locale, safe_next(next), note=note, contact=contact[:254], status=422)
        session = await self.host.send_code(session, contact)
        return self._sign_in_page(session, locale, safe_next(next), code_step=True)

    async def confirm_code(
        self,
        request: Request,
        code: Annotated[str, Form()],
        form_token: Annotated[str, Form()] = "",
        next: Annotated[str, Form()] = "/orders",
    ) -> Response:
        session, locale = await self.front.who(request)
        if not is_own_form(session, form_token):
            return self.front.error(session, locale, "stale", 403)
        answer, session = await self.host.enter_code(session, code)
        if answer != "signed_in":
            note = words(locale).say(f"hub.sign_in.{answer}")
            return self._sign_in_page(session, locale, safe_next(next), code_step=True, note=note, status=422)
        return self.front.away(session, safe_next(next))

    async def sign_out(self, request: Request, form_token: Annotated[str, Form()] = "") -> Response:
        session, locale = await self.front.who(request)
        if not is_own_form(session, form_token):
            return self.front.error(session, locale, "stale", 403)
        session = await self.host.sign_out(session)
        return self.front.away(session, "/hub/sign-in")
