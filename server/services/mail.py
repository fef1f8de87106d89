"""Mail of the house itself (codes, receipts): worded elsewhere, put into the outbox here, sent by the dispatcher like everything else."""

from urllib.parse import urlsplit

from channels.email.threads import message_id
from channels.message import Channel, MailHeaders, Outbound
from knowledge.brand import Brand
from server.settings import Settings
from server.store.outbox import Parcel
from server.store.records import plain


def mail_parcel(settings: Settings, brand: Brand, *, ref: str, to: str, subject: str, text: str, locale: str) -> Parcel:
    """A mail to exactly one recipient, its Message-ID made before the first try so that a resend keeps it."""
    headers = MailHeaders(message_id=message_id(ref, sender_of(settings, brand)), subject=subject)
    out = Outbound(to=to, text=text, subject=subject, mail=headers, locale=locale, ai=False)
    return Parcel(brand=brand.id, ref=ref, channel=Channel.EMAIL.value, recipient=to, body=plain(Outbound, out), kind="code")


def sender_of(settings: Settings, brand: Brand) -> str:
    """The address the brand's mail comes from: its mailbox, so that an answer reaches the agent."""
    if brand.mail is not None:
        return brand.mail.address
    domain = urlsplit(brand.site).hostname or "localhost"
    return brand.contact_email or settings.mail_from or f"no-reply@{domain}"
