"""Keeps the vectors of passages, so that a start or a re-import embeds only words that are new."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]


def key_of(text: str) -> str:
    """The name a text's vector is kept under."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


class VectorStore(Protocol):
    """Vectors by embedder and text. A cache: what it loses is embedded again."""

    def load(self, embedder: str, keys: Sequence[str]) -> Mapping[str, Vector]:
        """Those of the keys that are known."""
        ...

    def save(self, embedder: str, vectors: Mapping[str, Vector]) -> None: ...


class VectorsInMemory:
    """For throw-away stores and tests."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], Vector] = {}

    def load(self, embedder: str, keys: Sequence[str]) -> Mapping[str, Vector]:
        return {key: self._kept[embedder, key] for key in keys if (embedder, key) in self._kept}

    def save(self, embedder: str, vectors: Mapping[str, Vector]) -> None:
        self._kept.update({(embedder, key): vector for key, vector in vectors.items()})


class VectorsInFile:
    """One file an embedder in a folder, replaced whole at each save. For one process; a broken file counts as empty."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: dict[str, dict[str, Vector]] = {}

    def load(self, embedder: str, keys: Sequence[str]) -> Mapping[str, Vector]:
        known = self._of(embedder)
        return {key: known[key] for key in keys if key in known}

    def save(self, embedder: str, vectors: Mapping[str, Vector]) -> None:
        if not vectors:
            return
        known = self._of(embedder)
        known.update(vectors)
        self._folder.mkdir(parents=True, exist_ok=True)
        new = self._path(embedder).with_suffix(f".{os.getpid()}.new")  # another worker may be writing its own
        with new.open("wb") as file:
            np.savez(file, keys=np.array(list(known)), vectors=np.stack(list(known.values())).astype(np.float32))
        new.replace(self._path(embedder))

    def _of(self, embedder: str) -> dict[str, Vector]:
        if embedder not in self._kept:
            try:
                with np.load(self._path(embedder), allow_pickle=False) as file:
                    self._kept[embedder] = dict(zip(file["keys"].tolist(), file["vectors"], strict=True))
            except (OSError, ValueError, KeyError, EOFError):
                self._kept[embedder] = {}
        return self._kept[embedder]

    def _path(self, embedder: str) -> Path:
        return self._folder / ("".join(c if c.isalnum() else "-" for c in embedder) + ".npz")
