"""One brand's store at Shopify, asked for one shopper at a time.

Ownership is checked twice: the question is filtered by customer, and what comes back is dropped if it is another customer's. Search
text is built here from checked pieces, never from a message. Orders older than 60 days are hidden by Shopify unless the app may read
all orders; they look like numbers that do not exist (F-07).
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shop.order import Customer, CustomerId, Order, ProductId, Variant
from shop.reading import ReadMeter, RecentOrders
from shop.shopify.client import ReadClient
from shop.shopify.documents import read_document
from shop.shopify.fields import Node, node, nodes, same, text, texts
from shop.shopify.payload import customer_from, order_from, variant_from

_CUSTOMER = re.compile(r"gid://shopify/Customer/(\d{1,20})")
_ORDER = re.compile(r"gid://shopify/Order/\d{1,20}")
_PRODUCT = re.compile(r"gid://shopify/Product/\d{1,20}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,29}")
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
PARCELS_RECENT = 10
PARCELS_ALONE = 25
"""How many fulfilments the documents ask for."""


@dataclass(slots=True)
class ShopifyReadShop:
    """`shop.reading.ReadShop` over the Admin API."""

    client: ReadClient
    currency: str
    """The shop's, for prices that name none."""
    now: Callable[[], datetime]
    """The clock that stamps what was read, aware."""

    async def orders_of(self, customer: CustomerId, meter: ReadMeter, *, first: int = 3) -> RecentOrders:
        """Newest first. An order of more than ten lines comes back with `complete=False`: read it with `order`."""
        if not _CUSTOMER.fullmatch(customer):
            return RecentOrders(customer=customer, orders=())
        answer = await self.client.ask(read_document("shopper_orders"), {"customerId": customer, "first": max(1, min(first, 10))}, meter)
        told = node(answer.data.get("customer"))
        if not same(told.get("id"), customer):
            return RecentOrders(customer=customer, orders=())
        tags, locale = frozenset(texts(told.get("tags"))), text(told.get("locale"))
        read_at = self.now()
        found = [
            order_from(entry, read_at=read_at, parcels_asked=PARCELS_RECENT, customer_tags=tags, locale=locale)
            for entry in nodes(told.get("orders"))
            if _owned(entry, customer)
        ]
        more = node(node(told.get("orders")).get("pageInfo")).get("hasNextPage") is True
        orders = sorted((order for order in found if order is not None), key=lambda order: order.created_at, reverse=True)
        return RecentOrders(customer=customer, orders=tuple(orders), more=more, customer_locale=locale, customer_tags=tags)

    async def order_named(self, customer: CustomerId, name: str, meter: ReadMeter) -> Order | None:
        """The name is compared again on what comes back: the index is fuzzy. A name that cannot be one asks nothing."""
        wanted, owner = plain_name(name), _CUSTOMER.fullmatch(customer)
        if wanted is None or owner is None:
            return None
        query = f'name:"#{wanted}" AND customer_id:{owner.group(1)}'
        answer = await self.client.ask(read_document("order_by_name"), {"query": query}, meter)
        for entry in nodes(answer.data.get("orders")):
            if _owned(entry, customer) and plain_name(str(entry.get("name"))) == wanted:
                return order_from(entry, read_at=self.now(), parcels_asked=PARCELS_ALONE)
        return None

    async def order(self, customer: CustomerId, order_id: str, meter: ReadMeter) -> Order | None:
        """One order in full. A foreign one and one that does not exist are both None."""
        if not _ORDER.fullmatch(order_id):
            return None
        answer = await self.client.ask(read_document("order_detail"), {"id": order_id}, meter)
        told = node(answer.data.get("order"))
        if not _owned(told, customer) or not same(told.get("id"), order_id):
            return None
        return order_from(told, read_at=self.now(), parcels_asked=PARCELS_ALONE)

    async def customers_by_phone(self, phone: str, meter: ReadMeter) -> Sequence[Customer]:
        """Two owners must show as two: the exact look-up of Shopify would name one of them. Anything but E.164 asks nothing."""
        if not _PHONE.fullmatch(phone):
            return ()
        answer = await self.client.ask(read_document("customers_search"), {"query": f'phone:"{phone}"'}, meter)
        found = [customer_from(entry) for entry in nodes(answer.data.get("customers"))]
        return tuple(customer for customer in found if customer is not None and customer.phone == phone)

    async def customer_by_email(self, email: str, meter: ReadMeter) -> Customer | None:
        """Compared trimmed and case-folded; dots and plus tags stay as they are (trust.md 2)."""
        wanted = email.strip().casefold()
        if not wanted or len(wanted) > 254 or "@" not in wanted:
            return None
        answer = await self.client.ask(read_document("customer_by_email"), {"email": wanted}, meter)
        found = customer_from(node(answer.data.get("customerByIdentifier")))
        return found if found is not None and (found.email or "").strip().casefold() == wanted else None

    async def customer(self, customer: CustomerId, meter: ReadMeter) -> Customer | None:
        if not _CUSTOMER.fullmatch(customer):
            return None
        answer = await self.client.ask(read_document("customer"), {"id": customer}, meter)
        found = customer_from(node(answer.data.get("customer")))
        return found if found is not None and found.id == customer else None

    async def variants(self, product: ProductId, meter: ReadMeter) -> Sequence[Variant]:
        if not _PRODUCT.fullmatch(product):
            return ()
        answer = await self.client.ask(read_document("product_variants"), {"productId": product}, meter)
        found = [variant_from(entry, self.currency) for entry in nodes(node(answer.data.get("product")).get("variants"))]
        return tuple(variant for variant in found if variant is not None)


def plain_name(name: str) -> str | None:
    """An order's name as it is compared: without `#`, in one case. None for what cannot be a name."""
    bare = unicodedata.normalize("NFKC", name).strip().lstrip("#").strip()
    return bare.upper() if _NAME.fullmatch(bare) else None


def _owned(told: Node, customer: CustomerId) -> bool:
    return same(node(told.get("customer")).get("id"), customer)
