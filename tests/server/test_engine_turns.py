"""A turn on a channel with a provider: kept with the messages it takes or not at all, and what keeps the model out of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest_asyncio
from sqlalchemy import text

from agent.evidence import Evidence
from agent.models.meter import turn_meter
from agent.parts import Draft, Incoming, Parts, TurnResult
from channels.message import Channel
from knowledge.brand import Budgets
from server.assembly import Stand, make_engine
from server.engine.engine import Timing
from server.engine.restraint import NONE, TOKENS, Restraint
from server.points import POINTS, watch
from server.store import spending
from skills.skill import Outcome
from tests.server.post_office import ANA_PHONE, BEN_PHONE, PostOffice, post_office
from tests.server.stage import NO_WAIT, NoReader


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[PostOffice]:
    async with post_office(tmp_path) as open_office:
        yield open_office
    watch(None)


async def make_due(office: PostOffice) -> None:
    """As if the pause after a failed turn were over."""
    async with office.stage.house.database.writing() as tx:
        await tx.execute(text("UPDATE conversations SET due_at = 0 WHERE due_at IS NOT NULL"))


def test_phones_and_mail_are_waited_for_twice_as_long_as_webchat() -> None:
    timing = Timing()
    assert {channel: timing.debounce_of(channel).total_seconds() for channel in Channel} == {
        Channel.WEBCHAT: 1.5,
        Channel.SMS: 3.0,
        Channel.WHATSAPP: 3.0,
        Channel.EMAIL: 3.0,
    }


async def test_turn_reply_and_what_leaves_are_kept_together_or_not_at_all(office: PostOffice) -> None:
    def once(name: str) -> None:
        if name == "commit.inside":
            watch(None)
            raise OSError("the disk is gone")

    watch(once)
    await office.text("where is my order")
    await office.settle()
    assert [await office.count(f"SELECT count(*) FROM {table}") for table in ("turns", "outbox")] == [0, 0]
    await make_due(office)
    await office.settle()
    assert office.sms.texts == ["L1: where is my order"]
    assert [await office.count(f"SELECT count(*) FROM {table}") for table in ("turns", "outbox")] == [1, 1]


async def test_a_message_that_comes_in_and_is_answered_passes_these_places_in_this_order(office: PostOffice) -> None:
    passed: list[str] = []
    watch(passed.append)
    await office.text("where is my order")
    await office.settle()
    first = [name for name in dict.fromkeys(passed) if not name.startswith(("sweep", "job"))]
    assert first == [
        "intake.before_keep",
        "intake.after_keep",
        "intake.after_wake",
        "lease.before",
        "lease.after",
        "turn.thought",
        "commit.before",
        "commit.inside",
        "commit.after",
        "turn.told",
        "dispatch.before_claim",
        "dispatch.after_claim",
        "send.before",
        "send.after",
        "sent.before_keep",
        "sent.after_keep",
    ]
    assert set(passed) <= set(POINTS)


async def test_where_turns_keep_failing_the_shopper_is_told_on_the_channel_they_wrote_on(office: PostOffice) -> None:
    office.stage.turn.fails = 3
    await office.text("where is my order")
    for _ in range(3):
        await office.settle()
        await make_due(office)
    await office.settle()
    assert len(office.sms.texts) == 1
    assert await office.count("SELECT count(*) FROM cases WHERE state = 'open'") == 1


class Thinks:
    """A turn that uses a model where it may, at 1,000 tokens a call."""

    def __init__(self, office: PostOffice) -> None:
        self.turn = office.stage.turn
        self.models: list[bool] = []

    async def __call__(self, incoming: Incoming, parts: Parts) -> TurnResult:
        may = not parts.templates_only()
        self.models.append(may)
        meter = turn_meter.get()
        if may and meter is not None:
            meter.add(prompt_tokens=900, answer_tokens=100, waited_ms=0.0, failed=False)
        return await self.turn(incoming, parts)


class Wordy:
    """Implements `agent.parts.Writer`, and must not be asked."""

    async def write(self, outcomes: tuple[Outcome, ...], evidence: Evidence, locale: str) -> Draft | None:
        raise AssertionError("asked under the kill switch")


def with_model(office: PostOffice, restraint: Restraint, **budgets: int) -> Thinks:
    """The same house, where a model is configured and may cost so much."""
    thinks, house = Thinks(office), office.stage.house
    office.change(budgets=replace(Budgets(tokens_per_turn=6_000), **budgets))
    home = office.home
    parts = replace(home.parts, templates_only=lambda: restraint.catalogue_only(home.brand.id))
    house.residences[home.brand.id] = replace(home, parts=parts)
    house.engine = make_engine(house, Stand(take_turn=thinks, timing=NO_WAIT), restraint, serve=False)
    return thinks


async def spent(office: PostOffice, contact: str | None) -> int:
    async with office.stage.house.database.reading() as tx:
        return (await spending.spent(tx, office.home.brand, TOKENS, contact=contact, now=office.stage.house.database.wall())).day


async def test_what_models_used_is_counted_with_the_turn_for_the_contact_and_the_brand(office: PostOffice) -> None:
    thinks = with_model(office, Restraint(everywhere=lambda: False, model=True))
    await office.text("one", phone=ANA_PHONE)
    await office.settle()
    await office.text("two", phone=BEN_PHONE)
    await office.settle()
    assert thinks.models == [True, True]
    assert [await spent(office, contact) for contact in (ANA_PHONE, BEN_PHONE, None)] == [1_000, 1_000, 2_000]


async def test_a_contact_at_its_limit_is_answered_without_a_model_and_others_with_one(office: PostOffice) -> None:
    thinks = with_model(office, Restraint(everywhere=lambda: False, model=True), tokens_per_contact_day=7_500)
    for said in ("one", "two", "three", "four"):
        await office.text(said, phone=ANA_PHONE)
        await office.settle()
    await office.text("hello", phone=BEN_PHONE)
    await office.settle()
    assert thinks.models == [True, True, False, False, True]
    assert await spent(office, ANA_PHONE) == 2_000
    assert len(office.sms.texts) == 5


async def test_a_brands_day_is_never_overspent_however_many_write_at_once(office: PostOffice) -> None:
    thinks = with_model(office, Restraint(everywhere=lambda: False, model=True), tokens_per_brand_day=10_000)
    for n in range(12):
        await office.text("hello", phone=f"+120255501{n:02}")
    await office.settle()
    # What is set aside counts as spent: after five turns of 1,000 there is no room for the 6,000 that a sixth might cost.
    assert 1 <= thinks.models.count(True) <= 5
    assert await spent(office, None) == thinks.models.count(True) * 1_000
    assert len(office.sms.texts) == 12


async def test_a_turn_that_fails_gives_back_what_was_set_aside(office: PostOffice) -> None:
    with_model(office, Restraint(everywhere=lambda: False, model=True))
    office.stage.turn.fails = 1
    await office.text("hello")
    await office.settle()
    assert await spent(office, None) == 0
    await make_due(office)
    await office.settle()
    assert await spent(office, None) == 1_000


async def test_under_the_kill_switch_a_turn_has_the_built_in_reader_no_writer_and_catalogue_words(office: PostOffice) -> None:
    plain = NoReader()
    restraint = Restraint(everywhere=lambda: False, model=True, plain_reader=plain)
    thinks = with_model(office, restraint)
    restraint.switched = frozenset({office.home.brand.id})
    given = restraint.parts(replace(office.home.parts, writer=Wordy()), NONE)
    assert (given.reader, given.writer, given.templates_only()) == (plain, None, True)
    await office.text("hello")
    await office.settle()
    assert thinks.models == [False]
    assert await spent(office, None) == 0


async def test_where_no_model_is_configured_nothing_is_counted(office: PostOffice) -> None:
    await office.text("hello")
    await office.settle()
    assert await office.count("SELECT count(*) FROM spent WHERE kind = 'tokens'") == 0
