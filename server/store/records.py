"""How the house's own types are written down and read back: typed JSON that a person can read, migrate and erase."""

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def written(kind: Any, value: Any) -> str:
    """`value` of type `kind` as JSON text."""
    return _adapter(kind).dump_json(value).decode()


def plain(kind: Any, value: Any) -> Any:
    """`value` of type `kind` as plain JSON values."""
    return _adapter(kind).dump_python(value, mode="json")


def read(kind: type[T], text: str) -> T:
    """The value that was written. Raises pydantic.ValidationError for a record of a shape this version does not know."""
    # A class is hashable; the checker takes its metaclass into account and so cannot know.
    result: T = _adapter(kind).validate_json(text)  # type: ignore[arg-type]
    return result


def read_plain(kind: Any, value: Any) -> Any:
    """A value of type `kind` (a union or tuple too) from plain JSON values."""
    return _adapter(kind).validate_python(value, strict=False)


def digest_of(value: Any) -> str:
    """The same for equal values, also across restarts (sets have no order of their own)."""
    return hashlib.sha256(json.dumps(_ordered(value), sort_keys=True, default=str).encode()).hexdigest()


def _ordered(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _ordered(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, (set, frozenset)):
        return sorted((_ordered(item) for item in value), key=str)
    if isinstance(value, (list, tuple)):
        return [_ordered(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _ordered(item) for key, item in value.items()}
    if isinstance(value, datetime):
        return value.isoformat()
    return value
