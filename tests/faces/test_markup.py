"""Markup in anything a stranger controls stays text on every face: nothing runs, is fetched or becomes a node (INV-10, W1)."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Frame, Page, expect

from tests.faces.conftest import Arrive
from tests.faces.payloads import PAYLOADS
from tests.faces.town import Town
from tests.faces.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CHAT = (
    *("div", "span", "p", "article", "header", "h2", "small", "ul", "li", "img", "svg", "path", "button", "b", "strong", "a"),
    *("blockquote", "footer", "section", "form", "label", "input", "i"),
)
FOREIGN = """(known) => [...document.querySelectorAll("#log *")].flatMap((node) => [
  ...(known.includes(node.localName) ? [] : [node.localName]),
  ...[...node.attributes]
    .filter((one) => /^on/.test(one.name) || /^\\s*(javascript|data):/i.test(one.value)).map((one) => one.name),
])"""
SCRIPTS = """() => [...document.querySelectorAll("script, iframe, base, object, embed, style, meta[http-equiv]")]
  .filter((node) => !node.src?.startsWith(location.origin) && node.type !== "application/json")
  .map((node) => node.outerHTML.slice(0, 80))"""
EMAIL = "robin.sample@example.com"


async def _stock(town: Town) -> None:
    """A product, a customer and an order whose every word is a payload."""
    products: list[dict[str, Any]] = []
    for number, payload in enumerate(PAYLOADS):
        variants = [{"sku": f"X{number}-{size}", "options": [f"{size} {payload}"[:200]], "price": "5.00", "stock": 5} for size in "AB"]
        products.append({"id": f"x{number}", "title": payload, "options": ["Kind <b>of</b>"], "variants": variants})
    for product in products:
        await town.control("products", product)
    await town.control("customers", {"id": "robin", "name": f"Robin {PAYLOADS[0]}", "email": EMAIL, "locale": "en"})
    await town.control(
        "orders",
        {
            "name": "#2001",
            "customer": "robin",
            "createdAt": "2026-11-20T14:40:00+01:00",
            "note": " ".join(PAYLOADS[:6]),
            "lines": [{"sku": f"X{number}-A", "quantity": 2, "state": "open"} for number in range(len(PAYLOADS))],
        },
    )


async def harmless(visitor: Visitor, *places: Page | Frame) -> None:
    for place in places:
        assert await place.evaluate("window.__ran") is None, place.url
        if visitor.town.app in place.url:
            assert await place.evaluate(SCRIPTS) == [], place.url
    assert await visitor.reports() == []
    assert visitor.errors == []


async def _quiet(chat: Frame) -> None:
    """Until the burst is answered, in however many turns it came."""
    turns = chat.locator(".turn")
    for _ in range(10):
        before = await turns.count()
        await asyncio.sleep(3)
        if await turns.count() == before:
            return


async def test_markup_from_strangers_is_text_on_every_face(arrive: Arrive, town: Town) -> None:
    await _stock(town)
    fetched: list[str] = []
    robin = await arrive()
    robin.context.on("request", lambda request: fetched.append(request.url))
    await robin.at_the_shop("robin")
    chat = await robin.open_chat()
    for payload in PAYLOADS[:8]:
        await chat.fill("#message", payload)
        await chat.press("#message", "Enter")
    await expect(chat.locator(".turn.shopper")).to_have_count(8)
    await _quiet(chat)
    await robin.say("I need to cancel order #2001")
    card = chat.locator(".card").last
    await expect(card.locator(".line")).to_have_count(len(PAYLOADS))
    shown = await card.locator(".what").all_text_contents()
    assert all(any(payload in one for one in shown) for payload in PAYLOADS)
    assert await card.locator("img").count() == 0
    await robin.say("I want to talk to a person")
    person = chat.locator(".panel.made").last
    await expect(person).to_be_visible()
    assert await chat.evaluate(FOREIGN, list(CHAT)) == []
    await harmless(robin, robin.page, chat)

    # The Hub: the order, a review, a request with a note.
    hub = await arrive()
    hub.context.on("request", lambda request: fetched.append(request.url))
    await hub.sign_in_at_the_hub(EMAIL)
    await harmless(hub, hub.page)
    await hub.page.goto(f"{town.app}/orders/2001")
    await expect(hub.page.locator(".lines > li")).to_have_count(len(PAYLOADS))
    await harmless(hub, hub.page)
    await hub.page.click("a:has-text('Change size') >> nth=0")
    await hub.page.check("input[name=value]:not([disabled])")
    await hub.page.fill("textarea", " ".join(PAYLOADS[:10]))
    await harmless(hub, hub.page)
    await hub.page.click("main button.primary")
    await expect(hub.page.locator("h1")).to_have_text("Your request was sent")
    await hub.page.goto(f"{town.app}/withdraw")
    for field in ("name", "order", "items"):
        await hub.page.fill(f"input[name={field}]", PAYLOADS[1])
    await hub.page.fill("input[name=contact]", EMAIL)
    await hub.page.click("main button.primary")
    await harmless(hub, hub.page)
    await hub.page.click("main button.primary")
    await harmless(hub, hub.page)

    # The desk: every case of this brand, and a reply with a payload that reaches the chat as text.
    desk = await arrive()
    desk.context.on("request", lambda request: fetched.append(request.url))
    await desk.page.goto(await town.desk_door())
    await desk.page.click("main button")
    places = await desk.page.locator("#list li a").evaluate_all("links => links.map(link => link.href)")
    for place in places:
        await desk.page.goto(place)
        await harmless(desk, desk.page)
    reference = re.search(r"NO-\w+", await person.inner_text())
    assert reference is not None
    await desk.page.click(f"#list a:has-text('{reference[0]}')")

    async def reply() -> None:
        await desk.page.fill("#text", PAYLOADS[1])
        await desk.page.click("button:has-text('Send reply')")

    said = await robin.answered(reply, by="person")
    await expect(said.locator(".bubble")).to_have_text(PAYLOADS[1])
    await harmless(robin, chat)
    assert [url for url in fetched if "collect.example.com" in url] == []


async def test_addresses_that_would_run_are_no_links(arrive: Arrive, town: Town) -> None:
    visitor = await arrive()
    await visitor.page.goto(f"{town.app}/widget/frame?brand=northbay&locale=en")
    found = await visitor.page.evaluate(
        """async (payloads) => {
          const { Blocks } = await import("/widget/static/blocks.js");
          const blocks = new Blocks({ words: (key) => key, now: () => Date.now(), send() {}, choices() {}, signIn() {} });
          const made = payloads.map((url) => blocks.render({ kind: "deep_link", label: url, url, action: "review" }, true));
          document.getElementById("log").append(...made);
          return made.filter((link) => link.href && !/^https?:/.test(link.href)).map((link) => link.href);
        }""",
        ["javascript:window.__ran=1", " javascript:window.__ran=1", "data:text/html,<script>1</script>", "vbscript:x", *PAYLOADS],
    )
    assert found == []
    assert await visitor.page.evaluate("new Promise(done => setTimeout(() => done(window.__ran === undefined), 100))")
