"""Cases: opened from the chat or the Hub, answered at the desk, and every word of it in the shopper's own thread."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agent.effects import Brief
from channels.message import Channel, ConversationId
from channels.words import words as catalogue
from server.engine.bell import Bell
from server.installation import Installation, Residence
from server.services.cleaning import cleaned
from server.services.first_words import sorry
from server.services.speaking import say
from server.store import cases, conversations
from server.store.cases import Note, StoredCase
from server.store.conversations import Event, Leased
from server.store.database import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """All staff see of one case."""

    case: StoredCase
    notes: tuple[Note, ...]
    thread: tuple[Event, ...]
    channel: str | None


class Cases:
    def __init__(self, installation: Installation) -> None:
        self._house = installation

    @property
    def _bell(self) -> Bell:
        return self._house.bell

    async def all(self, home: Residence) -> tuple[StoredCase, ...]:
        async with self._house.database.reading() as tx:
            return await cases.all_cases(tx, home.brand)

    async def file(self, home: Residence, reference: str) -> CaseFile | None:
        async with self._house.database.reading() as tx:
            case = await cases.case(tx, home.brand, reference)
            if case is None:
                return None
            written_notes = await cases.notes(tx, home.brand, reference)
            conversation = ConversationId(case.conversation) if case.conversation else None
            events = await conversations.log_after(tx, home.brand, conversation, 0) if conversation else ()
            thread = await conversations.thread(tx, home.brand, conversation) if conversation else None
        return CaseFile(case=case, notes=written_notes, thread=events, channel=thread.channel.value if thread else None)

    async def take(self, home: Residence, reference: str, *, person: str) -> bool:
        """The case is this person's, and the agent is silent in its thread (V-29)."""
        house, brand, now = self._house, home.brand, self._house.clock.now()
        async with house.database.writing() as tx:
            await self._hold(tx, home, reference)
            if not await cases.assign(tx, brand, reference, person):
                return False
            case = await cases.case(tx, brand, reference)
            if case is not None and case.conversation:
                held = ConversationId(case.conversation)
                await conversations.change_state(tx, brand, held, with_person=True, case=reference, pending=None)
                state = {"state": "open", "reference": reference, "agent_name": person}
                await conversations.log(tx, brand, held, "case", state, now)
        await self._ring(home, case.conversation if case else None)
        return True

    async def reply(self, home: Residence, reference: str, *, author: str, text: str, once: str | None = None) -> bool:
        """A person's words into the shopper's thread; from now on the agent is silent in it (V-29). False for no such open case.

        once: the form's own key: a form sent twice is one reply.
        """
        house, brand, now, words = self._house, home.brand, self._house.clock.now(), cleaned(text)
        async with house.database.writing() as tx:
            await self._hold(tx, home, reference)
            case = await cases.case(tx, brand, reference, hold=True)
            if case is None or case.state != "open" or not words:
                return False
            n = await cases.add_note(tx, brand, reference, Note(author=author, kind="reply", text=words, at=now), once=once)
            if n is None:
                return True
            await cases.assign(tx, brand, reference, author)
            if case.conversation:
                held = ConversationId(case.conversation)
                thread = await conversations.change_state(tx, brand, held, with_person=True, case=reference, pending=None)
                if thread is not None:
                    state = {"state": "open", "reference": reference, "agent_name": author}
                    await say(
                        house,
                        tx,
                        home,
                        thread,
                        words,
                        ref=f"p-{reference}-{n}",
                        kind="staff",
                        author="person",
                        name=author,
                        ai=False,
                        more=(("case", state),),
                    )
        house.engine.look()
        await self._ring(home, case.conversation)
        return True

    async def close(self, home: Residence, reference: str, *, author: str) -> bool:
        """The case is done; the assistant answers again. False when it was closed already."""
        house, brand, now = self._house, home.brand, self._house.clock.now()
        async with house.database.writing() as tx:
            await self._hold(tx, home, reference)
            if not await cases.close_case(tx, brand, reference, now):
                return False
            case = await cases.case(tx, brand, reference)
            await cases.add_note(tx, brand, reference, Note(author=author, kind="closed", text="", at=now))
            conversation = case.conversation if case else None
            if conversation:
                held = ConversationId(conversation)
                thread = await conversations.change_state(tx, brand, held, with_person=False, case=None, pending=None)
                closed: dict[str, Any] = {"state": "closed", "reference": reference, "agent_name": author}
                await conversations.log(tx, brand, held, "case", closed, now)
                if thread is not None and thread.channel is not Channel.WEBCHAT:
                    # A page shows the event itself; everywhere else it takes words to know who answers from now on.
                    said = catalogue(thread.state.locale).say("case.closed", brand=brand.name, reference=reference)
                    await say(house, tx, home, thread, said, ref=f"c-{reference}", kind="notice")
        house.engine.look()
        await self._ring(home, conversation)
        return True

    async def open_from_hub(
        self, home: Residence, *, brief: Brief, request: dict[str, Any], conversation: str | None, reply_by: datetime | None, note: str = ""
    ) -> StoredCase:
        """A case from a Hub page; the same wish about the same order twice is one case.

        conversation: the thread the shopper came from, if a place link of this shopper's named one.
        """
        house, brand, now = self._house, home.brand, self._house.clock.now()
        async with house.database.writing() as tx:
            if brief.customer and brief.order:
                known = await cases.open_case_of(tx, brand, brief.customer, brief.order, brief.wish)
                if known is not None:
                    return known
            stored = StoredCase(
                reference=f"{brand.id[:2].upper()}-{house.chance.reference()}",
                conversation=conversation,
                origin="hub",
                reason=brief.reason,
                brief=brief,
                state="open",
                reply_by=reply_by,
                opened_at=now,
                request=request,
            )
            await cases.open_case(tx, brand, stored)
            if cleaned(note):
                await cases.add_note(tx, brand, stored.reference, Note(author="shopper", kind="note", text=cleaned(note), at=now))
            if conversation:
                held = ConversationId(conversation)
                await conversations.change_state(tx, brand, held, case=stored.reference, pending=None)
                await conversations.log(tx, brand, held, "case", {"state": "open", "reference": stored.reference}, now)
        await self._ring(home, conversation)
        return stored

    async def give_up(self, home: Residence, leased: Leased) -> None:
        """A turn failed again and again: the shopper is told, and a person gets it."""
        house, brand, now = self._house, home.brand, self._house.clock.now()
        reference = f"{brand.id[:2].upper()}-{house.chance.reference()}"
        locale = leased.thread.state.locale
        brief = Brief(wish="other", reason="skill_unavailable", language=locale, said=" ".join(one.text for one in leased.messages)[:500])
        case = StoredCase(
            reference=reference,
            conversation=leased.thread.id,
            origin="chat",
            reason=brief.reason,
            brief=brief,
            state="open",
            reply_by=None,
            opened_at=now,
        )
        text = sorry(brand.name, locale, reference)
        notice = {"kind": "handoff_notice", "state": "made", "reason": brief.reason, "case": reference, "text": text, "reply_by": None}
        async with house.database.writing() as tx:
            if not await conversations.set_aside(tx, brand, leased, turn=f"given-up-{reference}", now=house.database.wall()):
                return
            await cases.open_case(tx, brand, case)
            opened = {"state": "open", "reference": reference}
            ref = f"s-{reference}"
            await say(house, tx, home, leased.thread, text, ref=ref, kind="notice", blocks=[notice], more=(("case", opened),))

    async def _hold(self, tx: Transaction, home: Residence, reference: str) -> None:
        """The case's conversation before the case, in the order in which turns and intake take them: else two could wait in a ring."""
        known = await cases.case(tx, home.brand, reference)
        if known is not None and known.conversation:
            await conversations.hold(tx, home.brand, known.conversation)

    async def _ring(self, home: Residence, conversation: str | None) -> None:
        if conversation:
            await self._bell.ring(home.brand.id, ConversationId(conversation))
