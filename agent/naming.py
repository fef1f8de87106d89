"""A product called by its name: the titles on the shopper's own orders, found in their words where the reader heard none. Pure.

A reader does not know the shop's products. Their names are looked for only after the orders were read, among those orders alone.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from agent.reading import Reading
from agent.resolve import LINE_KINDS, LINE_WISHES, best, change_kind
from agent.thing_words import fold
from agent.wish import Guess, Intent, LineRef, WishReading
from channels.message import Inbound
from shop.order import Order, OrderLine

_ONLY = re.compile(r"\b(?:only|just|seulement|uniquement|juste|solo|solamente|unicamente|nur|lediglich|bloss)\b|だけ|のみ")
"""Said with a title, it is that title alone that is meant, not the order."""


def naming(reading: Reading, messages: Sequence[Inbound], orders: Sequence[Order]) -> Reading:
    """The reading with the lines its words name; unchanged unless exactly one wish about lines lacks a line that is on an order."""
    lines = tuple(line for order in orders for line in order.lines)
    words = fold(" ".join(message.text for message in messages))
    only = bool(_ONLY.search(words))
    lacking = [place for place, wish in enumerate(reading.wishes) if _may_name(wish, only=only) and not _names(wish, lines)]
    if len(lacking) != 1:
        return reading
    taken = {line.title for wish in reading.wishes if _names(wish, lines) for line in _named_by(wish, lines)}
    titles = [title for title in titles_in(words, lines) if title not in taken]
    if not titles:
        return reading
    refs = tuple(LineRef(kind="words", value=title) for title in titles)
    named = replace(_of_a_part(reading.wishes[lacking[0]]), line_refs=refs)
    return replace(reading, wishes=tuple(named if place == lacking[0] else wish for place, wish in enumerate(reading.wishes)))


def _of_a_part(wish: WishReading) -> WishReading:
    """Only these: what sounded like the whole order is a wish about its items."""
    if wish.intent is not Intent.CANCEL_ORDER:
        return wish
    return replace(wish, intents=(Guess(intent=Intent.CANCEL_ITEM, confidence=wish.intents[0].confidence), *wish.intents))


def titles_in(text: str, lines: Iterable[OrderLine]) -> tuple[str, ...]:
    """The titles that stand in the text whole, longest first; one that is part of a longer one found counts once."""
    rest = fold(text)
    found: list[str] = []
    for title in sorted({line.title for line in lines}, key=lambda title: (-len(title), title)):
        pattern = _whole(fold(title).strip())
        if pattern is not None and pattern.search(rest):
            rest = pattern.sub(" ", rest)
            found.append(title)
    return tuple(found)


def _whole(title: str) -> re.Pattern[str] | None:
    if len(title) < 2:
        return None
    start = "(?<![a-z])" if title[0].isascii() else ""
    end = "(?:s|es|e|n|en|x)?(?![a-z])" if title[-1].isascii() else ""
    return re.compile(start + re.escape(title) + end)


def _may_name(wish: WishReading, *, only: bool) -> bool:
    of_a_part = only and wish.intent is Intent.CANCEL_ORDER
    return wish.sure and (of_a_part or change_kind(wish) in LINE_KINDS or wish.intent in LINE_WISHES)


def _names(wish: WishReading, lines: Sequence[OrderLine]) -> bool:
    """Whether its references already mean something: words that are near no line name nothing."""
    return any(ref.kind != "words" or best(ref.value, lines) for ref in wish.line_refs)


def _named_by(wish: WishReading, lines: Sequence[OrderLine]) -> Iterable[OrderLine]:
    return (line for ref in wish.line_refs if ref.kind == "words" for line in best(ref.value, lines))
