"""Undirected runs: many shoppers, whatever may befall a process at a moment nobody chose, and bursts of every shape."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from evals.chaos import wire
from evals.chaos.record import Said
from evals.chaos.run import Run
from evals.chaos.stores import PostgresStore

KILL_EVERY_S = (0.0, 0.35)
"""From the moment a life is ready; with the start itself that is the 0.12–0.47 s of trust.md 5.5."""
MOST_UNDER_WAY = 3
ROUGH = {"late": 0.08, "took_500": 0.02, "took_drop": 0.02, "drop": 0.02, "busy": 0.02}
"""How the provider treats requests in a storm."""
SHOPPERS = wire.crowd(25, ("sms",))
EVERYBODY = wire.crowd(28)
"""Over all four channels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """How shoppers and their providers behave."""

    every: tuple[float, float] = (0.1, 0.7)
    """Seconds between two messages of one shopper."""
    again: float = 0.3
    """Share of acknowledged messages that are delivered again, up to 1.5 s later."""
    at_once: float = 0.1
    """Share delivered twice at the same moment."""
    slowest: float = 1.0
    """Seconds between two tries of one delivery, at most."""
    late: float = 0.05
    """Share whose first delivery comes a second late, after messages written later."""


async def random_kills(run: Run, *, kills: int, limit_s: float, shoppers: Sequence[str] = EVERYBODY) -> None:
    """Workers die at random while shoppers write; on PostgreSQL either of them, and now and then every connection at once (R2)."""
    run.provider.order({"do": "shares", "shares": ROUGH})
    slots = "ab"[: run.plan.workers]
    for slot in slots:
        await run.start(slot)
    over, until = asyncio.Event(), time.monotonic() + limit_s
    writing = [run.spawn(one_shopper(run, shopper, Weather(), over)) for shopper in shoppers]
    for n in range(kills):
        if time.monotonic() > until:
            break
        await asyncio.sleep(run.chance.uniform(*KILL_EVERY_S) * run.plan.pace)
        if isinstance(run.plan.store, PostgresStore) and n % 7 == 6:
            run.shock("every connection to the database is cut")
            await run.plan.store.cut_off()
        slot = run.chance.choice(slots)
        await run.kill(slot)
        # Some are killed before they are ready.
        await run.start(slot, wait=run.chance.random() < 0.85)
    over.set()
    await asyncio.gather(*writing)


async def bursts(run: Run, *, seconds: float, shoppers: Sequence[str], longest_gap: float) -> str:
    """As many bursts as there is time for: 1–8 messages, gaps from nothing to past the pause, at any phase of the turn before (R4)."""
    run.record.undisturbed = True
    for slot in "ab"[: run.plan.workers]:
        await run.start(slot)
    until, played = time.monotonic() + seconds, 0

    async def one(shopper: str) -> None:
        nonlocal played
        while time.monotonic() < until:
            sending = []
            for _ in range(run.chance.randint(1, 8)):
                said = run.say(shopper, run.chance.choice(("", "", f"slow{run.chance.randint(1, 150)}")))
                sending.append(run.spawn(run.get_through(said)))
                await asyncio.sleep(run.chance.choice((0.0, run.chance.uniform(0, 0.05), run.chance.uniform(0, longest_gap))))
            await asyncio.gather(*sending)
            played += 1
            await asyncio.sleep(run.chance.uniform(0, longest_gap * 2))

    await asyncio.gather(*(one(shopper) for shopper in shoppers))
    return f"{played:,} bursts"


async def deliveries(run: Run, *, messages: int, copies: int, people: int, at_once: int = 12) -> str:
    """Every message delivered several times, in any order, to any worker, over all channels (R1)."""
    for slot in "ab"[: run.plan.workers]:
        await run.start(slot)
    crowd = {channel: [wire.address_of(channel, n) for n in range(people)] for channel in wire.CHANNELS}
    said = [run.say(run.chance.choice(crowd[wire.CHANNELS[n % len(wire.CHANNELS)]])) for n in range(messages)]
    posts: list[Said] = [one for one in said for _ in range(copies)]
    run.chance.shuffle(posts)
    queue = iter(posts)

    async def carrier() -> None:
        for one in queue:
            if not await run.deliver(one) and one.acknowledged is None:
                await run.get_through(one)

    await asyncio.gather(*(carrier() for _ in range(at_once)))
    spread = Counter(one.channel for one in said)
    return ", ".join(f"{channel} {count:,}" for channel, count in spread.items())


async def one_shopper(run: Run, shopper: str, weather: Weather, over: asyncio.Event) -> None:
    """Writes until it is over, a few messages under way at most; then sees that everything got through."""
    under_way = asyncio.Semaphore(MOST_UNDER_WAY)
    sending = []

    async def one(said: Said) -> None:
        try:
            await one_message(run, said, weather)
        finally:
            under_way.release()

    while not over.is_set():
        await under_way.acquire()
        sending.append(run.spawn(one(run.say(shopper))))
        await asyncio.sleep(run.chance.uniform(*weather.every) * run.plan.pace)
    await asyncio.gather(*sending)


async def one_message(run: Run, said: Said, weather: Weather) -> None:
    chance = run.chance
    if chance.random() < weather.late:
        await asyncio.sleep(chance.uniform(0.7, 1.3))
    if chance.random() < weather.at_once:
        await asyncio.gather(run.deliver(said), run.deliver(said))
    if said.acknowledged is None:
        await run.get_through(said, patience=90.0, slowest=weather.slowest)  # nobody gives up in a storm
    while chance.random() < weather.again:
        await asyncio.sleep(chance.uniform(0, 1.5))
        await run.deliver(said)
