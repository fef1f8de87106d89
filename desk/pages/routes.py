"""The Desk's addresses: the list of cases, one case with its brief and thread, and a person's reply."""

import hmac
import secrets
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from babel import negotiate_locale
from babel.dates import format_datetime, format_timedelta
from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from channels.words import LOCALES, words
from desk.ports import CaseFile, DeskHost, Staff

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
}
MAX_REPLY = 4000


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=select_autoescape(), undefined=StrictUndefined
    )


def router(host: DeskHost, base: str) -> APIRouter:
    """The pages of one brand's Desk. base: the prefix they are mounted under, or empty."""
    desk = _Desk(host, base)
    routes = APIRouter()
    routes.add_api_route("/desk", desk.cases, methods=["GET"])
    routes.add_api_route("/desk/enter", desk.door, methods=["GET"])
    routes.add_api_route("/desk/enter", desk.enter, methods=["POST"])
    routes.add_api_route("/desk/cases/{reference}", desk.case, methods=["GET"])
    routes.add_api_route("/desk/cases/{reference}/take", desk.take, methods=["POST"])
    routes.add_api_route("/desk/cases/{reference}/reply", desk.reply, methods=["POST"])
    routes.add_api_route("/desk/cases/{reference}/close", desk.close, methods=["POST"])
    return routes


_ASKED = {
    "change_item": "swap_variant",
    "change_quantity": "set_quantity",
    "remove_item": "remove_lines",
    "cancel_item": "remove_lines",
    "change_address": "set_address",
    "return_exchange": "return",
}


_ALSO = {"withdraw": "hub.withdraw.title", "talk_to_human": "reason.wants_person", "delivery_problem": "reason.delivery_problem"}


def _wish(name: str, locale: str) -> str:
    """An intent or a Hub action in words; what has none of its own is its name, spelt out."""
    phrase = words(locale).find(_ALSO.get(name, f"change.{_ASKED.get(name, name)}"))
    return phrase.pattern if phrase else name.replace("_", " ").capitalize()


class _Desk:
    def __init__(self, host: DeskHost, base: str) -> None:
        self.host, self.base = host, base

    def _cookie_name(self) -> str:
        prefix = "__Host-" if (self.host.brand.hub_url or "").startswith("https://") else ""
        return f"{prefix}deskbell-desk-{self.host.brand.id}"

    async def _staff(self, request: Request) -> Staff | None:
        return await self.host.staff(request.cookies.get(self._cookie_name()))

    def _page(self, request: Request, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        accepted = [part.split(";")[0].strip() for part in request.headers.get("accept-language", "").split(",") if part.strip()]
        locale = (negotiate_locale(accepted, list(LOCALES), sep="-") or LOCALES[0]).split("_")[0]
        zone, now = ZoneInfo(self.host.brand.time_zone), self.host.now()
        html = (
            _templates()
            .get_template(f"{template}.html")
            .render(
                brand=self.host.brand,
                base=self.base,
                locale=locale,
                now=now,
                channels=self.host.channels(),
                t=words(locale).say,
                wish=lambda name: _wish(name, locale),
                moment=lambda at: format_datetime(at.astimezone(zone), "d MMM HH:mm", locale=locale),
                since=lambda at: format_timedelta(now - at, locale=locale, format="short"),
                **values,
            )
        )
        return HTMLResponse(html, status_code=status, headers=HEADERS)

    def _to(self, path: str) -> Response:
        return RedirectResponse(f"{self.base}{path}", 303, headers=HEADERS)

    async def door(self, request: Request, key: str = "") -> Response:
        """Looking at the one-time address uses nothing up; the button does (V-15)."""
        if await self._staff(request):
            return self._to("/desk")
        return self._page(request, "enter", key=key, failed=False)

    async def enter(self, request: Request, key: Annotated[str, Form()] = "") -> Response:
        staff = await self.host.enter(key)
        if staff is None:
            return self._page(request, "enter", 403, key="", failed=True)
        away = self._to("/desk")
        name = self._cookie_name()
        away.set_cookie(name, staff.token, path="/", httponly=True, samesite="lax", secure=name.startswith("__Host-"))
        return away

    async def cases(self, request: Request, state: Literal["open", "closed"] = "open") -> Response:
        staff = await self._staff(request)
        if staff is None:
            return self._page(request, "enter", 401, key="", failed=False)
        rows = await self.host.cases(state)
        # On a wide screen the first case is open beside the list; on a phone the list comes first.
        file = await self.host.case(rows[0].reference) if rows else None
        key = secrets.token_urlsafe(12)
        return self._page(request, "desk", staff=staff, rows=rows, state=state, file=file, chosen=False, note=None, key=key)

    async def case(self, request: Request, reference: str) -> Response:
        staff = await self._staff(request)
        if staff is None:
            return self._page(request, "enter", 401, key="", failed=False)
        return await self._case_page(request, staff, reference)

    async def _case_page(self, request: Request, staff: Staff, reference: str, *, note: str | None = None, status: int = 200) -> Response:
        file: CaseFile | None = await self.host.case(reference)
        state: Literal["open", "closed"] = file.row.state if file else "open"
        rows = await self.host.cases(state)
        if file is None:
            note, status = "error.not_found", 404
        key = secrets.token_urlsafe(12)
        return self._page(request, "desk", status, staff=staff, rows=rows, state=state, file=file, chosen=True, note=note, key=key)

    async def _own_form(self, request: Request, form_token: str) -> Staff | None:
        staff = await self._staff(request)
        return staff if staff and hmac.compare_digest(staff.form_token.encode(), form_token.encode()) else None

    async def take(self, request: Request, reference: str, form_token: Annotated[str, Form()] = "") -> Response:
        staff = await self._own_form(request, form_token)
        if staff is None:
            return self._page(request, "enter", 403, key="", failed=False)
        await self.host.take(staff, reference)
        return self._to(f"/desk/cases/{reference}")

    async def reply(
        self,
        request: Request,
        reference: str,
        text: Annotated[str, Form()] = "",
        key: Annotated[str, Form()] = "",
        form_token: Annotated[str, Form()] = "",
    ) -> Response:
        """A person's words go into the shopper's own thread, once per form."""
        staff = await self._own_form(request, form_token)
        if staff is None:
            return self._page(request, "enter", 403, key="", failed=False)
        if not text.strip():
            return await self._case_page(request, staff, reference, note="error.empty", status=422)
        await self.host.reply(staff, reference, text.strip()[:MAX_REPLY], key)
        return self._to(f"/desk/cases/{reference}")

    async def close(self, request: Request, reference: str, form_token: Annotated[str, Form()] = "") -> Response:
        staff = await self._own_form(request, form_token)
        if staff is None:
            return self._page(request, "enter", 403, key="", failed=False)
        await self.host.close(staff, reference)
        return self._to("/desk")
