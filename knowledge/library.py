"""What the brand has promised: cited clauses for a question, and the terms to decide by."""

from collections.abc import Sequence
from typing import Protocol

from knowledge.document import Citation
from knowledge.terms import Terms


class Library(Protocol):
    """One brand's published policies. Never raises for a question: an index that is down answers lexically."""

    async def look_up(self, question: str, *, locale: str, k: int = 5, topics: Sequence[str] = ()) -> tuple[Citation, ...]:
        """The k clauses nearest to the question, best first, with a copy in `locale` preferred over another language."""
        ...

    def terms(self) -> Terms: ...
