"""Only what Shopify's app proxy signed, for this shop and just now, says who is logged in."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from identity.app_proxy import BadProxySignature, sign, verify

NOW = datetime(2026, 11, 20, 14, tzinfo=UTC)
SHOP = "northbay.myshopify.com"
SECRET = "read-secret"


def query(secret: str = SECRET, extra: tuple[tuple[str, str], ...] = (), **changed: str) -> str:
    pairs = {
        "shop": SHOP,
        "path_prefix": "/apps/deskbell",
        "timestamp": str(int(NOW.timestamp())),
        "logged_in_customer_id": "7001",
    } | changed
    listed = [*pairs.items(), *extra]
    return urlencode([*listed, ("signature", sign(listed, secret))])


def test_a_logged_in_shopper_is_known() -> None:
    assert verify(query(), [SECRET], SHOP, NOW).customer == "gid://shopify/Customer/7001"


def test_repeated_parameters_of_the_page_are_joined_by_comma() -> None:
    assert verify(query(extra=(("extra", "1"), ("extra", "2"))), [SECRET], SHOP, NOW).customer is not None


def test_the_old_secret_serves_during_rotation() -> None:
    assert verify(query("old"), [SECRET, "old"], SHOP, NOW).customer is not None


@pytest.mark.parametrize("customer", ["", "abc", "７００１", "1 OR 1"])
def test_nobody_is_logged_in_without_a_numeric_id(customer: str) -> None:
    assert verify(query(logged_in_customer_id=customer), [SECRET], SHOP, NOW).customer is None


@pytest.mark.parametrize(
    "bad",
    [
        query("wrong"),
        query().replace("7001", "7002"),
        query(shop="evil.myshopify.com"),
        query(timestamp=str(int(NOW.timestamp()) - 91)),
        query(timestamp=str(int(NOW.timestamp()) + 91)),
        query(timestamp="soon"),
        query() + "&shop=" + SHOP,
        query() + "&signature=00",
        query() + "&logged_in_customer_id=1",
        "",
        "%ff=%ff",
        "a",
    ],
)
def test_anything_else_is_refused(bad: str) -> None:
    with pytest.raises(BadProxySignature):
        verify(bad, [SECRET], SHOP, NOW)
