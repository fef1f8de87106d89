"""Reading single values out of Shopify's answers, any of which may be missing.

Shopify withholds protected fields and answers null beside an error (facts.md 1, 5): a value that is not what it should be counts as
not there.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from shop.order import Address, Financial, Money

Node = Mapping[str, Any]

NOTHING: Node = {}


def node(value: Any) -> Node:
    return value if isinstance(value, Mapping) else NOTHING


def nodes(value: Any) -> list[Node]:
    """The members of a connection or a list; nulls among them left out."""
    members = value.get("nodes") if isinstance(value, Mapping) else value
    return [member for member in members if isinstance(member, Mapping)] if isinstance(members, list) else []


def is_complete(connection: Any) -> bool:
    """Whether this is the whole list: it is there, has no null in it, and no further page."""
    if not isinstance(connection, Mapping) or not isinstance(connection.get("nodes"), list):
        return False
    whole = all(isinstance(member, Mapping) for member in connection["nodes"])
    return whole and node(connection.get("pageInfo")).get("hasNextPage") is False


def text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def texts(values: Any) -> Iterable[str]:
    return [value for value in values if isinstance(value, str)] if isinstance(values, list) else []


def count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def moment(value: Any) -> datetime | None:
    """Aware, UTC."""
    if not isinstance(value, str):
        return None
    try:
        parsed = datetime.fromisoformat(value)
    except ValueError:
        return None
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def money(bag: Any) -> Money | None:
    """What the shopper sees (presentment), else the shop's own currency."""
    for side in ("presentmentMoney", "shopMoney"):
        part = node(node(bag).get(side))
        currency = text(part.get("currencyCode"))
        amount = decimal(part.get("amount"))
        if currency is not None and amount is not None:
            return Money(amount=amount, currency=currency)
    return None


def decimal(value: Any) -> Decimal | None:
    try:
        found = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None


def same(left: Any, right: str) -> bool:
    """Ids compared as they are: never by their tail."""
    return isinstance(left, str) and left == right


def address(told: Node) -> Address | None:
    """A `MailingAddress`; None where there is none."""
    if not told:
        return None
    return Address(
        name=text(told.get("name")),
        address1=text(told.get("address1")),
        address2=text(told.get("address2")),
        city=text(told.get("city")),
        province=text(told.get("provinceCode")),
        zip=text(told.get("zip")),
        country=text(told.get("countryCodeV2")),
        phone=text(told.get("phone")),
    )


def financial_status(status: object) -> Financial:
    """`displayFinancialStatus`; UNKNOWN for one we have not met."""
    return Financial(status) if isinstance(status, str) and status in Financial.__members__ else Financial.UNKNOWN
