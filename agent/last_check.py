"""The second door: a finished reply, read again by a parser written apart from the one that made it (INV-2, INV-4, INV-5)."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from agent.evidence import Evidence, Fact
from agent.gate_words import CALENDAR_WORDS, CLAIMS_DONE, CLAIMS_OURS
from agent.thing_words import fold
from channels.reply import Choices, DeepLink, HandoffNotice, InlineOption, OrderCard, Quote, Reply, SignIn, Text
from shop.order import Financial, LineState, Order

FRESH = timedelta(seconds=60)
"""An order fact shown as current is no older (INV-4)."""
_URL = re.compile(r"https?://\S+|www\.\S+", re.IGNORECASE)
_BARE = re.compile(r"[^\W\d_]\.[^\W\d_]{2,}")
_A_LATIN = re.compile("[A-Za-z0-9\u00c0-\u024f]")
"""A value is taken out whole: "M", a size, does not take the first letter of "Monday" away."""
_GAP = "\u2423"
_AMBIGUOUS_MONTHS = frozenset({"may", "march", "mars", "august"})
"""Months that are also other words."""


def check_reply(reply: Reply, facts: Sequence[Fact], evidence: Evidence, *, now: datetime | None = None) -> tuple[str, ...]:
    """What is wrong with a reply; empty when it may leave. Pure.

    facts: every value the reply shows, as rendered.
    now: when given, order facts must be fresh.
    """
    values = _known_values(facts, evidence)
    words = [(text, _without(text, values)) for text in dict.fromkeys(_words(reply)) if text]
    done = any(_is_done(order) for order in evidence.orders)
    wrong = [
        *(f"figure outside the evidence in {_shown(text)}" for text, rest in words if _loose_figure(rest)),
        *(f"address outside the evidence in {_shown(text)}" for text, rest in words if _loose_address(rest)),
        *(f"claims a change: {_shown(text)}" for text, rest in words if _claims(rest, may_be_done=done)),
        *_links(reply, facts, evidence),
        *_orders(reply, evidence),
        *_quotes(reply, evidence),
    ]
    if now is not None and _cards(reply) and (evidence.read_at is None or now - evidence.read_at > FRESH):
        wrong.append("order facts are not fresh")
    return tuple(wrong)


def _claims(text: str, *, may_be_done: bool) -> bool:
    """`gate.claims_a_change`, told apart here so that the second door depends on nothing of the first but its words."""
    folded = fold(text).replace("’", "'")
    if any(pattern.search(folded) for pattern in CLAIMS_OURS):
        return True
    return not may_be_done and any(pattern.search(folded) for pattern in CLAIMS_DONE)


def _is_done(order: Order) -> bool:
    gone = (LineState.CANCELLED, LineState.REMOVED)
    refunded = order.financial in (Financial.REFUNDED, Financial.PARTIALLY_REFUNDED, Financial.VOIDED)
    return order.cancelled_at is not None or refunded or any(line.quantity_in(*gone) for line in order.lines)


def _shown(text: str) -> str:
    return repr(text[:60])


def _cards(reply: Reply) -> tuple[OrderCard, ...]:
    return tuple(block for block in reply.blocks if isinstance(block, OrderCard))


def _words(reply: Reply) -> Iterable[str]:
    """Every string a shopper reads, quotes apart: they keep the brand's own words."""
    yield reply.text
    for block in reply.blocks:
        match block:
            case Text(text=text):
                yield text
            case OrderCard():
                yield from _card_words(block)
            case DeepLink(label=label):
                yield label
            case Choices(options=options):
                yield from (option.label for option in options)
            case SignIn(label=label, code_label=code_label):
                yield from (label, code_label)
            case HandoffNotice(text=text):
                yield text
            case Quote():
                pass


def _card_words(card: OrderCard) -> Iterable[str]:
    yield from (card.name, card.title, card.until_words or "")
    yield from (link.label for link in (*card.links, *((card.primary,) if card.primary else ())))
    for line in card.lines:
        yield from (line.title, line.variant or "", line.state_words, line.reason_words)
        yield from (word for option in line.options for word in (option.label, option.current))


def _known_values(facts: Sequence[Fact], evidence: Evidence) -> list[str]:
    """Longest first, so that a date inside a longer value does not break it apart."""
    policy = [text for passage in evidence.passages for text in (passage.clause.text, passage.quote, passage.clause.title)]
    rules = [source.quote for rule in evidence.terms.rules for source in (rule.source, *rule.copies)]
    own = [evidence.brand.name, evidence.brand.voice.persona or "", evidence.brand.contact_email or ""]
    lines = [text for order in evidence.orders for line in order.lines for text in (line.title, line.variant_title or "")]
    options = [text for order in evidence.orders for line in order.lines for o in line.options for text in (o.name, o.value)]
    names = [order.name for order in evidence.orders]
    values = {fact.value for fact in facts} | {text for text in (*policy, *rules, *own, *lines, *options, *names) if text}
    return sorted((value for value in values if value.strip()), key=len, reverse=True)


def _without(text: str, values: Sequence[str]) -> str:
    """The text with every value of the evidence taken out, longest first, each only where it stands whole.

    Plain searching: a pattern of all values would be compiled anew for every reply, ten times the cost of the rest of the check.
    """
    for value in values:
        at = text.find(value)
        while at >= 0:
            end = at + len(value)
            if _stands_whole(text, value, at, end):
                text = f"{text[:at]} {_GAP} {text[end:]}"
                end = at + len(_GAP) + 2
            at = text.find(value, end)
    return text


def _stands_whole(text: str, value: str, start: int, end: int) -> bool:
    joined_before = start > 0 and _A_LATIN.match(value[0]) and _A_LATIN.match(text[start - 1])
    joined_after = end < len(text) and _A_LATIN.match(value[-1]) and _A_LATIN.match(text[end])
    return not (joined_before or joined_after)


def _loose_figure(rest: str) -> bool:
    """rest: a text's own words, the values of the evidence taken out."""
    if any(unicodedata.category(sign) in ("Nd", "Nl", "No", "Sc") for sign in rest):
        return True
    words = set(re.findall(r"[a-z]+", fold(rest))) - _AMBIGUOUS_MONTHS
    return any(words & calendar for calendar in CALENDAR_WORDS.values())


def _loose_address(rest: str) -> bool:
    return bool(_URL.search(rest) or _BARE.search(rest) or "@" in rest or "＠" in rest)


def _links(reply: Reply, facts: Sequence[Fact], evidence: Evidence) -> Iterable[str]:
    allowed = {fact.value for fact in facts if fact.kind == "link"}
    tracking = {t.url for order in evidence.orders for line in order.lines for units in line.units for t in units.tracking if t.url}
    images = {line.image_url for order in evidence.orders for line in order.lines if line.image_url}
    for block in reply.blocks:
        match block:
            case DeepLink(url=url) | SignIn(url=url):
                if url not in allowed | tracking:
                    yield "link outside the evidence"
            case OrderCard():
                buttons = [*block.links, *((block.primary,) if block.primary else ())]
                controls: list[InlineOption] = [option for line in block.lines for option in line.options]
                urls = {button.url for button in buttons} | {control.url for control in controls}
                if urls - allowed - tracking:
                    yield "link outside the evidence"
                if {line.tracking_url for line in block.lines if line.tracking_url} - tracking:
                    yield "tracking outside the evidence"
                if {line.image_url for line in block.lines if line.image_url} - images:
                    yield "picture outside the evidence"
            case Text() | Choices() | Quote() | HandoffNotice():
                pass


def _orders(reply: Reply, evidence: Evidence) -> Iterable[str]:
    """INV-2: each order and line shown is the shopper's own, as read in this turn."""
    own: dict[str, Order] = {order.id: order for order in evidence.orders}
    lines: set[str] = {line.id for order in evidence.orders for line in order.lines}
    for card in _cards(reply):
        order = own.get(card.order)
        if order is None:
            yield "order outside the evidence"
        elif {line.line for line in card.lines} - {line.id for line in order.lines}:
            yield "line outside the evidence"
    for block in reply.blocks:
        if isinstance(block, Choices) and any(
            option.id.startswith("gid:") and option.id not in own and option.id not in lines for option in block.options
        ):
            yield "choice outside the evidence"


def _quotes(reply: Reply, evidence: Evidence) -> Iterable[str]:
    """A quote is the brand's own words, letter by letter."""
    clauses = {passage.clause.id: passage.clause.text for passage in evidence.passages}
    words = [*clauses.values(), *(source.quote for rule in evidence.terms.rules for source in (rule.source, *rule.copies))]
    quotes = [block for block in reply.blocks if isinstance(block, Quote)]
    quotes += [line.why for card in _cards(reply) for line in card.lines if line.why is not None]
    for quote in quotes:
        if not any(quote.text.rstrip("…").strip() in text for text in words):
            yield "quote that stands in no clause"
