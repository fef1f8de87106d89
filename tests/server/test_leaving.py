"""Before anything leaves: the hour, WhatsApp's window, what may be spent, and mail that must not go round in circles."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text

from channels.message import ConversationId, Outbound
from channels.transport import Refused
from identity.levels import Proof, ProofKind
from knowledge.brand import Budgets
from server.services.cases import Cases
from server.services.codes import Codes
from server.services.leaving import TEMPLATE_MOST, as_template
from server.services.quiet_hours import next_allowed, zones_of
from server.services.undelivered import for_a_person
from server.store import conversations
from tests.server.post_office import ANA_PHONE, BEN_PHONE, PostOffice, connected, post_office
from tests.server.stage import brand


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[PostOffice]:
    async with post_office(tmp_path) as open_office:
        yield open_office


async def case_of(office: PostOffice) -> str:
    """A case of the one conversation there is."""
    house = office.stage.house
    async with house.database.writing() as tx:
        [(id_,)] = (await tx.execute(text("SELECT id FROM conversations"))).all()
        thread = await conversations.thread(tx, office.home.brand, ConversationId(id_))
        assert thread is not None
        await for_a_person(house, tx, office.home, thread, reason="wants_person", once="a test", said="please call")
    return str((await office.rows("SELECT reference FROM cases"))[0][0])


@pytest.mark.parametrize(
    ("number", "now", "allowed"),
    [
        ("+12025550123", "2026-11-20T12:59:00+00:00", "2026-11-20T13:00:00+00:00"),  # 07:59 in New York
        ("+12025550123", "2026-11-20T13:00:00+00:00", "2026-11-20T13:00:00+00:00"),
        ("+12025550123", "2026-11-21T01:59:00+00:00", "2026-11-21T01:59:00+00:00"),  # 20:59
        ("+12025550123", "2026-11-21T02:00:00+00:00", "2026-11-21T13:00:00+00:00"),
        ("+33612345678", "2026-11-20T20:30:00+00:00", "2026-11-21T07:00:00+00:00"),
        ("+81312345678", "2026-11-20T14:00:00+00:00", "2026-11-20T23:00:00+00:00"),
        ("+61412345678", "2026-11-20T21:30:00+00:00", "2026-11-21T01:30:00+00:00"),  # Sydney is up, the Cocos Islands are last
        ("+18005550123", "2026-11-20T14:00:00+00:00", "2026-11-20T22:00:00+00:00"),  # toll-free: from Guam to Bermuda
        ("+8835100123456", "2026-11-20T03:00:00+00:00", "2026-11-20T07:00:00+00:00"),  # tells no zone: the brand's own
    ],
)
def test_a_text_that_answers_nothing_waits_for_the_readers_day(number: str, now: str, allowed: str) -> None:
    found = next_allowed(number, datetime.fromisoformat(now), "Europe/Paris")
    assert found == datetime.fromisoformat(allowed)


def test_an_ambiguous_number_has_several_zones() -> None:
    assert len(zones_of("+61412345678")) > 3
    assert zones_of("nonsense") == ()


async def test_a_persons_late_words_wait_for_the_morning_and_a_reply_does_not(office: PostOffice) -> None:
    office.stage.clock.set(datetime(2026, 11, 20, 22, 30, tzinfo=UTC))  # 23:30 in Paris
    await office.text("where is my order", phone=BEN_PHONE)
    await office.settle()
    assert office.sms.texts == ["L1: where is my order"]
    reference = await case_of(office)
    office.stage.clock.advance(timedelta(hours=2))
    await Cases(office.stage.house).reply(office.home, reference, author="Support", text="It leaves tomorrow.")
    await office.settle()
    assert len(office.sms.taken) == 1
    [(due_at,)] = await office.rows("SELECT due_at FROM outbox WHERE kind = 'staff'")
    assert due_at is not None
    office.stage.clock.advance(timedelta(hours=7))  # 08:30 in Paris
    await office.pretend(due_at=office.now())
    await office.settle()
    assert office.sms.texts[-1] == "It leaves tomorrow."


async def test_a_person_who_answers_at_once_may_do_so_at_night(office: PostOffice) -> None:
    office.stage.clock.set(datetime(2026, 11, 20, 22, 30, tzinfo=UTC))
    await office.text("where is my order", phone=BEN_PHONE)
    await office.settle()
    reference = await case_of(office)
    await Cases(office.stage.house).reply(office.home, reference, author="Support", text="Here I am.")
    await office.settle()
    assert office.sms.texts[-1] == "Here I am."


async def test_beyond_its_budget_nothing_is_texted_and_a_person_sees_it(office: PostOffice) -> None:
    office.change(budgets=Budgets(segments_per_contact_hour=2, segments_per_contact_day=2))
    for said in ("one", "two", "three"):
        await office.text(said)
        await office.settle()
    assert office.sms.texts == ["L1: one", "L1: two"]
    assert [tuple(row) for row in await office.rows("SELECT reason, state FROM cases")] == [("undelivered", "open")]
    await office.text("somebody else", phone=BEN_PHONE)
    await office.settle()
    assert office.sms.texts[-1] == "L1: somebody else"


async def test_an_hours_budget_makes_the_next_text_wait(office: PostOffice) -> None:
    office.change(budgets=Budgets(segments_per_contact_hour=1))
    await office.text("one")
    await office.text("two")
    await office.settle()
    assert len(office.sms.taken) == 1
    assert await office.count("SELECT count(*) FROM outbox WHERE state = 'ready'") <= 1
    assert await office.count("SELECT count(*) FROM cases") == 0


async def test_the_brands_day_is_one_for_all_its_contacts(office: PostOffice) -> None:
    office.change(budgets=Budgets(segments_per_brand_day=1))
    await office.text("one")
    await office.settle()
    await office.text("two", phone=BEN_PHONE)
    await office.settle()
    assert office.sms.texts == ["L1: one"]


async def test_a_retry_is_counted_once(office: PostOffice) -> None:
    office.sms.troubles += [Refused("busy"), Refused("busy")]
    await office.text("where is my order")
    for _ in range(3):
        await office.settle()
        await office.pretend(due_at=office.now())
    assert len(office.sms.taken) == 1
    assert await office.count("SELECT max(amount) FROM spent WHERE kind = 'segments'") == 1


async def test_an_unregistered_sender_sends_nothing(office: PostOffice) -> None:
    sms = office.home.brand.sms
    assert sms is not None
    office.change(sms=replace(sms, registered=False))
    await office.text("where is my order")
    await office.settle()
    assert office.sms.taken == []
    assert await office.count("SELECT count(*) FROM cases WHERE reason = 'undelivered'") == 1


async def test_whatsapp_takes_free_words_within_a_day_and_a_template_afterwards(office: PostOffice) -> None:
    await office.chat({"text": "where is my order"})
    await office.settle()
    assert office.whatsapp.out[0].template is None
    reference = await case_of(office)
    office.stage.clock.advance(timedelta(hours=23, minutes=59))
    await Cases(office.stage.house).reply(office.home, reference, author="Support", text="Within the day.")
    await office.settle()
    assert office.whatsapp.out[1].template is None
    office.stage.clock.advance(timedelta(minutes=1))
    await Cases(office.stage.house).reply(office.home, reference, author="Support", text="A day\n\nlater.")
    await office.settle()
    template = office.whatsapp.out[2].template
    assert template is not None
    assert (template.name, template.values) == ("order_news", ("A day later.",))


async def test_without_a_template_a_person_sees_that_it_did_not_go_out(office: PostOffice) -> None:
    settings = office.home.brand.whatsapp
    assert settings is not None
    office.change(whatsapp=replace(settings, templates={}))
    await office.chat({"text": "where is my order"})
    await office.settle()
    reference = await case_of(office)
    office.stage.clock.advance(timedelta(hours=25))
    await Cases(office.stage.house).reply(office.home, reference, author="Support", text="Sorry for the wait.")
    await office.settle()
    assert len(office.whatsapp.taken) == 1
    [(body,)] = await office.rows("""SELECT body FROM events WHERE kind = 'message' AND body LIKE '%"author":"system"%window_closed%'""")
    assert "window_closed" in body
    assert await office.count("SELECT count(*) FROM cases") == 1


def test_a_template_holds_the_link_whole_and_cuts_words_before_it() -> None:
    northbay = connected(brand())
    url = "https://go.example.com/c/TYUYMagPnZJNNkzhgQ4ZCg"
    made = as_template(Outbound(to=ANA_PHONE, text="word " * 400, link=("Review", url), locale="en"), northbay)
    assert made is not None
    assert made.template is not None
    [value] = made.template.values
    assert len(value) <= TEMPLATE_MOST
    assert value.endswith(f"… {url}")


async def test_an_address_gets_two_agent_mails_an_hour_and_then_a_person(office: PostOffice) -> None:
    first = "<m1@example.com>"
    await office.mail("where is my order", message=first)
    await office.settle()
    for _ in range(3):
        await office.mail("and again", In_Reply_To=first, References=first)
        await office.settle()
    assert len(office.email.taken) == 2
    assert await office.count("SELECT count(*) FROM cases WHERE reason = 'undelivered'") == 1
    await office.pretend(at=office.now() - timedelta(hours=1))
    await office.mail("an hour later", In_Reply_To=first, References=first)
    await office.settle()
    assert len(office.email.taken) == 3


async def test_a_mail_loop_that_opens_a_thread_each_time_stops_all_the_same(office: PostOffice) -> None:
    for _ in range(6):
        await office.mail("I am away until Monday")
        await office.settle()
    assert len(office.email.taken) == 2


async def test_the_answer_a_code_was_typed_for_leaves_though_two_mails_went_before_it(office: PostOffice) -> None:
    first = "<m1@example.com>"
    await office.mail("cancel #1042", message=first)
    await office.settle()
    await office.mail("CODE", In_Reply_To=first, References=first)
    await office.settle()
    [(id_,)] = await office.rows("SELECT id FROM conversations")
    proof = Proof(kind=ProofKind.CODE, contact="ana.torres@example.com", customer="gid://shopify/Customer/1", at=office.stage.clock.now())
    async with office.stage.house.database.writing() as tx:
        await conversations.add_proof(tx, office.home.brand, ConversationId(id_), proof)
    await office.mail("here it is", In_Reply_To=first, References=first)
    await office.settle()
    assert [said.partition(":")[0] for said in office.email.texts] == ["L1", "L1", "L2"]


async def test_an_unproven_address_gets_one_mail_an_hour_and_nothing_of_its_own_words_above_it(office: PostOffice) -> None:
    for _ in range(3):
        await office.mail("Where is my order", subject="BUY CHEAP WATCHES", sender="victim@example.com", aligned=False)
        await office.settle()
    [out] = office.email.out
    assert "WATCHES" not in (out.subject or "")
    assert out.mail is not None
    assert "WATCHES" not in out.mail.subject


async def test_a_code_is_no_mail_of_the_agents(office: PostOffice) -> None:
    for _ in range(3):
        await office.mail("where is my order", aligned=False)
        await office.settle()
    await Codes(office.stage.house).ask(office.home, session="s1", contact="ana.torres@example.com", purpose="hub", locale="en")
    await office.settle()
    assert [one.text.count("#") for one in office.email.out[1:]] == [1]


async def test_a_message_that_was_refused_for_good_is_seen_once_by_a_person(office: PostOffice) -> None:
    office.sms.troubles.append(Refused("30003", for_good=True, code="30003"))
    await office.text("where is my order")
    await office.settle()
    await office.settle()
    assert [tuple(row) for row in await office.rows("SELECT reason, state FROM cases")] == [("undelivered", "open")]
    assert await office.count("SELECT count(*) FROM case_notes") == 1
