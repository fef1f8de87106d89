"""Opt-out words in text messages: they come first, one confirmation answers them, and then nothing is sent (V-04 to V-06, L-10)."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from agent.effects import Brief
from channels.message import ConversationId
from channels.transport import Refused
from server.services.cases import Cases
from server.store import conversations
from tests.server.post_office import ANA_PHONE, PostOffice, post_office, sid


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[PostOffice]:
    async with post_office(tmp_path) as open_office:
        yield open_office


async def is_out(office: PostOffice) -> bool:
    return bool(await office.count("SELECT count(*) FROM opt_outs WHERE back_at IS NULL"))


@pytest.mark.parametrize("word", ["STOP", "stop", " Stop. ", "END", "UNSUBSCRIBE", "QUIT", "REVOKE", "OPT OUT", "cancel"])
async def test_an_opt_out_word_gets_exactly_one_confirmation_and_no_turn(office: PostOffice, word: str) -> None:
    for _ in range(3):
        assert await office.text(word) == 200
    await office.settle()
    assert await is_out(office)
    assert office.stage.turn.seen == []
    assert len(office.sms.texts) == 1
    assert "START" in office.sms.texts[0]


async def test_after_an_opt_out_nothing_is_answered_and_everything_is_kept(office: PostOffice) -> None:
    await office.text("STOP")
    await office.settle()
    for said in ("where is my order", "HELP", "my order please"):
        await office.text(said)
    await office.settle()
    assert len(office.sms.taken) == 1
    assert office.stage.turn.seen == []
    assert await office.count("SELECT count(*) FROM inbox WHERE provider = 'sms' AND turn IS NOT NULL") == 4


async def test_start_opens_the_way_again(office: PostOffice) -> None:
    await office.text("STOP")
    await office.text("START")
    await office.settle()
    assert not await is_out(office)
    assert len(office.sms.texts) == 2
    await office.text("where is my order")
    await office.settle()
    assert office.sms.texts[-1] == "L1: where is my order"


@pytest.mark.parametrize("word", ["START", "unstop", "再開"])
async def test_start_from_a_number_that_is_in_is_told_what_it_can_do_here(office: PostOffice, word: str) -> None:
    await office.text(word)
    await office.settle()
    assert not await is_out(office)
    assert office.stage.turn.seen == []
    [said] = office.sms.texts
    assert "Northbay" in said
    assert "help@northbay.example.com" in said


async def test_yes_is_an_answer_to_whoever_is_in_and_a_way_back_to_whoever_is_out(office: PostOffice) -> None:
    await office.text("yes")
    await office.settle()
    assert office.sms.texts == ["L1: yes"]
    await office.text("STOP")
    await office.text("YES")
    await office.settle()
    assert not await is_out(office)


async def test_help_names_the_brand_and_where_it_is_reached(office: PostOffice) -> None:
    await office.text("HELP")
    await office.settle()
    assert office.stage.turn.seen == []
    [said] = office.sms.texts
    assert "Northbay" in said
    assert "northbay.example.com" in said
    assert "help@northbay.example.com" in said


@pytest.mark.parametrize("word", ["CANCEL", "Cancel 🙏", "ＣＡＮＣＥＬ", "«Cancel!»", "CANCEL CANCEL", "c\u200bancel"])
async def test_a_bare_cancel_amid_an_order_conversation_is_an_opt_out_that_says_where_to_go_on(office: PostOffice, word: str) -> None:
    await office.text("change the size of #1042")
    await office.settle()
    await office.text(word)
    await office.settle()
    assert await is_out(office)
    assert len(office.stage.turn.seen) == 1
    said = office.sms.texts[-1]
    assert "northbay.example.com" in said
    assert "help@northbay.example.com" in said
    assert await office.count("SELECT count(*) FROM events WHERE kind = 'consent'") == 1


async def test_cancel_my_order_is_a_wish(office: PostOffice) -> None:
    await office.text("Cancel my order")
    await office.settle()
    assert not await is_out(office)
    assert office.sms.texts == ["L1: Cancel my order"]


@pytest.mark.parametrize("said", ["please stop texting me", "Ne m'envoyez plus de SMS", "もうメッセージを送らないでください"])
async def test_a_revocation_in_ones_own_words_counts(office: PostOffice, said: str) -> None:
    await office.text(said)
    await office.settle()
    assert await is_out(office)
    assert len(office.sms.taken) == 1


async def test_what_the_provider_has_answered_is_not_answered_twice(office: PostOffice) -> None:
    await office.text("STOP", OptOutType="STOP")
    await office.settle()
    assert await is_out(office)
    await office.text("HELP", OptOutType="HELP")
    await office.text("START", OptOutType="START")
    await office.settle()
    assert not await is_out(office)
    assert office.sms.taken == []
    assert office.stage.turn.seen == []


async def test_the_confirmation_leaves_within_five_minutes_or_not_at_all(office: PostOffice) -> None:
    await office.text("STOP")
    office.stage.clock.advance(timedelta(minutes=6))
    await office.settle()
    assert office.sms.taken == []
    assert await office.count("SELECT count(*) FROM outbox WHERE state = 'failed' AND error = 'late'") == 1


async def test_an_opt_out_overtakes_a_reply_that_was_waiting_and_stops_it(office: PostOffice) -> None:
    office.sms.troubles.append(Refused("busy", after=timedelta(hours=1)))
    await office.text("where is my order")
    await office.settle()
    await office.text("STOP")
    await office.settle()
    assert ["START" in said for said in office.sms.texts] == [True]
    await office.pretend(due_at=office.now())
    await office.settle()
    assert len(office.sms.taken) == 1
    assert await office.count("SELECT count(*) FROM outbox WHERE state = 'failed' AND error = 'opted_out'") == 1


async def test_a_contact_opted_out_at_the_provider_is_out_here_too(office: PostOffice) -> None:
    office.sms.troubles.append(Refused("21610", for_good=True, opted_out=True, code="21610"))
    await office.text("where is my order")
    await office.settle()
    assert await is_out(office)
    assert office.sms.taken == []


async def test_a_status_that_says_opted_out_counts_as_well(office: PostOffice) -> None:
    await office.text("where is my order")
    await office.settle()
    pairs = [("MessageSid", sid(1)), ("MessageStatus", "failed"), ("ErrorCode", "21610")]
    assert (await office.form("/webhooks/sms/northbay/status", pairs)).status_code == 204
    await office.settle()
    assert await is_out(office)


async def test_staff_write_to_nobody_who_opted_out_of_texts(office: PostOffice) -> None:
    await office.text("hello")
    await office.settle()
    await office.text("STOP")
    await office.settle()
    conversation = (await office.rows("SELECT id FROM conversations"))[0][0]
    brief = Brief(wish="other", reason="wants_person", language="en")
    case = await Cases(office.stage.house).open_from_hub(office.home, brief=brief, request={}, conversation=conversation, reply_by=None)
    assert await Cases(office.stage.house).reply(office.home, case.reference, author="Support", text="Are you there?")
    await office.settle()
    assert [one.to for one in office.sms.out] == [ANA_PHONE, ANA_PHONE]
    assert "Are you there?" not in office.sms.texts


async def test_an_opt_out_of_texts_leaves_the_other_channels_alone(office: PostOffice) -> None:
    await office.text("STOP")
    await office.chat({"text": "where is my order"})
    await office.settle()
    assert office.whatsapp.texts == ["L1: where is my order"]


async def test_the_opt_out_is_noted_where_staff_see_it(office: PostOffice) -> None:
    await office.text("hello")
    await office.settle()
    conversation = (await office.rows("SELECT id FROM conversations"))[0][0]
    async with office.stage.house.database.writing() as tx:
        await conversations.change_state(tx, office.home.brand, ConversationId(conversation), case="NB-1")
    await office.text("STOP")
    await office.settle()
    assert await office.count("SELECT count(*) FROM case_notes WHERE reference = 'NB-1'") == 1


# WhatsApp has no keywords of a carrier; people write them there all the same


@pytest.mark.parametrize(
    "word", ["STOP", "Stop!", "unsubscribe", "désabonner", "配信停止", "darme de baja", "abmelden", "please stop messaging me"]
)
async def test_stop_on_whatsapp_is_an_opt_out_confirmed_once(office: PostOffice, word: str) -> None:
    for _ in range(2):
        await office.chat({"text": word})
        await office.settle()
    assert await is_out(office)
    assert office.stage.turn.seen == []
    [said] = office.whatsapp.texts
    assert "START" in said


@pytest.mark.parametrize("word", ["Cancel", "Fin", "Ende", "キャンセル", "START", "HELP", "yes"])
async def test_words_only_a_carrier_makes_keywords_are_messages_on_whatsapp(office: PostOffice, word: str) -> None:
    await office.chat({"text": word})
    await office.settle()
    assert not await is_out(office)
    assert office.whatsapp.texts == [f"L1: {word}"]


async def test_who_has_stopped_on_whatsapp_is_answered_and_otherwise_left_alone(office: PostOffice) -> None:
    await office.chat({"text": "where is my order"})
    await office.chat({"text": "STOP"})
    await office.settle()
    await office.chat({"text": "and my refund"})
    await office.settle()
    assert office.whatsapp.texts[-1] == "L1: and my refund"
    conversation = (await office.rows("SELECT id FROM conversations"))[0][0]
    office.stage.clock.advance(timedelta(hours=25))
    brief = Brief(wish="other", reason="wants_person", language="en")
    case = await Cases(office.stage.house).open_from_hub(office.home, brief=brief, request={}, conversation=conversation, reply_by=None)
    assert await Cases(office.stage.house).reply(office.home, case.reference, author="Support", text="Are you there?")
    await office.settle()
    assert not any(one.template for one in office.whatsapp.out)


async def test_start_on_whatsapp_brings_the_messages_back(office: PostOffice) -> None:
    await office.chat({"text": "STOP"})
    await office.settle()
    await office.chat({"text": "START"})
    await office.settle()
    assert not await is_out(office)
    assert len(office.whatsapp.texts) == 2
    assert office.stage.turn.seen == []
