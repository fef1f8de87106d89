"""A policy's words made easy to compare, without losing the way back to what was written."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_APOSTROPHES = dict.fromkeys(map(ord, "’‘ʼ`´"), "'") | dict.fromkeys(map(ord, "‐‑‒–—―−"), "-") | dict.fromkeys(map(ord, "“”„«»"), '"')
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|approx|incl|excl|no|nr|art|p\. ?ej|aprox|z\. ?b|bzw|ca|inkl|exkl|zzgl|ggf|d\. ?h|u\. ?a|usw|mr|mrs|dr|st|mme)"
    r"|\b[a-z])\.$",
    re.I,
)
_HALF_OF_DAY = re.compile(r"\b[ap]\. ?m\.$", re.I)
_ZONE_NEXT = re.compile(r"[A-Z]{2,5}\b|\(")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'»”)]*\s+(?=[^a-zß-ÿ\s])|(?<=[。！？])|\n")
_BULLET = re.compile(r"^\s*(?:[-*•・–—]|\d{1,2}[.)])\s*")
_ENDED = re.compile(r"[.!?。！？]\s*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """Folded words with, for each character, where it stands in what was written."""

    raw: str
    text: str
    """NFKC, case-folded, accents of Latin letters dropped, plain quotes and dashes, single spaces."""
    places: tuple[int, ...]

    def written(self, start: int, end: int) -> str:
        """What was written at `text[start:end]`."""
        if start >= end:
            return ""
        return self.raw[self.places[start] : self.places[end - 1] + 1]


def fold(word: str) -> str:
    """The folded form of a word or phrase, as `flatten` gives it."""
    return flatten(word).text


def flatten(raw: str) -> Flat:
    out: list[str] = []
    places: list[int] = []
    for place, char in enumerate(raw):
        if char.isascii():
            folded = char.lower()
        else:
            folded = unicodedata.normalize("NFKC", char).casefold().translate(_APOSTROPHES)
            folded = "".join(_without_accent(one) for one in folded)
        for one in folded:
            if one.isspace():
                if out and out[-1] == " ":
                    continue
                one = " "
            out.append(one)
            places.append(place)
    return Flat(raw=raw, text="".join(out), places=tuple(places))


def _without_accent(char: str) -> str:
    if unicodedata.combining(char) and char not in "\u3099\u309a":
        return ""
    if not char.isalpha() or ord(char) >= 0x370:
        return char
    return "".join(part for part in unicodedata.normalize("NFD", char) if not unicodedata.combining(part))


def sentences(raw: str) -> Iterator[tuple[int, int]]:
    """Spans of the sentences in `raw`, in order. A line that leads into a list takes the list with it."""
    leading = False
    pending: tuple[int, int] | None = None
    for begin, end in _pieces(raw):
        words = raw[begin:end]
        if pending is not None and leading and (_BULLET.match(words) or not _ENDED.search(words)):
            pending = (pending[0], end)
            continue
        if pending is not None:
            yield pending
        pending = (begin, end)
        leading = words.rstrip().endswith((":", "："))
    if pending is not None:
        yield pending


def _pieces(raw: str) -> Iterator[tuple[int, int]]:
    start = 0
    for cut in _SENTENCE_END.finditer(raw):
        if cut.start() < start or (cut.group() != "\n" and _is_abbreviated(raw, cut.start(), cut.end())):
            continue
        span = _trimmed(raw, start, cut.start())
        if span is not None:
            yield span
        start = cut.end()
    span = _trimmed(raw, start, len(raw))
    if span is not None:
        yield span


def _is_abbreviated(raw: str, stop: int, following: int) -> bool:
    """Whether the full stop before `stop` belongs to a short form ("z. B.", "2 p.m. CET") and ends nothing."""
    before = raw[max(0, stop - 12) : stop]
    if _HALF_OF_DAY.search(before):
        return _ZONE_NEXT.match(raw[following : following + 6]) is not None
    return _ABBREVIATION.search(before) is not None


def _trimmed(raw: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end and raw[start].isspace():
        start += 1
    while end > start and raw[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None
