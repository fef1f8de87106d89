"""A reading as one row of JSON, for people and scripts that look at what was understood."""

from typing import Any

from agent.reading import Reading
from agent.wish import WishReading


def row(reading: Reading, text: str) -> dict[str, Any]:
    """`{text, language, asks_back, wishes [{intents [{intent, confidence}], order_refs, line_refs, change}]}`; JSON-ready."""
    return {
        "text": text,
        "language": reading.language,
        "asks_back": reading.asks_back,
        "wishes": [_wish(wish) for wish in reading.wishes],
    }


def _wish(wish: WishReading) -> dict[str, Any]:
    change = wish.change
    return {
        "intents": [{"intent": guess.intent.value, "confidence": round(guess.confidence, 3)} for guess in wish.intents],
        "order_refs": [_order(ref.kind, ref.value, ref.days_ago) for ref in wish.order_refs],
        "line_refs": [{"kind": ref.kind, "value": ref.value} for ref in wish.line_refs],
        "change": None
        if change is None
        else {"option": change.option, "value": change.value, "quantity": change.quantity, "direction": change.direction},
    }


def _order(kind: str, value: str, days_ago: int | None) -> dict[str, Any]:
    return {"kind": kind, "value": value} if days_ago is None else {"kind": kind, "value": value, "days_ago": days_ago}
