"""Terms: the part of a brand's policy that a machine can decide by, each rule beside the words it came from.

A rule says something (its body) about some lines or orders (its scope), and stands on one clause (its source).
How rules are weighed against an order is not known here: `skills.order_editing` does that.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal, NewType, TypeAlias

from knowledge.document import ClauseId, DocumentId

RuleId = NewType("RuleId", str)


class ChangeKind(StrEnum):
    """What can be changed on an order (house.md 4)."""

    CANCEL_ORDER = "cancel_order"
    REMOVE_LINES = "remove_lines"
    SWAP_VARIANT = "swap_variant"
    SET_QUANTITY = "set_quantity"
    SET_ADDRESS = "set_address"


EDITS = frozenset({ChangeKind.REMOVE_LINES, ChangeKind.SWAP_VARIANT, ChangeKind.SET_QUANTITY, ChangeKind.SET_ADDRESS})
CANCELS = frozenset({ChangeKind.CANCEL_ORDER, ChangeKind.REMOVE_LINES})
EVERY_CHANGE = frozenset(ChangeKind)


class Stage(StrEnum):
    """How far an order has come, where a rule says "until"."""

    PREPARING = "preparing"
    """The warehouse has begun: picking, packing, in fulfilment."""
    SHIPPED = "shipped"
    """Handed to the carrier."""
    DELIVERED = "delivered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a rule stands: a rule without one cannot be approved (P-14)."""

    document: DocumentId
    clause: ClauseId
    quote: str
    """The exact words, a substring of the clause."""
    locale: str
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which orders and lines a rule speaks of. Empty: all.

    Product criteria are alternatives (a line matches if any of them hits); order criteria must each hit.
    Text is compared case-folded.
    """

    product_tags: frozenset[str] = frozenset()
    product_types: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()
    """Words or phrases looked for in product title and type."""
    vendors: frozenset[str] = frozenset()
    pre_order: bool = False
    personalised: bool = False
    final_sale: bool = False
    digital: bool = False
    gift_card: bool = False
    order_tags: frozenset[str] = frozenset()
    customer_tags: frozenset[str] = frozenset()
    shipping_methods: frozenset[str] = frozenset()
    """`express`, `standard`, `pick_up`, `local`, or words of the shipping line's title."""
    countries: frozenset[str] = frozenset()
    """ISO 3166-1 alpha-2; `*` with `not_countries` means everywhere else."""
    not_countries: frozenset[str] = frozenset()
    b2b: bool = False
    discounted: bool = False
    total_from: Decimal | None = None
    total_below: Decimal | None = None
    not_product: "Scope | None" = None
    """Lines matched by this scope are left out ("all items except ...")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOff:
    """A wall-clock hour after which a window is closed (P-02, P-20)."""

    at: time
    zone: str
    """IANA. The brand's zone where the words name none."""
    day: Literal["same_day", "next_day", "next_working_day"] = "same_day"
    """Which day's hour counts, from the day of placement in that zone; an order placed after `at` gets the next such hour."""
    working_days: bool = False
    """True: the hour falls only on Monday to Friday."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """These changes are possible this long. All bounds given must hold."""

    kind: Literal["window"] = "window"
    changes: frozenset[ChangeKind]
    within: timedelta | None = None
    """From placement (`Order.createdAt`)."""
    until: Stage | None = None
    cut_off: CutOff | None = None
    before_release: timedelta | None = None
    """Pre-orders: before the release date (the scheduled fulfilment date)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """These changes are possible, nothing said about how long."""

    kind: Literal["permit"] = "permit"
    changes: frozenset[ChangeKind]
    options: frozenset[str] = frozenset()
    """`size`, `colour`, `quantity_up`, `quantity_down`, `same_country`; empty: not restricted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """These changes are not possible for what the scope names. Beats every permission (P-16)."""

    kind: Literal["exclusion"] = "exclusion"
    changes: frozenset[ChangeKind]
    returns: bool = False
    """The words also exclude returns and exchanges."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestockingFee:
    kind: Literal["restocking_fee"] = "restocking_fee"
    percent: Decimal | None = None
    amount: Decimal | None = None
    currency: str | None = None
    cap: Decimal | None = None
    on: frozenset[Literal["cancel", "return"]] = frozenset({"cancel", "return"})
    after: Stage | None = None
    """Only once the order has come this far (e.g. "cancelled after packing")."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundTime:
    kind: Literal["refund_time"] = "refund_time"
    low: int
    high: int
    """Equal to `low` where the words give one figure: "within 3 working days"."""
    unit: Literal["days", "working_days", "weeks", "hours"] = "days"
    leg: Literal["issue", "bank", "total"] = "total"
    """Whether it is the shop's own time, the bank's, or not told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundMethod:
    kind: Literal["refund_method"] = "refund_method"
    methods: frozenset[Literal["original", "store_credit", "gift_card"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialShipment:
    kind: Literal["partial_shipment"] = "partial_shipment"
    open_lines: bool
    """True: lines that have not left can still be changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddItems:
    kind: Literal["add_items"] = "add_items"
    allowed: bool
    within: timedelta | None = None
    advice: Literal["new_order", "support", "none"] = "none"
    until: Stage | None = None
    """Items are added only while the order has not come this far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOffWhen:
    """The brand wants a person for these."""

    kind: Literal["hand_off"] = "hand_off"
    changes: frozenset[ChangeKind] = frozenset()
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnPeriod:
    kind: Literal["return_period"] = "return_period"
    within: timedelta
    """From delivery."""
    exchange: bool = False
    """True: the words speak of exchanges."""


Body: TypeAlias = (
    Window | Permit | Exclusion | RestockingFee | RefundTime | RefundMethod | PartialShipment | AddItems | HandOffWhen | ReturnPeriod
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule beside its sentence. An approved version is immutable."""

    id: RuleId
    source: Source
    body: Body
    scope: Scope = Scope()
    approved: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    stated: bool = False
    """True when a sidecar file stated or corrected it."""
    copies: tuple[Source, ...] = ()
    """The same rule in other language copies of its document: quote the one in the reader's locale (N-22)."""

    def source_in(self, locale: str) -> Source:
        """The words in `locale` where the brand wrote a copy, else the first ones (V-22)."""
        language = locale.split("-")[0]
        return next((source for source in (self.source, *self.copies) if source.locale.split("-")[0] == language), self.source)

    def is_live(self, now: datetime) -> bool:
        """Approved and within its dates. Anything else counts as missing text (F-14)."""
        return (
            self.approved and (self.valid_from is None or self.valid_from <= now) and (self.valid_until is None or now < self.valid_until)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUnderstood:
    """A policy sentence that sounds like a rule and could not be compiled. Listed for a person, never guessed."""

    source: Source
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All rules of one brand, drafts included; ask for the live ones."""

    rules: tuple[Rule, ...] = ()
    not_understood: tuple[NotUnderstood, ...] = ()
    zone: str = "UTC"
    """The brand's IANA zone."""
    currency: str = ""
    version: str = field(default="")
    """A short hash of rules and approvals: changes when what counts may have changed."""

    def live(self, now: datetime) -> tuple[Rule, ...]:
        """The rules that count at `now`."""
        return tuple(rule for rule in self.rules if rule.is_live(now))
