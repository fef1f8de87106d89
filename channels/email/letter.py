"""One outgoing message as the mail that leaves: both parts, the thread's headers, and the marks of a machine."""

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from channels.email.sender import address
from channels.email.threads import message_id, one_line
from channels.message import Outbound

AI_HEADER = "X-AI-Generated"
"""`true` on mail whose words were put together by the agent (L-03); codes and receipts do not bear it."""


def letter(out: Outbound, *, ref: str, sender: str, sender_name: str, at: datetime) -> EmailMessage:
    """The mail for one attempt. Every attempt at the same ref has the same Message-ID.

    An answer says `auto-replied`, a code or a receipt `auto-generated` (RFC 3834): no holiday reply and no other robot answers either.
    at: aware. Raises Unreadable or ValueError unless `out.to` is exactly one address (INV-8).
    """
    to = address(out.to)
    mail = EmailMessage()
    mail["From"] = Address(display_name=_plain(sender_name), addr_spec=sender)
    mail["To"] = to
    mail["Subject"] = one_line(_plain(out.subject or ""))
    chain = out.mail.references if out.mail else ()
    mail["Message-ID"] = (out.mail.message_id if out.mail else "") or message_id(ref, sender)
    if chain:
        mail["In-Reply-To"] = chain[-1]
        mail["References"] = " ".join(chain)
    mail["Date"] = format_datetime(at)
    mail["Auto-Submitted"] = "auto-replied" if chain else "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"  # what Exchange heeds instead (MS-OXCMAIL 2.2.3.2.14)
    if out.ai:
        mail[AI_HEADER] = "true"
    mail.set_content(out.text)
    if out.html:
        mail.add_alternative(out.html, subtype="html")
    if out.locale:
        mail["Content-Language"] = out.locale  # last: a content header set before would go down into the text part
    return mail


def _plain(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)
