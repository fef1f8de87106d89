"""A hosted embedder, configured by itself: a chat key never implies one. Any endpoint that speaks OpenAI's /embeddings."""

from collections.abc import Sequence

import numpy as np
from langchain_openai import OpenAIEmbeddings
from pydantic import SecretStr

from knowledge.cleaning import clean
from knowledge.embedding import LONGEST, BuiltInEmbeddings, Vectors


class HostedEmbeddings:
    """Passages and questions by a hosted model; single sentences, spelling and nearness stay with the built-in encoder.

    model: e.g. `text-embedding-3-large`; dimension: asked of the model where it can shorten its vectors.
    timeout_s: for a question; the shelf then searches by words alone. Not measured here: run the probe before switching.
    """

    def __init__(
        self, model: str, *, base_url: str | None, api_key: str, dimension: int, built_in: BuiltInEmbeddings, timeout_s: float = 2.0
    ) -> None:
        self.id, self.dimension = f"{model}/{dimension}", dimension
        self._built_in = built_in
        self._client = OpenAIEmbeddings(
            model=model,
            dimensions=dimension,
            base_url=base_url,
            api_key=SecretStr(api_key),
            timeout=timeout_s,
            max_retries=0,
            check_embedding_ctx_length=False,  # else it fetches a tokenizer from the network
        )

    def query(self, text: str) -> Vectors:
        vector: Vectors = self._unit([self._client.embed_query(clean(text)[:LONGEST])])[0]
        return vector

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._unit(self._client.embed_documents([clean(text)[:LONGEST] for text in texts]))

    def sentence(self, text: str) -> Vectors:
        return self._built_in.sentence(text)

    def sentences(self, texts: Sequence[str]) -> Vectors:
        return self._built_in.sentences(texts)

    def is_word(self, word: str) -> bool:
        return self._built_in.is_word(word)

    def _unit(self, rows: list[list[float]]) -> Vectors:
        """Raises ValueError where the model's vectors are not of the dimension configured: they must not be stored."""
        vectors = np.asarray(rows, np.float32)
        if vectors.ndim != 2 or vectors.shape[1] != self.dimension:
            raise ValueError(f"{self.id!r} answered vectors of shape {vectors.shape}: set the dimension the model has")
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)
