"""The chat as its page uses it: begin, say, be recognised. Every answer is given after the commit, never before.

ChatError
├── NotThere       no conversation opens with this token
└── PassRefused    the ticket or grant is unknown, used or out of time
"""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from agent.conversation import ConversationState
from channels.message import Channel, ConversationId, Signal
from identity.levels import Proof, Shopper, shopper_from
from identity.links import at_rest, looks_like_token
from knowledge.brand import Brand
from server.installation import Installation, Residence
from server.points import passing
from server.services.first_words import greeting
from server.services.hearing import Said, hear, log_level, wake
from server.store import conversations, passes
from server.store.conversations import Arrival, Thread
from server.store.database import Transaction
from server.store.proofs import end_proofs
from server.store.records import read
from server.store.threads import renew_token


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a message."""

    seq: int
    fresh: bool
    """False for one that had been kept before."""
    token: str | None = None
    """The conversation's new token, where a code in the message raised it: the one before is dead (A8)."""


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
                tx, brand, conversation, channel=channel, contact=contact, token=stored, state=state, now=house.database.wall()
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
    ) -> Taken:
        """Keep what the shopper said and wake the agent. The same `message` id again gets the same answer and does nothing."""
        house, brand = self._house, home.brand
        said = Said(key=f"{thread.id}:{message}", text=text, choice=choice, locale=locale, at=house.clock.now(), client_id=message)
        passing("intake.before_keep")
        async with house.database.writing(hurried=True) as tx:
            heard = await hear(house, tx, home, thread, said)
            kept, token = heard.kept, await self._renewed(tx, brand, thread) if heard.raised else None
        passing("intake.after_keep")
        if kept.fresh:
            await house.bell.ring(brand.id, thread.id)
            wake(house, home, thread, kept)
        passing("intake.after_wake")
        return Taken(seq=kept.seq, fresh=kept.fresh, token=token)

    async def signal(self, home: Residence, thread: Thread, signal: Signal, key: str) -> None:
        """Something happened that the conversation has waited for, e.g. a retry is due."""
        house = self._house
        arrival = Arrival(provider="house", message=key, conversation=thread.id, signal=signal, at=house.clock.now())
        async with house.database.writing() as tx:
            await conversations.keep(tx, home.brand, arrival, now=house.database.wall())
        house.engine.wake(home.brand.id, thread.id, after=timedelta())

    async def raise_by(self, home: Residence, thread: Thread, kind: str, token: str) -> str | None:
        """A ticket or grant that this conversation's own page holds raises this conversation, and no other (A5).

        kind: `ticket` (the storefront's word) or `grant` (a sign-in in this browser). Returns the conversation's new token; the one
        before is dead (A8). None where nothing was proved. Raises PassRefused.
        """
        house, brand, now = self._house, home.brand, self._house.clock.now()
        renewed = None
        async with house.database.writing() as tx:
            proof = await self._proof_of(tx, brand, kind, token, now)
            if proof.customer is not None:
                renewed = await self._renewed(tx, brand, thread)
                await conversations.add_proof(tx, brand, thread.id, proof)
                await log_level(tx, brand, thread, now)
                key = f"{thread.id}:{hashlib.sha256(token.encode()).hexdigest()[:32]}"
                arrival = Arrival(provider="house", message=key, conversation=thread.id, signal=Signal.SIGNED_IN, at=now)
                await conversations.keep(tx, brand, arrival, now=house.database.wall())
        await house.bell.ring(brand.id, thread.id)
        house.engine.wake(brand.id, thread.id, after=timedelta())
        return renewed

    async def sign_out(self, home: Residence, thread: Thread) -> str | None:
        """Nothing is proved in this conversation any more, and it opens with another token, which is returned."""
        house, brand, now = self._house, home.brand, self._house.clock.now()
        async with house.database.writing() as tx:
            await end_proofs(tx, brand, thread.id)
            # Whatever was asked of the signed-in shopper is asked no more, and a turn under way for them is lost.
            await conversations.change_state(tx, brand, thread.id, pending=None)
            renewed = await self._renewed(tx, brand, thread)
            await log_level(tx, brand, thread, now)
        await house.bell.ring(brand.id, thread.id)
        return renewed

    async def _renewed(self, tx: Transaction, brand: Brand, thread: Thread) -> str | None:
        """Another token in the place of the one that opened the conversation so far; other channels have none."""
        if thread.channel is not Channel.WEBCHAT:
            return None
        token = self._house.chance.token(32)
        await renew_token(tx, brand, thread.id, at_rest(token))
        return token

    async def _proof_of(self, tx: Transaction, brand: Brand, kind: str, token: str, now: datetime) -> Proof:
        body = await passes.take(tx, brand, kind, token, now)
        if body is None:
            raise PassRefused
        # Being used counts as activity: half an hour of silence is counted from here.
        return replace(read(Proof, body), seen_at=now)


def chosen_locale(brand: Brand, asked: str | None) -> str:
    """The brand's locale nearest to what the browser says, else its first."""
    wanted = (asked or "").replace("_", "-").lower()
    for known in brand.locales:
        if known.lower() == wanted or known.lower().split("-")[0] == wanted.split("-")[0]:
            return known
    return brand.locales[0]
