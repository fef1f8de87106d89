"""What ties mails into a thread: their ids and one subject (RFC 5322 3.6.4, V-12)."""

import hashlib
import re

from channels.email.mime import Mail, words
from channels.message import MailHeaders

MOST_REFERENCES = 50
LONGEST_SUBJECT = 200
_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]{1,250}>")
_ANSWER = re.compile(r"\s*(?:re|aw|antw|sv|rép|rép\.|返信|回复|答复)\s?(?:\[\d{1,3}\]|\(\d{1,3}\))?\s?[:：]\s*", re.I)
_FORWARD = re.compile(r"\s*(?:fwd?|wg|wtr|tr|rv|enc|転送)\s?[:：]", re.I)


def headers_of(mail: Mail) -> MailHeaders:
    """The ids and subject of a mail that came in. What is not an id is left out, so that none of it gets into a header of ours."""
    message_id = next(iter(ids(mail.first("message-id"))), "")
    chain = [each for value in mail.headers.get("references", ()) for each in ids(value)]
    parents = ids(mail.first("in-reply-to"))
    chain += [each for each in parents[:1] if each not in chain]
    return MailHeaders(message_id=message_id, references=shortened(chain, message_id), subject=one_line(words(mail.first("subject"))))


def answering(parent: MailHeaders, *, message_id: str) -> MailHeaders:
    """The headers of an answer: References are the parent's chain and the parent itself, last (so that it is In-Reply-To); one `Re:`.

    message_id: our own, made before the first try; with angle brackets.
    """
    chain = [*parent.references, *((parent.message_id,) if parent.message_id else ())]
    subject = bare(parent.subject)
    return MailHeaders(message_id=message_id, references=shortened(chain, message_id), subject=f"Re: {subject}" if subject else "")


def message_id(ref: str, address: str) -> str:
    """Our own Message-ID for an outbox ref: the same for each try, from the domain of the address that sends.

    It says nothing of the conversation and cannot be guessed from another one: the ref goes in as a digest.
    """
    domain = address.rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(f'{ref}@{domain}'.encode()).hexdigest()[:32]}@{domain}>"


def ids(value: str) -> list[str]:
    """All `<…@…>` of a header, in order."""
    return _ID.findall(value)


def shortened(chain: list[str], own: str) -> tuple[str, ...]:
    """Each id once, in order; of a very long chain the first and the newest (RFC 5537 3.4.4 asks to keep these)."""
    once = [each for each in dict.fromkeys(chain) if each != own]
    return tuple(once if len(once) <= MOST_REFERENCES else [once[0], *once[-(MOST_REFERENCES - 1) :]])


def is_answer(subject: str) -> bool:
    """Whether the subject says that this is a reply or a forwarded mail: it was not written for this one."""
    return bool(_ANSWER.match(subject) or _FORWARD.match(subject))


def bare(subject: str) -> str:
    """The subject without any `Re:`, `AW:`, `RE[2]:`, `返信:` before it."""
    said = one_line(subject)
    while found := _ANSWER.match(said):
        said = said[found.end() :]
    return said


def one_line(subject: str) -> str:
    """No line break can start another header."""
    return " ".join(subject.split())[:LONGEST_SUBJECT]
