"""Customers and addresses, as the Admin API shows them."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from demo.shopify.paging import Page, page
from demo.shopify.records import Address, Customer, Order
from demo.shopify.resolvers.table import Args, Asking, Table, attr, attrs, const, gid_of, identity, key, only, same
from demo.shopify.search import ORDER_TERMS, matches

SORTED_BY: dict[str, Any] = {
    "CREATED_AT": lambda order: (order.created_at, order.number),
    "PROCESSED_AT": lambda order: (order.processed_at, order.number),
    "UPDATED_AT": lambda order: (order.updated_at, order.number),
    "ID": lambda order: order.number,
    "ORDER_NUMBER": lambda order: (len(order.name), order.name),
}


def _cursor_value(sort_key: str) -> Any:
    def value(order: Order) -> datetime | int:
        found = SORTED_BY[sort_key](order)
        first: datetime | int = found[0] if isinstance(found, tuple) else found
        return first

    return value


def order_page(orders: list[Order], asking: Asking, args: Args, default: str) -> Page:
    """Orders that may be seen and match the query, sorted, one page of them."""
    sort_key = args.get("sortKey") or default
    only(sort_key, *SORTED_BY)
    seen = asking.shop.visible(orders, all_orders=asking.scopes.all_orders)
    if args.get("query"):
        zone = ZoneInfo(asking.shop.brand.time_zone)
        test = matches(args["query"], ORDER_TERMS, zone, asking.now)
        seen = [order for order in seen if test(order)]
    return page(sorted(seen, key=SORTED_BY[sort_key]), args, _cursor_value(sort_key))


def _orders(customer: Customer, asking: Asking, args: Args) -> Page:
    return order_page(customer.orders, asking, args, "ID")


def _email(customer: Customer, asking: Asking, args: Args) -> dict[str, Any] | None:
    return {"emailAddress": customer.email, "validFormat": True} if customer.email else None


def _phone(customer: Customer, asking: Asking, args: Args) -> dict[str, Any] | None:
    return {"phoneNumber": customer.phone} if customer.phone else None


def _last_order(customer: Customer, asking: Asking, args: Args) -> Order | None:
    seen = asking.shop.visible(customer.orders, all_orders=asking.scopes.all_orders)
    return max(seen, key=SORTED_BY["CREATED_AT"], default=None)


def _formatted(address: Address, asking: Asking, args: Args) -> list[str]:
    names = [address.name] if args.get("withName") else []
    company = [address.company] if args.get("withCompany", True) else []
    parts = [*names, *company, address.address1, address.address2, f"{address.zip or ''} {address.city or ''}".strip(), address.country]
    return [part for part in parts if part]


CUSTOMER: Table = {
    "id": gid_of("Customer"),
    "legacyResourceId": attr("number"),
    "numberOfOrders": lambda c, asking, args: len(c.orders),
    "state": const("ENABLED"),
    "taxExempt": const(False),
    "canDelete": lambda c, asking, args: not c.orders,
    "defaultEmailAddress": _email,
    "defaultPhoneNumber": _phone,
    "lastOrder": _last_order,
    "orders": _orders,
    "defaultAddress": lambda c, asking, args: next((o.address for o in reversed(c.orders) if o.address), None),
    **attrs(displayName="display_name", firstName="first_name", lastName="last_name", verifiedEmail="verified"),
    **attrs(createdAt="created_at", updatedAt="updated_at"),
    **same("locale", "tags", "note"),
}

MAILING_ADDRESS: Table = {
    "id": gid_of("MailingAddress"),
    "formatted": _formatted,
    **attrs(firstName="first_name", lastName="last_name", provinceCode="province_code", countryCodeV2="country"),
    **same("name", "company", "address1", "address2", "city", "zip", "phone"),
}

TABLES: dict[str, Table] = {
    "Customer": CUSTOMER,
    "CustomerEmailAddress": key("emailAddress", "validFormat"),
    "CustomerPhoneNumber": key("phoneNumber"),
    "MailingAddress": MAILING_ADDRESS,
    "PurchasingCompany": {"company": identity},
    "Company": {"name": lambda name, asking, args: name},
}
