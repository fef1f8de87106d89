"""What has been proved in a conversation: added, and taken away when its shopper signs out or the conversation is forgotten."""

from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from channels.message import ConversationId
from identity.levels import Proof, ProofKind
from knowledge.brand import Brand
from server.store.database import Transaction
from server.store.tables import proofs
from server.store.threads import hold


async def add_proof(tx: Transaction, brand: Brand, conversation: ConversationId, proof: Proof) -> None:
    """One more proof: the only way a conversation's level rises (INV-7)."""
    await hold(tx, brand, conversation)
    mine = (proofs.c.brand == brand.id, proofs.c.conversation == conversation)
    n = (await tx.scalar(select(func.coalesce(func.max(proofs.c.n), 0)).where(*mine)) or 0) + 1
    await tx.execute(
        insert(proofs).values(
            brand=brand.id,
            conversation=conversation,
            n=n,
            kind=proof.kind.value,
            contact=proof.contact,
            customer=proof.customer,
            at=proof.at,
            seen_at=proof.seen_at,
        )
    )


async def proofs_of(tx: Transaction, brand: Brand, conversation: ConversationId) -> tuple[Proof, ...]:
    query = select(proofs).where(proofs.c.brand == brand.id, proofs.c.conversation == conversation).order_by(proofs.c.n)
    return tuple(
        Proof(kind=ProofKind(row.kind), contact=row.contact, customer=row.customer, at=row.at, seen_at=row.seen_at)
        for row in await tx.execute(query)
    )


async def touch_proofs(tx: Transaction, brand: Brand, conversation: ConversationId, now: datetime) -> None:
    """The conversation was active: its proofs have not idled out."""
    await tx.execute(update(proofs).where(proofs.c.brand == brand.id, proofs.c.conversation == conversation).values(seen_at=now))


async def end_proofs(tx: Transaction, brand: Brand, conversation: ConversationId) -> None:
    """The shopper signed out: from now on nothing is proved here."""
    await hold(tx, brand, conversation)
    await tx.execute(delete(proofs).where(proofs.c.brand == brand.id, proofs.c.conversation == conversation))
