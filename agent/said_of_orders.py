"""How an order, its lines and its wishes are named in a sentence: by products, and discreetly on a phone (V-22)."""

from collections import Counter
from collections.abc import Sequence

from agent.evidence import Evidence
from agent.phrasing import Phrasing, Said, joined
from agent.wish import Intent
from channels.message import Channel
from knowledge.terms import ChangeKind
from shop.order import LineState, Order
from skills.skill import LineVerdict, Offer, Outcome, Reason

MOST_TITLES = 2
MOST_LISTED = 3
_TAIL = 4
"""Characters of an order number that SMS and WhatsApp may show (product.md 4.8)."""


def order_of(outcome: Outcome, evidence: Evidence) -> Order | None:
    """The order as read in this turn. None below L2: what was not read cannot be said."""
    return next((order for order in evidence.orders if order.id == outcome.order), None)


def order_name(order: Order, pen: Phrasing) -> Said:
    name = order.name.lstrip("#")[-_TAIL:] if pen.discreet else order.name
    return pen.fact("order_name", name, f"order:{order.id}")


def order_said(order: Order, pen: Phrasing, *, first: Sequence[LineVerdict] = ()) -> Said:
    """e.g. `#1042 (Linen shirt, Canvas tote)`; a text message has room for the number and one title.

    first: the lines the wish names; a text message's one title is of these.
    """
    name = order_name(order, pen)
    present = [line.title for line in order.lines_present() if line.title.strip()]
    asked = {verdict.title for verdict in first if verdict.named} if pen.terse else set()
    titles = list(dict.fromkeys(sorted(present, key=lambda title: title not in asked)))
    most = 1 if pen.terse else MOST_TITLES
    if not titles or (pen.terse and pen.language == "ja"):
        return name
    source = f"order:{order.id}"
    shown = pen.listed([pen.title(title, source) for title in titles[:most]])
    if len(titles) > most and not pen.terse:
        shown = pen.say("order.more", titles=shown, count=pen.count(len(titles) - most, source))
    return pen.say("order.titled", name=name, titles=shown)


def items_said(verdicts: Sequence[LineVerdict], order: Order, pen: Phrasing, *, of: frozenset[LineState] | None = None) -> Said:
    """Titles of some lines; the variant beside them where one title stands for several lines, the number where a line is split.

    of: count only units in these states (the ones that went); otherwise the units the verdict covers.
    """
    same = Counter(line.title for line in order.lines_present())
    source = f"order:{order.id}"
    named = []
    for verdict in verdicts[:MOST_LISTED]:
        title = pen.title(verdict.title, source)
        if same[verdict.title] > 1 and verdict.variant:
            title = joined([title, pen.fact("title", verdict.variant, source)], " ")
        number = sum(part.quantity for part in verdict.parts if part.state in of) if of and verdict.allowed else verdict.quantity
        if verdict.parts and number < sum(part.quantity for part in verdict.parts):
            title = joined([title, pen.count(number, source)], " × ")
        named.append(title)
    shown = pen.listed(list(dict.fromkeys(named)))
    rest = len(verdicts) - MOST_LISTED
    return pen.say("order.more", titles=shown, count=pen.count(rest, source)) if rest > 0 else shown


def act_said(outcome: Outcome, order: Order | None, pen: Phrasing) -> Said:
    """The wish as an infinitive (Japanese: as a noun), with the order named in it where there is one."""
    wish = offered_wish(outcome)
    if order is None:
        return pen.say(f"do.{wish}", "do.other")
    return pen.say(f"act.{wish}", "act.other", order=order_said(order, pen, first=outcome.lines))


def offered_wish(outcome: Outcome) -> str:
    """What is really offered: a payment or return wish may come down to a cancellation (M and C of product.md 4.5)."""
    if isinstance(outcome, Offer) and outcome.change is not None and outcome.wish in (Intent.CHANGE_PAYMENT, Intent.RETURN_EXCHANGE):
        return Intent.CANCEL_ORDER.value if outcome.change.kind is ChangeKind.CANCEL_ORDER else Intent.CANCEL_ITEM.value
    return outcome.wish


def is_cancelling(outcome: Outcome) -> bool:
    if outcome.change is not None and outcome.change.kind is ChangeKind.CANCEL_ORDER:
        return True
    return offered_wish(outcome) in (Intent.CANCEL_ORDER, Intent.CANCEL_ITEM)


def asked_part(outcome: Offer) -> tuple[LineVerdict, ...]:
    """The named lines a warehouse must agree to, beside others that need nobody's word: listed apart (F-09)."""
    if outcome.because is Reason.ASKS_WAREHOUSE:
        return ()
    return tuple(verdict for verdict in outcome.lines if verdict.named and verdict.allowed and verdict.reason is Reason.ASKS_WAREHOUSE)


def review_label(outcome: Outcome, outcomes: Sequence[Outcome], pen: Phrasing) -> Said:
    """What the link to an offer's order is called; on a phone, where offers about several orders stand together, by the order."""
    order = order_of(outcome, pen.evidence)
    if pen.discreet and order is not None and len({each.order for each in outcomes if isinstance(each, Offer)}) > 1:
        return pen.say("label.order", order=order_name(order, pen))
    return pen.say("label.review.short" if pen.channel is Channel.WHATSAPP else "label.review")
