"""How often the right policy is among the first found, by language of question and of policy.

`python -m evals.bench.search` measures on the data beside the project and says so where there is none.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.bench.figures import wilson
from knowledge.document import Document
from knowledge.documents.files import read_text
from knowledge.embedding import BuiltInEmbeddings, load_e5
from knowledge.index.chroma import ChromaIndex
from knowledge.index.exact import ExactIndex
from knowledge.probe import open_shelf, search_one
from knowledge.vectors import VectorsInMemory

DATA = Path(__file__).parents[2] / "../shared/data"
LOCALES = ("en", "fr", "ja")
SETS = (("en",), ("fr",), ("ja",), LOCALES)
"""Policies in one language alone, and in all three."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One language of questions against one set of policies."""

    asked_in: str
    policies_in: str
    n: int
    hits: Mapping[int, int]
    """k → questions whose right policy was among the first k."""

    def rate(self, k: int) -> float:
        return self.hits[k] / self.n if self.n else 0.0


def documents(passages: Sequence[Mapping[str, Any]], locales: Sequence[str]) -> list[Document]:
    """`passages.json` as documents in these languages."""
    return [
        read_text(passage["text"][locale], id=passage["id"], locale=locale, title=passage["title"][locale])
        for passage in passages
        for locale in locales
    ]


def measure(
    passages: Sequence[Mapping[str, Any]],
    questions: Sequence[Mapping[str, Any]],
    *,
    e5: bool = True,
    chroma: bool = False,
    sets: Sequence[Sequence[str]] = SETS,
) -> tuple[list[Cell], list[float]]:
    """Cells for each set of policy languages, and the milliseconds of each search."""
    embedder = BuiltInEmbeddings(load_e5() if e5 else None)
    vectors = VectorsInMemory()
    cells: list[Cell] = []
    took: list[float] = []
    for locales in sets:
        index = ChromaIndex() if chroma else ExactIndex()
        shelf = open_shelf(documents(passages, locales), embedder, index, vectors=vectors)
        for language in dict.fromkeys(question["lang"] for question in questions):
            ranks: list[int] = []
            asked = [question for question in questions if question["lang"] == language]
            for question in asked:
                started = time.perf_counter()
                found = [row.document for row in search_one(question["text"], language, shelf, k=10)]
                took.append((time.perf_counter() - started) * 1000)
                ranks.append(next((n for n, document in enumerate(found) if document in question["gold"]), 99))
            hits = {k: sum(rank < k for rank in ranks) for k in (1, 3, 5)}
            cells.append(Cell(asked_in=language, policies_in="+".join(locales), n=len(asked), hits=hits))
        index.close()
    return cells, took


def main() -> int:
    arguments = argparse.ArgumentParser(description="Recall of policy search, per language pair.")
    arguments.add_argument("--policies", type=Path, default=DATA / "policies/passages.json")
    arguments.add_argument("--questions", type=Path, default=DATA / "utterances/questions.json")
    arguments.add_argument("--no-e5", action="store_true", help="the default embedder alone")
    arguments.add_argument("--chroma", action="store_true", help="through Chroma instead of comparing with every passage")
    chosen = arguments.parse_args()
    if not chosen.policies.exists() or not chosen.questions.exists():
        print(f"search: not measured, {chosen.policies} or {chosen.questions} is not there")
        return 0
    passages, questions = (json.loads(path.read_text("utf-8")) for path in (chosen.policies, chosen.questions))
    cells, took = measure(passages, questions, e5=not chosen.no_e5, chroma=chosen.chroma)
    print("question → policies        n    R@1   R@3   R@5   R@3, 95 %")
    for cell in cells:
        low, high = wilson(cell.hits[3], cell.n)
        rates = "  ".join(f"{cell.rate(k):.2f}" for k in (1, 3, 5))
        print(f"{cell.asked_in} → {cell.policies_in:<18} {cell.n:>5}   {rates}   {low:.2f}-{high:.2f}")
    took.sort()
    print(f"milliseconds a search: p50 {statistics.median(took):.1f}, p95 {took[int(len(took) * 0.95)]:.1f}, n = {len(took)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
