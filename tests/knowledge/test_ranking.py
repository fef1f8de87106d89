"""The order of passages: the few that are asked for are the first of the whole order, however many there are."""

import random

import numpy as np

from knowledge.document import Clause, ClauseId, DocumentId
from knowledge.ranking import over_copies


def a_clause(document: str, locale: str, number: int) -> Clause:
    name = f"{document}/{locale}/{number}"
    return Clause(id=ClauseId(name), document=DocumentId(document), locale=locale, title="", text=name, version="1")


def test_the_first_few_of_many_passages_are_those_of_the_whole_order() -> None:
    chance = random.Random(7)
    for _ in range(200):
        clauses: dict[str, list[Clause]] = {}
        for language in chance.sample(("en", "fr", "ja"), chance.randint(1, 3)):
            documents = [f"page-{chance.randint(1, 6)}" for _ in range(chance.randint(1, 12))]
            clauses[language] = [a_clause(document, language, n) for n, document in enumerate(documents)]
        scores = {
            language: np.array([chance.choice((0.0, 0.5, chance.uniform(-2, 2))) for _ in found], np.float32)
            for language, found in clauses.items()
        }
        whole = over_copies(clauses, scores, "fr")
        assert [one.score for one in whole] == sorted((one.score for one in whole), reverse=True)
        for k in (0, 1, 3, 50):
            assert over_copies(clauses, scores, "fr", k=k) == whole[:k]
