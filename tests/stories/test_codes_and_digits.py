"""CODE and six digits as shoppers send them, whether or not anybody has asked for either (product.md 1.4, 4.3)."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from agent.phrases import phrases
from channels.sms.segments import segments
from tests.stories.stage import Stage, line, order, shop_world, stage
from tests.stories.test_channels import ANA, CANCEL, left

pytestmark = pytest.mark.asyncio(loop_scope="module")
LOCALES = ("en", "fr", "ja", "es", "de")
LOUIS = "louis.martin@example.com"
WORD = {"en": "CODE", "fr": "code", "ja": "コード", "es": "código", "de": "Code!"}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("codes"), shop_world(orders=[order("#882001", "ana", line("BLUE-M"))])) as opened:
        yield opened


@pytest.mark.parametrize("locale", LOCALES)
async def test_the_word_code_sends_one_by_text_before_anything_was_asked(shop: Stage, locale: str) -> None:
    talk = await shop.begin(channel="sms", locale=locale, contact="+12025550190")
    await talk.say(WORD[locale])
    (said,) = await left(talk)
    assert phrases(locale).say("sign_in.code_sent.sms") in said.text


@pytest.mark.parametrize("locale", LOCALES)
async def test_the_word_code_in_webchat_asks_for_the_address_and_takes_it(shop: Stage, locale: str) -> None:
    talk = await shop.begin(locale=locale)
    asked = await talk.say(WORD[locale])
    assert asked["reply"]["text"].strip().endswith(phrases(locale).say("sign_in.ask_contact"))
    sent = await talk.say(f"{locale}@example.com")
    assert phrases(locale).say("sign_in.code_sent") in sent["reply"]["text"]


async def test_a_code_sent_for_the_bare_word_signs_in(shop: Stage) -> None:
    talk = await shop.begin(locale="fr")
    await talk.say("CODE")
    await talk.say(LOUIS)
    raised = await talk.say(await shop.code_for(LOUIS))
    assert raised["level"] == "L2"


@pytest.mark.parametrize("channel", ["webchat", "sms"])
@pytest.mark.parametrize("locale", LOCALES)
async def test_who_is_signed_in_hears_so_and_keeps_the_question_that_stands(shop: Stage, channel: str, locale: str) -> None:
    talk = await shop.begin(ANA, channel=channel, locale=locale, signed_in=True)
    row = await talk.say(WORD[locale])
    assert phrases(locale).say("explain.answered.sign_in.sms" if channel == "sms" else "explain.answered.sign_in") in row["reply"]["text"]
    await talk.say("000000")  # not found, and a person is offered
    await talk.say(WORD[locale])
    accepted = await talk.say(choice="yes")
    assert accepted["handoff"]["state"] == "made"


@pytest.mark.parametrize("channel", ["webchat", "sms", "whatsapp", "email"])
@pytest.mark.parametrize("locale", LOCALES)
async def test_six_digits_nobody_asked_for_are_told_so_and_lead_to_sign_in(shop: Stage, channel: str, locale: str) -> None:
    contact = {"sms": "+12025550190", "whatsapp": "+12025550190", "email": "stranger@example.com"}.get(channel)
    talk = await shop.begin(channel=channel, locale=locale, contact=contact)
    row = await talk.say("０００ ０００" if locale == "ja" else "000000")
    assert phrases(locale).say("sign_in.no_code.sms" if channel == "sms" else "sign_in.no_code") in row["reply"]["text"]
    assert "/hub/sign-in" in str(row["reply"]["blocks"])
    assert channel != "sms" or [segments(one.text) for one in await left(talk)] <= [2]


async def test_an_own_and_an_unknown_number_look_the_same_before_sign_in_and_the_number_is_kept(shop: Stage) -> None:
    said = []
    for number in ("882001", "123456"):
        talk = await shop.begin(locale="en")
        await talk.say(CANCEL["en"].format("").strip())
        said.append((await talk.say(number))["reply"]["text"])
    assert said[0] == said[1]
    talk = await shop.begin(channel="sms", locale="en", contact="+12025550123")
    await talk.say("cancel my order")
    await talk.say("882001")
    await talk.say("CODE")
    row = await talk.say(await shop.code_for(ANA))
    assert (row["outcomes"][0]["kind"], row["outcomes"][0]["order"]) == ("offer", "#882001")


@pytest.mark.parametrize("channel", ["webchat", "sms"])
@pytest.mark.parametrize("locale", LOCALES)
async def test_six_digits_that_are_no_order_and_no_code_are_asked_about(shop: Stage, channel: str, locale: str) -> None:
    said = phrases(locale).say("explain.order_not_found.digits.sms" if channel == "sms" else "explain.order_not_found.digits")
    for before in ((), (CANCEL[locale].format("882001"),)):
        talk = await shop.begin(ANA, channel=channel, locale=locale, signed_in=True)
        for wish in before:
            await talk.say(wish)
        row = await talk.say("000000")
        assert said in row["reply"]["text"]
        assert row["reply"]["text"].count("?") <= 1
        assert channel != "sms" or (await left(talk))[-1].segments <= 2


async def test_six_digits_that_are_an_order_are_an_order(shop: Stage) -> None:
    talk = await shop.begin(ANA, locale="en", signed_in=True)
    asked = await talk.say("882001")
    assert asked["outcomes"][0]["kind"] == "choose"
    row = await talk.say(choice="order_status")
    assert row["outcomes"][0]["order"] == "#882001"
