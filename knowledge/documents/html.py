"""Reads HTML: policy pages saved from a shop, and the bodies of Shopify's own policies."""

from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from knowledge.documents.blocks import Block, Heading, Items, Paragraph, Written, one_line

_NOT_WORDS = frozenset({"script", "style", "template", "noscript", "svg", "nav", "form", "button", "iframe", "object", "head", "select"})
_INLINE = frozenset(
    """a abbr b bdi bdo big cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small span strike
    strong sub sup time u var wbr""".split()  # noqa: SIM905
)
_HEADINGS = {f"h{n}": n for n in range(1, 7)}


def read_html(html: str) -> Written:
    """The words a visitor would see; navigation, scripts and hidden parts are left out."""
    tree = LexborHTMLParser(html)
    head = tree.css_first("title")
    page = tree.css_first("html")
    lang = page.attributes.get("lang") if page else None
    root = tree.css_first("main") or tree.css_first("article") or tree.body
    blocks = tuple(_Walk().blocks(root)) if root else ()
    has_heading = any(isinstance(block, Heading) and block.level == 1 for block in blocks)
    title = one_line(head.text()) if head and not has_heading else None
    return Written(blocks=blocks, title=title or None, locale=lang.split("-")[0].lower() if lang else None)


class _Walk:
    """Collects running words until a block begins or ends."""

    def __init__(self) -> None:
        self._running: list[str] = []

    def blocks(self, root: LexborNode) -> Iterator[Block]:
        yield from self._inside(root)
        yield from self._flush()

    def _inside(self, node: LexborNode) -> Iterator[Block]:
        for child in node.iter(include_text=True):
            tag = child.tag or ""
            if tag == "-text":
                self._running.append(child.text(deep=False))
            elif tag in _NOT_WORDS or _is_hidden(child):
                continue
            elif tag == "br":
                self._running.append("\n")
            elif tag in _INLINE:
                yield from self._inside(child)
            else:
                yield from self._flush()
                yield from self._block(child, tag)

    def _block(self, node: LexborNode, tag: str) -> Iterator[Block]:
        if tag in _HEADINGS:
            if words := one_line(node.text()):
                yield Heading(level=_HEADINGS[tag], text=words)
        elif tag in {"ul", "ol"}:
            items = [words for item in node.css("li") if (words := one_line(item.text(separator=" ")))]
            if items:
                yield Items(items=tuple(items))
        elif tag == "table":
            cells = ([one_line(cell.text(separator=" ")) for cell in row.css("td, th")] for row in node.css("tr"))
            rows = [" – ".join(words for words in row if words) for row in cells]
            if any(rows):
                yield Items(items=tuple(row for row in rows if row))
        else:
            yield from self._inside(node)
            yield from self._flush()

    def _flush(self) -> Iterator[Block]:
        words, self._running = "".join(self._running), []
        # Two breaks in a row are a paragraph to the eye.
        for part in words.replace("\r", "").split("\n\n"):
            if line := one_line(part):
                yield Paragraph(text=line)


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    style = (attributes.get("style") or "").replace(" ", "").lower()
    return "hidden" in attributes or attributes.get("aria-hidden") == "true" or "display:none" in style or "visibility:hidden" in style
