"""A reply as one mail: every order and line in plain text, and the same in simple HTML (V-16)."""

from collections.abc import Iterable
from html import escape
from typing import assert_never

from channels.message import Outbound
from channels.reply import Block, CardLine, Choices, DeepLink, HandoffNotice, OrderCard, Quote, Reply, SignIn, Text
from channels.words import words

_BODY = "font-family:system-ui,'Hiragino Sans','Noto Sans CJK JP',sans-serif;font-size:15px;line-height:1.6;color:#17191c;max-width:640px"
_BUTTON = "display:inline-block;padding:10px 16px;border-radius:8px;background:#1f5f4a;color:#ffffff;text-decoration:none"
_QUOTE = "margin:12px 0;padding:4px 12px;border-left:3px solid #e6e8eb;color:#5c6370"


def render(reply: Reply, *, to: str, brand_name: str, locale: str = "", subject: str | None = None) -> tuple[Outbound, ...]:
    """One mail. subject: that of the thread answered, kept as it is (V-12); a first mail names the brand."""
    language = locale or reply.locale
    title = subject or words(language).say("hub.title", brand=brand_name)
    return (Outbound(to=to, subject=_one_line(title), text=f"{reply.text}\n", html=_html(reply, language)),)


def _one_line(subject: str) -> str:
    """No line break can start another header."""
    return " ".join(subject.split())[:200]


def _html(reply: Reply, language: str) -> str:
    inside = "\n".join(part for block in reply.blocks for part in _block(block))
    return f'<!doctype html>\n<html lang="{escape(language)}"><body><div style="{_BODY}">\n{inside}\n</div></body></html>\n'


def _block(block: Block) -> Iterable[str]:
    match block:
        case Text(text=text) | HandoffNotice(text=text):
            yield f"<p>{_lines(text)}</p>"
        case OrderCard():
            yield from _card(block)
        case DeepLink(label=label, url=url):
            yield _button(label, url)
        case Choices(options=options):
            yield "<ul>" + "".join(f"<li>{escape(option.label)}</li>" for option in options) + "</ul>"
        case SignIn():
            yield _button(block.label, block.url)
            yield f"<p>{escape(block.code_label)}</p>"
        case Quote():
            place = " · ".join(part for part in (block.title, block.language_words, block.changed_words) if part)
            words_of_brand = f'<p lang="{escape(block.locale)}">{_lines(block.text)}</p>'
            yield f'<blockquote style="{_QUOTE}">{words_of_brand}<p>{escape(place)}</p></blockquote>'
        case _:
            assert_never(block)


def _card(card: OrderCard) -> Iterable[str]:
    yield f"<p><strong>{escape(card.title)}</strong></p>"
    yield "<ul>" + "".join(f"<li>{_card_line(line)}</li>" for line in card.lines) + "</ul>"
    if card.until_words:
        yield f"<p>{escape(card.until_words)}</p>"
    if card.primary is not None:
        yield _button(card.primary.label, card.primary.url)


def _card_line(line: CardLine) -> str:
    what = " · ".join(part for part in (line.title, line.variant) if part)
    return escape(": ".join(part for part in (f"{what} × {line.quantity}", line.state_words, line.reason_words) if part))


def _button(label: str, url: str) -> str:
    """Written out below as well: some readers show no styled links."""
    shown = escape(url, quote=True)
    return f'<p><a href="{shown}" style="{_BUTTON}">{escape(label.rstrip(" :："))}</a><br><span style="color:#5c6370">{shown}</span></p>'


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.split("\n"))
