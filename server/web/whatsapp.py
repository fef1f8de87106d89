"""Meta's door: the question with which it is set up, and deliveries of messages and statuses.

One secret signs for every number of the app, and Meta sends all of an app's deliveries to one address: so each item goes to the brand
whose number it names, if that brand's own secret signs the delivery too. One bad item costs no other.
"""

import structlog
from fastapi import APIRouter, Request, Response

from channels.message import Channel, Receipt, Received
from channels.whatsapp import receive
from channels.whatsapp.receive import Bad, Item
from server.installation import Installation, Residence
from server.services.intake import Intake
from server.services.receipts import Receipts
from server.web.channel import open_home, refuse_signature, secret_of
from server.web.errors import Refused

_log = structlog.get_logger(__name__)


def router(house: Installation, intake: Intake, receipts: Receipts) -> APIRouter:
    """/webhooks/whatsapp/{brand}."""
    routes = APIRouter(prefix="/webhooks/whatsapp/{brand}")

    @routes.get("")
    async def verify(request: Request, brand: str) -> Response:
        home = open_home(house, brand, Channel.WHATSAPP)
        said = receive.challenge(request.query_params, secret_of(home, "meta_verify_token"))
        if said is None:
            raise refuse_signature()
        return Response(said, media_type="text/plain")

    @routes.post("")
    async def delivery(request: Request, brand: str) -> Response:
        home = open_home(house, brand, Channel.WHATSAPP)
        raw, signature = await request.body(), request.headers.get("x-hub-signature-256")
        if not receive.is_signed(raw, signature, secret_of(home, "meta_app_secret")):
            raise refuse_signature()
        failed = 0
        for item in receive.parse(raw):
            try:
                owner = home if isinstance(item.content, Bad) else _owner(house, home, item, raw, signature)
                await _take(home, owner, item, intake, receipts)
            except Exception as error:
                # Whatever fails with this one must not cost the others of its delivery.
                _log.error("whatsapp_item_failed", brand=home.brand.id, error=type(error).__name__)
                failed += 1
        if failed:
            # Meta sends all of it again, and what was kept is known by its id.
            raise Refused(503, "store_unavailable", f"{failed} of the items could not be kept. Send the delivery again.")
        return Response(status_code=200)

    return routes


def _owner(house: Installation, home: Residence, item: Item, raw: bytes, signature: str | None) -> Residence | None:
    """Whose number an item names: the brand of the address, else the only other one whose own app secret signs the delivery too.

    A number that two brands claim is nobody's, and a signature proves nothing for a brand with another secret.
    """
    if _has(home, item.phone_number_id):
        return home
    others = [one for one in tuple(house.residences.values()) if _has(one, item.phone_number_id)]
    proven = [one for one in others if receive.is_signed(raw, signature, secret_of(one, "meta_app_secret"))]
    return proven[0] if len(others) == len(proven) == 1 else None


def _has(home: Residence, phone_number_id: str) -> bool:
    settings = home.brand.whatsapp
    return settings is not None and Channel.WHATSAPP.value in home.brand.channels and settings.phone_number_id == phone_number_id


async def _take(home: Residence, owner: Residence | None, item: Item, intake: Intake, receipts: Receipts) -> None:
    """home: the brand of the address."""
    content = item.content
    if isinstance(content, Bad):
        _log.warning("whatsapp_item_refused", brand=home.brand.id, why=content.why, code=content.code)
    elif owner is None:
        _log.warning("whatsapp_item_refused", brand=home.brand.id, why="another number's")
    elif isinstance(content, Received):
        await intake.take(owner, content)
    elif isinstance(content, Receipt):
        await receipts.take(owner, Channel.WHATSAPP, content)
