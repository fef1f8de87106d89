"""One shopper's order and a brand, to write about: a shirt that is still here, a tote that left, and what was decided."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from agent.compose import compose
from agent.conversation import ConversationState
from agent.effects import CaseRef
from agent.evidence import Evidence, Fact, ShopAnswer
from agent.last_check import check_reply
from agent.reading import Reading
from agent.write import word
from channels.message import Channel
from channels.reply import Reply
from identity.levels import ANONYMOUS, Level, Shopper
from knowledge.brand import Brand, BrandId, HubSettings, Voice
from knowledge.document import Citation, Clause, ClauseId, DocumentId
from knowledge.terms import ChangeKind, Rule, RuleId, Source, Terms, Window
from shop.order import CustomerId, LineId, LineState, Money, Order, OrderId, OrderLine, Product, ProductId, SelectedOption, Tracking, Units
from skills.skill import Change, LineVerdict, Offer, Outcome, Part, Reason

NOW = datetime(2026, 11, 20, 13, 7, tzinfo=UTC)
"""14:07 in Paris, a Friday."""
UNTIL = NOW + timedelta(minutes=58)
PLACED = NOW - timedelta(minutes=2)
ME = Shopper(level=Level.L3, customer="gid://shopify/Customer/7")
NOBODY = ANONYMOUS
STATE = ConversationState(locale="en", disclosed=True)
READING = Reading(wishes=(), language="en")
CASE = CaseRef(reference="BH-7F3K2", reply_by=datetime(2026, 11, 20, 17, 7, tzinfo=UTC))

CLAUSE = Clause(
    id=ClauseId("editing#1"),
    document=DocumentId("editing"),
    locale="en",
    title="Order changes",
    text="You can change or cancel an order within 60 minutes of placing it. Sale items cannot be changed.",
    version="v1",
    changed_at=datetime(2026, 10, 1, 9, tzinfo=UTC),
)
QUOTE = "You can change or cancel an order within 60 minutes of placing it."
RULE = Rule(
    id=RuleId("editing#1/window"),
    source=Source(document=CLAUSE.document, clause=CLAUSE.id, quote=QUOTE, locale="en"),
    body=Window(changes=frozenset(ChangeKind), within=timedelta(hours=1)),
    approved=True,
)
BRAND = Brand(
    id=BrandId("blauhaus"),
    name="Blauhaus",
    shop="blauhaus.myshopify.com",
    site="https://blauhaus.example",
    currency="EUR",
    time_zone="Europe/Paris",
    locales=("en", "fr", "ja", "es", "de"),
    hub=HubSettings(active=True),
    voice=Voice(tone="neutral"),
)
SHIRT, TOTE = LineId("gid://shopify/LineItem/1"), LineId("gid://shopify/LineItem/2")


def order(**other: Any) -> Order:
    """#1042: a shirt not shipped, two totes on their way."""
    lines = (
        OrderLine(
            id=SHIRT,
            title="Linen shirt",
            variant_title="Blue / M",
            quantity=1,
            units=(Units(state=LineState.OPEN, quantity=1),),
            product=Product(id=ProductId("gid://shopify/Product/1")),
            options=(SelectedOption(name="Colour", value="Blue"), SelectedOption(name="Size", value="M")),
        ),
        OrderLine(
            id=TOTE,
            title="Canvas tote",
            variant_title=None,
            quantity=2,
            units=(
                Units(
                    state=LineState.IN_TRANSIT, quantity=2, at=NOW - timedelta(hours=3), tracking=(Tracking(url="https://track.example/9"),)
                ),
            ),
        ),
    )
    made = Order(
        id=OrderId("gid://shopify/Order/1042"),
        name="#1042",
        customer=CustomerId("gid://shopify/Customer/7"),
        created_at=PLACED,
        currency="EUR",
        total=Money(amount=Decimal("84.00"), currency="EUR"),
        lines=lines,
        read_at=NOW,
    )
    return replace(made, **other)


def whole(*states: LineState) -> Order:
    """The same order with both lines in the state given."""
    state = states[0] if states else LineState.OPEN
    base = order()
    return replace(base, lines=tuple(replace(line, units=(Units(state=state, quantity=line.quantity),)) for line in base.lines))


OF_SHIRT = LineVerdict(
    line=SHIRT,
    title="Linen shirt",
    variant="Blue / M",
    state=LineState.OPEN,
    allowed=True,
    reason=Reason.WITHIN_WINDOW,
    quantity=1,
    until=UNTIL,
    rule=RULE.id,
    clauses=(CLAUSE.id,),
    parts=(Part(state=LineState.OPEN, quantity=1),),
)
OF_TOTE = LineVerdict(
    line=TOTE,
    title="Canvas tote",
    variant=None,
    state=LineState.IN_TRANSIT,
    allowed=False,
    reason=Reason.ALREADY_SHIPPED,
    quantity=2,
    parts=(Part(state=LineState.IN_TRANSIT, quantity=2),),
)


def about(**other: Any) -> dict[str, Any]:
    """What every outcome about this order carries."""
    return {"order": "gid://shopify/Order/1042", "order_name": "#1042", **other}


def offer(**other: Any) -> Offer:
    base: dict[str, Any] = {
        "wish": "cancel_order",
        "because": Reason.WITHIN_WINDOW,
        "lines": (OF_SHIRT,),
        "change": Change(kind=ChangeKind.CANCEL_ORDER),
        "until": UNTIL,
    }
    return Offer(**about(**{**base, **other}))


@dataclass(slots=True)
class Places:
    """Short links, as the house makes them."""

    made: list[tuple[str, str | None, str | None, str | None]] = field(default_factory=list)

    def place(
        self,
        action: str,
        order: str | None,
        order_name: str | None,
        customer: str | None,
        line: str | None = None,
        value: str | None = None,
    ) -> str:
        self.made.append((action, order, line, value))
        return f"https://go.blauhaus.eu/c/{len(self.made):022d}"

    def withdraw(self) -> str:
        return "https://go.blauhaus.eu/withdraw"

    def sign_in(self) -> str:
        return "https://go.blauhaus.eu/hub/sign-in"

    def returns(self, order: Order) -> str:
        return self.place("return", order.id, order.name, order.customer)


def evidence(*orders: Order, brand: Brand = BRAND, channel: str = "webchat", passages: bool = True) -> Evidence:
    return Evidence(
        brand=brand,
        terms=Terms(rules=(RULE,), zone=brand.time_zone, currency="EUR"),
        channel=channel,
        passages=(Citation(clause=CLAUSE, score=0.9, quote=QUOTE),) if passages else (),
        shop=ShopAnswer.READ if orders else ShopAnswer.NOT_ASKED,
        orders=orders,
        read_at=NOW if orders else None,
    )


def said(
    *outcomes: Outcome,
    orders: tuple[Order, ...] = (),
    channel: str = "webchat",
    locale: str = "en",
    shopper: Shopper | None = None,
    state: ConversationState = STATE,
    reading: Reading = READING,
    brand: Brand = BRAND,
    checked: bool = True,
) -> tuple[Reply, tuple[Fact, ...], Places]:
    """What goes out for these outcomes; with `checked`, the house's own last check has found nothing in it."""
    seen, places = evidence(*orders, brand=brand, channel=channel), Places()
    who = shopper or (ME if orders else NOBODY)
    words = word(outcomes, seen, reading, state, channel=Channel(channel), locale=locale, now=NOW, links=places)
    reply, facts = compose(
        outcomes, words, seen, state, who, reading, channel=Channel(channel), locale=locale, now=NOW, links=places, references=CASE
    )
    if checked:
        assert check_reply(reply, facts, seen, now=NOW) == ()
    return reply, facts, places
