"""What keeps the model out of a turn: the kill switch, and what may be spent (INV-9, O2)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from agent.parts import Parts
from agent.reading import Reader
from knowledge.brand import Brand, BrandId
from server.store import spending
from server.store.conversations import Leased
from server.store.database import Transaction

CATALOGUE_ONLY = "catalogue_only"
"""The switch's name in the store."""
TOKENS = "tokens"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ration:
    """What one turn may use. reserved: tokens set aside before it thinks; the commit puts the true figure in their place."""

    model: bool
    reserved: int = 0


NONE = Ration(model=False)


class Restraint:
    """Asked once a turn, in the transaction that takes the lease."""

    def __init__(self, *, everywhere: Callable[[], bool], model: bool = False, plain_reader: Reader | None = None) -> None:
        """everywhere: the installation's own switch. model: whether one is configured; without one nothing is counted."""
        self._everywhere = everywhere
        self._model = model
        self.plain_reader = plain_reader
        """Reads without a model."""
        self.switched: frozenset[BrandId] = frozenset()
        """Brands whose switch is on, as last read from the store."""

    def catalogue_only(self, brand: BrandId) -> bool:
        return self._everywhere() or brand in self.switched

    async def ration(self, tx: Transaction, brand: Brand, leased: Leased, now: datetime) -> Ration:
        """Sets tokens aside before anybody can use them, so that turns side by side cannot spend a budget twice (D1).

        now: the database's clock, whose day is counted, as the commit counts it.
        """
        if not self._model or self.catalogue_only(brand.id):
            return NONE
        budgets, contact = brand.budgets, spender(leased)
        wanted = budgets.tokens_per_turn
        await spending.add(tx, brand, TOKENS, contact, now, wanted)
        brand_spent = await spending.spent(tx, brand, TOKENS, contact=None, now=now)
        own_spent = await spending.spent(tx, brand, TOKENS, contact=contact, now=now)
        if brand_spent.day > budgets.tokens_per_brand_day or own_spent.day > budgets.tokens_per_contact_day:
            await spending.add(tx, brand, TOKENS, contact, now, -wanted)
            return NONE
        return Ration(model=True, reserved=wanted)

    def parts(self, parts: Parts, ration: Ration) -> Parts:
        """What this turn works with: with no ration the built-in reader, catalogue words, and no model at all."""
        if ration.model or not (self._model or parts.templates_only()):
            return parts
        return replace(parts, reader=self.plain_reader or parts.reader, writer=None, templates_only=lambda: True)


def spender(leased: Leased) -> str:
    """Whose daily budget a turn counts against: the contact, or in webchat the conversation."""
    return leased.thread.contact or str(leased.thread.id)
