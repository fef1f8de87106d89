"""From what is true of each line to what a turn comes to for one wish.

An offer holds what may be done and names the rest; where nothing may be done, the weightiest reason speaks for all (F-09).
"""

from collections.abc import Iterable, Sequence
from typing import TypedDict

from knowledge.document import ClauseId
from knowledge.terms import CANCELS, ChangeKind, RefundMethod, RefundTime, RestockingFee
from shop.order import LineId, LineState, Order
from skills.order_editing.change import narrowed
from skills.order_editing.decision import TREATMENT, is_whole, weightiest
from skills.order_editing.eligibility import GONE, OFF_THE_ORDER
from skills.order_editing.policy import cited, rule_book, with_copies
from skills.order_editing.scope import applies
from skills.skill import Change, Explain, HandOff, LineVerdict, Offer, Outcome, Reason, Redirect, Refuse, Situation
from skills.withdrawal import may_withdraw

_WITHDRAWABLE = frozenset({Reason.WINDOW_CLOSED, Reason.EXCLUDED, Reason.CHANGE_OFF})
"""Refusals after which the statutory route is still named: a closed door of the brand's (F-05)."""


class Common(TypedDict):
    """What every outcome about an order carries."""

    wish: str
    order: str | None
    order_name: str | None
    lines: tuple[LineVerdict, ...]
    rules: tuple[str, ...]
    change: Change | None
    gap: str | None


def common(situation: Situation, change: Change | None = None, lines: tuple[LineVerdict, ...] = ()) -> Common:
    order = situation.order
    return Common(
        wish=situation.wish,
        order=order.id if order else None,
        order_name=order.name if order else None,
        lines=lines,
        rules=tuple(sorted({verdict.rule for verdict in lines if verdict.rule})),
        change=change,
        gap=gap(change, lines),
    )


def gap(change: Change | None, lines: Iterable[LineVerdict]) -> str | None:
    """The kind of change no approved rule speaks of, if the Hub's switch had to decide (F-13)."""
    if change is None:
        return None
    silent = any(v.named and (v.reason is Reason.CHANGE_OFF or (v.reason is Reason.NO_WINDOW_SET and v.rule is None)) for v in lines)
    return change.kind.value if silent else None


def hand_off(
    situation: Situation, because: Reason, base: Common, *, clauses: tuple[ClauseId, ...] = (), withdrawal: bool = False
) -> HandOff:
    """By e-mail a handoff is announced rather than asked for (product.md 4.8)."""
    return HandOff(because=because, clauses=clauses, withdrawal=withdrawal, made=situation.channel == "email", **base)


def conclude(situation: Situation, order: Order, change: Change, verdicts: tuple[LineVerdict, ...]) -> Outcome:
    """The outcome of a change to an order. Total."""
    named = [verdict for verdict in verdicts if verdict.named]
    if not named:
        return hand_off(situation, Reason.UNCLEAR, common(situation, change, verdicts))
    allowed = [verdict for verdict in named if verdict.allowed]
    if allowed:
        return _offer(situation, order, change, verdicts, allowed)
    return _stop(situation, order, change, verdicts, named)


def _offer(
    situation: Situation, order: Order, change: Change, verdicts: tuple[LineVerdict, ...], allowed: Sequence[LineVerdict]
) -> Outcome:
    by_hub = [verdict for verdict in allowed if verdict.reason is not Reason.ASKS_WAREHOUSE]
    carried = by_hub or allowed
    offered = _offered_change(change, verdicts, carried)
    base = common(situation, offered, verdicts)
    withdrawal = may_withdraw(order, situation.eu) and any(_is_closed_or_gone(verdict) for verdict in verdicts if verdict.named)
    if not hub_open(situation):
        return hand_off(situation, Reason.HUB_UNAVAILABLE, base, withdrawal=may_withdraw(order, situation.eu))
    return Offer(
        because=_why_offered(carried),
        until=min((verdict.until for verdict in carried if verdict.until), default=None),
        clauses=money_clauses(situation, order, offered, carried),
        withdrawal=withdrawal,
        **base,
    )


def hub_open(situation: Situation) -> bool:
    """Whether a link may be given at all (product.md 4.7)."""
    return situation.hub_available and situation.brand.hub.active


def _offered_change(change: Change, verdicts: Sequence[LineVerdict], carried: Sequence[LineVerdict]) -> Change:
    if change.kind is ChangeKind.SET_ADDRESS:
        return change
    if change.kind is ChangeKind.CANCEL_ORDER:
        if is_whole(verdicts):
            return narrowed(change, ChangeKind.CANCEL_ORDER, ())
        return narrowed(change, ChangeKind.REMOVE_LINES, _ids(carried))
    return narrowed(change, change.kind, _ids(carried))


def _ids(verdicts: Iterable[LineVerdict]) -> tuple[LineId, ...]:
    return tuple(verdict.line for verdict in verdicts)


def _why_offered(carried: Sequence[LineVerdict]) -> Reason:
    reasons = [verdict.reason for verdict in carried]
    return Reason.WITHIN_WINDOW if Reason.WITHIN_WINDOW in reasons else reasons[0]


def _is_closed_or_gone(verdict: LineVerdict) -> bool:
    if verdict.allowed:
        return any(part.state in GONE for part in verdict.parts)
    return verdict.reason in _WITHDRAWABLE or TREATMENT.get(verdict.reason) in ("redirect", "hand_off")


def _stop(situation: Situation, order: Order, change: Change, verdicts: tuple[LineVerdict, ...], named: Sequence[LineVerdict]) -> Outcome:
    base = common(situation, change, verdicts)
    first = weightiest(named)
    because = first.reason if first else Reason.STATE_UNKNOWN
    withdrawal = may_withdraw(order, situation.eu)
    match TREATMENT.get(because, "hand_off"):
        case "hand_off":
            return hand_off(situation, because, base, withdrawal=withdrawal)
        case "refuse":
            return Refuse(because=because, withdrawal=withdrawal and because in _WITHDRAWABLE, **base)
        case "explain":
            return Explain(because=because, **base)
        case "redirect" if change.kind is ChangeKind.SET_ADDRESS:
            return _address_of_shipped(situation, because, base, withdrawal=withdrawal)
        case "redirect":
            return to_returns(situation, because, base, withdrawal=withdrawal)


def _address_of_shipped(situation: Situation, because: Reason, base: Common, *, withdrawal: bool) -> Outcome:
    """T while all of it is on its way: the tracking says more than we can do. Otherwise a person (4.5)."""
    states = {part.state for verdict in base["lines"] for part in verdict.parts} - OFF_THE_ORDER
    if LineState.IN_TRANSIT in states and states <= GONE:
        return Explain(because=Reason.ALREADY_SHIPPED, **base)
    return hand_off(situation, because, base, withdrawal=withdrawal)


def to_returns(situation: Situation, because: Reason, base: Common, *, withdrawal: bool) -> Outcome:
    """Returns & Exchanges, where the brand has such a page (F-08, 4.7)."""
    if not situation.brand.hub.returns:
        return hand_off(situation, Reason.SKILL_UNAVAILABLE, base, withdrawal=withdrawal)
    if not hub_open(situation):
        return hand_off(situation, Reason.HUB_UNAVAILABLE, base, withdrawal=withdrawal)
    return Redirect(because=because, to="returns", withdrawal=withdrawal, **base)


def money_clauses(situation: Situation, order: Order, change: Change, carried: Sequence[LineVerdict]) -> tuple[ClauseId, ...]:
    """The clauses on fees and refunds that a cancellation comes with (G-13). Figures that disagree never get this far (P-18)."""
    if change.kind not in CANCELS:
        return ()
    book = rule_book(situation.terms, situation.now, situation.brand)
    lines = [line for line in order.lines if line.id in set(_ids(carried))]
    found = []
    for rule in book.rules:
        about_money = (isinstance(rule.body, RestockingFee) and _due(rule.body)) or isinstance(rule.body, RefundTime | RefundMethod)
        if about_money and any(applies(rule.scope, order, line) for line in lines):
            found.append(rule)
    return cited(with_copies(found, book))


def _due(fee: RestockingFee) -> bool:
    return "cancel" in fee.on and fee.after is None
