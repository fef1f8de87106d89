"""A small brand, its orders and everything a turn needs, for tests of the agent's room."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from agent.conversation import ConversationState
from agent.evidence import Evidence, ShopAnswer
from agent.parts import Draft, Incoming, Parts
from agent.reading import Reading
from agent.wish import DesiredChange, Guess, Intent, LineRef, OrderRef, WishReading
from channels.message import Channel, ConversationId, Inbound, MessageId, Signal
from identity.levels import ANONYMOUS, Level, Proof, ProofKind, Shopper
from knowledge.brand import Brand, BrandId, HubSettings
from knowledge.document import Citation, Clause, ClauseId, DocumentId
from knowledge.terms import EVERY_CHANGE, AddItems, Rule, RuleId, Source, Terms, Window
from shop.order import (
    Address,
    Customer,
    CustomerId,
    Financial,
    LineId,
    LineState,
    Money,
    Order,
    OrderId,
    OrderLine,
    Product,
    ProductId,
    SelectedOption,
    Units,
)
from shop.reading import ReadMeter, RecentOrders, ShopUnavailable
from skills.skill import Outcome

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
ANA = CustomerId("gid://shopify/Customer/7001")


def brand(**more: Any) -> Brand:
    return Brand(
        **{
            "id": BrandId("northbay"),
            "name": "Northbay",
            "shop": "northbay.myshopify.com",
            "site": "https://northbay.example.com",
            "currency": "EUR",
            "time_zone": "Europe/Paris",
            "locales": ("en", "fr", "ja", "es", "de"),
            "hub": HubSettings(active=True, changes=EVERY_CHANGE),
            **more,
        }
    )


def clause(name: str, text: str, locale: str = "en") -> Clause:
    return Clause(
        id=ClauseId(f"{name}.{locale}#1"),
        document=DocumentId(name),
        locale=locale,
        title=name.replace("_", " ").title(),
        text=text,
        version="v1",
    )


EDITING = clause("editing", "You can edit or cancel an order yourself while it has not shipped.")
SHIPPING = clause("shipping", "Parcels leave our workshop on working days. We cannot ship to post office boxes unless the carrier agrees.")
ADDING = clause("adding", "Items cannot be added to an order that was placed.")


def rule(name: str, body: Any, of: Clause, *, approved: bool = True) -> Rule:
    source = Source(document=of.document, clause=of.id, quote=of.text, locale=of.locale)
    return Rule(id=RuleId(name), source=source, body=body, approved=approved)


TERMS = Terms(
    rules=(
        rule("edit", Window(changes=EVERY_CHANGE, within=timedelta(hours=24)), EDITING),
        rule("add", AddItems(allowed=False, advice="new_order"), ADDING),
    ),
    zone="Europe/Paris",
    currency="EUR",
)


def cited(*clauses: Clause, score: float = 0.6) -> tuple[Citation, ...]:
    return tuple(Citation(clause=one, score=score - place * 0.2, quote=one.text) for place, one in enumerate(clauses))


def line(
    number: int,
    title: str,
    *,
    colour: str | None = None,
    size: str | None = None,
    state: LineState = LineState.OPEN,
    quantity: int = 1,
    parts: Sequence[Units] = (),
) -> OrderLine:
    options = tuple(SelectedOption(name=name, value=value) for name, value in (("Colour", colour), ("Size", size)) if value is not None)
    units = tuple(parts) or (Units(state=state, quantity=quantity, at=NOW - timedelta(hours=1)),)
    return OrderLine(
        id=LineId(f"gid://shopify/LineItem/{number}"),
        title=title,
        variant_title=" / ".join(option.value for option in options) or None,
        quantity=quantity,
        units=units,
        unit_price=Money(amount=Decimal("59.00"), currency="EUR"),
        product=Product(id=ProductId(f"gid://shopify/Product/{number}"), type="Things"),
        options=options,
    )


def order(number: int, *lines: OrderLine, hours_ago: float = 1, customer: CustomerId = ANA, **more: Any) -> Order:
    return Order(
        **{
            "id": OrderId(f"gid://shopify/Order/{number}"),
            "name": f"#{number}",
            "customer": customer,
            "created_at": NOW - timedelta(hours=hours_ago),
            "financial": Financial.PAID,
            "currency": "EUR",
            "lines": lines or (line(number * 10, "Linen shirt", colour="Blue", size="M"),),
            "country": "FR",
            "address": Address(name="Ana Torres", address1="12 Rue de l'Exemple", city="Paris", zip="75011", country="FR"),
            "read_at": NOW,
            "version": "v1",
            **more,
        }
    )


SIGNED_IN = Shopper(
    level=Level.L3, customer=ANA, contact="ana.torres@example.com", proof=Proof(kind=ProofKind.ACCOUNT, customer=ANA, at=NOW, seen_at=NOW)
)
STRANGER = ANONYMOUS


def evidence(*orders: Order, channel: Channel = Channel.WEBCHAT, shop: ShopAnswer | None = None, **more: Any) -> Evidence:
    return Evidence(
        **{
            "brand": brand(),
            "terms": TERMS,
            "channel": channel,
            "shop": shop or (ShopAnswer.READ if orders else ShopAnswer.NOT_ASKED),
            "orders": orders,
            "read_at": NOW,
            **more,
        }
    )


def wish(
    intent: Intent,
    *,
    orders: Sequence[OrderRef] = (),
    lines: Sequence[LineRef] = (),
    change: DesiredChange | None = None,
    sure: bool = True,
    second: Intent | None = None,
) -> WishReading:
    guesses = [Guess(intent=intent, confidence=0.9 if sure else 0.4)]
    if second is not None:
        guesses.append(Guess(intent=second, confidence=0.3))
    return WishReading(intents=tuple(guesses), order_refs=tuple(orders), line_refs=tuple(lines), change=change, sure=sure)


def number(value: str) -> OrderRef:
    return OrderRef(kind="number", value=value)


def words(value: str) -> LineRef:
    return LineRef(kind="words", value=value)


def reading(*wishes: WishReading, **more: Any) -> Reading:
    return Reading(**{"wishes": wishes, "language": "en", **more})


def state(**more: Any) -> ConversationState:
    return ConversationState(**{"locale": "en", **more})


@dataclass
class FakeShop:
    """The shop in memory, with ownership as the real one has it, faults and a log of what was asked."""

    orders: tuple[Order, ...] = ()
    customers: tuple[Customer, ...] = ()
    first: int = 3
    down: bool = False
    slow_s: float = 0.0
    asked: list[str] = field(default_factory=list)

    async def _query(self, name: str, meter: ReadMeter) -> None:
        self.asked.append(name)
        meter.queries += 1
        meter.cost += 189
        meter.operations.append(name)
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        if self.down:
            raise ShopUnavailable

    def _of(self, customer: CustomerId) -> list[Order]:
        return sorted((o for o in self.orders if o.customer == customer), key=lambda o: o.created_at, reverse=True)

    async def orders_of(self, customer: CustomerId, meter: ReadMeter, *, first: int = 3) -> RecentOrders:
        await self._query("orders_of", meter)
        own = self._of(customer)
        return RecentOrders(customer=customer, orders=tuple(own[: self.first]), more=len(own) > self.first)

    async def order_named(self, customer: CustomerId, name: str, meter: ReadMeter) -> Order | None:
        await self._query("order_named", meter)
        return next((o for o in self._of(customer) if o.name.lstrip("#") == name.lstrip("#")), None)

    async def order(self, customer: CustomerId, order_id: str, meter: ReadMeter) -> Order | None:
        await self._query("order", meter)
        return next((o for o in self._of(customer) if o.id == order_id), None)

    async def customers_by_phone(self, phone: str, meter: ReadMeter) -> Sequence[Customer]:
        await self._query("customers_by_phone", meter)
        return [customer for customer in self.customers if customer.phone == phone]

    async def customer_by_email(self, email: str, meter: ReadMeter) -> Customer | None:
        raise AssertionError("a turn looks nobody up by e-mail")

    async def customer(self, customer: CustomerId, meter: ReadMeter) -> Customer | None:
        raise AssertionError("a turn reads no profile")

    async def variants(self, product: ProductId, meter: ReadMeter) -> Sequence[Any]:
        raise AssertionError("variants are read outside the turn")


@dataclass
class FakeLibrary:
    citations: tuple[Citation, ...] = ()
    rules: Terms = TERMS

    async def look_up(self, question: str, *, locale: str, k: int = 5, topics: Sequence[str] = ()) -> tuple[Citation, ...]:
        return self.citations[:k]

    def terms(self) -> Terms:
        return self.rules


@dataclass
class FakeReader:
    """Reads what the test says the words mean."""

    means: Reading | Callable[[str], Reading]
    raises: Exception | None = None
    slow_s: float = 0.0

    async def read(self, messages: tuple[Inbound, ...], state: ConversationState, brand: Brand) -> Reading:
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        if self.raises is not None:
            raise self.raises
        return self.means if isinstance(self.means, Reading) else self.means(messages[-1].text)


@dataclass
class FakeWriter:
    draft: Draft | None = None
    raises: Exception | None = None
    seen: list[Evidence] = field(default_factory=list)

    async def write(self, outcomes: tuple[Outcome, ...], evidence: Evidence, locale: str) -> Draft | None:
        self.seen.append(evidence)
        if self.raises is not None:
            raise self.raises
        return self.draft


@dataclass
class StillClock:
    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@dataclass
class CountedChance:
    """Tokens that count up, letters only where a test wants to see through them."""

    count: int = 0

    def token(self, nbytes: int) -> str:
        self.count += 1
        return f"tok{self.count:0>19}"

    def reference(self) -> str:
        return "7F3K2"


def said(text: str = "hello", *, choice: str | None = None, signal: Signal = Signal.SAID, channel: Channel = Channel.WEBCHAT) -> Inbound:
    return Inbound(
        id=MessageId("m1"), channel=channel, conversation=ConversationId("c1"), text=text, choice=choice, signal=signal, at=NOW, locale="en"
    )


def incoming(
    *messages: Inbound,
    before: ConversationState | None = None,
    shopper: Shopper = STRANGER,
    channel: Channel = Channel.WEBCHAT,
    contact: str | None = None,
) -> Incoming:
    return Incoming(
        conversation=ConversationId("c1"),
        channel=channel,
        messages=messages or (said(channel=channel),),
        state=before or state(),
        shopper=shopper,
        contact=contact,
    )


def parts(
    means: Reading | Callable[[str], Reading] | FakeReader,
    *,
    shop: FakeShop | None = None,
    passages: tuple[Citation, ...] = (),
    **more: Any,
) -> Parts:
    return Parts(
        **{
            "brand": brand(),
            "reader": means if isinstance(means, FakeReader) else FakeReader(means),
            "library": FakeLibrary(passages),
            "shop": shop or FakeShop(),
            "clock": StillClock(),
            "chance": CountedChance(),
            "hub_base": "https://northbay.example.com",
            **more,
        }
    )
