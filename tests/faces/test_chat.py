"""Talking to the chat in a real browser: asking, signing in, being cut off, coming back."""

import asyncio
import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.faces.conftest import Arrive
from tests.faces.town import Town
from tests.faces.visitor import PHONE, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SIZE = "Can I change the size of the linen shirt in my last order?"


async def test_a_signed_in_shopper_changes_a_size_and_a_person_answers_in_the_same_chat(arrive: Arrive, town: Town) -> None:
    ana = await (await arrive()).at_the_shop("ana")
    chat = await ana.open_chat()
    answer = await ana.say(SIZE)
    await expect(answer.locator(".card h2")).to_contain_text("#1042")
    size = answer.locator(".control", has_text="Size")
    await expect(size).to_contain_text("M")
    await size.click()
    large = answer.locator("a.value", has_text=re.compile("^L"))
    await expect(large).to_be_visible()

    # The Hub asks for its own proof, then shows the review with the value chosen.
    async with ana.context.expect_page() as opened:
        await large.click()
    hub = await opened.value
    await expect(hub.locator("h1")).to_have_text("Sign in")
    await hub.fill("input[name=contact]", "ana.torres@example.com")
    await hub.click("form[action$='/code'] button")
    await hub.fill("input[name=code]", await town.code_for("ana.torres@example.com"))
    await hub.click("main button.primary")
    await expect(hub.locator("h1")).to_have_text("Change size or colour")
    await expect(hub.locator("input[value=L]")).to_be_checked()
    await hub.click("main button.primary")
    await expect(hub.locator("h1")).to_have_text("Your request was sent")
    reference = (await hub.locator(".panel .state").inner_text()).strip()

    # The desk has the case with its brief; what a person writes there appears here.
    desk = await arrive()
    await desk.page.goto(await town.desk_door())
    await desk.page.click("main button")
    await desk.page.click(f"#list a:has-text('{reference}')")
    brief = desk.page.locator(".brief")
    await expect(brief).to_contain_text("Change size or colour: L")
    await expect(brief).to_contain_text("#1042")
    await expect(brief).to_contain_text("Signed in")

    async def reply() -> None:
        await desk.page.fill("#text", "Size L is in stock, I am changing it for you.")
        await desk.page.click("button:has-text('Send reply')")

    said = await ana.answered(reply, by="person")
    await expect(said).to_contain_text("Size L is in stock")
    await expect(said.locator(".by")).to_contain_text("Person")
    assert await chat.locator(".turn[data-ai]").count() == await chat.locator(".turn.agent").count()


async def _sign_in_by_popup(shopper: Visitor, address: str) -> None:
    async with shopper.context.expect_page() as opened:
        await shopper.inside.click(".panel.ask .primary")
    popup: Page = await opened.value
    await shopper.sign_in_at_the_account(popup, address)
    if not popup.is_closed():
        await popup.wait_for_event("close")


async def test_after_signing_in_by_popup_the_chat_goes_on_with_the_wish(arrive: Arrive) -> None:
    shopper = await (await arrive(size=PHONE)).at_the_shop()
    chat = await shopper.open_chat()
    await shopper.say("I need to cancel my order #1036")
    assert "Stoneware" not in await chat.inner_text("#log")
    answer = await shopper.answered(lambda: _sign_in_by_popup(shopper, "ana.torres@example.com"))
    await expect(answer).to_contain_text("#1036")
    await expect(chat.locator(".event")).to_contain_text("signed in")
    await expect(chat.locator(".panel.ask")).to_have_count(0)


async def test_a_code_typed_into_the_chat_signs_in(arrive: Arrive, town: Town) -> None:
    shopper = await (await arrive(locale="fr")).at_the_shop(locale="fr")
    chat = await shopper.open_chat()
    await shopper.say("Je veux annuler ma commande #1038")
    await chat.click(".panel.ask .text-button")
    await chat.fill(".panel.ask input", "louis.martin@example.com")
    await shopper.answered(lambda: chat.press(".panel.ask input", "Enter"))
    code = await town.code_for("louis.martin@example.com")
    answer = await shopper.say(code)
    await expect(answer).to_contain_text("#1038")
    assert code not in await chat.inner_text("#log")
    await expect(chat.locator("html")).to_have_attribute("lang", "fr")


async def test_a_sign_in_link_handed_to_somebody_else_does_not_raise_the_chat_it_came_from(arrive: Arrive) -> None:
    attacker = await (await arrive()).at_the_shop()
    chat = await attacker.open_chat()
    await attacker.say("I need to cancel my order")
    async with attacker.context.expect_page() as opened:
        await chat.click(".panel.ask .primary")
    popup = await opened.value
    await popup.wait_for_url("**/authentication/**")
    # The address as the chat was given it, and the one it led to.
    for address in (f"{attacker.town.app}/auth/northbay/start?mode=popup", popup.url):
        victim = await arrive()
        await victim.page.goto(address)
        await victim.sign_in_at_the_account(victim.page, "louis.martin@example.com")
        await victim.page.wait_for_url("**/callback**")
    await asyncio.sleep(0.3)
    assert await chat.locator(".event").count() == 0
    answer = await attacker.say("I need to cancel my order")
    assert not re.search(r"#10\d\d", await answer.inner_text())


async def test_a_reload_shows_the_conversation_once_and_goes_on(arrive: Arrive) -> None:
    ana = await (await arrive()).at_the_shop("ana")
    chat = await ana.open_chat()
    await ana.say("Where is my order #1036?")
    before = await chat.locator(".turn").count()
    await chat.fill("#message", "half a thought")
    await ana.page.reload()
    chat = await ana.find_chat()
    await asyncio.sleep(0.4)
    assert await chat.locator(".turn").count() == before
    assert await chat.input_value("#message") == "half a thought"
    await ana.say("How long can I change my order?")
    assert await chat.locator(".turn").count() == before + 2


async def test_a_broken_line_mends_itself_without_loss_or_repetition(arrive: Arrive) -> None:
    ana = await (await arrive()).at_the_shop("ana")
    chat = await ana.open_chat()
    cut = True

    async def torn(route: Route) -> None:
        await (route.abort() if cut else route.continue_())

    await ana.context.route("**/events?*", torn)
    # The stream that stands is dropped as a network change would drop it; new ones fail until the line is back.
    await chat.evaluate("dispatchEvent(new Event('online'))")
    await chat.fill("#message", "How long can I change my order?")
    await chat.press("#message", "Enter")
    await expect(chat.locator("#notice")).to_have_text("Reconnecting")
    cut = False
    await expect(chat.locator(".turn.agent")).to_have_count(2)
    await expect(chat.locator("#notice")).to_be_hidden()
    await expect(chat.locator(".turn.shopper")).to_have_count(1)


async def test_a_message_that_fails_is_kept_and_sent_once(arrive: Arrive) -> None:
    ana = await (await arrive()).at_the_shop("ana")
    chat = await ana.open_chat()
    sent = 0

    async def lose_the_answer(route: Route) -> None:
        nonlocal sent
        sent += 1
        if sent == 1:
            # It arrived, and the shopper's browser never heard so.
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await ana.context.route("**/messages", lose_the_answer)
    await chat.fill("#message", "How long can I change my order?")
    await chat.press("#message", "Enter")
    await expect(chat.locator(".turn.agent")).to_have_count(2)
    if await chat.locator(".failed button").count():
        await chat.click(".failed button")
    await asyncio.sleep(0.4)
    await expect(chat.locator(".turn.shopper")).to_have_count(1)
    await expect(chat.locator(".turn.agent")).to_have_count(2)


async def test_enter_twice_sends_once_and_enter_while_composing_sends_nothing(arrive: Arrive) -> None:
    yui = await (await arrive(locale="ja")).at_the_shop("yui", locale="ja")
    chat = await yui.open_chat()
    await chat.fill("#message", "注文1044をキャンセルしたい")
    for ime, code in ((True, 13), (False, 229)):
        await chat.evaluate(
            """([ime, code]) => document.getElementById("message").dispatchEvent(
                new KeyboardEvent("keydown", {key: "Enter", bubbles: true, cancelable: true, isComposing: ime, keyCode: code}))""",
            [ime, code],
        )
    assert await chat.locator(".turn.shopper").count() == 0
    await chat.press("#message", "Enter")
    await chat.press("#message", "Enter")
    await expect(chat.locator(".turn.agent")).to_have_count(2)
    assert await chat.locator(".turn.shopper").count() == 1
    await expect(chat.locator("html")).to_have_attribute("lang", "ja")


async def test_the_whole_chat_by_keyboard(arrive: Arrive) -> None:
    ana = await (await arrive()).at_the_shop("ana")
    page = ana.page
    await page.evaluate("document.querySelector('select').focus()")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.localName") == "deskbell-widget"
    await page.keyboard.press("Enter")
    chat = await ana.find_chat()
    await expect(chat.locator("#message")).to_be_focused()
    await page.keyboard.type(SIZE)
    await page.keyboard.press("Enter")
    await expect(chat.locator(".card")).to_be_visible()
    control = chat.locator(".control").last
    for _ in range(12):
        await page.keyboard.press("Shift+Tab")
        if await control.evaluate("node => node === document.activeElement"):
            break
    await expect(control).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(chat.locator("a.value").first).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(control).to_be_focused()
    await expect(control).to_have_attribute("aria-expanded", "false")
    await page.keyboard.press("Escape")
    await (await chat.frame_element()).wait_for_element_state("hidden")
    assert await page.evaluate("document.activeElement.localName") == "deskbell-widget"
    await page.keyboard.press("Enter")
    await expect(chat.locator("#message")).to_be_focused()


async def test_quick_replies_go_once_used_and_the_focus_stays_in_the_chat(arrive: Arrive) -> None:
    yui = await (await arrive()).at_the_shop("yui")
    chat = await yui.open_chat()
    await yui.say("Can I change the size of the wool sweater in order #1044?")
    await chat.locator(".chip").first.focus()
    await yui.answered(lambda: yui.page.keyboard.press("Enter"))
    await expect(chat.locator(".turn.agent").nth(1).locator(".chip")).to_have_count(0)
    await expect(chat.locator("#message")).to_be_focused()


async def test_what_is_read_out_is_read_out_once(arrive: Arrive) -> None:
    ana = await (await arrive()).at_the_shop("ana")
    chat = await ana.open_chat()
    await expect(chat.locator("[role=log]")).to_have_attribute("aria-live", "polite")
    await ana.say("How long can I change my order?")
    regions = await chat.evaluate(
        "[...document.querySelectorAll('[role=log],[role=status],[role=alert],[aria-live]')].map(node => node.innerText.trim())"
    )
    answer = (await chat.locator(".turn.agent .bubble").last.inner_text()).strip()
    assert sum(answer in region for region in regions) == 1
    # What was said before is not read out again when the page comes back.
    await ana.page.reload()
    chat = await ana.find_chat()
    assert await chat.locator("[role=log]").get_attribute("aria-live") == "off"
    await expect(chat.locator("[role=log]")).to_have_attribute("aria-live", "polite")


async def test_a_deadline_that_passes_while_looking_takes_the_controls_away(arrive: Arrive) -> None:
    ana = await (await arrive()).at_the_shop("ana")
    chat = await ana.open_chat()
    await ana.page.clock.install()
    answer = await ana.say(SIZE)
    await expect(answer.locator(".until")).to_contain_text("min left")
    # The shop's clock, as the next line of the stream tells it.
    await chat.evaluate("Date.now = (real => () => real() + 3600e3)(Date.now)")
    await ana.page.clock.run_for(2000)
    await expect(answer.locator(".until")).to_contain_text("has passed")
    await expect(answer.locator(".controls")).to_be_hidden()
    await expect(answer.locator(".acts .primary")).to_be_hidden()
