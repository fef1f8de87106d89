"""What the built-in reader makes of shoppers' words, in five languages and across turns."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.conversation import AwaitShop, AwaitSignIn, ChooseLine, ChooseOrder, ChooseWish, ConfirmHandOff, ConversationState, Pending
from agent.readers.built_in import BuiltInReader
from agent.readers.report import row
from agent.reading import Reading
from agent.wish import DesiredChange, Guess, Intent, WishReading
from channels.message import Channel, ConversationId, Inbound, MessageId
from knowledge.brand import Brand, BrandId
from knowledge.embedding import BuiltInEmbeddings

CASES: Mapping[str, list[dict[str, Any]]] = yaml.safe_load((Path(__file__).parent / "reader_cases.yaml").read_text(encoding="utf-8"))
BRAND = Brand(
    id=BrandId("northbay"),
    name="Northbay",
    shop="northbay.myshopify.com",
    site="https://northbay.example",
    currency="EUR",
    time_zone="Europe/Paris",
    locales=("en", "fr", "ja", "es", "de"),
)


@cache
def reader() -> BuiltInReader:
    return BuiltInReader(BuiltInEmbeddings().sentence)


def said(text: str, choice: str | None = None) -> Inbound:
    return Inbound(
        id=MessageId("m"),
        channel=Channel.WEBCHAT,
        conversation=ConversationId("c"),
        text=text,
        choice=choice,
        at=datetime(2026, 11, 2, tzinfo=UTC),
    )


def question(kind: str, wishes: tuple[WishReading, ...]) -> Pending:
    match kind:
        case "order":
            return ChooseOrder(orders=(("o1042", "#1042"), ("o1043", "#1043"), ("o1050", "#1050")), wishes=wishes)
        case "line":
            return ChooseLine(
                order="o1042",
                order_name="#1042",
                lines=(("l1", "Blue Linen Shirt"), ("l2", "Red Wool Scarf"), ("l3", "Oak Lamp")),
                wishes=wishes,
            )
        case "wish":
            guesses = (Guess(intent=Intent.CANCEL_ORDER, confidence=0.4), Guess(intent=Intent.CHANGE_ITEM, confidence=0.35))
            return ChooseWish(wish=WishReading(intents=guesses, sure=False))
        case "person":
            return ConfirmHandOff(reason="policy_missing", wishes=wishes)
        case "sign_in" | "contact":
            return AwaitSignIn(wishes=wishes, contact_asked=kind == "contact")
        case _:
            return AwaitShop(wishes=wishes)


def cases() -> Iterator[Any]:
    for group, rows in CASES.items():
        for case in rows:
            yield pytest.param(case, id=f"{group}: {case.get('say', case.get('tap'))}"[:70])


def state_of(case: Mapping[str, Any]) -> ConversationState:
    state = ConversationState(locale=case["in"])
    if "after" in case:
        state = replace(state, last_wishes=reader().read_now((said(case["after"]),), state, BRAND).wishes, turns=1)
    return replace(state, pending=question(case["ask"], state.last_wishes)) if "ask" in case else state


def refs(wish: WishReading) -> tuple[list[str], list[str]]:
    orders = [f"{ref.kind}:{ref.value}{ref.days_ago if ref.days_ago is not None else ''}" for ref in wish.order_refs]
    return orders, [f"{ref.kind}:{ref.value}" for ref in wish.line_refs]


def change(wish: WishReading) -> dict[str, Any]:
    found = wish.change or DesiredChange()
    pairs = {"option": found.option, "value": found.value, "quantity": found.quantity, "direction": found.direction}
    return {name: value for name, value in pairs.items() if value is not None}


@pytest.mark.parametrize("case", list(cases()))
def test_the_shopper_is_understood(case: dict[str, Any]) -> None:
    reading = reader().read_now((said(case.get("say", ""), case.get("tap")),), state_of(case), BRAND)
    if "want" in case:
        assert [wish.intent.value for wish in reading.wishes] == case["want"]
    for suffix, wish in zip(("", "2"), reading.wishes, strict=False):
        orders, lines = refs(wish)
        assert orders == case.get(f"orders{suffix}", orders)
        assert lines == case.get(f"lines{suffix}", lines)
        assert change(wish) == case.get(f"change{suffix}", change(wish))
    assert reading.answer.value == case.get("answer", reading.answer.value)
    assert reading.chosen == case.get("chosen", reading.chosen)
    assert reading.contact == case.get("contact")
    assert reading.mood == case.get("mood", reading.mood)
    assert reading.language == case.get("lang", case["in"])
    assert reading.asks_back == case.get("back", False)


def test_the_cases_are_many_and_cover_every_language() -> None:
    languages = Counter(case["in"] for rows in CASES.values() for case in rows)
    assert sum(languages.values()) >= 150
    assert min(languages[language] for language in ("en", "fr", "ja", "es", "de")) >= 15


def test_a_burst_is_one_reading() -> None:
    burst = (said("hi"), said("about order 1042"), said("can you change the size to L"), said("thanks"))
    reading = reader().read_now(burst, ConversationState(locale="en"), BRAND)
    assert [wish.intent for wish in reading.wishes] == [Intent.CHANGE_ITEM]
    assert [ref.value for ref in reading.wishes[0].order_refs] == ["1042"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x00",
        "\ud800",
        "🙂🙂🙂",
        "?" * 50,
        "a" * 20_000,
        "#" * 300,
        "!!!",
        "<script>alert(1)</script>",
        "'; DROP TABLE",
        "。",
        "1" * 400,
    ],
)
def test_nothing_a_shopper_types_breaks_the_reader(text: str) -> None:
    reading = reader().read_now((said(text),), ConversationState(locale="en"), BRAND)
    assert reading.language == "en"
    assert row(reading, text)["asks_back"] in (True, False)


def test_the_row_for_scripts_has_its_documented_shape() -> None:
    text = "change the blue shirt in #1042 to L"
    found = row(reader().read_now((said(text),), ConversationState(locale="en"), BRAND), text)
    assert set(found) == {"text", "language", "asks_back", "wishes"}
    assert found["wishes"][0]["intents"][0]["intent"] == "change_item"
    assert found["wishes"][0]["order_refs"] == [{"kind": "number", "value": "1042"}]
    assert found["wishes"][0]["line_refs"] == [{"kind": "words", "value": "blue shirt"}]
    assert found["wishes"][0]["change"] == {"option": "size", "value": "L", "quantity": None, "direction": None}


def test_who_repeats_a_wish_means_it_once() -> None:
    for text in ("cancel my order. " * 100, "where is my order 1042, " * 80, "サイズを変えて、" * 200):
        assert len(reader().read_now((said(text),), ConversationState(locale="en"), BRAND).wishes) == 1


async def test_reading_is_a_port_like_any_other() -> None:
    reading = await reader().read((said("where is my order"),), ConversationState(locale="en"), BRAND)
    assert isinstance(reading, Reading)
    assert reading.by == "built_in"


@pytest.mark.parametrize(
    ("locale", "text", "number"),
    [
        ("en", "cancel #7", "7"),
        ("en", "cancel order 12", "12"),
        ("en", "my order number is 7, cancel it", "7"),
        ("fr", "commande n° 7, où est-elle ?", "7"),
        ("fr", "la commande 3 n'est pas arrivée", "3"),
        ("ja", "注文7をキャンセルしたい", "7"),
        ("de", "Bestellung 7 stornieren", "7"),
        ("es", "cancelar el pedido 15", "15"),
    ],
)
def test_a_young_shops_short_order_number_is_read_beside_the_orders_word(locale: str, text: str, number: str) -> None:
    found = reader().read_now((said(text),), ConversationState(locale=locale), BRAND)
    assert [ref.value for wish in found.wishes for ref in wish.order_refs] == [number]


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("en", "order 2 mugs please"),
        ("en", "I want to order 3"),
        ("en", "I placed order 2 days ago, where is it"),
        ("fr", "commande 2 tasses"),
        ("ja", "注文2個追加"),
        ("de", "Bestellung vor 2 Tagen, wo ist sie"),
    ],
)
def test_how_many_are_ordered_is_no_order_number(locale: str, text: str) -> None:
    found = reader().read_now((said(text),), ConversationState(locale=locale), BRAND)
    assert not any(ref.kind == "number" for wish in found.wishes for ref in wish.order_refs)


@pytest.mark.parametrize(
    ("locale", "text", "intent"),
    [
        ("de", "kann ich Leinenhemd in Größe L bekommen?", Intent.CHANGE_ITEM),
        ("de", "Lassen Sie die Tasse weg", Intent.REMOVE_ITEM),
        ("de", "Kann ich meine Bestellung noch stoppen?", Intent.CANCEL_ORDER),
        ("ja", "ギフトカードを外して", Intent.REMOVE_ITEM),
    ],
)
def test_what_once_was_asked_back_or_misheard(locale: str, text: str, intent: Intent) -> None:
    found = reader().read_now((said(text),), ConversationState(locale=locale), BRAND)
    assert (found.wishes[0].intent, found.asks_back) == (intent, False)


@pytest.mark.parametrize("locale", ["en", "fr", "de", "ja"])
def test_the_lone_name_of_a_bag_is_no_insult(locale: str) -> None:
    found = reader().read_now((said("tote"),), ConversationState(locale=locale), BRAND)
    assert not any(guess.intent is Intent.ABUSE for wish in found.wishes for guess in wish.intents)
