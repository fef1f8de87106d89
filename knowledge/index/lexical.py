"""Finds passages by their letters: product codes, coupon words and names that no embedder knows.

BM25 over pieces of words, so that one leg serves Latin script and Japanese and forgives an ending.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.words.folding import fold, is_japanese, words_of

K1, B = 1.2, 0.75


def grams(text: str) -> Iterator[str]:
    """Whole words and their pieces of 3 and 4 letters; for Japanese pieces of 1 to 3."""
    for word in words_of(fold(text)):
        if is_japanese(word):
            yield from (word[i : i + n] for n in (1, 2, 3) for i in range(len(word) - n + 1))
        else:
            yield f"W_{word}"
            edged = f"^{word}$"
            yield from (edged[i : i + n] for n in (3, 4) for i in range(len(edged) - n + 1))


class Bm25:
    """Okapi BM25 over bags of tokens; scores every document at once."""

    def __init__(self, bags: Sequence[Mapping[str, float]], *, k1: float = K1, b: float = B) -> None:
        self._size = len(bags)
        lengths = np.array([sum(bag.values()) for bag in bags], np.float32)
        mean = float(lengths.mean()) or 1.0 if len(bags) else 1.0
        places: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, bag in enumerate(bags):
            for token, count in bag.items():
                places[token].append((place, count))
        self._postings: dict[str, tuple[NDArray[np.intp], NDArray[np.float32]]] = {}
        for token, found in places.items():
            where = np.array([place for place, _ in found], np.intp)
            n = np.array([times for _, times in found], np.float32)
            rarity = math.log(1 + (len(bags) - len(found) + 0.5) / (len(found) + 0.5))
            weight = rarity * n * (k1 + 1) / (n + k1 * (1 - b + b * lengths[where] / mean))
            self._postings[token] = (where, np.asarray(weight, np.float32))

    def scores(self, query: Mapping[str, float]) -> NDArray[np.float32]:
        """Shape (n,), in the order the bags were given; 0 where nothing is shared."""
        total = np.zeros(self._size, np.float32)
        for token, times in query.items():
            if token in self._postings:
                where, worth = self._postings[token]
                total[where] += np.float32(times) * worth
        return total


class Lexical:
    """The passages of one language by their letters."""

    def __init__(self, texts: list[str]) -> None:
        self._bm25 = Bm25([Counter(grams(text)) for text in texts])

    def scores(self, question: str) -> NDArray[np.float32]:
        return self._bm25.scores(Counter(grams(question)))
