"""A message comes in by text, WhatsApp or mail: kept once, joined to its conversation, answered where it was written."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from server.services.intake import IDLE
from server.store import challenges
from tests.server.post_office import ANA_PHONE, BEN_PHONE, PostOffice, post_office, sid


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[PostOffice]:
    async with post_office(tmp_path) as open_office:
        yield open_office


async def test_a_text_is_answered_by_text(office: PostOffice) -> None:
    assert await office.text("where is my order") == 200
    await office.settle()
    assert office.sms.texts == ["L1: where is my order"]
    assert office.sms.out[0].to == ANA_PHONE


async def test_a_delivery_repeated_is_one_message_and_one_answer(office: PostOffice) -> None:
    for _ in range(3):
        assert await office.text("where is my order", message=sid(7)) == 200
    await office.settle()
    assert await office.text("where is my order", message=sid(7)) == 200
    await office.settle()
    assert office.sms.texts == ["L1: where is my order"]
    assert await office.count("SELECT count(*) FROM inbox WHERE provider = 'sms'") == 1


async def test_one_number_has_one_conversation_per_channel(office: PostOffice) -> None:
    await office.text("one")
    await office.settle()
    await office.text("two")
    await office.text("from somebody else", phone=BEN_PHONE)
    await office.chat({"text": "the same number elsewhere"})
    await office.settle()
    assert await office.count("SELECT count(*) FROM conversations") == 3
    assert [one.text.strip() for one in office.sms.out if one.to == ANA_PHONE] == ["L1: one", "L1: two"]
    assert office.whatsapp.texts == ["L1: the same number elsewhere"]


async def test_a_conversation_idle_for_a_day_begins_anew_and_keeps_its_case(office: PostOffice) -> None:
    await office.text("hello")
    await office.settle()
    assert [seen.state.turns for seen in office.stage.turn.seen] == [0]
    office.stage.clock.advance(timedelta(hours=2))
    await office.text("hello again")
    await office.settle()
    assert office.stage.turn.seen[-1].state.turns == 1
    office.stage.clock.advance(IDLE + timedelta(minutes=1))
    await office.text("hello after a day")
    await office.settle()
    anew = office.stage.turn.seen[-1].state
    assert (anew.turns, anew.disclosed) == (0, False)


async def test_the_first_words_tell_the_language(office: PostOffice) -> None:
    await office.text("Bonjour, je voudrais changer la taille de ma commande", phone=BEN_PHONE)
    await office.text("注文をキャンセルしたいです", phone="+81312345678")
    await office.settle()
    assert sorted(seen.state.locale for seen in office.stage.turn.seen) == ["fr", "ja"]


async def test_what_cannot_be_read_reaches_the_turn_as_what_it_is(office: PostOffice) -> None:
    await office.text("", NumMedia="1", MediaContentType0="image/jpeg", MediaUrl0="https://example.com/1")
    await office.text("   ", phone=BEN_PHONE)
    await office.chat({"type": "audio", "audio": {"id": "1"}})
    await office.settle()
    assert sorted(one.media for seen in office.stage.turn.seen for one in seen.messages) == [("audio",), ("image",), ("unsupported",)]


async def test_a_long_message_is_kept_whole_and_read_to_its_limit(office: PostOffice) -> None:
    long = "where is my order " * 3000
    assert await office.text(long) == 200
    await office.settle()
    assert len(office.stage.turn.seen[0].messages[0].text) == 8000
    assert await office.count("SELECT max(length(body)) FROM events") > len(long)


async def test_a_sign_on_a_message_asks_for_nothing(office: PostOffice) -> None:
    assert await office.chat({"type": "reaction", "reaction": {"message_id": "wamid.1", "emoji": "👍"}}) == 200
    await office.settle()
    assert office.stage.turn.seen == []
    assert office.whatsapp.taken == []


async def test_a_late_message_that_is_still_the_newest_is_answered(office: PostOffice) -> None:
    four_hours_ago = f"{int((office.now() - timedelta(hours=4)).timestamp())}"
    await office.chat({"text": "where is it", "timestamp": four_hours_ago})
    await office.settle()
    assert office.whatsapp.texts == ["L1: where is it"]
    written = office.stage.turn.seen[0].messages[0].at
    assert timedelta(hours=3, minutes=59) < office.stage.clock.now() - written < timedelta(hours=4, minutes=1)


async def test_a_late_message_that_newer_ones_overtook_goes_to_a_person(office: PostOffice) -> None:
    await office.chat({"text": "never mind, keep it"})
    await office.settle()
    two_hours_ago = f"{int((office.now() - timedelta(hours=2)).timestamp())}"
    for _ in range(2):
        await office.chat({"id": "wamid.late", "text": "cancel everything", "timestamp": two_hours_ago})
    await office.settle()
    assert office.whatsapp.texts == ["L1: never mind, keep it"]
    assert [tuple(row) for row in await office.rows("SELECT reason, state FROM cases")] == [("late_message", "open")]


async def test_messages_of_one_burst_that_come_in_the_wrong_order_get_one_answer(office: PostOffice) -> None:
    office.stage.turn.hold = asyncio.Event()
    hours = [f"{int((office.now() - timedelta(hours=hour)).timestamp())}" for hour in (1, 3)]
    await office.chat({"text": "the later one", "timestamp": hours[0]})
    await office.stage.turn.begun.wait()
    await office.chat({"text": "the earlier one", "timestamp": hours[1]})
    office.stage.turn.hold.set()
    await office.settle()
    assert office.whatsapp.texts == ["L1: the later one | the earlier one"]
    assert await office.count("SELECT count(*) FROM cases") == 0


async def test_no_code_typed_in_a_thread_is_kept_anywhere(office: PostOffice) -> None:
    await office.text("hello")
    await office.settle()
    conversation = (await office.rows("SELECT id FROM conversations"))[0][0]
    now = office.stage.clock.now()
    async with office.stage.house.database.writing() as tx:
        asked = challenges.Asked(id="c1", session=conversation, contact="ana.torres@example.com", purpose="conversation", created_at=now)
        await challenges.ask(tx, office.home.brand, asked)
    await office.text("my code is 482913")
    await office.settle()
    assert office.stage.turn.seen[-1].messages[0].signal.value == "code_wrong"
    found = await office.rows("SELECT text FROM inbox UNION ALL SELECT body FROM events UNION ALL SELECT body FROM outbox")
    assert not any("482913" in row[0] for row in found)
