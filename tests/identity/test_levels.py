"""A level rises only by a proof, and falls with time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.levels import Level, Proof, ProofKind, Surface, is_stepped_up, shopper_from

NOW = datetime(2026, 11, 20, 14, tzinfo=UTC)
ANA = "gid://shopify/Customer/1"


def proof(kind: ProofKind, age: timedelta = timedelta(), customer: str | None = ANA, contact: str | None = "ana@example.com") -> Proof:
    return Proof(kind=kind, contact=contact, customer=customer, at=NOW - age, seen_at=NOW - age)


@pytest.mark.parametrize(
    ("kind", "surface", "level"),
    [
        (ProofKind.CLAIM, "conversation", Level.L1),
        (ProofKind.CODE, "conversation", Level.L2),
        (ProofKind.CODE, "hub", Level.L0),
        (ProofKind.WHATSAPP_SENDER, "conversation", Level.L2),
        (ProofKind.WHATSAPP_SENDER, "hub", Level.L0),
        (ProofKind.APP_PROXY, "conversation", Level.L3),
        (ProofKind.ACCOUNT, "conversation", Level.L3),
        (ProofKind.ACCOUNT, "hub", Level.L3),
        (ProofKind.HUB_CODE, "hub", Level.L3),
        (ProofKind.HUB_CODE, "conversation", Level.L0),
    ],
)
def test_each_proof_reaches_its_own_level_and_no_other_surface(kind: ProofKind, surface: Surface, level: Level) -> None:
    customer = None if kind is ProofKind.CLAIM else ANA
    assert shopper_from([proof(kind, customer=customer)], NOW, surface=surface).level is level


def test_a_brand_that_demands_accounts_keeps_a_hub_code_below_changes() -> None:
    assert shopper_from([proof(ProofKind.HUB_CODE)], NOW, surface="hub", accounts_only=True).level is Level.L2


def test_a_claim_never_points_to_a_customer() -> None:
    assert shopper_from([proof(ProofKind.CLAIM)], NOW).customer is None


def test_a_level_idles_out_after_half_an_hour_and_ends_after_twelve_hours() -> None:
    idle = Proof(
        kind=ProofKind.CODE, contact="a@example.com", customer=ANA, at=NOW - timedelta(hours=1), seen_at=NOW - timedelta(minutes=30)
    )
    old = Proof(kind=ProofKind.CODE, contact="a@example.com", customer=ANA, at=NOW - timedelta(hours=12), seen_at=NOW)
    kept = Proof(kind=ProofKind.CODE, contact="a@example.com", customer=ANA, at=NOW - timedelta(hours=11), seen_at=NOW)
    assert shopper_from([idle], NOW).level is Level.L0
    assert shopper_from([old], NOW).level is Level.L0
    assert shopper_from([kept], NOW).level is Level.L2


def test_step_up_is_a_proof_of_at_most_five_minutes() -> None:
    fresh = shopper_from([proof(ProofKind.ACCOUNT, timedelta(minutes=5))], NOW, surface="hub")
    stale = shopper_from([proof(ProofKind.ACCOUNT, timedelta(minutes=5, seconds=1))], NOW, surface="hub")
    storefront = shopper_from([proof(ProofKind.APP_PROXY)], NOW, surface="hub")
    assert is_stepped_up(fresh, NOW)
    assert not is_stepped_up(stale, NOW)
    assert not is_stepped_up(storefront, NOW)


proofs = st.builds(
    proof,
    st.sampled_from(ProofKind),
    st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=9)),
    st.sampled_from([None, ANA, "gid://shopify/Customer/2"]),
    st.sampled_from([None, "ana@example.com"]),
)


@given(st.lists(proofs, max_size=4), st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=9)))
def test_waiting_never_raises_a_level(given_proofs: list[Proof], wait: timedelta) -> None:
    order = list(Level)
    before, after = shopper_from(given_proofs, NOW), shopper_from(given_proofs, NOW + wait)
    assert order.index(after.level) <= order.index(before.level)


@given(st.lists(proofs, max_size=4))
def test_nobody_is_signed_in_without_a_customer_behind_the_proof(given_proofs: list[Proof]) -> None:
    shopper = shopper_from(given_proofs, NOW)
    assert not shopper.signed_in or (
        shopper.customer is not None and shopper.proof is not None and shopper.proof.kind is not ProofKind.CLAIM
    )
