"""Contacts that want no more messages of a brand, of any kind on any channel (L-10). A record is never removed."""

from datetime import datetime

from sqlalchemy import exists, select, update

from knowledge.brand import Brand
from server.store.database import Transaction
from server.store.either import insert_or_leave
from server.store.tables import opt_outs


async def out(tx: Transaction, brand: Brand, contact: str, *, channel: str, by: str, word: str, now: datetime) -> bool:
    """From now on nothing is sent to this contact. False when it was out already: the first word of it stands.

    by: keyword, words, provider or staff. word: what was written.
    """
    values = dict(channel=channel, by=by, word=word, at=now, back_at=None)
    row = insert_or_leave(tx, opt_outs).values(brand=brand.id, contact=contact, **values)
    again = row.on_conflict_do_update(index_elements=["brand", "contact"], set_=values, where=opt_outs.c.back_at.is_not(None))
    return bool((await tx.execute(again)).rowcount)


async def back(tx: Transaction, brand: Brand, contact: str, now: datetime) -> bool:
    """The contact asked for messages again. False when it was not out."""
    mine = (opt_outs.c.brand == brand.id, opt_outs.c.contact == contact, opt_outs.c.back_at.is_(None))
    return bool((await tx.execute(update(opt_outs).where(*mine).values(back_at=now))).rowcount)


async def is_out(tx: Transaction, brand: Brand, contact: str) -> bool:
    mine = (opt_outs.c.brand == brand.id, opt_outs.c.contact == contact, opt_outs.c.back_at.is_(None))
    return bool(await tx.scalar(select(exists().where(*mine))))
