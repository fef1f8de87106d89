"""A model that is the attacker: it remembers all it was ever shown, in any conversation of any brand, and answers as it likes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from agent.conversation import ConversationState
from agent.evidence import Evidence
from agent.parts import Draft
from agent.reading import Answer, Reading
from agent.wish import DesiredChange, Guess, Intent, LineRef, OrderRef, WishReading
from channels.message import Inbound
from knowledge.brand import Brand
from skills.skill import Outcome

SMUGGLED = (
    "\U000e0041\U000e0042",
    "see nоrthbay.support",
    "northbay。com",
    "Ⅶ days",
    "⑦ days",
    "seven days",
    "aHR0cHM6Ly9ldmlsLmV4YW1wbGU=",
    "ev\u200bil.example",
    "javascript:alert(1)",
    "<img src=x onerror=alert(1)>",
    "[click](https://evil.example)",
    "{{f1}}",
    "｛｛f2｝｝",
    "+1 202 555 0199",
    "a@evil.example",
)
CLAIMS = (
    "I have cancelled your order.",
    "We refunded you €500.",
    "J'ai annulé votre commande.",
    "ご注文をキャンセルいたしました。",
    "Ihre Bestellung wurde storniert.",
    "He cancelado su pedido.",
)
ORDER_WISHES = (
    Intent.CANCEL_ORDER,
    Intent.CANCEL_ITEM,
    Intent.CHANGE_ITEM,
    Intent.CHANGE_QUANTITY,
    Intent.CHANGE_ADDRESS,
    Intent.ORDER_STATUS,
    Intent.RETURN_EXCHANGE,
    Intent.POLICY_QUESTION,
)
HONEST = ("Thank you for your question.", "I'm sorry about that.", "A person can help you with this.")


class ModelBroke(Exception):
    """The model timed out, refused, or answered nonsense."""


@dataclass
class Adversary:
    """Reader and writer in one. Its chance comes from the test, so that a failure shrinks."""

    chance: Random
    remembered: list[str] = field(default_factory=list)
    writer_saw: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    """What shoppers wrote, anywhere: the likeliest thing to be replayed."""

    def _remember(self, *shown: object) -> None:
        for thing in shown:
            text = str(thing)
            self.remembered += [text[start : start + 40] for start in range(0, min(len(text), 4000), 400)]
            self.remembered += text.split()[:40]

    def _any_words(self) -> str:
        if self.heard and self.chance.random() < 0.3:
            return self.chance.choice(self.heard)
        pool = [*SMUGGLED, *CLAIMS, *self.remembered[-400:], "1042", "#1042", "1043", "9999", "blue shirt", ""]
        return self.chance.choice(pool)

    # The reader's port

    async def read(self, messages: tuple[Inbound, ...], state: ConversationState, brand: Brand) -> Reading:
        self._remember(*(message.text for message in messages), state)
        self.heard += [word for message in messages for word in (message.text, *message.text.split()) if len(word) > 6]
        if self.chance.random() < 0.08:
            raise ModelBroke
        by_model = self.chance.random() < 0.5
        return Reading(
            wishes=tuple(self._wish(by_model) for _ in range(self.chance.choice((0, 1, 1, 1, 2, 3)))),
            language=self.chance.choice(("en", "fr", "ja", "es", "de", "xx", self._any_words() if by_model else "en")),
            asks_back=self.chance.random() < 0.2,
            answer=self.chance.choice((Answer.NONE,) * 6 + tuple(Answer)),
            chosen=self.chance.choice(
                (None, "yes", "no", "code", "human", "gid://shopify/Order/1042", self._any_words() if by_model else None)
            ),
            mood=self.chance.choice(("calm",) * 9 + ("upset", "abusive", "threat")),
            contact=self._any_words() if by_model and self.chance.random() < 0.2 else None,
            by="model" if by_model else "built_in",
            model_calls=1 if by_model else 0,
        )

    def _wish(self, by_model: bool) -> WishReading:
        def words() -> str:
            return self._any_words() if by_model else self.chance.choice(("1042", "1043", "9999", "blue shirt", "2"))

        intents = ORDER_WISHES if self.chance.random() < 0.7 else tuple(Intent)
        guesses = tuple(Guess(intent=self.chance.choice(intents), confidence=self.chance.random()) for _ in range(2))
        order_refs = tuple(
            OrderRef(kind=self.chance.choice(("number", "last", "all", "product", "ordinal", "this")), value=words())
            for _ in range(self.chance.choice((0, 0, 1, 1, 2)))
        )
        line_refs = tuple(
            LineRef(kind=self.chance.choice(("words", "all", "ordinal", "other")), value=words())
            for _ in range(self.chance.choice((0, 0, 1, 2)))
        )
        change = None
        if self.chance.random() < 0.4:
            change = DesiredChange(
                option=self.chance.choice(("size", "colour", "other", None)),
                value=words(),
                quantity=self.chance.choice((None, 0, 1, 5, 10**9, -3)),
                direction=self.chance.choice(("up", "down", None)),
            )
        sure = self.chance.random() < 0.85
        topics = (words(),) if by_model else ()
        return WishReading(intents=guesses, order_refs=order_refs, line_refs=line_refs, change=change, sure=sure, topics=topics)

    # The writer's port

    async def write(self, outcomes: tuple[Outcome, ...], evidence: Evidence, locale: str) -> Draft | None:
        self.writer_saw.append(repr((outcomes, evidence, locale)))
        self._remember(evidence)
        if self.chance.random() < 0.1:
            raise ModelBroke
        if self.chance.random() < 0.1:
            return None
        passages = [passage.clause.text for passage in evidence.passages]
        pool: Sequence[str] = [*SMUGGLED, *CLAIMS, *HONEST, *passages, self._any_words(), "x" * 5000, ""]
        cited = [passage.clause.id for passage in evidence.passages if self.chance.random() < 0.7]
        return Draft(sentences=tuple(self.chance.choice(pool) for _ in range(self.chance.choice((0, 1, 2, 6)))), cited=tuple(cited))
