"""The chat as its page uses it: begin, say, be recognised. Every answer is given after the commit, never before.

ChatError
├── NotThere       no conversation opens with this token
└── PassRefused    the ticket or grant is unknown, used or out of time
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from agent.conversation import ConversationState
from channels.message import Channel, ConversationId, Signal
from identity import codes
from identity.codes import Verdict
from identity.levels import Level, Proof, ProofKind, Shopper, shopper_from
from identity.links import at_rest, looks_like_token
from knowledge.brand import Brand
from server.engine.turns import is_quick, level_event
from server.installation import Installation, Residence
from server.services.cleaning import cleaned
from server.services.first_words import greeting
from server.store import challenges, conversations, passes
from server.store.conversations import Arrival, Kept, Thread
from server.store.database import Transaction
from server.store.records import read

_SIGNALS = {Verdict.ACCEPTED: Signal.SIGNED_IN, Verdict.WRONG: Signal.CODE_WRONG, Verdict.SPENT: Signal.CODE_SPENT}


class ChatError(Exception):
    """The chat cannot do this."""


class NotThere(ChatError):
    """No conversation opens with this token."""


class PassRefused(ChatError):
    """This ticket or grant cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    conversation: ConversationId
    token: str
    shopper: Shopper
    locale: str


class Chat:
    def __init__(self, installation: Installation) -> None:
        self._house = installation

    async def begin(
        self,
        home: Residence,
        *,
        locale: str | None = None,
        ticket: str | None = None,
        channel: Channel = Channel.WEBCHAT,
        contact: str | None = None,
        proof: Proof | None = None,
    ) -> Begun:
        """A new conversation; in webchat its first message says who answers. Raises PassRefused for a bad ticket.

        proof: handed in by the house itself (one-off commands), never by a request.
        """
        house, brand, now = self._house, home.brand, self._house.clock.now()
        tongue = chosen_locale(brand, locale)
        conversation = ConversationId(house.chance.token(16))
        token = house.chance.token(32)
        webchat = channel is Channel.WEBCHAT
        state = ConversationState(locale=tongue, disclosed=webchat)
        async with house.database.writing() as tx:
            given = [proof] if proof is not None else []
            if ticket is not None:
                given.append(await self._proof_of(tx, brand, "ticket", ticket, now))
            stored = None if not webchat else at_rest(token)
            await conversations.open_thread(
                tx, brand, conversation, channel=channel, contact=contact, token=stored, state=state, now=datetime.now(UTC)
            )
            for one in given:
                await conversations.add_proof(tx, brand, conversation, one)
            if webchat:
                hello = greeting(brand.name, tongue)
                blocks = [{"kind": "text", "text": hello}]
                first = conversations.message_body(
                    author="agent", ref=f"hello-{conversation}", text=hello, at=now, name=brand.name, blocks=blocks, ai=True
                )
                await conversations.log(tx, brand, conversation, "message", first, now)
        return Begun(conversation=conversation, token=token, shopper=shopper_from(given, now), locale=tongue)

    async def thread_of(self, home: Residence, token: str) -> Thread:
        """Raises NotThere."""
        if not looks_like_token(token):
            raise NotThere
        async with self._house.database.reading() as tx:
            found = await conversations.thread_of_token(tx, home.brand, at_rest(token))
        if found is None:
            raise NotThere
        return found

    async def shopper_of(self, home: Residence, thread: Thread) -> Shopper:
        """Whom we take the writer for at this moment."""
        async with self._house.database.reading() as tx:
            given = await conversations.proofs_of(tx, home.brand, thread.id)
        return shopper_from(given, self._house.clock.now(), accounts_only=home.brand.hub_proof == "account")

    async def say(
        self, home: Residence, thread: Thread, *, message: str, text: str = "", choice: str | None = None, locale: str | None = None
    ) -> Kept:
        """Keep what the shopper said and wake the agent. The same `message` id again gets the same answer and does nothing."""
        house, brand, now = self._house, home.brand, self._house.clock.now()
        words = cleaned(text)
        key = f"{thread.id}:{message}"
        raised = False
        async with house.database.writing() as tx:
            known = await conversations.kept_before(tx, brand, thread.channel.value, key)
            if known is not None:
                return known
            signal, shown = Signal.SAID, words
            typed = codes.code_in(words) if choice is None else None
            judged = await challenges.judge(tx, brand, thread.id, "conversation", typed, house.code_key(), now) if typed else None
            if judged is not None:
                # The digits stay in neither inbox nor log: what they proved is what counts.
                signal, words, shown = _SIGNALS[judged.verdict], "", "••••••"
                if judged.verdict is Verdict.ACCEPTED:
                    proof = Proof(kind=ProofKind.CODE, contact=judged.contact, customer=judged.customer, at=now)
                    await conversations.add_proof(tx, brand, thread.id, proof)
                    raised = True
            pause = timedelta() if is_quick(signal, choice) else house.engine.timing.debounce
            arrival = Arrival(
                provider=thread.channel.value,
                message=key,
                conversation=thread.id,
                signal=signal,
                text=words,
                choice=choice,
                locale=locale,
                at=now,
                shown_text=shown,
                client_id=message,
            )
            kept = await conversations.keep(tx, brand, arrival, due_at=datetime.now(UTC) + pause)
            if raised:
                await self._log_level(tx, brand, thread, now)
        await house.bell.ring(brand.id, thread.id)
        house.engine.wake(brand.id, thread.id, after=pause)
        return kept

    async def signal(self, home: Residence, thread: Thread, signal: Signal, key: str) -> None:
        """Something happened that the conversation has waited for, e.g. a retry is due."""
        house = self._house
        arrival = Arrival(provider="house", message=key, conversation=thread.id, signal=signal, at=house.clock.now())
        async with house.database.writing() as tx:
            await conversations.keep(tx, home.brand, arrival, due_at=datetime.now(UTC))
        house.engine.wake(home.brand.id, thread.id, after=timedelta())

    async def raise_by(self, home: Residence, thread: Thread, kind: str, token: str) -> None:
        """A ticket or grant that this conversation's own page holds raises this conversation, and no other (A5).

        kind: `ticket` (the storefront's word) or `grant` (a sign-in in this browser). Raises PassRefused.
        """
        house, brand, now = self._house, home.brand, self._house.clock.now()
        async with house.database.writing() as tx:
            proof = await self._proof_of(tx, brand, kind, token, now)
            if proof.customer is not None:
                await conversations.add_proof(tx, brand, thread.id, proof)
                await self._log_level(tx, brand, thread, now)
                key = f"{thread.id}:{hashlib.sha256(token.encode()).hexdigest()[:32]}"
                arrival = Arrival(provider="house", message=key, conversation=thread.id, signal=Signal.SIGNED_IN, at=now)
                await conversations.keep(tx, brand, arrival, due_at=datetime.now(UTC))
        await house.bell.ring(brand.id, thread.id)
        house.engine.wake(brand.id, thread.id, after=timedelta())

    async def _proof_of(self, tx: Transaction, brand: Brand, kind: str, token: str, now: datetime) -> Proof:
        body = await passes.take(tx, brand, kind, token, now)
        if body is None:
            raise PassRefused
        # Being used counts as activity: half an hour of silence is counted from here.
        return replace(read(Proof, body), seen_at=now)

    async def _log_level(self, tx: Transaction, brand: Brand, thread: Thread, now: datetime) -> Level:
        given = await conversations.proofs_of(tx, brand, thread.id)
        level = shopper_from(given, now, accounts_only=brand.hub_proof == "account").level
        await conversations.log(tx, brand, thread.id, "level", level_event(level), now)
        return level


def chosen_locale(brand: Brand, asked: str | None) -> str:
    """The brand's locale nearest to what the browser says, else its first."""
    wanted = (asked or "").replace("_", "-").lower()
    for known in brand.locales:
        if known.lower() == wanted or known.lower().split("-")[0] == wanted.split("-")[0]:
            return known
    return brand.locales[0]
