"""When a window of the brand closes for one order.

Elapsed windows run in absolute time; cut-off hours follow the clock on the wall of their zone (P-20).
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from knowledge.terms import CutOff, Stage, Window
from shop.order import LineState, OrderLine

FAR = datetime(9999, 1, 1, tzinfo=UTC)
"""Beyond every calendar: an absurd figure in a policy never closes a window, and never breaks a turn."""

REACHED: dict[Stage, frozenset[LineState]] = {
    # A third-party warehouse that accepted may still be asked to stop, so ACCEPTED is not yet PREPARING (product.md 4.5, Q).
    Stage.PREPARING: frozenset({LineState.PACKING, LineState.READY_FOR_PICKUP, LineState.IN_TRANSIT, LineState.DELIVERED}),
    Stage.SHIPPED: frozenset({LineState.IN_TRANSIT, LineState.DELIVERED}),
    Stage.DELIVERED: frozenset({LineState.DELIVERED}),
}


class Unreadable(Exception):
    """The window needs a fact the order does not tell, e.g. a pre-order's release date."""


def deadline(window: Window, placed: datetime, line: OrderLine, zone: str) -> datetime | None:
    """The first instant outside the window (P-20), aware UTC; None when only a state closes it.

    placed: aware. zone: the brand's, where the cut-off's own is not known to this machine.
    Raises Unreadable.
    """
    bounds = list(_bounds(window, placed.astimezone(UTC), line, zone))
    return min(bounds) if bounds else None


def _bounds(window: Window, placed: datetime, line: OrderLine, zone: str) -> Iterable[datetime]:
    if window.within is not None:
        yield add(placed, window.within)
    if window.cut_off is not None:
        yield cut_off(window.cut_off, placed, zone)
    if window.before_release is not None:
        released = [units.scheduled_for for units in line.units if units.scheduled_for is not None]
        if not released:
            raise Unreadable
        yield add(min(released).astimezone(UTC), -window.before_release)


def cut_off(rule: CutOff, placed: datetime, zone: str) -> datetime:
    """The hour that counts for an order placed then, aware UTC (P-02). At the hour itself it is too late for that hour."""
    local = _zone(rule.zone, zone)
    day = placed.astimezone(local).date()
    if rule.day != "same_day":
        day += timedelta(days=1)
    weekdays_only = rule.working_days or rule.day == "next_working_day"
    while (weekdays_only and day.weekday() > 4) or _instant(day, rule, local) <= placed:
        day += timedelta(days=1)
    return _instant(day, rule, local)


def _instant(day: date, rule: CutOff, local: ZoneInfo) -> datetime:
    return datetime.combine(day, rule.at.replace(tzinfo=None), tzinfo=local).astimezone(UTC)


@lru_cache(maxsize=256)
def _zone(name: str, otherwise: str) -> ZoneInfo:
    for candidate in (name, otherwise):
        try:
            return ZoneInfo(candidate)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return ZoneInfo("UTC")


def add(moment: datetime, by: timedelta) -> datetime:
    """Elapsed time, whatever the clocks on the wall did meanwhile; aware UTC, never beyond FAR."""
    try:
        return min(moment.astimezone(UTC) + by, FAR)
    except OverflowError:
        return FAR if by > timedelta(0) else datetime(1, 1, 1, tzinfo=UTC)
