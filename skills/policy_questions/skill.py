"""A question about the brand's promises, answered with the brand's own words or not at all."""

from skills.conclude import common
from skills.skill import Active, Explain, Outcome, Prerequisites, Reason, Situation, Status

QUESTION_GAP = "question"
MOST = 3
"""More than three quoted passages are no answer."""


class PolicyQuestions:
    """Owns policy questions; needs no sign-in, no order and no Hub (product.md 4.2)."""

    name = "policy_questions"
    owns = frozenset({"policy_question"})

    def status(self, have: Prerequisites) -> Status:
        return Active()

    def decide(self, situation: Situation) -> Outcome:
        """Pure and total. The passages handed in are those near enough to be an answer: what is merely similar is missing (F-14)."""
        base = common(situation)
        base["order"] = base["order_name"] = None
        clauses = tuple(dict.fromkeys(passage.clause.id for passage in situation.passages))[:MOST]
        if clauses:
            return Explain(because=Reason.ANSWERED, clauses=clauses, **base)
        base["gap"] = QUESTION_GAP
        return Explain(because=Reason.POLICY_MISSING, **base)
