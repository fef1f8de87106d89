"""An order as the shop knows it, line by line, in the words the rest of the house uses.

Pure types. `shop.shopify` fills them from GraphQL; nothing here knows where they came from.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType

OrderId = NewType("OrderId", str)
"""Shopify's gid, e.g. `gid://shopify/Order/1042`."""
LineId = NewType("LineId", str)
CustomerId = NewType("CustomerId", str)
ProductId = NewType("ProductId", str)
VariantId = NewType("VariantId", str)


class LineState(StrEnum):
    """Where some units of a line are (house.md 4). A world file's `shipped` reads as IN_TRANSIT."""

    OPEN = "open"
    HELD = "held"
    SCHEDULED = "scheduled"
    REQUESTED = "requested"
    """OPEN / SUBMITTED: the warehouse is asked and has not accepted."""
    ACCEPTED = "accepted"
    """IN_PROGRESS / ACCEPTED, and its CANCELLATION_REQUESTED and CANCELLATION_REJECTED variants."""
    PACKING = "packing"
    """IN_PROGRESS / UNSUBMITTED (someone is picking) and INCOMPLETE."""
    READY_FOR_PICKUP = "ready_for_pickup"
    IN_TRANSIT = "in_transit"
    DELIVERED = "delivered"
    REMOVED = "removed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    """Covered by no fulfilment order that can be seen, or in a state this version does not know. Never editable."""


class CancellationRequest(StrEnum):
    """What became of a cancellation request to the warehouse, if there was one."""

    NONE = "none"
    REQUESTED = "requested"
    REJECTED = "rejected"


class DeliveryMethod(StrEnum):
    SHIPPING = "shipping"
    LOCAL = "local"
    PICK_UP = "pick_up"
    PICKUP_POINT = "pickup_point"
    NONE = "none"
    RETAIL = "retail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """`amount` in major units, never a float, never added across currencies."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Every field may be missing: Shopify withholds protected customer data."""

    name: str | None = None
    address1: str | None = None
    address2: str | None = None
    city: str | None = None
    province: str | None = None
    zip: str | None = None
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    company: str | None = None
    number: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """One hold on a fulfilment order."""

    reason: str
    """Shopify's FulfillmentHoldReason, e.g. HIGH_RISK_OF_FRAUD."""
    handle: str | None = None
    ours: bool = False
    """True when our own handle or our own app put it there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Some units of one line that share one state."""

    state: LineState
    quantity: int
    holds: tuple[Hold, ...] = ()
    cancellation: CancellationRequest = CancellationRequest.NONE
    asked_at: datetime | None = None
    """When the cancellation was requested, aware."""
    scheduled_for: datetime | None = None
    at: datetime | None = None
    """Since when: shipped, delivered or ready for pick-up, aware."""
    tracking: tuple[Tracking, ...] = ()
    delivery: DeliveryMethod = DeliveryMethod.SHIPPING
    takes_cancellation: bool = True
    """False when the warehouse is known to take no cancellation request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedOption:
    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What the policy may ask about a product. Absent (None on the line) when it was deleted: a fact that cannot be read."""

    id: ProductId
    type: str = ""
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One line of an order: what was bought and where each unit of it is."""

    id: LineId
    title: str
    variant_title: str | None
    sku: str | None = None
    vendor: str | None = None
    quantity: int
    """What is still on the order (currentQuantity), not what was bought."""
    units: tuple[Units, ...]
    """Adds up to `quantity` (removed units of a line that was bought stand apart with state REMOVED)."""
    unit_price: Money | None = None
    product: Product | None = None
    variant: VariantId | None = None
    options: tuple[SelectedOption, ...] = ()
    image_url: str | None = None
    gift_card: bool = False
    requires_shipping: bool = True
    selling_plan: str | None = None
    bundle: bool = False
    merchant_editable: bool = True
    properties: tuple[tuple[str, str], ...] = ()

    def quantity_in(self, *states: LineState) -> int:
        """Units of this line in any of `states`."""
        return sum(units.quantity for units in self.units if units.state in states)


class Financial(StrEnum):
    """Shopify's OrderDisplayFinancialStatus; UNKNOWN for a null or a value this version does not know."""

    AUTHORIZED = "AUTHORIZED"
    EXPIRED = "EXPIRED"
    PAID = "PAID"
    PARTIALLY_PAID = "PARTIALLY_PAID"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    PENDING = "PENDING"
    REFUNDED = "REFUNDED"
    VOIDED = "VOIDED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One order of one customer, as read at `read_at`."""

    id: OrderId
    name: str
    """As the shopper sees it, e.g. `#1042`."""
    customer: CustomerId | None
    created_at: datetime
    cancelled_at: datetime | None = None
    financial: Financial = Financial.UNKNOWN
    currency: str = ""
    total: Money | None = None
    lines: tuple[OrderLine, ...] = ()
    complete: bool = True
    """False when lines, fulfilment orders or fulfilled lines had a further page: decides nothing, read the order alone."""
    locale: str | None = None
    country: str | None = None
    """Delivery country, else billing country."""
    billing_country: str | None = None
    address: Address | None = None
    shipping_title: str | None = None
    shipping_code: str | None = None
    delivery: DeliveryMethod = DeliveryMethod.SHIPPING
    tags: frozenset[str] = frozenset()
    customer_tags: frozenset[str] = frozenset()
    note: str | None = None
    discount_codes: tuple[str, ...] = ()
    merchant_editable: bool = True
    return_status: str = "NO_RETURN"
    disputed: bool = False
    risky: bool = False
    """risk.recommendation CANCEL or INVESTIGATE."""
    b2b: bool = False
    test: bool = False
    other_app: bool = False
    """Made by another app or an import."""
    payment_terms: bool = False
    read_at: datetime | None = None
    version: str = ""
    """A hash of the state read; two reads with one version decide the same (INV-11)."""

    def lines_present(self) -> Iterator[OrderLine]:
        """The lines that still hold something."""
        return (line for line in self.lines if line.quantity > 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A variant a shopper could swap to."""

    id: VariantId
    title: str
    options: tuple[SelectedOption, ...]
    price: Money
    available: bool
    """False when it cannot be sold now."""
    sku: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """The account behind a proof. Protected fields may be missing."""

    id: CustomerId
    first_name: str | None = None
    email: str | None = None
    phone: str | None = None
    locale: str | None = None
    tags: frozenset[str] = field(default_factory=frozenset)
