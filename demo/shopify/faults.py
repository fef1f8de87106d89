"""Things that go wrong on purpose: for an operation, at its n-th call, so many times."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "latency",
    "hang",
    "http_401",
    "http_402",
    "http_423",
    "http_429",
    "http_500",
    "http_502",
    "http_503",
    "reset",
    "malformed",
    "half_json",
    "drip",
    "null_node",
    "missing_field",
    "throttled",
    "access_denied",
    "internal_error",
]


@dataclass(slots=True, kw_only=True)
class Fault:
    """One planned mishap.

    operation: a GraphQL operation's name, or "token" for the token endpoint; None meets every GraphQL call.
    nth: from the n-th matching call on, counted from when the fault was planned. times: how often; None is until it is cleared,
    and once where an nth is given. seconds: how long for latency and hang, between two pieces of a drip, what Retry-After says for
    http_429. field: `Type.field` for access_denied; for null_node the list or connection that loses its first member, for missing_field
    the field that is left out wherever it stands. shop: its handle; None meets every shop.
    """

    kind: Kind
    operation: str | None = None
    nth: int | None = None
    times: int | None = None
    seconds: float | None = None
    field: str | None = None
    shop: str | None = None
    seen: int = 0
    done: int = 0

    def meets(self, operation: str | None, shop: str | None = None) -> bool:
        """Count a call; is it this fault's turn?"""
        if self.shop is not None and self.shop != shop:
            return False
        if self.operation != operation and (self.operation is not None or operation == "token"):
            return False
        self.seen += 1
        times = self.times if self.times is not None else (1 if self.nth is not None else None)
        if self.seen < (self.nth or 1) or (times is not None and self.done >= times):
            return False
        self.done += 1
        return True


class FaultPlan:
    """The faults planned, in the order given; all that meet a call happen to it."""

    def __init__(self) -> None:
        self.planned: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self.planned.append(fault)

    def clear(self) -> None:
        self.planned.clear()

    def for_call(self, operation: str | None, shop: str | None = None) -> list[Fault]:
        return [fault for fault in self.planned if fault.meets(operation, shop)]
