"""What an operator is told about a brand's policies: findings with how to mend them, unread sentences, and drafts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from knowledge.document import Document
from knowledge.health import examine
from knowledge.terms import Terms


def problems(documents: Sequence[Document], terms: Terms, locales: Sequence[str], now: datetime) -> list[dict[str, Any]]:
    """[{kind, where, what, mend, quote}], the weightiest first. kind: K-01 … of `knowledge.health`, or `draft`."""
    found = [
        {
            "kind": one.check,
            "where": f"{one.document} ({one.locale})" if one.document else one.locale or "all",
            "what": one.says,
            "mend": one.mend,
            "quote": one.quote,
        }
        for one in examine(documents, terms, locales=locales, now=now)
    ]
    found += [
        {
            "kind": "draft",
            "where": str(rule.id),
            "what": "It was understood and does not count yet.",
            "mend": "Approve it with `deskbell knowledge approve`.",
            "quote": rule.source.quote,
        }
        for rule in terms.rules
        if not rule.approved
    ]
    return found
