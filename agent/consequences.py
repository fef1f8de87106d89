"""What a turn asks to be done beside its reply: cases, gaps, codes, retries and the events the measures count. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.conversation import AwaitShop, ConversationState
from agent.effects import Brief, CaseRef, Effect, Emit, OpenCase, RecordGap, RequestCode, ScheduleRetry, StopCase
from agent.evidence import Evidence
from agent.hours import reply_by
from agent.reading import Reading
from agent.remember import stopped_case
from agent.resolve import change_kind
from agent.wish import WishReading
from channels.message import Inbound, Signal
from identity.levels import Shopper
from knowledge.brand import Brand
from skills.skill import Explain, HandOff, LineVerdict, Offer, Outcome, Reason, Redirect, SignInFirst

RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=7))
"""From one try to the next: 1, 3 and 10 min after the first failure (F-06)."""

_CONTACT = re.compile(r"[^\s@]+@[^\s@]+")
_FIGURES = re.compile(r"[#＃]?[A-Za-z]{0,4}-?\d[\d\s().-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One turn, as far as its consequences need to see it."""

    messages: tuple[Inbound, ...]
    reading: Reading
    shopper: Shopper
    evidence: Evidence
    outcomes: tuple[Outcome, ...]
    wishes: tuple[WishReading, ...]
    before: ConversationState
    after: ConversationState
    signal: Signal
    case: CaseRef | None
    contact: str | None
    now: datetime


def redacted(text: str) -> str:
    """The words of a question without contacts, numbers or card shapes (F-13)."""
    return re.sub(r"\s+", " ", _FIGURES.sub(" … ", _CONTACT.sub("…", text))).strip()[:300]


def said(messages: Iterable[Inbound]) -> str:
    """The shopper's words of this turn, oldest first."""
    return "\n".join(message.text for message in messages if message.text.strip())


def case_reference(brand: Brand, drawn: str) -> str:
    """e.g. `BH-7F3K2`: the brand's initials and the characters drawn by chance."""
    words = [word for word in re.split(r"[^A-Za-z]+", brand.name) if word] or [str(brand.id)]
    initials = "".join(word[0] for word in words[:3]) if len(words) > 1 else words[0][:2]
    return f"{initials.upper()}-{drawn}"


def case_for(outcomes: Sequence[Outcome], state: ConversationState, brand: Brand, draw: str, now: datetime) -> CaseRef | None:
    """The case a made handoff opens; one for the whole turn, and none beside one that is already open."""
    if not any(isinstance(outcome, HandOff) and outcome.made for outcome in outcomes):
        return None
    due = reply_by(brand.handoff, brand.time_zone, now)
    if state.case is not None:
        return CaseRef(reference=state.case, reply_by=due, already_open=True)
    return CaseRef(reference=case_reference(brand, draw), reply_by=due)


def consequences(turn: Happened) -> tuple[Effect, ...]:
    """Every effect of a turn but its links, in the order they are to be written."""
    return (
        *_case(turn),
        *_stop(turn),
        *_code(turn),
        *_retry(turn),
        *(
            RecordGap(
                topic=outcome.gap,
                language=turn.after.locale,
                wish=outcome.wish,
                channel=turn.evidence.channel,
                question=redacted(said(turn.messages)),
            )
            for outcome in turn.outcomes
            if outcome.gap is not None
        ),
        *_events(turn),
    )


def _case(turn: Happened) -> Iterable[Effect]:
    if turn.case is None or turn.case.already_open:
        return ()
    made = [outcome for outcome in turn.outcomes if isinstance(outcome, HandOff) and outcome.made]
    return (OpenCase(reference=turn.case.reference, brief=_brief(made[0], turn), reply_by=turn.case.reply_by),)


def _stop(turn: Happened) -> Iterable[Effect]:
    """A no to a person who was announced by mail: nobody works on what is not wanted (4.8)."""
    stopped = stopped_case(turn.before, turn.reading)
    return (StopCase(reference=stopped),) if stopped is not None else ()


def _brief(outcome: HandOff, turn: Happened) -> Brief:
    """What staff get. Below L2 no order datum goes along, only the number as it was typed (V-27)."""
    known = turn.shopper.signed_in
    wishes = tuple(wish for wish in turn.wishes if wish.intent == outcome.wish) or turn.wishes or turn.before.last_wishes
    typed = next((ref.value for wish in wishes for ref in wish.order_refs if ref.kind == "number"), None)
    lines: tuple[LineVerdict, ...] = outcome.lines if known else ()
    return Brief(
        wish=outcome.wish,
        reason=outcome.because,
        language=turn.after.locale,
        order=outcome.order if known else None,
        order_name=(outcome.order_name if known else None) or typed,
        verified=known and outcome.order is not None,
        customer=turn.shopper.customer if known else None,
        contact=turn.shopper.contact or turn.contact or turn.reading.contact,
        lines=lines,
        clauses=tuple(dict.fromkeys([*outcome.clauses, *(clause for line in lines for clause in line.clauses)])),
        missing=_missing(outcome),
        proposed=_proposed(outcome, wishes),
        wishes=wishes,
        said=said(turn.messages),
    )


_UNREADABLE = frozenset({Reason.FACT_UNREADABLE, Reason.STATE_UNKNOWN, Reason.SHOP_UNREACHABLE, Reason.POLICY_CONFLICT})


def _missing(outcome: Outcome) -> tuple[str, ...]:
    reasons = [outcome.because, *(line.reason for line in outcome.lines)]
    facts = dict.fromkeys(reason.value for reason in reasons if reason in _UNREADABLE)
    return (*((f"policy:{outcome.gap}",) if outcome.gap else ()), *facts)


def _proposed(outcome: Outcome, wishes: tuple[WishReading, ...]) -> str | None:
    """The staff action that would fulfil the wish, pre-filled for review; nothing is carried out by it (003-57, V-28)."""
    other = {"return_exchange": "return", "delivery_problem": "check_delivery", "add_item": "add_item", "change_payment": "change_payment"}
    if outcome.change is not None and (outcome.wish not in other or any(line.allowed for line in outcome.lines)):
        return outcome.change.kind.value
    kind = next((kind for wish in wishes if (kind := change_kind(wish)) is not None), None)
    if kind is not None:
        return kind.value
    return other.get(outcome.wish)


def _code(turn: Happened) -> Iterable[Effect]:
    """A code is asked for once the shopper gave a contact for it; known and unknown contacts go the same way (A4)."""
    if turn.signal is not Signal.SAID:
        return ()
    if not any(isinstance(outcome, SignInFirst) and outcome.step == "code_sent" for outcome in turn.outcomes):
        return ()
    contact = turn.reading.contact or turn.shopper.contact or turn.contact
    return (RequestCode(contact=contact.strip().casefold()),) if contact else ()


def _retry(turn: Happened) -> Iterable[Effect]:
    before, after = turn.before.pending, turn.after.pending
    tries = before.tries if isinstance(before, AwaitShop) else 0
    if isinstance(after, AwaitShop) and tries < after.tries <= len(RETRY_AFTER):
        return (ScheduleRetry(at=turn.now + RETRY_AFTER[after.tries - 1], attempt=after.tries),)
    return ()


def _events(turn: Happened) -> Iterable[Effect]:
    """product.md 8.2. No customer datum stands in an event (INV-1)."""
    around = (("channel", turn.evidence.channel), ("language", turn.after.locale))
    for outcome in turn.outcomes:
        what = (("wish", outcome.wish), ("kind", outcome.kind), ("because", outcome.because.value), *around)
        yield Emit(name="decision_made", data=what)
        if isinstance(outcome, Offer | Redirect):
            yield Emit(name="guided", data=what)
        if isinstance(outcome, HandOff):
            yield Emit(name="handoff_accepted" if outcome.made else "handoff_offered", data=what)
        if outcome.gap is not None:
            yield Emit(name="policy_gap_found", data=(("topic", outcome.gap), *what))
    if turn.case is not None and not turn.case.already_open:
        yield Emit(name="case_opened", data=(("reference", turn.case.reference), *around))


def is_silent_retry(outcomes: Sequence[Outcome], signal: Signal) -> bool:
    """A retry that failed again says nothing: the one honest text was sent before (F-06)."""
    return signal is Signal.RETRY and all(isinstance(o, Explain) and o.because is Reason.SHOP_UNREACHABLE for o in outcomes)
