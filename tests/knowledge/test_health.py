"""Seeded defects are all found; a clean set of pages shows none (N-20)."""

from datetime import UTC, datetime

import pytest

from knowledge.compile.compiler import compile_terms
from knowledge.compile.sidecar import read_sidecar
from knowledge.document import Document, DocumentId
from knowledge.health import Finding, contradictions, examine, headings, mismatches, missing, stale, vague
from knowledge.terms import Terms
from tests.knowledge.saying import clause

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)

CLEAN = {
    "editing": ("Order editing window", "You can edit your order for 60 minutes after checkout."),
    "changes": ("Changes you can make to an order", "You may change the size or colour of an item and lower the quantity."),
    "cancelling": ("Order cancellation policy", "You can cancel your order until it is packed."),
    "refunds": ("Refund times", "We issue refunds within 3 working days."),
    "engraved": ("Engraved items", "Engraved items cannot be changed or cancelled."),
    "parcels": ("Orders sent in several parcels", "Items not yet shipped can still be edited or cancelled."),
    "adding": ("Adding items to an order", "You cannot add items to an order; please place a new order."),
}


def page(name: str, title: str, text: str, locale: str = "en") -> Document:
    return Document(id=DocumentId(name), locale=locale, title=title, version="v1", clauses=(clause(text, locale, title, document=name),))


def pages(**changed: tuple[str, str]) -> list[Document]:
    return [page(name, *said) for name, said in (CLEAN | changed).items()]


def terms_of(documents: list[Document], *, approved: bool = True) -> Terms:
    return compile_terms(documents, zone="Europe/Paris", currency="EUR", approved=approved)


def test_a_clean_set_of_pages_shows_nothing() -> None:
    documents = pages()
    assert examine(documents, terms_of(documents), locales=["en"], now=NOW) == ()


@pytest.mark.parametrize("topic", ["editing", "changes", "cancelling", "refunds", "engraved", "parcels", "adding"])
def test_a_missing_topic_is_named_with_a_heading_for_it(topic: str) -> None:
    documents = [one for one in pages() if one.id != topic]
    (finding,) = missing(terms_of(documents), locales=["en"], now=NOW)
    assert finding.check == "K-01"
    assert finding.blocks
    assert 'Add a page headed "' in finding.mend


def test_drafts_cover_nothing() -> None:
    found = tuple(missing(terms_of(pages(), approved=False), locales=["en"], now=NOW))
    assert len(found) == 7


def test_a_language_without_its_copy_is_named_in_that_language() -> None:
    found = tuple(missing(terms_of(pages()), locales=["en", "fr"], now=NOW))
    assert {one.locale for one in found} == {"fr"}
    assert not any(one.blocks for one in found)
    assert any("Annulation d'une commande" in one.mend for one in found)


def test_vague_words_ask_for_a_figure() -> None:
    documents = pages(cancelling=("Order cancellation policy", "Orders can usually be cancelled within two hours. We like fast parcels."))
    (finding,) = vague(documents)
    assert '"usually"' in finding.says
    assert finding.quote == "Orders can usually be cancelled within two hours."


def test_vague_words_about_other_things_are_left_alone() -> None:
    assert not tuple(
        vague([page("care", "Washing", "Wool usually dries in a few hours."), page("care2", "Delivery", "Parcels usually arrive soon.")])
    )


def _part(one: str, other: str) -> tuple[Finding, ...]:
    documents = [page("a", "Orders", one), page("b", "Questions", other)]
    return tuple(contradictions(terms_of(documents), now=NOW))


@pytest.mark.parametrize(
    ("one", "other", "example"),
    [
        ("You can edit your order for 60 minutes.", "Orders can be modified within 2 hours.", "61 minutes ago|1 h 1 min ago"),
        ("You can cancel your order until it is packed.", "Orders can be cancelled until they ship.", "being packed"),
        ("You can cancel until 2 pm.", "Orders can be cancelled until 4 pm.", "between 14:00 and 16:00"),
        ("Orders cannot be cancelled.", "Orders can be cancelled within 2 hours.", "one sentence allows"),
        ("A 10% restocking fee applies to cancelled orders.", "A 15% restocking fee applies to cancelled orders.", "different fees"),
        ("Refunds take 5 days.", "Refunds take 14 days.", "5 days by one, 14 days by the other"),
        ("Items can be returned within 14 days of delivery.", "Items can be returned within 30 days of delivery.", "15 days ago"),
        ("You can add items to your order for 60 minutes.", "You cannot add items to an order.", "yes by one"),
        ("Refunds are issued as store credit.", "Refunds go back to the original payment method.", "another way"),
    ],
)
def test_two_pages_that_disagree_come_with_an_order_on_which_they_part(one: str, other: str, example: str) -> None:
    (finding,) = _part(one, other)
    assert finding.check == "K-03"
    assert finding.blocks
    assert {finding.quote, finding.other} == {one, other}
    assert any(words in finding.example for words in example.split("|"))


def test_two_language_copies_that_disagree_are_found() -> None:
    documents = [
        page("edit", "Editing", "You can edit your order for 60 minutes."),
        page("edit", "Modification", "Vous pouvez modifier votre commande pendant 30 minutes.", "fr"),
    ]
    (finding,) = contradictions(terms_of(documents), now=NOW)
    assert "language versions" in finding.says


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("You can edit your order for 60 minutes.", "Orders can be edited until they are packed."),
        ("You can cancel within 2 hours.", "Express orders can be cancelled within 15 minutes."),
        ("You can edit your order for 60 minutes.", "The delivery address can be changed within 2 hours."),
        ("We issue refunds within 3 days.", "Your bank needs 5 days to show the refund."),
    ],
)
def test_rules_that_stand_side_by_side_are_no_contradiction(one: str, other: str) -> None:
    assert not _part(one, other)


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("Purchases made before 24 December 2025 can be returned until 31 January 2026.", "en"),
        ("Offre valable jusqu'au 31 mars 2026.", "fr"),
        ("2026年3月31日までのご注文が対象です。", "ja"),
        ("Válido hasta el 31 de marzo de 2026.", "es"),
        ("Gültig bis 31. März 2026.", "de"),
        ("Black Friday 2025 orders ship later.", "en"),
        ("Valid until 2026-03-31.", "en"),
    ],
)
def test_a_date_that_has_passed_is_named(text: str, locale: str) -> None:
    (finding,) = stale([page("p", "Offers", text, locale)], Terms(zone="Europe/Paris"), now=NOW)
    assert finding.check == "K-04"
    assert not tuple(stale([page("p", "Offers", "Valid until 31 December 2026.")], Terms(zone="Europe/Paris"), now=NOW))


def test_a_heading_without_topic_words_gets_a_plain_one() -> None:
    documents = [page("p", "Good to know", "You can cancel your order until it is packed.")]
    (finding,) = headings(documents, terms_of(documents))
    assert finding.mend == 'Call it "Order cancellation policy".'


def test_a_rules_file_that_says_more_than_its_words_is_named() -> None:
    documents = pages()
    text = "rules: [{quote: You can edit your order for 60 minutes after checkout., window: {changes: edits, within: 90 minutes}}]"
    terms = compile_terms(
        documents, zone="Europe/Paris", currency="EUR", sidecars={DocumentId("editing"): read_sidecar(text)}, approved=True
    )
    assert [one.says for one in mismatches(documents, terms)] == ["The rules file gives a figure that the quoted sentence does not."]


def test_a_rule_whose_words_are_gone_and_words_without_a_rule_are_named() -> None:
    documents = pages()
    terms = terms_of(documents)
    gone = [one for one in documents if one.id != "engraved"]
    assert ["no longer in the policy" in one.says for one in mismatches(gone, terms)] == [True]
    unread = [page("x", "Cancelling", "Orders can be cancelled within 24-48 hours.")]
    assert [one.check for one in mismatches(unread, terms_of(unread))] == ["K-07"]
