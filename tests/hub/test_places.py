"""Where the Hub lets itself be sent, and by whose forms."""

import pytest

from hub.pages.front import is_own_form, safe_next
from hub.ports import HubSession
from identity.levels import ANONYMOUS


@pytest.mark.parametrize(
    "path", ["/orders", "/orders/1042?change=swap_variant&line=gid%3A%2F%2Fshopify%2FLineItem%2F1", "/c/abc?value=L", "/returns/1"]
)
def test_places_of_this_hub_are_gone_back_to(path: str) -> None:
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "path", ["https://evil.example", "//evil.example", "/\\evil.example", "/orders/../../x", "/orders@evil", "javascript:1", "", "/hub"]
)
def test_anything_else_is_the_list_of_orders(path: str) -> None:
    assert safe_next(path) == "/orders"


@pytest.mark.parametrize("token", ["", "x", "token-and-more", "tökén"])
def test_a_form_of_another_browser_is_refused(token: str) -> None:
    session = HubSession(token="t", form_token="token", shopper=ANONYMOUS)
    assert is_own_form(session, "token")
    assert not is_own_form(session, token)
