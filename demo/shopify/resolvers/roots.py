"""What may be asked at the top: the shop, its orders, customers, products and webhook subscriptions."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from demo.shopify.errors import NotInTwin, access_denied
from demo.shopify.paging import Page, page
from demo.shopify.records import Customer, FulfillmentOrder, Location, Order, gid, number_of
from demo.shopify.resolvers import fulfilment
from demo.shopify.resolvers.orders import returnable
from demo.shopify.resolvers.people import order_page
from demo.shopify.resolvers.table import Args, Asking, Table, attrs, const, gid_of, key, number, only, same
from demo.shopify.search import CUSTOMER_TERMS, matches
from demo.shopify.subscriptions import Subscription

TOPIC_SCOPES = {
    "ORDERS": ("read_orders",),
    "FULFILLMENTS": ("read_orders",),
    "REFUNDS": ("read_orders",),
    "FULFILLMENT_ORDERS": ("read_merchant_managed_fulfillment_orders", "read_third_party_fulfillment_orders"),
    "RETURNS": ("read_returns",),
    "CUSTOMERS": ("read_customers",),
    "ORDER_TRANSACTIONS": ("read_orders",),
    "APP": (),
}


@dataclass(frozen=True, slots=True)
class ReturnReason:
    number: int
    handle: str
    name: str


REASONS = [
    ReturnReason(number_of("ReturnReasonDefinition", handle), handle, name)
    for handle, name in (
        ("changed-mind", "Changed my mind"),
        ("size-too-small", "Too small"),
        ("size-too-large", "Too large"),
        ("not-as-described", "Not as described"),
        ("damaged", "Damaged or defective"),
        ("wrong-item", "Received the wrong item"),
        ("other", "Other"),
    )
]


def _customer(root: Any, asking: Asking, args: Args) -> Customer | None:
    wanted = number(args["id"], "Customer")
    return asking.shop.customers.get(wanted) if isinstance(wanted, int) else None


def _customer_by(root: Any, asking: Asking, args: Args) -> Customer | None:
    """Exact look-up. Shopify keeps phones unique; where a world does not, the first of them answers here."""
    match args["identifier"]:
        case {"emailAddress": str(email)}:
            return asking.shop.customer_by_email(email)
        case {"phoneNumber": str(phone)}:
            return next(iter(asking.shop.customers_by_phone(phone)), None)
        case {"id": str(wanted)}:
            return _customer(root, asking, {"id": wanted})
        case _:
            raise NotInTwin("CustomerIdentifierInput.customId")


def _customers(root: Any, asking: Asking, args: Args) -> Page:
    only(args.get("sortKey"), "ID", "CREATED_AT", "UPDATED_AT", "RELEVANCE")
    test = matches(args.get("query"), CUSTOMER_TERMS, ZoneInfo(asking.shop.brand.time_zone), asking.now)
    found = [customer for customer in asking.shop.customers.values() if test(customer)]
    by: dict[str | None, Any] = {"CREATED_AT": lambda c: (c.created_at, c.number), "UPDATED_AT": lambda c: (c.updated_at, c.number)}
    return page(sorted(found, key=by.get(args.get("sortKey"), lambda c: c.number)), args)


def _visible(order: Order | None, asking: Asking) -> Order | None:
    return order if order and asking.shop.visible([order], all_orders=asking.scopes.all_orders) else None


def order_seen(asking: Asking, given: str) -> Order | None:
    """The order of a gid, where this app may see it."""
    return _order(None, asking, {"id": given})


def _order(root: Any, asking: Asking, args: Args) -> Order | None:
    wanted = number(args["id"], "Order")
    return _visible(asking.shop.orders.get(wanted), asking) if isinstance(wanted, int) else None


def _order_by(root: Any, asking: Asking, args: Args) -> Order | None:
    if "id" not in args["identifier"]:
        raise NotInTwin("OrderIdentifierInput.customId")
    return _order(root, asking, args["identifier"])


def _orders(root: Any, asking: Asking, args: Args) -> Page:
    return order_page(list(asking.shop.orders.values()), asking, args, "PROCESSED_AT")


def _product(root: Any, asking: Asking, args: Args) -> Any:
    return asking.shop.products.get(number(args["id"], "Product"))  # type: ignore[arg-type]  # a UUID is simply no key


def _variant(root: Any, asking: Asking, args: Args) -> Any:
    return asking.shop.variants.get(number(args["id"], "ProductVariant"))  # type: ignore[arg-type]  # a UUID is simply no key


def _locations(root: Any, asking: Asking, args: Args) -> Page:
    only(args.get("sortKey"), "NAME", "ID")
    places: list[Location] = [each for each in asking.shop.stock.locations.values() if each.visible]
    return page(sorted(places, key=(lambda p: p.number) if args.get("sortKey") == "ID" else (lambda p: p.name)), args, lambda p: p.name)


def fulfillment_order_seen(asking: Asking, given: str) -> FulfillmentOrder | None:
    """The fulfilment order of a gid, where this app may see it."""
    found: FulfillmentOrder | None = _fulfillment_order(None, asking, {"id": given})
    return found


def _fulfillment_order(root: Any, asking: Asking, args: Args) -> Any:
    wanted = number(args["id"], "FulfillmentOrder")
    found = asking.shop.fulfillment_orders.get(wanted) if isinstance(wanted, int) else None
    return found if found and found in fulfilment.shown(found.order, asking) and _visible(found.order, asking) else None


def _fulfillment(root: Any, asking: Asking, args: Args) -> Any:
    wanted = number(args["id"], "Fulfillment")
    found = asking.shop.fulfillments.get(wanted) if isinstance(wanted, int) else None
    return found if found and _visible(found.order, asking) else None


def _job(root: Any, asking: Asking, args: Args) -> Any:
    return asking.shop.jobs.get(str(number(args["id"], "Job")))


def _returnable(root: Any, asking: Asking, args: Args) -> Page:
    order = _order(root, asking, {"id": args["orderId"]})
    return page(returnable(order) if order else [], args)


def _node(root: Any, asking: Asking, args: Args) -> Any:
    by_kind = {"Order": _order, "Customer": _customer, "Product": _product, "ProductVariant": _variant}
    by_kind |= {"FulfillmentOrder": _fulfillment_order, "Fulfillment": _fulfillment}
    parts = args["id"].split("/")
    kind = parts[3] if len(parts) > 4 else ""
    number(args["id"], kind)
    if kind not in by_kind:
        raise NotInTwin(f"node(id:) of {kind}")
    return by_kind[kind](root, asking, args)


def _subscriptions(root: Any, asking: Asking, args: Args) -> Page:
    only(args.get("sortKey"), "CREATED_AT", "ID")
    topics = args.get("topics")
    mine = [s for s in asking.shop.subscriptions if s.client_id == asking.app.client_id]
    return page([s for s in mine if not topics or s.topic in topics], args)


def _subscribe(root: Any, asking: Asking, args: Args) -> dict[str, Any]:
    """A subscription to what the app may read. Error texts were never recorded: assumed."""
    given, topic = args["webhookSubscription"], args["topic"]
    unknown = {name for name, value in given.items() if value is not None} - {"uri", "includeFields", "format"}
    if given.get("format") == "XML":
        unknown |= {"format: XML"}
    if unknown:
        raise NotInTwin(*(f"WebhookSubscriptionInput.{name}" for name in sorted(unknown)))
    kind = next((kind for kind in sorted(TOPIC_SCOPES, key=len, reverse=True) if topic.startswith(kind)), None)
    if kind is None:
        raise NotInTwin(f"webhooks of topic {topic}")
    if TOPIC_SCOPES[kind] and not asking.scopes.has(*TOPIC_SCOPES[kind]):
        raise access_denied("webhookSubscriptionCreate", f"`{TOPIC_SCOPES[kind][0]}` access scope.")
    uri = given.get("uri") or ""
    if urlsplit(uri).scheme not in ("http", "https"):
        return {"webhookSubscription": None, "userErrors": [{"field": ["webhookSubscription", "uri"], "message": "Address is invalid"}]}
    if any(s.topic == topic and s.uri == uri and s.client_id == asking.app.client_id for s in asking.shop.subscriptions):
        taken = "Address for this topic has already been taken"
        return {"webhookSubscription": None, "userErrors": [{"field": ["webhookSubscription", "uri"], "message": taken}]}
    made = Subscription(
        number=number_of("WebhookSubscription", asking.shop.handle, asking.app.client_id, topic, uri),
        topic=topic,
        uri=uri,
        client_id=asking.app.client_id,
        created_at=asking.now,
        include_fields=tuple(given.get("includeFields") or ()),
    )
    asking.shop.subscriptions.append(made)
    return {"webhookSubscription": made, "userErrors": []}


def _policies(root: Any, asking: Asking, args: Args) -> list[dict[str, Any]]:
    site = asking.shop.brand.site.rstrip("/")
    return [
        {
            "id": gid("ShopPolicy", number_of("ShopPolicy", asking.shop.handle, policy.type)),
            "type": policy.type,
            "title": policy.title,
            "body": policy.body,
            "url": f"{site}/policies/{policy.type.lower().replace('_', '-')}",
            "createdAt": asking.shop.opened,
            "updatedAt": policy.updatedAt or asking.shop.opened,
        }
        for policy in asking.shop.world.shop_policies
    ]


def _domain(root: Any, asking: Asking, args: Args) -> dict[str, Any]:
    site = asking.shop.brand.site.rstrip("/")
    return {"id": gid("Domain", number_of("Domain", site)), "host": urlsplit(site).netloc, "url": site, "sslEnabled": True}


def _brand(name: str) -> Any:
    return lambda root, asking, args: getattr(asking.shop.brand, name)


def _accounts(root: Any, asking: Asking, args: Args) -> dict[str, Any]:
    url = f"{asking.shop.brand.site.rstrip('/')}/account"
    return {"customerAccountsVersion": "NEW_CUSTOMER_ACCOUNTS", "loginRequiredAtCheckout": False, "url": url}


QUERY: Table = {
    "customer": _customer,
    "customerByIdentifier": _customer_by,
    "customers": _customers,
    "order": _order,
    "orderByIdentifier": _order_by,
    "orders": _orders,
    "product": _product,
    "productVariant": _variant,
    "locations": _locations,
    "fulfillmentOrder": _fulfillment_order,
    "fulfillment": _fulfillment,
    "job": _job,
    "node": _node,
    "returnableFulfillments": _returnable,
    "returnReasonDefinitions": lambda root, asking, args: page(REASONS, args),
    "shop": const("shop"),
    "currentAppInstallation": const("installation"),
    "webhookSubscriptions": _subscriptions,
}

SHOP: Table = {
    "id": lambda root, asking, args: gid("Shop", asking.shop.number),
    "name": _brand("name"),
    "myshopifyDomain": _brand("shop"),
    "primaryDomain": _domain,
    "contactEmail": lambda root, asking, args: asking.shop.brand.contact_email or f"hello@{urlsplit(asking.shop.brand.site).netloc}",
    "email": lambda root, asking, args: asking.shop.brand.contact_email or f"hello@{urlsplit(asking.shop.brand.site).netloc}",
    "currencyCode": _brand("currency"),
    "enabledPresentmentCurrencies": lambda root, asking, args: [asking.shop.brand.currency],
    "ianaTimezone": _brand("time_zone"),
    "taxesIncluded": const(True),
    "plan": const({"publicDisplayName": "Basic", "shopifyPlus": False, "partnerDevelopment": True}),
    "customerAccountsV2": _accounts,
    "orderNumberFormatPrefix": const("#"),
    "orderNumberFormatSuffix": const(""),
    "shopPolicies": _policies,
    "url": _brand("site"),
}

MUTATION: Table = {"webhookSubscriptionCreate": _subscribe}
TABLES: dict[str, Table] = {
    "QueryRoot": QUERY,
    "WebhookSubscriptionCreatePayload": key("webhookSubscription", "userErrors"),
    "UserError": key("field", "message"),
    "WebhookSubscription": {
        "id": gid_of("WebhookSubscription"),
        **attrs(createdAt="created_at", updatedAt="created_at", includeFields="include_fields"),
        "filter": const(None),
        "format": const("JSON"),
        **same("topic", "uri"),
    },
    "Shop": SHOP,
    "Domain": key("id", "host", "url", "sslEnabled"),
    "ShopPlan": key("publicDisplayName", "shopifyPlus", "partnerDevelopment"),
    "CustomerAccountsV2": key("customerAccountsVersion", "loginRequiredAtCheckout", "url"),
    "ShopPolicy": key("id", "type", "title", "body", "url", "createdAt", "updatedAt"),
    "AppInstallation": {
        "id": lambda root, asking, args: gid("AppInstallation", number_of("AppInstallation", asking.shop.handle, asking.app.client_id)),
        "accessScopes": lambda root, asking, args: [{"handle": scope, "description": scope} for scope in asking.scopes.listed],
    },
    "AccessScope": key("handle", "description"),
    "ReturnReasonDefinition": {"id": gid_of("ReturnReasonDefinition"), "deleted": const(False), **same("handle", "name")},
}
