"""Makes `reader.npz` from the seed utterances: `python -m agent.readers.train`.

A build step: it needs scikit-learn, which the product does not ship. No line of a share-alike data set is a seed.
"""

import re
import zlib
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml
from numpy.typing import NDArray

from agent.readers import cues
from agent.readers.classifier import CUES_WEIGHT, LETTERS, LETTERS_WEIGHT, Model, by_first_letter, centred, letters, plainly
from agent.readers.words import fold, mended, plain, tidy
from agent.wish import Intent

ROOM = Path(__file__).parent
LANGUAGES = ("en", "fr", "ja", "es", "de")
EMBEDDER = "use3/v1"
FILLINGS = 3
FILLED = 0.5
"""Weight of a line made by filling a gap; there are FILLINGS of each."""
FRAMED = 0.3
"""Weight of a line made by putting a phrase into a frame ("how do I …"): many, and alike."""
STRENGTH = 5.0
"""Inverse regularisation; flat between 3 and 10."""

Sentences = Callable[[Sequence[str]], NDArray[np.float32]]
Weighted = tuple[NDArray[np.float32], NDArray[np.float32]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    text: str
    language: str
    intent: Intent
    weight: float = 1.0
    given: bool = False
    """From the project's probe, so an evaluation on the probe leaves it out."""


def seeds() -> list[Seed]:
    """Every seed utterance, framed ones included."""
    found: list[Seed] = []
    for language in LANGUAGES:
        page = yaml.safe_load((ROOM / "seeds" / f"{language}.yaml").read_text(encoding="utf-8"))
        for name, lines in page["intents"].items():
            found += [Seed(text=line, language=language, intent=Intent(name)) for line in lines.get("say", ())]
            found += [
                Seed(text=frame.replace("{}", phrase), language=language, intent=Intent(name), weight=FRAMED)
                for phrase in lines.get("do", ())
                for frame in page["frames"]
            ]
    found += _patterned()
    given = yaml.safe_load((ROOM / "seeds" / "given.yaml").read_text(encoding="utf-8"))
    for language, by_intent in given.items():
        for name, lines in by_intent.items():
            found += [Seed(text=line, language=language, intent=Intent(name), given=True) for line in lines]
    return found


def _patterned() -> list[Seed]:
    """The lines with a gap, each with a few of its words; which ones depends on the line alone, so training repeats itself."""
    found: list[Seed] = []
    for language, page in yaml.safe_load((ROOM / "seeds" / "patterns.yaml").read_text(encoding="utf-8")).items():
        for name, lines in page["intents"].items():
            for line in lines:
                filled = {_filled(line, page["words"], turn) for turn in range(FILLINGS)}
                weight = 1.0 if len(filled) == 1 else FILLED
                found += [Seed(text=text, language=language, intent=Intent(name), weight=weight) for text in sorted(filled)]
    return found


def _filled(line: str, words: Mapping[str, Sequence[str]], turn: int) -> str:
    start = zlib.crc32(line.encode())
    return re.sub(r"\{(\w+)\}", lambda gap: words[gap.group(1)][(start + turn * 7 + gap.start()) % len(words[gap.group(1)])], line)


def vocabulary(lines: Sequence[Seed], language: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """(words never touched, words worth mending towards). A rare word that is a slip of a frequent one is not known."""
    counts: Counter[str] = Counter()
    for line in lines:
        if line.language == language:
            counts.update({fold(word) for word in plain(tidy(line.text), language).replace("'", " ").split() if word.isalpha()})
    wanted = tuple(sorted(word for word, count in counts.items() if count >= 10 and len(word) >= 5))
    by_letter = by_first_letter(wanted)
    known = frozenset(word for word, count in counts.items() if count > 2 or mended(word, frozenset(), by_letter) == word or word in wanted)
    return known, wanted


def features(texts: Sequence[str], meanings: NDArray[np.float32], mean: NDArray[np.float32]) -> NDArray[np.float32]:
    """One row a text, the columns `classifier.score` weighs. texts: from `plainly`."""
    rows = np.zeros((len(texts), meanings.shape[1] + len(cues.NAMES) + LETTERS), np.float32)
    for row, text, meaning in zip(rows, texts, meanings, strict=True):
        folded = fold(text)
        row[: len(meaning)] = centred(meaning, mean)
        row[len(meaning) : len(meaning) + len(cues.NAMES)] = cues.cues(folded) * CUES_WEIGHT
        buckets, weight = letters(folded)
        row[len(meaning) + len(cues.NAMES) + buckets] = weight * LETTERS_WEIGHT
    return rows


def train(lines: Sequence[Seed], sentences: Sentences, left_out: Collection[str] = ()) -> Model:
    """Fits on all lines but those whose text is in `left_out`. Deterministic for one version of scikit-learn."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    kept = [line for line in lines if line.text not in left_out]
    words = {language: vocabulary(kept, language) for language in LANGUAGES if language != "ja"}
    blank = Model(
        embedder=EMBEDDER,
        mean=np.zeros(512, np.float32),
        weights=np.zeros((0, 0), np.float32),
        bias=np.zeros(0, np.float32),
        temperature=1.0,
        classes=(),
        known={language: known for language, (known, _) in words.items()},
        wanted={language: by_first_letter(wanted) for language, (_, wanted) in words.items()},
    )
    texts = [plainly(tidy(line.text), line.language, blank) for line in kept]
    meanings = sentences(texts)
    mean = np.asarray(meanings.mean(axis=0), np.float32)
    labels = np.array([line.intent.value for line in kept])
    weights = np.array([line.weight for line in kept])
    fitted = LogisticRegression(C=STRENGTH, max_iter=400, tol=1e-5)
    fitted.fit(csr_matrix(features(texts, meanings, mean)), labels, sample_weight=_evened(labels, weights))
    return Model(
        embedder=EMBEDDER,
        mean=mean,
        weights=np.asarray(fitted.coef_, np.float16).astype(np.float32),
        bias=np.asarray(fitted.intercept_, np.float32),
        temperature=1.0,
        classes=tuple(Intent(name) for name in fitted.classes_),
        known=blank.known,
        wanted=blank.wanted,
    )


def _evened(labels: NDArray[np.str_], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Half way to balance: a large class keeps some of its weight, a small one is heard."""
    evened = weights.copy()
    share = weights.sum() / len(set(labels))
    for label in set(labels):
        chosen = labels == label
        evened[chosen] *= (share / weights[chosen].sum()) ** 0.5
    return evened


def save(model: Model, path: Path) -> None:
    """Writes the file `classifier.shipped` reads; no pickles."""
    held: dict[str, NDArray[np.generic]] = {
        "embedder": np.array(model.embedder),
        "mean": model.mean,
        "weights": model.weights.astype(np.float16),
        "bias": model.bias,
        "temperature": np.array(model.temperature),
        "classes": np.array([intent.value for intent in model.classes]),
        "languages": np.array(sorted(model.known)),
    }
    for language, known in model.known.items():
        held[f"known_{language}"] = np.array(sorted(known))
        held[f"wanted_{language}"] = np.array(sorted(word for group in model.wanted[language].values() for word in group))
    np.savez_compressed(path, **held)  # type: ignore[arg-type]  # numpy's stub takes the keywords for its own flags


def built_in_sentences() -> Sentences:
    from knowledge.embedding import BuiltInEmbeddings

    embeddings = BuiltInEmbeddings()

    def many(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.vstack([embeddings.sentences(texts[start : start + 256]) for start in range(0, len(texts), 256)])

    return many


def main() -> None:
    lines = seeds()
    model = train(lines, built_in_sentences())
    save(model, ROOM / "reader.npz")
    print(f"{len(lines)} seed lines, {len(model.classes)} intents, embedder {model.embedder}: reader.npz")


if __name__ == "__main__":
    main()
