"""What has changed since a process last looked: brands, their credentials, words and rules. One short reading, of numbers only."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import func, select

from knowledge.brand import BrandId
from server.store.database import Transaction
from server.store.tables import brands, credentials, documents, rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Equal marks: nothing has changed."""

    settings: str
    """Of the brand itself and of its credentials."""
    words: str
    """Of its documents and rules."""


async def marks(tx: Transaction) -> dict[BrandId, Mark]:
    """A mark for each brand, in the order they were added."""
    order = [row.brand for row in await tx.execute(select(brands.c.brand).order_by(brands.c.position))]
    settings = (
        select(brands.c.brand, brands.c.at, brands.c.config),
        select(credentials.c.brand, func.count(), func.max(credentials.c.at), func.max(credentials.c.key_id)).group_by(credentials.c.brand),
    )
    words = (
        select(
            documents.c.brand, func.count(), func.max(documents.c.at), func.min(documents.c.version), func.max(documents.c.version)
        ).group_by(documents.c.brand),
        select(rules.c.brand, rules.c.state, func.count(), func.max(rules.c.approved_at), func.max(rules.c.version))
        .group_by(rules.c.brand, rules.c.state)
        .order_by(rules.c.brand, rules.c.state),
    )
    kept: dict[str, list[list[str]]] = {name: [[], []] for name in order}
    for place, queries in enumerate((settings, words)):
        for query in queries:
            for row in await tx.execute(query):
                if row.brand in kept:
                    kept[row.brand][place].append(repr(tuple(row)[1:]))
    return {BrandId(name): Mark(settings=_digest(settings), words=_digest(words)) for name, (settings, words) in kept.items()}


def _digest(parts: list[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]
