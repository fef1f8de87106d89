"""The twin's suggested refunds against a calculation of their own in whole cents (or yen), ten thousand times."""

import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from demo.clock import DemoClock
from demo.shopify import arithmetic as sums
from demo.shopify import refunding
from demo.shopify.records import Order
from demo.shopify.refunding import Suggestion, Wanted
from demo.shopify.shop import Shop
from demo.world import world_from
from tests.contracts.test_read_shop import WORLD

REFUNDS = 10_000
PLACED = {"customer": "ana", "createdAt": "2026-11-20T14:00:00+01:00"}


def written(minor: int, exponent: int) -> str:
    return f"{Decimal(minor).scaleb(-exponent):f}"


@dataclass
class Line:
    """A line in whole numbers of the smallest coin."""

    price: int
    quantity: int
    discount: int
    left: int

    def worth(self, units: int) -> int:
        """Units of it: their price, less their share of the discount, a half rounded up."""
        return self.price * units - (2 * self.discount * units + self.quantity) // (2 * self.quantity)

    def take(self, units: int) -> int:
        before = self.worth(self.left)
        self.left -= units
        return before - self.worth(self.left)


def shop_of(chance: random.Random, currency: str, exponent: int, orders: int) -> Shop:
    prices = [chance.randint(0 if n == 0 else 1, 20_000) for n in range(12)]
    variants = [{"sku": f"V{n}", "options": [str(n)], "price": written(price, exponent)} for n, price in enumerate(prices)]
    made: list[dict[str, Any]] = []
    for number in range(orders):
        lines = [
            {"sku": f"V{chance.randrange(12)}", "quantity": chance.randint(1, 7), "state": "open"} for _ in range(chance.randint(1, 4))
        ]
        order: dict[str, Any] = {"name": f"#{number}", **PLACED, "lines": lines}
        if chance.random() < 0.7:
            order["discount"] = written(chance.randint(1, 9_000), exponent)
        if chance.random() < 0.5:
            order["shipping"] = {"title": "Standard", "price": written(chance.randint(0, 1_500), exponent)}
        made.append(order)
    brand = {**WORLD["brand"], "currency": currency}  # type: ignore[dict-item]  # a plain table
    products = [{"id": "thing", "title": "Thing", "options": ["Kind"], "variants": variants}]
    world = world_from({**WORLD, "brand": brand, "products": products, "orders": made})
    return Shop(world, DemoClock(world.clock))


def minor(amount: Decimal, exponent: int) -> int:
    whole = amount.scaleb(exponent)
    assert whole == whole.to_integral_value(), f"{amount} is no amount of coins"
    return int(whole)


def refund_some(shop: Shop, order: Order, lines: list[Line], chance: random.Random, exponent: int, key: str) -> int:
    """One refund, suggested and given; its worth by our own reckoning."""
    indices = [n for n, line in enumerate(lines) if line.left]
    picked = chance.sample(indices, chance.randint(1, len(indices))) if indices else []
    asked = [(n, chance.randint(1, lines[n].left)) for n in picked]
    shipping = chance.random() < 0.2
    carriage = minor(sums.current_shipping(order), exponent) if shipping else 0
    ours = min(sum(lines[n].take(units) for n, units in asked) + carriage, minor(order.received - order.refunded, exponent))
    chosen = refunding.chosen(order, [(order.lines[n], units, "CANCEL", None) for n, units in asked])
    told = Suggestion(order, chosen, sums.current_shipping(order) if shipping else sums.ZERO, False)
    assert minor(told.amount, exponent) == ours
    assert minor(sum((given for _, given, _ in told.transactions()), sums.ZERO), exponent) == ours
    assert all(given <= rest for _, given, rest in told.transactions())
    payments = [(payment, given) for payment, given, _ in told.transactions() if given]
    refunding.refund(shop, order, Wanted(lines=chosen, shipping=told.shipping, payments=payments), key, key)
    return ours


@pytest.mark.parametrize(("currency", "exponent"), [("EUR", 2), ("JPY", 0)])
def test_every_suggested_refund_is_right_to_the_coin_and_never_more_than_was_paid(currency: str, exponent: int) -> None:
    chance = random.Random(20261120)
    done = 0
    while done < REFUNDS // 2:
        shop = shop_of(chance, currency, exponent, orders=50)
        for order in shop.orders.values():
            lines = [
                Line(minor(line.price, exponent), line.quantity, minor(line.discount, exponent), line.quantity) for line in order.lines
            ]
            received, given = minor(order.received, exponent), 0
            while any(line.left for line in lines):
                given += refund_some(shop, order, lines, chance, exponent, key=f"{order.name}/{given}/{done}")
                done += 1
                assert given == minor(order.refunded, exponent) <= received
                assert sums.outstanding(order) == 0
            assert given == received - minor(sums.current_shipping(order), exponent)
