"""WhatsApp over real HTTP: Meta's twin signs and delivers, the house answers by the Graph API, and what comes twice counts once."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
import structlog
from sqlalchemy import text

from demo.phones.meta import Fault, FaultKind, MetaTwin
from demo.phones.state import Bubble
from server.cli.four_channels import ASKED, Places, ask_everywhere
from tests.faces.town import Town, open_town

pytestmark = [pytest.mark.asyncio(loop_scope="module")]
ANA, LOUIS, MIA, LEO, PAT, KIM = "+12025550123", "+12025550145", "+12025550167", "+12025550178", "+12025550189", "+12025550199"
WISH = "Cancel my order please"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))  # quiet
    async with open_town(tmp_path_factory.mktemp("whatsapp")) as town:
        yield town
    structlog.reset_defaults()


@pytest_asyncio.fixture(loop_scope="module")
async def town(opened: Town) -> AsyncIterator[Town]:
    """Meta well again after each test."""
    yield opened
    await at_rest(opened)
    opened.outside.whatsapp.faults.clear()
    opened.outside.whatsapp.deliveries.bends.clear()


async def at_rest(town: Town) -> None:
    await town.house.engine.settle()
    await town.outside.whatsapp.settle()
    await town.house.engine.settle()


def sent_to(twin: MetaTwin, phone: str) -> list[Bubble]:
    return [bubble for bubble in twin.phones.thread(phone, "whatsapp") if not bubble.mine]


async def answers(town: Town, phone: str, number: int) -> list[Bubble]:
    """Everything Meta has taken for `phone`, once there are `number` and the house has come to rest."""
    for _ in range(400):
        if len(sent_to(town.outside.whatsapp, phone)) >= number:
            break
        await asyncio.sleep(0.025)
    await at_rest(town)
    return sent_to(town.outside.whatsapp, phone)


async def rows(town: Town, sql: str, **given: str) -> list[tuple[object, ...]]:
    async with town.house.database.reading() as tx:
        return [tuple(row) for row in await tx.execute(text(sql), given)]


async def test_one_request_is_answered_on_all_four_channels(town: Town) -> None:
    places = Places(app=town.app, shop=town.shop, phones=town.phones, mailbox=town.mailbox, brand="northbay")
    talks = await ask_everywhere(places)
    assert list(talks) == ["Webchat", "SMS", "WhatsApp", "E-mail"]
    assert all(next(said.text for said in talk if said.by_shopper).startswith(ASKED) for talk in talks.values())
    last = {channel: talk[-1] for channel, talk in talks.items()}
    assert not any(said.by_shopper for said in last.values())
    # Who is known on a channel hears about the order; a mail's sender is not, and is asked to sign in.
    assert ["1042" in last[channel].text for channel in talks] == [True, True, True, False]
    assert "/c/" in last["SMS"].text
    assert last["SMS"].note in ("1 segment, GSM-7", "2 segments, GSM-7")
    assert "[Review changes]" in last["WhatsApp"].text
    assert "sign in" in last["E-mail"].text


async def test_meta_may_set_the_webhook_up(town: Town) -> None:
    assert await town.outside.whatsapp.verify()
    stranger = {"hub.mode": "subscribe", "hub.verify_token": "guess", "hub.challenge": "1"}
    assert (await town.http.get(f"{town.app}/webhooks/whatsapp/northbay", params=stranger)).status_code == 403


async def test_a_known_number_is_answered_with_a_button_that_opens_the_hub(town: Town) -> None:
    await town.outside.whatsapp.write(MIA, WISH)
    (answer,) = await answers(town, MIA, 1)
    assert answer.link is not None
    page = await town.http.get(answer.link[1], follow_redirects=True)
    assert (page.status_code, str(page.url).startswith(town.app)) == (200, True)
    assert answer.state == "delivered"
    assert await rows(town, "SELECT state, status FROM outbox WHERE provider_ref = :id", id=answer.id) == [("sent", "delivered")]


async def test_a_number_nobody_knows_hears_no_order(town: Town) -> None:
    await town.outside.whatsapp.write("+12025550160", WISH)
    (answer,) = await answers(town, "+12025550160", 1)
    assert answer.link is not None
    assert answer.link[1].startswith(f"{town.app}/hub/sign-in")


async def test_a_delivery_that_comes_twice_is_one_message_and_one_answer(town: Town) -> None:
    twin = town.outside.whatsapp
    twin.deliveries.bends.append("duplicate")
    bubble = await twin.write(LEO, WISH)
    assert len(await answers(town, LEO, 1)) == 1
    assert await rows(town, "SELECT count(*) FROM inbox WHERE message = :id", id=bubble.id) == [(1,)]


async def test_one_item_nobody_can_read_costs_the_others_of_its_batch_nothing(town: Town) -> None:
    twin = town.outside.whatsapp
    twin.deliveries.hold()
    await twin.write(PAT, "Can I talk to a person?")
    await twin.write(KIM, "Can I talk to a person?")
    twin.deliveries.bends.append("malformed_item")
    assert await twin.deliveries.flush()
    assert [len(await answers(town, phone, 1)) for phone in (PAT, KIM)] == [1, 1]


async def test_what_is_badly_signed_or_another_numbers_changes_nothing(town: Town) -> None:
    twin = town.outside.whatsapp
    before = await rows(town, "SELECT count(*) FROM inbox")
    twin.deliveries.bends.append("bad_signature")
    patient, twin.deliveries.backoff = twin.deliveries.backoff, ()
    own = twin.business
    try:
        assert (await twin.write("+12025550161", WISH)).state == "failed"
        twin.business = replace(own, phone_number_id="999999999999999")
        assert (await twin.write("+12025550161", WISH)).state == "delivered", "Meta is told that we have it, and need not repeat it"
    finally:
        twin.business, twin.deliveries.backoff = own, patient
    await at_rest(town)
    assert await rows(town, "SELECT count(*) FROM inbox") == before
    assert sent_to(twin, "+12025550161") == []


@pytest.mark.parametrize("kind", ["accept_then_500", "accept_then_reset"])
async def test_an_answer_that_was_taken_and_then_failed_is_not_sent_again_for_its_status_names_it(town: Town, kind: FaultKind) -> None:
    twin = town.outside.whatsapp
    phone = "+12025550162" if kind == "accept_then_500" else "+12025550163"
    twin.faults.append(Fault(kind=kind))
    await twin.write(phone, WISH)
    (answer,) = await answers(town, phone, 1)
    assert await rows(town, "SELECT state, status, attempts FROM outbox WHERE provider_ref = :id", id=answer.id) == [
        ("sent", "delivered", 1)
    ]
    await town.house.engine.sweep()
    assert len(await answers(town, phone, 1)) == 1


async def test_a_sign_on_a_message_is_acknowledged_and_not_answered(town: Town) -> None:
    twin = town.outside.whatsapp
    await twin.write(LOUIS, "Puis-je annuler ma commande ?")
    (answer,) = await answers(town, LOUIS, 1)
    assert await twin.react(LOUIS, answer.id, "👍")
    await at_rest(town)
    assert len(sent_to(twin, LOUIS)) == 1


async def test_a_voice_note_is_answered_politely(town: Town) -> None:
    await town.outside.whatsapp.send_media("+12025550164", "audio")
    (answer,) = await answers(town, "+12025550164", 1)
    assert "in words" in answer.text
