"""A raw mail opened without ever tripping over it: headers as plain strings, parts as decoded bytes.

Python's modern header classes raise all kinds of errors on broken headers, so only its old, lenient parser is used, and what could cost
more than its size (deep nesting, endless headers) is refused before it is parsed.
"""

import codecs
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from functools import cached_property
from typing import TypeAlias

LARGEST = 1_048_576
"""Bytes of a mail that are read (trust.md 4.6)."""
MOST_BOUNDARIES = 30
MOST_PARTS = 2_000
MOST_LINES = 50_000
"""The parser asks each line for each boundary around it; a picture of 1 MB has 14,000."""
MOST_HEADERS = 1_000
LONGEST_HEADER = 8_000
"""Characters of a header that are looked at; References of a very long thread stay below it."""
_LONGEST_TYPE = 4_000

Part: TypeAlias = "Message[str, str]"

_NESTING = re.compile(rb"boundary\*?[ \t\r\n0-9*]*=|message/(?:rfc822|global|partial)", re.I)
_TYPE_HEADER = re.compile(rb"^content-(?:type|disposition|transfer-encoding)[ \t]*:[^\n]*(?:\n[ \t][^\n]*)*", re.I | re.M)
_ALIASES = {
    "us-ascii": "utf-8", "ascii": "utf-8", "iso-8859-1": "cp1252", "latin-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252",
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932", "ms932": "cp932",
    "iso-2022-jp": "iso2022_jp_ext", "gb2312": "gb18030", "gbk": "gb18030", "ks_c_5601-1987": "cp949", "euc-kr": "cp949",
    "utf8": "utf-8", "unicode-1-1-utf-7": "utf-7", "cp-850": "cp850", "iso-8859-8-i": "iso-8859-8", "iso-8859-11": "cp874",
}  # fmt: skip
_KNOWN = re.compile(
    r"utf[-_]?(7|8|16|32)([-_]?(be|le|sig))?|iso8859[-_]\d+|cp\d+|koi8[-_][ru]|mac[-_]roman|iso2022_(jp|kr)\w*|euc_\w+|gb18030|big5\w*"
)
"""Codecs that are character sets; Python also has punycode, rot13, zip and the like under that name."""


class Unreadable(ValueError):
    """The message cannot be read as a mail from one sender; nothing of it may be used."""


@dataclass(frozen=True)
class Mail:
    """One opened mail."""

    root: Part

    @cached_property
    def headers(self) -> dict[str, list[str]]:
        """Values by lower-cased name, in order, unfolded and still encoded."""
        found: dict[str, list[str]] = {}
        for name, value in self.root.raw_items():
            found.setdefault(str(name).strip().lower(), []).append(unfolded(value))
        return found

    def first(self, name: str) -> str:
        """The first value of a header, empty where there is none."""
        return next(iter(self.headers.get(name, ())), "")

    def leaves(self) -> Iterator[Part]:
        """The parts that hold something, in order, attached messages not opened."""
        waiting = [self.root]
        while waiting:
            part = waiting.pop()
            if part.is_multipart() and kind_of(part).startswith("multipart/"):
                waiting.extend(reversed(_inside(part)))
            else:
                yield part


def opened(raw: bytes) -> Mail:
    """Parse a mail.

    Raises Unreadable where it is too large, nested too deep, or without a single header.
    """
    if len(raw) > LARGEST:
        raise Unreadable("larger than 1 MB")
    if sum(1 for _ in _NESTING.finditer(raw)) > MOST_BOUNDARIES:
        raise Unreadable("too many parts")
    if raw.count(b"\n--") > MOST_PARTS:
        raise Unreadable("too many parts")
    if raw.count(b"\n") > MOST_LINES:
        raise Unreadable("too many lines")
    if any(len(found[0]) > _LONGEST_TYPE for found in _TYPE_HEADER.finditer(raw)):
        raise Unreadable("an endless content header")
    try:
        root = message_from_bytes(raw.lstrip(b"\r\n"), policy=policy.compat32)
    except (MessageError, RecursionError, ValueError, LookupError, AttributeError, TypeError) as error:
        raise Unreadable(f"broken MIME: {type(error).__name__}") from None
    if not 0 < len(root) <= MOST_HEADERS:
        raise Unreadable("no headers" if not len(root) else "too many headers")
    return Mail(root)


def unfolded(value: object) -> str:
    """A header's value on one line. Bytes beyond ASCII are read as UTF-8, else as Latin-1."""
    given = str(value) if not isinstance(value, str) else value
    given = given[:LONGEST_HEADER]
    try:
        raw = given.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        pass
    else:
        given = decoded(raw, "utf-8")
    return " ".join(clean(given).split())


def words(value: str) -> str:
    """A header's value with its encoded words read (RFC 2047); what cannot be read stays as it is."""
    if "=?" not in value:
        return value
    try:
        parts = decode_header(value)
    except (MessageError, ValueError, LookupError, TypeError):
        return value
    said = "".join(part if isinstance(part, str) else decoded(part, charset or "utf-8") for part, charset in parts)
    return " ".join(clean(said).split())


def decoded(raw: bytes, charset: str) -> str:
    """Bytes as text in the charset named, or in the likeliest where that name is wrong. Never raises."""
    named = charset.strip().strip("\"'").lower().replace(" ", "")[:40]
    for name in (_codec(named), "iso2022_jp_ext" if b"\x1b$" in raw else None, "utf-8"):
        if name is not None:
            try:
                return raw.decode(name)
            except (UnicodeError, ValueError):
                continue
    return raw.decode(_codec(named) or "cp1252", "replace") if _codec(named) not in (None, "utf-8") else raw.decode("cp1252", "replace")


def _codec(named: str) -> str | None:
    try:
        name = codecs.lookup(_ALIASES.get(named, named)).name
    except (LookupError, ValueError, UnicodeError):
        return None
    return name if _KNOWN.fullmatch(name) else None


def clean(text: str) -> str:
    """Without NUL, lone surrogates and control characters other than line break and tab."""
    return "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs") or sign == "\r")


def kind_of(part: Part) -> str:
    """`type/subtype`, lower case; text/plain where it is missing or broken."""
    try:
        return part.get_content_type()
    except (MessageError, ValueError, LookupError, AttributeError, TypeError):
        return "text/plain"


def parameter(part: Part, name: str, header: str = "content-type") -> str:
    """A parameter of a content header, empty where it is missing or broken."""
    try:
        value = part.get_param(name, "", header)
    except (MessageError, ValueError, LookupError, AttributeError, TypeError):
        return ""
    return str(value[2] if isinstance(value, tuple) else value or "")


def _inside(part: Part) -> list[Part]:
    """The parts of a part. Only of one that has some: asking a leaf for its text can fail at a broken charset."""
    inside = part.get_payload()
    return [each for each in inside if isinstance(each, Message)] if isinstance(inside, list) else []


def content(part: Part) -> bytes:
    """A leaf's bytes, transfer encoding undone. An attached message is given as written."""
    try:
        if part.is_multipart():
            return b"".join(each.as_bytes() for each in _inside(part))
        given = part.get_payload(decode=True)
    except (MessageError, ValueError, LookupError, AttributeError, TypeError, RecursionError):
        return b""
    return given if isinstance(given, bytes) else b""


def text_of(part: Part, *, most: int) -> str:
    """A text leaf's first `most` characters, read in its charset, line ends made plain."""
    said = clean(decoded(content(part), parameter(part, "charset") or "utf-8")[:most])
    return said.replace("\r\n", "\n").replace("\r", "\n")
