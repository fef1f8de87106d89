"""Shop, model and index fail while shoppers ask the whole house: a small cut of what `make chaos` plays in full (R9 to R12)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
import structlog

from evals.chaos import house_wrong, index_faults, model_faults, shop_faults
from evals.chaos.model_faults import Answers
from evals.chaos.street import Street, open_street
from evals.chaos.talks import Talk, ask_all, open_talks
from evals.chaos.truths import Row

pytestmark = pytest.mark.asyncio(loop_scope="module")
MINUTE = timedelta(minutes=1)
CANCEL = shop_faults.WISHES["cancel"]
SOME = ("THROTTLED", "HTTP 500", "half JSON", "connection reset", "down", "null among orders", "currentQuantity missing")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def street(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Street]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))  # quiet
    async with open_street(tmp_path_factory.mktemp("street") / "shops", people=140) as opened:
        yield opened
    structlog.reset_defaults()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plain(street: Street) -> Answers:
    """What is answered without a model, with the shop well."""
    return await model_faults.without_a_model(street, [*model_faults.QUESTIONS, CANCEL])


async def test_asking_again_once_the_shop_is_mended_gives_the_order_although_no_time_has_passed(street: Street) -> None:
    talk = await _unanswered(street, "HTTP 500")
    (heard,) = await ask_all(street, [talk], [CANCEL])
    assert f"rder {talk.person.order[-4:]}" in heard.text


async def test_the_house_tries_again_by_itself_and_texts_the_order_once_the_shop_is_mended(street: Street) -> None:
    talk = await _unanswered(street, "HTTP 500")
    await street.wait(MINUTE)
    heard = await talk.heard()
    assert f"rder {talk.person.order[-4:]}" in heard.text
    await talk.mark()
    await street.wait(10 * MINUTE)
    assert not (await talk.heard()).text


async def _unanswered(street: Street, fault: str) -> Talk:
    """Somebody who texted while the shop failed, was told so, and has waited until it was mended."""
    (talk,) = await open_talks(street, ["sms"])
    broken = next(one for one in shop_faults.FAULTS if one.name == fault)
    await shop_faults.begin(street, broken)
    (heard,) = await ask_all(street, [talk], [CANCEL])
    await shop_faults.end(street, broken)
    assert "cannot be reached just now. I will try again" in heard.text
    await talk.mark()
    return talk


async def test_after_ten_minutes_without_the_shop_a_person_is_offered(street: Street) -> None:
    lasting = next(one for one in shop_faults.FAULTS if one.stays)
    row = await shop_faults.meets(street, lasting, cells=[("sms", "cancel"), ("email", "order status"), ("whatsapp", "return")])
    assert row.faults == []
    assert row.person == 3


@pytest.mark.parametrize("name", SOME)
async def test_whatever_the_shop_does_everybody_is_answered_and_nothing_untrue_is_said(street: Street, name: str) -> None:
    fault = next(one for one in shop_faults.FAULTS if one.name == name)
    row = await shop_faults.meets(street, fault, cells=[("webchat", "order status"), ("sms", "cancel")])
    assert row.faults == []
    assert row.clean


async def test_while_one_brands_shop_hangs_the_shoppers_of_another_see_their_orders(street: Street) -> None:
    row, _ = await shop_faults.another_brand(street, shoppers=5, pressing=45)
    assert row.faults == []
    assert row.answered == 10


async def test_more_shoppers_than_points_never_make_the_shop_say_that_it_is_too_much(tmp_path: Path) -> None:
    row = await shop_faults.own_load(tmp_path / "load", shoppers=30)
    assert row.faults == []
    assert row.later >= 10, "orders that were read"


@pytest.mark.parametrize("name", ["collections deleted", "index corrupt", "files corrupt", "encoder down"])
async def test_without_the_index_the_same_clause_is_cited_and_the_index_is_made_again(street: Street, plain: Answers, name: str) -> None:
    (row,) = await index_faults.meets(street, plain, only=[name])
    assert row.faults == []


async def test_a_reader_that_babbles_is_replaced_and_nothing_of_its_text_is_read(tmp_path: Path, plain: Answers) -> None:
    some = ["refusal", "malformed JSON", "wrong schema", "connection reset"]
    rows = await model_faults.played(tmp_path / "reader", "reader", plain, only=some, texts=[CANCEL])
    assert [fault for row in rows for fault in row.faults] == []
    assert len(rows) == len(some)


async def test_a_writer_that_babbles_is_replaced_and_an_open_gate_is_noticed(tmp_path: Path, plain: Answers) -> None:
    some = ["truncated JSON", "its own words"]
    rows = await model_faults.played(tmp_path / "writer", "writer", plain, only=some)
    assert [fault for row in rows for fault in row.faults] == []
    defect = next(one for one in house_wrong.DEFECTS if one.part == "writer")
    with house_wrong.applied(defect):
        (row,) = await model_faults.played(tmp_path / "wrong", "writer", plain, only=[defect.fault])
    assert defect.shows(row)


@pytest.mark.parametrize("defect", [one for one in house_wrong.DEFECTS if one.part == "shop"], ids=lambda one: one.name)
async def test_a_seeded_defect_is_counted_as_what_it_is(street: Street, defect: house_wrong.Defect) -> None:
    fault = next(one for one in shop_faults.FAULTS if one.name == defect.fault)
    with house_wrong.applied(defect):
        row: Row = await shop_faults.meets(street, fault, cells=[("webchat", "cancel"), ("sms", "order status")])
    assert defect.shows(row)
    assert not row.clean
