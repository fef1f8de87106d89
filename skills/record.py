"""Decisions as JSON and back, so that each can be shown and decided again from its record (INV-11).

Sets are written sorted: one decision has one text, whatever process wrote it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pydantic_core import to_json

from knowledge.brand import Brand
from knowledge.terms import Terms
from shop.order import Order
from skills.order_editing.decision import decide
from skills.skill import Change, LineVerdict, Outcome

T = TypeVar("T")

ORDER: TypeAdapter[Order] = TypeAdapter(Order)
TERMS: TypeAdapter[Terms] = TypeAdapter(Terms)
BRAND: TypeAdapter[Brand] = TypeAdapter(Brand)
CHANGE: TypeAdapter[Change] = TypeAdapter(Change)
VERDICTS: TypeAdapter[tuple[LineVerdict, ...]] = TypeAdapter(tuple[LineVerdict, ...])
OUTCOME: TypeAdapter[Outcome] = TypeAdapter(Outcome)
OUTCOMES: TypeAdapter[tuple[Outcome, ...]] = TypeAdapter(tuple[Outcome, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """Everything one decision was made from, and what it came to (product.md 1.3)."""

    change: Change
    order: Order
    terms: Terms
    brand: Brand
    now: datetime
    verdicts: tuple[LineVerdict, ...]


RECORD: TypeAdapter[DecisionRecord] = TypeAdapter(DecisionRecord)


def to_text(kind: TypeAdapter[T], value: T) -> str:
    """Canonical JSON. Money stays a string, moments keep their offset."""
    return to_json(_ordered(kind.dump_python(value, mode="python"))).decode()


def from_text(kind: TypeAdapter[T], text: str) -> T:
    """Raises pydantic.ValidationError for anything that is not such a record."""
    return kind.validate_json(text)


def agrees(record: DecisionRecord) -> bool:
    """Whether deciding again gives what was decided then, line by line."""
    return decide(record.change, record.order, record.terms, record.now, brand=record.brand) == record.verdicts


def _ordered(value: Any) -> Any:
    """Plain data with its sets in one order."""
    match value:
        case dict():
            return {key: _ordered(member) for key, member in value.items()}
        case list() | tuple():
            return [_ordered(member) for member in value]
        case set() | frozenset():
            return sorted((_ordered(member) for member in value), key=str)
        case _:
            return value
