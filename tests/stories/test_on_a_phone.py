"""What a phone shows of several wishes, several places and several answers: each told apart, none promised that is not sure (F-09, 4.8)."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from agent.phrases import phrases
from channels.words import words
from tests.stories.stage import Stage, ago, line, order, shop_world, stage
from tests.stories.test_channels import ANA, CANCEL, left, linked, written

pytestmark = pytest.mark.asyncio(loop_scope="module")
LOCALES = ("en", "fr", "ja", "es", "de")
SPLIT = {"parts": [{"state": "shipped", "n": 2, "at": ago(minutes=5)}, {"state": "open", "n": 1}]}
ORDERS = [
    order("#882001", "ana", line("BLUE-M"), line("TOTE")),
    order("#882002", "ana", line("BLUE-M")),
    order("#882010", "ana", {"sku": "BLUE-M", "quantity": 3, **SPLIT}, line("TOTE")),
    order("#882011", "ana", line("BLUE-M", "requested", 2, warehouse="North Depot"), line("TOTE", "accepted", warehouse="North Depot")),
]
TWO_WISHES = {
    "en": "change the address of order 882001 and swap the shirt for size L",
    "fr": "changer l'adresse de la commande 882001 et prendre la chemise en taille L",
    "es": "cambiar la dirección del pedido 882001 y cambiar la talla de la camisa a L",
    "de": "Adresse der Bestellung 882001 ändern und die Größe auf L ändern",
    "ja": "注文882001の届け先住所を変更し、サイズもLに変更したい",
}
TWO_ORDERS = {
    "en": "cancel order 882001 and cancel order 882002",
    "fr": "annuler la commande 882001 et annuler la commande 882002",
    "es": "cancelar el pedido 882001 y cancelar el pedido 882002",
    "de": "Bestellung 882001 stornieren und Bestellung 882002 stornieren",
    "ja": "注文882001と注文882002をキャンセルしたい",
}
STATUS = {
    "en": "Where is order 882010?",
    "fr": "Où est la commande 882010 ?",
    "ja": "注文882010はどこですか",
    "es": "¿Dónde está el pedido 882010?",
    "de": "Wo ist Bestellung 882010?",
}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("phone"), shop_world(orders=ORDERS)) as opened:
        yield opened


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
@pytest.mark.parametrize("locale", LOCALES)
async def test_two_wishes_for_one_order_have_one_link_to_it(shop: Stage, channel: str, locale: str) -> None:
    talk = await shop.begin(ANA, channel=channel, locale=locale, signed_in=True)
    row = await talk.say(TWO_WISHES[locale])
    assert [(one["kind"], one["order"]) for one in row["outcomes"]] == [("offer", "#882001")] * 2, row["outcomes"]
    messages = await left(talk)
    assert len({url for url in linked(messages) if "/c/" in url}) == 1, written(messages)
    assert all(one.segments <= 2 for one in messages)


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
@pytest.mark.parametrize("locale", LOCALES)
async def test_links_to_two_orders_say_which_is_which(shop: Stage, channel: str, locale: str) -> None:
    talk = await shop.begin(ANA, channel=channel, locale=locale, signed_in=True)
    row = await talk.say(TWO_ORDERS[locale])
    if {one["kind"] for one in row["outcomes"]} != {"offer"}:
        pytest.skip("a second named order was out of this channel's reads")
    messages = await left(talk)
    names = [phrases(locale).say("label.order", order=number) for number in ("2001", "2002")]
    text = written(messages)
    assert all(re.search(rf"{re.escape(name)}\s?[:：]?\s?\n?http", text) for name in names), text


@pytest.mark.parametrize("channel", ["webchat", "sms", "whatsapp", "email"])
@pytest.mark.parametrize("locale", LOCALES)
async def test_lines_a_warehouse_must_agree_to_stand_apart_from_those_that_need_nobody(shop: Stage, channel: str, locale: str) -> None:
    talk = await shop.begin(ANA, channel=channel, locale=locale, signed_in=True)
    row = await talk.say(CANCEL[locale].format("882011"))
    key = "partial.asked.sms" if channel == "sms" else "partial.asked"
    assert phrases(locale).say(key, items="Canvas tote") in row["reply"]["text"], row["reply"]["text"]
    if channel == "sms":
        (one,) = await left(talk)
        assert "Canvas tote" in one.text
        assert one.segments <= 2
        assert len([url for url in linked([one]) if "/c/" in url]) == 1


@pytest.mark.parametrize("channel", ["webchat", "whatsapp", "email"])
@pytest.mark.parametrize("locale", LOCALES)
async def test_a_line_in_two_places_says_how_many_are_where(shop: Stage, channel: str, locale: str) -> None:
    talk = await shop.begin(ANA, channel=channel, locale=locale, signed_in=True)
    row = await talk.say(STATUS[locale])
    gone, here = (
        phrases(locale).say("status.part", state=words(locale).phrases[f"state.{state}"].pattern, count=count)
        for state, count in (("in_transit", "2"), ("open", "1"))
    )
    found = [one for one in row["reply"]["text"].splitlines() if "× 3" in one]
    assert found, row["reply"]["text"]
    assert all(gone in one and here in one for one in found), found
