"""Links a reply may carry: each leads to a place in the Customer Hub and grants nothing (trust.md 4.4).

Pure over the chance handed in: nothing is stored here. What was made is kept in `made`, and the server commits it with the turn.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from agent.effects import MakePlaceLink
from shop.order import Order

LIFE = timedelta(days=14)
"""As long as the right of withdrawal runs: a link found again in a mailbox still leads somewhere (it grants nothing)."""
TOKEN_BYTES = 16
"""128 bits: 22 characters of base64url, so that a link on a brand's domain fits V-03's 48 characters."""


class Tokens(Protocol):
    """The part of `agent.turn.Chance` that links need."""

    def token(self, nbytes: int) -> str: ...


class Links(Protocol):
    """What words and blocks may ask for. The same arguments give the same address within a turn."""

    def place(
        self,
        action: str,
        order: str | None,
        order_name: str | None,
        customer: str | None,
        line: str | None = None,
        value: str | None = None,
    ) -> str: ...

    def withdraw(self) -> str: ...

    def sign_in(self) -> str: ...

    def returns(self, order: Order) -> str: ...


@dataclass(slots=True, kw_only=True)
class LinkMaker:
    """Makes the links of one turn.

    base: https address without a trailing slash, the brand's own Hub (never taken from a request).
    """

    base: str
    chance: Tokens
    now: datetime
    customer: str | None = None
    """The signed-in shopper's gid, written beside links that name none."""
    _urls: dict[tuple[str, str | None, str | None, str | None], str] = field(default_factory=dict)
    _made: list[MakePlaceLink] = field(default_factory=list)

    @property
    def made(self) -> tuple[MakePlaceLink, ...]:
        """Every place link made so far, to be stored with the turn."""
        return tuple(self._made)

    def place(
        self,
        action: str,
        order: str | None,
        order_name: str | None,
        customer: str | None,
        line: str | None = None,
        value: str | None = None,
    ) -> str:
        """A link to one place: `{base}/c/{22 characters}`. Holds no personal data and signs nobody in."""
        key = (action, order, line, value)
        known = self._urls.get(key)
        if known is not None:
            return known
        token = self.chance.token(TOKEN_BYTES)
        self._made.append(
            MakePlaceLink(
                token=token,
                action=action,
                order=order,
                order_name=order_name,
                customer=customer or self.customer,
                line=line,
                value=value,
                expires=self.now + LIFE,
            )
        )
        url = self._urls[key] = f"{self.base}/c/{token}"
        return url

    def withdraw(self) -> str:
        """The withdrawal page: open to everyone, no sign-in (L-05)."""
        return f"{self.base}/withdraw"

    def sign_in(self) -> str:
        """The Hub's sign-in page. It raises the browser that opens it and no conversation (A5)."""
        return f"{self.base}/hub/sign-in"

    def returns(self, order: Order) -> str:
        """The place where this order's returns and exchanges start."""
        return self.place("return", order.id, order.name, order.customer)
