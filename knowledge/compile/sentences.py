"""A clause cut into statements: one idea each, with the span of the sentence it stands in."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.compile.amounts import clocks, durations
from knowledge.compile.text import flatten, sentences
from knowledge.compile.words import Lexicon

_QUESTION = re.compile(r"[?？]\s*[\"'»”」』]?\s*$|か。\s*$")
_HEADING_MARK = re.compile(r"\s[>›»|→]\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    start: int
    end: int
    """In the clause as written: `text[start:end]` is the quote."""
    parts: tuple[str, ...]
    """Folded statements, in order."""
    question: bool
    answer: bool | None
    """True or False where it opens with "yes" or "no"."""


def cut(text: str, lexicon: Lexicon) -> Iterator[Sentence]:
    """The sentences of a clause, in order. Never raises; no words, no sentences."""
    for start, end in sentences(text):
        words = flatten(text[start:end]).text
        question = _QUESTION.search(text[start:end]) is not None
        answer, words = _answer(words, lexicon)
        yield Sentence(start=start, end=end, parts=tuple(_parts(words, lexicon)), question=question, answer=answer)


def is_question(text: str) -> bool:
    """Whether it ends as a question does."""
    return _QUESTION.search(text) is not None


def heading_parts(title: str) -> list[str]:
    """The headings of a path, nearest first."""
    return [part for part in reversed(_HEADING_MARK.split(title)) if part.strip()]


def _answer(words: str, lexicon: Lexicon) -> tuple[bool | None, str]:
    for concept, value in (("yes", True), ("no", False)):
        hit = lexicon[concept].match(words)
        if hit is not None and re.match(r"(?:が)? ?[,.:;!。、-]|$", words[hit.end() :]):
            return value, words[hit.end() :].lstrip(" ,.:;!。、-" if lexicon.spaced else "が ,.:;!。、-")
    return None, words


def _parts(words: str, lexicon: Lexicon) -> Iterator[str]:
    if lexicon.spaced:
        pieces = _with_their_contact(re.split(r"; ?", words), lexicon)
        pieces = [part for piece in pieces for part in _at(piece, re.compile(rf",? {lexicon['but'].pattern}"))]
    else:
        pieces = [part for piece in words.split(";") for part in re.split(lexicon["but"].pattern, piece)]
    for piece in pieces:
        yield from _conjoined(piece, lexicon)


def _with_their_contact(pieces: list[str], lexicon: Lexicon) -> list[str]:
    """ "…; please call us" stays with what one should call about."""
    out: list[str] = []
    for piece in pieces:
        alone = lexicon["contact"].search(piece) and not any(lexicon[name].search(piece) for name in ("edit", "cancel", "return", "refund"))
        if out and alone and len(piece.split()) <= 8:
            out[-1] = f"{out[-1]} {piece}"
        else:
            out.append(piece)
    return out


def _at(words: str, mark: re.Pattern[str]) -> list[str]:
    """Cut before each mark, keeping it: "after that" tells what follows."""
    starts = [hit.start() for hit in mark.finditer(words) if hit.start() > 0 and len(words[hit.start() :].split()) > 4]
    places = [0, *starts, len(words)]
    return [words[start:end].strip(" ,") for start, end in itertools.pairwise(places) if words[start:end].strip(" ,")]


def _conjoined(words: str, lexicon: Lexicon) -> Iterator[str]:
    """ "Cancelled within two hours and edited within thirty minutes" is two statements; the second borrows "can"."""
    for hit in re.finditer(rf",|{lexicon['join'].pattern}" if lexicon.spaced else f"、|{lexicon['join'].pattern}", words):
        left, right = words[: hit.start()], words[hit.end() :]
        if _stands(left, lexicon) and _stands(right, lexicon):
            yield left
            denied = lexicon["not"].search(left) is not None and lexicon["not"].search(right) is None
            cut_at = lexicon["not"].search(left) if denied else None
            yield from _conjoined(f"{cut_at.group()} {right}" if cut_at is not None and lexicon.spaced else right, lexicon)
            return
    yield words


def _stands(words: str, lexicon: Lexicon) -> bool:
    """Whether a piece has both an action and a bound of its own."""
    if not any(lexicon[name].search(words) for name in ("edit", "cancel", "return", "exchange", "add", "swap", "remove")):
        return False
    return bool(
        durations(words, lexicon.language)
        or clocks(words, lexicon.language)
        or (
            any(lexicon[name].search(words) for name in ("preparing", "shipped"))
            and (lexicon["before"].search(words) or lexicon["after"].search(words))
        )
    )
