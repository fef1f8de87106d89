"""What a mail says: its words as plain text, and the kinds of what came with it."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from channels.email.mime import Mail, Part, content, kind_of, parameter, text_of

MOST_TEXT = 100_000
"""Characters of one part that are looked at."""
_PER_PART = 1_000
ORNAMENT_BYTES = 8_192
"""An inline picture below it is a logo or a counter, not something a shopper shows us."""

_SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature", "application/pgp-keys")
_SEALED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted")
_WORDLESS = frozenset(
    {"script", "style", "head", "title", "template", "noscript", "object", "iframe", "svg", "math", "select", "textarea", "-comment"}
)
_BLOCKS = frozenset(
    {
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    }
)
_HIDDEN = re.compile(
    r"display:none|visibility:hidden|mso-hide:all|font-size:0(?:px|pt|em|%|;|$)|opacity:0(?:\.0+)?(?:;|$)|max-height:0(?:px)?(?:;|$)|color:transparent"
)
_SIGNED = frozenset(
    {"gmail_signature", "moz-signature", "ms-outlook-mobile-signature", "signature", "apple-mail-signature", "protonmail_signature_block"}
)
_HISTORY = frozenset(
    {
        "divrplyfwdmsg",
        "appendonsend",
        "x_divrplyfwdmsg",
        "ymail_quoted",
        "yahoo_quoted",
        "outlookmessageheader",
        "mail-editor-reference-message-container",
    }
)
DEEPEST = 2_000
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_CLOSE_THEMSELVES = frozenset(
    {"area", "base", "br", "col", "dd", "dt", "hr", "img", "input", "li", "link", "meta", "option", "p", "source", "td", "th", "tr", "wbr"}
)
CUT = "-----Original Message-----"
"""Written where a mail program marked the history in its HTML; `quoting` knows it."""


def read(mail: Mail) -> tuple[str, tuple[str, ...], list[bytes]]:
    """The words of a mail, the kinds of what came with it, and what its key is made of.

    The plain-text part where it says anything, the HTML made plain otherwise. Returns (text, media, contents of all leaves).
    """
    plain: list[str] = []
    rich: list[Part] = []
    media: dict[str, None] = {}
    contents: list[bytes] = []
    for leaf in mail.leaves():
        kind, raw = kind_of(leaf), content(leaf)
        contents.append(raw)
        if kind == "text/plain" and not _is_attached(leaf):
            plain.append(_flowed(leaf))
        elif kind == "text/html" and not _is_attached(leaf):
            rich.append(leaf)
        else:
            named = _medium(leaf, kind, raw)
            if named:
                media[named] = None
    said = "\n".join(plain).strip()
    # Some programs put "Your reader shows no HTML" or nothing at all into the plain part.
    return said or _all_plain(rich), tuple(media), contents


def _all_plain(parts: list[Part]) -> str:
    """HTML parts made plain, `MOST_TEXT` characters of all of them together: a mail may hold thousands."""
    made: list[str] = []
    room = MOST_TEXT
    for part in parts:
        html = text_of(part, most=room)
        made.append(plain_from_html(html))
        # A part costs its tree as well, however little stands in it.
        room -= len(html) + _PER_PART
        if room <= 0:
            break
    return "\n".join(made).strip()


def _is_attached(part: Part) -> bool:
    disposition = str(part.get("content-disposition", "")).strip().lower()
    return disposition.startswith("attachment") or bool(parameter(part, "filename", "content-disposition"))


def _medium(part: Part, kind: str, raw: bytes) -> str | None:
    family = kind.partition("/")[0]
    if kind in _SIGNATURES:
        return None
    if kind in _SEALED:
        return "unsupported"
    if family == "image":
        inline = "content-id" in part and not str(part.get("content-disposition", "")).strip().lower().startswith("attachment")
        return None if inline and len(raw) < ORNAMENT_BYTES else "image"
    if family in ("audio", "video"):
        return family
    if kind in ("text/vcard", "text/x-vcard", "text/directory"):
        return "contacts"
    if kind in ("message/delivery-status", "message/disposition-notification", "text/rfc822-headers"):
        return None
    if family == "multipart":  # said to be many parts, and is none
        return None
    return "unsupported" if kind in ("message/partial", "message/external-body") else "document"


def _flowed(part: Part) -> str:
    """A plain part; lines broken for the eye only are joined again (RFC 3676)."""
    text = text_of(part, most=MOST_TEXT)
    if parameter(part, "format").lower() != "flowed":
        return text
    gap = "" if parameter(part, "delsp").lower() == "yes" else " "
    joined: list[str] = []
    depth, open_line = -1, False
    for line in text.split("\n"):
        words = line.lstrip(">")
        marks = len(line) - len(words)
        words = words.removeprefix(" ") if not marks or words.startswith(" ") else words
        if open_line and marks == depth and words != "-- ":
            joined[-1] = joined[-1].rstrip(" ") + gap + words
        else:
            joined.append(f"{'>' * marks} {words}" if marks else words)
        depth, open_line = marks, words.endswith(" ") and words != "-- "
    return "\n".join(joined)


def plain_from_html(html: str) -> str:
    """HTML as plain text: blocks on lines of their own, quotes behind `>`, what is hidden and what is a signature left out."""
    if _is_bottomless(html):
        return " ".join(re.sub(r"<[^<>]{0,2000}>", " ", html).split())
    body = LexborHTMLParser(html).body
    if body is None:
        return ""
    lines = _Lines()
    node: LexborNode | None = body.first_child
    while node is not None:
        below = lines.enter(node)
        if below is not None:
            node = below
            continue
        while node is not None and node.next is None:
            parent: LexborNode | None = node.parent
            node = None if parent is None or parent.mem_id == body.mem_id else parent
            if node is not None:
                lines.leave(node)
        if node is not None:
            node = node.next
    return lines.text()


def _is_bottomless(html: str) -> bool:
    """Nested so deep that building the tree would take seconds (it grows with the square of the depth). No program writes such mail."""
    depth = deepest = 0
    for tag in _TAG.finditer(html):
        if tag[2].lower() not in _CLOSE_THEMSELVES:
            depth = max(0, depth - 1) if tag[1] else depth + 1
            deepest = max(deepest, depth)
    return deepest > DEEPEST


class _Lines:
    """The text so far. Walked without recursion: a stranger's mail may be nested a hundred thousand deep."""

    def __init__(self) -> None:
        self._done: list[str] = []
        self._now: list[str] = []
        self._depth = 0

    def enter(self, node: LexborNode) -> LexborNode | None:
        """Take in a node; returns its first child where it is to be walked."""
        tag = node.tag or ""
        if tag == "-text":
            self._now.append(node.text_content or "")
            return None
        if tag in _WORDLESS or tag.startswith("-"):
            return None
        if tag == "br":
            self._end_line(always=True)
            return None
        attributes = node.attributes
        marks = {each.lower() for each in f"{attributes.get('class') or ''} {attributes.get('id') or ''}".split()}
        if marks & _HISTORY:
            self._end_line()
            self._done.append(CUT)
        if marks & _SIGNED or _is_hidden(attributes):
            return None
        if tag in _BLOCKS:
            self._end_line()
        if tag == "blockquote":
            self._depth += 1
        if tag == "li":
            self._now.append("- ")
        child: LexborNode | None = node.first_child
        if child is None:
            self._close(tag)
        return child

    def leave(self, node: LexborNode) -> None:
        """A node's children are done."""
        self._close(node.tag or "")

    def _close(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._end_line()
        if tag in ("p", "blockquote", "table") and self._done and self._done[-1].strip("> "):
            self._done.append(self._mark().rstrip())
        if tag == "blockquote":
            self._depth -= 1
        if tag in ("td", "th"):
            self._now.append(" ")

    def _mark(self) -> str:
        return "> " * min(self._depth, 5)

    def _end_line(self, *, always: bool = False) -> None:
        words = " ".join("".join(self._now).split())
        self._now.clear()
        if words or always:
            self._done.append(f"{self._mark()}{words}".rstrip())

    def text(self) -> str:
        self._end_line()
        return "\n".join(self._done)


def _is_hidden(attributes: "dict[str, str | None]") -> bool:
    style = re.sub(r"\s+", "", (attributes.get("style") or "")[:2000]).lower()
    return "hidden" in attributes or attributes.get("aria-hidden") == "true" or bool(style and _HIDDEN.search(style))
