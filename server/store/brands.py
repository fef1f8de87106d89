"""The brands of this installation, and their sealed credentials."""

import hashlib
import os
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import func, insert, select, update

from knowledge.brand import Brand, BrandId
from server.store.database import Transaction
from server.store.either import alone, insert_or_leave
from server.store.records import read, written
from server.store.tables import brands, credentials


class SealBroken(Exception):
    """A stored credential cannot be opened: another key sealed it, or the row was moved or changed."""


class Vault:
    """Seals what must not lie open in the file: AES-GCM, with `brand|column|row` as associated data (trust.md 4.7).

    A box moved to another brand or row does not open. Keys: the current first, then older ones during a rotation.
    """

    def __init__(self, *keys: bytes) -> None:
        self._keys = {hashlib.sha256(key).hexdigest()[:16]: key for key in keys}
        self.key_id = next(iter(self._keys))

    def seal(self, secret: str, *, brand: str, column: str, row: str) -> bytes:
        nonce = os.urandom(12)
        return nonce + AESGCM(self._keys[self.key_id]).encrypt(nonce, secret.encode(), _place(brand, column, row))

    def open(self, box: bytes, key_id: str, *, brand: str, column: str, row: str) -> str:
        """Raises SealBroken."""
        key = self._keys.get(key_id)
        if key is None:
            raise SealBroken("it was sealed under a key this installation does not have: set DESKBELL_OLD_SECRET_KEY")
        try:
            return AESGCM(key).decrypt(box[:12], box[12:], _place(brand, column, row)).decode()
        except InvalidTag as error:
            raise SealBroken from error


def _place(brand: str, column: str, row: str) -> bytes:
    return f"{brand}|{column}|{row}".encode()


async def keep_brand(tx: Transaction, brand: Brand, now: datetime) -> None:
    """Add a brand, or change its settings; the first one added stays the installation's first."""
    await alone(tx, "brands")
    config = written(Brand, brand)
    changed = await tx.execute(update(brands).where(brands.c.brand == brand.id).values(config=config, at=now))
    if not changed.rowcount:
        position = await tx.scalar(select(func.count()).select_from(brands)) or 0
        await tx.execute(insert(brands).values(brand=brand.id, position=position, config=config, at=now))


async def all_brands(tx: Transaction) -> tuple[Brand, ...]:
    """In the order they were added."""
    return tuple(read(Brand, row.config) for row in await tx.execute(select(brands).order_by(brands.c.position)))


async def keep_credential(tx: Transaction, brand: Brand, name: str, secret: str, vault: Vault, now: datetime) -> None:
    box = vault.seal(secret, brand=brand.id, column="box", row=name)
    values = dict(key_id=vault.key_id, box=box, at=now)
    row = insert_or_leave(tx, credentials).values(brand=brand.id, name=name, **values)
    await tx.execute(row.on_conflict_do_update(index_elements=["brand", "name"], set_=values))


async def credential(tx: Transaction, brand: Brand, name: str, vault: Vault) -> str | None:
    """Raises SealBroken when it is there and does not open."""
    row = (await tx.execute(select(credentials).where(credentials.c.brand == brand.id, credentials.c.name == name))).first()
    return None if row is None else vault.open(row.box, row.key_id, brand=brand.id, column="box", row=name)


async def reseal(tx: Transaction, vault: Vault, now: datetime) -> int:
    """The rotation: everything sealed under an older key is sealed under the current one; returns how many rows."""
    rows = (await tx.execute(select(credentials).where(credentials.c.key_id != vault.key_id).with_for_update())).all()
    for row in rows:
        secret = vault.open(row.box, row.key_id, brand=row.brand, column="box", row=row.name)
        box = vault.seal(secret, brand=row.brand, column="box", row=row.name)
        mine = (credentials.c.brand == row.brand, credentials.c.name == row.name)
        await tx.execute(update(credentials).where(*mine).values(box=box, key_id=vault.key_id, at=now))
    return len(rows)


def brand_id(text: str) -> BrandId:
    """Raises ValueError for what cannot be a brand's id: it becomes part of addresses and folder names."""
    if not (2 <= len(text) <= 40 and text[0].isalnum() and all(char.isascii() and (char.isalnum() or char == "-") for char in text)):
        raise ValueError(f"{text!r} cannot be a brand id: use 2 to 40 letters, digits and hyphens")
    return BrandId(text)
