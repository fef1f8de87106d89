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
from shop.reading import ReadMeter, RecentOrders, ShopUnavailable
from shop.shopify.client import Answer, ReadClient
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
        told = _told(answer, "customer")
        if told is None or not same(_told_id(told), customer):
            return RecentOrders(customer=customer, orders=())
        tags, locale = frozenset(texts(told.get("tags"))), text(told.get("locale"))
        read_at = self.now()
        found = [
            _whole(order_from(entry, read_at=read_at, parcels_asked=PARCELS_RECENT, customer_tags=tags, locale=locale))
            for entry in _own(told.get("orders"), customer)
        ]
        more = node(node(told.get("orders")).get("pageInfo")).get("hasNextPage") is True
        orders = sorted(found, key=lambda order: order.created_at, reverse=True)
        return RecentOrders(customer=customer, orders=tuple(orders), more=more, customer_locale=locale, customer_tags=tags)

    async def order_named(self, customer: CustomerId, name: str, meter: ReadMeter) -> Order | None:
        """The name is compared again on what comes back: the index is fuzzy. A name that cannot be one asks nothing."""
        wanted, owner = plain_name(name), _CUSTOMER.fullmatch(customer)
        if wanted is None or owner is None:
            return None
        query = f'name:"#{wanted}" AND customer_id:{owner.group(1)}'
        answer = await self.client.ask(read_document("order_by_name"), {"query": query}, meter)
        for entry in _own(answer.data.get("orders"), customer):
            if plain_name(str(entry.get("name"))) == wanted:
                return _whole(order_from(entry, read_at=self.now(), parcels_asked=PARCELS_ALONE))
        return None

    async def order(self, customer: CustomerId, order_id: str, meter: ReadMeter) -> Order | None:
        """One order in full. A foreign one and one that does not exist are both None."""
        if not _ORDER.fullmatch(order_id):
            return None
        answer = await self.client.ask(read_document("order_detail"), {"id": order_id}, meter)
        told = _told(answer, "order")
        if told is None or not _owned(told, customer) or not same(told.get("id"), order_id):
            return None
        return _whole(order_from(told, read_at=self.now(), parcels_asked=PARCELS_ALONE))

    async def customers_by_phone(self, phone: str, meter: ReadMeter) -> Sequence[Customer]:
        """Two owners must show as two: the exact look-up of Shopify would name one of them. Anything but E.164 asks nothing."""
        if not _PHONE.fullmatch(phone):
            return ()
        answer = await self.client.ask(read_document("customers_search"), {"query": f'phone:"{phone}"'}, meter)
        found = [customer_from(entry) for entry in _members(answer.data.get("customers"))]
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


def _told(answer: Answer, root: str) -> Node | None:
    """What was asked for; None where the shop says that there is none. Raises ShopUnavailable where it says nothing of it."""
    if root not in answer.data:
        raise ShopUnavailable(f"{root!r} is missing in the shop's answer")
    return None if answer.data[root] is None else node(answer.data[root])


def _told_id(told: Node) -> str:
    """Raises ShopUnavailable where it is left out: whose this is cannot be told then, nor that it is nobody's."""
    found = text(told.get("id"))
    if found is None:
        raise ShopUnavailable("an id is missing in the shop's answer")
    return found


def _members(connection: object) -> list[Node]:
    """Every member of a list. Raises ShopUnavailable where it has a hole: what cannot be read must not be taken for what is not there."""
    members, found = node(connection).get("nodes"), nodes(connection)
    if not isinstance(members, list) or len(found) < len(members):
        raise ShopUnavailable("something is missing in a list of the shop's answer")
    return found


def _own(connection: object, customer: CustomerId) -> list[Node]:
    """The customer's own orders in a list; another's are dropped. Raises ShopUnavailable where the list has a hole."""
    return [one for one in _members(connection) if same(_told_id(node(one.get("customer"))), customer)]


def _whole(order: Order | None) -> Order:
    """Raises ShopUnavailable where the shop left out what makes it an order: its id, name or date."""
    if order is None:
        raise ShopUnavailable("an order could not be read from the shop's answer")
    return order


def _owned(told: Node, customer: CustomerId) -> bool:
    return same(node(told.get("customer")).get("id"), customer)
