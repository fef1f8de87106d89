"""Orders, rules and situations for the tests of what may be done."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from identity.levels import Level, Shopper
from knowledge.brand import Brand, BrandId, HubSettings
from knowledge.document import ClauseId, DocumentId
from knowledge.terms import EVERY_CHANGE, Body, ChangeKind, Rule, RuleId, Scope, Source, Terms
from shop.order import (
    CustomerId,
    Financial,
    Hold,
    LineId,
    LineState,
    Money,
    Order,
    OrderId,
    OrderLine,
    Product,
    ProductId,
    Units,
    VariantId,
)
from skills.registry import skill_for
from skills.skill import Change, LineVerdict, Outcome, Situation

PLACED = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
NOW = PLACED + timedelta(minutes=30)
ANA = CustomerId("gid://shopify/Customer/207119551")

NORTHBAY = Brand(
    id=BrandId("northbay"),
    name="Northbay",
    shop="northbay.myshopify.com",
    site="https://northbay.example.com",
    currency="EUR",
    time_zone="Europe/Paris",
    locales=("en", "fr"),
    hub=HubSettings(active=True, changes=EVERY_CHANGE),
)


def brand(*changes: ChangeKind, active: bool = True, increase: bool = False, returns: bool = True, all_orders: bool = False) -> Brand:
    """A brand whose Hub has these changes switched on where no rule speaks."""
    hub = HubSettings(active=active, changes=frozenset(changes), increase_quantity=increase, returns=returns)
    return Brand(**{**_fields(NORTHBAY), "hub": hub, "all_orders": all_orders})


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__slots__}


def units(state: LineState = LineState.OPEN, quantity: int = 1, **more: Any) -> Units:
    return Units(state=state, quantity=quantity, **more)


def hold(reason: str = "OTHER", *, ours: bool = False) -> Hold:
    return Hold(reason=reason, handle="deskbell" if ours else None, ours=ours)


def line(name: str = "shirt", *parts: Units, **more: Any) -> OrderLine:
    """A line named by its title; one open unit if no parts are given."""
    parts = parts or (units(),)
    given: dict[str, Any] = {
        "id": LineId(f"gid://shopify/LineItem/{name}"),
        "title": name.title(),
        "variant_title": "Blue / M",
        "quantity": sum(part.quantity for part in parts if part.state is not LineState.REMOVED),
        "units": parts,
        "product": Product(id=ProductId(f"gid://shopify/Product/{name}"), type="Shirts", tags=frozenset({"summer"})),
        "variant": VariantId(f"gid://shopify/ProductVariant/{name}"),
        "vendor": "Northbay",
    }
    return OrderLine(**{**given, **more})


def order(*lines: OrderLine, **more: Any) -> Order:
    given: dict[str, Any] = {
        "id": OrderId("gid://shopify/Order/1042"),
        "name": "#1042",
        "customer": ANA,
        "created_at": PLACED,
        "financial": Financial.PAID,
        "currency": "EUR",
        "total": Money(amount=Decimal("59.00"), currency="EUR"),
        "lines": lines or (line(),),
        "country": "US",
        "billing_country": "US",
        "shipping_title": "Standard",
    }
    return Order(**{**given, **more})


def rule(name: str, body: Body, scope: Scope = Scope(), *, approved: bool = True, **more: Any) -> Rule:
    source = Source(document=DocumentId(name), clause=ClauseId(f"{name}#1"), quote=f"words of {name}", locale="en")
    return Rule(id=RuleId(name), source=source, body=body, scope=scope, approved=approved, **more)


def terms(*rules: Rule) -> Terms:
    return Terms(rules=rules, zone="Europe/Paris", currency="EUR")


def situation(
    wish: str,
    subject: Order | None,
    *rules: Rule,
    change: Change | None = None,
    now: datetime = NOW,
    by: Brand = NORTHBAY,
    hub: bool = True,
    channel: str = "webchat",
    eu: bool | None = False,
) -> Situation:
    return Situation(
        wish=wish,
        order=subject,
        change=change,
        terms=terms(*rules),
        brand=by,
        shopper=Shopper(level=Level.L3, customer=ANA),
        channel=channel,
        hub_available=hub,
        now=now,
        eu=eu,
    )


def outcome(wish: str, subject: Order | None, *rules: Rule, **more: Any) -> Outcome:
    skill = skill_for(wish)
    assert skill is not None
    return skill.decide(situation(wish, subject, *rules, **more))


def verdict_of(found: Outcome, name: str) -> LineVerdict:
    return next(verdict for verdict in found.lines if verdict.line == f"gid://shopify/LineItem/{name}")
