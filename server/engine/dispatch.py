"""What has been said leaves the house: claimed, stamped, sent once, and settled by what the provider says (trust.md 5.3)."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias, assert_never

import structlog

from channels.message import Outbound
from channels.transport import Posting, Refused, SendError, Settled, Transport, Unconfirmed
from knowledge.brand import BrandId
from server.engine.engine import Timing
from server.points import passing
from server.store import jobs, outbox
from server.store.database import Database, Transaction
from server.store.jobs import Job
from server.store.outbox import Parcel
from server.store.records import read_plain

_log = structlog.get_logger(__name__)

CHANNELS = ("sms", "whatsapp", "email")
"""Those with a provider between us and the shopper; in webchat writing the log is the delivery."""
AT_ONCE = 8
"""Requests under way per brand and channel: a slow provider fills its own lane and no other (R12)."""
UNDELIVERED = "undelivered"
"""The kind of job that tells the house of a parcel that will not arrive by itself."""
_LOOKED_FOR = timedelta(hours=4)
"""A look-up that fails for so long comes before a person: by then a provider's outage is over, and its conversation has waited long."""
_MOMENT_S = 0.5
_AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""Due whatever the app's clock says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Go:
    """It may leave, in this form."""

    out: Outbound


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Not yet: quiet hours, a budget that fills again. until: by the database's clock."""

    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """It must not leave at all; whoever says so has told whom it concerns."""

    why: str


Leave: TypeAlias = Go | Wait | Stop
MayLeave: TypeAlias = Callable[[Parcel], Awaitable[Leave]]
"""Asked once per attempt, between claim and send."""
Told: TypeAlias = Callable[[Parcel, str], Awaitable[None]]
"""Told `unknown`, `failed` or `opted_out` of a parcel, so that a person sees it. May come twice for one parcel."""
Lane: TypeAlias = tuple[BrandId, str]


class Dispatcher:
    """Implements `engine.Sends`. Any number may run over one store: a claim has one winner, and every settlement names its attempt."""

    def __init__(
        self,
        database: Database,
        *,
        transports: Callable[[BrandId, str], Transport | None],
        may_leave: MayLeave,
        told: Told,
        timing: Timing,
        wall: Callable[[], datetime] | None = None,
    ) -> None:
        """transports: a brand's way out on a channel; None where there is none (yet), and then its parcels wait.

        wall: the clock parcels are stamped by; the database's own unless given.
        """
        self._database = database
        self._transports = transports
        self._may_leave = may_leave
        self._told = told
        self._timing = timing
        self._wall = wall or database.wall
        # Strong references: the loop holds weak ones, and a collected task is a half-done send (trust.md 5.5).
        self._lanes: defaultdict[Lane, set[asyncio.Task[None]]] = defaultdict(set)
        self._looked_up: dict[tuple[BrandId, str, str], asyncio.Task[None]] = {}
        self._claiming = asyncio.Lock()
        """Held from a claim until its sends have begun: whoever stops waits for both."""
        self._look = asyncio.Event()
        self._stopping = False

    def look(self) -> None:
        self._look.set()

    async def run(self) -> None:
        """Until stopped: a round at start, whenever asked to look, and with every sweep."""
        loop = asyncio.get_running_loop()
        every = self._timing.sweep.total_seconds()
        settle_at = loop.time()
        while not self._stopping:
            self._look.clear()
            if loop.time() >= settle_at:
                await self.settle_unconfirmed()
                settle_at = loop.time() + every
            await self.round()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), every)

    async def stop(self) -> None:
        """Claim nothing more and let requests under way end, ten seconds at most; what is cut off then is looked up later."""
        self._stopping = True
        self._look.set()
        async with self._claiming:
            under_way = self._under_way()
        if under_way:
            _, late = await asyncio.wait(under_way, timeout=self._timing.drain.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def settle(self) -> None:
        """Until nothing is under way and nothing is ready."""
        while True:
            under_way = self._under_way()
            if under_way:
                await asyncio.wait(under_way)
            elif not await self.round():
                return

    def _under_way(self) -> set[asyncio.Task[None]]:
        return {task for lane in self._lanes.values() for task in lane} | set(self._looked_up.values())

    async def round(self) -> int:
        """Fill every lane that has room with what is ready for it; how many requests that began."""
        begun = 0
        try:
            async with self._database.reading() as tx:
                lanes = await outbox.lanes(tx, now=self._wall())
            for lane in lanes:
                begun += await self._fill(lane)
        except Exception as error:
            _log.error("dispatch_failed", error=type(error).__name__)
        return begun

    async def _fill(self, lane: Lane) -> int:
        brand, channel = lane
        room = AT_ONCE - len(self._lanes[lane])
        transport = self._transports(brand, channel)
        if room <= 0 or transport is None or self._stopping:
            return 0
        async with self._claiming:
            passing("dispatch.before_claim")
            async with self._database.writing() as tx:
                claimed = await outbox.claim(tx, (channel,), now=self._wall(), limit=room, brand=brand)
            passing("dispatch.after_claim")
            for parcel in claimed:
                self._spawn(lane, self._carry(parcel, transport))
        return len(claimed)

    def _spawn(self, lane: Lane, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._lanes[lane].add(task)

        def ended(one: "asyncio.Task[None]") -> None:
            self._lanes[lane].discard(one)
            self._look.set()  # the conversation's next may go now

        task.add_done_callback(ended)

    async def _carry(self, parcel: Parcel, transport: Transport) -> None:
        """One attempt, from claim to settlement. What cannot be settled now stays `sending` and is looked up past the horizon."""
        try:
            await self._attempt(parcel, transport)
        except Exception as error:
            _log.error("send_not_settled", ref=parcel.ref, channel=parcel.channel, error=type(error).__name__)

    async def _attempt(self, parcel: Parcel, transport: Transport) -> None:
        try:
            leave = await self._may_leave(parcel)
        except Exception as error:
            # A try like any other: one that nobody can ever judge must not hold up its conversation for good.
            _log.error("may_leave_failed", ref=parcel.ref, error=type(error).__name__)
            await self._refused(parcel, Refused(f"not judged: {type(error).__name__}", code="not_judged"))
            return
        match leave:
            case Go(out=out):
                await self._send(parcel, out, transport)
            case Wait(until=until):
                async with self._database.writing() as tx:
                    await outbox.hold(tx, parcel, until)
            case Stop(why=why):
                async with self._database.writing() as tx:
                    await outbox.stop(tx, parcel, why)
            case _:
                assert_never(leave)

    async def _send(self, parcel: Parcel, out: Outbound, transport: Transport) -> None:
        posting = self._posting(parcel, out, transport)
        left = (posting.expires_at - self._wall()).total_seconds()
        if left <= 0:
            # Frozen since the claim: no byte has been written, and none is now (R14). It is free again, unless somebody has taken it on.
            async with self._database.writing() as tx:
                await outbox.hold(tx, parcel, self._wall())
            return
        passing("send.before")
        try:
            # The transport checks the deadline itself before it writes, and knows best what became of a request: it gets a moment to say.
            reference = await asyncio.wait_for(transport.send(posting), left + _MOMENT_S)
        except Refused as refused:
            await self._refused(parcel, refused)
        except (Unconfirmed, TimeoutError) as doubt:
            _log.warning("send_unconfirmed", ref=parcel.ref, channel=parcel.channel, why=str(doubt)[:200] or "timeout")
        else:
            passing("send.after")
            passing("sent.before_keep")
            async with self._database.writing() as tx:
                await outbox.sent(tx, parcel, reference)
            passing("sent.after_keep")

    def _posting(self, parcel: Parcel, out: Outbound, transport: Transport) -> Posting:
        sending_at = parcel.sending_at or _AT_ONCE
        return Posting(
            ref=parcel.ref, out=out, sending_at=sending_at, expires_at=sending_at + transport.timeout * self._timing.horizon_scale
        )

    async def _refused(self, parcel: Parcel, refused: Refused) -> None:
        for_good = refused.for_good or refused.opted_out
        _log.warning("send_refused", ref=parcel.ref, channel=parcel.channel, code=refused.code, for_good=for_good, why=str(refused)[:200])
        async with self._database.writing() as tx:
            held = await outbox.refused(tx, parcel, now=self._wall(), for_good=for_good, after=refused.after, error=refused.code)
            if held and (for_good or parcel.attempts >= outbox.TRIES):
                await tell_later(tx, parcel, "opted_out" if refused.opted_out else "failed")
        passing("refused.after_keep")

    async def settle_unconfirmed(self) -> None:
        """Look up what may have been taken, once its request can no longer be under way: never before, and never resent blindly."""
        # Nothing younger than the shortest possible horizon concerns us; each transport's own is checked below.
        before = self._wall() - timedelta(seconds=60) * self._timing.horizon_scale
        try:
            async with self._database.reading() as tx:
                lanes = await outbox.doubtful_lanes(tx, before=before)
            for brand, channel in lanes:
                transport = self._transports(brand, channel)
                if transport is not None:
                    async with self._database.reading() as tx:
                        doubtful = await outbox.unsettled(tx, (channel,), before=before, brand=brand)
                    self._begin_to_look_up(doubtful, transport)
        except Exception as error:
            _log.error("dispatch_failed", error=type(error).__name__)

    def _begin_to_look_up(self, doubtful: tuple[Parcel, ...], transport: Transport) -> None:
        """So many at once of a brand and channel as it may send at once: others have lanes of their own (R12)."""
        wall, horizon = self._wall(), transport.horizon * self._timing.horizon_scale
        for parcel in doubtful:
            key = (parcel.brand, parcel.channel, parcel.ref)
            if sum(one[:2] == key[:2] for one in self._looked_up) >= AT_ONCE or self._stopping:
                return
            ready = parcel.sending_at is not None and (parcel.sending_at + horizon <= wall or parcel.sending_at > wall)
            if ready and key not in self._looked_up:
                task = asyncio.get_running_loop().create_task(self._look_up(parcel, transport))
                self._looked_up[key] = task
                task.add_done_callback(lambda _, key=key: self._looked_up.pop(key, None))  # type: ignore[misc]

    async def _look_up(self, parcel: Parcel, transport: Transport) -> None:
        try:
            passing("unconfirmed.before_look_up")
            posting = self._posting(parcel, as_rendered(parcel), transport)
            if posting.sending_at > self._wall():
                # Stamped before a clock was set back: a look-up "since then" would miss it, and it would go out a second time.
                found: str | Settled = Settled.CANNOT_TELL
            else:
                found = await asyncio.wait_for(transport.look_up(posting), transport.timeout.total_seconds())
            passing("unconfirmed.after_look_up")
            await self._settle(parcel, found)
        except (SendError, TimeoutError) as error:
            _log.warning("look_up_failed", ref=parcel.ref, channel=parcel.channel, error=type(error).__name__)
            await self._not_found_out(parcel)
        except Exception as error:
            _log.error("send_not_settled", ref=parcel.ref, channel=parcel.channel, error=type(error).__name__)
            await self._not_found_out(parcel)

    async def _not_found_out(self, parcel: Parcel) -> None:
        """It is asked again next time; after hours of that, nobody can tell."""
        if parcel.sending_at is None or parcel.sending_at + _LOOKED_FOR > self._wall():
            return
        try:
            await self._settle(parcel, Settled.CANNOT_TELL)
        except Exception as error:
            _log.error("send_not_settled", ref=parcel.ref, channel=parcel.channel, error=type(error).__name__)

    async def _settle(self, parcel: Parcel, found: str | Settled) -> None:
        _log.info("send_looked_up", ref=parcel.ref, channel=parcel.channel, found=found if isinstance(found, Settled) else "found")
        async with self._database.writing() as tx:
            if found is Settled.CANNOT_TELL or (not isinstance(found, Settled) and await outbox.bears(tx, parcel, found)):
                if await outbox.unknown(tx, parcel):
                    await tell_later(tx, parcel, "unknown")
            elif found is not Settled.ABSENT:
                await outbox.sent(tx, parcel, found)
            elif parcel.attempts < outbox.TRIES:
                await outbox.absent(tx, parcel, self._wall())
            elif await outbox.stop(tx, parcel, "gave_up"):
                await tell_later(tx, parcel, "failed")
        passing("unconfirmed.after_keep")
        self._look.set()

    async def tell(self, job: Job) -> None:
        """Runs a job of kind `undelivered`."""
        said = dict(job.payload)
        what = said.pop("what")
        await self._told(Parcel(brand=job.brand, body={}, **said), what)


async def tell_later(tx: Transaction, parcel: Parcel, what: str) -> None:
    """Have a person told, kept with the settlement itself, so that a kill between the two leaves nobody in the dark.

    what: as `Told` takes it. The same word on the same parcel again changes nothing.
    """
    about = {"ref": parcel.ref, "channel": parcel.channel, "recipient": parcel.recipient, "conversation": parcel.conversation}
    payload = {**about, "kind": parcel.kind, "seq": parcel.seq, "what": what}
    await jobs.schedule(tx, parcel.brand, UNDELIVERED, f"{parcel.ref} {what}", _AT_ONCE, payload)


def as_rendered(parcel: Parcel) -> Outbound:
    """The message as it was laid out when it was said."""
    found: Outbound = read_plain(Outbound, parcel.body) if parcel.body else Outbound(to=parcel.recipient or "", text="")
    return found
