"""The chat's HTTP API: begin a conversation, say something once, read its log as it grows, be recognised."""

import json
import re
import time
from collections.abc import AsyncGenerator
from typing import Annotated, Any, TypeAlias, TypeVar

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.sse import format_sse_event
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from channels.words import words
from identity.links import looks_like_token
from server.engine.bell import Listener
from server.installation import Installation, Residence
from server.services.chat import Chat, NotThere
from server.services.choices import Choices
from server.services.cleaning import cleaned
from server.store import conversations
from server.store.conversations import Event, Thread
from server.web.errors import Refused
from server.web.limits import Buckets, sender_of

PING_S = 15.0
REAUTHORISE_S = 60.0
MAX_TEXT = 8_000
LAST_SEQ = 10**15
"""Far beyond any log, and within what SQLite counts."""
_ID = re.compile(r"[\x21-\x7e]{1,64}")
TOKEN = "Deskbell-Token"
"""The header of an answer that brings the conversation's new token."""
B = TypeVar("B", bound=BaseModel)


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)


class Begin(_Body):
    locale: str | None = Field(default=None, max_length=35)
    ticket: str | None = Field(default=None, max_length=64)


class Say(_Body):
    id: str
    text: str = Field(default="", max_length=MAX_TEXT)
    choice: str | None = Field(default=None, max_length=200)

    @field_validator("id")
    @classmethod
    def _plain(cls, value: str) -> str:
        if not _ID.fullmatch(value):
            raise ValueError("1 to 64 visible ASCII characters")
        return value


class Ticket(_Body):
    ticket: str = Field(max_length=64)


class Grant(_Body):
    grant: str = Field(max_length=64)


async def parsed(request: Request, kind: type[B]) -> B:
    """The request's JSON as `kind`, NULs and lone surrogates taken out first. Raises Refused (422) that says what is wrong."""
    raw = await request.body()
    try:
        value = json.loads(raw or b"{}")
    except (ValueError, RecursionError) as wrong:
        raise Refused(422, "bad_json", "The body is not JSON. Send an object in UTF-8.") from wrong
    if not isinstance(value, dict):
        raise Refused(422, "bad_json", "The body must be a JSON object.")
    try:
        return kind.model_validate({cleaned(str(key)): cleaned(item) if isinstance(item, str) else item for key, item in value.items()})
    except ValidationError as wrong:
        first = wrong.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "body"
        raise Refused(422, "invalid", f"`{place}`: {first['msg']}. Correct it and send again.") from wrong


def home_of(request: Request, brand: str) -> Residence:
    """The brand in the address. Raises UnknownBrand."""
    house: Installation = request.app.state.house
    return house.residence(brand)


Home: TypeAlias = Annotated[Residence, Depends(home_of)]


async def thread_of(request: Request, home: Home, authorization: Annotated[str, Header()] = "") -> Thread:
    """The conversation the bearer token opens, in this brand only. Raises NotThere."""
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer" or not looks_like_token(token):
        raise NotThere
    talk: Chat = request.app.state.chat
    return await talk.thread_of(home, token)


Its: TypeAlias = Annotated[Thread, Depends(thread_of)]


def router(house: Installation, chat: Chat, choices: Choices) -> APIRouter:
    """All addresses under /api/chat."""
    api = APIRouter(prefix="/api/chat/{brand}")
    messages = Buckets(size=60, per_second=1.0)
    beginnings = Buckets(size=120, per_second=2.0)

    @api.post("/conversations", status_code=201)
    async def begin(request: Request, home: Home) -> JSONResponse:
        beginnings.take(sender_of(request, house.settings.proxy_hops))
        body = await parsed(request, Begin)
        begun = await chat.begin(home, locale=body.locale, ticket=body.ticket)
        answer = {
            "conversation": begun.conversation,
            "token": begun.token,
            "level": begun.shopper.level.value,
            "signed_in": begun.shopper.signed_in,
            "locale": begun.locale,
            "now": house.clock.now().isoformat(),
            "brand": {"id": home.brand.id, "name": home.brand.name, "locales": home.brand.locales, "colours": home.brand.colours},
        }
        return JSONResponse(answer, status_code=201)

    @api.post("/messages", status_code=202)
    async def say(request: Request, home: Home, thread: Its) -> JSONResponse:
        body = await parsed(request, Say)
        if not body.text and not body.choice:
            raise Refused(422, "empty", "Send `text` or `choice`.")
        messages.take(thread.id)
        kept = await chat.say(home, thread, message=body.id, text=body.text, choice=body.choice)
        return JSONResponse({"id": body.id, "seq": kept.seq}, status_code=202, headers=_renewed(kept.token))

    @api.get("/events")
    async def events(
        home: Home,
        thread: Its,
        request: Request,
        after: Annotated[int | None, Query(ge=0, le=LAST_SEQ)] = None,
        wait: Annotated[float | None, Query(ge=0, le=30)] = None,
        last_event_id: Annotated[str, Header()] = "",
    ) -> Response:
        # A reconnecting stream says where it was; that is newer than the address it once opened.
        said = last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) < 16
        start = int(last_event_id) if said else (after or 0)
        log = Log(house, chat, home, thread)
        if wait is not None:
            return JSONResponse(await log.poll(start, wait))
        headers = {"Cache-Control": "no-cache, no-store", "X-Accel-Buffering": "no"}
        token = request.headers.get("authorization", "").partition(" ")[2]
        return StreamingResponse(log.stream(start, token), media_type="text/event-stream", headers=headers)

    @api.post("/ticket", status_code=204)
    async def ticket(request: Request, home: Home, thread: Its) -> Response:
        messages.take(thread.id)
        renewed = await chat.raise_by(home, thread, "ticket", (await parsed(request, Ticket)).ticket)
        return Response(status_code=204, headers=_renewed(renewed))

    @api.post("/grant", status_code=204)
    async def grant(request: Request, home: Home, thread: Its) -> Response:
        messages.take(thread.id)
        renewed = await chat.raise_by(home, thread, "grant", (await parsed(request, Grant)).grant)
        return Response(status_code=204, headers=_renewed(renewed))

    @api.post("/sign-out", status_code=204)
    async def sign_out(home: Home, thread: Its) -> Response:
        messages.take(thread.id)
        return Response(status_code=204, headers=_renewed(await chat.sign_out(home, thread)))

    @api.post("/sign-in")
    async def sign_in(home: Home, thread: Its) -> dict[str, str]:
        # The address knows nothing of this conversation: whoever opens it signs in their own browser only (A5).
        return {"url": f"{house.settings.public_url}/auth/{home.brand.id}/start?mode=popup"}

    @api.get("/choices")
    async def options(
        home: Home, thread: Its, order: Annotated[str, Query(max_length=200)], line: Annotated[str, Query(max_length=200)]
    ) -> dict[str, Any]:
        messages.take(thread.id)
        shopper = await chat.shopper_of(home, thread)
        if not shopper.signed_in or shopper.customer is None:
            raise Refused(403, "sign_in_first", "Choices of an order are shown after sign-in.")
        return {"options": await choices.of(home, shopper.customer, cleaned(order), cleaned(line))}

    return api


def _renewed(token: str | None) -> dict[str, str]:
    """The conversation opens with this token from now on, and with the one before no more (A8)."""
    return {} if token is None else {TOKEN: token}


class Log:
    """One page's view of one conversation."""

    def __init__(self, house: Installation, chat: Chat, home: Residence, thread: Thread) -> None:
        self._house, self._chat, self._home, self._thread = house, chat, home, thread
        self._words = words(thread.state.locale)

    async def poll(self, after: int, wait: float) -> dict[str, Any]:
        """The log after `after` as JSON, waiting up to `wait` seconds for something to be there."""
        until = time.monotonic() + wait
        with self._house.bell.listen(self._home.brand.id, self._thread.id) as listener:
            found = await self._after(after)
            while not found and (left := until - time.monotonic()) > 0:
                await listener.wait(left)
                found = await self._after(after)
        rows = [{"kind": event.kind, **json.loads(event.body)} for event in found]
        return {"events": rows, "after": found[-1].seq if found else after, "now": self._house.clock.now().isoformat()}

    async def stream(self, after: int, token: str) -> AsyncGenerator[bytes, None]:
        """Server-sent events for ever: what happened since `after`, then what happens. Statuses pass and have no id."""
        yield format_sse_event(retry=1000, comment="ok")
        # Deadlines count down on the shop's clock, whatever the shopper's own says.
        yield format_sse_event(data_str=json.dumps({"now": self._house.clock.now().isoformat()}), event="clock")
        checked, silent = time.monotonic(), False
        with self._house.bell.listen(self._home.brand.id, self._thread.id) as listener:
            while True:
                # While the bell is silent the log is what it was: thousands of idle pages ask nothing of the store.
                found = () if silent else await self._after(after)
                for event in found:
                    after = event.seq
                    yield format_sse_event(data_str=event.body, event=event.kind, id=str(event.seq))
                if any(event.kind == "level" for event in found) and not await self._still_opens(token):
                    return  # the page comes back with the token it was given for the new level
                codes = await self._heard(listener)
                silent = codes is None
                for code in codes or ():
                    body = {"seq": after, "code": code, "words": self._worded(code)}
                    yield format_sse_event(data_str=json.dumps(body, ensure_ascii=False), event="status")
                if silent:
                    yield b": ping\n\n"
                if time.monotonic() - checked > REAUTHORISE_S:
                    checked = time.monotonic()
                    if not await self._still_opens(token):
                        return

    async def _still_opens(self, token: str) -> bool:
        try:
            await self._chat.thread_of(self._home, token)
        except NotThere:
            return False
        return True

    async def _heard(self, listener: Listener) -> tuple[str, ...] | None:
        return await listener.wait(PING_S)

    async def _after(self, after: int) -> tuple[Event, ...]:
        async with self._house.database.reading() as tx:
            return await conversations.log_after(tx, self._home.brand, self._thread.id, after)

    def _worded(self, code: str) -> str:
        phrase = self._words.find(f"widget.status.{code}")
        return phrase.fill({}, {}, self._words.locale) if phrase else ""
