"""What a model read must have been said here: search keys that stand nowhere in this conversation are dropped (INV-1)."""

from collections.abc import Sequence
from dataclasses import replace

from agent.conversation import AwaitShop, AwaitSignIn, ChooseLine, ChooseOrder, ChooseWish, ConfirmHandOff, ConversationState
from agent.reading import Reading
from agent.resolve import plain_number
from agent.thing_words import fold
from agent.wish import DesiredChange, Intent, LineRef, OrderRef, WishReading
from channels.message import Inbound

LONGEST = 60
"""Characters of a search key; longer ones name no order and no line."""


def grounded(reading: Reading, messages: Sequence[Inbound], state: ConversationState) -> Reading:
    """The reading with only those words a shopper used in this conversation.

    A model remembers other conversations, at least in principle; whatever it brings from there ends here. Enums, ordinals and
    quantities carry nothing and stay. The built-in reader is code and mends spellings, so it is taken at its word.
    """
    if reading.by != "model":
        return reading
    here = fold(" ".join([*(message.text for message in messages), *_said_before(state)]))
    digits = plain_number(here)
    return replace(
        reading,
        wishes=tuple(_wish(wish, here, digits) for wish in reading.wishes),
        language=reading.language if len(reading.language) == 2 and reading.language.isascii() else state.locale.split("-")[0],
        chosen=reading.chosen if reading.chosen in _options(state) else None,
        contact=reading.contact if reading.contact and fold(reading.contact) in here else None,
    )


def _options(state: ConversationState) -> set[str]:
    """The ids of the options we gave: nothing else can be chosen."""
    match state.pending:
        case ChooseOrder(orders=orders):
            return {gid for gid, _ in orders}
        case ChooseLine(lines=lines):
            return {gid for gid, _ in lines}
        case ChooseWish():
            return set(Intent)
        case ConfirmHandOff():
            return {"yes", "no"}
        case AwaitSignIn():
            return {"code"}
        case AwaitShop() | None:
            return set()


def _said_before(state: ConversationState) -> list[str]:
    orders = [ref.value for wish in state.last_wishes for ref in wish.order_refs]
    return [*orders, *(ref.value for wish in state.last_wishes for ref in wish.line_refs)]


def _wish(wish: WishReading, here: str, digits: str) -> WishReading:
    return replace(
        wish,
        order_refs=tuple(_bare_order(ref) for ref in wish.order_refs if _order(ref, here, digits)),
        line_refs=tuple(_bare_line(ref) for ref in wish.line_refs if _line(ref, here)),
        change=_change(wish.change, here),
        topics=tuple(topic for topic in wish.topics if _said(topic, here)),
    )


def _said(words: str, here: str) -> bool:
    return len(words) <= LONGEST and all(word in here for word in fold(words).split())


def _order(ref: OrderRef, here: str, digits: str) -> bool:
    match ref.kind:
        case "number":
            key = plain_number(ref.value)
            return bool(key) and len(ref.value) <= LONGEST and key in digits
        case "product":
            return _said(ref.value, here)
        case "ordinal":
            return ref.value.isdecimal() and len(ref.value) <= 2
        case "last" | "all" | "this":
            return True


def _bare_order(ref: OrderRef) -> OrderRef:
    """Kinds that need no words carry none."""
    return replace(ref, value="") if ref.kind in ("last", "all", "this") else ref


def _bare_line(ref: LineRef) -> LineRef:
    return replace(ref, value="") if ref.kind in ("all", "other") else ref


def _line(ref: LineRef, here: str) -> bool:
    match ref.kind:
        case "words":
            return bool(ref.value) and _said(ref.value, here)
        case "ordinal":
            return ref.value.isdecimal() and len(ref.value) <= 2
        case "all" | "other":
            return True


def _change(change: DesiredChange | None, here: str) -> DesiredChange | None:
    if change is None or change.value is None or _said(change.value, here):
        return change
    return replace(change, value=None)
