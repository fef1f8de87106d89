"""What a wish comes to for the orders it is about: which order, which line, then the skill that owns it. Pure."""

from collections.abc import Sequence

from agent.known import Known, by_skill
from agent.resolve import (
    LINE_KINDS,
    LINE_WISHES,
    Ask,
    Found,
    NoOrders,
    NotFound,
    NotRead,
    Several,
    change_kind,
    has_left,
    still_moving,
    which_lines,
    which_orders,
)
from agent.wish import Intent, WishReading
from channels.message import Channel
from shop.order import Order, OrderLine
from skills.skill import Choose, Explain, HandOff, Offer, Outcome, Reason

MOST_OPTIONS = {Channel.WEBCHAT: 5, Channel.SMS: 3, Channel.WHATSAPP: 10, Channel.EMAIL: 10}
"""product.md 4.8. WhatsApp shows up to three as buttons, more as a list."""


def about_orders(ask: Ask, case: Known) -> tuple[Outcome, ...]:
    wish = ask.wish
    answer_all = case.by_mail
    found = which_orders(ask, case.evidence, case.state.focus, lambda order: _fits(ask, order, case), case.now, answer_all=answer_all)
    match found:
        case NoOrders():
            return (Explain(wish=wish.intent, because=Reason.NO_ORDERS),)
        case NotFound():
            return (Explain(wish=wish.intent, because=Reason.ORDER_NOT_FOUND),)
        case NotRead():
            return (HandOff(wish=wish.intent, because=Reason.STATE_UNKNOWN),)
        case Several(orders=orders) if answer_all:
            return tuple(_about_one(ask, order, case) for order in orders)
        case Several(orders=orders):
            return (_which_order(wish, orders, case),)
        case Found(orders=orders):
            return tuple(_about_one(ask, order, case) for order in orders)


def _which_order(wish: WishReading, orders: Sequence[Order], case: Known) -> Choose:
    most = MOST_OPTIONS[Channel(case.evidence.channel)]
    return Choose(wish=wish.intent, because=Reason.SEVERAL_ORDERS, options=tuple((order.id, order.name) for order in orders[:most]))


def _fits(ask: Ask, order: Order, case: Known) -> bool:
    """Whether this order is still open for this wish, so that it may be proposed without a question (4.3)."""
    if change_kind(ask.wish) is not None or ask.wish.intent is Intent.CHANGE_PAYMENT:
        lines = which_lines(ask, order, case.state.last_wishes)
        return order.complete and isinstance(by_skill(ask.wish, order, lines.lines, case), Offer)
    if ask.wish.intent in (Intent.RETURN_EXCHANGE, Intent.DELIVERY_PROBLEM):
        return has_left(order)
    return still_moving(order)


def _about_one(ask: Ask, order: Order, case: Known) -> Outcome:
    wish = ask.wish
    if not order.complete:
        return HandOff(wish=wish.intent, because=Reason.STATE_UNKNOWN, order=order.id, order_name=order.name)
    lines: tuple[OrderLine, ...] = ()
    if change_kind(wish) in LINE_KINDS:
        meant = which_lines(ask, order, case.state.last_wishes)
        if meant.ambiguous and not case.by_mail and _worth_asking(ask, order, meant.lines, case):
            return _which_line(wish, order, meant.lines)
        lines = meant.lines
    elif wish.intent in LINE_WISHES and wish.line_refs:
        meant = which_lines(ask, order, case.state.last_wishes)
        lines = () if meant.ambiguous else meant.lines
    outcome = by_skill(wish, order, lines, case)
    if _wants_all(wish, outcome, case):
        return HandOff(
            wish=wish.intent,
            because=Reason.WANTS_ALL_LINES,
            order=order.id,
            order_name=order.name,
            lines=outcome.lines,
            clauses=outcome.clauses,
            rules=outcome.rules,
            change=outcome.change,
        )
    return outcome


def _worth_asking(ask: Ask, order: Order, lines: tuple[OrderLine, ...], case: Known) -> bool:
    """Where no line can change, asking which one is meant only delays the answer."""
    return isinstance(by_skill(ask.wish, order, lines, case), Offer)


def _which_line(wish: WishReading, order: Order, lines: Sequence[OrderLine]) -> Choose:
    options = tuple((str(line.id), f"{line.title}, {line.variant_title}" if line.variant_title else line.title) for line in lines)
    return Choose(wish=wish.intent, because=Reason.UNCLEAR, order=order.id, order_name=order.name, options=options[:10])


def _wants_all(wish: WishReading, outcome: Outcome, case: Known) -> bool:
    """Told that only some lines can still be cancelled, the shopper insists on all: a person (F-09)."""
    cancels = (Intent.CANCEL_ORDER, Intent.CANCEL_ITEM)
    return (
        wish.intent in cancels
        and isinstance(outcome, Offer)
        and any(not line.allowed for line in outcome.lines)
        and outcome.order == case.state.focus
        and any(ref.kind == "all" for ref in wish.line_refs)
        and any(old.intent in cancels for old in case.state.last_wishes)
    )
