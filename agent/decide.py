"""What a turn comes to, wish by wish: who may hear what, about which order, and what can still be done.

Pure and total. `decide(reading, shopper, evidence, now, state=…, signal=…)` gives the same outcomes whenever it is asked again (INV-11).

How outcomes are to be read beside their `because` (the writer words them from these fields alone):

| outcome                                               | means                                                                          |
|-------------------------------------------------------|--------------------------------------------------------------------------------|
| Explain wish=is_it_a_bot / smalltalk, answered        | say what we are / be civil and offer help                                      |
| Explain wish=talk_to_human, answered                  | the shopper declined a person                                                  |
| Explain wish=abuse, abuse                             | one calm boundary                                                              |
| Explain wish=other, out_of_scope                      | one sentence of scope, one offer of help                                       |
| Explain policy_question, answered                     | `clauses` answer it (ids in `evidence.passages`); policy_missing: `gap` is set |
| Explain order_not_found / no_orders                   | the same for foreign, unknown and too old (F-07); a person is offered          |
| Explain shop_unreachable                              | we try again by ourselves (F-06); no order, no link                            |
| Explain unreadable_media                              | pictures and voice notes are not opened here; in words, or a person (C7)       |
| SignInFirst not_signed_in, `step`                     | invite · ask_contact · code_sent · code_wrong · code_spent                     |
| Choose several_orders                                 | options are (order gid, order name)                                            |
| Choose unclear with `order`                           | which line? options are (line gid, title)                                      |
| Choose unclear without `order`                        | which wish? options are (intent, intent)                                       |
| HandOff made=False                                    | a question: shall a person take this? `yes` / `no`                             |
| HandOff made=True                                     | announced: reference and reply time follow                                     |
| Redirect to=withdrawal, right_of_withdrawal           | the withdrawal page, no sign-in                                                |
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from agent.conversation import AwaitShop, AwaitSignIn, ChooseLine, ChooseOrder, ChooseWish, ConfirmHandOff, ConversationState
from agent.evidence import Evidence, ShopAnswer
from agent.general_policy import add_items_in_general, answering, general_clauses, topic_of
from agent.reading import Answer, Reading
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
    change_of,
    has_left,
    still_moving,
    which_lines,
    which_orders,
)
from agent.wish import Guess, Intent, WishReading
from channels.message import Channel, Signal
from identity.levels import Shopper
from shop.order import Order, OrderLine
from skills.registry import skill_for
from skills.skill import (
    Choose,
    Explain,
    HandOff,
    Offer,
    Outcome,
    Reason,
    Redirect,
    SignInFirst,
    Situation,
    Skill,
)
from skills.withdrawal import EEA

SkillFor = Callable[[str], Skill | None]
"""The skill that owns an intent, by its name."""

RETRIES = 3
"""A job wakes the conversation at 1, 3 and 10 min; then a person (F-06)."""
MOST_OPTIONS = {Channel.WEBCHAT: 5, Channel.SMS: 3, Channel.WHATSAPP: 10, Channel.EMAIL: 10}
"""product.md 4.8. WhatsApp shows up to three as buttons, more as a list."""
FALLBACK_READINGS = (Intent.ORDER_STATUS, Intent.CHANGE_ITEM)
"""Offered where a message gave no reading at all."""
_NEVER_OFFERED = frozenset({Intent.OTHER, Intent.ABUSE, Intent.SMALLTALK})
"""Nobody is asked whether they insult us, only greet us, or want nothing we do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """All that one decision may look at."""

    reading: Reading
    shopper: Shopper
    evidence: Evidence
    now: datetime
    state: ConversationState
    signal: Signal
    skill_for: SkillFor

    @property
    def by_mail(self) -> bool:
        return self.evidence.channel == Channel.EMAIL


def decide(
    reading: Reading,
    shopper: Shopper,
    evidence: Evidence,
    now: datetime,
    *,
    state: ConversationState,
    signal: Signal = Signal.SAID,
    skill_for: SkillFor = skill_for,
) -> tuple[Outcome, ...]:
    """One outcome per wish; by e-mail, and for "all my orders", one per wish and order. Pure and total.

    state: as it was before this message; its pending question says what a yes, a number or a tap answers.
    signal: what woke the turn; a code or a retry answers a question of ours without words.
    Empty only when nothing was asked: a retry that has nothing left to do.
    """
    case = _Case(reading=reading, shopper=shopper, evidence=evidence, now=now, state=state, signal=signal, skill_for=skill_for)
    direct = _answered_question(case)
    asks = asked(reading, state, signal)
    if direct is not None:
        outcomes = direct
    elif not asks:
        outcomes = _nothing_asked(case)
    else:
        outcomes = tuple(outcome for ask in asks for outcome in _one_wish(ask, case))
    return tuple(dict.fromkeys(_as_the_channel_hands_off(outcome, case) for outcome in outcomes))


def asked(reading: Reading, state: ConversationState, signal: Signal) -> tuple[Ask, ...]:
    """The wishes this turn answers: the ones read, or the ones that waited for an answer, a proof or the shop."""
    pending = state.pending
    if signal in (Signal.SIGNED_IN, Signal.RETRY):
        waiting = pending.wishes if isinstance(pending, AwaitSignIn | AwaitShop) else ()
        return tuple(Ask(wish=wish) for wish in (*waiting, *(wish for wish in reading.wishes if wish not in waiting)))
    if reading.answer is Answer.CHOICE and reading.chosen is not None:
        chosen = _chosen(reading.chosen, state)
        if chosen is not None:
            return chosen
    return tuple(Ask(wish=_continued(wish, state)) for wish in reading.wishes)


def _chosen(option: str, state: ConversationState) -> tuple[Ask, ...] | None:
    """The wishes that go on with the option taken; None when it is none of the options we gave."""
    match state.pending:
        case ChooseOrder(orders=orders, wishes=wishes) if option in {gid for gid, _ in orders}:
            return tuple(Ask(wish=wish, order=option) for wish in wishes)
        case ChooseLine(order=order, lines=lines, wishes=wishes) if option in {gid for gid, _ in lines}:
            return tuple(Ask(wish=wish, order=order, lines=(option,)) for wish in wishes)
        case ChooseWish(wish=wish) if option in set(Intent):
            return (Ask(wish=replace(wish, intents=(Guess(intent=Intent(option), confidence=1.0),), sure=True)),)
        case _:
            return None


def _continued(wish: WishReading, state: ConversationState) -> WishReading:
    """A bare number or item ("#1043", "the blue one") goes on with what was asked before."""
    bare = not wish.sure or wish.intent is Intent.OTHER
    if bare and (wish.order_refs or wish.line_refs) and state.last_wishes:
        last = state.last_wishes[0]
        return replace(
            last,
            order_refs=wish.order_refs or last.order_refs,
            line_refs=wish.line_refs or last.line_refs,
            change=wish.change or last.change,
            sure=True,
        )
    return wish


def _nothing_asked(case: _Case) -> tuple[Outcome, ...]:
    if case.reading.media:
        return (Explain(wish=Intent.OTHER, because=Reason.UNREADABLE_MEDIA),)
    if case.signal is Signal.RETRY:
        return ()
    if case.signal is Signal.SIGNED_IN:
        return (Explain(wish=Intent.SMALLTALK, because=Reason.ANSWERED),)
    return _unclear(None, case)


# Answers to our own questions


def _answered_question(case: _Case) -> tuple[Outcome, ...] | None:
    """What a code event, a yes or a no settles by itself; None when the wishes decide."""
    match case.signal:
        case Signal.CODE_SENT:
            return (_sign_in_step("code_sent", case),)
        case Signal.CODE_WRONG:
            return (_sign_in_step("code_wrong", case),)
        case Signal.CODE_SPENT:
            return (_sign_in_step("code_spent", case),)
        case _:
            pass
    match case.state.pending:
        case ConfirmHandOff() as offered if not case.reading.media:
            return _answer_to_person(offered, case)
        case AwaitSignIn() as waiting if not case.shopper.signed_in:
            return _answer_to_sign_in(waiting, case)
        case _:
            return None


def _answer_to_person(offered: ConfirmHandOff, case: _Case) -> tuple[Outcome, ...] | None:
    answer = _yes_or_no(case.reading)
    if answer is Answer.YES:
        return (_accepted(offered, case),)
    if answer is Answer.NO:
        return (Explain(wish=Intent.TALK_TO_HUMAN, because=Reason.ANSWERED),)
    return None


def _yes_or_no(reading: Reading) -> Answer:
    if reading.answer is Answer.CHOICE and reading.chosen in ("yes", "no"):
        return Answer(reading.chosen)
    return reading.answer


def _accepted(offered: ConfirmHandOff, case: _Case) -> HandOff:
    """The yes: the case carries what the wish comes to now, so that staff see verdicts and not a memory of them."""
    again = next((outcome for wish in offered.wishes for outcome in _one_wish(Ask(wish=wish, order=offered.order), case)), None)
    wish = offered.wishes[0].intent if offered.wishes else Intent.TALK_TO_HUMAN
    because = Reason(offered.reason) if offered.reason in set(Reason) else Reason.WANTS_PERSON
    if again is None or again.order is None or not case.shopper.signed_in:
        return HandOff(wish=wish, because=because, made=True)
    return HandOff(
        wish=wish,
        because=because,
        made=True,
        order=again.order,
        order_name=again.order_name,
        lines=again.lines,
        clauses=again.clauses,
        rules=again.rules,
        gap=again.gap,
        change=again.change,
    )


def _answer_to_sign_in(waiting: AwaitSignIn, case: _Case) -> tuple[Outcome, ...] | None:
    reading = case.reading
    if reading.contact is not None:
        return (_sign_in_step("code_sent", case),)
    if reading.answer is Answer.NO:
        clauses = general_clauses(waiting.wishes[0], case.evidence, case.state.locale, case.now) if waiting.wishes else ()
        wish = waiting.wishes[0].intent if waiting.wishes else Intent.TALK_TO_HUMAN
        return (HandOff(wish=wish, because=Reason.NOT_SIGNED_IN, clauses=clauses),)
    if reading.answer is Answer.YES or (reading.answer is Answer.CHOICE and reading.chosen == "code"):
        return (_sign_in_step("code_sent" if _takes_a_code(case) else "ask_contact", case),)
    return None


def _takes_a_code(case: _Case) -> bool:
    """Whether the address they write from may get the code. WhatsApp brings none of ours there: an e-mail address is asked for."""
    return case.shopper.contact is not None and case.evidence.channel != Channel.WHATSAPP


def _sign_in_step(step: str, case: _Case) -> Outcome:
    pending = case.state.pending
    wish = pending.wishes[0].intent if isinstance(pending, AwaitSignIn) and pending.wishes else Intent.ORDER_STATUS
    match step:
        case "ask_contact":
            return SignInFirst(wish=wish, because=Reason.NOT_SIGNED_IN, step="ask_contact")
        case "code_sent":
            return SignInFirst(wish=wish, because=Reason.NOT_SIGNED_IN, step="code_sent")
        case "code_wrong":
            return SignInFirst(wish=wish, because=Reason.NOT_SIGNED_IN, step="code_wrong")
        case _:
            return SignInFirst(wish=wish, because=Reason.NOT_SIGNED_IN, step="code_spent")


# One wish


def _one_wish(ask: Ask, case: _Case) -> tuple[Outcome, ...]:
    """Screening rows first (4.2), then sign-in and order (4.3), then the skill that owns the wish."""
    if case.reading.mood == "threat":
        return (HandOff(wish=Intent.ABUSE, because=Reason.ABUSE, made=True),)
    if not ask.wish.sure:
        return _unclear(ask.wish, case)
    screened = _screen(ask, case)
    if screened is not None:
        return screened
    if ask.wish.intent is Intent.POLICY_QUESTION:
        return (_by_skill(ask.wish, None, (), case),)
    if ask.wish.intent is Intent.ADD_ITEM:
        return (_add_item(ask, case),)
    if case.evidence.shop is ShopAnswer.UNREACHABLE:
        return (_unreachable(ask.wish, case),)
    if not case.shopper.signed_in:
        return (_sign_in_first(ask.wish, case),)
    if case.evidence.shop is not ShopAnswer.READ:
        return (_unreachable(ask.wish, case),)
    return _about_orders(ask, case)


def _screen(ask: Ask, case: _Case) -> tuple[Outcome, ...] | None:
    match ask.wish.intent:
        case Intent.WITHDRAW:
            return _withdraw(ask, case)
        case Intent.TALK_TO_HUMAN:
            return (_wants_person(ask, case),)
        case Intent.IS_IT_A_BOT | Intent.SMALLTALK:
            return (Explain(wish=ask.wish.intent, because=Reason.ANSWERED),)
        case Intent.ABUSE if case.state.abuse_turns == 0:
            return (Explain(wish=Intent.ABUSE, because=Reason.ABUSE),)
        case Intent.ABUSE:
            return (HandOff(wish=Intent.ABUSE, because=Reason.ABUSE),)
        case Intent.OTHER:
            return (Explain(wish=Intent.OTHER, because=Reason.OUT_OF_SCOPE),)
        case _:
            return None


def _withdraw(ask: Ask, case: _Case) -> tuple[Outcome, ...]:
    """EU or unknown country: the withdrawal page, signed in or not. Elsewhere the wish is to cancel the order."""
    if in_the_eea(case.evidence.customer_country) is False:
        elsewhere = replace(ask.wish, intents=(Guess(intent=Intent.CANCEL_ORDER, confidence=1.0),))
        return _one_wish(replace(ask, wish=elsewhere), case)
    return (Redirect(wish=Intent.WITHDRAW, because=Reason.RIGHT_OF_WITHDRAWAL, to="withdrawal", withdrawal=True),)


def _wants_person(ask: Ask, case: _Case) -> Outcome:
    """An explicit request is the yes: no question, no persuasion, signed in or not (4.2). The order spoken of goes along."""
    order = next((order for order in case.evidence.orders if order.id == case.state.focus), None)
    return _by_skill(ask.wish, order if case.shopper.signed_in else None, (), case)


def _add_item(ask: Ask, case: _Case) -> Outcome:
    """Nothing is asked for this: the answer needs no order, and the order's own facts are used only where it is plain which one."""
    if case.shopper.signed_in and case.evidence.shop is ShopAnswer.READ:
        match which_orders(ask, case.evidence, case.state.focus, still_moving, case.now, answer_all=False):
            case Found(orders=(order,)) if order.complete:
                return _by_skill(ask.wish, order, (), case)
            case _:
                pass
    return add_items_in_general(case.evidence, case.state.locale, case.now)


def _unclear(wish: WishReading | None, case: _Case) -> tuple[Outcome, ...]:
    """One question with the two best readings; when that failed too, a person is offered."""
    if case.state.unclear_turns >= 1:
        return (HandOff(wish=wish.intent if wish else Intent.OTHER, because=Reason.UNCLEAR),)
    guesses = [guess.intent for guess in wish.intents] if wish else []
    two = [intent for intent in dict.fromkeys([*guesses, *FALLBACK_READINGS]) if intent not in _NEVER_OFFERED][:2]
    return (Choose(wish=wish.intent if wish else Intent.OTHER, because=Reason.UNCLEAR, options=tuple((str(i), str(i)) for i in two)),)


def _sign_in_first(wish: WishReading, case: _Case) -> SignInFirst:
    """General policy and the way in. Nothing of the named number or the contact shows: the same for every stranger."""
    clauses = general_clauses(wish, case.evidence, case.state.locale, case.now)
    gap = topic_of(wish) if not clauses and change_kind(wish) is not None else None
    return SignInFirst(wish=wish.intent, because=Reason.NOT_SIGNED_IN, clauses=clauses, gap=gap)


def _unreachable(wish: WishReading, case: _Case) -> Outcome:
    """F-06: in webchat a person is offered; elsewhere one honest text, and a job tries again before a person is."""
    pending = case.state.pending
    tries = pending.tries if isinstance(pending, AwaitShop) else 0
    clauses = general_clauses(wish, case.evidence, case.state.locale, case.now)
    if case.evidence.channel == Channel.WEBCHAT or (case.signal is Signal.RETRY and tries >= RETRIES):
        return HandOff(wish=wish.intent, because=Reason.SHOP_UNREACHABLE, clauses=clauses)
    return Explain(wish=wish.intent, because=Reason.SHOP_UNREACHABLE, clauses=clauses)


# About an order


def _about_orders(ask: Ask, case: _Case) -> tuple[Outcome, ...]:
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


def in_the_eea(country: str | None) -> bool | None:
    """Whether a country outside any order says EU consumer; None where none is known (L-05). A language never says it."""
    return country.upper() in EEA if country else None


def _which_order(wish: WishReading, orders: Sequence[Order], case: _Case) -> Choose:
    most = MOST_OPTIONS[Channel(case.evidence.channel)]
    return Choose(wish=wish.intent, because=Reason.SEVERAL_ORDERS, options=tuple((order.id, order.name) for order in orders[:most]))


def _fits(ask: Ask, order: Order, case: _Case) -> bool:
    """Whether this order is still open for this wish, so that it may be proposed without a question (4.3)."""
    if change_kind(ask.wish) is not None or ask.wish.intent is Intent.CHANGE_PAYMENT:
        lines = which_lines(ask, order, case.state.last_wishes)
        return order.complete and isinstance(_by_skill(ask.wish, order, lines.lines, case), Offer)
    if ask.wish.intent in (Intent.RETURN_EXCHANGE, Intent.DELIVERY_PROBLEM):
        return has_left(order)
    return still_moving(order)


def _about_one(ask: Ask, order: Order, case: _Case) -> Outcome:
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
    outcome = _by_skill(wish, order, lines, case)
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


def _worth_asking(ask: Ask, order: Order, lines: tuple[OrderLine, ...], case: _Case) -> bool:
    """Where no line can change, asking which one is meant only delays the answer."""
    return isinstance(_by_skill(ask.wish, order, lines, case), Offer)


def _which_line(wish: WishReading, order: Order, lines: Sequence[OrderLine]) -> Choose:
    options = tuple((str(line.id), f"{line.title}, {line.variant_title}" if line.variant_title else line.title) for line in lines)
    return Choose(wish=wish.intent, because=Reason.UNCLEAR, order=order.id, order_name=order.name, options=options[:10])


def _wants_all(wish: WishReading, outcome: Outcome, case: _Case) -> bool:
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


def _by_skill(wish: WishReading, order: Order | None, lines: tuple[OrderLine, ...], case: _Case) -> Outcome:
    skill = case.skill_for(wish.intent.value)
    if skill is None:
        return HandOff(wish=wish.intent, because=Reason.SKILL_UNAVAILABLE)
    evidence = case.evidence
    return skill.decide(
        Situation(
            wish=wish.intent.value,
            order=order,
            change=change_of(wish, lines, order) if order is not None else None,
            terms=evidence.terms,
            brand=evidence.brand,
            shopper=case.shopper,
            channel=evidence.channel,
            passages=answering(evidence),
            hub_available=evidence.hub_available,
            now=case.now,
            eu=in_the_eea(evidence.customer_country),
        )
    )


def _as_the_channel_hands_off(outcome: Outcome, case: _Case) -> Outcome:
    """E-mail announces instead of asking: a question there would cost the shopper a day (4.8)."""
    if isinstance(outcome, HandOff) and case.by_mail:
        return replace(outcome, made=True)
    return outcome
