"""What did not reach a shopper is seen by a person: in the thread, and on a case (trust.md 5.3, V-08: a visible failure, never silence)."""

import hashlib

import structlog

from agent.effects import Brief
from channels.message import Channel, ConversationId
from channels.words import words
from server.installation import Installation, Residence
from server.store import cases, conversations, notices, opt_outs
from server.store.cases import Note, StoredCase
from server.store.conversations import Thread
from server.store.database import Transaction
from server.store.outbox import Parcel

_log = structlog.get_logger(__name__)
_CODES = "code-"
_WITHDRAWALS = "withdrawal-"


class Undelivered:
    def __init__(self, installation: Installation) -> None:
        self._house = installation

    async def told(self, parcel: Parcel, why: str) -> None:
        """A parcel will not arrive by itself. Implements `dispatch.Told`; being told twice is being told once.

        why: `failed`, `unknown` (it may have arrived: nobody sends it again blindly), `opted_out` (at the provider, Twilio's
        21610), or what the house itself stopped it for, e.g. `window_closed`.
        """
        house = self._house
        home = house.residences.get(parcel.brand)
        if home is None:
            return
        _log.warning("undelivered", brand=parcel.brand, channel=parcel.channel, ref=parcel.ref, why=why)
        async with house.database.writing() as tx:
            if parcel.conversation:
                # Its row before any other, as whoever writes in it does: no two of us wait for each other in a ring.
                await conversations.hold(tx, home.brand, parcel.conversation)
            if why == "opted_out" and parcel.recipient:
                now = house.clock.now()
                await opt_outs.out(tx, home.brand, parcel.recipient, channel=parcel.channel, by="provider", word="21610", now=now)
            await self._show(tx, home, parcel, why)
        if parcel.conversation:
            await house.bell.ring(home.brand.id, ConversationId(parcel.conversation))

    async def _show(self, tx: Transaction, home: Residence, parcel: Parcel, why: str) -> None:
        if parcel.ref.startswith(_WITHDRAWALS):
            note = Note(author="system", kind="note", text=_said(home, parcel.channel, why), at=self._house.clock.now())
            await cases.add_note(tx, home.brand, parcel.ref.removeprefix(_WITHDRAWALS), note, once=f"u-{parcel.ref}"[:64])
            return
        thread = await conversations.thread(tx, home.brand, ConversationId(parcel.conversation)) if parcel.conversation else None
        if thread is None or parcel.ref.startswith(_CODES):
            return  # a code that does not come is asked for again
        once = f"u-{parcel.ref}"
        if why == "mail_limit":
            # A loop opens a thread for each of its mails: its address comes before a person once an hour, not once a mail.
            address = hashlib.sha256((parcel.recipient or "").encode()).hexdigest()[:32]
            once = f"loop-{address}-{self._house.clock.now():%Y-%m-%dT%H}"
        await for_a_person(self._house, tx, home, thread, reason="undelivered", once=once, said=_said(home, parcel.channel, why))


async def for_a_person(
    house: Installation, tx: Transaction, home: Residence, thread: Thread, *, reason: str, once: str, said: str, quote: str = ""
) -> None:
    """Put something in front of staff, once: on the conversation's open case, or on one opened for it.

    once: the same key again changes nothing. said: for staff, shown in the thread. quote: the shopper's words, if they are the matter.
    """
    brand, now = home.brand, house.clock.now()
    if not await notices.keep_notice(tx, brand, "house", once, reason, now):
        return
    reference = thread.state.case or f"{brand.id[:2].upper()}-{house.chance.reference()}{house.chance.reference()}"
    known = await cases.case(tx, brand, reference)
    if known is None:
        brief = Brief(wish="other", reason=reason, language=thread.state.locale, contact=thread.contact, said=(quote or said)[:500])
        case = StoredCase(
            reference=reference,
            conversation=thread.id,
            origin="chat",
            reason=reason,
            brief=brief,
            state="open",
            reply_by=None,
            opened_at=now,
        )
        await cases.open_case(tx, brand, case)
        await conversations.change_state(tx, brand, thread.id, case=reference)
        await conversations.log(tx, brand, thread.id, "case", {"state": "open", "reference": reference}, now)
    note = Note(author="system", kind="note", text=said, at=now)
    await cases.add_note(tx, brand, reference, note)
    body = conversations.message_body(author="system", ref=once, text=said, at=now)
    await conversations.log(tx, brand, thread.id, "message", body, now)


def _said(home: Residence, channel: str, why: str) -> str:
    """For staff, in the brand's own first language."""
    what = words(home.brand.locales[0]).say("reason.undelivered")
    return f"{what} ({Channel(channel).value}: {why})"
