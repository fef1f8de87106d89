"""Policies become terms: every rule beside its words, and every sentence that could not be read on a list."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from knowledge.compile.changes import said_in
from knowledge.compile.context import Brandwide, Context, after_question, from_heading
from knowledge.compile.found import Exemption
from knowledge.compile.ids import canonical, rule_id, version_of
from knowledge.compile.rules import read_rules
from knowledge.compile.scope import has_products, home_of, products_of, union
from knowledge.compile.sentences import cut, heading_parts, is_question
from knowledge.compile.sidecar import Sidecar
from knowledge.compile.statement import Statement, read
from knowledge.compile.text import flatten
from knowledge.compile.words import Lexicon, lexicon
from knowledge.document import Clause, Document, DocumentId
from knowledge.terms import AddItems, Body, ChangeKind, NotUnderstood, Permit, Rule, Scope, Source, Terms, Window

Approved = bool | Callable[[Document], bool]


@dataclass(slots=True, kw_only=True)
class _Draft:
    """One rule of one language copy, before copies are laid together."""

    body: Body
    scope: Scope
    source: Source
    approved: bool


@dataclass(slots=True, kw_only=True)
class _Pile:
    drafts: list[_Draft]
    exemptions: list[Exemption]
    unread: list[NotUnderstood]


def compile_terms(
    documents: Sequence[Document],
    *,
    zone: str,
    currency: str,
    sidecars: Mapping[DocumentId, Sidecar] | None = None,
    approved: Approved = False,
) -> Terms:
    """All rules the documents hold. Pure; never raises for any words.

    zone: IANA, for hours without a zone and for what counts as abroad.
    currency: ISO 4217, for figures without one.
    sidecars: by document id; they state, correct and remove rules (see README).
    approved: whether compiled rules count at once (world files, the demo brand), per document where it is a function.
    Raises `SidecarError` where a sidecar quotes words its document does not hold.
    Source: product.md 5.1, P-13, P-14, F-14.
    """
    brand = Brandwide(zone=zone, currency=currency, home=home_of(zone))
    pile = _Pile(drafts=[], exemptions=[], unread=[])
    for document in documents:
        sidecar = (sidecars or {}).get(document.id)
        counts = approved(document) if callable(approved) else approved
        if sidecar is not None and sidecar.approved is not None:
            counts = sidecar.approved
        for clause in document.clauses:
            _compile_clause(clause, brand, counts, pile)
    rules = _exempt(_lay_together(pile.drafts), pile.exemptions)
    for document_id, sidecar in (sidecars or {}).items():
        copies = [document for document in documents if document.id == document_id]
        rules = sidecar.applied(rules, copies, approved=any(approved(one) for one in copies) if callable(approved) else approved, zone=zone)
    unread = tuple(dict.fromkeys(pile.unread))
    return Terms(rules=tuple(rules), not_understood=unread, zone=zone, currency=currency, version=version_of(rules))


def compile_clause(clause: Clause, *, zone: str, currency: str = "") -> Terms:
    """The terms of one clause on its own."""
    document = Document(id=clause.document, locale=clause.locale, title=clause.title, version=clause.version, clauses=(clause,))
    return compile_terms((document,), zone=zone, currency=currency)


def _compile_clause(clause: Clause, brand: Brandwide, approved: bool, pile: _Pile) -> None:
    words = lexicon(clause.locale)
    heading = context = _heading_context(clause.title, words, brand)
    drafts: list[_Draft] = []
    asked_at: int | None = None
    question = _asked_in_the_heading(clause.title, words)
    for sentence in cut(clause.text, words):
        bare = not any(part.strip() for part in sentence.parts)
        if sentence.answer is True and bare and not _settles(question):
            context = replace(context, answer=True)  # "Yes!": the next sentence says how
            continue
        if question is not None and asked_at is None and sentence.answer is not None:
            asked_at = sentence.start
        answers = (sentence.answer is not None or context.answer is True) and asked_at is not None
        quote = clause.text[asked_at if answers else sentence.start : sentence.end]
        source = Source(document=clause.document, clause=clause.id, quote=quote, locale=clause.locale, version=clause.version)
        if sentence.answer is not None:
            context = replace(context, answer=sentence.answer)
        asked_at = sentence.start if sentence.question else asked_at if not sentence.parts else None
        for part in sentence.parts or (("",) if answers else ()):
            statement = read(part, words)
            if sentence.question:
                context, question = after_question(heading, statement, brand), statement
                continue
            if answers and question is not None and _settles(question) and not _is_bounded(statement) and not said_in(statement).anything:
                statement = question
            elif sentence.answer is False and statement.has("may") and not statement.denies and said_in(statement).changes:
                context = replace(context, answer=None)  # "No, but you can …"
            found, following = read_rules(statement, context, brand)
            drafts += [_Draft(body=one.body, scope=one.scope, source=source, approved=approved) for one in found.proposals]
            pile.exemptions += found.exemptions
            pile.unread += [NotUnderstood(source=source, why=why) for why in found.unread]
            if part.strip():
                context = following
            elif answers:
                context = replace(context, answer=None)
    pile.drafts += _tidied(drafts, clause.text)


def _asked_in_the_heading(title: str, words: Lexicon) -> Statement | None:
    """The heading where it is a question: its first sentence may be just "No."."""
    nearest = heading_parts(title)[:1]
    return read(flatten(nearest[0]).text, words) if nearest and is_question(nearest[0]) else None


def _is_bounded(statement: Statement) -> bool:
    return bool(statement.times or statement.clocks or any(bound.stage is not None for bound in statement.stages))


def _settles(question: Statement | None) -> bool:
    """ "Can I cancel once it has shipped?": yes or no is all there is to say."""
    return question is not None and _is_bounded(question)


def _heading_context(title: str, words: Lexicon, brand: Brandwide) -> Context:
    context = Context()
    for part in heading_parts(title):
        nearer = from_heading(read(flatten(part).text, words), brand)
        if nearer.said.anything or nearer.scope != Scope() or nearer.partial:
            if not context.said.anything and context.scope == Scope() and not context.partial:
                context = nearer
            elif not context.said.anything:
                context = replace(context, said=nearer.said)
    return context


def _tidied(drafts: list[_Draft], text: str) -> list[_Draft]:
    """Without repetitions, and with the two halves of "add items … afterwards place a new order" as one."""
    adds = [draft for draft in drafts if isinstance(draft.body, AddItems)]
    if len(adds) > 1:
        first = adds[0]
        bodies = [draft.body for draft in adds if isinstance(draft.body, AddItems)]
        advice: Literal["new_order", "support", "none"] = next((body.advice for body in bodies if body.advice != "none"), "none")
        within = next((body.within for body in bodies if body.within is not None), None)
        begin = text.find(first.source.quote)
        last = max(adds, key=lambda draft: text.find(draft.source.quote)).source.quote
        quote = text[begin : text.find(last) + len(last)]
        allowed = bodies[0].allowed
        until = next((body.until for body in bodies if body.until is not None), None)
        first.body = AddItems(allowed=allowed, within=within if allowed else None, advice=advice, until=until if allowed else None)
        first.source = replace(first.source, quote=quote)
        drafts = [draft for draft in drafts if draft is first or not isinstance(draft.body, AddItems)]
    drafts = _with_options_together(drafts)
    seen: set[str] = set()
    tidy = []
    for draft in drafts:
        key = canonical((draft.body, draft.scope))
        if key not in seen:
            seen.add(key)
            tidy.append(draft)
    return tidy


def _with_options_together(drafts: list[_Draft]) -> list[_Draft]:
    """ "Size" and "colour" as two entries of a list are one permission with both."""
    out: list[_Draft] = []
    for draft in drafts:
        body = draft.body
        if isinstance(body, Permit) and body.options and ChangeKind.SET_ADDRESS not in body.changes:
            first = next((one for one in out if isinstance(one.body, Permit) and _is_alike(one, draft)), None)
            if first is not None and isinstance(first.body, Permit):
                first.body = replace(first.body, options=first.body.options | body.options)
                continue
        out.append(draft)
    return out


def _is_alike(one: _Draft, other: _Draft) -> bool:
    if not isinstance(one.body, Permit) or not isinstance(other.body, Permit):
        return False
    return bool(one.body.options) and one.body.changes == other.body.changes and one.scope == other.scope


def _lay_together(drafts: Iterable[_Draft]) -> list[Rule]:
    """One rule for the same promise in several language copies of a document (N-22). Approved copies stand before drafts."""
    groups: dict[tuple[DocumentId, str], list[_Draft]] = {}
    for draft in drafts:
        groups.setdefault((draft.source.document, canonical((draft.body, draft.scope))), []).append(draft)
    rules = []
    for (document, _), group in groups.items():
        approved = [draft for draft in group if draft.approved]
        counted = approved or group
        first, *others = counted
        rules.append(
            Rule(
                id=rule_id(document, first.body, first.scope),
                source=first.source,
                body=first.body,
                scope=first.scope,
                approved=bool(approved),
                copies=tuple(draft.source for draft in others),
            )
        )
    return rules


def _exempt(rules: list[Rule], exemptions: Sequence[Exemption]) -> list[Rule]:
    """General windows leave out what another sentence says they do not apply to."""
    out = []
    for rule in rules:
        scope = rule.scope
        for exemption in exemptions:
            if isinstance(rule.body, Window) and exemption.reaches(rule.body) and not has_products(rule.scope):
                left_out = products_of(exemption.scope)
                scope = replace(scope, not_product=left_out if scope.not_product is None else union(scope.not_product, left_out))
        out.append(rule if scope is rule.scope else replace(rule, scope=scope))
    return out


__all__ = ["Approved", "compile_clause", "compile_terms"]
