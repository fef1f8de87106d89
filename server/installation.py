"""One installation: its brands, its store and its engine, as the web edge and the commands see it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import httpx

from agent.parts import Chance, Parts
from channels.transport import Transport
from knowledge.brand import Brand, BrandId
from knowledge.document import Clause, Document
from knowledge.terms import Terms
from server.clock import SettableClock
from server.engine.bell import Bell
from server.engine.engine import Engine
from server.engine.turns import Answered
from server.settings import Settings
from server.store.brands import Vault
from server.store.database import Database
from shop.reading import ReadShop


class UnknownBrand(LookupError):
    """No such brand in this installation."""


class Part(Protocol):
    """Something heavy that is being made, or is there."""

    @property
    def state(self) -> str:
        """`ready`, `loading` or `failed`."""
        ...

    async def settled(self) -> None:
        """Until it is there or has failed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Residence:
    """One brand as it lives here."""

    brand: Brand
    parts: Parts
    shop: ReadShop
    base_url: str
    """Where its shop and account service are reached, without a trailing slash."""
    proxy_secrets: tuple[str, ...] = ()
    """What webhooks and app-proxy requests may be signed with, the current secret first."""
    accounts_client_id: str = ""
    shop_credentials: tuple[str, str] | None = None
    """Client id and secret of the read app at its shop; None where there are none."""
    clauses: dict[str, Clause] = field(default_factory=dict)
    """Every published clause by id, for pages that show the words behind a verdict."""
    republish: Callable[[Sequence[Document], Terms], Awaitable[None]] | None = None
    """Answer by these documents and rules from now on."""
    transports: Mapping[str, Transport] = field(default_factory=dict)
    """By channel: its ways out, where it is set up for them."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """Its credentials by name, its own before those of the installation: what webhooks are signed with."""


@dataclass(slots=True, kw_only=True)
class Installation:
    settings: Settings
    database: Database
    bell: Bell
    clock: SettableClock
    chance: Chance
    vault: Vault
    http: httpx.AsyncClient
    """For account service and webhooks' own calls; the shop's client keeps one of its own."""
    residences: dict[BrandId, Residence] = field(default_factory=dict)
    engine: Engine = field(init=False)
    parts: dict[str, Part] = field(default_factory=dict)
    """What is made in the background: encoder, index, reader, libraries, model."""
    closers: list[Callable[[], None]] = field(default_factory=list)
    watchers: list[Callable[[Answered], None]] = field(default_factory=list)
    """Told of every turn that was kept."""
    doors: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    """Told when a brand has moved in or its settings have changed: pages are put up for it, its rounds begin."""
    _was_ready: bool = False

    async def on_shop_news(self, home: Residence, topic: str) -> None:
        """An order or fulfilment changed at the shop: whatever is remembered of it counts as old."""
        forget = getattr(home.shop, "forget", None)
        if forget is not None:
            forget()

    async def ready(self) -> None:
        """Until everything heavy is there, or has failed and the turn must do without it.

        Only once: what a brand that moves in later still has to make holds up its own turns alone.
        """
        if self._was_ready:
            return
        for part in tuple(self.parts.values()):
            await part.settled()
        self._was_ready = bool(self.parts)

    async def moved_in(self) -> None:
        """A brand has moved in, or its settings have changed."""
        for door in self.doors:
            await door()

    def tell(self, answered: Answered) -> None:
        """A turn was kept."""
        for watcher in self.watchers:
            watcher(answered)

    def residence(self, brand: str) -> Residence:
        """Raises UnknownBrand."""
        found = self.residences.get(BrandId(brand))
        if found is None:
            raise UnknownBrand(brand)
        return found

    @property
    def first(self) -> Residence:
        """The installation's first brand: addresses without a brand mean it. Raises UnknownBrand."""
        for residence in self.residences.values():
            return residence
        raise UnknownBrand("none")

    def parts_of(self, brand: BrandId) -> Parts | None:
        found = self.residences.get(brand)
        return None if found is None else found.parts

    def code_key(self) -> bytes:
        """The HMAC key of one-time codes, kept apart from the database."""
        return self.settings.key_for("codes")
