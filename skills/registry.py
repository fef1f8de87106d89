"""Which skill answers which wish."""

from skills.handoff.skill import Handoff
from skills.order_editing.skill import OrderEditing
from skills.order_status.skill import OrderStatus
from skills.policy_questions.skill import PolicyQuestions
from skills.returns_exchanges.skill import ReturnsExchanges
from skills.skill import Skill

SKILLS: tuple[Skill, ...] = (OrderEditing(), ReturnsExchanges(), OrderStatus(), PolicyQuestions(), Handoff())

_OWNER: dict[str, Skill] = {intent: skill for skill in SKILLS for intent in skill.owns}


def skill_for(intent: str) -> Skill | None:
    """The skill that owns the intent; None for those the agent answers itself (`is_it_a_bot`, `smalltalk`, `abuse`, `other`)."""
    return _OWNER.get(intent)
