"""What SQLite and PostgreSQL say differently, in one place: inserts that may meet an older row, and being alone with something."""

from hashlib import blake2b
from typing import TypeAlias

from sqlalchemy import BigInteger, Table, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

Insert: TypeAlias = sqlite.Insert | postgresql.Insert


def on_postgres(tx: AsyncConnection) -> bool:
    """Whether other writers may be at work beside this transaction; on SQLite every writing transaction is alone."""
    return tx.dialect.name == "postgresql"


def insert_or_leave(tx: AsyncConnection, table: Table) -> Insert:
    """An INSERT that says what to do with a row that is there already: `.on_conflict_do_nothing()` or `.on_conflict_do_update(...)`."""
    return postgresql.insert(table) if on_postgres(tx) else sqlite.insert(table)


async def alone(tx: AsyncConnection, *names: str) -> None:
    """Wait until no other transaction is at the same thing, and keep it until the end of this one.

    For what is read first and written after it and has no row of its own to lock. Order of locks, so that none waits in a ring:
    a message's name, its conversation's row, its case's and its contact's, then the names given here (codes, policies), then rows of
    spending.
    """
    if on_postgres(tx):
        key = int.from_bytes(blake2b("|".join(names).encode(), digest_size=8).digest(), "big", signed=True)
        await tx.execute(select(func.pg_advisory_xact_lock(literal(key, BigInteger))))
