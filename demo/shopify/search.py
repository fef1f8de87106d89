"""Shopify's search words for orders and customers, as far as Deskbell asks them; anything else raises."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from demo.shopify import arithmetic as sums
from demo.shopify.errors import NotInTwin
from demo.shopify.records import Customer, Order

Test = Callable[[Any], bool]
Term = Callable[[str, str, ZoneInfo, datetime], Test]
"""(operator, value, the shop's zone, now) → a test of one record."""

_TERM = re.compile(
    r"""(?P<field>\w+):(?P<op>>=|<=|>|<)?(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'|(?P<bare>[^\s()"']+))"""
)
_RELATIVE = re.compile(r"now(?:-(?P<n>\d+)(?P<unit>[hd]))?")


def matches(query: str | None, terms: Mapping[str, Term], zone: ZoneInfo, now: datetime) -> Test:
    """A test for the whole query; terms are joined by AND, written or not. Raises NotInTwin for what is not implemented."""
    tests: list[Test] = []
    rest = (query or "").strip()
    while rest:
        if found := re.match(r"AND\b\s*", rest):
            rest = rest[found.end() :]
            continue
        found = _TERM.match(rest)
        if found is None or (found.end() < len(rest) and not rest[found.end()].isspace()):
            raise NotInTwin(f"the search words {rest!r}")
        field, op = found["field"], found["op"] or ""
        if field not in terms:
            raise NotInTwin(f"searching by {field!r}")
        quoted = found["double"] if found["double"] is not None else found["single"]
        value = found["bare"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        if quoted is None and value.endswith("*"):
            raise NotInTwin(f"the search words {value!r}")
        tests.append(terms[field](op, value, zone, now))
        rest = rest[found.end() :].lstrip()
    return lambda record: all(test(record) for test in tests)


def _plain(of: Callable[[Any], str | None]) -> Term:
    def term(op: str, value: str, zone: ZoneInfo, now: datetime) -> Test:
        if op:
            raise NotInTwin(f"the comparison {op!r} on a word")
        wanted = value.casefold()
        return lambda record: (of(record) or "").casefold() == wanted

    return term


def _among(of: Callable[[Any], list[str]]) -> Term:
    def term(op: str, value: str, zone: ZoneInfo, now: datetime) -> Test:
        if op:
            raise NotInTwin(f"the comparison {op!r} on a word")
        wanted = value.casefold()
        return lambda record: wanted in (each.casefold() for each in of(record))

    return term


def _moment(value: str, zone: ZoneInfo, now: datetime) -> tuple[datetime, datetime]:
    """The span a date or time stands for: a day in the shop's zone, or one second."""
    if found := _RELATIVE.fullmatch(value):
        at = now - timedelta(**{"days" if found["unit"] == "d" else "hours": int(found["n"] or 0)})
        return at, at
    try:
        if len(value) == 10:
            day = datetime.combine(date.fromisoformat(value), datetime.min.time(), zone)
            return day, day + timedelta(days=1)
        at = datetime.fromisoformat(value)
    except ValueError:
        raise NotInTwin(f"the date {value!r} in a search") from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at, at + timedelta(seconds=1)


def _time(of: Callable[[Any], datetime]) -> Term:
    def term(op: str, value: str, zone: ZoneInfo, now: datetime) -> Test:
        start, end = _moment(value, zone, now)
        tests: dict[str, Test] = {
            ">=": lambda record: of(record) >= start,
            ">": lambda record: of(record) >= end,
            "<": lambda record: of(record) < start,
            "<=": lambda record: of(record) < end,
            "": lambda record: start <= of(record) < end,
        }
        return tests[op]

    return term


def _status(op: str, value: str, zone: ZoneInfo, now: datetime) -> Test:
    tests: dict[str, Test] = {
        "any": lambda order: True,
        "open": lambda order: order.closed_at is None and order.cancelled_at is None,
        "not_closed": lambda order: order.closed_at is None,
        "closed": lambda order: order.closed_at is not None,
        "cancelled": lambda order: order.cancelled_at is not None,
    }
    if op or value not in tests:
        raise NotInTwin(f"status:{op}{value}")
    return tests[value]


def _fulfillment(order: Order) -> str:
    return sums.fulfillment_status(order).lower()


def _fulfillment_status(op: str, value: str, zone: ZoneInfo, now: datetime) -> Test:
    alias = {"shipped": "fulfilled", "unshipped": "unfulfilled", "partial": "partially_fulfilled"}
    return _plain(_fulfillment)(op, alias.get(value.lower(), value), zone, now)


def _email(order: Order) -> str | None:
    return order.email


ORDER_TERMS: Mapping[str, Term] = {
    "id": _plain(lambda order: str(order.number)),
    "name": lambda op, value, zone, now: _plain(lambda order: order.name.removeprefix("#"))(op, value.removeprefix("#"), zone, now),
    "email": _plain(_email),
    "customer_id": _plain(lambda order: str(order.customer.number) if order.customer else None),
    "status": _status,
    "financial_status": _plain(lambda order: (order.financial or "").lower()),
    "fulfillment_status": _fulfillment_status,
    "return_status": _plain(lambda order: sums.return_status(order).lower()),
    "created_at": _time(lambda order: order.created_at),
    "processed_at": _time(lambda order: order.processed_at),
    "updated_at": _time(lambda order: order.updated_at),
    "tag": _among(lambda order: order.tags),
}


def _phone(customer: Customer) -> str | None:
    return customer.phone


CUSTOMER_TERMS: Mapping[str, Term] = {
    "id": _plain(lambda customer: str(customer.number)),
    "email": _plain(lambda customer: customer.email),
    "phone": _plain(_phone),
    "tag": _among(lambda customer: customer.tags),
    "updated_at": _time(lambda customer: customer.updated_at),
}
