"""A reply as plain text: everything its blocks say, for mail, terminals and readers without blocks."""

from collections.abc import Iterable, Sequence
from typing import assert_never

from agent.order_card import rows
from agent.phrasing import Phrasing
from channels.reply import Block, Choices, DeepLink, HandoffNotice, OrderCard, Quote, SignIn, Text


def plain_text(blocks: Sequence[Block], pen: Phrasing) -> str:
    """One paragraph a block, an empty line between; links written out with what they are for."""
    return "\n\n".join(text for block in blocks if (text := "\n".join(_lines(block, pen))))


def _lines(block: Block, pen: Phrasing) -> Iterable[str]:
    match block:
        case Text(text=text) | HandoffNotice(text=text):
            yield text
        case OrderCard():
            yield block.title
            yield from rows(block)
            if block.until_words:
                yield block.until_words
            for link in (*((block.primary,) if block.primary else ()), *block.links):
                yield _led(link.label, link.url, pen)
        case DeepLink(label=label, url=url):
            yield _led(label, url, pen)
        case Choices(options=options):
            yield from (f"- {option.label}" for option in options)
        case SignIn():
            yield _led(block.label, block.url, pen)
            yield block.code_label
        case Quote():
            yield quote_row(block, pen)
        case _:
            assert_never(block)


_COLON = {"fr": " : ", "ja": "："}


def _led(label: str, url: str, pen: Phrasing) -> str:
    return f"{label.rstrip(' :：')}{_COLON.get(pen.language, ': ')}{url}"


def quote_row(quote: Quote, pen: Phrasing) -> str:
    """The quote in its own words, then where it stands, its language if it is another, and when it last changed."""
    place = " · ".join(part for part in (quote.title, quote.language_words, quote.changed_words) if part)
    return pen.catalogue.phrases["quote.row"].fill({"quote": quote.text, "document": place}, {}, pen.language)
