"""What may be said of a wish before anyone has signed in: the brand's general words, or that none were found."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from agent.evidence import Evidence
from agent.resolve import change_kind
from agent.wish import Intent, WishReading
from knowledge.document import Citation, ClauseId
from knowledge.terms import (
    AddItems,
    Exclusion,
    HandOffWhen,
    PartialShipment,
    Permit,
    RefundMethod,
    RefundTime,
    RestockingFee,
    ReturnPeriod,
    Rule,
    Scope,
    Window,
)
from skills.skill import HandOff, Outcome, Reason, Refuse

NEAR = 0.13
"""The best score, on the scale of the encoder's cosine, below this: no clause is about it (the out-of-scope gate)."""
UNASKED = 0.35
"""A clause no question asked for is quoted only when it is plainly about the wish."""
_NEARLY = 0.85
MOST = 2


def near_enough(evidence: Evidence) -> tuple[Citation, ...]:
    """The passages that may be quoted at all, best first. A nearest clause that is not near is missing text (F-14)."""
    return tuple(passage for passage in evidence.passages if passage.score >= NEAR)


def answering(evidence: Evidence) -> tuple[Citation, ...]:
    """The passages that answer a question: the best, and at most one more that is nearly as near, from another document."""
    near = near_enough(evidence)
    chosen: list[Citation] = []
    for passage in near:
        beside = passage.clause.document not in {other.clause.document for other in chosen}
        if not chosen or (beside and passage.score >= near[0].score * _NEARLY):
            chosen.append(passage)
    return tuple(sorted(chosen[:MOST], key=lambda passage: _is_particular(passage.clause.id, evidence)))


def _is_particular(clause: ClauseId, evidence: Evidence) -> bool:
    """Whether every rule that stands on this clause speaks of some goods or orders only: of two as near, the general one comes first."""
    scopes = [rule.scope for rule in evidence.terms.rules for source in (rule.source, *rule.copies) if source.clause == clause]
    return bool(scopes) and all(replace(scope, not_product=None) != Scope() for scope in scopes)


def add_items_in_general(evidence: Evidence, locale: str, now: datetime) -> Outcome:
    """Adding to an order when no one order is in sight: not possible; where the brand's approved words allow it, a person (4.5, N)."""
    speaking = [(rule, rule.body) for rule in evidence.terms.live(now) if isinstance(rule.body, AddItems)]
    allowed = [rule for rule, body in speaking if body.allowed]
    against = [rule for rule, body in speaking if not body.allowed]
    clauses = _one_per_document(against or allowed, locale)
    rules = tuple(sorted(rule.id for rule, _ in speaking))
    if allowed and not against:
        return HandOff(wish=Intent.ADD_ITEM, because=Reason.NOT_ON_EXISTING_ORDER, clauses=clauses, rules=rules)
    gap = None if speaking else Intent.ADD_ITEM.value
    return Refuse(wish=Intent.ADD_ITEM, because=Reason.NOT_ON_EXISTING_ORDER, clauses=clauses, rules=rules, gap=gap)


def topic_of(wish: WishReading) -> str:
    """The policy topic a gap is recorded under (F-13)."""
    kind = change_kind(wish)
    return kind.value if kind is not None else wish.intent.value


def general_clauses(wish: WishReading, evidence: Evidence, locale: str, now: datetime) -> tuple[ClauseId, ...]:
    """At most two clauses that speak of this wish in general, a copy in the shopper's language first.

    Rules that speak of this kind of change come first: a similar passage is not yet about it.
    """
    speaking = [rule for rule in evidence.terms.live(now) if _speaks_of(rule, wish)]
    by_rule = _one_per_document(sorted(speaking, key=_weight), locale)
    if by_rule:
        return _in_their_language(by_rule, evidence, locale)[:MOST]
    plain = [passage for passage in evidence.passages if passage.score >= UNASKED]
    return tuple(passage.clause.id for passage in sorted(plain, key=lambda one: not _speaks(one.clause.locale, locale))[:1])


def _in_their_language(ids: Sequence[ClauseId], evidence: Evidence, locale: str) -> tuple[ClauseId, ...]:
    """Clauses the shopper can read before those they cannot; of these, the page's own copy in their language where it was found."""
    spoken = {rule_source.clause: rule_source for rule in evidence.terms.rules for rule_source in (rule.source, *rule.copies)}
    mine: list[ClauseId] = []
    foreign: list[ClauseId] = []
    for gid in ids:
        source = spoken[gid]
        if _speaks(source.locale, locale):
            mine.append(gid)
            continue
        same_page = [p.clause for p in evidence.passages if p.clause.document == source.document and _speaks(p.clause.locale, locale)]
        if same_page:
            mine.append(same_page[0].id)
        else:
            foreign.append(gid)
    return tuple(dict.fromkeys((*mine, *foreign)))


def _speaks(locale: str, wanted: str) -> bool:
    return locale.split("-")[0] == wanted.split("-")[0]


def _weight(rule: Rule) -> int:
    return 0 if isinstance(rule.body, Window) else 1 if isinstance(rule.body, Permit | ReturnPeriod) else 2


def _one_per_document(rules: Iterable[Rule], locale: str) -> tuple[ClauseId, ...]:
    """One clause a document, in the reader's language where the brand wrote one (V-22)."""
    best: dict[str, tuple[bool, ClauseId]] = {}
    for rule in rules:
        source = rule.source_in(locale)
        same = source.locale.split("-")[0] == locale.split("-")[0]
        held = best.get(source.document)
        if held is None or (same and not held[0]):
            best[source.document] = same, source.clause
    return tuple(dict.fromkeys(clause for _, clause in best.values()))


def _speaks_of(rule: Rule, wish: WishReading) -> bool:
    body = rule.body
    kind = change_kind(wish)
    match body:
        case Window(changes=changes) | Permit(changes=changes):
            return kind in changes
        case ReturnPeriod():
            return wish.intent is Intent.RETURN_EXCHANGE
        case AddItems():
            return wish.intent is Intent.ADD_ITEM
        case Exclusion() | RestockingFee() | RefundTime() | RefundMethod() | PartialShipment() | HandOffWhen():
            return False
