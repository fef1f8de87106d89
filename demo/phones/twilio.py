"""A twin of Twilio: takes messages as the Messages API does, carries them to the phones, and tells the app by signed webhooks.

It has no more mercy than the real one: an inbound webhook is tried once, a status may come twice or in the wrong order, and a request
that was answered with an error may have been taken all the same.
"""

import uuid
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from fastapi import APIRouter

from demo.phones.signing import twilio_signature
from demo.phones.state import Bubble, Phones, State
from demo.phones.twilio_api import Fault, MessagesApi
from demo.phones.twilio_shapes import Message, message_json, parts_of

READ_TIMEOUT_S = 15.0
"""How long Twilio waits for an app's answer."""
_STOP = frozenset({"stop", "stopall", "end", "cancel", "unsubscribe", "quit", "revoke", "optout"})
_START = frozenset({"start", "unstop", "yes"})
_HELP = frozenset({"help", "info"})
_OWN_WORDS = {
    "STOP": "You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed to messages from this number. Reply HELP for help. Reply STOP to unsubscribe.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}
_BUBBLE_STATES: dict[str, State] = {
    "accepted": "accepted",
    "queued": "queued",
    "sent": "sent",
    "delivered": "delivered",
    "undelivered": "failed",
    "failed": "failed",
}


@dataclass(slots=True, kw_only=True)
class Webhooks:
    """How webhooks go astray: sent `duplicates` times more, statuses the wrong way round, lost, or held until `flush`."""

    duplicates: int = 0
    reorder: bool = False
    lose: bool = False
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One webhook as it was sent; `status` is the app's answer, None where there was none."""

    url: str
    body: bytes
    signature: str
    status: int | None


class TwilioTwin:
    """One account with one number, and optionally a Messaging Service in front of it.

    inbound_url: the app's webhook as configured at Twilio, fragment included (`#rc=2&rp=all` asks for retries).
    opt_outs: what Twilio does with keywords of its own accord. `off`: nothing. `default`: it blocks the number and answers the shopper.
        `advanced`: so it does with a Messaging Service, and the webhook says so (OptOutType).
    carry: messages go on to `sent` and `delivered` by themselves; otherwise `report` says what becomes of them.
    wall: dates the API's messages, the real time by default; the phones have their own clock.
    script: asked before each create with its form; what it returns goes before `faults`.
    """

    def __init__(
        self,
        phones: Phones,
        *,
        number: str,
        account: str,
        auth_token: str,
        inbound_url: str,
        service: str | None = None,
        http: httpx.AsyncClient | None = None,
        opt_outs: Literal["off", "default", "advanced"] = "off",
        carry: bool = True,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        script: Callable[[dict[str, str]], Fault | None] | None = None,
    ) -> None:
        self.phones, self.inbound_url, self.opt_outs, self.carry = phones, inbound_url, opt_outs, carry
        self.api = MessagesApi(
            number=number, account=account, auth_token=auth_token, service=service, wall=wall, script=script, taken=self._show
        )
        self.webhooks = Webhooks()
        self.deliveries: deque[Delivery] = deque(maxlen=5_000)
        self._http = http or httpx.AsyncClient(timeout=READ_TIMEOUT_S, trust_env=False)
        self._own_http = http is None
        self._held: list[tuple[str, list[tuple[str, str]]]] = []

    # The shopper's side

    async def write(self, phone: str, text: str, *, media: Sequence[str] = ()) -> Bubble:
        """The shopper at `phone` sends a text; media: content types. Returns when the app has answered the webhook, or has not."""
        now, sid = self.api.wall(), ("MM" if media else "SM") + uuid.uuid4().hex
        message = Message(
            sid=sid,
            direction="inbound",
            sender=phone,
            to=self.api.number,
            body=text,
            created=now,
            updated=now,
            sent=now,
            status="received",
            service=self.api.service,
            media=tuple(media),
        )
        self.api.messages[sid] = message
        parts, encoding = parts_of(text)
        bubble = self.phones.keep(
            Bubble(
                id=sid,
                channel="sms",
                phone=phone,
                business=self.api.number,
                mine=True,
                text=text,
                at=self.phones.now(),
                state="sent",
                segments=parts,
                encoding=encoding,
                kind="text" if not media else media[0].partition("/")[0],
            )
        )
        opt_out_type = self._opt_out_type(phone, text)
        taken = await self._tell(self.inbound_url, self._inbound_form(message, opt_out_type))
        if opt_out_type is not None:
            self._answer_itself(phone, _OWN_WORDS[opt_out_type])
        bubble.state = "delivered" if taken else "failed"
        self.phones.touch()
        return bubble

    def _opt_out_type(self, phone: str, text: str) -> str | None:
        said = text.strip().casefold()
        if self.opt_outs == "off":
            return None
        if said in _STOP:
            self.api.opted_out.add(phone)
            return "STOP"
        if said in _START:
            self.api.opted_out.discard(phone)
            return "START"
        return "HELP" if said in _HELP else None

    def _answer_itself(self, phone: str, text: str) -> None:
        """Twilio's own words to a keyword. They stand in no list of the API."""
        self.phones.keep(
            Bubble(
                id="TW" + uuid.uuid4().hex,
                channel="sms",
                phone=phone,
                business=self.api.number,
                mine=False,
                text=text,
                at=self.phones.now(),
                state="delivered",
                segments=1,
                encoding="GSM-7",
            )
        )

    def _inbound_form(self, message: Message, opt_out_type: str | None) -> list[tuple[str, str]]:
        form = [
            ("ToCountry", "US"),
            ("ToState", ""),
            ("SmsMessageSid", message.sid),
            ("NumMedia", str(len(message.media))),
            ("ToCity", ""),
            ("FromZip", ""),
            ("SmsSid", message.sid),
            ("FromState", ""),
            ("SmsStatus", "received"),
            ("FromCity", ""),
            ("Body", message.body),
            ("FromCountry", "US"),
            ("To", message.to),
            ("ToZip", ""),
            ("NumSegments", str(parts_of(message.body)[0])),
            ("MessageSid", message.sid),
            ("AccountSid", self.api.account),
            ("From", message.sender),
            ("ApiVersion", "2010-04-01"),
        ]
        for place, kind in enumerate(message.media):
            address = f"https://api.twilio.com/2010-04-01/Accounts/{self.api.account}/Messages/{message.sid}/Media/ME{place:032x}"
            form += [(f"MediaContentType{place}", kind), (f"MediaUrl{place}", address)]
        if message.service:
            form.append(("MessagingServiceSid", message.service))
        if opt_out_type and self.opt_outs == "advanced":
            form.append(("OptOutType", opt_out_type))
        return form

    # The carrier's side

    async def report(self, sid: str, *statuses: str, error: int | None = None) -> None:
        """What became of a message: its state rises on the phone and the app is told, status by status."""
        message = self.api.messages[sid]
        forms = []
        for status in statuses:
            message.status, message.updated = status, self.api.wall()
            message.error = error if status in ("undelivered", "failed") else None
            if message.sent is None and status not in ("accepted", "queued"):
                message.sent = message.updated
            bubble = self.phones.by_id.get(sid)
            if bubble is not None:
                bubble.state = _BUBBLE_STATES.get(status, bubble.state)
                bubble.error = None if message.error is None else str(message.error)
                self.phones.touch()
            forms.append(self._status_form(message, status))
        if message.status_callback:
            for form in reversed(forms) if self.webhooks.reorder else forms:
                await self._tell(message.status_callback, form)

    def _status_form(self, message: Message, status: str) -> list[tuple[str, str]]:
        form = [
            ("SmsSid", message.sid),
            ("SmsStatus", status),
            ("MessageStatus", status),
            ("To", message.to),
            ("MessageSid", message.sid),
            ("AccountSid", self.api.account),
            ("From", message.sender),
            ("ApiVersion", "2010-04-01"),
        ]
        if message.service:
            form.append(("MessagingServiceSid", message.service))
        if status == "delivered":
            form.append(("RawDlrDoneDate", f"{self.api.wall():%y%m%d%H%M}"))
        if message.error is not None:
            form.append(("ErrorCode", str(message.error)))
        return form

    async def flush(self) -> int:
        """Send what was held while webhooks were paused."""
        held, self._held = self._held, []
        for url, form in reversed(held) if self.webhooks.reorder else held:
            await self._tell(url, form)
        return len(held)

    async def _tell(self, url: str, form: list[tuple[str, str]]) -> bool:
        if self.webhooks.paused:
            self._held.append((url, form))
            return False
        if self.webhooks.lose:
            return False
        taken = False
        for _ in range(1 + self.webhooks.duplicates):
            taken = await self._deliver(url, form) or taken
        return taken

    async def _deliver(self, url: str, form: list[tuple[str, str]]) -> bool:
        """One webhook; tried again only where the fragment of its address asks for it."""
        wishes = parse_qs(urlsplit(url).fragment)
        tries = 1 + int(wishes.get("rc", ["0"])[0])
        address, body = url.split("#", 1)[0], urlencode(form).encode()
        for _ in range(tries):
            status = await self.send_again(
                Delivery(url=address, body=body, signature=twilio_signature(url, form, self.api.auth_token), status=None)
            )
            if status is not None and 200 <= status < 300:
                return True
            if status is not None and not (wishes.get("rp", ["ct"])[0] == "all" or (status >= 500 and "5xx" in wishes.get("rp", [""])[0])):
                return False
        return False

    async def send_again(self, delivery: Delivery) -> int | None:
        """Send exactly this request, e.g. one captured long ago. The app's answer, None where there was none."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "X-Twilio-Signature": delivery.signature,
            "User-Agent": "TwilioProxy/1.1",
            "I-Twilio-Idempotency-Token": str(uuid.uuid4()),
        }
        try:
            response = await self._http.post(delivery.url, content=delivery.body, headers=headers)
            status: int | None = response.status_code
        except httpx.HTTPError:
            status = None
        self.deliveries.append(Delivery(url=delivery.url, body=delivery.body, signature=delivery.signature, status=status))
        return status

    # The app's side

    def taken(self) -> list[Message]:
        """What the app has sent and Twilio has taken, oldest first."""
        return [message for message in self.api.messages.values() if message.direction == "outbound-api"]

    def _show(self, message: Message) -> None:
        parts, encoding = parts_of(message.body)
        self.phones.keep(
            Bubble(
                id=message.sid,
                channel="sms",
                phone=message.to,
                business=self.api.number,
                mine=False,
                text=message.body,
                at=self.phones.now(),
                state=_BUBBLE_STATES[message.status],
                ref=message.status_callback or None,
                segments=parts,
                encoding=encoding,
            )
        )
        if self.carry:
            self.api.spawn(self.report(message.sid, "sent", "delivered"))

    def router(self) -> APIRouter:
        """The Messages API, and `/__sim/twilio` to steer the twin from another process."""
        router = self.api.router()

        @router.post("/__sim/twilio/texts")
        async def text(wish: dict[str, str]) -> dict[str, Any]:
            bubble = await self.write(wish["phone"], wish["text"])
            return {"sid": bubble.id, "acknowledged": bubble.state == "delivered"}

        @router.get("/__sim/twilio/messages")
        async def messages() -> dict[str, Any]:
            return {"messages": [message_json(message, self.api.account) for message in self.api.messages.values()]}

        @router.post("/__sim/twilio/faults", status_code=204)
        async def faults(fault: Fault) -> None:
            self.api.faults.append(fault)

        @router.post("/__sim/twilio/webhooks")
        async def plan(webhooks: Webhooks) -> dict[str, int]:
            self.webhooks = webhooks
            return {"flushed": 0 if webhooks.paused else await self.flush()}

        return router

    async def settle(self) -> None:
        """Wait until everything under way has landed and been told."""
        await self.api.settle()

    async def stop(self) -> None:
        """End what is under way and let go of the client, if it is our own."""
        await self.api.stop()
        if self._own_http:
            await self._http.aclose()
