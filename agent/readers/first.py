"""Asks the built-in reader first, a model only when it is unsure, and keeps the built-in reading when the model fails."""

import logging
from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Protocol

from agent.conversation import ConversationState
from agent.models.failures import ModelFailed
from agent.reading import Answer, Reader, Reading
from channels.message import Inbound
from knowledge.brand import Brand

FAILURES = 3
REST_S = 30.0
"""After this many failures in a row the model is left alone this long, so that not every unsure turn waits for it in vain."""

log = logging.getLogger(__name__)


class FallibleReader(Protocol):
    """A reader that may raise ModelFailed."""

    async def read(self, messages: tuple[Inbound, ...], state: ConversationState, brand: Brand) -> Reading: ...


class BuiltInFirst:
    """Implements `agent.reading.Reader`. One model call at most, counted in `Reading.model_calls`, failed ones too.

    forced: ask the model even where the built-in reader is sure; for measurements.
    """

    def __init__(self, built_in: Reader, model: FallibleReader, *, forced: bool = False, seconds: Callable[[], float] = monotonic) -> None:
        self._built_in = built_in
        self._model = model
        self._forced = forced
        self._seconds = seconds
        self._failures = 0
        self._rests_until = float("-inf")

    async def read(self, messages: tuple[Inbound, ...], state: ConversationState, brand: Brand) -> Reading:
        first = await self._built_in.read(messages, state, brand)
        if not self._may_ask(first, messages):
            return first
        try:
            second = await self._model.read(messages, state, brand)
        except ModelFailed as failure:
            self._failed(failure)
            return replace(first, model_calls=first.model_calls + 1)
        self._failures = 0
        return _joined(first, second)

    def _may_ask(self, first: Reading, messages: tuple[Inbound, ...]) -> bool:
        if self._seconds() < self._rests_until or any(message.choice for message in messages):
            return False
        return any(message.text.strip() for message in messages) and (self._forced or not is_sure(first))

    def _failed(self, failure: ModelFailed) -> None:
        self._failures += 1
        log.warning("the model gave no reading (%s: %s); the built-in one stands", type(failure).__name__, failure)
        if self._failures >= FAILURES:
            self._failures, self._rests_until = 0, self._seconds() + REST_S


def is_sure(reading: Reading) -> bool:
    """Whether the built-in reading needs no second opinion: something was understood, and nothing was left open."""
    if reading.asks_back or not all(wish.sure for wish in reading.wishes):
        return False
    return bool(reading.wishes) or reading.answer is not Answer.NONE or reading.contact_typed


def _joined(first: Reading, second: Reading) -> Reading:
    """The model's reading, with what patterns find better: contacts, and an order number typed for a single wish."""
    wishes = second.wishes
    numbers = {ref for wish in first.wishes for ref in wish.order_refs if ref.kind == "number"}
    if len(wishes) == 1 and not wishes[0].order_refs and len(numbers) == 1:
        wishes = (replace(wishes[0], order_refs=tuple(numbers)),)
    return replace(
        second, wishes=wishes, contact=first.contact or second.contact, contact_typed=first.contact_typed or second.contact_typed
    )
