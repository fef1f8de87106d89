"""What every store promises of messages on their way: in order, one in flight, each attempt settled by who holds it."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from channels.message import Channel, DeliveryState, Outbound, Receipt
from knowledge.brand import BrandId
from server.store import conversations, outbox
from server.store.database import Database
from server.store.outbox import Parcel
from tests.contracts.storing import (
    BRAND,
    MINUTE,
    NOON,
    OTHER_PHONE,
    PHONE,
    SECOND,
    answer,
    commit,
    count,
    keep,
    leased,
    many,
    thread_of,
)

ALL = ("sms", "whatsapp", "email")


def parcel(ref: str, conversation: str | None = "c1", seq: int = 0, **more: Any) -> Parcel:
    return Parcel(brand=BRAND.id, ref=ref, channel="sms", recipient=PHONE, body={"text": ref}, conversation=conversation, seq=seq, **more)


async def put(database: Database, *parcels: Parcel, due_at: datetime = NOON) -> None:
    async with database.writing() as tx:
        for one in parcels:
            await outbox.put(tx, BRAND, one, state="ready", now=NOON, due_at=due_at)


async def claim(database: Database, *, now: datetime = NOON, limit: int = 20, brand: BrandId | None = None) -> tuple[Parcel, ...]:
    async with database.writing() as tx:
        return await outbox.claim(tx, ALL, now=now, limit=limit, brand=brand)


async def state(database: Database, ref: str) -> Any:
    async with database.reading() as tx:
        return (await tx.execute(text("SELECT * FROM outbox WHERE ref = :ref"), {"ref": ref})).one()


async def test_a_claim_takes_the_head_of_each_conversation_and_stamps_it(database: Database) -> None:
    await put(database, parcel("b1", seq=1), parcel("a2", "c2", seq=9), parcel("b2", seq=2), parcel("b3", seq=2, part=1))
    found = await claim(database)
    assert {one.ref for one in found} == {"b1", "a2"}
    assert {(one.attempts, one.sending_at) for one in found} == {(1, NOON)}
    assert await claim(database) == ()


async def test_messages_of_a_conversation_leave_one_after_the_other(database: Database) -> None:
    await put(database, parcel("3", seq=2, part=1), parcel("1", seq=1), parcel("4", seq=7), parcel("2", seq=2))
    left = []
    for _ in range(4):
        (head,) = await claim(database)
        left.append(head.ref)
        async with database.writing() as tx:
            assert await outbox.sent(tx, head, f"SM{head.ref}")
    assert left == ["1", "2", "3", "4"]


@pytest.mark.parametrize("end", ["hold", "refused", "absent"])
async def test_one_that_must_wait_holds_up_what_comes_after_it(database: Database, end: str) -> None:
    await put(database, parcel("1", seq=1), parcel("2", seq=2))
    (head,) = await claim(database)
    async with database.writing() as tx:
        if end == "hold":
            await outbox.hold(tx, head, NOON + MINUTE)
        elif end == "refused":
            await outbox.refused(tx, head, now=NOON, for_good=False, after=MINUTE)
        else:
            await outbox.absent(tx, head, NOON + MINUTE)
    assert await claim(database, now=NOON + 59 * SECOND) == ()
    (again,) = await claim(database, now=NOON + MINUTE)
    assert (again.ref, again.sending_at) == ("1", NOON + MINUTE)
    assert again.attempts == (1 if end == "hold" else 2)


@pytest.mark.parametrize("end", ["unknown", "stop", "refused"])
async def test_one_that_has_ended_lets_the_next_one_go(database: Database, end: str) -> None:
    await put(database, parcel("1", seq=1), parcel("2", seq=2))
    (head,) = await claim(database)
    async with database.writing() as tx:
        if end == "unknown":
            await outbox.unknown(tx, head)
        elif end == "stop":
            await outbox.stop(tx, head, "opted_out")
        else:
            await outbox.refused(tx, head, now=NOON, for_good=True, error="21211")
    assert [one.ref for one in await claim(database)] == ["2"]
    assert (await state(database, "1")).state == ("unknown" if end == "unknown" else "failed")
    async with database.writing() as tx:
        assert await outbox.unsettled(tx, ALL, before=NOON + MINUTE) == await outbox.unsettled(tx, ("sms",), before=NOON + MINUTE)
        assert "1" not in [one.ref for one in await outbox.unsettled(tx, ALL, before=NOON + MINUTE)]


async def test_of_a_code_that_may_have_arrived_no_digit_is_kept_and_of_a_reply_every_word(database: Database) -> None:
    await put(database, parcel("code 123456", None, kind="code"), parcel("a reply", "c2"))
    for one in await claim(database):
        async with database.writing() as tx:
            assert await outbox.unknown(tx, one)
    code, reply = await state(database, "code 123456"), await state(database, "a reply")
    assert (code.state, code.body, code.recipient) == ("unknown", "{}", PHONE)
    assert (reply.state, reply.body) == ("unknown", '{"text": "a reply"}')


@pytest.mark.parametrize(
    ("ahead", "leaves"),
    [(timedelta(), True), (SECOND, False), (timedelta(days=7), False), (timedelta(days=7, seconds=1), True), (timedelta(days=400), True)],
)
async def test_what_a_clock_that_ran_ahead_made_due_leaves_now_and_no_message_leaves_before_its_hour(
    database: Database, ahead: timedelta, leaves: bool
) -> None:
    await put(database, parcel("1"), due_at=NOON + ahead)
    async with database.reading() as tx:
        assert bool(await outbox.lanes(tx, now=NOON)) is leaves
    assert [one.ref for one in await claim(database)] == (["1"] if leaves else [])


async def test_many_workers_never_claim_the_same_and_never_two_of_a_conversation(database: Database) -> None:
    await put(database, *(parcel(f"{c}-{n}", f"c{c}", seq=n) for c in range(8) for n in range(5)))
    left: list[str] = []
    flying: set[str | None] = set()

    async def worker() -> None:
        while len(left) < 40:
            for one in await claim(database, limit=3):
                assert one.conversation not in flying
                flying.add(one.conversation)
                await asyncio.sleep(0)
                left.append(one.ref)
                flying.discard(one.conversation)
                async with database.writing() as tx:
                    assert await outbox.sent(tx, one, None)
            await asyncio.sleep(0)

    async with asyncio.timeout(30):
        await many(worker() for _ in range(4))
    assert len(left) == len(set(left)) == 40
    for c in range(8):
        assert [one for one in left if one.startswith(f"{c}-")] == [f"{c}-{n}" for n in range(5)]


async def test_a_worker_that_was_frozen_settles_nothing(database: Database) -> None:
    await put(database, parcel("1"))
    (stale,) = await claim(database)
    async with database.writing() as tx:
        (found,) = await outbox.unsettled(tx, ALL, before=NOON + MINUTE)
        assert found == stale
        assert await outbox.absent(tx, found, NOON + MINUTE)
    (fresh,) = await claim(database, now=NOON + MINUTE)
    async with database.writing() as tx:
        assert not await outbox.sent(tx, stale, "SM1")
        assert not await outbox.unknown(tx, stale)
        assert not await outbox.stop(tx, stale, "no")
        assert not await outbox.absent(tx, stale, NOON)
        assert not await outbox.hold(tx, stale, NOON)
        assert not await outbox.refused(tx, stale, now=NOON, for_good=True)
        assert await outbox.sent(tx, fresh, "SM2")
        assert not await outbox.sent(tx, fresh, "SM3")
    row = await state(database, "1")
    assert (row.state, row.provider_ref, row.attempts) == ("sent", "SM2", 2)


async def test_an_attempt_that_did_not_count_is_not_mistaken_for_the_next_of_the_same_number(database: Database) -> None:
    await put(database, parcel("1"))
    (first,) = await claim(database)
    async with database.writing() as tx:
        await outbox.hold(tx, first, NOON + MINUTE)
    (second,) = await claim(database, now=NOON + MINUTE)
    assert second.attempts == first.attempts
    async with database.writing() as tx:
        assert not await outbox.sent(tx, first, "SM1")
        assert await outbox.sent(tx, second, "SM2")


async def test_what_is_refused_again_and_again_waits_twice_as_long_and_is_given_up(database: Database) -> None:
    await put(database, parcel("1"))
    at, waits = NOON, []
    for _ in range(outbox.TRIES):
        (head,) = await claim(database, now=at)
        async with database.writing() as tx:
            await outbox.refused(tx, head, now=at, for_good=False, error="20429")
        if (row := await state(database, "1")).state == "ready":
            waits.append(timedelta(microseconds=row.due_at) - (at - datetime.fromtimestamp(0, at.tzinfo)))
            at += waits[-1]
    assert waits == [timedelta(seconds=min(5 * 2**n, 600)) for n in range(outbox.TRIES - 1)]
    last = await state(database, "1")
    assert (last.state, last.error, last.body) == ("failed", "20429", "{}")


async def test_a_ref_is_put_once(database: Database) -> None:
    await put(database, parcel("1"))
    await put(database, replace(parcel("1"), body={"text": "other"}))
    async with database.writing() as tx:
        assert not await outbox.put(tx, BRAND, parcel("1"), state="ready", now=NOON, due_at=NOON)
    (only,) = await claim(database)
    assert only.body == {"text": "1"}


async def test_only_one_brand_or_lane_is_claimed_where_that_is_asked(database: Database) -> None:
    south = replace(BRAND, id=BrandId("southbay"))
    await put(database, parcel("n", None), parcel("later", None))
    async with database.writing() as tx:
        await outbox.put(tx, south, replace(parcel("s", None), channel="email", brand=south.id), state="ready", now=NOON, due_at=NOON)
        await outbox.put(
            tx, south, replace(parcel("w", None), channel="whatsapp", brand=south.id), state="ready", now=NOON, due_at=NOON + MINUTE
        )
    async with database.reading() as tx:
        assert await outbox.lanes(tx, now=NOON) == ((BRAND.id, "sms"), (south.id, "email"))
    assert [one.ref for one in await claim(database, brand=south.id)] == ["s"]
    assert {one.ref for one in await claim(database)} == {"later", "n"}


async def test_the_words_of_staff_come_after_what_was_said_before_and_before_what_is_said_later(database: Database) -> None:
    thread = await thread_of(database)
    await keep(database, thread, "SM1")
    await answer(database, thread, "a", "b")
    async with database.writing() as tx:
        for n in range(2):
            await outbox.put_next(tx, BRAND, thread.id, Outbound(to=PHONE, text=f"staff {n}"), ref=f"p-{n}", kind="staff", now=NOON)
        assert not await outbox.put_next(tx, BRAND, thread.id, Outbound(to=PHONE, text="x"), ref="p-1", kind="staff", now=NOON)
        (seq,) = await conversations.log_all(tx, BRAND, thread.id, [("message", {})], NOON)
        await outbox.put_next(tx, BRAND, thread.id, Outbound(to=PHONE, text="logged"), ref="p-2", kind="staff", now=NOON, seq=seq)
    await keep(database, thread, "SM2")
    await answer(database, thread, "c")
    left = []
    while found := await claim(database):
        left.append(found[0].body["text"])
        async with database.writing() as tx:
            await outbox.sent(tx, found[0], None)
    assert left == ["a", "b", "staff 0", "staff 1", "logged", "c"]


async def test_staff_and_turn_at_once_get_places_of_their_own(database: Database) -> None:
    thread = await thread_of(database)
    await keep(database, thread, "SM1")
    held = await leased(database, thread)

    async def staff(n: int) -> None:
        async with database.writing() as tx:
            await outbox.put_next(tx, BRAND, thread.id, Outbound(to=PHONE, text="s"), ref=f"p-{n}", kind="staff", now=NOON)

    async def turn() -> None:
        async with database.writing() as tx:
            await commit(tx, held, "a", "b", force=True)

    await many([*(staff(n) for n in range(6)), turn(), *(staff(n) for n in range(6, 10))])
    assert await count(database, "SELECT count(*) FROM (SELECT DISTINCT seq, part FROM outbox) AS places") == 12


async def test_in_webchat_the_log_is_the_delivery(database: Database) -> None:
    thread = await thread_of(database, "none", channel=Channel.WEBCHAT)
    await keep(database, thread, "m1")
    await answer(database, thread)
    async with database.writing() as tx:
        await outbox.put_next(tx, BRAND, thread.id, Outbound(to="", text="s"), ref="p-1", kind="staff", now=NOON)
    assert await count(database, "SELECT count(*) FROM outbox WHERE state = 'sent'") == 2
    assert await claim(database) == ()


async def sent_one(database: Database, ref: str) -> None:
    await put(database, parcel(ref, None))
    (head,) = await claim(database)
    async with database.writing() as tx:
        await outbox.sent(tx, head, f"SM-{ref}")


async def told(database: Database, ref: str | None, said: str, *, provider_ref: str | None = None) -> Parcel | None:
    error = "30003" if said == "failed" else None
    word = Receipt(provider_ref=provider_ref or f"SM-{ref}", ref=ref, state=DeliveryState(said), error=error)
    async with database.writing() as tx:
        return await outbox.receipt(tx, BRAND, word)


async def test_a_status_only_rises(database: Database) -> None:
    await sent_one(database, "1")
    rose = [
        await told(database, "1", word) is not None
        for word in ("sent", "queued", "delivered", "sent", "delivered", "read", "delivered", "failed")
    ]
    assert rose == [True, False, True, False, False, True, False, True]
    row = await state(database, "1")
    assert (row.status, row.state, row.error) == ("failed", "failed", "30003")


async def test_a_failure_stays_and_is_shown(database: Database) -> None:
    await sent_one(database, "1")
    assert [await told(database, "1", word) is not None for word in ("queued", "failed", "sent", "queued", "failed")] == [
        True,
        True,
        False,
        False,
        False,
    ]
    row = await state(database, "1")
    assert (row.status, row.state, row.error) == ("failed", "failed", "30003")


async def test_a_receipt_is_found_by_the_providers_id_too_and_otherwise_is_nobodys(database: Database) -> None:
    await sent_one(database, "1")
    assert await told(database, None, "delivered", provider_ref="SM-1") is not None
    assert await told(database, "r-elsewhere", "read", provider_ref="SM-1") is not None
    assert await told(database, None, "read", provider_ref="SM-9") is None
    async with database.writing() as tx:
        south = replace(BRAND, id=BrandId("southbay"))
        assert await outbox.receipt(tx, south, Receipt(provider_ref="SM-1", ref="1", state=DeliveryState.READ)) is None


@pytest.mark.parametrize("end", ["sending", "ready", "unknown"])
async def test_a_receipt_settles_an_attempt_of_which_nothing_was_known(database: Database, end: str) -> None:
    await put(database, parcel("1"), parcel("2", seq=1))
    (head,) = await claim(database)
    async with database.writing() as tx:
        if end == "ready":
            await outbox.absent(tx, head, NOON)
        elif end == "unknown":
            await outbox.unknown(tx, head)
    assert await told(database, "1", "queued") is not None
    row = await state(database, "1")
    assert (row.state, row.provider_ref, row.status) == ("sent", "SM-1", "queued")
    async with database.writing() as tx:
        assert not await outbox.sent(tx, head, "SM-other")
    assert [one.ref for one in await claim(database)] == ["2"]


@given(
    words=st.lists(st.sampled_from(["queued", "sent", "delivered", "read", "failed"]), min_size=1, max_size=6),
    order=st.randoms(use_true_random=False),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_receipts_in_any_order_and_any_number_end_the_same(database: Database, words: list[str], order: Any) -> None:
    ends = set()
    shuffled = [*words, *order.sample(words, order.randint(0, len(words)))]
    order.shuffle(shuffled)
    async with database.writing() as tx:
        await tx.execute(text("DELETE FROM outbox"))
    for ref, said in (("a", words), ("b", shuffled)):
        await sent_one(database, ref)
        for word in said:
            await told(database, ref, word)
        row = await state(database, ref)
        ends.add((row.status, row.state, row.error))
    assert len(ends) == 1


async def test_receipts_at_once_end_as_high_as_the_highest(database: Database) -> None:
    await sent_one(database, "1")
    rose = await many(told(database, "1", word) for word in ("queued", "sent", "delivered", "read") * 3)
    assert (await state(database, "1")).status == "read"
    assert 1 <= sum(one is not None for one in rose) <= 4


async def test_what_has_been_addressed_is_counted(database: Database) -> None:
    await put(database, parcel("w-1", None), parcel("w-2", None), parcel("x-1", None), replace(parcel("w-3", None), recipient=OTHER_PHONE))
    await claim(database, limit=1)
    async with database.writing() as tx:
        assert await outbox.addressed(tx, BRAND, PHONE, "w-", NOON - MINUTE) == 2
        assert await outbox.addressed(tx, BRAND, PHONE, "w-", NOON - MINUTE, gone=True) == 1
        assert await outbox.addressed(tx, BRAND, PHONE, "w-", NOON) == 0


async def test_a_limit_on_what_is_addressed_is_exact(database: Database) -> None:
    async def once(n: int) -> None:
        async with database.writing() as tx:
            if await outbox.addressed(tx, BRAND, PHONE, "w-", NOON - MINUTE) < 3:
                await asyncio.sleep(0.001)
                await outbox.put(tx, BRAND, parcel(f"w-{n}", None), state="ready", now=NOON, due_at=NOON)

    await many(once(n) for n in range(10))
    assert await count(database, "SELECT count(*) FROM outbox") == 3
