"""What the shop holds: customers, products, orders, fulfilment orders, parcels. Plain records that the twin changes in place."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal


def number_of(kind: str, *keys: object) -> int:
    """A 13-digit id that depends on the keys alone, so the same world file has the same ids on every machine."""
    text = "\x1f".join((kind, *(str(key) for key in keys)))
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return 10**12 + int.from_bytes(digest) % (9 * 10**12)


def gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"


def secret_of(*keys: object, size: int = 16) -> str:
    """Letters and digits that depend on the keys alone: tokens in addresses, confirmation numbers."""
    digest = hashlib.blake2b("\x1f".join(str(key) for key in keys).encode(), digest_size=size).digest()
    return base64.b32encode(digest).decode().rstrip("=").lower()


@dataclass(slots=True, kw_only=True)
class Address:
    number: int
    first_name: str | None = None
    last_name: str | None = None
    company: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    province_code: str | None = None
    zip: str | None = None
    country: str | None = None
    phone: str | None = None

    @property
    def name(self) -> str | None:
        return " ".join(part for part in (self.first_name, self.last_name) if part) or None


@dataclass(slots=True, kw_only=True)
class Customer:
    number: int
    key: str
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    locale: str
    tags: list[str]
    verified: bool
    note: str | None
    created_at: datetime
    updated_at: datetime
    orders: list["Order"] = field(default_factory=list)
    store_credit: Decimal = Decimal(0)

    @property
    def gid(self) -> str:
        return gid("Customer", self.number)

    @property
    def display_name(self) -> str:
        return " ".join(part for part in (self.first_name, self.last_name) if part) or self.email or self.phone or ""


@dataclass(slots=True, kw_only=True)
class Variant:
    number: int
    product: "Product"
    position: int
    sku: str
    options: tuple[str, ...]
    price: Decimal
    compare_at: Decimal | None
    stock: int | None
    oversell: bool
    components: bool

    @property
    def title(self) -> str:
        return " / ".join(self.options) or "Default Title"

    @property
    def for_sale(self) -> bool:
        return self.stock is None or self.stock > 0 or self.oversell


@dataclass(slots=True, kw_only=True)
class Product:
    number: int
    key: str
    title: str
    type: str
    vendor: str
    tags: list[str]
    options: tuple[str, ...]
    gift_card: bool
    ships: bool
    image: str | None
    description: str
    created_at: datetime
    variants: list[Variant] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Location:
    number: int
    name: str
    third_party: bool
    takes_cancellations: bool
    visible: bool


@dataclass(slots=True, kw_only=True)
class Line:
    number: int
    order: "Order"
    variant: Variant
    quantity: int
    price: Decimal
    discount: Decimal
    """Off the whole line."""
    removed: int
    properties: dict[str, str]
    selling_plan: str | None
    bundle: str | None
    editable: bool
    returned: int = 0
    """Of the removed ones: those that had left already and were given back for."""

    @property
    def current(self) -> int:
        return self.quantity - self.removed

    @property
    def ships(self) -> bool:
        return self.variant.product.ships


@dataclass(slots=True, kw_only=True)
class Hold:
    number: int
    reason: str
    notes: str | None
    handle: str | None
    by: str | None
    """client_id of the app that put it there; None: staff in the admin."""


@dataclass(slots=True, kw_only=True)
class Request:
    """What the merchant asked of the warehouse."""

    number: int
    kind: Literal["FULFILLMENT_REQUEST", "CANCELLATION_REQUEST"]
    message: str | None
    sent_at: datetime


@dataclass(slots=True, kw_only=True)
class FulfillmentOrderLine:
    number: int
    line: Line
    total: int
    remaining: int


@dataclass(slots=True, kw_only=True)
class FulfillmentOrder:
    number: int
    order: "Order"
    location: Location
    status: str
    request_status: str
    created_at: datetime
    updated_at: datetime
    fulfill_at: datetime | None
    method: str
    presented_name: str | None
    lines: list[FulfillmentOrderLine] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    ghost: bool = False
    """Merged or moved away: not displayable."""

    @property
    def gid(self) -> str:
        return gid("FulfillmentOrder", self.number)

    @property
    def units(self) -> int:
        return sum(each.remaining for each in self.lines)


@dataclass(slots=True, kw_only=True)
class Tracking:
    company: str | None
    number: str | None
    url: str | None


@dataclass(slots=True, kw_only=True)
class FulfilledLine:
    number: int
    line: Line
    quantity: int


@dataclass(slots=True, kw_only=True)
class Fulfillment:
    """A parcel, or what waits at the counter."""

    number: int
    order: "Order"
    name: str
    status: str
    display_status: str
    created_at: datetime
    updated_at: datetime
    in_transit_at: datetime | None
    delivered_at: datetime | None
    location: Location
    tracking: list[Tracking] = field(default_factory=list)
    lines: list[FulfilledLine] = field(default_factory=list)

    @property
    def gid(self) -> str:
        return gid("Fulfillment", self.number)


@dataclass(slots=True, kw_only=True)
class Transaction:
    number: int
    kind: str
    status: str
    amount: Decimal
    at: datetime
    parent: "Transaction | None" = None
    gateway: str = "bogus"


@dataclass(slots=True, kw_only=True)
class RefundLine:
    number: int
    line: Line
    quantity: int
    restock: str
    subtotal: Decimal = Decimal(0)
    """What the units cost after all discounts."""
    location: Location | None = None


@dataclass(slots=True, kw_only=True)
class Refund:
    number: int
    at: datetime
    note: str | None
    total: Decimal
    lines: list[RefundLine]
    shipping: Decimal = Decimal(0)
    discrepancy: Decimal = Decimal(0)
    """What was given beyond (or, negative, short of) the worth of its lines and shipping: an order adjustment."""
    transactions: list[Transaction] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class ReturnLine:
    """Units of a parcel that shall come back, and why."""

    number: int
    parcel_line: FulfilledLine
    quantity: int
    reason: int | None = None
    """Number of a ReturnReasonDefinition."""
    note: str = ""
    """In the customer's own words."""

    @property
    def line(self) -> Line:
        return self.parcel_line.line


@dataclass(slots=True, kw_only=True)
class Return:
    number: int
    name: str
    status: str
    at: datetime
    lines: list[ReturnLine]
    order: "Order"


@dataclass(slots=True, kw_only=True)
class Event:
    number: int
    action: str
    message: str
    at: datetime
    app: str | None = None


@dataclass(slots=True, kw_only=True)
class PaymentTerms:
    number: int
    type: str
    name: str
    due_in_days: int | None
    due: bool
    overdue: bool


@dataclass(slots=True, kw_only=True)
class ShippingLine:
    number: int
    title: str
    method: str
    price: Decimal


@dataclass(slots=True, kw_only=True)
class Order:
    number: int
    name: str
    customer: Customer | None
    email: str | None
    phone: str | None
    created_at: datetime
    processed_at: datetime
    updated_at: datetime
    cancelled_at: datetime | None
    cancel_reason: str | None
    staff_note: str | None
    closed_at: datetime | None
    financial: str | None
    currency: str
    locale: str
    shipping: ShippingLine | None
    address: Address | None
    billing: Address | None
    tags: list[str]
    note: str | None
    attributes: dict[str, str]
    risk: str
    test: bool
    company: str | None
    app: str
    source: str
    dispute: str | None
    terms: PaymentTerms | None
    discount_code: str | None
    discount: Decimal
    editable: bool | None
    edited: bool
    received: Decimal
    refunded: Decimal
    shipping_refunded: Decimal = Decimal(0)
    adjustment: Decimal = Decimal(0)
    """What refunds gave beyond (negative) or kept back of (positive) the worth of what they were for."""
    edits: int = 0
    """How many edits were committed: a session begun before the last of them is stale."""
    lines: list[Line] = field(default_factory=list)
    fulfillment_orders: list[FulfillmentOrder] = field(default_factory=list)
    fulfillments: list[Fulfillment] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    returns: list[Return] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    @property
    def gid(self) -> str:
        return gid("Order", self.number)
