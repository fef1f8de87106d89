"""How long a change is possible: elapsed time, an hour of the day, a stage, a release date (P-01, P-02, P-04)."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from knowledge.compile.changes import Said
from knowledge.compile.context import Brandwide, Context
from knowledge.compile.statement import ClockBound, Statement, TimeBound
from knowledge.terms import EVERY_CHANGE, ChangeKind, CutOff, Stage, Window

_ORDER = (Stage.PREPARING, Stage.SHIPPED, Stage.DELIVERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadWindow:
    body: Window | None = None
    unread: tuple[str, ...] = ()


def read_window(statement: Statement, said: Said, context: Context, brand: Brandwide, *, fragment: bool = False) -> ReadWindow | None:
    """The window a statement sets, or None where it sets none.

    "Cannot … after" and "can … until" say the same; "cannot … until" says something we do not claim to know.
    """
    changes = _changes(said, context, fragment=fragment, statement=statement)
    bounded = bool(statement.release or statement.times or statement.clocks or any(bound.stage is not None for bound in statement.stages))
    if not changes or said.blocked or not bounded or (said.returns and not said.changes) or (said.exchanges and not said.cancels):
        return None
    if said.refunds and not statement.has("may"):
        return None
    if statement.says("too_late") and not statement.denies and not statement.times:
        return None
    denied = statement.denies or said.locked or context.answer is False
    wanted: Literal["upto", "after"] = "after" if denied else "upto"
    unread: list[str] = []
    window = Window(changes=changes, before_release=timedelta(0) if statement.release and not denied else None)
    for bound in statement.times:
        window, problem = _with_time(window, bound, wanted)
        unread += [problem] if problem else []
    stages = [bound.stage for bound in statement.stages if bound.relation == wanted and bound.stage is not None]
    if stages:
        window = replace(window, until=min(stages, key=_ORDER.index))
    elif any(bound.stage is not None for bound in statement.stages) and not statement.times and not statement.clocks:
        return None
    clocks = [bound for bound in statement.clocks if bound.relation == wanted]
    if said.locked and not clocks:
        clocks = [bound for bound in statement.clocks if bound.relation == "upto"]  # "locked at 8 pm"
    cut_off, problem = _cut_off(statement, clocks, brand)
    window = replace(window, cut_off=cut_off)
    unread += [problem] if problem else []
    if window == Window(changes=changes):
        return ReadWindow(unread=tuple(unread)) if unread else None
    if unread and not (window.until or window.cut_off):
        return ReadWindow(unread=tuple(unread))
    return ReadWindow(body=window, unread=tuple(unread))


def _changes(said: Said, context: Context, *, fragment: bool, statement: Statement) -> frozenset[ChangeKind]:
    if said.changes:
        return said.changes
    if said.locked:
        return context.said.changes or context.last_said.changes or EVERY_CHANGE
    if fragment or context.answer is not None:
        return context.said.changes or (context.last_said.changes if statement.says("they") else frozenset())
    return frozenset()


def _with_time(window: Window, bound: TimeBound, wanted: Literal["upto", "after"]) -> tuple[Window, str | None]:
    duration = bound.duration
    if bound.vague is not None:
        return window, f'vague word "{bound.vague}" beside "{_figure(bound)}": give the exact figure'
    if bound.anchor == "delivered":
        return window, "the time counts from delivery: that is a return or withdrawal period, not a window for changes"
    if bound.relation in {"before_other", "at_least"}:
        return window, "the time is counted in a way that cannot be decided on: give the time since the order was placed"
    if not duration.is_exact:
        return window, f'"{_figure(bound)}" is a range: give one figure'
    if duration.unit in {"working_days", "months"}:
        return window, f'"{_figure(bound)}": working days and months cannot be counted here; give hours, days or an hour of the day'
    if bound.relation == "before_release":
        return replace(window, before_release=duration.delta), None
    if bound.relation != wanted and not (bound.relation == "plain" and (wanted == "upto" or bound.anchor == "placed")):
        return window, "it is not plain whether the time named opens or closes the window"
    if window.within is not None and window.within != duration.delta:
        return replace(window, within=min(window.within, duration.delta)), "two different times in one statement"
    return replace(window, within=duration.delta), None


def _figure(bound: TimeBound) -> str:
    low, high = bound.duration.low, bound.duration.high
    unit = bound.duration.unit.replace("_", " ")
    return f"{low} {unit}" if low == high else f"{low} to {high} {unit}"


def _cut_off(statement: Statement, clocks: list[ClockBound], brand: Brandwide) -> tuple[CutOff | None, str | None]:
    placed = [bound.clock.at for bound in statement.clocks if bound.relation == "placed_before"]
    if not clocks:
        if placed:
            return None, "it speaks of orders placed before an hour, but not until when those can be changed"
        return (None, "an hour is named whose sense is not plain") if statement.clocks else (None, None)
    if len({bound.clock.at for bound in clocks}) > 1:
        return None, "two different hours in one statement"
    clock = clocks[0].clock
    if statement.says("weekday") and not statement.says("working_days"):
        return None, "the hour belongs to certain days of the week: state it in a sidecar file"
    if placed and placed[0] != clock.at:
        return None, "the hour holds only for orders placed before another hour: state it in a sidecar file"
    day: Literal["same_day", "next_day", "next_working_day"] = (
        "next_working_day" if statement.says("next_working_day") else "next_day" if statement.says("next_day") else "same_day"
    )
    zone = brand.zone if clock.zone is None or (clock.family and brand.zone.startswith(clock.family)) else clock.zone
    return CutOff(at=clock.at, zone=zone, day=day, working_days=day != "next_working_day" and statement.says("working_days")), None
