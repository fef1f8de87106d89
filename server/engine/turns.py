"""One conversation's turn from lease to commit: read everything unanswered, think, keep all of it or nothing."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog

from agent.models.meter import ModelMeter, turn_meter
from agent.parts import Incoming, Parts, TurnResult
from channels.message import Channel, ConversationId, Signal
from identity.levels import Level, Proof, ProofKind, Shopper, shopper_from
from knowledge.brand import Brand, BrandId
from server.engine.bell import Bell
from server.engine.engine import Timing
from server.store import conversations
from server.store.conversations import Leased
from server.store.database import Database
from server.store.unit_of_work import Committed, FenceLost, Snapshots, Superseded, commit_turn

_log = structlog.get_logger(__name__)

TakeTurn = Callable[[Incoming, Parts], Awaitable[TurnResult]]
GivesUp = Callable[[Brand, Leased], Awaitable[None]]
"""Answers a conversation whose turn keeps failing, so that no shopper is left without a word."""
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
        jobs_made: Callable[[], None] = lambda: None,
        watch: Callable[[Answered], None] = lambda answered: None,
        ready: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """ready: waited for before a conversation is leased, so that the first turn after a start is a whole one."""
        self._database = database
        self._bell = bell
        self._parts_of = parts_of
        self._take_turn = take_turn
        self._give_up = give_up
        self._timing = timing
        self._jobs_made = jobs_made
        self._watch = watch
        self._ready = ready
        self._snapshots = Snapshots()

    async def answer(self, brand_id: BrandId, conversation: ConversationId) -> bool:
        """Take one turn; True when newer messages wait. Implements `engine.Answer`."""
        parts = self._parts_of(brand_id)
        if parts is None:
            return False
        if self._ready is not None:
            await self._ready()
        began = time.perf_counter()
        leased = await self._lease(parts, conversation)
        if leased is None:
            return False
        try:
            committed, result = await self._think_and_keep(leased, parts, conversation)
        except FenceLost:
            # Somebody took the conversation over meanwhile; what is still unanswered is looked at again.
            return True
        except Exception as error:
            _log.error("turn_failed", brand=brand_id, conversation=conversation, error=type(error).__name__, exc_info=True)
            await self._put_back(parts.brand, leased)
            return False
        all_ms = (time.perf_counter() - began) * 1000
        await self._bell.ring(brand_id, conversation)
        await self._bell.status(brand_id, conversation, "idle")
        if committed.scheduled:
            self._jobs_made()
        waited = float(result.timings.get("waited", result.meter.waited_ms))
        self._watch(
            Answered(
                brand=brand_id,
                conversation=conversation,
                turn=committed.turn,
                result=result,
                own_ms=max(all_ms - waited, 0.0),
                all_ms=all_ms,
            )
        )
        return committed.more

    async def _lease(self, parts: Parts, conversation: ConversationId) -> Leased | None:
        wall = datetime.now(UTC)
        async with self._database.writing(lasting=False) as tx:
            leased = await conversations.lease(tx, parts.brand, conversation, now=wall, until=wall + self._timing.lease)
            if leased is not None and leased.proofs and who_is_it(leased, parts).signed_in:
                await conversations.touch_proofs(tx, parts.brand, conversation, parts.clock.now())
        return leased

    async def _think_and_keep(self, leased: Leased, parts: Parts, conversation: ConversationId) -> tuple[Committed, TurnResult]:
        brand = parts.brand

        async def progress(code: str) -> None:
            await self._bell.status(brand.id, conversation, code)

        working = replace(parts, progress=progress)
        await progress("thinking")
        result = await self._think(leased, working)
        try:
            async with self._database.writing() as tx:
                kept = await commit_turn(tx, brand, leased, result, snapshots=self._snapshots, now=datetime.now(UTC))
            return kept, result
        except Superseded:
            # Once more with the newer message; after that what was read is answered, and the rest opens the next turn.
            async with self._database.reading() as tx:
                leased = await conversations.reread(tx, brand, leased.thread)
        result = await self._think(leased, working)
        async with self._database.writing() as tx:
            kept = await commit_turn(tx, brand, leased, result, snapshots=self._snapshots, now=datetime.now(UTC), force=True)
        return kept, result

    async def _think(self, leased: Leased, parts: Parts) -> TurnResult:
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
        return replace(result, prompts=tuple(meter.exchanges)) if meter.exchanges and not result.prompts else result

    async def _put_back(self, brand: Brand, leased: Leased) -> None:
        wall = datetime.now(UTC)
        async with self._database.writing() as tx:
            failures = await conversations.release(tx, brand, leased.thread, due_at=wall + timedelta(seconds=2))
        if failures >= _LIMIT:
            await self._give_up(brand, leased)
            await self._bell.ring(brand.id, leased.thread.id)


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
