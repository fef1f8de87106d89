"""How likely each intent is for one clause: a multinomial logistic regression shipped as one numpy file.

It sees three things side by side: the meaning (a sentence vector), the cues (words that give a wish away) and the letters
(hashed character n-grams, which survive misspelling). `agent.readers.train` makes the file; nothing is learnt at run time.
"""

import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from agent.readers import cues
from agent.readers.words import fold, plain
from agent.wish import Intent

Vector = NDArray[np.float32]
Sentence = Callable[[str], Vector]
"""A text's vector of length one, shape (512,)."""

CUES_WEIGHT = 0.5
LETTERS_WEIGHT = 0.5
LETTERS = 4096
"""Buckets the n-grams are hashed into."""

_RUN = re.compile(r"[a-z0-9']+|[\u3040-\u30ff\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The shipped file: what `train` learnt, and the vocabulary it mends slips with."""

    embedder: str
    mean: Vector
    weights: Vector
    """Shape (classes, 512 + cues + LETTERS)."""
    bias: Vector
    temperature: float
    classes: tuple[Intent, ...]
    known: Mapping[str, frozenset[str]]
    wanted: Mapping[str, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One clause with the probability of every intent."""

    folded: str
    chances: Mapping[Intent, float]


@cache
def shipped() -> Model:
    """The model in the package, read once."""
    with resources.files("agent.readers").joinpath("reader.npz").open("rb") as file, np.load(file, allow_pickle=False) as held:
        languages = [str(language) for language in held["languages"]]
        words = {language: [str(word) for word in held[f"wanted_{language}"]] for language in languages}
        return Model(
            embedder=str(held["embedder"]),
            mean=held["mean"].astype(np.float32),
            weights=held["weights"].astype(np.float32),
            bias=held["bias"].astype(np.float32),
            temperature=float(held["temperature"]),
            classes=tuple(Intent(str(name)) for name in held["classes"]),
            known={language: frozenset(str(word) for word in held[f"known_{language}"]) for language in languages},
            wanted={language: by_first_letter(words[language]) for language in languages},
        )


def by_first_letter(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for word in words:
        found.setdefault(word[0], []).append(word)
    return {letter: tuple(group) for letter, group in found.items()}


def letters(folded: str) -> tuple[NDArray[np.int64], float]:
    """Buckets of the text's n-grams and the weight of each, so that their vector has length one."""
    found: set[str] = set()
    for run in _RUN.findall(folded):
        if run[0] < "\u3040":
            edged = f"^{run}$"
            found.add("W" + run)
            found.update(edged[i : i + n] for n in (3, 4, 5) for i in range(len(edged) - n + 1))
        else:
            found.update(run[i : i + n] for n in (1, 2, 3) for i in range(len(run) - n + 1))
    buckets = np.array(sorted({zlib.crc32(gram.encode()) % LETTERS for gram in found}), np.int64)
    return buckets, float(1 / np.sqrt(max(1, len(buckets))))


def centred(vector: Vector, mean: Vector) -> Vector:
    moved = vector - mean
    return np.asarray(moved / max(float(np.linalg.norm(moved)), 1e-9), np.float32)


def plainly(text: str, language: str, model: Model) -> str:
    """The text as the classifier reads it. text: tidied."""
    return plain(text, language, model.known.get(language, frozenset()), model.wanted.get(language))


def score(text: str, model: Model, sentence: Sentence) -> Scored:
    """text: from `plainly`. Chances sum to one."""
    folded = fold(text)
    meaning = centred(np.asarray(sentence(text), np.float32), model.mean)
    size = meaning.shape[0]
    seen = cues.cues(folded)
    buckets, weight = letters(folded)
    logits = model.weights[:, :size] @ meaning + model.weights[:, size : size + len(seen)] @ (seen * CUES_WEIGHT) + model.bias
    logits = logits + model.weights[:, size + len(seen) + buckets].sum(axis=1) * (weight * LETTERS_WEIGHT)
    powers = np.exp((logits - logits.max()) / model.temperature)
    chances = powers / powers.sum()
    return Scored(folded=folded, chances={intent: float(chance) for intent, chance in zip(model.classes, chances, strict=True)})
