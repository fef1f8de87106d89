"""A shopper's question made ready for search: the language told, the spelling mended, the shop words in it known."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from knowledge.cleaning import clean
from knowledge.words.concepts import LANGUAGES, Concepts, concepts_of
from knowledge.words.kana import Kana
from knowledge.words.spelling import Spelling

LONGEST = 1_000
"""Characters of a message that are searched with; a question is seldom longer, and a pasted letter opens with it."""

_WORD = re.compile(r"[^\W\d_]{4,}")
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    asked: str
    mended: str
    """With misspelt shop words mended and kana written out; equal to `asked` where nothing was."""
    language: str
    """ISO 639-1: the locale's, or the language its shop words give away."""
    concepts: Counter[str]


class Words:
    """The shop words of every language, with what the brand's own texts add to them."""

    def __init__(self, texts: Mapping[str, Iterable[str]] | None = None, is_word: Callable[[str], bool] = lambda word: False) -> None:
        """texts: the brand's passages by locale. is_word: whether a folded word is one in any language."""
        texts = {locale.split("-")[0]: list(found) for locale, found in (texts or {}).items()}
        self.concepts = {language: concepts_of(language) for language in LANGUAGES}
        self._kana = Kana([*texts.get("ja", []), self.concepts["ja"].all_words()])
        self._spelling: dict[str, Spelling] = {}
        for language, concepts in self.concepts.items():
            if language != "ja":
                words = {word.lower() for text in texts.get(language, []) for word in _WORD.findall(text)}
                words |= concepts.spelled | concepts.words | {stem for stem in concepts.stems if len(stem) > 4}
                self._spelling[language] = Spelling(words, is_known=_known(concepts, is_word))

    def question(self, text: str, locale: str, topics: Sequence[str] = ()) -> Question:
        """topics: concept names, or further words to look for."""
        asked = clean(text)[:LONGEST]
        language = locale.split("-")[0]
        if language != "ja" and len(_JAPANESE.findall(asked)) * 3 > len(asked):
            language = "ja"
        mended, concepts = self._read(asked, language)
        if not concepts:
            # The conversation may not know its language yet: the one whose shop words are spoken.
            others = [(found, other, words) for other in LANGUAGES if other != language for words, found in (self._read(asked, other),)]
            best = max(others, key=lambda other: other[0].total())
            if best[0].total() > 1:
                concepts, language, mended = best
        for topic in topics:
            named = topic in self.concepts["en"].names
            concepts = concepts + (Counter([topic]) if named else self._read(clean(topic), language)[1])
        return Question(asked=asked, mended=mended, language=language, concepts=concepts)

    def of_policy(self, title: str, text: str, locale: str) -> Counter[str]:
        """The concepts a passage names; one in its title counts twice more."""
        concepts = self.concepts.get(locale.split("-")[0])
        if concepts is None:
            return Counter()
        in_title = concepts.of_policy(title)
        return concepts.of_policy(text) + in_title + in_title

    def _read(self, text: str, language: str) -> tuple[str, Counter[str]]:
        mended = self._kana.write(text) if language == "ja" else self._spelling[language].mend(text) if language in self._spelling else text
        concepts = self.concepts.get(language)
        return mended, concepts.of_question(mended) if concepts else Counter()


def _known(concepts: Concepts, is_word: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda word: concepts.knows(word) or is_word(word)
