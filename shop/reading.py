"""What the house may ask of the shop. Reading only: the port that changes orders is another one.

ShopError
├── ShopUnavailable   wait, then ask again
├── ShopThrottled     wait as long as the shop says
└── ShopRejected      our request was wrong: a developer must look
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from shop.order import Customer, CustomerId, Order, ProductId, Variant


class ShopError(Exception):
    """The shop did not give what was asked."""


class ShopUnavailable(ShopError):
    """The shop cannot be reached just now."""


class ShopThrottled(ShopUnavailable):
    """The shop asks us to wait."""


class ShopRejected(ShopError):
    """The shop refused our request."""


@dataclass(slots=True)
class ReadMeter:
    """What one turn cost at the shop: filled by the client, read by the turn's record."""

    queries: int = 0
    cost: int = 0
    waited_ms: float = 0.0
    """Wall time spent waiting for the shop."""
    operations: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecentOrders:
    """The orders a customer placed last, newest first."""

    customer: CustomerId
    orders: tuple[Order, ...]
    more: bool = False
    customer_locale: str | None = None
    customer_tags: frozenset[str] = frozenset()


class ReadShop(Protocol):
    """One brand's shop, read for one shopper at a time. Every call may raise ShopUnavailable or ShopRejected.

    Ownership is checked twice: the query is filtered by customer, and a node of another customer is dropped (ASVS 8.3.3).
    """

    async def orders_of(self, customer: CustomerId, meter: ReadMeter, *, first: int = 3) -> RecentOrders: ...

    async def order_named(self, customer: CustomerId, name: str, meter: ReadMeter) -> Order | None:
        """The customer's own order of that name, with or without `#`. None for foreign, hidden and unknown alike."""
        ...

    async def order(self, customer: CustomerId, order_id: str, meter: ReadMeter) -> Order | None: ...

    async def customers_by_phone(self, phone: str, meter: ReadMeter) -> Sequence[Customer]:
        """Customers whose record holds exactly this E.164 number: none, one, or several."""
        ...

    async def customer_by_email(self, email: str, meter: ReadMeter) -> Customer | None: ...

    async def customer(self, customer: CustomerId, meter: ReadMeter) -> Customer | None: ...

    async def variants(self, product: ProductId, meter: ReadMeter) -> Sequence[Variant]: ...
