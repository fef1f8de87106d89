"""One message, one transaction: whatever dies, nothing is lost and nothing is said twice."""

import asyncio
import json
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from agent.conversation import AwaitShop
from agent.effects import Brief, Emit, MakePlaceLink, OpenCase, RecordGap, ScheduleRetry
from agent.parts import Incoming
from channels.message import Signal
from server.engine.engine import Timing
from server.services.cases import Cases
from server.store import cases, conversations, places, sqlite
from server.store.brands import SealBroken, Vault
from server.store.conversations import Arrival
from server.store.database import StoreInUse, StoreUnusable
from server.store.migrations import HEAD
from server.store.sqlite import SqliteDatabase
from server.store.tables import metadata
from tests.server.stage import NOON, Repeater, Stage, stage
from tests.stores import everything_in, on_sqlite_only

SOON = timedelta(seconds=20)


async def count(house: Stage, query: str) -> int:
    async with house.house.database.reading() as tx:
        return int(await tx.scalar(text(query)) or 0)


async def test_a_message_kept_and_not_answered_is_answered_after_a_restart(tmp_path: Path) -> None:
    slow = Repeater(hold=asyncio.Event())
    lease = timedelta(seconds=0.2)
    async with stage(tmp_path, turn=slow, timing=Timing(debounce=timedelta(), drain=timedelta(), lease=lease)) as house:
        page = await house.begin()
        await page.say("do not forget me")
        await slow.begun.wait()  # the lease is taken, and the process dies here
    async with stage(tmp_path) as house:
        page.stage = house
        if house.house.database.shared:
            await asyncio.sleep(0.25)  # another process may hold the lease until it runs out; on SQLite there is no other
        await house.settle()
        assert await page.told() == ["L0: do not forget me"]
        assert await count(house, "SELECT count(*) FROM turns") == 1


async def test_a_wake_that_was_lost_is_found_by_the_sweep(house: Stage) -> None:
    page = await house.begin()
    arrival = Arrival(provider="webchat", message=f"{page.id}:x", conversation=page.id, text="hello", at=NOON, shown_text="hello")
    async with house.house.database.writing() as tx:
        await conversations.keep(tx, house.home.brand, arrival, now=house.house.database.wall())
    await house.settle()
    assert await page.told() == ["L0: hello"]


async def test_a_turn_whose_fence_is_lost_leaves_nothing_behind(house: Stage) -> None:
    page = await house.begin()

    async def taken_over(_: Incoming) -> None:
        house.turn.before_answer = None
        async with house.house.database.writing() as tx:
            await conversations.change_state(tx, house.home.brand, page.id, with_person=True)

    house.turn.before_answer = taken_over
    house.turn.effects = (Emit(name="said"),)
    await page.say("hello")
    await house.settle()
    assert await page.told() == []
    assert await count(house, "SELECT count(*) FROM emitted") == 0


async def test_a_newer_message_makes_the_turn_think_again_once(house: Stage) -> None:
    page = await house.begin()
    said = iter(["and one more", "and yet another"])

    async def interrupts(_: Incoming) -> None:
        more = next(said, None)
        if more is not None:
            await page.say(more)

    house.turn.before_answer = interrupts
    await page.say("first")
    await house.settle()
    assert await page.told() == ["L0: first | and one more", "L0: and yet another"]


async def test_two_workers_never_hold_one_conversation(house: Stage) -> None:
    page = await house.begin()
    arrival = Arrival(provider="webchat", message="1", conversation=page.id, text="hello", at=NOON, shown_text="hello")
    now = house.house.database.wall()
    async with house.house.database.writing() as tx:
        await conversations.keep(tx, house.home.brand, arrival, now=now)
        first = await conversations.lease(tx, house.home.brand, page.id, now=now, until=now + SOON)
        second = await conversations.lease(tx, house.home.brand, page.id, now=now, until=now + SOON)
        third = await conversations.lease(tx, house.home.brand, page.id, now=now + SOON * 2, until=now + SOON * 3)
    assert first is not None
    assert second is None
    assert third is not None
    assert third.thread.fence == first.thread.fence + 1


async def test_effects_are_kept_with_the_reply(house: Stage) -> None:
    page = await house.begin()
    token = "p" * 22
    house.turn.effects = (
        OpenCase(reference="NB-1", brief=Brief(wish="cancel_order", reason="wants_person", language="en"), reply_by=None),
        MakePlaceLink(
            token=token,
            action="review",
            order="gid://shopify/Order/1",
            order_name="#1042",
            customer=None,
            expires=NOON + timedelta(days=1),
        ),
        RecordGap(topic="returns", language="en", wish="policy_question", channel="webchat", question="?"),
        Emit(name="turn_taken", data=(("a", "b"),)),
    )
    await page.say("hello")
    await house.settle()
    async with house.house.database.reading() as tx:
        stored = await places.place(tx, token)
        case = await cases.case(tx, house.home.brand, "NB-1")
    assert stored is not None
    assert stored.order_name == "#1042"
    assert case is not None
    assert [one["state"] for one in await page.log() if one["kind"] == "case"] == ["open"]
    assert await count(house, "SELECT count(*) FROM gaps") == 1
    assert b"NB-1" in everything_in(house.house.database)
    assert token.encode() not in everything_in(house.house.database)


async def test_a_retry_that_is_due_wakes_the_conversation(house: Stage) -> None:
    page = await house.begin()
    house.turn.effects = (ScheduleRetry(at=NOON + timedelta(minutes=1), attempt=1),)
    await page.say("where is it")
    await house.settle()
    house.turn.effects = ()
    async with house.house.database.writing() as tx:
        await conversations.change_state(tx, house.home.brand, page.id, pending=AwaitShop(wishes=(), tries=1))
    await house.settle()
    assert len(await page.told()) == 1
    house.clock.advance(timedelta(minutes=1))
    await house.settle()
    assert [one.messages[0].signal for one in house.turn.seen][-1] is Signal.RETRY


async def test_a_turn_that_keeps_failing_ends_with_a_person_and_a_word(tmp_path: Path) -> None:
    async with stage(tmp_path, turn=Repeater(fails=99)) as house:
        page = await house.begin()
        await page.say("hello")
        await house.settle()
        for _ in range(3):
            async with house.house.database.writing() as tx:
                await tx.execute(text("UPDATE conversations SET due_at = 1 WHERE due_at IS NOT NULL"))
            await house.settle()
        told = await page.told()
        assert len(told) == 1
        assert "passed your message to a person" in told[0]
        assert await count(house, "SELECT count(*) FROM cases") == 1
        assert await count(house, "SELECT count(*) FROM inbox WHERE turn IS NULL") == 0


async def test_every_turn_can_be_shown_with_its_rules_kept_once(house: Stage) -> None:
    page = await house.begin()
    for n in range(3):
        await page.say(f"message {n}")
        await house.settle()
    assert await count(house, "SELECT count(*) FROM turns") == 3
    assert await count(house, "SELECT count(DISTINCT terms) FROM turns") == 1
    assert await count(house, "SELECT count(*) FROM snapshots") == 2


async def test_a_person_at_the_desk_is_heard_and_the_agent_is_silent(house: Stage) -> None:
    page, desk = await house.begin(), Cases(house.house)
    house.turn.effects = (OpenCase(reference="NB-7", brief=Brief(wish="x", reason="wants_person", language="en"), reply_by=None),)
    await page.say("a person please")
    await house.settle()
    house.turn.effects = ()
    for _ in range(2):
        assert await desk.reply(house.home, "NB-7", author="Sam", text="Sam here.", once="form-1")
    await page.say("thanks")
    await house.settle()
    assert (await page.told())[1:] == ["Sam here."]
    assert await desk.close(house.home, "NB-7", author="Sam")
    await page.say("and now?")
    await house.settle()
    assert (await page.told())[-1] == "L0: and now?"


@on_sqlite_only
async def test_a_second_process_refuses_to_start_and_says_why(house: Stage) -> None:
    path = house.house.settings.database_path
    with pytest.raises(StoreInUse, match="in use by another Deskbell process"):
        await SqliteDatabase(path).open()
    code = (
        "import asyncio, sys\nfrom pathlib import Path\nfrom server.store.sqlite import SqliteDatabase\n"
        "try:\n asyncio.run(SqliteDatabase(Path(sys.argv[1])).open())\nexcept Exception as error:\n print(type(error).__name__)"
    )
    other = await asyncio.create_subprocess_exec(sys.executable, "-c", code, str(path), stdout=asyncio.subprocess.PIPE)
    said, _ = await other.communicate()
    assert said.decode().strip() == "StoreInUse"


@on_sqlite_only
async def test_a_reader_cannot_write_and_the_disk_is_waited_for(house: Stage) -> None:
    async with house.house.database.reading() as tx:
        with pytest.raises(DBAPIError, match="readonly"):
            await tx.execute(text("DELETE FROM inbox"))
    async with house.house.database.writing() as tx:
        assert await tx.scalar(text("PRAGMA synchronous")) == 2
        assert await tx.scalar(text("PRAGMA journal_mode")) == "wal"
        assert await tx.scalar(text("PRAGMA secure_delete")) == 1


async def test_a_file_that_is_no_database_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "deskbell.db").write_text("not a database at all, just words " * 50)
    with pytest.raises(StoreUnusable, match="cannot be used as a database"):
        await SqliteDatabase(tmp_path / "deskbell.db").open()


def test_the_migrations_head_is_what_we_say_and_every_table_carries_its_brand() -> None:
    folder = Path(__file__).parents[2] / "server" / "store" / "migrations"
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]
    for table in metadata.tables.values():
        assert next(iter(table.primary_key.columns)).name == "brand", table.name


def test_a_sealed_credential_opens_only_in_its_own_place() -> None:
    vault = Vault(b"k" * 32)
    box = vault.seal("s3cret", brand="northbay", column="box", row="token")
    assert vault.open(box, vault.key_id, brand="northbay", column="box", row="token") == "s3cret"
    assert b"s3cret" not in box
    with pytest.raises(SealBroken):
        vault.open(box, vault.key_id, brand="southbay", column="box", row="token")
    with pytest.raises(SealBroken):
        Vault(b"j" * 32).open(box, vault.key_id, brand="northbay", column="box", row="token")
    rotated = Vault(b"n" * 32, b"k" * 32)
    assert rotated.open(box, vault.key_id, brand="northbay", column="box", row="token") == "s3cret"


async def test_the_log_is_numbered_without_gaps(house: Stage) -> None:
    page = await house.begin()
    for n in range(4):
        await page.say(f"m{n}")
        await house.settle()
    log = await page.log()
    assert [one["seq"] for one in log] == list(range(1, len(log) + 1))
    assert json.dumps(log)


async def test_only_what_may_be_lost_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "kept.db")
    await database.open()
    levels = []
    for lasting in (True, False, True, False, False, True):
        async with database.writing(lasting=lasting) as tx:
            levels.append(await tx.scalar(text("PRAGMA synchronous")))
    await database.close()
    assert levels == [2, 1, 2, 1, 1, 2]  # 2 is FULL, 1 is NORMAL


async def test_who_waits_behind_a_locked_file_is_told_soon_and_nothing_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "_PATIENCE_S", 0.05)
    database = SqliteDatabase(tmp_path / "deskbell.db")
    await database.open()
    try:
        async with database.writing():
            with pytest.raises(StoreUnusable, match="busy"):
                async with database.writing():
                    raise AssertionError("two writers at once")
        async with database.writing() as tx:
            await tx.execute(text("SELECT 1"))
    finally:
        await database.close()
