"""Searches a folder of policies once, as the command line and the measurements do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from knowledge.document import Document
from knowledge.documents.files import read_folder
from knowledge.index.port import Index
from knowledge.shelf import Embedder, Shelf
from knowledge.terms import Terms
from knowledge.vectors import VectorStore

ENOUGH = 4
"""Clauses looked at for each document asked for: a long page must not crowd the others out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One hit, a document by its best clause."""

    document: str
    clause: str
    title: str
    score: float
    quote: str
    locale: str


def open_shelf(
    documents: Iterable[Document], embedder: Embedder, index: Index, *, brand: str = "probe", vectors: VectorStore | None = None
) -> Shelf:
    """A throw-away shelf over these documents."""
    shelf = Shelf(brand, embedder, index, vectors=vectors)
    shelf.publish(tuple(documents), Terms())
    return shelf


def read_policies(folder: Path) -> tuple[tuple[Document, ...], tuple[str, ...]]:
    """The folder's documents (file name = id), and a sentence for each file that could not be read."""
    return read_folder(folder)


def search(questions: Iterable[Mapping[str, str]], shelf: Shelf, k: int = 5) -> list[tuple[Row, ...]]:
    """For each {question, locale}: k documents, best first."""
    return [tuple(search_one(row["question"], row.get("locale") or "en", shelf, k)) for row in questions]


def search_one(question: str, locale: str, shelf: Shelf, k: int = 5) -> list[Row]:
    rows: dict[str, Row] = {}
    for cited in shelf.find_now(question, locale=locale, k=k * ENOUGH).citations:
        clause = cited.clause
        if clause.document not in rows:
            row = Row(
                document=clause.document,
                clause=clause.id,
                title=clause.title,
                score=round(cited.score, 4),
                quote=cited.quote,
                locale=clause.locale,
            )
            rows[clause.document] = row
    return list(rows.values())[:k]
