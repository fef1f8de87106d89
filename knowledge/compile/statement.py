"""One statement of a policy, taken apart: what is done, yes or no, how long, until where.

A statement is a sentence or a part of one ("…, but …"). What has been read as one thing is blanked, so that the "not" of
"as long as it has not shipped" is never taken for the "not" of "cannot be cancelled".
"""

import re
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from knowledge.compile.amounts import Clock, Duration, Percent, Sum, clocks, durations, percents, sums
from knowledge.compile.words import Lexicon
from knowledge.terms import Stage

Relation: TypeAlias = Literal["upto", "after", "placed_before", "before_release", "before_other", "at_least", "plain"]
Anchor: TypeAlias = Literal["placed", "delivered", "none"]

_BLANK = "\u2400"
_STAGES = (("preparing", Stage.PREPARING), ("shipped", Stage.SHIPPED), ("delivered", Stage.DELIVERED))
_REACH = 80
"""How far, in characters, a word like "until" may stand from the stage it governs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageBound:
    stage: Stage | None
    """None: "while the order is open", which names no stage."""
    relation: Literal["upto", "after"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeBound:
    duration: Duration
    relation: Relation
    anchor: Anchor
    vague: str | None
    """The word that takes the edge off the figure ("usually"), if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockBound:
    clock: Clock
    relation: Literal["upto", "after", "placed_before"]


@dataclass(slots=True, kw_only=True)
class Statement:
    """A statement being read. `words` stays; `bare` loses what has been understood as a bound or a figure of speech."""

    words: str
    lexicon: Lexicon
    bare: str = ""
    excepted: str = ""
    """What stands after "except", folded."""
    stages: list[StageBound] = field(default_factory=list)
    times: list[TimeBound] = field(default_factory=list)
    clocks: list[ClockBound] = field(default_factory=list)
    percents: list[Percent] = field(default_factory=list)
    sums: list[Sum] = field(default_factory=list)
    vague: str | None = None
    loose_clock: bool = False
    """An hour is named, and nothing says whether it opens or closes anything."""
    release: bool = False
    """ "Before the release date", with no length of time."""
    _known: dict[str, bool] = field(default_factory=dict)
    _said: dict[str, bool] = field(default_factory=dict)

    def has(self, concept: str) -> bool:
        """Whether the concept is said in what is left."""
        known = self._known.get(concept)
        if known is None:
            known = self._known[concept] = self.lexicon[concept].search(self.bare) is not None
        return known

    def says(self, concept: str) -> bool:
        """Whether the concept is said anywhere in the statement, bounds included."""
        known = self._said.get(concept)
        if known is None:
            known = self._said[concept] = self.lexicon[concept].search(self.words) is not None
        return known

    @property
    def names_a_stage(self) -> bool:
        """Whether packing or shipping is spoken of in words that were not read as a bound; a "shipping address" is none."""
        rest = self.bare
        for concept in ("address", "express", "standard", "pick_up", "delivery_cost"):
            rest = self.lexicon[concept].sub(" ", rest)
        return any(self.lexicon[name].search(rest) for name in ("preparing", "shipped"))

    @property
    def denies(self) -> bool:
        return self.has("not")

    def first(self, concept: str) -> int | None:
        hit = self.lexicon[concept].search(self.bare)
        return None if hit is None else hit.start()

    def blank(self, start: int, end: int) -> None:
        self.bare = self.bare[:start] + _BLANK * (end - start) + self.bare[end:]
        self._known.clear()

    def blank_all(self, concept: str) -> bool:
        hits = list(self.lexicon[concept].finditer(self.bare))
        for hit in hits:
            self.blank(hit.start(), hit.end())
        return bool(hits)


def read(words: str, lexicon: Lexicon) -> Statement:
    """Take a folded statement apart. Never raises."""
    words = words.replace("es sei denn,", "es sei denn ")
    statement = Statement(words=words, lexicon=lexicon, bare=words)
    statement.blank_all("idiom")
    for hit in lexicon["only_not"].finditer(statement.bare):
        statement.blank(hit.start(), hit.start() + 2)
    _set_aside_even_if(statement)
    _set_aside_reason(statement)
    _set_aside_exception(statement)
    statement.blank_all("free")
    language = lexicon.language
    found_clocks = clocks(statement.bare, language)
    found_durations = [
        one
        for one in durations(statement.bare, language)
        if not any(hour.start < one.end and one.start < hour.end for hour in found_clocks)
    ]
    statement.percents = percents(statement.bare)
    statement.sums = sums(statement.bare)
    _read_clocks(statement, found_clocks)
    _read_durations(statement, found_durations)
    _read_stages(statement)
    loose = lexicon["vague"].search(statement.bare)
    statement.vague = loose.group() if loose is not None else None
    return statement


def _set_aside_even_if(statement: Statement) -> None:
    for hit in statement.lexicon["even_if"].finditer(statement.bare):
        if statement.lexicon.spaced:
            stop = re.compile(r"[,;]|$").search(statement.bare, hit.end())
            statement.blank(hit.start(), stop.start() if stop else len(statement.bare))
        else:
            start = max((statement.bare.rfind(mark, 0, hit.start()) for mark in "、。,"), default=-1) + 1
            statement.blank(start, hit.end())


def _set_aside_reason(statement: Statement) -> None:
    """ "… because they go straight into production" bounds nothing: the stages in a reason are no limits."""
    lexicon = statement.lexicon
    hit = lexicon["reason"].search(statement.bare)
    if hit is None:
        return
    stop = statement.bare.find(",", hit.end()) if not statement.bare[: hit.start()].strip() else statement.bare.find(";", hit.end())
    end = stop if stop >= 0 else len(statement.bare)
    for concept in ("preparing", "shipped", "delivered", "after_time", "after", "before"):
        for one in lexicon[concept].finditer(statement.bare, hit.end(), end):
            statement.blank(one.start(), one.end())


def _set_aside_exception(statement: Statement) -> None:
    hit = statement.lexicon["except"].search(statement.bare)
    if hit is None or any(one.start() <= hit.start() < one.end() for one in statement.lexicon["unless"].finditer(statement.bare)):
        return
    if statement.lexicon.spaced:
        stop = statement.lexicon["stop"].search(statement.bare, hit.end())
        mark = re.compile(r"[;)]|, (?!(?:and|or|et|ou|y|o|und|oder)\b)|$").search(statement.bare, hit.end())
        end = min(one.start() for one in (stop, mark) if one is not None) if (stop or mark) else len(statement.bare)
        statement.excepted = statement.bare[hit.end() : end]
        statement.blank(hit.start(), end)
    else:
        start = max((statement.bare.rfind(mark, 0, hit.start()) for mark in "、。,(はを"), default=-1) + 1
        statement.excepted = statement.bare[start : hit.start()]
        statement.blank(start, hit.end())


# ── hours of the day ──


def _read_clocks(statement: Statement, found: list[Clock]) -> None:
    spaced = statement.lexicon.spaced
    for clock in found:
        relation = _clock_relation_spaced(statement, clock) if spaced else _clock_relation_unspaced(statement, clock)
        if relation is not None:
            statement.clocks.append(ClockBound(clock=clock, relation=relation))
        else:
            statement.loose_clock = True
        statement.blank(clock.start, clock.end)


def _clock_relation_spaced(statement: Statement, clock: Clock) -> Literal["upto", "after", "placed_before"] | None:
    left = statement.bare[max(0, clock.start - 45) : clock.start]
    placed = _last(statement, "placed_before", left)
    if placed is not None and len(left) - placed.end() <= 6:
        return "placed_before"
    near = left[-22:]
    before, after = _last(statement, "clock_before", near), _last(statement, "clock_after", near)
    if before is not None and (after is None or before.end() >= after.end()):
        return "upto"
    if after is None and statement.lexicon["deadline"].search(statement.bare[: clock.start]) is not None:
        return "upto"
    return "after" if after is not None else None


def _clock_relation_unspaced(statement: Statement, clock: Clock) -> Literal["upto", "after", "placed_before"] | None:
    right = statement.bare[clock.end : clock.end + 22]
    if statement.lexicon["placed_before"].match(right):
        return "placed_before"
    right = re.sub(r"^\([^)]*\)", "", right) if right.startswith("(") else right
    before, after = statement.lexicon["clock_before"].match(right), statement.lexicon["clock_after"].match(right)
    if before is not None and after is None:
        return "upto"
    return "after" if after is not None else None


# ── lengths of time ──


def _read_durations(statement: Statement, found: list[Duration]) -> None:
    delivered = statement.lexicon["delivered_anchor"].search(statement.bare)
    returned = statement.lexicon["return_in"].search(statement.bare)
    bounds = []
    for duration in found:
        bound = _time_spaced(statement, duration) if statement.lexicon.spaced else _time_unspaced(statement, duration)
        if (
            delivered is not None
            and abs(delivered.start() - duration.end) < 60
            and not (returned and returned.start() <= delivered.start() < returned.end())
        ):
            bound = TimeBound(duration=duration, relation=bound.relation, anchor="delivered", vague=bound.vague)
        bounds.append(bound)
    statement.times = bounds
    for duration in found:
        statement.blank(duration.start, duration.end)
    if not found and statement.lexicon.spaced:
        statement.release = statement.blank_all("release") | statement.blank_all("release_alone")
    elif not found:
        statement.release = statement.lexicon["release_alone"].search(statement.bare) is not None
    if found:
        statement.blank_all("return_in")
        statement.blank_all("delivered_anchor")
        statement.blank_all("time_cue")


def _time_spaced(statement: Statement, duration: Duration) -> TimeBound:
    lexicon = statement.lexicon
    left = statement.bare[max(0, duration.start - 34) : duration.start]
    right = statement.bare[duration.end : duration.end + 70]
    relation: Relation = "plain"
    upto, after, least = (_last(statement, name, left) for name in ("upto", "after_time", "at_least"))
    nearest = max((one for one in (upto, after, least) if one is not None), key=lambda one: (one.end(), -one.start()), default=None)
    if nearest is not None and len(left) - nearest.end() <= 14:
        relation = "upto" if nearest is upto else "after" if nearest is after else "at_least"
    if _starts(lexicon["upto_strong"], right, 1):
        relation = "upto"
    if _starts(lexicon["release"], right, 3):
        relation = "before_release"
    elif _starts(lexicon["before_event"], right, 1):
        relation = "before_other"
    elif relation == "plain" and _starts(lexicon["upto_right"], right, 8):
        relation = "upto"
    elif _starts(lexicon["after_right"], right, 3):
        relation = "after"
    anchor: Anchor = "placed" if lexicon["placed"].search(right[:45]) or lexicon["placed"].search(left) else "none"
    earlier = statement.bare[: duration.start]
    vague = _last(statement, "vague", earlier)
    loose = vague.group() if vague is not None and re.search(r"[,;:(]", earlier[vague.end() :]) is None else None
    opening = lexicon["vague"].match(statement.bare.lstrip())
    trailing = re.compile(r"\W{0,2}").match(right)
    behind = lexicon["vague"].match(right, trailing.end() if trailing else 0)
    loose = loose or (opening.group() if opening else None) or (behind.group() if behind else None)
    return TimeBound(duration=duration, relation=relation, anchor=anchor, vague=loose)


def _time_unspaced(statement: Statement, duration: Duration) -> TimeBound:
    lexicon = statement.lexicon
    left = statement.bare[max(0, duration.start - 16) : duration.start]
    right = statement.bare[duration.end : duration.end + 16]
    relation: Relation = "plain"
    if lexicon["before_event"].match(right):
        relation = "before_release" if lexicon["release"].search(left) else "before_other"
    elif lexicon["after_time"].match(right):
        relation = "after"
    elif lexicon["upto_right"].match(right):
        relation = "upto"
    elif lexicon["at_least"].search(left[-4:]) or lexicon["at_least"].match(right):
        relation = "at_least"
    anchor: Anchor = "placed" if lexicon["placed"].search(left) else "none"
    vague = lexicon["vague"].search(statement.bare[max(0, duration.start - 30) : duration.start]) or lexicon["vague"].match(right)
    return TimeBound(duration=duration, relation=relation, anchor=anchor, vague=vague.group() if vague else None)


def _starts(pattern: re.Pattern[str], right: str, within: int) -> bool:
    hit = pattern.search(right)
    return hit is not None and hit.start() <= within


def _last(statement: Statement, concept: str, left: str) -> re.Match[str] | None:
    last = None
    for hit in statement.lexicon[concept].finditer(left):
        last = hit
    return last


# ── how far the order has come ──


def _read_stages(statement: Statement) -> None:
    for name, stage in (("not_packed", Stage.PREPARING), ("not_shipped", Stage.SHIPPED)):
        if statement.lexicon[name].search(statement.bare):
            statement.stages.append(StageBound(stage=stage, relation="upto"))
            statement.blank_all(name)
    for name, named in (*_STAGES, ("open_stage", None)):
        for hit in list(statement.lexicon[name].finditer(statement.bare)):
            if _BLANK in hit.group():
                continue
            found = _stage_spaced(statement, hit) if statement.lexicon.spaced else _stage_unspaced(statement, hit)
            if found is None:
                continue
            start, end, relation = found
            if named is None:
                statement.blank(start, end)
                statement.stages.append(StageBound(stage=None, relation="upto"))
                continue
            statement.stages.append(StageBound(stage=named, relation=relation))
            statement.blank(start, end)


def _stage_spaced(statement: Statement, hit: re.Match[str]) -> tuple[int, int, Literal["upto", "after"]] | None:
    lexicon = statement.lexicon
    floor = max(0, hit.start() - _REACH)
    cut = max(statement.bare.rfind(mark, floor, hit.start()) for mark in ";,(")
    floor = max(floor, cut + 1)
    left = statement.bare[floor : hit.start()]
    cues = [(name, _last(statement, name, left)) for name in ("before", "unless", "while", "after", "not_yet")]
    found = [(name, cue) for name, cue in cues if cue is not None]
    if not found:
        return _stage_as_adjective(statement, hit)
    strong = [(name, cue) for name, cue in found if name in {"before", "unless", "after"}] or found
    name, cue = max(strong, key=lambda one: (one[0] == "unless", one[1].end(), one[0] == "before"))
    if _BLANK in left[cue.end() :]:
        return None  # the cue governs the hour or length between them: "before 2 pm ship"
    negated = (
        lexicon["negation"].search(left[cue.end() :]) is not None
        or name == "not_yet"
        or any(one == "not_yet" and c.end() >= len(left) - 2 for one, c in found)
    )
    start = floor + cue.start()
    if negated:
        opened = [c.start() for n, c in found if n == "while"]
        opened += [no.start() for no in lexicon["negation"].finditer(left) if cue.start() - no.start() < 15]
        start = floor + min((cue.start(), *opened))
    tail = lexicon["stage_tail"].match(statement.bare, hit.end() + 1)
    end = tail.end() if tail else hit.end()
    if name in {"before", "unless"}:
        return start, end, "upto"
    if name in {"while", "not_yet"}:
        no = lexicon["negation_right"].match(statement.bare, hit.end() + 1)
        if negated or no is not None:
            return start, max(end, no.end()) if no is not None else end, "upto"
        if name == "while" and not _is_past(statement, cue, left):
            return None
        return start, end, "after"
    return start, end, "upto" if negated and name != "after" else "after" if not negated else "upto"


def _is_past(statement: Statement, cue: re.Match[str], left: str) -> bool:
    """A condition without "not" binds only as "if it has (already) shipped", not as "while it is being packed"."""
    return statement.lexicon["perfect"].search(left[cue.start() :]) is not None


def _stage_as_adjective(statement: Statement, hit: re.Match[str]) -> tuple[int, int, Literal["upto", "after"]] | None:
    """ "Shipped orders": the stage stands right before what it describes."""
    after = statement.lexicon["described"].match(statement.bare, hit.end() + 1)
    before = statement.bare[: hit.start()].strip()
    noun = _last(statement, "noun_before", before)
    onwards = statement.lexicon["place_next"].match(statement.bare, hit.end() + 1)
    if noun is not None and noun.end() == len(before) and onwards is None:
        return hit.start(), hit.end(), "after"
    if (
        after is not None
        and statement.lexicon["participle"].fullmatch(hit.group())
        and (not before or statement.lexicon["determiner"].search(before[-6:]))
    ):
        return hit.start(), hit.end(), "after"
    return None


def _stage_unspaced(statement: Statement, hit: re.Match[str]) -> tuple[int, int, Literal["upto", "after"]] | None:
    lexicon = statement.lexicon
    if statement.bare[max(0, hit.start() - 1) : hit.start()] == "未":
        return hit.start() - 1, hit.end(), "upto"
    right = statement.bare[hit.end() : hit.end() + 18].split("、")[0].split("。")[0]
    before, after, negated = lexicon["before"].search(right), lexicon["after"].search(right), lexicon["negation"].search(right)
    options = [
        (cue.start(), cue.end(), relation) for cue, relation in ((before, "upto"), (negated, "upto"), (after, "after")) if cue is not None
    ]
    if not options:
        return None
    start, end, relation = min(options, key=lambda one: (one[0], -one[1]))
    if relation == "after" and before is not None and before.start() - end <= 4:
        start, end, relation = before.start(), before.end(), "upto"
    if start > 11:
        return None
    return hit.start(), hit.end() + end, "upto" if relation == "upto" else "after"
