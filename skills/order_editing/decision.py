"""What may be done with each line of an order about one wish, at this moment, and by which rule.

State first, then the brand's policy; the first restriction stands (F-09). The Hub comes last, where the outcome is made.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from knowledge.brand import Brand
from knowledge.terms import ChangeKind, Terms
from shop.order import LineState, Order, OrderLine, Units
from skills.order_editing.change import WISH_OF_KIND, is_named, settled
from skills.order_editing.eligibility import GONE, OFF_THE_ORDER, Letter, Uncommon, letter, row_of
from skills.order_editing.policy import RuleBook, Ruling, rule_book, spoken_for, weigh
from skills.skill import Change, LineVerdict, Part, Reason

Treatment = Literal["hand_off", "refuse", "redirect", "explain"]

TREATMENT: dict[Reason, Treatment] = {
    Reason.TOO_OLD: "hand_off",
    Reason.STATE_UNKNOWN: "hand_off",
    Reason.UNUSUAL_ORDER: "hand_off",
    Reason.ON_HOLD: "hand_off",
    Reason.BEING_PACKED: "hand_off",
    Reason.CANCELLATION_REJECTED: "hand_off",
    Reason.READY_FOR_PICKUP: "hand_off",
    Reason.DIGITAL: "hand_off",
    Reason.GIFT_CARD: "hand_off",
    Reason.FACT_UNREADABLE: "hand_off",
    Reason.POLICY_CONFLICT: "hand_off",
    Reason.WINDOW_CLOSED: "refuse",
    Reason.EXCLUDED: "refuse",
    Reason.CHANGE_OFF: "refuse",
    Reason.NOT_ON_EXISTING_ORDER: "refuse",
    Reason.ALREADY_DELIVERED: "redirect",
    Reason.ALREADY_SHIPPED: "redirect",
    Reason.ALREADY_ASKED: "explain",
    Reason.ALREADY_CANCELLED: "explain",
}
"""What becomes of a line that may not be changed, the weightiest first: among several, the first in this order speaks for all."""

_WEIGHT = {reason: place for place, reason in enumerate(TREATMENT)}
_NOT_CARRIED = frozenset({Reason.DIGITAL, Reason.GIFT_CARD})


def decide(change: Change, order: Order, terms: Terms, now: datetime, *, brand: Brand) -> tuple[LineVerdict, ...]:
    """What may be done with each line about this change at this moment. Pure and total: INV-11.

    One verdict per line that is still on the order, in its order; lines the wish does not speak of have `named=False`.
    A wish to cancel the whole order is judged whole; where not all of it can go, each line is judged as a removal (F-03, F-09).
    now: aware. brand: its Hub switches (F-02, F-12) and first language.
    """
    change = settled(change, order)
    book = rule_book(terms, now, brand)
    verdicts = _each(change, order, book)
    if change.kind is ChangeKind.SET_ADDRESS:
        return _one_for_all(verdicts)
    if change.kind is ChangeKind.CANCEL_ORDER and any(verdict.allowed for verdict in verdicts) and not is_whole(verdicts):
        return _each(replace(change, kind=ChangeKind.REMOVE_LINES, lines=()), order, book)
    return verdicts


def is_whole(verdicts: Sequence[LineVerdict]) -> bool:
    """Whether every unit of every line may go the same way: all by the Hub, or all by asking the warehouse (F-09)."""
    entire = all(verdict.allowed and verdict.quantity == _present(verdict.parts) for verdict in verdicts)
    return bool(verdicts) and entire and len({verdict.reason is Reason.ASKS_WAREHOUSE for verdict in verdicts}) == 1


def weightiest(verdicts: Iterable[LineVerdict]) -> LineVerdict | None:
    """The refused verdict that speaks for the others."""
    return min((verdict for verdict in verdicts if not verdict.allowed), key=lambda verdict: _weight(verdict.reason), default=None)


def _weight(reason: Reason) -> int:
    return _WEIGHT.get(reason, len(_WEIGHT))


def _present(parts: Iterable[Part]) -> int:
    return sum(part.quantity for part in parts if part.state not in OFF_THE_ORDER)


def _each(change: Change, order: Order, book: RuleBook) -> tuple[LineVerdict, ...]:
    covered = spoken_for(book, change.kind)
    lines = [line for line in order.lines if line.quantity > 0 or line.id in change.lines] or list(order.lines)
    return tuple(_verdict(change, order, line, book, covered) for line in lines)


@dataclass(frozen=True, slots=True)
class _Judged:
    """Some units of the line and what became of them."""

    units: Units
    letter: Letter
    ruling: Ruling


def _verdict(change: Change, order: Order, line: OrderLine, book: RuleBook, covered: frozenset[Uncommon]) -> LineVerdict:
    groups = [_judge(change, order, line, units, book, covered) for units in _groups(line)]
    may = _first_kind_allowed(groups)
    chosen = may or [min((group for group in groups), key=lambda group: _weight(group.ruling.reason))]
    units, ruling, parts = chosen[0].units, chosen[0].ruling, parts_of(order, line)
    ends = [group.ruling.until for group in may if group.ruling.until is not None]
    return LineVerdict(
        line=line.id,
        title=line.title,
        variant=line.variant_title,
        state=units.state if order.cancelled_at is None else LineState.CANCELLED,
        allowed=bool(may),
        reason=ruling.reason,
        quantity=sum(group.units.quantity for group in chosen) if order.cancelled_at is None else parts[0].quantity,
        until=min(ends, default=None),
        closed_at=ruling.closed_at,
        clauses=ruling.clauses,
        rule=ruling.rules[0].id if ruling.rules else None,
        parts=parts,
        since=_since(order, units),
        named=is_named(change, line.id),
    )


def _groups(line: OrderLine) -> list[Units]:
    """The line's units as they are judged. What does not add up is unknown, and so is a line any part of which is."""
    present = [units for units in line.units if units.quantity > 0 and units.state not in OFF_THE_ORDER]
    if line.quantity <= 0:
        return [Units(state=LineState.REMOVED, quantity=0)]
    adds_up = sum(units.quantity for units in present) == line.quantity
    gone = [units for units in line.units if units.state in OFF_THE_ORDER]
    if not present and gone:
        return [replace(gone[0], quantity=line.quantity)]
    if not adds_up or any(units.state is LineState.UNKNOWN for units in present):
        return [Units(state=LineState.UNKNOWN, quantity=line.quantity)]
    return present


def _judge(change: Change, order: Order, line: OrderLine, units: Units, book: RuleBook, covered: frozenset[Uncommon]) -> _Judged:
    row, why = row_of(order, line, units, spoken_for=covered, sees_all=book.brand.all_orders, now=book.now)
    cell = letter(row, WISH_OF_KIND[change.kind])
    match cell:
        case Letter.GUIDE:
            return _Judged(units, cell, weigh(change, order, line, units, book))
        case Letter.ASK_WAREHOUSE if not units.takes_cancellation:
            return _Judged(units, Letter.HAND_OFF, Ruling(allowed=False, reason=Reason.BEING_PACKED))
        case Letter.ASK_WAREHOUSE:
            ruling = weigh(change, order, line, units, book)
            return _Judged(units, cell, replace(ruling, reason=Reason.ASKS_WAREHOUSE) if ruling.allowed else ruling)
        case _:
            # A pick-up order has no address to change: nothing is wrong with it, but no page can do it either.
            reason = Reason.UNUSUAL_ORDER if why is Reason.NOT_SHIPPED_YET else why
            return _Judged(units, cell, Ruling(allowed=False, reason=reason))


def _first_kind_allowed(groups: Sequence[_Judged]) -> list[_Judged]:
    """The units that may change in the Hub; where there are none, those the warehouse can be asked for."""
    for cell in (Letter.GUIDE, Letter.ASK_WAREHOUSE):
        found = [group for group in groups if group.letter is cell and group.ruling.allowed]
        if found:
            return found
    return []


def _one_for_all(verdicts: tuple[LineVerdict, ...]) -> tuple[LineVerdict, ...]:
    """An address belongs to the whole order: what stands in the way of one line stands in the way of all (4.5, H when part shipped).

    State before policy here too: what has left comes before what a rule says about the rest. Lines that no carrier brings (gift
    cards, downloads) do not count unless there is nothing else.
    """
    carried = [verdict for verdict in verdicts if verdict.reason not in _NOT_CARRIED]
    split = [_as_stopped(verdict) for verdict in carried if verdict.allowed and verdict.quantity < _present(verdict.parts)]
    left = [_as_stopped(verdict) for verdict in carried if any(part.state in GONE for part in verdict.parts)]
    stopped = next(iter(left), None) or weightiest(carried) or next(iter(split), None)
    if stopped is None:
        return verdicts
    return tuple(_stopped_by(stopped, verdict) if _gives_way(verdict, left) else verdict for verdict in verdicts)


def _gives_way(verdict: LineVerdict, left: Sequence[LineVerdict]) -> bool:
    return verdict.allowed or (bool(left) and TREATMENT.get(verdict.reason) == "refuse")


def _stopped_by(stopped: LineVerdict, verdict: LineVerdict) -> LineVerdict:
    return replace(
        verdict,
        allowed=False,
        reason=stopped.reason,
        until=None,
        closed_at=stopped.closed_at,
        clauses=stopped.clauses,
        rule=stopped.rule,
    )


def _as_stopped(verdict: LineVerdict) -> LineVerdict:
    """A line of which some units may still change and some may not, seen from those that may not."""
    states = {part.state for part in verdict.parts}
    if states & GONE:
        reason = Reason.ALREADY_SHIPPED if LineState.IN_TRANSIT in states else Reason.ALREADY_DELIVERED
    else:
        reason = Reason.BEING_PACKED if states & {LineState.PACKING, LineState.ACCEPTED} else Reason.ON_HOLD
    return replace(verdict, allowed=False, reason=reason, until=None, closed_at=None, clauses=(), rule=None)


def parts_of(order: Order, line: OrderLine) -> tuple[Part, ...]:
    """All units of the line by state, as the card shows them."""
    if order.cancelled_at is not None:
        bought = sum(units.quantity for units in line.units)
        return (Part(state=LineState.CANCELLED, quantity=max(line.quantity, bought, 0)),)
    amounts: dict[LineState, int] = {}
    for units in (*_groups(line), *(units for units in line.units if units.state is LineState.REMOVED and line.quantity > 0)):
        amounts[units.state] = amounts.get(units.state, 0) + units.quantity
    return tuple(Part(state=state, quantity=quantity) for state, quantity in amounts.items())


def _since(order: Order, units: Units) -> datetime | None:
    if order.cancelled_at is not None:
        return order.cancelled_at
    return units.asked_at or units.at
