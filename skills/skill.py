"""What every skill looks like: what it may see, what it concludes, and whether it can work at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol, TypeAlias

from identity.levels import Shopper
from knowledge.brand import Brand
from knowledge.document import Citation, ClauseId
from knowledge.terms import ChangeKind, Rule, Terms
from shop.order import LineId, LineState, Order, VariantId


class Reason(StrEnum):
    """Why. The vocabulary of house.md 4, the same in code, records, world files and evals."""

    # may
    WITHIN_WINDOW = "within_window"
    NO_WINDOW_SET = "no_window_set"
    GOODWILL = "goodwill"
    ASKS_WAREHOUSE = "asks_warehouse"
    NOT_SHIPPED_YET = "not_shipped_yet"
    # state
    ALREADY_SHIPPED = "already_shipped"
    ALREADY_DELIVERED = "already_delivered"
    ALREADY_CANCELLED = "already_cancelled"
    ALREADY_ASKED = "already_asked"
    CANCELLATION_REJECTED = "cancellation_rejected"
    BEING_PACKED = "being_packed"
    ON_HOLD = "on_hold"
    READY_FOR_PICKUP = "ready_for_pickup"
    DIGITAL = "digital"
    GIFT_CARD = "gift_card"
    TOO_OLD = "too_old"
    UNUSUAL_ORDER = "unusual_order"
    STATE_UNKNOWN = "state_unknown"
    # policy
    WINDOW_CLOSED = "window_closed"
    EXCLUDED = "excluded"
    CHANGE_OFF = "change_off"
    NOT_ON_EXISTING_ORDER = "not_on_existing_order"
    PAYMENT_FIXED = "payment_fixed"
    POLICY_MISSING = "policy_missing"
    POLICY_CONFLICT = "policy_conflict"
    FACT_UNREADABLE = "fact_unreadable"
    RIGHT_OF_WITHDRAWAL = "right_of_withdrawal"
    # around
    NOT_SIGNED_IN = "not_signed_in"
    SEVERAL_ORDERS = "several_orders"
    NO_ORDERS = "no_orders"
    ORDER_NOT_FOUND = "order_not_found"
    SHOP_UNREACHABLE = "shop_unreachable"
    HUB_UNAVAILABLE = "hub_unavailable"
    SKILL_UNAVAILABLE = "skill_unavailable"
    WANTS_PERSON = "wants_person"
    DELIVERY_PROBLEM = "delivery_problem"
    WANTS_ALL_LINES = "wants_all_lines"
    OUT_OF_SCOPE = "out_of_scope"
    UNCLEAR = "unclear"
    UNREADABLE_MEDIA = "unreadable_media"
    """Pictures, voice notes and the like came without a word: they are not opened here (C7)."""
    ABUSE = "abuse"
    ANSWERED = "answered"
    """Beyond the page's list: a question that was answered as asked, with nothing in the way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A wish about an order's content, resolved against real lines."""

    kind: ChangeKind
    lines: tuple[LineId, ...] = ()
    """The lines meant; empty: all that are on the order (whole-order wishes, or nothing named)."""
    variant: VariantId | None = None
    quantity: int | None = None
    """The new total wanted."""
    increases: bool = False
    """A quantity that goes up (F-02)."""
    option: str | None = None
    """`size` or `colour`, where one was named."""
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Units of a line in one state, for showing a line that is split."""

    state: LineState
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineVerdict:
    """What may be done with one line, by which rule, until when (N-05)."""

    line: LineId
    title: str
    variant: str | None
    state: LineState
    """Of the units the verdict speaks for: the ones that may change, else the ones that stand in the way."""
    allowed: bool
    reason: Reason
    quantity: int
    """How many units the verdict covers; with `allowed`, never more than are still to ship."""
    until: datetime | None = None
    """Aware. The deadline instant itself is outside (P-20)."""
    closed_at: datetime | None = None
    """For window_closed: when it closed."""
    clauses: tuple[ClauseId, ...] = ()
    rule: str | None = None
    parts: tuple[Part, ...] = ()
    """All units of the line by state."""
    since: datetime | None = None
    """When it shipped, was delivered, or was asked."""
    named: bool = True
    """Whether the wish spoke of this line; others are shown for completeness."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeBase:
    """What a turn came to for one wish."""

    wish: str
    """The intent's name."""
    because: Reason
    order: str | None = None
    """gid."""
    order_name: str | None = None
    lines: tuple[LineVerdict, ...] = ()
    clauses: tuple[ClauseId, ...] = ()
    """Clauses the answer stands on, beside the lines' own."""
    rules: tuple[str, ...] = ()
    """Rule ids weighed into the verdict."""
    withdrawal: bool = False
    """Add the withdrawal route (F-05)."""
    gap: str | None = None
    """The policy topic on which no approved rule was found (F-13)."""
    change: Change | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(OutcomeBase):
    """The shopper may do this now, in the Hub."""

    kind: Literal["offer"] = "offer"
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse(OutcomeBase):
    kind: Literal["refuse"] = "refuse"


SignInStep: TypeAlias = Literal["invite", "ask_contact", "code_sent", "code_wrong", "code_spent", "no_code"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInFirst(OutcomeBase):
    """Order data waits for a proof. The same bytes whatever number, contact or customer was named (4.3)."""

    kind: Literal["sign_in"] = "sign_in"
    step: SignInStep = "invite"
    """`invite`: sign in, or have a code sent. `ask_contact`: which address? `code_sent`: if it is on file, a code is on its way.
    `code_wrong`: not that one, try again. `code_spent`: too many tries; the account page and a person stay open. `no_code`: six digits
    came, and no code is awaited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choose(OutcomeBase):
    """One question. `options` are (id, label); labels are facts (order names, titles) or intents to be worded."""

    kind: Literal["choose"] = "choose"
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect(OutcomeBase):
    """Somewhere else is right: returns, or the withdrawal page."""

    kind: Literal["redirect"] = "redirect"
    to: Literal["returns", "withdrawal"] = "returns"


@dataclass(frozen=True, slots=True, kw_only=True)
class Explain(OutcomeBase):
    kind: Literal["explain"] = "explain"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff(OutcomeBase):
    """A person is needed. `made`: at once, because the shopper asked for a person or the channel announces (e-mail)."""

    kind: Literal["hand_off"] = "hand_off"
    made: bool = False


Outcome: TypeAlias = Offer | Refuse | SignInFirst | Choose | Redirect | Explain | HandOff


@dataclass(frozen=True, slots=True, kw_only=True)
class Active:
    kind: Literal["active"] = "active"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unavailable:
    """Says which prerequisite is missing and how to mend it (003-35)."""

    kind: Literal["unavailable"] = "unavailable"
    missing: str
    """`hub` or `shopify`, or `channel`."""
    mend: str


Status: TypeAlias = Active | Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Prerequisites:
    """What the assembly knows about the brand's connections."""

    hub_active: bool
    shopify_connected: bool
    handoff_ready: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """All a skill may see about one wish. Pure facts; a skill reads nothing itself."""

    wish: str
    """Intent name."""
    order: Order | None
    """The resolved order; None where the wish needs none."""
    change: Change | None
    terms: Terms
    brand: Brand
    shopper: Shopper
    channel: str
    passages: Sequence[Citation] = ()
    hub_available: bool = True
    now: datetime
    eu: bool | None = None
    """Whether the shopper is an EU/EEA consumer; None: unknown."""


class Skill(Protocol):
    """One room under skills/. `owns` are the intents it answers."""

    name: str
    owns: frozenset[str]

    def status(self, have: Prerequisites) -> Status: ...

    def decide(self, situation: Situation) -> Outcome:
        """Pure and total: raises nothing; what cannot be judged is a HandOff that says so."""
        ...


def live_rules(terms: Terms, now: datetime) -> tuple[Rule, ...]:
    """The rules that count now; drafts, expired and merely similar text count as missing (F-14)."""
    return terms.live(now)
