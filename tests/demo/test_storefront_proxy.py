"""What the demo's app proxy signs, the app believes, and nothing else."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from demo.storefront.proxy import signed_query
from identity.app_proxy import BadProxySignature, verify

NOW = datetime(2026, 11, 20, 14, tzinfo=UTC)
SHOP = "northbay.myshopify.com"
words = st.text(st.characters(categories=("L", "N", "P", "Zs"), exclude_characters="="), max_size=12)
pairs = st.lists(st.tuples(words.filter(bool), words), max_size=5)


def signed(page: list[tuple[str, str]], customer: str | None = "7001") -> str:
    return signed_query(page, shop=SHOP, customer=customer, timestamp=int(NOW.timestamp()), secret="read-secret")


@given(pairs)
def test_whatever_the_page_adds_the_visitor_is_the_same(page: list[tuple[str, str]]) -> None:
    assert verify(signed(page), ["read-secret"], SHOP, NOW).customer == "gid://shopify/Customer/7001"


def test_a_page_cannot_say_who_is_logged_in() -> None:
    query = signed([("logged_in_customer_id", "666"), ("shop", "evil.myshopify.com"), ("signature", "00")], customer=None)
    assert verify(query, ["read-secret"], SHOP, NOW).customer is None


def test_a_changed_customer_breaks_the_signature() -> None:
    with pytest.raises(BadProxySignature):
        verify(signed([]).replace("7001", "7002"), ["read-secret"], SHOP, NOW)


@pytest.mark.parametrize("page", [[("x=1shop", SHOP)], [("note", "logged_in_customer_id=666")], [("myshop", "1")]])
def test_a_parameter_that_could_be_cut_into_others_is_refused(page: list[tuple[str, str]]) -> None:
    with pytest.raises(BadProxySignature):
        verify(signed(page), ["read-secret"], SHOP, NOW)
