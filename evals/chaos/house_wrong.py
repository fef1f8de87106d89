"""Seeded defects of the fault matrix: put in place around a small run, in this process, by replacing production's functions.

The matrix that passes the right program must count each of these as what it is, or its passes are void.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    name: str
    part: Literal["shop", "writer"]
    fault: str
    """The name of the fault it is shown by."""
    shows: Callable[[Any], bool]
    """Whether a row counts it as what it is."""
    put: Callable[[], tuple[Any, str, Any]]
    """(owner, name, the wrong function)."""


@contextmanager
def applied(defect: Defect) -> Iterator[None]:
    """The defect is in place within the block."""
    owner, name, wrong = defect.put()
    right = getattr(owner, name)
    setattr(owner, name, wrong)
    try:
        yield
    finally:
        setattr(owner, name, right)


def _yesterdays_order() -> tuple[Any, str, Any]:
    """What the shop said last is taken for what it says now."""
    from shop.reading import ShopUnavailable
    from shop.shopify.client import ReadClient

    ask, known = ReadClient.ask, dict[str, Any]()

    async def remembering(self: Any, document: Any, variables: Any, meter: Any) -> Any:
        key = f"{self.base_url} {document.operation} {sorted(variables.items())}"
        try:
            known[key] = await ask(self, document, variables, meter)
        except ShopUnavailable:
            if key not in known:
                raise
        return known[key]

    return ReadClient, "ask", remembering


def _a_hole_is_nothing() -> tuple[Any, str, Any]:
    """What is missing in a list counts as not there."""
    import shop.shopify.reading as reading
    from shop.shopify.fields import nodes

    return reading, "_members", nodes


def _never_again() -> tuple[Any, str, Any]:
    """The house says that it will try again, and does not."""
    from server.services.work import Work

    async def forget(self: Any, job: Any) -> None:
        return None

    return Work, "_retry", forget


def _the_models_own_words() -> tuple[Any, str, Any]:
    """The gate stands open."""
    import agent.speak as speak
    from agent.gate import Accepted

    def open_gate(sentences: tuple[str, ...], *given: Any, **named: Any) -> Any:
        return Accepted(sentences=sentences)

    return speak, "passes", open_gate


DEFECTS = (
    Defect(name="yesterday's order", part="shop", fault="HTTP 500", shows=lambda row: row.wrong > 0, put=_yesterdays_order),
    Defect(name="a hole is nothing", part="shop", fault="null among orders", shows=lambda row: row.wrong > 0, put=_a_hole_is_nothing),
    Defect(name="never again", part="shop", fault="HTTP 500", shows=lambda row: row.answered < row.turns, put=_never_again),
    Defect(name="the model's own words", part="writer", fault="its own words", shows=lambda row: row.raw > 0, put=_the_models_own_words),
)
