"""Reads PDF files that hold text; a scan holds none."""

import io
import logging
import re
from collections.abc import Iterator

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from knowledge.document import UnreadableDocument
from knowledge.documents.blocks import Block, Heading, Items, Paragraph, Written, one_line

MOST_PAGES = 500
_ITEM = re.compile(r"^\s*(?:[-*•‣▪◦・●]|\d{1,2}[.)])\s+(.*)$")
_END = re.compile(r"[.!?。！？:：;]['\"»”)]*$")


def read_pdf(data: bytes, *, name: str) -> Written:
    """Raises UnreadableDocument for a locked, broken, scanned or endless file."""
    logging.getLogger("pypdf").setLevel(logging.ERROR)  # a slightly broken file is read, and says so at length
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableDocument(f"{name}: the PDF is locked with a password. Save it without one.")
        if len(reader.pages) > MOST_PAGES:
            raise UnreadableDocument(f"{name}: has more than {MOST_PAGES} pages. Give the policy pages alone.")
        pages = [page.extract_text() for page in reader.pages]
        title = reader.metadata.title if reader.metadata else None
    except UnreadableDocument:
        raise
    except (PyPdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, NotImplementedError, OSError) as error:
        # pypdf lets many kinds of error out of a broken file.
        raise UnreadableDocument(f"{name}: the PDF is broken. Open it and save it again, or give the text as Markdown.") from error
    if not any(page.strip() for page in pages):
        raise UnreadableDocument(
            f"{name}: the PDF holds pictures of text, not text. Run text recognition on it, or give the words as Markdown."
        )
    blocks = tuple(_blocks([line.strip() for page in pages for line in (*page.split("\n"), "")]))
    return Written(blocks=blocks, title=title if title and not any(isinstance(block, Heading) for block in blocks) else None)


def _blocks(lines: list[str]) -> Iterator[Block]:
    width = max((len(line) for line in lines), default=0)
    running: list[str] = []
    items: list[str] = []
    for place, line in enumerate(lines):
        before = running[-1] if running else ""
        ends = not before or bool(_END.search(before))
        item = _ITEM.match(line)
        # A paragraph ends with a full stop on a line that does not reach the margin, or with an empty line after a full stop.
        if running and ends and (not line or item or len(before) < 0.8 * width or _is_heading(lines, place, ends, width)):
            yield Paragraph(text=one_line(" ".join(running)))
            running = []
        if items and not item and (not line or _END.search(items[-1]) or _is_heading(lines, place, True, width)):
            yield Items(items=tuple(items))
            items = []
        if not line:
            continue
        if item:
            items.append(item.group(1))
        elif items:
            items[-1] += " " + line
        elif _is_heading(lines, place, ends, width):
            yield Heading(level=2, text=one_line(line))
        else:
            running.append(line)
    if running:
        yield Paragraph(text=one_line(" ".join(running)))
    if items:
        yield Items(items=tuple(items))


def _is_heading(lines: list[str], place: int, ends: bool, width: int) -> bool:
    line = lines[place]
    if (
        not ends
        or not line
        or len(line) > min(70, 0.7 * width)
        or _END.search(line)
        or line.endswith(",")
        or line[0].islower()
        or _ITEM.match(line)
    ):
        return False
    following = next((later for later in lines[place + 1 : place + 3] if later), "")
    return (
        bool(following)
        and not following[0].islower()
        and (len(following) > len(line) or bool(_END.search(following)))
        and any(c.isalpha() for c in line)
    )
