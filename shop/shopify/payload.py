"""One order as Shopify tells it, turned into an order as the house speaks of it. Pure; missing facts stay missing."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from shop.order import (
    Customer,
    CustomerId,
    DeliveryMethod,
    LineId,
    LineState,
    Order,
    OrderId,
    OrderLine,
    Product,
    ProductId,
    SelectedOption,
    Units,
    Variant,
    VariantId,
)
from shop.order import Money as ShopMoney
from shop.shopify.fields import Node, address, count, decimal, financial_status, is_complete, moment, money, node, nodes, text, texts
from shop.shopify.units import Share, gone, method_of, placed, still_to_ship

OWN_APPS = frozenset({"online store", "point of sale", "draft orders", "shop", "shopify", "buy button", "headless", "hydrogen", "shop pay"})
"""Sales channels of Shopify's own. What another app made cannot be trusted to be editable (facts.md 4)."""
_OWN_SOURCES = frozenset({"web", "pos", "shopify_draft_order", "iphone", "android", "checkout_one", "shop"})
_DOUBTED = frozenset({"CANCEL", "INVESTIGATE"})


def order_from(
    told: Node, *, read_at: datetime, parcels_asked: int, customer_tags: Iterable[str] = (), locale: str | None = None
) -> Order | None:
    """None when the node is no order at all (withheld, or without id, name or date).

    parcels_asked: how many fulfilments the document asked for; as many in the answer may mean that there are more.
    customer_tags, locale: of the customer read around the order, where the node itself tells none.
    """
    order_id, name, created_at = text(told.get("id")), text(told.get("name")), moment(told.get("createdAt"))
    if order_id is None or name is None or created_at is None:
        return None
    shipping, billing, customer = node(told.get("shippingAddress")), node(told.get("billingAddress")), node(told.get("customer"))
    shipping_line, warehouses = node(told.get("shippingLine")), nodes(told.get("fulfillmentOrders"))
    delivery = _delivery(warehouses)
    owner, billing_country = text(customer.get("id")), text(billing.get("countryCodeV2"))
    order = Order(
        id=OrderId(order_id),
        name=name,
        customer=CustomerId(owner) if owner else None,
        created_at=created_at,
        cancelled_at=moment(told.get("cancelledAt")),
        financial=financial_status(told.get("displayFinancialStatus")),
        currency=text(told.get("currencyCode")) or "",
        total=money(told.get("currentTotalPriceSet")),
        lines=_lines(told, delivery),
        complete=_is_whole(told, parcels_asked),
        locale=text(told.get("customerLocale")) or locale,
        country=text(shipping.get("countryCodeV2")) or billing_country,
        billing_country=billing_country,
        address=address(shipping),
        shipping_title=text(shipping_line.get("title")),
        shipping_code=text(shipping_line.get("code")),
        delivery=delivery,
        tags=frozenset(texts(told.get("tags"))),
        customer_tags=frozenset(texts(customer.get("tags"))) or frozenset(customer_tags),
        note=text(told.get("note")),
        discount_codes=tuple(texts(told.get("discountCodes"))),
        merchant_editable=told.get("merchantEditable") is True,
        return_status=text(told.get("returnStatus")) or "UNKNOWN",
        disputed=bool(nodes(told.get("disputes"))),
        risky=text(node(told.get("risk")).get("recommendation")) in _DOUBTED,
        b2b=node(told.get("purchasingEntity")).get("__typename") == "PurchasingCompany",
        test=told.get("test") is True,
        other_app=_by_another_app(told),
        read_at=read_at,
    )
    return replace(order, version=version_of(order))


def _lines(told: Node, delivery: DeliveryMethod) -> tuple[OrderLine, ...]:
    waiting = still_to_ship(nodes(told.get("fulfillmentOrders")), delivery)
    parcels = gone(nodes(told.get("fulfillments")), delivery)
    lines = []
    for entry in nodes(told.get("lineItems")):
        line_id = text(entry.get("id"))
        if line_id is not None:
            mine = [share for share in waiting if share.line == line_id]
            lines.append(_line(entry, line_id, mine, [share for share in parcels if share.line == line_id]))
    return tuple(lines)


def _line(entry: Node, line_id: str, waiting: list[Share], parcels: list[Share]) -> OrderLine:
    product, variant, plan = node(entry.get("product")), node(entry.get("variant")), node(entry.get("sellingPlan"))
    told, bought = count(entry.get("currentQuantity")), count(entry.get("quantity")) or 0
    # How many are left is not told: that is no reason to call them removed.
    present = max(bought if told is None else told, 0)
    variant_id = text(variant.get("id"))
    units = placed(present, None if told is None else count(entry.get("unfulfilledQuantity")), waiting, parcels)
    if bought > present:
        units = (*units, Units(state=LineState.REMOVED, quantity=bought - present))
    return OrderLine(
        id=LineId(line_id),
        title=text(entry.get("title")) or "",
        variant_title=text(entry.get("variantTitle")),
        sku=text(entry.get("sku")),
        vendor=text(entry.get("vendor")),
        quantity=present,
        units=units,
        unit_price=money(entry.get("discountedUnitPriceAfterAllDiscountsSet")) or money(entry.get("originalUnitPriceSet")),
        product=_product(product),
        variant=VariantId(variant_id) if variant_id else None,
        options=_options(variant),
        image_url=text(node(entry.get("image")).get("url")),
        gift_card=entry.get("isGiftCard") is True,
        requires_shipping=entry.get("requiresShipping") is not False,
        selling_plan=text(plan.get("name")) or text(plan.get("sellingPlanId")),
        bundle=entry.get("lineItemGroup") is not None or variant.get("requiresComponents") is True,
        merchant_editable=entry.get("merchantEditable") is True,
        properties=tuple((str(pair.get("key", "")), str(pair.get("value") or "")) for pair in nodes(entry.get("customAttributes"))),
    )


def _product(product: Node) -> Product | None:
    product_id, tags = text(product.get("id")), product.get("tags")
    if product_id is None or not isinstance(tags, list) or not isinstance(product.get("productType"), str):
        return None
    return Product(id=ProductId(product_id), type=product["productType"], tags=frozenset(texts(tags)))


def _options(variant: Node) -> tuple[SelectedOption, ...]:
    return tuple(
        SelectedOption(name=str(option.get("name", "")), value=str(option.get("value", "")))
        for option in nodes(variant.get("selectedOptions"))
    )


def _delivery(warehouses: Iterable[Node]) -> DeliveryMethod:
    """The order's way of delivery: the first its fulfilment orders name, one that brings something before one that does not."""
    methods = [method for warehouse in warehouses if (method := method_of(warehouse)) is not None]
    carried = (method for method in methods if method is not DeliveryMethod.NONE)
    return next(carried, methods[0] if methods else DeliveryMethod.SHIPPING)


def _is_whole(told: Node, parcels_asked: int) -> bool:
    """Whether nothing was cut off: lines and how many of each, fulfilment orders, and what is in each of them and in each parcel."""
    parcels = told.get("fulfillments")
    if not isinstance(parcels, list) or len(parcels) >= parcels_asked or len(nodes(parcels)) != len(parcels):
        return False
    if any(count(line.get("currentQuantity")) is None for line in nodes(told.get("lineItems"))):
        return False
    lists = [told.get("lineItems"), told.get("fulfillmentOrders")]
    lists += [warehouse.get("lineItems") for warehouse in nodes(told.get("fulfillmentOrders"))]
    lists += [parcel.get("fulfillmentLineItems") for parcel in nodes(parcels)]
    return all(is_complete(connection) for connection in lists)


def _by_another_app(told: Node) -> bool:
    name, source = text(node(told.get("app")).get("name")), text(told.get("sourceName"))
    if name is not None:
        return name.casefold() not in OWN_APPS
    return source is not None and source not in _OWN_SOURCES


def version_of(order: Order) -> str:
    """A short hash of what decides about the order, whatever document it was read with and whenever."""
    lines = [(line.id, line.quantity, repr(line.units), line.merchant_editable, line.variant, sorted(_tags(line))) for line in order.lines]
    facts = (
        order.id,
        order.cancelled_at,
        order.financial,
        order.complete,
        order.return_status,
        order.merchant_editable,
        (order.disputed, order.risky, order.b2b, order.other_app),
        (order.country, repr(order.address), order.shipping_title, repr(order.total)),
        sorted(order.tags),
        lines,
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def _tags(line: OrderLine) -> frozenset[str]:
    return line.product.tags if line.product else frozenset()


def customer_from(told: Node) -> Customer | None:
    """None when the node is no customer. Protected fields may be missing."""
    customer_id = text(told.get("id"))
    if customer_id is None:
        return None
    return Customer(
        id=CustomerId(customer_id),
        first_name=text(told.get("firstName")),
        email=text(node(told.get("defaultEmailAddress")).get("emailAddress")),
        phone=text(node(told.get("defaultPhoneNumber")).get("phoneNumber")),
        locale=text(told.get("locale")),
        tags=frozenset(texts(told.get("tags"))),
    )


def variant_from(told: Node, currency: str) -> Variant | None:
    """currency: the shop's; `ProductVariant.price` names none."""
    variant_id, price = text(told.get("id")), decimal(told.get("price"))
    if variant_id is None or price is None:
        return None
    return Variant(
        id=VariantId(variant_id),
        title=text(told.get("title")) or "",
        options=_options(told),
        price=ShopMoney(amount=price, currency=currency),
        available=told.get("availableForSale") is True,
        sku=text(told.get("sku")),
    )
