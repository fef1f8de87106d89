"""What every kind of file comes down to before it is cut: headings, paragraphs and lists in reading order."""

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    kind: Literal["heading"] = "heading"
    level: int
    """1 is the highest."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    kind: Literal["paragraph"] = "paragraph"
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Items:
    """A list, or a table row by row."""

    kind: Literal["items"] = "items"
    items: tuple[str, ...]


Block: TypeAlias = Heading | Paragraph | Items


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One file's words."""

    blocks: tuple[Block, ...]
    title: str | None = None
    """Where the file itself names one."""
    locale: str | None = None
    id: str | None = None


def one_line(text: str) -> str:
    """Runs of white space made one blank."""
    return " ".join(text.split())
