"""Withdraw from contract here: open to anyone, without sign-in, in two steps as the law words them (L-05…L-08)."""

import re
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from channels.words import words
from hub.pages.front import Front, is_own_form
from hub.pages.shown import page
from hub.ports import Withdrawal

_ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,180}\.[^@\s.]{2,24}")


def withdrawal_routes(front: Front) -> APIRouter:
    """GET the form; POST checks it, then stores the statement and acknowledges it by mail."""
    host, base = front.host, front.base
    routes = APIRouter()

    @routes.get("/withdraw")
    async def form(request: Request) -> Response:
        session, locale = await front.who(request)
        return page(host, base, session, locale, "withdraw", step="form", statement=_statement(locale), errors={})

    @routes.post("/withdraw")
    async def step(
        request: Request,
        form_token: Annotated[str, Form()] = "",
        step: Annotated[str, Form()] = "check",
        name: Annotated[str, Form()] = "",
        order: Annotated[str, Form()] = "",
        items: Annotated[str, Form()] = "",
        contact: Annotated[str, Form()] = "",
    ) -> Response:
        session, locale = await front.who(request)
        statement = _statement(locale, name, order, items, contact)
        if not is_own_form(session, form_token):
            note = {"form": words(locale).say("hub.error.stale")}
            return page(host, base, session, locale, "withdraw", 403, step="form", statement=statement, errors=note)
        if step == "edit":
            return page(host, base, session, locale, "withdraw", step="form", statement=statement, errors={})
        errors = _errors(statement)
        if errors:
            return page(host, base, session, locale, "withdraw", 422, step="form", statement=statement, errors=errors)
        if step != "confirm":
            return page(host, base, session, locale, "withdraw", step="check", statement=statement, errors={})
        receipt = await host.withdraw(statement)
        received = front.eyes(locale)
        when = f"{received.day(receipt.at)}, {received.moment(receipt.at)}"
        return page(host, base, session, locale, "withdraw", step="done", statement=statement, errors={}, receipt=receipt, received=when)

    return routes


def _statement(locale: str, name: str = "", order: str = "", items: str = "", contact: str = "") -> Withdrawal:
    return Withdrawal(
        name=" ".join(name.split())[:200],
        contact=contact.strip()[:254],
        order_name=" ".join(order.split())[:60],
        items=" ".join(items.split())[:500],
        locale=locale,
    )


def _errors(statement: Withdrawal) -> dict[str, str]:
    say = words(statement.locale).say
    errors = {}
    if not statement.name:
        errors["name"] = say("hub.withdraw.missing_name")
    if not statement.order_name:
        errors["order"] = say("hub.withdraw.missing_order")
    if not _ADDRESS.fullmatch(statement.contact):
        errors["contact"] = say("hub.withdraw.bad_contact")
    return errors
