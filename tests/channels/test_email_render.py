"""A reply laid out as a mail: in its thread, for every reader, with nothing loaded from anywhere."""

import re
from html.parser import HTMLParser

import pytest

from channels.email import threads
from channels.email.render import render
from channels.message import MailHeaders, Outbound
from channels.reply import Choices, DeepLink, Option, Quote, Reply, SignIn, Text
from knowledge.terms import ChangeKind
from skills.skill import Change
from tests.agent.one_order import OF_SHIRT, OF_TOTE, offer, order, said

LINK = "https://go.blauhaus.eu/c/AAAAAAAAAAAAAAAAAAAAAA"
REPLY = Reply(
    text="Yes.",
    blocks=(
        Text(text="Yes."),
        DeepLink(label="Review changes", url=LINK),
        Choices(options=(Option(id="a", label="One"),)),
        SignIn(label="Sign in", url=LINK, code_label="Send me a code"),
        Quote(text="We change orders.", locale="de", document="d", clause="c", title="t"),
    ),
    locale="en",
)


def laid_out(answers: MailHeaders | None = None, locale: str = "en") -> Outbound:
    (mail,) = render(REPLY, to="a@example.com", brand_name="Northbay", locale=locale, answers=answers, message_id="<ours@x>")
    return mail


@pytest.mark.parametrize(
    ("subject", "answered"),
    [
        ("Order #1042", "Re: Order #1042"),
        ("Re: Order #1042", "Re: Order #1042"),
        ("RE: Re: AW: Re[2]: Order #1042", "Re: Order #1042"),
        ("返信: 注文1042", "Re: 注文1042"),
        ("Fwd: Order #1042", "Re: Fwd: Order #1042"),
        ("Retour de la chemise", "Re: Retour de la chemise"),
        ("", "Your orders at Northbay"),
        ("Re: ", "Your orders at Northbay"),
    ],
)
def test_an_answer_keeps_the_subject_with_one_re(subject: str, answered: str) -> None:
    mail = laid_out(MailHeaders(message_id="<2@x>", subject=subject))
    assert mail.subject == answered
    assert mail.mail is not None
    assert mail.mail.subject == answered


def test_an_answer_names_the_whole_chain_its_parent_last() -> None:
    mail = laid_out(MailHeaders(message_id="<2@x>", references=("<0@x>", "<1@x>"), subject="x")).mail
    assert mail is not None
    assert (mail.message_id, mail.references) == ("<ours@x>", ("<0@x>", "<1@x>", "<2@x>"))
    without_id = laid_out(MailHeaders(message_id="", references=("<1@x>",), subject="x")).mail
    assert without_id is not None
    assert without_id.references == ("<1@x>",)


def test_a_thread_of_any_length_stays_within_what_a_header_holds() -> None:
    parent = MailHeaders(message_id="<0@x>")
    for place in range(1, 120):
        parent = threads.answering(parent, message_id=f"<{place}@x>")
    assert (parent.references[0], parent.references[-1], len(parent.references)) == ("<0@x>", "<118@x>", threads.MOST_REFERENCES)


def test_one_mail_answers_every_order_and_line() -> None:
    answer, _, _ = said(offer(lines=(OF_SHIRT, OF_TOTE), change=Change(kind=ChangeKind.REMOVE_LINES)), orders=(order(),), channel="email")
    mails = render(answer, to="a@example.com", brand_name="Northbay", locale="en")
    assert len(mails) == 1
    assert all(title in part for title in ("Linen shirt", "Canvas tote") for part in (mails[0].text, mails[0].html or ""))


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize("locale", ["en", "fr", "ja", "es", "de"])
def test_the_html_part_can_be_read_by_anybody_and_loads_nothing(locale: str) -> None:
    html = laid_out(locale=locale).html or ""
    tags = Tags(html).found
    names = {tag for tag, _ in tags}
    assert not names & {"img", "table", "script", "link", "iframe", "object", "font", "svg", "video"}
    assert all("src" not in attributes and "background" not in attributes for _, attributes in tags)
    assert not re.search(r"url\(|@import|@font-face", html)
    assert next(attributes for tag, attributes in tags if tag == "html")["lang"] == locale
    assert "<title>" in html
    assert "color-scheme" in html
    assert ("p", {"lang": "de"}) in tags  # the quote keeps its language
    # Of a fixed width there is nothing: the narrowest phone shows it whole.
    assert not re.search(r"(?<!max-)width:\d", html.replace("width=device-width", ""))


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("#17191c", "#ffffff"),
        ("#5c6370", "#ffffff"),
        ("#ffffff", "#1f5f4a"),
        ("#f3f4f5", "#1b1d20"),
        ("#a3aab5", "#1b1d20"),
        ("#10231c", "#7cc4a8"),
    ],
)
def test_its_colours_are_told_apart_by_day_and_by_night(ink: str, ground: str) -> None:
    html = laid_out().html or ""
    assert ink in html
    assert ground in html
    light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5
