"""Words a policy answer a little more freely than the catalogue. Whatever it says still has to pass the gate."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from langchain_core.language_models.chat_models import BaseChatModel
from pydantic import BaseModel, ConfigDict, Field

from agent.evidence import Evidence
from agent.models.failures import ModelFailed
from agent.models.meter import ModelMeter
from agent.models.structured import StructuredModel
from agent.parts import Draft
from skills.skill import Explain, Outcome, Reason

PROMPT = Path(__file__).with_name("writer.md")
MOST_PASSAGES = 3

SCHEMA: dict[str, Any] = {
    "title": "policy_answer",
    "type": "object",
    "additionalProperties": False,
    "required": ["sentences", "passages"],
    "properties": {
        "sentences": {"type": "array", "items": {"type": "string"}},
        "passages": {"type": "array", "items": {"type": "string"}},
    },
}


class Worded(BaseModel):
    """What the model must answer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    sentences: list[str] = Field(max_length=5)
    passages: list[str] = Field(max_length=MOST_PASSAGES)


class ModelWriter:
    """Implements `agent.turn.Writer`. Sees passages and enums, never a fact, a title, a name or the shopper's words."""

    def __init__(self, model: BaseChatModel, *, timeout: timedelta = timedelta(seconds=3), meter: ModelMeter | None = None) -> None:
        self.meter = meter or ModelMeter()
        self._prompt = PROMPT.read_text("utf-8")
        self._model = StructuredModel(model, SCHEMA, Worded, timeout=timeout, meter=self.meter)

    async def write(self, outcomes: tuple[Outcome, ...], evidence: Evidence, locale: str) -> Draft | None:
        """A proposal for answers out of policy alone; None where there is nothing to word. Raises ModelFailed: a call was spent."""
        clauses = self._clauses(outcomes)
        passages = [passage for passage in evidence.passages if passage.clause.id in clauses][:MOST_PASSAGES]
        if not passages:
            return None
        shown = {f"p{n}": passage.clause for n, passage in enumerate(passages, 1)}
        user = json.dumps(
            {
                "language": locale.split("-")[0],
                "tone": evidence.brand.voice.tone,
                "passages": [{"id": id, "title": clause.title, "text": clause.text} for id, clause in shown.items()],
            },
            ensure_ascii=False,
        )
        worded = await self._model.ask(self._prompt, user)
        if any(id not in shown for id in worded.passages):
            raise ModelFailed("cites a passage it was not shown")
        sentences = tuple(sentence.strip() for sentence in worded.sentences if sentence.strip())
        return Draft(sentences=sentences, cited=tuple(shown[id].id for id in worded.passages)) if sentences else None

    @staticmethod
    def _clauses(outcomes: Sequence[Outcome]) -> frozenset[str]:
        """Of outcomes that are answers out of policy; one of any other kind, and nothing may be worded freely."""
        if not all(isinstance(outcome, Explain) and outcome.because is Reason.ANSWERED for outcome in outcomes):
            return frozenset()
        return frozenset(clause for outcome in outcomes for clause in outcome.clauses)
