"""How much one sender may ask: a bucket that refills with time. It slows a flood and loses nothing."""

import time
from collections import OrderedDict
from collections.abc import Callable

from fastapi import Request

from server.web.errors import Refused


def sender_of(request: Request, hops: int) -> str:
    """Whom to count a request against: the address that reached the outermost proxy of ours.

    hops: how many proxies of ours stand in front. Each appends the address it was reached from to `X-Forwarded-For`, so that many
    entries from the right are ours, and what stands left of them anybody can write. 0: whoever connected.
    """
    peer = request.client.host if request.client else "?"
    if hops <= 0:
        return peer
    said = [one.strip() for line in request.headers.getlist("x-forwarded-for") for one in line.split(",") if one.strip()]
    return said[-hops][:64] if len(said) >= hops else peer


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
