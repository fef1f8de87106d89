"""The log a conversation's page is drawn from: numbered without gaps, only ever added to."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from channels.message import ConversationId
from knowledge.brand import Brand
from server.store.database import Transaction
from server.store.tables import conversations, events

_LAST = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One row of the log a page is drawn from. `body` is JSON text and holds `seq`."""

    seq: int
    kind: str
    body: str


async def log(tx: Transaction, brand: Brand, conversation: ConversationId, kind: str, body: dict[str, Any], at: datetime) -> int:
    """Append to the conversation's log; returns the event's seq."""
    return (await log_all(tx, brand, conversation, [(kind, body)], at))[-1]


async def log_all(
    tx: Transaction, brand: Brand, conversation: ConversationId, rows: Sequence[tuple[str, dict[str, Any]]], at: datetime
) -> list[int]:
    """Append several at once, in order."""
    mine = (conversations.c.brand == brand.id, conversations.c.id == conversation)
    bump = update(conversations).where(*mine).values(last_seq=conversations.c.last_seq + len(rows))
    last: int = (await tx.execute(bump.returning(conversations.c.last_seq))).scalar_one()
    first = last - len(rows) + 1
    await write_log(tx, brand, conversation, first, rows, at)
    return list(range(first, last + 1))


async def write_log(
    tx: Transaction, brand: Brand, conversation: ConversationId, first: int, rows: Sequence[tuple[str, dict[str, Any]]], at: datetime
) -> None:
    """Events under numbers the caller has taken already, from `first` on."""
    values = [
        dict(brand=brand.id, conversation=conversation, seq=seq, kind=kind, body=_event_text(seq, body), at=at)
        for seq, (kind, body) in enumerate(rows, first)
    ]
    await tx.execute(insert(events), values)


def message_body(
    *,
    author: str,
    ref: str,
    text: str,
    at: datetime,
    name: str | None = None,
    blocks: Sequence[Any] = (),
    ai: bool = False,
    client_id: str | None = None,
) -> dict[str, Any]:
    """The data of a `message` event. `ai` marks generated content (L-03)."""
    body: dict[str, Any] = {"ref": ref, "author": author, "at": at.isoformat(), "text": text, "blocks": list(blocks), "ai": ai}
    if name is not None:
        body["name"] = name
    if client_id is not None:
        body["client_id"] = client_id
    return body


async def log_after(tx: Transaction, brand: Brand, conversation: ConversationId, after: int, *, limit: int = 500) -> tuple[Event, ...]:
    """Events with a seq greater than `after`, in order."""
    # Whatever a client names as its place: PostgreSQL takes no number that the column cannot hold.
    place = min(after, _LAST)
    query = (
        select(events.c.seq, events.c.kind, events.c.body)
        .where(events.c.brand == brand.id, events.c.conversation == conversation, events.c.seq > place)
        .order_by(events.c.seq)
        .limit(limit)
    )
    return tuple(Event(seq=row.seq, kind=row.kind, body=row.body) for row in await tx.execute(query))


def _event_text(seq: int, body: dict[str, Any]) -> str:
    return json.dumps({"seq": seq, **body}, ensure_ascii=False, separators=(",", ":"))
