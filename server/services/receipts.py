"""What providers say of messages they took: kept as it rises, and shown to a person where one did not arrive."""

from channels.message import Channel, DeliveryState, Receipt
from server.engine.dispatch import tell_later
from server.installation import Installation, Residence
from server.points import passing
from server.store import outbox

OPTED_OUT = "21610"
"""Twilio's code for a contact that has opted out there."""


class Receipts:
    def __init__(self, installation: Installation) -> None:
        self._house = installation

    async def take(self, home: Residence, channel: Channel, receipt: Receipt) -> None:
        """Keep it. A word that is not above the last, or about no message of ours, changes nothing; a repetition neither.

        Raises StoreError or StoreFailed: then the provider must be told to send it again.
        """
        passing("receipt.before_keep")
        async with self._house.database.writing(hurried=True) as tx:
            parcel = await outbox.receipt(tx, home.brand, receipt)
            if parcel is not None and receipt.state is DeliveryState.FAILED and parcel.channel == channel.value:
                await tell_later(tx, parcel, "opted_out" if receipt.error == OPTED_OUT else "failed")
        passing("receipt.after_keep")
        if parcel is not None:
            self._house.engine.look()  # what waited behind it in its conversation may go
