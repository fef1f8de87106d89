"""One-time codes on their way: looked up and sent out of sight, so that known and unknown contacts look the same (A4)."""

import secrets
from datetime import datetime
from uuid import uuid4

import phonenumbers

from channels.availability import Active
from channels.message import Channel, ConversationId, Outbound
from channels.sms.segments import segments
from channels.words import words
from identity import codes
from identity.codes import LIFE, Purpose
from server.installation import Installation, Residence
from server.services.channel_settings import channels_of
from server.services.code_texts import may_text
from server.services.mail import mail_parcel
from server.store import challenges, conversations, jobs, mail_ids, outbox
from server.store.challenges import Asked, Judged
from server.store.conversations import Thread
from server.store.database import Transaction
from server.store.jobs import Job
from server.store.records import plain, read_plain
from shop.order import Customer
from shop.reading import ReadMeter


class Codes:
    def __init__(self, installation: Installation) -> None:
        self._house = installation

    async def ask(self, home: Residence, *, session: str, contact: str, purpose: Purpose, locale: str) -> None:
        """Somebody asks for a code in a Hub session. The same for every contact: one row, one job."""
        now = self._house.clock.now()
        asked = Asked(id=uuid4().hex, session=session, contact=normal_contact(contact), purpose=purpose, created_at=now)
        async with self._house.database.writing() as tx:
            await challenges.ask(tx, home.brand, asked)
            await jobs.schedule(tx, home.brand.id, "code", asked.id, now, {"challenge": asked.id, "locale": locale})
        self._house.engine.look()

    async def judge(self, home: Residence, *, session: str, purpose: Purpose, typed: str) -> Judged | None:
        """What digits typed in a Hub session come to; None when no code is awaited there."""
        async with self._house.database.writing() as tx:
            return await challenges.judge(tx, home.brand, session, purpose, typed, self._house.code_key(), self._house.clock.now())

    async def send(self, job: Job) -> None:
        """The job: look the contact up, make a code, send it to the contact on record. Raises ShopUnavailable to be tried again."""
        house = self._house
        home = house.residence(job.brand)
        async with house.database.reading() as tx:
            asked = await challenges.asked_for(tx, home.brand, job.payload["challenge"])
        if asked is None:
            return
        customer = await self._customer(home, asked.contact)
        now, wall = house.clock.now(), house.database.wall()
        digits = f"{secrets.randbelow(10**codes.DIGITS):0{codes.DIGITS}d}"
        locale = str(job.payload.get("locale") or home.brand.locales[0])
        async with house.database.writing() as tx:
            by_text = customer is not None and await self._may_text(tx, home, asked.contact, now)
            made = codes.challenge(
                digits,
                secrets.token_bytes(16),
                house.code_key(),
                brand=home.brand.id,
                session=asked.session,
                contact=asked.contact,
                purpose=asked.purpose,
                medium="sms" if by_text else "email",
                customer=customer.id if customer else None,
                now=now,
            )
            if not await challenges.arm(tx, home.brand, asked.id, made):
                return  # another worker has made it
            asked_by_mail = await self._mail_thread(tx, home, asked)
            parcel = None
            if by_text:
                parcel = self._text(home, asked.id, asked.contact, digits, locale)
            elif customer is not None and customer.email:
                parcel = self._mail(home, asked.id, customer.email, digits, locale, answer_here=asked_by_mail is not None)
            if parcel is not None:
                await outbox.put(tx, home.brand, parcel, state="ready", now=wall, due_at=wall)
            if parcel is not None and asked_by_mail is not None:
                await self._join(tx, home, asked_by_mail, parcel, now)
        house.engine.look()

    async def _mail_thread(self, tx: Transaction, home: Residence, asked: Asked) -> Thread | None:
        """The conversation by mail the code was asked for in, if it was asked for in one."""
        if asked.purpose != "conversation":
            return None
        thread = await conversations.thread(tx, home.brand, ConversationId(asked.session))
        return thread if thread is not None and thread.channel is Channel.EMAIL else None

    async def _join(self, tx: Transaction, home: Residence, thread: Thread, parcel: outbox.Parcel, now: datetime) -> None:
        """Who answers the mail that brought the code, and not the one that asked for it, is heard in the same conversation."""
        mail = read_plain(Outbound, parcel.body).mail
        if mail is not None:
            await mail_ids.remember(tx, home.brand, (mail.message_id,), thread.id, now)

    async def _may_text(self, tx: Transaction, home: Residence, contact: str, now: datetime) -> bool:
        """A number goes by text where the brand's texts are on; an address never does."""
        if "@" in contact or "sms" not in home.transports:
            return False
        state = channels_of(self._house, home)[Channel.SMS]
        return isinstance(state, Active) and await may_text(tx, home.brand, contact, now)

    async def _customer(self, home: Residence, contact: str) -> Customer | None:
        """The one customer whose record holds exactly this contact. Two are as good as none (INV-3)."""
        meter = ReadMeter()
        if "@" in contact:
            found = await home.shop.customer_by_email(contact, meter)
            same = found is not None and found.email is not None and codes.normal_email(found.email) == contact
            return found if same else None
        several = await home.shop.customers_by_phone(contact, meter)
        return several[0] if len(several) == 1 else None

    def _mail(self, home: Residence, challenge: str, to: str, digits: str, locale: str, *, answer_here: bool) -> outbox.Parcel:
        """The fixed template and nothing else: no word of the conversation is in it (INV-8).

        answer_here: the code is to be mailed back. Then it also says what silence means: of a mistyped code a sender whose address
        nobody vouches for hears nothing more within the hour (D4), and this is the one mail that always reaches them.
        """
        say = words(locale)
        minutes = int(LIFE["email"].total_seconds() // 60)
        body = say.say("hub.mail.code_body", brand=home.brand.name, code=digits, minutes=str(minutes))
        if answer_here:
            body += "\n\n" + say.say("hub.mail.code_by_mail", url=f"{home.parts.hub_base}/hub/sign-in")
        return mail_parcel(
            self._house.settings,
            home.brand,
            ref=f"code-{challenge}",
            to=to,
            subject=say.say("hub.mail.code_subject", brand=home.brand.name),
            text=f"{body}\n\n{self._bound(home, digits)}",
            locale=locale,
        )

    def _text(self, home: Residence, challenge: str, to: str, digits: str, locale: str) -> outbox.Parcel:
        """Likewise, as one text message."""
        minutes = int(LIFE["sms"].total_seconds() // 60)
        said = words(locale).say("sms.code", brand=home.brand.name, code=digits, minutes=str(minutes))
        text = f"{said}\n\n{self._bound(home, digits)}"
        out = Outbound(to=to, text=text, segments=segments(text), locale=locale, ai=False)
        return outbox.Parcel(
            brand=home.brand.id, ref=f"code-{challenge}", channel="sms", recipient=to, body=plain(Outbound, out), kind="code"
        )

    def _bound(self, home: Residence, digits: str) -> str:
        """The last line binds the code to our domain: browsers fill it in nowhere else."""
        host = (home.brand.hub_url or self._house.settings.public_url).split("://", 1)[-1]
        return f"@{host} #{digits}"


def normal_contact(text: str) -> str:
    """An e-mail address case-folded, a phone number as E.164 where it can be read as one."""
    if "@" in text:
        return codes.normal_email(text)
    try:
        return phonenumbers.format_number(phonenumbers.parse(text), phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        return text.strip()
