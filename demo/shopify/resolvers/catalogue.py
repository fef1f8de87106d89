"""Products, variants and places, as the Admin API shows them."""

from typing import Any

from demo.shopify.arithmetic import padded, shortest
from demo.shopify.errors import NotInTwin
from demo.shopify.paging import Page, page
from demo.shopify.records import Location, Product, Variant, gid, number_of
from demo.shopify.resolvers.table import Args, Asking, Table, attr, attrs, const, gid_of, key, only, same


def image(product: Product, asking: Asking, args: Args) -> dict[str, Any] | None:
    """A product picture: an address, or a file beside the world that the storefront serves."""
    if product.image is None:
        return None
    site = asking.shop.brand.site.rstrip("/")
    url = product.image if "://" in product.image else f"{site}/{product.image.lstrip('/')}"
    return {"url": url, "altText": product.title}


def _variants(product: Product, asking: Asking, args: Args) -> Page:
    only(args.get("sortKey"), "POSITION", "ID")
    variants = sorted(product.variants, key=lambda v: v.number) if args.get("sortKey") == "ID" else product.variants
    return page(variants, args, lambda variant: variant.position)


def _options(product: Product, asking: Asking, args: Args) -> list[dict[str, Any]]:
    names = product.options or ("Title",)
    return [
        {
            "id": gid("ProductOption", number_of("ProductOption", product.number, name)),
            "name": name,
            "position": index + 1,
            "values": list(dict.fromkeys(v.options[index] if v.options else "Default Title" for v in product.variants)),
        }
        for index, name in enumerate(names)
    ]


def selected_options(variant: Variant, asking: Asking, args: Args) -> list[dict[str, str]]:
    names, values = variant.product.options or ("Title",), variant.options or ("Default Title",)
    return [{"name": name, "value": value} for name, value in zip(names, values, strict=True)]


def _contextual(variant: Variant, asking: Asking, args: Args) -> dict[str, Any]:
    """One price list in every market: assumed."""
    if args["context"].get("companyLocationId") or args["context"].get("locationId"):
        raise NotInTwin("ContextualPricingContext.companyLocationId and locationId")
    currency = asking.shop.brand.currency
    price = {"amount": shortest(variant.price), "currencyCode": currency}
    compare = {"amount": shortest(variant.compare_at), "currencyCode": currency} if variant.compare_at is not None else None
    return {"price": price, "compareAtPrice": compare}


def _service(location: Location, asking: Asking, args: Args) -> dict[str, Any] | None:
    if not location.third_party:
        return None
    handle = location.name.lower().replace(" ", "-")
    return {
        "id": gid("FulfillmentService", location.number),
        "serviceName": location.name,
        "handle": handle,
        "type": "THIRD_PARTY",
    }


PRODUCT: Table = {
    "id": gid_of("Product"),
    "legacyResourceId": attr("number"),
    "status": const("ACTIVE"),
    "options": _options,
    "variants": _variants,
    "totalInventory": lambda p, asking, args: sum(v.stock or 0 for v in p.variants),
    "hasOnlyDefaultVariant": lambda p, asking, args: len(p.variants) == 1 and not p.options,
    **attrs(handle="key", productType="type", isGiftCard="gift_card", createdAt="created_at", updatedAt="created_at"),
    **same("title", "vendor", "tags", "description"),
}

VARIANT: Table = {
    "id": gid_of("ProductVariant"),
    "legacyResourceId": attr("number"),
    "displayName": lambda v, asking, args: f"{v.product.title} - {v.title}",
    "price": lambda v, asking, args: padded(v.price),
    "compareAtPrice": lambda v, asking, args: None if v.compare_at is None else padded(v.compare_at),
    "inventoryPolicy": lambda v, asking, args: "CONTINUE" if v.oversell else "DENY",
    "inventoryQuantity": lambda v, asking, args: v.stock or 0,
    "sellableOnlineQuantity": lambda v, asking, args: 0 if v.stock is None else v.stock,
    "selectedOptions": selected_options,
    "contextualPricing": _contextual,
    **attrs(availableForSale="for_sale", requiresComponents="components"),
    **same("title", "sku", "position", "product"),
}

LOCATION: Table = {
    "id": gid_of("Location"),
    "legacyResourceId": attr("number"),
    "isActive": const(True),
    "fulfillsOnlineOrders": const(True),
    "fulfillmentService": _service,
    **attrs(isFulfillmentService="third_party"),
    **same("name"),
}

TABLES: dict[str, Table] = {
    "Product": PRODUCT,
    "ProductVariant": VARIANT,
    "ProductOption": key("id", "name", "position", "values"),
    "SelectedOption": key("name", "value"),
    "ProductVariantContextualPricing": key("price", "compareAtPrice"),
    "Image": key("url", "altText"),
    "Location": LOCATION,
    "FulfillmentService": key("id", "serviceName", "handle", "type"),
}
