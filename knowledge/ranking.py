"""Puts passages in order for a question: nearness in meaning, shared letters and shared shop words, weighed together. Pure."""

from collections import defaultdict
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    clause: Clause
    score: float


def over_copies(clauses: Mapping[str, Sequence[Clause]], scores: Mapping[str, Scores], locale: str) -> list[Ranked]:
    """One entry a passage, best first: its best copy counts, the copy in the asker's language is handed out where there is one.

    clauses, scores: by locale, in the same order.
    """
    by_document: dict[str, dict[str, list[Ranked]]] = defaultdict(lambda: defaultdict(list))
    for language, found in clauses.items():
        for clause, score in zip(found, scores[language], strict=True):
            by_document[clause.document][language].append(Ranked(clause=clause, score=float(score)))
    ranked: list[Ranked] = []
    for copies in by_document.values():
        own = copies.get(locale)
        if len({len(copy) for copy in copies.values()}) == 1:  # the copies were cut alike: passage by passage
            for same in zip(*copies.values(), strict=True):
                best = max(same, key=lambda one: one.score)
                shown = next((one for one in same if one.clause.locale == locale), best)
                ranked.append(Ranked(clause=shown.clause, score=best.score))
        elif own:
            lift = max(0.0, max(one.score for copy in copies.values() for one in copy) - max(one.score for one in own))
            ranked.extend(Ranked(clause=one.clause, score=one.score + lift) for one in own)
        else:
            ranked.extend(max(copies.values(), key=lambda copy: max(one.score for one in copy)))
    return sorted(ranked, key=lambda one: (-one.score, one.clause.id))
