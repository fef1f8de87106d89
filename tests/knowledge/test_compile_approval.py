"""A rule counts once a person has seen it beside its sentence, and never changes under them."""

import dataclasses

import pytest

from knowledge.compile.approval import UnknownRule, approve, approve_all, carry_over, compare, drafts_of, withdraw
from tests.knowledge.saying import compiled, sayings

FIRST = "You can edit your order for 60 minutes. Engraved items cannot be cancelled."


def test_rules_are_approved_by_id_or_all_at_once() -> None:
    terms = compiled(FIRST)
    one = approve(terms, [terms.rules[0].id])
    assert [rule.approved for rule in one.rules] == [True, False]
    assert drafts_of(one) == (one.rules[1],)
    assert not drafts_of(approve_all(terms))
    assert approve(one, []).rules == one.rules
    assert one.version != terms.version
    assert withdraw(one, [one.rules[0].id]).version == terms.version


def test_an_unknown_id_names_the_drafts_there_are() -> None:
    terms = compiled(FIRST)
    with pytest.raises(UnknownRule, match=str(terms.rules[0].id)):
        approve(terms, ["policy#window-000000"])


def test_an_approved_rule_cannot_be_changed_in_place() -> None:
    rule = approve_all(compiled(FIRST)).rules[0]
    with pytest.raises(dataclasses.FrozenInstanceError):
        rule.approved = False  # type: ignore[misc]  # the point of the test


def test_an_approval_holds_for_the_sentence_that_was_seen() -> None:
    live = approve_all(compiled(FIRST))
    same = carry_over(live, compiled(FIRST + " Orders can be cancelled within 2 hours."))
    assert [rule.approved for rule in same.rules] == [True, True, False]
    reworded = carry_over(live, compiled("Orders can be modified within the hour. Engraved items cannot be cancelled."))
    assert [rule.approved for rule in reworded.rules] == [False, True]
    assert compare(live, reworded).reworded == (reworded.rules[0],)
    assert "window edits <1h" not in sayings(carry_over(live, compiled("Nothing is said here.")))


def test_what_a_new_version_changes_is_listed() -> None:
    live = approve_all(compiled(FIRST))
    after = compiled("You can edit your order for 30 minutes. Engraved items cannot be cancelled.")
    changes = compare(live, after)
    assert [len(changes.added), len(changes.removed), len(changes.reworded)] == [1, 1, 0]
