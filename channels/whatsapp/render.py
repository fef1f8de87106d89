"""A reply as WhatsApp messages: text, one link button, or quick replies, within Meta's limits (V-09, V-10)."""

from collections.abc import Sequence

from channels.message import Outbound
from channels.reply import Choices, DeepLink, HandoffNotice, Option, OrderCard, Quote, Reply, SignIn, Text

TEXT_MOST = 4096
LINK_BODY_MOST = 1024
LABEL_MOST = 20
ROW_MOST = 24
BUTTONS_MOST = 3
ROWS_MOST = 10


def render(reply: Reply, *, to: str, brand_name: str = "", locale: str = "") -> tuple[Outbound, ...]:
    """One message where one will do. A link button and quick replies exclude each other: then the question comes second.

    Further links stand written out in the text; none is dropped or cut.
    """
    body, question, links, options = _parts_of(reply)
    buttons = _buttons(options)
    if buttons and question and links:
        return (*_with_link(to, body, links), *_texts(to, question, buttons))
    if buttons:
        written = [f"{label}: {url}" for label, url in links]
        return tuple(_texts(to, "\n\n".join(part for part in (body, *written, question) if part), buttons))
    whole = "\n\n".join(part for part in (body, question) if part)
    return tuple(_with_link(to, whole, links)) if links else tuple(_texts(to, whole, ()))


def _parts_of(reply: Reply) -> tuple[str, str, list[tuple[str, str]], tuple[Option, ...]]:
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
            case Quote(text=text, title=title):
                said.append(f"“{text}” ({title})")
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
    return "\n\n".join(said), question, links, options


def _buttons(options: Sequence[Option]) -> tuple[tuple[str, str], ...]:
    """Up to three are buttons, more are rows of a list; what does not fit is cut between words and marked."""
    most = LABEL_MOST if len(options) <= BUTTONS_MOST else ROW_MOST
    return tuple((option.id, clipped(option.label, most)) for option in options[:ROWS_MOST])


def clipped(label: str, most: int) -> str:
    if len(label) <= most:
        return label
    head = label[: most - 1]
    cut = head.rfind(" ")
    return (head[:cut] if cut > most // 2 else head).rstrip() + "…"


def _with_link(to: str, body: str, links: Sequence[tuple[str, str]]) -> list[Outbound]:
    (label, url), rest = links[0], links[1:]
    text = "\n\n".join([*([body] if body else []), *(f"{other}: {address}" for other, address in rest)]) or label
    button = (clipped(label, LABEL_MOST), url)
    if len(text) <= LINK_BODY_MOST:
        return [Outbound(to=to, text=text, link=button)]
    return [*_texts(to, text, ()), Outbound(to=to, text=label, link=button)]


def _texts(to: str, text: str, buttons: tuple[tuple[str, str], ...]) -> list[Outbound]:
    """Split between paragraphs where it must be; a body with buttons holds as much as one with a link."""
    most = LINK_BODY_MOST if buttons else TEXT_MOST
    pieces: list[str] = []
    for paragraph in text.split("\n\n"):
        if pieces and len(pieces[-1]) + 2 + len(paragraph) <= most:
            pieces[-1] += f"\n\n{paragraph}"
        else:
            pieces += [paragraph[at : at + most] for at in range(0, max(len(paragraph), 1), most)]
    return [Outbound(to=to, text=piece, buttons=buttons if place == len(pieces) else ()) for place, piece in enumerate(pieces, 1)]
