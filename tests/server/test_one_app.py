"""Several brands on one Meta app: Meta delivers to one address what belongs to all of them, and each gets its own."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest_asyncio

from tests.server.post_office import ANA_PHONE, PHONE_NUMBER_ID, SECRETS, PostOffice, post_office

SOUTH = "2098765432100"


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[PostOffice]:
    async with post_office(tmp_path, "northbay", "southbay", "westbay") as open_office:
        number(open_office, "southbay", SOUTH)
        number(open_office, "westbay", "3098765432100")
        yield open_office


def number(office: PostOffice, brand: str, phone_number_id: str, secrets: Mapping[str, str] = SECRETS) -> None:
    home = office.stage.house.residence(brand)
    assert home.brand.whatsapp is not None
    office.change(brand, whatsapp=replace(home.brand.whatsapp, phone_number_id=phone_number_id))
    office.stage.house.residences[home.brand.id] = replace(office.stage.house.residence(brand), secrets=secrets)


async def heard(office: PostOffice) -> list[tuple[str, str]]:
    await office.settle()
    return [tuple(row) for row in await office.rows("SELECT brand, text FROM inbox ORDER BY brand")]


async def test_a_message_for_another_brand_of_the_same_app_reaches_that_brand(office: PostOffice) -> None:
    assert await office.chat({"text": "hello north"}) == 200
    assert await office.chat({"text": "hello south"}, number=SOUTH) == 200
    assert await heard(office) == [("northbay", "hello north"), ("southbay", "hello south")]
    assert sorted(office.whatsapp.texts) == ["L1: hello north", "L1: hello south"]


async def test_a_delivery_repeated_at_the_brands_own_address_is_one_message(office: PostOffice) -> None:
    message = {"messages": [{"id": "wamid.1", "from": ANA_PHONE[1:], "type": "text", "text": {"body": "once"}}]}
    for brand in ("northbay", "southbay", "northbay"):
        assert (await office.delivery(message, number=SOUTH, brand=brand)).status_code == 200
    assert await heard(office) == [("southbay", "once")]


async def test_what_is_said_of_a_message_reaches_the_brand_that_sent_it(office: PostOffice) -> None:
    await office.chat({"text": "hello south"}, number=SOUTH)
    await office.settle()
    status = {"id": await sent_id(office), "status": "read", "recipient_id": ANA_PHONE[1:]}
    assert (await office.delivery({"statuses": [status]}, number=SOUTH)).status_code == 200
    assert [tuple(row) for row in await office.rows("SELECT brand, status FROM outbox")] == [("southbay", "read")]


async def sent_id(office: PostOffice) -> str:
    return str((await office.rows("SELECT provider_ref FROM outbox"))[0][0])


async def test_a_brand_with_an_app_of_its_own_believes_no_other_apps_signature(office: PostOffice) -> None:
    number(office, "southbay", SOUTH, {**SECRETS, "meta_app_secret": "southbays own"})
    assert await office.chat({"text": "forged"}, number=SOUTH) == 200
    number(office, "southbay", SOUTH, {name: value for name, value in SECRETS.items() if name != "meta_app_secret"})
    assert await office.chat({"text": "forged"}, number=SOUTH) == 200
    assert await heard(office) == []


async def test_a_number_that_two_other_brands_claim_is_nobodys(office: PostOffice) -> None:
    number(office, "westbay", SOUTH)
    assert await office.chat({"text": "whose?"}, number=SOUTH) == 200
    number(office, "westbay", SOUTH, {**SECRETS, "meta_app_secret": "westbays own"})
    assert await office.chat({"text": "whose?"}, number=SOUTH) == 200
    assert await heard(office) == []


async def test_a_number_that_another_brand_claims_too_stays_with_the_brand_of_the_address(office: PostOffice) -> None:
    number(office, "southbay", PHONE_NUMBER_ID)
    assert await office.chat({"text": "mine"}) == 200
    assert await heard(office) == [("northbay", "mine")]


async def test_nothing_reaches_a_brand_whose_channel_is_off(office: PostOffice) -> None:
    office.change("southbay", channels=frozenset({"webchat"}))
    assert await office.chat({"text": "hello"}, number=SOUTH) == 200
    assert await heard(office) == []
