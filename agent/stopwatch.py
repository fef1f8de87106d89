"""How long each part of a turn took, waiting told apart from our own time."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import TypeVar

from shop.reading import ReadMeter

Answer = TypeVar("Answer")


@dataclass(slots=True)
class Stopwatch:
    """Milliseconds per stage."""

    stages: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=perf_counter)

    async def timing(self, stage: str, work: Awaitable[Answer]) -> Answer:
        begun = perf_counter()
        try:
            return await work
        finally:
            self.stages[stage] = self.stages.get(stage, 0.0) + (perf_counter() - begun) * 1000

    def add(self, stage: str, begun: float) -> None:
        self.stages[stage] = self.stages.get(stage, 0.0) + (perf_counter() - begun) * 1000

    def left(self, deadline_s: float) -> float:
        """Seconds until the deadline; a little is always left so that a cancelled task can end."""
        return max(0.001, deadline_s - (perf_counter() - self.started))

    def told(self, meter: ReadMeter, *, waited_for_model: float) -> Mapping[str, float]:
        """Milliseconds per stage; `total` is wall time, `waited` what of it was spent waiting for shop and model, `own` the rest.

        Shop and reader run side by side, so the longer of the two counts.
        """
        total = (perf_counter() - self.started) * 1000
        waited = min(total, max(meter.waited_ms, waited_for_model))
        return {**self.stages, "total": total, "waited": waited, "own": total - waited}
