"""Place links as stored: a link leads to a place and opens nothing (trust.md 4.4)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from agent.effects import MakePlaceLink
from identity.links import at_rest, looks_like_token
from knowledge.brand import Brand, BrandId
from server.store.database import Transaction
from server.store.tables import place_links


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPlace:
    brand: BrandId
    action: str
    order: str | None
    order_name: str | None
    customer: str | None
    """Whose order it was made for; the Hub's own session decides what may be seen."""
    line: str | None
    value: str | None
    conversation: str | None
    expires: datetime
    revoked: bool


async def keep_place(tx: Transaction, brand: Brand, link: MakePlaceLink, conversation: str) -> None:
    await tx.execute(
        insert(place_links).values(
            brand=brand.id,
            digest=at_rest(link.token),
            conversation=conversation,
            customer=link.customer,
            action=link.action,
            order=link.order,
            order_name=link.order_name,
            line=link.line,
            value=link.value,
            expires=link.expires,
            revoked=False,
            uses=0,
        )
    )


async def place(tx: Transaction, token: str, brand: Brand | None = None) -> StoredPlace | None:
    """Where a token leads; `/c/{token}` names no brand, 128 random bits name the row. Reading changes nothing."""
    if not looks_like_token(token):
        return None
    query = select(place_links).where(place_links.c.digest == at_rest(token))
    if brand is not None:
        query = query.where(place_links.c.brand == brand.id)
    row = (await tx.execute(query)).first()
    if row is None:
        return None
    return StoredPlace(
        brand=BrandId(row.brand),
        action=row.action,
        order=row.order,
        order_name=row.order_name,
        customer=row.customer,
        line=row.line,
        value=row.value,
        conversation=row.conversation,
        expires=row.expires,
        revoked=row.revoked,
    )
