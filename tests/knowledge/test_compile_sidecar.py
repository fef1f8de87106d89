"""A rules file states, corrects and removes rules; its mistakes are named with their place."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from knowledge.compile.by_model import with_proposals
from knowledge.compile.compiler import compile_terms
from knowledge.compile.sidecar import SidecarError, read_sidecar
from knowledge.document import Document, DocumentId
from knowledge.terms import ChangeKind, Exclusion, Scope, Terms, Window
from tests.knowledge.saying import clause, sayings

TEXT = "You can edit your order for 60 minutes. Orders placed before 13:00 can be changed until 15:00 the same day. Furniture is special."
NAME = DocumentId("edits")


def document(text: str = TEXT) -> Document:
    return Document(id=NAME, locale="en", title="Edits", version="v1", clauses=(clause(text, "en", "Editing orders", document="edits"),))


def with_file(text: str, *, approved: bool = True) -> Terms:
    return compile_terms(
        [document()], zone="Europe/Paris", currency="EUR", sidecars={NAME: read_sidecar(text, "edits.rules.yaml")}, approved=approved
    )


def test_a_file_states_what_the_words_left_open() -> None:
    terms = with_file("""
rules:
  - quote: Orders placed before 13:00 can be changed until 15:00 the same day.
    window: {changes: edits, cut_off: {at: 15:00, working_days: true}}
    valid_from: 2026-11-01
""")
    rule = next(rule for rule in terms.rules if rule.stated)
    assert isinstance(rule.body, Window)
    assert rule.body.cut_off is not None
    assert (rule.body.cut_off.at, rule.body.cut_off.zone) == (time(15), "Europe/Paris")
    assert rule.valid_from == datetime(2026, 10, 31, 23, tzinfo=UTC)
    assert rule.approved
    assert "window edits <1h" in sayings(terms)


def test_a_file_corrects_a_proposed_rule_and_removes_another() -> None:
    proposed = compile_terms([document()], zone="Europe/Paris", currency="EUR").rules[0]
    corrected = with_file(f"""
rules:
  - quote: You can edit your order for 60 minutes.
    instead_of: ["{proposed.id}"]
    window: {{changes: [swap_variant], within: 45 minutes, until: preparing}}
""")
    assert sayings(corrected) == ["window swap <45m <preparing"]
    assert sayings(with_file(f'remove: ["{proposed.id}"]')) == []


def test_a_file_can_keep_rules_as_drafts() -> None:
    assert not any(rule.approved for rule in with_file("approved: false").rules)
    terms = with_file(
        "rules: [{quote: Furniture is special., exclusion: {changes: all, returns: true}, scope: {titles: furniture}, approved: false}]"
    )
    stated = next(rule for rule in terms.rules if rule.stated)
    assert stated.body == Exclusion(changes=frozenset(ChangeKind), returns=True)
    assert stated.scope == Scope(titles=frozenset({"furniture"}))
    assert not stated.approved
    assert {rule.approved for rule in terms.rules if not rule.stated} == {True}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("rules: [{quote: You can edit, window: {changes: edits, whithin: 1h}}]", "rules[0].window.whithin: this key is not known"),
        ("rules: [{quote: You can edit, window: {changes: edits, within: soon}}]", "rules[0].window.within: write a length of time"),
        ("rules: [{quote: You can edit, window: {changes: edits}}]", "rules[0].window: give at least one of within"),
        ("rules: [{quote: You can edit}]", "rules[0]: give exactly one of window"),
        ("rules: [{quote: You can edit, permit: {changes: everything}}]", "rules[0].permit.changes"),
        ("rules: [{quote: You can edit, window: {changes: edits, cut_off: {at: '15:00', zone: Mars/Base}}}]", "no time zone 'Mars/Base'"),
        ("rules: [{quote: Not in the text at all, permit: {changes: edits}}]", "rules[0].quote: these words are not in 'edits'"),
        ("remove: [edits#window-000000]", "no rule 'edits#window-000000' in 'edits'; its rules are edits#window-"),
        ("rules: [", "line"),
        ("- a list", "write keys such as"),
        (
            "rules: [{quote: You can edit, permit: {changes: edits}, valid_from: 2026-12-01, valid_until: 2026-11-01}]",
            "valid_until must be later than valid_from",
        ),
    ],
)
def test_a_mistake_is_named_with_its_file_and_place(text: str, says: str) -> None:
    with pytest.raises(SidecarError) as caught:
        with_file(text)
    assert "edits.rules.yaml" in str(caught.value)
    assert says in str(caught.value)


def test_a_fee_may_be_written_with_the_bare_key_on() -> None:
    terms = with_file("rules: [{quote: Furniture is special., restocking_fee: {percent: 15, on: [cancel]}}]")
    assert "fee 15% on cancel" in sayings(terms)


def test_what_a_model_proposes_is_a_draft_on_exact_words_or_nothing() -> None:
    terms = compile_terms([document()], zone="Europe/Paris", currency="EUR")
    proposals: list[dict[str, Any]] = [
        {"quote": "Furniture is special.", "exclusion": {"changes": "all"}, "scope": {"titles": "furniture"}, "approved": True},
        {"quote": "words that are not there", "permit": {"changes": "edits"}},
        {"quote": "Furniture is special.", "nonsense": 1},
    ]
    more = with_proposals(terms, [document()], lambda _: proposals, zone="Europe/Paris")
    added = [rule for rule in more.rules if rule not in terms.rules]
    assert [(type(rule.body), rule.approved) for rule in added] == [(Exclusion, False)]
    assert len(more.not_understood) == len(terms.not_understood) + 1, "two bad proposals for one clause make one line"

    def broken(_: object) -> list[dict[str, object]]:
        raise TimeoutError

    assert with_proposals(terms, [document()], broken, zone="Europe/Paris").rules == terms.rules


def test_lengths_are_read_in_plain_words() -> None:
    terms = with_file("rules: [{quote: Furniture is special., return_period: {within: 2 weeks}}]")
    assert "return 14d" in sayings(terms)
