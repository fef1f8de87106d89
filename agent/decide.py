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
| Explain wish=sign_in, answered                        | a code was wished for by somebody who is signed in                             |
| SignInFirst not_signed_in, `step`                     | invite · ask_contact · code_sent · code_wrong · code_spent · no_code           |
| Choose several_orders                                 | options are (order gid, order name)                                            |
| Choose unclear with `order`                           | which line? options are (line gid, title)                                      |
| Choose unclear without `order`                        | which wish? options are (intent, intent)                                       |
| HandOff made=False                                    | a question: shall a person take this? `yes` / `no`                             |
| HandOff made=True                                     | announced: reference and reply time follow                                     |
| Redirect to=withdrawal, right_of_withdrawal           | the withdrawal page, no sign-in                                                |
"""

from dataclasses import replace
from datetime import datetime

from agent.conversation import AwaitShop, AwaitSignIn, ChooseLine, ChooseOrder, ChooseWish, ConversationState
from agent.evidence import Evidence
from agent.known import Known, SkillFor
from agent.one_wish import one_wish, unclear
from agent.own_questions import answered_question
from agent.reading import Answer, Reading
from agent.resolve import Ask
from agent.wish import Guess, Intent, WishReading
from channels.message import Signal
from identity.levels import Shopper
from skills.registry import skill_for
from skills.skill import Explain, HandOff, Outcome, Reason


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
    case = Known(reading=reading, shopper=shopper, evidence=evidence, now=now, state=state, signal=signal, skill_for=skill_for)
    direct = answered_question(case)
    asks = asked(reading, state, signal)
    if direct is not None:
        outcomes = direct
    elif not asks:
        outcomes = nothing_asked(case)
    else:
        outcomes = tuple(outcome for ask in asks for outcome in one_wish(ask, case))
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


def nothing_asked(case: Known) -> tuple[Outcome, ...]:
    if case.reading.media:
        return (Explain(wish=Intent.OTHER, because=Reason.UNREADABLE_MEDIA),)
    if case.signal is Signal.RETRY:
        return ()
    if case.signal is Signal.SIGNED_IN:
        return (Explain(wish=Intent.SMALLTALK, because=Reason.ANSWERED),)
    return unclear(None, case)


def _as_the_channel_hands_off(outcome: Outcome, case: Known) -> Outcome:
    """E-mail announces instead of asking: a question there would cost the shopper a day (4.8)."""
    if isinstance(outcome, HandOff) and case.by_mail:
        return replace(outcome, made=True)
    return outcome
