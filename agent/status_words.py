"""Where an order is, in one sentence: read from where its units are, not from a badge."""

from collections.abc import Mapping
from datetime import datetime

from agent.phrasing import Phrasing, Said
from agent.said_of_orders import order_said
from shop.order import LineState, Order, OrderLine
from skills.skill import Outcome

_OFF = frozenset({LineState.REMOVED})


def status_said(outcome: Outcome, order: Order, pen: Phrasing) -> Said:
    """One state for the whole order, since when it is there if all know it; else the parts with their numbers.

    A hold that is not the brand's own pause is told as a person checking, and never why (F-04).
    """
    named = order_said(order, pen)
    counted, since = states_of(order)
    source = f"order:{order.id}"
    if order.cancelled_at is not None:
        counted, since = {LineState.CANCELLED: 1}, order.cancelled_at
    if LineState.HELD in counted and _is_checked(order):
        return pen.say("status.held", order=named)
    if len(counted) == 1:
        state = state_word(next(iter(counted)), pen, source)
        if since is not None:
            return pen.say("status.since", order=named, state=state, since=pen.moment(since, source))
        return pen.say("status.one", order=named, state=state)
    if not counted:
        return pen.say("status.one", order=named, state=state_word(LineState.UNKNOWN, pen, source))
    return pen.say("status.mixed", order=named, parts=parts_said(counted, pen, source))


def parts_said(counted: Mapping[LineState, int], pen: Phrasing, source: str) -> Said:
    """e.g. `not shipped yet (1), shipped (2)`."""
    said = [pen.say("status.part", state=state_word(state, pen, source), count=pen.count(n, source)) for state, n in counted.items()]
    return pen.listed(said)


def units_of(line: OrderLine) -> dict[LineState, int]:
    """How many units of a line are in which state; none that left the order."""
    counted: dict[LineState, int] = {}
    for units in line.units:
        if units.quantity and units.state not in _OFF:
            counted[units.state] = counted.get(units.state, 0) + units.quantity
    return counted


def states_of(order: Order) -> tuple[dict[LineState, int], datetime | None]:
    """Units per state, and the latest moment all of them share a state, where each knows its own."""
    counted: dict[LineState, int] = {}
    moments: list[datetime | None] = []
    for line in order.lines_present():
        for state, n in units_of(line).items():
            counted[state] = counted.get(state, 0) + n
        moments += [units.at for units in line.units if units.quantity and units.state not in _OFF]
    known = [moment for moment in moments if moment is not None]
    return counted, max(known) if known and len(known) == len(moments) else None


def _is_checked(order: Order) -> bool:
    holds = [hold for line in order.lines for units in line.units if units.state is LineState.HELD for hold in units.holds]
    pauses = ("ONLINE_STORE_POST_PURCHASE_CROSS_SELL", "UNKNOWN_DELIVERY_DATE")
    return any(not hold.ours and hold.reason not in pauses for hold in holds) or not holds


def state_word(state: LineState, pen: Phrasing, source: str) -> Said:
    """The state in a word or two. A text message has its own, in letters every phone has."""
    if pen.terse:
        return pen.say(f"state.sms.{state}")
    return pen.ui(f"state.{state}")
