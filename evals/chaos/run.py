"""One run: a store, a provider, one or two workers that live and die, and shoppers who write to them."""

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

from evals.chaos import wire
from evals.chaos.chats import Chats
from evals.chaos.processes import Event, Nursery, Process
from evals.chaos.record import Happened, Landed, Record, Said, Thought, token
from evals.chaos.stores import Rows, Store

_PATIENCE_S = 20.0
_serial = count()


class Void(Exception):
    """The schedule could not be kept, so it proves nothing either way: it is played again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a run is set up. Lease and horizon are production's 20 s and 75 s, scaled to one second."""

    store: Store
    seed: int
    workers: int = 1
    wrong: str = ""
    """The seeded defect the workers run with."""
    lease: float = 1.0
    horizon: float = 1.0
    debounce: float = 0.03
    cap: float = 0.3
    sweep: float = 0.2
    pace: float = 1.0
    """How much slower than a quiet machine this one is: patience grows with it, as horizon and lease do."""
    receipts: float = 0.0
    """Share of taken messages whose status is told to us."""
    unscaled: bool = False
    """Lease, deadlines and horizons are production's own."""
    extra: dict[str, Any] = field(default_factory=dict)
    """More for the worker, e.g. how far its clock is off."""


@dataclass(slots=True)
class Life:
    """A worker's place and whoever lives there."""

    slot: str
    port: int
    pid: int = 0
    ready: bool = False


class Run:
    def __init__(self, plan: Plan, nursery: Nursery, provider: Process, folder: Path, opened: Event) -> None:
        """opened: the provider's own first event, with its ports."""
        self.plan = plan
        self.name = f"run{next(_serial)}"
        self.record = Record(horizon=plan.horizon)
        self.chance = random.Random(plan.seed)
        self.provider = provider
        self.lives: dict[str, Life] = {}
        self._nursery = nursery
        self._folder = folder
        self._doors = {"provider": f"http://127.0.0.1:{opened['port']}", "smtp": opened["smtp"]}
        self._chats = Chats()
        self._mails: dict[str, str] = {}
        """By shopper: their last mail that was acknowledged."""
        self._letters: dict[str, tuple[datetime, str]] = {}
        self._words = count(plan.seed % 1000 * 40_000 + 1)
        self._waiting: list[tuple[Callable[[Event], bool], asyncio.Future[Event]]] = []
        self._thinking: dict[tuple[int, str], list[Any]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._first = plan.store.fresh
        self._finished = False
        self._more: dict[str, str] = {}
        self.number = wire.TWILIO_NUMBER

    # what is seen

    def told(self, event: Event) -> None:
        """Every event of provider and workers passes here."""
        match event["e"]:
            case "asked":
                self._note(event["t"], f"provider is asked for {event['ref']} (attempt {event['try']}, {event['do']})", event["to"])
                self.record.asked[event["ref"]] = (event["t"], event["do"] == "ok")
            case "landed":
                about = {name: event[name] for name in ("ref", "to", "text", "asked", "wall", "channel")}
                self.record.landed.append(Landed(**about, at=event["t"], plain=event["do"] == "ok"))
                if event["callback"] and self.chance.random() < self.plan.receipts:
                    self._spawn(self._receipt(event))
            case "gave_up":
                self.record.gave_up.add(event["ref"])
            case "listed":
                self._note(event["t"], f"provider lists {event['n']} messages", event["to"] or None)
            case "think":
                self._thinking[event["pid"], self._name(event)] = [event["t"], tuple(event["tokens"])]
            case "thought":
                began, words = self._thinking.pop((event["pid"], self._name(event)))
                who = self._chats.shopper_of(event["who"])
                thought = Thought(shopper=who, tokens=words, pid=event["pid"], began=began, ended=event["t"])
                self.record.thoughts.append(thought)
            case "loose":
                self.record.loose += 1
            case "ready":
                for life in self.lives.values():
                    life.ready = life.ready or life.pid == event["pid"]
            case "gone":
                self._gone(event)
            case "at":
                if event["do"] in ("stop", "pause"):
                    self.record.shocks.append(event["t"])
                self._note(event["t"], f"worker {event['slot']} is at {event['point']}: {event['do']}", None)
            case _:
                pass
        for fits, future in tuple(self._waiting):
            if future.done():
                self._waiting.remove((fits, future))
            elif fits(event):
                self._waiting.remove((fits, future))
                future.set_result(event)

    def expect(self, kind: str, **fields: Any) -> "asyncio.Future[Event]":
        """The next event of this kind with these fields; ask before you do what brings it about."""
        future: asyncio.Future[Event] = asyncio.get_running_loop().create_future()
        self._waiting.append((lambda event: event["e"] == kind and all(event.get(k) == v for k, v in fields.items()), future))
        return future

    async def seen(self, kind: str, patience: float = _PATIENCE_S, **fields: Any) -> Event:
        return await asyncio.wait_for(self.expect(kind, **fields), patience)

    # workers

    async def start(self, slot: str = "a", *, at: Sequence[dict[str, Any]] = (), wait: bool = True, **extra: Any) -> None:
        """A new life in this place. at: what happens when it passes a point, e.g. {"point": "send.after", "nth": 2, "do": "kill"}."""
        life = self.lives.get(slot)
        if life is None:
            life = self.lives[slot] = Life(slot, await self._nursery.listen(f"{self.name}.{slot}"))
        plan = self.plan
        given = {
            "slot": f"{self.name}.{slot}",
            "run": self.name,
            "url": plan.store.url,
            "folder": str(self._folder),
            **self._doors,
            "unscaled": plan.unscaled,
            "wrong": plan.wrong,
            "first": self._first,
            "at": list(at),
            **{name: getattr(plan, name) for name in ("lease", "horizon", "debounce", "cap", "sweep")},
            **plan.extra,
            **extra,
        }
        life.ready = False
        ready, failed = self.expect("ready", slot=given["slot"]), self.expect("failed", slot=given["slot"])
        life.pid = await self._nursery.spawn(given)
        self._note(time.monotonic(), f"worker {slot} starts (process {life.pid})", None)
        if wait or self._first:
            await asyncio.wait({ready, failed}, timeout=_PATIENCE_S * plan.pace, return_when=asyncio.FIRST_COMPLETED)
            if failed.done():
                raise RuntimeError(f"worker {slot}: {failed.result()['why']}")
            if not ready.done():
                raise RuntimeError(f"worker {slot} did not get ready")
        self._first = False

    async def kill(self, slot: str = "a") -> None:
        """SIGKILL, and until it is gone."""
        life = self.lives[slot]
        if life.pid:
            gone = self.expect("gone", pid=life.pid)
            _send(life.pid, signal.SIGKILL)
            await gone

    def signal(self, slot: str, number: signal.Signals) -> None:
        self.shock(f"worker {slot} gets {number.name}")
        _send(self.lives[slot].pid, number)

    # shoppers

    def say(self, shopper: str, more: str = "") -> Said:
        """A message that a shopper has written; nothing is delivered yet. more: words for the thin turn, e.g. `slow600`."""
        n = next(self._words)
        word = token(n)
        said = Said(token=word, id=f"SMf{n:031x}", shopper=shopper, channel=wire.channel_of(shopper))
        self.record.said[word] = said
        self._more[word] = f"{word} {more}".strip()
        return said

    async def deliver(self, said: Said, slot: str | None = None, *, patience: float = 4.0) -> bool:
        """Once; whether it was acknowledged. Twilio waits 15 s."""
        slots = [slot] if slot else list(self.lives)
        life = self.lives[self.chance.choice(slots)]
        request = await self._request(said, life.port, patience * self.plan.pace)
        if request is None:
            return False
        said.deliveries += 1
        answer = await wire.post(life.port, request, patience=patience * self.plan.pace)
        now = time.monotonic()
        self._note(now, f"delivery {said.deliveries} of {said.token} to {life.slot}: {answer or 'no answer'}", said.shopper)
        if answer is None or not 200 <= answer < 300:
            return False
        if said.acknowledged is None:
            said.acknowledged = now
            if said.channel == "email":
                self._mails[said.shopper] = said.id
        return True

    async def _request(self, said: Said, port: int, patience: float) -> wire.Request | None:
        """As its channel hands it in; None where a chat could not be opened yet."""
        text = self._more[said.token]
        if said.channel == "webchat":
            token = await self._chats.token_of(said.shopper, port, patience)
            return wire.chat(id=said.id, text=text, token=token) if token else None
        if said.channel == "email":
            # Shoppers answer into their own thread; delivered again it is the very same mail.
            written, before = self._letters.setdefault(said.token, (datetime.now(UTC), self._mails.get(said.shopper, "")))
            return wire.email(id=said.id, shopper=said.shopper, text=text, written=written, answers=before)
        return wire.SENDERS[said.channel](id=said.id, shopper=said.shopper, text=text)

    async def get_through(self, said: Said, slot: str | None = None, *, patience: float = _PATIENCE_S, slowest: float = 1.0) -> None:
        """Like a provider that retries: until it is acknowledged."""
        until, pause = time.monotonic() + patience * self.plan.pace, 0.05
        while not await self.deliver(said, slot):
            if time.monotonic() > until:
                raise TimeoutError(f"{said.token} was not acknowledged within {patience * self.plan.pace:.0f} s")
            # Ever longer, as senders do: retries that pile up would keep a worker down that they found down.
            await asyncio.sleep(self.chance.uniform(pause / 2, pause))
            pause = min(pause * 2, slowest * self.plan.pace)

    # the end

    async def drain(self, patience: float = _PATIENCE_S) -> bool:
        """Until inbox and outbox are empty; False when they did not become so in time."""
        until = time.monotonic() + patience * self.plan.pace
        while not self._finished and time.monotonic() < until:
            for life in self.lives.values():
                if not life.pid or not life.ready:
                    continue
                answer = self.expect("left", pid=life.pid)
                try:
                    os.kill(life.pid, signal.SIGUSR1)
                    left = await asyncio.wait_for(answer, 2 * self.plan.pace)
                except (TimeoutError, ProcessLookupError):
                    continue
                if left["inbox"] == left["outbox"] == left["untold"] == 0:
                    return True
                break
            await asyncio.sleep(0.05)
        return self._finished

    async def finish(self) -> Record:
        """Ends the workers in order and reads what the store holds. A second time it changes nothing."""
        if self._finished:
            return self.record
        self._finished = True
        for task in tuple(self._tasks):
            task.cancel()
        for life in self.lives.values():
            if not life.pid:
                continue
            gone = self.expect("gone", pid=life.pid)
            _send(life.pid, signal.SIGCONT)
            _send(life.pid, signal.SIGTERM if life.ready else signal.SIGKILL)
            try:
                await asyncio.wait_for(asyncio.shield(gone), 12)
            except TimeoutError:
                _send(life.pid, signal.SIGKILL)
                await gone
        self._read(await self.plan.store.rows())
        for (pid, who), (began, words) in self._thinking.items():
            who = self._chats.shopper_of(who.partition(" ")[0])
            self.record.thoughts.append(Thought(shopper=who, tokens=words, pid=pid, began=began, ended=None))
        return self.record

    def _read(self, rows: Rows) -> None:
        """What the store holds. A mail is known outside by its Message-ID, and here by its row; in webchat the log is what arrived."""
        record = self.record
        record.kept, record.left = rows.kept, rows.left
        by_mail = {row.mail: row.ref for row in rows.left if row.mail}
        record.landed = [replace(one, ref=by_mail.get(one.ref, one.ref)) for one in record.landed]
        record.asked = {by_mail.get(ref, ref): asked for ref, asked in record.asked.items()}
        since = time.time() - time.monotonic()
        for one in rows.shown:
            at, to = one.wall - since, self._chats.shopper_of(one.conversation)
            record.landed.append(Landed(ref=one.ref, to=to, text=one.text, asked=at, at=at, wall=one.wall, channel="webchat"))

    def spawn(self, work: Any) -> "asyncio.Task[Any]":
        return self._spawn(work)

    def _spawn(self, work: Any) -> "asyncio.Task[Any]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def shock(self, what: str) -> None:
        """Something after which a worker may not know what became of its sends."""
        self.record.shocks.append(time.monotonic())
        self.note(what)

    def note(self, what: str) -> None:
        """Something that befalls everyone."""
        self._note(time.monotonic(), what, None)

    def _note(self, at: float, what: str, shopper: str | None) -> None:
        self.record.happened.append(Happened(at=at, what=what, shopper=shopper))

    def _gone(self, event: Event) -> None:
        for life in self.lives.values():
            if life.pid == event["pid"]:
                life.pid, life.ready = 0, False
                self.record.shocks.append(event["t"])
                if event["signal"] == signal.SIGKILL:
                    self.record.kills += 1
                self._note(event["t"], f"worker {life.slot} is gone (signal {event['signal']})", None)

    def _name(self, event: Event) -> str:
        """Whose turn it is: two mails of one shopper may be two conversations."""
        return f"{event['who']} {' '.join(event['tokens'][:1])}"

    async def _receipt(self, taken: Event) -> None:
        """The provider's word on a message it took: once or twice, soon or a little later, in any order."""
        states = self.chance.choice((("sent", "delivered"), ("delivered", "sent"), ("delivered", "delivered"), ("sent",)))
        for state in states:
            await asyncio.sleep(self.chance.uniform(0, 0.2))
            life = self.lives[self.chance.choice(list(self.lives))]
            if taken["channel"] == "whatsapp":
                told = wire.whatsapp_status(ref=taken["callback"], sid=taken["sid"], to=taken["to"], state=state)
            else:
                told = wire.status(taken["callback"], sid=taken["sid"], state=state)
            await wire.post(life.port, told)


@asynccontextmanager
async def open_run(nursery: Nursery, plan: Plan, folder: Path) -> AsyncIterator[Run]:
    """A run with its provider open and no worker yet; everything it started is gone with the block."""
    place = folder / f"{plan.store.kind}-{next(_serial)}"
    place.mkdir(parents=True)
    provider = Process("evals.chaos.provider", str(plan.seed))
    opened = await provider.start()
    await plan.store.make(place)
    run = Run(plan, nursery, provider, place, opened)
    mine = f"{run.name}."

    def heard(event: Event) -> None:
        if (
            event.get("run") == run.name
            or event.get("slot", "").startswith(mine)
            or event.get("pid") in {life.pid for life in run.lives.values()}
        ):
            run.told(event)

    nursery.listeners.append(heard)
    provider.listeners.append(run.told)
    try:
        yield run
    finally:
        for life in run.lives.values():
            if life.pid:
                _send(life.pid, signal.SIGKILL)
        nursery.listeners.remove(heard)
        await provider.stop()
        await plan.store.drop()


def _send(pid: int, number: signal.Signals) -> None:
    """To a process that may have gone already, its end not yet told."""
    with suppress(ProcessLookupError):
        os.kill(pid, number)
