"""What is played, in which order and how much of it: a quick size for every change, a full one on demand."""

import asyncio
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from evals.chaos import clocks, faults, places, storms, wire
from evals.chaos.processes import Nursery
from evals.chaos.run import Plan, Run, open_run
from evals.chaos.schedules import SCHEDULES, Schedule, for_store
from evals.chaos.stores import Pool, PostgresStore, SqliteStore, Store
from evals.chaos.trial import Trial, Wanted, try_it
from evals.chaos.wrong import DEFECTS

SIDE_BY_SIDE = {"sqlite": 5, "postgresql": 3}
"""Directed runs mostly wait for a horizon: this many share the machine."""
QUIET_START_S = 0.35
"""What a life takes to get ready, others beside it, on two cores that nobody else uses."""
SLOWEST = 4.0
Say = Callable[..., None]
_nth = count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    quick: bool
    seed: int
    only: str = ""
    wrong: str = ""
    sqlite: bool = True
    pool: Pool | None = None
    """Where PostgreSQL answers."""
    template: list[Path] = field(default_factory=list)
    """The SQLite file runs begin from, once it is there."""
    pace: list[float] = field(default_factory=list)
    """How much slower than a quiet machine this one was found to be: horizons and leases grow with it."""

    def store(self, kind: str) -> Store:
        if kind == "sqlite":
            return SqliteStore(self.template[0] if self.template else None)
        assert self.pool is not None
        return PostgresStore(self.pool)

    @property
    def kinds(self) -> tuple[str, ...]:
        return (*(("sqlite",) if self.sqlite else ()), *(("postgresql",) if self.pool else ()))

    def plan(self, kind: str, *, wrong: str = "", horizon: float = 1.0, **more: Any) -> Plan:
        pace = max(self.pace, default=1.0)
        spans: dict[str, Any] = {"horizon": horizon * pace, "lease": pace, "pace": pace}
        return Plan(store=self.store(kind), seed=self.seed + next(_nth), wrong=wrong or self.wrong, **spans, **more)


async def play(nursery: Nursery, wishes: Wishes, folder: Path, say: Say) -> tuple[list[Trial], list[Trial]]:
    """(runs of the right program, runs with a seeded defect)."""
    for kind in wishes.kinds:
        await furnish(nursery, wishes, kind, folder)
    if (pace := max(wishes.pace)) > 1.2:
        say(f"this machine is busy: horizon and lease are {pace:.1f} s")
    wanted = [one for one in directed(wishes) if wishes.only in one.name]
    defective = [] if wishes.wrong else [one for one in seeded(wishes) if wishes.only in one.name]
    say(f"{len(wanted)} directed schedules, and {len(defective)} runs with a seeded defect")
    together = await side_by_side(nursery, [*wanted, *defective], folder, say)
    right, defects = together[: len(wanted)], together[len(wanted) :]
    for group in heavy(wishes):
        chosen = [one for one in group if wishes.only in one.name]
        if chosen:
            right += await side_by_side(nursery, chosen, folder, say)
    return right, defects


async def furnish(nursery: Nursery, wishes: Wishes, kind: str, folder: Path) -> None:
    """Tables and brand are made once, by a worker's first life; every run begins from a copy."""
    store = wishes.store(kind)
    async with open_run(nursery, Plan(store=store, seed=wishes.seed), folder) as run:
        await run.start()
        await run.kill()
        began = time.monotonic()
        await run.start()
        wishes.pace.append(min(max((time.monotonic() - began) / QUIET_START_S, 1.0), SLOWEST))
        await run.finish()
        if isinstance(store, SqliteStore):
            shutil.copyfile(store.path, folder / "template.db")
    if kind == "sqlite":
        wishes.template.append(folder / "template.db")


def directed(wishes: Wishes) -> list[Wanted]:
    """Every schedule on every store it can be played on; the short PostgreSQL part of the quick size leaves out what SQLite shows alike."""
    return [
        of_schedule(wishes, schedule, kind)
        for kind in wishes.kinds
        for schedule in for_store(kind)
        if not (wishes.quick and kind == "postgresql" and schedule.workers == 1 and wishes.sqlite)
    ]


def seeded(wishes: Wishes) -> list[Wanted]:
    """Every defect on a schedule that must catch it: on the first store where one can be played."""
    found = []
    for defect in DEFECTS:
        for kind in wishes.kinds:
            schedule = next((one for one in for_store(kind) if defect in one.catches), None)
            if schedule is not None:
                found.append(of_schedule(wishes, schedule, kind, wrong=defect))
                if wishes.quick:
                    break
    return found


def of_schedule(wishes: Wishes, schedule: Schedule, kind: str, *, wrong: str = "") -> Wanted:
    plan = wishes.plan(kind, wrong=wrong, workers=schedule.workers, horizon=schedule.horizon)
    return Wanted(
        name=schedule.name,
        plan=plan,
        play=schedule.play,
        undisturbed=schedule.undisturbed,
        replies=schedule.replies,
        drain=6.0 if wrong else 20.0,
        must_show=schedule.catches[wrong] if wrong else "",
    )


def heavy(wishes: Wishes) -> list[list[Wanted]]:
    """Groups of runs that need the machine: those of one group share it, the groups follow each other."""
    if wishes.quick:
        return [[killing(wishes, kind) for kind in wishes.kinds]]
    groups = [[*frozen(wishes, kind), killing(wishes, kind)] for kind in wishes.kinds]
    groups += [[points(wishes, kind, channel) for channel in wire.CHANNELS] for kind in wishes.kinds]
    groups += [[bursts(wishes, kind)] for kind in wishes.kinds]
    groups += [[deliveries(wishes, kind)] for kind in wishes.kinds]
    return groups + [fault_matrix(wishes, kind) for kind in wishes.kinds]


def workers_of(kind: str) -> int:
    return 2 if kind == "postgresql" else 1


def frozen(wishes: Wishes, kind: str) -> list[Wanted]:
    """Two workers need PostgreSQL. It waits most of its 80 s, beside whatever else is played."""
    if workers_of(kind) == 1:
        return []
    plan = wishes.plan(kind, workers=2, unscaled=True)
    return [Wanted(name="frozen for 60 s, unscaled", plan=plan, play=faults.frozen_for_a_minute, replies=2, drain=100.0)]


def killing(wishes: Wishes, kind: str) -> Wanted:
    kills, limit, people = (10, 7.0, 12) if wishes.quick else (200, 180.0, 28)

    async def play(run: Run) -> None:
        await storms.random_kills(run, kills=kills, limit_s=limit * run.plan.pace, shoppers=storms.EVERYBODY[:people])

    return Wanted(name="random kills", plan=wishes.plan(kind, workers=workers_of(kind), receipts=0.5), play=play, drain=40.0)


def points(wishes: Wishes, kind: str, channel: str) -> Wanted:
    plan = wishes.plan(kind, workers=workers_of(kind), receipts=0.7)

    async def play(run: Run) -> dict[str, bool]:
        return await places.every_point(run, channel, patience=3.0 * run.plan.pace)

    return Wanted(name=f"killed at every named point, {channel}", plan=plan, play=play, drain=40.0)


def bursts(wishes: Wishes, kind: str) -> Wanted:
    plan = wishes.plan(kind, workers=workers_of(kind), debounce=0.15, cap=0.45)

    async def play(run: Run) -> str:
        return await storms.bursts(run, seconds=50.0, shoppers=wire.crowd(40), longest_gap=0.3 * run.plan.pace)

    return Wanted(name="bursts", plan=plan, play=play, undisturbed=True, drain=40.0)


def deliveries(wishes: Wishes, kind: str) -> Wanted:
    # Nobody is killed here and the backlog is long: a provider is waited for ten seconds, as in production, not for a third of one.
    plan = wishes.plan(kind, workers=workers_of(kind), horizon=10.0, receipts=0.2)

    async def play(run: Run) -> str:
        return await storms.deliveries(run, messages=2_000, copies=5, people=80)

    return Wanted(name="10,000 deliveries of 2,000 messages", plan=plan, play=play, drain=90.0)


def fault_matrix(wishes: Wishes, kind: str) -> list[Wanted]:
    """What the store and the clock may do to us."""
    found = []
    if kind == "sqlite":
        plays = {"the file is locked": faults.locked, "no file may grow": faults.no_room, "some writes fail": faults.failing_disk}
        if faults.may_mount():
            plays["the disk is full"] = faults.full_disk
        found += [Wanted(name=name, plan=wishes.plan(kind), play=play, drain=40.0) for name, play in plays.items()]

    async def down(run: Run) -> str:
        return await faults.four_hours_down(run, people=125, messages=500)

    plan = wishes.plan(kind, workers=workers_of(kind), debounce=1.0, cap=3.0)
    found.append(Wanted(name="four hours down", plan=plan, play=down, more=faults.one_reply_each, drain=60.0))
    for jump in clocks.JUMPS:

        async def play(run: Run, jump: str = jump) -> None:
            await faults.clock_jumps(run, jump)

        found.append(Wanted(name=f"the clock jumps {jump}", plan=wishes.plan(kind), play=play, drain=40.0))
    return found


async def side_by_side(nursery: Nursery, wanted: Sequence[Wanted], folder: Path, say: Say) -> list[Trial]:
    rooms = {kind: asyncio.Semaphore(most) for kind, most in SIDE_BY_SIDE.items()}

    async def one(what: Wanted) -> Trial:
        async with rooms[what.plan.store.kind]:
            done = await try_it(nursery, what, folder)
        label = f"{what.name} on {done.store}" + (f" with {done.wrong!r}" if done.wrong else "")
        said = ("caught" if done.caught else "MISSED") if done.must_show else "clean" if done.clean else "FAULTS"
        say(f"  {said:<7}{done.seconds:6.1f} s  {label}")
        return done

    return list(await asyncio.gather(*(one(what) for what in wanted)))


def missed(defects: Sequence[Trial]) -> list[str]:
    """Seeded defects that some run did not catch."""
    return [f"{one.wrong!r} was not caught by {one.name!r} on {one.store}" for one in defects if not one.caught]


def never_tried(wishes: Wishes) -> list[str]:
    """Defects that no schedule of these stores could show."""
    possible = {defect for kind in wishes.kinds for one in for_store(kind) for defect in one.catches}
    return [defect for defect in DEFECTS if defect not in possible]


assert {defect for one in SCHEDULES for defect in one.catches} == set(DEFECTS)
