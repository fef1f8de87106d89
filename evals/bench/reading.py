"""How well the built-in reader understands shoppers: `python -m evals.bench.reading`.

Honest about three things. The probe's own lines ship as seeds, so each is read by a reader trained without it and without every
seed that means nearly the same in any language (cosine of at least NEAR). The lexicons and the other seeds were written with the
open half of the probe in view, which no fold can undo. Bitext is only ever read, never learnt from.
"""

import csv
import json
import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

import numpy as np
import yaml

from agent.conversation import ConversationState
from agent.readers.built_in import BuiltInReader
from agent.readers.classifier import Model, shipped
from agent.readers.language import heard, language_of
from agent.readers.train import Seed, seeds, train
from agent.reading import Reading
from channels.message import Channel, ConversationId, Inbound, MessageId
from evals.bench.figures import wilson
from knowledge.brand import Brand, BrandId
from knowledge.embedding import BuiltInEmbeddings

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
LATER = Path(__file__).with_name("reading_lines.yaml")
NEAR = 0.85
"""Seeds this close to a line under test are left out of its training."""
SAME = 0.6
"""Lines of one label this close are one meaning and share a fold."""
FOLDS = 5
LOCALES = ("en", "fr", "ja", "es", "de")

LABELS: Mapping[str, str] = {
    "change_item": "edit_item",
    "change_quantity": "edit_item",
    "remove_item": "edit_item",
    "cancel_item": "cancel_order",
    **dict.fromkeys(("change_payment", "policy_question", "smalltalk", "withdraw", "is_it_a_bot", "abuse"), "other"),
}
"""Our intents under the data's eight labels; the rest keep their name."""

BITEXT: Mapping[str, str] = {
    "cancel_order": "cancel_order",
    "change_order": "edit_item",
    "change_shipping_address": "change_address",
    "contact_customer_service": "talk_to_human",
    "contact_human_agent": "talk_to_human",
    "create_account": "other",
    "delivery_period": "order_status",
    "get_refund": "return_exchange",
    "newsletter_subscription": "other",
    "check_payment_methods": "other",
    "recover_password": "other",
    "track_order": "order_status",
}


@dataclass(slots=True)
class Tally:
    """right of n, and how many were answered instead of asked back."""

    n: int = 0
    right: int = 0
    answered: int = 0
    right_answered: int = 0
    missed: list[str] = field(default_factory=list)

    def add(self, right: bool, asks_back: bool, note: str) -> None:
        self.n += 1
        self.right += right
        self.answered += not asks_back
        self.right_answered += right and not asks_back
        if not right:
            self.missed.append(f"{note}{'  (asks back)' if asks_back else ''}")

    def __str__(self) -> str:
        answered = f"answered {share(self.answered, self.n)}   right where answered {share(self.right_answered, self.answered)}"
        return f"{share(self.right, self.n)}   {answered}"


def share(hits: int, n: int) -> str:
    """A share with its Wilson 95% interval and n."""
    if n == 0:
        return "- (n=0)"
    low, high = wilson(hits, n)
    return f"{hits / n:.3f} [{low:.3f}, {high:.3f}] n={n}"


def is_right(reading: Reading, gold: str) -> bool:
    """On the first wish's first intent, as data/README.md maps it."""
    if not reading.wishes:
        return gold == "other"
    intent = reading.wishes[0].intent.value
    if intent == "delivery_problem":
        return gold in {"order_status", "return_exchange"}
    return LABELS.get(intent, intent) == gold


class Bench:
    """One encoder for all rows."""

    def __init__(self) -> None:
        self.embeddings = BuiltInEmbeddings()
        self.brand = Brand(
            id=BrandId("bench"),
            name="Bench",
            shop="bench.myshopify.com",
            site="https://bench.test",
            currency="EUR",
            time_zone="UTC",
            locales=LOCALES,
        )

    def reader(self, model: Model | None = None) -> BuiltInReader:
        return BuiltInReader(self.embeddings.sentence, model)

    def read(self, reader: BuiltInReader, text: str, locale: str) -> Reading:
        message = Inbound(
            id=MessageId("1"), channel=Channel.WEBCHAT, conversation=ConversationId("c"), text=text, at=datetime(2026, 11, 1, tzinfo=UTC)
        )
        return reader.read_now((message,), ConversationState(locale=locale), self.brand)

    def many(self, texts: Sequence[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return np.vstack([self.embeddings.sentences(texts[start : start + 256]) for start in range(0, len(texts), 256)])


def folds_by_meaning(vectors: np.ndarray[tuple[int, ...], np.dtype[np.float32]], labels: Sequence[str]) -> list[list[int]]:
    """Groups of near lines with one label are never parted."""
    alike = vectors @ vectors.T
    parent = list(range(len(labels)))

    def root(item: int) -> int:
        while parent[item] != item:
            item = parent[item]
        return item

    for one in range(len(labels)):
        for other in range(one):
            if alike[one, other] > SAME and labels[one] == labels[other]:
                parent[root(one)] = root(other)
    groups: dict[int, list[int]] = defaultdict(list)
    for item in range(len(labels)):
        groups[root(item)].append(item)
    folds: list[list[int]] = [[] for _ in range(FOLDS)]
    for group in sorted(groups.values(), key=len, reverse=True):
        min(folds, key=len).extend(group)
    return folds


def intents_by_fold(bench: Bench) -> None:
    held = json.loads((SHARED / "utterances" / "intents.json").read_text(encoding="utf-8"))["test"]
    strange = json.loads((SHARED / "utterances" / "out_of_scope.json").read_text(encoding="utf-8"))
    items = [(text, language, label) for language, by_label in held.items() for label, texts in by_label.items() for text in texts]
    items += [(text, language, "out_of_scope") for language, texts in strange.items() for text in texts]
    vectors = bench.many([text for text, _, _ in items])
    lines = seeds()
    near = bench.many([line.text for line in lines])
    tallies: dict[str, Tally] = defaultdict(Tally)
    outside: dict[str, Tally] = defaultdict(Tally)
    removed = 0
    for fold in folds_by_meaning(vectors, [label for _, _, label in items]):
        model, left_out = _without(bench, lines, near, vectors[fold], {items[one][0] for one in fold})
        removed += left_out
        reader = bench.reader(model)
        for one in fold:
            text, language, label = items[one]
            reading = bench.read(reader, text, language)
            if label == "out_of_scope":
                kept = reading.wishes[0].intent.value if reading.wishes else "other"
                outside[language].add(
                    kept in {"other", "smalltalk", "policy_question"} or reading.asks_back, reading.asks_back, f"{text} → {kept}"
                )
            else:
                tallies[language].add(is_right(reading, label), reading.asks_back, f"{text} → {_first(reading)}, should be {label}")
    print(f"intent, eight labels, {FOLDS} folds by meaning; on average {removed // FOLDS} seeds left out of a fold's training")
    _print(tallies)
    print("out of scope: declined, searched in the policies, or asked back (never an order action)")
    _print(outside)


def _without(
    bench: Bench,
    lines: Sequence[Seed],
    near: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    tested: np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    texts: set[str],
) -> tuple[Model, int]:
    close = (near @ tested.T).max(axis=1) >= NEAR
    left_out = {line.text for line, too_close in zip(lines, close, strict=True) if too_close} | texts
    return train(lines, bench.many, left_out), sum(line.text in left_out for line in lines)


def _first(reading: Reading) -> str:
    return (
        ", ".join(f"{guess.intent.value} {guess.confidence:.2f}" for guess in reading.wishes[0].intents[:2])
        if reading.wishes
        else "nothing"
    )


def _print(tallies: Mapping[str, Tally]) -> None:
    for name, tally in tallies.items():
        print(f"  {name:<26} {tally}")
        for note in tally.missed:
            print(f"      {note}")


def bitext(bench: Bench) -> None:
    """600 utterances of 12 mapped intents, drawn as language.md draws them."""
    path = SHARED / "bitext" / "Bitext_Sample_Customer_Service_Training_Dataset_8175.csv"
    by_intent: dict[str, list[str]] = defaultdict(list)
    with path.open(encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file):
            by_intent[line["intent"]].append(line["utterance"])
    random.seed(0)
    reader, tallies, strict = bench.reader(), defaultdict[str, Tally](Tally), 0
    for intent, label in BITEXT.items():
        for text in random.sample(by_intent[intent], 50):
            reading = bench.read(reader, text, "en")
            right = is_right(reading, label)
            strict += right
            # a quarter of change_order asks to add something, which is add_item with us
            if intent == "change_order" and "add" in text.lower() and reading.wishes:
                right = reading.wishes[0].intent.value == "add_item"
            tallies[intent].add(right, reading.asks_back, f"→ {_first(reading)}")
    n = sum(tally.n for tally in tallies.values())
    print(
        f"Bitext: {share(sum(tally.right for tally in tallies.values()), n)}; 'add an item' counted as edit_item only: {share(strict, n)}"
    )
    for name, tally in tallies.items():
        print(f"  {name:<26} {tally}")


def later_lines(bench: Bench) -> None:
    """Our own lines that are no seeds; see the head of the file for what they can and cannot show."""
    reader = bench.reader()
    tallies: dict[str, Tally] = defaultdict(Tally)
    for language, by_label in yaml.safe_load(LATER.read_text(encoding="utf-8")).items():
        for label, texts in by_label.items():
            for text in texts:
                reading = bench.read(reader, text, language)
                tallies[language].add(is_right(reading, label), reading.asks_back, f"{text} → {_first(reading)}, should be {label}")
    print("intent, eight labels, our own later lines (never trained on)")
    _print(tallies)


def languages() -> None:
    """Alone (no prior), and inside a conversation in the right language and in another one."""
    short = json.loads((SHARED / "utterances" / "langid.json").read_text(encoding="utf-8"))
    questions = json.loads((SHARED / "utterances" / "questions.json").read_text(encoding="utf-8"))
    for name, rows in (
        ("short lines", [(text, language) for language, texts in short.items() for text in texts]),
        ("questions", [(row["text"], row["lang"]) for row in questions]),
    ):
        alone = sum(heard(text, LOCALES).language == language for text, language in rows)
        kept = sum(language_of(text, LOCALES, language) == language for text, language in rows)
        switched = sum(language_of(text, LOCALES, "en") == language for text, language in rows)
        n = len(rows)
        print(f"language, {name}: alone {share(alone, n)}; kept {share(kept, n)}; from an English conversation {share(switched, n)}")


def times(bench: Bench) -> None:
    """Own time a message, warm, each text new to the encoder's memory."""
    held = json.loads((SHARED / "utterances" / "intents.json").read_text(encoding="utf-8"))["test"]
    texts = [(text, language) for language, by_label in held.items() for texts in by_label.values() for text in texts]
    reader = bench.reader()
    bench.read(reader, "warm up", "en")
    spent = [_ms(bench, reader, f"{text} {number}é", language) for number, (text, language) in enumerate(texts)]
    cuts = quantiles(spent, n=20)
    print(f"own time a message: p50 {median(spent):.1f} ms, p95 {cuts[18]:.1f} ms, n={len(spent)}")


def _ms(bench: Bench, reader: BuiltInReader, text: str, language: str) -> float:
    begun = perf_counter()
    bench.read(reader, text, language)
    return (perf_counter() - begun) * 1e3


def main(argv: Iterable[str] = ()) -> None:
    if not (SHARED / "utterances" / "intents.json").exists():
        print("reading: the shared data is not here; nothing measured")
        return
    bench = Bench()
    later_lines(bench)
    print(f"reader {shipped().embedder}, {len(shipped().classes)} intents")
    languages()
    times(bench)
    if (SHARED / "bitext").exists():
        bitext(bench)
    intents_by_fold(bench)


if __name__ == "__main__":
    main()
