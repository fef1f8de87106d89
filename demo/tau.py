"""The retail shop of tau-bench as a world: its products, customers and orders, with the dates and parcels it does not have made up.

tau_world(json.loads(Path("db.json").read_text()), now=…) -> World
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from demo.world import World, world_from

AGES = {
    "pending": (timedelta(minutes=5), timedelta(hours=30)),
    "processed": (timedelta(days=2), timedelta(days=5)),
    "delivered": (timedelta(days=6), timedelta(days=40)),
    "cancelled": (timedelta(days=3), timedelta(days=20)),
}
"""How long ago an order of a state was placed, at least and at most: made up, the data has no dates."""
BRAND = {
    "id": "tau-retail",
    "name": "Tau Retail",
    "shop": "tau-retail.myshopify.com",
    "site": "https://tau-retail.example.com",
    "currency": "USD",
    "time_zone": "America/New_York",
    "locales": ["en"],
    "channels": ["webchat", "sms", "whatsapp", "email"],
    "hub": {"active": True, "changes": ["swap_variant", "set_quantity", "remove_lines", "set_address", "cancel_order"]},
}


def tau_world(db: Mapping[str, Any], *, now: datetime, policies: tuple[Mapping[str, Any], ...] = ()) -> World:
    """pending = nothing shipped, processed = in transit, delivered, cancelled = cancelled and refunded. Raises WorldError."""
    return world_from(
        {
            "clock": now,
            "brand": BRAND,
            "policies": list(policies),
            "products": [_product(each) for each in db["products"].values()],
            "customers": [_customer(each) for each in db["users"].values()],
            "orders": [_order(each, now) for each in db["orders"].values()],
        }
    )


def _product(given: Mapping[str, Any]) -> dict[str, Any]:
    variants = list(given["variants"].values())
    names = sorted({name for each in variants for name in each["options"]})
    return {
        "id": given["product_id"],
        "title": given["name"],
        "type": given["name"],
        "options": names,
        "variants": [
            {
                "sku": each["item_id"],
                "options": [str(each["options"].get(name, "-")) for name in names],
                "price": f"{each['price']:.2f}",
                "stock": 10 if each["available"] else 0,
            }
            for each in variants
        ],
    }


def _customer(given: Mapping[str, Any]) -> dict[str, Any]:
    name = f"{given['name']['first_name']} {given['name']['last_name']}"
    return {"id": given["user_id"], "name": name, "email": given["email"], "locale": "en"}


def _order(given: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    status = given["status"]
    least, most = AGES[status]
    placed = (now - least - (most - least) * _share(given["order_id"])).replace(microsecond=0)
    address = given["address"]
    order: dict[str, Any] = {
        "name": given["order_id"],
        "customer": given["user_id"],
        "createdAt": placed,
        "shipping": {"title": "Standard", "method": "shipping", "price": "0.00"},
        "address": {
            "address1": address["address1"],
            "address2": address["address2"],
            "city": address["city"],
            "province": address["state"],
            "zip": address["zip"],
            "country": "US",
        },
        "lines": [_line(item, given, placed) for item in given["items"]],
    }
    if status == "cancelled":
        order |= {"cancelledAt": placed + timedelta(hours=2), "financial": "REFUNDED"}
    return order


def _line(item: Mapping[str, Any], given: Mapping[str, Any], placed: datetime) -> dict[str, Any]:
    line: dict[str, Any] = {"sku": item["item_id"], "quantity": 1, "price": f"{item['price']:.2f}"}
    state = {"processed": "shipped", "delivered": "delivered"}.get(given["status"])
    if state is not None:
        parcel = next((f for f in given["fulfillments"] if item["item_id"] in f["item_ids"]), given["fulfillments"][0])
        days = 1 if state == "shipped" else 4
        line |= {"state": state, "at": placed + timedelta(days=days), "tracking": {"company": "UPS", "number": parcel["tracking_id"][0]}}
    return line


def _share(key: str) -> float:
    """A fixed number between 0 and 1 for a key."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=4).digest()) / 2**32
