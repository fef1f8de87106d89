# ruff: noqa: N815 - the keys of the file keep their own spelling (createdAt, cancelledAt, …)
"""What may stand in a world file: one brand, its policies, its products, customers and orders, at one moment.

Pydantic models of the file, nothing more; `demo.world` reads the file and checks that the parts fit together.
"""

from decimal import Decimal
from functools import cache
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr, field_validator

_zones = cache(available_timezones)
"""Looked up on disk, a thousand files, once."""
State = Literal[
    "open",
    "held",
    "scheduled",
    "requested",
    "accepted",
    "packing",
    "incomplete",
    "ready_for_pickup",
    "shipped",
    "delivered",
    "removed",
    "unlisted",
]
HoldReason = Literal[
    "AWAITING_PAYMENT",
    "AWAITING_RETURN_ITEMS",
    "HIGH_RISK_OF_FRAUD",
    "INCORRECT_ADDRESS",
    "INVENTORY_OUT_OF_STOCK",
    "ONLINE_STORE_POST_PURCHASE_CROSS_SELL",
    "OTHER",
    "UNKNOWN_DELIVERY_DATE",
]
Financial = Literal["AUTHORIZED", "EXPIRED", "PAID", "PARTIALLY_PAID", "PARTIALLY_REFUNDED", "PENDING", "REFUNDED", "VOIDED"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Method = Literal["shipping", "local", "pickup_point", "pick_up", "none", "retail"]

SHIPPED_STATES = frozenset({"shipped", "delivered", "ready_for_pickup"})
"""States whose units have left their fulfilment order and stand in a parcel."""


def _money(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        raise ValueError('money is a string: write it in quotes, e.g. "59.00"')
    try:
        amount = Decimal(value)
    except ArithmeticError:
        raise ValueError(f'{value!r} is not an amount: write e.g. "59.00"') from None
    if not amount.is_finite() or amount < 0:
        raise ValueError(f"{value!r} is not an amount of money")
    return amount


Price = Annotated[Decimal, BeforeValidator(_money)]
Count = Annotated[StrictInt, Field(ge=1)]


class Part(BaseModel):
    """A mapping of the file: no unknown keys, nothing converted silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Hub(Part):
    active: StrictBool = False
    changes: tuple[Literal["swap_variant", "set_quantity", "remove_lines", "set_address", "cancel_order"], ...] = ()
    increase_quantity: StrictBool = False
    returns: StrictBool = True


class Handoff(Part):
    days: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri")
    opens: Annotated[StrictStr, Field(alias="from", pattern=r"^\d{2}:\d{2}$")] = "09:00"
    closes: Annotated[StrictStr, Field(alias="to", pattern=r"^\d{2}:\d{2}$")] = "18:00"
    reply_within: Annotated[StrictStr, Field(pattern=r"^\d+\s*(m|min|h|d)$")] = "4h"


class Brand(Part):
    """The brand. The twin uses name, shop, site, currency, zone, locales and all_orders; the rest is for the app, kept as data."""

    id: Annotated[StrictStr, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
    name: StrictStr
    shop: Annotated[StrictStr, Field(pattern=r"^[a-z0-9][a-z0-9-]*\.myshopify\.com$")]
    site: Annotated[StrictStr, Field(pattern=r"^https?://[^\s/]+")]
    currency: Annotated[StrictStr, Field(pattern=r"^[A-Z]{3}$")]
    time_zone: StrictStr
    locales: Annotated[tuple[StrictStr, ...], Field(min_length=1)]
    channels: tuple[Literal["webchat", "sms", "whatsapp", "email"], ...] = ("webchat",)
    sms: dict[StrictStr, Any] | None = None
    whatsapp: dict[StrictStr, Any] | None = None
    mail: dict[StrictStr, Any] | None = None
    budgets: dict[StrictStr, Any] = {}
    all_orders: StrictBool = False
    hub: Hub = Hub()
    handoff: Handoff = Handoff()
    contact_email: StrictStr | None = None
    whatsapp_sender_proves: StrictBool = True
    hub_proof: Literal["code", "account"] = "code"
    hub_url: StrictStr | None = None
    voice: dict[StrictStr, Any] = {}
    colours: dict[StrictStr, StrictStr] = {}

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in _zones():
            raise ValueError(f"no time zone {value!r}: write an IANA name, e.g. Europe/Paris")
        return ZoneInfo(value).key

    @property
    def handle(self) -> str:
        """`northbay` of `northbay.myshopify.com`: how the shop is addressed in the twin."""
        return self.shop.removesuffix(".myshopify.com")


class Policy(Part):
    id: StrictStr
    locale: StrictStr
    title: StrictStr | None = None
    text: StrictStr | None = None
    path: StrictStr | None = None
    rules: StrictStr | None = None
    approved: StrictBool = True


class ShopPolicy(Part):
    """One of Shopify's own legal pages, as `shop.shopPolicies` gives it."""

    type: Literal[
        "CONTACT_INFORMATION",
        "LEGAL_NOTICE",
        "PRIVACY_POLICY",
        "REFUND_POLICY",
        "SHIPPING_POLICY",
        "SUBSCRIPTION_POLICY",
        "TERMS_OF_SALE",
        "TERMS_OF_SERVICE",
    ]
    title: StrictStr
    body: StrictStr
    updatedAt: AwareDatetime | None = None


class Warehouse(Part):
    """A place that packs. One that a line names and that is not listed here belongs to a third party."""

    name: StrictStr
    third_party: StrictBool = True
    takes_cancellations: StrictBool = True
    visible: StrictBool = True


class Variant(Part):
    sku: StrictStr
    options: tuple[StrictStr, ...] = ()
    price: Price
    compare_at: Price | None = None
    stock: StrictInt | None = None
    oversell: StrictBool = False
    components: StrictBool = False


class Product(Part):
    id: StrictStr
    title: StrictStr
    type: StrictStr = ""
    vendor: StrictStr | None = None
    tags: tuple[StrictStr, ...] = ()
    options: tuple[StrictStr, ...] = ()
    variants: Annotated[tuple[Variant, ...], Field(min_length=1)]
    gift_card: StrictBool = False
    ships: StrictBool = True
    image: StrictStr | None = None
    description: StrictStr = ""


class Customer(Part):
    id: StrictStr
    name: StrictStr
    email: Annotated[StrictStr, Field(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    phone: Annotated[StrictStr, Field(pattern=r"^\+[1-9]\d{6,14}$")] | None = None
    locale: StrictStr | None = None
    tags: tuple[StrictStr, ...] = ()
    verified: StrictBool = True
    note: StrictStr | None = None
    createdAt: AwareDatetime | None = None


class Tracking(Part):
    company: StrictStr | None = None
    number: StrictStr | None = None
    url: StrictStr | None = None


class Units(Part):
    """The state of some units; a line carries it for all of them, a part for its own n."""

    state: State | None = None
    at: AwareDatetime | None = None
    shipped_at: AwareDatetime | None = None
    tracking: Tracking | None = None
    reason: HoldReason | None = None
    handle: Annotated[StrictStr, Field(max_length=64)] | None = None
    note: StrictStr | None = None
    cancel: Literal["requested", "rejected"] | None = None
    warehouse: StrictStr | None = None


class UnitsOf(Units):
    n: Count
    state: State


class Line(Units):
    sku: StrictStr
    quantity: Count = 1
    price: Price | None = None
    parts: Annotated[tuple[UnitsOf, ...], Field(min_length=1)] | None = None
    properties: dict[StrictStr, StrictStr] = {}
    selling_plan: StrictStr | None = None
    bundle: StrictStr | None = None
    editable: StrictBool = True


class Shipping(Part):
    title: StrictStr
    method: Method = "shipping"
    price: Price = Decimal(0)


class Address(Part):
    name: StrictStr | None = None
    company: StrictStr | None = None
    address1: StrictStr | None = None
    address2: StrictStr | None = None
    city: StrictStr | None = None
    province: StrictStr | None = None
    zip: StrictStr | None = None
    country: Annotated[StrictStr, Field(pattern=r"^[A-Z]{2}$")] | None = None
    phone: StrictStr | None = None


class Discount(Part):
    """An amount off the goods, in money or per cent."""

    code: StrictStr | None = None
    amount: Price | None = None
    percent: Annotated[StrictInt, Field(ge=1, le=100)] | None = None


class Terms(Part):
    type: Literal["FIXED", "FULFILLMENT", "NET", "RECEIPT", "UNKNOWN"] = "NET"
    name: StrictStr = "Net 30"
    due_in_days: StrictInt | None = 30
    due: StrictBool = False
    overdue: StrictBool = False


def _discount(value: object) -> object:
    if isinstance(value, str):
        return {"percent": int(value[:-1])} if value[:-1].isdigit() and value.endswith("%") else {"amount": value}
    return value


def _terms(value: object) -> object:
    if value is True:
        return {}
    if isinstance(value, str):
        kinds = ("NET", "FIXED", "FULFILLMENT", "RECEIPT")
        kind = next((k for k in kinds if value.upper().startswith(k)), "UNKNOWN")
        days = "".join(c for c in value if c.isdigit())
        return {"type": kind, "name": value, "due_in_days": int(days) if days else None}
    return value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


class Order(Part):
    name: Annotated[StrictStr, Field(min_length=1)]
    customer: StrictStr | None = None
    email: StrictStr | None = None
    phone: StrictStr | None = None
    createdAt: AwareDatetime
    processedAt: AwareDatetime | None = None
    updatedAt: AwareDatetime | None = None
    cancelledAt: AwareDatetime | None = None
    cancelReason: Literal["CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "OTHER", "STAFF"] | None = None
    financial: Financial | None = "PAID"
    received: Price | None = None
    refunded: Price | None = None
    shipping: Shipping | None = None
    address: Address | None = None
    billing: Address | None = None
    tags: tuple[StrictStr, ...] = ()
    note: StrictStr | None = None
    attributes: dict[StrictStr, StrictStr] = {}
    risk: Literal["ACCEPT", "CANCEL", "INVESTIGATE", "NONE"] = "ACCEPT"
    lines: Annotated[tuple[Line, ...], Field(min_length=1)]
    test: StrictBool = False
    b2b: StrictBool | StrictStr = False
    app: StrictStr | None = None
    source: StrictStr = "web"
    returns: Annotated[Literal["REQUESTED", "OPEN", "CLOSED", "DECLINED", "CANCELED"] | None, BeforeValidator(_upper)] = None
    dispute: StrictBool | Literal["CHARGEBACK", "INQUIRY"] = False
    terms: Annotated[Terms | None, BeforeValidator(_terms)] = None
    discount: Annotated[Discount | None, BeforeValidator(_discount)] = None
    merchant_editable: StrictBool | None = None


class World(Part):
    """One brand, its policies, its shop and one moment."""

    clock: AwareDatetime | None = None
    brand: Brand
    policies: tuple[Policy, ...] = ()
    shop_policies: tuple[ShopPolicy, ...] = ()
    warehouses: tuple[Warehouse, ...] = ()
    products: tuple[Product, ...] = ()
    customers: tuple[Customer, ...] = ()
    orders: tuple[Order, ...] = ()
