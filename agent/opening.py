"""How an answer begins: who is speaking, where that is due, and a word for coming late. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from agent.conversation import ConversationState
from agent.phrasing import Phrasing, Said
from agent.wish import Intent
from channels.message import Inbound, Signal
from skills.skill import Outcome

LATE_AFTER = timedelta(minutes=15)
"""From here an answer begins with one word for the wait."""


def opening(outcomes: Sequence[Outcome], before: ConversationState, pen: Phrasing, *, late: bool) -> tuple[Said, ...]:
    """before: the state before this turn. "Are you a bot?" is answered by its own sentence first (L-02)."""
    asked = any(outcome.wish == Intent.IS_IT_A_BOT for outcome in outcomes)
    who = () if before.disclosed or asked else disclosure(pen)
    return (*who, pen.say("late.sorry")) if late and not before.apologised else who


def disclosure(pen: Phrasing) -> tuple[Said, ...]:
    """Who is speaking, and the brand's disclaimer if it has one. A persona's name never stands alone (V-30)."""
    voice = pen.evidence.brand.voice
    persona = pen.fact("name", voice.persona, "brand") if voice.persona else None
    first = pen.say("disclosure.persona", brand=pen.brand(), persona=persona) if persona and not pen.terse else None
    said = [first or pen.say("disclosure.first", brand=pen.brand())]
    if voice.disclaimer and not pen.terse:
        said.append(pen.fact("name", voice.disclaimer, "brand"))
    return tuple(said)


def is_late(messages: Sequence[Inbound], now: datetime) -> bool:
    """Whether the newest message has waited too long. A retry of ours answers nobody's message just now."""
    written = [message.at for message in messages if message.signal is not Signal.RETRY]
    return bool(written) and now - max(written) > LATE_AFTER
