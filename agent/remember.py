"""What a conversation keeps of a turn: the question we asked, the order spoken of, how often we failed to understand."""

from collections.abc import Sequence
from dataclasses import replace

from agent.conversation import (
    AwaitShop,
    AwaitSignIn,
    ChooseLine,
    ChooseOrder,
    ChooseWish,
    ConfirmHandOff,
    ConversationState,
    Pending,
)
from agent.decide import asked
from agent.evidence import Evidence
from agent.reading import Answer, Reading
from agent.wish import SIGN_IN, Guess, Intent, WishReading
from channels.message import Channel, Signal
from identity.levels import Shopper
from knowledge.brand import Brand
from skills.skill import Choose, Explain, HandOff, Offer, Outcome, Reason, Redirect, Refuse, SignInFirst

_ASIDE: frozenset[str] = frozenset({Intent.POLICY_QUESTION, Intent.IS_IT_A_BOT, Intent.SMALLTALK, Intent.ABUSE, Intent.OTHER, SIGN_IN})
"""Wishes that leave an earlier question of ours standing."""


def next_state(
    state: ConversationState,
    reading: Reading,
    shopper: Shopper,
    evidence: Evidence,
    outcomes: tuple[Outcome, ...],
    *,
    signal: Signal = Signal.SAID,
    case: str | None = None,
) -> ConversationState:
    """The state after this turn. Pure.

    case: the reference of the case this turn opens, if it opens one.
    """
    wishes = tuple(ask.wish for ask in asked(reading, state, signal))
    real = tuple(wish for wish in wishes if wish.intent not in _ASIDE and wish.sure)
    focus = _focus(outcomes)
    unclear = any(outcome.because is Reason.UNCLEAR and outcome.order is None for outcome in outcomes)
    abuse = any(outcome.because is Reason.ABUSE for outcome in outcomes)
    return replace(
        state,
        locale=locale_after(state, reading, evidence.brand),
        disclosed=True,
        pending=_pending(state, shopper, outcomes, wishes, evidence, signal, case),
        focus=focus[0] if focus else state.focus,
        focus_name=focus[1] if focus else state.focus_name,
        last_wishes=real or state.last_wishes,
        unclear_turns=state.unclear_turns + 1 if unclear else 0,
        abuse_turns=state.abuse_turns + 1 if abuse else state.abuse_turns,
        case=None if stopped_case(state, reading) else case or state.case,
        ended=abuse and any(isinstance(outcome, HandOff) and not outcome.made for outcome in outcomes),
        turns=state.turns + 1,
    )


def stopped_case(state: ConversationState, reading: Reading) -> str | None:
    """The case this message stops: one announced by mail, answered with a no."""
    pending = state.pending
    said_no = reading.answer is Answer.NO or reading.chosen == "no"
    return pending.case if isinstance(pending, ConfirmHandOff) and said_no else None


def locale_after(state: ConversationState, reading: Reading, brand: Brand) -> str:
    """The brand's locale in the language read; the conversation keeps its own where the brand has none."""
    if reading.language == state.locale.split("-")[0]:
        return state.locale
    return next((locale for locale in brand.locales if locale.split("-")[0] == reading.language), state.locale)


def _focus(outcomes: Sequence[Outcome]) -> tuple[str, str | None] | None:
    for outcome in reversed(outcomes):
        if outcome.order is not None:
            return outcome.order, outcome.order_name
    return None


def _pending(
    state: ConversationState,
    shopper: Shopper,
    outcomes: tuple[Outcome, ...],
    wishes: tuple[WishReading, ...],
    evidence: Evidence,
    signal: Signal,
    case: str | None,
) -> Pending | None:
    """At most one question stands: which order or line, then sign-in, then the shop, then a person."""
    asking = _question(outcomes, wishes)
    if asking is not None:
        return asking
    if any(isinstance(outcome, SignInFirst) for outcome in outcomes):
        return _await_sign_in(state, outcomes, wishes)
    if any(isinstance(outcome, Explain) and outcome.because is Reason.SHOP_UNREACHABLE for outcome in outcomes):
        return _await_shop(state, outcomes, wishes, signal)
    offered = _announced(outcomes, wishes, case) if evidence.channel == Channel.EMAIL else None
    offered = offered or _offered(outcomes, wishes)
    if offered is not None:
        return offered
    if all(outcome.wish in _ASIDE for outcome in outcomes):
        return None if isinstance(state.pending, AwaitSignIn) and shopper.signed_in else state.pending
    return state.pending if isinstance(state.pending, AwaitSignIn) and not shopper.signed_in else None


def _of(outcome: Outcome, wishes: tuple[WishReading, ...]) -> tuple[WishReading, ...]:
    return tuple(wish for wish in wishes if wish.intent.value == outcome.wish) or wishes[:1]


def _question(outcomes: tuple[Outcome, ...], wishes: tuple[WishReading, ...]) -> Pending | None:
    for outcome in outcomes:
        if not isinstance(outcome, Choose):
            continue
        if outcome.because is Reason.SEVERAL_ORDERS:
            same = tuple(
                wish for other in outcomes if isinstance(other, Choose) and other.options == outcome.options for wish in _of(other, wishes)
            )
            return ChooseOrder(orders=outcome.options, wishes=tuple(dict.fromkeys(same)))
        if outcome.order is not None:
            return ChooseLine(order=outcome.order, order_name=outcome.order_name or "", lines=outcome.options, wishes=_of(outcome, wishes))
        meant = _of(outcome, wishes)
        if meant:
            # What was offered is what "1" and "2" mean, even where a likelier reading was not worth offering.
            offered = tuple(Guess(intent=Intent(gid), confidence=0.3) for gid, _ in outcome.options)
            return ChooseWish(wish=replace(meant[0], intents=offered or meant[0].intents))
    return None


def _await_sign_in(state: ConversationState, outcomes: tuple[Outcome, ...], wishes: tuple[WishReading, ...]) -> AwaitSignIn:
    """The wishes wait, the named number with them; it is tried after sign-in and not before (4.3)."""
    before = state.pending if isinstance(state.pending, AwaitSignIn) else AwaitSignIn(wishes=())
    steps = {outcome.step for outcome in outcomes if isinstance(outcome, SignInFirst)}
    invited = [outcome for outcome in outcomes if isinstance(outcome, SignInFirst) and outcome.step in ("invite", "no_code")]
    fresh = tuple(wish for outcome in invited for wish in _of(outcome, wishes))
    return AwaitSignIn(
        wishes=tuple(dict.fromkeys(fresh)) or before.wishes,
        contact_asked="ask_contact" in steps or before.contact_asked,
        code_sent="code_sent" in steps or before.code_sent,
    )


def _await_shop(state: ConversationState, outcomes: tuple[Outcome, ...], wishes: tuple[WishReading, ...], signal: Signal) -> AwaitShop:
    before = state.pending if isinstance(state.pending, AwaitShop) else AwaitShop(wishes=())
    waiting = tuple(
        wish
        for outcome in outcomes
        if isinstance(outcome, Explain) and outcome.because is Reason.SHOP_UNREACHABLE
        for wish in _of(outcome, wishes)
    )
    tries = before.tries + 1 if signal is Signal.RETRY or before.tries == 0 else before.tries
    return AwaitShop(wishes=tuple(dict.fromkeys((*before.wishes, *waiting))), tries=tries)


_OFFERS_A_PERSON = frozenset({Reason.ORDER_NOT_FOUND, Reason.NO_ORDERS, Reason.POLICY_MISSING, Reason.HUB_UNAVAILABLE})
"""Explained, with a person offered beside: a yes after these means the person."""


def _announced(outcomes: tuple[Outcome, ...], wishes: tuple[WishReading, ...], case: str | None) -> ConfirmHandOff | None:
    """The person announced by mail without being asked for: a no in the next mail stops it (4.8)."""
    made = [outcome for outcome in outcomes if isinstance(outcome, HandOff) and outcome.made]
    if case is None or not made or made[0].because in (Reason.WANTS_PERSON, Reason.ABUSE):
        return None
    return ConfirmHandOff(reason=made[0].because, order=made[0].order, wishes=_of(made[0], wishes), case=case)


def _offered(outcomes: tuple[Outcome, ...], wishes: tuple[WishReading, ...]) -> ConfirmHandOff | None:
    """The person this turn offered, if nobody was called already."""
    if any(isinstance(outcome, HandOff) and outcome.made for outcome in outcomes):
        return None
    for outcome in sorted(outcomes, key=lambda outcome: not isinstance(outcome, HandOff)):
        match outcome:
            case HandOff() | Refuse():
                return ConfirmHandOff(reason=outcome.because, order=outcome.order, wishes=_of(outcome, wishes))
            case Explain() if outcome.because in _OFFERS_A_PERSON:
                return ConfirmHandOff(reason=outcome.because, order=outcome.order, wishes=_of(outcome, wishes))
            case Explain() | Offer() | Redirect() | SignInFirst() | Choose():
                pass
    return None
