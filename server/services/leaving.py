"""Whether a message may leave now, asked before every attempt: consent, the hour, WhatsApp's window, and what may be spent."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from channels.message import Channel, ConversationId, Outbound, Template
from channels.sms.segments import segments
from channels.words import nearest
from identity.codes import TRIES_PER_CODE
from identity.levels import ProofKind
from knowledge.brand import Brand
from server.engine.dispatch import Go, Leave, Stop, Wait
from server.installation import Installation, Residence
from server.services.code_texts import may_be_texted
from server.services.consent import CONFIRMATION
from server.services.hearing import TYPED
from server.services.quiet_hours import next_allowed
from server.services.undelivered import Undelivered
from server.store import conversations, opt_outs, outbox, spending
from server.store.conversations import Thread
from server.store.database import Transaction
from server.store.outbox import Parcel
from server.store.records import read_plain

WINDOW = timedelta(hours=24)
"""WhatsApp takes free words for so long after the shopper's last message or tap (V-08)."""
TEMPLATE_MOST = 900
"""Characters of a template's one placeholder: with the approved words around it a template takes 1,024."""
CONFIRMED_WITHIN = timedelta(minutes=5)
"""An opt-out's one confirmation leaves by then or not at all (V-05)."""
CONFIRMED_AN_HOUR = 3
"""So many of them for one number."""
IN_TALK = timedelta(hours=1)
"""A person's words so soon after the shopper's own answer them, whatever the hour (V-07)."""
MAILS_AN_HOUR, UNVERIFIED_AN_HOUR = 2, 1
"""Agent mails one address gets in an hour: V-13, and trust.md 4.6 for a sender whose address is not proven."""
AFTER_A_CODE = 2
"""So many more once a code was typed back in the thread: no robot in a loop does that, and the answer it was typed for must arrive.
A code that did not fit brings one more each, as often as a code may be tried, and none for an address nobody vouches for."""
UNVERIFIED = "unverified"
"""Kind of spending: mails of an address that came in unaligned."""
SEGMENTS = "segments"
_HOUR = timedelta(hours=1)
_LATER = timedelta(seconds=30)


class Leaving:
    def __init__(self, installation: Installation) -> None:
        self._house = installation
        self._undelivered = Undelivered(installation)

    async def may_leave(self, parcel: Parcel) -> Leave:
        """Implements `dispatch.MayLeave`."""
        home = self._house.residences.get(parcel.brand)
        if home is None:
            return Wait(until=self._house.database.wall() + _LATER)  # a brand this process has not met yet
        out = read_plain(Outbound, parcel.body)
        match parcel.channel:
            case "sms":
                return await self._sms(home, parcel, out)
            case "whatsapp":
                return await self._whatsapp(home, parcel, out)
            case "email":
                return await self._email(home, parcel, out)
            case _:
                return Go(out=out)

    async def _sms(self, home: Residence, parcel: Parcel, out: Outbound) -> Leave:
        now, brand = self._house.clock.now(), home.brand
        async with self._house.database.reading() as tx:
            is_out = await opt_outs.is_out(tx, brand, out.to)
            thread = await _thread(tx, brand, parcel)
        if brand.sms is not None and not may_be_texted(out.to, brand.sms.countries):
            return Stop(why="unreachable")  # whoever wrote from there runs up a bill, and asks nothing
        if parcel.kind == CONFIRMATION:
            return await self._confirmation(home, parcel, out, now)
        if is_out:
            return Stop(why="opted_out")
        if brand.sms is not None and not brand.sms.registered:
            return await self._stopped(parcel, "unregistered")
        if _is_follow_up(parcel, thread, now):
            until = next_allowed(out.to, now, brand.time_zone)
            if until > now:
                return Wait(until=self._house.database.wall() + (until - now))
        return await self._within_budget(home, parcel, out, now)

    async def _confirmation(self, home: Residence, parcel: Parcel, out: Outbound, now: datetime) -> Leave:
        """It leaves beyond every budget, but somebody who goes out and back in all day long is not answered each time (D2)."""
        if now - _made_at(parcel.ref) > CONFIRMED_WITHIN:
            return Stop(why="late")
        async with self._house.database.writing() as tx:
            await spending.add(tx, home.brand, CONFIRMATION, out.to, now, int(parcel.attempts == 1))
            said = await spending.spent(tx, home.brand, CONFIRMATION, contact=out.to, now=now)
        return Go(out=out) if said.hour <= CONFIRMED_AN_HOUR else Stop(why="budget")

    async def _within_budget(self, home: Residence, parcel: Parcel, out: Outbound, now: datetime) -> Leave:
        """Parts are counted before they leave, so that two senders at once cannot spend a budget twice; a retry counts once."""
        budgets, parts = home.brand.budgets, out.segments or segments(out.text)
        async with self._house.database.writing() as tx:
            if parcel.attempts > 1:
                return Go(out=out)
            # Added first and looked at afterwards: the row is ours until the commit, and another sender's sum waits for it.
            await spending.add(tx, home.brand, SEGMENTS, out.to, now, parts)
            own = await spending.spent(tx, home.brand, SEGMENTS, contact=out.to, now=now)
            all_of_it = await spending.spent(tx, home.brand, SEGMENTS, contact=None, now=now)
            day_full = own.day > budgets.segments_per_contact_day or all_of_it.day > budgets.segments_per_brand_day
            if not day_full and own.hour <= budgets.segments_per_contact_hour:
                return Go(out=out)
            await spending.add(tx, home.brand, SEGMENTS, out.to, now, -parts)
        if day_full or parts > budgets.segments_per_contact_hour:
            return await self._stopped(parcel, "budget")
        full_hour = now.replace(minute=0, second=0, microsecond=0) + _HOUR
        return Wait(until=self._house.database.wall() + (full_hour - now))

    async def _whatsapp(self, home: Residence, parcel: Parcel, out: Outbound) -> Leave:
        now = self._house.clock.now()
        async with self._house.database.reading() as tx:
            thread = await _thread(tx, home.brand, parcel)
            is_out = await opt_outs.is_out(tx, home.brand, out.to)
        if thread is not None and thread.inbound_at is not None and now - thread.inbound_at < WINDOW:
            return Go(out=out)
        if is_out:
            return Stop(why="opted_out")  # what they write here is answered; nothing else reaches who has opted out (L-10)
        template = as_template(out, home.brand)
        return Go(out=template) if template is not None else await self._stopped(parcel, "window_closed")

    async def _email(self, home: Residence, parcel: Parcel, out: Outbound) -> Leave:
        """A person's mail always leaves, and so does a code, which is counted where it is asked for."""
        if parcel.kind not in ("reply", "notice") or not parcel.conversation:
            return Go(out=out)
        now, wall = self._house.clock.now(), self._house.database.wall()
        async with self._house.database.reading() as tx:
            gone = await outbox.addressed(tx, home.brand, out.to, "r-", wall - _HOUR, gone=True)
            given = await conversations.proofs_of(tx, home.brand, ConversationId(parcel.conversation))
            unverified, typed = [
                sum([(await spending.spent(tx, home.brand, kind, contact=out.to, now=at)).hour for at in (now, now - _HOUR)])
                for kind in (UNVERIFIED, TYPED)
            ]
        most = MAILS_AN_HOUR + min(typed, TRIES_PER_CODE)
        if any(proof.kind is ProofKind.CODE and proof.at > now - _HOUR for proof in given):
            most += AFTER_A_CODE
        elif unverified:
            most = UNVERIFIED_AN_HOUR
        return Go(out=out) if gone <= most else await self._stopped(parcel, "mail_limit")

    async def _stopped(self, parcel: Parcel, why: str) -> Stop:
        await self._undelivered.told(parcel, why)
        return Stop(why=why)


def as_template(out: Outbound, brand: Brand) -> Outbound | None:
    """The same words in the approved template of their language, else of the brand's first; None where the brand has none.

    Its one placeholder is one line. Words are cut before a link is.
    """
    templates = brand.whatsapp.templates if brand.whatsapp else {}
    wanted = (out.locale, nearest(out.locale), brand.locales[0], nearest(brand.locales[0]))
    locale = next((one for one in _spelt(wanted) if one in templates), next(iter(templates), None))
    if locale is None:
        return None
    link = out.link[1] if out.link else ""
    text = _one_line(out.text, TEMPLATE_MOST - (len(link) + 1 if link else 0))
    template = Template(name=templates[locale], locale=locale.replace("-", "_"), values=(f"{text} {link}".strip(),))
    return replace(out, template=template)


def _spelt(locales: Iterable[str]) -> Iterable[str]:
    for locale in locales:
        yield locale
        yield locale.replace("-", "_")
        yield locale.replace("_", "-")


def _one_line(text: str, most: int) -> str:
    words = " ".join(text.split())
    if len(words) <= most:
        return words
    head = words[: most - 1]
    return head[: head.rfind(" ")].rstrip() + "…" if " " in head[most // 2 :] else head + "…"


async def _thread(tx: Transaction, brand: Brand, parcel: Parcel) -> Thread | None:
    if parcel.conversation:
        return await conversations.thread(tx, brand, ConversationId(parcel.conversation))
    return await conversations.thread_at(tx, brand, Channel(parcel.channel), parcel.recipient or "")


def _is_follow_up(parcel: Parcel, thread: Thread | None, now: datetime) -> bool:
    """Whether it answers no text of the shopper's: not a reply or a code that was asked for, and nobody is talking just now (V-07)."""
    if parcel.kind in ("reply", "code"):
        return False
    return thread is None or thread.inbound_at is None or now - thread.inbound_at > IN_TALK


def _made_at(ref: str) -> datetime:
    """When the opt-out was confirmed, as its reference says (`stop-{seconds}-…`)."""
    seconds = ref.split("-")[1] if ref.count("-") >= 2 else ""
    return datetime.fromtimestamp(int(seconds) if seconds.isdigit() else 0, UTC)
