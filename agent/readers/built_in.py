"""The reader that needs no model: rules first, then what was asked before, then the weighed wishes; unsure, it asks back."""

import asyncio
import re
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import replace

from agent.conversation import AwaitSignIn, ChooseLine, ChooseOrder, ChooseWish, ConfirmHandOff, ConversationState
from agent.readers.answers import NOTHING, Answered, after_no, answered, plain_answer, tapped
from agent.readers.classifier import Model, Sentence, shipped
from agent.readers.follow_ups import continued, waiting_wishes
from agent.readers.language import language_of
from agent.readers.mood import mood_of
from agent.readers.redact import Lifted, lift, regions_of
from agent.readers.wishes import WishFinder
from agent.readers.words import tidy
from agent.reading import Answer, Reading
from agent.wish import Guess, Intent, LineRef, OrderRef, WishReading
from channels.message import Inbound, Signal
from knowledge.brand import Brand


class BuiltInReader:
    """Implements `agent.reading.Reader`.

    sentence: a text's Universal Sentence Encoder vector, shape (512,), of length one; thread-safe.
    model: only tests hand in another than the shipped one.
    thread: where to read, of one thread; None: right here. A burst takes tens of milliseconds, which a server's loop has not.
    """

    def __init__(self, sentence: Sentence, model: Model | None = None, *, thread: Executor | None = None) -> None:
        self._find = WishFinder(sentence, model or shipped())
        self._thread = thread

    async def read(self, messages: tuple[Inbound, ...], state: ConversationState, brand: Brand) -> Reading:
        if self._thread is None:
            return self.read_now(messages, state, brand)
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.read_now, messages, state, brand)

    def read_now(self, messages: Sequence[Inbound], state: ConversationState, brand: Brand) -> Reading:
        """The same without waiting: a reading takes a few milliseconds."""
        said = [message for message in messages if message.signal is Signal.SAID]
        choice = next((message.choice for message in reversed(said) if message.choice), None)
        text = tidy("\n".join(message.text for message in said if message.text and not message.choice))
        locales = tuple(dict.fromkeys(locale.split("-")[0] for locale in brand.locales))
        current = state.locale.split("-")[0]
        lifted = lift(text, regions_of(current))
        language = language_of(lifted.text, locales, current)
        reading = self._reading(lifted, choice, language, state)
        return replace(reading, mood=mood_of(text)) if text else reading

    def _reading(self, lifted: Lifted, choice: str | None, language: str, state: ConversationState) -> Reading:
        if choice is not None:
            chosen = tapped(choice, state.pending)
            wishes = self._find.wishes(lifted.text, language) if lifted.text else ()
            return Reading(wishes=wishes, language=language, answer=chosen.answer, chosen=chosen.chosen)
        if not lifted.text:
            return Reading(wishes=(), language=language)
        typed = lifted.contact is not None
        if typed and (lifted.alone or _contact_asked(state)):
            rest = () if lifted.alone else self._beside_contact(lifted.text, language, state)
            return Reading(wishes=rest, language=language, contact=lifted.contact, contact_typed=True)
        said = re.sub(r"\s*\[(?:email|phone|card)\]\s*", " ", lifted.text).strip() or lifted.text
        found = self._find.wishes(after_no(said) or said, language)
        reading = self._in_conversation(said, found, language, state)
        return replace(reading, contact_typed=typed)

    def _beside_contact(self, text: str, language: str, state: ConversationState) -> tuple[WishReading, ...]:
        """A wish typed beside the contact that was asked for ("ana@…, and cancel 1042 too")."""
        return tuple(
            wish
            for wish in self._find.wishes(text, language)
            if wish.sure and wish.intent not in {Intent.SMALLTALK, Intent.OTHER, Intent.POLICY_QUESTION}
        )

    def _in_conversation(self, text: str, found: tuple[WishReading, ...], language: str, state: ConversationState) -> Reading:
        reply = answered(text, state.pending) if state.pending is not None else NOTHING
        if state.pending is not None and reply.answer is not Answer.NONE:
            return Reading(wishes=_filled(reply, state), language=language, answer=reply.answer, chosen=reply.chosen)
        if isinstance(state.pending, ChooseWish) and (picked := _picked(found, state.pending)) is not None:
            return Reading(
                wishes=(_as(state.pending.wish, picked, found[0]),), language=language, answer=Answer.CHOICE, chosen=picked.value
            )
        if isinstance(state.pending, ConfirmHandOff) and found[0].intent is Intent.TALK_TO_HUMAN and found[0].sure:
            return Reading(wishes=(), language=language, answer=Answer.YES, chosen="yes")
        going_on = continued(text, found, state)
        if going_on is not None:
            return Reading(wishes=going_on, language=language)
        if plain_answer(text) is not Answer.NONE:
            # nothing was asked: a bare "ok" or "no thanks" is courtesy
            return Reading(wishes=(WishReading(intents=(Guess(intent=Intent.SMALLTALK, confidence=0.9),)),), language=language)
        return Reading(wishes=found, language=language, asks_back=not any(wish.sure for wish in found))


def _contact_asked(state: ConversationState) -> bool:
    return isinstance(state.pending, AwaitSignIn) and (state.pending.contact_asked or state.pending.code_sent)


def _picked(found: tuple[WishReading, ...], pending: ChooseWish) -> Intent | None:
    """The offered reading that the new words mean, if they mean one of the two."""
    offered = [guess.intent for guess in pending.wish.intents[:2]]
    return found[0].intent if len(found) == 1 and found[0].sure and found[0].intent in offered else None


def _as(wish: WishReading, intent: Intent, said: WishReading) -> WishReading:
    return replace(
        wish,
        intents=(Guess(intent=intent, confidence=0.99),),
        sure=True,
        order_refs=said.order_refs or wish.order_refs,
        line_refs=said.line_refs or wish.line_refs,
        change=said.change or wish.change,
    )


def _filled(reply: Answered, state: ConversationState) -> tuple[WishReading, ...]:
    """The waiting wishes with the option filled in; a yes or no by itself carries none."""
    pending = state.pending
    if reply.answer is not Answer.CHOICE:
        return ()
    if isinstance(pending, ChooseOrder):
        name = next((name for gid, name in pending.orders if gid == reply.chosen), "")
        return tuple(replace(wish, order_refs=(OrderRef(kind="number", value=name.lstrip("#")),)) for wish in waiting_wishes(state))
    if isinstance(pending, ChooseLine):
        title = next((title for gid, title in pending.lines if gid == reply.chosen), "")
        return tuple(replace(wish, line_refs=(LineRef(kind="words", value=title),)) for wish in waiting_wishes(state))
    if isinstance(pending, ChooseWish):
        intent = Intent(reply.chosen) if reply.chosen in set(Intent) else pending.wish.intent
        return (replace(pending.wish, intents=(Guess(intent=intent, confidence=0.99),), sure=True),)
    return ()
