"""Which conversation a Message-ID belongs to, ours and theirs; only digests are kept."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from channels.message import ConversationId
from knowledge.brand import Brand
from server.store.database import Transaction
from server.store.either import insert_or_leave
from server.store.tables import mail_ids


async def remember(tx: Transaction, brand: Brand, ids: Sequence[str], conversation: ConversationId, now: datetime) -> None:
    """These belong to the conversation; one that belongs to another already stays there."""
    for digest in sorted({_digest(one) for one in ids if one}):
        row = insert_or_leave(tx, mail_ids).values(brand=brand.id, digest=digest, conversation=conversation, at=now)
        await tx.execute(row.on_conflict_do_nothing())


async def conversation_of(tx: Transaction, brand: Brand, ids: Sequence[str]) -> ConversationId | None:
    """The conversation of the nearest of these that is known. ids: oldest first, as References has them."""
    wanted = [_digest(one) for one in ids if one]
    query = select(mail_ids.c.digest, mail_ids.c.conversation).where(mail_ids.c.brand == brand.id, mail_ids.c.digest.in_(wanted))
    known = {row.digest: row.conversation for row in await tx.execute(query)}
    return next((ConversationId(known[digest]) for digest in reversed(wanted) if digest in known), None)


def _digest(message_id: str) -> str:
    return hashlib.sha256(message_id.strip().encode("utf-8", "replace")).hexdigest()
