"""A reply as JSON blocks for the widget: the same names as in `channels.reply`, times in ISO 8601."""

from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any, TypeAlias

from channels.reply import Block, Reply

Json: TypeAlias = Any
"""What `json.dumps` takes as it is."""


def render(reply: Reply) -> dict[str, Json]:
    """`{text, blocks, locale, ai}`. No markup anywhere: the widget puts every string in as text (INV-10)."""
    return {"text": reply.text, "blocks": [to_json(block) for block in reply.blocks], "locale": reply.locale, "ai": reply.ai}


def to_json(block: Block) -> dict[str, Json]:
    """One block with its `kind`; fields that are not set are null."""
    found: dict[str, Json] = _value(block)
    return found


def _value(value: object) -> Json:
    if is_dataclass(value):
        return {field.name: _value(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list | frozenset):
        return [_value(each) for each in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    return value
