"""A catalogue of sentences in one language, with slots for facts and nothing else that varies.

Patterns are plain text with a small subset of message syntax:
    {order}                                                a slot
    {count, plural, one {# item} other {# items}}          by the language's plural classes; `#` is the slot's own text
    {state, select, open {…} other {…}}                    by the slot's text
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Literal, TypeAlias

import yaml
from babel import Locale

LOCALES = ("en", "fr", "ja", "es", "de")
"""The languages every catalogue of the house speaks."""


class BadPhrase(ValueError):
    """A pattern cannot be read; the message shows where and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """A plural or select: the branch is chosen when the slot's value is known."""

    name: str
    by: Literal["plural", "select"]
    branches: Mapping[str, "tuple[Piece, ...]"]


Piece: TypeAlias = str | Slot | Fork


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One sentence of a catalogue, read once."""

    key: str
    pattern: str
    pieces: tuple[Piece, ...]
    slots: frozenset[str]

    def fill(self, values: Mapping[str, str], counts: Mapping[str, int], locale: str) -> str:
        """The sentence with its slots filled.

        values: the text of each slot. counts: for plural forks, the number behind that text.
        Raises KeyError for a slot without a value: an empty slot must never reach a shopper.
        """
        return _fill(self.pieces, values, counts, locale, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    locale: str
    phrases: Mapping[str, Phrase]

    def find(self, *keys: str) -> Phrase | None:
        """The first of these keys that the catalogue holds: list the most particular one first."""
        return next((self.phrases[key] for key in keys if key in self.phrases), None)

    def say(self, key: str, /, **slots: str | int) -> str:
        """The sentence of that key. Raises KeyError for an unknown key or a slot left empty."""
        values = {name: str(value) for name, value in slots.items()}
        counts = {name: value for name, value in slots.items() if isinstance(value, int)}
        return self.phrases[key].fill(values, counts, self.locale)

    def under(self, prefix: str) -> dict[str, str]:
        """The patterns under a prefix, keyed by what follows it; for pages and scripts that fill slots themselves."""
        head = f"{prefix}."
        return {key[len(head) :]: phrase.pattern for key, phrase in self.phrases.items() if key.startswith(head)}


@lru_cache(maxsize=64)
def load(package: str, locale: str) -> Catalogue:
    """The catalogue that lies beside `package` as `<locale>.yaml`, read once. Raises BadPhrase or FileNotFoundError."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    rows = yaml.load(resources.files(package).joinpath(f"{locale}.yaml").read_text(encoding="utf-8"), Loader=loader)
    return Catalogue(locale=locale, phrases={key: read(key, text) for key, text in rows.items()})


def nearest(locale: str | None) -> str:
    """The catalogue language for a tag such as `fr-CH` or `pt_BR`: its own, else English."""
    language = (locale or "").replace("_", "-").split("-")[0].lower()
    return language if language in LOCALES else LOCALES[0]


def read(key: str, pattern: str) -> Phrase:
    """Reads one pattern. Raises BadPhrase with the key and the place."""
    pieces, end = _pieces(key, pattern, 0, inside=False)
    if end != len(pattern):
        raise BadPhrase(f"{key!r}: unmatched `}}` at {end} in {pattern!r}")
    return Phrase(key=key, pattern=pattern, pieces=pieces, slots=_slots(pieces))


def _pieces(key: str, text: str, at: int, *, inside: bool) -> tuple[tuple[Piece, ...], int]:
    found: list[Piece] = []
    plain = ""
    while at < len(text) and text[at] != "}":
        if text[at] != "{":
            plain, at = plain + text[at], at + 1
            continue
        if plain:
            found.append(plain)
            plain = ""
        piece, at = _argument(key, text, at + 1)
        found.append(piece)
    if inside and at >= len(text):
        raise BadPhrase(f"{key!r}: `{{` is not closed in {text!r}")
    return (*found, plain) if plain else tuple(found), at


def _argument(key: str, text: str, at: int) -> tuple[Slot | Fork, int]:
    end = min((i for i in (text.find(",", at), text.find("}", at)) if i >= 0), default=-1)
    name = text[at:end].strip() if end >= 0 else ""
    if not name.isidentifier():
        raise BadPhrase(f"{key!r}: expected a slot name at {at} in {text!r}")
    if text[end] == "}":
        return Slot(name=name), end + 1
    comma = text.find(",", end + 1)
    by = text[end + 1 : comma].strip() if comma >= 0 else ""
    branches: dict[str, tuple[Piece, ...]] = {}
    at = comma + 1
    while comma >= 0 and text[at : at + 1] != "}":
        opening = text.find("{", at)
        if opening < 0:
            raise BadPhrase(f"{key!r}: expected a branch at {at} in {text!r}")
        label = text[at:opening].strip()
        branches[label], closing = _pieces(key, text, opening + 1, inside=True)
        at = closing + 1
        while text[at : at + 1] == " ":
            at += 1
    if "other" not in branches:
        raise BadPhrase(f"{key!r}: {name!r} needs a branch `other` in {text!r}")
    if by == "plural":
        return Fork(name=name, by="plural", branches=branches), at + 1
    if by == "select":
        return Fork(name=name, by="select", branches=branches), at + 1
    raise BadPhrase(f"{key!r}: {by!r} is neither plural nor select in {text!r}")


def _slots(pieces: tuple[Piece, ...]) -> frozenset[str]:
    found: set[str] = set()
    for piece in pieces:
        if isinstance(piece, Slot):
            found.add(piece.name)
        elif isinstance(piece, Fork):
            found.add(piece.name)
            found.update(*(_slots(branch) for branch in piece.branches.values()))
    return frozenset(found)


def _fill(pieces: tuple[Piece, ...], values: Mapping[str, str], counts: Mapping[str, int], locale: str, number: str) -> str:
    said: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            said.append(piece.replace("#", number) if number else piece)
        elif isinstance(piece, Slot):
            said.append(values[piece.name])
        else:
            label = _plural_class(locale, counts[piece.name]) if piece.by == "plural" else values[piece.name]
            branch = piece.branches.get(label, piece.branches["other"])
            said.append(_fill(branch, values, counts, locale, values[piece.name] if piece.by == "plural" else number))
    return "".join(said)


@lru_cache(maxsize=256)
def _plural_class(locale: str, count: int) -> str:
    return str(Locale.parse(locale).plural_form(count))
