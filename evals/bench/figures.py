"""How figures are printed: with n, a median and what lies around it."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt


def wilson(hits: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share."""
    if not n:
        return 0.0, 1.0
    rate = hits / n
    middle, spread = rate + z * z / (2 * n), z * sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return (middle - spread) / (1 + z * z / n), (middle + spread) / (1 + z * z / n)


@dataclass(frozen=True, slots=True)
class Spread:
    """Times or counts of many runs."""

    values: tuple[float, ...]

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(tuple(sorted(values)))

    def at(self, share: float) -> float:
        """The value below which `share` of the runs lie."""
        return self.values[min(len(self.values) - 1, int(share * len(self.values)))]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def line(self, name: str, unit: str, goal: str = "") -> str:
        """e.g. `own time per turn   p50 8.1 ms · p95 14.0 · p99 22.4   n 300   goal ...`."""
        figures = f"p50 {self.median:,.1f} {unit} · p95 {self.at(0.95):,.1f} · p99 {self.at(0.99):,.1f}"
        return f"{name:<44} {figures:<44} n {len(self.values):<5} {goal}"
