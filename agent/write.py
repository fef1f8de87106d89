"""What a turn says: for each outcome the sentences of the catalogue, the answer first, facts only in slots.

Pure. Which outcome means what is told by `agent.decide`; layout, cards and links are made by `agent.compose`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from agent.conversation import ConversationState
from agent.evidence import Evidence, Fact
from agent.links import Links
from agent.opening import opening
from agent.phrasing import Phrasing, Said
from agent.quotes import behind
from agent.reading import Answer, Reading
from agent.said_of_orders import act_said, asked_part, is_cancelling, items_said, order_name, order_of, order_said, review_label
from agent.shorter import deadline_source, shorter
from agent.status_words import status_said
from agent.wish import Intent
from channels.message import Channel
from channels.reply import Quote
from shop.order import Financial, LineState, Order
from skills.skill import Choose, Explain, HandOff, LineVerdict, Offer, Outcome, Reason, Redirect, Refuse, SignInFirst

GONE = frozenset({LineState.IN_TRANSIT, LineState.DELIVERED})
STILL_HERE = frozenset({LineState.OPEN, LineState.SCHEDULED, LineState.REQUESTED})
"""States in which "not shipped yet" is the plain truth and nothing else stands in the way."""
OFFERS_A_PERSON = frozenset({Reason.ORDER_NOT_FOUND, Reason.NO_ORDERS, Reason.POLICY_MISSING, Reason.HUB_UNAVAILABLE})
"""Explained with a person offered beside, as `agent.remember` keeps it."""
_UNCONFIRMED = frozenset({Reason.POLICY_MISSING, Reason.POLICY_CONFLICT, Reason.FACT_UNREADABLE, Reason.STATE_UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class Worded:
    """The sentences of one reply, outcome by outcome."""

    opening: tuple[Said, ...]
    """The disclosure, where it is due (V-30), and a word for coming late."""
    answers: tuple[tuple[Said, ...], ...]
    """One row per outcome, in their order; a row may be empty where an earlier one says the same."""
    shorter: tuple[Said, ...]
    """For SMS: ever shorter ways to say it all, links apart (V-21)."""
    facts: tuple[Fact, ...]


def word(
    outcomes: Sequence[Outcome],
    evidence: Evidence,
    reading: Reading,
    state: ConversationState,
    *,
    channel: Channel | str,
    locale: str,
    now: datetime,
    links: Links | None = None,
    proposed: Sequence[str] = (),
    late: bool = False,
) -> Worded:
    """The words for these outcomes. Pure and total over what `agent.decide` can give.

    state: as it was before this turn. proposed: a writer's sentences the gate accepted, which stand in for the lead of a policy answer.
    late: the newest message has waited long: a word for it comes first.
    """
    pen = Phrasing(evidence=evidence, channel=Channel(channel), locale=locale, now=now)
    opened = opening(outcomes, state, pen, late=late)
    said: set[str] = set()
    answers = []
    once: set[str] = set()
    for outcome in outcomes:
        if outcome.kind in once:
            answers.append(tuple(_further(outcome, said, pen)))
            continue
        once.update({outcome.kind} & _ASKED_ONCE)
        reasons = behind(outcome, pen) if reading.why else ()
        sentences = [_reason_lead(reasons[0], pen)] if reasons else _answer(outcome, outcomes, reading, proposed, pen)
        row = [s for s in sentences if s.text and s.text not in said]
        said.update(s.text for s in row)
        answers.append(tuple(row))
    who = [said for said in opened if said.key != "late.sorry.sms"]
    return Worded(opening=opened, answers=tuple(answers), shorter=shorter(outcomes, answers, who, pen), facts=tuple(pen.facts))


_ASKED_ONCE = frozenset({"choose", "sign_in"})
"""One question and one invitation in a reply, however many wishes wait for it (V-21)."""


def _further(outcome: Outcome, said: set[str], pen: Phrasing) -> Iterable[Said]:
    """What a second waiting wish still adds: that no policy was found for it."""
    for sentence in _gap(outcome, None, pen):
        if sentence.text not in said:
            said.add(sentence.text)
            yield sentence


def _reason_lead(quote: Quote, pen: Phrasing) -> Said:
    """What leads the policy behind an answer. A phone shows the date in it; elsewhere it stands beside the quote (V-25)."""
    if pen.discreet and quote.changed_at is not None:
        return pen.say("why.policy.dated", date=pen.day(quote.changed_at, f"clause:{quote.clause}"))
    return pen.say("why.policy")


def _answer(outcome: Outcome, outcomes: Sequence[Outcome], reading: Reading, proposed: Sequence[str], pen: Phrasing) -> Iterable[Said]:
    match outcome:
        case Offer():
            yield from _offer(outcome, outcomes, pen)
        case Refuse():
            yield from _refuse(outcome, pen)
        case SignInFirst():
            yield from _sign_in(outcome, pen)
        case Choose():
            yield _choose(outcome, pen)
        case Redirect():
            yield from _redirect(outcome, pen)
        case Explain():
            yield from _explain(outcome, reading, proposed, pen)
        case HandOff():
            yield from _hand_off(outcome, reading, pen)
        case _:
            assert_never(outcome)


# Yes


def _offer(outcome: Offer, outcomes: Sequence[Outcome], pen: Phrasing) -> Iterable[Said]:
    order = order_of(outcome, pen.evidence)
    until = pen.moment(outcome.until, deadline_source(outcome)) if outcome.until else None
    gone, asked = refused_part(outcome), asked_part(outcome)
    if order is not None and (gone or asked):
        yield from _part(outcome, order, gone, asked, until, pen)
    else:
        lead = _offer_lead(outcome, act_said(outcome, order, pen), until, pen)
        yield lead
        if until is not None and not set(until.facts) & set(lead.facts):
            yield pen.say("offer.until", until=until)
    yield from _gap(outcome, None, pen)
    if pen.terse:
        return
    if outcome.gap:
        yield pen.say("person.also")
    else:
        yield pen.say("next.review", label=review_label(outcome, outcomes, pen))


def _offer_lead(outcome: Offer, act: Said, until: Said | None, pen: Phrasing) -> Said:
    why = f"offer.{outcome.because}"
    if outcome.because is Reason.ASKS_WAREHOUSE:
        return pen.say(why, act=act)
    if outcome.wish == Intent.CHANGE_PAYMENT:
        return pen.say("offer.payment_fixed", act=act)
    if outcome.wish == Intent.RETURN_EXCHANGE:
        return pen.say("offer.not_shipped_yet.return_exchange", act=act)
    if outcome.gap:
        return pen.say("offer.policy_missing", act=act)
    if outcome.because is Reason.GOODWILL:
        return pen.say(why, act=act)
    if until is not None:
        return pen.say("offer.within_window.until", act=act, until=until)
    return pen.say(why, "offer", act=act)


def refused_part(outcome: Offer) -> tuple[LineVerdict, ...]:
    """The named lines, or units of them, that the offer does not cover."""
    if outcome.change is not None and outcome.change.kind == "set_address":
        return ()
    return tuple(
        verdict
        for verdict in outcome.lines
        if verdict.named and (not verdict.allowed or any(part.state in GONE and part.quantity for part in verdict.parts))
    )


def _part(
    outcome: Offer, order: Order, gone: Sequence[LineVerdict], asked: Sequence[LineVerdict], until: Said | None, pen: Phrasing
) -> Iterable[Said]:
    open_lines = [verdict for verdict in outcome.lines if verdict.named and verdict.allowed and verdict not in asked]
    how = "ask" if outcome.because is Reason.ASKS_WAREHOUSE else "cancel" if is_cancelling(outcome) else "change"
    yield pen.say(f"partial.{how}", order=order_name(order, pen), open=items_said(open_lines, order, pen))
    if until is not None:
        yield pen.say("offer.until", until=until)
    if asked:
        yield pen.say("partial.asked", items=items_said(asked, order, pen))
    for kind, lines in _grouped(gone):
        yield pen.say(
            f"partial.{kind}", gone=items_said(lines, order, pen, of=GONE if kind == "shipped" else None), count=_plain(str(len(lines)))
        )


def _grouped(lines: Sequence[LineVerdict]) -> Iterable[tuple[str, list[LineVerdict]]]:
    """Lines that went, lines the policy leaves out, and the rest: each is told once, in this order."""
    groups: dict[str, list[LineVerdict]] = {"shipped": [], "excluded": [], "other": []}
    for verdict in lines:
        went = verdict.allowed or verdict.state in GONE
        groups["shipped" if went else "excluded" if verdict.reason is Reason.EXCLUDED else "other"].append(verdict)
    return ((kind, found) for kind, found in groups.items() if found)


# No, or elsewhere


def _refuse(outcome: Refuse, pen: Phrasing) -> Iterable[Said]:
    order = order_of(outcome, pen.evidence)
    act = act_said(outcome, order, pen)
    slots = {"act": act}
    closed = next((verdict for verdict in outcome.lines if verdict.named and verdict.closed_at), None)
    if closed is not None and closed.closed_at is not None:
        slots["since"] = pen.moment(closed.closed_at, f"rule:{closed.rule}" if closed.rule else f"order:{outcome.order}")
    excluded = [verdict for verdict in outcome.lines if verdict.named and verdict.reason is Reason.EXCLUDED]
    if order is not None and excluded:
        slots["items"] = items_said(excluded, order, pen)
    why = "refuse.unconfirmed" if outcome.because in _UNCONFIRMED else f"refuse.{outcome.because}"
    dated = (f"{why}.since",) if "since" in slots else ()
    yield pen.say(*dated, f"{why}.{outcome.wish}", why, "refuse", **slots)
    yield from _gap(outcome, order, pen)
    yield pen.say("person.offer") if pen.channel in (Channel.SMS, Channel.EMAIL) else pen.say("person.also")


def _redirect(outcome: Redirect, pen: Phrasing) -> Iterable[Said]:
    if outcome.to == "withdrawal":
        yield pen.say("redirect.withdrawal")
        return
    order = order_of(outcome, pen.evidence)
    stage = {Reason.ALREADY_SHIPPED: "shipped", Reason.ALREADY_DELIVERED: "delivered"}.get(outcome.because, "returns")
    if order is None:
        yield pen.say("redirect.shipped" if stage == "returns" else f"redirect.{stage}", act=act_said(outcome, None, pen))
        return
    slots = {"act": act_said(outcome, order, pen), "order": order_said(order, pen)}
    yield pen.say(f"redirect.{stage}.{outcome.wish}", f"redirect.{stage}", **slots)
    until = min((verdict.until for verdict in outcome.lines if verdict.named and verdict.until), default=None)
    if until is not None:
        rule = next(verdict.rule for verdict in outcome.lines if verdict.until == until)
        yield pen.say("offer.until", until=pen.moment(until, f"rule:{rule}"))
    yield from _gap(outcome, None, pen)


# Told


def _explain(outcome: Explain, reading: Reading, proposed: Sequence[str], pen: Phrasing) -> Iterable[Said]:
    order = order_of(outcome, pen.evidence)
    match outcome.because:
        case Reason.POLICY_MISSING:
            yield _gap_sentence(outcome.gap, pen)
            yield pen.say("person.also")
        case Reason.ALREADY_CANCELLED if order is not None:
            yield _dated("explain.already_cancelled", order, order.cancelled_at, pen)
            yield pen.say(f"refund.{order.financial}", "refund.none") if order.financial in _MONEY_BACK else pen.say("refund.none")
        case Reason.ALREADY_ASKED if order is not None:
            asked = min((verdict.since for verdict in outcome.lines if verdict.since), default=None)
            yield _dated("explain.already_asked", order, asked, pen)
        case Reason.ALREADY_SHIPPED if order is not None and outcome.wish == Intent.CHANGE_ADDRESS:
            yield pen.say("explain.tracking", order=order_said(order, pen))
        case Reason.ANSWERED if outcome.wish == Intent.IS_IT_A_BOT:
            yield pen.say("disclosure.asked")
            yield pen.say("disclosure.help")
        case Reason.ANSWERED if outcome.clauses and outcome.wish not in (Intent.ORDER_STATUS, Intent.DELIVERY_PROBLEM):
            yield from ([_plain(sentence) for sentence in proposed] or [pen.say("explain.answered.policy_question")])
        case Reason.ORDER_NOT_FOUND | Reason.NO_ORDERS:
            digits = reading.six_digits and outcome.because is Reason.ORDER_NOT_FOUND
            yield pen.say(f"explain.{outcome.because}.digits" if digits else f"explain.{outcome.because}")
            yield pen.say("person.also")
        case _ if order is not None and outcome.because not in _PLAIN_EXPLAINED:
            yield status_said(outcome, order, pen)
        case _:
            why = f"explain.{outcome.because}"
            yield pen.say(f"{why}.{outcome.wish}", why, "explain", brand=pen.brand())


_MONEY_BACK = frozenset({Financial.REFUNDED, Financial.PARTIALLY_REFUNDED, Financial.VOIDED})
_PLAIN_EXPLAINED = frozenset({Reason.SHOP_UNREACHABLE, Reason.OUT_OF_SCOPE, Reason.ABUSE, Reason.UNCLEAR, Reason.HUB_UNAVAILABLE})


def _dated(key: str, order: Order, at: datetime | None, pen: Phrasing) -> Said:
    named = order_said(order, pen)
    if at is None:
        return pen.say(f"{key}.undated", order=named)
    return pen.say(key, order=named, since=pen.moment(at, f"order:{order.id}"))


def _plain(sentence: str) -> Said:
    return Said(text=sentence, slotted=sentence)


# A person, a proof, a question


def _hand_off(outcome: HandOff, reading: Reading, pen: Phrasing) -> Iterable[Said]:
    """Why a person is needed. The question, or the reference, follows in the notice."""
    if outcome.made and (reading.answer is Answer.YES or reading.chosen == "yes"):
        yield pen.say("hand_off.wants_person")
        return
    order = order_of(outcome, pen.evidence)
    slots = {"act": act_said(outcome, order, pen)}
    if order is not None:
        slots["order"] = order_said(order, pen)
    why = f"hand_off.{outcome.because}"
    keys = [f"{why}.{outcome.wish}", why, "hand_off"]
    if outcome.because is Reason.HUB_UNAVAILABLE and _nothing_gone(outcome.lines):
        keys.insert(0, f"{why}.open")
    if outcome.wish == Intent.ADD_ITEM and outcome.because in (Reason.NOT_ON_EXISTING_ORDER, Reason.UNUSUAL_ORDER, Reason.ANSWERED):
        keys.insert(0, "hand_off.add_item")
    yield pen.say(*keys, **slots)
    yield from _gap(outcome, None, pen)


def _nothing_gone(lines: Sequence[LineVerdict]) -> bool:
    named = [verdict for verdict in lines if verdict.named]
    return bool(named) and all(verdict.allowed and verdict.state in STILL_HERE for verdict in named)


def _sign_in(outcome: SignInFirst, pen: Phrasing) -> Iterable[Said]:
    if outcome.step != "invite":
        yield pen.say(f"sign_in.{outcome.step}")
        return
    yield pen.say(f"sign_in.invite.{outcome.wish}", "sign_in.invite", do=act_said(outcome, None, pen))
    if outcome.gap:
        yield _gap_sentence(outcome.gap, pen)
        yield pen.say("person.also")


def _choose(outcome: Choose, pen: Phrasing) -> Said:
    order = order_of(outcome, pen.evidence)
    if outcome.because is Reason.SEVERAL_ORDERS:
        return pen.say("choose.order")
    if order is not None:
        return pen.say("choose.line", order=order_name(order, pen))
    return pen.say("choose.wish")


# F-10: policy that was not found


def _gap(outcome: Outcome, order: Order | None, pen: Phrasing) -> Iterable[Said]:
    """What the state allows, then that no policy was found; nothing is borrowed from elsewhere (F-11)."""
    if not outcome.gap:
        return
    if order is not None and not isinstance(outcome, Offer) and _all_here(order):
        yield pen.say("gap.state_open", order=order_name(order, pen))
    yield _gap_sentence(outcome.gap, pen)


def _all_here(order: Order) -> bool:
    units = [units for line in order.lines_present() for units in line.units if units.quantity]
    return bool(units) and order.cancelled_at is None and all(each.state in STILL_HERE for each in units)


def _gap_sentence(gap: str | None, pen: Phrasing) -> Said:
    topic = pen.maybe(f"topic.{gap}") if gap else None
    return pen.say("gap", topic=topic) if topic is not None else pen.say("gap.this")
