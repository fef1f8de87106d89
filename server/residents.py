"""The brands that live in this process: moved in at start, and kept as the store has them while it runs, without a restart."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import structlog

from agent.parts import Parts, Writer
from agent.reading import Reader
from channels.transport import Transport
from knowledge.brand import Brand, BrandId
from knowledge.document import Clause, Document
from knowledge.terms import Terms
from server.engine.restraint import CATALOGUE_ONLY, Restraint
from server.heavy import Heavy, LaterLibrary, NoReader
from server.installation import Installation, Residence
from server.store import brands, news, policies, switches
from server.store.brands import SealBroken
from server.store.database import StoreFailed
from server.store.news import Mark
from server.ways_out import secrets_of, transports_of
from shop.reading import ReadShop

_log = structlog.get_logger(__name__)


class Residents:
    def __init__(
        self,
        house: Installation,
        restraint: Restraint,
        *,
        heavy: Callable[[], Heavy] | None,
        shop: ReadShop | None = None,
        transports: Mapping[str, Transport] | None = None,
        every_s: float = 2.0,
    ) -> None:
        """heavy: asked once, with the first brand; None where no turn needs it. shop, transports: in the place of the real ones."""
        self._house = house
        self._restraint = restraint
        self._make_heavy = heavy
        self._heavy: Heavy | None = None
        self._shop_instead = shop
        self._transports = transports
        self._every_s = every_s
        self._marks: dict[BrandId, Mark] = {}
        self._to_tell = False
        self._shops: dict[BrandId, tuple[tuple[str, str, str, str], ReadShop]] = {}
        self._libraries: dict[BrandId, LaterLibrary] = {}

    async def look(self) -> None:
        """Turn to what the store says now: switches, new brands, changed settings, words and rules."""
        async with self._house.database.reading() as tx:
            on = await switches.all_on(tx)
            found = await news.marks(tx)
        self._restraint.switched = frozenset(brand for brand, name in on if name == CATALOGUE_ONLY)
        for brand, mark in found.items():
            known = self._marks.get(brand)
            if known == mark:
                continue
            try:
                if known is None or known.settings != mark.settings:
                    await self._settle(brand)
                    self._to_tell = True
                if known is not None and known.words != mark.words:
                    await self._reread(brand)
            except SealBroken as error:
                _log.error("brand_cannot_move_in", brand=brand, why=str(error))
            self._marks[brand] = mark
        if self._to_tell:
            try:
                await self._house.moved_in()
                self._to_tell = False
            except StoreFailed as error:
                # Another process may hold the very rows (a frozen one at its start): the next look tells it again.
                _log.warning("moving_in_waits", error=type(error).__name__)

    async def follow(self) -> None:
        """Until cancelled: a look every two seconds (O2: a switch counts within 5 s, in every process)."""
        while True:
            await asyncio.sleep(self._every_s)
            try:
                await self.look()
            except Exception as error:
                _log.warning("news_failed", error=type(error).__name__)

    async def _settle(self, brand_id: BrandId) -> None:
        """Move a brand in, or give it what has changed; its library and its shop's limiter stay where they can."""
        house, settings = self._house, self._house.settings
        if self._heavy is None and self._make_heavy is not None:
            self._heavy = self._make_heavy()
            self._restraint.plain_reader = self._heavy.plain_reader
        async with house.database.reading() as tx:
            stored = next((one for one in await brands.all_brands(tx) if one.id == brand_id), None)
            if stored is None:
                return
            brand = replace(stored, hub_url=stored.hub_url or settings.public_url)
            client_id = await brands.credential(tx, brand, "read_client_id", house.vault)
            secret = await brands.credential(tx, brand, "read_client_secret", house.vault)
            secrets = await secrets_of(tx, house, brand)
            documents, terms = await policies.documents_of(tx, brand), await policies.terms_of(tx, brand)
        first = next(iter(house.residences), brand_id) == brand_id
        known = house.residences.get(brand_id)
        clauses = known.clauses if known is not None else _by_id(documents)
        library = self._libraries.get(brand_id)
        if library is None:
            library = self._libraries[brand_id] = self._heavy.library(brand, documents, terms) if self._heavy else LaterLibrary(None, terms)
        keys = (client_id or settings.read_client_id, secret or settings.read_client_secret.get_secret_value())
        shop = self._shop_instead or self._shop(brand, *keys)
        reader: Reader = self._heavy.reader if self._heavy else NoReader()
        writer: Writer | None = self._heavy.writer if self._heavy else None
        parts = Parts(
            brand=brand,
            reader=reader,
            library=library,
            clause=clauses.get,
            shop=shop,
            clock=house.clock,
            chance=house.chance,
            hub_base=f"{brand.hub_url}" if first else f"{brand.hub_url}/b/{brand.id}",
            writer=writer,
            hub_available=lambda: brand.hub.active,
            templates_only=lambda: self._restraint.catalogue_only(brand_id),
        )

        async def republish(documents: Sequence[Document], terms: Terms) -> None:
            clauses.clear()
            clauses.update(_by_id(documents))
            await library.republish(documents, terms)

        house.residences[brand_id] = Residence(
            brand=brand,
            parts=parts,
            shop=shop,
            base_url=settings.base_url_of(brand.shop),
            proxy_secrets=tuple(one for one in (secret, *settings.proxy_secrets()) if one),
            accounts_client_id=settings.accounts_client_id,
            shop_credentials=keys if all(keys) else None,
            clauses=clauses,
            republish=republish,
            transports=self._transports if self._transports is not None else transports_of(house, brand, secrets),
            secrets=secrets,
        )

    async def _reread(self, brand_id: BrandId) -> None:
        home = self._house.residences.get(brand_id)
        if home is None or home.republish is None:
            return
        async with self._house.database.reading() as tx:
            documents, terms = await policies.documents_of(tx, home.brand), await policies.terms_of(tx, home.brand)
        await home.republish(documents, terms)

    def _shop(self, brand: Brand, client_id: str, secret: str) -> ReadShop:
        from shop.shopify.access import ClientCredentials
        from shop.shopify.client import ReadClient
        from shop.shopify.reading import ShopifyReadShop

        house = self._house
        base = house.settings.base_url_of(brand.shop)
        key = (base, client_id, secret, brand.currency)
        known = self._shops.get(brand.id)
        if known is not None and known[0] == key:
            return known[1]  # with what it knows of the shop's limits
        tokens = ClientCredentials(http=house.http, base_url=base, client_id=client_id, secret=secret, monotonic=time.monotonic)
        client = ReadClient(http=house.http, base_url=base, tokens=tokens)
        shop = ShopifyReadShop(client=client, currency=brand.currency, now=house.clock.now)
        self._shops[brand.id] = (key, shop)
        return shop


def _by_id(documents: Sequence[Document]) -> dict[str, Clause]:
    return {str(one.id): one for document in documents for one in document.clauses}
