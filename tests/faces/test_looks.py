"""Every state of every face: what axe-core says of it in light and dark, on a phone, at 320 px and at double size."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.faces.conftest import Arrive
from tests.faces.looks import objections, overflowing, too_small
from tests.faces.town import Town
from tests.faces.visitor import DESKTOP, NARROW, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

NOW = datetime(2026, 11, 20, 14, 0, tzinfo=UTC)
LONG = "Handgewebte Leinenbettwäschegarnitur in Übergröße mit Perlmuttknopfverschlussleiste"
QUOTE = {
    "kind": "quote",
    "text": "You can edit an order for 60 minutes after checkout.",
    "locale": "en",
    "language_words": "English",
    "document": "edit-window",
    "clause": "edit-window#1",
    "title": "Order editing window",
    "changed_at": None,
    "changed_words": "Last changed Nov 20",
}


def line(title: str, tone: str, state: str, words: str, *, allowed: bool, **more: Any) -> dict[str, Any]:
    return {
        "line": f"gid://shopify/LineItem/{len(title)}",
        "title": title,
        "variant": "Extra groß / Nachtblau meliert",
        "quantity": 3,
        "image_url": None,
        "state": state,
        "state_words": words,
        "tone": tone,
        "allowed": allowed,
        "reason": "window_closed",
        "reason_words": "The warehouse has been asked and has not answered yet",
        "until": None,
        "why": QUOTE,
        "options": [],
        "tracking_url": "https://track.example.com/6A00000000043" if state == "in_transit" else None,
        "quantity_allowed": 1 if allowed else 0,
        **more,
    }


def card(until: datetime) -> dict[str, Any]:
    size = {"change": "swap_variant", "label": "Größenbezeichnung", "current": "M", "url": "https://shop.example.com/c/x", "product": "p"}
    return {
        "kind": "order_card",
        "order": "gid://shopify/Order/1",
        "name": "#1043",
        "title": "Bestellung #1043 · von 14:10 Uhr MEZ",
        "lines": [
            line(LONG, "open", "open", "kann geändert werden", allowed=True, options=[size]),
            line("リネンシャツ（長袖・オーガニックコットン混）", "gone", "in_transit", "発送済み", allowed=False),
            line("Coat", "waiting", "requested", "with the warehouse", allowed=False),
            line("Pen", "problem", "unknown", "state not known", allowed=False),
            line("Mug", "gone", "cancelled", "cancelled", allowed=False),
        ],
        "until": until.isoformat(),
        "until_words": "Änderung bis 15:05 Uhr MEZ",
        "primary": {"label": "Änderungen prüfen", "url": "https://shop.example.com/c/y", "action": "review"},
        "links": [{"label": "Ganze Bestellung stornieren", "url": "https://shop.example.com/c/z", "action": "cancel_order"}],
    }


def said(seq: int, author: str, text: str, *blocks: dict[str, Any], **more: Any) -> tuple[str, dict[str, Any]]:
    body = {"seq": seq, "ref": f"r{seq}", "author": author, "name": "Support", "at": NOW.isoformat(), "text": text, "ai": author == "agent"}
    return "message", {**body, "blocks": list(blocks), **more}


EVERYTHING = [
    said(1, "agent", "Hello, I am the AI assistant.", {"kind": "text", "text": "Hello, I am the AI assistant."}),
    said(2, "shopper", f"{LONG} und {LONG.replace(' ', '')}{LONG.replace(' ', '')}"),
    said(3, "agent", "Yes.", {"kind": "text", "text": "Yes, until 15:05."}, card(NOW + timedelta(minutes=58)), QUOTE),
    said(4, "agent", "Gone.", card(NOW - timedelta(minutes=1))),
    said(5, "agent", "Sent.", {"kind": "deep_link", "label": "Retour ou échange", "url": "https://shop.example.com/r", "action": "return"}),
    said(6, "agent", "Made.", {"kind": "handoff_notice", "state": "made", "reason": "x", "case": "NO-1", "text": "A person has it: NO-1."}),
    said(7, "person", "I am looking at it."),
    ("case", {"seq": 8, "state": "closed", "reference": "NO-1", "agent_name": "Support"}),
    ("level", {"seq": 9, "level": "L2", "signed_in": True}),
    said(
        10,
        "agent",
        "Which?",
        {"kind": "sign_in", "label": "Sign in", "url": "https://shop.example.com/s", "code_label": "Send me a code"},
        {"kind": "choices", "options": [{"id": "a", "label": f"#1042 {LONG}"}, {"id": "b", "label": "No"}]},
    ),
]


async def replay(page: Page, town: Town, locale: str) -> None:
    """The chat by itself, telling of EVERYTHING."""

    async def answer(route: Route) -> None:
        path = route.request.url
        if "/conversations" in path:
            begun = {"conversation": "c", "token": "t", "level": "L0", "signed_in": False, "now": NOW.isoformat()}
            await route.fulfill(status=201, json=begun)
        elif "after=0" in path:
            rows = [f"id: {body['seq']}\nevent: {kind}\ndata: {json.dumps(body)}\n\n" for kind, body in EVERYTHING]
            clock = f"event: clock\ndata: {json.dumps({'now': NOW.isoformat()})}\n\n"
            await route.fulfill(status=200, content_type="text/event-stream", body=clock + "".join(rows))
        elif "/events" in path:
            await route.fulfill(status=200, content_type="text/event-stream", body=": ok\n\n")
        elif "/choices" in path:
            values = [
                {"value": "M", "variant": "1", "available": True, "current": True},
                {"value": "Übergröße 4XL", "variant": "2", "available": True, "current": False},
                {"value": "S", "variant": "3", "available": False, "current": False},
            ]
            await route.fulfill(json={"options": [{"change": "swap_variant", "name": "Größenbezeichnung", "values": values}]})
        else:
            await route.fulfill(status=503, json={"error": {"code": "busy", "message": "later"}})

    await page.route("**/api/chat/**", answer)
    await page.goto(f"{town.app}/widget/frame?brand=northbay&locale={locale}")
    await expect(page.locator(".chip").first).to_be_visible()
    await page.locator(".control").first.click()
    await expect(page.locator("a.value")).to_be_visible()
    for why in await page.locator(".reason .text-button").all():
        await why.click()
    await page.locator(".panel.ask .text-button").click()


@pytest.mark.parametrize(
    ("locale", "size", "dark"),
    [("en", DESKTOP, False), ("de", PHONE, True), ("ja", NARROW, False), ("fr", (640, 430), True)],
    ids=["desktop", "phone in the dark", "320 px in Japanese", "double size"],
)
async def test_the_chat_in_every_state(arrive: Arrive, town: Town, locale: str, size: tuple[int, int], dark: bool) -> None:
    visitor = await arrive(locale=locale, size=size, dark=dark)
    page = visitor.page
    await replay(page, town, locale)
    # One message more, which the server will not take.
    await page.fill("#message", "zeile\n" * 3)
    await page.press("#message", "Enter")
    await expect(page.locator(".failed")).to_be_visible()
    await expect(page.locator(".failed [role=alert], .failed[role=alert]")).to_be_visible()
    found = [*await objections(page), *await overflowing(page), *await too_small(page, 44 if size[0] < 480 else 24)]
    assert not found, "\n".join(found)
    assert await page.get_attribute("html", "lang") == locale
    line_height = await page.locator(".bubble").first.evaluate("node => parseFloat(getComputedStyle(node).lineHeight)")
    assert line_height == pytest.approx(15 * (1.7 if locale == "ja" else 1.5), abs=1)
    # No meaning by colour alone: every state has its picture and its word.
    for state in await page.locator(".state").all():
        assert await state.locator("svg").count() == 1
        assert (await state.inner_text()).strip()
    assert await page.locator(".turn:has(.card) .primary:visible").count() <= 1
    assert await visitor.reports() == []


async def test_what_moves_stands_still_for_those_who_ask(arrive: Arrive, town: Town) -> None:
    visitor = await arrive(calm=True)
    await visitor.page.goto(f"{town.app}/widget/frame?brand=northbay&locale=en")
    turn = visitor.page.locator(".turn.agent").first
    assert await turn.evaluate("node => parseFloat(getComputedStyle(node).animationDuration) < 0.001")
    assert await visitor.page.locator("#scroll").evaluate("node => getComputedStyle(node).scrollBehavior") == "auto"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_the_shop_page_with_the_chat_open(arrive: Arrive, dark: bool) -> None:
    ana = await (await arrive(dark=dark)).at_the_shop("ana")
    found = await objections(ana.page)
    chat = await ana.open_chat()
    await ana.say("Can I change the quantity of the tote in my last order?")
    found += [*await objections(chat), *await objections(ana.page)]
    assert not found, "\n".join(found)
    assert await ana.reports() == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop in light", "phone in dark"])
async def test_the_hub_page_by_page(arrive: Arrive, town: Town, size: tuple[int, int]) -> None:
    visitor = await arrive(size=size, dark=size == PHONE)
    page, found = visitor.page, list[str]()
    email = "pat.sample@example.com" if size == PHONE else "louis.martin@example.com"
    number = "1051" if size == PHONE else "1043"

    async def look() -> None:
        found.extend(f"{page.url}: {one}" for one in await objections(page))
        found.extend(f"wide {page.url}: {one}" for one in await overflowing(page))
        if size == PHONE:
            found.extend(f"small {page.url}: {one}" for one in await too_small(page))

    steps: list[Callable[[], Awaitable[Any]]] = [
        lambda: page.goto(f"{town.app}/hub/sign-in"),
        lambda: visitor.sign_in_at_the_hub(email),
        lambda: page.goto(f"{town.app}/orders/{number}"),
        lambda: page.click("a:has-text('Remove items') >> nth=0"),
        lambda: page.click("main button.primary"),
        lambda: page.goto(f"{town.app}/orders/9999"),
        lambda: page.goto(f"{town.app}/returns/{number}"),
        lambda: page.goto(f"{town.app}/withdraw"),
        lambda: page.click("main button.primary"),
    ]
    for step in steps:
        await step()
        await page.wait_for_load_state()
        await look()
    await page.fill("input[name=name]", "Pat Sample")
    await page.fill("input[name=order]", f"#{number}")
    await page.fill("input[name=contact]", email)
    await page.click("main button.primary")
    await look()
    assert not found, "\n".join(found)
    assert await visitor.reports() == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop in light", "phone in dark"])
async def test_the_desk_page_by_page(arrive: Arrive, town: Town, size: tuple[int, int]) -> None:
    shopper = await (await arrive()).at_the_shop("leo")
    await shopper.open_chat()
    answer = await shopper.say("I want to talk to a person about order #1050")
    await expect(answer.locator(".panel.made")).to_be_visible()
    staff = await arrive(size=size, dark=size == PHONE)
    page, found = staff.page, list[str]()
    door = await town.desk_door()
    steps: list[Callable[[], Awaitable[Any]]] = [
        lambda: page.goto(door),
        lambda: page.click("main button"),
        lambda: page.click("#list li a >> nth=0"),
        lambda: page.goto(f"{town.app}/desk/cases/NO-SUCH"),
        lambda: page.goto(f"{town.app}/desk?state=closed"),
    ]
    for step in steps:
        await step()
        await page.wait_for_load_state()
        found += [f"{page.url}: {one}" for one in await objections(page)]
        found += [f"wide {page.url}: {one}" for one in await overflowing(page)]
        if size == PHONE:
            found += [f"small {page.url}: {one}" for one in await too_small(page)]
    assert not found, "\n".join(found)
    assert await staff.reports() == []
