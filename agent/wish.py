"""What a shopper wants, as closed enums and search keys: the words every reader and every skill agree on."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Intent(StrEnum):
    CHANGE_ITEM = "change_item"
    CHANGE_QUANTITY = "change_quantity"
    REMOVE_ITEM = "remove_item"
    CHANGE_ADDRESS = "change_address"
    CANCEL_ORDER = "cancel_order"
    CANCEL_ITEM = "cancel_item"
    ADD_ITEM = "add_item"
    CHANGE_PAYMENT = "change_payment"
    RETURN_EXCHANGE = "return_exchange"
    ORDER_STATUS = "order_status"
    POLICY_QUESTION = "policy_question"
    TALK_TO_HUMAN = "talk_to_human"
    WITHDRAW = "withdraw"
    IS_IT_A_BOT = "is_it_a_bot"
    DELIVERY_PROBLEM = "delivery_problem"
    ABUSE = "abuse"
    SMALLTALK = "smalltalk"
    OTHER = "other"


SIGN_IN = "sign_in"
"""The wish of an outcome that speaks of nothing but signing in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    intent: Intent
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DesiredChange:
    """What the line should become, as search keys; matched against real variants in code."""

    option: Literal["size", "colour", "other"] | None = None
    value: str | None = None
    """As said, e.g. "XL", "navy"; ≤ 40 characters."""
    quantity: int | None = None
    """The new total wanted, if a number was said."""
    direction: Literal["up", "down"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRef:
    """Which order, as said. A search key among the shopper's own orders, never more."""

    kind: Literal["number", "last", "all", "product", "ordinal", "this"]
    value: str = ""
    """For number: digits and letters as typed without `#`; for product: the words; for ordinal: 1-based."""
    days_ago: int | None = None
    """With `last`: said to have been placed that many days ago ("the one from yesterday" is 1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRef:
    kind: Literal["words", "all", "ordinal", "other"]
    """`other`: "the other one", the lines not spoken of before."""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WishReading:
    """One thing wanted. `intents` best first; the first is taken where `sure`."""

    intents: tuple[Guess, ...]
    order_refs: tuple[OrderRef, ...] = ()
    line_refs: tuple[LineRef, ...] = ()
    change: DesiredChange | None = None
    sure: bool = True
    topics: tuple[str, ...] = ()
    """Words to search the policies with beside the message."""

    @property
    def intent(self) -> Intent:
        return self.intents[0].intent
