"""A reply as WhatsApp messages: text, one link button, or quick replies, within Meta's limits (V-09, V-10).

Lengths are counted in code points, as Meta counts: an emoji joined of several counts each of them.
"""

import re
from collections.abc import Iterator, Sequence

from channels.message import Outbound
from channels.reply import Choices, DeepLink, HandoffNotice, Option, OrderCard, Quote, Reply, SignIn, Text
from channels.words import Catalogue, words

TEXT_MOST = 4096
LINK_BODY_MOST = 1024
LABEL_MOST = 20
ROW_MOST = 24
BUTTONS_MOST = 3
ROWS_MOST = 10
_SENTENCE = re.compile(r"\n|[。！？]|[.!?]\s")
_WORD = re.compile(r"\s|[、，]")
"""Where a paragraph too long for one message may be parted."""


def render(reply: Reply, *, to: str, brand_name: str = "", locale: str = "") -> tuple[Outbound, ...]:
    """One message where one will do. A link button and quick replies exclude each other: then the question comes second.

    Further links stand written out in the text; none is dropped or cut. No message is without words: Meta refuses those.
    """
    sheet = _Sheet(reply, to, locale or reply.locale)
    body, question, links, options = _parts_of(reply, sheet.catalogue)
    buttons = _buttons(options)
    if buttons and question and links:
        return (*sheet.with_link(body, links), *sheet.texts(question, buttons))
    if buttons:
        written = [sheet.written(label, url) for label, url in links]
        return tuple(sheet.texts("\n\n".join(part for part in (body, *written, question) if part), buttons))
    whole = "\n\n".join(part for part in (body, question) if part)
    return tuple(sheet.with_link(whole, links)) if links else tuple(sheet.texts(whole or reply.text.strip(), ()))


def _parts_of(reply: Reply, catalogue: Catalogue) -> tuple[str, str, list[tuple[str, str]], tuple[Option, ...]]:
    said: list[str] = []
    question = ""
    links: list[tuple[str, str]] = []
    options: tuple[Option, ...] = ()
    for block in reply.blocks:
        match block:
            case Text(text=text):
                said.append(text)
            case HandoffNotice(text=text):
                question = text
            case Quote(text=text, title=title, language_words=language):
                place = f"{title} · {language}" if language else title
                said.append(catalogue.say("whatsapp.quote", quote=text, place=place))
            case DeepLink(label=label, url=url):
                links.append((label, url))
            case SignIn(label=label, url=url):
                links.append((label, url))
                said.append(block.code_label)
            case Choices(options=found):
                options = found
            case OrderCard():
                if block.primary is not None:
                    links.append((block.primary.label, block.primary.url))
    return "\n\n".join(part.strip() for part in said if part.strip()), question.strip(), links, options


def _buttons(options: Sequence[Option]) -> tuple[tuple[str, str], ...]:
    """Up to three are buttons, more are rows of a list; what does not fit is cut between words and marked.

    Meta refuses two alike: those that look the same once cut are numbered.
    """
    most = LABEL_MOST if len(options) <= BUTTONS_MOST else ROW_MOST
    shown = options[:ROWS_MOST]
    labels = [clipped(option.label, most) for option in shown]
    if len(set(labels)) < len(labels):
        labels = [clipped(f"{place}. {option.label}", most) for place, option in enumerate(shown, 1)]
    return tuple((option.id, label) for option, label in zip(shown, labels, strict=True))


def clipped(label: str, most: int) -> str:
    if len(label) <= most:
        return label
    head = label[: most - 1]
    cut = head.rfind(" ")
    return (head[:cut] if cut > most // 2 else head).rstrip() + "…"


class _Sheet:
    """Messages to one contact in one language."""

    def __init__(self, reply: Reply, to: str, locale: str) -> None:
        self._to, self._locale, self._ai = to, locale, reply.ai
        self.catalogue = words(locale)

    def written(self, label: str, url: str) -> str:
        return self.catalogue.say("whatsapp.link", label=label.rstrip(" :："), url=url)

    def with_link(self, body: str, links: Sequence[tuple[str, str]]) -> list[Outbound]:
        (label, url), rest = links[0], links[1:]
        text = "\n\n".join([*([body] if body else []), *(self.written(other, address) for other, address in rest)]) or label
        button = (clipped(label, LABEL_MOST), url)
        if len(text) <= LINK_BODY_MOST:
            return [self._message(text, link=button)]
        return [*self.texts(text, ()), self._message(label[:LINK_BODY_MOST], link=button)]

    def texts(self, text: str, buttons: tuple[tuple[str, str], ...]) -> list[Outbound]:
        """Split between paragraphs where it must be; a body with buttons holds as much as one with a link."""
        pieces: list[str] = []
        most = LINK_BODY_MOST if buttons else TEXT_MOST
        for paragraph in text.split("\n\n"):
            if pieces and len(pieces[-1]) + 2 + len(paragraph) <= most:
                pieces[-1] += f"\n\n{paragraph}"
            else:
                pieces += _split(paragraph, most)
        pieces = [piece for piece in pieces if piece.strip()]
        if not pieces and buttons:
            pieces = [self.catalogue.say("whatsapp.choose")]
        return [self._message(piece, buttons=buttons if place == len(pieces) else ()) for place, piece in enumerate(pieces, 1)]

    def _message(self, text: str, *, buttons: tuple[tuple[str, str], ...] = (), link: tuple[str, str] | None = None) -> Outbound:
        return Outbound(to=self._to, text=text, buttons=buttons, link=link, locale=self._locale, ai=self._ai)


def _split(paragraph: str, most: int) -> Iterator[str]:
    """Pieces of at most `most`, parted after a line, a sentence or a word, so that no link is cut."""
    rest = paragraph
    while len(rest) > most:
        ends = [found.end() for found in _SENTENCE.finditer(rest, most // 2, most)] or [
            found.end() for found in _WORD.finditer(rest, 0, most)
        ]
        cut = ends[-1] if ends else most
        yield rest[:cut].rstrip()
        rest = rest[cut:]
    yield rest
