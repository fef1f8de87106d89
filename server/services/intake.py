"""A message that came by text, WhatsApp or mail, joined to its conversation: kept whole before its sender hears that we have it.

Everything it comes to is one transaction (trust.md 5.2): the thread it belongs to, a code judged, an opt-out carried out. A delivery
repeated is one message.
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from agent.conversation import ConversationState
from agent.readers.language import language_of
from channels.message import Channel, ConversationId, Received
from server.installation import Installation, Residence
from server.points import passing
from server.services import consent, hearing
from server.services.cleaning import cleaned
from server.services.hearing import Said
from server.services.leaving import UNVERIFIED
from server.services.undelivered import for_a_person
from server.store import conversations, mail_ids, spending
from server.store.conversations import Kept, Thread
from server.store.database import Transaction

IDLE = timedelta(hours=24)
"""After so long the next message opens the conversation anew: its state is old, and who answers is said again (V-30)."""
LATE = timedelta(minutes=5)
"""A message older than this was held up on its way, or found by reconciliation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """It is not for this brand's agent, and nothing of it is kept."""

    why: str


class Intake:
    def __init__(self, installation: Installation) -> None:
        self._house = installation

    async def take(self, home: Residence, received: Received) -> Kept | Ignored:
        """Keep it and have it answered. The same message again gets the same answer and wakes nobody.

        received: verified by its channel and parsed. Raises StoreError or StoreFailed: then nothing was kept, and the sender
        must be told to send it again.
        """
        house, brand = self._house, home.brand
        # Here, before anybody keeps a word of it: what a database cannot hold would be refused for ever, and all that waits behind it too.
        received = replace(received, text=cleaned(received.text))
        if received.contact in _own(house):
            return Ignored(why="it is from a number of ours")
        if not received.opens_window and not received.text and not received.choice and not received.media:
            return Ignored(why="it is a sign on a message, and asks for nothing")
        passing("intake.before_keep")
        async with house.database.writing(hurried=True) as tx:
            known = await conversations.kept_before(tx, brand, received.channel.value, received.id)
            if known is not None:
                return known
            at = self._at(received)
            thread = await self._thread(tx, home, received, at)
            taken = await consent.stance(tx, brand, received)
            # Only what was held up can be late: a clock that was set back makes nobody's message old.
            held_up = at <= house.clock.now() - LATE
            settled = _settled(received, thread, at, taken, held_up=held_up)
            kept = (await hearing.hear(house, tx, home, thread, _said(received, at, settled))).kept
            if kept.fresh:
                await self._follow(tx, home, thread, received, settled, taken)
        passing("intake.after_keep")
        await house.bell.ring(brand.id, thread.id)
        if settled is None:
            hearing.wake(house, home, thread, kept)
        else:
            house.engine.look()
        passing("intake.after_wake")
        return kept

    def _at(self, received: Received) -> datetime:
        """When it was written, by the house's clock: now, unless it is late. Clocks differ by minutes, and nobody writes in the future.

        The sender's time is held against the store's clock: the house's may be a demo's, and stand in another year.
        """
        now = self._house.clock.now()
        age = self._house.database.wall() - received.at if received.at is not None else timedelta()
        return now - age if age > LATE else now

    async def _thread(self, tx: Transaction, home: Residence, received: Received, at: datetime) -> Thread:
        brand, house = home.brand, self._house
        thread = await _mail_thread(tx, home, received) if received.channel is Channel.EMAIL else None
        opened = False
        if thread is None:

            def first_state() -> ConversationState:
                return ConversationState(locale=language_of(received.text[: hearing.MOST], brand.locales, brand.locales[0]))

            thread, opened = await conversations.find_or_open(
                tx,
                brand,
                channel=received.channel,
                address=_address(received),
                contact=received.contact,
                state=first_state,
                id=ConversationId(house.chance.token(16)),
                now=house.database.wall(),
            )
        if received.mail is not None and received.mail.message_id:
            await mail_ids.remember(tx, brand, (received.mail.message_id,), thread.id, house.clock.now())
        return thread if opened or not _is_over(thread, at) else await _reopened(tx, home, thread)

    async def _follow(
        self, tx: Transaction, home: Residence, thread: Thread, received: Received, settled: str | None, taken: consent.Stance | None
    ) -> None:
        """What the message brings with it beside a turn."""
        house = self._house
        if taken is not None:
            await consent.act(house, tx, home, thread, received, taken)
        if settled == "late":
            words = cleaned(received.text)
            said = f"{words[:500]} ({received.at:%Y-%m-%d %H:%M} UTC)" if received.at else words[:500]
            once = f"late-{received.channel.value}-{received.id}"
            await for_a_person(house, tx, home, thread, reason="late_message", once=once[:200], said=said, quote=words)
        if received.channel is Channel.EMAIL and not received.aligned:
            await spending.add(tx, home.brand, UNVERIFIED, received.contact, house.clock.now(), 1)


def _settled(received: Received, thread: Thread, at: datetime, taken: consent.Stance | None, *, held_up: bool) -> str | None:
    """Why a message gets no turn; None: it gets one."""
    if received.automatic:
        return received.automatic  # nobody wrote it: it is kept and never answered (RFC 3834)
    if taken is not None:
        return f"consent:{taken.act}"
    older = held_up and thread.inbound_at is not None and at < thread.inbound_at
    # Still within a burst it is answered with the rest; after the answer it would be an answer to what is past.
    return "late" if older and thread.due_at is None else None


def _said(received: Received, at: datetime, settled: str | None) -> Said:
    nothing = not received.text.strip() and not received.choice and not received.media
    mail = received.mail
    if mail is not None and not received.aligned:
        # Whoever wrote it may be somebody else than the address says: nothing of theirs is sent there (D4), a subject included.
        mail = replace(mail, subject="")
    return Said(
        key=received.id,
        text=received.text,
        choice=received.choice,
        media=received.media or (("unsupported",) if nothing and settled is None else ()),
        mail=mail,
        at=at,
        opens_window=received.opens_window,
        settled=settled,
    )


async def _mail_thread(tx: Transaction, home: Residence, received: Received) -> Thread | None:
    """The conversation a mail answers into, if its sender is the one it is held with: a stranger inherits nothing."""
    if received.mail is None or not received.mail.references:
        return None
    known = await mail_ids.conversation_of(tx, home.brand, received.mail.references)
    thread = await conversations.thread(tx, home.brand, known) if known else None
    fits = thread is not None and thread.channel is Channel.EMAIL and thread.contact == received.contact
    return thread if fits else None


def _address(received: Received) -> str:
    """What the channel finds a conversation by: the number, or in mail whatever opened it."""
    if received.channel is not Channel.EMAIL:
        return received.contact
    return hashlib.sha256(f"{received.contact}\n{received.id}".encode()).hexdigest()


def _is_over(thread: Thread, at: datetime) -> bool:
    return thread.state.ended or (thread.inbound_at is not None and thread.inbound_at < at - IDLE)


async def _reopened(tx: Transaction, home: Residence, thread: Thread) -> Thread:
    """A new beginning in the same place: the agent says again what it is; a case that a person has stays theirs."""
    old = thread.state
    state = ConversationState(locale=old.locale, case=old.case, with_person=old.with_person)
    await conversations.reopen(tx, home.brand, thread, state)
    return replace(thread, state=state)


def _own(house: Installation) -> frozenset[str]:
    """Numbers of every brand here: what comes from them we wrote ourselves, or somebody wants two of us to talk to each other."""
    brands = [home.brand for home in house.residences.values()]
    return frozenset(one.number for brand in brands for one in (brand.sms, brand.whatsapp) if one is not None)
