"""Asking no faster than the shop allows, and not at all while it is down.

The bucket is Shopify's own (facts.md 6): so many points, so many restored each second, told with every answer.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

FIRST_BUCKET = 2000.0
"""A standard store's bucket, believed until the shop tells its own."""
FIRST_RESTORE = 100.0
ERRORS = 3
WITHIN = 10.0
"""Seconds. Three errors in ten seconds and we stop asking (trust.md 6)."""
PROBE_AFTER = 2.0
"""Seconds until one question is let through to see whether the shop is back."""


@dataclass(slots=True)
class Bucket:
    """What one app may still spend at one shop. Not thread-safe: one event loop."""

    monotonic: Callable[[], float]
    capacity: float = FIRST_BUCKET
    restore: float = FIRST_RESTORE
    _available: float = FIRST_BUCKET
    _reserved: float = 0.0
    _at: float | None = None

    def wait_for(self, cost: float) -> float:
        """Seconds until `cost` points are there; 0 when they are."""
        self._refill()
        missing = min(cost, self.capacity) - (self._available - self._reserved)
        return max(0.0, missing / self.restore)

    def reserve(self, cost: float) -> None:
        self._reserved += cost

    def settle(
        self,
        cost: float,
        *,
        spent: float = 0.0,
        available: float | None = None,
        capacity: float | None = None,
        restore: float | None = None,
    ) -> None:
        """Gives a reservation back and believes what the shop said, where it said something."""
        self._refill()
        self._reserved = max(0.0, self._reserved - cost)
        if capacity:
            self.capacity = capacity
        if restore:
            self.restore = restore
        self._available = available if available is not None else max(0.0, self._available - spent)

    def _refill(self) -> None:
        now = self.monotonic()
        if self._at is not None:
            self._available = min(self.capacity, self._available + (now - self._at) * self.restore)
        self._at = now


@dataclass(slots=True)
class Breaker:
    """Open after three errors in ten seconds; then one probe every two seconds until the shop answers."""

    monotonic: Callable[[], float]
    awaited: bool = False
    """Somebody waits to be the next probe; one is enough."""
    _errors: deque[float] = field(default_factory=lambda: deque(maxlen=ERRORS))
    _probed: float | None = None

    def lets_through(self) -> bool:
        now = self.monotonic()
        if len(self._errors) < ERRORS or now - self._errors[0] > WITHIN:
            return True
        if now - self._last() < PROBE_AFTER:
            return False
        self._probed = now
        return True

    def probe_in(self) -> float | None:
        """Seconds until the next probe may go; None where somebody waits for it already."""
        if self.awaited or not self._errors:
            return None
        return max(0.0, self._last() + PROBE_AFTER - self.monotonic())

    def _last(self) -> float:
        """When the shop was last seen to fail, or was last probed."""
        return max(self._errors[-1], self._probed if self._probed is not None else self._errors[-1])

    def failed(self) -> None:
        self._errors.append(self.monotonic())

    def succeeded(self) -> None:
        self._errors.clear()
        self._probed = None
