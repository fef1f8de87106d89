"""One wish to its outcome: screening, then sign-in, then the orders it is about. Pure."""

from dataclasses import replace

from agent.about_orders import about_orders
from agent.conversation import AwaitShop
from agent.evidence import ShopAnswer
from agent.general_policy import add_items_in_general, general_clauses, topic_of
from agent.known import Known, by_skill, in_the_eea
from agent.resolve import Ask, Found, NotFound, change_kind, still_moving, which_orders
from agent.wish import Guess, Intent, WishReading
from channels.message import Channel, Signal
from skills.skill import Choose, Explain, HandOff, Outcome, Reason, Redirect, SignInFirst

RETRIES = 3
"""A job wakes the conversation at 1, 3 and 10 min; then a person (F-06)."""
FALLBACK_READINGS = (Intent.ORDER_STATUS, Intent.CHANGE_ITEM)
"""Offered where a message gave no reading at all."""
_NEVER_OFFERED = frozenset({Intent.OTHER, Intent.ABUSE, Intent.SMALLTALK})
"""Nobody is asked whether they insult us, only greet us, or want nothing we do."""


def one_wish(ask: Ask, case: Known) -> tuple[Outcome, ...]:
    """Screening rows first (4.2), then sign-in and order (4.3), then the skill that owns the wish."""
    if case.reading.mood == "threat":
        return (HandOff(wish=Intent.ABUSE, because=Reason.ABUSE, made=True),)
    if not ask.wish.sure:
        return _no_such_number(ask, case) or unclear(ask.wish, case)
    screened = _screen(ask, case)
    if screened is not None:
        return screened
    if ask.wish.intent is Intent.POLICY_QUESTION:
        return (by_skill(ask.wish, None, (), case),)
    if ask.wish.intent is Intent.ADD_ITEM:
        return (_add_item(ask, case),)
    if case.evidence.shop is ShopAnswer.UNREACHABLE:
        return (_unreachable(ask.wish, case),)
    if not case.shopper.signed_in:
        return (_sign_in_first(ask.wish, case),)
    if case.evidence.shop is not ShopAnswer.READ:
        return (_unreachable(ask.wish, case),)
    return about_orders(ask, case)


def _no_such_number(ask: Ask, case: Known) -> tuple[Outcome, ...] | None:
    """Six digits alone that are no order of this account: to ask what is wanted with it would be beside the point."""
    if not case.reading.six_digits or case.evidence.shop is not ShopAnswer.READ:
        return None
    found = which_orders(ask, case.evidence, case.state.focus, still_moving, case.now, answer_all=False)
    return (Explain(wish=Intent.ORDER_STATUS, because=Reason.ORDER_NOT_FOUND),) if isinstance(found, NotFound) else None


def _screen(ask: Ask, case: Known) -> tuple[Outcome, ...] | None:
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


def _withdraw(ask: Ask, case: Known) -> tuple[Outcome, ...]:
    """EU or unknown country: the withdrawal page, signed in or not. Elsewhere the wish is to cancel the order."""
    if in_the_eea(case.evidence.customer_country) is False:
        elsewhere = replace(ask.wish, intents=(Guess(intent=Intent.CANCEL_ORDER, confidence=1.0),))
        return one_wish(replace(ask, wish=elsewhere), case)
    return (Redirect(wish=Intent.WITHDRAW, because=Reason.RIGHT_OF_WITHDRAWAL, to="withdrawal", withdrawal=True),)


def _wants_person(ask: Ask, case: Known) -> Outcome:
    """An explicit request is the yes: no question, no persuasion, signed in or not (4.2). The order spoken of goes along."""
    order = next((order for order in case.evidence.orders if order.id == case.state.focus), None)
    return by_skill(ask.wish, order if case.shopper.signed_in else None, (), case)


def _add_item(ask: Ask, case: Known) -> Outcome:
    """Nothing is asked for this: the answer needs no order, and the order's own facts are used only where it is plain which one."""
    if case.shopper.signed_in and case.evidence.shop is ShopAnswer.READ:
        match which_orders(ask, case.evidence, case.state.focus, still_moving, case.now, answer_all=False):
            case Found(orders=(order,)) if order.complete:
                return by_skill(ask.wish, order, (), case)
            case _:
                pass
    return add_items_in_general(case.evidence, case.state.locale, case.now)


def unclear(wish: WishReading | None, case: Known) -> tuple[Outcome, ...]:
    """One question with the two best readings; when that failed too, a person is offered."""
    if case.state.unclear_turns >= 1:
        return (HandOff(wish=wish.intent if wish else Intent.OTHER, because=Reason.UNCLEAR),)
    guesses = [guess.intent for guess in wish.intents] if wish else []
    two = [intent for intent in dict.fromkeys([*guesses, *FALLBACK_READINGS]) if intent not in _NEVER_OFFERED][:2]
    return (Choose(wish=wish.intent if wish else Intent.OTHER, because=Reason.UNCLEAR, options=tuple((str(i), str(i)) for i in two)),)


def _sign_in_first(wish: WishReading, case: Known) -> SignInFirst:
    """General policy and the way in. Nothing of the named number or the contact shows: the same for every stranger."""
    clauses = general_clauses(wish, case.evidence, case.state.locale, case.now)
    gap = topic_of(wish) if not clauses and change_kind(wish) is not None else None
    return SignInFirst(wish=wish.intent, because=Reason.NOT_SIGNED_IN, clauses=clauses, gap=gap)


def _unreachable(wish: WishReading, case: Known) -> Outcome:
    """F-06: in webchat a person is offered; elsewhere one honest text, and a job tries again before a person is."""
    pending = case.state.pending
    tries = pending.tries if isinstance(pending, AwaitShop) else 0
    clauses = general_clauses(wish, case.evidence, case.state.locale, case.now)
    if case.evidence.channel == Channel.WEBCHAT or (case.signal is Signal.RETRY and tries >= RETRIES):
        return HandOff(wish=wish.intent, because=Reason.SHOP_UNREACHABLE, clauses=clauses)
    return Explain(wish=wish.intent, because=Reason.SHOP_UNREACHABLE, clauses=clauses)
