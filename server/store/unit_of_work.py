"""One turn, one transaction: the turn, the new state, the reply and every effect are kept together or not at all.

CommitRefused
├── FenceLost     somebody else has taken the conversation: whatever was thought counts for nothing
└── Superseded    a newer message has arrived: think again, once
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, assert_never
from uuid import uuid4

from sqlalchemy import insert, select, update

from agent.conversation import ConversationState
from agent.effects import Effect, Emit, MakePlaceLink, OpenCase, RecordGap, RequestCode, ScheduleRetry, StopCase
from agent.evidence import Evidence, Fact
from agent.parts import TurnResult
from agent.reading import Reading
from channels.message import Channel, Outbound
from channels.reply import Block, HandoffNotice
from identity.codes import normal_email
from identity.levels import Shopper
from knowledge.brand import Brand
from knowledge.terms import Terms
from server.store import cases, challenges, conversations, jobs, mail_ids, outbox, places, spending
from server.store.conversations import Leased
from server.store.database import Transaction
from server.store.either import insert_or_leave
from server.store.records import digest_of, plain, written
from server.store.tables import conversations as conversation_rows
from server.store.tables import emitted, gaps, snapshots, turns
from server.store.threads import is_thread
from skills.skill import Outcome


class CommitRefused(Exception):
    """The turn may not be kept."""


class FenceLost(CommitRefused):
    """The conversation is no longer ours."""


class Superseded(CommitRefused):
    """A newer message has arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    turn: str
    more: bool
    """Messages that came later are waiting: the next turn opens at once."""
    scheduled: bool
    """A job was made: the engine should look."""


class Snapshots:
    """Brand settings and terms repeat from turn to turn: each is kept once, and a turn names it by digest (INV-11)."""

    def __init__(self) -> None:
        self._digests: dict[int, tuple[Any, str]] = {}
        self._kept: set[tuple[str, str]] = set()

    async def keep(self, tx: Transaction, brand: Brand, kind: str, value: Brand | Terms) -> str:
        known = self._digests.get(id(value))
        if known is None or known[0] is not value:
            if len(self._digests) > 200:
                self._digests.clear()
            known = (value, digest_of(value))
            self._digests[id(value)] = known
        digest = known[1]
        if (brand.id, digest) not in self._kept:
            row = dict(brand=brand.id, digest=digest, kind=kind, body=written(type(value), value))
            made = await tx.execute(insert_or_leave(tx, snapshots).values(**row).on_conflict_do_nothing())
            if not made.rowcount:
                # Only one that an earlier transaction has committed is believed in: what is written here may yet be rolled back.
                self._kept.add((brand.id, digest))
        return digest


async def commit_turn(
    tx: Transaction,
    brand: Brand,
    leased: Leased,
    result: TurnResult,
    *,
    snapshots: Snapshots,
    now: datetime,
    outgoing: Sequence[Outbound] = (),
    tokens: int = 0,
    force: bool = False,
) -> Committed:
    """Keep everything one turn came to. Raises FenceLost or Superseded, and then nothing is kept.

    now: the store's clock. outgoing: the reply as its channel's messages, in order; none in webchat. tokens: of the model, less what
    was set aside for the turn before. force: answer what was read even if more has arrived (after the one rerun).
    """
    held = leased.thread
    mine = is_thread(brand, held.id)
    # The row is locked first, and everything that arrives bumps it first: fence and count are true until the commit (trust.md 5.7).
    rows_now = select(conversation_rows.c.fence, conversation_rows.c.arrived).where(mine).with_for_update()
    now_is = (await tx.execute(rows_now)).first()
    if now_is is None or now_is.fence != held.fence:
        raise FenceLost
    more = now_is.arrived > leased.arrived
    if more and not force:
        raise Superseded
    turn = uuid4().hex
    await _keep_turn(tx, brand, leased, result, turn, snapshots, now)
    await conversations.answer_by(tx, brand, leased, turn)
    rows = _said(brand, result, turn)
    values = {"state": written(ConversationState, result.state), "lease_until": None, "failures": 0, "due_at": now if more else None}
    if not more:
        values["burst_at"] = None
    change = update(conversation_rows).where(mine).values(**values, last_seq=conversation_rows.c.last_seq + len(rows))
    last: int = (await tx.execute(change.returning(conversation_rows.c.last_seq))).scalar_one()
    if result.reply is not None:
        first = last - len(rows) + 1
        await conversations.write_log(tx, brand, held.id, first, rows, result.now)
        await _send(tx, brand, leased, outgoing, turn, first, now)
    scheduled = False
    for effect in result.effects:
        scheduled = await _apply(tx, brand, leased, effect, turn, result.now) or scheduled
    await spending.add(tx, brand, "tokens", held.contact or str(held.id), now, tokens)
    return Committed(turn=turn, more=more, scheduled=scheduled)


async def _keep_turn(tx: Transaction, brand: Brand, leased: Leased, result: TurnResult, turn: str, kept: Snapshots, now: datetime) -> None:
    prompts = json.dumps(result.prompts, ensure_ascii=False, default=str) if result.prompts else None
    timings = {**result.timings, "waited": result.timings.get("waited", result.meter.waited_ms)}
    terms = await kept.keep(tx, brand, "terms", result.evidence.terms)
    config = await kept.keep(tx, brand, "brand", result.evidence.brand)
    # The record names terms and settings by digest; what is left of the evidence is this turn's own.
    evidence = replace(result.evidence, terms=Terms(zone=result.evidence.terms.zone, version=terms))
    await tx.execute(
        insert(turns).values(
            brand=brand.id,
            id=turn,
            conversation=leased.thread.id,
            fence=leased.thread.fence,
            reading=written(Reading, result.reading),
            shopper=written(Shopper, result.shopper),
            evidence=written(Evidence, evidence),
            terms=terms,
            config=config,
            now=result.now,
            outcomes=written(tuple[Outcome, ...], result.outcomes),
            facts=written(tuple[Fact, ...], result.facts),
            signal=result.signal.value,
            state_before=written(ConversationState, result.before or leased.thread.state),
            prompts_hash=hashlib.sha256(prompts.encode()).hexdigest() if prompts else None,
            model_out=prompts,
            model_calls=result.model_calls,
            queries=result.meter.queries,
            cost=result.meter.cost,
            timings=json.dumps(timings),
            at=now,
        )
    )


def _said(brand: Brand, result: TurnResult, turn: str) -> list[tuple[str, dict[str, Any]]]:
    """The reply as events of the log, and what the page is told about a person."""
    reply = result.reply
    if reply is None:
        return []
    blocks = plain(tuple[Block, ...], reply.blocks)
    body = conversations.message_body(
        author="agent", ref=f"r-{turn}", text=reply.text, at=result.now, name=brand.name, blocks=blocks, ai=reply.ai
    )
    return [("message", {**body, "locale": reply.locale}), *(("case", case) for case in case_events(reply.blocks, result.effects))]


async def _send(tx: Transaction, brand: Brand, leased: Leased, outgoing: Sequence[Outbound], turn: str, seq: int, now: datetime) -> None:
    """The reply into the outbox. Webchat's page de-duplicates by ref, so being in the log is being sent."""
    held = leased.thread
    if held.channel is Channel.WEBCHAT:
        there = outbox.Parcel(brand=brand.id, ref=f"r-{turn}", channel="webchat", recipient=held.contact, conversation=held.id, seq=seq)
        await outbox.put(tx, brand, there, state="sent", now=now, due_at=None, provider_ref=str(seq))
        return
    for part, out in enumerate(outgoing):
        parcel = outbox.Parcel(
            brand=brand.id,
            ref=f"r-{turn}-{part}" if part else f"r-{turn}",
            channel=held.channel.value,
            recipient=out.to,
            body=plain(Outbound, out),
            conversation=held.id,
            seq=seq,
            part=part,
        )
        await outbox.put(tx, brand, parcel, state="ready", now=now, due_at=now)
        if out.mail is not None and out.mail.message_id:
            await mail_ids.remember(tx, brand, [out.mail.message_id], held.id, now)


def case_events(blocks: Sequence[Block], effects: Sequence[Effect]) -> list[dict[str, Any]]:
    """What the page is told about a person: offered, or a case that is open now."""
    made = [{"state": "open", "reference": effect.reference} for effect in effects if isinstance(effect, OpenCase)]
    offered = any(isinstance(block, HandoffNotice) and block.state == "offered" for block in blocks)
    return made or ([{"state": "offered", "reference": None}] if offered else [])


async def _apply(tx: Transaction, brand: Brand, leased: Leased, effect: Effect, turn: str, now: datetime) -> bool:
    """Keep one effect; True when a job was made of it."""
    conversation = leased.thread.id
    match effect:
        case OpenCase():
            stored = cases.StoredCase(
                reference=effect.reference,
                conversation=conversation,
                origin="chat",
                reason=effect.brief.reason,
                brief=effect.brief,
                state="open",
                reply_by=effect.reply_by,
                opened_at=now,
            )
            await cases.open_case(tx, brand, stored)
        case MakePlaceLink():
            await places.keep_place(tx, brand, effect, conversation)
        case RequestCode():
            contact = normal_email(effect.contact) if "@" in effect.contact else effect.contact
            asked = challenges.Asked(id=uuid4().hex, session=conversation, contact=contact, purpose="conversation", created_at=now)
            # A job either way, so that a contact at its limit takes the same path and time.
            await challenges.ask(tx, brand, asked)
            await jobs.schedule(tx, brand.id, "code", asked.id, now, {"challenge": asked.id, "locale": leased.thread.state.locale})
            return True
        case StopCase():
            await cases.close_case(tx, brand, effect.reference, now)
        case RecordGap():
            row = dict(topic=effect.topic, language=effect.language, wish=effect.wish, channel=effect.channel, question=effect.question)
            await tx.execute(insert(gaps).values(brand=brand.id, id=uuid4().hex, conversation=conversation, at=now, **row))
        case ScheduleRetry():
            payload = {"conversation": conversation, "attempt": effect.attempt}
            await jobs.schedule(tx, brand.id, "retry", f"{turn}:{effect.attempt}", effect.at, payload)
            return True
        case Emit():
            data = json.dumps(dict(effect.data), ensure_ascii=False)
            await tx.execute(
                insert(emitted).values(brand=brand.id, id=uuid4().hex, name=effect.name, data=data, conversation=conversation, at=now)
            )
        case _:
            assert_never(effect)
    return False
