"""What a turn costs us: own time, queries and points at the shop, model calls, memory. Shop and model answer at once."""

import asyncio

from evals.bench.figures import Spread
from evals.bench.house import House, memory_mb, open_house
from evals.bench.outside import free_ports, outside, shop_requests

TURNS = 240
OPENINGS = ("", "hi, ", "hello, ", "please: ", "ok, ", "sorry, ", "hm, ", "quick one, ", "well, ", "again, ", "so, ", "right, ")
CLOSINGS = (
    "",
    " thanks",
    " please",
    " thank you",
    " cheers",
    " asap",
    " today",
    " now",
    " bye",
    " ok",
    " many thanks",
    " if you can",
    " kindly",
    " :)",
)
"""Twelve by fourteen ways of saying the same, so that no message is answered from what was just encoded."""
ASKED = {
    "ana.torres@example.com": (
        "en",
        ("Can I change the size of my last order?", "cancel #1042 please", "where is my order?", "how long do refunds take?"),
    ),
    "louis.martin@example.com": ("fr", ("Je veux annuler ma commande 1043", "où est mon colis", "je peux changer l'adresse de la 1043 ?")),
    "yui.sato@example.com": ("ja", ("注文1044をキャンセルしたいです", "返品は何日以内ですか", "注文1044のサイズを変えたい")),
    "mia.muster@example.com": ("de", ("Ich möchte Bestellung 1045 stornieren", "Wo ist mein Paket?")),
    "leo.ejemplo@example.com": ("es", ("quiero cancelar el pedido 1049", "¿dónde está mi pedido 1048?")),
}
GOALS = {
    "own": "goal p50 ≤ 25, p99 ≤ 150",
    "queries": "goal median 1, never > 2",
    "points": "goal median ≤ 200, never > 400",
    "memory": "goal ≤ 450",
}


async def measure(turns: int = TURNS) -> list[str]:
    """The printed lines."""
    async with outside(free_ports()) as ports, open_house(ports) as house:
        await _write(house, turns)
        answered = [one for one in house.answered if one.result.outcomes or one.result.reading.wishes]
        read_orders = [one for one in answered if one.result.meter.queries]
        log = await shop_requests(ports)
        return [
            Spread.of([one.own_ms for one in answered]).line("own time per turn, built-in reader", "ms", GOALS["own"]),
            Spread.of([one.all_ms for one in answered]).line("turn, waiting for the shop included", "ms"),
            Spread.of([float(one.result.meter.queries) for one in read_orders]).line(
                "shop queries per turn that reads", "", GOALS["queries"]
            ),
            Spread.of([float(one.result.meter.cost) for one in read_orders]).line("points per turn that reads", "", GOALS["points"]),
            Spread.of([float(one.result.model_calls) for one in answered]).line("model calls per turn", "", "goal ≤ 1"),
            f"{'app process, resident':<44} {memory_mb():,.0f} MB{'':<38} {'':<7} {GOALS['memory']}",
            f"{'most queries and points in one turn':<44} {max((one.result.meter.queries for one in answered), default=0)} · "
            f"{max((one.result.meter.cost for one in answered), default=0)}; the twin served {len(log)} in all",
        ]


async def _write(house: House, turns: int) -> None:
    asked = [(email, locale, text) for email, (locale, words) in ASKED.items() for text in words]
    shoppers = [(await house.shopper(email, locale), text) for email, locale, text in asked]
    for turn in range(turns):
        shopper, text = shoppers[turn % len(shoppers)]
        await shopper.ask(f"{OPENINGS[turn % 12]}{text}{CLOSINGS[turn // 12 % 14]}")


if __name__ == "__main__":
    print("\n".join(asyncio.run(measure())))
