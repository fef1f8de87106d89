"""The words of widget, Hub and Desk: every language has every key, the same slots, and no fact of its own."""

import re

import pytest

from channels.sms.segments import is_gsm, segments
from channels.words import LOCALES, BadPhrase, nearest, ui, words
from channels.words.catalogue import Catalogue, load, read

CATALOGUES = ("channels.words", "agent.phrases")
EVERY = [(package, locale) for package in CATALOGUES for locale in LOCALES]
CLAIMS = re.compile(
    r"\b(?:i|we)(?: have|'ve)? (?:cancelled|changed|refunded|removed)\b|has been (?:cancelled|changed|refunded|removed)"
    r"|j'ai (?:annulé|modifié|remboursé)|a été (?:annulée?|modifiée?|remboursée?)|he (?:cancelado|cambiado)|ha sido (?:cancelado|cambiado)"
    r"|ich habe .*(?:storniert|geändert)|wurde (?:storniert|geändert|erstattet)|(?:キャンセル|変更|返金)しました|キャンセルいたしました",
    re.IGNORECASE,
)


@pytest.mark.parametrize("package", CATALOGUES)
@pytest.mark.parametrize("locale", LOCALES[1:])
def test_every_language_has_every_key_with_the_same_slots(package: str, locale: str) -> None:
    english, other = load(package, "en"), load(package, locale)
    assert set(other.phrases) == set(english.phrases)
    assert {key for key, phrase in other.phrases.items() if phrase.slots != english.phrases[key].slots} == set()


@pytest.mark.parametrize(("package", "locale"), EVERY)
def test_no_words_hold_a_figure_a_link_or_a_shout(package: str, locale: str) -> None:
    wrong = [
        phrase.key
        for phrase in load(package, locale).phrases.values()
        if re.search(r"[\d!！<>*`_@]|https?:|www\.|\boops\b|\btoo late\b|AI-powered", _bare(phrase.pattern), re.IGNORECASE)
        or any("\U0001f300" <= sign <= "\U0001faff" or "\u2600" <= sign <= "\u27bf" for sign in phrase.pattern)
    ]
    assert wrong == []


@pytest.mark.parametrize(("package", "locale"), EVERY)
def test_no_words_claim_that_a_change_was_made(package: str, locale: str) -> None:
    assert [phrase.key for phrase in load(package, locale).phrases.values() if CLAIMS.search(phrase.pattern)] == []


@pytest.mark.parametrize(("package", "locale"), EVERY)
def test_nobody_is_told_to_reply_cancel(package: str, locale: str) -> None:
    assert [phrase.key for phrase in load(package, locale).phrases.values() if "CANCEL" in phrase.pattern or "STOP" in phrase.pattern] == []


def _bare(pattern: str) -> str:
    return re.sub(r"\{\w+", "{", pattern)


@pytest.mark.parametrize("locale", LOCALES)
def test_each_state_and_reason_of_the_house_has_a_word(locale: str) -> None:
    from shop.order import LineState
    from skills.skill import Reason

    assert {state.value for state in LineState} <= set(ui(locale, "state"))
    assert {reason.value for reason in Reason} | {"undelivered", "late_message"} == set(ui(locale, "reason"))
    assert all(ui(locale, "reason").values())


@pytest.mark.parametrize("locale", LOCALES)
def test_a_hold_is_a_person_checking_and_never_named_fraud(locale: str) -> None:
    every = " ".join(phrase.pattern for package in CATALOGUES for phrase in load(package, locale).phrases.values()).casefold()
    assert not any(word in every for word in ("fraud", "fraude", "betrug", "不正", "risk"))


def test_withdrawal_keeps_the_words_of_the_law() -> None:
    assert [words(locale).say("hub.withdraw.link") for locale in LOCALES] == [
        "Withdraw from contract here",
        "Se rétracter du contrat ici",
        "契約の撤回はこちら",
        "Desistir del contrato aquí",
        "Vertrag hier widerrufen",
    ]
    assert words("de").say("hub.withdraw.confirm") == "Widerruf bestätigen"


def test_pages_get_their_words_by_prefix_and_fill_slots_when_they_like() -> None:
    assert ui("fr-CH", "widget")["send"] == "Envoyer"
    assert words("ja").say("hub.order.title", order="#1042") == "ご注文#1042"
    assert nearest("pt_BR") == "en"
    assert nearest("es-419") == "es"


@pytest.mark.parametrize(("locale", "count", "said"), [("en", 1, "1 item"), ("en", 2, "2 items"), ("fr", 0, "0 item")])
def test_plurals_follow_the_language(locale: str, count: int, said: str) -> None:
    phrase = read("k", "{count, plural, one {# item} other {# items}}")
    assert Catalogue(locale=locale, phrases={"k": phrase}).say("k", count=count) == said


def test_select_takes_the_branch_named_and_else_the_other() -> None:
    phrase = read("k", "{state, select, open {can change {order}} other {has gone}}")
    assert phrase.slots == {"state", "order"}
    assert phrase.fill({"state": "open", "order": "#1"}, {}, "en") == "can change #1"
    assert phrase.fill({"state": "shipped", "order": "#1"}, {}, "en") == "has gone"


def test_an_empty_slot_never_reaches_a_person() -> None:
    with pytest.raises(KeyError):
        words("en").say("hub.order.title")


@pytest.mark.parametrize(
    "pattern", ["{", "a {b", "{a b}", "}", "{n, plural, one {x}}", "{n, odd, other {x}}", "{n, plural, other x", "{n,"]
)
def test_a_pattern_that_cannot_be_read_says_which_key(pattern: str) -> None:
    with pytest.raises(BadPhrase, match=r"'some\.key'"):
        read("some.key", pattern)


SAMPLE = {
    "brand": "Northbay",
    "site": "northbay.example.com",
    "email": "hello@northbay.example.com",
    "code": "123456",
    "minutes": "10",
    "reference": "NO-7F3K2",
}


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("key", ["sms.opted_out", "sms.opted_out_order", "sms.help", "sms.back_in", "sms.code", "case.closed"])
def test_what_the_channel_itself_texts_costs_one_part(locale: str, key: str) -> None:
    text = words(locale).say(key, **{name: SAMPLE[name] for name in words(locale).phrases[key].slots})
    assert segments(text) == 1, (len(text), text)
    assert locale == "ja" or is_gsm(text), text


@pytest.mark.parametrize("locale", LOCALES)
def test_a_lone_cancel_is_told_where_the_order_is_dealt_with(locale: str) -> None:
    said = words(locale).say("sms.opted_out_order", **{name: SAMPLE[name] for name in ("brand", "site", "email")})
    assert SAMPLE["site"] in said
    assert SAMPLE["email"] in said
