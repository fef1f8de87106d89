"""Puts passages in order for a question: nearness in meaning, shared letters and shared shop words, weighed together. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.document import Clause

Scores = NDArray[np.float32]

LETTERS = 0.3
"""Weight of the letter leg, within a language only; 0.2 to 0.5 is flat."""

SHOP_WORDS = 0.5
"""Weight of the shop-word leg, in every language; 0.3 to 1 is flat."""

FEW = 8.0
"""A copy with few passages borrows the spread of all: the z of two passages says nothing."""


def standard(scores: Scores, *, all_scores: Scores | None = None) -> Scores:
    """z-scores; with `all_scores`, mean and spread are drawn towards theirs where there are few."""
    if not scores.size:
        return scores
    mean, spread = float(scores.mean()), float(scores.std())
    if all_scores is not None and all_scores.size > scores.size:
        own = scores.size / (scores.size + FEW)
        mean = own * mean + (1 - own) * float(all_scores.mean())
        spread = own * spread + (1 - own) * float(all_scores.std())
    return np.asarray((scores - mean) / spread if spread > 1e-9 else np.zeros_like(scores), np.float32)


_ROUNDING = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    clause: Clause
    score: float


class Layout:
    """Which passages make up which document, in every language. Made once for what is published."""

    def __init__(self, clauses: Mapping[str, Sequence[Clause]]) -> None:
        """clauses: by locale."""
        number: dict[str, int] = {}
        self.document_of: dict[str, NDArray[np.intp]] = {}
        """By locale: each passage's document, shape (passages,)."""
        for language, found in clauses.items():
            numbers = [number.setdefault(clause.document, len(number)) for clause in found]
            self.document_of[language] = np.array(numbers, dtype=np.intp)
        self.passages: list[dict[str, list[int]]] = [{} for _ in number]
        """By document and locale: the places of its passages."""
        for language, documents in self.document_of.items():
            for place, document in enumerate(documents.tolist()):
                self.passages[document].setdefault(language, []).append(place)

    def tops(self, scores: Mapping[str, Scores]) -> Scores:
        """The best score of each document in any language, shape (documents,): none of its entries comes to more."""
        found = np.full(len(self.passages), -np.inf, np.float32)
        for language, documents in self.document_of.items():
            np.maximum.at(found, documents, scores[language])
        return found


def over_copies(
    clauses: Mapping[str, Sequence[Clause]],
    scores: Mapping[str, Scores],
    locale: str,
    *,
    k: int | None = None,
    layout: Layout | None = None,
) -> list[Ranked]:
    """One entry a passage, the `k` best first: its best copy counts, the copy in the asker's language is handed out where there is one.

    clauses, scores: by locale, in the same order. k: None for all. layout: of these clauses, where it is kept.
    """
    layout = layout or Layout(clauses)
    tops = layout.tops(scores)
    ranked: list[Ranked] = []
    for document in np.argsort(-tops, kind="stable").tolist():
        # Documents come best first, so of thousands only a few are looked into.
        if k is not None and len(ranked) >= k and (k == 0 or tops[document] < ranked[k - 1].score - _ROUNDING):
            break
        copies = {
            language: [Ranked(clause=clauses[language][place], score=float(scores[language][place])) for place in places]
            for language, places in layout.passages[document].items()
        }
        ranked += _of_document(copies, locale)
        if k is not None:
            ranked = sorted(ranked, key=_place)[:k]
    return sorted(ranked, key=_place)


def _of_document(copies: Mapping[str, Sequence[Ranked]], locale: str) -> Sequence[Ranked]:
    own = copies.get(locale)
    if len({len(copy) for copy in copies.values()}) == 1:  # the copies were cut alike: passage by passage
        ranked: list[Ranked] = []
        for same in zip(*copies.values(), strict=True):
            best = max(same, key=lambda one: one.score)
            shown = next((one for one in same if one.clause.locale == locale), best)
            ranked.append(Ranked(clause=shown.clause, score=best.score))
        return ranked
    if own:
        lift = max(0.0, max(one.score for copy in copies.values() for one in copy) - max(one.score for one in own))
        return [Ranked(clause=one.clause, score=one.score + lift) for one in own]
    return max(copies.values(), key=lambda copy: max(one.score for one in copy))


def _place(one: Ranked) -> tuple[float, str]:
    return -one.score, one.clause.id
