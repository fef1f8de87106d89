"""A reply as a text message: at most two parts where that can be, and never half a link (V-01, V-03, V-21)."""

from collections.abc import Iterable, Sequence

from channels.message import Outbound
from channels.reply import Choices, DeepLink, HandoffNotice, OrderCard, Quote, Reply, SignIn, Text
from channels.sms.segments import plain, segments

MOST_PARTS = 2
SHORTEST_QUOTE = 40
"""Characters below which a cut quote says nothing."""


def render(reply: Reply, *, to: str, brand_name: str = "", locale: str = "") -> tuple[Outbound, ...]:
    """One message: all that is said if it fits, then with the quotes cut, then the ever shorter forms the reply brings.

    Every link that carries an act stays whole in each form; the last form is sent whatever it costs.
    """
    forms = list(_forms(reply))
    text = next((form for form in forms if segments(form) <= MOST_PARTS), forms[-1])
    return (Outbound(to=to, text=text, segments=segments(text)),)


def _forms(reply: Reply) -> Iterable[str]:
    said, quotes, links, options = _parts_of(reply)
    tail = [*options, *links]
    yield _joined([*said, *quotes, *tail])
    if quotes:
        cut = _cut(quotes[0], said, tail)
        if cut is not None:
            yield cut
    yield _joined([*said, *tail])
    for short in reply.shorter:
        yield _joined([short, *tail])


def _parts_of(reply: Reply) -> tuple[list[str], list[str], list[str], list[str]]:
    said: list[str] = []
    quotes: list[str] = []
    links: list[str] = []
    options: list[str] = []
    for block in reply.blocks:
        match block:
            case Text(text=text) | HandoffNotice(text=text):
                said.append(text)
            case Quote(text=text):
                quotes.append(f'"{text}"')
            case DeepLink(label=label, url=url):
                links.append(_link(label, url))
            case SignIn():
                links.append(_link(block.label, block.url))
                links.append(block.code_label)
            case Choices():
                options += [f"{place}. {option.label}" for place, option in enumerate(block.options, 1)]
            case OrderCard():
                if block.primary is not None:
                    links.append(_link(block.primary.label, block.primary.url))
    return said, quotes, links, options


def _link(label: str, url: str) -> str:
    return f"{label.rstrip(' :：')}: {url}"


def _joined(parts: Sequence[str]) -> str:
    return plain("\n".join(part for part in parts if part))


def _cut(quote: str, said: Sequence[str], tail: Sequence[str]) -> str | None:
    """The longest beginning of the quote that still fits, cut between words and marked as cut."""
    words = quote.strip('"')
    low, high = SHORTEST_QUOTE, len(words)
    best: str | None = None
    while low <= high:
        middle = (low + high) // 2
        form = _joined([*said, f'"{_between_words(words, middle)}..."', *tail])
        if segments(form) <= MOST_PARTS:
            best, low = form, middle + 1
        else:
            high = middle - 1
    return best


def _between_words(text: str, most: int) -> str:
    head = text[:most]
    cut = head.rfind(" ")
    return head[:cut] if cut > most // 2 else head
