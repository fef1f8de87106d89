"""What the doors of the three outer channels have in common: whose they are, and when they are shut."""

from channels.message import Channel
from server.installation import Installation, Residence
from server.web.errors import Refused


def open_home(house: Installation, brand: str, channel: Channel) -> Residence:
    """The brand of the address, with this channel switched on. Raises UnknownBrand or Refused (404).

    Nothing is kept while it is off, so that reconciliation finds what came meanwhile once it is on again.
    """
    home = house.residence(brand)
    settings = {Channel.SMS: home.brand.sms, Channel.WHATSAPP: home.brand.whatsapp, Channel.EMAIL: home.brand.mail}
    if channel.value not in home.brand.channels or settings[channel] is None:
        raise Refused(404, "channel_off", f"This brand has no {channel.value} here. See `deskbell brand channels {home.brand.id}`.")
    return home


def secret_of(home: Residence, name: str) -> str:
    """The secret signatures of this brand are made with; empty where there is none, and then nothing is signed."""
    return home.secrets.get(name, "")


def refuse_signature() -> Refused:
    return Refused(403, "bad_signature", "The signature does not hold over the request as received.")
