"""From outcomes to a reply that may leave: the catalogue's words, a model's only through the gate, and a last check on the whole."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter

from agent.compose import compose
from agent.conversation import ConversationState
from agent.effects import CaseRef
from agent.evidence import Evidence, Fact
from agent.gate import Accepted, passes
from agent.gather import Seen
from agent.last_check import check_reply
from agent.links import LinkMaker
from agent.opening import is_late
from agent.parts import Incoming, Parts
from agent.stopwatch import Stopwatch
from agent.write import word
from channels.reply import Reply, Text
from skills.skill import Explain, Outcome, Reason

WRITER_S = 3.0
"""A model's words are a nicety: the catalogue's stand ready."""

_SAFEST = {
    "en": "I am an AI assistant and cannot answer this here just now. "
    "If a person should look at it, write that you want to talk to a person.",
    "fr": "Je suis un assistant IA et ne peux pas répondre ici pour le moment. "
    "Pour qu'une personne s'en occupe, écrivez que vous voulez parler à une personne.",
    "ja": "AIアシスタントです。申し訳ございません、ただいまこちらではお答えできません。"
    "担当者との会話をご希望の場合は、その旨をお書きください。",
    "es": "Soy un asistente de IA y ahora mismo no puedo responder aquí. "
    "Si quiere que lo vea una persona, escriba que desea hablar con una persona.",
    "de": "Ich bin ein KI-Assistent und kann das hier gerade nicht beantworten. "
    "Soll ein Mensch es ansehen, schreiben Sie bitte, dass Sie mit jemandem sprechen möchten.",
}
"""Said when a finished reply fails the last check: true whatever the facts are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What a model offered as words, if one was asked, and what the gate let through."""

    sentences: tuple[str, ...] = ()
    calls: int = 0
    waited: float = 0.0
    stopped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    reply: Reply
    facts: tuple[Fact, ...]
    stopped: tuple[str, ...] = ()


async def propose_words(outcomes: tuple[Outcome, ...], seen: Seen, parts: Parts, locale: str, watch: Stopwatch) -> Proposed:
    """Asks the writer, where one may be asked: a policy answer, read without a model, with the kill switch off."""
    if parts.writer is None or parts.templates_only() or not _is_policy_answer(outcomes):
        return Proposed()
    if seen.reading.by != "built_in" or seen.reading.model_calls:
        return Proposed()
    begun = perf_counter()
    try:
        patience = min(WRITER_S, watch.left(parts.deadline_s))
        draft = await asyncio.wait_for(parts.writer.write(outcomes, _public(seen.evidence), locale), patience)
    except Exception:  # a model in any state of failure costs its words, never the answer
        return Proposed(calls=1, waited=(perf_counter() - begun) * 1000, stopped=("writer failed",))
    waited = (perf_counter() - begun) * 1000
    watch.add("write", begun)
    if draft is None:
        return Proposed(calls=1, waited=waited)
    verdict = passes(draft.sentences, draft.cited, outcomes, seen.evidence, locale=locale)
    if isinstance(verdict, Accepted):
        return Proposed(sentences=verdict.sentences, calls=1, waited=waited)
    return Proposed(calls=1, waited=waited, stopped=(f"rule {verdict.rule}: {verdict.why}",))


def _is_policy_answer(outcomes: tuple[Outcome, ...]) -> bool:
    return bool(outcomes) and all(
        isinstance(outcome, Explain) and outcome.because is Reason.ANSWERED and bool(outcome.clauses) for outcome in outcomes
    )


def _public(evidence: Evidence) -> Evidence:
    """What a writer may see: policy passages, and nothing of any order (trust.md 3.2)."""
    return replace(evidence, orders=(), named=(), read_at=None, customer_country=None, more_orders=False)


def speak(
    outcomes: tuple[Outcome, ...],
    seen: Seen,
    incoming: Incoming,
    after: ConversationState,
    sentences: tuple[str, ...],
    links: LinkMaker,
    case: CaseRef | None,
    now: datetime,
) -> Spoken:
    """The reply in the conversation's language; when the last check finds anything, the safest sentence there is."""
    channel, locale = incoming.channel, after.locale
    # A conversation that ended and is taken up again begins with who is speaking (V-30).
    before = replace(incoming.state, disclosed=incoming.state.disclosed and not incoming.state.ended)
    worded = word(
        outcomes,
        seen.evidence,
        seen.reading,
        before,
        channel=channel,
        locale=locale,
        now=now,
        links=links,
        proposed=sentences,
        late=is_late(incoming.messages, now),
    )
    reply, facts = compose(
        outcomes,
        worded,
        seen.evidence,
        before,
        seen.shopper,
        seen.reading,
        channel=channel,
        locale=locale,
        now=now,
        links=links,
        references=case,
    )
    wrong = check_reply(reply, facts, seen.evidence, now=now)
    if wrong:
        return Spoken(reply=safest(locale), facts=(), stopped=wrong)
    return Spoken(reply=reply, facts=facts)


def safest(locale: str) -> Reply:
    """One sentence without a fact."""
    text = _SAFEST.get(locale.split("-")[0], _SAFEST["en"])
    return Reply(text=text, blocks=(Text(text=text),), locale=locale)
