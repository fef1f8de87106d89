"""What the Hub needs from the house around it: sessions, places, codes, cases and withdrawals. `server` implements it.

The Hub reads the shop through `ReadShop` and decides with `skills`; nothing here changes an order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from channels.message import ConversationId
from identity.levels import Shopper
from identity.links import Place
from knowledge.brand import Brand
from knowledge.document import Clause
from knowledge.terms import Terms
from shop.reading import ReadShop
from skills.skill import LineVerdict

CodeAnswer: TypeAlias = Literal["signed_in", "wrong", "spent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class HubSession:
    """One browser. Its cookie is `__Host-` on https; a new id at each change of level (trust.md 2)."""

    token: str
    """The cookie's value; also what forms are bound to."""
    form_token: str
    """Carried by every form of this browser (ASVS 3.5)."""
    shopper: Shopper
    locale: str | None = None
    conversation: ConversationId | None = None
    """The conversation this browser's sign-in came from, for the thread a case belongs to."""
    contact_asked: str | None = None
    """Where a code was sent to, masked by the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the shopper asks staff to do, with the verdict shown to them. Nothing has changed yet."""

    order: str
    order_name: str
    action: str
    """`cancel_order`, `remove_lines`, `swap_variant`, `set_quantity`, `set_address`, `return`."""
    lines: tuple[str, ...]
    value: str | None
    note: str
    verdicts: tuple[LineVerdict, ...]
    place: str | None = None
    """The place link's token this request came through, if it did; it leads back to the conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the shopper can quote."""

    reference: str
    at: datetime
    reply_by: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A statement of withdrawal (L-05…L-08): stored for ever, acknowledged at once by mail, never blocked by a failed proof."""

    name: str
    contact: str
    """E-mail address for the acknowledgement."""
    order_name: str
    items: str
    locale: str


class HubHost(Protocol):
    """The server's side, for one brand."""

    @property
    def brand(self) -> Brand: ...

    @property
    def terms(self) -> Terms: ...

    @property
    def shop(self) -> ReadShop: ...

    @property
    def image_sources(self) -> str:
        """Origins product pictures come from, with spaces between."""
        ...

    def now(self) -> datetime: ...

    def clause(self, clause_id: str, locale: str) -> Clause | None:
        """The policy passage, in the reader's language where a copy exists."""
        ...

    async def session(self, cookie: str | None) -> HubSession:
        """The browser's session; a fresh anonymous one where there is none. The caller sets the cookie to `.token`."""
        ...

    async def sign_out(self, session: HubSession) -> HubSession: ...

    async def place(self, token: str) -> Place | None:
        """Where a deep link leads; None for an unknown or revoked one. Reading it uses nothing up (V-15)."""
        ...

    async def send_code(self, session: HubSession, contact: str) -> HubSession:
        """A code to `contact` if it is on record. The same answer, time and bytes either way (A4)."""
        ...

    async def enter_code(self, session: HubSession, digits: str) -> tuple[CodeAnswer, HubSession]: ...

    def account_sign_in_url(self, next_place: str) -> str:
        """Where the account button leads; `next_place` is a path of this Hub (`/orders`, `/c/{token}`, ...), checked by the server."""
        ...

    async def ask(self, session: HubSession, request: Request) -> Receipt:
        """Opens a case for staff and tells the conversation it came from. One case per order and action while it is open."""
        ...

    async def withdraw(self, statement: Withdrawal) -> Receipt: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value an inline control or the review offers."""

    value: str
    variant: str | None
    available: bool
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceGroup:
    """The values of one option of one line: Size, Colour or Quantity."""

    change: Literal["swap_variant", "set_quantity"]
    name: str
    """The option's own name at the shop; empty for quantity."""
    values: tuple[Choice, ...]


class Choices(Protocol):
    """Read-only choices for a line, for the card and the Hub alike."""

    async def of(self, shopper: Shopper, order: str, line: str) -> Sequence[ChoiceGroup]: ...
