"""What every store promises of conversations: kept once, answered by one, all of a turn or nothing. SQLite and PostgreSQL alike."""

import asyncio
import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from agent.conversation import ConversationState
from agent.effects import Emit
from channels.message import Channel, ConversationId, MailHeaders, Outbound, Signal
from identity.levels import Proof, ProofKind
from server.services.forgetting import forget
from server.store import conversations, mail_ids, notices, spending
from server.store.database import Database, StoreFailed
from server.store.unit_of_work import FenceLost, Snapshots, Superseded, commit_turn
from tests.contracts.storing import (
    BRAND,
    MINUTE,
    NOON,
    OTHER_PHONE,
    PHONE,
    SECOND,
    answer,
    arrival,
    commit,
    count,
    keep,
    lease,
    leased,
    many,
    result,
    rolled_back,
    thread_of,
)

CAP = 6 * SECOND
PAUSE = 3 * SECOND


async def test_a_message_delivered_again_is_the_same_message(database: Database) -> None:
    thread = await thread_of(database)
    first = await keep(database, thread, "SM1")
    again = await keep(database, thread, "SM1", words="other words")
    assert (first.fresh, again.fresh) == (True, False)
    assert again.seq == first.seq
    assert await count(database, "SELECT count(*) FROM inbox") == 1
    assert await count(database, "SELECT last_seq FROM conversations") == 1


async def test_of_twenty_deliveries_at_once_one_is_fresh_and_all_get_the_same_number(database: Database) -> None:
    thread = await thread_of(database)
    kept = await many(keep(database, thread, "SM1") for _ in range(20))
    assert sum(one.fresh for one in kept) == 1
    assert {one.seq for one in kept} == {1}
    assert await count(database, "SELECT arrived FROM conversations") == 1


async def test_what_is_done_between_asking_and_keeping_is_done_once(database: Database) -> None:
    thread = await thread_of(database)
    proof = Proof(kind=ProofKind.CODE, contact="ana.torres@example.com", customer="1", at=NOON)

    async def deliver() -> None:
        async with database.writing() as tx:
            if await conversations.kept_before(tx, BRAND, "sms", "SM1") is None:
                await asyncio.sleep(0.001)
                await conversations.add_proof(tx, BRAND, thread.id, proof)
                await conversations.keep(tx, BRAND, arrival(thread, "SM1"), now=NOON)

    await many(deliver() for _ in range(10))
    assert await count(database, "SELECT count(*) FROM proofs") == 1


async def test_the_id_is_known_for_ever_even_after_the_words_are_forgotten(database: Database) -> None:
    thread = await thread_of(database)
    await keep(database, thread, "SM1", words="my secret")
    await answer(database, thread)
    async with database.writing() as tx:
        await tx.execute(text("UPDATE conversations SET seen_at = 1"))
    await forget(database, BRAND, NOON)
    assert await count(database, "SELECT count(*) FROM events") == 0
    assert await count(database, "SELECT count(*) FROM inbox WHERE text <> ''") == 0
    assert not (await keep(database, thread, "SM1")).fresh


async def test_an_id_of_any_length_is_kept_and_known_again(database: Database) -> None:
    thread = await thread_of(database)
    long = "<" + "x" * 900 + "@mail.example.com>"
    assert (await keep(database, thread, long)).fresh
    assert not (await keep(database, thread, long)).fresh
    assert (await keep(database, thread, long + "y")).fresh


async def test_two_first_messages_of_a_sender_open_one_conversation(database: Database) -> None:
    async def first(n: int) -> tuple[ConversationId, bool]:
        async with database.writing() as tx:
            found, opened = await conversations.find_or_open(
                tx,
                BRAND,
                channel=Channel.SMS,
                address=PHONE,
                contact=PHONE,
                state=lambda: ConversationState(locale="en"),
                id=ConversationId(f"c{n}"),
                now=NOON,
            )
            return found.id, opened

    found = await many(first(n) for n in range(10))
    assert len({id for id, _ in found}) == 1
    assert sum(opened for _, opened in found) == 1


async def test_an_address_is_another_one_on_another_channel(database: Database) -> None:
    sms = await thread_of(database, PHONE, id="a")
    whatsapp = await thread_of(database, PHONE, channel=Channel.WHATSAPP, id="b")
    other = await thread_of(database, OTHER_PHONE, id="c")
    assert len({sms.id, whatsapp.id, other.id}) == 3
    async with database.reading() as tx:
        found = await conversations.thread_at(tx, BRAND, Channel.WHATSAPP, PHONE)
    assert found is not None
    assert found.id == whatsapp.id


async def test_a_burst_waits_for_its_end_and_no_longer_than_the_cap(database: Database) -> None:
    thread = await thread_of(database)
    due = []
    for n, at in enumerate((0, 2, 4, 5)):
        kept = await keep(database, thread, f"SM{n}", now=NOON + at * SECOND, pause=PAUSE)
        due.append(kept.due_at)
    assert due == [NOON + 3 * SECOND, NOON + 5 * SECOND, NOON + 6 * SECOND, NOON + 6 * SECOND]
    assert await lease(database, thread, now=NOON + 5.9 * SECOND) is None
    held = await leased(database, thread, now=NOON + 6 * SECOND)
    assert [str(one.id) for one in held.messages] == ["SM0", "SM1", "SM2", "SM3"]


async def test_the_next_burst_has_a_cap_of_its_own(database: Database) -> None:
    thread = await thread_of(database)
    await keep(database, thread, "SM1")
    await answer(database, thread)
    kept = await keep(database, thread, "SM2", now=NOON + MINUTE, pause=PAUSE)
    assert kept.due_at == NOON + MINUTE + PAUSE


async def test_a_timer_may_fire_a_moment_early_and_not_more(database: Database) -> None:
    thread = await thread_of(database)
    await keep(database, thread, "SM1", pause=PAUSE)
    assert await lease(database, thread, now=NOON + PAUSE - timedelta(milliseconds=60)) is None
    assert await lease(database, thread, now=NOON + PAUSE - timedelta(milliseconds=50)) is not None


async def test_of_many_workers_one_gets_the_conversation(database: Database) -> None:
    thread = await thread_of(database)
    await keep(database, thread, "SM1")
    found = await many(lease(database, thread) for _ in range(10))
    assert sum(one is not None for one in found) == 1


async def test_a_lease_that_ran_out_is_taken_over_and_the_fence_shuts_the_first_one_out(database: Database) -> None:
    thread = await thread_of(database)
    await keep(database, thread, "SM1")
    first = await leased(database, thread)
    assert await lease(database, thread, now=NOON + 19 * SECOND) is None
    second = await leased(database, thread, now=NOON + 21 * SECOND)
    assert second.thread.fence == first.thread.fence + 1
    async with database.writing() as tx:
        with pytest.raises(FenceLost):
            await commit(tx, first, "late")
    async with database.writing() as tx:
        await commit(tx, second, "in time")
    assert await count(database, "SELECT count(*) FROM turns") == 1
    assert await count(database, "SELECT count(*) FROM outbox") == 1


async def test_two_who_hold_the_same_lease_commit_one_turn(database: Database) -> None:
    thread = await thread_of(database)
    await keep(database, thread, "SM1")
    first = await leased(database, thread)
    second = await leased(database, thread, now=NOON + 21 * SECOND)

    async def finish(held: conversations.Leased) -> bool:
        try:
            async with database.writing() as tx:
                await commit(tx, held, "yes")
        except FenceLost:
            return False
        return True

    assert sorted(await many(finish(held) for held in (first, second, first, first))) == [False, False, False, True]
    assert await count(database, "SELECT count(*) FROM outbox") == 1


async def test_a_clock_that_was_set_back_locks_nobody_out(database: Database) -> None:
    thread = await thread_of(database)
    later = NOON + timedelta(hours=1)
    await keep(database, thread, "SM1", now=later, pause=PAUSE)
    assert await lease(database, thread, now=later + PAUSE) is not None
    async with database.reading() as tx:
        assert await conversations.due(tx, NOON) == ((BRAND.id, thread.id),)
    assert await lease(database, thread, now=NOON) is not None


async def test_a_newer_message_stops_the_commit_once_and_then_opens_the_next_turn(database: Database) -> None:
    thread = await thread_of(database)
    await keep(database, thread, "SM1")
    held = await leased(database, thread)
    await keep(database, thread, "SM2", pause=PAUSE)
    async with database.writing() as tx:
        with pytest.raises(Superseded):
            await commit(tx, held, "too early")
    async with database.writing() as tx:
        done = await commit(tx, held, "to the first", now=NOON + SECOND, force=True)
    assert done.more
    assert [str(one.id) for one in (await leased(database, thread, now=NOON + SECOND)).messages] == ["SM2"]


async def test_messages_that_arrive_while_turns_commit_are_each_answered_once(database: Database) -> None:
    thread = await thread_of(database)
    wanted = [f"SM{n}" for n in range(30)]
    answered: list[str] = []

    async def shopper() -> None:
        for one in wanted:
            await keep(database, thread, one)
            await asyncio.sleep(0)

    async def worker() -> None:
        while len(answered) < len(wanted):
            held = await lease(database, thread)
            if held is None:
                await asyncio.sleep(0.001)
                continue
            async with database.writing() as tx:
                await commit(tx, held, "yes", force=True)
            answered.extend(str(one.id) for one in held.messages)

    async with asyncio.timeout(30):
        await many([shopper(), worker(), worker()])
    assert answered == wanted
    assert await count(database, "SELECT count(*) FROM inbox WHERE turn IS NULL") == 0
    assert await count(database, "SELECT count(*) FROM conversations WHERE due_at IS NOT NULL OR burst_at IS NOT NULL") == 0


async def test_a_turn_that_is_refused_leaves_nothing(database: Database) -> None:
    thread = await thread_of(database)
    await keep(database, thread, "SM1")
    held = await leased(database, thread)
    async with database.writing() as tx:
        await conversations.change_state(tx, BRAND, thread.id, with_person=True)
    made = result(held, effects=(Emit(name="said"),))
    async with database.writing() as tx:
        with pytest.raises(FenceLost):
            await commit_turn(tx, BRAND, held, made, snapshots=Snapshots(), now=NOON, outgoing=[Outbound(to=PHONE, text="no")], tokens=70)
    for table in ("turns", "emitted", "outbox", "spent"):
        assert await count(database, f"SELECT count(*) FROM {table}") == 0


async def test_a_reply_of_several_messages_is_kept_in_parts_with_its_tokens_and_message_id(database: Database) -> None:
    thread = await thread_of(database, "ana.torres@example.com", channel=Channel.EMAIL)
    await keep(database, thread, "M1")
    held = await leased(database, thread)
    mail = MailHeaders(message_id="<r-1@northbay.example.com>", references=("<a@example.com>",), subject="Re: hello")
    outgoing = [Outbound(to="ana.torres@example.com", text=one, mail=mail if one == "a" else None) for one in ("a", "b", "c")]
    async with database.writing() as tx:
        done = await commit(tx, held, outgoing=outgoing, tokens=70)
    async with database.reading() as tx:
        rows = (await tx.execute(text("SELECT ref, part, kind, state, body, seq FROM outbox ORDER BY part"))).all()
        assert await mail_ids.conversation_of(tx, BRAND, [mail.message_id]) == thread.id
        assert await spending.spent(tx, BRAND, "tokens", contact=None, now=NOON) == spending.Spent(hour=70, day=70)
        assert await spending.spent(tx, BRAND, "tokens", contact="ana.torres@example.com", now=NOON) == spending.Spent(hour=70, day=70)
    assert [row.ref for row in rows] == [f"r-{done.turn}", f"r-{done.turn}-1", f"r-{done.turn}-2"]
    assert [(row.part, row.kind, row.state) for row in rows] == [(n, "reply", "ready") for n in range(3)]
    assert [json.loads(row.body)["text"] for row in rows] == ["a", "b", "c"]
    assert json.loads(rows[0].body)["mail"]["message_id"] == mail.message_id
    assert len({row.seq for row in rows}) == 1


async def test_media_and_mail_headers_are_read_back_as_they_came(database: Database) -> None:
    thread = await thread_of(database, "ana.torres@example.com", channel=Channel.EMAIL)
    mail = MailHeaders(message_id="<a@example.com>", references=("<b@example.com>",), subject="Größe 日本")
    await keep(database, thread, "M1", media=("image", "audio"), mail=mail)
    await keep(database, thread, "M2")
    one, two = (await leased(database, thread)).messages
    assert (one.media, one.mail) == (("image", "audio"), mail)
    assert (two.media, two.mail) == ((), None)
    async with database.reading() as tx:
        assert await conversations.last_mail(tx, BRAND, thread.id) == mail


async def test_what_nobody_is_to_answer_is_kept_shown_and_disturbs_no_turn(database: Database) -> None:
    thread = await thread_of(database)
    await keep(database, thread, "SM1")
    held = await leased(database, thread)
    stop = await keep(database, thread, "SM2", words="STOP", settled="opted_out")
    assert (stop.fresh, stop.due_at) == (True, None)
    async with database.writing() as tx:
        assert not (await commit(tx, held, "yes")).more
    assert await lease(database, thread, now=NOON + MINUTE) is None
    assert await count(database, "SELECT count(*) FROM events WHERE body LIKE '%STOP%'") == 1
    assert not (await keep(database, thread, "SM2", words="STOP", settled="opted_out")).fresh


async def test_the_window_opens_with_what_the_shopper_does_and_never_moves_back(database: Database) -> None:
    thread = await thread_of(database, channel=Channel.WHATSAPP)

    async def opened() -> object:
        async with database.reading() as tx:
            found = await conversations.thread(tx, BRAND, thread.id)
        assert found is not None
        return found.inbound_at

    assert await opened() is None
    await keep(database, thread, "w1", at=NOON)
    await keep(database, thread, "w0", at=NOON - MINUTE)
    await keep(database, thread, "w2", at=NOON + MINUTE, opens_window=False)
    signal = conversations.Arrival(provider="house", message="s", conversation=thread.id, signal=Signal.RETRY, at=NOON + MINUTE)
    async with database.writing() as tx:
        await conversations.keep(tx, BRAND, signal, now=NOON)
    assert await opened() == NOON


async def test_the_log_is_numbered_without_gaps_by_many_writers(database: Database) -> None:
    thread = await thread_of(database)

    async def write(n: int) -> None:
        async with database.writing() as tx:
            await conversations.log_all(tx, BRAND, thread.id, [("status", {"n": n}), ("status", {"n": n})], NOON)

    await many([*(write(n) for n in range(10)), *(keep(database, thread, f"SM{n}") for n in range(10))])
    async with database.reading() as tx:
        log = await conversations.log_after(tx, BRAND, thread.id, 0)
    assert [event.seq for event in log] == list(range(1, 31))


async def test_proofs_added_at_once_are_all_there(database: Database) -> None:
    thread = await thread_of(database)

    async def prove(n: int) -> None:
        async with database.writing() as tx:
            await conversations.add_proof(tx, BRAND, thread.id, Proof(kind=ProofKind.CODE, contact=f"{n}", customer="1", at=NOON))

    await many(prove(n) for n in range(10))
    async with database.reading() as tx:
        assert {one.contact for one in await conversations.proofs_of(tx, BRAND, thread.id)} == {str(n) for n in range(10)}


async def test_changes_of_state_at_once_lose_none(database: Database) -> None:
    thread = await thread_of(database)

    async def change(**changes: object) -> None:
        async with database.writing() as tx:
            await conversations.change_state(tx, BRAND, thread.id, **changes)

    await many([change(with_person=True), change(case="NB-1"), change(locale="fr"), change(disclosed=True)])
    async with database.reading() as tx:
        found = await conversations.thread(tx, BRAND, thread.id)
    assert found is not None
    assert (found.state.with_person, found.state.case, found.state.locale, found.state.disclosed) == (True, "NB-1", "fr", True)
    assert found.fence == thread.fence + 4


async def test_a_conversation_begun_anew_has_a_new_state_and_shuts_out_the_turn_under_way(database: Database) -> None:
    thread = await thread_of(database)
    await keep(database, thread, "SM1")
    held = await leased(database, thread)
    async with database.writing() as tx:
        anew = await conversations.reopen(tx, BRAND, held.thread, ConversationState(locale="fr"))
    assert (anew.state.locale, anew.fence) == ("fr", held.thread.fence + 1)
    async with database.writing() as tx:
        with pytest.raises(FenceLost):
            await commit(tx, held, "yes")
    assert (await leased(database, thread)).thread.state.locale == "fr"


async def test_only_who_holds_the_conversation_sets_its_messages_aside(database: Database) -> None:
    thread = await thread_of(database)
    await keep(database, thread, "SM1")
    first = await leased(database, thread)
    second = await leased(database, thread, now=NOON + MINUTE)
    async with database.writing() as tx:
        assert not await conversations.set_aside(tx, BRAND, first, turn="given-up", now=NOON)
        assert await conversations.set_aside(tx, BRAND, second, turn="given-up", now=NOON)
    assert await count(database, "SELECT count(*) FROM inbox WHERE turn = 'given-up'") == 1


async def test_rules_written_in_a_turn_that_was_rolled_back_are_written_again(database: Database) -> None:
    thread = await thread_of(database)
    await keep(database, thread, "SM1")
    held, snapshots = await leased(database, thread), Snapshots()
    made = result(held)
    await rolled_back(database, lambda tx: commit_turn(tx, BRAND, held, made, snapshots=snapshots, now=NOON))
    assert await count(database, "SELECT count(*) FROM snapshots") == 0
    async with database.writing() as tx:
        await commit_turn(tx, BRAND, held, made, snapshots=snapshots, now=NOON)
    assert await count(database, "SELECT count(*) FROM snapshots JOIN turns ON digest = terms") == 1
    assert await count(database, "SELECT count(*) FROM snapshots JOIN turns ON digest = turns.config") == 1


async def test_a_notice_is_kept_once(database: Database) -> None:
    async def notice() -> bool:
        async with database.writing() as tx:
            return await notices.keep_notice(tx, BRAND, "shopify", "w-1", "orders/updated", NOON)

    assert sorted(await many(notice() for _ in range(5))) == [False] * 4 + [True]


async def test_reading_sees_one_moment_and_cannot_write(database: Database) -> None:
    thread = await thread_of(database)
    async with database.reading() as tx:
        before = await tx.scalar(text("SELECT count(*) FROM inbox"))
        await keep(database, thread, "SM1")
        assert await tx.scalar(text("SELECT count(*) FROM inbox")) == before == 0
    async with database.reading() as tx:
        with pytest.raises(StoreFailed, match=r"read-?only"):
            await tx.execute(text("DELETE FROM inbox"))


async def test_the_stores_clock_runs_forward_and_tells_what_a_commit_is_worth(database: Database) -> None:
    first = database.wall()
    await asyncio.sleep(0.01)
    assert database.wall() > first
    assert first.utcoffset() == timedelta()
    assert set(database.kept_by.values()) <= {"on", "wal", "full"}
    assert len(database.kept_by) >= 2
