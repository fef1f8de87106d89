"""What the brand wrote, cut into passages that can be cited."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

DocumentId = NewType("DocumentId", str)
ClauseId = NewType("ClauseId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A citable passage. Its id is stable: the same document and words give the same id after a re-import."""

    id: ClauseId
    document: DocumentId
    locale: str
    title: str
    """The heading path it stands under, the document's title first."""
    text: str
    """As written, markup removed."""
    version: str
    """A short hash of the document's text."""
    changed_at: datetime | None = None
    """When these words last changed, aware (V-25)."""
    source: str = ""
    """Where it came from: a file name or a Shopify policy type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    id: DocumentId
    locale: str
    title: str
    version: str
    clauses: tuple[Clause, ...]
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A clause brought forward for a question, with how near it is."""

    clause: Clause
    score: float
    """The best one's: how surely the question is about a policy, on the scale of the sentence encoder's cosine
    (below `knowledge.shelf.OFF_TOPIC` hardly). The others': that, times how near they come to the best."""
    quote: str
    """The sentence or two of the clause that answer best; a substring of `clause.text`."""
    nearness: float | None = None
    """Cosine of question and clause by the sentence encoder alone; None where no encoder answered."""


class UnreadableDocument(ValueError):
    """The file holds no text we can read. The message names the file, what is wrong and how to mend it."""
