"""The mail host's door: one mail as it came, raw, signed with the brand's own secret.

Signature, over the exact bytes: `X-Deskbell-Signature: sha256=<hex HMAC-SHA-256 of timestamp + "." + body>`, where the timestamp is
`X-Deskbell-Timestamp`, seconds since 1970 and at most five minutes from ours.
"""

import asyncio

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from channels.email import receive
from channels.message import Channel
from server.installation import Installation
from server.services.intake import Ignored, Intake
from server.services.mailboxes import own_addresses
from server.web.channel import open_home, refuse_signature, secret_of
from server.web.errors import Refused


def router(house: Installation, intake: Intake) -> APIRouter:
    """/webhooks/email/{brand}."""
    routes = APIRouter(prefix="/webhooks/email/{brand}")

    @routes.post("")
    async def inbound(request: Request, brand: str) -> Response:
        home = open_home(house, brand, Channel.EMAIL)
        raw, headers = await request.body(), request.headers
        timestamp, signature = headers.get("x-deskbell-timestamp", ""), headers.get("x-deskbell-signature", "")
        # By the machine's own clock: a mail host knows no other.
        if not receive.is_signed(raw, timestamp, signature, secret_of(home, "mail_webhook_secret"), house.database.wall()):
            raise refuse_signature()
        settings = home.brand.mail
        try:
            # In a thread: a stranger's mail of 1 MB may take half a second to read, and everybody else would wait for it.
            known = settings.authserv_id if settings else None
            received = await asyncio.to_thread(receive.parse, raw, own=own_addresses(house, home), authserv_id=known)
        except receive.Unreadable as error:
            raise Refused(422, "unreadable", f"The mail cannot be taken: {error}.") from error
        kept = await intake.take(home, received)
        return JSONResponse({"kept": not isinstance(kept, Ignored)})

    return routes
