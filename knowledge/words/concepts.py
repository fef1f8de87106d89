"""Knows that "call off", "annuler" and "取り消し" speak of the same thing, so that a question finds a policy in other words.

The words stand in one text file a language beside this module. A line is `concept = shop's words ; what only shoppers say`:
the first part is looked for in policies and in questions, the second in questions only.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from knowledge.words.folding import fold, words_of

HERE = Path(__file__).parent
LANGUAGES = ("en", "fr", "ja", "es", "de")


class Concepts:
    """The words of one language. Read once, then only looked at; safe to share between threads."""

    def __init__(self, language: str) -> None:
        """Raises KeyError for a language that has no file."""
        if language not in LANGUAGES:
            raise KeyError(language)
        self.language = language
        self.words: set[str] = set()
        """Whole words, for mending spelling."""
        stems: set[str] = set()
        self._shop: dict[str, re.Pattern[str]] = {}
        self._shopper: dict[str, re.Pattern[str]] = {}
        self.spelled = frozenset(_spelled(language))
        """Common words as they are written, accents and all, for mending spelling alone."""
        for concept, shop, shopper in _read(language):
            self._shop[concept] = self._pattern(shop)
            self._shopper[concept] = self._pattern([*shop, *shopper])
            for phrase in (*shop, *shopper):
                for word in phrase.split():
                    (stems if "*" in word else self.words).add(word)
        self.stems = frozenset(stem.strip("*") for stem in stems)
        """Beginnings of words, e.g. `cancel` of `cancel*`."""
        self._starts = tuple(stem.strip("*") for stem in stems if stem[0] != "*")

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._shop)

    def all_words(self) -> str:
        """Every word there is, in one text."""
        return " ".join(sorted(self.words))

    def knows(self, word: str) -> bool:
        """Whether a folded word is one of these, or begins as one does."""
        return word in self.words or word.startswith(self._starts)

    def of_policy(self, text: str) -> Counter[str]:
        """How often each concept is named in a policy's words."""
        return self._count(self._shop, text)

    def of_question(self, text: str) -> Counter[str]:
        """The same for a shopper's words, with what only shoppers say."""
        return self._count(self._shopper, text)

    def _count(self, patterns: dict[str, re.Pattern[str]], text: str) -> Counter[str]:
        line = self._line(text)
        return Counter({name: n for name, pattern in patterns.items() if (n := sum(1 for _ in pattern.finditer(line)))})

    def _line(self, text: str) -> str:
        return fold(text) if self.language == "ja" else f" {' '.join(words_of(fold(text)))} "

    def _pattern(self, phrases: Iterable[str]) -> re.Pattern[str]:
        return re.compile("|".join(map(self._phrase, sorted(phrases, key=len, reverse=True))))

    def _phrase(self, phrase: str) -> str:
        if self.language == "ja":
            return re.escape(phrase)
        # Up to two words may stand between the words of a phrase: "pick up", "pick it up".
        return r"(?<= )" + r"(?: \S+){0,2} ".join(map(_word, phrase.split())) + r"(?= )"


@lru_cache(len(LANGUAGES))
def concepts_of(language: str) -> Concepts:
    """One language's words, read once for the process. Raises KeyError for a language that has no file."""
    return Concepts(language)


def _word(word: str) -> str:
    return re.escape(word).replace(r"\*", r"\S*")


def _read(language: str) -> Iterable[tuple[str, list[str], list[str]]]:
    for line in (HERE / f"{language}.txt").read_text("utf-8").splitlines():
        if line.strip() and line[0] not in "#!":
            name, _, words = line.partition("=")
            shop, _, shopper = words.partition(";")
            yield name.strip(), _phrases(shop), _phrases(shopper)


def _spelled(language: str) -> Iterable[str]:
    for line in (HERE / f"{language}.txt").read_text("utf-8").splitlines():
        if line.startswith("!"):
            yield from (word.strip() for word in line[1:].split(","))


def _phrases(part: str) -> list[str]:
    return [fold(phrase.strip()) for phrase in part.split(",") if phrase.strip()]
