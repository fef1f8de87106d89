"""A mailbox one can read by IMAP4rev1 (RFC 3501): enough for a program that reads by UID and changes nothing."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

_DATE = re.compile(r"\bSINCE (\d{1,2})-([A-Z]{3})-(\d{4})\b")
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_BODY = re.compile(r"BODY(\.PEEK)?\[(HEADER|TEXT|)\](?:<(\d+)\.(\d+)>)?")


@dataclass(slots=True)
class Stored:
    uid: int
    raw: bytes
    at: datetime
    flags: set[str] = field(default_factory=set)


@dataclass(slots=True, kw_only=True)
class Box:
    """One folder, INBOX."""

    user: str = "hello"
    password: str = "demo-imap-password"
    validity: int = 1
    following: int = 1
    stored: list[Stored] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    """The commands that came, without the sign-in."""
    drop_after: int | None = None
    """Cut the line after so many mails were fetched, once."""
    announces_next: bool = True
    """Whether UIDNEXT is told when the folder is opened; old servers leave it out."""

    def append(self, raw: bytes, at: datetime | None = None) -> int:
        """A mail comes in; returns its UID."""
        uid = self.following
        self.following += 1
        self.stored.append(Stored(uid, raw, at or datetime.now(UTC)))
        return uid

    def expunge(self, *uids: int) -> None:
        """Somebody deletes mails."""
        self.stored = [each for each in self.stored if each.uid not in uids]

    def renumber(self) -> None:
        """The host is rebuilt: every number becomes void."""
        self.validity += 1
        for uid, each in enumerate(self.stored, 1):
            each.uid = uid
        self.following = len(self.stored) + 1


@asynccontextmanager
async def imap_server(box: Box, host: str = "127.0.0.1", port: int = 0, *, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serves one folder while the context lasts, encrypted where `tls` is given; yields the port."""
    lines: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.add(writer)
        try:
            await _Line(box, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            lines.discard(writer)
            writer.close()

    server = await asyncio.start_server(serve, host, port, ssl=tls)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for writer in tuple(lines):
            writer.transport.abort()
        await server.wait_closed()


class _Line:
    """One connection."""

    def __init__(self, box: Box, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._box, self._reader, self._writer = box, reader, writer
        self._signed_in = self._open = self._read_only = False

    async def run(self) -> None:
        await self._say("* OK [CAPABILITY IMAP4rev1] mailbox.test ready")
        while line := await self._reader.readline():
            tag, _, rest = line.decode("utf-8", "replace").rstrip("\r\n").partition(" ")
            verb, _, given = rest.partition(" ")
            verb = verb.upper()
            if verb != "LOGIN":
                self._box.log.append(rest)
            answer = await self._done(verb, given)
            await self._say(f"{tag} {answer}")
            if verb == "LOGOUT":
                return

    async def _done(self, verb: str, given: str) -> str:
        match verb:
            case "CAPABILITY":
                await self._say("* CAPABILITY IMAP4rev1")
            case "NOOP":
                pass
            case "LOGOUT":
                await self._say("* BYE")
            case "LOGIN":
                return self._sign_in(given)
            case _ if not self._signed_in:
                return "BAD sign in first"
            case "EXAMINE" | "SELECT":
                return await self._opened(verb, given)
            case "CLOSE" | "UNSELECT":
                self._open = False
            case "UID" if self._open:
                inner, _, rest = given.partition(" ")
                return await self._by_uid(inner.upper(), rest)
            case _:
                return f"BAD {verb} is not known here"
        return f"OK {verb} done"

    def _sign_in(self, given: str) -> str:
        names = [quoted or plain for quoted, plain in re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', given)]
        self._signed_in = names == [self._box.user, self._box.password]
        return "OK signed in" if self._signed_in else "NO [AUTHENTICATIONFAILED] wrong name or password"

    async def _opened(self, verb: str, given: str) -> str:
        if given.strip('"').upper() != "INBOX":
            return "NO no such folder"
        self._open, self._read_only = True, verb == "EXAMINE"
        box = self._box
        await self._say(f"* {len(box.stored)} EXISTS")
        await self._say("* 0 RECENT")
        await self._say(r"* FLAGS (\Answered \Flagged \Deleted \Seen \Draft)")
        await self._say(f"* OK [UIDVALIDITY {box.validity}]")
        if box.announces_next:
            await self._say(f"* OK [UIDNEXT {box.following}]")
        return "OK [READ-ONLY] opened" if self._read_only else "OK [READ-WRITE] opened"

    async def _by_uid(self, verb: str, rest: str) -> str:
        if verb == "SEARCH":
            found = " ".join(str(each.uid) for each in self._searched(rest.upper()))
            await self._say(f"* SEARCH {found}".rstrip())
            return "OK SEARCH done"
        if verb == "FETCH":
            chosen, _, items = rest.partition(" ")
            for place, each in self._chosen(chosen):
                await self._give(place, each, items.upper())
            return "OK FETCH done"
        return f"BAD UID {verb} is not known here"

    def _searched(self, criteria: str) -> list[Stored]:
        found = list(self._box.stored)
        numbers = re.search(r"\bUID (\S+)", criteria)
        if numbers:
            found = [each for _, each in self._chosen(numbers[1])]
        date = _DATE.search(criteria)
        if date:
            since = datetime(int(date[3]), _MONTHS.index(date[2]) + 1, int(date[1]), tzinfo=UTC)
            found = [each for each in found if each.at >= since]
        return found

    def _chosen(self, numbers: str) -> list[tuple[int, Stored]]:
        """`5:*` names the newest mail even where there is none from 5 on (RFC 3501, 6.4.8)."""
        newest = max((each.uid for each in self._box.stored), default=0)
        chosen: set[int] = set()
        for piece in numbers.split(","):
            first, _, last = piece.partition(":")
            low = newest if first == "*" else int(first)
            high = low if not last else newest if last == "*" else int(last)
            chosen |= {each.uid for each in self._box.stored if min(low, high) <= each.uid <= max(low, high)}
        return [(place, each) for place, each in enumerate(self._box.stored, 1) if each.uid in chosen]

    async def _give(self, place: int, mail: Stored, items: str) -> None:
        parts = [f"UID {mail.uid}"]
        if "FLAGS" in items:
            parts.append(f"FLAGS ({' '.join(sorted(mail.flags))})")
        if "RFC822.SIZE" in items:
            parts.append(f"RFC822.SIZE {len(mail.raw)}")
        literal = b""
        body = _BODY.search(items)
        if body:
            head, _, text = mail.raw.partition(b"\r\n\r\n")
            literal = {"": mail.raw, "HEADER": head + b"\r\n\r\n", "TEXT": text}[body[2]]
            where = ""
            if body[3]:
                literal = literal[int(body[3]) : int(body[3]) + int(body[4])]
                where = f"<{body[3]}>"
            if not body[1] and not self._read_only:
                mail.flags.add("\\Seen")
            parts.append(f"BODY[{body[2]}]{where} {{{len(literal)}}}")
        self._writer.write(f"* {place} FETCH ({' '.join(parts)}\r\n".encode()[: None if body else -2] + literal + b")\r\n")
        await self._writer.drain()
        if self._box.drop_after is not None:
            self._box.drop_after -= 1
            if self._box.drop_after <= 0:
                self._box.drop_after = None
                self._writer.transport.abort()
                raise ConnectionResetError

    async def _say(self, line: str) -> None:
        self._writer.write(f"{line}\r\n".encode())
        await self._writer.drain()
