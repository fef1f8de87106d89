"""What was acknowledged against what the provider took: nothing lost, nothing doubled, order kept (R1–R4, R14)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from evals.chaos.record import Happened, Landed, Record, tokens

COLUMNS = ("lost", "doubled", "out of order", "unanswered", "unknown", "superseded", "stale", "late", "crossed", "leased twice", "loose")
"""Kinds of fault. Each is 0 in a run that passes."""
_SLACK_S = 0.02
"""How far apart two processes may read the same moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    kind: str
    shopper: str | None
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    faults: tuple[Fault, ...]

    @property
    def clean(self) -> bool:
        return not self.faults

    def count(self, kind: str) -> int:
        return sum(fault.kind == kind for fault in self.faults)

    @property
    def counts(self) -> dict[str, int]:
        return {kind: self.count(kind) for kind in COLUMNS}


def judge(record: Record) -> Verdict:
    """Every rule over the whole record."""
    return Verdict(faults=tuple(fault for rule in RULES for fault in rule(record)))


def _lost(record: Record) -> Iterator[Fault]:
    """Acknowledged, and not in the inbox, or in no message the provider took."""
    kept = {row.id for row in record.kept}
    said_back = {word for one in record.landed for word in tokens(one.text)}
    # It may have arrived, and somebody has been told: that is counted by itself, and is neither lost nor found.
    said_back.update(word for row in record.in_doubt() for word in row.words)
    for one in record.said.values():
        if one.acknowledged is None:
            continue
        if one.id not in kept:
            yield Fault(kind="lost", shopper=one.shopper, what=f"{one.token} was acknowledged and is not in the inbox")
        elif one.token not in said_back:
            yield Fault(kind="lost", shopper=one.shopper, what=f"{one.token} was acknowledged and no reply to it was sent")


def _doubled(record: Record) -> Iterator[Fault]:
    """The same message sent twice, or two messages that answer the same one."""
    for ref, times in Counter(one.ref for one in record.landed).items():
        if times > 1:
            same = [one for one in record.landed if one.ref == ref]
            if not _is_one_mail(record, same):
                yield Fault(kind="doubled", shopper=same[0].to, what=f"{ref} was sent {times} times")
    refs: defaultdict[str, set[str]] = defaultdict(set)
    for one in record.landed:
        for word in tokens(one.text):
            refs[word].add(one.ref)
    for word, answered_by in refs.items():
        if len(answered_by) > 1:
            said = record.said.get(word)
            yield Fault(
                kind="doubled",
                shopper=said.shopper if said else None,
                what=f"{word} was answered {len(answered_by)} times: {sorted(answered_by)}",
            )
    for id_, times in Counter(row.id for row in record.kept).items():
        if times > 1:
            yield Fault(kind="doubled", shopper=None, what=f"{id_} is in the inbox {times} times")


def _is_one_mail(record: Record, landed: list[Landed]) -> bool:
    """Whether it is the very same mail under one Message-ID, by which it is shown once, and had to go out again (trust.md 5.3)."""
    first = landed[0]
    return first.channel == "email" and len({(one.to, one.text) for one in landed}) == 1 and _had_reason(record, landed)


def _had_reason(record: Record, landed: list[Landed]) -> bool:
    plain = [one for one in landed[:-1] if one.plain]
    if not plain or landed[0].ref in record.gave_up:
        return True
    return all(any(one.asked < shock < landed[-1].asked for shock in record.shocks) for one in plain)


def _out_of_order(record: Record) -> Iterator[Fault]:
    """Replies leave in the order of their conversation, and answer messages in the order they were kept."""
    rows = {row.ref: row for row in record.left}
    position = {row.id: row.position for row in record.kept}
    by_conversation: defaultdict[str, list[Landed]] = defaultdict(list)
    for one in _first_of_each(record.landed):
        by_conversation[rows[one.ref].conversation or one.to if one.ref in rows else one.to].append(one)
    for messages in by_conversation.values():
        places = [(rows[one.ref].seq, rows[one.ref].part) for one in messages if one.ref in rows]
        if places != sorted(places):
            yield Fault(kind="out of order", shopper=messages[0].to, what=f"replies left in the order {places}")
        answered = [position.get(record.said[word].id, 0) for one in messages for word in tokens(one.text) if word in record.said]
        answered = [place for place in answered if place]
        if answered != sorted(answered):
            yield Fault(kind="out of order", shopper=messages[0].to, what=f"messages were answered in the order {answered}")


def _unanswered(record: Record) -> Iterator[Fault]:
    """After the drain nothing waits."""
    shopper = {one.id: one.shopper for one in record.said.values()}
    if record.undrained:
        yield Fault(kind="unanswered", shopper=None, what="inbox and outbox did not become empty in time")
    for row in record.kept:
        if row.turn is None:
            yield Fault(kind="unanswered", shopper=shopper.get(row.id), what=f"{row.id} still waits for its turn")
    for parcel in record.left:
        if parcel.state in ("ready", "sending"):
            yield Fault(kind="unanswered", shopper=None, what=f"{parcel.ref} is still {parcel.state}")


def _unknown(record: Record) -> Iterator[Fault]:
    """No send ends failed. None ends unknown but on WhatsApp, where nothing can be looked up: with a reason, and a person told of it."""
    to = {one.ref: one.to for one in record.landed}
    excused = {row.ref for row in record.in_doubt()}
    for row in record.left:
        if row.state in ("unknown", "failed") and row.ref not in excused:
            why = "" if row.state == "failed" or row.told else ", and nobody was told"
            what = f"{row.ref} ({row.channel}) ended {row.state} after {row.attempts} attempts{why}"
            yield Fault(kind="unknown", shopper=to.get(row.ref), what=what)


def _superseded(record: Record) -> Iterator[Fault]:
    """A reply has seen everything acknowledged before it: before its one commit, or after a rerun before its second read (R4)."""
    if not record.undisturbed:
        return
    held_in = record.conversations()
    passes: defaultdict[str, list[tuple[float, float, tuple[str, ...]]]] = defaultdict(list)
    for thought in record.thoughts:
        if thought.ended is not None:
            passes[_held_in(held_in, thought.tokens, thought.shopper)].append((thought.began, thought.ended, thought.tokens))
    for place, messages in _by_conversation(held_in, record.landed):
        seen: set[str] = set()
        for one in _first_of_each(messages):
            to, answered = one.to, tokens(one.text)
            mine = [each for each in sorted(passes[place]) if answered and each[2] and each[2][0] == answered[0]]
            seen.update(answered)
            if len(mine) > 2:
                yield Fault(kind="superseded", shopper=to, what=f"{one.ref} was thought {len(mine)} times")
            if not mine:
                continue
            until = mine[-1][1] if len(mine) == 1 else mine[-1][0]
            for said in record.said.values():
                in_time = said.acknowledged is not None and said.acknowledged < until - _SLACK_S
                if held_in[said.token] == place and in_time and said.token not in seen:
                    yield Fault(
                        kind="superseded",
                        shopper=to,
                        what=f"{one.ref} was sent although {said.token} had been acknowledged before it was ready",
                    )


def _stale(record: Record) -> Iterator[Fault]:
    """What was thought under a fence that had moved is never sent."""
    for one in record.landed:
        if "stale" in one.text:
            yield Fault(kind="stale", shopper=one.to, what=f"{one.ref} was thought before the conversation was taken over")


def _late(record: Record) -> Iterator[Fault]:
    """No request begins past its deadline, counted from its own stamp (R14)."""
    stamped = {row.ref: row.stamped for row in record.left}  # in webchat nothing is stamped: the log is the delivery
    last = {one.ref: one for one in record.landed}
    for ref, one in last.items():
        stamp = stamped.get(ref)
        if stamp is not None and one.wall > stamp + record.horizon:
            yield Fault(kind="late", shopper=one.to, what=f"{ref} was sent {one.wall - stamp:.2f} s after its stamp")


def _crossed(record: Record) -> Iterator[Fault]:
    """A reply goes to whom it answers."""
    for one in record.landed:
        for word in tokens(one.text):
            said = record.said.get(word)
            if said is None or said.shopper != one.to:
                yield Fault(kind="crossed", shopper=one.to, what=f"{word} was answered to {one.to}")


def _leased_twice(record: Record) -> Iterator[Fault]:
    """Nobody thinks about a conversation while another does."""
    if not record.undisturbed:
        return
    held_in = record.conversations()
    spans: defaultdict[str, list[tuple[float, float, str]]] = defaultdict(list)
    for one in record.thoughts:
        if one.ended is not None:
            spans[_held_in(held_in, one.tokens, one.shopper)].append((one.began, one.ended, one.shopper))
    for mine in spans.values():
        for (_, ended, to), (began, _, _to) in pairwise(sorted(mine)):
            if began < ended - _SLACK_S:
                yield Fault(kind="leased twice", shopper=to, what=f"two turns of one conversation overlapped by {ended - began:.2f} s")


def _loose(record: Record) -> Iterator[Fault]:
    for _ in range(record.loose):
        yield Fault(kind="loose", shopper=None, what="a task was collected before it was done")


RULES: tuple[Callable[[Record], Iterator[Fault]], ...] = (
    _lost,
    _doubled,
    _out_of_order,
    _unanswered,
    _unknown,
    _superseded,
    _stale,
    _late,
    _crossed,
    _leased_twice,
    _loose,
)


def story(record: Record, verdict: Verdict, *, longest: int = 40) -> str:
    """The shortest timeline that holds a fault: one conversation, from its first event."""
    by_shopper: defaultdict[str, list[Fault]] = defaultdict(list)
    for fault in verdict.faults:
        if fault.shopper is not None:
            by_shopper[fault.shopper].append(fault)
    if not by_shopper:
        return "\n".join(f"  {fault.kind}: {fault.what}" for fault in verdict.faults[:5])
    timelines = {shopper: _timeline(record, shopper) for shopper in by_shopper}
    shopper = min(timelines, key=lambda one: len(timelines[one]))
    events = timelines[shopper]
    first = events[0].at if events else 0.0
    lines = [f"  {shopper}: " + "; ".join(f"{fault.kind}: {fault.what}" for fault in by_shopper[shopper][:3])]
    lines += [f"    {(one.at - first) * 1000:7.0f} ms  {one.what}" for one in events[:longest]]
    if len(events) > longest:
        lines.append(f"    … and {len(events) - longest} more")
    return "\n".join(lines)


def _timeline(record: Record, shopper: str) -> list[Happened]:
    own = [one for one in record.happened if one.shopper == shopper]
    own += [
        Happened(at=one.at, what=f"provider took {one.ref}: {one.text!r}", shopper=shopper) for one in record.landed if one.to == shopper
    ]
    for one in record.thoughts:
        if one.shopper == shopper:
            own.append(Happened(at=one.began, what=f"process {one.pid} thinks about {' '.join(one.tokens)}", shopper=shopper))
    own.sort(key=lambda one: one.at)
    if not own:
        return []
    between = [one for one in record.happened if one.shopper is None and own[0].at <= one.at <= own[-1].at + 1]
    return sorted([*own, *between], key=lambda one: one.at)


def _held_in(conversations: Mapping[str, str], words: tuple[str, ...], shopper: str) -> str:
    """Whose conversation it is: each mail may open one of its own, so the shopper alone does not tell."""
    return conversations.get(words[0], shopper) if words else shopper


def _by_conversation(conversations: Mapping[str, str], landed: Iterable[Landed]) -> list[tuple[str, list[Landed]]]:
    found: defaultdict[str, list[Landed]] = defaultdict(list)
    for one in landed:
        found[_held_in(conversations, tokens(one.text), one.to)].append(one)
    return list(found.items())


def _first_of_each(messages: Iterable[Landed]) -> list[Landed]:
    """A message that was sent twice is one fault, not also one of order."""
    found: dict[str, Landed] = {}
    for one in messages:
        found.setdefault(one.ref, one)
    return list(found.values())
