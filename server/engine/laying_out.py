"""A reply as the messages it takes on its channel, before the commit: what is kept is what leaves."""

from dataclasses import replace
from typing import assert_never
from urllib.parse import urlsplit
from uuid import uuid4

from channels.email.render import render as as_mail
from channels.email.threads import message_id
from channels.message import Channel, MailHeaders, Outbound
from channels.reply import Reply, Text
from channels.sms.render import render as as_sms
from channels.whatsapp.render import render as as_whatsapp
from knowledge.brand import Brand
from server.store.conversations import Leased, Thread


def lay_out(reply: Reply, thread: Thread, leased: Leased, brand: Brand) -> tuple[Outbound, ...]:
    """The reply through its channel's render, in the order in which it leaves; none in webchat, whose log is the delivery.

    Mail is laid out in the thread it answers, with a Message-ID of our own that every resend keeps (V-12, trust.md 5.3).
    """
    answered = next((one.mail for one in reversed(leased.messages) if one.mail is not None), None)
    return _laid_out(reply, thread, brand, answered, message_id(uuid4().hex, _address(brand)))


def lay_out_words(
    text: str, *, ref: str, thread: Thread, brand: Brand, mail: MailHeaders | None, locale: str, ai: bool
) -> tuple[Outbound, ...]:
    """A person's words, or a notice, outside any turn.

    ref: the parcel's own; a mail's Message-ID is made from it. mail: the headers of the mail it answers, None to begin a thread.
    ai: whether the words were generated (L-03).
    """
    reply = Reply(text=text, blocks=(Text(text=text),), locale=locale, ai=ai)
    return _laid_out(reply, thread, brand, mail, message_id(ref, _address(brand)))


def _laid_out(reply: Reply, thread: Thread, brand: Brand, answers: MailHeaders | None, own_id: str) -> tuple[Outbound, ...]:
    to, name, locale = thread.contact or "", brand.name, reply.locale
    match thread.channel:
        case Channel.WEBCHAT:
            return ()
        case Channel.SMS:
            out = as_sms(reply, to=to, brand_name=name, locale=locale)
        case Channel.WHATSAPP:
            out = as_whatsapp(reply, to=to, brand_name=name, locale=locale)
        case Channel.EMAIL:
            out = as_mail(reply, to=to, brand_name=name, locale=locale, answers=answers, message_id=own_id)
        case _:
            assert_never(thread.channel)
    return tuple(replace(one, locale=one.locale or locale, ai=reply.ai) for one in out)


def _address(brand: Brand) -> str:
    """Whose domain a Message-ID lies under: the brand's mailbox, else its site."""
    return brand.mail.address if brand.mail is not None else f"mail@{urlsplit(brand.site).hostname or 'localhost'}"
