"""Few turns compute at once: whoever waits lends its hand, whoever has begun comes before those that would begin."""

import asyncio

import pytest

from server.engine.hands import Hands
from server.gate import Gate


async def test_those_in_a_hurry_go_first_and_the_others_in_their_order() -> None:
    gate, passed = Gate(), []

    async def one(name: str, *, hurried: bool = False) -> None:
        await gate.take(hurried=hurried)
        passed.append(name)
        gate.give()

    await gate.take()
    tasks = [asyncio.create_task(one(name, hurried=name.isupper())) for name in ("a", "b", "A", "c", "B")]
    await asyncio.sleep(0)
    gate.give()
    await asyncio.gather(*tasks)
    assert passed == ["A", "B", "a", "b", "c"]


async def test_whoever_gives_up_waiting_takes_no_place_with_them() -> None:
    gate = Gate()
    await gate.take()
    waiting = [asyncio.create_task(gate.take()) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[1].cancel()
    gate.give()
    waiting[0].cancel()  # it has been handed the place, and never comes to use it
    await asyncio.gather(*waiting, return_exceptions=True)
    assert waiting[2].done()
    assert not waiting[2].cancelled()
    gate.give()
    await asyncio.wait_for(gate.take(), 1)


async def test_a_turn_that_waits_lends_its_hand_and_is_served_before_one_that_begins() -> None:
    hands, happened = Hands(1), []
    answer = asyncio.Event()

    async def first() -> None:
        async with hands.taken() as hand:
            async with hand.lent():
                happened.append("first asks")
                await answer.wait()
            happened.append("first goes on")

    async def other(name: str) -> None:
        async with hands.taken():
            happened.append(f"{name} begins")
            answer.set()
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    await asyncio.gather(first(), other("second"), other("third"))
    assert happened == ["first asks", "second begins", "first goes on", "third begins"]


async def test_two_questions_side_by_side_lend_one_hand_and_take_one_back() -> None:
    hands = Hands(1)
    async with hands.taken() as hand:

        async def ask() -> None:
            async with hand.lent():
                await asyncio.sleep(0)

        await asyncio.gather(ask(), ask(), ask())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(hands.gate.take(), 0.01)
    await asyncio.wait_for(hands.gate.take(), 1)


async def test_a_question_that_fails_or_is_cut_off_costs_nobody_a_hand() -> None:
    hands = Hands(1)
    for how in (RuntimeError, asyncio.CancelledError):
        with pytest.raises(how):
            async with hands.taken() as hand, hand.lent():
                raise how
    await asyncio.wait_for(hands.gate.take(), 1)
