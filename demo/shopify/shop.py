"""One shop in the twin: its brand and everything it holds, filled from a world."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar

from demo import world_parts as parts
from demo.clock import DemoClock
from demo.shopify import building, placing
from demo.shopify import records as r
from demo.shopify.pending import Edit, Job
from demo.shopify.records import number_of
from demo.shopify.subscriptions import Subscription
from demo.world import World

T = TypeVar("T")
HIDDEN_AFTER = timedelta(days=60)
"""Orders older than this are hidden without read_all_orders."""


class Shop:
    """A shop by its handle. Look-ups take the plain number of a gid."""

    def __init__(self, world: World, clock: DemoClock) -> None:
        self.clock = clock
        self.subscriptions: list[Subscription] = []
        self.load(world)

    def load(self, world: World) -> None:
        """Replace everything the shop holds; webhook subscriptions and tokens stay."""
        now = world.clock or self.clock.now()
        brand = world.brand
        self.world, self.brand, self.handle = world, brand, brand.handle
        self.number = number_of("Shop", brand.shop)
        self.locale = brand.locales[0]
        self.opened = now - timedelta(days=800)
        self.stock = building.Stock(currency=brand.currency)
        self.customers: dict[int, r.Customer] = {}
        self.products: dict[int, r.Product] = {}
        self.variants: dict[int, r.Variant] = {}
        self.orders: dict[int, r.Order] = {}
        self.fulfillment_orders: dict[int, r.FulfillmentOrder] = {}
        self.fulfillments: dict[int, r.Fulfillment] = {}
        self.edits: dict[int, Edit] = {}
        self.jobs: dict[str, Job] = {}
        self.refunds: dict[str, tuple[str, r.Refund]] = {}
        """By idempotency key: what was asked for, and what came of it."""
        self._by_email: dict[str, r.Customer] = {}
        self._by_name: dict[str, r.Order] = {}
        for name, third_party in ((placing.HOME, False), (placing.SERVICE, True)):
            self.stock.locations[name] = placing.build_location(self.handle, name, third_party=third_party)
        for warehouse in world.warehouses:
            self.stock.locations[warehouse.name] = placing.build_location(self.handle, warehouse.name, warehouse)
        for product in world.products:
            self.add_product(product)
        for customer in world.customers:
            self.add_customer(customer)
        for order in world.orders:
            self.add_order(order)

    def add_product(self, given: parts.Product) -> r.Product:
        product = building.build_product(self.handle, self.brand.name, given, self.clock.now())
        self._keep(self.products, product.number, product)
        self.stock.products[given.id] = product
        for variant in product.variants:
            self._keep(self.variants, variant.number, variant)
            self.stock.variants[variant.sku] = variant
        return product

    def add_customer(self, given: parts.Customer) -> r.Customer:
        customer = building.build_customer(self.handle, given, self.locale, self.clock.now())
        self._keep(self.customers, customer.number, customer)
        self.stock.customers[given.id] = customer
        if customer.email:
            self._by_email[customer.email.casefold()] = customer
        return customer

    def add_order(self, given: parts.Order) -> r.Order:
        order = building.build_order(self.handle, given, self.stock, locale=self.locale, now=self.clock.now())
        self._keep(self.orders, order.number, order)
        self._by_name[order.name] = order
        self.index(order)
        return order

    def index(self, order: r.Order) -> None:
        """Make the order's fulfilment orders and parcels findable by number; call it after adding one."""
        self.fulfillment_orders.update((each.number, each) for each in order.fulfillment_orders)
        self.fulfillments.update((each.number, each) for each in order.fulfillments)

    def customer_by_email(self, email: str) -> r.Customer | None:
        """Exact, without regard to case."""
        return self._by_email.get(email.strip().casefold())

    def customers_by_phone(self, phone: str) -> list[r.Customer]:
        """All with this number; Shopify keeps phones unique, a world file may not."""
        return [each for each in self.customers.values() if each.phone == phone]

    def customer(self, key: str) -> r.Customer | None:
        """By the world file's id, by number, gid or e-mail address."""
        tail = key.rsplit("/", 1)[-1]
        return self.stock.customers.get(key) or (self.customers.get(int(tail)) if tail.isdigit() else self.customer_by_email(key))

    def order(self, name: str) -> r.Order | None:
        """By name, with or without its #, or by number or gid."""
        tail = name.rsplit("/", 1)[-1]
        by_name = self._by_name.get(name) or self._by_name.get(f"#{name}")
        return by_name or (self.orders.get(int(tail)) if tail.isdigit() else None)

    def visible(self, orders: Iterable[r.Order], *, all_orders: bool) -> list[r.Order]:
        """Without read_all_orders, orders older than 60 days do not exist."""
        since = datetime.min.replace(tzinfo=self.opened.tzinfo) if all_orders else self.clock.now() - HIDDEN_AFTER
        return [order for order in orders if order.created_at >= since]

    def _keep(self, into: dict[int, T], number: int, value: T) -> None:
        if number in into:
            raise ValueError(f"two records of one kind have the number {number}: rename one of them in the world file")
        into[number] = value
