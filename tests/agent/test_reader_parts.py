"""The reader's parts: language, contacts, numbers, the shipped file."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.readers import classifier, train
from agent.readers.answers import plain_answer
from agent.readers.changes import change_in
from agent.readers.clauses import clauses
from agent.readers.language import heard, language_of
from agent.readers.mood import mood_of
from agent.readers.redact import lift, redact, regions_of
from agent.readers.references import bare_number, line_refs, order_refs
from agent.readers.words import mended, plain, tidy
from agent.reading import Answer
from agent.wish import Intent

LOCALES = ("en", "fr", "ja", "es", "de")


@pytest.mark.parametrize(
    ("text", "current", "expected"),
    [
        ("merci", "en", "en"),
        ("hola", "en", "en"),
        ("ok danke", "en", "de"),
        ("je voudrais annuler", "en", "fr"),
        ("了解", "en", "ja"),
        ("XL", "fr", "fr"),
        ("#1042", "ja", "ja"),
        ("where is my order", "fr", "en"),
        ("ana@example.com", "de", "de"),
        ("", "es", "es"),
    ],
)
def test_a_conversation_changes_its_language_only_on_sure_words(text: str, current: str, expected: str) -> None:
    assert language_of(text, LOCALES, current) == expected


def test_a_language_the_brand_does_not_speak_is_never_chosen() -> None:
    assert language_of("注文はどこですか", ("en", "fr"), "en") == "en"
    assert heard("wo ist meine bestellung", ("en", "fr")).language in ("en", "fr")


def test_contacts_and_cards_are_lifted_before_anyone_reads() -> None:
    lifted = lift("card 4242 4242 4242 4242, mail Ana.Torres@Example.com, call (415) 555-0132", regions_of("en"))
    assert lifted.text == "card [card], mail [email], call [phone]"
    assert (lifted.emails, lifted.phones, lifted.cards) == (("ana.torres@example.com",), ("+14155550132",), 1)
    assert redact("order 1042, zip 94107") == "order 1042, zip 94107"
    assert redact("order W2378156") == "order W2378156"


def test_a_number_is_read_in_the_shoppers_own_country_first() -> None:
    assert lift("06 12 34 56 78", regions_of("fr")).phones == ("+33612345678",)
    assert lift("０９０ー１２３４ー５６７８", regions_of("ja")).phones == ("+819012345678",)


def test_only_a_message_that_is_the_contact_counts_as_one() -> None:
    assert lift("it's ana@example.com").alone
    assert not lift("write to ana@example.com about my refund").alone


@pytest.mark.parametrize(
    "text",
    [
        "withdraw my order size 42",
        "zip 94107",
        "apt #12",
        "2 shirts",
        "since 2024",
        "taille 38",
        "12 rue des Lilas 75011",
        "9日経っても届かない",
    ],
)
def test_not_every_number_is_an_order(text: str) -> None:
    assert order_refs(tidy(text)) == ()


@pytest.mark.parametrize("text", ["1042", "#1042", "it's 1042", "c'est la 1042", "1042です", "la 1042 svp", "NB-1042"])
def test_a_bare_number_is_an_answer(text: str) -> None:
    assert (bare_number(tidy(text)) or "").endswith("1042")


@pytest.mark.parametrize(
    "text", ["yes", "Yes please!", "oui", "はい", "はい、お願いします", "sí", "ja, bitte", "ok", "sure thing", "d'accord"]
)
def test_yes_in_every_language(text: str) -> None:
    assert plain_answer(tidy(text)) is Answer.YES


@pytest.mark.parametrize("text", ["no", "No, thanks.", "non merci", "いいえ、結構です", "no gracias", "nein danke", "not now"])
def test_no_in_every_language(text: str) -> None:
    assert plain_answer(tidy(text)) is Answer.NO


@pytest.mark.parametrize("text", ["no longer need it", "no me lo enviéis", "yes but cancel the mug", "ja wo ist mein Paket"])
def test_more_than_a_yes_or_a_no_is_neither(text: str) -> None:
    assert plain_answer(tidy(text)) is Answer.NONE


def test_slips_are_mended_towards_the_trades_words_only() -> None:
    model = classifier.shipped()
    assert plain("cancl my oder", "en") == "cancl my order"
    assert classifier.plainly("jveux anulé ma comande", "fr", model).startswith("je veux")
    assert mended("lyon", frozenset(), model.wanted["en"]) == "lyon"
    assert plain("じゅうしょまちがえた", "ja") == "住所間違えた"


def test_moods() -> None:
    assert [mood_of(text) for text in ("where is it", "THIS IS RIDICULOUS WHERE IS IT", "you idiot", "I will kill you")] == [
        "calm",
        "upset",
        "abusive",
        "threat",
    ]


def test_clauses_are_only_proposals() -> None:
    assert clauses("change size to L and the address", "en") == ["change size to L", "the address"]
    assert clauses("サイズをLに、それと住所も", "ja") == ["サイズをLに", "住所も"]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_every_part_takes_any_text(text: str) -> None:
    said = tidy(text)
    assert redact(text) is not None
    for refs in (order_refs(said), line_refs(said, "de")):
        assert len(refs) <= 60
    change = change_in(said)
    assert change is None or change.value is None or len(change.value) <= 40
    assert change is None or change.quantity is None or 0 < change.quantity <= 999
    assert mood_of(said) in {"calm", "upset", "abusive", "threat"}
    assert plain_answer(said) in set(Answer)
    assert clauses(said, "en")


def test_every_intent_has_seeds_in_every_language() -> None:
    lines = train.seeds()
    for language in train.LANGUAGES:
        for intent in Intent:
            own = [line for line in lines if line.language == language and line.intent is intent]
            # the screening rules settle withdrawal, bots and abuse; their seeds only back the rules up
            least = 14 if intent in {Intent.WITHDRAW, Intent.IS_IT_A_BOT, Intent.ABUSE} or language in {"es", "de"} else 30
            assert len(own) >= least, (language, intent)


@pytest.mark.slow
def test_training_again_makes_the_shipped_reader(tmp_path: Path) -> None:
    shipped = classifier.shipped()
    again = train.train(train.seeds(), train.built_in_sentences())
    assert again.classes == shipped.classes
    assert again.embedder == shipped.embedder
    assert again.known == shipped.known
    np.testing.assert_allclose(again.mean, shipped.mean, atol=1e-4)
    np.testing.assert_allclose(again.weights, shipped.weights, atol=0.05)
    train.save(again, tmp_path / "reader.npz")
    assert abs((tmp_path / "reader.npz").stat().st_size - (Path(train.__file__).parent / "reader.npz").stat().st_size) < 4_000


@pytest.mark.data
def test_no_seed_of_ours_is_a_line_of_the_share_alike_data() -> None:
    path = Path(__file__).parents[2] / ".." / "shared" / "data" / "bitext" / "Bitext_Sample_Customer_Service_Training_Dataset_8175.csv"
    if not path.exists():
        pytest.skip("the shared data is not here")
    with path.open(encoding="utf-8-sig", newline="") as file:
        theirs = {_bare(line["utterance"]) for line in csv.DictReader(file)}
    # two or three words ("cancel order") are anybody's; the given probe is the project's own, older than this test
    ours = [seed.text for seed in train.seeds() if seed.language == "en" and not seed.given and len(seed.text.split()) >= 4]
    assert [text for text in ours if _bare(text) in theirs] == []


def _bare(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9' ]", " ", text.lower()).split())
