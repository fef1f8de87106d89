"""How much one sender may ask: a bucket that refills with time. It slows a flood and loses nothing."""

import time
from collections import OrderedDict
from collections.abc import Callable

from server.web.errors import Refused


class Buckets:
    """One bucket per key, the least recently used forgotten first."""

    def __init__(self, *, size: float, per_second: float, keep: int = 20_000, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._rate = per_second
        self._keep = keep
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> None:
        """Raises Refused (429), saying when to try again."""
        now = self._clock()
        level, at = self._levels.pop(key, (self._size, now))
        level = min(self._size, level + (now - at) * self._rate)
        enough = level >= 1
        self._levels[key] = (level - 1 if enough else level, now)
        if len(self._levels) > self._keep:
            self._levels.popitem(last=False)
        if not enough:
            wait = max(1, round((1 - level) / self._rate))
            raise Refused(429, "too_many", f"Too many requests. Nothing was lost; try again in {wait} s.", {"Retry-After": str(wait)})
