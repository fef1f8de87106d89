"""Killed at every named point of the machinery, for each channel that comes past it (R3)."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from evals.chaos import storms, wire
from evals.chaos.record import Said
from evals.chaos.run import Run
from server.points import POINTS

TRIES = 4
_SENDING = ("dispatch.", "send.", "sent.", "refused.", "unconfirmed.", "receipt.")
_NOT_PASSED = {"sms": (), "whatsapp": (), "email": ("receipt.",), "webchat": _SENDING}
"""In webchat the log is the delivery; a mail host says nothing of what it took."""
_FIRST = 60
"""Whoever is asked to bring a point about, beside those who write all the time."""


def passed_by(channel: str) -> tuple[str, ...]:
    """The points that a message of this channel, or the life that carries it, comes past."""
    return tuple(point for point in POINTS if not point.startswith(_NOT_PASSED[channel]))


async def every_point(run: Run, channel: str, *, patience: float) -> dict[str, bool]:
    """The worker dies at each point in turn while shoppers write; which points were reached.

    patience: seconds within which a life should come past its point; one that did not is tried again, a few times.
    """
    run.provider.order({"do": "shares", "shares": storms.ROUGH})
    over = asyncio.Event()
    slots = "ab"[: run.plan.workers]
    for slot in slots:
        await run.start(slot)
    weather = storms.Weather(every=(0.1, 0.4), slowest=0.2, late=0.0)
    writing = [run.spawn(storms.one_shopper(run, wire.address_of(channel, n), weather, over)) for n in range(3)]
    reached = dict.fromkeys(passed_by(channel), False)
    for tried in range(TRIES):
        left = [point for point, found in reached.items() if not found]
        for place, point in enumerate(left):
            nth = run.chance.choice((1, 1, 2)) if tried == 0 and not point.startswith(tuple(_BROUGHT_ABOUT)) else 1
            shopper = wire.address_of(channel, (_FIRST + tried * len(reached) + place) % 400)
            reached[point] = await _die_at(run, point, nth, shopper, patience * (1 + tried), writing)
    await run.kill("a")
    await run.start("a")
    over.set()
    await asyncio.gather(*writing)
    return reached


async def _die_at(run: Run, point: str, nth: int, shopper: str, patience: float, writing: "list[asyncio.Task[None]]") -> bool:
    """One life of worker a, and somebody who writes what brings the point about; whether it came past it.

    writing: whoever has not got through yet is added here.
    """
    await run.kill("a")
    at, ready = run.expect("at", point=point, slot=f"{run.name}.a"), run.expect("ready", slot=f"{run.name}.a")
    rounds = point.startswith(("job.", "reconcile."))
    await run.start("a", at=[{"point": point, "nth": nth, "do": "kill"}], wait=False, job=rounds)
    # Some are passed on the way to being ready; for the others patience counts from there.
    await asyncio.wait({at, ready}, timeout=20 * run.plan.pace, return_when=asyncio.FIRST_COMPLETED)
    if not at.done():
        bring = next((work for prefix, work in _BROUGHT_ABOUT.items() if point.startswith(prefix)), _write)
        writing.append(run.spawn(bring(run, shopper)))
        await asyncio.wait({at}, timeout=patience)
    return at.done()


async def _write(run: Run, shopper: str) -> None:
    await _get_through(run, run.say(shopper))


async def _get_through(run: Run, said: Said) -> None:
    """To the worker that is to die, again and again: one life after the other may end on the way to the inbox."""
    await run.get_through(said, "a", patience=120.0)


async def _write_twice(run: Run, shopper: str) -> None:
    """The second while the first is thought about."""
    first, second = run.say(shopper, "slow400"), run.say(shopper)
    thinking = run.expect("think", tokens=[first.token])
    await _get_through(run, first)
    await asyncio.wait({thinking}, timeout=5 * run.plan.pace)
    await _get_through(run, second)


async def _trip(run: Run, shopper: str) -> None:
    """The turn fails once, and the conversation is put back."""
    await _get_through(run, run.say(shopper, "trip"))


def _fare(kind: str) -> Callable[[Run, str], Awaitable[None]]:
    async def write(run: Run, shopper: str) -> None:
        said = run.say(shopper)
        run.provider.order({"do": "steps", "steps": [{"word": said.token, "do": kind}]})
        await _get_through(run, said)

    return write


_BROUGHT_ABOUT: dict[str, Callable[[Run, str], Awaitable[None]]] = {
    "turn.thought_again": _write_twice,
    "release.": _trip,
    "refused.": _fare("busy"),
    "unconfirmed.": _fare("drop"),
}


def not_reached(reached: dict[str, bool]) -> Sequence[str]:
    return [point for point, found in reached.items() if not found]
