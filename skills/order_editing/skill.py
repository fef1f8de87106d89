"""The flagship: what a shopper may still change or cancel, and where they do it."""

from collections.abc import Sequence
from dataclasses import replace

from knowledge.terms import AddItems, ChangeKind, Rule, Scope
from shop.order import LineState, Order
from skills.conclude import common, conclude, hand_off, hub_open
from skills.order_editing.change import KIND_OF_INTENT, settled
from skills.order_editing.deadline import add
from skills.order_editing.decision import decide
from skills.order_editing.eligibility import GONE, OFF_THE_ORDER
from skills.order_editing.policy import cited, rule_book, with_copies
from skills.order_editing.scope import applies
from skills.skill import (
    Active,
    Change,
    Explain,
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

ADD_ITEMS_GAP = "add_items"


class OrderEditing:
    """Owns every wish about an order's content, and the wish to withdraw (product.md 4.2, 4.5)."""

    name = "order_editing"
    owns = frozenset({*KIND_OF_INTENT, "add_item", "change_payment"})

    def status(self, have: Prerequisites) -> Status:
        """003-33…35: active once the shop is connected and the Hub is there."""
        if not have.shopify_connected:
            return Unavailable(missing="shopify", mend="Connect the Shopify store, so that orders can be read.")
        if not have.hub_active:
            return Unavailable(missing="hub", mend="Switch on the Customer Hub, where shoppers make the change.")
        return Active()

    def decide(self, situation: Situation) -> Outcome:
        """Pure and total; see `skills.order_editing.decision` for the lines."""
        order = situation.order
        if situation.wish == "withdraw" and may_withdraw(order, situation.eu):
            return Redirect(because=Reason.RIGHT_OF_WITHDRAWAL, to="withdrawal", withdrawal=True, **common(situation, situation.change))
        if situation.wish == "add_item":
            return _add_item(situation, order)
        if order is None:
            return hand_off(situation, Reason.ORDER_NOT_FOUND, common(situation, situation.change))
        if situation.wish == "change_payment":
            return _change_payment(situation, order)
        kind = KIND_OF_INTENT.get(situation.wish)
        change = situation.change or (Change(kind=kind) if kind else None)
        if change is None:
            return hand_off(situation, Reason.UNCLEAR, common(situation))
        change = settled(change, order)
        return conclude(situation, order, change, _lines(situation, order, change))


def _lines(situation: Situation, order: Order, change: Change) -> tuple[LineVerdict, ...]:
    return decide(change, order, situation.terms, situation.now, brand=situation.brand)


def _add_item(situation: Situation, order: Order | None) -> Outcome:
    """N: not on an existing order. A brand that allows it has a person do it, with its own words (003-56, 4.5).

    order: None where none was asked for; then the policy speaks in general. An order that has nothing left to ship, or whose time
    for adding is over, gets no person for what no person can do (P-19).
    """
    book = rule_book(situation.terms, situation.now, situation.brand)
    speaking = [(rule, rule.body) for rule in book.rules if isinstance(rule.body, AddItems) and _speaks_of(rule.scope, order)]
    against = [rule for rule, body in speaking if not body.allowed]
    favour = [rule for rule, body in speaking if body.allowed]
    base = common(situation, situation.change)
    base["rules"] = tuple(sorted(rule.id for rule, _ in speaking))
    base["gap"] = None if speaking else ADD_ITEMS_GAP
    clauses = cited(with_copies(against or favour, book))
    if favour and not against and (order is None or (_has_open_lines(order) and _in_time(order, situation, speaking))):
        return hand_off(situation, Reason.NOT_ON_EXISTING_ORDER, base, clauses=clauses)
    return Refuse(because=Reason.NOT_ON_EXISTING_ORDER, clauses=clauses, **base)


def _speaks_of(scope: Scope, order: Order | None) -> bool:
    return order is None or any(applies(scope, order, line) for line in order.lines)


def _in_time(order: Order, situation: Situation, speaking: Sequence[tuple[Rule, AddItems]]) -> bool:
    return all(body.within is None or situation.now < add(order.created_at, body.within) for _, body in speaking)


def _has_open_lines(order: Order) -> bool:
    states = {units.state for line in order.lines_present() for units in line.units}
    return order.cancelled_at is None and bool(states - GONE - OFF_THE_ORDER - {LineState.READY_FOR_PICKUP})


def _change_payment(situation: Situation, order: Order) -> Outcome:
    """M: a payment method stays as it is; cancelling and ordering again is offered only where the whole order may go (4.5)."""
    cancel = Change(kind=ChangeKind.CANCEL_ORDER)
    outcome = conclude(situation, order, cancel, _lines(situation, order, cancel))
    if isinstance(outcome, Explain) and outcome.because is Reason.ALREADY_CANCELLED:
        return outcome
    whole = isinstance(outcome, Offer) and outcome.change is not None and outcome.change.kind is ChangeKind.CANCEL_ORDER
    if isinstance(outcome, Offer) and whole and outcome.because is not Reason.ASKS_WAREHOUSE:
        return replace(outcome, because=Reason.PAYMENT_FIXED)
    because = Reason.TOO_OLD if outcome.because is Reason.TOO_OLD else Reason.PAYMENT_FIXED
    if outcome.because is Reason.HUB_UNAVAILABLE and not hub_open(situation):
        because = Reason.HUB_UNAVAILABLE
    base = common(situation, None, outcome.lines)
    return hand_off(situation, because, base, withdrawal=may_withdraw(order, situation.eu))
