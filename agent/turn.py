"""One turn: read this first.

Take what the shopper said, gather the facts they may see, decide in code, word it, let nothing out that is not
evidence, and hand back one reply with everything that must be stored beside it.
"""

from dataclasses import replace
from datetime import datetime
from time import perf_counter

from agent.consequences import Happened, case_for, consequences, is_silent_retry
from agent.decide import asked, decide
from agent.effects import Emit
from agent.evidence import Evidence
from agent.gather import gather, what_woke
from agent.links import LinkMaker
from agent.opening import is_late
from agent.parts import Chance, Clock, Draft, Incoming, Parts, Progress, TurnResult, Writer
from agent.quotes import sourced
from agent.reading import Reading
from agent.remember import next_state
from agent.speak import propose_words, speak
from agent.stopwatch import Stopwatch
from shop.reading import ReadMeter

__all__ = ["Chance", "Clock", "Draft", "Incoming", "Parts", "Progress", "TurnResult", "Writer", "take_turn"]


async def take_turn(incoming: Incoming, parts: Parts) -> TurnResult:
    """One message (or burst) through the whole house. Raises nothing that a shopper should not see: faults become outcomes."""
    now, watch, meter = parts.clock.now(), Stopwatch(), ReadMeter()
    if incoming.state.with_person:
        return _left_to_the_person(incoming, parts, now, meter)

    signal = what_woke(incoming.messages)
    seen = await gather(incoming, parts, signal, now, watch, meter)

    begun = perf_counter()
    outcomes = decide(seen.reading, seen.shopper, seen.evidence, now, state=incoming.state, signal=signal)
    seen = replace(seen, evidence=sourced(seen.evidence, outcomes, parts.clause))
    wishes = tuple(ask.wish for ask in asked(seen.reading, incoming.state, signal))
    case = case_for(outcomes, incoming.state, parts.brand, parts.chance.reference(), now)
    after = next_state(
        incoming.state, seen.reading, seen.shopper, seen.evidence, outcomes, signal=signal, case=case.reference if case else None
    )
    watch.add("decide", begun)

    proposed = await propose_words(outcomes, seen, parts, after.locale, watch)

    begun = perf_counter()
    links = LinkMaker(base=parts.hub_base, chance=parts.chance, now=now, customer=seen.shopper.customer)
    spoken = speak(outcomes, seen, incoming, after, proposed.sentences, links, case, now)
    silent = not outcomes or is_silent_retry(outcomes, signal)
    effects = consequences(
        Happened(
            messages=incoming.messages,
            reading=seen.reading,
            shopper=seen.shopper,
            evidence=seen.evidence,
            outcomes=outcomes,
            wishes=wishes,
            before=incoming.state,
            after=after,
            signal=signal,
            case=case,
            contact=incoming.contact,
            now=now,
        )
    )
    watch.add("words", begun)

    model_calls = seen.reading.model_calls + proposed.calls
    assert model_calls <= 1, "reader or writer, never both (trust.md 3.2)"
    stopped = (*proposed.stopped, *spoken.stopped)
    return TurnResult(
        reply=None if silent else spoken.reply,
        state=replace(after, disclosed=incoming.state.disclosed) if silent else replace(after, apologised=is_late(incoming.messages, now)),
        shopper=seen.shopper,
        reading=seen.reading,
        outcomes=outcomes,
        evidence=seen.evidence,
        facts=() if silent else spoken.facts,
        effects=(*(() if silent else links.made), *effects, *(Emit(name="gate_stopped", data=(("why", why),)) for why in stopped)),
        now=now,
        model_calls=model_calls,
        meter=meter,
        timings=watch.told(meter, waited_for_model=seen.waited_for_reader + proposed.waited),
        before=incoming.state,
        signal=signal,
        wishes=wishes,
        stopped=stopped,
    )


def _left_to_the_person(incoming: Incoming, parts: Parts, now: datetime, meter: ReadMeter) -> TurnResult:
    """A person has the conversation: the words are kept for them, and the agent is silent (V-29)."""
    return TurnResult(
        reply=None,
        state=incoming.state,
        shopper=incoming.shopper,
        reading=Reading(wishes=(), language=incoming.state.locale.split("-")[0]),
        outcomes=(),
        evidence=Evidence(brand=parts.brand, terms=parts.library.terms(), channel=incoming.channel),
        facts=(),
        effects=(Emit(name="said_to_person", data=(("channel", incoming.channel),)),),
        now=now,
        model_calls=0,
        meter=meter,
        before=incoming.state,
    )
