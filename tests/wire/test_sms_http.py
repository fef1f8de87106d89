"""Texts over real HTTP: Twilio's twin signs and delivers, the house answers through its API, and whatever comes twice counts once."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
import structlog
from sqlalchemy import text

from demo.phones.twilio import TwilioTwin, Webhooks
from demo.phones.twilio_api import Fault
from demo.phones.twilio_shapes import Message
from server.services.intake import Intake
from server.services.reconciling import Reconciling
from tests.faces.town import Town, open_town

pytestmark = [pytest.mark.asyncio(loop_scope="module")]
ANA = "+12025550123"
WISH = "Can I change the size of my last order?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))  # quiet
    async with open_town(tmp_path_factory.mktemp("texts")) as town:
        yield town
    structlog.reset_defaults()


@pytest_asyncio.fixture(loop_scope="module")
async def town(opened: Town) -> AsyncIterator[Town]:
    """The town at the world's moment, Twilio well again."""
    before = opened.outside.clock.now()
    yield opened
    opened.outside.sms.webhooks = Webhooks()
    opened.outside.sms.api.faults.clear()
    opened.outside.clock.set(before)


def sent_to(twin: TwilioTwin, phone: str) -> list[Message]:
    return [message for message in twin.taken() if message.to == phone]


async def answers(town: Town, phone: str, number: int) -> list[Message]:
    """Everything Twilio has taken for `phone`, once there are `number` and the house has come to rest."""
    for _ in range(400):
        if len(sent_to(town.outside.sms, phone)) >= number:
            break
        await asyncio.sleep(0.025)
    await at_rest(town)
    return sent_to(town.outside.sms, phone)


async def at_rest(town: Town) -> None:
    await town.house.engine.settle()
    await town.outside.sms.settle()
    await town.house.engine.settle()


def link_in(message: Message) -> str:
    return str(re.findall(r"https?://\S+", message.body)[-1])


async def test_a_text_from_a_stranger_is_answered_with_a_link_that_opens_the_sign_in_page(town: Town) -> None:
    bubble = await town.outside.sms.write("+12025550150", WISH)
    assert bubble.state == "delivered"
    (answer,) = await answers(town, "+12025550150", 1)
    assert "AI" in answer.body
    assert "1042" not in answer.body
    page = await town.http.get(link_in(answer), follow_redirects=True)
    assert (page.status_code, page.headers["content-type"].partition(";")[0]) == (200, "text/html")
    assert str(page.url).startswith(f"{town.app}/hub/sign-in")


async def test_a_code_texted_back_opens_the_order_in_two_parts_and_its_link_the_hub(town: Town) -> None:
    twin = town.outside.sms
    await twin.write(ANA, WISH)
    (invitation,) = await answers(town, ANA, 1)
    assert "1042" not in invitation.body
    await twin.write(ANA, "CODE")
    before = len(await answers(town, ANA, 3))
    (code,) = (found for message in sent_to(twin, ANA) if (found := re.search(r"#(\d{6})", message.body)))
    await twin.write(ANA, code[1])
    answer = (await answers(town, ANA, before + 1))[-1]
    assert "1042" in answer.body
    assert town.outside.sms.phones.by_id[answer.sid].segments <= 2
    assert re.fullmatch(rf"{re.escape(town.app)}/c/[A-Za-z0-9_-]{{22}}", link_in(answer))
    page = await town.http.get(link_in(answer), follow_redirects=True)
    assert page.status_code == 200
    assert str(page.url).startswith(f"{town.app}/")


async def test_a_webhook_delivered_three_times_at_once_and_after_is_one_message_and_one_answer(town: Town) -> None:
    twin, phone = town.outside.sms, "+12025550151"
    twin.webhooks = Webhooks(duplicates=2)
    await twin.write(phone, WISH)
    captured = twin.deliveries[-1]
    assert await asyncio.gather(*(twin.send_again(captured) for _ in range(6))) == [200] * 6
    assert len(await answers(town, phone, 1)) == 1
    await twin.send_again(captured)
    await at_rest(town)
    assert len(sent_to(twin, phone)) == 1
    assert await kept(town, phone) == 1


async def test_a_captured_request_replayed_after_a_year_changes_nothing(town: Town) -> None:
    twin, phone = town.outside.sms, "+12025550152"
    await twin.write(phone, WISH)
    captured = twin.deliveries[-1]
    assert len(await answers(town, phone, 1)) == 1
    town.outside.clock.advance(timedelta(days=366))
    assert await twin.send_again(captured) == 200
    await at_rest(town)
    # Its words are long gone; that it was here is known for ever.
    assert len(sent_to(twin, phone)) == 1


async def test_statuses_that_come_twice_and_the_wrong_way_round_end_at_delivered(town: Town) -> None:
    twin, phone = town.outside.sms, "+12025550153"
    twin.webhooks = Webhooks(reorder=True, duplicates=1)
    await twin.write(phone, WISH)
    (answer,) = await answers(town, phone, 1)
    async with town.house.database.reading() as tx:
        rows = await tx.execute(text("SELECT state, status FROM outbox WHERE provider_ref = :sid"), {"sid": answer.sid})
        assert [tuple(row) for row in rows] == [("sent", "delivered")]


async def test_a_number_that_can_take_no_text_is_not_tried_again(town: Town) -> None:
    twin, phone = town.outside.sms, "+12025550154"
    twin.api.faults.append(Fault(kind="refuse", code=21614))
    before = twin.api.refused
    await twin.write(phone, WISH)
    for _ in range(400):
        if twin.api.refused > before:
            break
        await asyncio.sleep(0.025)
    await at_rest(town)
    assert twin.api.refused == before + 1
    assert sent_to(twin, phone) == []


async def test_too_much_at_once_is_waited_out_and_the_answer_comes(town: Town) -> None:
    twin, phone = town.outside.sms, "+12025550155"
    twin.api.faults.append(Fault(kind="busy", seconds=1))
    await twin.write(phone, WISH)
    assert len(await answers(town, phone, 1)) == 1


@pytest.mark.parametrize("word", ["STOP", "ｓｔｏｐ!", "Please don't text me again"])
async def test_who_texts_stop_hears_one_confirmation_and_nothing_more_until_start(town: Town, word: str) -> None:
    twin, phone = town.outside.sms, f"+1202555016{len(word) % 10}"
    await twin.write(phone, word)
    (confirmed,) = await answers(town, phone, 1)
    assert "northbay" in confirmed.body.casefold()
    await twin.write(phone, WISH)
    await at_rest(town)
    assert sent_to(twin, phone) == [confirmed]
    await twin.write(phone, "START")
    await answers(town, phone, 2)
    await twin.write(phone, WISH)
    assert len(await answers(town, phone, 3)) == 3


async def test_texts_whose_webhooks_were_lost_are_found_and_answered_once(town: Town) -> None:
    twin, phones = town.outside.sms, [f"+1202555017{place}" for place in range(5)]
    reconciling, home = Reconciling(town.house, Intake(town.house)), town.house.residence("northbay")
    await reconciling.texts(home)
    twin.webhooks = Webhooks(lose=True)
    for phone in phones:
        assert (await twin.write(phone, WISH)).state == "failed"
    twin.webhooks = Webhooks()
    assert await reconciling.texts(home) == len(phones)
    assert await reconciling.texts(home) == 0
    for phone in phones:
        assert len(await answers(town, phone, 1)) == 1


async def kept(town: Town, phone: str) -> int:
    """Messages of this number the house has."""
    async with town.house.database.reading() as tx:
        statement = (
            "SELECT count(*) FROM inbox JOIN conversations ON inbox.conversation = conversations.id WHERE conversations.address = :phone"
        )
        found = await tx.execute(text(statement), {"phone": phone})
        return int(found.scalar_one())
