"""Finds the sentence or two of a passage that answer a question, word for word."""

import re
from collections.abc import Sequence

from knowledge.words.folding import fold

WHOLE = 160
"""Characters. A passage this short is quoted whole; about two sentences."""

_END = re.compile(r"[.!?…]+[\"'”»)\]]*(?=\s)|[。！？]+[」』）]*|\n")
_NO_END = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|no|nr|bzw|z\.B|d\.h|ca|approx|incl|art|p\.ex|ex|M|Mr|Mrs|Ms|Dr|St|usw|inkl|Tel|tél|núm|Sr|Sra)|\b[A-Z]|\b\d{1,2})\.$"
)


_ASKS_A_FIGURE = re.compile(
    r"\b(?:how (?:long|much|many|soon|late|fast|quickly)|when|by when|until when|what time|cost|price"
    r"|combien|quand|quel delai|quels delais|sous quel delai|coute|prix"
    r"|cuanto|cuanta|cuantos|cuantas|cuando|que plazo|cuesta|precio"
    r"|wie (?:lange|viel|viele|schnell|bald)|wieviel|wieviele|wann|welche frist|kostet|preis)\b"
    r"|どのくらい|どれくらい|どれぐらい|どのぐらい|何日|何時間|何分|何営業日|何週間|いつ|いくら"
)
FIGURE = 0.35
"""What a figure is worth to a question that asks for one: as much as three or four shared shop words."""


def asks_for_a_figure(question: str) -> bool:
    """Whether a time, a number or a price would answer it ("How long does a refund take?"), in each of the five languages."""
    return _ASKS_A_FIGURE.search(fold(question)) is not None


def holds_a_figure(sentence: str) -> bool:
    return any(sign.isdigit() for sign in sentence)


def sentences(text: str) -> tuple[tuple[int, int], ...]:
    """Where each sentence begins and ends, trimmed; a list item counts as one."""
    spans: list[tuple[int, int]] = []
    start = 0
    for found in _END.finditer(text):
        piece = text[start : found.end()]
        if _NO_END.search(piece) and "\n" not in found.group():
            continue  # "e.g." and "1." end no sentence
        _add(spans, text, start, found.end())
        start = found.end()
    _add(spans, text, start, len(text))
    return tuple(spans)


def _add(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    if piece.strip():
        spans.append((start + len(piece) - len(piece.lstrip()), end - len(piece) + len(piece.rstrip())))


def quote(text: str, scores: Sequence[float]) -> str:
    """The best sentence, with its better neighbour where that fits beside it; an exact substring.

    scores: one a sentence, in the order of `sentences(text)`, the higher the better.
    """
    spans = sentences(text)
    if len(spans) <= 1 or len(text) <= WHOLE or len(scores) != len(spans):
        return text if len(text) <= 2 * WHOLE or not spans else text[slice(*spans[0])]
    best = max(range(len(spans)), key=lambda place: scores[place])
    around = [place for place in (best - 1, best + 1) if 0 <= place < len(spans)]
    beside = max(around, key=lambda place: scores[place])
    first, last = min(best, beside), max(best, beside)
    if spans[last][1] - spans[first][0] <= WHOLE and scores[beside] > 0:
        return text[spans[first][0] : spans[last][1]]
    return text[slice(*spans[best])]
