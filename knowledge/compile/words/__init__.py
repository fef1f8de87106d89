"""The words policies are written in, language by language.

A table maps a concept to its phrases, separated by ` / `. A phrase is folded text (lower case, no accents needed) with three
signs: `~` any ending or beginning of a word, ` .. ` up to six words between, `(a|b)` and `?` as in regular expressions.
To teach the compiler a new way of saying something, add a phrase; no code changes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from knowledge.compile.text import fold
from knowledge.compile.words import de, en, es, fr, ja

LANGUAGES = ("en", "fr", "ja", "es", "de")
_TABLES: Mapping[str, Mapping[str, str]] = {"en": en.WORDS, "fr": fr.WORDS, "ja": ja.WORDS, "es": es.WORDS, "de": de.WORDS}
_NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """One language's concepts as matchers over folded text, each made when it is first asked for."""

    language: str
    spaced: bool
    """Whether words are parted by spaces (Japanese: no)."""

    def __getitem__(self, concept: str) -> re.Pattern[str]:
        """A matcher that finds nothing where the language has no word for the concept."""
        return _concept(self.language, concept)


@cache
def _concept(language: str, concept: str) -> re.Pattern[str]:
    return matcher(_TABLES[language].get(concept, ""), language != "ja")


@cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of an ISO 639-1 language; English for one we do not speak.

    language: may carry a region (`fr-CA`).
    """
    code = language.split("-")[0].split("_")[0].lower()
    code = code if code in _TABLES else "en"
    return Lexicon(language=code, spaced=code != "ja")


def speaks(language: str) -> bool:
    """Whether the compiler knows the language."""
    return language.split("-")[0].split("_")[0].lower() in _TABLES


def matcher(phrases: str, spaced: bool) -> re.Pattern[str]:
    """A regular expression for phrases written as the module says."""
    written = [" ".join(one.split()) for one in re.split(r"\s/\s", phrases.strip())]
    if not any(written):
        return _NEVER
    any_of = "|".join(_pattern(fold(one), spaced) for one in sorted((one for one in written if one), key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{any_of})(?!\w)" if spaced else any_of)


def _pattern(phrase: str, spaced: bool) -> str:
    if not spaced:
        return phrase.replace(" .. ", "[^。、]{0,10}?").replace(" ", "")
    return phrase.replace(" .. ", " (?:[^ ,;:]+ ){0,6}?").replace("~", r"[\w'-]*")
