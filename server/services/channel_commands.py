"""What an operator asks about channels: what is on and what is missing, set one up, hold the model back, let a contact try again."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from channels.availability import SECRETS, Availability, Unavailable
from channels.message import Channel
from knowledge.brand import Brand
from server.engine.restraint import CATALOGUE_ONLY
from server.installation import Installation
from server.services.channel_settings import changed, stored_channels_of
from server.services.codes import normal_contact
from server.store import brands, challenges, switches
from server.world_brand import WorldError

Rows = list[dict[str, Any]]
FindBrand = Callable[[Mapping[str, Any]], Awaitable[Brand]]


class ChannelCommands:
    def __init__(self, house: Installation, find: FindBrand) -> None:
        self._house = house
        self._find = find
        self.all: Mapping[str, Callable[[Mapping[str, Any]], Awaitable[Rows]]] = {
            "brand_channels": self.show,
            "brand_channel": self.set_up,
            "brand_catalogue_only": self.catalogue_only,
            "brand_reopen_contact": self.reopen_contact,
        }

    async def show(self, given: Mapping[str, Any]) -> Rows:
        """given: brand, or none for every brand. The C1 matrix, one row per brand and channel."""
        async with self._house.database.reading() as tx:
            known = await brands.all_brands(tx)
        if given.get("brand") is not None:
            known = (await self._find(given),)
        rows: Rows = []
        for brand in known:
            async with self._house.database.reading() as tx:
                states = await stored_channels_of(self._house, tx, brand)
            links = brand.hub_url or self._house.settings.public_url
            rows += [_row(brand, channel, state, links) for channel, state in states.items()]
        return rows

    async def set_up(self, given: Mapping[str, Any]) -> Rows:
        """given: brand, channel, on (bool), settings {field: value}, secrets {name: value}. Settings not given stay as they are."""
        house, brand = self._house, await self._find(given)
        try:
            channel = Channel(given["channel"])
        except ValueError as error:
            raise WorldError(f"there is no channel {given['channel']!r}: webchat, sms, whatsapp or email") from error
        secrets = {str(name): str(value) for name, value in dict(given.get("secrets") or {}).items()}
        strange = set(secrets) - set(SECRETS.get(channel, ()))
        if strange:
            raise WorldError(f"{channel.value} has no secret {sorted(strange)[0]!r}")
        brand = changed(brand, channel, bool(given.get("on", True)), dict(given.get("settings") or {}))
        now = house.clock.now()
        async with house.database.writing() as tx:
            await brands.keep_brand(tx, brand, now)
            for name, secret in secrets.items():
                await brands.keep_credential(tx, brand, name, secret, house.vault, now)
        return [row for row in await self.show({"brand": brand.id}) if row["channel"] == channel.value]

    async def catalogue_only(self, given: Mapping[str, Any]) -> Rows:
        """given: brand, on. Every process heeds it within five seconds (O2)."""
        house, brand, on = self._house, await self._find(given), bool(given.get("on", True))
        async with house.database.writing() as tx:
            await switches.turn(tx, brand, CATALOGUE_ONLY, on, house.clock.now())
        return [{"brand": brand.id, "catalogue_only": on}]

    async def reopen_contact(self, given: Mapping[str, Any]) -> Rows:
        """given: brand, contact. After 100 wrong codes in a row only a person lets a contact try again (trust.md 4.3)."""
        house, brand, contact = self._house, await self._find(given), normal_contact(str(given["contact"]))
        async with house.database.writing() as tx:
            reopened = await challenges.reopen_contact(tx, brand, contact, house.clock.now())
        return [{"brand": brand.id, "reopened": bool(reopened)}]


def _row(brand: Brand, channel: Channel, state: Availability, links: str) -> dict[str, Any]:
    """links: the address links begin with; its length is worth knowing by text message (V-03)."""
    missing, mend = (state.missing, state.mend) if isinstance(state, Unavailable) else (None, None)
    name = type(state).__name__
    return {"brand": brand.id, "channel": channel.value, "state": name, "missing": missing, "mend": mend, "links": links}
