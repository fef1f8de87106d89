"""Mail as it came to the shoppers, newest first, and the faults of the host that takes it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Literal

from aiosmtpd.smtp import SMTP, Envelope, Session

KEPT = 500
FaultKind = Literal["rcpt", "data", "drop", "lose", "delay"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    number: int
    to: tuple[str, ...]
    sender: str
    subject: str
    text: str
    html: str | None
    headers: tuple[tuple[str, str], ...]
    at: datetime
    raw: bytes = field(default=b"", repr=False)
    mine: bool = False
    """Written by a shopper; the others came to one."""

    def header(self, name: str) -> str:
        """The first value of a header, empty where there is none."""
        return next((value for each, value in self.headers if each.lower() == name.lower()), "")

    @property
    def id(self) -> str:
        return self.header("Message-ID").strip()


@dataclass(slots=True, kw_only=True)
class Fault:
    """What goes wrong with the next `times` mails that the app hands over."""

    kind: FaultKind
    """rcpt, data: refused there with `code`. drop: taken, then the line is cut before the answer. lose: the line is cut and nothing taken.
    delay: taken after `seconds`."""
    code: int = 451
    times: int = 1
    seconds: float = 0.5


@dataclass(slots=True)
class Letters:
    """The newest KEPT letters; the SMTP handler of the demo's mail host."""

    kept: list[Letter] = field(default_factory=list)
    count: int = 0
    faults: list[Fault] = field(default_factory=list)
    arrived: Callable[[Letter], None] | None = None
    """Told of each letter that came to a shopper."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 - aiosmtpd's name
        fault = self._next("rcpt")
        if fault:
            return f"{fault.code} {'no such mailbox' if fault.code >= 500 else 'try again later'}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        fault = self._next("data", "drop", "lose", "delay")
        if fault and fault.kind == "data":
            return f"{fault.code} {'not wanted' if fault.code >= 500 else 'try again later'}"
        if fault and fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        raw = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        if not (fault and fault.kind == "lose"):
            self.take(raw, tuple(envelope.rcpt_tos), envelope.mail_from or "")
        if fault and fault.kind in ("drop", "lose"):
            _cut(server)
        return "250 OK"

    def take(self, raw: bytes, to: tuple[str, ...], sender: str) -> Letter:
        """File one message as it was sent."""
        letter = self._read(raw, to, sender, mine=False)
        self.kept.insert(0, letter)
        del self.kept[KEPT:]
        if self.arrived is not None:
            self.arrived(letter)
        return letter

    def written(self, raw: bytes, to: str, sender: str) -> Letter:
        """One message a shopper wrote; it is not among those that came."""
        return self._read(raw, (to,), sender, mine=True)

    def to(self, address: str | None) -> list[Letter]:
        """Letters to one address, newest first; all of them for None."""
        wanted = address.casefold() if address else None
        return [letter for letter in self.kept if wanted is None or wanted in letter.to]

    def _read(self, raw: bytes, to: tuple[str, ...], sender: str, *, mine: bool) -> Letter:
        message = message_from_bytes(raw, policy=policy.default)
        self.count += 1
        return Letter(
            number=self.count,
            to=tuple(address.casefold() for address in to),
            sender=sender,
            subject=str(message.get("Subject", "")),
            text=_part(message, "plain") or "",
            html=_part(message, "html"),
            headers=tuple((name, str(value)) for name, value in message.items()),
            at=self.now(),
            raw=raw,
            mine=mine,
        )

    def _next(self, *kinds: FaultKind) -> Fault | None:
        fault = next((each for each in self.faults if each.kind in kinds), None)
        if fault is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.faults.remove(fault)
        return fault


def _cut(server: SMTP) -> None:
    """End the line without a goodbye."""
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()


def _part(message: EmailMessage, kind: str) -> str | None:
    body = message.get_body(preferencelist=(kind,))
    if body is None:
        return None
    content = body.get_content()
    return content if isinstance(content, str) else None
