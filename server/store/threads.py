"""A conversation as stored: opened, found by its token or its channel's address, and kept apart from other writers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, insert, select, update

from agent.conversation import ConversationState
from channels.message import Channel, ConversationId
from knowledge.brand import Brand, BrandId
from server.store.database import Transaction
from server.store.either import insert_or_leave, on_postgres
from server.store.records import read, written
from server.store.tables import conversations


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A conversation as stored."""

    brand: BrandId
    id: ConversationId
    channel: Channel
    contact: str | None
    state: ConversationState
    fence: int
    last_seq: int
    address: str | None = None
    """What its channel finds it by: a phone number, or a mail thread's first Message-ID; None in webchat."""
    inbound_at: datetime | None = None
    """The shopper's last message or tap that opens WhatsApp's 24-hour window, by the app's clock."""
    seen_at: datetime | None = None
    due_at: datetime | None = None


async def open_thread(
    tx: Transaction,
    brand: Brand,
    conversation: ConversationId,
    *,
    channel: Channel,
    contact: str | None,
    token: str | None,
    state: ConversationState,
    now: datetime,
) -> None:
    """token: the bearer token's digest, never the token."""
    row = dict(
        brand=brand.id, id=conversation, channel=channel.value, contact=contact, token=token, state=written(ConversationState, state)
    )
    await tx.execute(insert(conversations).values(**row, opened_at=now, seen_at=now))


async def find_or_open(
    tx: Transaction,
    brand: Brand,
    *,
    channel: Channel,
    address: str,
    contact: str | None,
    state: Callable[[], ConversationState],
    id: ConversationId,
    now: datetime,
) -> tuple[Thread, bool]:
    """The conversation of this address, opened under `id` where there is none; True when it was opened here.

    state: what a new conversation begins with; asked only then, since finding out the language takes longer than all the rest.
    Two messages of a new sender at once come to one conversation: the address is unique. The row is ours until the commit.
    """
    query = select(conversations).where(_at(brand, channel, address)).with_for_update()
    found = (await tx.execute(query)).first()
    if found is not None:
        return thread_of(found), False
    row = dict(brand=brand.id, id=id, channel=channel.value, address=address, contact=contact, state=written(ConversationState, state()))
    made = await tx.execute(insert_or_leave(tx, conversations).values(**row, opened_at=now, seen_at=now).on_conflict_do_nothing())
    return thread_of((await tx.execute(query)).one()), bool(made.rowcount)


async def thread_at(tx: Transaction, brand: Brand, channel: Channel, address: str) -> Thread | None:
    """The conversation of an address on a channel, of this brand only."""
    row = (await tx.execute(select(conversations).where(_at(brand, channel, address)))).first()
    return None if row is None else thread_of(row)


async def thread_of_token(tx: Transaction, brand: Brand, digest: str) -> Thread | None:
    """The conversation a bearer token opens, in this brand only."""
    row = (await tx.execute(select(conversations).where(conversations.c.brand == brand.id, conversations.c.token == digest))).first()
    return None if row is None else thread_of(row)


async def renew_token(tx: Transaction, brand: Brand, conversation: ConversationId, digest: str) -> None:
    """The conversation opens with another token from now on; the one before is dead (A8)."""
    await tx.execute(update(conversations).where(is_thread(brand, conversation)).values(token=digest))


async def thread(tx: Transaction, brand: Brand, conversation: ConversationId) -> Thread | None:
    row = (await tx.execute(select(conversations).where(is_thread(brand, conversation)))).first()
    return None if row is None else thread_of(row)


async def hold(tx: Transaction, brand: Brand, conversation: str) -> None:
    """Until the commit no other transaction changes this conversation: what is read of it now is true when it is written."""
    if on_postgres(tx):
        await tx.execute(select(conversations.c.id).where(is_thread(brand, ConversationId(conversation))).with_for_update())


def is_thread(brand: Brand, conversation: ConversationId) -> ColumnElement[bool]:
    return and_(conversations.c.brand == brand.id, conversations.c.id == conversation)


def thread_of(row: Any) -> Thread:
    """The conversation of a row with all columns."""
    return Thread(
        brand=BrandId(row.brand),
        id=ConversationId(row.id),
        channel=Channel(row.channel),
        contact=row.contact,
        state=read(ConversationState, row.state),
        fence=row.fence,
        last_seq=row.last_seq,
        address=row.address,
        inbound_at=row.inbound_at,
        seen_at=row.seen_at,
        due_at=row.due_at,
    )


def _at(brand: Brand, channel: Channel, address: str) -> ColumnElement[bool]:
    return and_(conversations.c.brand == brand.id, conversations.c.channel == channel.value, conversations.c.address == address)
