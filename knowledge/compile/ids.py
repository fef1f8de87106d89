"""Names of rules that stay the same while the promise does."""

import hashlib
from collections.abc import Iterable
from dataclasses import fields, is_dataclass
from datetime import timedelta

from knowledge.document import DocumentId
from knowledge.terms import Body, Rule, RuleId, Scope


def rule_id(document: DocumentId, body: Body, scope: Scope) -> RuleId:
    """Stable: the same promise in the same document has the same id, whatever its sentence, language or place."""
    digest = hashlib.sha256(canonical((body, scope)).encode()).hexdigest()[:6]
    return RuleId(f"{document}#{body.kind}-{digest}")


def version_of(rules: Iterable[Rule]) -> str:
    """A short hash of what the rules say and which are approved."""
    return hashlib.sha256("\n".join(sorted(canonical(rule) for rule in rules)).encode()).hexdigest()[:12]


def canonical(value: object) -> str:
    """The same text for the same meaning: sets sorted, empty fields left out."""
    if is_dataclass(value) and not isinstance(value, type):
        said = [(field.name, getattr(value, field.name)) for field in fields(value)]
        inner = ",".join(f"{name}={canonical(one)}" for name, one in said if one not in (None, False, (), frozenset(), ""))
        return f"{type(value).__name__}({inner})"
    if isinstance(value, (frozenset, set)):
        return "{" + ",".join(sorted(canonical(one) for one in value)) + "}"
    if isinstance(value, (tuple, list)):
        return "[" + ",".join(canonical(one) for one in value) + "]"
    if isinstance(value, timedelta):
        return f"{int(value.total_seconds())}s"
    return str(value)
