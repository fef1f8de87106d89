"""What a sender does not repeat is asked for: texts at Twilio, mail in its mailbox, the shop's webhooks (trust.md 4.6, R8).

Each round is a job whose key is its own time slot: however many processes plan it, it is there once, and runs in one of them. The cursor
moves in its own commit after everything before it was kept, so that a round that dies is read again; the inbox knows what it has.
"""

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
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
TWILIO, IMAP = "twilio", "imap"
"""Names of cursors: the time up to which texts were read, and the mailbox's own place."""


class Reconciling:
    def __init__(self, installation: Installation, intake: Intake) -> None:
        self._house = installation
        self._intake = intake
        self._rounds: Mapping[str, Callable[[Residence], Awaitable[int]]] = {
            "reconcile_sms": self.texts,
            "reconcile_mail": self.mail,
            "reconcile_webhooks": self.webhooks,
        }

    async def plan(self, home: Residence) -> None:
        """The first round of each kind, due now; asked for at each start. Twice within a minute is once."""
        minute = f"start {self._house.clock.now():%Y-%m-%dT%H:%M}"
        for kind in EVERY:
            await self._schedule(home, kind, self._house.clock.now(), minute)

    async def run(self, job: Job) -> None:
        """One round, and the next one planned whatever came of it: a provider that is down today is asked again in five minutes."""
        home = self._house.residence(job.brand)
        try:
            found = await self._rounds[job.kind](home)
            if found:
                _log.info("reconciled", brand=home.brand.id, kind=job.kind, found=found)
        except (SendError, SubscriptionError, OSError) as error:
            _log.warning("reconcile_failed", brand=home.brand.id, kind=job.kind, error=type(error).__name__, why=str(error)[:200])
        finally:
            length = EVERY[job.kind]
            slot = int(self._house.clock.now().timestamp() // length.total_seconds()) + 1
            await self._schedule(home, job.kind, datetime.fromtimestamp(slot * length.total_seconds(), UTC), f"slot {slot}")

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

        fresh, more = 0, True
        while more:
            found = await new_mail(settings, password, await self._cursor(home, IMAP), own=own_addresses(self._house, home))
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

    async def _schedule(self, home: Residence, kind: str, at: datetime, key: str) -> None:
        if kind == "reconcile_mail" and (home.brand.mail is None or home.brand.mail.imap_host is None):
            return
        async with self._house.database.writing() as tx:
            await jobs.schedule(tx, home.brand.id, kind, key, at, {})
        self._house.engine.look()
