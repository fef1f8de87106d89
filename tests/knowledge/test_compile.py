"""The policy compiler: plain statements in five languages become rules, each beside its words, and nothing is guessed."""

import json
import re
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.compile.compiler import compile_terms
from knowledge.compile.ids import canonical
from knowledge.compile.numbers import number_words
from knowledge.compile.text import fold
from knowledge.compile.words import LANGUAGES
from knowledge.document import Document, DocumentId
from knowledge.terms import EDITS, Exclusion, RefundTime, RestockingFee, ReturnPeriod, Rule, Scope, Terms, Window
from tests.knowledge import (
    shops_de,
    shops_en,
    shops_es,
    shops_fr,
    shops_ja,
    statements_de,
    statements_en,
    statements_es,
    statements_fr,
    statements_ja,
)
from tests.knowledge.saying import clause, compiled, saying, sayings

SHARED = Path(__file__).parents[2] / "../shared/data"
PASSAGES = SHARED / "policies/passages.json"
TABLES = {
    "en": (statements_en.STATEMENTS, statements_en.LISTED),
    "fr": (statements_fr.STATEMENTS, statements_fr.LISTED),
    "ja": (statements_ja.STATEMENTS, statements_ja.LISTED),
    "es": (statements_es.STATEMENTS, statements_es.LISTED),
    "de": (statements_de.STATEMENTS, statements_de.LISTED),
}
SHOPS = {
    "en": (shops_en.STATEMENTS, shops_en.NOT_OF_AN_ORDER),
    "fr": (shops_fr.STATEMENTS, shops_fr.NOT_OF_AN_ORDER),
    "ja": (shops_ja.STATEMENTS, shops_ja.NOT_OF_AN_ORDER),
    "es": (shops_es.STATEMENTS, shops_es.NOT_OF_AN_ORDER),
    "de": (shops_de.STATEMENTS, shops_de.NOT_OF_AN_ORDER),
}
ROWS = [(locale, *row) for locale, (rows, _) in TABLES.items() for row in rows]


def document(name: str, locale: str, title: str, *texts: str) -> Document:
    clauses = tuple(clause(text, locale, title, document=name) for text in texts)
    return Document(id=DocumentId(name), locale=locale, title=title, version="v1", clauses=clauses)


@pytest.mark.parametrize(("locale", "title", "text", "rules"), ROWS, ids=[f"{row[0]}: {row[2][:60]}" for row in ROWS])
def test_a_statement_means_these_rules(locale: str, title: str, text: str, rules: tuple[str, ...]) -> None:
    assert sayings(compiled(text, locale, title)) == sorted(rules)


@pytest.mark.parametrize("locale", list(SHOPS))
def test_other_shops_say_the_same_things_in_their_own_words(locale: str) -> None:
    rows, _ = SHOPS[locale]
    read = {(title, text): sayings(compiled(text, locale, title)) for title, text, _ in rows}
    assert {said: rules for (title, text, meant) in rows if (rules := read[said := (title, text)]) != sorted(meant)} == {}


@pytest.mark.parametrize("locale", list(SHOPS))
def test_a_denial_about_what_is_no_part_of_an_order_denies_no_edit(locale: str) -> None:
    """ "The payment method of a placed order cannot be changed" once forbade every edit."""
    _, texts = SHOPS[locale]
    assert {text: rules for text in texts if (rules := sayings(compiled(text, locale)))} == {}


@pytest.mark.parametrize(("locale", "text"), [(locale, text) for locale, (_, listed) in TABLES.items() for text in listed])
def test_what_cannot_be_decided_by_is_listed_and_never_guessed(locale: str, text: str) -> None:
    terms = compiled(text, locale)
    assert terms.not_understood
    assert all(one.source.quote in text and one.why for one in terms.not_understood)


# ── the passages of the demo brand: the same promise in three languages is one rule ──


def _passages() -> list[dict[str, Any]]:
    return json.loads(PASSAGES.read_text(encoding="utf-8")) if PASSAGES.exists() else []


@pytest.mark.data
@pytest.mark.skipif(not PASSAGES.exists(), reason="the shared passages are not beside the project")
@pytest.mark.parametrize("passage", _passages(), ids=lambda passage: passage["id"])
def test_a_passage_says_the_same_in_english_french_and_japanese(passage: dict[str, Any]) -> None:
    copies = [document(passage["id"], locale, passage["title"][locale], passage["text"][locale]) for locale in ("en", "fr", "ja")]
    each = [{saying(rule) for rule in compile_terms([copy], zone="Europe/Paris", currency="EUR").rules} for copy in copies]
    assert each[0] == each[1] == each[2]
    together = compile_terms(copies, zone="Europe/Paris", currency="EUR")
    assert {saying(rule) for rule in together.rules} == each[0]
    assert all({rule.source_in(locale).locale for locale in ("en", "fr", "ja")} == {"en", "fr", "ja"} for rule in together.rules)


PASSAGE_RULES = {
    "edit_window": {"window edits <1h", "window edits <preparing"},
    "edit_eligible": {"permit swap colour size", "permit quantity quantity_down quantity_up"},
    "edit_address": {"window address <shipped", "permit address same_country"},
    "cancel_cutoff": {"window order <preparing"},
    "cancel_partial": {"permit lines"},
    "restocking_fee": {"fee 15% on cancel+return after preparing @furniture,bulky"},
    "refund_timing": {"refund 3-3 working_days issue", "refund 5-10 working_days bank"},
    "refund_method": {"refund to original"},
    "preorder_change": {"window all <release-3d @pre_order"},
    "personalised": {"exclude all+returns @personalised"},
    "partial_shipment": {"partial open"},
    "add_items": {"add yes new_order"},
    "return_window": {"return 30d"},
    "non_returnable": {"exclude none+returns @underwear,swimwear,earrings,cosmetics", "exclude none+returns @final_sale,tag:outlet"},
}


@pytest.mark.data
@pytest.mark.skipif(not PASSAGES.exists(), reason="the shared passages are not beside the project")
@pytest.mark.parametrize("locale", ["en", "fr", "ja"])
def test_only_fourteen_of_the_forty_four_passages_hold_rules(locale: str) -> None:
    for passage in _passages():
        terms = compiled(passage["text"][locale], locale, passage["title"][locale])
        assert set(sayings(terms)) == PASSAGE_RULES.get(passage["id"], set()), passage["id"]


@pytest.mark.data
@pytest.mark.skipif(not PASSAGES.exists(), reason="the shared passages are not beside the project")
def test_two_hours_of_a_usual_case_are_no_deadline() -> None:
    passage = next(one for one in _passages() if one["id"] == "cancel_cutoff")
    for locale in ("en", "fr", "ja"):
        terms = compiled(passage["text"][locale], locale, passage["title"][locale])
        assert all(rule.body.within is None for rule in terms.rules if isinstance(rule.body, Window))
        assert any("vague" in one.why for one in terms.not_understood)


@pytest.mark.data
@pytest.mark.skipif(not PASSAGES.exists(), reason="the shared passages are not beside the project")
def test_the_general_window_leaves_pre_orders_to_their_own() -> None:
    passages = {one["id"]: one for one in _passages()}
    copies = [
        document(name, locale, passages[name]["title"][locale], passages[name]["text"][locale])
        for name in ("edit_window", "preorder_change")
        for locale in ("en", "fr", "ja")
    ]
    terms = compile_terms(copies, zone="Europe/Paris", currency="EUR")
    general = next(rule for rule in terms.rules if isinstance(rule.body, Window) and rule.body.within is not None)
    assert general.scope.not_product == Scope(pre_order=True)
    alone = compile_terms(copies[:3], zone="Europe/Paris", currency="EUR")
    assert {rule.id for rule in alone.rules} <= {rule.id for rule in terms.rules}, "an exemption elsewhere does not rename a rule"


@pytest.mark.data
@pytest.mark.skipif(not (SHARED / "world_example.yaml").exists(), reason="the shared world is not beside the project")
def test_the_example_world_compiles_to_its_five_promises() -> None:
    world = yaml.safe_load((SHARED / "world_example.yaml").read_text(encoding="utf-8"))
    documents = [document(one["id"], one["locale"], one["title"], one["text"]) for one in world["policies"]]
    drafts = {(one["id"], one["locale"]) for one in world["policies"] if one.get("approved") is False}
    terms = compile_terms(documents, zone="Europe/Paris", currency="EUR", approved=lambda one: (one.id, one.locale) not in drafts)
    assert {saying(rule): rule.approved for rule in terms.rules} == {
        "window edits <1h": True,
        "window order <2h <preparing": True,
        "exclude all @personalised": True,
        "add yes <1h": False,
    }
    window = next(rule for rule in terms.rules if rule.source.document == "edit_window")
    assert [source.locale for source in (window.source, *window.copies)] == ["en", "fr"]


@pytest.mark.data
@pytest.mark.skipif(not (SHARED / "tau-retail/policy.md").exists(), reason="the shared shop is not beside the project")
def test_a_long_foreign_policy_yields_refund_times_and_no_window() -> None:
    text = (SHARED / "tau-retail/policy.md").read_text(encoding="utf-8")
    sections = re.split(r"^#+ (.+)$", text, flags=re.M)
    parts = [clause(body, "en", title) for title, body in zip(sections[1::2], sections[2::2], strict=True)]
    whole = Document(id=DocumentId("policy"), locale="en", title="Retail agent policy", version="v1", clauses=tuple(parts))
    rules = {saying(rule) for rule in compile_terms([whole], zone="America/New_York", currency="USD").rules}
    assert "refund 5-7 working_days total" in rules
    assert not {rule for rule in rules if rule.startswith("window")}


# ── approval, ids, copies ──


def test_a_copy_that_is_a_draft_does_not_become_live_through_its_sister() -> None:
    english = document("edit", "en", "Editing", "You can edit an order for 60 minutes.")
    french = document("edit", "fr", "Modification", "Vous pouvez modifier votre commande pendant 60 minutes.")
    terms = compile_terms([english, french], zone="Europe/Paris", currency="EUR", approved=lambda one: one.locale == "fr")
    (rule,) = terms.rules
    assert rule.approved
    assert [source.locale for source in (rule.source, *rule.copies)] == ["fr"]


def test_a_rule_keeps_its_id_when_its_sentence_is_reworded() -> None:
    first = compiled("You can edit an order for 60 minutes.")
    second = compiled("Orders can be modified within the hour.")
    assert [rule.id for rule in first.rules] == [rule.id for rule in second.rules]
    assert re.fullmatch(r"policy#window-[0-9a-f]{6}", str(first.rules[0].id))


def test_an_hour_without_a_zone_is_the_brands() -> None:
    (rule,) = compiled("Orders can be changed until 2 pm.", zone="Asia/Tokyo").rules
    assert isinstance(rule.body, Window)
    assert rule.body.cut_off is not None
    assert rule.body.cut_off.zone == "Asia/Tokyo"


def test_abroad_is_measured_from_the_brands_zone() -> None:
    (rule,) = compiled("International orders cannot be cancelled.", zone="Asia/Tokyo").rules
    assert (rule.scope.countries, rule.scope.not_countries) == (frozenset({"*"}), frozenset({"JP"}))


def test_a_list_under_a_lead_is_one_statement() -> None:
    terms = compiled("The following cannot be changed or cancelled:\n- engraved items\n- gift cards\n- final sale items")
    assert sayings(terms) == ["exclude all @personalised,final_sale,gift_card"]


def test_a_question_lends_its_answer_what_it_asks_about() -> None:
    terms = compiled("Can I cancel my order? Yes, within 2 hours. Can I change my address? No.")
    assert sayings(terms) == ["exclude address", "window order <2h"]


# ── properties ──


def _quotes(terms: Terms) -> list[str]:
    return [source.quote for rule in terms.rules for source in (rule.source, *rule.copies)] + [
        one.source.quote for one in terms.not_understood
    ]


_WORDS = st.sampled_from(
    [
        *sorted({word for rows, _ in TABLES.values() for _, text, _ in rows for word in text.split()}),
        "\x00",
        "�",
        "—",
        "🎁",
        "ﬁ",
        "İ",
        "①",
        "%",
        "€",
        "999999999999 days",
        "24:61",
    ]
)


@settings(max_examples=120, deadline=None)
@given(
    text=st.one_of(st.text(max_size=200), st.lists(_WORDS, max_size=40).map(" ".join)),
    locale=st.sampled_from([*LANGUAGES, "it", "fr-CA"]),
    title=st.text(max_size=30),
)
def test_any_text_compiles_and_every_quote_stands_in_it(text: str, locale: str, title: str) -> None:
    terms = compiled(text, locale, title)
    assert all(quote and quote in text for quote in _quotes(terms))


def _figures(rule: Rule) -> list[Decimal]:
    body = rule.body
    if isinstance(body, RefundTime):
        return [Decimal(body.low), Decimal(body.high)]
    if isinstance(body, RestockingFee):
        return [one for one in (body.percent, body.amount, body.cap) if one is not None]
    spans = [body.within, body.before_release] if isinstance(body, Window) else [body.within] if isinstance(body, ReturnPeriod) else []
    return [Decimal(int(span.total_seconds() // 60)) for span in spans if span is not None]


@pytest.mark.parametrize("locale", list(TABLES))
def test_no_figure_is_in_a_rule_that_is_not_in_its_words(locale: str) -> None:
    for title, text, _ in TABLES[locale][0]:
        for rule in compiled(text, locale, title).rules:
            said = _numbers(rule.source.quote, locale)
            for figure in _figures(rule):
                assert any(figure in {one, one * 60, one * 1440, one * 10080} for one in said), (text, figure, said)


def _numbers(quote: str, locale: str) -> set[Decimal]:
    words = fold(quote)
    found = {Decimal(one.replace(",", ".")) for one in re.findall(r"\d+(?:[.,]\d+)?", words)}
    found |= {Decimal(value) for word, value in number_words(locale).items() if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", words)}
    if re.search(r"\bhour|heure|hora|stunde|一時間", words):
        found |= {Decimal(1), Decimal("0.5")}
    return found


def test_an_exclusion_is_never_read_from_a_window() -> None:
    """ "Cannot … after" bounds a window; read as an exclusion it would refuse everyone."""
    for locale, (rows, _) in TABLES.items():
        for title, text, rules in rows:
            if any(rule.startswith("window") for rule in rules) and not any(rule.startswith("exclude") for rule in rules):
                assert not any(isinstance(rule.body, Exclusion) for rule in compiled(text, locale, title).rules), text


def test_a_clause_compiles_within_milliseconds() -> None:
    texts = [(locale, title, text) for locale, (rows, _) in TABLES.items() for title, text, _ in rows]
    for locale, title, text in texts[:3]:
        compiled(text, locale, title)
    start = time.perf_counter()
    for locale, title, text in texts:
        compiled(text, locale, title)
    assert (time.perf_counter() - start) / len(texts) < 0.05, "a tenfold margin over the five milliseconds meant, for a busy machine"


def test_edit_an_order_means_every_edit_and_never_the_cancellation_of_the_whole() -> None:
    (rule,) = compiled("You can edit your order for 60 minutes.").rules
    assert isinstance(rule.body, Window)
    assert rule.body.changes == EDITS


def test_canonical_text_does_not_depend_on_the_order_of_sets() -> None:
    assert canonical(frozenset({"b", "a"})) == canonical(frozenset({"a", "b"}))


# ── whole pages, as shops write them ──

PAGES: tuple[tuple[str, str, str, list[str]], ...] = (
    (
        "en",
        "FAQ",
        "Can I change my order after I have placed it?\nYes! You have 1 hour to change sizes or colours. "
        "After that we can't make changes.\n\n"
        "Can I change the delivery address?\nYes, as long as your order hasn't shipped yet.\n\n"
        "Can I add something to my order?\nUnfortunately not. Please place a new order.\n\n"
        "What if part of my order has already shipped?\nYou can still cancel the items that have not shipped.\n\n"
        "Do you charge a restocking fee?\nNo, never.",
        ["add no new_order", "partial open", "permit swap colour size", "window address <shipped", "window swap <1h"],
    ),
    (
        "en",
        "Order policy > Changes",
        "Size, colour and quantity: within 1 hour\nDelivery address: until the order ships\nCancellation: until packed",
        ["permit swap colour size", "window address <shipped", "window order <preparing", "window quantity+swap <1h"],
    ),
    ("en", "Cancelling an order", "You can cancel your order within 2 hours. You can't cancel it after that.", ["window order <2h"]),
    (
        "fr",
        "Questions fréquentes",
        "Puis-je annuler ?\nOui, tant que votre commande n'a pas été expédiée. Les articles personnalisés ne peuvent pas être annulés.\n"
        "Puis-je changer d'adresse ?\nNon, malheureusement. Annulez et passez une nouvelle commande.",
        ["exclude address", "exclude cancels @personalised", "window order <shipped"],
    ),
    (
        "ja",
        "よくある質問",
        "注文をキャンセルできますか？\nはい、発送前であればキャンセル可能です。ただし、名入れ商品はキャンセルできません。\n"
        "商品を追加できますか？\n申し訳ございませんが、ご注文後の追加はできません。新たにご注文ください。",
        ["add no new_order", "exclude cancels @personalised", "window order <shipped"],
    ),
    (
        "de",
        "Fragen",
        "Kann ich meine Bestellung ändern?\nJa, innerhalb einer Stunde nach dem Kauf. Danach kann sie nicht mehr geändert werden.\n"
        "Kann ich stornieren?\nBis zum Versand jederzeit kostenlos. Gravierte Artikel sind davon ausgenommen.",
        ["exclude cancels @personalised", "window edits <1h", "window order <shipped"],
    ),
    (
        "es",
        "Preguntas",
        "¿Puedo cambiar mi pedido?\nSí, durante la primera hora. Después ya no es posible.\n"
        "¿Puedo cancelar?\nSí, siempre que no se haya enviado. Los artículos personalizados no admiten cancelación.",
        ["exclude cancels @personalised", "window edits <1h", "window order <shipped"],
    ),
    (
        "en",
        "Terms",
        "We may cancel your order if we suspect fraud. You may cancel your contract within 14 days of receiving the goods. "
        "Prices may change without notice. Orders placed before 2 pm ship the same day. We will refund lost parcels within 7 days.",
        [],
    ),
)


@pytest.mark.parametrize(("locale", "title", "text", "rules"), PAGES, ids=[f"{page[0]}: {page[1]}" for page in PAGES])
def test_a_page_of_questions_or_lists_holds_these_rules(locale: str, title: str, text: str, rules: list[str]) -> None:
    terms = compiled(text, locale, title)
    assert sayings(terms) == rules
    assert all(source.quote in text for rule in terms.rules for source in (rule.source, *rule.copies))
