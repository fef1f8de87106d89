"""Meta's door: the question with which it is set up, and deliveries of messages and statuses.

One secret signs for every number of the app, so each item is matched to this brand's own. One bad item costs no other.
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
        raw = await request.body()
        if not receive.is_signed(raw, request.headers.get("x-hub-signature-256"), secret_of(home, "meta_app_secret")):
            raise refuse_signature()
        failed = 0
        for item in receive.parse(raw):
            try:
                await _take(home, item, intake, receipts)
            except Exception as error:
                # Whatever fails with this one must not cost the others of its delivery.
                _log.error("whatsapp_item_failed", brand=home.brand.id, error=type(error).__name__)
                failed += 1
        if failed:
            # Meta sends all of it again, and what was kept is known by its id.
            raise Refused(503, "store_unavailable", f"{failed} of the items could not be kept. Send the delivery again.")
        return Response(status_code=200)

    return routes


async def _take(home: Residence, item: Item, intake: Intake, receipts: Receipts) -> None:
    settings, content = home.brand.whatsapp, item.content
    if isinstance(content, Bad):
        _log.warning("whatsapp_item_refused", brand=home.brand.id, why=content.why, code=content.code)
    elif settings is None or item.phone_number_id != settings.phone_number_id:
        _log.warning("whatsapp_item_refused", brand=home.brand.id, why="another number's")
    elif isinstance(content, Received):
        await intake.take(home, content)
    elif isinstance(content, Receipt):
        await receipts.take(home, Channel.WHATSAPP, content)
