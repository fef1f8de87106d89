"""The Hub's addresses. GET shows and changes nothing; whatever is asked for is a form, posted by a button."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from hub.order_tab import ReviewView, order_view, review
from hub.pages.front import Front, is_own_form
from hub.pages.shown import page
from hub.pages.sign_in import sign_in_routes
from hub.pages.withdrawal import withdrawal_routes
from hub.ports import ChoiceGroup, Choices, HubHost, HubSession
from hub.ports import Request as Ask
from identity.links import looks_like_token
from knowledge.document import Clause
from knowledge.terms import ChangeKind, ReturnPeriod
from shop.order import CustomerId, LineState, Order
from shop.reading import ReadMeter, ShopError
from skills.skill import LineVerdict

_GONE = (LineState.IN_TRANSIT, LineState.DELIVERED)


def router(host: HubHost, choices: Choices, base: str) -> APIRouter:
    """The pages of one brand's Hub. base: the prefix they are mounted under, e.g. `/b/northbay`, or empty."""
    front = Front(host, base)
    hub = _Orders(front, choices)
    routes = APIRouter()
    routes.add_api_route("/c/{token}", hub.place, methods=["GET", "HEAD"])
    routes.add_api_route("/orders", hub.orders, methods=["GET"])
    routes.add_api_route("/orders/{name}", hub.order, methods=["GET"])
    routes.add_api_route("/orders/{name}/request", hub.ask, methods=["POST"])
    routes.add_api_route("/returns/{name}", hub.returns, methods=["GET"])
    routes.include_router(sign_in_routes(front))
    routes.include_router(withdrawal_routes(front))
    return routes


class _Orders:
    def __init__(self, front: Front, choices: Choices) -> None:
        self.front, self.host, self.choices = front, front.host, choices

    async def _own(self, session: HubSession, name: str) -> Order | None:
        """The shopper's own order; foreign, hidden and unknown ones are the same nothing (INV-2)."""
        customer = session.shopper.customer
        return await self.host.shop.order_named(CustomerId(customer), name, ReadMeter()) if customer else None

    async def place(self, request: Request, token: str) -> Response:
        """A deep link: it carries a place, not a right. Looking at it uses nothing up (V-15)."""
        session, locale = await self.front.who(request)
        found = await self.host.place(token) if looks_like_token(token) else None
        if found is None or not found.leads_on(self.host.now()):
            return page(self.host, self.front.base, session, locale, "place")
        if found.action == "withdraw":
            return self.front.away(session, "/withdraw")
        if not session.shopper.signed_in:
            return self.front.sign_in_at(session, self.front.here(request))
        query = {"place": token}
        if found.action in set(ChangeKind):
            query["change"] = found.action
        if found.line:
            query["line"] = found.line
        value = request.query_params.get("value") or found.value
        if value:
            query["value"] = value[:100]
        name = quote((found.order_name or "").removeprefix("#"), safe="")
        where = "/orders" if not name else f"/returns/{name}" if found.action == "return" else f"/orders/{name}"
        return self.front.away(session, f"{where}?{urlencode(query)}")

    async def orders(self, request: Request) -> Response:
        session, locale = await self.front.who(request)
        if not session.shopper.signed_in or session.shopper.customer is None:
            return self.front.sign_in_at(session, "/orders")
        try:
            recent = await self.host.shop.orders_of(CustomerId(session.shopper.customer), ReadMeter())
        except ShopError:
            return self.front.error(session, locale, "shop", 503)
        eyes = self.front.eyes(locale)
        views = [order_view(order, self.host.terms, self.host.brand, eyes, self.front.find(locale)) for order in recent.orders]
        return page(self.host, self.front.base, session, locale, "orders", orders=views)

    async def order(self, request: Request, name: str) -> Response:
        session, locale = await self.front.who(request)
        if not session.shopper.signed_in:
            return self.front.sign_in_at(session, self.front.here(request))
        try:
            order = await self._own(session, name)
        except ShopError:
            return self.front.error(session, locale, "shop", 503)
        if order is None:
            return self.front.error(session, locale, "not_found", 404)
        change = request.query_params.get("change")
        if change in set(ChangeKind):
            return await self._review(request, session, locale, order, ChangeKind(change))
        eyes = self.front.eyes(locale)
        view = order_view(order, self.host.terms, self.host.brand, eyes, self.front.find(locale))
        return page(self.host, self.front.base, session, locale, "order", view=view, expired=False, checked=eyes.moment(eyes.now))

    async def _review(self, request: Request, session: HubSession, locale: str, order: Order, kind: ChangeKind) -> Response:
        query = request.query_params
        shown = self._decided(order, kind, query.getlist("line"), (query.get("value") or "")[:100] or None, locale)
        return await self._review_page(session, locale, order, shown, tuple(query.getlist("line")), query.get("place"))

    def _decided(self, order: Order, kind: ChangeKind, lines: Sequence[str], value: str | None, locale: str) -> ReviewView:
        return review(order, kind, lines, value, self.host.terms, self.host.brand, self.front.eyes(locale), find=self.front.find(locale))

    async def _review_page(
        self,
        session: HubSession,
        locale: str,
        order: Order,
        shown: ReviewView,
        lines: tuple[str, ...],
        place: str | None,
        status: int = 200,
    ) -> Response:
        return page(
            self.host,
            self.front.base,
            session,
            locale,
            "review",
            status,
            name=order.name,
            review=shown,
            groups=await self._groups(session, order, shown.kind, lines),
            lines=lines,
            seen=order.version,
            place=place,
            changed=status == 409,
            returnable=_has_gone(order) and self._returns,
        )

    async def _groups(self, session: HubSession, order: Order, kind: ChangeKind, lines: tuple[str, ...]) -> list[ChoiceGroup]:
        if len(lines) != 1 or kind not in (ChangeKind.SWAP_VARIANT, ChangeKind.SET_QUANTITY):
            return []
        try:
            return [group for group in await self.choices.of(session.shopper, order.id, lines[0]) if group.change == kind.value]
        except ShopError:
            return []

    @property
    def _returns(self) -> bool:
        return self.host.brand.hub.returns

    async def ask(
        self,
        request: Request,
        name: str,
        change: Annotated[str, Form()],
        form_token: Annotated[str, Form()] = "",
        seen: Annotated[str, Form()] = "",
        note: Annotated[str, Form()] = "",
        value: Annotated[str | None, Form()] = None,
        place: Annotated[str | None, Form()] = None,
        line: Annotated[list[str] | None, Form()] = None,
    ) -> Response:
        """Decided again on what the shop says now; then a person gets the request. The order itself stays as it is."""
        session, locale = await self.front.who(request)
        if not session.shopper.signed_in:
            return self.front.sign_in_at(session, f"/orders/{quote(name, safe='')}")
        if not is_own_form(session, form_token):
            return self.front.error(session, locale, "stale", 403)
        if not self.host.brand.hub.active:
            return self.front.error(session, locale, "hub_off", 409)
        try:
            order = await self._own(session, name)
        except ShopError:
            return self.front.error(session, locale, "shop", 503)
        if order is None or change not in {*ChangeKind, "return"}:
            return self.front.error(session, locale, "not_found", 404)
        lines = tuple(line or ())
        verdicts: tuple[LineVerdict, ...] = ()
        if change == "return":
            if not _has_gone(order):
                return self.front.error(session, locale, "not_found", 404)
        else:
            shown = self._decided(order, ChangeKind(change), lines, value, locale)
            verdicts = shown.verdicts
            if shown.verdict == "no" or order.version != seen:
                return await self._review_page(session, locale, order, shown, lines, place, 409)
        receipt = await self.host.ask(
            session,
            Ask(
                order=order.id,
                order_name=order.name,
                action=change,
                lines=lines,
                value=value,
                note=note.strip()[:1000],
                verdicts=verdicts,
                place=place if place and looks_like_token(place) else None,
            ),
        )
        reply_by = self.front.eyes(locale).moment(receipt.reply_by) if receipt.reply_by else None
        return page(self.host, self.front.base, session, locale, "sent", receipt=receipt, reply_by=reply_by)

    async def returns(self, request: Request, name: str) -> Response:
        session, locale = await self.front.who(request)
        if not session.shopper.signed_in:
            return self.front.sign_in_at(session, self.front.here(request))
        try:
            order = await self._own(session, name)
        except ShopError:
            return self.front.error(session, locale, "shop", 503)
        if order is None or not self._returns:
            return self.front.error(session, locale, "not_found", 404)
        eyes = self.front.eyes(locale)
        view = order_view(order, self.host.terms, self.host.brand, eyes, self.front.find(locale))
        gone = {line.id for line in order.lines_present() if line.quantity_in(*_GONE)}
        lines = [row for row in view.lines if row.line in gone]
        policy = self._return_policy(locale)
        place = request.query_params.get("place")
        return page(
            self.host,
            self.front.base,
            session,
            locale,
            "returns",
            name=order.name,
            lines=lines,
            policy=policy,
            seen=order.version,
            place=place,
        )

    def _return_policy(self, locale: str) -> Clause | None:
        rules = [rule for rule in self.host.terms.live(self.host.now()) if isinstance(rule.body, ReturnPeriod)]
        rules.sort(key=lambda rule: rule.source.locale != locale)
        return self.host.clause(rules[0].source.clause, locale) if rules else None


def _has_gone(order: Order) -> bool:
    return any(line.quantity_in(*_GONE) for line in order.lines_present())
