"""Visitors' chat pages: each opens one conversation and speaks in it, as the widget does."""

import asyncio
import json
from collections import defaultdict

from evals.chaos import wire


class Chats:
    def __init__(self) -> None:
        self._tokens: dict[str, str] = {}
        self._shoppers: dict[str, str] = {}
        self._opening: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def token_of(self, shopper: str, port: int, patience: float) -> str | None:
        """What opens their conversation, which begins with their first message. None: no answer, or no 201; to be tried again."""
        async with self._opening[shopper]:
            if shopper not in self._tokens:
                answer = await wire.exchange(port, wire.begin_chat(), patience=patience)
                if answer is None or answer[0] != 201:
                    return None
                try:
                    begun = json.loads(answer[1])
                except ValueError:
                    return None  # cut off in the middle: the page opens another
                self._tokens[shopper] = begun["token"]
                self._shoppers[begun["conversation"]] = shopper
        return self._tokens[shopper]

    def shopper_of(self, contact: str) -> str:
        """Who holds this conversation; other channels' contacts are shoppers already."""
        return self._shoppers.get(contact, contact)
