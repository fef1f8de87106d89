"""Asks a model for one answer of a fixed shape and believes nothing that does not have it. No tools go over the wire."""

import asyncio
from datetime import timedelta
from time import perf_counter
from typing import Any, Generic, TypeVar

from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.runnables import Runnable
from langchain_openai import ChatOpenAI
from langchain_openai.chat_models.base import OpenAIAPIError, OpenAIConnectionError, OpenAIRateLimitError, OpenAITimeoutError
from langsmith import tracing_context
from openai import APIConnectionError, APIStatusError, APITimeoutError
from pydantic import BaseModel, ValidationError

from agent.models.failures import ModelAnswerBroken, ModelFailed, ModelTooSlow, ModelUnavailable
from agent.models.meter import ModelMeter, turn_meter

LONGEST = 8_000
"""Characters of an answer; a whole reading is about 400."""

Shape = TypeVar("Shape", bound=BaseModel)


class StructuredModel(Generic[Shape]):
    """One question form: a JSON schema on the wire, and our own check of what comes back.

    schema: flat JSON schema with `title`; strict mode refuses unions of objects. shape: the Pydantic model that checks it.
    """

    def __init__(self, model: BaseChatModel, schema: dict[str, Any], shape: type[Shape], *, timeout: timedelta, meter: ModelMeter) -> None:
        self._shape = shape
        self._timeout = timeout.total_seconds()
        self.meter = meter
        # A dict, not the class: with the class LangChain raises in the middle instead of handing the answer over.
        options: dict[str, Any] = {"method": "json_schema", "include_raw": True}
        if isinstance(model, ChatOpenAI):
            options["strict"] = True
        self._asked: Runnable[Any, Any] = model.with_structured_output(schema, **options)

    async def ask(self, system: str, user: str) -> Shape:
        """The checked answer. Raises ModelFailed for whatever else happens, within the time allowed."""
        begun = perf_counter()
        raw: AIMessage | None = None
        failed = True
        try:
            answer = await asyncio.wait_for(self._send(system, user), self._timeout)
            raw = answer.get("raw") if isinstance(answer, dict) else None
            checked = self._checked(answer)
            failed = False
            return checked
        except ModelFailed:
            raise
        except (TimeoutError, OpenAITimeoutError, APITimeoutError) as error:
            raise ModelTooSlow(f"no answer within {self._timeout:g} s") from error
        except (OpenAIRateLimitError, OpenAIConnectionError, OpenAIAPIError, APIStatusError, APIConnectionError) as error:
            raise ModelUnavailable(type(error).__name__) from error
        except Exception as error:  # e.g. a bare IndexError for empty `choices`; providers differ without end
            raise ModelAnswerBroken(type(error).__name__) from error
        finally:
            self._count(raw, (perf_counter() - begun) * 1000, failed, system, user)

    async def _send(self, system: str, user: str) -> Any:
        # A tracing variable left in the environment must not send shoppers' words to a third party (P2).
        with tracing_context(enabled=False):
            return await self._asked.ainvoke([SystemMessage(system), HumanMessage(user)])

    def _checked(self, answer: Any) -> Shape:
        raw = answer.get("raw") if isinstance(answer, dict) else None
        if isinstance(raw, AIMessage) and len(str(raw.content)) > LONGEST:
            raise ModelAnswerBroken("far too long")
        parsed = answer.get("parsed") if isinstance(answer, dict) else None
        if not isinstance(parsed, dict):  # whatever the error field says
            raise ModelAnswerBroken("no answer in the form asked for")
        try:
            return self._shape.model_validate(parsed)
        except ValidationError as error:
            raise ModelAnswerBroken(f"{error.error_count()} fields are not as asked") from None

    def _count(self, raw: AIMessage | None, waited_ms: float, failed: bool, system: str, user: str) -> None:
        usage = raw.usage_metadata if raw is not None else None
        for meter in (self.meter, turn_meter.get()):
            if meter is not None:
                meter.add(
                    prompt_tokens=usage["input_tokens"] if usage else 0,
                    answer_tokens=usage["output_tokens"] if usage else 0,
                    waited_ms=waited_ms,
                    failed=failed,
                )
                if meter.keep:
                    said = str(raw.content)[:LONGEST] if raw is not None else ""
                    meter.exchanges.append({"system": system, "user": user, "answer": said})
