"""A tap on one of our own buttons needs no reader: its id says what is meant. Nor do the words a text message asks for."""

import re
from collections.abc import Sequence
from dataclasses import replace

from agent.conversation import ConfirmHandOff, ConversationState
from agent.readers.words import words_of
from agent.reading import Answer, Reading
from agent.thing_words import fold
from agent.wish import Guess, Intent, OrderRef, WishReading
from channels.message import Inbound
from identity.codes import code_in

PERSON = frozenset({"human", "person", "talk_to_human", "handoff"})
"""Ids of buttons that ask for a person outright."""

PERSON_WORDS = words_of(
    """
    human agent person operator representative humain personne conseiller conseillere operateur humano humana persona agente
    operador mensch mitarbeiter mitarbeiterin berater 担当者 担当 人間 オペレーター 有人
    """
)
"""What "reply HUMAN" asks for, alone in a message, as each language says it."""

CODE = frozenset({"code", "codigo", "clave", "コード", "認証コード"})
"""What "reply CODE" asks for, whenever it is sent: people keep our earlier texts."""

_WHY = re.compile(
    r"(?:but |and |ok,? |ah,? |mais |et |pero |y |aber |und )?"
    r"(?:why(?: is that| so| not| though| is it closed)?|how come|how so|says who|for what reason"
    r"|pourquoi(?: (?:ca|cela|donc|pas))?|comment ca|pour quelle raison"
    r"|(?:y )?(?:eso )?por que(?: no)?|y eso|como es eso"
    r"|warum(?: das| nicht| denn)?|wieso(?: das| nicht| denn)?|weshalb|aus welchem grund"
    r"|(?:それは)?(?:なぜ|何故|なんで|何で|どうして)(?:ですか|でしょうか|なのですか|なんですか|だめなんですか|できないのですか|できないんですか)?|理由は(?:何ですか)?|理由を教えてください)"
)


def tapped(messages: Sequence[Inbound], state: ConversationState) -> Reading | None:
    """The reading of a tap, or of the one word that stands for one; None for what was written.

    messages: all unanswered ones, oldest first. Among several a word is only a part of what was said.
    """
    last, language = messages[-1], state.locale.split("-")[0]
    choice = last.choice
    if choice is None and len(messages) == 1:
        word = fold(last.text).strip(" .!?¿¡。！？\"'“”«»「」")
        if word in CODE:
            choice = "code"
        elif word in PERSON_WORDS:
            choice = "yes" if isinstance(state.pending, ConfirmHandOff) else "human"
        elif _WHY.fullmatch(word) and state.last_wishes:
            return Reading(wishes=tuple(_of_that_order(wish, state) for wish in state.last_wishes), language=language, why=True)
    if choice is None:
        return None
    if choice in PERSON:
        return Reading(wishes=(_wish(Intent.TALK_TO_HUMAN),), language=language)
    if choice in ("yes", "no"):
        return Reading(wishes=(), language=language, answer=Answer(choice), chosen=choice)
    if choice in set(Intent) and state.pending is None:
        return Reading(wishes=(_wish(Intent(choice)),), language=language)
    return Reading(wishes=(), language=language, answer=Answer.CHOICE, chosen=choice)


def _of_that_order(wish: WishReading, state: ConversationState) -> WishReading:
    """The wish about the order last spoken of, whatever newer ones there are by now."""
    if wish.order_refs or state.focus is None:
        return wish
    return replace(wish, order_refs=(OrderRef(kind="this"),))


def is_six_digits(text: str) -> bool:
    """Whether a message is nothing but six digits, full-width ones too, however they are set apart."""
    return code_in(text) is not None and not any(sign.isalpha() for sign in text)


def without_words(messages: Sequence[Inbound], state: ConversationState) -> Reading | None:
    """The reading of pictures, voice notes and the like that came without a word; None where anything was written or tapped (C7)."""
    media = tuple(dict.fromkeys(kind for message in messages for kind in message.media))
    if not media or any(message.text.strip() or message.choice for message in messages):
        return None
    return Reading(wishes=(), language=state.locale.split("-")[0], media=media)


def _wish(intent: Intent) -> WishReading:
    return WishReading(intents=(Guess(intent=intent, confidence=1.0),))
