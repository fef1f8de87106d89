"""What a code, a yes, a no or the wish for a code settles by itself: answers to our own questions. Pure."""

from agent.conversation import AwaitSignIn, ConfirmHandOff
from agent.general_policy import general_clauses
from agent.known import Known
from agent.one_wish import one_wish
from agent.reading import Answer, Reading
from agent.resolve import Ask
from agent.wish import SIGN_IN, Intent
from channels.message import Channel, Signal
from skills.skill import Explain, HandOff, Outcome, Reason, SignInFirst, SignInStep

_AFTER_A_CODE: dict[Signal, SignInStep] = {Signal.CODE_SENT: "code_sent", Signal.CODE_WRONG: "code_wrong", Signal.CODE_SPENT: "code_spent"}


def answered_question(case: Known) -> tuple[Outcome, ...] | None:
    """What the message settles by itself; None when the wishes decide."""
    reading, pending = case.reading, case.state.pending
    if case.signal in _AFTER_A_CODE:
        return (_sign_in_step(_AFTER_A_CODE[case.signal], case),)
    if reading.answer is Answer.CHOICE and reading.chosen == "code":
        return (_code_wished(case),)
    if reading.six_digits and not case.shopper.signed_in:
        return (_sign_in_step("no_code", case),)
    match pending:
        case ConfirmHandOff() if not reading.media:
            return _answer_to_person(pending, case)
        case AwaitSignIn() if not case.shopper.signed_in:
            return _answer_to_sign_in(pending, case)
        case _:
            return None


def _answer_to_person(offered: ConfirmHandOff, case: Known) -> tuple[Outcome, ...] | None:
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


def _accepted(offered: ConfirmHandOff, case: Known) -> HandOff:
    """The yes: the case carries what the wish comes to now, so that staff see verdicts and not a memory of them."""
    again = next((outcome for wish in offered.wishes for outcome in one_wish(Ask(wish=wish, order=offered.order), case)), None)
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


def _answer_to_sign_in(waiting: AwaitSignIn, case: Known) -> tuple[Outcome, ...] | None:
    reading = case.reading
    if reading.contact is not None:
        return (_sign_in_step("code_sent", case),)
    if reading.answer is Answer.NO:
        clauses = general_clauses(waiting.wishes[0], case.evidence, case.state.locale, case.now) if waiting.wishes else ()
        wish = waiting.wishes[0].intent if waiting.wishes else Intent.TALK_TO_HUMAN
        return (HandOff(wish=wish, because=Reason.NOT_SIGNED_IN, clauses=clauses),)
    return (_code_wished(case),) if reading.answer is Answer.YES else None


def _code_wished(case: Known) -> Outcome:
    """CODE, asked for or not: a code goes out, or an address is asked for; who is signed in hears that none is needed."""
    if case.shopper.signed_in:
        return Explain(wish=SIGN_IN, because=Reason.ANSWERED)
    return _sign_in_step("code_sent" if _takes_a_code(case) else "ask_contact", case)


def _takes_a_code(case: Known) -> bool:
    """Whether the address they write from may get the code. WhatsApp brings none of ours there: an e-mail address is asked for."""
    return case.shopper.contact is not None and case.evidence.channel != Channel.WHATSAPP


def _sign_in_step(step: SignInStep, case: Known) -> Outcome:
    pending = case.state.pending
    wish = pending.wishes[0].intent if isinstance(pending, AwaitSignIn) and pending.wishes else Intent.ORDER_STATUS
    return SignInFirst(wish=wish, because=Reason.NOT_SIGNED_IN, step=step)
