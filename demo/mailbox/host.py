"""The brand's mail host: takes what shoppers write, says what it found out about the sender, and hands it to the app by a signed webhook.

The app is reached only as any mail host would reach it. What it does not take is tried again, and lies in the brand's mailbox besides.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.policy import SMTP
from typing import Literal

import httpx

from demo.mailbox.imap import Box
from demo.mailbox.letters import Letter, Letters
from demo.mailbox.writing import Writer, write
from demo.world import World

SECRET = "demo-mail-secret"
"""What host and app know of each other in the demo."""
NAME = "mailbox.test"
"""The name under which the host writes `Authentication-Results`."""
PAUSES_S = (0.5, 2.0, 10.0)
Vacation = Literal["off", "polite", "rude"]


@dataclass(slots=True, kw_only=True)
class MailHost:
    """One brand's mail host, and the shoppers who write to it."""

    letters: Letters
    address: str
    """The brand's own."""
    webhook: str
    secret: str = SECRET
    people: Sequence[Writer] = ()
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    """The time the page shows: the demo's clock."""
    wall: Callable[[], datetime] = lambda: datetime.now(UTC)
    """The time mails are dated and requests are signed with: the real one."""
    http: httpx.AsyncClient | None = None
    box: Box = field(default_factory=Box)
    written: list[Letter] = field(default_factory=list)
    """What shoppers wrote, newest first."""
    acknowledged: dict[int, bool] = field(default_factory=dict)
    """By letter number: whether the app said it has it."""
    duplicates: int = 0
    """How many more times each mail is handed over."""
    silent: bool = False
    """Nothing is handed over; it only lies in the mailbox."""
    vacation: dict[str, Vacation] = field(default_factory=dict)
    """By address: `polite` answers every mail and says that it is a robot, `rude` does not say so."""
    pauses_s: Sequence[float] = PAUSES_S
    _running: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.letters.arrived = self._arrived
        self.letters.now = self.now

    async def compose(
        self,
        sender: str,
        to: str,
        subject: str,
        text: str,
        in_reply_to: str | None = None,
        *,
        forged: bool = False,
        marks: tuple[tuple[str, str], ...] = (),
    ) -> Letter:
        """Write to the brand; returns once it was handed over, or could not be.

        in_reply_to: the Message-ID of a letter that came or was written. forged: the mail does not come from the sender's own host.
        """
        known = next((one for one in self.people if one.address == sender.lower()), None)
        message = write(known or Writer(address=sender), to, subject, text, at=self.wall(), answers=self.find(in_reply_to), marks=marks)
        letter = self.letters.written(self._marked(message.as_bytes(policy=SMTP), sender, forged=forged), to, sender)
        self.written.insert(0, letter)
        await self.deliver(letter)
        return letter

    async def deliver(self, letter: Letter) -> None:
        """Into the brand's mailbox, and to the app."""
        self.box.append(letter.raw)
        if self.silent:
            self.acknowledged[letter.number] = False
            return
        taken = [await self._hand_over(letter.raw) for _ in range(1 + self.duplicates)]
        self.acknowledged[letter.number] = any(taken)
        if not any(taken):
            self._later(self._again(letter))

    def find(self, message_id: str | None) -> Letter | None:
        """A letter by its Message-ID, whoever wrote it."""
        return next((each for each in (*self.letters.kept, *self.written) if message_id and each.id == message_id), None)

    def thread(self, address: str | None) -> list[Letter]:
        """What came to and was written by one address, newest first; of everybody for None."""
        wrote = [each for each in self.written if address is None or each.sender.casefold() == address.casefold()]
        return sorted((*self.letters.to(address), *wrote), key=lambda each: -each.number)

    async def settle(self) -> None:
        """Wait for what is under way."""
        while self._running:
            await asyncio.gather(*self._running)

    async def stop(self) -> None:
        """End what is under way."""
        for task in tuple(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        if self.http is not None:
            await self.http.aclose()

    def _marked(self, raw: bytes, sender: str, *, forged: bool) -> bytes:
        """What a receiving host puts on top: the way the mail came, and what it found out (RFC 8601)."""
        domain = sender.rpartition("@")[2].lower()
        if forged:
            found = f"spf=fail smtp.mailfrom=elsewhere.example; dkim=none; dmarc=fail (p=reject) header.from={domain}"
        else:
            found = f"spf=pass smtp.mailfrom={domain}; dkim=pass header.d={domain} header.s=s1; dmarc=pass (p=reject) header.from={domain}"
        origin = "elsewhere.example" if forged else domain
        trace = (
            f"Return-Path: <{sender}>\r\nAuthentication-Results: {NAME};\r\n {found}\r\nReceived: from {origin} by {NAME} with ESMTPS\r\n"
        )
        return trace.encode() + raw

    async def _hand_over(self, raw: bytes) -> bool:
        stamp = str(int(self.wall().timestamp()))
        signed = hmac.new(self.secret.encode(), stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "message/rfc822", "X-Deskbell-Timestamp": stamp, "X-Deskbell-Signature": f"sha256={signed}"}
        if self.http is None:
            self.http = httpx.AsyncClient(timeout=15)
        try:
            answer = await self.http.post(self.webhook, content=raw, headers=headers)
        except httpx.HTTPError:
            return False
        # A mail that cannot be read will not get better: only the app's own trouble is worth another try.
        return answer.status_code < 500

    async def _again(self, letter: Letter) -> None:
        for pause in self.pauses_s:
            await asyncio.sleep(pause)
            if await self._hand_over(letter.raw):
                self.acknowledged[letter.number] = True
                return

    def _arrived(self, letter: Letter) -> None:
        for address in letter.to:
            manner = self.vacation.get(address, "off")
            if manner != "off":
                self._later(self._answer_for(address, letter, manner))

    async def _answer_for(self, address: str, letter: Letter, manner: Vacation) -> None:
        """A holiday robot as bad ones are: it answers whatever comes, machines too."""
        marks = (("Auto-Submitted", "auto-replied"), ("Precedence", "bulk")) if manner == "polite" else ()
        await self.compose(address, self.address, "", "I am away until Monday.", letter.id, marks=marks)

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)


def host_of(world: World, letters: Letters, now: Callable[[], datetime], app: str) -> MailHost:
    """The mail host of a world's brand; everybody there who has an address writes, and one stranger.

    app: the address of the app under test, without a trailing slash.
    """
    people = [Writer(address=person.email.lower(), name=person.name) for person in world.customers if person.email]
    people.append(Writer(address="sam.stranger@example.com", name="Sam Stranger"))
    address = str((world.brand.mail or {}).get("address") or f"hello@{world.brand.handle}.example.com")
    return MailHost(letters=letters, address=address, webhook=f"{app}/webhooks/email/{world.brand.id}", people=people, now=now)
