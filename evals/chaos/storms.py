"""Undirected runs: many shoppers, whatever may befall a process at a moment nobody chose, and bursts of every shape."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from evals.chaos.record import Said
from evals.chaos.run import Run
from evals.chaos.stores import PostgresStore
from server.points import POINTS

KILL_EVERY_S = (0.0, 0.35)
"""From the moment a life is ready; with the start itself that is the 0.12–0.47 s of trust.md 5.5."""
MOST_UNDER_WAY = 3
ROUGH = {"late": 0.08, "took_500": 0.02, "took_drop": 0.02, "drop": 0.02, "busy": 0.02}
"""How the provider treats requests in a storm."""
SHOPPERS = tuple(f"+120255501{n:02d}" for n in range(25))


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


async def random_kills(run: Run, *, kills: int, limit_s: float, shoppers: Sequence[str] = SHOPPERS) -> None:
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
        await asyncio.sleep(run.chance.uniform(*KILL_EVERY_S))
        if isinstance(run.plan.store, PostgresStore) and n % 7 == 6:
            await run.plan.store.cut_off()
            run.note("every connection to the database is cut")
        slot = run.chance.choice(slots)
        await run.kill(slot)
        # Some are killed before they are ready.
        await run.start(slot, wait=run.chance.random() < 0.85)
    over.set()
    await asyncio.gather(*writing)


async def every_point(run: Run, *, patience: float = 1.5, shoppers: Sequence[str] = SHOPPERS[:6]) -> dict[str, bool]:
    """The worker dies at each named point in turn, at its first or second passing, while shoppers write; which were reached (R3)."""
    run.provider.order({"do": "shares", "shares": {**ROUGH, "drop": 0.15, "busy": 0.15}})
    reached: dict[str, bool] = {}
    over = asyncio.Event()
    await run.start("a")
    weather = Weather(every=(0.02, 0.12), slowest=0.1, late=0.0)
    writing = [run.spawn(one_shopper(run, shopper, weather, over)) for shopper in shoppers]
    slots = "ab"[: run.plan.workers]
    for slot in slots[1:]:
        await run.start(slot)
    for point in POINTS:
        nth = run.chance.choice((1, 1, 1, 2))
        await run.kill("a")
        at, ready = run.expect("at", point=point), run.expect("ready", slot=f"{run.name}.a")
        await run.start("a", at=[{"point": point, "nth": nth, "do": "kill"}], wait=False)
        # Some are passed on the way to being ready; for the others patience counts from there.
        await asyncio.wait({at, ready}, timeout=20 * run.plan.pace, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.wait({at}, timeout=patience)
        reached[point] = at.done()
    await run.kill("a")
    await run.start("a")
    over.set()
    await asyncio.gather(*writing)
    return reached


async def bursts(run: Run, *, count: int, shoppers: Sequence[str], longest_gap: float) -> None:
    """Bursts of 1–8 messages with gaps from nothing to past the pause, each at its own phase of the turn before (R4)."""
    run.record.undisturbed = True
    for slot in "ab"[: run.plan.workers]:
        await run.start(slot)

    async def one(shopper: str) -> None:
        for _ in range(max(1, count // len(shoppers))):
            sending = []
            for _ in range(run.chance.randint(1, 8)):
                said = run.say(shopper, run.chance.choice(("", "", f"slow{run.chance.randint(1, 150)}")))
                sending.append(run.spawn(run.get_through(said)))
                await asyncio.sleep(run.chance.choice((0.0, run.chance.uniform(0, 0.05), run.chance.uniform(0, longest_gap))))
            await asyncio.gather(*sending)
            await asyncio.sleep(run.chance.uniform(0, longest_gap * 2))

    await asyncio.gather(*(one(shopper) for shopper in shoppers))


async def deliveries(run: Run, *, messages: int, copies: int, channels: Sequence[str], at_once: int = 12) -> None:
    """Every message delivered several times, in any order, to any worker, over all channels (R1)."""
    for slot in "ab"[: run.plan.workers]:
        await run.start(slot)
    people = {channel: [address_of(channel, n) for n in range(100)] for channel in channels}
    said = [
        run.say(run.chance.choice(people[channel]), channel=channel) for n in range(messages) for channel in (channels[n % len(channels)],)
    ]
    posts: list[Said] = [one for one in said for _ in range(copies)]
    run.chance.shuffle(posts)
    queue = iter(posts)

    async def carrier() -> None:
        for one in queue:
            if not await run.deliver(one) and one.acknowledged is None:
                await run.get_through(one)

    await asyncio.gather(*(carrier() for _ in range(at_once)))


def address_of(channel: str, n: int) -> str:
    """Where shopper `n` writes from: numbers kept for fiction, one range per channel."""
    area = {"sms": "202555", "whatsapp": "303555"}.get(channel)
    return f"shopper{n}@example.com" if area is None else f"+1{area}01{n:02d}"


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
