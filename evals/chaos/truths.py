"""What may be read in a reply, held against the shop's own records at that moment and not against what the house believed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.parts import TurnResult
from channels.reply import OrderCard
from evals.chaos import wire
from evals.chaos.street import PRICE, SHIRT, TOTE, Person, Street
from evals.chaos.talks import Heard, Talk

SKU = {SHIRT: "SHIRT-M", TOTE: "TOTE"}
CANARY = "ZEPHYRBANK"
"""Stands in every answer of the scripted model that must not be read by anybody."""
MODELS_OWN = (CANARY, "I can't help with that", "Sure! The shopper wants", '"wishes"', '{"', "ZEPHYR")
_CLAIMS = re.compile(
    r"\b(?:has been|have been|was|were|is now|are now|I(?:'ve| have)?) (?:just |now )?"
    r"(?:cancel|chang|updat|refund|return|amend|correct)\w*ed\b",
    re.IGNORECASE,
)
_STILL_HERE = re.compile(r"not shipped yet|can still (?:be )?(?:cancel|chang)", re.IGNORECASE)
_URL = re.compile(r"https?://\S+")


@dataclass(slots=True, kw_only=True)
class Row:
    """One fault, and what everybody read while it lasted."""

    name: str
    part: str
    turns: int = 0
    answered: int = 0
    wrong: int = 0
    """Facts the shop's records do not hold, and claims of a change."""
    raw: int = 0
    """Replies that hold a model's own text."""
    person: int = 0
    """Handed to a person: offered, or called."""
    later: int = 0
    """Answered by a scheduled try once the shop was mended."""
    slowest_s: float = 0.0
    faults: list[str] = field(default_factory=list)
    """Everything that is not as it must be, in words."""

    @property
    def clean(self) -> bool:
        return not self.faults and self.answered == self.turns


def judge(row: Row, talk: Talk, said: str, heard: Heard, *, told: bool) -> None:
    """Count one answer. told: whether the shop can have said anything of orders while it was made."""
    row.turns += 1
    where = f"{row.name}, {talk.channel}, {said!r}"
    if heard.text.strip():
        row.answered += 1
    else:
        row.faults.append(f"{where}: no answer")
    row.person += heard.handed_over
    if wrong := wrong_facts(talk.street, talk.person, heard.results, heard.text, told=told):
        row.wrong += len(wrong)
        row.faults += [f"{where}: {one} in {heard.text[:160]!r}" for one in wrong]
    if found := raw_text(heard):
        row.raw += 1
        row.faults.append(f"{where}: a model's own text {found!r} in {heard.text[:160]!r}")


def wrong_facts(street: Street, person: Person, results: Sequence[TurnResult], text: str, *, told: bool) -> list[str]:
    """What the reply says that the shop's records do not hold now."""
    open_now, gone = _whereabouts(street, person)
    words = _URL.sub("", text)
    found = [f"a claim of a change ({claim})" for claim in _CLAIMS.findall(words)]
    found += [f"another order, {name}" for name in re.findall(r"#7\d{4}", words) if name != person.order]
    tracked = (person.tracking, f"{person.tracking}9")
    found += [f"an unknown parcel, {number}" for number in re.findall(r"6A\d{6,7}", words) if number not in tracked]
    if not told:
        facts = (SHIRT, TOTE, PRICE, person.order, person.tracking, f"rder {person.order[-4:]}")
        found += [f"an order nobody could see ({fact})" for fact in facts if fact in words]
    if not open_now and (still := _STILL_HERE.search(words)):
        found.append(f"what has left is still here ({still[0]})")
    for result in results:
        found += _of_outcomes(result, open_now)
        for block in result.reply.blocks if result.reply else ():
            if isinstance(block, OrderCard):
                found += _of_card(block, person, open_now, gone)
    return found


def _of_card(card: OrderCard, person: Person, open_now: set[str], gone: set[str]) -> list[str]:
    found = [] if card.name == person.order else [f"a card of {card.name}"]
    for line in card.lines:
        sku = SKU.get(line.title, "")
        true = {*({"open"} if sku in open_now else ()), *({"in_transit"} if sku in gone else ()), "unknown"}
        if line.state not in true:
            found.append(f"{line.title} {line.state} where it is {', '.join(sorted(true - {'unknown'}))}")
    return found


def _of_outcomes(result: TurnResult, open_now: set[str]) -> list[str]:
    found = [
        f"{one.because.value}, and the shop has it" for one in result.outcomes if one.because.value in ("no_orders", "order_not_found")
    ]
    changes = [one for one in result.outcomes if one.kind == "offer" and one.wish != "return_exchange"]
    lines = [line for one in changes for line in one.lines if line.allowed and SKU.get(line.title, "") not in open_now]
    return found + [f"{line.title} offered for a change after it has left" for line in lines]


def _whereabouts(street: Street, person: Person) -> tuple[set[str], set[str]]:
    """(skus that wait in the shop, skus that have left), from the twin's records."""
    order = street.twin.shops[wire.BRAND].order(person.order)
    assert order is not None
    waiting = {
        part.line.variant.sku for each in order.fulfillment_orders for part in each.lines if part.remaining and each.status == "OPEN"
    }
    left = {entry.line.variant.sku for parcel in order.fulfillments for entry in parcel.lines}
    return waiting, left


def raw_text(heard: Heard) -> str:
    """A piece of the model's own text in what was read, or nothing."""
    return next((piece for piece in MODELS_OWN if piece in heard.text), "")
