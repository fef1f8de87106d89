"""What every store promises of the rest: jobs, cases, passes, budgets, opt-outs, policies, and of starting itself."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from agent.effects import Brief
from channels.message import ConversationId
from knowledge.brand import BrandId
from knowledge.document import Clause, ClauseId, Document, DocumentId
from server.engine.poller import JOBS_AT_ONCE
from server.services.forgetting import forget
from server.store import brands, cases, cursors, jobs, mail_ids, opt_outs, passes, policies, retention, spending, switches
from server.store.cases import Note, StoredCase
from server.store.database import Database, StoreUnusable, database_for
from server.store.jobs import Job
from server.store.migrations import upgrade
from server.store.spending import Spent
from tests.contracts.storing import BRAND, KINDS, MINUTE, NOON, PHONE, SECOND, address, answer, count, keep, many, store, thread_of
from tests.stores import postgres_at

ANA = "ana.torres@example.com"
TOKEN = "t" * 43
SOUTH = replace(BRAND, id=BrandId("southbay"))


async def schedule(database: Database, *keys: str, at: datetime = NOON) -> None:
    async with database.writing() as tx:
        for key in keys:
            await jobs.schedule(tx, BRAND.id, "code", key, at, {"key": key})


async def claim(database: Database, *, now: datetime = NOON, limit: int = 20) -> tuple[Job, ...]:
    async with database.writing() as tx:
        return await jobs.claim(tx, now=now, until=now + MINUTE, limit=limit)


async def test_a_job_asked_for_again_is_the_same_job(database: Database) -> None:
    await many(schedule(database, "a", "b") for _ in range(5))
    assert await count(database, "SELECT count(*) FROM jobs") == 2


async def test_many_workers_never_run_the_same_job(database: Database) -> None:
    await schedule(database, *(f"j{n}" for n in range(30)))
    taken = [job.key for found in await many(claim(database, limit=4) for _ in range(12)) for job in found]
    assert len(taken) == len(set(taken))
    left = [job.key for _ in range(10) for job in await claim(database, limit=4)]
    assert sorted(taken + left) == sorted(f"j{n}" for n in range(30))


async def test_a_job_whose_worker_died_is_claimed_again_and_the_dead_ones_word_counts_no_more(database: Database) -> None:
    await schedule(database, "a")
    (dead,) = await claim(database)
    assert await claim(database, now=NOON + 59 * SECOND) == ()
    async with database.reading() as tx:
        assert await jobs.next_due(tx) == NOON + MINUTE
    (again,) = await claim(database, now=NOON + 61 * SECOND)
    async with database.writing() as tx:
        await jobs.failed(tx, dead, NOON + 62 * SECOND)
    assert await claim(database, now=NOON + 100 * SECOND) == ()
    async with database.writing() as tx:
        await jobs.done(tx, again)
        await jobs.failed(tx, again, NOON)
    assert await count(database, "SELECT count(*) FROM jobs WHERE state = 'done'") == 1


async def test_a_job_that_fails_comes_later_each_time_and_is_left_in_the_end(database: Database) -> None:
    await schedule(database, "a")
    at, gaps = NOON, []
    while found := await claim(database, now=at):
        async with database.writing() as tx:
            await jobs.failed(tx, found[0], at)
            again = await jobs.next_due(tx)
        if again is None:
            break
        gaps.append(again - at)
        at = again
    assert gaps == [timedelta(seconds=min(2**n, 300)) for n in range(1, 8)]
    assert await count(database, "SELECT count(*) FROM jobs WHERE state = 'dead'") == 1


async def test_a_job_that_is_put_back_waits_without_losing_a_try_and_the_end_of_its_run_changes_nothing(database: Database) -> None:
    await schedule(database, "a")
    (job,) = await claim(database)
    async with database.writing() as tx:
        await jobs.put_back(tx, job, NOON + MINUTE)
        await jobs.done(tx, job)
    assert await claim(database, now=NOON + 59 * SECOND) == ()
    (again,) = await claim(database, now=NOON + MINUTE)
    assert (again.id, again.attempts, again.payload) == (job.id, 0, {"key": "a"})


async def rounds(database: Database, kind: str, many: int) -> None:
    """Rounds of so many brands that have waited longer than anything else."""
    async with database.writing() as tx:
        for n in range(many):
            await jobs.schedule(tx, BrandId(f"brand{n:02d}"), kind, "slot 1", NOON - MINUTE + n * SECOND, {})


async def test_mailboxes_that_do_not_answer_leave_room_for_what_shoppers_wait_for(database: Database) -> None:
    await rounds(database, "reconcile_mail", 20)
    await schedule(database, "a", "b")
    first = await claim(database, limit=8)
    assert [job.kind for job in first] == ["reconcile_mail"] * jobs.AT_ONCE["reconcile_mail"] + ["code", "code"]
    await schedule(database, "c")
    assert [job.key for job in await claim(database, limit=3)] == ["c"]
    async with database.writing() as tx:
        await jobs.done(tx, first[0])
    assert [job.brand for job in await claim(database, limit=3)] == ["brand03"]


async def test_all_rounds_together_never_take_every_place(database: Database) -> None:
    for kind in jobs.AT_ONCE:
        await rounds(database, kind, 10)
    taken = await claim(database, limit=JOBS_AT_ONCE)
    assert {kind: [job.kind for job in taken].count(kind) for kind in jobs.AT_ONCE} == jobs.AT_ONCE
    assert len(taken) < JOBS_AT_ONCE


async def test_rounds_whose_worker_died_are_taken_again_when_their_claim_has_lapsed(database: Database) -> None:
    await rounds(database, "reconcile_mail", 4)
    dead = await claim(database)
    assert await claim(database) == ()
    again = await claim(database, now=NOON + 2 * MINUTE)
    assert len(dead) == len(again) == jobs.AT_ONCE["reconcile_mail"]


async def test_an_opt_out_holds_until_it_is_taken_back_and_its_first_word_stands(database: Database) -> None:
    async def out(word: str) -> bool:
        async with database.writing() as tx:
            return await opt_outs.out(tx, BRAND, PHONE, channel="sms", by="keyword", word=word, now=NOON)

    async def is_out() -> bool:
        async with database.reading() as tx:
            assert not await opt_outs.is_out(tx, SOUTH, PHONE)
            return await opt_outs.is_out(tx, BRAND, PHONE)

    assert not await is_out()
    assert sorted(await many(out(word) for word in ("STOP", "STOP", "ARRET"))) == [False, False, True]
    assert await is_out()
    async with database.writing() as tx:
        assert await opt_outs.back(tx, BRAND, PHONE, NOON)
        assert not await opt_outs.back(tx, BRAND, PHONE, NOON)
    assert not await is_out()
    assert await out("STOP")
    assert await is_out()


async def test_spending_of_many_at_once_adds_up_by_hour_and_day(database: Database) -> None:
    async def spend(contact: str | None, at: datetime, amount: int) -> None:
        async with database.writing() as tx:
            await spending.add(tx, BRAND, "segments", contact, at, amount)

    contacts = [PHONE, ANA, None]
    await many(spend(contacts[n % 3], NOON + timedelta(hours=n % 2), 1) for n in range(60))
    await spend(PHONE, NOON, -3)
    async with database.reading() as tx:
        assert await spending.spent(tx, BRAND, "segments", contact=None, now=NOON) == Spent(hour=27, day=57)
        assert await spending.spent(tx, BRAND, "segments", contact=PHONE, now=NOON) == Spent(hour=7, day=17)
        assert await spending.spent(tx, BRAND, "segments", contact=ANA, now=NOON + timedelta(days=1)) == Spent(hour=0, day=0)
        assert await spending.spent(tx, SOUTH, "segments", contact=None, now=NOON) == Spent(hour=0, day=0)
        assert PHONE not in str((await tx.execute(text("SELECT scope FROM spent"))).all())


async def test_a_cursor_moves(database: Database) -> None:
    async with database.writing() as tx:
        assert await cursors.read(tx, BRAND, "imap") is None
        await cursors.keep(tx, BRAND, "imap", "41", NOON)
        await cursors.keep(tx, BRAND, "imap", "42", NOON)
        assert await cursors.read(tx, BRAND, "imap") == "42"
        assert await cursors.read(tx, SOUTH, "imap") is None


async def test_a_mail_belongs_to_the_conversation_of_the_nearest_known_one(database: Database) -> None:
    first, second = ConversationId("c1"), ConversationId("c2")
    async with database.writing() as tx:
        await mail_ids.remember(tx, BRAND, ["<a@example.com>", "<b@example.com>", ""], first, NOON)
        await mail_ids.remember(tx, BRAND, ["<b@example.com>", "<c@example.com>"], second, NOON)
        assert await mail_ids.conversation_of(tx, BRAND, ["<a@example.com>", "<x@example.com>"]) == first
        assert await mail_ids.conversation_of(tx, BRAND, ["<b@example.com>"]) == first
        assert await mail_ids.conversation_of(tx, BRAND, ["<a@example.com>", "<c@example.com>"]) == second
        assert await mail_ids.conversation_of(tx, BRAND, []) is None
        assert await mail_ids.conversation_of(tx, SOUTH, ["<a@example.com>"]) is None


async def test_a_switch_is_on_for_its_brand_until_it_is_turned_off(database: Database) -> None:
    async with database.writing() as tx:
        await switches.turn(tx, BRAND, "catalogue_only", True, NOON)
        await switches.turn(tx, SOUTH, "catalogue_only", True, NOON)
        await switches.turn(tx, SOUTH, "catalogue_only", False, NOON)
    async with database.reading() as tx:
        assert await switches.all_on(tx) == {(BRAND.id, "catalogue_only")}


def hub_case(reference: str) -> StoredCase:
    brief = Brief(wish="cancel_order", reason="wants_person", language="en", order="gid://shopify/Order/1", customer="1")
    return StoredCase(
        reference=reference,
        conversation=None,
        origin="hub",
        reason=brief.reason,
        brief=brief,
        state="open",
        reply_by=None,
        opened_at=NOON,
    )


async def test_notes_written_at_once_are_all_there_and_a_form_sent_twice_is_one(database: Database) -> None:
    async with database.writing() as tx:
        await cases.open_case(tx, BRAND, hub_case("NB-1"))

    async def write(once: str) -> int | None:
        async with database.writing() as tx:
            return await cases.add_note(tx, BRAND, "NB-1", Note(author="Sam", kind="note", text=once, at=NOON), once=once)

    numbers = await many(write(f"form-{n % 5}") for n in range(15))
    assert sorted(n for n in numbers if n is not None) == [1, 2, 3, 4, 5]


async def test_a_wish_sent_twice_from_the_hub_opens_one_case(database: Database) -> None:
    async def click(n: int) -> str:
        async with database.writing() as tx:
            known = await cases.open_case_of(tx, BRAND, "1", "gid://shopify/Order/1", "cancel_order")
            if known is not None:
                return known.reference
            await asyncio.sleep(0.001)
            await cases.open_case(tx, BRAND, hub_case(f"NB-{n}"))
            return f"NB-{n}"

    assert len(set(await many(click(n) for n in range(8)))) == 1


async def test_a_case_is_closed_once(database: Database) -> None:
    async with database.writing() as tx:
        await cases.open_case(tx, BRAND, hub_case("NB-1"))

    async def close() -> bool:
        async with database.writing() as tx:
            return await cases.close_case(tx, BRAND, "NB-1", NOON)

    assert sum(await many(close() for _ in range(5))) == 1


async def test_a_pass_is_used_once(database: Database) -> None:
    async with database.writing() as tx:
        await passes.give(tx, BRAND, "ticket", TOKEN, "body", expires=NOON + MINUTE)

    async def take() -> str | None:
        async with database.writing() as tx:
            return await passes.take(tx, BRAND, "ticket", TOKEN, NOON)

    assert sorted(await many(take() for _ in range(20)), key=str) == [None] * 19 + ["body"]


def document(n: int, words: str) -> Document:
    id = DocumentId(f"d{n}")
    clause = Clause(id=ClauseId(f"d{n}.1"), document=id, locale="en", title="", text=words, version="1")
    return Document(id=id, locale="en", title="Returns", version=words, clauses=(clause,))


async def test_processes_that_start_at_once_with_the_same_world_take_it_in_once(database: Database) -> None:
    async def start(n: int) -> None:
        async with database.writing() as tx:
            await brands.keep_brand(tx, replace(BRAND, name=f"N{n}"), NOON)
            await brands.keep_brand(tx, SOUTH, NOON)
            for place in range(3):
                await policies.keep_document(tx, BRAND, document(place, "30 days"), NOON)
            await policies.drop_documents(tx, BRAND, {(DocumentId(f"d{place}"), "en") for place in range(3)})

    await many(start(n) for n in range(4))
    async with database.reading() as tx:
        assert [one.id for one in await brands.all_brands(tx)] == [BRAND.id, SOUTH.id]
        assert [one.id for one in await policies.documents_of(tx, BRAND)] == ["d0", "d1", "d2"]
    assert await count(database, "SELECT count(DISTINCT position) FROM brands") == 2


async def test_what_is_old_is_forgotten_and_what_must_last_is_not(database: Database) -> None:
    old, young = await thread_of(database), await thread_of(database, "+12025550145", id="c2")
    for n, thread in enumerate((old, young)):
        await keep(database, thread, f"SM{n}", words="private")
        await answer(database, thread, "an answer")
    async with database.writing() as tx:
        await opt_outs.out(tx, BRAND, PHONE, channel="sms", by="keyword", word="STOP", now=NOON)
        await tx.execute(text("UPDATE outbox SET state = 'sent'"))
        await tx.execute(text("UPDATE conversations SET seen_at = 1 WHERE id = 'c1'"))
        await tx.execute(text("UPDATE outbox SET at = 1 WHERE conversation = 'c1'"))
    assert not await forget(database, BRAND, NOON)
    assert await count(database, "SELECT count(*) FROM inbox WHERE text = 'private'") == 1
    assert await count(database, "SELECT count(*) FROM events WHERE conversation = 'c1'") == 0
    assert await count(database, "SELECT count(*) FROM outbox WHERE recipient IS NOT NULL") == 1
    assert await count(database, f"SELECT count(*) FROM conversations WHERE contact = '{PHONE}' OR address = '{PHONE}'") == 0
    async with database.reading() as tx:
        assert await opt_outs.is_out(tx, BRAND, PHONE)


async def many_old(database: Database, many: int) -> None:
    """Conversations that were silent for a year, with two events each, and as many messages that left."""
    async with database.writing() as tx:
        for n in range(many):
            talk = {"id": f"old{n:04d}", "phone": f"+1202555{n:04d}", "state": '{"locale": "en"}'}
            await tx.execute(
                text(
                    "INSERT INTO conversations (brand, id, channel, contact, address, state, fence, failures, last_seq, arrived, opened_at,"
                    " seen_at) VALUES ('northbay', :id, 'sms', :phone, :phone, :state, 0, 0, 2, 1, 1, 1)"
                ),
                talk,
            )
            for seq in (1, 2):
                await tx.execute(
                    text(
                        "INSERT INTO events (brand, conversation, seq, kind, body, at) VALUES ('northbay', :id, :seq, 'message', '{}', 1)"
                    ),
                    {"id": talk["id"], "seq": seq},
                )
            await tx.execute(
                text(
                    "INSERT INTO outbox (brand, ref, channel, recipient, body, state, attempts, seq, part, kind, at)"
                    " VALUES ('northbay', :id, 'sms', :phone, '{}', 'sent', 1, 1, 0, 'reply', 1)"
                ),
                {"id": talk["id"], "phone": talk["phone"]},
            )


async def test_a_large_backlog_is_forgotten_in_small_steps_between_which_messages_come_in(database: Database) -> None:
    many_talks = 3 * retention.AT_ONCE + 7
    await many_old(database, many_talks)
    thread = await thread_of(database, "+12025559999")
    left = "SELECT count(*) FROM conversations WHERE contact IS NOT NULL AND seen_at = 1"
    seen: set[int] = set()

    async def write(n: int) -> None:
        await keep(database, thread, f"SM{n}")
        seen.add(await count(database, left))

    async def go_on_writing() -> None:
        n = 0
        while await count(database, left):
            await write(n := n + 1)
            await asyncio.sleep(0.001)

    writing = asyncio.create_task(go_on_writing())
    assert not await forget(database, BRAND, NOON)
    await writing
    assert len(seen - {many_talks, 0}) >= 2
    assert await count(database, "SELECT count(*) FROM events WHERE conversation LIKE 'old%'") == 0
    assert await count(database, "SELECT count(*) FROM outbox WHERE recipient IS NOT NULL") == 0


async def test_what_one_run_of_forgetting_leaves_is_the_next_ones(database: Database) -> None:
    await many_old(database, 25)
    left = "SELECT count(*) FROM conversations WHERE contact IS NOT NULL"
    found = []
    while await forget(database, BRAND, NOON, most=10):
        found.append(await count(database, left))
    assert [*found, await count(database, left)] == [15, 5, 0]


async def test_who_writes_again_while_old_things_are_forgotten_is_not_forgotten(database: Database) -> None:
    await many_old(database, 2)
    async with database.reading() as tx:
        old = await retention.old_conversations(tx, BRAND, NOON, limit=10)
    assert old == ("old0000", "old0001")
    thread = await thread_of(database, "+12025550001")
    await keep(database, thread, "SM1")
    async with database.writing() as tx:
        await retention.forget_conversations(tx, BRAND, old, NOON)
    assert await count(database, "SELECT count(*) FROM conversations WHERE contact IS NOT NULL") == 1
    assert await count(database, "SELECT count(*) FROM events WHERE conversation = 'old0001'") > 0


@given(amounts=st.lists(st.integers(min_value=-5, max_value=9), max_size=6))
@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_spending_is_the_sum_of_what_was_spent_and_given_back(database: Database, amounts: list[int]) -> None:
    async with database.writing() as tx:
        await tx.execute(text("DELETE FROM spent"))
        for amount in amounts:
            await spending.add(tx, BRAND, "tokens", ANA, NOON, amount)
        assert (await spending.spent(tx, BRAND, "tokens", contact=ANA, now=NOON)).day == sum(amounts)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_database_of_the_version_before_is_brought_up_to_date_with_everything_in_it(kind: str, tmp_path: Path) -> None:
    await _at_version_one(kind, tmp_path)
    opened = store(kind, tmp_path)
    await opened.open()
    thread = await thread_of(opened, "+12025550199", id="new")
    await keep(opened, thread, "SM9")
    async with opened.reading() as tx:
        old = (await tx.execute(text("SELECT * FROM inbox WHERE message = 'm1'"))).one()
        sent = (await tx.execute(text("SELECT * FROM outbox WHERE ref = 'r-1'"))).one()
        job = (await tx.execute(text("SELECT * FROM jobs"))).one()
        talk = (await tx.execute(text("SELECT * FROM conversations WHERE id = 'c1'"))).one()
    assert (old.text, old.extra, old.turn) == ("hello", "{}", None)
    assert (sent.state, sent.part, sent.kind, sent.status) == ("sent", 0, "reply", None)
    assert (job.job_key, job.claimed_until) == ("k", None)
    assert (talk.contact, talk.address, talk.due_at) == (ANA, None, 5)
    assert await count(opened, "SELECT count(*) FROM events") == 2
    await opened.close()
    await opened.open()
    assert await count(opened, "SELECT count(*) FROM conversations") == 2
    await opened.close()


async def _at_version_one(kind: str, folder: Path) -> None:
    """A database as the first version left it, with a row in each table that the second one changes."""
    from sqlalchemy.ext.asyncio import create_async_engine

    url = f"sqlite+aiosqlite:///{folder / 'deskbell.db'}"
    if kind == "postgresql":
        url = postgres_at(folder, address()).replace("postgresql:", "postgresql+asyncpg:")
    engine = create_async_engine(url)
    rows = (
        "INSERT INTO conversations (brand, id, channel, contact, state, fence, due_at, failures, last_seq, arrived, opened_at, seen_at)"
        f" VALUES ('northbay', 'c1', 'webchat', '{ANA}', '{{}}', 1, 5, 0, 1, 1, 1, 1)",
        "INSERT INTO inbox (brand, provider, message, conversation, seq, position, signal, text, at)"
        " VALUES ('northbay', 'webchat', 'm1', 'c1', 1, 1, 'said', 'hello', 1)",
        "INSERT INTO outbox (brand, ref, conversation, seq, channel, body, state, attempts, at)"
        " VALUES ('northbay', 'r-1', 'c1', 1, 'webchat', '{}', 'sent', 0, 1)",
        "INSERT INTO jobs (brand, id, kind, job_key, run_at, attempts, payload, state)"
        " VALUES ('northbay', 'j1', 'retry', 'k', 1, 0, '{}', 'waiting')",
        "INSERT INTO events (brand, conversation, seq, kind, body, at) VALUES ('northbay', 'c1', 1, 'message', '{}', 1)",
    )
    async with engine.begin() as tx:
        if kind == "postgresql":
            await tx.execute(text("DROP SCHEMA public CASCADE"))
            await tx.execute(text("CREATE SCHEMA public"))
        await tx.run_sync(upgrade, "0001")
        for row in rows:
            await tx.execute(text(row))
    await engine.dispose()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_database_of_a_later_version_is_left_alone_and_named(kind: str, tmp_path: Path) -> None:
    opened = store(kind, tmp_path)
    await opened.open()
    async with opened.writing() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await opened.close()
    try:
        with pytest.raises(StoreUnusable, match="newer version"):
            await opened.open()
    finally:
        await _put_back(opened)


async def _put_back(database: Database) -> None:
    """PostgreSQL's test databases are used again: this one must not stay of a version nobody knows."""
    if database.shared:
        import psycopg

        with psycopg.connect(database.url, autocommit=True) as connection:
            connection.execute("UPDATE alembic_version SET version_num = '0002'")


async def test_processes_that_start_at_once_on_an_empty_database_all_come_up(tmp_path: Path) -> None:
    url = postgres_at(tmp_path, address())
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    several = [database_for(url, tmp_path) for _ in range(4)]
    await many(one.open() for one in several)
    thread = await thread_of(several[0])
    await keep(several[1], thread, "SM1")
    assert await count(several[2], "SELECT count(*) FROM inbox") == 1
    clocks = [one.wall() for one in several]
    assert max(clocks) - min(clocks) < timedelta(seconds=0.5)
    await many(one.close() for one in several)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://127.0.0.1/x", "is not supported"),
        ("postgresql://127.0.0.1:1", "names no database"),
        ("postgresql://127.0.0.1:port/x", "cannot be read"),
        ("postgresql://somebody:hush@127.0.0.1:1/deskbell", "does not answer"),
    ],
)
async def test_a_database_that_cannot_be_used_is_named_without_its_password(url: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match=says) as caught:
        await database_for(url, tmp_path).open()
    assert "hush" not in str(caught.value)
    assert "DESKBELL_DATABASE_URL" in str(caught.value) or "postgresql://user:password" in str(caught.value)


async def test_a_database_that_does_not_exist_is_told_with_how_to_make_it(tmp_path: Path) -> None:
    nowhere = address().rpartition("/")[0] + "/deskbell_nowhere"
    with pytest.raises(StoreUnusable, match="createdb deskbell_nowhere"):
        await database_for(nowhere, tmp_path).open()


async def test_a_transaction_waits_no_longer_than_it_should(tmp_path: Path) -> None:
    opened = store("postgresql", tmp_path)
    await opened.open()
    async with opened.writing() as tx:
        shown = [
            await tx.scalar(text(f"SHOW {name}")) for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")
        ]
        assert shown == ["5s", "2s", "10s"]
        assert await tx.scalar(text("SHOW transaction_isolation")) == "read committed"
        assert await tx.scalar(text("SHOW synchronous_commit")) == "on"
    async with opened.writing(lasting=False) as tx:
        assert await tx.scalar(text("SHOW synchronous_commit")) == "off"
    async with opened.reading() as tx:
        assert await tx.scalar(text("SHOW transaction_isolation")) == "repeatable read"
    await opened.close()
