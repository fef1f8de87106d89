"""Opens a policy file of any kind we read and says plainly what is wrong with one we cannot.

The name carries id and language: `returns.fr.md` is document `returns` in French. Front matter wins over the name.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

from knowledge.document import Document, UnreadableDocument
from knowledge.documents.blocks import Heading, Items, Paragraph, Written
from knowledge.documents.docx import read_docx
from knowledge.documents.html import read_html
from knowledge.documents.language import language_of
from knowledge.documents.markdown import read_markdown, read_plain
from knowledge.documents.passages import make_document
from knowledge.documents.pdf import read_pdf

LARGEST = 20_000_000
"""Bytes."""

KINDS = {
    ".md": "text", ".markdown": "text", ".txt": "text", ".text": "text",
    ".html": "text", ".htm": "text", ".pdf": "pdf", ".docx": "docx",
}  # fmt: skip
_LOCALE = re.compile(r"^[a-z]{2}(?:[-_](?:[A-Z]{2}|[A-Z][a-z]{3}))?$")
_SAVE_AS = "Save it as Markdown, HTML, plain text, PDF or DOCX."


def read_file(path: Path, *, locale: str | None = None, changed_at: datetime | None = None) -> Document:
    """One policy file as a document.

    locale: used where the file says none; without it the language is recognised.
    Raises UnreadableDocument with a sentence that names the file, what is wrong and how to mend it.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise UnreadableDocument(f"{path.name}: is larger than {LARGEST // 1_000_000} MB. Give the policy text alone.")
        data = path.read_bytes()
    except OSError as error:
        raise UnreadableDocument(f"{path}: cannot be opened ({error.strerror}). Check the path and that it may be read.") from error
    return read_bytes(data, name=path.name, locale=locale, changed_at=changed_at)


def read_bytes(data: bytes, *, name: str, locale: str | None = None, changed_at: datetime | None = None) -> Document:
    """The same for bytes that came another way, for example an upload. name: the file's name."""
    if len(data) > LARGEST:
        raise UnreadableDocument(f"{name}: is larger than {LARGEST // 1_000_000} MB. Give the policy text alone.")
    if not data.strip():
        raise UnreadableDocument(f"{name}: is empty. Add the policy's words, or leave the file out.")
    id, from_name = name_parts(name)
    written = _written(data, name)
    return make_document(
        written,
        id=_safe_id(written.id or id),
        locale=written.locale or from_name or locale or language_of(_all_words(written)),
        source=name,
        changed_at=changed_at,
    )


def read_text(
    text: str, *, id: str, locale: str, title: str | None = None, source: str = "", changed_at: datetime | None = None
) -> Document:
    """Policy words given inline (a world file, a form), read as Markdown."""
    written = read_markdown(text, name=source or id)
    return make_document(written, id=id, locale=locale, title=title, source=source, changed_at=changed_at)


def read_shop_policies(
    policies: Iterable[Mapping[str, str]], *, locale: str, changed_at: datetime | None = None
) -> tuple[tuple[Document, ...], tuple[str, ...]]:
    """Shopify's own policies, each {type, title, body}: documents, and a sentence for each that is empty.

    Source: `shop.shopPolicies` of the Admin API; the type, e.g. REFUND_POLICY, becomes the document's id.
    """
    documents: list[Document] = []
    troubles: list[str] = []
    for policy in policies:
        kind, written = policy["type"], read_html(policy.get("body") or "")
        try:
            documents.append(
                make_document(
                    written, id=kind.lower(), locale=locale, title=policy.get("title") or None, source=kind, changed_at=changed_at
                )
            )
        except UnreadableDocument as trouble:
            troubles.append(str(trouble))
    return tuple(documents), tuple(troubles)


def read_folder(folder: Path, *, locale: str | None = None) -> tuple[tuple[Document, ...], tuple[str, ...]]:
    """Every policy file in a folder, and a sentence for each that could not be read."""
    documents: list[Document] = []
    troubles: list[str] = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix.lower() in KINDS and not path.name.startswith("."):
            try:
                documents.append(read_file(path, locale=locale))
            except UnreadableDocument as trouble:
                troubles.append(str(trouble))
    return tuple(documents), tuple(troubles)


def name_parts(name: str) -> tuple[str, str | None]:
    """`returns.fr.md` → (`returns`, `fr`); `returns.md` → (`returns`, None)."""
    stem = Path(name).stem
    front, dot, last = stem.rpartition(".")
    return (front, last.replace("_", "-")) if dot and front and _LOCALE.match(last) else (stem, None)


def _written(data: bytes, name: str) -> Written:
    suffix = Path(name).suffix.lower()
    kind = KINDS.get(suffix)
    if kind is None:
        raise UnreadableDocument(f"{name}: files of kind {suffix or 'none'!r} are not read. {_SAVE_AS}")
    looks = _looks_like(data)
    if looks not in (None, kind):
        raise UnreadableDocument(
            f"{name}: is {_SPOKEN.get(looks, 'not text')} under the name {suffix}. Give it its right ending, or save it again."
        )
    if kind == "pdf":
        return read_pdf(data, name=name)
    if kind == "docx":
        return read_docx(data, name=name)
    text = _decoded(data, name)
    if suffix in {".html", ".htm"}:
        return read_html(text)
    return read_plain(text, name=name) if suffix in {".txt", ".text"} else read_markdown(text, name=name)


_SPOKEN = {"pdf": "a PDF", "docx": "a Word or zip file", "doc": "an old Word file", "text": "plain text", "binary": "not text"}


def _looks_like(data: bytes) -> str | None:
    if data.startswith(b"%PDF"):
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return "docx"
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return "doc"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "text"
    if b"\0" in data[:4096]:
        return "binary"
    return "text"


def _decoded(data: bytes, name: str) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableDocument(f"{name}: is not UTF-8 text (byte {error.start}). Save it with the encoding UTF-8.") from error


def _all_words(written: Written) -> str:
    parts: list[str] = []
    for block in written.blocks:
        match block:
            case Heading() | Paragraph():
                parts.append(block.text)
            case Items():
                parts.extend(block.items)
    return " ".join(parts)


def _safe_id(id: str) -> str:
    return re.sub(r"[^\w.-]+", "-", id).strip("-.") or "policy"
