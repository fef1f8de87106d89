"""A tap on one of our own buttons needs no reader: its id says what is meant. Nor does the one word a text message asks for."""

from agent.conversation import AwaitSignIn, ConversationState
from agent.reading import Answer, Reading
from agent.thing_words import fold
from agent.wish import Guess, Intent, WishReading
from channels.message import Inbound

PERSON = frozenset({"human", "person", "talk_to_human", "handoff"})
"""Ids of buttons that ask for a person outright."""

CODE = frozenset({"code", "codigo", "コード", "認証コード"})
"""What "reply CODE" asks for, where a sign-in is awaited."""


def tapped(message: Inbound, state: ConversationState) -> Reading | None:
    """The reading of a tap; None for a message that was written."""
    choice, language = message.choice, state.locale.split("-")[0]
    if choice is None and isinstance(state.pending, AwaitSignIn) and fold(message.text).strip(" .!。！\"'") in CODE:
        choice = "code"
    if choice is None:
        return None
    if choice in PERSON:
        return Reading(wishes=(_wish(Intent.TALK_TO_HUMAN),), language=language)
    if choice in ("yes", "no"):
        return Reading(wishes=(), language=language, answer=Answer(choice), chosen=choice)
    if choice in set(Intent) and state.pending is None:
        return Reading(wishes=(_wish(Intent(choice)),), language=language)
    return Reading(wishes=(), language=language, answer=Answer.CHOICE, chosen=choice)


def _wish(intent: Intent) -> WishReading:
    return WishReading(intents=(Guess(intent=intent, confidence=1.0),))
