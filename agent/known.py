"""All that one decision may look at, and the skill that decides with it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from agent.conversation import ConversationState
from agent.evidence import Evidence
from agent.general_policy import answering
from agent.reading import Reading
from agent.resolve import change_of
from agent.wish import WishReading
from channels.message import Channel, Signal
from identity.levels import Shopper
from shop.order import Order, OrderLine
from skills.skill import HandOff, Outcome, Reason, Situation, Skill
from skills.withdrawal import EEA

SkillFor = Callable[[str], Skill | None]
"""The skill that owns an intent, by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One turn as its decision sees it."""

    reading: Reading
    shopper: Shopper
    evidence: Evidence
    now: datetime
    state: ConversationState
    signal: Signal
    skill_for: SkillFor

    @property
    def by_mail(self) -> bool:
        return self.evidence.channel == Channel.EMAIL


def in_the_eea(country: str | None) -> bool | None:
    """Whether a country outside any order says EU consumer; None where none is known (L-05). A language never says it."""
    return country.upper() in EEA if country else None


def by_skill(wish: WishReading, order: Order | None, lines: tuple[OrderLine, ...], case: Known) -> Outcome:
    skill = case.skill_for(wish.intent.value)
    if skill is None:
        return HandOff(wish=wish.intent, because=Reason.SKILL_UNAVAILABLE)
    evidence = case.evidence
    return skill.decide(
        Situation(
            wish=wish.intent.value,
            order=order,
            change=change_of(wish, lines, order) if order is not None else None,
            terms=evidence.terms,
            brand=evidence.brand,
            shopper=case.shopper,
            channel=evidence.channel,
            passages=answering(evidence),
            hub_available=evidence.hub_available,
            now=case.now,
            eu=in_the_eea(evidence.customer_country),
        )
    )
