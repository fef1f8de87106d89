"""Which order and which line the shopper means: their words matched against their own orders, never further."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from rapidfuzz import fuzz

from agent.evidence import Evidence
from agent.thing_words import concept_of, concepts, content_words, fold
from agent.wish import Intent, LineRef, OrderRef, WishReading
from knowledge.terms import ChangeKind
from shop.order import LineId, LineState, Order, OrderLine
from skills.skill import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One wish with what an answer to our question already settled about it."""

    wish: WishReading
    order: str | None = None
    """A gid chosen from the options we gave."""
    lines: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    kind: Literal["found"] = "found"
    orders: tuple[Order, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoOrders:
    kind: Literal["no_orders"] = "no_orders"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotFound:
    """Foreign, unknown and too old look the same (F-07)."""

    kind: Literal["not_found"] = "not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRead:
    """A number was named that this turn's reads did not reach: nothing may be said about it."""

    kind: Literal["not_read"] = "not_read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Several:
    kind: Literal["several"] = "several"
    orders: tuple[Order, ...]


Resolution: TypeAlias = Found | NoOrders | NotFound | NotRead | Several
Fits: TypeAlias = Callable[[Order], bool]


def plain_number(name: str) -> str:
    """`#1042`, `１０４２` and `no. 1042` compare alike: letters and digits only, folded."""
    return "".join(sign for sign in fold(name) if sign.isalnum())


def named(number: str, orders: Iterable[Order]) -> Order | None:
    """The one order of that name; digits alone are enough where only one order ends the same way."""
    wanted = plain_number(number)
    orders = tuple(orders)
    for order in orders:
        if plain_number(order.name) == wanted:
            return order
    if wanted.isdigit():
        close = [order for order in orders if "".join(sign for sign in order.name if sign.isdigit()) == wanted]
        if len(close) == 1:
            return close[0]
    return None


def newest_first(orders: Sequence[Order]) -> tuple[Order, ...]:
    """By placement: "my last order" is the one placed last, not the one changed last (4.3)."""
    return tuple(sorted(orders, key=lambda order: order.created_at, reverse=True))


def which_orders(ask: Ask, evidence: Evidence, focus: str | None, fits: Fits, now: datetime, *, answer_all: bool) -> Resolution:
    """The orders a wish is about.

    now: "the one from yesterday" counts days in the brand's zone.

    fits: whether an order is still open for this wish, asked only when several remain.
    answer_all: e-mail asks no question; every recent order is answered (4.3).
    """
    orders = newest_first(evidence.orders)
    if ask.order is not None:
        chosen = tuple(order for order in orders if order.id == ask.order)
        return Found(orders=chosen) if chosen else NotFound()
    numbers = [ref for ref in ask.wish.order_refs if ref.kind == "number"]
    if numbers:
        return _by_number(numbers, evidence, orders)
    if not orders:
        return NoOrders()
    picked = _by_reference(ask.wish.order_refs, orders, focus, now.astimezone(ZoneInfo(evidence.brand.time_zone)))
    if picked is not None:
        return picked
    return _by_fit(ask.wish, orders, focus, fits, answer_all=answer_all)


def _by_number(refs: Sequence[OrderRef], evidence: Evidence, orders: Sequence[Order]) -> Resolution:
    looked_up = {plain_number(number): gid for number, gid in evidence.named}
    found: list[Order] = []
    unread = missing = False
    for ref in refs:
        order = named(ref.value, orders)
        if order is not None:
            found.append(order)
        elif plain_number(ref.value) in looked_up or not evidence.more_orders:
            missing = True
        else:
            unread = True
    if found and not missing and not unread:
        return Found(orders=tuple(dict.fromkeys(found)))
    return NotFound() if missing else NotRead()


def _by_reference(refs: Sequence[OrderRef], orders: tuple[Order, ...], focus: str | None, here_now: datetime) -> Resolution | None:
    for ref in refs:
        match ref.kind:
            case "all":
                return Found(orders=orders)
            case "last" if ref.days_ago is not None:
                day = (here_now - timedelta(days=ref.days_ago)).date()
                then = tuple(order for order in orders if order.created_at.astimezone(here_now.tzinfo).date() == day)
                if then:
                    return Found(orders=then) if len(then) == 1 else Several(orders=then)
            case "last":
                return Found(orders=orders[:1])
            case "this":
                here = tuple(order for order in orders if order.id == focus)
                if here:
                    return Found(orders=here)
            case "ordinal":
                if ref.value.isdecimal() and 1 <= int(ref.value) <= len(orders):
                    return Found(orders=(orders[int(ref.value) - 1],))
            case "product":
                holding = holding_words(ref.value, orders)
                if len(holding) == 1:
                    return Found(orders=holding)
                if holding:
                    return Several(orders=holding)
            case "number":
                pass
    return None


def _by_fit(wish: WishReading, orders: tuple[Order, ...], focus: str | None, fits: Fits, *, answer_all: bool) -> Resolution:
    if len(orders) == 1:
        return Found(orders=orders)
    candidates = orders
    words = " ".join(ref.value for ref in wish.line_refs if ref.kind == "words")
    if words:
        candidates = holding_words(words, orders) or orders
    if len(candidates) == 1:
        return Found(orders=candidates)
    here = tuple(order for order in candidates if order.id == focus)
    # A parcel that went wrong is never the order spoken of before that has not left yet.
    if here and (wish.intent is not Intent.DELIVERY_PROBLEM or fits(here[0])):
        return Found(orders=here)
    if answer_all:
        return Found(orders=candidates)
    fitting = tuple(order for order in candidates if fits(order))
    if len(fitting) == 1:
        return Found(orders=fitting)
    return Several(orders=fitting or candidates)


def holding_words(words: str, orders: Sequence[Order]) -> tuple[Order, ...]:
    """The orders that hold a line these words mean best."""
    scored = [(max((_nearness(words, line) for line in order.lines_present()), default=0.0), order) for order in orders]
    best = max((score for score, _ in scored), default=0.0)
    if best < _NEAR:
        return ()
    return tuple(order for score, order in scored if score >= best - _TIE)


_NEAR = 0.6
"""Below this the words mean another thing: half of "blue shirt" is not enough."""
_TIE = 0.05
_TYPO = 82.0
"""rapidfuzz ratio from which two words are one with a slip or another ending (shirt, shirts)."""


def _line_text(line: OrderLine) -> str:
    values = " ".join(option.value for option in line.options)
    kind = line.product.type if line.product is not None else ""
    return f"{line.title} {line.variant_title or ''} {values} {kind}"


def _nearness(words: str, line: OrderLine) -> float:
    """0…1: how much of the words this line answers to. A colour it does not have rules it out."""
    wanted = content_words(words)
    if not wanted:
        return 0.0
    text = _line_text(line)
    has = concepts(text)
    asked_colours = {concept for concept in concepts(words) if concept.startswith("colour:")}
    own_colours = {concept for concept in has if concept.startswith("colour:")}
    if asked_colours and own_colours and not asked_colours & own_colours:
        return 0.0
    own_words = content_words(text)
    return sum(_word_nearness(word, own_words, has, fold(text)) for word in wanted) / len(wanted)


def _word_nearness(word: str, own_words: Sequence[str], has: frozenset[str], text: str) -> float:
    concept = concept_of(word)
    if concept is not None and concept in has:
        return 1.0
    if word in own_words:
        return 1.0
    if word.isascii():
        if len(word) <= 3:
            return 0.0
        best = max((fuzz.ratio(word, own) for own in own_words), default=0.0)
        return best / 100 if best >= _TYPO else 0.0
    named_here = concepts(word)
    if named_here:
        return len(named_here & has) / len(named_here)
    return 1.0 if word in text else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """The lines a wish is about. `ambiguous`: several, or none, answer to the words; the shopper is asked."""

    lines: tuple[OrderLine, ...]
    ambiguous: bool = False


def which_lines(ask: Ask, order: Order, before: Sequence[WishReading]) -> Lines:
    """before: the wishes of the turn before, for "the other one"."""
    present = tuple(order.lines_present())
    if ask.lines is not None:
        return Lines(lines=tuple(line for line in present if line.id in ask.lines))
    if len(present) <= 1:
        return Lines(lines=present)
    if not ask.wish.line_refs:
        return _unnamed(ask.wish, present)
    chosen: dict[LineId, OrderLine] = {}
    for ref in ask.wish.line_refs:
        meant = _meant(ref, present, before, ask.wish)
        if meant.ambiguous:
            return meant
        chosen.update({line.id: line for line in meant.lines})
    return Lines(lines=tuple(line for line in present if line.id in chosen))


def _meant(ref: LineRef, present: tuple[OrderLine, ...], before: Sequence[WishReading], wish: WishReading) -> Lines:
    match ref.kind:
        case "all":
            return Lines(lines=present)
        case "ordinal":
            if ref.value.isdecimal() and 1 <= int(ref.value) <= len(present):
                return Lines(lines=(present[int(ref.value) - 1],))
            return Lines(lines=present, ambiguous=True)
        case "other":
            spoken = {
                line.id for old in before for earlier in old.line_refs if earlier.kind == "words" for line in best(earlier.value, present)
            }
            others = tuple(line for line in present if line.id not in spoken)
            return Lines(lines=others, ambiguous=not spoken or len(others) != 1)
        case "words":
            close = best(ref.value, present)
            narrowed = _not_already(close, wish) if len(close) > 1 else close
            return Lines(lines=narrowed or present, ambiguous=len(narrowed) != 1)


def best(words: str, lines: Sequence[OrderLine]) -> tuple[OrderLine, ...]:
    """The lines these words mean best, all that tie; empty where none is near."""
    scored = [(_nearness(words, line), line) for line in lines]
    top = max((score for score, _ in scored), default=0.0)
    return tuple(line for score, line in scored if top >= _NEAR and score >= top - _TIE)


def _unnamed(wish: WishReading, present: tuple[OrderLine, ...]) -> Lines:
    """No line named: all the wish can be about; each gets its verdict, and the shopper picks on the card or in the Hub.

    Asked is only where a number of pieces was said, which can be meant for one line alone.
    """
    change = wish.change
    if wish.intent is Intent.CHANGE_ITEM and change is not None and not change.quantity:
        able = tuple(line for line in present if line.options and _has_option(line, change.option))
        return Lines(lines=_not_already(able or present, wish))
    counted = change is not None and change.quantity is not None
    return Lines(lines=present, ambiguous=counted)


_OPTION_NAMES = {
    "size": frozenset(["size", "taille", "talla", "grosse", "サイズ"]),
    "colour": frozenset(["colour", "color", "couleur", "farbe", "カラー", "色"]),
}


def _has_option(line: OrderLine, option: str | None) -> bool:
    names = _OPTION_NAMES.get(option or "")
    return names is None or any(fold(own.name) in names for own in line.options)


def _not_already(lines: tuple[OrderLine, ...], wish: WishReading) -> tuple[OrderLine, ...]:
    """Leaves out lines that already are what is wished ("the blue one in L": not the one in L)."""
    value = wish.change.value if wish.change is not None else None
    if not value:
        return lines
    wanted, wanted_concepts = fold(value), concepts(value)
    left = tuple(
        line
        for line in lines
        if not any(fold(own.value) == wanted or (wanted_concepts and concepts(own.value) == wanted_concepts) for own in line.options)
    )
    return left or lines


_KINDS = {
    Intent.CHANGE_ITEM: ChangeKind.SWAP_VARIANT,
    Intent.CHANGE_QUANTITY: ChangeKind.SET_QUANTITY,
    Intent.REMOVE_ITEM: ChangeKind.REMOVE_LINES,
    Intent.CANCEL_ITEM: ChangeKind.REMOVE_LINES,
    Intent.CHANGE_ADDRESS: ChangeKind.SET_ADDRESS,
    Intent.CANCEL_ORDER: ChangeKind.CANCEL_ORDER,
}
LINE_KINDS = frozenset({ChangeKind.SWAP_VARIANT, ChangeKind.SET_QUANTITY, ChangeKind.REMOVE_LINES})
LINE_WISHES = frozenset({Intent.RETURN_EXCHANGE, Intent.ORDER_STATUS, Intent.DELIVERY_PROBLEM})
"""Wishes that change nothing on the order, and yet may be about one line of it."""


def change_kind(wish: WishReading) -> ChangeKind | None:
    """The change a wish asks for; None for wishes that change nothing."""
    kind = _KINDS.get(wish.intent)
    wanted = wish.change
    if kind is ChangeKind.SWAP_VARIANT and wanted is not None and wanted.value is None and (wanted.quantity or wanted.direction):
        return ChangeKind.SET_QUANTITY
    return kind


def change_of(wish: WishReading, lines: tuple[OrderLine, ...], order: Order) -> Change | None:
    """The wish against real lines. A sibling variant is not on the order, so it is named, never guessed."""
    kind = change_kind(wish)
    if kind is None:
        ids = tuple(line.id for line in lines)
        return Change(kind=ChangeKind.REMOVE_LINES, lines=ids) if ids and wish.intent in LINE_WISHES else None
    named_lines = tuple(line.id for line in lines) if kind in LINE_KINDS else ()
    wanted = wish.change
    if wanted is None:
        return Change(kind=kind, lines=named_lines)
    now_there = sum(line.quantity for line in lines)
    increases = wanted.direction == "up" or (wanted.quantity is not None and bool(lines) and wanted.quantity > now_there)
    return Change(
        kind=kind,
        lines=named_lines,
        quantity=wanted.quantity if kind is ChangeKind.SET_QUANTITY else None,
        increases=increases if kind is ChangeKind.SET_QUANTITY else False,
        option=wanted.option if kind is ChangeKind.SWAP_VARIANT else None,
        value=wanted.value if kind is ChangeKind.SWAP_VARIANT else None,
    )


_SETTLED = frozenset({LineState.DELIVERED, LineState.CANCELLED, LineState.REMOVED})
_LEFT = frozenset({LineState.IN_TRANSIT, LineState.DELIVERED})


def still_moving(order: Order) -> bool:
    """Something of it has not arrived yet: the order a "where is it?" most likely means."""
    return order.cancelled_at is None and any(units.state not in _SETTLED for line in order.lines_present() for units in line.units)


def has_left(order: Order) -> bool:
    """Something of it was sent: the order a return or a delivery problem most likely means."""
    return any(units.state in _LEFT for line in order.lines_present() for units in line.units)
