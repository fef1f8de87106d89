"""Drafts become live when a person approves them beside their sentence; what is approved never changes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from knowledge.compile.ids import version_of
from knowledge.terms import Rule, RuleId, Source, Terms


class UnknownRule(LookupError):
    """No rule has this id. The message lists the drafts there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a new compilation would change for shoppers."""

    added: tuple[Rule, ...] = ()
    removed: tuple[Rule, ...] = ()
    reworded: tuple[Rule, ...] = ()
    """The same promise in other words: a person looks at the new sentence before it counts."""


def approve(terms: Terms, ids: Iterable[RuleId | str]) -> Terms:
    """The terms with these rules approved. Raises `UnknownRule` for an id that is none (P-14)."""
    wanted = {str(one) for one in ids}
    unknown = wanted - {str(rule.id) for rule in terms.rules}
    if unknown:
        drafts = ", ".join(str(rule.id) for rule in drafts_of(terms)) or "none"
        raise UnknownRule(f"no rule {', '.join(map(repr, sorted(unknown)))}; drafts: {drafts}")
    return _with_rules(terms, tuple(replace(rule, approved=True) if str(rule.id) in wanted else rule for rule in terms.rules))


def approve_all(terms: Terms) -> Terms:
    return approve(terms, [rule.id for rule in terms.rules])


def withdraw(terms: Terms, ids: Iterable[RuleId | str]) -> Terms:
    """The terms with these rules back as drafts: they count as missing text (F-14)."""
    wanted = {str(one) for one in ids}
    return _with_rules(terms, tuple(replace(rule, approved=False) if str(rule.id) in wanted else rule for rule in terms.rules))


def drafts_of(terms: Terms) -> tuple[Rule, ...]:
    return tuple(rule for rule in terms.rules if not rule.approved)


def carry_over(live: Terms, compiled: Terms) -> Terms:
    """A new compilation with the approvals that still hold.

    An approval holds for a promise and its sentence: same id, and a sentence that a person has seen. A changed sentence makes a
    draft again. A rule that is approved and whose sentence is gone is not kept: words that no longer stand there promise nothing.
    """
    seen = {rule.id: _sentences(rule) for rule in live.rules if rule.approved}
    rules = []
    for rule in compiled.rules:
        known = seen.get(rule.id, frozenset())
        sources = [source for source in (rule.source, *rule.copies) if source.quote in known]
        if rule.approved or not sources:
            rules.append(rule)
        else:
            rules.append(replace(rule, approved=True, source=sources[0], copies=tuple(sources[1:])))
    return _with_rules(compiled, tuple(rules))


def compare(live: Terms, compiled: Terms) -> Changes:
    """What would be different, rule by rule."""
    before, after = {rule.id: rule for rule in live.rules}, {rule.id: rule for rule in compiled.rules}
    return Changes(
        added=tuple(rule for key, rule in after.items() if key not in before),
        removed=tuple(rule for key, rule in before.items() if key not in after),
        reworded=tuple(rule for key, rule in after.items() if key in before and not _sentences(rule) & _sentences(before[key])),
    )


def merge(parts: Sequence[Terms]) -> Terms:
    """Terms compiled apart (document by document) as one. The first part gives zone and currency."""
    if not parts:
        return Terms()
    rules = tuple({rule.id: rule for part in parts for rule in part.rules}.values())
    return replace(_with_rules(parts[0], rules), not_understood=tuple(one for part in parts for one in part.not_understood))


def _sentences(rule: Rule) -> frozenset[str]:
    sources: tuple[Source, ...] = (rule.source, *rule.copies)
    return frozenset(source.quote for source in sources)


def _with_rules(terms: Terms, rules: tuple[Rule, ...]) -> Terms:
    return replace(terms, rules=rules, version=version_of(rules))
