"""When a text message that answers nothing may arrive: 08:00 to 21:00 where its reader is (V-07). Pure over a clock handed in."""

from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from phonenumbers import timezone as number_zones

OPENS, CLOSES = time(8), time(21)
_STEP = timedelta(minutes=15)
"""Offsets are whole quarters of an hour everywhere."""


def next_allowed(number: str, now: datetime, fallback: str) -> datetime:
    """`now` where it is day for whoever has this number, else the next moment at which it is.

    number: E.164. A number that does not tell one zone has several: all must allow. fallback: the brand's IANA zone, for
    numbers that tell none, and for those whose zones are never awake together. now: aware.
    """
    zones = zones_of(number) or (fallback,)
    found = _first(now, zones)
    return found or _first(now, (fallback,)) or now


def zones_of(number: str) -> tuple[str, ...]:
    """The IANA zones a number may be in; empty where it tells none."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ()
    return tuple(zone for zone in number_zones.time_zones_for_number(parsed) if zone != number_zones.UNKNOWN_TIMEZONE)


def _first(now: datetime, zones: tuple[str, ...]) -> datetime | None:
    if _day(now, zones):
        return now
    at = now.replace(minute=now.minute // 15 * 15, second=0, microsecond=0) + _STEP
    while at <= now + timedelta(days=2):
        if _day(at, zones):
            return at
        at += _STEP
    return None


def _day(at: datetime, zones: tuple[str, ...]) -> bool:
    return all(OPENS <= at.astimezone(_zone(zone)).time() < CLOSES for zone in zones)


@lru_cache(maxsize=512)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
