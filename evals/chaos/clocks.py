"""A worker whose machine has the wrong time: every module of the house that asks the machine is told so."""

import sys
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

JUMPS = {
    "one hour back": timedelta(hours=-1),
    "400 days ahead": timedelta(days=400),
    "into the hour that comes twice": None,
}


def jump(name: str) -> timedelta:
    """How far the clock is off. The end of summer time, in a year to come, is reached two seconds after the start."""
    given = JUMPS[name]
    if given is not None:
        return given
    return datetime(2027, 10, 31, 0, 59, 58, tzinfo=UTC) - datetime.now(UTC)


def shift(by: timedelta) -> None:
    """From now on, in this process, `datetime.now` is off by so much, wherever a module of the house asks it."""

    class _Meta(type):
        def __instancecheck__(cls, value: object) -> bool:
            return isinstance(value, datetime)

    class _Shifted(datetime, metaclass=_Meta):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.now(tz) + by

    for name, module in tuple(sys.modules.items()):
        if name.split(".")[0] not in ("server", "channels", "agent", "identity", "shop") or vars(module).get("datetime") is not datetime:
            continue
        source = Path(module.__file__ or "")
        if source.is_file() and "datetime.now(" in source.read_text(encoding="utf-8"):
            vars(module)["datetime"] = _Shifted
