"""The model times out, refuses, babbles or breaks off: everybody is answered as without one, and none of its own text is read (R10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Literal

from demo.openai import Script, Step
from evals.chaos.shop_faults import WISHES, WITHOUT
from evals.chaos.street import Street, open_street
from evals.chaos.talks import Heard, Talk, ask_all, open_talks
from evals.chaos.truths import CANARY, Row, judge

QUESTIONS = ("How long does a refund take?", "What is your refund policy?", "Within how many days can I return an item?")
"""Answered out of policy alone: what a writer may word."""
Part = Literal["reader", "writer"]
_READING = {"wishes": [], "answer": "none", "chosen": 0, "language": "en", "mood": "calm"}
_WORDED = {"sentences": ["We issue a refund within 3 working days of a cancellation."], "passages": ["p1"]}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFault:
    name: str
    step: Mapping[str, Any]


def _faults(good: Mapping[str, Any], foreign: Mapping[str, Any]) -> tuple[ModelFault, ...]:
    """good: what a right answer looks like. foreign: one in a language nobody asked in."""
    steps: dict[str, dict[str, Any]] = {
        "timeout": {"kind": "http_500", "seconds": 7.0},
        "HTTP 429": {"kind": "http_429"},
        "HTTP 500": {"kind": "http_500"},
        "refusal": {"kind": "refusal"},
        "malformed JSON": {"kind": "no_json"},
        "truncated JSON": {"kind": "half_json"},
        "wrong language": {"content": dict(foreign)},
        "a megabyte": {"kind": "megabyte"},
        "slow stream": {"kind": "drip", "seconds": 0.25, "content": dict(good)},
        "empty": {"kind": "empty_choices"},
        "wrong schema": {"content": {"answer": f"{CANARY} will refund you today.", "confidence": 1}},
        "connection reset": {"kind": "reset"},
    }
    return tuple(ModelFault(name=name, step=step) for name, step in steps.items())


FAULTS: Mapping[Part, tuple[ModelFault, ...]] = {
    "reader": _faults(_READING, {"意図": [f"注文状況 {CANARY}"], "言語": "ja"}),
    "writer": (
        *_faults(_WORDED, {"sentences": [f"{CANARY} rembourse sous trois jours ouvrés."], "passages": ["p1"]}),
        ModelFault(name="its own words", step={"content": {"sentences": [f"{CANARY} pays it back at once."], "passages": ["p1"]}}),
    ),
}
Answers = Mapping[str, Heard]


async def without_a_model(street: Street, texts: Sequence[str]) -> Answers:
    """What each text leads to where no model is configured."""
    talks = await open_talks(street, ["webchat"] * len(texts))
    heard = await ask_all(street, talks, texts)
    await _close(talks)
    return dict(zip(texts, heard, strict=True))


async def played(folder: Path, part: Part, plain: Answers, *, only: Sequence[str] = (), texts: Sequence[str] = ()) -> list[Row]:
    """Every fault on every text, in a house whose reader or writer is the model.

    plain: as `without_a_model` told. only: names of faults; none: all. texts: of those of this part; none: all.
    """
    said = list(texts or ([*WISHES.values(), *WITHOUT.values()] if part == "reader" else QUESTIONS))
    faults = [one for one in FAULTS[part] if not only or one.name in only]
    people = len(said) * len(faults)
    async with open_street(folder, people=people, model="openai:street", model_forced=part == "reader") as street:
        await _never_rests(street)
        return [await _meets(street, part, fault, said, plain) for fault in faults]


async def _meets(street: Street, part: Part, fault: ModelFault, said: Sequence[str], plain: Answers) -> Row:
    row = Row(name=fault.name, part=f"model, {part}")
    script = street.model
    script.otherwise = Step()
    talks = await open_talks(street, ["webchat"] * len(said))
    script.otherwise = Step.model_validate(fault.step)
    asked = len(script.requests)
    for talk, text, heard in zip(talks, said, await ask_all(street, talks, said), strict=True):
        judge(row, talk, text, heard, told=True)
        row.slowest_s = max([row.slowest_s, *(one.all_ms / 1000 for one in street.answered if one.conversation == talk.id)])
        _as_without(row, part, text, heard, plain[text])
    if (times := len(script.requests) - asked) < len(said):
        row.faults.append(f"{fault.name}: the {part} was asked {times} times for {len(said)} messages")
    await _close(talks)
    return row


def _as_without(row: Row, part: Part, text: str, heard: Heard, plain: Heard) -> None:
    """The reader's place is taken by the built-in one, the writer's by the catalogue: the answer is the one of a house without a model."""
    for result in heard.results:
        if part == "reader" and (result.reading.by != "built_in" or result.model_calls != 1):
            row.faults.append(f"{row.name}, {text!r}: read by {result.reading.by} after {result.model_calls} calls")
    if part == "writer" and heard.text != plain.text:
        row.faults.append(f"{row.name}, {text!r}: {heard.text[:160]!r} where the catalogue says {plain.text[:160]!r}")
    if _outcomes(heard) != _outcomes(plain):
        row.faults.append(f"{row.name}, {text!r}: came to {_outcomes(heard)}, without a model to {_outcomes(plain)}")


def _outcomes(heard: Heard) -> list[tuple[str, str, str]]:
    return [(str(one.wish), one.kind, one.because.value) for result in heard.results for one in result.outcomes]


async def _never_rests(street: Street) -> None:
    """A minute passes from one question to the next, so that a model that failed three times is asked all the same."""
    reader: Any = street.house.parts.get("reader with model")
    if reader is not None:
        first, minutes = await reader, count()
        first._seconds = lambda: next(minutes) * 60.0


async def _close(talks: Sequence[Talk]) -> None:
    for talk in talks:
        await talk.close()


assert Script().otherwise.kind == "answer"
