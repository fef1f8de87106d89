"""Ever shorter ways to say one reply by text message, links apart (V-21). Pure.

Who is speaking stays in each of them (V-30); verdict, deadline and order go before titles and courtesy.
"""

from collections.abc import Sequence

from agent.phrasing import Phrasing, Said, joined
from agent.said_of_orders import asked_part, items_said, order_name, order_of
from shop.order import Order
from skills.skill import Offer, Outcome, Reason, Redirect


def shorter(outcomes: Sequence[Outcome], answers: Sequence[Sequence[Said]], opened: Sequence[Said], pen: Phrasing) -> tuple[Said, ...]:
    """answers: the full sentences, one row per outcome. opened: the disclosure, where it is due. Empty on channels with room."""
    if not pen.terse:
        return ()
    brief = [_brief(outcome, said, pen) for outcome, said in zip(outcomes, answers, strict=True)]
    briefest = [_briefest(outcome, said, pen) for outcome, said in zip(outcomes, brief, strict=True)]
    spoken = [joined([*opened, *(said for said in row if said is not None)], pen.space) for row in (brief, briefest) if any(row)]
    about = list({str(order.id): order for outcome in outcomes if (order := order_of(outcome, pen.evidence))}.values())
    # Of several orders none may stand for the others: then each link bears its order's number.
    least = pen.say("minimal.sms", order=order_name(about[0], pen)) if len(about) == 1 else pen.say("minimal.plain.sms")
    return (*dict.fromkeys(spoken), joined([*opened, least], pen.space))


def _briefest(outcome: Outcome, brief: Said | None, pen: Phrasing) -> Said | None:
    """An offer about a whole order without its titles; anything else as brief as it is."""
    order = order_of(outcome, pen.evidence)
    if order is None or not isinstance(outcome, Offer) or outcome.gap or outcome.because is Reason.ASKS_WAREHOUSE:
        return brief
    return brief if _counts(outcome, order, pen) is not None else _possible(outcome, order, pen)


def _possible(outcome: Offer, order: Order, pen: Phrasing) -> Said:
    if outcome.until is None:
        return pen.say("offer.brief.sms", order=order_name(order, pen))
    return pen.say("offer.brief.until.sms", order=order_name(order, pen), until=pen.moment(outcome.until, deadline_source(outcome)))


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
    """How many units may still change, until when, and how many may not; None where all may.

    What a warehouse must agree to is named beside it: to count it with the rest would promise it.
    """
    named, asked = [verdict for verdict in outcome.lines if verdict.named], asked_part(outcome)
    going = sum(verdict.quantity for verdict in named if verdict.allowed and verdict not in asked)
    total = sum(sum(part.quantity for part in verdict.parts) or verdict.quantity for verdict in named)
    gone = total - going - sum(verdict.quantity for verdict in asked)
    if not going or not (gone or asked):
        return None
    lead = _counted(outcome, order, going, gone, pen) if gone else _possible(outcome, order, pen)
    return joined([lead, pen.say("partial.asked", items=items_said(asked, order, pen))], pen.space) if asked else lead


def _counted(outcome: Offer, order: Order, going: int, gone: int, pen: Phrasing) -> Said:
    source = f"order:{order.id}"
    slots = {"order": order_name(order, pen), "open_count": pen.count(going, source), "gone_count": pen.count(gone, source)}
    if outcome.until is None:
        return pen.say("partial.counts.sms", **slots)
    return pen.say("partial.counts.until.sms", until=pen.moment(outcome.until, deadline_source(outcome)), **slots)


def deadline_source(outcome: Offer) -> str:
    """Where the deadline comes from: the rule that sets it, else the order."""
    rule = next((verdict.rule for verdict in outcome.lines if verdict.until == outcome.until and verdict.rule), None)
    return f"rule:{rule}" if rule else f"order:{outcome.order}"
