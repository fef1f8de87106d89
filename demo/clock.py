"""What time it is in the demo: frozen, running on from a given moment, or the real time."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal

Mode = Literal["frozen", "running", "system"]


class DemoClock:
    """The one clock of a twin. Everything the twin dates, it dates by this.

    frozen: stands until it is set or advanced. running: goes on from the moment it was set. system: the real time.
    """

    def __init__(self, now: datetime | None = None, *, mode: Mode | None = None, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self.mode: Mode = mode or ("system" if now is None else "frozen")
        self._moment = now.astimezone(UTC) if now else datetime.now(UTC)
        self._since = ticks()

    def now(self) -> datetime:
        """Aware, UTC."""
        match self.mode:
            case "system":
                return datetime.now(UTC)
            case "running":
                return self._moment + timedelta(seconds=self._ticks() - self._since)
            case "frozen":
                return self._moment

    def set(self, now: datetime | None = None, *, mode: Mode | None = None) -> None:
        """Set the moment, the mode or both. A moment for the system clock makes it a running one. Raises ValueError for a naive time."""
        if now is not None and now.tzinfo is None:
            raise ValueError("a time needs an offset")
        moment = self.now() if now is None else now.astimezone(UTC)
        if mode is None:
            mode = "running" if now is not None and self.mode == "system" else self.mode
        self._moment, self._since, self.mode = moment, self._ticks(), mode

    def advance(self, by: timedelta) -> None:
        """Move on by a duration; the real time cannot be moved, so a system clock then runs on from there."""
        self.set(self.now() + by)
