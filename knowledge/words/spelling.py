"""Mends a shopper's spelling against the words the shop uses, so that "refnd" still finds the refund policy."""

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from knowledge.words.folding import fold, is_japanese

_WORD = re.compile(r"[^\W\d_]{4,}")
LONG = 7
"""From this many letters on two slips are mended, else one: at six letters two slips make another word too easily."""


class Spelling:
    """The shop words of one language, as they are written.

    is_known: says of a folded word that it is right as it stands, whatever shop word is near.
    """

    def __init__(self, words: Iterable[str], is_known: Callable[[str], bool] = lambda word: False) -> None:
        self._written = {fold(word): word for word in sorted(words) if len(word) > 3 and not is_japanese(word)}
        self._list = sorted(self._written)
        self._is_known = is_known
        self._mended = lru_cache(4096)(self._mend_word)

    def mend(self, text: str) -> str:
        """The text with misspelt shop words mended; the very same text where nothing is."""
        return _WORD.sub(lambda found: self._mended(found.group()), text)

    def _mend_word(self, word: str) -> str:
        folded = fold(word)
        if len(folded) < 4 or folded in self._written or is_japanese(folded) or self._is_known(folded):
            return word
        slips = 2 if len(folded) >= LONG else 1
        near = process.extract(folded, self._list, scorer=OSA.distance, score_cutoff=slips, limit=8)
        best = min((_slip(folded, word, distance) for word, distance, _ in near), default=None)
        return self._written[best.word] if best and best.likely(folded) else word


@dataclass(frozen=True, order=True)
class _Slip:
    """One way a word may have been meant; the smaller the likelier. Letters left out or swapped are the commonest slips."""

    distance: int
    strange: int
    """Letters typed that the word does not have."""
    stretch: int
    word: str

    def likely(self, typed: str) -> bool:
        if len(typed) < 5:
            return not self.strange and len(self.word) > len(typed)
        if self.word[0] != typed[0] and self.strange:
            return False
        # Another ending of the same word is no slip.
        return self.word[-1] == typed[-1] or _shared_start(self.word, typed) < max(4, len(typed) - 1 - (len(typed) >= LONG))


def _slip(typed: str, word: str, distance: int) -> _Slip:
    strange = (Counter(typed) - Counter(word)).total()
    return _Slip(distance, strange, abs(len(word) - len(typed)), word)


def _shared_start(one: str, other: str) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
