"""Signing in with the shop's account, as a browser does it: out, a code by mail, back, and only this browser is raised."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest_asyncio

from demo.mailbox.app import smtp_server
from demo.mailbox.letters import Letters
from demo.outside import NORTHBAY, Addresses, Outside, build
from demo.world import load_world
from tests.server.stage import Stage, stage

CLAIM = re.compile(r'data-grant="([A-Za-z0-9_-]+)"')


@dataclass
class Street:
    """The house, the world outside, and browsers that walk between them."""

    house: Stage
    outside: Outside
    letters: Letters

    def browser(self) -> httpx.AsyncClient:
        """One browser with its own cookies; it reaches the house and the shop, and follows nothing by itself."""
        shop = httpx.ASGITransport(self.outside.twin)
        assert isinstance(self.house.web._transport, httpx.ASGITransport)
        return httpx.AsyncClient(transport=self.house.web._transport, mounts={"http://127.0.0.1:8601": shop})

    async def back_from_shop(self, browser: httpx.AsyncClient, email: str, start: str = "/auth/northbay/start?mode=popup") -> str:
        """Sign in at the shop; the address the shop sends the browser back to."""
        self.house.clock.set(self.outside.clock.now())
        out = await browser.get(f"http://127.0.0.1:8600{start}")
        assert out.status_code == 303, out.text
        page = await browser.get(out.headers["location"])
        number = re.search(r'name="number" value="([^"]+)"', page.text)
        assert number is not None
        base = "http://127.0.0.1:8601/shops/northbay/authentication"
        await browser.post(f"{base}/login", data={"number": number.group(1), "email": email})
        code = re.search(r"\b(\d{6})\b", self.letters.to(email)[0].text)
        assert code is not None
        away = await browser.post(f"{base}/verify", data={"number": number.group(1), "code": code.group(1)})
        assert away.status_code == 303, away.text
        return str(away.headers["location"])


@pytest_asyncio.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    letters = Letters()
    async with smtp_server(letters, port=0) as port:
        outside = build(load_world(NORTHBAY), Addresses(smtp_port=port), running=False)
        async with stage(tmp_path, outside=httpx.ASGITransport(outside.twin)) as house:
            yield Street(house, outside, letters)


async def test_the_popup_hands_its_grant_to_the_page_that_opened_it(street: Street) -> None:
    page = await street.house.begin()
    email = street.outside.world.customers[0].email or ""
    async with street.browser() as browser:
        back = await street.back_from_shop(browser, email)
        assert urlsplit(back).path == "/auth/northbay/callback"
        done = await browser.get(back)
    claim = CLAIM.search(done.text)
    assert claim is not None
    assert "script-src 'self'" in done.headers["content-security-policy"]
    assert any(cookie.startswith("deskbell-hub-northbay=") for cookie in done.headers.get_list("set-cookie"))
    assert (await page.post("grant", {"grant": claim.group(1)})).status_code == 204
    await street.house.settle()
    assert (await page.told())[-1] == "L3: signed_in"


async def test_a_victim_who_opens_the_attackers_address_raises_nobody_but_themselves(street: Street) -> None:
    attacker = await street.house.begin()
    url = (await attacker.post("sign-in", {})).json()["url"]
    email = street.outside.world.customers[0].email or ""
    async with street.browser() as victim:
        back = await street.back_from_shop(victim, email, start=url.removeprefix("http://127.0.0.1:8600"))
        await victim.get(back)
    await attacker.say("show me the orders")
    await street.house.settle()
    assert await attacker.told() == ["L0: show me the orders"]


async def test_a_callback_in_another_browser_signs_nobody_in(street: Street) -> None:
    email = street.outside.world.customers[0].email or ""
    async with street.browser() as first, street.browser() as second:
        back = await street.back_from_shop(first, email)
        stolen = await second.get(back)
        assert stolen.status_code == 403
        assert CLAIM.search(stolen.text) is None
        assert (await second.get("http://127.0.0.1:8600/orders")).status_code == 303


async def test_a_state_that_was_changed_is_refused(street: Street) -> None:
    email = street.outside.world.customers[0].email or ""
    async with street.browser() as browser:
        back = await street.back_from_shop(browser, email)
        forged = await browser.get(re.sub(r"state=[^&]+", "state=forged", back))
        assert forged.status_code == 403


async def test_a_sign_in_from_the_hub_leads_back_to_the_hub(street: Street) -> None:
    email = street.outside.world.customers[0].email or ""
    async with street.browser() as browser:
        back = await street.back_from_shop(browser, email, start="/auth/northbay/start?mode=hub&next=/orders")
        done = await browser.get(back)
        assert (done.status_code, done.headers["location"]) == (303, "/orders")
        orders = await browser.get("http://127.0.0.1:8600/orders")
        assert orders.status_code == 200
