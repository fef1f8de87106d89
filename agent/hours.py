"""When a person will have answered: the brand's promise, counted in its own office hours."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from knowledge.brand import OfficeHours

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HORIZON = 30
"""Days looked ahead before giving up on hours that never open."""


def reply_by(hours: OfficeHours, zone: str, now: datetime) -> datetime | None:
    """The promised reply time, aware in the brand's zone; None where the office never opens.

    Time runs only while the office is open, counted in elapsed time across a change of the clocks.
    """
    place = ZoneInfo(zone)
    left = hours.reply_within
    day = now.astimezone(place).date()
    for offset in range(_HORIZON):
        date = day + timedelta(days=offset)
        if _DAYS[date.weekday()] not in hours.days:
            continue
        opens = datetime.combine(date, hours.opens, tzinfo=place)
        closes = _end(datetime.combine(date, hours.closes, tzinfo=place), hours.closes)
        start = max(now, opens)
        if start >= closes:
            continue
        if closes.timestamp() - start.timestamp() >= left.total_seconds():
            return datetime.fromtimestamp(start.timestamp() + left.total_seconds(), tz=place)
        left -= timedelta(seconds=closes.timestamp() - start.timestamp())
    return None


def _end(closes: datetime, at: time) -> datetime:
    """00:00 as a closing hour means the end of that day."""
    return closes + timedelta(days=1) if at == time(0) else closes
