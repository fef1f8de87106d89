"""How the twin answers a field: one small function per field, collected in tables by type."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any, TypeAlias

from demo.shopify.access import ScopeSet
from demo.shopify.errors import NotInTwin, not_found
from demo.shopify.events import Event
from demo.shopify.pending import Job
from demo.shopify.records import gid
from demo.shopify.shop import Shop
from demo.shopify.state import AppClient


@dataclass(slots=True, kw_only=True)
class Asking:
    """Who asks, in which shop, when."""

    shop: Shop
    app: AppClient
    scopes: ScopeSet
    now: datetime
    key: str = ""
    """The idempotency key of the mutation that runs."""
    events: list[Event] = field(default_factory=list)
    """What mutations made happen: sent once the call is answered."""
    jobs: list[Job] = field(default_factory=list)
    """What they left to be done later."""


Args: TypeAlias = Mapping[str, Any]
Resolve: TypeAlias = Callable[[Any, Asking, Args], Any]
Table: TypeAlias = dict[str, Resolve]

_GID = re.compile(r"gid://shopify/(\w+)/([0-9]+|[0-9a-f-]{36})(?:\?.*)?")


def attr(path: str) -> Resolve:
    """The record's attribute of that name."""
    read = attrgetter(path)
    return lambda source, asking, args: read(source)


def attrs(**fields: str) -> Table:
    """Fields that are attributes: emailAddress="email"."""
    return {name: attr(path) for name, path in fields.items()}


def same(*names: str) -> Table:
    """Fields whose attribute has the same name."""
    return {name: attr(name) for name in names}


def key(*names: str) -> Table:
    """Fields of a source that is a mapping."""

    def read(name: str) -> Resolve:
        return lambda source, asking, args: source[name]

    return {name: read(name) for name in names}


def const(value: Any) -> Resolve:
    """A field that is the same for everything in the twin."""
    return lambda source, asking, args: value


def identity(source: Any, asking: Asking, args: Args) -> Any:
    """The same record under another type."""
    return source


def gid_of(kind: str) -> Resolve:
    prefix = gid(kind, 0)[:-1]
    return lambda source, asking, args: f"{prefix}{source.number}"


def number(value: str, kind: str) -> int | str:
    """The number (or UUID) in a global id. Raises RESOURCE_NOT_FOUND for a malformed id or another type's (recorded)."""
    found = _GID.fullmatch(value)
    if found is None:
        if value.isdigit():
            return int(value)
        raise not_found("invalid id")
    if found[1] != kind:
        raise not_found(f"Invalid id: {value}")
    return int(found[2]) if found[2].isdigit() else found[2]


def only(sort_key: str | None, *known: str) -> None:
    if sort_key is not None and sort_key not in known:
        raise NotInTwin(f"sortKey: {sort_key}")
