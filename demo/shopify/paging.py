"""Lists in pages, as Shopify's connections give them."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from demo.shopify.errors import bad_request

MOST = 250
PAGE_ARGS = frozenset({"first", "last", "after", "before", "reverse"})


def written(value: Any) -> str:
    """A sort value as a cursor carries it."""
    return value.strftime("%Y-%m-%d %H:%M:%S.%f") if isinstance(value, datetime) else str(value)


class Page:
    """One page: `items` are records with a `number`; cursors are made only where they are asked for."""

    __slots__ = ("_key", "has_next", "has_previous", "items")

    def __init__(self, items: Sequence[Any], key: Callable[[Any], Any], *, has_next: bool, has_previous: bool) -> None:
        self.items, self._key, self.has_next, self.has_previous = items, key, has_next, has_previous

    def cursor(self, item: Any) -> str:
        """base64 of {"last_id":…,"last_value":"…"}."""
        text = json.dumps({"last_id": item.number, "last_value": written(self._key(item))}, separators=(",", ":"))
        return base64.b64encode(text.encode()).decode()

    @property
    def start(self) -> str | None:
        return self.cursor(self.items[0]) if self.items else None

    @property
    def end(self) -> str | None:
        return self.cursor(self.items[-1]) if self.items else None

    @property
    def edges(self) -> list[tuple["Page", Any]]:
        return [(self, item) for item in self.items]


def _by_number(item: Any) -> Any:
    return item.number


def page(items: Sequence[Any], args: Mapping[str, Any], key: Callable[[Any], Any] | None = None) -> Page:
    """A page of `items`, which stand in order already; `reverse` turns them round. `key` is what the cursors carry.

    Raises BAD_REQUEST without first or last (recorded), above 250, or with a cursor that is not one of this list.
    """
    first, last = args.get("first"), args.get("last")
    if first is None and last is None:
        raise bad_request("you must provide one of first or last")
    if first is not None and last is not None:
        raise bad_request("providing both first and last is not supported")
    for name, value in (("first", first), ("last", last)):
        if value is not None and not 0 <= value <= MOST:
            raise bad_request(f"{name} must be between 0 and {MOST}")
    listed = list(reversed(items)) if args.get("reverse") else list(items)
    start = _position(listed, args["after"]) + 1 if args.get("after") else 0
    stop = _position(listed, args["before"]) if args.get("before") else len(listed)
    window = listed[start:stop]
    taken = window[:first] if first is not None else window[len(window) - min(last or 0, len(window)) :]
    before = start if first is not None else start + len(window) - len(taken)
    return Page(taken, key or _by_number, has_next=before + len(taken) < len(listed), has_previous=before > 0)


def _position(listed: Sequence[Any], cursor: str) -> int:
    try:
        number = json.loads(base64.b64decode(cursor, validate=True))["last_id"]
        return next(i for i, item in enumerate(listed) if item.number == number)
    except (ValueError, KeyError, TypeError, StopIteration):
        raise bad_request("Invalid cursor for current pagination sort.") from None
