"""One conversation's turn from lease to commit: read everything unanswered, think, keep all of it or nothing."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from agent.models.meter import ModelMeter, turn_meter
from agent.parts import Incoming, Parts, TurnResult
from channels.message import Channel, ConversationId, Signal
from identity.levels import Level, Proof, ProofKind, Shopper, shopper_from
from knowledge.brand import Brand, BrandId
from server.engine.bell import Bell
from server.engine.engine import Timing
from server.engine.hands import Hands
from server.engine.laying_out import lay_out
from server.engine.restraint import TOKENS, Ration, Restraint, spender
from server.points import passing
from server.store import conversations, spending
from server.store.conversations import Leased
from server.store.database import Database
from server.store.unit_of_work import Committed, FenceLost, Snapshots, Superseded, commit_turn

_log = structlog.get_logger(__name__)

TakeTurn = Callable[[Incoming, Parts], Awaitable[TurnResult]]
GivesUp = Callable[[Brand, Leased], Awaitable[None]]
"""Answers a conversation whose turn keeps failing, so that no shopper is left without a word, and gets a person."""
_AT_STORE = 12
"""Turns in a transaction at once, fewer than the store has connections: the others wait instead of failing for want of one."""
_LIMIT = 3
"""Turns that may fail in a row before a person is asked in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A turn that was kept: for measurements and one-off commands."""

    brand: BrandId
    conversation: ConversationId
    turn: str
    result: TurnResult
    own_ms: float
    """Wall time from lease to commit less the waiting for shop and model."""
    all_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A conversation that is ours for one turn, and what the turn may use."""

    leased: Leased
    ration: Ration
    parts: Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thought:
    result: TurnResult
    tokens: int
    """What models used, all readings of this turn together."""


class Turns:
    def __init__(
        self,
        database: Database,
        bell: Bell,
        *,
        parts_of: Callable[[BrandId], Parts | None],
        take_turn: TakeTurn,
        give_up: GivesUp,
        timing: Timing,
        restraint: Restraint | None = None,
        jobs_made: Callable[[], None] = lambda: None,
        watch: Callable[[Answered], None] = lambda answered: None,
        ready: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """jobs_made: called after a commit that left a job or a parcel to be looked for.

        ready: waited for before a conversation is leased, so that the first turn after a start is a whole one.
        """
        self._database = database
        self._bell = bell
        self._parts_of = parts_of
        self._take_turn = take_turn
        self._give_up = give_up
        self._timing = timing
        self._restraint = restraint or Restraint(everywhere=lambda: False)
        self._jobs_made = jobs_made
        self._watch = watch
        self._ready = ready
        self._snapshots = Snapshots()
        self._at_store = asyncio.Semaphore(_AT_STORE)
        self._hands = Hands()

    async def answer(self, brand_id: BrandId, conversation: ConversationId) -> bool:
        """Take one turn; True when newer messages wait. Implements `engine.Answer`."""
        parts = self._parts_of(brand_id)
        if parts is None:
            return False
        if self._ready is not None:
            await self._ready()
        async with self._hands.taken() as hand:
            return await self._answer(hand.parts(parts), conversation)

    async def _answer(self, parts: Parts, conversation: ConversationId) -> bool:
        brand_id, began = parts.brand.id, time.perf_counter()
        held = await self._lease(parts, conversation)
        if held is None:
            return False
        try:
            committed, result = await self._think_and_keep(held)
        except FenceLost:
            # Somebody took the conversation over meanwhile; what is still unanswered is looked at again.
            return True
        except Exception as error:
            _log.error("turn_failed", brand=brand_id, conversation=conversation, error=type(error).__name__, exc_info=True)
            await self._put_back(held)
            return False
        all_ms = (time.perf_counter() - began) * 1000
        await self._bell.ring(brand_id, conversation)
        await self._bell.status(brand_id, conversation, "idle")
        if committed.scheduled or held.leased.thread.channel is not Channel.WEBCHAT:
            self._jobs_made()
        passing("turn.told")
        waited = float(result.timings.get("waited", result.meter.waited_ms))
        own_ms = max(all_ms - waited, 0.0)
        self._watch(Answered(brand=brand_id, conversation=conversation, turn=committed.turn, result=result, own_ms=own_ms, all_ms=all_ms))
        return committed.more

    async def _lease(self, parts: Parts, conversation: ConversationId) -> _Held | None:
        passing("lease.before")
        async with self._at_store, self._database.writing(lasting=False) as tx:
            wall = self._database.wall()
            leased = await conversations.lease(tx, parts.brand, conversation, now=wall, until=wall + self._timing.lease)
            if leased is None:
                return None
            if leased.proofs and who_is_it(leased, parts).signed_in:
                await conversations.touch_proofs(tx, parts.brand, conversation, parts.clock.now())
            ration = await self._restraint.ration(tx, parts.brand, leased, wall)
        passing("lease.after")
        return _Held(leased=leased, ration=ration, parts=self._restraint.parts(parts, ration))

    async def _think_and_keep(self, held: _Held) -> tuple[Committed, TurnResult]:
        brand, leased = held.parts.brand, held.leased
        conversation = leased.thread.id

        async def progress(code: str) -> None:
            await self._bell.status(brand.id, conversation, code)

        parts = replace(held.parts, progress=progress)
        await progress("thinking")
        thought = await self._think(leased, parts)
        passing("turn.thought")
        try:
            return await self._keep(held, leased, thought), thought.result
        except Superseded:
            # Once more with the newer message; after that what was read is answered, and the rest opens the next turn.
            async with self._database.reading() as tx:
                leased = await conversations.reread(tx, brand, leased.thread)
        again = await self._think(leased, parts)
        passing("turn.thought_again")
        again = replace(again, tokens=again.tokens + thought.tokens)
        return await self._keep(held, leased, again, force=True), again.result

    async def _keep(self, held: _Held, leased: Leased, thought: _Thought, *, force: bool = False) -> Committed:
        """Turn, reply and the messages it takes on its channel, in one transaction."""
        brand, reply = held.parts.brand, thought.result.reply
        outgoing = lay_out(reply, leased.thread, leased, brand) if reply is not None else ()
        passing("commit.before")
        async with self._at_store, self._database.writing() as tx:
            kept = await commit_turn(
                tx,
                brand,
                leased,
                thought.result,
                snapshots=self._snapshots,
                now=self._database.wall(),
                outgoing=outgoing,
                tokens=thought.tokens - held.ration.reserved,
                force=force,
            )
            passing("commit.inside")
        passing("commit.after")
        return kept

    async def _think(self, leased: Leased, parts: Parts) -> _Thought:
        incoming = Incoming(
            conversation=leased.thread.id,
            channel=leased.thread.channel,
            messages=leased.messages,
            state=leased.thread.state,
            shopper=who_is_it(leased, parts),
            contact=leased.thread.contact,
        )
        meter = ModelMeter(keep=True)
        before = turn_meter.set(meter)
        try:
            # Twice the turn's own deadline: a turn that overstays has lost its lease anyway.
            result = await asyncio.wait_for(self._take_turn(incoming, parts), parts.deadline_s * 2)
        finally:
            turn_meter.reset(before)
        if meter.exchanges and not result.prompts:
            result = replace(result, prompts=tuple(meter.exchanges))
        return _Thought(result=result, tokens=meter.prompt_tokens + meter.answer_tokens)

    async def _put_back(self, held: _Held) -> None:
        brand, leased = held.parts.brand, held.leased
        passing("release.before")
        wall = self._database.wall()
        async with self._database.writing() as tx:
            failures = await conversations.release(tx, brand, leased.thread, due_at=wall + timedelta(seconds=2))
            if held.ration.reserved:
                await spending.add(tx, brand, TOKENS, spender(leased), wall, -held.ration.reserved)
        passing("release.after")
        if failures >= _LIMIT:
            await self._give_up(brand, leased)
            await self._bell.ring(brand.id, leased.thread.id)
            self._jobs_made()


def who_is_it(leased: Leased, parts: Parts) -> Shopper:
    """The shopper from stored proofs; a channel's own address counts as a claim."""
    given = list(leased.proofs)
    if leased.thread.contact and leased.thread.channel is not Channel.WEBCHAT and leased.messages:
        given.append(Proof(kind=ProofKind.CLAIM, contact=leased.thread.contact, at=leased.messages[-1].at))
    return shopper_from(given, parts.clock.now(), accounts_only=parts.brand.hub_proof == "account")


def is_quick(signal: Signal, choice: str | None) -> bool:
    """Buttons, codes and signals are not the start of a burst: they are answered at once (trust.md 5.2)."""
    return signal is not Signal.SAID or choice is not None


def level_event(level: Level) -> dict[str, object]:
    return {"level": level.value, "signed_in": level.signed_in}
