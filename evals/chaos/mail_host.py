"""A mail host that takes mail by SMTP (RFC 5321): it cuts off, refuses for now, or takes a mail and says that it did not."""

import asyncio
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from typing import Any, Protocol

_LONGEST = 1 << 20


class Deals(Protocol):
    """`provider.Provider.deal`: manners and events, the same for every channel."""

    async def deal(
        self,
        channel: str,
        ref: str,
        to: str,
        text: str,
        take: Callable[[int], dict[str, Any]],
        *,
        since: tuple[float, float] | None = None,
    ) -> str: ...


class MailHost:
    """A mail is known by its Message-ID alone: taken twice under the same one, it is shown once."""

    def __init__(self, provider: Deals) -> None:
        self._provider = provider

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one mail after the other."""
        to = ""
        try:
            _reply(writer, "220 mailbox.test")
            while line := await reader.readline():
                command = line.decode("utf-8", "replace").strip()
                match command.partition(" ")[0].upper():
                    case "EHLO" | "HELO":
                        _reply(writer, "250 mailbox.test")
                    case "RCPT":
                        to = command.partition("<")[2].partition(">")[0]
                        _reply(writer, "250 OK")
                    case "DATA":
                        began = (time.monotonic(), time.time())
                        _reply(writer, "354 Go ahead")
                        answer = await self._mail(to, await reader.readuntil(b"\r\n.\r\n"), began)
                        if answer is None:
                            return
                        _reply(writer, answer)
                    case "QUIT":
                        _reply(writer, "221 Bye")
                        return
                    case _:
                        _reply(writer, "250 OK")
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # whoever was writing has died; what it had not ended was not handed in
        finally:
            writer.close()

    async def _mail(self, to: str, raw: bytes, began: tuple[float, float]) -> str | None:
        """The answer to the dot, or None for none."""
        mail = message_from_bytes(raw[:-3].replace(b"\r\n..", b"\r\n."), policy=policy.default)
        plain = mail.get_body(("plain",))
        text = str(plain.get_content()).strip() if plain is not None else ""
        ref = str(mail["Message-ID"])

        def take(number: int) -> dict[str, Any]:
            return {"sid": ref, "callback": "", "_row": {"sid": ref, "to": to, "body": text}}

        match await self._provider.deal("email", ref, to, text, take, since=began):
            case "busy":
                return "450 4.7.1 Try again later"
            case "took_500":
                return "451 4.3.0 Something went wrong"
            case "drop" | "took_drop":
                return None
            case _:
                return "250 2.0.0 Taken"


def _reply(writer: asyncio.StreamWriter, line: str) -> None:
    writer.write(f"{line}\r\n".encode())
