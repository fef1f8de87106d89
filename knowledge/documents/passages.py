"""Cuts a document into passages that can be cited, so that the same words keep the same id after a re-import."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never

from knowledge.cleaning import clean
from knowledge.document import Clause, ClauseId, Document, DocumentId, UnreadableDocument
from knowledge.documents.blocks import Block, Heading, Items, Paragraph, Written
from knowledge.quoting import sentences
from knowledge.words.folding import fold, is_japanese, words_of

SHORTEST, LONGEST = 20, 120
"""Words of a passage. Shorter ones join their neighbour, longer ones are cut between sentences."""

BETWEEN_HEADINGS = " › "


@dataclass(slots=True)
class _Section:
    path: tuple[str, ...]
    pieces: list[str] = field(default_factory=list)


def make_document(
    written: Written, *, id: str, locale: str, title: str | None = None, source: str = "", changed_at: datetime | None = None
) -> Document:
    """A document of clauses.

    id: stable over imports; copies in other languages carry the same. changed_at: aware, when these words last changed.
    Raises UnreadableDocument where no words are left.
    """
    title = (title or written.title or _first_heading(written.blocks) or _spoken(id)).strip()
    sections = list(_sections(written.blocks, title))
    if not any(section.pieces for section in sections):
        raise UnreadableDocument(f"{source or id}: holds no text. Add the policy's words, or leave the file out.")
    version = _digest("\n".join("\n".join([*section.path, *section.pieces]) for section in sections))[:12]
    seen: Counter[str] = Counter()
    clauses: list[Clause] = []
    for section in sections:
        path = BETWEEN_HEADINGS.join((title, *section.path))
        for text in _passages(section.pieces):
            key = _digest("\0".join((id, locale, _plain(path), _plain(text))))[:10]
            seen[key] += 1
            clause_id = f"{id}.{locale}.{key}" + (f"-{seen[key]}" if seen[key] > 1 else "")
            clauses.append(
                Clause(
                    id=ClauseId(clause_id),
                    document=DocumentId(id),
                    locale=locale,
                    title=path,
                    text=text,
                    version=version,
                    changed_at=changed_at,
                    source=source,
                )
            )
    return Document(id=DocumentId(id), locale=locale, title=title, version=version, clauses=tuple(clauses), source=source)


def count_words(text: str) -> int:
    """Words as a reader counts them; two characters of Japanese make one."""
    return sum(max(1, len(word) // 2) if is_japanese(word) else 1 for word in words_of(fold(text)))


def _sections(blocks: Iterable[Block], title: str) -> Iterator[_Section]:
    path: list[tuple[int, str]] = []
    section = _Section(())
    for block in blocks:
        match block:
            case Heading():
                yield section
                path = [(level, text) for level, text in path if level < block.level]
                path.append((block.level, clean(block.text).strip()))
                names = tuple(text for _, text in path if text)
                section = _Section(names[1:] if names and _plain(names[0]) == _plain(title) else names)
            case Paragraph():
                if text := clean(block.text).strip():
                    section.pieces.append(text)
            case Items():
                items = "\n".join(item for raw in block.items if (item := clean(raw).strip()))
                # A list belongs to the line that announces it.
                if items and section.pieces and section.pieces[-1].endswith((":", "：")):
                    section.pieces[-1] += "\n" + items
                elif items:
                    section.pieces.append(items)
            case _:
                assert_never(block)
    yield section


def _passages(pieces: list[str]) -> Iterator[str]:
    """Paragraph by paragraph, so that one put in elsewhere leaves the others as they are."""
    waiting = ""
    done: list[str] = []
    for piece in pieces:
        is_list = "\n" in piece  # a short list is a passage of its own
        piece = f"{waiting}\n{piece}" if waiting else piece
        waiting = ""
        if count_words(piece) < SHORTEST and not is_list:
            waiting = piece
        else:
            done.extend(_cut(piece))
    if waiting and done and count_words(done[-1]) + count_words(waiting) <= LONGEST:
        done[-1] += "\n" + waiting
    elif waiting:
        done.append(waiting)
    yield from done


def _cut(piece: str) -> Iterator[str]:
    if count_words(piece) <= LONGEST:
        yield piece
        return
    start = end = 0
    for span in sentences(piece):
        if end > start and count_words(piece[start : span[1]]) > LONGEST:
            yield piece[start:end].strip()
            start = span[0]
        end = span[1]
        while count_words(piece[start:end]) > 2 * LONGEST:  # a "sentence" without an end, such as a scanned table
            stop = piece.rfind(" ", start, start + 800)
            stop = stop if stop > start else start + 800
            yield piece[start:stop].strip()
            start = stop
    if piece[start:].strip():
        yield piece[start:].strip()


def _first_heading(blocks: Iterable[Block]) -> str | None:
    return next((block.text for block in blocks if isinstance(block, Heading) and block.text.strip()), None)


def _spoken(id: str) -> str:
    return re.sub(r"[-_.]+", " ", id).strip().capitalize()


def _plain(text: str) -> str:
    return " ".join(words_of(fold(text)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
