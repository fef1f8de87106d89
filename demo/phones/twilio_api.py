"""The Messages API of the Twilio twin: create, list and fetch over HTTP, and what can go wrong with a request."""

import asyncio
import base64
import binascii
import hmac
import uuid
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from demo.phones.twilio_shapes import Message, error_json, message_json, page_json

FaultKind = Literal["accept_then_500", "accept_then_hang", "land_late", "refuse", "busy", "down", "list_down"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong with the next request.

    accept_then_500: taken, answered 500. accept_then_hang: taken, no answer for `seconds`. land_late: answered 500, taken `seconds`
    later. refuse: with Twilio's `code`. busy: 429, Retry-After `seconds`. down: 503, not taken. list_down: the list answers 503.
    """

    kind: FaultKind
    seconds: float = 0.0
    code: int = 21211
    times: int = 1


class MessagesApi:
    """One account's messages, in both directions.

    taken: told of each message the app has sent and Twilio has taken.
    wall: dates the messages, the real time by default.
    script: asked before each create with its form; what it returns goes before `faults`.
    """

    def __init__(
        self,
        *,
        number: str,
        account: str,
        auth_token: str,
        service: str | None,
        wall: Callable[[], datetime],
        script: Callable[[dict[str, str]], Fault | None] | None,
        taken: Callable[[Message], None],
    ) -> None:
        self.number, self.account, self.auth_token, self.service = number, account, auth_token, service
        self.wall, self.script, self._taken = wall, script, taken
        self.messages: dict[str, Message] = {}
        self.opted_out: set[str] = set()
        self.faults: deque[Fault] = deque()
        self.refused = 0
        """Requests to create a message that were answered with an error and not taken."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self._stopping = asyncio.Event()

    def router(self) -> APIRouter:
        router = APIRouter()
        base = "/2010-04-01/Accounts/{account}/Messages"

        @router.post(f"{base}.json")
        async def create(account: str, request: Request) -> Response:
            pairs = parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True)
            return self._refuse(account, request) or await self._create(dict(pairs))

        @router.get(f"{base}.json")
        async def listing(account: str, request: Request) -> Response:
            return self._refuse(account, request) or self._list(dict(request.query_params))

        @router.get(f"{base}/{{sid}}.json")
        async def fetch(account: str, sid: str, request: Request) -> Response:
            return self._refuse(account, request) or self._fetch(sid)

        @router.get(f"{base}/{{sid}}/Media.json")
        async def media(account: str, sid: str, request: Request) -> Response:
            return self._refuse(account, request) or self._fetch(sid, media=True)

        return router

    def accept(self, form: dict[str, str]) -> Message:
        """Take a message of the app."""
        now = self.wall()
        service = form.get("MessagingServiceSid") or None
        message = Message(
            sid="SM" + uuid.uuid4().hex,
            direction="outbound-api",
            sender=self.number,
            to=form["To"],
            body=form["Body"],
            created=now,
            updated=now,
            status="accepted" if service else "queued",
            service=service,
            status_callback=form.get("StatusCallback", ""),
        )
        self.messages[message.sid] = message
        self._taken(message)
        return message

    async def _create(self, form: dict[str, str]) -> Response:
        fault = (self.script(form) if self.script else None) or self._next_fault("list_down")
        if fault is not None and fault.kind in ("refuse", "busy", "down"):
            self.refused += 1
            code = {"refuse": fault.code, "busy": 20429, "down": 20503}[fault.kind]
            return _error(code, {"Retry-After": f"{fault.seconds:.0f}"} if fault.kind == "busy" and fault.seconds else None)
        wrong = self._wrong(form)
        if wrong is not None:
            self.refused += 1
            return _error(wrong)
        if fault is not None and fault.kind == "land_late":
            self.spawn(self._land(form, fault.seconds))
            return _error(20500)
        message = self.accept(form)
        if fault is not None and fault.kind == "accept_then_hang":
            await self.pause(fault.seconds)
        if fault is not None and fault.kind == "accept_then_500":
            return _error(20500)
        return JSONResponse(message_json(message, self.account), status_code=201)

    async def _land(self, form: dict[str, str], seconds: float) -> None:
        await self.pause(seconds)
        self.accept(form)

    def _wrong(self, form: dict[str, str]) -> int | None:
        """Twilio's code for what is wrong with a request, in the order in which Twilio looks."""
        to, body = form.get("To", ""), form.get("Body", "")
        digits = to.removeprefix("+")
        if not to:
            return 21604
        if not form.get("From") and not form.get("MessagingServiceSid"):
            return 21603
        if form.get("MessagingServiceSid", self.service) != self.service or form.get("From", self.number) != self.number:
            return 21606
        if not (to.startswith("+") and digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 15):
            return 21211
        if not body:
            return 21602
        if len(body) > 1600:
            return 21617
        if form.get("StatusCallback") and urlsplit(form["StatusCallback"]).scheme not in ("http", "https"):
            return 21609
        return 21610 if to in self.opted_out else None

    def _next_fault(self, *but: str) -> Fault | None:
        for place, fault in enumerate(self.faults):
            if fault.kind not in but:
                if fault.times > 1:
                    self.faults[place] = replace(fault, times=fault.times - 1)
                else:
                    del self.faults[place]
                return fault
        return None

    def _list(self, query: dict[str, str]) -> Response:
        down = next((fault for fault in self.faults if fault.kind == "list_down"), None)
        if down is not None:
            self.faults.remove(down)
            return _error(20503)
        size = min(max(int(query.get("PageSize", "50")), 1), 1000)
        found = [message for message in reversed(list(self.messages.values())) if _fits(message, query)]
        token = query.get("PageToken", "PA").removeprefix("PA")
        start = next((place + 1 for place, message in enumerate(found) if message.sid == token), 0)
        shown = found[start : start + size]
        after = shown[-1].sid if shown and start + size < len(found) else None
        rows = [message_json(message, self.account) for message in shown]
        return JSONResponse(page_json(self.account, rows, query=query, size=size, page=int(query.get("Page", "0")), after=after))

    def _fetch(self, sid: str, *, media: bool = False) -> Response:
        message = self.messages.get(sid)
        if message is None:
            return _error(20404)
        if not media:
            return JSONResponse(message_json(message, self.account))
        return JSONResponse({"media_list": [{"sid": f"ME{n:032x}", "content_type": kind} for n, kind in enumerate(message.media)]})

    def _refuse(self, account: str, request: Request) -> Response | None:
        """401 without the account's own credentials."""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        try:
            told = base64.b64decode(given, validate=True) if scheme.lower() == "basic" else b""
        except binascii.Error:
            told = b""
        right = hmac.compare_digest(told, f"{self.account}:{self.auth_token}".encode())
        return None if right and account == self.account else _error(20003 if not right else 20404)

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Let it go on in the background; `settle` waits for it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def pause(self, seconds: float) -> None:
        """Wait, unless the twin is being stopped."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            pass

    async def settle(self) -> None:
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def stop(self) -> None:
        self._stopping.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _error(code: int, headers: dict[str, str] | None = None) -> JSONResponse:
    status, body = error_json(code)
    return JSONResponse(body, status_code=status, headers=headers)


def _fits(message: Message, query: dict[str, str]) -> bool:
    if ("To" in query and message.to != query["To"]) or ("From" in query and message.sender != query["From"]):
        return False
    if not any(name in query for name in ("DateSent", "DateSent>", "DateSent<")):
        return True
    if message.sent is None:
        return False
    day = message.sent.astimezone(UTC).date().isoformat()
    return day == query.get("DateSent", day)[:10] and query.get("DateSent>", day)[:10] <= day <= query.get("DateSent<", day)[:10]
