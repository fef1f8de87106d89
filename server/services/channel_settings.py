"""A brand's channels as whoever runs the installation sets them: what is on, with which number or mailbox, and what is missing."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from channels.availability import Availability, availability
from channels.message import Channel
from knowledge.brand import Brand
from server.installation import Installation, Residence
from server.store.database import Transaction
from server.ways_out import secrets_of
from server.world_brand import WorldError, read_channel

_FIELDS: Mapping[Channel, str] = {Channel.SMS: "sms", Channel.WHATSAPP: "whatsapp", Channel.EMAIL: "mail"}


def channels_of(house: Installation, home: Residence) -> Mapping[Channel, Availability]:
    """The C1 matrix of a brand that is served here."""
    return availability(home.brand, [name for name, secret in home.secrets.items() if secret], smtp=bool(house.settings.smtp_host))


async def stored_channels_of(house: Installation, tx: Transaction, brand: Brand) -> Mapping[Channel, Availability]:
    """The same of a brand as it is stored, whether it is served or not."""
    return availability(brand, await secrets_of(tx, house, brand), smtp=bool(house.settings.smtp_host))


def changed(brand: Brand, channel: Channel, on: bool, given: Mapping[str, Any]) -> Brand:
    """The brand with this channel on or off, and with what was given of its settings in the place of the old.

    given: fields of the world file's part for the channel. Raises WorldError that names the field.
    """
    names = brand.channels | {channel.value} if on else brand.channels - {channel.value}
    brand = replace(brand, channels=frozenset(names))
    if not given:
        return brand
    field = _FIELDS.get(channel)
    if field is None:
        raise WorldError("webchat has no settings of its own: it is on or off")
    old = getattr(brand, field)
    known = {name: getattr(old, name) for name in old.__slots__} if old is not None else {}
    try:
        new = read_channel(field, {**known, **given})
    except ValidationError as error:
        first = error.errors()[0]
        raise WorldError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error
    return replace(brand, **{field: new})  # type: ignore[arg-type]  # the field's own class, by its name
