"""One run judged: its counts for the table, and its story where something is wrong."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.chaos.checker import Fault, Verdict, judge, story
from evals.chaos.places import not_reached
from evals.chaos.processes import Nursery
from evals.chaos.record import Record
from evals.chaos.run import Plan, Run, Void, open_run

_TRIES = 4
Play = Callable[[Run], Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A row of the table."""

    name: str
    store: str
    seed: int
    wrong: str
    must_show: str
    """The kind of fault its seeded defect must show; empty for the right program."""
    seconds: float
    messages: int
    deliveries: int
    kills: int
    verdict: Verdict
    unknown: int = 0
    """Sends on WhatsApp of which nobody can tell whether they arrived; a person has been told of each."""
    mailed_again: int = 0
    """Mails handed in again under the same Message-ID."""
    story: str = ""
    notes: tuple[str, ...] = ()
    told: Any = None
    """What the play itself came to, e.g. the points that were reached."""

    @property
    def clean(self) -> bool:
        return self.verdict.clean

    @property
    def caught(self) -> bool:
        """Whether the seeded defect showed as what it is."""
        return self.verdict.count(self.must_show) > 0

    def as_json(self) -> dict[str, Any]:
        counted = {"messages": self.messages, "deliveries": self.deliveries, "kills": self.kills}
        counted |= {**self.verdict.counts, "told unknown": self.unknown, "mailed again": self.mailed_again}
        named = {"name": self.name, "store": self.store, "seed": self.seed, "wrong": self.wrong, "clean": self.clean}
        return {**named, **counted, "seconds": round(self.seconds, 1), "notes": list(self.notes), "story": self.story}


@dataclass(slots=True, kw_only=True)
class Wanted:
    """A run to be made."""

    name: str
    plan: Plan
    play: Play
    undisturbed: bool = False
    replies: int | None = None
    drain: float = 20.0
    must_show: str = ""
    more: Callable[[Run, Record], list[Fault]] | None = None
    """What this run asks beyond the rules for all."""
    notes: list[str] = field(default_factory=list)


async def try_it(nursery: Nursery, wanted: Wanted, folder: Path) -> Trial:
    """Play until the schedule could be kept, a few times at most; then what it came to counts."""
    for _ in range(_TRIES - 1):
        try:
            return await _try_once(nursery, wanted, folder)
        except Void as void:
            wanted.notes.append(str(void))
    return await _try_once(nursery, wanted, folder, last=True)


async def _try_once(nursery: Nursery, wanted: Wanted, folder: Path, *, last: bool = False) -> Trial:
    """Play, drain, read, judge. A play that cannot go on is a fault of its own, never an exception. Raises Void unless it is the last."""
    began, plan = time.monotonic(), wanted.plan
    faults: list[Fault] = []
    told = None
    async with open_run(nursery, plan, folder) as run:
        run.record.undisturbed = wanted.undisturbed
        try:
            told = await wanted.play(run)
        except (TimeoutError, RuntimeError, Void) as error:
            if isinstance(error, Void) and not last:
                raise
            faults.append(Fault(kind="unanswered", shopper=None, what=f"could not be played: {str(error) or type(error).__name__}"))
        drained = await run.drain(wanted.drain)
        record = await run.finish()
        if not drained and not faults:
            record.undrained = True
        faults += judge(record).faults
        if isinstance(told, str):
            wanted.notes.append(told)
        if isinstance(told, dict):
            never = not_reached(told)
            wanted.notes.append(f"{len(told) - len(never)} of {len(told)} points reached" + (f"; not {', '.join(never)}" if never else ""))
        if wanted.replies is not None and len(record.landed) != wanted.replies and not faults:
            kind = "superseded" if len(record.landed) > wanted.replies else "lost"
            faults.append(Fault(kind=kind, shopper=None, what=f"{len(record.landed)} messages were sent where {wanted.replies} were due"))
        if wanted.more is not None:
            faults += wanted.more(run, record)
    verdict = Verdict(faults=tuple(faults))
    return Trial(
        name=wanted.name,
        store=plan.store.kind,
        seed=plan.seed,
        wrong=plan.wrong,
        must_show=wanted.must_show,
        seconds=time.monotonic() - began,
        messages=len(record.said),
        deliveries=record.deliveries,
        kills=record.kills,
        verdict=verdict,
        unknown=len(record.in_doubt()),
        mailed_again=record.mailed_again(),
        story="" if verdict.clean else story(record, verdict),
        notes=tuple(wanted.notes),
        told=told,
    )


_HEAD = ("messages", "deliveries", "kills", "lost", "doubled", "out of order", "other", "told unknown", "mailed again")


def table(trials: list[Trial]) -> str:
    """One line per run."""
    width = max([len(one.name) for one in trials] + [3])
    lines = [f"{'run':<{width}}  {'store':<10}" + "".join(f"{word:>13}" for word in _HEAD) + f"{'s':>8}"]
    for one in trials:
        counts = one.verdict.counts
        main = [counts[word] for word in ("lost", "doubled", "out of order")]
        shown = [one.messages, one.deliveries, one.kills, *main, len(one.verdict.faults) - sum(main), one.unknown, one.mailed_again]
        lines.append(f"{one.name:<{width}}  {one.store:<10}" + "".join(f"{n:>13,}" for n in shown) + f"{one.seconds:>8.1f}")
    return "\n".join(lines)


def total(trials: list[Trial]) -> str:
    """What it came to, of all runs of the right program together."""
    counted = [(sum(one.messages for one in trials), "messages"), (sum(one.kills for one in trials), "kills")]
    counted += [(sum(one.verdict.count(kind) for one in trials), kind) for kind in ("lost", "doubled", "out of order")]
    counted.append((sum(one.unknown for one in trials), "told unknown (WhatsApp)"))
    return ", ".join(f"{count:,} {what}" for count, what in counted)
