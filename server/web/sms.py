"""Twilio's two doors: a text message that came in, and the word on one that went out.

The signature is checked against the address configured at Twilio, built from settings, and before anything is looked up (D3).
"""

from fastapi import APIRouter, Request, Response

from channels.message import Channel
from channels.sms import receive
from server.installation import Installation, Residence
from server.services.intake import Intake
from server.services.receipts import Receipts
from server.web.channel import open_home, refuse_signature, secret_of
from server.web.errors import Refused

_NOTHING_TO_SAY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
"""Answers go out through the Messages API: only so are they sent once, in order, and followed up."""


def router(house: Installation, intake: Intake, receipts: Receipts) -> APIRouter:
    """/webhooks/sms/{brand} and /webhooks/sms/{brand}/status."""
    routes = APIRouter(prefix="/webhooks/sms/{brand}")

    @routes.post("")
    async def inbound(request: Request, brand: str) -> Response:
        home = open_home(house, brand, Channel.SMS)
        form = await _signed(request, house, home)
        settings, fields = home.brand.sms, dict(form)
        if settings is None or fields.get("AccountSid", settings.account) != settings.account:
            raise refuse_signature()
        try:
            received = receive.received(form)
        except receive.Unreadable as error:
            raise Refused(422, "unreadable", f"The message cannot be taken: {error}.") from error
        await intake.take(home, received)
        return Response(_NOTHING_TO_SAY, media_type="text/xml")

    @routes.post("/status")
    async def status(request: Request, brand: str) -> Response:
        home = open_home(house, brand, Channel.SMS)
        form = await _signed(request, house, home)
        try:
            receipt = receive.receipt(form, list(request.query_params.multi_items()))
        except receive.Unreadable as error:
            raise Refused(422, "unreadable", f"The status cannot be taken: {error}.") from error
        await receipts.take(home, Channel.SMS, receipt)
        return Response(status_code=204)

    return routes


async def _signed(request: Request, house: Installation, home: Residence) -> receive.Form:
    """The form's pairs, once Twilio's signature holds over them and our own address. Raises Refused (403, 415)."""
    raw, signature = await request.body(), request.headers.get("x-twilio-signature", "")
    url, token = configured_url(request, house), secret_of(home, "twilio_auth_token")
    if not request.headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded"):
        if not receive.is_signed_json(url, raw, signature, token):
            raise refuse_signature()
        raise Refused(415, "not_a_form", "Messages are taken as forms: set the webhook's content type to form data at Twilio.")
    try:
        form = receive.form_of(raw)
    except receive.Unreadable as error:
        raise refuse_signature() from error
    if not receive.is_signed(url, form, signature, token):
        raise refuse_signature()
    return form


def configured_url(request: Request, house: Installation) -> str:
    """The address as it is configured at Twilio, with the query it came with. Never from `Host`, and nothing of it is decoded."""
    path = (request.scope.get("raw_path") or request.scope["path"].encode()).decode("latin-1").partition("?")[0]
    query = request.scope["query_string"].decode("latin-1")
    return f"{house.settings.public_url}{path}" + (f"?{query}" if query else "")
