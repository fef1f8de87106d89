"""Chroma and the exact comparison give the same ids, a folder has one owner, and nothing comes from the network."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from knowledge.embedding import BuiltInEmbeddings
from knowledge.index.chroma import ChromaIndex, server_is_listening
from knowledge.index.exact import ExactIndex
from knowledge.index.lexical import Lexical, grams
from knowledge.index.port import Index, IndexFault, IndexInUse, Place
from knowledge.probe import open_shelf
from knowledge.vectors import Vector, VectorsInFile, VectorsInMemory, VectorStore, key_of
from tests.knowledge.conftest import some_policies

PLACE = Place(brand="north.bay & söhne", locale="fr", embedder="e5s-q4+use3/v1", dimension=32)


def some_vectors(n: int, seed: int = 1) -> Vector:
    vectors = np.random.default_rng(seed).normal(size=(n, 32)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@pytest.fixture(params=["exact", "memory", "folder"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Index]:
    made: Index = ExactIndex() if request.param == "exact" else ChromaIndex(tmp_path / "index" if request.param == "folder" else None)
    yield made
    made.close()


def test_the_nearest_come_first(index: Index) -> None:
    vectors, ids = some_vectors(50), [f"c{n}" for n in range(50)]
    index.put(PLACE, ids, vectors)
    exact = ExactIndex()
    exact.put(PLACE, ids, vectors)
    for question in some_vectors(5, seed=2):
        found, expected = index.nearest(PLACE, question, 10), exact.nearest(PLACE, question, 10)
        assert [hit.id for hit in found] == [hit.id for hit in expected]
        assert [hit.cosine for hit in found] == pytest.approx([hit.cosine for hit in expected], abs=1e-5)


def test_putting_again_replaces_everything(index: Index) -> None:
    index.put(PLACE, ["a", "b"], some_vectors(2))
    index.put(PLACE, ["b", "c", "d"], some_vectors(3, seed=3))
    assert {hit.id for hit in index.nearest(PLACE, some_vectors(1)[0], 99)} == {"b", "c", "d"}


def test_brands_languages_and_embedders_never_meet(index: Index) -> None:
    for n, place in enumerate((PLACE, replace(PLACE, brand="other"), replace(PLACE, locale="ja"), replace(PLACE, embedder="use3/v1"))):
        index.put(place, [f"only-{n}"], some_vectors(1))
    assert [hit.id for hit in index.nearest(PLACE, some_vectors(1)[0], 9)] == ["only-0"]


def test_a_collection_that_is_not_there_is_a_fault(index: Index) -> None:
    with pytest.raises(IndexFault):
        index.nearest(replace(PLACE, brand="nobody"), some_vectors(1)[0], 3)
    with pytest.raises(IndexFault):
        index.put(PLACE, ["a"], some_vectors(1)[:, :16])


def test_a_folder_has_one_owner_and_survives_a_restart(tmp_path: Path) -> None:
    first = ChromaIndex(tmp_path)
    first.put(PLACE, ["a", "b"], some_vectors(2))
    with pytest.raises(IndexInUse, match="own index directory"):
        ChromaIndex(tmp_path)
    first.close()
    second = ChromaIndex(tmp_path)
    second.put(PLACE, ["a", "b"], some_vectors(2))
    assert len(second.nearest(PLACE, some_vectors(1)[0], 9)) == 2
    second.close()


def test_throw_away_stores_of_one_process_keep_apart() -> None:
    one, other = ChromaIndex(), ChromaIndex()
    one.put(PLACE, ["a"], some_vectors(1))
    other.put(PLACE, ["b"], some_vectors(1))
    assert [hit.id for hit in one.nearest(PLACE, some_vectors(1)[0], 9)] == ["a"]
    one.close()
    assert [hit.id for hit in other.nearest(PLACE, some_vectors(1)[0], 9)] == ["b"]
    other.close()


async def test_a_shelf_over_chroma_answers_as_over_the_exact_comparison(built_in: BuiltInEmbeddings) -> None:
    chroma = ChromaIndex()
    vectors = VectorsInMemory()
    over_chroma = open_shelf(some_policies(("en", "fr", "ja")), built_in, chroma, vectors=vectors)
    over_exact = open_shelf(some_policies(("en", "fr", "ja")), built_in, ExactIndex(), vectors=vectors)
    for question, locale in (("cancel my order", "en"), ("laver un pull", "fr"), ("住所を変えたい", "ja")):
        one, other = await over_chroma.look_up(question, locale=locale), await over_exact.look_up(question, locale=locale)
        assert [found.clause.id for found in one] == [found.clause.id for found in other]
    chroma.close()


def test_no_chroma_server_is_taken_for_ours() -> None:
    assert not server_is_listening("http://127.0.0.1:9")


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> VectorStore:
    return VectorsInMemory() if request.param == "memory" else VectorsInFile(tmp_path)


def test_vectors_are_kept_by_embedder_and_text(store: VectorStore) -> None:
    keys = [key_of("one"), key_of("two")]
    vectors = some_vectors(2)
    store.save("use3/v1", dict(zip(keys, vectors, strict=True)))
    assert set(store.load("use3/v1", [*keys, key_of("three")])) == set(keys)
    assert np.allclose(store.load("use3/v1", keys)[keys[1]], vectors[1])
    assert store.load("other/v1", keys) == {}


def test_vectors_in_a_file_outlive_the_process_and_a_broken_file_is_empty(tmp_path: Path) -> None:
    VectorsInFile(tmp_path).save("use3/v1", {"k": some_vectors(1)[0]})
    assert set(VectorsInFile(tmp_path).load("use3/v1", ["k"])) == {"k"}
    next(tmp_path.glob("*.npz")).write_bytes(b"half a fi")
    assert VectorsInFile(tmp_path).load("use3/v1", ["k"]) == {}


async def test_a_second_publish_embeds_nothing(built_in: BuiltInEmbeddings) -> None:
    class Counting(VectorsInMemory):
        saved = 0

        def save(self, embedder: str, vectors: object) -> None:
            Counting.saved += len(vectors)  # type: ignore[arg-type]
            super().save(embedder, vectors)  # type: ignore[arg-type]

    store = Counting()
    open_shelf(some_policies(("en",)), built_in, ExactIndex(), vectors=store)
    before = Counting.saved
    open_shelf(some_policies(("en",)), built_in, ExactIndex(), vectors=store)
    assert before == Counting.saved > 0


def test_letters_find_codes_and_endings() -> None:
    lexical = Lexical(["Use code BLUEBIRD77 at checkout", "Orders can be cancelled", "送料は無料です"])
    assert int(lexical.scores("bluebird77").argmax()) == 0
    assert int(lexical.scores("cancelling").argmax()) == 1
    assert int(lexical.scores("送料").argmax()) == 2
    assert not lexical.scores("").any()


def test_pieces_keep_the_voicing_marks() -> None:
    assert "が" in set(grams("か\u3099"))
    assert "か" not in set(grams("が"))
    assert set(grams("ＣＯＤＥ")) == set(grams("code")) == set(grams("CÓDE"))
