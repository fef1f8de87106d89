"""Directed schedules: each brings one danger about on purpose, so that the defect it is made for shows every time and within seconds."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.chaos.record import Said
from evals.chaos.run import Run, Void
from evals.chaos.wire import address_of

ANA, BEN = "+12025550101", "+12025550102"
WHATSAPP, MAIL, VISITOR = (address_of(channel, 1) for channel in ("whatsapp", "email", "webchat"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    name: str
    play: Callable[[Run], Awaitable[None]]
    catches: Mapping[str, str]
    """Defects that must not pass here, and the kind of fault each must show: a run that fails for another reason has caught nothing."""
    workers: int = 1
    undisturbed: bool = False
    horizon: float = 1.0
    replies: int | None = None
    """How many messages the provider must have taken at the end, where that is certain."""


async def lands_late(run: Run) -> None:
    """The provider takes a message long after it was asked; the worker that asked is dead by then, and the next has begun."""
    said = run.say(ANA)
    steps(run, {"word": said.token, "do": "hold"})
    await run.start()
    asked = run.expect("asked", to=ANA)
    await run.get_through(said)
    await restart_and_release(run, said, await within(asked))


async def second_attempt_lands_late(run: Run) -> None:
    """The first attempt is cut off untaken; the second lands late, and the worker dies right after it has asked."""
    said = run.say(ANA)
    steps(run, {"word": said.token, "do": "drop"}, {"word": said.token, "do": "hold"})
    await run.start()
    again = run.expect("asked", to=ANA, **{"try": 2})
    await run.get_through(said)
    await restart_and_release(run, said, await within(again))


async def restart_and_release(run: Run, said: Said, asked: dict[str, Any]) -> None:
    """The message lands just within the horizon, or as soon as the next life has asked for it too early."""
    await run.kill()
    listed = run.expect("listed", to=said.shopper)
    await run.start()
    # The request was read at most a third of the horizon after its stamp, which the horizon counts from.
    latest = asked["t"] + run.plan.horizon * 0.55
    await asyncio.wait({listed}, timeout=max(latest - time.monotonic(), 0.5 * run.plan.pace))
    if time.monotonic() > latest + 0.05 and not listed.done():
        raise Void("the machine was too slow: the message would have landed too near the horizon")
    landed = run.expect("landed", to=said.shopper)
    run.provider.order({"do": "release", "word": said.token})
    await within(landed)


async def taken_and_cut_off(run: Run) -> None:
    """The provider takes a message and answers 500, or nothing at all."""
    first, second = run.say(ANA), run.say(BEN)
    steps(run, {"word": first.token, "do": "took_500"}, {"word": second.token, "do": "took_drop"})
    await run.start()
    await asyncio.gather(run.get_through(first), run.get_through(second))


async def cut_off_on_every_channel(run: Run) -> None:
    """Each provider takes the message and breaks off. Where none can be asked, a person is told, and nothing is sent again."""
    said = [run.say(shopper) for shopper in (ANA, WHATSAPP, MAIL, VISITOR)]
    steps(run, *({"word": one.token, "do": "took_drop"} for one in said))
    await run.start()
    await asyncio.gather(*(run.get_through(one) for one in said))


async def frozen_before_sending(run: Run) -> None:
    """A worker stops between its stamp and its request, and goes on when the deadline has passed."""
    said = run.say(ANA)
    stopped = run.expect("at", point="send.before")
    await run.start(at=[{"point": "send.before", "do": "stop"}])
    await run.get_through(said)
    await within(stopped)
    await asyncio.sleep(run.plan.horizon * 1.3)
    run.signal("a", signal.SIGCONT)


async def taken_over_while_thinking(run: Run) -> None:
    """A person takes the conversation over while the turn thinks: what it comes to counts for nothing, and is thought again."""
    said = run.say(ANA, "seize slow50")
    await run.start()
    await run.get_through(said)


async def frozen_while_thinking(run: Run) -> None:
    """A worker stops before its commit; its lease runs out, the other worker answers; then the first goes on."""
    said = run.say(ANA)
    stopped = run.expect("at", point="commit.before")
    await run.start("a", at=[{"point": "commit.before", "do": "stop"}])
    await asyncio.sleep(0.4 * run.plan.pace)  # its plans are made: frozen among them it would hold up the start of others
    await run.get_through(said, "a")
    await within(stopped)
    answered = run.expect("landed", to=ANA)
    await run.start("b")
    await within(answered)
    run.signal("a", signal.SIGCONT)
    await asyncio.sleep(0.3)


async def another_message_while_thinking(run: Run) -> None:
    """A second message is kept while the first is thought about: one reply, and it has seen both."""
    first, second = run.say(ANA, "slow300"), run.say(ANA)
    await run.start()
    thinking = run.expect("think", who=ANA)
    await run.get_through(first)
    await within(thinking)
    await run.get_through(second)


async def killed_before_the_commit(run: Run) -> None:
    """The worker dies on its way to the inbox. Nobody writes a second time, but a provider that got no 2xx."""
    said = run.say(ANA)
    await run.start(at=[{"point": "intake.before_keep", "do": "kill"}])
    gone = run.expect("gone", pid=run.lives["a"].pid)
    acknowledged = await run.deliver(said)
    await within(gone)
    await run.start()
    if not acknowledged:
        await run.get_through(said)


async def delivered_again_after_the_answer(run: Run) -> None:
    """Providers repeat a message hours after it was answered."""
    said = run.say(ANA)
    await run.start()
    answered = run.expect("answered", to=ANA)
    await run.get_through(said)
    await within(answered)
    await asyncio.sleep(0.1)
    for _ in range(3):
        await run.deliver(said)
    await asyncio.sleep(0.3)


async def the_first_reply_is_in_doubt(run: Run) -> None:
    """The first reply's request is cut off untaken; the second must wait until it has been looked up and sent."""
    first, second = run.say(ANA), run.say(ANA)
    steps(run, {"word": first.token, "do": "drop"})
    await run.start()
    asked = run.expect("asked", to=ANA)
    await run.get_through(first)
    await within(asked)
    await run.get_through(second)


async def two_workers_and_a_slow_turn(run: Run) -> None:
    """A turn takes longer than a sweep: the other worker keeps its hands off."""
    said = run.say(ANA, "slow700")
    await asyncio.gather(run.start("a"), run.start("b")) if run.lives else await run.start("a")
    await run.start("b")
    await run.get_through(said)


SCHEDULES: tuple[Schedule, ...] = (
    Schedule(
        name="lands late",
        play=lands_late,
        horizon=3.0,
        catches={"naive": "doubled", "no horizon": "doubled", "blind resend": "doubled"},
        replies=1,
    ),
    Schedule(name="second attempt lands late", play=second_attempt_lands_late, horizon=3.0, catches={"no restamp": "doubled"}, replies=1),
    Schedule(name="taken, then cut off", play=taken_and_cut_off, catches={"blind resend": "doubled"}, replies=2),
    Schedule(
        name="taken, then cut off, on every channel",
        play=cut_off_on_every_channel,
        catches={"blind resend on WhatsApp": "doubled", "mail named anew": "doubled"},
    ),
    Schedule(name="frozen before sending", play=frozen_before_sending, catches={"no deadline": "late"}, replies=1),
    Schedule(name="taken over while thinking", play=taken_over_while_thinking, catches={"fence skipped": "stale"}, replies=1),
    Schedule(name="frozen while thinking", play=frozen_while_thinking, catches={"fence skipped": "doubled"}, workers=2, replies=1),
    Schedule(
        name="another message while thinking",
        play=another_message_while_thinking,
        catches={"newer message skipped": "superseded"},
        undisturbed=True,
        replies=1,
    ),
    Schedule(name="killed before the commit", play=killed_before_the_commit, catches={"acknowledged before commit": "lost"}, replies=1),
    Schedule(
        name="delivered again after the answer",
        play=delivered_again_after_the_answer,
        catches={"message id forgotten": "doubled"},
        replies=1,
    ),
    Schedule(
        name="the first reply is in doubt", play=the_first_reply_is_in_doubt, catches={"outbox order ignored": "out of order"}, replies=2
    ),
    Schedule(
        name="two workers and a slow turn",
        play=two_workers_and_a_slow_turn,
        catches={"lease ignored": "leased twice"},
        workers=2,
        undisturbed=True,
        replies=1,
    ),
)


def steps(run: Run, *given: dict[str, Any]) -> None:
    """How the provider treats the next requests that hold these words."""
    run.provider.order({"do": "steps", "steps": list(given)})


async def within(event: "asyncio.Future[Any]", patience: float = 25.0) -> Any:
    return await asyncio.wait_for(event, patience)


def for_store(kind: str) -> Sequence[Schedule]:
    """Two workers need PostgreSQL: one process owns a SQLite file."""
    return [one for one in SCHEDULES if one.workers == 1 or kind == "postgresql"]
