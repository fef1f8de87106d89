"""From a world file to a shop's records: customers, products, orders and what was paid for them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from demo import world_parts as parts
from demo.shopify import arithmetic as sums
from demo.shopify import records as r
from demo.shopify.ledger import recall, settle
from demo.shopify.placing import place
from demo.shopify.records import number_of


@dataclass(slots=True)
class Stock:
    """What orders refer to, by the keys of the world file."""

    currency: str
    customers: dict[str, r.Customer] = field(default_factory=dict)
    products: dict[str, r.Product] = field(default_factory=dict)
    variants: dict[str, r.Variant] = field(default_factory=dict)
    locations: dict[str, r.Location] = field(default_factory=dict)


def split_name(name: str | None) -> tuple[str | None, str | None]:
    first, _, last = (name or "").strip().partition(" ")
    return first or None, last.strip() or None


def build_customer(shop: str, given: parts.Customer, locale: str, now: datetime) -> r.Customer:
    first, last = split_name(given.name)
    made = given.createdAt or now - timedelta(days=365)
    return r.Customer(
        number=number_of("Customer", shop, given.id),
        key=given.id,
        first_name=first,
        last_name=last,
        email=given.email,
        phone=given.phone,
        locale=given.locale or locale,
        tags=list(given.tags),
        verified=given.verified,
        note=given.note,
        created_at=made,
        updated_at=made,
    )


def build_product(shop: str, brand: str, given: parts.Product, now: datetime) -> r.Product:
    product = r.Product(
        number=number_of("Product", shop, given.id),
        key=given.id,
        title=given.title,
        type=given.type,
        vendor=given.vendor or brand,
        tags=list(given.tags),
        options=given.options,
        gift_card=given.gift_card,
        ships=given.ships,
        image=given.image,
        description=given.description,
        created_at=now - timedelta(days=200),
    )
    product.variants = [
        r.Variant(
            number=number_of("ProductVariant", shop, each.sku),
            product=product,
            position=position,
            sku=each.sku,
            options=each.options,
            price=each.price,
            compare_at=each.compare_at,
            stock=each.stock,
            oversell=each.oversell,
            components=each.components,
        )
        for position, each in enumerate(given.variants, start=1)
    ]
    return product


def build_address(given: parts.Address | None, *keys: object) -> r.Address | None:
    if given is None:
        return None
    first, last = split_name(given.name)
    return r.Address(
        number=number_of("MailingAddress", *keys),
        first_name=first,
        last_name=last,
        company=given.company,
        address1=given.address1,
        address2=given.address2,
        city=given.city,
        province_code=given.province,
        zip=given.zip,
        country=given.country,
        phone=given.phone,
    )


def build_order(shop: str, given: parts.Order, stock: Stock, *, locale: str, now: datetime) -> r.Order:
    """One order with everything that hangs on it. References were checked when the world was read."""
    customer = stock.customers[given.customer] if given.customer else None
    key = (shop, given.name)
    address = build_address(given.address, *key, "shipping")
    order = r.Order(
        number=number_of("Order", *key),
        name=given.name,
        customer=customer,
        email=given.email or (customer.email if customer else None),
        phone=given.phone or (customer.phone if customer else None),
        created_at=given.createdAt,
        processed_at=given.processedAt or given.createdAt,
        updated_at=given.updatedAt or given.createdAt,
        cancelled_at=given.cancelledAt,
        cancel_reason=given.cancelReason or ("CUSTOMER" if given.cancelledAt else None),
        staff_note=None,
        closed_at=None,
        financial=given.financial,
        currency=stock.currency,
        locale=customer.locale if customer else locale,
        shipping=_shipping(given, *key),
        address=address,
        billing=build_address(given.billing, *key, "billing") or address,
        tags=sorted(given.tags),
        note=given.note,
        attributes=dict(given.attributes),
        risk=given.risk,
        test=given.test,
        company=("Company" if given.b2b is True else given.b2b) or None,
        app=given.app or "Online Store",
        source=given.source,
        dispute=("CHARGEBACK" if given.dispute is True else given.dispute) or None,
        terms=_terms(given, *key),
        discount_code=given.discount.code if given.discount else None,
        discount=Decimal(0),
        editable=given.merchant_editable,
        edited=False,
        received=Decimal(0),
        refunded=Decimal(0),
    )
    _lines(order, given, stock, shop)
    place(order, given, stock.locations, shop, now)
    settle(order, given, shop)
    recall(order, given, shop)
    if customer is not None:
        customer.orders.append(order)
    return order


def _shipping(given: parts.Order, *key: object) -> r.ShippingLine | None:
    if given.shipping is None:
        return None
    line = given.shipping
    return r.ShippingLine(number=number_of("ShippingLine", *key), title=line.title, method=line.method.upper(), price=line.price)


def _terms(given: parts.Order, *key: object) -> r.PaymentTerms | None:
    if given.terms is None:
        return None
    terms = given.terms
    return r.PaymentTerms(
        number=number_of("PaymentTerms", *key),
        type=terms.type,
        name=terms.name,
        due_in_days=terms.due_in_days,
        due=terms.due,
        overdue=terms.overdue,
    )


def _lines(order: r.Order, given: parts.Order, stock: Stock, shop: str) -> None:
    for index, each in enumerate(given.lines):
        variant = stock.variants[each.sku]
        order.lines.append(
            r.Line(
                number=number_of("LineItem", shop, order.name, index),
                order=order,
                variant=variant,
                quantity=each.quantity,
                price=variant.price if each.price is None else each.price,
                discount=Decimal(0),
                removed=0,
                properties=dict(each.properties),
                selling_plan=each.selling_plan,
                bundle=each.bundle,
                editable=each.editable,
            )
        )
    if given.discount is not None:
        _spread(order, given.discount)


def _spread(order: r.Order, given: parts.Discount) -> None:
    """The discount over the lines by their price, the last line takes the rounding."""
    goods = sum((line.price * line.quantity for line in order.lines), Decimal(0))
    off = given.amount if given.amount is not None else goods * (given.percent or 0) / 100
    off = sums.rounded(min(off, goods), order.currency)
    order.discount, left = off, off
    for line in order.lines[:-1]:
        line.discount = sums.rounded(off * line.price * line.quantity / goods, order.currency) if goods else Decimal(0)
        left -= line.discount
    order.lines[-1].discount = left
