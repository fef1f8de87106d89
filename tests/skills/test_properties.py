"""What holds of every decision, whatever the order, the rules and the moment (INV-11 and the fixed points of product.md 4.5)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.brand import HubSettings
from knowledge.terms import (
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
    Rule,
    Scope,
    Stage,
    Terms,
    Window,
)
from shop.order import CancellationRequest, DeliveryMethod, Financial, Hold, LineState, Order, Units
from skills.order_editing.decision import decide
from skills.record import OUTCOME, RECORD, DecisionRecord, agrees, from_text, to_text
from skills.registry import skill_for
from skills.skill import Change, Offer
from tests.skills.making import NORTHBAY, NOW, PLACED, line, order, rule, situation, terms
from tests.skills.test_skills import INTENTS

GONE = {LineState.IN_TRANSIT, LineState.DELIVERED, LineState.READY_FOR_PICKUP, LineState.PACKING, LineState.UNKNOWN}
kinds = st.sampled_from(list(ChangeKind))
some_kinds = st.frozensets(kinds, min_size=1)
spans = st.integers(0, 60 * 24 * 40).map(lambda minutes: timedelta(minutes=minutes))
moments = spans.map(lambda span: PLACED + span)

some_units = st.builds(
    Units,
    state=st.sampled_from(list(LineState)),
    quantity=st.integers(0, 3),
    holds=st.lists(st.builds(Hold, reason=st.sampled_from(["OTHER", "UNKNOWN_DELIVERY_DATE"]), ours=st.booleans()), max_size=2).map(tuple),
    cancellation=st.sampled_from(list(CancellationRequest)),
    scheduled_for=st.none() | moments,
    at=st.none() | moments,
    delivery=st.sampled_from(list(DeliveryMethod)),
    takes_cancellation=st.booleans(),
)


@st.composite
def lines(draw: Any, name: str) -> Any:
    parts = draw(st.lists(some_units, min_size=1, max_size=3).map(tuple))
    present = sum(part.quantity for part in parts if part.state not in (LineState.REMOVED, LineState.CANCELLED))
    off = draw(st.integers(0, 9))
    return line(
        name,
        *parts,
        quantity=present + (1 if off == 0 else 0),
        gift_card=draw(st.integers(0, 8)) == 0,
        requires_shipping=draw(st.integers(0, 8)) != 0,
        selling_plan=draw(st.sampled_from([None, None, None, "Pre-order", "Monthly"])),
        **({"product": None} if draw(st.integers(0, 6)) == 0 else {}),
    )


@st.composite
def orders(draw: Any) -> Order:
    count = draw(st.integers(0, 3))
    made = order(
        *(draw(lines(name)) for name in ("shirt", "tote", "pen")[:count]),
        cancelled_at=draw(st.sampled_from([None] * 9 + [NOW])),
        financial=draw(st.sampled_from([Financial.PAID] * 6 + list(Financial))),
        complete=draw(st.integers(0, 9)) != 0,
        b2b=draw(st.integers(0, 9)) == 0,
        country=draw(st.sampled_from(["FR", "US", None])),
        delivery=draw(st.sampled_from(list(DeliveryMethod))),
    )
    return made if count else replace(made, lines=())


scopes = st.builds(
    Scope,
    titles=st.sampled_from([frozenset(), frozenset(), frozenset({"shirt"})]),
    product_tags=st.sampled_from([frozenset(), frozenset(), frozenset({"summer"})]),
    countries=st.sampled_from([frozenset(), frozenset(), frozenset({"FR"})]),
    pre_order=st.sampled_from([False, False, True]),
    total_from=st.sampled_from([None, None, Decimal(50)]),
)
windows = st.builds(
    Window,
    changes=some_kinds,
    within=st.none() | spans,
    until=st.none() | st.sampled_from(list(Stage)),
    cut_off=st.none()
    | st.builds(CutOff, at=st.times(), zone=st.sampled_from(["Europe/Paris", "Nowhere/Land"]), working_days=st.booleans()),
    before_release=st.none() | spans,
)
bodies = st.one_of(
    windows,
    windows,
    st.builds(Permit, changes=some_kinds, options=st.sampled_from([frozenset(), frozenset({"size"}), frozenset({"quantity_down"})])),
    st.builds(Exclusion, changes=some_kinds),
    st.builds(HandOffWhen, changes=st.frozensets(kinds)),
    st.builds(PartialShipment, open_lines=st.booleans()),
    st.builds(AddItems, allowed=st.booleans()),
    st.builds(RestockingFee, percent=st.sampled_from([Decimal(10), Decimal(15)])),
    st.builds(RefundTime, low=st.integers(1, 3), high=st.integers(3, 5)),
)


@st.composite
def rulebooks(draw: Any) -> tuple[Rule, ...]:
    found = draw(st.lists(st.tuples(bodies, scopes), max_size=5))
    return tuple(rule(f"rule_{place}", body, scope) for place, (body, scope) in enumerate(found))


hubs = st.builds(HubSettings, active=st.booleans(), changes=st.frozensets(kinds), increase_quantity=st.booleans(), returns=st.booleans())
changes = st.builds(
    Change,
    kind=kinds,
    lines=st.sampled_from([(), (), ("gid://shopify/LineItem/shirt",), ("gid://shopify/LineItem/none",)]),
    quantity=st.none() | st.integers(-1, 9),
    option=st.sampled_from([None, "size", "colour"]),
)
SETTINGS = settings(max_examples=200)


def by(hub: HubSettings) -> Any:
    return replace(NORTHBAY, hub=hub)


def allowed_units(change: Change, subject: Order, rules: Terms, now: Any, brand: Any) -> dict[str, int]:
    return {v.line: v.quantity for v in decide(change, subject, rules, now, brand=brand) if v.allowed}


@SETTINGS
@given(st.sampled_from(INTENTS), orders(), rulebooks(), hubs, changes, moments)
def test_every_skill_answers_whatever_it_is_given(wish: str, subject: Order, rules: Any, hub: Any, change: Change, now: Any) -> None:
    skill = skill_for(wish)
    assert skill is not None
    for wished in (None, change):
        found = skill.decide(situation(wish, subject, *rules, change=wished, now=now, by=by(hub)))
        assert from_text(OUTCOME, to_text(OUTCOME, found)) == found
        if isinstance(found, Offer):
            assert any(verdict.allowed for verdict in found.lines)
            assert hub.active


@SETTINGS
@given(changes, orders(), rulebooks(), hubs, moments)
def test_nothing_that_left_is_ever_offered_and_never_more_than_is_there(
    change: Change, subject: Order, rules: Any, hub: Any, now: Any
) -> None:
    known = {line.id: line for line in subject.lines}
    for verdict in decide(change, subject, terms(*rules), now, brand=by(hub)):
        if verdict.allowed:
            theirs = known[verdict.line]
            assert verdict.state not in GONE
            assert 0 < verdict.quantity <= theirs.quantity - theirs.quantity_in(*GONE)
            assert verdict.until is None or now < verdict.until
            assert subject.complete
            assert subject.cancelled_at is None


@SETTINGS
@given(changes, orders(), rulebooks(), hubs, moments, spans)
def test_more_time_never_makes_a_line_more_changeable(change: Change, subject: Order, rules: Any, hub: Any, now: Any, later: Any) -> None:
    before = allowed_units(change, subject, terms(*rules), now, by(hub))
    after = allowed_units(change, subject, terms(*rules), now + later, by(hub))
    assert all(after[one] <= before.get(one, 0) for one in after)


@SETTINGS
@given(changes, orders(), rulebooks(), hubs, moments, st.randoms(use_true_random=False))
def test_the_order_of_the_rules_does_not_matter(change: Change, subject: Order, rules: Any, hub: Any, now: Any, chance: Any) -> None:
    shuffled = list(rules)
    chance.shuffle(shuffled)
    first = decide(change, subject, terms(*rules), now, brand=by(hub))
    assert first == decide(change, subject, terms(*shuffled), now, brand=by(hub))


@SETTINGS
@given(changes, orders(), rulebooks(), hubs, moments, scopes, some_kinds)
def test_one_more_exclusion_never_allows_more(
    change: Change, subject: Order, rules: Any, hub: Any, now: Any, scope: Scope, excluded: frozenset[ChangeKind]
) -> None:
    more = (*rules, rule("extra", Exclusion(changes=excluded), scope))
    before = allowed_units(change, subject, terms(*rules), now, by(hub))
    after = allowed_units(change, subject, terms(*more), now, by(hub))
    assert all(after[one] <= before.get(one, 0) for one in after)


@SETTINGS
@given(orders(), rulebooks(), moments)
def test_a_removal_is_never_offered_longer_than_the_stricter_rule(subject: Order, rules: Any, now: Any) -> None:
    everything = by(HubSettings(active=True, changes=EVERY_CHANGE))
    removal = decide(Change(kind=ChangeKind.REMOVE_LINES), subject, terms(*rules), now, brand=everything)
    for verdict in removal:
        alone = replace(subject, lines=tuple(line for line in subject.lines if line.id == verdict.line))
        cancel = decide(Change(kind=ChangeKind.CANCEL_ORDER), alone, terms(*rules), now, brand=everything)
        if verdict.allowed and cancel and cancel[0].allowed and cancel[0].until is not None:
            assert verdict.until is not None
            assert verdict.until <= cancel[0].until or any(
                isinstance(known.body, Window) and known.body.before_release is not None for known in rules
            )


@SETTINGS
@given(changes, orders(), rulebooks(), hubs, moments)
def test_a_decision_can_be_made_again_from_its_record(change: Change, subject: Order, rules: Any, hub: Any, now: Any) -> None:
    verdicts = decide(change, subject, terms(*rules), now, brand=by(hub))
    record = DecisionRecord(change=change, order=subject, terms=terms(*rules), brand=by(hub), now=now, verdicts=verdicts)
    text = to_text(RECORD, record)
    again = from_text(RECORD, text)
    assert again == record
    assert agrees(again)
    assert to_text(RECORD, again) == text
