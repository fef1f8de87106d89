"""What one turn asks of the shop, for one shopper: never more than two queries, and every failure a value."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from agent.evidence import Evidence, ShopAnswer
from agent.resolve import named, newest_first, plain_number
from agent.wish import WishReading
from identity.levels import Level, Proof, ProofKind, Shopper
from shop.order import Customer, CustomerId, Order
from shop.reading import ReadMeter, ReadShop, ShopError
from skills.withdrawal import EEA

MOST_QUERIES = 2
"""The median turn makes one; a second for a named order out of sight, or one that did not fit (house.md 3)."""
KEPT = timedelta(seconds=60)
"""How long WhatsApp's owner look-up is believed."""


@dataclass(slots=True)
class Orders:
    """What the shop said of one shopper's orders, and how much of the turn's allowance is left."""

    answer: ShopAnswer = ShopAnswer.NOT_ASKED
    orders: tuple[Order, ...] = ()
    more: bool = False
    named: dict[str, str | None] = field(default_factory=dict)
    read_at: datetime | None = None
    customer_locale: str | None = None

    def put(self, order: Order) -> None:
        kept = tuple(other for other in self.orders if other.id != order.id)
        self.orders = newest_first((*kept, order))

    def into(self, evidence: Evidence) -> Evidence:
        return replace(
            evidence,
            shop=self.answer,
            orders=self.orders,
            more_orders=self.more,
            named=tuple(self.named.items()),
            read_at=self.read_at,
            customer_country=self.country(),
        )

    def country(self) -> str | None:
        """The shopper's, as their orders tell: one in the EEA if any order goes or is billed there (L-05), else the newest order's."""
        known = [country.upper() for order in self.orders for country in (order.country, order.billing_country) if country]
        return next((country for country in known if country in EEA), known[0] if known else None)


class Now(Protocol):
    def now(self) -> datetime: ...


@dataclass(slots=True, kw_only=True)
class ShopReads:
    """One turn's reads for one shopper. Every failure becomes UNREACHABLE; nothing is raised (F-06)."""

    shop: ReadShop
    meter: ReadMeter
    clock: Now
    calls: int = 0

    async def owner_of(self, phone: str) -> Customer | None:
        """The one customer whose record holds this number. None, several and an error look alike (INV-3)."""
        self.calls += 1
        owners = await self.shop.customers_by_phone(phone, self.meter)
        return owners[0] if len(owners) == 1 else None

    async def recent(self, customer: str, into: Orders) -> None:
        self.calls += 1
        try:
            found = await self.shop.orders_of(CustomerId(customer), self.meter)
        except ShopError:
            into.answer = ShopAnswer.UNREACHABLE
            return
        into.answer, into.read_at = ShopAnswer.READ, self.clock.now()
        into.orders, into.more, into.customer_locale = newest_first(_own(found.orders, customer)), found.more, found.customer_locale

    async def number(self, customer: str, number: str, into: Orders) -> None:
        self.calls += 1
        try:
            order = await self.shop.order_named(CustomerId(customer), number, self.meter)
        except ShopError:
            into.answer = ShopAnswer.UNREACHABLE
            return
        order = order if order is not None and _own((order,), customer) else None
        into.named[number] = order.id if order is not None else None
        into.read_at, into.answer = into.read_at or self.clock.now(), ShopAnswer.READ
        if order is not None:
            into.put(order)

    async def whole(self, customer: str, order_id: str, into: Orders) -> None:
        self.calls += 1
        try:
            order = await self.shop.order(CustomerId(customer), order_id, self.meter)
        except ShopError:
            into.answer = ShopAnswer.UNREACHABLE
            return
        if order is not None and _own((order,), customer):
            into.put(order)

    @property
    def allowance(self) -> int:
        return MOST_QUERIES - self.calls


def _own(orders: Sequence[Order], customer: str) -> tuple[Order, ...]:
    """Ownership once more, after the query's own filter: another customer's node is dropped (ASVS 8.3.3)."""
    return tuple(order for order in orders if order.customer == customer)


def proven_sender(shopper: Shopper, now: datetime) -> bool:
    """Whether WhatsApp's owner look-up of a moment ago still holds."""
    proof = shopper.proof
    return shopper.signed_in and proof is not None and proof.kind is ProofKind.WHATSAPP_SENDER and now - proof.at < KEPT


def sender_shopper(shopper: Shopper, contact: str, owner: Customer | None, now: datetime) -> Shopper:
    """WhatsApp's signed sender: L2 where the number is on exactly one record, else the claim it was (trust.md 2)."""
    if owner is None:
        by_sender = shopper.proof is not None and shopper.proof.kind is ProofKind.WHATSAPP_SENDER
        return Shopper(level=Level.L1, contact=contact) if by_sender or not shopper.signed_in else shopper
    proof = Proof(kind=ProofKind.WHATSAPP_SENDER, contact=contact, customer=owner.id, at=now, seen_at=now)
    return Shopper(level=Level.L2, customer=owner.id, contact=contact, proof=proof)


def numbers_named(wishes: Sequence[WishReading]) -> tuple[str, ...]:
    """The order numbers the wishes name, as said, each once."""
    said = [ref.value for wish in wishes for ref in wish.order_refs if ref.kind == "number" and plain_number(ref.value)]
    return tuple({plain_number(number): number for number in said}.values())


def unseen(numbers: Sequence[str], orders: Sequence[Order]) -> tuple[str, ...]:
    """The numbers named that are not among the orders read."""
    return tuple(number for number in numbers if named(number, orders) is None)
