"""What a webhook says about an order: REST-shaped, numeric ids, small letters, money with two decimals."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel import Locale

from demo.shopify import arithmetic as sums
from demo.shopify.arithmetic import padded
from demo.shopify.records import (
    Address,
    Customer,
    Fulfillment,
    FulfillmentOrder,
    Hold,
    Line,
    Order,
    gid,
    number_of,
    secret_of,
)
from demo.shopify.shop import Shop

Body = dict[str, Any]


def when(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat(timespec="seconds")


def money_set(amount: Decimal, currency: str) -> Body:
    money = {"amount": padded(amount), "currency_code": currency}
    return {"shop_money": money, "presentment_money": money}


@lru_cache(maxsize=256)
def country_name(code: str | None) -> str | None:
    return None if code is None else str(Locale("en").territories.get(code, code))


def address(given: Address | None) -> Body | None:
    if given is None:
        return None
    return {
        "first_name": given.first_name,
        "last_name": given.last_name,
        "name": given.name,
        "company": given.company,
        "address1": given.address1,
        "address2": given.address2,
        "city": given.city,
        "zip": given.zip,
        "province": given.province_code,
        "province_code": given.province_code,
        "country": country_name(given.country),
        "country_code": given.country,
        "phone": given.phone,
        "latitude": None,
        "longitude": None,
    }


def customer(given: Customer | None, currency: str) -> Body | None:
    if given is None:
        return None
    found = next((order.address for order in reversed(given.orders) if order.address), None)
    default = None
    if found is not None:
        default = {**(address(found) or {}), "id": found.number, "customer_id": given.number, "default": True}
        default["country_name"] = default["country"]
    return {
        "id": given.number,
        "admin_graphql_api_id": given.gid,
        "email": given.email,
        "phone": given.phone,
        "first_name": given.first_name,
        "last_name": given.last_name,
        "created_at": when(given.created_at),
        "updated_at": when(given.updated_at),
        "state": "enabled",
        "note": given.note,
        "verified_email": given.verified,
        "multipass_identifier": None,
        "tax_exempt": False,
        "tax_exemptions": [],
        "currency": currency,
        "tags": ", ".join(given.tags),
        "default_address": default,
    }


def line(given: Line) -> Body:
    variant, product, currency = given.variant, given.variant.product, given.order.currency
    gone, left = sums.fulfilled_units(given), sums.unfulfilled_units(given)
    titled = f"{product.title} - {variant.title}" if variant.options else product.title
    return {
        "id": given.number,
        "admin_graphql_api_id": gid("LineItem", given.number),
        "title": product.title,
        "name": titled,
        "variant_title": variant.title if variant.options else None,
        "variant_id": variant.number,
        "product_id": product.number,
        "product_exists": True,
        "sku": variant.sku,
        "vendor": product.vendor,
        "quantity": given.quantity,
        "current_quantity": given.current,
        "fulfillable_quantity": left,
        "fulfillment_service": "manual",
        "fulfillment_status": ("fulfilled" if left == 0 else "partial") if gone else None,
        "gift_card": product.gift_card,
        "grams": 0,
        "requires_shipping": product.ships,
        "taxable": True,
        "price": padded(given.price),
        "price_set": money_set(given.price, currency),
        "total_discount": padded(given.discount),
        "total_discount_set": money_set(given.discount, currency),
        "variant_inventory_management": None if variant.stock is None else "shopify",
        "properties": [{"name": name, "value": value} for name, value in given.properties.items()],
        "attributed_staffs": [],
        "tax_lines": [],
        "duties": [],
        "discount_allocations": [],
    }


def fulfillment(given: Fulfillment) -> Body:
    tracking = given.tracking[0] if given.tracking else None
    numbers = [t.number for t in given.tracking if t.number]
    urls = [t.url for t in given.tracking if t.url]
    shown = {"DELIVERED": "delivered", "IN_TRANSIT": "in_transit", "READY_FOR_PICKUP": "ready_for_pickup"}
    return {
        "id": given.number,
        "admin_graphql_api_id": given.gid,
        "order_id": given.order.number,
        "name": given.name.replace("-F", "."),
        "status": given.status.lower(),
        "shipment_status": shown.get(given.display_status),
        "created_at": when(given.created_at),
        "updated_at": when(given.updated_at),
        "service": "manual",
        "email": given.order.email,
        "location_id": given.location.number,
        "origin_address": {},
        "destination": address(given.order.address),
        "receipt": {},
        "tracking_company": tracking.company if tracking else None,
        "tracking_number": numbers[0] if numbers else None,
        "tracking_numbers": numbers,
        "tracking_url": urls[0] if urls else None,
        "tracking_urls": urls,
        "line_items": [{**line(each.line), "quantity": each.quantity} for each in given.lines],
    }


def _shipping_lines(given: Order) -> list[Body]:
    if given.shipping is None:
        return []
    priced, price = padded(given.shipping.price), money_set(given.shipping.price, given.currency)
    return [
        {
            "id": given.shipping.number,
            "title": given.shipping.title,
            "code": given.shipping.title,
            "price": priced,
            "price_set": price,
            "discounted_price": priced,
            "discounted_price_set": price,
            "current_discounted_price_set": price,
            "carrier_identifier": None,
            "is_removed": False,
            "phone": None,
            "requested_fulfillment_service_id": None,
            "source": "shopify",
            "tax_lines": [],
            "discount_allocations": [],
        }
    ]


def _sums(given: Order) -> Body:
    zero = sums.ZERO
    goods = sum((each.price * each.quantity for each in given.lines), zero)
    named = {
        "current_subtotal_price": zero if sums.zeroed(given) else sums.current_subtotal(given),
        "current_total_discounts": given.discount,
        "current_total_price": sums.current_total(given),
        "current_total_tax": zero,
        "subtotal_price": sums.subtotal(given),
        "total_discounts": given.discount,
        "total_line_items_price": goods,
        "total_price": sums.total(given),
        "total_tax": zero,
    }
    only_sets = {
        "current_shipping_price_set": zero if sums.zeroed(given) else sums.current_shipping(given),
        "total_shipping_price_set": sums.shipping(given),
        "total_cash_rounding_payment_adjustment_set": zero,
        "total_cash_rounding_refund_adjustment_set": zero,
    }
    said: Body = {name: padded(amount) for name, amount in named.items()}
    said |= {f"{name}_set": money_set(amount, given.currency) for name, amount in named.items()}
    said |= {name: money_set(amount, given.currency) for name, amount in only_sets.items()}
    said |= {"total_outstanding": padded(sums.outstanding(given)), "total_tip_received": "0.00", "total_weight": 0}
    return said


NOTHING = (
    "browser_ip",
    "cart_token",
    "checkout_token",
    "client_details",
    "current_total_additional_fees_set",
    "current_total_duties_set",
    "device_id",
    "landing_site",
    "landing_site_ref",
    "location_id",
    "merchant_of_record_app_id",
    "original_total_additional_fees_set",
    "original_total_duties_set",
    "payment_terms",
    "po_number",
    "reference",
    "referring_site",
    "source_identifier",
    "source_url",
    "user_id",
)
"""Required keys that are null for the twin's orders."""


def _status_url(shop: Shop, given: Order) -> str:
    token = secret_of("status", shop.handle, given.number)
    return f"{shop.brand.site.rstrip('/')}/{shop.number}/orders/{token}/authenticate"


def order(shop: Shop, given: Order) -> Body:
    status = {"FULFILLED": "fulfilled", "PARTIALLY_FULFILLED": "partial"}.get(sums.fulfillment_status(given))
    number = int("".join(c for c in given.name if c.isdigit()) or 0)
    codes = [{"code": given.discount_code, "amount": padded(given.discount), "type": "fixed_amount"}] if given.discount_code else []
    return {
        **dict.fromkeys(NOTHING),
        **_sums(given),
        "id": given.number,
        "admin_graphql_api_id": given.gid,
        "name": given.name,
        "number": number,
        "order_number": number,
        "confirmation_number": secret_of("confirmation", given.number)[:9].upper(),
        "token": secret_of("token", given.number),
        "order_status_url": _status_url(shop, given),
        "app_id": 580111 if given.app == "Online Store" else number_of("App", given.app),
        "source_name": given.source,
        "created_at": when(given.created_at),
        "processed_at": when(given.processed_at),
        "updated_at": when(given.updated_at),
        "closed_at": when(given.closed_at),
        "cancelled_at": when(given.cancelled_at),
        "cancel_reason": given.cancel_reason.lower() if given.cancel_reason else None,
        "confirmed": True,
        "test": given.test,
        "email": given.email,
        "contact_email": given.email,
        "phone": given.phone,
        "customer": customer(given.customer, given.currency),
        "customer_locale": given.locale,
        "buyer_accepts_marketing": False,
        "currency": given.currency,
        "presentment_currency": given.currency,
        "financial_status": given.financial.lower() if given.financial else None,
        "fulfillment_status": status,
        "payment_gateway_names": ["bogus"] if given.transactions else [],
        "taxes_included": True,
        "tax_exempt": False,
        "tax_lines": [],
        "duties_included": False,
        "estimated_taxes": False,
        "merchant_business_entity_id": secret_of("entity", shop.handle, size=6),
        "discount_codes": codes,
        "discount_applications": [],
        "note": given.note,
        "note_attributes": [{"name": name, "value": value} for name, value in given.attributes.items()],
        "tags": ", ".join(given.tags),
        "shipping_address": address(given.address),
        "billing_address": address(given.billing),
        "shipping_lines": _shipping_lines(given),
        "line_items": [line(each) for each in given.lines],
        "line_item_groups": [],
        "fulfillments": [fulfillment(each) for each in given.fulfillments],
        "refunds": [],
        "returns": [],
    }


def edited(given: Order, changed: Sequence[tuple[Line, int]], *, note: str = "", notify: bool = False) -> Body:
    nothing: Body = {"additions": [], "removals": []}
    lines = {
        "additions": [{"id": each.number, "delta": n} for each, n in changed if n > 0],
        "removals": [{"id": each.number, "delta": -n} for each, n in changed if n < 0],
    }
    at = when(given.updated_at)
    return {
        "order_edit": {
            "id": number_of("OrderEdit", given.number, at, len(given.events)),
            "app_id": None,
            "created_at": at,
            "committed_at": at,
            "notify_customer": notify,
            "order_id": given.number,
            "staff_note": note,
            "user_id": None,
            "line_items": lines,
            "discounts": {"line_item": nothing},
            "shipping_lines": nothing,
        }
    }


def _with(each: FulfillmentOrder) -> Body:
    return {"id": each.gid, "status": each.status.lower(), "request_status": each.request_status.lower()}


def with_status(each: FulfillmentOrder) -> Body:
    return {"fulfillment_order": {"id": each.gid, "status": each.status.lower()}}


def _hold(hold: Hold) -> Body:
    return {
        "id": gid("FulfillmentHold", hold.number),
        "reason": hold.reason.lower(),
        "reason_notes": hold.notes or "",
        "handle": hold.handle or "",
        "held_by_requesting_app": hold.by is not None,
        "held_by_app": {"id": gid("App", number_of("App", hold.by or "Online Store"))},
    }


def placed_on_hold(each: FulfillmentOrder, hold: Hold) -> Body:
    lines = [{"id": gid("FulfillmentOrderLineItem", part.number), "quantity": part.remaining} for part in each.lines]
    return {
        "fulfillment_order": {"id": each.gid, "status": "on_hold", "fulfillment_holds": [_hold(one) for one in each.holds]},
        "remaining_fulfillment_order": None,
        "held_fulfillment_order_line_items": lines,
        "created_fulfillment_hold": _hold(hold),
    }


def submitted(each: FulfillmentOrder) -> Body:
    return {"original_fulfillment_order": _with(each), "submitted_fulfillment_order": _with(each), **_request(each)}


def cancellation_submitted(each: FulfillmentOrder) -> Body:
    """The sample of this topic says cancellation_request here, whatever GraphQL says (published sample)."""
    return {"fulfillment_order": {**_with(each), "request_status": "cancellation_request"}, **_request(each)}


def _request(each: FulfillmentOrder) -> Body:
    request = each.requests[-1]
    said = {"id": gid("FulfillmentOrderMerchantRequest", request.number), "message": request.message or ""}
    return {"fulfillment_order_merchant_request": said}


def answered(each: FulfillmentOrder) -> Body:
    return {"fulfillment_order": _with(each), "message": ""}


def progress(each: FulfillmentOrder) -> Body:
    report = {"reason_notes": "", "progress_reported_by_app": None, "progress_reported_by_user": None}
    return {"fulfillment_order": {"id": each.gid, "status": each.status.lower()}, "progress_report": report, "initial_status": "open"}


def routed(each: FulfillmentOrder) -> Body:
    return {"fulfillment_order": {"id": each.gid, "status": each.status.lower()}}


def cancelled(each: FulfillmentOrder, replacement: FulfillmentOrder) -> Body:
    """The sample of this topic says cancelled, whatever GraphQL says (published sample)."""
    instead = {"id": replacement.gid, "status": replacement.status.lower()}
    return {"fulfillment_order": {"id": each.gid, "status": "cancelled"}, "replacement_fulfillment_order": instead}
