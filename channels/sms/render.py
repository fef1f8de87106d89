"""A reply as a text message: at most two parts where that can be, and never half a link (V-01, V-03, V-21)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

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
    return (Outbound(to=to, text=text, segments=segments(text), locale=locale or reply.locale, ai=reply.ai),)


def _forms(reply: Reply) -> Iterable[str]:
    parts = _parts_of(reply)
    tail = [*parts.options, *parts.links]
    told = [*parts.said, *parts.notices]
    yield _joined([*told, *parts.quotes, *tail])
    if parts.quotes:
        cut = _cut(parts.quotes[0], told, tail)
        if cut is not None:
            yield cut
    yield _joined([*told, *tail])
    for short in reply.shorter:
        yield _joined([short, *parts.notices, *tail])


@dataclass(slots=True, kw_only=True)
class _Parts:
    """A reply taken apart. Notices (a person's reference, how to reach one) and links stay in every form."""

    said: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    quotes: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)


def _parts_of(reply: Reply) -> _Parts:
    parts = _Parts()
    for block in reply.blocks:
        match block:
            case Text(text=text):
                parts.said.append(text)
            case HandoffNotice(text=text):
                parts.notices.append(text)
            case Quote(text=text, language_words=language):
                parts.quotes.append(f'"{text}" ({language})' if language else f'"{text}"')
            case DeepLink(label=label, url=url):
                parts.links.append(_link(label, url))
            case SignIn():
                parts.links.append(_link(block.label, block.url))
                parts.links.append(block.code_label)
            case Choices():
                parts.options += [f"{place}. {option.label}" for place, option in enumerate(block.options, 1)]
            case OrderCard():
                if block.primary is not None:
                    parts.links.append(_link(block.primary.label, block.primary.url))
    return parts


def _link(label: str, url: str) -> str:
    return f"{label.rstrip(' :：')}: {url}"


def _joined(parts: Sequence[str]) -> str:
    return plain("\n".join(part for part in parts if part))


def _cut(quote: str, said: Sequence[str], tail: Sequence[str]) -> str | None:
    """The longest beginning of the quote that still fits, cut between words and marked as cut."""
    end = quote.rindex('"')
    words, language = quote[1:end], quote[end + 1 :]
    low, high = SHORTEST_QUOTE, len(words)
    best: str | None = None
    while low <= high:
        middle = (low + high) // 2
        form = _joined([*said, f'"{_between_words(words, middle)}..."{language}', *tail])
        if segments(form) <= MOST_PARTS:
            best, low = form, middle + 1
        else:
            high = middle - 1
    return best


def _between_words(text: str, most: int) -> str:
    head = text[:most]
    cut = head.rfind(" ")
    return head[:cut] if cut > most // 2 else head
