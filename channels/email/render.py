"""A reply as one mail: every order and line in plain text, and the same in simple HTML (V-16)."""

from collections.abc import Iterable
from dataclasses import replace
from html import escape
from typing import assert_never

from channels.email import threads
from channels.message import MailHeaders, Outbound
from channels.reply import Block, CardLine, Choices, DeepLink, HandoffNotice, OrderCard, Quote, Reply, SignIn, Text
from channels.words import words

_STYLE = """
:root{color-scheme:light dark;supported-color-schemes:light dark}
body{margin:0;padding:16px;background:#ffffff;color:#17191c}
div{font:15px/1.6 system-ui,'Hiragino Sans','Noto Sans CJK JP',sans-serif;max-width:640px;overflow-wrap:anywhere}
:lang(ja) div{line-height:1.7}
ul{margin:0 0 16px;padding:0 0 0 20px}
a.act{display:inline-block;padding:10px 16px;border-radius:8px;background:#1f5f4a;color:#ffffff;text-decoration:none}
blockquote{margin:12px 0;padding:4px 12px;border-left:3px solid #5c6370;color:#5c6370}
.url,.url a{color:#5c6370;font-size:13px}
@media (prefers-color-scheme:dark){
body{background:#1b1d20;color:#f3f4f5}
a.act{background:#7cc4a8;color:#10231c}
blockquote,.url,.url a{color:#a3aab5;border-color:#a3aab5}
}
"""
_PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{title}</title><style>{style}</style></head>
<body><div lang="{language}">
{inside}
</div></body></html>
"""
_ACT = "display:inline-block;padding:10px 16px;border-radius:8px;text-decoration:none;border:1px solid currentColor"
"""Repeated on the element: some mail programs drop the style sheet, and then an edge is left of the button."""


def render(
    reply: Reply,
    *,
    to: str,
    brand_name: str,
    locale: str = "",
    subject: str | None = None,
    answers: MailHeaders | None = None,
    message_id: str = "",
) -> tuple[Outbound, ...]:
    """One mail for all orders and lines.

    answers: the headers of the mail answered: its thread and its subject are kept, with one `Re:` (V-12). subject: used as it is where
    `answers` has none; else the brand is named. message_id: our own, with angle brackets, made before the first try.
    """
    language = locale or reply.locale
    thread = threads.answering(answers, message_id=message_id) if answers else MailHeaders(message_id=message_id)
    title = threads.one_line(thread.subject or subject or words(language).say("hub.title", brand=brand_name))
    return (
        Outbound(
            to=to,
            subject=title,
            text=f"{reply.text}\n",
            html=_html(reply, language, title),
            mail=replace(thread, subject=title) if answers or message_id else None,
            locale=language,
            ai=reply.ai,
        ),
    )


def _html(reply: Reply, language: str, title: str) -> str:
    inside = "\n".join(part for block in reply.blocks for part in _block(block))
    return _PAGE.format(language=escape(language), title=escape(title), style=_STYLE, inside=inside)


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
            yield f'<blockquote><p lang="{escape(block.locale)}">{_lines(block.text)}</p><p>{escape(place)}</p></blockquote>'
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
    return f'<p><a class="act" href="{shown}" style="{_ACT}">{escape(label.rstrip(" :："))}</a><br><span class="url">{shown}</span></p>'


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.split("\n"))
