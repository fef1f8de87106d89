"""The facts of one turn, gathered side by side before anything is decided: the slowest of them is the turn's length."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from agent.conversation import AwaitShop, AwaitSignIn, ConversationState
from agent.decide import asked
from agent.evidence import Evidence, ShopAnswer
from agent.grounded import grounded
from agent.naming import naming
from agent.parts import Incoming, Parts
from agent.pending_answers import to_announced, to_sign_in, to_which_order
from agent.reading import Reading
from agent.resolve import Ask, Found, still_moving, which_orders
from agent.shop_reads import Orders, ShopReads, numbers_named, proven_sender, sender_shopper, unseen
from agent.stopwatch import Stopwatch
from agent.taps import is_six_digits, tapped, without_words
from channels.message import Channel, Inbound, Signal
from identity.levels import Shopper
from knowledge.document import Citation
from shop.order import Order
from shop.reading import ReadMeter, ShopError

_Value = TypeVar("_Value")

PASSAGES = 5
SLOW_AFTER_S = 3.0
"""From here the shopper is told that the shop is slow (V-18)."""
FOR_WORDS_S = 0.5
"""Of the turn's deadline, kept for deciding and wording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Everything a decision may look at."""

    reading: Reading
    shopper: Shopper
    evidence: Evidence
    waited_for_reader: float = 0.0
    """Milliseconds, when a model was asked."""


def what_woke(messages: Sequence[Inbound]) -> Signal:
    """What kind of turn this is: a code event or a retry stands out among words."""
    signals = [message.signal for message in messages if message.signal is not Signal.SAID]
    return signals[-1] if signals else Signal.SAID


async def gather(incoming: Incoming, parts: Parts, signal: Signal, now: datetime, watch: Stopwatch, meter: ReadMeter) -> Seen:
    """Read, look up and fetch at once; then at most one query more. Raises nothing: what fails is missing, and says so."""
    reads = ShopReads(shop=parts.shop, meter=meter, clock=parts.clock)
    await _tell(parts, "checking_orders" if incoming.shopper.signed_in else "reading_policy")
    slow = asyncio.create_task(_tell_when_slow(parts))
    reading_task = asyncio.create_task(watch.timing("read", _read(incoming, parts)))
    policy_task = asyncio.create_task(watch.timing("look_up", _look_up(incoming, parts)))
    shop_task = asyncio.create_task(watch.timing("shop", _orders(incoming, parts, reads, reading_task, now)))
    tasks = (reading_task, policy_task, shop_task)
    try:
        await asyncio.wait(tasks, timeout=watch.left(parts.deadline_s - FOR_WORDS_S))
        reading = _result(reading_task, _unread(incoming.state))
        passages = _result(policy_task, ())
        shopper, orders = _result(shop_task, (incoming.shopper, Orders(answer=ShopAnswer.UNREACHABLE)))
        evidence = orders.into(
            Evidence(
                brand=parts.brand,
                terms=parts.library.terms(),
                channel=incoming.channel,
                passages=passages,
                hub_available=parts.hub_available(),
                lexical_only=bool(getattr(parts.library, "lexical_only", False)),
            )
        )
        asks = asked(reading, incoming.state, signal)
        if shopper.signed_in and orders.answer is ShopAnswer.READ:
            again = _second_read(asks, shopper, orders, evidence, incoming.state, reads, parts, now)
            try:
                await asyncio.wait_for(watch.timing("shop_again", again), watch.left(parts.deadline_s - FOR_WORDS_S))
            except TimeoutError:
                orders.answer = ShopAnswer.UNREACHABLE
            evidence = orders.into(evidence)
            reading = to_which_order(reading, _words(_spoken(incoming)), incoming.state, evidence.orders)
            reading = naming(reading, _spoken(incoming), evidence.orders)
    finally:
        await _stop(slow, *tasks)
    waited = watch.stages.get("read", 0.0) if reading.model_calls else 0.0
    return Seen(reading=reading, shopper=shopper, evidence=evidence, waited_for_reader=waited)


async def _read(incoming: Incoming, parts: Parts) -> Reading:
    spoken = _spoken(incoming)
    if not spoken:
        return Reading(wishes=(), language=incoming.state.locale.split("-")[0])
    tap = without_words(spoken, incoming.state) or tapped(spoken, incoming.state)
    if tap is not None:
        return tap
    read = grounded(await parts.reader.read(spoken, incoming.state, parts.brand), spoken, incoming.state)
    read = replace(read, six_digits=len(spoken) == 1 and is_six_digits(spoken[0].text))
    read = to_announced(read, _words(spoken), incoming.state)
    return to_sign_in(read, _words(spoken), incoming.state, signed_in=incoming.shopper.signed_in)


def _spoken(incoming: Incoming) -> tuple[Inbound, ...]:
    return tuple(message for message in incoming.messages if message.signal is Signal.SAID)


def _words(messages: Sequence[Inbound]) -> str:
    return " ".join(message.text for message in messages)


def _unread(state: ConversationState) -> Reading:
    """No reading in time: the shopper is asked, and no further model is (the one call may be spent)."""
    return Reading(wishes=(), language=state.locale.split("-")[0], asks_back=True, model_calls=1)


async def _look_up(incoming: Incoming, parts: Parts) -> tuple[Citation, ...]:
    pending = incoming.state.pending
    waiting = pending.wishes if isinstance(pending, AwaitSignIn | AwaitShop) else ()
    topics = tuple(dict.fromkeys(topic for wish in waiting for topic in wish.topics))
    question = " ".join(message.text for message in incoming.messages if message.text.strip()) or " ".join(topics)
    if not question:
        return ()
    return await parts.library.look_up(question, locale=incoming.state.locale, k=PASSAGES, topics=topics)


async def _orders(
    incoming: Incoming, parts: Parts, reads: ShopReads, reading_task: "asyncio.Task[Reading]", now: datetime
) -> tuple[Shopper, Orders]:
    """Who this is, then their orders; nothing at all is asked of the shop for a stranger (INV-1)."""
    shopper, orders = incoming.shopper, Orders()
    if _asks_for_owner(incoming, parts, now):
        contact = incoming.contact or ""
        try:
            shopper = sender_shopper(shopper, contact, await reads.owner_of(contact), now)
        except ShopError:
            return Shopper(level=shopper.level, contact=contact) if not shopper.signed_in else shopper, Orders(
                answer=ShopAnswer.UNREACHABLE
            )
    if not shopper.signed_in or shopper.customer is None:
        return shopper, orders
    numbers = await _numbers_if_short(reads, reading_task, incoming)
    if numbers:
        await reads.number(shopper.customer, numbers[0], orders)
        orders.more = True
    else:
        await reads.recent(shopper.customer, orders)
    return shopper, orders


def _asks_for_owner(incoming: Incoming, parts: Parts, now: datetime) -> bool:
    return (
        incoming.channel is Channel.WHATSAPP
        and parts.brand.whatsapp_sender_proves
        and incoming.contact is not None
        and not proven_sender(incoming.shopper, now)
    )


async def _numbers_if_short(reads: ShopReads, reading_task: "asyncio.Task[Reading]", incoming: Incoming) -> tuple[str, ...]:
    """Where the owner look-up took the first query, one is left: a named order is then asked for by its name."""
    if reads.allowance > 1:
        return ()
    reading = await asyncio.shield(reading_task)
    return numbers_named([ask.wish for ask in asked(reading, incoming.state, what_woke(incoming.messages))])


async def _second_read(
    asks: Sequence[Ask],
    shopper: Shopper,
    orders: Orders,
    evidence: Evidence,
    state: ConversationState,
    reads: ShopReads,
    parts: Parts,
    now: datetime,
) -> None:
    """One query more, for a named order out of sight or one that did not fit into the first answer."""
    if reads.allowance < 1 or shopper.customer is None:
        return
    numbers = numbers_named([ask.wish for ask in asks])
    missing = [number for number in unseen(numbers, orders.orders) if number not in orders.named]
    if missing and orders.more:
        await _tell(parts, "checking_order")
        await reads.number(shopper.customer, missing[0], orders)
        return
    if missing:
        # Every order of the account was read: the others are foreign, unknown or too old, and look the same (F-07).
        orders.named.update(dict.fromkeys(missing, None))
    cut_short = _cut_short(asks, evidence, state, now)
    if cut_short is not None:
        await _tell(parts, "checking_order")
        await reads.whole(shopper.customer, cut_short.id, orders)


def _cut_short(asks: Sequence[Ask], evidence: Evidence, state: ConversationState, now: datetime) -> Order | None:
    """The first order an answer would need whole."""
    by_mail = evidence.channel == Channel.EMAIL
    for ask in asks:
        match which_orders(ask, evidence, state.focus, still_moving, now, answer_all=by_mail):
            case Found(orders=found):
                short = [order for order in found if not order.complete]
                if short:
                    return short[0]
            case _:
                pass
    return None


def _result(task: "asyncio.Task[_Value]", otherwise: _Value) -> _Value:
    """What the task came to; what is late or broken counts as missing. The reader and the library promise not to raise:
    should one do it all the same, the shopper still gets an answer."""
    if not task.done() or task.cancelled() or task.exception() is not None:
        return otherwise
    return task.result()


async def _stop(*tasks: "asyncio.Task[Any]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _tell(parts: Parts, code: str) -> None:
    if parts.progress is not None:
        await parts.progress(code)


async def _tell_when_slow(parts: Parts) -> None:
    await asyncio.sleep(SLOW_AFTER_S)
    await _tell(parts, "shop_slow")
