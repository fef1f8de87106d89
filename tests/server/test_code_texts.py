"""A code goes to the phone where that is worth it and nobody pumps it; otherwise to the address on record (trust.md 4.3, D2)."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from channels.sms.segments import is_gsm
from identity.levels import Level
from server.services.code_texts import NUMBER_AN_HOUR, PREFIX_AN_HOUR, is_reachable, may_text
from server.services.codes import Codes
from server.store import opt_outs
from tests.server.post_office import ANA_PHONE, PostOffice, post_office


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[PostOffice]:
    async with post_office(tmp_path) as open_office:
        office = open_office
        office.stage.house.settings = office.stage.house.settings.model_copy(update={"smtp_host": "127.0.0.1"})
        yield office


async def ask(office: PostOffice, contact: str, session: str = "s1") -> None:
    await Codes(office.stage.house).ask(office.home, session=session, contact=contact, purpose="hub", locale="en")
    await office.settle()


async def test_a_number_on_one_record_gets_its_code_by_text_with_the_domain_in_its_last_line(office: PostOffice) -> None:
    await ask(office, ANA_PHONE)
    [out] = office.sms.out
    digits = out.text.rpartition("#")[2]
    assert out.to == ANA_PHONE
    assert out.text.splitlines()[-1] == f"@127.0.0.1:8600 #{digits}"
    assert (len(digits), digits.isdigit()) == (6, True)
    assert office.email.taken == []


@pytest.mark.parametrize("locale", ["en", "fr", "es", "de"])
async def test_a_code_is_one_text_message(office: PostOffice, locale: str) -> None:
    office.change(name="Lantern & Loom", hub_url="https://orders.lantern-loom.example.com")
    await Codes(office.stage.house).ask(office.home, session="s1", contact=ANA_PHONE, purpose="hub", locale=locale)
    await office.settle()
    [out] = office.sms.out
    assert is_gsm(out.text), out.text
    assert out.segments == 1, out.text


async def test_an_unknown_number_gets_nothing_and_costs_nothing(office: PostOffice) -> None:
    await ask(office, "+12025550155")
    assert (office.sms.taken, office.email.taken) == ([], [])
    assert await office.count("SELECT count(*) FROM challenges WHERE state = 'open'") == 1


async def test_where_texts_are_off_or_refused_the_code_goes_to_the_address_on_record(office: PostOffice) -> None:
    sms = office.home.brand.sms
    assert sms is not None
    office.change(sms=replace(sms, registered=False))
    await ask(office, ANA_PHONE, "s1")
    office.change(sms=replace(sms, countries=("33",)))
    await ask(office, ANA_PHONE, "s2")
    office.change(sms=sms)
    async with office.stage.house.database.writing() as tx:
        await opt_outs.out(tx, office.home.brand, ANA_PHONE, channel="sms", by="keyword", word="STOP", now=office.stage.clock.now())
    await ask(office, ANA_PHONE, "s3")
    assert office.sms.taken == []
    assert {one.to for one in office.email.out} == {"ana.torres@example.com"}
    assert len(office.email.taken) == 3


async def test_a_code_by_text_lives_for_five_minutes(office: PostOffice) -> None:
    await ask(office, ANA_PHONE)
    digits = office.sms.out[0].text.rpartition("#")[2]
    office.stage.clock.advance(timedelta(minutes=5))
    judged = await Codes(office.stage.house).judge(office.home, session="s1", purpose="hub", typed=digits)
    assert judged is not None
    assert judged.verdict.value == "spent"


async def test_a_code_texted_back_into_its_thread_opens_it(office: PostOffice) -> None:
    await office.text("hello")
    await office.settle()
    [(conversation,)] = await office.rows("SELECT id FROM conversations")
    from server.store import challenges, jobs

    now = office.stage.clock.now()
    async with office.stage.house.database.writing() as tx:
        asked = challenges.Asked(id="c1", session=conversation, contact=ANA_PHONE, purpose="conversation", created_at=now)
        await challenges.ask(tx, office.home.brand, asked)
        await jobs.schedule(tx, office.home.brand.id, "code", "c1", now, {"challenge": "c1", "locale": "en"})
    await office.settle()
    digits = office.sms.out[-1].text.rpartition("#")[2]
    await office.text(digits)
    await office.settle()
    assert office.stage.turn.seen[-1].shopper.level is Level.L2
    found = await office.rows("SELECT text FROM inbox UNION ALL SELECT body FROM events UNION ALL SELECT body FROM outbox")
    assert not any(digits in row[0] for row in found)


async def test_no_number_and_no_prefix_is_pumped(office: PostOffice) -> None:
    brand, now = office.home.brand, office.stage.clock.now()
    sent: dict[str, int] = {}
    async with office.stage.house.database.writing() as tx:
        for _ in range(5):
            for number in range(20):
                phone = f"+12025550{100 + number}"
                sent[phone] = sent.get(phone, 0) + await may_text(tx, brand, phone, now)
    assert sum(sent.values()) == PREFIX_AN_HOUR
    assert max(sent.values()) <= NUMBER_AN_HOUR
    async with office.stage.house.database.writing() as tx:
        assert not await may_text(tx, brand, "+12025550199", now + timedelta(minutes=59))
        assert await may_text(tx, brand, "+12025550199", now + timedelta(hours=2))


@pytest.mark.parametrize(
    ("number", "countries", "reachable"),
    [
        ("+12025550123", (), True),
        ("+12025550123", ("1", "33"), True),
        ("+12025550123", ("33",), False),
        ("+33612345678", ("33",), True),
        ("+19002345678", (), False),  # premium
        ("+448712345678", (), False),  # shared cost
        ("+18005550123", (), False),  # toll-free: nobody reads there
        ("+881612345678", (), False),  # a satellite
        ("+979123456789", (), False),  # premium the world over
        ("nonsense", (), False),
    ],
)
def test_only_numbers_of_people_in_listed_countries_are_texted(number: str, countries: tuple[str, ...], reachable: bool) -> None:
    assert is_reachable(number, countries) is reachable
