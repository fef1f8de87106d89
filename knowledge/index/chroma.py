"""Chroma inside our own process: the vector store a brand's policies are found in.

Embedded only: its server has a remote code execution before any sign-in (CVE-2026-45829).
"""

import contextlib
import fcntl
import hashlib
import os
import re
import threading
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import chromadb
import httpx
import numpy as np
from chromadb.api import ClientAPI
from chromadb.config import Settings

from knowledge.index.port import Hit, IndexFault, IndexInUse, Place
from knowledge.vectors import Vector

BATCH = 1_000
"""A single upsert costs 10 to 45 ms for its fsync."""


class ChromaIndex:
    """One collection for each place, explicit vectors, nothing read back but ids.

    folder: owned by this process for life (`.owner` is locked); None keeps everything in memory and throws it away.
    Raises IndexInUse where another process owns the folder: no error would show, and most vectors would be lost.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._owner = _own(folder) if folder else None
        # In-memory clients of one process share their collections; the prefix keeps throw-away stores apart.
        self._prefix = "" if folder else f"t{uuid.uuid4().hex[:12]}."
        settings = Settings(anonymized_telemetry=False)
        self._client: ClientAPI = (
            chromadb.PersistentClient(str(folder), settings=settings) if folder else chromadb.EphemeralClient(settings=settings)
        )
        self._lock = threading.Lock()
        self._open: dict[Place, tuple[Any, int]] = {}

    def put(self, place: Place, ids: Sequence[str], vectors: Vector) -> None:
        if vectors.shape != (len(ids), place.dimension):
            raise IndexFault(f"{place.embedder!r} makes vectors of {place.dimension}, these have shape {vectors.shape}")
        content = _fingerprint(ids, vectors)
        with self._lock, _faults():
            found = self._find(place)
            if found is not None and (found.metadata or {}).get("content") == content and found.count() == len(ids):
                self._open[place] = (found, len(ids))
                return
            if found is not None:
                self._client.delete_collection(found.name)
            self._open.pop(place, None)
            mark = {"embedder": place.embedder, "dim": place.dimension}
            made = self._client.create_collection(
                self._name(place), embedding_function=None, metadata=mark, configuration={"hnsw": {"space": "cosine"}}
            )
            for start in range(0, len(ids), BATCH):
                made.upsert(ids=list(ids[start : start + BATCH]), embeddings=vectors[start : start + BATCH])
            # Written last: a collection that was cut off half-way has no mark and is made again.
            made.modify(metadata={**mark, "content": content})
            self._open[place] = (made, len(ids))

    def nearest(self, place: Place, vector: Vector, n: int) -> tuple[Hit, ...]:
        with _faults():
            if place not in self._open:
                raise IndexFault(f"no collection for {place!r}")
            collection, size = self._open[place]
            if not size:
                return ()
            answer = collection.query(query_embeddings=[vector], n_results=min(n, size), include=["distances"])
            pairs = zip(answer["ids"][0], (answer["distances"] or [[]])[0], strict=True)
            return tuple(Hit(id=id, cosine=1 - float(distance)) for id, distance in pairs)

    def close(self) -> None:
        """Lets go of the folder; in memory, throws the collections away."""
        self._open.clear()
        if self._prefix:
            with contextlib.suppress(Exception):  # nothing is lost that was to be kept
                for collection in self._client.list_collections():
                    if collection.name.startswith(self._prefix):
                        self._client.delete_collection(collection.name)
        if close := getattr(self._client, "close", None):  # the interface does not name it, the client has it
            close()
        if self._owner:
            self._owner.close()
            self._owner = None

    def _find(self, place: Place) -> Any | None:
        try:
            found = self._client.get_collection(self._name(place), embedding_function=None)
        except (chromadb.errors.NotFoundError, ValueError):
            return None
        # Two models of equal dimension raise nothing in Chroma, so we compare.
        mark = found.metadata or {}
        if mark.get("embedder") != place.embedder or mark.get("dim") != place.dimension:
            self._client.delete_collection(found.name)
            return None
        return found

    def _name(self, place: Place) -> str:
        """3 to 512 of `[a-zA-Z0-9._-]`, alphanumeric at both ends."""
        parts = (place.brand, place.locale, place.embedder)
        plain = ".".join(re.sub(r"[^a-zA-Z0-9_]+", "-", part).strip("-_") or "x" for part in parts)[:200]
        return f"{self._prefix}{plain}.{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:8]}"


def server_is_listening(address: str = "http://127.0.0.1:8000") -> bool:
    """Whether a Chroma server answers there. None may: see CVE-2026-45829."""
    try:
        return "heartbeat" in httpx.get(f"{address}/api/v2/heartbeat", timeout=0.5).text
    except httpx.HTTPError:
        return False


def _own(folder: Path) -> IO[str]:
    folder.mkdir(parents=True, exist_ok=True)
    file = (folder / ".owner").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        raise IndexInUse(f"another process owns {str(folder)!r}: give this one its own index directory") from error
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def _fingerprint(ids: Sequence[str], vectors: Vector) -> str:
    digest = hashlib.sha256("\0".join(ids).encode())
    digest.update(np.ascontiguousarray(vectors, np.float32).tobytes())
    return digest.hexdigest()[:32]


@contextlib.contextmanager
def _faults() -> Iterator[None]:
    """Chroma raises errors of many libraries; the library above needs to know only that the index is down."""
    try:
        yield
    except IndexFault:
        raise
    except Exception as error:
        raise IndexFault(f"{type(error).__name__}: {error}") from error
