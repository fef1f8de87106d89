"""Ever shorter ways to say one reply by text message, links apart (V-21). Pure.

Who is speaking stays in each of them (V-30); verdict, deadline and order go before titles and courtesy.
"""

from collections.abc import Sequence

from agent.phrasing import Phrasing, Said, joined
from agent.said_of_orders import order_name, order_of
from shop.order import Order
from skills.skill import Offer, Outcome, Reason, Redirect


def shorter(outcomes: Sequence[Outcome], answers: Sequence[Sequence[Said]], opened: Sequence[Said], pen: Phrasing) -> tuple[Said, ...]:
    """answers: the full sentences, one row per outcome. opened: the disclosure, where it is due. Empty on channels with room."""
    if not pen.terse:
        return ()
    brief = [_brief(outcome, said, pen) for outcome, said in zip(outcomes, answers, strict=True)]
    first = next((order for outcome in outcomes if (order := order_of(outcome, pen.evidence))), None)
    least = pen.say("minimal.sms", order=order_name(first, pen)) if first is not None else pen.say("minimal.plain.sms")
    spoken = [joined([*opened, *(said for said in brief if said is not None)], pen.space)] if any(brief) else []
    return (*spoken, joined([*opened, least], pen.space))


def _brief(outcome: Outcome, said: Sequence[Said], pen: Phrasing) -> Said | None:
    """One outcome in one sentence: counts instead of titles, the order by its number alone."""
    order = order_of(outcome, pen.evidence)
    if order is not None and isinstance(outcome, Offer):
        counted = _counts(outcome, order, pen)
        if counted is not None:
            return counted
    if order is not None and isinstance(outcome, Redirect) and outcome.to != "withdrawal":
        stage = {Reason.ALREADY_SHIPPED: "shipped", Reason.ALREADY_DELIVERED: "delivered"}.get(outcome.because, "returns")
        return pen.say(f"redirect.{stage}.brief.sms", order=order_name(order, pen))
    return said[0] if said else None


def _counts(outcome: Offer, order: Order, pen: Phrasing) -> Said | None:
    """How many units may still change, until when, and how many may not; None where all may."""
    named = [verdict for verdict in outcome.lines if verdict.named]
    going = sum(verdict.quantity for verdict in named if verdict.allowed)
    total = sum(sum(part.quantity for part in verdict.parts) or verdict.quantity for verdict in named)
    if not going or total <= going:
        return None
    source = f"order:{order.id}"
    slots = {
        "order": order_name(order, pen),
        "open_count": pen.count(going, source),
        "gone_count": pen.count(total - going, source),
    }
    if outcome.until is None:
        return pen.say("partial.counts.sms", **slots)
    return pen.say("partial.counts.until.sms", until=pen.moment(outcome.until, deadline_source(outcome)), **slots)


def deadline_source(outcome: Offer) -> str:
    """Where the deadline comes from: the rule that sets it, else the order."""
    rule = next((verdict.rule for verdict in outcome.lines if verdict.until == outcome.until and verdict.rule), None)
    return f"rule:{rule}" if rule else f"order:{outcome.order}"
