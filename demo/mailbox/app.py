"""The mailbox as a page and as JSON, and its SMTP port."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP
from fastapi import FastAPI, Response
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from demo.mailbox.host import MailHost, Vacation
from demo.mailbox.letters import Fault, FaultKind, Letter, Letters

_PAGE = Path(__file__).parent / "page"
_FILES = {"mailbox.css": "text/css", "mailbox.js": "text/javascript"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src data:; frame-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""A letter's HTML is shown in a frame that runs no script and loads nothing; its own styles are inline."""
_HEADERS = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
_ADDRESS = r"^[^\s@<>,;]+@[^\s@<>,;]+$"


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Composed(_Given):
    sender: str = Field(pattern=_ADDRESS)
    to: str | None = Field(default=None, pattern=_ADDRESS)
    """The brand where it is left out."""
    subject: str = Field(default="", max_length=500, pattern=r"^[^\r\n]*$")
    text: str = Field(max_length=100_000)
    in_reply_to: str | None = None
    forged: bool = False


class Faulty(_Given):
    kind: FaultKind
    code: int = Field(default=451, ge=400, le=599)
    times: int = Field(default=1, ge=1, le=1000)
    seconds: float = Field(default=0.5, ge=0, le=600)


class Handed(_Given):
    duplicates: int = Field(default=0, ge=0, le=20)
    silent: bool = False


class Away(_Given):
    address: str = Field(pattern=_ADDRESS)
    manner: Vacation


@asynccontextmanager
async def smtp_server(
    letters: Letters, host: str = "127.0.0.1", port: int = 0, *, tls: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Takes mail on `port` (0: any free one) while the context lasts; yields the port.

    tls: the line is encrypted from its first byte. starttls: it may be, and nothing is taken before it is.
    """
    loop = asyncio.get_running_loop()

    def line() -> SMTP:
        must = starttls is not None
        return SMTP(letters, hostname="mailbox.test", enable_SMTPUTF8=True, loop=loop, tls_context=starttls, require_starttls=must)

    server = await loop.create_server(line, host, port, ssl=tls)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        await server.wait_closed()


def make_app(letters: Letters, host: MailHost | None = None) -> FastAPI:
    """`GET /` the page, `GET /messages?to=` JSON, newest first, `DELETE /messages` empties it.

    host: through whom shoppers write; without it the mailbox can only be read. `POST /compose` writes, `POST /__sim/…` makes faults.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        if host is not None:
            await host.stop()

    app = FastAPI(title="Mailbox", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)

    @app.get("/messages")
    async def messages(to: str | None = None) -> dict[str, Any]:
        return {"messages": [_json(letter) for letter in letters.to(to)]}

    @app.delete("/messages", status_code=204)
    async def empty() -> None:
        letters.kept.clear()
        if host is not None:
            host.written.clear()

    @app.get("/")
    async def page() -> Response:
        return FileResponse(_PAGE / "index.html", media_type="text/html", headers=_HEADERS)

    @app.get("/page/{name}")
    async def file(name: str) -> Response:
        if name not in _FILES:
            return Response(status_code=404)
        return FileResponse(_PAGE / name, media_type=_FILES[name], headers=_HEADERS)

    @app.get("/people")
    async def people() -> dict[str, Any]:
        known = [{"address": one.address, "name": one.name} for one in host.people] if host else []
        return {"brand": host.address if host else None, "people": known}

    @app.get("/thread")
    async def thread(address: str | None = None) -> dict[str, Any]:
        """What came to and was written by one address, newest first."""
        found = host.thread(address) if host else letters.to(address)
        return {"messages": [{**_json(letter), "acknowledged": host.acknowledged.get(letter.number) if host else None} for letter in found]}

    if host is not None:
        _add_hands(app, host)
    return app


def _add_hands(app: FastAPI, host: MailHost) -> None:
    """What a shopper does, and what a test does to the host from outside."""

    @app.post("/compose", status_code=201)
    async def compose(given: Composed) -> dict[str, Any]:
        letter = await host.compose(
            given.sender, given.to or host.address, given.subject, given.text, given.in_reply_to, forged=given.forged
        )
        return {**_json(letter), "acknowledged": host.acknowledged.get(letter.number)}

    @app.post("/__sim/faults", status_code=204)
    async def faults(given: Faulty) -> None:
        host.letters.faults.append(Fault(kind=given.kind, code=given.code, times=given.times, seconds=given.seconds))

    @app.post("/__sim/webhooks", status_code=204)
    async def webhooks(given: Handed) -> None:
        host.duplicates, host.silent = given.duplicates, given.silent

    @app.post("/__sim/vacation", status_code=204)
    async def vacation(given: Away) -> None:
        host.vacation[given.address.casefold()] = given.manner


def _json(letter: Letter) -> dict[str, Any]:
    return {
        "number": letter.number,
        "id": letter.id,
        "mine": letter.mine,
        "to": list(letter.to),
        "from": letter.sender,
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "headers": [list(header) for header in letter.headers],
        "at": letter.at.isoformat(),
    }
