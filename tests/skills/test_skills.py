"""Each skill: what it owns, when it can work, and what it says beside order changes."""

from dataclasses import replace

import pytest

from knowledge.document import Citation, Clause, ClauseId, DocumentId
from skills.registry import SKILLS, skill_for
from skills.skill import Active, HandOff, Prerequisites, Reason, Unavailable
from tests.skills.making import line, order, outcome, situation, units

INTENTS = [
    "change_item",
    "change_quantity",
    "remove_item",
    "change_address",
    "cancel_order",
    "cancel_item",
    "add_item",
    "change_payment",
    "return_exchange",
    "order_status",
    "policy_question",
    "talk_to_human",
    "withdraw",
    "delivery_problem",
]


def test_every_wish_has_exactly_one_owner() -> None:
    assert sorted(intent for skill in SKILLS for intent in skill.owns) == sorted(INTENTS)
    assert skill_for("smalltalk") is None


@pytest.mark.parametrize(
    ("have", "missing"),
    [
        (Prerequisites(hub_active=False, shopify_connected=True), "hub"),
        (Prerequisites(hub_active=True, shopify_connected=False), "shopify"),
        (Prerequisites(hub_active=True, shopify_connected=True), None),
    ],
)
def test_order_editing_says_which_prerequisite_is_missing(have: Prerequisites, missing: str | None) -> None:
    skill = skill_for("cancel_order")
    assert skill is not None
    status = skill.status(have)
    assert (status.missing if isinstance(status, Unavailable) else None) == missing
    assert isinstance(status, Active) is (missing is None)


def test_a_person_is_there_at_once_for_who_asks() -> None:
    found = outcome("talk_to_human", None)
    assert isinstance(found, HandOff)
    assert (found.because, found.made, found.lines) == (Reason.WANTS_PERSON, True, ())


def test_a_damaged_parcel_goes_to_a_person_with_its_lines() -> None:
    found = outcome("delivery_problem", order(line("shirt", units())))
    assert isinstance(found, HandOff)
    assert (found.because, found.made, len(found.lines)) == (Reason.DELIVERY_PROBLEM, False, 1)


def test_a_policy_question_is_answered_with_clauses_or_said_to_be_missing() -> None:
    clause = Clause(id=ClauseId("c1"), document=DocumentId("d"), locale="en", title="Refunds", text="In three days.", version="1")
    skill = skill_for("policy_question")
    assert skill is not None
    asked = situation("policy_question", None)
    found = skill.decide(replace(asked, passages=(Citation(clause=clause, score=0.9, quote="In three days."),)))
    assert (found.kind, found.because, found.clauses) == ("explain", Reason.ANSWERED, ("c1",))
    missing = skill.decide(asked)
    assert (missing.because, missing.gap) == (Reason.POLICY_MISSING, "question")


@pytest.mark.parametrize(
    "wish", [intent for intent in INTENTS if intent not in ("policy_question", "talk_to_human", "withdraw", "add_item")]
)
def test_without_an_order_no_skill_guesses(wish: str) -> None:
    assert outcome(wish, None).kind == "hand_off"
