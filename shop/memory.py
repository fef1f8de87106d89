"""A store held in memory: for trying things out, and for tests of everything that only needs to read a shop."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from shop.order import Customer, CustomerId, Order, ProductId, Variant
from shop.reading import ReadMeter, RecentOrders, ShopError


@dataclass(slots=True)
class MemoryShop:
    """`shop.reading.ReadShop` over plain lists. `fault`, while set, is what every call raises."""

    customers: list[Customer] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    products: dict[ProductId, tuple[Variant, ...]] = field(default_factory=dict)
    fault: ShopError | None = None

    async def orders_of(self, customer: CustomerId, meter: ReadMeter, *, first: int = 3) -> RecentOrders:
        self._count("ShopperOrders", meter)
        own = sorted((order for order in self.orders if order.customer == customer), key=lambda order: order.created_at, reverse=True)
        account = next((one for one in self.customers if one.id == customer), None)
        return RecentOrders(
            customer=customer,
            orders=tuple(own[: max(1, first)]),
            more=len(own) > first,
            customer_locale=account.locale if account else None,
            customer_tags=account.tags if account else frozenset(),
        )

    async def order_named(self, customer: CustomerId, name: str, meter: ReadMeter) -> Order | None:
        self._count("OrderByName", meter)
        wanted = name.strip().lstrip("#").strip().upper()
        return next((order for order in self.orders if order.customer == customer and order.name.lstrip("#").upper() == wanted), None)

    async def order(self, customer: CustomerId, order_id: str, meter: ReadMeter) -> Order | None:
        self._count("OrderDetail", meter)
        return next((order for order in self.orders if order.id == order_id and order.customer == customer), None)

    async def customers_by_phone(self, phone: str, meter: ReadMeter) -> Sequence[Customer]:
        self._count("CustomersSearch", meter)
        return tuple(customer for customer in self.customers if customer.phone == phone)

    async def customer_by_email(self, email: str, meter: ReadMeter) -> Customer | None:
        self._count("CustomerByEmail", meter)
        wanted = email.strip().casefold()
        return next((customer for customer in self.customers if customer.email and customer.email.casefold() == wanted), None)

    async def customer(self, customer: CustomerId, meter: ReadMeter) -> Customer | None:
        self._count("CustomerById", meter)
        return next((one for one in self.customers if one.id == customer), None)

    async def variants(self, product: ProductId, meter: ReadMeter) -> Sequence[Variant]:
        self._count("ProductVariants", meter)
        return self.products.get(product, ())

    def _count(self, operation: str, meter: ReadMeter) -> None:
        meter.queries += 1
        meter.operations.append(operation)
        if self.fault is not None:
            raise self.fault
