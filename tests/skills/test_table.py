"""Every cell of product.md 4.5, written down again from the page and asked of the skills as a shopper would."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shop.order import CancellationRequest, DeliveryMethod, Financial, LineState, Order
from skills.order_editing.eligibility import COLUMNS, TABLE, Row
from skills.skill import Outcome, Reason
from tests.skills.making import NOW, PLACED, brand, hold, line, order, outcome, units

WISHES = (
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
)
"""The columns, in the page's order, as the intents that fill them."""


def one(state: LineState, **more: object) -> Order:
    return order(line("shirt", units(state, 1, at=PLACED + timedelta(minutes=5), **more)))


HELD = LineState.HELD
ACCEPTED = LineState.ACCEPTED
PICK_UP = DeliveryMethod.PICK_UP

ROWS: dict[str, tuple[Order, str, Reason]] = {
    # state: (an order in it, the row's letters, the reason its H, R, D, S or T cells give)
    "unfulfilled": (one(LineState.OPEN), "GGGGGGNMCS", Reason.NOT_SHIPPED_YET),
    "unfulfilled, warehouse asked": (one(LineState.REQUESTED), "GGGGGGNMCS", Reason.NOT_SHIPPED_YET),
    "in transit": (one(LineState.IN_TRANSIT), "RRRTRRNHRS", Reason.ALREADY_SHIPPED),
    "delivered": (one(LineState.DELIVERED), "RRRHRRNHRS", Reason.ALREADY_DELIVERED),
    "cancelled": (replace(one(LineState.OPEN), cancelled_at=NOW, financial=Financial.REFUNDED), "DDDDDDNDDS", Reason.ALREADY_CANCELLED),
    "on hold (a), ours": (one(HELD, holds=(hold(ours=True),)), "GGGGGGNMCS", Reason.NOT_SHIPPED_YET),
    "on hold (a), cross-sell": (one(HELD, holds=(hold("ONLINE_STORE_POST_PURCHASE_CROSS_SELL"),)), "GGGGGGNMCS", Reason.NOT_SHIPPED_YET),
    "on hold (a), no date": (
        one(HELD, holds=(hold("UNKNOWN_DELIVERY_DATE"), hold(ours=True))),
        "GGGGGGNMCS",
        Reason.NOT_SHIPPED_YET,
    ),
    "on hold (b), other": (one(HELD, holds=(hold("INVENTORY_OUT_OF_STOCK"),)), "HHHHHHNHHS", Reason.ON_HOLD),
    "on hold (b), one of two": (one(HELD, holds=(hold(ours=True), hold("AWAITING_PAYMENT"))), "HHHHHHNHHS", Reason.ON_HOLD),
    "on hold (b), fraud": (one(HELD, holds=(hold("HIGH_RISK_OF_FRAUD"),)), "HHHHHHNHHS", Reason.ON_HOLD),
    "on hold (b), hold unseen": (one(HELD), "HHHHHHNHHS", Reason.ON_HOLD),
    "warehouse accepted": (one(ACCEPTED), "QQQQQQNHQS", Reason.ASKS_WAREHOUSE),
    "already asked": (one(ACCEPTED, cancellation=CancellationRequest.REQUESTED, asked_at=NOW), "SSSSSSNHSS", Reason.ALREADY_ASKED),
    "cancellation rejected": (one(ACCEPTED, cancellation=CancellationRequest.REJECTED), "HHHHHHNHHS", Reason.CANCELLATION_REJECTED),
    "being picked": (one(LineState.PACKING), "HHHHHHNHHS", Reason.BEING_PACKED),
    "scheduled": (one(LineState.SCHEDULED, scheduled_for=NOW + timedelta(days=9)), "GGGGGGNMCS", Reason.NOT_SHIPPED_YET),
    "pick-up (a)": (one(LineState.OPEN, delivery=PICK_UP), "GGGHGGNMCS", Reason.NOT_SHIPPED_YET),
    "pick-up (b)": (one(LineState.READY_FOR_PICKUP, delivery=PICK_UP), "HHHHHHNHHS", Reason.READY_FOR_PICKUP),
    "digital": (order(line("pattern", requires_shipping=False)), "HHHHHHNHHS", Reason.DIGITAL),
    "gift card": (order(line("card", gift_card=True, requires_shipping=False)), "HHHHHHNHHS", Reason.GIFT_CARD),
    "older than the limit": (replace(one(LineState.OPEN), created_at=NOW - timedelta(days=61)), "HHHHHHNHHH", Reason.TOO_OLD),
    "state unknown": (one(LineState.UNKNOWN), "HHHHHHNHHS", Reason.STATE_UNKNOWN),
    "read in part": (replace(one(LineState.OPEN), complete=False), "HHHHHHNHHS", Reason.STATE_UNKNOWN),
}

EXPECTED = {
    "G": ("offer", Reason.NO_WINDOW_SET),
    "Q": ("offer", Reason.ASKS_WAREHOUSE),
    "C": ("offer", Reason.NOT_SHIPPED_YET),
    "M": ("offer", Reason.PAYMENT_FIXED),
    "N": ("refuse", Reason.NOT_ON_EXISTING_ORDER),
    "R": ("redirect", None),
    "H": ("hand_off", None),
    "T": ("explain", None),
    "D": ("explain", None),
    "S": ("explain", None),
}


def cells() -> list[tuple[str, str, str]]:
    return [(state, wish, letters[place]) for state, (_, letters, _) in ROWS.items() for place, wish in enumerate(WISHES)]


@pytest.mark.parametrize(("state", "wish", "cell"), cells())
def test_each_cell_of_the_table(state: str, wish: str, cell: str) -> None:
    subject, _, why = ROWS[state]
    found = outcome(wish, subject)
    kind, because = EXPECTED[cell]
    assert found.kind == kind
    assert found.because is (because or _because(found, wish, cell, why))
    if cell in "CM":
        assert found.change is not None
        assert found.change.kind == "cancel_order"


def _because(found: Outcome, wish: str, cell: str, why: Reason) -> Reason:
    if wish == "change_payment" and cell == "H" and why is not Reason.TOO_OLD:
        return Reason.PAYMENT_FIXED
    if wish == "change_address" and cell == "H" and why is Reason.NOT_SHIPPED_YET:
        return Reason.UNUSUAL_ORDER  # waiting to be picked up: there is no address
    return Reason.NOT_SHIPPED_YET if wish == "order_status" and found.because is Reason.NOT_SHIPPED_YET else why


PART = order(line("shirt"), line("tote", units(LineState.IN_TRANSIT, 2, at=NOW)))


@pytest.mark.parametrize(
    ("wish", "kind", "because"),
    [
        ("change_item", "offer", Reason.NO_WINDOW_SET),
        ("change_quantity", "offer", Reason.NO_WINDOW_SET),
        ("remove_item", "offer", Reason.NO_WINDOW_SET),
        ("change_address", "hand_off", Reason.ALREADY_SHIPPED),
        ("cancel_order", "offer", Reason.NO_WINDOW_SET),
        ("cancel_item", "offer", Reason.NO_WINDOW_SET),
        ("add_item", "refuse", Reason.NOT_ON_EXISTING_ORDER),
        ("change_payment", "hand_off", Reason.PAYMENT_FIXED),
        ("return_exchange", "offer", Reason.NOT_SHIPPED_YET),
        ("order_status", "explain", Reason.ALREADY_SHIPPED),
    ],
)
def test_a_part_shipped_order_is_told_line_by_line(wish: str, kind: str, because: Reason) -> None:
    found = outcome(wish, PART)
    assert (found.kind, found.because) == (kind, because)
    if kind == "offer":
        shirt, tote = found.lines
        assert (shirt.allowed, tote.allowed, tote.reason) == (True, False, Reason.ALREADY_SHIPPED)
        assert found.change is not None
        assert found.change.lines == (shirt.line,)


UNUSUAL: dict[str, dict[str, Any]] = {
    "a company's": {"b2b": True},
    "disputed": {"disputed": True},
    "flagged": {"risky": True},
    "made by another app": {"other_app": True},
    "with an open return": {"return_status": "RETURN_REQUESTED"},
    "with a return on its way": {"return_status": "IN_PROGRESS"},
    "voided": {"financial": Financial.VOIDED},
    "expired": {"financial": Financial.EXPIRED},
    "refunded": {"financial": Financial.REFUNDED},
    "locked by the shop": {"merchant_editable": False},
}


@pytest.mark.parametrize("what", UNUSUAL)
@pytest.mark.parametrize("wish", [wish for wish in WISHES if wish not in ("add_item", "order_status", "change_payment")])
def test_an_unusual_order_goes_to_a_person(what: str, wish: str) -> None:
    found = outcome(wish, replace(one(LineState.OPEN), **UNUSUAL[what]))
    assert (found.kind, found.because) == ("hand_off", Reason.UNUSUAL_ORDER)


@pytest.mark.parametrize(
    "odd",
    [
        line("box", selling_plan="Every month"),
        line("box", bundle=True),
        line("box", merchant_editable=False),
        line("box", units(delivery=DeliveryMethod.RETAIL)),
        line("box", units(delivery=DeliveryMethod.UNKNOWN)),
    ],
    ids=["subscription", "bundle", "locked", "retail", "unknown delivery"],
)
def test_an_unusual_line_goes_to_a_person_and_the_others_go_on(odd: object) -> None:
    assert outcome("cancel_item", order(odd)).because is Reason.UNUSUAL_ORDER  # type: ignore[arg-type]  # parametrised by line
    both = outcome("cancel_order", order(odd, line("shirt")))  # type: ignore[arg-type]  # parametrised by line
    assert (both.kind, both.lines[0].allowed, both.lines[1].allowed) == ("offer", False, True)


def test_a_finished_line_that_shopify_locks_is_still_what_it_is() -> None:
    locked = order(line("tote", units(LineState.READY_FOR_PICKUP), merchant_editable=False))
    assert outcome("cancel_order", locked).because is Reason.READY_FOR_PICKUP
    gone = order(line("tote", units(LineState.IN_TRANSIT), merchant_editable=False), merchant_editable=False)
    assert outcome("cancel_order", gone).because is Reason.ALREADY_SHIPPED


def test_a_warehouse_that_takes_no_cancellation_sends_the_shopper_to_a_person() -> None:
    assert outcome("cancel_order", one(ACCEPTED, takes_cancellation=False)).kind == "hand_off"


def test_a_payment_that_cannot_be_read_is_never_acted_on() -> None:
    found = outcome("cancel_order", replace(one(LineState.OPEN), financial=Financial.UNKNOWN))
    assert (found.kind, found.because) == ("hand_off", Reason.FACT_UNREADABLE)


def test_with_the_scope_for_all_orders_age_does_not_matter() -> None:
    old = replace(one(LineState.OPEN), created_at=NOW - timedelta(days=90))
    every = brand(*brand().hub.changes, all_orders=True)
    assert outcome("cancel_order", old, by=every).because is Reason.CHANGE_OFF


def test_a_shipped_line_goes_to_a_person_where_there_is_no_returns_page() -> None:
    found = outcome("cancel_order", one(LineState.DELIVERED), by=brand(returns=False))
    assert (found.kind, found.because) == ("hand_off", Reason.SKILL_UNAVAILABLE)


NAMED_ROWS = {
    "Fulfilled / in transit": Row.IN_TRANSIT,
    "Delivered": Row.DELIVERED,
    "Cancelled": Row.CANCELLED,
    "Unfulfilled": Row.UNFULFILLED,
    "On hold (a)": Row.HOLD_A,
    "On hold (b)": Row.HOLD_B,
    "Warehouse accepted": Row.ACCEPTED,
    "Already asked": Row.ASKED,
    "Being picked": Row.PICKED,
    "Scheduled / pre-order": Row.SCHEDULED,
    "Pick-up (a)": Row.PICK_UP_A,
    "Pick-up (b)": Row.PICK_UP_B,
    "Digital": Row.DIGITAL,
    "Gift card": Row.GIFT_CARD,
    "Older than limit": Row.TOO_OLD,
}


@pytest.mark.data
def test_the_table_is_the_pages_own(shared: Path) -> None:
    page = (shared / "product.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\|([^|\n]+)\|((?:[A-Z]\|){10})$", page, flags=re.MULTILINE))
    assert {name: rows[name].replace("|", "") for name in NAMED_ROWS} == {name: TABLE[row] for name, row in NAMED_ROWS.items()}
    assert len(COLUMNS) == 10
