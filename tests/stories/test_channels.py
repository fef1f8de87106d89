"""Product.md 4.8, cell by cell: the same wish on three channels in three languages, as it leaves and as the shopper reads it."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from agent.conversation import ConversationState
from agent.parts import Incoming
from agent.phrases import phrases
from agent.turn import take_turn
from channels.message import Inbound, MessageId, Outbound
from channels.sms.segments import is_gsm, segments
from identity.levels import Level, Proof, ProofKind, Shopper
from server.store import cases
from server.store.records import read
from server.store.tables import jobs, outbox
from shop.reading import ReadMeter
from tests.stories.stage import Conversation, Row, Stage, ago, line, order, shop_world, stage

pytestmark = pytest.mark.asyncio(loop_scope="module")
ANA = "ana.torres@example.com"
CHANNELS, LOCALES = ("sms", "whatsapp", "email"), ("en", "fr", "ja")
PRIVATE = ("Ana", "Torres", "12 Example", "75011", "59.00", "EUR", "€", ANA, "+12025550123")

ORDERS = [
    order("#882001", "ana", line("BLUE-M"), line("TOTE")),
    order(
        "#882002",
        "ana",
        line("BLUE-M"),
        line("TOTE", "shipped", 2, at=ago(minutes=5), tracking={"company": "Colissimo", "number": "6A0001"}),
    ),
    order(
        "#882003",
        "ana",
        line("BLUE-M", "shipped", at=ago(hours=4), tracking={"company": "Colissimo", "number": "6A0003"}),
        placed=ago(days=1),
    ),
    order("#882004", "ana", line("BLUE-M", "accepted", warehouse="North Depot")),
    order("#882005", "ana", line("COAT"), placed=ago(hours=3)),
    order("#882006", "ana", line("BLUE-M", "packing")),
    order("#882007", "ana", line("PEN")),
]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One row of the table in one language."""

    name: str
    said: tuple[str, str, str]
    """en, fr, ja."""
    kind: str
    order: str | None = None
    link: bool = False
    person: bool = False
    """A person is offered beside."""


CANCEL = {
    "en": "Cancel order {}",
    "fr": "Annuler la commande {}",
    "ja": "注文{}をキャンセルしたい",
    "es": "Cancelar el pedido {}",
    "de": "Bestellung {} stornieren",
}


def cancelling(number: str) -> tuple[str, str, str]:
    return CANCEL["en"].format(number), CANCEL["fr"].format(number), CANCEL["ja"].format(number)


TABLE = (
    Cell(name="G", said=cancelling("882001"), kind="offer", order="2001", link=True),
    Cell(name="P", said=cancelling("882002"), kind="offer", order="2002", link=True),
    Cell(name="R", said=cancelling("882003"), kind="redirect", order="2003", link=True),
    Cell(name="Q", said=cancelling("882004"), kind="offer", order="2004", link=True),
    Cell(name="closed", said=cancelling("882005"), kind="refuse", order="2005", person=True),
    Cell(name="excluded", said=cancelling("882007"), kind="refuse", order="2007", person=True),
    Cell(name="H", said=cancelling("882006"), kind="hand_off", order="2006", person=True),
    Cell(
        name="S",
        said=("Where is order 882002?", "Où est la commande 882002 ?", "注文882002はどこですか"),
        kind="explain",
        order="2002",
        link=True,
    ),
    Cell(
        name="T",
        said=(
            "Change the delivery address of order 882003",
            "Changer l'adresse de livraison de la commande 882003",
            "注文882003の届け先住所を変更したい",
        ),
        kind="explain",
        order="2003",
        link=True,
    ),
    Cell(
        name="M",
        said=(
            "Change the payment method of order 882001",
            "Changer le moyen de paiement de la commande 882001",
            "注文882001の支払い方法を変更したい",
        ),
        kind="offer",
        order="2001",
        link=True,
    ),
    Cell(
        name="human",
        said=("I want to talk to a human please", "Je veux parler à un conseiller", "担当者と話したいです"),
        kind="hand_off",
    ),
    Cell(name="scope", said=("Write me a poem about the sea", "Écris-moi un poème sur la mer", "海についての詩を書いて"), kind="explain"),
)


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shop(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with stage(tmp_path_factory.mktemp("channels"), shop_world(orders=ORDERS)) as opened:
        yield opened


async def left(talk: Conversation) -> list[Outbound]:
    """What this conversation sent, in order."""
    async with talk.stage.one.house.database.reading() as tx:
        rows = await tx.execute(select(outbox.c.body).where(outbox.c.conversation == talk.thread.id).order_by(outbox.c.seq, outbox.c.part))
        return [read(Outbound, body) for body in rows.scalars()]


def written(messages: list[Outbound]) -> str:
    """Everything a shopper reads, buttons and link labels too."""
    return "\n".join("\n".join([one.text, *(label for _, label in one.buttons), *(one.link or ())]) for one in messages)


def linked(messages: list[Outbound]) -> list[str]:
    return [*re.findall(r"https?://[^\s）)]+", "\n".join(one.text for one in messages)), *(one.link[1] for one in messages if one.link)]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("cell", TABLE, ids=lambda cell: cell.name)
async def test_each_outcome_in_each_channels_own_form(shop: Stage, cell: Cell, channel: str, locale: str) -> None:
    talk = await shop.begin(ANA, channel=channel, locale=locale, signed_in=True)
    row = await talk.say(cell.said[LOCALES.index(locale)])
    assert row["outcomes"][0]["kind"] == cell.kind, row["outcomes"]
    messages = await left(talk)
    text = written(messages)
    assert messages
    assert {one.locale for one in messages} == {locale}
    assert all(one.ai for one in messages)
    brand = shop.one.house.first.brand.name
    assert phrases(locale).say("disclosure.first.sms" if channel == "sms" else "disclosure.first", brand=brand).rstrip(" :") in text
    assert bool(linked(messages)) or not cell.link
    if cell.order:
        assert cell.order in text
    if channel == "email":
        _a_mail(cell, row, messages, locale)
    else:
        assert not any(word in text.replace(brand, "") for word in PRIVATE)
        assert "882" not in text
        _a_text(cell, messages, locale) if channel == "sms" else _a_chat(cell, messages, locale)


def _a_text(cell: Cell, messages: list[Outbound], locale: str) -> None:
    (one,) = messages
    assert one.segments == segments(one.text) <= 2, one.text
    assert locale == "ja" or is_gsm(one.text), one.text
    assert all(len(url) <= 48 for url in linked(messages)), one.text
    assert "CANCEL" not in one.text
    if locale == "ja" and cell.link:
        assert len(re.sub(r"https?://\S+", "", one.text)) <= 86, one.text
    if cell.person:
        assert {"en": "HUMAN", "fr": "HUMAIN", "ja": "「担当者」"}[locale] in one.text


def _a_chat(cell: Cell, messages: list[Outbound], locale: str) -> None:
    assert all(len(one.buttons) <= 3 and not (one.buttons and one.link) for one in messages)
    assert all(len(label) <= 20 for one in messages for _, label in one.buttons)
    if cell.link:
        assert any(one.link and len(one.link[0]) <= 20 for one in messages), messages
    if cell.kind == "hand_off" and cell.person:
        assert [gid for one in messages for gid, _ in one.buttons] == ["yes", "no"]
    elif cell.person:
        assert [label for one in messages for _, label in one.buttons] == [phrases(locale).say("intent.talk_to_human")]


def _a_mail(cell: Cell, row: Row, messages: list[Outbound], locale: str) -> None:
    (one,) = messages
    assert one.subject
    assert one.html
    assert one.mail is not None
    assert one.mail.message_id.startswith("<")
    if cell.order and cell.kind != "explain":
        assert f"#88{cell.order}" in one.text
    if cell.name in ("G", "P", "S"):
        assert "Linen shirt" in one.text
        assert "Canvas tote" in one.text
    if cell.kind == "hand_off":
        assert row["handoff"]["state"] == "made"
        assert row["handoff"]["case"] in one.text
        assert (phrases(locale).say("person.stop") in one.text) == (cell.name == "H")


# Choosing, and words for it


@pytest.mark.parametrize(
    ("locale", "which", "meant"),
    [
        ("en", "2", 1),
        ("en", "the second", 1),
        ("fr", "la deuxième", 1),
        ("ja", "2番", 1),
        ("ja", "一番目", 0),
        ("en", "3", 2),
    ],
)
async def test_by_text_message_three_numbered_orders_and_words_for_them(tmp_path: Path, locale: str, which: str, meant: int) -> None:
    several = [order(f"#77200{n}", "ana", line("BLUE-M" if n % 2 else "TOTE"), placed=ago(minutes=10 + n)) for n in range(1, 6)]
    async with stage(tmp_path, shop_world(orders=several)) as there:
        talk = await there.begin(ANA, channel="sms", locale=locale, signed_in=True)
        await talk.say({"en": "cancel my order", "fr": "annuler ma commande", "ja": "注文をキャンセルしたい"}[locale])
        (asked,) = await left(talk)
        offered = re.findall(r"^\d\. (\d+)", asked.text, re.MULTILINE)
        assert offered == ["2001", "2002", "2003"]
        assert asked.segments <= 2
        row = await talk.say(which)
        assert (row["outcomes"][0]["kind"], row["outcomes"][0]["order"]) == ("offer", f"#77{offered[meant]}")


async def test_whatsapp_shows_three_orders_as_buttons(tmp_path: Path) -> None:
    few = [order(f"#77200{n}", "ana", line("BLUE-M"), placed=ago(minutes=10 + n)) for n in range(1, 4)]
    async with stage(tmp_path, shop_world(orders=few)) as there:
        talk = await there.begin(ANA, channel="whatsapp")
        await talk.say("cancel my order")
        assert [len(one.buttons) for one in await left(talk)] == [3]
        gid = (await left(talk))[0].buttons[1][0]
        row = await talk.say(choice=gid)
        assert row["outcomes"][0]["order"] == "#772002"


# Signing in


@pytest.mark.parametrize(("locale", "word"), [("en", "CODE"), ("fr", "code"), ("ja", "コード")])
async def test_a_code_asked_for_by_text_is_the_same_for_known_and_unknown_numbers(shop: Stage, locale: str, word: str) -> None:
    said = {"en": "Cancel order 882001", "fr": "Annuler la commande 882001", "ja": "注文882001をキャンセルしたい"}[locale]
    texts = []
    for contact in ("+12025550123", "+12025550190"):
        talk = await shop.begin(channel="sms", locale=locale, contact=contact)
        await talk.say(said)
        row = await talk.say(word)
        assert row["outcomes"][0]["kind"] == "sign_in"
        texts.append([one.text for one in await left(talk)])
    assert texts[0] == texts[1]
    assert "882001" not in "".join(texts[0])
    assert phrases(locale).say("sign_in.code_sent.sms") in texts[0][1]


async def test_whatsapp_without_the_switch_asks_for_an_address(tmp_path: Path) -> None:
    async with stage(tmp_path, shop_world(brand={"whatsapp_sender_proves": False})) as there:
        talk = await there.begin(ANA, channel="whatsapp")
        await talk.say("Cancel order 1042")
        await talk.say("CODE")
        assert phrases("en").say("sign_in.ask_contact") in (await left(talk))[-1].text
        await talk.say(ANA)
        assert phrases("en").say("sign_in.code_sent") in (await left(talk))[-1].text


# A person, a reason, an attachment, a late answer


@pytest.mark.parametrize(
    ("locale", "word"), [("en", "HUMAN"), ("en", "agent"), ("fr", "Humain"), ("ja", "担当者"), ("es", "PERSONA"), ("de", "MENSCH")]
)
async def test_the_word_for_a_person_is_the_tap(shop: Stage, locale: str, word: str) -> None:
    talk = await shop.begin(ANA, channel="sms", locale=locale, signed_in=True)
    row = await talk.say(word)
    assert row["handoff"]["state"] == "made"
    after = await shop.begin(ANA, channel="sms", locale=locale, signed_in=True)
    await after.say(CANCEL[locale].format(882006))
    row = await after.say(word)
    assert (row["handoff"]["state"], row["outcomes"][0]["wish"]) == ("made", "cancel_order")


@pytest.mark.parametrize("channel", ["webchat", "sms", "whatsapp", "email"])
@pytest.mark.parametrize(
    ("locale", "why"), [("en", "Why?"), ("fr", "Pourquoi ?"), ("ja", "なぜですか"), ("es", "¿Por qué?"), ("de", "Warum?")]
)
async def test_why_is_answered_with_the_policy_sentence(shop: Stage, channel: str, locale: str, why: str) -> None:
    talk = await shop.begin(ANA, channel=channel, locale=locale, signed_in=True)
    await talk.say(CANCEL[locale].format(882001))
    row = await talk.say(why)
    quote = "dans les 60 minutes qui suivent" if locale == "fr" else "within 60 minutes of placing it"
    assert quote in row["reply"]["text"], row["reply"]["text"]


async def test_a_mail_that_says_no_stops_the_person_who_was_announced(shop: Stage) -> None:
    talk = await shop.begin(ANA, channel="email", signed_in=True)
    announced = await talk.say("Please cancel order 882006")
    reference = announced["handoff"]["case"]
    await talk.say("No thanks, not needed any more")
    async with shop.one.house.database.reading() as tx:
        case = await cases.case(tx, shop.one.house.first.brand, reference)
    assert case is not None
    assert case.state == "closed"
    assert phrases("en").say("explain.answered.talk_to_human") in (await left(talk))[-1].text


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("locale", ["en", "fr", "ja", "es", "de"])
async def test_an_attachment_without_words_is_answered_politely(shop: Stage, channel: str, locale: str) -> None:
    talk = await shop.begin(ANA, channel=channel, locale=locale, signed_in=True)
    result = await take_turn(await _incoming(talk, media=("image", "audio")), shop.one.house.first.parts)
    assert result.reply is not None
    said = phrases(locale).say("explain.unreadable_media.sms" if channel == "sms" else "explain.unreadable_media")
    assert said in result.reply.text
    with_words = await take_turn(await _incoming(talk, text=CANCEL[locale].format(882001), media=("image",)), shop.one.house.first.parts)
    assert with_words.outcomes[0].kind == "offer"


@pytest.mark.parametrize("locale", ["en", "fr", "ja", "es", "de"])
async def test_a_late_answer_begins_with_a_word_for_the_wait_and_not_twice(shop: Stage, locale: str) -> None:
    talk = await shop.begin(ANA, channel="sms", locale=locale, signed_in=True)
    sorry = phrases(locale).say("late.sorry.sms")
    take, parts = take_turn, shop.one.house.first.parts
    late = await take(await _incoming(talk, text=CANCEL[locale].format(882001), minutes_ago=16), parts)
    assert late.reply is not None
    assert sorry in late.reply.text
    again = await take(await _incoming(talk, text=CANCEL[locale].format(882001), minutes_ago=16, state=late.state), parts)
    assert again.reply is not None
    assert sorry not in again.reply.text
    in_time = await take(await _incoming(talk, text=CANCEL[locale].format(882001), minutes_ago=14), parts)
    assert in_time.reply is not None
    assert sorry not in in_time.reply.text


async def _incoming(
    talk: Conversation,
    *,
    text: str = "",
    media: tuple[str, ...] = (),
    minutes_ago: int = 0,
    state: ConversationState | None = None,
) -> Incoming:
    now = talk.stage.one.house.clock.now()
    written_at = now - timedelta(minutes=minutes_ago)
    channel = talk.thread.channel
    message = Inbound(id=MessageId("m"), channel=channel, conversation=talk.thread.id, text=text, media=media, at=written_at)
    customer = await talk.stage.one.house.first.shop.customer_by_email(ANA, ReadMeter())
    assert customer is not None
    proof = Proof(kind=ProofKind.CODE, contact=ANA, customer=customer.id, at=now, seen_at=now)
    return Incoming(
        conversation=talk.thread.id,
        channel=channel,
        messages=(message,),
        state=state or ConversationState(locale=talk.locale),
        shopper=Shopper(level=Level.L2, customer=customer.id, contact=ANA, proof=proof),
    )


# Where there is no rule, and where the shop does not answer


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_gap_is_said_and_a_person_named_beside(tmp_path: Path, channel: str, locale: str) -> None:
    silent = [{"id": "about", "locale": "en", "title": "About us", "text": "We have been a family shop for many years."}]
    async with stage(tmp_path, shop_world(orders=ORDERS, policies=silent, hub={"changes": ["cancel_order"]})) as there:
        talk = await there.begin(ANA, channel=channel, locale=locale, signed_in=True)
        row = await talk.say(CANCEL[locale].format(882001))
        assert row["outcomes"][0]["kind"] == "offer", row["outcomes"]
        text = written(await left(talk))
        topic = phrases(locale).say("topic.cancel_order")
        assert phrases(locale).say("gap.sms" if channel == "sms" else "gap", topic=topic) in text
        assert "60" not in re.sub(r"https?://\S+", "", text)
        assert channel != "sms" or all(one.segments <= 2 for one in await left(talk))


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_shop_that_does_not_answer_gets_one_text_and_is_asked_again_later(tmp_path: Path, channel: str, locale: str) -> None:
    async with stage(tmp_path, shop_world(orders=ORDERS)) as there:
        talk = await there.begin(ANA, channel=channel, locale=locale, signed_in=True)
        await there.fault(kind="http_503", times=60, seconds=0.1)
        row = await talk.say(CANCEL[locale].format(882001))
        assert row["outcomes"][0]["because"] == "shop_unreachable"
        (said,) = await left(talk)
        assert "2001" not in said.text
        assert not linked([said])
        async with there.one.house.database.reading() as tx:
            waiting = (await tx.execute(select(jobs.c.payload).where(jobs.c.kind == "retry"))).scalars().all()
        assert [talk.thread.id in str(payload) for payload in waiting] == [True]
