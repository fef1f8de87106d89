"""Somebody with two phones in hand: texts and WhatsApp messages of the whole house, seen and tapped on the page that shows them."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import Locator, expect

from tests.faces.conftest import Arrive
from tests.faces.looks import objections, overflowing, too_small
from tests.faces.town import Town
from tests.faces.visitor import DESKTOP, NARROW, PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ANA, LOUIS, MIA, LEO, PAT = "+12025550123", "+12025550145", "+12025550167", "+12025550178", "+12025550189"
STRANGER = "+12025550111"


async def pick_up(visitor: Visitor, phone: str) -> None:
    await visitor.page.goto(f"{visitor.town.phones}/?phone={phone.replace('+', '%2B')}")
    await expect(visitor.page.locator("#holder")).to_have_value(phone)


async def answered(visitor: Visitor, channel: str, text: str) -> Locator:
    """Write it and wait; what came back last."""
    theirs = visitor.page.locator(f"#{channel} .theirs")
    before = await theirs.count()
    await visitor.page.fill(f"#{channel}-text", text)
    await visitor.page.press(f"#{channel}-text", "Enter")
    await expect(theirs.nth(before)).to_be_visible()
    return theirs.nth(before)


async def test_a_text_is_answered_with_its_segments_and_its_link_opens_our_own_page(town: Town, arrive: Arrive) -> None:
    visitor = await arrive()
    await pick_up(visitor, STRANGER)
    answer = await answered(visitor, "sms", "Can I change the size of my last order?")
    await expect(visitor.page.locator("#sms .mine .facts")).to_contain_text("1 segment · GSM-7 · delivered")
    await expect(answer.locator(".facts")).to_contain_text(re.compile(r"[12] segments? · GSM-7 · delivered"))
    link = answer.locator("a")
    await expect(link).to_have_attribute("href", re.compile(f"^{re.escape(town.app)}/"))
    async with visitor.context.expect_page() as opened:
        await link.click()
    page = await opened.value
    await page.wait_for_load_state()
    assert page.url.startswith(f"{town.app}/hub/sign-in")


async def test_a_code_that_comes_by_text_and_goes_back_opens_the_order(town: Town, arrive: Arrive) -> None:
    visitor = await arrive()
    await pick_up(visitor, ANA)
    await answered(visitor, "sms", "Can I change the size of my last order?")
    await visitor.page.fill("#sms-text", "CODE")
    await visitor.page.click("#sms .send")
    text = visitor.page.locator("#sms .theirs .words").filter(has_text=re.compile(r"#\d{6}"))
    await expect(text).to_be_visible()
    code = re.search(r"#(\d{6})", await text.inner_text())
    assert code is not None
    answer = await answered(visitor, "sms", code[1])
    await expect(answer).to_contain_text("1042")
    await expect(answer.locator("a")).to_have_attribute("href", re.compile(r"/c/[A-Za-z0-9_-]{22}$"))


async def test_a_whatsapp_message_is_answered_with_a_button_that_opens_the_hub_and_is_read(town: Town, arrive: Arrive) -> None:
    visitor = await arrive()
    await pick_up(visitor, MIA)
    await expect(visitor.page.locator("#window")).to_have_text("Window opens with your first message")
    answer = await answered(visitor, "whatsapp", "Cancel my order please")
    await expect(visitor.page.locator("#window")).to_have_text(re.compile("Window open, 2[34] h"))
    await expect(answer.locator(".facts")).to_contain_text("read")
    button = answer.get_by_role("link", name="Review changes")
    async with visitor.context.expect_page() as opened:
        await button.click()
    page = await opened.value
    await page.wait_for_load_state()
    assert page.url.startswith(town.app)


async def test_a_tapped_button_is_an_answer_of_its_own(arrive: Arrive) -> None:
    visitor = await arrive()
    await pick_up(visitor, LEO)
    question = await answered(visitor, "whatsapp", "Is there a human?")
    yes = question.get_by_role("button", name="Talk to a person")
    theirs = visitor.page.locator("#whatsapp .theirs")
    before = await theirs.count()
    await yes.click()
    await expect(visitor.page.locator("#whatsapp .mine").last).to_contain_text("Talk to a person")
    await expect(theirs.nth(before)).to_contain_text("NO-")
    await expect(yes).to_be_disabled()
    await expect(yes).to_contain_text("tapped")


async def test_a_picture_gets_a_polite_answer(arrive: Arrive) -> None:
    visitor = await arrive()
    await pick_up(visitor, PAT)
    await visitor.page.get_by_role("button", name="Picture").click()
    await expect(visitor.page.locator("#whatsapp .mine").last).to_contain_text("Picture")
    await expect(visitor.page.locator("#whatsapp .theirs").last).to_contain_text("in words")


async def test_a_closed_window_is_said(town: Town, arrive: Arrive) -> None:
    visitor = await arrive()
    await town.outside.whatsapp.write(STRANGER, "Hello")
    town.outside.whatsapp.opened[STRANGER] -= timedelta(hours=24)
    await pick_up(visitor, STRANGER)
    await expect(visitor.page.locator("#window")).to_have_text("Window closed: only approved templates arrive")


async def test_words_of_a_customer_are_words_and_never_a_page(town: Town, arrive: Arrive) -> None:
    visitor = await arrive()
    await pick_up(visitor, LOUIS)
    await visitor.page.fill("#sms-text", "<img src=x onerror=alert(1)> javascript:alert(1)")
    await visitor.page.press("#sms-text", "Enter")
    mine = visitor.page.locator("#sms .mine .words").last
    await expect(mine).to_have_text("<img src=x onerror=alert(1)> javascript:alert(1)")
    assert await visitor.page.locator(".thread img, .thread script, .mine a").count() == 0
    assert await visitor.reports() == []


@pytest.mark.parametrize(("size", "dark"), [(DESKTOP, False), (DESKTOP, True), (PHONE, False), (NARROW, True)])
async def test_the_page_is_fit_to_be_seen_and_pressed(arrive: Arrive, size: tuple[int, int], dark: bool) -> None:
    visitor = await arrive(size=size, dark=dark)
    await pick_up(visitor, LOUIS)
    if size != DESKTOP:
        await visitor.page.get_by_role("button", name="WhatsApp").click()
    answer = await answered(visitor, "whatsapp", "Puis-je annuler ma commande ?")
    await expect(answer.locator(".facts")).to_contain_text("read")
    assert await objections(visitor.page) == []
    assert await overflowing(visitor.page) == []
    # A link inside a sentence is as tall as its line (WCAG 2.5.8, inline).
    assert [one for one in await too_small(visitor.page) if "https:" not in one and "http:" not in one] == []
