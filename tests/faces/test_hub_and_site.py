"""The Hub in a browser without scripts, withdrawing without signing in, links that only look, and the chat on somebody else's page."""

import asyncio

import pytest
from playwright.async_api import expect

from demo.mailbox.letters import Letter
from tests.faces.conftest import Arrive
from tests.faces.town import Town
from tests.faces.visitor import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_the_hub_works_without_javascript_up_to_the_request(arrive: Arrive) -> None:
    shopper = await arrive(script=False, size=PHONE)
    page = shopper.page
    await shopper.sign_in_at_the_hub("kim.sample@example.com", "/orders")
    await expect(page.locator("h1")).to_have_text("Orders")
    await shopper.sign_in_at_the_hub("pat.sample@example.com", "/orders")
    await page.click("a:has-text('#1051')")
    await expect(page.locator(".deadline")).to_contain_text("Change until 15:28 CET")
    await page.click("a:has-text('Change size')")
    await page.locator("label.choice:has(input:not([disabled]))").first.click()
    await page.fill("textarea", "The sleeves are what matters.")
    await page.click("main button.primary")
    await expect(page.locator("h1")).to_have_text("Your request was sent")
    await expect(page.locator("main")).to_contain_text("Nothing has changed on your order yet")


async def test_withdrawing_needs_no_sign_in_and_is_acknowledged_by_mail(arrive: Arrive, town: Town) -> None:
    shopper = await arrive(locale="fr")
    page = shopper.page
    await page.goto(f"{town.app}/withdraw")
    assert await page.get_attribute("html", "lang") == "fr"
    await page.click("main button.primary")
    await expect(page.locator("[aria-invalid=true]")).to_have_count(3)
    await expect(page.locator("input[name=name]")).to_be_focused()
    await page.fill("input[name=name]", "Mia Muster")
    await page.fill("input[name=order]", "#1045")
    await page.fill("input[name=contact]", "mia.muster@example.com")
    await page.click("main button.primary")
    await page.click("button[value=edit]")
    assert await page.input_value("input[name=name]") == "Mia Muster"
    await page.click("main button.primary")
    await page.click("button[value=confirm]")
    reference = (await page.locator(".panel .state").inner_text()).strip()
    mails: list[Letter] = []
    for _ in range(200):
        mails = [letter for letter in town.outside.letters.to("mia.muster@example.com") if reference in letter.subject + letter.text]
        if mails:
            break
        await asyncio.sleep(0.05)
    assert len(mails) == 1
    assert "#1045" in mails[0].text
    assert "Mia Muster" in mails[0].text


async def test_looking_at_a_link_uses_nothing_up(arrive: Arrive, town: Town) -> None:
    ana = await (await arrive()).at_the_shop("ana")
    await ana.open_chat()
    answer = await ana.say("I need to cancel my order #1042")
    place = await answer.locator(".acts .primary").get_attribute("href")
    assert place is not None
    door = await town.desk_door()
    looks = [place, door, f"{town.app}/withdraw", f"{town.app}/auth/northbay/start?mode=hub", f"{town.app}/hub/sign-in"]
    before = (await town.http.get(f"{town.app}/health")).json()["engine"]
    for url in looks * 3:
        for method in ("GET", "HEAD"):
            # A place may not know HEAD; it may never be worse for having been asked.
            assert (await town.http.request(method, url)).status_code in (200, 303, 405)
    assert (await town.http.get(f"{town.app}/health")).json()["engine"] == before
    staff = await arrive()
    await staff.page.goto(door)
    await staff.page.click("main button")
    await expect(staff.page.locator("#list")).to_be_visible()
    again = await arrive()
    await again.page.goto(door)
    await again.page.click("main button")
    await expect(again.page.locator("[role=alert]")).to_be_visible()
    hub = await arrive()
    await hub.page.goto(place)
    await expect(hub.page.locator("h1")).to_have_text("Sign in")


async def test_the_chat_on_a_page_that_tries_to_break_it(arrive: Arrive, town: Town) -> None:
    visitor = await arrive()
    await visitor.page.goto(town.foreign)
    # Everything on that page is hidden and turned about by its own sheet; the launcher stands where it belongs.
    chat = await visitor.open_chat()
    box = await (await chat.frame_element()).bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (380, 640)
    assert box["x"] + box["width"] == 1280 - 24
    # It answers, and wears the colours the page's own variables name.
    await visitor.say("How long can I change my order?")
    mark = await chat.locator(".mark").evaluate("node => getComputedStyle(node).backgroundColor")
    assert mark == "rgb(122, 31, 92)"
    assert await chat.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--db-radius')") == "2px"
    # The page can reach neither the button's tree nor what is said.
    assert await visitor.page.evaluate("document.querySelector('deskbell-widget').shadowRoot") is None
    reached = "(() => { try { return window[0].document.body.innerText } catch (error) { return error.name } })()"
    assert await visitor.page.evaluate(reached) in ("SecurityError", "TypeError")
    # A message that does not come from the page the chat stands on, or names no known act, does nothing.
    await visitor.page.evaluate("postMessage({type: 'deskbell:close'}, '*')")
    await asyncio.sleep(0.1)
    assert await (await chat.frame_element()).is_visible()


async def test_no_page_but_the_brands_own_may_frame_the_chat_and_none_the_hub(arrive: Arrive, town: Town) -> None:
    frame = await town.http.get(f"{town.app}/widget/frame?brand=northbay")
    policy = frame.headers["content-security-policy"]
    assert f"frame-ancestors 'self' {' '.join(sorted([town.foreign, town.twin]))}" in policy
    assert "unsafe" not in policy
    for place in ("/hub/sign-in", "/withdraw", "/desk"):
        policy = (await town.http.get(f"{town.app}{place}")).headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
