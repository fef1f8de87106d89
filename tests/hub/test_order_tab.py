"""What the Order tab says of each line, decided on the order as it stands."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hub.order_tab import Eyes, OrderView, order_view, review
from knowledge.document import Clause
from knowledge.terms import ChangeKind, Terms
from shop.order import Financial, LineState, Order, Units
from tests.agent.one_order import BRAND, CLAUSE, NOW, RULE, SHIRT, TOTE
from tests.agent.one_order import order as one_order

TERMS = Terms(version="t", zone="Europe/Paris", rules=(RULE,))
HUB = replace(BRAND.hub, changes=frozenset(ChangeKind))
EYES = Eyes(locale="en", zone="Europe/Paris", now=NOW)


def order() -> Order:
    return one_order(financial=Financial.PAID, country="FR", billing_country="FR")


def clause(clause_id: str) -> Clause | None:
    return CLAUSE if clause_id == CLAUSE.id else None


def seen(at: Order | None = None, eyes: Eyes = EYES) -> OrderView:
    return order_view(at or order(), TERMS, replace(BRAND, hub=HUB), eyes, clause)


def test_an_open_line_can_change_and_one_on_its_way_cannot() -> None:
    shirt, tote = seen().lines
    assert (shirt.tone, shirt.sign, shirt.state) == ("open", "open", "can change")
    assert (tote.tone, tote.sign, tote.changes) == ("gone", "shipped", ())
    assert tote.reason == "It has shipped; a return is possible instead"


def test_a_control_is_offered_only_where_it_holds_a_choice() -> None:
    shirt = seen().lines[0]
    assert ChangeKind.SWAP_VARIANT in shirt.changes
    # One piece of it: no lower number to choose, and this brand raises none.
    assert ChangeKind.SET_QUANTITY not in shirt.changes
    plain = order()
    bag = replace(plain.lines[1], units=(Units(state=LineState.OPEN, quantity=2),))
    tote = seen(replace(plain, lines=(plain.lines[0], bag))).lines[1]
    assert ChangeKind.SET_QUANTITY in tote.changes
    assert ChangeKind.SWAP_VARIANT not in tote.changes


def test_the_verdict_shows_the_sentence_behind_it_and_when_it_last_changed() -> None:
    why = seen().lines[0].why
    assert why is not None
    assert why.text == CLAUSE.text
    assert why.changed == "Last changed October 1, 2026"


def test_after_the_deadline_nothing_can_change() -> None:
    late = replace(EYES, now=NOW + timedelta(hours=2))
    view = seen(eyes=late)
    assert view.until is None
    assert all(line.changes == () for line in view.lines)


@pytest.mark.parametrize(("lines", "verdict"), [((SHIRT,), "yes"), ((TOTE,), "no"), ((SHIRT, TOTE), "part")])
def test_the_review_judges_the_lines_it_was_asked_about(lines: tuple[str, ...], verdict: str) -> None:
    shown = review(order(), ChangeKind.REMOVE_LINES, lines, None, TERMS, replace(BRAND, hub=HUB), EYES, find=clause)
    assert shown.verdict == verdict
    assert {line.line for line in shown.lines} == set(lines)


def test_a_quantity_that_is_no_number_is_not_believed() -> None:
    for value in ("-1", "1e9", "²", "x", ""):
        shown = review(order(), ChangeKind.SET_QUANTITY, (SHIRT,), value, TERMS, replace(BRAND, hub=HUB), EYES, find=clause)
        assert shown.kind is ChangeKind.SET_QUANTITY


@pytest.mark.parametrize(("locale", "day"), [("en", "Nov 20, 14:07 CET"), ("fr", "20 nov., 14:07 CET"), ("ja", "11月20日, 14:07 CET")])
def test_times_are_said_as_the_chat_says_them(locale: str, day: str) -> None:
    assert replace(EYES, locale=locale).moment(NOW) == "14:07 CET"
    assert replace(EYES, locale=locale, now=NOW + timedelta(days=1)).moment(NOW) == day
