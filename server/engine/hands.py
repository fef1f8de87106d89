"""How many turns compute at once, so that a hundred that come due together leave the loop to webhooks and pages between them.

Computing does not get quicker by doing many at once: with few, each is done sooner, and what is acknowledged waits for a few turns'
steps, not for a hundred's. A turn that waits for shop, reader or writer lends its hand to the next.
"""

import asyncio
import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from agent.parts import Parts
from server.gate import Gate

MOST = 1
"""One loop computes one thing at a time: a second turn would only make the steps between two looks at the network longer."""


class Hands:
    def __init__(self, most: int = MOST) -> None:
        self.gate = Gate(most)

    @asynccontextmanager
    async def taken(self) -> AsyncIterator["Hand"]:
        """A hand for one turn, first come first served."""
        await self.gate.take()
        hand = Hand(self.gate)
        try:
            yield hand
        finally:
            hand.close()


class Hand:
    """One turn's. It may ask for several things side by side: its hand is lent while at least one of them is out."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._out = 0
        self._held = True
        self._closed = False
        self._back = asyncio.Lock()

    @asynccontextmanager
    async def lent(self) -> AsyncIterator[None]:
        """While the turn waits for something."""
        self._out += 1
        self._let_go()
        try:
            yield
        finally:
            self._out -= 1
        # Not after a failure or a cancellation: whoever is in a hurry goes on without.
        async with self._back:
            if self._needed and not self._held:
                # Before those that would begin, so that what has begun ends within its deadline.
                await self._gate.take(hurried=True)
                self._held = True
                if not self._needed:
                    self._let_go()  # it has asked for more meanwhile, or has ended

    @property
    def _needed(self) -> bool:
        return not (self._out or self._closed)

    def close(self) -> None:
        self._closed = True
        self._let_go()

    def _let_go(self) -> None:
        if self._held:
            self._held = False
            self._gate.give()

    def parts(self, parts: Parts) -> Parts:
        """The same parts, asked with the hand lent."""

        def aside(part: object) -> Any:
            return None if part is None else _Aside(part, self)

        return replace(parts, shop=aside(parts.shop), reader=aside(parts.reader), library=aside(parts.library), writer=aside(parts.writer))


class _Aside:
    """Stands before a part: what is awaited of it is waited for with the hand lent."""

    def __init__(self, part: object, hand: Hand) -> None:
        self._part = part
        self._hand = hand

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        if not inspect.iscoroutinefunction(found):
            return found

        async def asked(*given: Any, **named: Any) -> Any:
            async with self._hand.lent():
                return await found(*given, **named)

        return asked
