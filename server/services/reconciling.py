"""What a sender does not repeat is asked for: texts at Twilio, mail in its mailbox, the shop's webhooks (trust.md 4.6, R8).

Each round is a job whose key is its own time slot: however many processes plan it, it is there once, and runs in one of them. The cursor
moves in its own commit after everything before it was kept, so that a round that dies is read again; the inbox knows what it has.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

import structlog

from channels.message import Channel, Received
from channels.transport import SendError
from server.installation import Installation, Residence
from server.points import passing
from server.services.intake import Intake
from server.services.mailboxes import own_addresses
from server.services.subscriptions import SubscriptionError, keep_subscribed
from server.store import cursors, jobs
from server.store.jobs import Job

_log = structlog.get_logger(__name__)

EVERY: Mapping[str, timedelta] = {
    "reconcile_sms": timedelta(minutes=5),
    "reconcile_mail": timedelta(seconds=30),
    "reconcile_webhooks": timedelta(hours=1),
}
"""Job kinds, and how often each comes round; also once at each start."""
LONGEST_PAUSE = timedelta(minutes=5)
"""A provider that fails is asked less and less often, but this often: what was missed is found within ten minutes (R8)."""
LOOK = timedelta(seconds=45)
"""For one look into a mailbox: a host that says nothing holds its place so long and no longer."""
_LOOKS_FOR = timedelta(seconds=30)
"""After so long no further look is begun: a mailbox with much in it goes on in its next round, and others come in between."""
_MAILS = 100
"""In one look: so many come over a slow line in its time."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
TWILIO, IMAP = "twilio", "imap"
"""Names of cursors: the time up to which texts were read, and the mailbox's own place."""


class Reconciling:
    def __init__(self, installation: Installation, intake: Intake, *, look: timedelta = LOOK) -> None:
        """look: how long one look into a mailbox may take."""
        self._house = installation
        self._intake = intake
        self._look = look
        self._rounds: Mapping[str, Callable[[Residence], Awaitable[int]]] = {
            "reconcile_sms": self.texts,
            "reconcile_mail": self.mail,
            "reconcile_webhooks": self.webhooks,
        }

    async def plan(self, home: Residence) -> None:
        """The first round of each kind, due now; asked for at each start. Twice within a minute is once."""
        minute = f"start {self._house.clock.now():%Y-%m-%dT%H:%M}"
        for kind in EVERY:
            await self._schedule(home, kind, self._house.clock.now(), minute, failed=0)

    async def run(self, job: Job) -> None:
        """One round, and the next one planned whatever came of it: a provider that is down today is asked again in five minutes."""
        home = self._house.residence(job.brand)
        failed = int(job.payload.get("failed", 0)) + 1
        try:
            found = await self._rounds[job.kind](home)
            failed = 0
            if found:
                _log.info("reconciled", brand=home.brand.id, kind=job.kind, found=found)
        except (SendError, SubscriptionError, OSError) as error:
            _log.warning("reconcile_failed", brand=home.brand.id, kind=job.kind, error=type(error).__name__, why=str(error)[:200])
        finally:
            length = pause_after(job.kind, failed).total_seconds()
            slot = int(self._house.clock.now().timestamp() // length) + 1
            key = f"slot {slot} of {length:.0f} s" if failed else f"slot {slot}"
            await self._schedule(home, job.kind, datetime.fromtimestamp(slot * length, UTC), key, failed=failed)

    async def texts(self, home: Residence) -> int:
        """Texts at Twilio since the cursor; how many were new. Its clock is the store's, which is real time. Raises SendError."""
        brand, token = home.brand, home.secrets.get("twilio_auth_token", "")
        if brand.sms is None or not token or Channel.SMS.value not in brand.channels:
            return 0
        from channels.sms.send import inbound_since

        house, begun = self._house, self._house.database.wall()
        # The first time it begins now: what came before the channel was set up is nobody's question.
        since = await self._cursor(home, TWILIO) or begun.isoformat()
        found = await inbound_since(house.http, house.settings.twilio_url, brand.sms, token, datetime.fromisoformat(since))
        passing("reconcile.read")
        # All of one sender's together: they become one burst, and get one answer.
        fresh = await self._take(home, sorted(found, key=lambda one: (one.contact, one.at or begun)))
        async with house.database.writing() as tx:
            await cursors.keep(tx, brand, TWILIO, begun.isoformat(), house.clock.now())
        passing("reconcile.kept")
        return fresh

    async def mail(self, home: Residence) -> int:
        """Mail in the mailbox since the cursor; how many were new. Raises SendError or OSError."""
        brand, password = home.brand, home.secrets.get("imap_password", "")
        settings = brand.mail
        if settings is None or settings.imap_host is None or not password or Channel.EMAIL.value not in brand.channels:
            return 0
        from channels.email.inbox import new_mail

        fresh, more, loop = 0, True, asyncio.get_running_loop()
        ends = loop.time() + _LOOKS_FOR.total_seconds()
        while more and loop.time() < ends:
            place, own = await self._cursor(home, IMAP), own_addresses(self._house, home)
            async with asyncio.timeout(self._look.total_seconds()):
                found = await new_mail(settings, password, place, own=own, limit=_MAILS)
            passing("reconcile.read")
            for why in found.unreadable:
                _log.warning("mail_unreadable", brand=brand.id, why=why)
            fresh += await self._take(home, sorted(found.mail, key=lambda one: (one.contact, one.at or _LONG_AGO)))
            async with self._house.database.writing() as tx:
                await cursors.keep(tx, brand, IMAP, found.place, self._house.clock.now())
            passing("reconcile.kept")
            more = found.more
        return fresh

    async def webhooks(self, home: Residence) -> int:
        """Subscriptions the shop has removed are made again; how many were. Raises SubscriptionError."""
        return await keep_subscribed(self._house, home)

    async def _take(self, home: Residence, found: list[Received]) -> int:
        """Through the same intake as webhooks; how many it had not seen."""
        fresh = 0
        for received in found:
            kept = await self._intake.take(home, received)
            fresh += bool(getattr(kept, "fresh", False))
        return fresh

    async def _cursor(self, home: Residence, name: str) -> str:
        """Where the reading stands; empty before the first."""
        async with self._house.database.reading() as tx:
            return await cursors.read(tx, home.brand, name) or ""

    async def _schedule(self, home: Residence, kind: str, at: datetime, key: str, *, failed: int) -> None:
        """failed: how often in a row it has; kept with the next round."""
        if kind == "reconcile_mail" and (home.brand.mail is None or home.brand.mail.imap_host is None):
            return
        async with self._house.database.writing() as tx:
            await jobs.schedule(tx, home.brand.id, kind, key, at, {"failed": failed} if failed else {})
        self._house.engine.look()


def pause_after(kind: str, failed: int) -> timedelta:
    """From one round to the next: as `EVERY` says, and after each failure in a row twice as long, up to `LONGEST_PAUSE`. Pure."""
    usual = EVERY[kind]
    longer: timedelta = usual * 2 ** min(failed, 10)
    return max(usual, min(longer, LONGEST_PAUSE))
