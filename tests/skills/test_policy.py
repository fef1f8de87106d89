"""What the brand's rules do to a change: product.md 4.6, F-02, F-09…F-14, P-15…P-21."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from knowledge.document import ClauseId
from knowledge.terms import (
    CANCELS,
    EDITS,
    EVERY_CHANGE,
    AddItems,
    ChangeKind,
    CutOff,
    Exclusion,
    HandOffWhen,
    PartialShipment,
    Permit,
    RefundTime,
    RestockingFee,
    ReturnPeriod,
    Scope,
    Stage,
    Window,
)
from shop.order import LineState, Money, Product, ProductId
from skills.order_editing.deadline import cut_off
from skills.skill import Change, Offer, Reason, Redirect
from tests.skills.making import NORTHBAY, NOW, PLACED, brand, line, order, outcome, rule, units, verdict_of

HOUR = rule("edit_window", Window(changes=EDITS, within=timedelta(minutes=60)))
TWO_HOURS = rule("cancel_cutoff", Window(changes=CANCELS, within=timedelta(hours=2), until=Stage.PREPARING))
ENGRAVED = rule("personalised", Exclusion(changes=EVERY_CHANGE, returns=True), Scope(personalised=True))
OFF = brand()
PEN = line("pen", product=Product(id=ProductId("gid://shopify/Product/pen"), type="Gifts", tags=frozenset({"personalised"})))


def at(**since: float) -> datetime:
    return PLACED + timedelta(**since)


def test_inside_the_window_the_deadline_and_its_clause_are_told() -> None:
    found = outcome("change_item", order(), HOUR, by=OFF)
    assert isinstance(found, Offer)
    assert (found.because, found.until) == (Reason.WITHIN_WINDOW, at(minutes=60))
    assert (found.lines[0].clauses, found.lines[0].rule) == (("edit_window#1",), "edit_window")


@pytest.mark.parametrize(("seconds", "kind"), [(3599, "offer"), (3600, "refuse"), (3601, "refuse")])
def test_the_deadline_itself_is_outside(seconds: int, kind: str) -> None:
    found = outcome("change_item", order(), HOUR, now=at(seconds=seconds), by=OFF)
    assert found.kind == kind
    if kind == "refuse":
        assert (found.because, found.lines[0].closed_at) == (Reason.WINDOW_CLOSED, at(minutes=60))


def test_the_shortest_of_several_windows_wins_in_any_order() -> None:
    vip = rule("vip", Window(changes=EDITS, within=timedelta(minutes=45)))
    for rules in ([HOUR, vip], [vip, HOUR]):
        assert outcome("change_item", order(), *rules).lines[0].until == at(minutes=45)


def test_a_removal_is_held_by_the_stricter_of_edit_window_and_cancel_cutoff() -> None:
    for wish in ("remove_item", "cancel_item"):
        assert outcome(wish, order(), HOUR, TWO_HOURS, now=at(minutes=90)).because is Reason.WINDOW_CLOSED
    assert outcome("cancel_order", order(), HOUR, TWO_HOURS, now=at(minutes=90)).kind == "offer"


def test_a_cutoff_for_whole_orders_also_holds_a_removal() -> None:
    whole = rule("whole", Window(changes=frozenset({ChangeKind.CANCEL_ORDER}), within=timedelta(minutes=20)))
    assert outcome("cancel_item", order(), HOUR, whole).because is Reason.WINDOW_CLOSED


def test_a_cancel_cutoff_alone_speaks_of_a_removal_so_that_no_switch_is_asked() -> None:
    whole = rule("whole", Window(changes=frozenset({ChangeKind.CANCEL_ORDER}), within=timedelta(hours=2)))
    part = order(line("shirt"), line("tote", units(LineState.IN_TRANSIT)))
    for wish, of in (("cancel_item", order()), ("cancel_order", part)):
        found = outcome(wish, of, whole, by=OFF)
        assert (found.kind, found.because, found.gap) == ("offer", Reason.WITHIN_WINDOW, None)


def test_cancelling_a_part_shipped_order_is_held_by_the_stricter_too() -> None:
    part = order(line("shirt"), line("tote", units(LineState.IN_TRANSIT)))
    found = outcome("cancel_order", part, HOUR, TWO_HOURS, now=at(minutes=90))
    assert (found.kind, found.because) == ("refuse", Reason.WINDOW_CLOSED)


def test_setting_a_quantity_to_nothing_is_a_removal() -> None:
    none = Change(kind=ChangeKind.SET_QUANTITY, quantity=0)
    set_quantity = rule("quantity", Window(changes=frozenset({ChangeKind.SET_QUANTITY}), within=timedelta(hours=9)))
    found = outcome("change_quantity", order(), HOUR, set_quantity, change=none, now=at(minutes=90))
    assert (found.because, found.change.kind if found.change else None) == (Reason.WINDOW_CLOSED, ChangeKind.REMOVE_LINES)


def test_an_exclusion_beats_a_permission_and_the_other_line_goes_on() -> None:
    found = outcome("cancel_order", order(line("shirt"), PEN), HOUR, TWO_HOURS, ENGRAVED)
    assert (found.kind, found.change.kind if found.change else None) == ("offer", ChangeKind.REMOVE_LINES)
    assert (verdict_of(found, "pen").reason, verdict_of(found, "pen").clauses) == (Reason.EXCLUDED, ("personalised#1",))
    assert verdict_of(found, "shirt").allowed


def test_a_whole_order_is_cancelled_whole_only_if_every_line_may_go() -> None:
    whole = outcome("cancel_order", order(line("shirt"), line("tote")), TWO_HOURS)
    assert whole.change == Change(kind=ChangeKind.CANCEL_ORDER)
    split = order(line("tote", units(quantity=1), units(LineState.IN_TRANSIT, 2)))
    found = outcome("cancel_order", split, HOUR, TWO_HOURS)
    assert (found.change.kind if found.change else None, found.lines[0].quantity) == (ChangeKind.REMOVE_LINES, 1)
    assert [(part.state, part.quantity) for part in found.lines[0].parts] == [(LineState.OPEN, 1), (LineState.IN_TRANSIT, 2)]


def test_open_lines_go_first_where_others_wait_for_the_warehouse() -> None:
    mixed = order(line("shirt"), line("tote", units(LineState.ACCEPTED)))
    found = outcome("cancel_order", mixed, HOUR, TWO_HOURS)
    assert found.change == Change(kind=ChangeKind.REMOVE_LINES, lines=(mixed.lines[0].id,))
    assert verdict_of(found, "tote").reason is Reason.ASKS_WAREHOUSE
    all_asked = outcome("cancel_order", order(line("tote", units(LineState.ACCEPTED))), TWO_HOURS)
    assert (all_asked.because, all_asked.change) == (Reason.ASKS_WAREHOUSE, Change(kind=ChangeKind.CANCEL_ORDER))


@pytest.mark.parametrize("wish", ["cancel_order", "change_item", "change_address", "remove_item"])
def test_where_no_rule_speaks_the_hubs_switch_decides_and_the_gap_is_kept(wish: str) -> None:
    kind = outcome(wish, order(), by=OFF)
    assert (kind.kind, kind.because) == ("refuse", Reason.CHANGE_OFF)
    on = outcome(wish, order())
    assert (on.kind, on.because) == ("offer", Reason.NO_WINDOW_SET)
    assert kind.gap == on.gap is not None
    assert not on.lines[0].until


def test_drafts_and_expired_rules_are_missing_text() -> None:
    draft = replace(HOUR, approved=False)
    over = replace(HOUR, valid_until=NOW)
    to_come = replace(HOUR, valid_from=NOW + timedelta(seconds=1))
    assert outcome("change_item", order(), draft, over, to_come, by=OFF).because is Reason.CHANGE_OFF


def test_a_permission_without_a_time_is_no_gap() -> None:
    found = outcome("change_item", order(), rule("eligible", Permit(changes=EDITS, options=frozenset({"size", "colour"}))), by=OFF)
    assert (found.kind, found.because, found.gap) == ("offer", Reason.NO_WINDOW_SET, None)


def test_a_permission_that_names_what_may_change_does_not_stretch() -> None:
    sizes = rule("sizes", Permit(changes=frozenset({ChangeKind.SWAP_VARIANT}), options=frozenset({"size"})))
    colour = Change(kind=ChangeKind.SWAP_VARIANT, option="colour")
    assert outcome("change_item", order(), sizes, HOUR, change=colour).because is Reason.EXCLUDED
    assert outcome("change_item", order(), sizes, HOUR, change=replace(colour, option="size")).kind == "offer"


@pytest.mark.parametrize(("switch", "kind"), [(False, "refuse"), (True, "offer")])
def test_more_of_something_needs_the_brands_switch(switch: bool, kind: str) -> None:
    more = Change(kind=ChangeKind.SET_QUANTITY, quantity=3)
    found = outcome("change_quantity", order(), HOUR, change=more, by=brand(increase=switch))
    assert found.kind == kind
    if not switch:
        assert found.because is Reason.NOT_ON_EXISTING_ORDER


def test_a_pre_order_has_its_own_window_in_place_of_the_general_one() -> None:
    release = at(days=20)
    coat = line("coat", units(LineState.SCHEDULED, scheduled_for=release), selling_plan="Pre-order")
    own = rule("preorder", Window(changes=EVERY_CHANGE, before_release=timedelta(hours=72)), Scope(pre_order=True))
    found = outcome("cancel_order", order(coat, line("shirt")), HOUR, TWO_HOURS, own, now=at(hours=3))
    assert verdict_of(found, "coat").until == release - timedelta(hours=72)
    assert verdict_of(found, "shirt").reason is Reason.WINDOW_CLOSED
    late = outcome("cancel_item", order(coat), HOUR, own, now=release - timedelta(hours=72))
    assert late.because is Reason.WINDOW_CLOSED


def test_a_pre_order_without_a_date_goes_to_a_person() -> None:
    coat = line("coat", units(LineState.SCHEDULED), selling_plan="Pre-order")
    own = rule("preorder", Window(changes=EVERY_CHANGE, before_release=timedelta(hours=72)), Scope(pre_order=True))
    assert outcome("cancel_order", order(coat), own).because is Reason.FACT_UNREADABLE


def test_a_fact_that_cannot_be_read_counts_as_an_exclusion_for_a_person() -> None:
    final = rule("final_sale", Exclusion(changes=EVERY_CHANGE), Scope(product_tags=frozenset({"final-sale"})))
    deleted = order(line("shirt", product=None))
    found = outcome("cancel_order", deleted, TWO_HOURS, final)
    assert (found.kind, found.because) == ("hand_off", Reason.FACT_UNREADABLE)


def test_different_fees_for_one_line_go_to_a_person_and_none_is_told() -> None:
    fees = [rule(f"fee_{percent}", RestockingFee(percent=Decimal(percent))) for percent in (10, 15)]
    found = outcome("cancel_order", order(), TWO_HOURS, *fees)
    assert (found.kind, found.because) == ("hand_off", Reason.POLICY_CONFLICT)
    assert outcome("change_item", order(), HOUR, *fees).kind == "offer"
    assert outcome("cancel_order", order(), TWO_HOURS, *fees, now=at(hours=3)).because is Reason.WINDOW_CLOSED


def test_fees_that_do_not_meet_do_not_conflict() -> None:
    furniture = rule("furniture", RestockingFee(percent=Decimal(15)), Scope(product_types=frozenset({"furniture"})))
    packed = rule("packed", RestockingFee(percent=Decimal(20), after=Stage.PREPARING))
    returned = rule("returned", RestockingFee(percent=Decimal(25), on=frozenset({"return"})))
    copy = rule("copy", RestockingFee(percent=Decimal(10)))
    general = rule("general", RestockingFee(percent=Decimal(10)))
    found = outcome("cancel_order", order(), TWO_HOURS, furniture, packed, returned, copy, general)
    assert isinstance(found, Offer)
    assert found.clauses == ("copy#1", "general#1")


def test_refund_times_conflict_only_on_the_same_leg() -> None:
    shop = rule("issue", RefundTime(low=3, high=3, unit="working_days", leg="issue"))
    bank = rule("bank", RefundTime(low=5, high=10, unit="working_days", leg="bank"))
    week = rule("week", RefundTime(low=1, high=2, unit="weeks"))
    days = rule("days", RefundTime(low=7, high=14))
    later = rule("later", RefundTime(low=7, high=21))
    assert outcome("cancel_order", order(), TWO_HOURS, shop, bank, week, days).kind == "offer"
    assert outcome("cancel_order", order(), TWO_HOURS, days, later).because is Reason.POLICY_CONFLICT


def test_a_brand_may_close_what_is_left_of_a_part_shipped_order() -> None:
    closed = rule("partial", PartialShipment(open_lines=False))
    part = order(line("shirt"), line("tote", units(LineState.IN_TRANSIT)))
    assert outcome("cancel_item", part, HOUR, closed).because is Reason.EXCLUDED
    assert outcome("cancel_item", order(), HOUR, closed).kind == "offer"


def test_a_brand_may_want_a_person() -> None:
    wanted = rule("person", HandOffWhen(changes=frozenset({ChangeKind.SET_ADDRESS})))
    found = outcome("change_address", order(), HOUR, wanted)
    assert (found.kind, found.lines[0].clauses) == ("hand_off", ("person#1",))
    assert outcome("cancel_order", order(), TWO_HOURS, wanted).kind == "offer"


def test_a_rule_for_companies_makes_their_orders_usual() -> None:
    wholesale = rule("wholesale", Window(changes=CANCELS, within=timedelta(hours=24)), Scope(b2b=True))
    assert outcome("cancel_order", order(b2b=True), wholesale).kind == "offer"
    assert outcome("change_item", order(b2b=True), wholesale).because is Reason.UNUSUAL_ORDER


def test_an_address_belongs_to_the_whole_order() -> None:
    found = outcome("change_address", order(line("shirt"), PEN), HOUR, ENGRAVED)
    assert (found.kind, found.because) == ("refuse", Reason.EXCLUDED)
    beside = order(line("shirt"), line("card", gift_card=True, requires_shipping=False))
    assert outcome("change_address", beside, HOUR).kind == "offer"
    shipped = outcome("change_address", order(line("shirt"), PEN, line("tote", units(LineState.IN_TRANSIT))), HOUR, ENGRAVED)
    assert (shipped.kind, shipped.because) == ("hand_off", Reason.ALREADY_SHIPPED)
    split = order(line("tote", units(), units(LineState.DELIVERED)))
    assert outcome("change_address", split, HOUR).kind == "hand_off"


@pytest.mark.parametrize(
    ("scope", "hit"),
    [
        (Scope(titles=frozenset({"shirts"})), True),
        (Scope(titles=frozenset({"shir"})), False),
        (Scope(product_types=frozenset({"SHIRTS"})), True),
        (Scope(product_tags=frozenset({"Summer"})), True),
        (Scope(vendors=frozenset({"other"})), False),
        (Scope(countries=frozenset({"US"})), True),
        (Scope(countries=frozenset({"*"}), not_countries=frozenset({"US"})), False),
        (Scope(shipping_methods=frozenset({"express"})), False),
        (Scope(shipping_methods=frozenset({"standard"})), True),
        (Scope(total_from=Decimal(100)), False),
        (Scope(total_below=Decimal(100)), True),
        (Scope(discounted=True), False),
        (Scope(order_tags=frozenset({"gift"})), True),
        (Scope(order_tags=frozenset({"gift"}), countries=frozenset({"FR"})), False),
        (Scope(not_product=Scope(titles=frozenset({"shirt"}))), False),
        (Scope(not_product=Scope(titles=frozenset({"tote"}))), True),
        (Scope(digital=True), False),
    ],
)
def test_a_rule_speaks_of_what_its_scope_names(scope: Scope, hit: bool) -> None:
    limited = rule("limited", Exclusion(changes=EVERY_CHANGE), scope)
    found = outcome("cancel_order", order(tags=frozenset({"Gift"})), TWO_HOURS, limited)
    assert (found.because is Reason.EXCLUDED) is hit


def test_an_amount_in_another_currency_cannot_be_compared() -> None:
    big = rule("big", Exclusion(changes=EVERY_CHANGE), Scope(total_from=Decimal(100)))
    dollars = order(total=Money(amount=Decimal(80), currency="USD"))
    assert outcome("cancel_order", dollars, TWO_HOURS, big).because is Reason.FACT_UNREADABLE


@pytest.mark.parametrize(
    ("placed", "rule_", "ends"),
    [
        ("2026-11-20T10:00", CutOff(at=time(14), zone="Europe/Paris"), "2026-11-20T14:00"),
        ("2026-11-20T14:00", CutOff(at=time(14), zone="Europe/Paris"), "2026-11-21T14:00"),
        ("2026-11-20T15:00", CutOff(at=time(14), zone="Europe/Paris"), "2026-11-21T14:00"),
        ("2026-11-20T15:00", CutOff(at=time(14), zone="Europe/Paris", working_days=True), "2026-11-23T14:00"),
        ("2026-11-20T10:00", CutOff(at=time(8), zone="Europe/Paris", day="next_day"), "2026-11-21T08:00"),
        ("2026-11-20T10:00", CutOff(at=time(8), zone="Europe/Paris", day="next_working_day"), "2026-11-23T08:00"),
        ("2026-10-24T15:00", CutOff(at=time(14), zone="Europe/Paris"), "2026-10-25T14:00"),
        ("2026-03-28T15:00", CutOff(at=time(2, 30), zone="Europe/Paris"), "2026-03-29T03:30"),
    ],
)
def test_cut_offs_follow_the_clock_on_the_wall(placed: str, rule_: CutOff, ends: str) -> None:
    paris = ZoneInfo("Europe/Paris")
    found = cut_off(rule_, datetime.fromisoformat(placed).replace(tzinfo=paris).astimezone(UTC), "UTC")
    assert found.astimezone(paris) == datetime.fromisoformat(ends).replace(tzinfo=paris)


def test_an_elapsed_window_does_not_know_daylight_saving() -> None:
    night = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    assert outcome("change_item", order(created_at=night), HOUR, now=night + timedelta(minutes=59)).kind == "offer"


@pytest.mark.parametrize(("country", "flag"), [("FR", True), ("NO", True), (None, True), ("US", False), ("GB", False)])
def test_the_right_of_withdrawal_is_named_where_it_may_help(country: str | None, flag: bool) -> None:
    there = {"country": country, "billing_country": None}
    for wish, subject in (
        ("cancel_order", order(line("shirt", units(LineState.IN_TRANSIT)), **there)),
        ("cancel_order", order(line("shirt", units(LineState.PACKING)), **there)),
    ):
        assert outcome(wish, subject, TWO_HOURS, eu=None).withdrawal is flag
    assert outcome("cancel_order", order(**there), TWO_HOURS, now=at(hours=3), eu=None).withdrawal is flag
    assert outcome("cancel_order", order(**there), TWO_HOURS, eu=None).withdrawal is False
    withdraw = outcome("withdraw", order(**there), TWO_HOURS, eu=None)
    assert isinstance(withdraw, Redirect) is flag
    assert withdraw.because is (Reason.RIGHT_OF_WITHDRAWAL if flag else Reason.WITHIN_WINDOW)


def test_a_company_has_no_right_of_withdrawal() -> None:
    found = outcome("cancel_order", order(country="FR", b2b=True), TWO_HOURS)
    assert (found.kind, found.withdrawal) == ("hand_off", False)


@pytest.mark.parametrize(("by", "hub"), [(NORTHBAY, False), (brand(active=False), True)])
def test_without_the_hub_the_verdict_stands_and_a_person_acts(by: object, hub: bool) -> None:
    found = outcome("cancel_order", order(), TWO_HOURS, by=by, hub=hub)
    assert (found.kind, found.because) == ("hand_off", Reason.HUB_UNAVAILABLE)
    assert found.lines[0].allowed
    assert outcome("cancel_order", order(line("shirt", units(LineState.DELIVERED))), by=by, hub=hub).because is Reason.HUB_UNAVAILABLE


@pytest.mark.parametrize(
    ("body", "kind"),
    [(AddItems(allowed=True), "hand_off"), (AddItems(allowed=False, advice="new_order"), "refuse"), (None, "refuse")],
)
def test_adding_something_is_no_change_of_an_order(body: AddItems | None, kind: str) -> None:
    rules = [rule("add_items", body)] if body else []
    for subject in (order(), None):
        found = outcome("add_item", subject, *rules)
        assert (found.kind, found.because) == (kind, Reason.NOT_ON_EXISTING_ORDER)
        assert found.clauses == (("add_items#1",) if body else ())
        assert found.gap == (None if body else "add_items")


def test_adding_is_over_when_its_time_is_over_or_nothing_is_left_to_ship() -> None:
    allowed = rule("add_items", AddItems(allowed=True, within=timedelta(minutes=60)))
    assert outcome("add_item", order(), allowed, now=at(minutes=61)).kind == "refuse"
    assert outcome("add_item", order(line("shirt", units(LineState.IN_TRANSIT))), allowed).kind == "refuse"


def test_the_return_policy_decides_how_long_a_return_is_open() -> None:
    month = rule("returns", ReturnPeriod(within=timedelta(days=30)))
    arrived = PLACED - timedelta(days=10)
    sent = order(line("shirt", units(LineState.DELIVERED, at=arrived)), created_at=PLACED - timedelta(days=14))
    found = outcome("return_exchange", sent, month)
    assert (found.kind, found.because, found.gap) == ("redirect", Reason.ALREADY_DELIVERED, None)
    assert found.lines[0].until == arrived + timedelta(days=30)
    late = outcome("return_exchange", sent, month, now=arrived + timedelta(days=30))
    assert (late.kind, late.because, late.lines[0].closed_at) == ("refuse", Reason.WINDOW_CLOSED, arrived + timedelta(days=30))
    barred = rule("hygiene", Exclusion(changes=frozenset(), returns=True), Scope(titles=frozenset({"shirt"})))
    assert outcome("return_exchange", sent, month, barred).because is Reason.EXCLUDED
    assert outcome("return_exchange", sent).gap == "returns"


def test_what_left_can_come_back_when_the_rest_can_no_longer_be_cancelled() -> None:
    split = order(line("tote", units(), units(LineState.IN_TRANSIT, 2)))
    found = outcome("return_exchange", split, HOUR, TWO_HOURS, now=at(hours=3))
    assert (found.kind, found.because, found.lines[0].quantity) == ("redirect", Reason.ALREADY_SHIPPED, 2)


def test_by_mail_a_handoff_is_announced() -> None:
    found = outcome("cancel_order", order(line("shirt", units(LineState.PACKING))), channel="email")
    assert getattr(found, "made", None) is True


def test_every_language_copy_of_the_deciding_rule_can_be_cited() -> None:
    french = replace(rule("delai", HOUR.body), source=replace(HOUR.source, clause=ClauseId("delai#1"), locale="fr"))
    found = outcome("change_item", order(), french, HOUR)
    assert found.lines[0].clauses == ("edit_window#1", "delai#1")
