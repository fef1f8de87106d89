"""Mail as it came in, newest first."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

KEPT = 500


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


@dataclass(slots=True)
class Letters:
    """The newest KEPT letters; the SMTP handler of the demo's mail host."""

    kept: list[Letter] = field(default_factory=list)
    count: int = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        raw = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        self.take(raw, tuple(envelope.rcpt_tos), envelope.mail_from or "")
        return "250 OK"

    def take(self, raw: bytes, to: tuple[str, ...], sender: str) -> Letter:
        """File one message as it was sent."""
        message = message_from_bytes(raw, policy=policy.default)
        self.count += 1
        letter = Letter(
            number=self.count,
            to=tuple(address.casefold() for address in to),
            sender=sender,
            subject=str(message.get("Subject", "")),
            text=_part(message, "plain") or "",
            html=_part(message, "html"),
            headers=tuple((name, str(value)) for name, value in message.items()),
            at=datetime.now(UTC),
        )
        self.kept.insert(0, letter)
        del self.kept[KEPT:]
        return letter

    def to(self, address: str | None) -> list[Letter]:
        """Letters to one address, newest first; all of them for None."""
        wanted = address.casefold() if address else None
        return [letter for letter in self.kept if wanted is None or wanted in letter.to]


def _part(message: EmailMessage, kind: str) -> str | None:
    body = message.get_body(preferencelist=(kind,))
    if body is None:
        return None
    content = body.get_content()
    return content if isinstance(content, str) else None
