"""The brand's own words behind an answer: which sentence, from which document, last changed when (V-25)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from babel import Locale

from agent.evidence import Evidence
from agent.phrasing import Phrasing
from channels.reply import Quote
from channels.words import nearest
from knowledge.document import Citation, Clause, ClauseId
from knowledge.terms import Rule, Source
from skills.skill import LineVerdict, Offer, Outcome, Reason

MOST = 2
"""Quotes beside one answer; more is not read."""
_POLICY_STOPS = frozenset({Reason.WINDOW_CLOSED, Reason.EXCLUDED, Reason.NOT_ON_EXISTING_ORDER, Reason.FACT_UNREADABLE})


def quotes_for(outcome: Outcome, pen: Phrasing) -> tuple[Quote, ...]:
    """At most two quotes: the rules that stopped a named line, then the clauses the answer stands on, each in one language only.

    Two clauses that conflict are not quoted: neither is stated (P-18).
    """
    if outcome.because is Reason.POLICY_CONFLICT:
        return ()
    wanted = [quote for verdict in outcome.lines if verdict.named and _stops(verdict) and (quote := why(verdict, pen)) is not None]
    if not (isinstance(outcome, Offer) and pen.discreet):
        wanted += _clauses(outcome.clauses, pen)
    found: dict[str, Quote] = {}
    for quote in wanted:
        found.setdefault(quote.text, quote)
    return tuple(found.values())[:MOST]


def behind(outcome: Outcome, pen: Phrasing) -> tuple[Quote, ...]:
    """The policy an answer stands on, asked for by "why?": the rule of each named line, then the clauses (V-25). One on a text message."""
    if outcome.because is Reason.POLICY_CONFLICT:
        return ()
    found: dict[str, Quote] = {}
    ruled = [quote for verdict in outcome.lines if verdict.named and (quote := why(verdict, pen)) is not None]
    for quote in (*ruled, *_clauses(outcome.clauses, pen)):
        found.setdefault(quote.text, quote)
    return tuple(found.values())[: 1 if pen.terse else MOST]


def _stops(verdict: LineVerdict) -> bool:
    return not verdict.allowed and verdict.reason in _POLICY_STOPS


def why(verdict: LineVerdict, pen: Phrasing) -> Quote | None:
    """The policy sentence behind one line's verdict, in the shopper's language where the brand wrote a copy."""
    rule = _rule(verdict.rule, pen.evidence)
    return _of_source(rule.source_in(pen.locale), pen) if rule is not None else None


def _rule(rule_id: str | None, evidence: Evidence) -> Rule | None:
    return next((rule for rule in evidence.terms.rules if rule.id == rule_id), None) if rule_id else None


def _clauses(ids: Sequence[ClauseId], pen: Phrasing) -> list[Quote]:
    """Of clauses that are copies of each other in several languages, only the one nearest to the shopper's is quoted."""
    passages = {passage.clause.id: passage for passage in pen.evidence.passages}
    quotes: list[Quote] = []
    copied: set[ClauseId] = set()
    for clause in sorted(ids, key=lambda gid: _language_of(gid, passages, pen.evidence) != pen.language):
        if clause in copied:
            continue
        rules = [rule for rule in pen.evidence.terms.rules if clause in _places(rule)]
        copied.update(place for rule in rules for place in _places(rule))
        copied.update(_twins(clause, ids, rules, pen.evidence))
        if clause in passages:
            quotes.append(_of_passage(passages[clause], pen))
        elif rules:
            quotes.append(_of_source(rules[0].source_in(pen.locale), pen))
    return quotes


def _places(rule: Rule) -> set[ClauseId]:
    return {source.clause for source in (rule.source, *rule.copies)}


def _twins(clause: ClauseId, ids: Sequence[ClauseId], rules: Sequence[Rule], evidence: Evidence) -> Iterable[ClauseId]:
    """Clauses whose rules say the very same about the very same: translations."""
    said = {(rule.body, rule.scope) for rule in rules}
    return (rule.source.clause for rule in evidence.terms.rules if rule.source.clause in ids and (rule.body, rule.scope) in said)


def _language_of(clause: ClauseId, passages: dict[ClauseId, Citation], evidence: Evidence) -> str:
    if clause in passages:
        return nearest(passages[clause].clause.locale)
    return next((nearest(rule.source.locale) for rule in evidence.terms.rules if rule.source.clause == clause), "")


def _of_passage(passage: Citation, pen: Phrasing) -> Quote:
    clause = passage.clause
    return _quote(passage.quote or clause.text, clause.locale, clause.document, clause.id, clause.title, pen, changed=clause)


def _of_source(source: Source, pen: Phrasing) -> Quote:
    clauses = (*pen.evidence.sources, *(passage.clause for passage in pen.evidence.passages))
    clause = next((clause for clause in clauses if clause.id == source.clause), None)
    title = clause.title if clause is not None else str(source.document)
    return _quote(source.quote, source.locale, source.document, source.clause, title, pen, changed=clause)


def sourced(evidence: Evidence, outcomes: Iterable[Outcome], clause: Callable[[str], Clause | None]) -> Evidence:
    """The evidence with the clauses these outcomes stand on, and their copies in other languages."""
    named = {gid for outcome in outcomes for gid in (*outcome.clauses, *(one for verdict in outcome.lines for one in verdict.clauses))}
    rules = {verdict.rule for outcome in outcomes for verdict in outcome.lines if verdict.rule}
    places = {place for rule in evidence.terms.rules if rule.id in rules or rule.source.clause in named for place in _places(rule)}
    found = (clause(gid) for gid in sorted(named | places))
    return replace(evidence, sources=tuple(one for one in found if one is not None))


def _quote(text: str, locale: str, document: str, clause: str, title: str, pen: Phrasing, *, changed: Clause | None) -> Quote:
    source = f"clause:{clause}"
    at = changed.changed_at if changed is not None else None
    pen.fact("quote", text, source)
    pen.fact("title", title, source)
    foreign = locale.split("-")[0] != pen.language
    return Quote(
        text=text,
        locale=locale,
        language_words=language_name(locale, pen) if foreign else None,
        document=document,
        clause=clause,
        title=title,
        changed_at=at,
        changed_words=pen.say("quote.changed", date=pen.day(at, source)).text if at is not None else None,
    )


def language_name(locale: str, pen: Phrasing) -> str:
    """The quote's language, said in the shopper's (V-22)."""
    named = Locale.parse(pen.language).languages.get(locale.split("-")[0]) or locale
    return str(named)
