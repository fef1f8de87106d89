"""Reads Word files (.docx)."""

import io
import zipfile
from collections.abc import Iterator

import docx
from docx.document import Document as WordDocument
from docx.table import Table

from knowledge.document import UnreadableDocument
from knowledge.documents.blocks import Block, Heading, Items, Paragraph, Written, one_line

MOST_UNPACKED = 100_000_000
"""Bytes. A zip of a few kilobytes can unpack to gigabytes."""


def read_docx(data: bytes, *, name: str) -> Written:
    """Raises UnreadableDocument for a locked, broken or bloated file."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
                raise UnreadableDocument(f"{name}: unpacks to more than 100 MB. Take the pictures out and save it again.")
        document = docx.Document(io.BytesIO(data))
        blocks = tuple(_blocks(document))
    except UnreadableDocument:
        raise
    except Exception as error:  # python-docx raises whatever XML, zip or key error a broken file provokes
        raise UnreadableDocument(f"{name}: is not a Word file that can be read. Save it again as .docx without a password.") from error
    return Written(blocks=blocks, title=one_line(document.core_properties.title or "") or None)


def _blocks(document: WordDocument) -> Iterator[Block]:
    items: list[str] = []
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            rows = (" – ".join(dict.fromkeys(one_line(cell.text) for cell in row.cells if cell.text.strip())) for row in part.rows)
            items.extend(row for row in rows if row)
            continue
        words, style = one_line(part.text), (part.style.name if part.style is not None else "") or ""
        if style.startswith("List") or _is_numbered(part):
            if words:
                items.append(words)
            continue
        if items:
            yield Items(items=tuple(items))
            items = []
        if words and style == "Title":
            yield Heading(level=1, text=words)
        elif words and style.startswith("Heading"):
            yield Heading(level=int(style.split()[-1]) if style.split()[-1].isdigit() else 2, text=words)
        elif words:
            yield Paragraph(text=words)
    if items:
        yield Items(items=tuple(items))


def _is_numbered(paragraph: object) -> bool:
    properties = paragraph._p.pPr  # type: ignore[attr-defined]  # python-docx has no public word for "is in a list"
    return properties is not None and properties.numPr is not None
