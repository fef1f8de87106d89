"""The index is emptied, broken, hung or robbed of its files while shoppers ask: the same clause is cited, and it is made again (R11)."""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.chaos import wire
from evals.chaos.model_faults import QUESTIONS, Answers
from evals.chaos.street import Street
from evals.chaos.talks import Heard, ask_all, open_talks
from evals.chaos.truths import Row, judge
from knowledge.index.port import IndexFault
from knowledge.shelf import Shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexPart:
    """The street's index, its shelf, and where vectors are kept."""

    shelf: Shelf
    index: Any
    embedder: Any
    vectors: Path


async def parts_of(street: Street) -> IndexPart:
    known: dict[str, Any] = dict(street.house.parts)
    vectors = street.house.settings.vectors
    assert vectors is not None
    return IndexPart(
        shelf=await known[f"library of {wire.BRAND}"], index=await known["index"], embedder=await known["encoder"], vectors=vectors
    )


@contextmanager
def _emptied(part: IndexPart) -> Iterator[None]:
    """Every collection is gone."""
    for collection in part.index._client.list_collections():
        part.index._client.delete_collection(collection.name)
    yield


@contextmanager
def _answering(owner: Any, name: str, by: Callable[..., Any]) -> Iterator[None]:
    right = getattr(owner, name)
    setattr(owner, name, by)
    try:
        yield
    finally:
        setattr(owner, name, right)


def _broken(*given: object) -> Any:
    raise IndexFault("the index is corrupt")


def _slow(*given: object) -> Any:
    time.sleep(2.0)
    raise IndexFault("far too late")


def _mute(*given: object) -> Any:
    raise RuntimeError("the encoder is gone")


@contextmanager
def _files_deleted(part: IndexPart) -> Iterator[None]:
    shutil.rmtree(part.vectors, ignore_errors=True)
    yield


@contextmanager
def _files_corrupt(part: IndexPart) -> Iterator[None]:
    part.vectors.mkdir(parents=True, exist_ok=True)
    for file in (*part.vectors.glob("*.npz"), part.vectors / "e5.npz"):
        file.write_bytes(b"PK\x03\x04 not what it was")
    yield


FAULTS: dict[str, Callable[[IndexPart], Any]] = {
    "collections deleted": _emptied,
    "index corrupt": lambda part: _answering(part.index, "nearest", _broken),
    "index hangs": lambda part: _answering(part.index, "nearest", _slow),
    "files deleted": _files_deleted,
    "files corrupt": _files_corrupt,
    "encoder down": lambda part: _answering(part.embedder, "query", _mute),
}
PUBLISHED_ANEW = ("files deleted", "files corrupt")
"""These are met when documents are published again, not by a question."""


async def meets(street: Street, plain: Answers, *, only: Sequence[str] = ()) -> list[Row]:
    """Policy questions while each fault lasts, held against what was cited before."""
    part, rows = await parts_of(street), []
    for name, begin in FAULTS.items():
        if only and name not in only:
            continue
        row = Row(name=name, part="index")
        with begin(part):
            if name in PUBLISHED_ANEW:
                await _publish(street)
            talks = await open_talks(street, ["webchat"] * len(QUESTIONS))
            for talk, text, heard in zip(talks, QUESTIONS, await ask_all(street, talks, QUESTIONS), strict=True):
                judge(row, talk, text, heard, told=True)
                if cited(heard) != cited(plain[text]):
                    row.faults.append(f"{name}, {text!r}: cites {cited(heard)} where {cited(plain[text])} answers")
                flagged = any(result.evidence.lexical_only for result in heard.results)
                if flagged is not (name == "encoder down"):
                    row.faults.append(f"{name}, {text!r}: {'flagged' if flagged else 'not flagged'} as found by words alone")
                await talk.close()
        if not await _made_again(street, part):
            row.faults.append(f"{name}: the index was not made again")
        rows.append(row)
    return rows


def cited(heard: Heard) -> list[str]:
    """The clauses the answer stands on."""
    return sorted({str(clause) for result in heard.results for one in result.outcomes for clause in one.clauses})


async def _publish(street: Street) -> None:
    """What an operator's `knowledge approve` leads to."""
    from server.store import policies

    home = street.house.residence(wire.BRAND)
    async with street.house.database.reading() as tx:
        documents, terms = await policies.documents_of(tx, home.brand), await policies.terms_of(tx, home.brand)
    assert home.republish is not None
    await home.republish(documents, terms)


async def _made_again(street: Street, part: IndexPart) -> bool:
    """Whether the index itself answers once the fault is over, within a question or two."""
    for _ in range(3):
        (talk,) = await open_talks(street, ["webchat"])
        await ask_all(street, [talk], QUESTIONS[:1])
        await talk.close()
        try:
            place = part.shelf._place("en")
            if part.index.nearest(place, part.embedder.query("How long does a refund take?"), 3):
                return True
        except IndexFault:
            continue
    return False
