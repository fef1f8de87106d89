"""Counts what models cost: calls, tokens and the time waited for them."""

from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass(slots=True)
class ModelMeter:
    """A running count. Share one over a turn, a run or a process."""

    calls: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    answer_tokens: int = 0
    waited_ms: float = 0.0
    exchanges: list[dict[str, str]] = field(default_factory=list)
    """What was shown and what came back, kept only where `keep` is set: already without cards and contacts (P1)."""
    keep: bool = False

    def add(self, *, prompt_tokens: int, answer_tokens: int, waited_ms: float, failed: bool) -> None:
        self.calls += 1
        self.failed += failed
        self.prompt_tokens += prompt_tokens
        self.answer_tokens += answer_tokens
        self.waited_ms += waited_ms


turn_meter: ContextVar[ModelMeter | None] = ContextVar("turn_meter", default=None)
"""Whoever runs a turn sets one here to learn what that turn cost; every model counts into it beside its own meter."""
