"""A gate that lets a few through at a time, those in a hurry first."""

import asyncio
from collections import deque


class Gate:
    """First come first served in each of two lines; the second moves when the first is empty. For one event loop."""

    def __init__(self, places: int = 1) -> None:
        self._free = places
        self._hurried: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    async def take(self, *, hurried: bool = False) -> None:
        """Wait for a place. Whoever is cancelled while waiting holds none."""
        if self._free > 0:
            self._free -= 1
            return
        place = asyncio.get_running_loop().create_future()
        (self._hurried if hurried else self._others).append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self.give()  # it had been handed to us already
            raise

    def give(self) -> None:
        """A place is free again."""
        for line in (self._hurried, self._others):
            while line:
                place = line.popleft()
                if not place.done():
                    place.set_result(None)
                    return
        self._free += 1
