"""The shop throttles, hangs, lies, breaks off or is down, while shoppers ask: nothing untrue is said, everybody is answered (R9, R12)."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from evals.chaos import wire
from evals.chaos.street import OTHER, Street, open_street
from evals.chaos.talks import Heard, Talk, ask_all, open_talks
from evals.chaos.truths import Row, judge

CHANNELS = ("webchat", "sms", "whatsapp", "email")
WISHES = {
    "order status": "Where is my order?",
    "change": "Can I change the size of my shirt to L?",
    "cancel": "Please cancel my order",
    "return": "I want to return my order",
    "address": "I need to change the delivery address of my order",
    "delivery problem": "My parcel never arrived",
}
"""Those no answer to which is possible without the shop."""
WITHOUT = {"policy": "How long does a refund take?", "a person": "I want to talk to a human please"}
"""Those that need no order."""
MINUTE = timedelta(minutes=1)
Cell = tuple[str, str]
"""Channel and wish."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopFault:
    name: str
    plans: tuple[dict[str, Any], ...] = ()
    told: bool = False
    """The shop still tells something: an answer with a hole in it."""
    down: bool = False
    """Nobody listens at all."""
    stays: bool = False
    """It is not mended while anybody waits: at ten minutes a person is offered."""


FAULTS = (
    ShopFault(name="THROTTLED", plans=({"kind": "throttled"},)),
    ShopFault(name="HTTP 429", plans=({"kind": "http_429", "seconds": 1.0},)),
    ShopFault(name="HTTP 500", plans=({"kind": "http_500"},)),
    ShopFault(name="HTTP 503, for long", plans=({"kind": "http_503"},), stays=True),
    ShopFault(name="hangs for 5 s", plans=({"kind": "hang", "seconds": 5.0},)),
    ShopFault(name="connection reset", plans=({"kind": "reset"},)),
    ShopFault(name="slow drip", plans=({"kind": "drip", "seconds": 0.2},)),
    ShopFault(name="half JSON", plans=({"kind": "half_json"},)),
    ShopFault(name="internal error", plans=({"kind": "internal_error"},)),
    ShopFault(name="down", down=True),
    *(
        ShopFault(name=f"null among {field}", plans=({"kind": "null_node", "field": field},), told=True)
        for field in ("orders", "lineItems", "fulfillmentOrders", "fulfillments")
    ),
    *(
        ShopFault(name=f"{field} missing", plans=({"kind": "missing_field", "field": field},), told=True)
        for field in ("customer", "createdAt", "unfulfilledQuantity", "currentQuantity", "status", "pageInfo", "orders")
    ),
)


def spread(fault: ShopFault, nth: int) -> list[Cell]:
    """Every wish in webchat, and each once more on one of the other channels: another one with each fault."""
    if fault.told:
        return [("webchat", wish) for wish in WISHES]
    others = CHANNELS[1:]
    elsewhere = [(others[(at + nth) % len(others)], wish) for at, wish in enumerate((*WISHES, *WITHOUT))]
    return [*(("webchat", wish) for wish in (*WISHES, *WITHOUT)), *elsewhere]


async def meets(street: Street, fault: ShopFault, *, cells: Sequence[Cell]) -> Row:
    """Everybody reads their order, then it changes, then the fault begins and everybody asks: what they read, then and later."""
    row = Row(name=fault.name, part="shop")
    said, asked = {**WISHES, **WITHOUT}, list(cells)
    street.passed += MINUTE.total_seconds()  # what the fault before left of open breakers is over
    talks = await open_talks(street, [channel for channel, _ in asked])
    before = await ask_all(street, talks, ["Where is my order?"] * len(talks))
    for talk, heard in zip(talks, before, strict=True):
        if not any(result.evidence.orders for result in heard.results):
            row.faults.append(f"{fault.name}, {talk.channel}: no order to begin with, {heard.text[:120]!r}")
        street.ship(talk.person)
    await begin(street, fault)
    texts = [said[wish] for _, wish in asked]
    for talk, text, heard in zip(talks, texts, await ask_all(street, talks, texts), strict=True):
        judge(row, talk, text, heard, told=fault.told)
        row.slowest_s = max([row.slowest_s, *(one.all_ms / 1000 for one in street.answered if one.conversation == talk.id)])
        if not fault.told:
            _says_so(row, talk, text, heard)
    waiting = [(talk, text) for talk, text in zip(talks, texts, strict=True) if talk.channel != "webchat" and text in WISHES.values()]
    if waiting and not fault.told:
        await _waits(street, fault, row, waiting)
    await end(street, fault)
    for talk in talks:
        await talk.close()
    return row


async def begin(street: Street, fault: ShopFault) -> None:
    street.impatient(wire.BRAND)
    for plan in fault.plans:
        street.plan(shop=wire.BRAND, **plan)
    if fault.down:
        await street.shops.off()


async def end(street: Street, fault: ShopFault) -> None:
    street.patient()
    street.twin.faults.clear()
    if fault.down and not street.shops.is_on:
        await street.shops.on()


def _says_so(row: Row, talk: Talk, text: str, heard: Heard) -> None:
    """F-06: in webchat a person is offered at once; elsewhere one honest text and no question yet."""
    if text not in WISHES.values() or not heard.text.strip():
        return
    if heard.handed_over is not (talk.channel == "webchat"):
        row.faults.append(f"{row.name}, {talk.channel}, {text!r}: a person {'offered' if heard.handed_over else 'not offered'}")
    if not any(outcome.because.value == "shop_unreachable" for result in heard.results for outcome in result.outcomes):
        row.faults.append(f"{row.name}, {talk.channel}, {text!r}: it is not said that orders cannot be seen")


async def _waits(street: Street, fault: ShopFault, row: Row, waiting: Sequence[tuple[Talk, str]]) -> None:
    """The house tries again by itself at 1, 3 and 10 min: silent while it fails, with the order once the shop is mended, then a person."""
    for talk, _ in waiting:
        await talk.mark()
    await street.wait(MINUTE)
    for talk, text in waiting:
        if (await talk.heard()).text:
            row.faults.append(f"{row.name}, {talk.channel}, {text!r}: a second text at one minute")
    if fault.stays:
        await street.wait(2 * MINUTE)
        await street.wait(7 * MINUTE)
    else:
        await end(street, fault)
        await street.wait(2 * MINUTE)
    for talk, text in waiting:
        heard = await talk.heard()
        judge(row, talk, f"{text} (later)", heard, told=not fault.stays)
        if fault.stays and not heard.handed_over:
            row.faults.append(f"{row.name}, {talk.channel}, {text!r}: nobody is offered after ten minutes")
        seen = any(result.reply and result.evidence.orders for result in heard.results)
        row.later += seen
        if not fault.stays and not seen:
            row.faults.append(f"{row.name}, {talk.channel}, {text!r}: mended, and still {heard.text[:120]!r}")


async def own_load(folder: Path, *, shoppers: int = 60) -> Row:
    """A shop of 100 points a second, and more shoppers at once than it can serve at once: it never has to say THROTTLED."""
    row = Row(name="own load at 100 points/s", part="shop")
    async with open_street(folder, people=shoppers, points_per_second=100.0) as street:
        street.impatient(wire.BRAND)
        talks = await open_talks(street, ["webchat"] * shoppers)
        text = WISHES["order status"]
        for talk, heard in zip(talks, await ask_all(street, talks, [text] * shoppers), strict=True):
            judge(row, talk, text, heard, told=True)
            row.later += any(result.evidence.orders for result in heard.results)
        throttled = sum("THROTTLED" in (one["errors"] or ()) for one in street.twin.requests)
        if throttled:
            row.faults.append(f"the shop said THROTTLED {throttled} times")
        for talk in talks:
            await talk.close()
    return row


async def another_brand(street: Street, *, shoppers: int = 20, pressing: int = 60) -> tuple[Row, str]:
    """One brand's shop hangs while `pressing` shoppers of its own ask at once; another brand's see their orders meanwhile."""
    row = Row(name="another brand's shop hangs", part="shop")
    text = WISHES["order status"]
    ours, theirs = await open_talks(street, ["webchat"] * shoppers), await open_talks(street, ["webchat"] * pressing, brand=OTHER)
    quiet = await _timed(street, ours, text, row)
    street.impatient(OTHER)
    street.plan(kind="hang", seconds=5.0, shop=OTHER)
    crowd = asyncio.gather(*(talk.say(text) for talk in theirs))
    while not street.twin.faults.planned[-1].done:  # noqa: ASYNC110  # the shop tells nobody whom it leaves waiting
        await asyncio.sleep(0.005)
    busy = await _timed(street, ours, text, row)
    await crowd
    await street.settle()
    street.twin.faults.clear()
    street.patient()
    for talk in (*ours, *theirs):
        await talk.close()
    return row, f"another brand's shop hangs: {quiet * 1000:.0f} ms before, {busy * 1000:.0f} ms meanwhile (median turn; not asserted)"


async def _timed(street: Street, talks: Sequence[Talk], text: str, row: Row) -> float:
    """Median seconds of these shoppers' turns, one after the other begun, none waited for by name: others' may last."""
    took = []
    for talk in talks:
        began = time.monotonic()
        await talk.say(text)
        async with asyncio.timeout(30):
            while not (heard := await talk.heard()).text or not heard.results:  # noqa: ASYNC110  # as a page that asks again and again
                await asyncio.sleep(0.005)
        took.append(time.monotonic() - began)
        judge(row, talk, text, heard, told=True)
        if not any(result.evidence.orders for result in heard.results):
            row.faults.append(f"{row.name}: answered without the order, {heard.text[:120]!r}")
    return statistics.median(took)
