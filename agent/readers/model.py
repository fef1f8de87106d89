"""Reads a message with the model an operator has configured, when the built-in reader is not sure. It sees words, never data."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Field

from agent.conversation import AwaitShop, AwaitSignIn, ChooseLine, ChooseOrder, ChooseWish, ConfirmHandOff, ConversationState, Pending
from agent.models.chat import ChatModel
from agent.models.meter import ModelMeter
from agent.models.structured import StructuredModel
from agent.readers.redact import Lifted, lift, regions_of
from agent.reading import Answer, Reading
from agent.wish import DesiredChange, Guess, Intent, LineRef, OrderRef, WishReading
from channels.message import Inbound
from knowledge.brand import Brand

PROMPT = Path(__file__).with_name("prompt.md")
LONGEST = 2_000
"""Characters of a message that are shown; a wish is said early."""
MOST_WISHES = 4
SURE = 0.5

_ORDER_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,19}")
_PLAIN = re.compile(r"[^\W_][\w '’.,&+/()-]{0,39}")

OrderKind = Literal["none", "number", "last", "all", "product", "ordinal", "this"]
LineKind = Literal["none", "words", "all", "ordinal", "other"]


class WishForm(BaseModel):
    """One wish as the model must give it."""

    model_config = ConfigDict(extra="forbid")

    intent: Intent
    second: Intent
    confidence: float = Field(ge=0, le=1)
    order: OrderKind
    order_value: str = Field(max_length=200)
    line: LineKind
    line_value: str = Field(max_length=200)
    option: Literal["none", "size", "colour", "other"]
    value: str = Field(max_length=200)
    quantity: int = Field(ge=0, le=10_000)
    direction: Literal["none", "up", "down"]


class ReadingForm(BaseModel):
    """A whole reading as the model must give it."""

    model_config = ConfigDict(extra="forbid")

    wishes: list[WishForm] = Field(max_length=12)
    answer: Literal["none", "yes", "no", "choice"]
    chosen: int = Field(ge=0, le=100)
    language: str = Field(pattern=r"^[a-z]{2}$")
    mood: Literal["calm", "upset", "abusive", "threat"]


def _one_of(*words: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(words)}


_TEXT = {"type": "string"}
_WISH = {
    "intent": _one_of(*Intent),
    "second": {"$ref": "#/$defs/intent"},
    "confidence": {"type": "number"},
    "order": _one_of("none", "number", "last", "all", "product", "ordinal", "this"),
    "order_value": _TEXT,
    "line": _one_of("none", "words", "all", "ordinal", "other"),
    "line_value": _TEXT,
    "option": _one_of("none", "size", "colour", "other"),
    "value": _TEXT,
    "quantity": {"type": "integer"},
    "direction": _one_of("none", "up", "down"),
}
_READING = {
    "wishes": {
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": list(_WISH),
            "properties": {**_WISH, "intent": {"$ref": "#/$defs/intent"}},
        },
    },
    "answer": _one_of("none", "yes", "no", "choice"),
    "chosen": {"type": "integer"},
    "language": _TEXT,
    "mood": _one_of("calm", "upset", "abusive", "threat"),
}
SCHEMA: dict[str, Any] = {
    "title": "reading",
    "type": "object",
    "additionalProperties": False,
    "required": list(_READING),
    "properties": _READING,
    "$defs": {"intent": _WISH["intent"]},
}
"""Written by hand and flat: generated ones are three times as long, and every token of it is paid for."""


class ModelReader:
    """Implements `agent.reading.Reader`, except that it raises ModelFailed: `first.BuiltInFirst` catches it.

    timeout: for the whole call.
    """

    def __init__(self, model: ChatModel, *, timeout: timedelta = timedelta(seconds=6), meter: ModelMeter | None = None) -> None:
        self.meter = meter or ModelMeter()
        self._prompt = PROMPT.read_text("utf-8")
        self._model = StructuredModel(model, SCHEMA, ReadingForm, timeout=timeout, meter=self.meter)

    async def read(self, messages: tuple[Inbound, ...], state: ConversationState, brand: Brand) -> Reading:
        """One call, no repair. Cards and contacts are lifted out first (P1). Raises ModelFailed."""
        lifted = lift("\n".join(message.text for message in messages if message.text), regions_of(state.locale.split("-")[0]))
        form = await self._model.ask(self._prompt, _shown(lifted.text[:LONGEST], state))
        return _reading(form, lifted, state, brand)


def _shown(text: str, state: ConversationState) -> str:
    """The message and the slots of earlier turns: kinds and enums, no order, title or contact."""
    shown: dict[str, Any] = {"message": text}
    if state.pending is not None:
        shown["pending"] = _question(state.pending)
    if state.last_wishes:
        shown["before"] = [wish.intent for wish in state.last_wishes]
    return json.dumps(shown, ensure_ascii=False)


def _question(pending: Pending) -> dict[str, Any]:
    question: dict[str, Any] = {"asked": pending.kind}
    if isinstance(pending, ChooseWish):
        question["options"] = [guess.intent for guess in pending.wish.intents[:2]]
    elif isinstance(pending, ConfirmHandOff):
        question["options"] = ["yes", "no"]
    elif options := _option_ids(pending):
        question["options"] = len(options)
    return question


def _option_ids(pending: Pending | None) -> tuple[str, ...]:
    match pending:
        case ChooseWish():
            return tuple(guess.intent for guess in pending.wish.intents[:2])
        case ChooseOrder():
            return tuple(id for id, _ in pending.orders)
        case ChooseLine():
            return tuple(id for id, _ in pending.lines)
        case None | ConfirmHandOff() | AwaitSignIn() | AwaitShop():
            return ()
        case _:
            assert_never(pending)


def _reading(form: ReadingForm, lifted: Lifted, state: ConversationState, brand: Brand) -> Reading:
    text = lifted.text
    options = _option_ids(state.pending)
    answer = Answer(form.answer) if state.pending is not None else Answer.NONE
    chosen = options[form.chosen - 1] if answer is Answer.CHOICE and 0 < form.chosen <= len(options) else None
    if answer is Answer.CHOICE and chosen is None:
        answer = Answer.NONE
    wishes = tuple(_wish(wish, text) for wish in form.wishes[:MOST_WISHES])
    sure = answer is not Answer.NONE or any(wish.sure for wish in wishes)
    return Reading(
        wishes=wishes,
        language=_language(form.language, text, state, brand),
        asks_back=not sure,
        answer=answer,
        chosen=chosen,
        mood=form.mood,
        contact=lifted.contact,
        contact_typed=lifted.contact is not None,
        by="model",
        model_calls=1,
    )


def _wish(form: WishForm, text: str) -> WishReading:
    guesses = [Guess(intent=form.intent, confidence=form.confidence)]
    if form.second is not form.intent:
        guesses.append(Guess(intent=form.second, confidence=min(form.confidence, 1 - form.confidence)))
    order, line = _order_ref(form, text), _line_ref(form)
    return WishReading(
        intents=tuple(guesses),
        order_refs=(order,) if order else (),
        line_refs=(line,) if line else (),
        change=_change(form),
        sure=form.confidence >= SURE,
    )


def _order_ref(form: WishForm, text: str) -> OrderRef | None:
    value = form.order_value.strip().lstrip("#")
    match form.order:
        case "none":
            return None
        case "number":
            # A number the shopper never typed is the model's invention.
            return OrderRef(kind="number", value=value) if _ORDER_NUMBER.fullmatch(value) and value.lower() in text.lower() else None
        case "product":
            words = _plain(value)
            return OrderRef(kind="product", value=words) if words else None
        case "ordinal":
            return OrderRef(kind="ordinal", value=value) if value.isdecimal() and value.isascii() and len(value) <= 2 else None
        case "last" | "all" | "this":
            return OrderRef(kind=form.order)


def _line_ref(form: WishForm) -> LineRef | None:
    value = form.line_value.strip()
    match form.line:
        case "none":
            return None
        case "words":
            words = _plain(value)
            return LineRef(kind="words", value=words) if words else None
        case "ordinal":
            return LineRef(kind="ordinal", value=value) if value.isdecimal() and value.isascii() and len(value) <= 2 else None
        case "all" | "other":
            return LineRef(kind=form.line)


def _change(form: WishForm) -> DesiredChange | None:
    option = None if form.option == "none" else form.option
    direction = None if form.direction == "none" else form.direction
    value, quantity = _plain(form.value), form.quantity or None
    if option is None and value is None and quantity is None and direction is None:
        return None
    return DesiredChange(option=option, value=value, quantity=quantity, direction=direction)


def _plain(text: str) -> str | None:
    """A short run of words, fit to be a search key; anything that could be mark-up or an address is not."""
    text = " ".join(text.split())
    return text if _PLAIN.fullmatch(text) and "://" not in text else None


def _language(said: str, text: str, state: ConversationState, brand: Brand) -> str:
    """One of the brand's; switched only by text of three words or more, or by Japanese script."""
    own = state.locale.split("-")[0]
    spoken = {locale.split("-")[0] for locale in brand.locales}
    long_enough = len(text.split()) >= 3 or bool(re.search(r"[\u3040-\u30ff]", text))
    return said if said in spoken and long_enough else own
