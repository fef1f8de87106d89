"""Meta's webhooks on their way to the app: signed, repeated until acknowledged, and as bent as a test asks for."""

import asyncio
import json
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import httpx

from demo.phones.signing import meta_signature

MALFORMED: Mapping[str, Any] = {"id": 7, "from": None, "type": "text", "text": "not an object"}
"""A message as no reader expects it."""
Bend = Literal["duplicate", "lose", "late", "malformed_item", "bad_signature"]


def written(body: Mapping[str, Any]) -> bytes:
    """JSON as Meta writes it: every sign outside ASCII as `\\uXXXX`, slashes escaped."""
    return json.dumps(body, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode()


class Deliveries:
    """One webhook address and what is sent to it."""

    def __init__(self, url: str, secret: str, *, http: httpx.AsyncClient | None = None, backoff: Sequence[float] = (1.0, 3.0, 9.0)) -> None:
        self.url, self._secret, self.backoff = url, secret, tuple(backoff)
        self.http = http or httpx.AsyncClient(timeout=15, trust_env=False)
        self._own = http is None
        self.bends: deque[Bend] = deque()
        """One for each of the next deliveries."""
        self.late_s = 0.5
        self.held: list[Mapping[str, Any]] | None = None
        """Entries that wait to go out as one batch; None: each goes out at once."""
        self.answers: list[int | None] = []
        """The app's answers, oldest first; None where there was none."""

    def hold(self) -> None:
        """Collect what comes, as a network does when it has fallen behind."""
        self.held = self.held or []

    async def flush(self) -> bool:
        """Everything held goes out as one batch."""
        entries, self.held = self.held or [], None
        return await self._deliver(entries) if entries else True

    async def send(self, entry: Mapping[str, Any]) -> bool:
        """One delivery of one entry. Returns whether the app acknowledged it; True for one that is held."""
        if self.held is not None:
            self.held.append(entry)
            return True
        return await self._deliver([entry])

    async def stop(self) -> None:
        if self._own:
            await self.http.aclose()

    async def _deliver(self, entries: Sequence[Mapping[str, Any]]) -> bool:
        bend = self.bends.popleft() if self.bends else None
        if bend == "lose":
            return False
        if bend == "late":
            await asyncio.sleep(self.late_s)
        if bend == "malformed_item":
            entries = [_with_malformed(entry) for entry in entries]
        raw = written({"object": "whatsapp_business_account", "entry": list(entries)})
        heard = await self._until_heard(raw, "x" if bend == "bad_signature" else self._secret)
        if bend == "duplicate":
            await self._until_heard(raw, self._secret)
        return heard

    async def _until_heard(self, raw: bytes, secret: str) -> bool:
        headers = {
            "Content-Type": "application/json",
            "X-Hub-Signature-256": meta_signature(raw, secret),
            "User-Agent": "facebookexternalua",
        }
        for wait in (0.0, *self.backoff):
            await asyncio.sleep(wait)
            try:
                answer = await self.http.post(self.url, content=raw, headers=headers)
            except httpx.HTTPError:
                self.answers.append(None)
                continue
            self.answers.append(answer.status_code)
            if answer.status_code == 200:
                return True
        return False


def _with_malformed(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The same entry, an item in front that nobody can read."""
    changes = []
    for change in entry["changes"]:
        value = dict(change["value"])
        for kind in ("messages", "statuses"):
            if kind in value:
                value[kind] = [dict(MALFORMED), *value[kind]]
        changes.append({**change, "value": value})
    return {**entry, "changes": changes}
