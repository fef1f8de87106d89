"""The mailbox as a page and as JSON, and its SMTP port."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from demo.mailbox.letters import Letter, Letters

_PAGE = Path(__file__).parent / "page.html"


@asynccontextmanager
async def smtp_server(letters: Letters, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[int]:
    """Takes mail on `port` (0: any free one) while the context lasts; yields the port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(letters, hostname="mailbox.test", enable_SMTPUTF8=True, loop=loop), host, port)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        await server.wait_closed()


def make_app(letters: Letters) -> FastAPI:
    """`GET /` the page, `GET /messages?to=` JSON, newest first, `DELETE /messages` empties it."""
    app = FastAPI(title="Mailbox", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/messages")
    async def messages(to: str | None = None) -> dict[str, Any]:
        return {"messages": [_json(letter) for letter in letters.to(to)]}

    @app.delete("/messages", status_code=204)
    async def empty() -> None:
        letters.kept.clear()

    @app.get("/", response_class=HTMLResponse)
    async def page() -> str:
        return _PAGE.read_text(encoding="utf-8")

    return app


def _json(letter: Letter) -> dict[str, Any]:
    return {
        "number": letter.number,
        "to": list(letter.to),
        "from": letter.sender,
        "subject": letter.subject,
        "text": letter.text,
        "html": letter.html,
        "headers": [list(header) for header in letter.headers],
        "at": letter.at.isoformat(),
    }
