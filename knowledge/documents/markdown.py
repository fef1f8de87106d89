"""Reads Markdown and plain text."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from knowledge.document import UnreadableDocument
from knowledge.documents.blocks import Block, Heading, Items, Paragraph, Written, one_line

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_ITEM = re.compile(r"^\s*(?:[-*+•‣・]|\d{1,3}[.)])\s+(.*)$")
_RULE = re.compile(r"^ {0,3}([-*_=])(?:\s*\1){2,}\s*$")
_FENCE = re.compile(r"^\s*(```|~~~)")
_ROW = re.compile(r"^\s*\|.*\|\s*$")
_INLINE = (
    (re.compile(r"<!--.*?-->", re.DOTALL), ""),
    (re.compile(r"!?\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"!?\[([^\]]+)\]\[[^\]]*\]"), r"\1"),
    (re.compile(r"<((?:https?|mailto):[^>\s]+)>"), r"\1"),
    (re.compile(r"</?[a-zA-Z][^>]*>"), " "),
    (re.compile(r"`+([^`]+)`+"), r"\1"),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])([*_])(?=\S)([^*_]+?)(?<=\S)\1(?![\w*])"), r"\2"),
    (re.compile(r"~~(.+?)~~"), r"\1"),
    (re.compile(r"\\([\\`*_{}\[\]()#+.!|>~-])"), r"\1"),
)


def read_markdown(text: str, *, name: str) -> Written:
    """name: the file's, for the sentence in the error. Raises UnreadableDocument for front matter that is not YAML."""
    front, body = _front_matter(text, name)
    blocks = tuple(_blocks(re.sub(r"<!--.*?-->", "", body, flags=re.DOTALL).split("\n")))
    return Written(blocks=blocks, title=front.get("title"), locale=front.get("locale") or front.get("lang"), id=front.get("id"))


def read_plain(text: str, *, name: str) -> Written:
    """Paragraphs by blank lines; a first short line without a full stop, standing alone, is the title."""
    front, body = _front_matter(text, name)
    parts = [part for part in re.split(r"\n\s*\n", body) if part.strip()]
    title = front.get("title")
    blocks: list[Block] = []
    if len(parts) > 1 and _is_title(parts[0]):
        title = title or one_line(parts.pop(0))
    for part in parts:
        lines = part.strip().split("\n")
        if all(_ITEM.match(line) for line in lines):
            blocks.append(Items(items=tuple(one_line(_ITEM.sub(r"\1", line)) for line in lines)))
        elif len(parts) > 1 and _is_title(part):
            blocks.append(Heading(level=2, text=one_line(part)))
        else:
            blocks.append(Paragraph(text=one_line(part)))
    return Written(blocks=tuple(blocks), title=title, locale=front.get("locale") or front.get("lang"), id=front.get("id"))


def _is_title(part: str) -> bool:
    line = part.strip()
    return "\n" not in line and len(line) <= 70 and not re.search(r"[.!?。！？:：;,、]$", line)


def _front_matter(text: str, name: str) -> tuple[dict[str, str], str]:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found = _FRONT.match(text)
    if not found:
        return {}, text
    try:
        values: Any = yaml.safe_load(found.group(1))
    except yaml.YAMLError as error:
        raise UnreadableDocument(f"{name}: the part between the --- lines is not YAML. Write `title: …` one key a line.") from error
    if not isinstance(values, dict):  # a horizontal rule above ordinary text, not front matter
        return {}, text
    return {str(key).lower(): str(value) for key, value in values.items() if value is not None}, text[found.end() :]


def _blocks(lines: list[str]) -> Iterator[Block]:
    paragraph: list[str] = []
    items: list[str] = []
    fenced = False

    def flush() -> Iterator[Block]:
        if paragraph and (words := _inline(" ".join(paragraph))):
            yield Paragraph(text=words)
        if items and (kept := tuple(words for item in items if (words := _inline(item)))):
            yield Items(items=kept)
        paragraph.clear()
        items.clear()

    for line in lines:
        line = re.sub(r"^ {0,3}>\s?", "", line)
        if _FENCE.match(line):
            fenced = not fenced
            yield from flush()
        elif fenced:
            paragraph.append(line)
        elif heading := _HEADING.match(line):
            yield from flush()
            yield Heading(level=len(heading.group(1)), text=_inline(heading.group(2)))
        elif paragraph and re.match(r"^ {0,3}(=+|-+)\s*$", line):  # the underlined kind of heading
            text = _inline(" ".join(paragraph))
            paragraph.clear()
            yield from flush()
            yield Heading(level=1 if "=" in line else 2, text=text)
        elif _RULE.match(line) or not line.strip():
            if line.strip() or paragraph or not items:
                yield from flush()
        elif _ROW.match(line):
            if not re.fullmatch(r"[\s|:-]+", line):
                items.append(" – ".join(cell.strip() for cell in line.strip().strip("|").split("|") if cell.strip()))
        elif item := _ITEM.match(line):
            if paragraph:
                yield from flush()
            items.append(item.group(1))
        elif items and line.startswith((" ", "\t")):
            items[-1] += " " + line.strip()
        else:
            if items:
                yield from flush()
            paragraph.append(line.strip())
    yield from flush()


def _inline(text: str) -> str:
    for pattern, put in _INLINE:
        text = pattern.sub(put, text)
    return one_line(text)
