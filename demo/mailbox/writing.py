"""What a shopper's mail program makes of a few words: headers, both parts, and the mail answered quoted below."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from html import escape
from uuid import uuid4

from demo.mailbox.letters import Letter

_QUOTE = "margin:0 0 0 .8ex;border-left:1px solid rgb(204,204,204);padding-left:1ex"


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """A person with a mailbox."""

    address: str
    name: str = ""


def write(
    writer: Writer,
    to: str,
    subject: str,
    text: str,
    *,
    at: datetime,
    answers: Letter | None = None,
    marks: tuple[tuple[str, str], ...] = (),
) -> EmailMessage:
    """A mail as Gmail would send it.

    answers: the letter replied to: its thread is kept by In-Reply-To and References, its words are quoted below, a missing subject is its
    own with `Re:`. marks: more headers, as robots set them.
    """
    mail = EmailMessage()
    mail["MIME-Version"] = "1.0"
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{uuid4().hex}@{writer.address.rpartition('@')[2]}>"
    if answers is not None and answers.id:
        mail["In-Reply-To"] = answers.id
        mail["References"] = " ".join([*answers.header("References").split(), answers.id])
    mail["From"] = formataddr((writer.name, writer.address))
    mail["To"] = to
    title = subject or (answers.subject if answers else "")
    mail["Subject"] = f"Re: {title}" if answers is not None and title and not title.lower().startswith("re:") else title
    for name, value in marks:
        mail[name] = value
    mail.set_content(f"{text}\n{_quoted_plain(answers)}" if answers else f"{text}\n")
    mail.add_alternative(_html(text, answers), subtype="html")
    return mail


def _introduction(letter: Letter) -> str:
    when = letter.at.strftime("%a, %b %d, %Y at %I:%M %p")
    return f"On {when} {letter.header('From') or letter.sender} wrote:"


def _quoted_plain(letter: Letter) -> str:
    quoted = "\n".join(f"> {line}".rstrip() for line in letter.text.rstrip("\n").split("\n"))
    return f"\n{_introduction(letter)}\n\n{quoted}\n"


def _html(text: str, answers: Letter | None) -> str:
    said = "".join(f"<div>{escape(line) or '<br>'}</div>" for line in text.split("\n"))
    if answers is None:
        return f'<div dir="ltr">{said}</div>\n'
    quoted = "<br>".join(escape(line) for line in answers.text.rstrip("\n").split("\n"))
    return (
        f'<div dir="ltr">{said}</div><br><div class="gmail_quote">'
        f'<div dir="ltr" class="gmail_attr">{escape(_introduction(answers))}<br></div>'
        f'<blockquote class="gmail_quote" style="{_QUOTE}">{quoted}</blockquote></div>\n'
    )
