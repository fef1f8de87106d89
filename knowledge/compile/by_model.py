"""Rules a language model proposes: always drafts, always beside words that stand in the policy."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from knowledge.compile.ids import rule_id, version_of
from knowledge.compile.sidecar import StatedRule, source_of
from knowledge.document import Clause, Document
from knowledge.terms import NotUnderstood, Rule, Source, Terms

Propose = Callable[[Clause], Sequence[Mapping[str, Any]]]
"""Given a clause, rules in the plain keys of a sidecar file, each with its `quote`. May raise; then nothing is proposed."""


def with_proposals(terms: Terms, documents: Sequence[Document], propose: Propose, *, zone: str) -> Terms:
    """The terms with a model's drafts added.

    A proposal that does not fit the schema, that quotes what is not there, or that claims to be approved counts for nothing more
    than a line on the list for a person. What the grammar has already read is not proposed twice.
    """
    rules = {rule.id: rule for rule in terms.rules}
    unread = list(terms.not_understood)
    for document in documents:
        for clause in document.clauses:
            for raw in _proposals(propose, clause):
                rule = _draft(raw, document, clause, zone)
                if rule is None:
                    source = Source(
                        document=document.id, clause=clause.id, quote=clause.text[:200], locale=clause.locale, version=clause.version
                    )
                    unread.append(NotUnderstood(source=source, why="a model proposed a rule here that does not stand on exact words"))
                elif rule.id not in rules:
                    rules[rule.id] = rule
    out = tuple(rules.values())
    return replace(terms, rules=out, not_understood=tuple(dict.fromkeys(unread)), version=version_of(out))


def _proposals(propose: Propose, clause: Clause) -> Sequence[Mapping[str, Any]]:
    try:
        return propose(clause)
    except Exception:  # a model's port may fail in any way; the grammar's rules stand without it
        return ()


def _draft(raw: Mapping[str, Any], document: Document, clause: Clause, zone: str) -> Rule | None:
    try:
        stated = StatedRule.model_validate(dict(raw))
    except ValidationError:
        return None
    source = source_of(stated.quote, (replace(document, clauses=(clause,)),))
    if source is None:
        return None
    body, scope = stated.body(zone), stated.scope.scope()
    return Rule(id=rule_id(document.id, body, scope), source=source, body=body, scope=scope, approved=False)
