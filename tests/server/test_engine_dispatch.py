"""What leaves the house: once, in order, never blindly again, and nobody's slow provider holds up anybody else (trust.md 5.3, R12, R14)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text

from channels.message import ConversationId, Outbound
from channels.transport import Posting, Refused, SendError, Settled, Unconfirmed
from knowledge.brand import Brand, BrandId
from server.clock import FixedClock
from server.engine.dispatch import UNDELIVERED, Dispatcher, Go, Leave, Stop, Wait, as_rendered
from server.engine.engine import Timing
from server.store import jobs, outbox
from server.store.database import Database, database_for
from server.store.outbox import Parcel
from server.store.records import plain
from tests.server.stage import brand
from tests.stores import url_at

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PHONE = "+12025550123"
Says = Callable[[Posting], Any]


def taken(posting: Posting) -> str:
    return f"id-{posting.ref}"


def silent(posting: Posting) -> str:
    raise Unconfirmed("no answer")


@dataclass
class Provider:
    """Implements channels.transport.Transport: does what it is told, and remembers what reached it."""

    says: list[Says] = field(default_factory=list)
    """For each request in turn; then everything is taken."""
    finds: str | Settled = Settled.ABSENT
    looks: Says | None = None
    """In the place of `finds`, where looking up comes to something else than an answer."""
    hold: asyncio.Event | None = None
    timeout: timedelta = timedelta(seconds=10)
    horizon: timedelta = timedelta(seconds=70)
    seen: list[Posting] = field(default_factory=list)
    asked: list[Posting] = field(default_factory=list)

    async def send(self, posting: Posting) -> str:
        self.seen.append(posting)
        if self.hold is not None:
            await self.hold.wait()
        says = self.says.pop(0) if self.says else taken
        return str(says(posting))

    async def look_up(self, posting: Posting) -> str | Settled:
        self.asked.append(posting)
        return self.finds if self.looks is None else self.looks(posting)

    @property
    def texts(self) -> list[str]:
        return [one.out.text for one in self.seen]


@dataclass
class Post:
    """A dispatcher over a real store, with a clock that is moved by hand."""

    database: Database
    clock: FixedClock
    providers: dict[str, Provider]
    leave: Callable[[Parcel], Leave] = lambda parcel: Go(out=as_rendered(parcel))
    told: list[tuple[str, str]] = field(default_factory=list)

    def dispatcher(self) -> Dispatcher:
        async def may_leave(parcel: Parcel) -> Leave:
            return self.leave(parcel)

        async def told(parcel: Parcel, what: str) -> None:
            self.told.append((parcel.ref, what))

        return Dispatcher(
            self.database,
            transports=lambda brand, channel: self.providers.get(brand),
            may_leave=may_leave,
            told=told,
            timing=Timing(),
            wall=self.clock.now,
        )

    async def put(self, words: str, *, ref: str, seq: int = 1, conversation: str | None = "c1", of: str = "northbay") -> None:
        body = plain(Outbound, Outbound(to=PHONE, text=words))
        talk = None if conversation is None else ConversationId(conversation)
        parcel = Parcel(brand=BrandId(of), ref=ref, channel="sms", recipient=PHONE, body=body, conversation=talk, seq=seq)
        async with self.database.writing() as tx:
            await outbox.put(tx, home(of), parcel, state="ready", now=self.clock.now(), due_at=self.clock.now())

    async def states(self) -> dict[str, str]:
        async with self.database.reading() as tx:
            return {str(row.ref): str(row.state) for row in await tx.execute(text("SELECT ref, state FROM outbox ORDER BY at, ref"))}

    async def tell_what_is_kept(self, dispatcher: Dispatcher) -> None:
        """Run the jobs that dispatching left behind."""
        async with self.database.writing() as tx:
            work = await jobs.claim(tx, now=self.clock.now(), until=self.clock.now() + timedelta(minutes=1))
        for job in work:
            assert job.kind == UNDELIVERED
            await dispatcher.tell(job)


def home(name: str) -> Brand:
    return brand(name)


@pytest_asyncio.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    database = database_for(url_at(tmp_path), tmp_path)
    await database.open()
    yield Post(database=database, clock=FixedClock(NOON), providers={"northbay": Provider(), "southbay": Provider()})
    await database.close()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110  # a fake provider tells nobody
            await asyncio.sleep(0.002)


async def test_what_is_ready_leaves_once_and_is_settled_with_the_providers_id(post: Post) -> None:
    await post.put("hello", ref="r-1")
    dispatcher = post.dispatcher()
    await dispatcher.settle()
    await dispatcher.settle()
    sent = post.providers["northbay"].seen
    assert [one.ref for one in sent] == ["r-1"]
    assert (sent[0].sending_at, sent[0].expires_at) == (NOON, NOON + timedelta(seconds=10))
    assert await post.states() == {"r-1": "sent"}


async def test_one_conversations_messages_leave_in_order_with_one_under_way(post: Post) -> None:
    provider = post.providers["northbay"]
    provider.hold = asyncio.Event()
    for seq in (3, 1, 2):
        await post.put(f"message {seq}", ref=f"r-{seq}", seq=seq)
    await post.put("another talk", ref="r-9", conversation="c2")
    dispatcher = post.dispatcher()
    await dispatcher.round()
    await until(lambda: len(provider.seen) == 2)
    await dispatcher.round()
    assert sorted(provider.texts) == ["another talk", "message 1"]
    provider.hold.set()
    await dispatcher.settle()
    assert [one for one in provider.texts if one.startswith("message")] == ["message 1", "message 2", "message 3"]


async def test_a_provider_that_hangs_holds_up_its_own_lane_and_no_other_brands(post: Post) -> None:
    post.providers["northbay"].hold = asyncio.Event()
    for n in range(30):
        await post.put(f"stuck {n}", ref=f"n-{n:02}", conversation=f"c{n}")
    await post.put("free", ref="s-1", of="southbay")
    dispatcher = post.dispatcher()
    await dispatcher.round()
    await until(lambda: post.providers["southbay"].texts == ["free"])
    assert len(post.providers["northbay"].seen) == 8  # a lane's width: no more is claimed than can be under way
    assert [ref for ref, state in (await post.states()).items() if state == "sending" and ref != "s-1"] == [f"n-{n:02}" for n in range(8)]
    post.providers["northbay"].hold.set()
    await dispatcher.settle()
    assert set((await post.states()).values()) == {"sent"}


async def test_a_refused_message_is_tried_again_when_the_provider_says_with_a_fresh_stamp(post: Post) -> None:
    def busy(posting: Posting) -> str:
        raise Refused("too many", after=timedelta(seconds=40), code="429")

    provider = post.providers["northbay"]
    provider.says = [busy]
    await post.put("hello", ref="r-1")
    dispatcher = post.dispatcher()
    await dispatcher.settle()
    post.clock.advance(timedelta(seconds=39))
    await dispatcher.settle()
    assert len(provider.seen) == 1
    post.clock.advance(timedelta(seconds=1))
    await dispatcher.settle()
    assert [one.sending_at for one in provider.seen] == [NOON, NOON + timedelta(seconds=40)]
    assert await post.states() == {"r-1": "sent"}


async def test_a_message_that_can_never_be_taken_is_shown_to_a_person_and_the_next_one_leaves(post: Post) -> None:
    def never(posting: Posting) -> str:
        raise Refused("no such number", for_good=True, code="21211")

    def out(posting: Posting) -> str:
        raise Refused("opted out", opted_out=True, code="21610")

    post.providers["northbay"].says = [never, out]
    for seq in (1, 2, 3):
        await post.put(f"message {seq}", ref=f"r-{seq}", seq=seq)
    dispatcher = post.dispatcher()
    await dispatcher.settle()
    assert await post.states() == {"r-1": "failed", "r-2": "failed", "r-3": "sent"}
    await post.tell_what_is_kept(dispatcher)
    assert sorted(post.told) == [("r-1", "failed"), ("r-2", "opted_out")]


async def test_an_unconfirmed_send_is_neither_repeated_nor_looked_up_before_its_horizon(post: Post) -> None:
    provider = post.providers["northbay"]
    provider.says = [silent]
    await post.put("hello", ref="r-1")
    await post.put("and more", ref="r-2", seq=2)
    dispatcher = post.dispatcher()
    await dispatcher.settle()
    post.clock.advance(timedelta(seconds=69))
    await dispatcher.settle_unconfirmed()
    await dispatcher.settle()
    assert (provider.texts, provider.asked) == (["hello"], [])
    assert await post.states() == {"r-1": "sending", "r-2": "ready"}


async def test_an_unconfirmed_send_that_is_found_counts_as_sent_and_the_next_one_leaves(post: Post) -> None:
    provider = post.providers["northbay"]
    provider.says, provider.finds = [silent], "SM-found"
    await post.put("hello", ref="r-1")
    await post.put("and more", ref="r-2", seq=2)
    dispatcher = post.dispatcher()
    await dispatcher.settle()
    post.clock.advance(timedelta(seconds=71))
    await dispatcher.settle_unconfirmed()
    await dispatcher.settle()
    assert [one.ref for one in provider.asked] == ["r-1"]
    assert provider.texts == ["hello", "and more"]
    assert await post.states() == {"r-1": "sent", "r-2": "sent"}


async def test_an_unconfirmed_send_that_is_not_there_is_sent_again_as_the_same_message(post: Post) -> None:
    provider = post.providers["northbay"]
    provider.says = [silent]
    await post.put("hello", ref="r-1")
    dispatcher = post.dispatcher()
    await dispatcher.settle()
    post.clock.advance(timedelta(seconds=71))
    await dispatcher.settle_unconfirmed()
    await dispatcher.settle()
    assert [(one.ref, one.sending_at) for one in provider.seen] == [("r-1", NOON), ("r-1", NOON + timedelta(seconds=71))]
    assert await post.states() == {"r-1": "sent"}


async def test_where_nobody_can_tell_a_person_sees_it_and_nothing_is_sent_again(post: Post) -> None:
    provider = post.providers["northbay"]
    provider.says, provider.finds = [silent], Settled.CANNOT_TELL
    await post.put("hello", ref="r-1")
    dispatcher = post.dispatcher()
    await dispatcher.settle()
    for _ in range(3):
        post.clock.advance(timedelta(seconds=71))
        await dispatcher.settle_unconfirmed()
        await dispatcher.settle()
    assert provider.texts == ["hello"]
    assert await post.states() == {"r-1": "unknown"}
    await post.tell_what_is_kept(dispatcher)
    assert post.told == [("r-1", "unknown")]


async def test_what_is_found_under_an_id_that_another_message_bears_is_not_taken_for_this_one(post: Post) -> None:
    provider = post.providers["northbay"]
    provider.says, provider.finds = [taken, silent], "id-r-1"
    for seq in (1, 2):
        await post.put("the same words", ref=f"r-{seq}", seq=seq)
    dispatcher = post.dispatcher()
    await dispatcher.settle()
    post.clock.advance(timedelta(seconds=71))
    await dispatcher.settle_unconfirmed()
    await dispatcher.settle()
    assert await post.states() == {"r-1": "sent", "r-2": "unknown"}


async def test_a_transport_that_breaks_in_an_unforeseen_way_counts_as_unconfirmed(post: Post) -> None:
    def breaks(posting: Posting) -> str:
        raise ZeroDivisionError

    post.providers["northbay"].says = [breaks]
    await post.put("hello", ref="r-1")
    await post.dispatcher().settle()
    assert await post.states() == {"r-1": "sending"}


async def test_a_worker_frozen_between_claim_and_send_writes_nothing_and_the_attempt_was_none(post: Post) -> None:
    def frozen(parcel: Parcel) -> Leave:
        post.leave = lambda again: Go(out=as_rendered(again))
        post.clock.advance(timedelta(seconds=60))  # SIGSTOP, SIGCONT
        return Go(out=as_rendered(parcel))

    post.leave = frozen
    await post.put("hello", ref="r-1")
    await post.dispatcher().settle()
    provider = post.providers["northbay"]
    assert [one.sending_at for one in provider.seen] == [NOON + timedelta(seconds=60)]
    assert await post.states() == {"r-1": "sent"}


async def test_a_worker_that_thaws_does_not_touch_the_attempt_another_has_made_meanwhile(post: Post) -> None:
    other = post.dispatcher()
    provider = post.providers["northbay"]
    thawed = asyncio.Event()

    async def may_leave(parcel: Parcel) -> Leave:
        await thawed.wait()
        return Go(out=as_rendered(parcel))

    async def told(parcel: Parcel, what: str) -> None:
        raise AssertionError(what)

    frozen = Dispatcher(post.database, transports=lambda *_: provider, may_leave=may_leave, told=told, timing=Timing(), wall=post.clock.now)
    await post.put("hello", ref="r-1")
    await frozen.round()
    post.clock.advance(timedelta(seconds=71))
    await other.settle_unconfirmed()
    provider.hold = asyncio.Event()
    await asyncio.gather(*other._looked_up.values())
    await other.round()
    await until(lambda: len(provider.seen) == 1)
    thawed.set()
    await asyncio.gather(*frozen._under_way())
    assert await post.states() == {"r-1": "sending"}  # the other's request, still under way
    provider.hold.set()
    await other.settle()
    assert provider.texts == ["hello"]
    assert await post.states() == {"r-1": "sent"}


async def test_what_may_not_leave_is_stopped_and_what_must_wait_waits_without_losing_a_try(post: Post) -> None:
    later = NOON + timedelta(hours=9)

    def strict(parcel: Parcel) -> Leave:
        if parcel.ref == "r-1":
            return Stop(why="opted_out")
        return Wait(until=later) if post.clock.now() < later else Go(out=as_rendered(parcel))

    post.leave = strict
    await post.put("stopped", ref="r-1", conversation="c1")
    await post.put("waits", ref="r-2", conversation="c2")
    dispatcher = post.dispatcher()
    await dispatcher.settle()
    assert await post.states() == {"r-1": "failed", "r-2": "ready"}
    post.clock.advance(timedelta(hours=9))
    await dispatcher.settle()
    assert post.providers["northbay"].texts == ["waits"]


def cannot_say(parcel: Parcel) -> Leave:
    if parcel.ref == "r-1":
        raise LookupError("no such thread")
    return Go(out=as_rendered(parcel))


async def test_a_house_that_cannot_say_whether_a_message_may_leave_keeps_it_and_asks_again(post: Post) -> None:
    post.leave = cannot_say
    await post.put("hello", ref="r-1")
    dispatcher = post.dispatcher()
    await dispatcher.settle()
    assert post.providers["northbay"].seen == []
    assert await post.states() == {"r-1": "ready"}
    post.leave = lambda parcel: Go(out=as_rendered(parcel))
    post.clock.advance(timedelta(minutes=1))
    await dispatcher.settle()
    assert post.providers["northbay"].texts == ["hello"]


async def test_a_message_nobody_can_ever_judge_comes_before_a_person_and_what_waits_behind_it_leaves(post: Post) -> None:
    post.leave = cannot_say
    await post.put("never judged", ref="r-1", seq=1)
    await post.put("next", ref="r-2", seq=2)
    dispatcher = post.dispatcher()
    for _ in range(outbox.TRIES):
        assert (await post.states())["r-1"] == "ready"
        await dispatcher.settle()
        post.clock.advance(timedelta(minutes=10))
    await dispatcher.settle()
    assert await post.states() == {"r-1": "failed", "r-2": "sent"}
    assert post.providers["northbay"].texts == ["next"]
    await post.tell_what_is_kept(dispatcher)
    assert post.told == [("r-1", "failed")]


@pytest.mark.parametrize("trouble", [SendError("no list"), ZeroDivisionError("nobody foresaw it")])
async def test_an_attempt_that_can_never_be_looked_up_comes_before_a_person_and_the_next_leaves(post: Post, trouble: Exception) -> None:
    def fails(posting: Posting) -> str:
        raise trouble

    provider = post.providers["northbay"]
    provider.says = [silent]
    provider.looks = fails
    await post.put("may have left", ref="r-1", seq=1)
    await post.put("next", ref="r-2", seq=2)
    dispatcher = post.dispatcher()
    await dispatcher.settle()
    for hours, state in ((1, "sending"), (2, "sending"), (2, "unknown")):
        post.clock.advance(timedelta(hours=hours))
        await dispatcher.settle_unconfirmed()
        await dispatcher.settle()
        assert (await post.states())["r-1"] == state
    assert provider.texts == ["may have left", "next"]
    await post.tell_what_is_kept(dispatcher)
    assert post.told == [("r-1", "unknown")]


async def test_where_there_is_no_way_out_messages_wait_for_one(post: Post) -> None:
    provider = post.providers.pop("northbay")
    await post.put("hello", ref="r-1")
    dispatcher = post.dispatcher()
    await dispatcher.settle()
    assert await post.states() == {"r-1": "ready"}
    post.providers["northbay"] = provider
    await dispatcher.settle()
    assert provider.texts == ["hello"]


async def test_stopping_lets_a_request_end_and_begins_no_other(post: Post) -> None:
    provider = post.providers["northbay"]
    provider.hold = asyncio.Event()
    for seq in (1, 2):
        await post.put(f"message {seq}", ref=f"r-{seq}", seq=seq)
    dispatcher = post.dispatcher()
    running = asyncio.create_task(dispatcher.run())
    await until(lambda: len(provider.seen) == 1)
    stopping = asyncio.create_task(dispatcher.stop())
    await asyncio.sleep(0)
    provider.hold.set()
    await stopping
    await running
    assert await post.states() == {"r-1": "sent", "r-2": "ready"}


async def test_two_dispatchers_over_one_store_send_each_message_once(post: Post) -> None:
    for n in range(40):
        await post.put(f"message {n}", ref=f"r-{n}", conversation=f"c{n % 7}", seq=n)
    both = post.dispatcher(), post.dispatcher()
    await asyncio.gather(*(one.settle() for one in both))
    await both[0].settle()
    sent = post.providers["northbay"].seen
    assert sorted(one.ref for one in sent) == sorted(f"r-{n}" for n in range(40))
    for talk in range(7):
        mine = [int(one.ref[2:]) for one in sent if int(one.ref[2:]) % 7 == talk]
        assert mine == sorted(mine)
