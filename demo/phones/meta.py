"""Meta's Cloud API beside a demo: takes messages as the Graph API does, and sends the webhooks Meta would send, signed.

POST /{version}/{phone_number_id}/messages is Meta's. Everything under /__sim/meta is ours: faults, the window, what the customer does.
"""

import asyncio
import base64
import secrets
from collections import deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import httpx
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from demo.phones import graph
from demo.phones.deliveries import Deliveries
from demo.phones.graph import Asked, GraphError
from demo.phones.state import Bubble, Phones, State, rise

WINDOW = timedelta(hours=24)
MEDIA: Mapping[str, Mapping[str, Any]] = {
    "image": {"mime_type": "image/jpeg", "sha256": "AAAA", "id": "1003383421387256"},
    "audio": {"mime_type": "audio/ogg; codecs=opus", "sha256": "AAAA", "id": "1003383421387257", "voice": True},
    "video": {"mime_type": "video/mp4", "sha256": "AAAA", "id": "1003383421387258"},
    "document": {"mime_type": "application/pdf", "sha256": "AAAA", "id": "1003383421387259", "filename": "invoice.pdf"},
    "sticker": {"mime_type": "image/webp", "sha256": "AAAA", "id": "1003383421387260", "animated": False},
    "location": {"latitude": 48.8566, "longitude": 2.3522},
}
FaultKind = Literal[
    "http_500",
    "accept_then_500",
    "accept_then_hang",
    "accept_then_reset",
    "late",
    "hang",
    "throughput",
    "account_rate",
    "token",
    "window_by_status",
    "no_status",
]

REFUSALS: Mapping[FaultKind, GraphError] = {
    "http_500": graph.BROKEN,
    "throughput": graph.THROUGHPUT,
    "account_rate": graph.ACCOUNT_RATE,
    "token": graph.TOKEN,
}


@dataclass(slots=True, kw_only=True)
class Fault:
    """What becomes of the next calls. `late`: silence, and taken only after `seconds`, when the caller has long gone."""

    kind: FaultKind
    times: int = 1
    seconds: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """The brand's side of a WhatsApp account."""

    phone_number_id: str
    number: str
    """E.164."""
    webhook_url: str
    access_token: str
    app_secret: str
    verify_token: str
    account: str = "200000000000200"
    templates: graph.Templates = field(default_factory=dict)


class MetaTwin:
    """One business number, its webhooks and its window to each customer."""

    def __init__(
        self,
        phones: Phones,
        business: Business,
        *,
        names: Mapping[str, str] | None = None,
        http: httpx.AsyncClient | None = None,
        pace: float = 0.2,
        backoff: Sequence[float] = (1.0, 3.0, 9.0),
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """names: number → profile name. pace: seconds between two statuses. backoff: seconds before each repeat of a webhook.

        wall: dates the webhooks, the real time by default; bubbles and the window of 24 hours go by the phones' own clock.
        """
        self.phones, self.business = phones, business
        self.names = dict(names or {})
        self.pace, self.wall = pace, wall
        self.faults: deque[Fault] = deque()
        self.absent: set[str] = set()
        """Numbers that have no WhatsApp."""
        self.opened: dict[str, datetime] = {}
        """When each customer last wrote or tapped."""
        self.deliveries = Deliveries(business.webhook_url, business.app_secret, http=http, backoff=backoff)
        self._tasks: set[asyncio.Task[None]] = set()

    # What a customer does

    async def write(self, phone: str, text: str) -> Bubble:
        """The customer sends words. Returns once the app has acknowledged them, or Meta has given up for now."""
        return await self._from_customer(phone, text, {"type": "text", "text": {"body": text}})

    async def tap(self, phone: str, bubble_id: str, choice: str) -> Bubble:
        """The customer taps a button or a row of a message. Raises KeyError for one that is not there."""
        bubble = self.phones.by_id[bubble_id]
        label = dict(bubble.buttons)[choice]
        bubble.tapped = choice
        kind = "list_reply" if bubble.kind == "list" else "button_reply"
        held: dict[str, Any] = {"id": choice, "title": label}
        if kind == "list_reply" and any(bubble.rows):
            held["description"] = bubble.rows[[id_ for id_, _ in bubble.buttons].index(choice)]
        context = {"from": self.business.number.removeprefix("+"), "id": bubble.id}
        return await self._from_customer(
            phone, label, {"context": context, "type": "interactive", "interactive": {"type": kind, kind: held}}
        )

    async def send_media(self, phone: str, kind: str, caption: str = "") -> Bubble:
        """The customer sends a picture, a voice note … Raises KeyError for a kind that is not known."""
        held = {**MEDIA[kind], **({"caption": caption} if caption else {})}
        return await self._from_customer(phone, caption, {"type": kind, kind: held}, kind=kind)

    async def react(self, phone: str, bubble_id: str, emoji: str) -> bool:
        """The customer puts a sign on a message."""
        message = self._message(phone, self._wamid(phone), {"type": "reaction", "reaction": {"message_id": bubble_id, "emoji": emoji}})
        return await self.deliveries.send(self._entry(self._value(phone, messages=[message])))

    def read(self, phone: str) -> None:
        """The customer looks at the thread: what was delivered is read."""
        for bubble in self.phones.thread(phone, "whatsapp"):
            if not bubble.mine and bubble.state == "delivered":
                self._rise(bubble, "read")
                self._begin(self._tell(bubble, "read"))

    def window_left(self, phone: str) -> timedelta:
        """How long the business may still write freely; zero where the window is closed."""
        opened = self.opened.get(phone)
        return max(opened + WINDOW - self.phones.now(), timedelta()) if opened else timedelta()

    async def verify(self) -> bool:
        """The GET Meta makes when a webhook is set up; whether the app answered as it must."""
        word = secrets.token_hex(8)
        answer = await self.deliveries.http.get(
            self.business.webhook_url,
            params={"hub.mode": "subscribe", "hub.verify_token": self.business.verify_token, "hub.challenge": word},
        )
        return answer.status_code == 200 and answer.text == word

    async def settle(self) -> None:
        """Wait until no status and no webhook is under way."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.deliveries.stop()

    # What the business does

    def router(self) -> APIRouter:
        """Meta's one route."""
        made = APIRouter()

        @made.post("/{version}/{phone_number_id}/messages")
        async def messages(version: str, phone_number_id: str, request: Request) -> Response:
            try:
                return await self._take(phone_number_id, request)
            except GraphError as error:
                return error.answer()

        return made

    async def _take(self, phone_number_id: str, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self.business.access_token}":
            raise graph.TOKEN
        if phone_number_id != self.business.phone_number_id:
            raise graph.unknown_number(phone_number_id)
        try:
            asked = graph.read(await request.json(), self.business.templates)
        except (ValueError, RecursionError):
            raise graph.NOT_JSON from None
        fault = self._next_fault()
        await self._before(fault, asked)
        bubble = self._accept(asked, fault)
        if fault is not None and fault.kind == "accept_then_500":
            raise graph.BROKEN
        if fault is not None and fault.kind == "accept_then_hang":
            await asyncio.sleep(fault.seconds)
        if fault is not None and fault.kind == "accept_then_reset":
            return _Cut()
        contact = {"input": asked.to, "wa_id": asked.to.removeprefix("+")}
        said: dict[str, Any] = {"id": bubble.id}
        if asked.kind == "template":
            said["message_status"] = "accepted"
        return JSONResponse({"messaging_product": "whatsapp", "contacts": [contact], "messages": [said]})

    async def _before(self, fault: Fault | None, asked: Asked) -> None:
        """What happens in place of taking it, or before."""
        if fault is not None and fault.kind in REFUSALS:
            raise REFUSALS[fault.kind]
        if fault is not None and fault.kind in ("hang", "late"):
            await asyncio.sleep(fault.seconds)
        if fault is not None and fault.kind == "hang":
            raise graph.BROKEN
        if fault is not None and fault.kind == "window_by_status":
            return
        if asked.to in self.absent:
            raise graph.UNDELIVERABLE
        if asked.kind != "template" and not self.window_left(asked.to):
            raise graph.WINDOW

    def _next_fault(self) -> Fault | None:
        if not self.faults:
            return None
        fault = self.faults[0]
        fault.times -= 1
        if fault.times <= 0:
            self.faults.popleft()
        return fault

    def _accept(self, asked: Asked, fault: Fault | None) -> Bubble:
        bubble = self.phones.keep(
            Bubble(
                id=self._wamid(asked.to),
                channel="whatsapp",
                phone=asked.to,
                business=self.business.number,
                mine=False,
                text=asked.text,
                at=self.phones.now(),
                ref=asked.ref,
                kind=asked.kind,
                buttons=asked.buttons,
                rows=asked.rows,
                opener=asked.opener,
                link=asked.link,
            )
        )
        if fault is not None and fault.kind == "window_by_status":
            self._begin(self._fail(bubble, graph.WINDOW))
        elif fault is None or fault.kind != "no_status":
            self._begin(self._on_its_way(bubble))
        return bubble

    async def _on_its_way(self, bubble: Bubble) -> None:
        states: tuple[State, ...] = ("sent", "delivered")
        for state in states:
            await asyncio.sleep(self.pace)
            self._rise(bubble, state)
            await self._tell(bubble, state)

    async def _fail(self, bubble: Bubble, error: GraphError) -> None:
        await asyncio.sleep(self.pace)
        bubble.error = str(error.code)
        self._rise(bubble, "failed")
        told = {"code": error.code, "title": error.message, "message": error.message, "error_data": {"details": error.details}}
        await self._tell(bubble, "failed", errors=[told])

    async def _tell(self, bubble: Bubble, state: State, **more: Any) -> None:
        await self.deliveries.send(self._entry(self._value(bubble.phone, statuses=[self._status(bubble, state, **more)])))

    def _rise(self, bubble: Bubble, state: State) -> None:
        if rise(bubble, [state]):
            self.phones.touch()

    # What Meta's webhooks look like

    def _status(self, bubble: Bubble, state: State, **more: Any) -> dict[str, Any]:
        said: dict[str, Any] = {
            "id": bubble.id,
            "status": state,
            "timestamp": self._timestamp(),
            "recipient_id": bubble.phone.removeprefix("+"),
        }
        if bubble.ref is not None:
            said["biz_opaque_callback_data"] = bubble.ref
        if state != "failed":
            category = "utility" if bubble.kind == "template" else "service"
            said["pricing"] = {"billable": category == "utility", "pricing_model": "PMP", "category": category, "type": "regular"}
        return {**said, **more}

    async def _from_customer(self, phone: str, text: str, what: Mapping[str, Any], *, kind: str = "text") -> Bubble:
        self.opened[phone] = self.phones.now()
        bubble = self.phones.keep(
            Bubble(
                id=self._wamid(phone),
                channel="whatsapp",
                phone=phone,
                business=self.business.number,
                mine=True,
                text=text,
                at=self.phones.now(),
                kind=kind,
            )
        )
        heard = await self.deliveries.send(self._entry(self._value(phone, messages=[self._message(phone, bubble.id, what)])))
        self._rise(bubble, "delivered" if heard else "failed")
        return bubble

    def _message(self, phone: str, wamid: str, what: Mapping[str, Any]) -> dict[str, Any]:
        return {"from": phone.removeprefix("+"), "id": wamid, "timestamp": self._timestamp(), **what}

    def _value(self, phone: str, **what: Any) -> dict[str, Any]:
        digits = self.business.number.removeprefix("+")
        value: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": digits, "phone_number_id": self.business.phone_number_id},
        }
        if "messages" in what:
            name = self.names.get(phone, phone)
            value["contacts"] = [{"profile": {"name": name}, "wa_id": phone.removeprefix("+")}]
        return {**value, **what}

    def _entry(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return {"id": self.business.account, "changes": [{"value": value, "field": "messages"}]}

    def _timestamp(self) -> str:
        return str(int(self.wall().timestamp()))

    def _wamid(self, phone: str) -> str:
        digits = phone.removeprefix("+").encode()
        inside = b"\x1c\x18" + bytes([len(digits)]) + digits + b"\x15\x02\x00\x11\x18\x12" + secrets.token_hex(9).upper().encode() + b"\x00"
        return f"wamid.{base64.b64encode(inside).decode()}"

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


class _Cut(Response):
    """An answer whose connection breaks before its end."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
        await send({"type": "http.response.body", "body": b'{"messaging_product":"whats', "more_body": False})
