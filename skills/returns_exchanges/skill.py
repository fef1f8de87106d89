"""What has left goes to returns; what has not is cancelled instead; the brand's return policy decides how long."""

from dataclasses import replace
from datetime import datetime

from knowledge.terms import ChangeKind, Exclusion, ReturnPeriod
from shop.order import LineState, Order, OrderLine
from skills.conclude import common, conclude, hand_off, to_returns
from skills.order_editing.change import narrowed
from skills.order_editing.deadline import add
from skills.order_editing.decision import TREATMENT, decide
from skills.order_editing.eligibility import GONE
from skills.order_editing.policy import RuleBook, cited, rule_book, with_copies
from skills.order_editing.scope import applies
from skills.skill import (
    Active,
    Change,
    LineVerdict,
    Offer,
    Outcome,
    Prerequisites,
    Reason,
    Redirect,
    Refuse,
    Situation,
    Status,
    Unavailable,
)
from skills.withdrawal import may_withdraw

RETURNS_GAP = "returns"
_LEFT = frozenset({Reason.ALREADY_SHIPPED, Reason.ALREADY_DELIVERED})


class ReturnsExchanges:
    """Owns the wish to send back or exchange."""

    name = "returns_exchanges"
    owns = frozenset({"return_exchange"})

    def status(self, have: Prerequisites) -> Status:
        if not have.shopify_connected:
            return Unavailable(missing="shopify", mend="Connect the Shopify store, so that orders can be read.")
        if not have.hub_active:
            return Unavailable(missing="hub", mend="Switch on the Customer Hub, where returns are asked for.")
        return Active()

    def decide(self, situation: Situation) -> Outcome:
        """Column "Return/exchange" of product.md 4.5. Pure and total."""
        order = situation.order
        if order is None:
            return hand_off(situation, Reason.ORDER_NOT_FOUND, common(situation, situation.change))
        cancel = _instead(situation.change, order)
        lines = decide(cancel, order, situation.terms, situation.now, brand=situation.brand)
        outcome = conclude(situation, order, cancel, lines)
        if isinstance(outcome, Offer):
            return _named_as_cancellation(outcome)
        gone = tuple(_of_what_left(verdict) for verdict in lines)
        if any(verdict.named and verdict.reason in _LEFT for verdict in gone) and isinstance(outcome, Redirect | Refuse):
            return _by_return_policy(situation, order, gone)
        return outcome


def _instead(change: Change | None, order: Order) -> Change:
    """C: what has not shipped is cancelled, not returned. Of some lines: those lines."""
    named = change.lines if change else ()
    present = {line.id for line in order.lines_present()}
    if change is None or not named or present <= set(named):
        return Change(kind=ChangeKind.CANCEL_ORDER)
    return narrowed(change, ChangeKind.REMOVE_LINES, named)


def _of_what_left(verdict: LineVerdict) -> LineVerdict:
    """Of a line whose open units may no longer be cancelled, the units that have left can still come back."""
    left = [part for part in verdict.parts if part.state in GONE]
    if verdict.allowed or not left or TREATMENT.get(verdict.reason) != "refuse":
        return verdict
    delivered = all(part.state is LineState.DELIVERED for part in left)
    return replace(
        verdict,
        state=LineState.DELIVERED if delivered else LineState.IN_TRANSIT,
        reason=Reason.ALREADY_DELIVERED if delivered else Reason.ALREADY_SHIPPED,
        quantity=sum(part.quantity for part in left),
        closed_at=None,
        clauses=(),
        rule=None,
    )


def _named_as_cancellation(offer: Offer) -> Offer:
    """Says that it has not shipped yet; a warehouse that must be asked is said as such (Q)."""
    return offer if offer.because is Reason.ASKS_WAREHOUSE else replace(offer, because=Reason.NOT_SHIPPED_YET)


def _by_return_policy(situation: Situation, order: Order, lines: tuple[LineVerdict, ...]) -> Outcome:
    """R: Returns & Exchanges, unless the brand's return policy is over or excludes every line of it (4.6)."""
    book = rule_book(situation.terms, situation.now, situation.brand)
    by_id = {line.id: line for line in order.lines}
    judged = tuple(_return_verdict(verdict, order, by_id[verdict.line], book) if verdict.reason in _LEFT else verdict for verdict in lines)
    open_to = [verdict for verdict in judged if verdict.named and verdict.reason in _LEFT]
    withdrawal = may_withdraw(order, situation.eu)
    base = common(situation, situation.change, judged)
    spoken = any(isinstance(rule.body, ReturnPeriod) for rule in book.rules) or any(v.rule for v in judged if v.reason in _LEFT)
    base["gap"] = None if spoken else RETURNS_GAP
    if open_to:
        return to_returns(situation, open_to[0].reason, base, withdrawal=withdrawal)
    closed = next(
        verdict for verdict in judged if verdict.named and verdict.reason in (Reason.WINDOW_CLOSED, Reason.EXCLUDED, Reason.FACT_UNREADABLE)
    )
    if closed.reason is Reason.FACT_UNREADABLE:
        return hand_off(situation, Reason.FACT_UNREADABLE, base, withdrawal=withdrawal)
    return Refuse(because=closed.reason, withdrawal=withdrawal, **base)


def _return_verdict(verdict: LineVerdict, order: Order, line: OrderLine, book: RuleBook) -> LineVerdict:
    """An exclusion beats a permission, the shortest period wins, time runs from delivery."""
    barred = [(rule, applies(rule.scope, order, line)) for rule in book.rules if isinstance(rule.body, Exclusion) and rule.body.returns]
    hits = with_copies(rule for rule, hit in barred if hit)
    if hits:
        clauses = cited(hits)
        return replace(verdict, reason=Reason.EXCLUDED, clauses=clauses, rule=hits[0].id)
    if any(hit is None for _, hit in barred):
        return replace(verdict, reason=Reason.FACT_UNREADABLE)
    delivered = _delivered_at(line)
    periods = [(rule, rule.body) for rule in book.rules if isinstance(rule.body, ReturnPeriod) and applies(rule.scope, order, line)]
    of_returns = [pair for pair in periods if not pair[1].exchange] or periods
    if not of_returns:
        return verdict
    rule, body = min(of_returns, key=lambda pair: pair[1].within)
    clauses = cited(with_copies([rule], book))
    # Units still on their way have no period yet: the line stays open to return.
    ends = add(delivered, body.within) if delivered is not None and verdict.reason is Reason.ALREADY_DELIVERED else None
    if ends is not None and ends <= book.now:
        return replace(verdict, reason=Reason.WINDOW_CLOSED, closed_at=ends, clauses=clauses, rule=rule.id)
    return replace(verdict, until=ends, clauses=clauses, rule=rule.id)


def _delivered_at(line: OrderLine) -> datetime | None:
    """The last delivery of the line counts, as it does in law (L-09)."""
    moments = [units.at for units in line.units if units.state is LineState.DELIVERED and units.at is not None]
    return max(moments, default=None)
