"""One brand's published policies, ready to be asked."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Protocol

import numpy as np

from knowledge.document import Citation, Clause, Document
from knowledge.index.exact import ExactIndex
from knowledge.index.lexical import Bm25, Lexical
from knowledge.index.port import Hit, Index, IndexFault, Place
from knowledge.question import Question, Words
from knowledge.quoting import FIGURE, asks_for_a_figure, holds_a_figure, quote, sentences
from knowledge.ranking import LETTERS, SHOP_WORDS, Layout, Ranked, Scores, over_copies, standard
from knowledge.terms import Terms
from knowledge.vectors import Vector, VectorsInMemory, VectorStore, key_of

OFF_TOPIC = 0.13
"""Where the best citation's score stays below, a question is hardly about a policy: ask back or decline softly, never block."""

WORDS_SHARED, WORDS_NOT_SHARED = 0.3, 0.05
"""What stands for the cosine while the encoder is down."""

PATIENCE_S = 1.0
"""The index answers in a millisecond; one that takes this long counts as down for the turn."""

SENTENCE_ENCODER = "use3/v1"

CANDIDATES = 400
"""Passages asked of the index for each language: all of them in an ordinary shop."""

log = logging.getLogger(__name__)


class Embedder(Protocol):
    """What the shelf asks of `embedding.BuiltInEmbeddings` or `embedding_hosted.HostedEmbeddings`."""

    id: str
    dimension: int

    def query(self, text: str) -> Vector: ...
    def passages(self, texts: Sequence[str]) -> Vector: ...
    def sentence(self, text: str) -> Vector: ...
    def sentences(self, texts: Sequence[str]) -> Vector: ...
    def is_word(self, word: str) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a look-up came to."""

    citations: tuple[Citation, ...]
    lexical_only: bool = False
    """The encoder did not answer: found by words alone. To be shown with the turn."""


@dataclass(frozen=True, slots=True)
class _Copy:
    """The passages of one language."""

    clauses: tuple[Clause, ...]
    letters: Lexical
    shop_words: Bm25
    place_of: Mapping[str, int]
    names: tuple[frozenset[str], ...]
    """For each passage the concepts it names."""
    said: tuple[tuple[frozenset[str], ...], ...]
    """For each passage the concepts of each of its sentences."""
    use: Vector | None = None
    """Shape (n, 512), by the sentence encoder: what tells nearness apart from rank. None until the passages are embedded."""
    quotes: tuple[Vector, ...] = ()
    """For each passage its sentences' vectors, shape (sentences, 512)."""


@dataclass(frozen=True, slots=True)
class _Stock:
    """Everything published, swapped whole."""

    copies: Mapping[str, _Copy] = field(default_factory=dict)
    words: Words = field(default_factory=Words)
    terms: Terms = field(default_factory=Terms)
    clauses: Mapping[str, Sequence[Clause]] = field(init=False)
    layout: Layout = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "clauses", {locale: copy.clauses for locale, copy in self.copies.items()})
        object.__setattr__(self, "layout", Layout(self.clauses))


class Shelf:
    """Implements `library.Library`. A hit of the index is only an id: words come from what was published, nothing else."""

    def __init__(self, brand: str, embedder: Embedder, index: Index, *, vectors: VectorStore | None = None) -> None:
        """index: a cache of ours to fill; vectors: where embedded passages are kept between starts."""
        self._brand = brand
        self._embedder = embedder
        self._index = index
        self._exact = ExactIndex()
        self._vectors = vectors or VectorsInMemory()
        self._stock = _Stock()
        self._waiting: Future[dict[str, tuple[Hit, ...]]] | None = None
        self._refilling: Future[None] | None = None
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=f"index-{brand}")
        self.lexical_only = False
        """Whether the last look-up had no encoder."""

    def publish(self, documents: Sequence[Document], terms: Terms) -> None:
        """Puts these on the shelf instead of what was there. Embeds what is new (25 to 400 passages a second): call it in a thread.

        An empty shelf answers by words alone until the passages are embedded.
        """
        by_locale: dict[str, list[Clause]] = {}
        for document in documents:
            by_locale.setdefault(document.locale, []).extend(document.clauses)
        words = Words({locale: map(_embedded, clauses) for locale, clauses in by_locale.items()}, self._embedder.is_word)
        copies = {locale: _copy(locale, tuple(clauses), words) for locale, clauses in by_locale.items() if clauses}
        if not self._stock.copies:
            self._stock = _Stock(copies, words, terms)
        self._stock = _Stock({locale: self._embedded_copy(locale, copy) for locale, copy in copies.items()}, words, terms)

    def terms(self) -> Terms:
        return self._stock.terms

    def restate(self, terms: Terms) -> None:
        """New terms over the same documents, after an approval."""
        self._stock = _Stock(self._stock.copies, self._stock.words, terms)

    def clause(self, id: str) -> Clause | None:
        """A published clause by id."""
        for copy in self._stock.copies.values():
            if id in copy.place_of:
                return copy.clauses[copy.place_of[id]]
        return None

    async def look_up(self, question: str, *, locale: str, k: int = 5, topics: Sequence[str] = ()) -> tuple[Citation, ...]:
        found = await self.find(question, locale=locale, k=k, topics=topics)
        self.lexical_only = found.lexical_only
        return found.citations

    async def find(self, question: str, *, locale: str, k: int = 5, topics: Sequence[str] = ()) -> Found:
        """As `look_up`, saying how it was found. Runs in a thread; raises nothing for a question."""
        return await asyncio.to_thread(self.find_now, question, locale=locale, k=k, topics=topics)

    def find_now(self, question: str, *, locale: str, k: int = 5, topics: Sequence[str] = ()) -> Found:
        """The same in this thread."""
        stock = self._stock
        if not stock.copies or not question.strip():
            return Found(citations=())
        asked = stock.words.question(question, locale, topics)
        embedded = all(copy.use is not None for copy in stock.copies.values())
        vectors = self._question_vectors(asked) if embedded else None
        meaning = {} if vectors is None else self._cosines(stock, vectors[0])
        scores = {name: self._score(copy, name, asked, meaning) for name, copy in stock.copies.items()}
        language = locale if locale in stock.copies else locale.split("-")[0]
        best = over_copies(stock.clauses, scores, language, k=max(0, k), layout=stock.layout)
        if not best:
            return Found(citations=())
        use = None if vectors is None else vectors[1]
        near = _answer_nearness(stock, best[0], asked, use)
        cited = (self._cited(stock, one, asked, use, near * _share(one, best[0])) for one in best)
        return Found(citations=tuple(cited), lexical_only=vectors is None)

    def _embedded_copy(self, locale: str, copy: _Copy) -> _Copy:
        texts = [_embedded(clause) for clause in copy.clauses]
        vectors = self._embed(self._embedder.id, texts, self._embedder.passages)
        split = [[clause.text[start:end] for start, end in sentences(clause.text)] for clause in copy.clauses]
        use = self._embed(SENTENCE_ENCODER, [*texts, *(sentence for each in split for sentence in each)], self._embedder.sentences)
        ends = np.cumsum([len(texts), *(len(each) for each in split)])
        place = self._place(locale)
        ids = [clause.id for clause in copy.clauses]
        self._exact.put(place, ids, vectors)
        try:
            self._index.put(place, ids, vectors)
        except IndexFault as fault:
            log.warning("the index could not be filled, comparing with every passage instead: %s", fault)
        quotes = tuple(use[start:end] for start, end in pairwise(ends.tolist()))
        return replace(copy, use=use[: len(texts)], quotes=quotes)

    def _embed(self, embedder: str, texts: Sequence[str], embed: "_Embed") -> Vector:
        keys = [key_of(text) for text in texts]
        known = dict(self._vectors.load(embedder, keys))
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if new:
            made = dict(zip(new, embed(list(new.values())), strict=True))
            self._vectors.save(embedder, made)
            known |= made
        return np.stack([known[key] for key in keys]).astype(np.float32)

    def _question_vectors(self, asked: Question) -> tuple[Vector, Vector] | None:
        """(for the index, by the sentence encoder); None where the embedder is down."""
        try:
            vector, use = self._embedder.query(asked.asked), self._embedder.sentence(asked.asked)
            if asked.mended != asked.asked:  # a wrong mend must not turn the question round, so both count
                vector = vector + self._embedder.query(asked.mended)
                vector = vector / max(float(np.linalg.norm(vector)), 1e-9)
                use = self._embedder.sentence(asked.mended)
        except Exception as fault:  # a hosted embedder can fail in any way; the shopper still gets an answer
            log.warning("the embedder did not answer, searching by words alone: %s", fault)
            return None
        return vector, use

    def _cosines(self, stock: _Stock, vector: Vector) -> dict[str, Scores]:
        places = {locale: self._place(locale) for locale in stock.copies}
        hits = self._nearest(places, vector)
        meaning: dict[str, Scores] = {}
        for locale, copy in stock.copies.items():
            cosines = np.full(len(copy.clauses), min((hit.cosine for hit in hits[locale]), default=0.0), np.float32)
            for hit in hits[locale]:
                if hit.id in copy.place_of:  # an id that is not published any more is dropped
                    cosines[copy.place_of[hit.id]] = hit.cosine
            meaning[locale] = cosines
        return meaning

    def _nearest(self, places: Mapping[str, Place], vector: Vector) -> dict[str, tuple[Hit, ...]]:
        if self._waiting is None or self._waiting.done():  # one that hangs is not asked again until it returns
            self._waiting = self._pool.submit(_ask, self._index, places, vector)
            try:
                return self._waiting.result(PATIENCE_S)
            except (IndexFault, TooSlow) as fault:
                log.warning("the index did not answer, comparing with every passage instead: %r", fault)
                if self._refilling is None or self._refilling.done():
                    self._refilling = self._pool.submit(self._refill, places)
        return _ask(self._exact, places, vector)

    def _refill(self, places: Mapping[str, Place]) -> None:
        """What the index has lost is put in again, behind the questions, from the vectors that are at hand (R11)."""
        for place in places.values():
            held = self._exact.held(place)
            try:
                if held is not None:
                    self._index.put(place, *held)
            except IndexFault as fault:
                log.warning("the index could not be filled again: %s", fault)

    def _score(self, copy: _Copy, locale: str, asked: Question, meaning: Mapping[str, Scores]) -> Scores:
        total = np.zeros(len(copy.clauses), np.float32)
        if locale in meaning:
            total = standard(meaning[locale], all_scores=np.concatenate(list(meaning.values())))
        if locale.split("-")[0] == asked.language:  # across languages shared letters mislead
            total = total + LETTERS * standard(copy.letters.scores(asked.mended))
        return total + SHOP_WORDS * standard(copy.shop_words.scores(dict.fromkeys(asked.concepts, 1.0)))

    def _cited(self, stock: _Stock, one: Ranked, asked: Question, use: Vector | None, score: float) -> Citation:
        copy = stock.copies[one.clause.locale]
        at = copy.place_of[one.clause.id]
        scores = np.array([0.1 * len(said & asked.concepts.keys()) for said in copy.said[at]], np.float32)
        if asks_for_a_figure(asked.asked):
            # "How long?" is answered by the sentence that says how long, even where another one is nearer in words.
            text = one.clause.text
            scores += np.array([FIGURE * holds_a_figure(text[start:end]) for start, end in sentences(text)], np.float32)
        nearness = None
        if use is not None and copy.use is not None:
            scores += copy.quotes[at] @ use
            nearness = float(copy.use[at] @ use)
        return Citation(clause=one.clause, score=score, quote=quote(one.clause.text, scores.tolist()), nearness=nearness)

    def _place(self, locale: str) -> Place:
        return Place(brand=self._brand, locale=locale, embedder=self._embedder.id, dimension=self._embedder.dimension)


class _Embed(Protocol):
    def __call__(self, texts: Sequence[str], /) -> Vector: ...


def _copy(locale: str, clauses: tuple[Clause, ...], words: Words) -> _Copy:
    """The passages by their words, not embedded yet."""
    texts = [clause.text for clause in clauses]
    named = [words.of_policy(clause.title, clause.text, locale) for clause in clauses]
    return _Copy(
        clauses,
        Lexical([_embedded(clause) for clause in clauses]),
        Bm25(named, b=0.3),
        {clause.id: n for n, clause in enumerate(clauses)},
        tuple(frozenset(each) for each in named),
        tuple(tuple(frozenset(words.of_policy("", text[start:end], locale)) for start, end in sentences(text)) for text in texts),
    )


def _answer_nearness(stock: _Stock, best: Ranked, asked: Question, use: Vector | None) -> float:
    """How surely the question is about a policy at all, on the scale of the encoder's cosine; below `OFF_TOPIC` it hardly is.

    The highest cosine to any passage, raised where the best one shares the question's shop words and lowered where it does not.
    """
    copy = stock.copies[best.clause.locale]
    shared = len(copy.names[copy.place_of[best.clause.id]] & asked.concepts.keys())
    if use is None:
        return WORDS_SHARED if shared else WORDS_NOT_SHARED
    highest = max(float((copy.use @ use).max()) for copy in stock.copies.values() if copy.use is not None)
    return highest + (0.03 * min(shared, 3) if shared else -0.08)


def _share(one: Ranked, best: Ranked) -> float:
    """1 for the best, less for the others, 0 for one no better than the average passage."""
    return min(1.0, max(0.0, one.score / best.score)) if best.score > 0 else float(one is best)


def _ask(index: Index, places: Mapping[str, Place], vector: Vector) -> dict[str, tuple[Hit, ...]]:
    return {locale: index.nearest(place, vector, CANDIDATES) for locale, place in places.items()}


def _embedded(clause: Clause) -> str:
    """Title and text together: without the title a tenth of the right answers is lost."""
    return f"{clause.title}. {clause.text}"
