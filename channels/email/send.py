"""A mail on its way out by SMTP, and what may be said of it afterwards (trust.md 5.3)."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.errors import MessageError
from email.policy import SMTP as WIRE
from email.policy import SMTPUTF8 as WIRE_UTF8
from typing import Literal

import aiosmtplib

from channels.email.certificates import certificate_trouble
from channels.email.letter import letter
from channels.transport import Posting, Refused, Settled, Unconfirmed

_TAKEN = 250
_GO_AHEAD = 354


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpServer:
    """The mail host that takes our mail."""

    host: str
    port: int = 25
    user: str = ""
    """Empty: no sign-in."""
    password: str = field(default="", repr=False)
    tls: Literal["none", "starttls", "tls"] = "none"
    timeout: timedelta = timedelta(seconds=30)
    """For one whole attempt; hosts look for viruses before they say that they took a mail."""


class SmtpTransport:
    """Implements `channels.transport.Transport`: one connection per mail, one recipient, our own Message-ID on each try."""

    def __init__(
        self, server: SmtpServer, sender: str, sender_name: str, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """sender: the address that writes. now: the clock that `Posting.expires_at` is counted by. Blind copies are not made (INV-8)."""
        self._server, self._sender, self._name, self._now = server, sender, sender_name, now

    @property
    def timeout(self) -> timedelta:
        return self._server.timeout

    @property
    def horizon(self) -> timedelta:
        return self._server.timeout + timedelta(seconds=60)

    async def send(self, posting: Posting) -> str:
        """Hand one mail to the host; returns its Message-ID.

        Raises Refused where the host said no, could not be reached, or the mail's time was over before its first byte; for good at a 5xx or
        an address that cannot be written on a letter. Raises Unconfirmed where the connection ended between the first byte and the answer.
        """
        try:
            mail = letter(posting.out, ref=posting.ref, sender=self._sender, sender_name=self._name, at=posting.sending_at)
            to = str(mail["To"])
            beyond_ascii = not (to.isascii() and self._sender.isascii())
            raw = mail.as_bytes(policy=WIRE_UTF8 if beyond_ascii else WIRE)
        except (MessageError, ValueError, IndexError) as error:
            raise Refused(f"unaddressable: {type(error).__name__}", for_good=True) from None
        attempt = _Attempt(raw=raw, to=to, sender=self._sender, utf8=beyond_ascii, deadline=posting.expires_at, now=self._now)
        try:
            async with asyncio.timeout(self.timeout.total_seconds()):
                await attempt.run(self._client())
        except aiosmtplib.SMTPNotSupported as error:
            raise Refused(str(error), for_good=True) from error
        except aiosmtplib.SMTPResponseException as error:
            raise Refused(f"{error.code} {error.message[:200]}", for_good=error.code >= 500, code=str(error.code)) from error
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            if attempt.begun:
                raise Unconfirmed(type(error).__name__) from error
            raise Refused(certificate_trouble(error, self._server.host) or type(error).__name__) from error
        return str(mail["Message-ID"])

    async def look_up(self, posting: Posting) -> str | Settled:
        """There is nothing to ask: past the horizon it is sent again under the same Message-ID, by which mail programs show it once."""
        return Settled.ABSENT

    def _client(self) -> aiosmtplib.SMTP:
        server = self._server
        return aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            use_tls=server.tls == "tls",
            start_tls=server.tls == "starttls",
            timeout=server.timeout.total_seconds(),
            local_hostname=self._sender.rpartition("@")[2] or "localhost",  # or it would be looked up, and block
        )


@dataclass(slots=True, kw_only=True)
class _Attempt:
    raw: bytes
    to: str
    sender: str
    utf8: bool
    deadline: datetime
    now: Callable[[], datetime]
    begun: bool = False
    """Whether a byte of the mail itself was written: from then on it may have been taken."""

    async def run(self, client: aiosmtplib.SMTP) -> None:
        try:
            await client.connect()
            if self.utf8:
                await client.ehlo()
                if not client.supports_extension("smtputf8"):
                    raise aiosmtplib.SMTPNotSupported("the host takes no address beyond ASCII")
            encoding = "utf-8" if self.utf8 else "ascii"
            await client.mail(self.sender, options=["SMTPUTF8"] if self.utf8 else [], encoding=encoding)
            await client.rcpt(self.to, encoding=encoding)
            self._in_time()
            ready = await client.execute_command(b"DATA")
            if ready.code != _GO_AHEAD:
                raise aiosmtplib.SMTPDataError(ready.code, ready.message)
            self._in_time()
            await self._body(client)
        finally:
            client.close()

    async def _body(self, client: aiosmtplib.SMTP) -> None:
        protocol = client.protocol
        if protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("closed before the mail")
        self.begun = True
        protocol.write(re.sub(rb"(?m)^\.", b"..", self.raw) + b".\r\n")
        answer = await protocol.read_response()
        if answer.code != _TAKEN:
            raise aiosmtplib.SMTPDataError(answer.code, answer.message)

    def _in_time(self) -> None:
        """A worker that was frozen must not send late: asked before DATA, and again when the host has said go ahead (R14)."""
        if self.now() >= self.deadline:
            raise Refused("its time was over")
