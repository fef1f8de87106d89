"""Cuts a message where a second wish may begin. Cutting is only a proposal: what reads as one wish is put together again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agent.readers import cues
from agent.readers.weighing import Weighed
from agent.wish import DesiredChange, LineRef, OrderRef

MOST = 8
"""Clauses read of one message."""
PROPOSED = 40
"""Pieces looked at; who repeats a line a hundred times means it once."""
STRONG: Mapping[str, tuple[str, ...]] = {
    "edit": ("size", "colour", "variant", "quantity"),
    "address": ("address", "postcode", "moved"),
    "cancel": ("cancel", "stop_it"),
    "remove": ("remove",),
    "return": ("return", "exchange", "refund", "label"),
    "add": ("add",),
    "status": ("track", "where", "waiting"),
    "person": ("human", "service", "complaint", "call"),
    "pay": ("card", "pay", "invoice", "discount"),
    "problem": ("broken", "missing", "not_ordered", "says_delivered", "lost"),
    "policy": ("shop", "account", "how_much", "policy", "how_long"),
    "contract": ("withdraw",),
    "bot": ("bot",),
}
"""Cues that can carry a wish of their own; a clause without one belongs to its neighbour."""

_SENTENCE = re.compile(r"(?<=[!?。！？])\s*|(?<=[a-zà-ÿ0-9\)\]]\.)\s+|\n+|;\s*|(?<=。)")
_JOINTS = {
    "en": r",?\s+(?:and then|and also|and please|and|then|also|plus|as well as|oh and|but also)\s+|,\s+",
    "fr": r",?\s+(?:et puis|et aussi|et en plus|et|puis|aussi|ainsi que|en plus|mais aussi)\s+|,\s+",
    "es": r",?\s+(?:y también|y tambien|y además|y|e|también|tambien|además|ademas|luego)\s+|,\s+",
    "de": r",?\s+(?:und auch|und außerdem|und dann|und|außerdem|ausserdem|sowie|dann noch|zusätzlich)\s+|,\s+",
    "ja": r"[、,]?(?:それと|それから|あとは?|また|加えて|さらに|ついでに)[、,]?|[、,]|(?<=たい)し"
    r"|(?<=して)(?=[\u4e00-\u9fff\u30a0-\u30ff]{2,})|(?<=ください)(?=.)|\s+",
}
_COMPILED = {language: re.compile(pattern, re.I) for language, pattern in _JOINTS.items()}


def clauses(text: str, language: str) -> list[str]:
    """The message in pieces, in order; at least one. text: tidied."""
    found: list[str] = []
    for sentence in _SENTENCE.split(text):
        if sentence and sentence.strip():
            found += [
                piece.strip() for piece in _COMPILED.get(language, _COMPILED["en"]).split(sentence) if piece and piece.strip(" ,、。.!?")
            ]
    once: dict[str, str] = {}
    for piece in found:
        once.setdefault(piece.lower(), piece)
    return list(once.values())[:PROPOSED] or [text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One piece of a message, read."""

    text: str
    folded: str
    weighed: Weighed
    orders: tuple[OrderRef, ...]
    lines: tuple[LineRef, ...]
    change: DesiredChange | None

    def strong(self) -> frozenset[str]:
        return frozenset(group for group, names in STRONG.items() if any(cues.has(name, self.folded) for name in names))
