"""What the house may change at the shop. Only the Hub and the desk may import this (house.md 2): the agent cannot say a change.

Every change follows one pattern: look, change, and if the answer was lost look again; never repeat blindly (facts.md 6, retry rule).

ShopError
├── ShopUnavailable   nothing was changed: the call did not reach the shop, or only staged something
├── ShopRejected      our request was wrong: a developer must look
├── Refused           the shop's own "no", with its words: nothing was changed
└── Unconfirmed       the call was cut off: it may have been carried out. `look_up` says how to find out
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType, Protocol

from shop.order import Address, CustomerId, Financial, LineId, Money, OrderId, VariantId
from shop.reading import ReadMeter, ShopError

EditId = NewType("EditId", str)
"""A calculated order: an edit nobody sees until it is committed."""
JobId = NewType("JobId", str)
RefundId = NewType("RefundId", str)
ReturnId = NewType("ReturnId", str)
PaymentId = NewType("PaymentId", str)
"""The transaction a refund goes back to."""
WarehouseId = NewType("WarehouseId", str)
"""A fulfilment order: the units of an order that one place ships."""
HoldId = NewType("HoldId", str)
ParcelLineId = NewType("ParcelLineId", str)
"""Units of a line in a parcel that has left."""
ReasonId = NewType("ReasonId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class UserError:
    """Shopify's words, for the record; shoppers read our own."""

    message: str
    field: tuple[str, ...] = ()
    code: str | None = None


class Refused(ShopError):
    """The shop said no. Nothing was changed."""

    def __init__(self, operation: str, errors: Sequence[UserError]) -> None:
        self.operation, self.errors = operation, tuple(errors)
        super().__init__(f"{operation}: {'; '.join(error.message for error in errors)}")


class LookUp(StrEnum):
    """How to learn what became of a call that was cut off."""

    STANDING = "standing"
    """Read `WriteShop.standing` and compare with what was there before the call."""
    SAME_KEY = "same_key"
    """Ask again with the same key: what was done is told, not done again."""


class Unconfirmed(ShopError):
    """The call was sent and its answer lost. The change may have been made: look it up before anything else is done."""

    def __init__(self, operation: str, look_up: LookUp, why: str) -> None:
        self.operation, self.look_up = operation, look_up
        super().__init__(f"{operation} is unconfirmed: {why}")


# Editing lines: a session is staged, reviewed, committed.


@dataclass(frozen=True, slots=True, kw_only=True)
class SetQuantity:
    """The new total of a line; 0 takes it off. Not below what has shipped or a warehouse has accepted."""

    line: LineId
    quantity: int
    restock: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AddVariant:
    """A new line. `off`: a discount on each unit, to keep a price that was agreed."""

    variant: VariantId
    quantity: int
    off: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedLine:
    """A line of an edit as it would be."""

    title: str
    variant_title: str | None
    variant: VariantId | None
    quantity: int
    unit_price: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedEdit:
    """What the order would come to. Nobody sees it; left alone it has no effect."""

    id: EditId
    total: Money
    balance: Money
    """What would be owed: above zero by the shopper, below zero to the shopper."""
    lines: tuple[StagedLine, ...]
    """The lines that were changed or added."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommittedEdit:
    """The order as it is now. Money has not moved: a balance below zero is refunded, one above zero is paid at `payment_url`."""

    order: OrderId
    balance: Money
    payment_url: str | None
    messages: tuple[str, ...]


# Giving money back: the shop suggests, the brand's fee is taken off, the plan never exceeds what is refundable.


class RefundMethod(StrEnum):
    ORIGINAL = "original"
    STORE_CREDIT = "store_credit"


class Restock(StrEnum):
    """CANCEL for units that did not ship, RETURN for such as did (the shop wants to know where: not offered here)."""

    CANCEL = "CANCEL"
    NO_RESTOCK = "NO_RESTOCK"


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundLine:
    line: LineId
    quantity: int
    restock: Restock = Restock.CANCEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment money can go back to, and how much of it is left."""

    id: PaymentId
    gateway: str
    maximum: Decimal
    label: str | None = None
    """As the shopper knows it, e.g. the last digits of a card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """What the shop would refund for these lines, and what it could refund at most. `balance`: what the order owes now."""

    order: OrderId
    amount: Money
    maximum: Money
    balance: Money
    shipping: Money
    lines: tuple[RefundLine, ...]
    method: RefundMethod
    payments: tuple[Payment, ...]

    @property
    def overpaid(self) -> Money:
        """What an edit left to be given back; zero when nothing is."""
        return Money(amount=max(Decimal(0), min(-self.balance.amount, self.maximum.amount)), currency=self.balance.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundPlan:
    """One refund, ready to be asked for. Made by `plan_refund` alone."""

    order: OrderId
    amount: Money
    lines: tuple[RefundLine, ...]
    shipping: Money
    shares: tuple[tuple[Payment, Decimal], ...]
    """Empty for store credit."""


def plan_refund(suggestion: Suggestion, amount: Money) -> RefundPlan:
    """`amount` spread over the payments, the oldest first. Raises ValueError beyond what is refundable, or for nothing at all."""
    if amount.currency != suggestion.maximum.currency:
        raise ValueError(f"a refund in {amount.currency} of an order in {suggestion.maximum.currency}")
    if not 0 < amount.amount <= suggestion.maximum.amount:
        raise ValueError(f"a refund of {amount.amount} where {suggestion.maximum.amount} is refundable")
    shares, left = [], amount.amount
    if suggestion.method is RefundMethod.ORIGINAL:
        for payment in suggestion.payments:
            share = min(left, payment.maximum)
            if share > 0:
                shares.append((payment, share))
                left -= share
        if left:
            raise ValueError(f"{left} {amount.currency} of the refund would go back to no payment")
    return RefundPlan(order=suggestion.order, amount=amount, lines=suggestion.lines, shipping=suggestion.shipping, shares=tuple(shares))


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded:
    id: RefundId
    amount: Money


# Cancelling the whole order: a job at the shop.


class CancelReason(StrEnum):
    CUSTOMER = "CUSTOMER"
    DECLINED = "DECLINED"
    FRAUD = "FRAUD"
    INVENTORY = "INVENTORY"
    STAFF = "STAFF"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """The whole order, and what becomes of the money: None leaves it with the brand. An authorisation is voided in any case."""

    order: OrderId
    reason: CancelReason
    refund: RefundMethod | None
    restock: bool = True
    notify: bool = False
    note: str = ""
    """For staff, at most 255 characters."""


class CancelState(StrEnum):
    RUNNING = "running"
    CANCELLED = "cancelled"
    NOT_CANCELLED = "not_cancelled"
    """The job is over and the order stands: it changed before the job ran."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelProgress:
    state: CancelState
    cancelled_at: datetime | None = None
    refunded: Money | None = None
    """All that was ever given back for this order."""
    financial: Financial = Financial.UNKNOWN


# Returns: only of what has left.


@dataclass(frozen=True, slots=True, kw_only=True)
class Returnable:
    """Units of a parcel that may come back."""

    id: ParcelLineId
    line: LineId
    title: str
    quantity: int
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnReason:
    id: ReasonId
    handle: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnLine:
    id: ParcelLineId
    quantity: int
    reason: ReasonId
    note: str = ""
    """In the shopper's words, at most 300 characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnRequested:
    """A request: the brand approves or declines it."""

    id: ReturnId
    name: str
    status: str


# How an order stands: what a call that was cut off is compared with.


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingLine:
    id: LineId
    title: str
    variant: VariantId | None
    quantity: int
    """What is on the order now."""
    unit_price: Money | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedHold:
    id: HoldId
    reason: str
    handle: str | None
    ours: bool
    """Put there by the app that asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse:
    """A fulfilment order with what may be asked of it."""

    id: WarehouseId
    status: str
    request_status: str
    actions: frozenset[str]
    holds: tuple[PlacedHold, ...]
    units: tuple[tuple[LineId, int], ...]
    """Still to ship from here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRefund:
    id: RefundId
    amount: Money
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An order as the shop has it now, in what a change can alter."""

    order: OrderId
    name: str
    complete: bool
    """False when a list had a further page: nothing may be concluded from what is missing."""
    updated_at: datetime | None
    cancelled_at: datetime | None
    financial: Financial
    total: Money
    balance: Money
    received: Money
    refunded: Money
    payment_url: str | None
    address: Address | None
    lines: tuple[StandingLine, ...]
    warehouses: tuple[Warehouse, ...]
    refunds: tuple[PastRefund, ...]
    returns: tuple[ReturnRequested, ...]


class WriteShop(Protocol):
    """One brand's shop, changed for one shopper at a time. The caller has shown whose order it is (`standing` compares the owner).

    Every call may raise ShopUnavailable or ShopRejected; those that change something Refused, and Unconfirmed where it says so.
    """

    async def standing(self, customer: CustomerId, order: OrderId, meter: ReadMeter) -> Standing | None:
        """None for a foreign and an unknown order alike."""
        ...

    async def stage(self, order: OrderId, changes: Sequence[SetQuantity | AddVariant], meter: ReadMeter) -> StagedEdit:
        """Gather an edit for review. Nothing is visible; never Unconfirmed."""
        ...

    async def commit(self, edit: EditId, meter: ReadMeter, *, note: str = "", notify: bool = False) -> CommittedEdit:
        """Make a staged edit true. Unconfirmed: compare `standing.lines`. Refused where the order has changed since."""
        ...

    async def readdress(self, order: OrderId, address: Address, meter: ReadMeter) -> None:
        """A new delivery address, whole: the shop guards neither the country nor what has shipped, decide before.

        Unconfirmed: compare `standing.address`.
        """
        ...

    async def cancel(self, wish: Cancellation, meter: ReadMeter) -> JobId:
        """Start the cancellation; it is not done until `cancel_progress` says so. Unconfirmed: `cancel_progress` without a job."""
        ...

    async def cancel_progress(self, order: OrderId, job: JobId | None, meter: ReadMeter) -> CancelProgress:
        """Without a job (its id was lost): RUNNING until the order is cancelled; the caller decides how long to believe in it."""
        ...

    async def suggest_refund(
        self,
        order: OrderId,
        meter: ReadMeter,
        *,
        lines: Sequence[RefundLine] = (),
        shipping: bool = False,
        method: RefundMethod = RefundMethod.ORIGINAL,
    ) -> Suggestion:
        """Without lines: what could be refunded, and what an edit left to be refunded (`Suggestion.overpaid`)."""
        ...

    async def refund(self, plan: RefundPlan, key: str, meter: ReadMeter, *, note: str | None = None) -> Refunded:
        """Give the money back, once for each key. Unconfirmed: ask again with the same key and plan."""
        ...

    async def send_invoice(self, order: OrderId, meter: ReadMeter, *, to: str | None = None) -> None:
        """A mail with the link to pay. Asked again it is sent again; Unconfirmed may be left at that."""
        ...

    async def returnable(self, order: OrderId, meter: ReadMeter) -> Sequence[Returnable]: ...

    async def return_reasons(self, meter: ReadMeter) -> Sequence[ReturnReason]: ...

    async def request_return(self, order: OrderId, lines: Sequence[ReturnLine], meter: ReadMeter) -> ReturnRequested:
        """Unconfirmed: compare `standing.returns`."""
        ...

    async def hold(self, warehouse: WarehouseId, handle: str, meter: ReadMeter, *, notes: str = "") -> HoldId:
        """Keep a warehouse from starting. `handle`: ours, at most 64 characters. Unconfirmed: look for the handle in `standing`."""
        ...

    async def release(self, warehouse: WarehouseId, holds: Sequence[HoldId], meter: ReadMeter) -> None:
        """End these holds and no others; those that ended already are no mistake."""
        ...

    async def withdraw(self, warehouse: WarehouseId, meter: ReadMeter) -> WarehouseId:
        """Give back a request the warehouse has not accepted; the units stand in the one that is named. Unconfirmed: `standing`."""
        ...

    async def ask_to_stop(self, warehouse: WarehouseId, meter: ReadMeter, *, message: str = "") -> None:
        """A request to a warehouse that has accepted: asked, not yet accepted. Unconfirmed: the action is gone from `standing`."""
        ...
