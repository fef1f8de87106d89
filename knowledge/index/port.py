"""What the library asks of a vector index: put passages in, get the ids of the nearest ones out.

IndexFault
└── IndexInUse   another process owns the directory: give this one its own
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from knowledge.vectors import Vector


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One collection: a brand's passages in one language, under one embedder. Vectors of two embedders never meet."""

    brand: str
    locale: str
    embedder: str
    dimension: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """An id and its cosine. The passage is read from the documents, never from the index."""

    id: str
    cosine: float


class Index(Protocol):
    """A cache over the documents: it may be lost and is rebuilt from them. Calls block; call them in a thread."""

    def put(self, place: Place, ids: Sequence[str], vectors: Vector) -> None:
        """Makes the collection hold exactly these. vectors: shape (n, dimension), of length one. Raises IndexFault."""
        ...

    def nearest(self, place: Place, vector: Vector, n: int) -> tuple[Hit, ...]:
        """Best first, n or as many as there are. Raises IndexFault, also where the collection is missing."""
        ...

    def close(self) -> None: ...


class IndexFault(Exception):
    """The index cannot answer."""


class IndexInUse(IndexFault):
    """Another process owns this index directory."""
