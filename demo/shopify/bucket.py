"""The rate limit: a bucket of points per app and shop that fills again with real time."""

import time
from collections.abc import Callable
from typing import Any

SINGLE_QUERY_LIMIT = 1000


class Bucket:
    """Points left to spend. Real (monotonic) time, so that a client that waits is served whatever the demo's clock says."""

    def __init__(self, *, size: float, restore: float, ticks: Callable[[], float] = time.monotonic) -> None:
        self._size, self._restore, self._ticks = size, restore, ticks
        self._left, self._at = size, ticks()

    def left(self) -> float:
        now = self._ticks()
        self._left = min(self._size, self._left + (now - self._at) * self._restore)
        self._at = now
        return self._left

    def take(self, points: float) -> bool:
        """False, and nothing taken, when there is not enough."""
        if self.left() < points:
            return False
        self._left -= points
        return True

    def give_back(self, points: float) -> None:
        self._left = min(self._size, self.left() + points)

    def drain(self) -> None:
        """Empty at once: how a test makes the next call throttled."""
        self.left()
        self._left = 0.0

    def status(self) -> dict[str, Any]:
        return {"maximumAvailable": int(self._size), "currentlyAvailable": int(self.left()), "restoreRate": int(self._restore)}
