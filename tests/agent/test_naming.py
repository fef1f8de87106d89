"""Products called by the names they have on the shopper's own orders."""

import pytest

from agent.naming import naming, titles_in
from agent.reading import Reading
from agent.wish import Intent, LineRef
from shop.order import Order
from tests.agent.worlds import line, order, reading, said, wish

BOUGHT = order(1042, line(1, "Chemise en lin"), line(2, "Cabas en toile"), line(3, "Lin"))


def named(words: str, before: Reading, *orders: Order) -> list[tuple[str, ...]]:
    return [tuple(ref.value for ref in each.line_refs) for each in naming(before, [said(words)], orders or (BOUGHT,)).wishes]


def test_a_title_in_the_words_names_the_line() -> None:
    assert named("Pouvez-vous retirer chemise en LIN de la commande 1042 ?", reading(wish(Intent.REMOVE_ITEM))) == [("Chemise en lin",)]


def test_what_the_reader_heard_stays() -> None:
    heard = wish(Intent.REMOVE_ITEM, lines=[LineRef(kind="words", value="cabas")])
    assert named("retirer le cabas, pas la chemise en lin", reading(heard)) == [("cabas",)]


def test_of_two_wishes_the_one_without_a_line_gets_the_title_that_is_left() -> None:
    heard = reading(wish(Intent.REMOVE_ITEM, lines=[LineRef(kind="words", value="cabas")]), wish(Intent.CHANGE_ITEM))
    assert named("retirer le cabas en toile et chemise en lin en L", heard) == [("cabas",), ("Chemise en lin",)]


def test_two_wishes_without_a_line_are_left_to_a_question() -> None:
    both = reading(wish(Intent.REMOVE_ITEM), wish(Intent.CHANGE_ITEM))
    assert named("chemise en lin", both) == [(), ()]


def test_a_whole_order_names_no_line() -> None:
    assert named("annuler la commande, chemise en lin", reading(wish(Intent.CANCEL_ORDER))) == [()]


def test_only_this_title_is_a_wish_about_the_item() -> None:
    meant = naming(reading(wish(Intent.CANCEL_ORDER)), [said("annuler seulement l'article Chemise en lin")], [BOUGHT])
    assert [(each.intent, each.line_refs[0].value) for each in meant.wishes] == [(Intent.CANCEL_ITEM, "Chemise en lin")]


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("the linen shirts please", ("Linen shirt",)),
        ("リネンシャツを外してください", ("リネンシャツ",)),
        ("a penny for it", ()),
        ("two pens", ("Pen",)),
    ],
)
def test_titles_are_taken_whole(words: str, titles: tuple[str, ...]) -> None:
    lines = (line(1, "Linen shirt"), line(2, "リネンシャツ"), line(3, "Pen"))
    assert titles_in(words, lines) == titles
