"""What a line could become: its product's options, read from the shop outside any turn. It changes nothing."""

from typing import Any

from knowledge.brand import Brand
from server.installation import Residence
from shop.order import CustomerId, OrderLine, Variant
from shop.reading import ReadMeter, ShopError

_MORE = 5
"""How far above the present quantity a control goes, where the brand allows raising it at all."""


class Choices:
    """Read-only choices for the card's inline controls."""

    async def of(self, home: Residence, customer: str, order: str, line: str) -> list[dict[str, Any]]:
        """[{change, name, values: [{value, variant, available, current}]}] for a line of the customer's own order, else nothing.

        A foreign, unknown or unreachable order gives the same empty answer.
        """
        meter = ReadMeter()
        try:
            found = await home.shop.order(CustomerId(customer), order, meter)
            mine = next((one for one in found.lines if one.id == line), None) if found else None
            if mine is None:
                return []
            variants = await home.shop.variants(mine.product.id, meter) if mine.product else ()
        except ShopError:
            return []
        swaps = [{"change": "swap_variant", **group} for group in options_of(mine, list(variants))]
        counts = quantities_of(mine, home.brand)
        return [*swaps, {"change": "set_quantity", "name": "", "values": counts}] if counts else swaps


def quantities_of(line: OrderLine, brand: Brand) -> list[dict[str, Any]]:
    """1 up to what the line has now, and a little above where the brand allows raising it; nothing where there is no choice."""
    most = line.quantity + (_MORE if brand.hub.increase_quantity else 0)
    if most < 2:
        return []
    return [{"value": str(n), "variant": None, "available": True, "current": n == line.quantity} for n in range(1, most + 1)]


def options_of(line: OrderLine, variants: list[Variant]) -> list[dict[str, Any]]:
    """Each option by itself, the others as they are on the line: one control, one choice."""
    now = {option.name: option.value for option in line.options}
    if not now:
        current = next((one for one in variants if one.id == line.variant), None)
        now = {option.name: option.value for option in current.options} if current else {}
    groups = []
    for name in now:
        values = []
        for variant in variants:
            has = {option.name: option.value for option in variant.options}
            if all(has.get(other) == value for other, value in now.items() if other != name) and name in has:
                is_it = variant.id == line.variant
                values.append({"value": has[name], "variant": variant.id, "available": variant.available, "current": is_it})
        if len(values) > 1:
            groups.append({"name": name, "values": values})
    return groups
