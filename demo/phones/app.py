"""The phones as a page, and the addresses Twilio and Meta would have: one app, one port.

The page and its `/api` stand for the person who holds the phone. They reach the app under test only through the two twins.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import FileResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from demo.phones.deliveries import Bend
from demo.phones.meta import MEDIA, Fault, FaultKind, MetaTwin
from demo.phones.state import Bubble, Phones
from demo.phones.twilio import TwilioTwin

_PAGE = Path(__file__).parent / "page"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {"Content-Security-Policy": _POLICY, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-cache"}
_LONGEST_WAIT_S = 25.0
_NUMBER = r"^\+[1-9][0-9]{6,14}$"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Somebody whose phone can be looked at."""

    number: str
    name: str


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Written(_Given):
    phone: str = Field(pattern=_NUMBER)
    text: str = Field(min_length=1, max_length=4096)


class Tapped(_Given):
    phone: str = Field(pattern=_NUMBER)
    bubble: str
    choice: str


class Sent(_Given):
    phone: str = Field(pattern=_NUMBER)
    kind: str
    caption: str = Field(default="", max_length=1024)


class Reacted(_Given):
    phone: str = Field(pattern=_NUMBER)
    bubble: str
    emoji: str = Field(max_length=16)


class Looked(_Given):
    phone: str = Field(pattern=_NUMBER)


class Faulty(_Given):
    kind: FaultKind
    times: int = Field(default=1, ge=1, le=1000)
    seconds: float = Field(default=0.5, ge=0, le=600)


class Bent(_Given):
    kinds: tuple[Bend, ...]


class Moved(_Given):
    phone: str = Field(pattern=_NUMBER)
    hours_ago: float = Field(ge=0, le=10_000)
    """When the customer last wrote, counted back from now."""


def make_app(phones: Phones, sms: TwilioTwin, whatsapp: MetaTwin, *, brand: str, holders: Sequence[Holder]) -> FastAPI:
    """`GET /` the page, `/api` what it asks, `/2010-04-01/…` Twilio's, `/v23.0/…` Meta's, `/__sim/…` faults."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await asyncio.gather(sms.stop(), whatsapp.stop())

    app = FastAPI(title="Phones", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)

    app.include_router(_page(phones, whatsapp, brand, holders, sms.api.number))
    app.include_router(_hands(sms, whatsapp))
    app.include_router(_control(phones, whatsapp), prefix="/__sim/meta")
    app.include_router(sms.router())
    app.include_router(whatsapp.router())
    return app


def _page(phones: Phones, whatsapp: MetaTwin, brand: str, holders: Sequence[Holder], number: str) -> APIRouter:
    made = APIRouter()
    files: Mapping[str, str] = {"phones.css": "text/css", "phones.js": "text/javascript"}

    @made.get("/")
    async def index() -> Response:
        return FileResponse(_PAGE / "index.html", media_type="text/html", headers=_HEADERS)

    @made.get("/page/{name}")
    async def file(name: str) -> Response:
        if name not in files:
            return Response(status_code=404)
        return FileResponse(_PAGE / name, media_type=files[name], headers=_HEADERS)

    @made.get("/api/holders")
    async def people() -> dict[str, Any]:
        return {
            "brand": {"name": brand, "sms": number, "whatsapp": whatsapp.business.number},
            "holders": [{"number": one.number, "name": one.name} for one in holders],
        }

    @made.get("/api/threads")
    async def threads(phone: str, after: int = -1, wait: float = 0) -> dict[str, Any]:
        version = await phones.changed(after, min(wait, _LONGEST_WAIT_S)) if wait > 0 else phones.version
        return {
            "version": version,
            "now": phones.now().isoformat(),
            "window_s": whatsapp.window_left(phone).total_seconds(),
            "sms": [bubble_json(bubble) for bubble in phones.thread(phone, "sms")],
            "whatsapp": [bubble_json(bubble) for bubble in phones.thread(phone, "whatsapp")],
        }

    return made


def _hands(sms: TwilioTwin, whatsapp: MetaTwin) -> APIRouter:
    """What a person does with a phone."""
    made = APIRouter(prefix="/api")

    @made.post("/sms")
    async def text(given: Written) -> dict[str, Any]:
        return bubble_json(await sms.write(given.phone, given.text))

    @made.post("/whatsapp")
    async def message(given: Written) -> dict[str, Any]:
        return bubble_json(await whatsapp.write(given.phone, given.text))

    @made.post("/whatsapp/tap")
    async def tap(given: Tapped) -> Response:
        try:
            return JSONResponse(bubble_json(await whatsapp.tap(given.phone, given.bubble, given.choice)))
        except KeyError:
            return JSONResponse({"error": "there is no such button"}, status_code=404)

    @made.post("/whatsapp/media")
    async def media(given: Sent) -> Response:
        if given.kind not in MEDIA:
            return JSONResponse({"error": f"one of {', '.join(MEDIA)}"}, status_code=422)
        return JSONResponse(bubble_json(await whatsapp.send_media(given.phone, given.kind, given.caption)))

    @made.post("/whatsapp/reaction")
    async def reaction(given: Reacted) -> dict[str, bool]:
        return {"acknowledged": await whatsapp.react(given.phone, given.bubble, given.emoji)}

    @made.post("/whatsapp/read", status_code=204)
    async def read(given: Looked) -> None:
        whatsapp.read(given.phone)

    return made


def _control(phones: Phones, whatsapp: MetaTwin) -> APIRouter:
    """What a test does to WhatsApp from outside. No part of Meta."""
    made = APIRouter()

    @made.post("/faults", status_code=204)
    async def faults(given: Faulty) -> None:
        whatsapp.faults.append(Fault(kind=given.kind, times=given.times, seconds=given.seconds))

    @made.post("/webhooks", status_code=204)
    async def webhooks(given: Bent) -> None:
        whatsapp.deliveries.bends.extend(given.kinds)

    @made.post("/batch/{act}")
    async def batch(act: Literal["hold", "flush"]) -> dict[str, bool]:
        if act == "hold":
            whatsapp.deliveries.hold()
            return {"acknowledged": False}
        return {"acknowledged": await whatsapp.deliveries.flush()}

    @made.post("/window", status_code=204)
    async def window(given: Moved) -> None:
        whatsapp.opened[given.phone] = phones.now() - timedelta(hours=given.hours_ago)
        phones.touch()

    @made.post("/verify")
    async def verify() -> dict[str, bool]:
        return {"verified": await whatsapp.verify()}

    @made.get("/messages")
    async def messages() -> dict[str, Any]:
        return {"messages": [bubble_json(one) for phone in phones.numbers() for one in phones.thread(phone, "whatsapp")]}

    return made


def bubble_json(bubble: Bubble) -> dict[str, Any]:
    """A bubble as the page draws it."""
    return {
        "id": bubble.id,
        "number": bubble.number,
        "phone": bubble.phone,
        "channel": bubble.channel,
        "mine": bubble.mine,
        "text": bubble.text,
        "at": bubble.at.isoformat(),
        "state": bubble.state,
        "error": bubble.error,
        "segments": bubble.segments,
        "encoding": bubble.encoding,
        "kind": bubble.kind,
        "buttons": [list(button) for button in bubble.buttons],
        "rows": list(bubble.rows),
        "opener": bubble.opener,
        "link": list(bubble.link) if bubble.link else None,
        "tapped": bubble.tapped,
    }
