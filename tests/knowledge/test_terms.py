"""What a rule's dates and copies mean."""

from dataclasses import replace
from datetime import UTC, datetime

from knowledge.document import ClauseId, DocumentId
from knowledge.terms import EDITS, Rule, RuleId, Source, Terms, Window

START, END = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)


def source(locale: str) -> Source:
    return Source(document=DocumentId("d"), clause=ClauseId("c"), quote=locale, locale=locale)


RULE = Rule(
    id=RuleId("d#window-1"),
    source=source("en"),
    copies=(source("fr"),),
    body=Window(changes=EDITS),
    approved=True,
    valid_from=START,
    valid_until=END,
)


def test_a_rule_counts_from_its_first_instant_and_not_at_its_last() -> None:
    assert RULE.is_live(START)
    assert not RULE.is_live(END)
    assert not replace(RULE, approved=False).is_live(START)
    assert Terms(rules=(RULE, replace(RULE, approved=False))).live(START) == (RULE,)


def test_a_reader_sees_the_words_in_their_language_where_there_are_some() -> None:
    assert RULE.source_in("fr-CA").locale == "fr"
    assert RULE.source_in("en").locale == "en"
    assert RULE.source_in("ja").locale == "en"
