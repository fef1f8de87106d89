"""What every ReadShop promises, asked of the one in memory and of the Admin API client against the twin."""

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import pytest

from demo.shopify.app import make_app
from demo.world import world_from
from shop.memory import MemoryShop
from shop.order import (
    Customer,
    CustomerId,
    Financial,
    LineState,
    Money,
    Order,
    OrderId,
    Product,
    ProductId,
    SelectedOption,
    Variant,
    VariantId,
)
from shop.reading import ReadMeter, ReadShop, ShopUnavailable
from shop.shopify.access import ClientCredentials
from shop.shopify.client import ReadClient
from shop.shopify.reading import ShopifyReadShop
from shop.shopify.transport import new_http_client
from tests.skills.making import line, units

CLOCK = "2026-11-20T15:00:00+01:00"
NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)

WORLD = {
    "clock": CLOCK,
    "brand": {
        "id": "northbay",
        "name": "Northbay",
        "shop": "northbay.myshopify.com",
        "site": "https://northbay.example.com",
        "currency": "EUR",
        "time_zone": "Europe/Paris",
        "locales": ["en"],
    },
    "products": [
        {
            "id": "shirt",
            "title": "Shirt",
            "type": "Shirts",
            "tags": ["summer"],
            "options": ["Size"],
            "variants": [
                {"sku": "S-M", "options": ["M"], "price": "59.00", "stock": 3},
                {"sku": "S-L", "options": ["L"], "price": "59.00", "stock": 0},
            ],
        },
    ],
    "customers": [
        {"id": "ana", "name": "Ana Torres", "email": "ana.torres@example.com", "phone": "+12025550123", "locale": "en", "tags": ["vip"]},
        {"id": "louis", "name": "Louis Martin", "email": "louis.martin@example.com", "phone": "+12025550145", "locale": "fr"},
        {"id": "yui", "name": "Yui Sato", "email": "yui.sato@example.com", "phone": "+12025550145", "locale": "ja"},
    ],
    "orders": [
        {
            "name": f"#{number}",
            "customer": customer,
            "createdAt": placed,
            "lines": [{"sku": "S-M", "quantity": 1, "state": "open"}],
        }
        for number, customer, placed in (
            (1041, "ana", "2026-11-20T12:00:00+01:00"),
            (1042, "ana", "2026-11-20T13:00:00+01:00"),
            (1043, "ana", "2026-11-20T14:00:00+01:00"),
            (1044, "louis", "2026-11-20T14:30:00+01:00"),
        )
    ],
}


@dataclass
class Store:
    shop: ReadShop
    fail: Callable[[], None]
    """Call it: the next calls find the shop down."""


@pytest.fixture(params=["memory", "twin"])
async def store(request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    if request.param == "memory":
        shop = in_memory()

        def break_it() -> None:
            shop.fault = ShopUnavailable()

        yield Store(shop, break_it)
        return
    app = make_app([world_from(WORLD)])
    async with new_http_client(transport=httpx.ASGITransport(app)) as http:
        base = "http://127.0.0.1/shops/northbay"
        tokens = ClientCredentials(http, base, "deskbell-read", "read-secret", time.monotonic)
        client = ReadClient(http, base, tokens, sleep=no_pause)
        reading = ShopifyReadShop(client, "EUR", lambda: datetime.fromisoformat(CLOCK))

        def fail() -> None:
            client.http = new_http_client(transport=httpx.MockTransport(lambda request: httpx.Response(503)))

        yield Store(reading, fail)


async def no_pause(seconds: float) -> None:
    return None


def in_memory() -> MemoryShop:
    product = ProductId("gid://shopify/Product/1")

    def customer(number: int, name: str, phone: str, locale: str, *tags: str) -> Customer:
        account = CustomerId(f"gid://shopify/Customer/{number}")
        return Customer(
            id=account, first_name=name.split(".")[0].title(), email=f"{name}@example.com", phone=phone, locale=locale, tags=frozenset(tags)
        )

    def order(number: int, owner: int, hours: float) -> Order:
        return Order(
            id=OrderId(f"gid://shopify/Order/{number}"),
            name=f"#{number}",
            customer=CustomerId(f"gid://shopify/Customer/{owner}"),
            created_at=NOON + timedelta(hours=hours),
            financial=Financial.PAID,
            currency="EUR",
            lines=(line("shirt", units(), title="Shirt", product=Product(id=product, type="Shirts", tags=frozenset({"summer"}))),),
            version="1",
        )

    def variant(number: int, size: str, stock: bool) -> Variant:
        return Variant(
            id=VariantId(f"gid://shopify/ProductVariant/{number}"),
            title=size,
            options=(SelectedOption(name="Size", value=size),),
            price=Money(amount=Decimal("59.00"), currency="EUR"),
            available=stock,
        )

    return MemoryShop(
        customers=[
            customer(1, "ana.torres", "+12025550123", "en", "vip"),
            customer(2, "louis.martin", "+12025550145", "fr"),
            customer(3, "yui.sato", "+12025550145", "ja"),
        ],
        orders=[order(1041, 1, 0), order(1042, 1, 1), order(1043, 1, 2), order(1044, 2, 2.5)],
        products={product: (variant(1, "M", True), variant(2, "L", False))},
    )


async def ana(store: Store) -> Customer:
    found = await store.shop.customer_by_email("  Ana.Torres@EXAMPLE.com ", ReadMeter())
    assert found is not None
    return found


async def test_a_shoppers_orders_come_newest_first_and_are_theirs_alone(store: Store) -> None:
    meter = ReadMeter()
    shopper = await ana(store)
    recent = await store.shop.orders_of(shopper.id, meter, first=2)
    assert [order.name for order in recent.orders] == ["#1043", "#1042"]
    assert (recent.more, recent.customer_locale, recent.customer_tags) == (True, "en", frozenset({"vip"}))
    assert {order.customer for order in recent.orders} == {shopper.id}
    assert (meter.queries, len(meter.operations)) == (1, 1)


async def test_an_order_tells_where_each_line_is(store: Store) -> None:
    recent = await store.shop.orders_of((await ana(store)).id, ReadMeter(), first=1)
    [told] = recent.orders[0].lines
    assert (told.title, told.quantity, [(part.state, part.quantity) for part in told.units]) == ("Shirt", 1, [(LineState.OPEN, 1)])
    assert (recent.orders[0].financial, recent.orders[0].complete, bool(recent.orders[0].version)) == (Financial.PAID, True, True)


@pytest.mark.parametrize("typed", ["#1042", "1042", " #1042 "])
async def test_an_own_order_is_found_by_its_number(store: Store, typed: str) -> None:
    found = await store.shop.order_named((await ana(store)).id, typed, ReadMeter())
    assert found is not None
    assert found.name == "#1042"


@pytest.mark.parametrize("typed", ["#1044", "9999", "", '1042" OR name:"1044', "#", "１０４４"])
async def test_foreign_unknown_and_malformed_numbers_are_nothing_alike(store: Store, typed: str) -> None:
    assert await store.shop.order_named((await ana(store)).id, typed, ReadMeter()) is None


async def test_an_order_is_read_again_by_its_owner_only(store: Store) -> None:
    shopper = await ana(store)
    louis = await store.shop.customer_by_email("louis.martin@example.com", ReadMeter())
    assert louis is not None
    theirs = (await store.shop.orders_of(louis.id, ReadMeter())).orders[0]
    assert await store.shop.order(shopper.id, theirs.id, ReadMeter()) is None
    again = await store.shop.order(louis.id, theirs.id, ReadMeter())
    assert again is not None
    assert again.version == theirs.version
    assert await store.shop.order(louis.id, "gid://shopify/Order/1", ReadMeter()) is None


async def test_a_number_on_two_records_shows_as_two(store: Store) -> None:
    assert [found.first_name for found in await store.shop.customers_by_phone("+12025550123", ReadMeter())] == ["Ana"]
    assert sorted(str(found.first_name) for found in await store.shop.customers_by_phone("+12025550145", ReadMeter())) == ["Louis", "Yui"]
    assert list(await store.shop.customers_by_phone("+12025550199", ReadMeter())) == []


async def test_a_customer_is_found_by_the_whole_address_only(store: Store) -> None:
    for other in ("ana.torres+x@example.com", "anatorres@example.com", "nobody@example.com", ""):
        assert await store.shop.customer_by_email(other, ReadMeter()) is None
    shopper = await ana(store)
    assert await store.shop.customer(shopper.id, ReadMeter()) == shopper
    assert await store.shop.customer(CustomerId("gid://shopify/Customer/404"), ReadMeter()) is None


async def test_the_variants_of_a_product_tell_what_is_in_stock(store: Store) -> None:
    [told] = (await store.shop.orders_of((await ana(store)).id, ReadMeter(), first=1)).orders[0].lines
    assert told.product is not None
    found = await store.shop.variants(told.product.id, ReadMeter())
    assert [(variant.options[0].value, variant.available, variant.price.amount) for variant in found] == [
        ("M", True, Decimal("59.00")),
        ("L", False, Decimal("59.00")),
    ]


async def test_a_shop_that_is_down_says_so(store: Store) -> None:
    shopper = await ana(store)
    store.fail()
    with pytest.raises(ShopUnavailable):
        await store.shop.orders_of(shopper.id, ReadMeter())
