"""The mailbox page: a shopper reads, writes and answers; nothing a letter holds runs, and it can be used on any screen."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email import policy
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from playwright.async_api import Browser, Page, expect

from channels.email.letter import letter
from channels.email.receive import parse
from channels.email.render import render
from channels.message import MailHeaders, Received
from channels.reply import DeepLink, Quote, Reply, Text
from demo.mailbox.app import make_app
from demo.mailbox.host import MailHost
from demo.mailbox.letters import Letters
from demo.mailbox.writing import Writer
from tests.demo.served import served
from tests.faces.looks import objections, overflowing, too_small

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SHOP = "hello@northbay.example.com"
ANA, YUI = "ana.torres@example.com", "yui.sato@example.com"
SIZES = {"desktop": (1280, 800), "phone": (390, 844), "narrow": (320, 640)}
HOSTILE = '<img src=x onerror="document.title=1"><script>parent.document.title="ran"</script><a href="javascript:alert(1)">x</a>'
PICTURES = os.environ.get("DESKBELL_PICTURES")


def answer(to: str, locale: str, text: str, html: str | None = None) -> bytes:
    reply = Reply(
        text=f"{text}\nhttps://go.northbay.example.com/c/AAAAAAAAAAAAAAAAAAAAAA",
        blocks=(
            Text(text=text),
            DeepLink(label="Review changes", url="https://go.northbay.example.com/c/AAAAAAAAAAAAAAAAAAAAAA"),
            Quote(
                text="You can edit an order for 60 minutes after checkout.",
                locale="en",
                document="d",
                clause="c",
                title="Order editing window",
            ),
        ),
        locale=locale,
    )
    answers = MailHeaders(message_id="<first@example.com>", subject="Order #1042")
    (out,) = render(reply, to=to, brand_name="Northbay", locale=locale, answers=answers, message_id=f"<{locale}@northbay.example.com>")
    mail = letter(out, ref="r", sender=SHOP, sender_name="Northbay", at=datetime(2026, 11, 20, 11, 0, tzinfo=UTC))
    if html is not None:
        mail.get_body(("html",)).set_content(html, subtype="html")  # type: ignore[union-attr]  # it has one
    return mail.as_bytes(policy=policy.SMTP)


@asynccontextmanager
async def post_office() -> AsyncIterator[tuple[str, MailHost, list[Received]]]:
    taken: list[Received] = []
    door = FastAPI()

    @door.post("/in")
    async def inbound(request: Request) -> Response:
        taken.append(parse(await request.body(), own=(SHOP,), authserv_id="mailbox.test"))
        return Response()

    letters = Letters()
    to_shop = httpx.AsyncClient(transport=httpx.ASGITransport(door))
    people = [Writer(address=ANA, name="Ana Torres"), Writer(address=YUI, name="Yui Sato")]
    host = MailHost(letters=letters, address=SHOP, webhook="http://app.test/in", people=people, http=to_shop)
    letters.take(answer(YUI, "ja", "ご注文 #1043 は 15:05 まで変更できます。"), (YUI,), SHOP)
    letters.take(answer(ANA, "en", "Order #1042 can be changed until 15:05."), (ANA,), SHOP)
    async with served(make_app(letters, host)) as address:
        yield address, host, taken
    await host.stop()


@asynccontextmanager
async def opened(browser: Browser, address: str, size: str = "desktop", *, dark: bool = False) -> AsyncIterator[Page]:
    width, height = SIZES[size]
    context = await browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", locale="en-GB"
    )
    page = await context.new_page()
    await page.goto(address)
    yield page
    await context.close()


async def photographed(page: Page, name: str) -> None:
    if PICTURES:
        await page.screenshot(path=Path(PICTURES) / f"{name}.png")


async def test_a_shopper_reads_answers_and_sees_the_answer_on_its_way(browser: Browser) -> None:
    async with post_office() as (address, _, taken), opened(browser, address) as page:
        await page.get_by_label("Read as").select_option(ANA)
        await page.get_by_role("button", name="Northbay").click()  # a shopper sees who wrote
        await expect(page.get_by_role("tabpanel")).to_contain_text("Order #1042 can be changed until 15:05.")
        await page.get_by_role("tab", name="Headers").click()
        await expect(page.get_by_role("tabpanel")).to_contain_text("X-AI-Generated: true")
        await page.get_by_role("button", name="Reply").click()
        await page.get_by_label("Message").fill("Size L, please.")
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_role("heading", name="Re: Order #1042")).to_be_visible()
        await expect(page.get_by_role("tabpanel")).to_contain_text("> Order #1042 can be changed until 15:05.")
    (received,) = taken
    assert (received.contact, received.text) == (ANA, "Size L, please.")
    assert received.mail is not None
    assert received.mail.references == ("<first@example.com>", "<en@northbay.example.com>")


async def test_a_shopper_writes_a_first_mail(browser: Browser) -> None:
    async with post_office() as (address, _, taken), opened(browser, address, "phone") as page:
        await page.get_by_label("Read as").select_option(YUI)
        await page.get_by_role("button", name="Write").click()
        await page.get_by_label("Subject").fill("注文 #1043 の変更")
        await page.get_by_label("Message").fill("Lサイズに変更できますか。")
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_role("heading", name="注文 #1043 の変更")).to_be_visible()
        await page.get_by_role("button", name="All mail").click()
        await expect(page.get_by_role("button", name="Yui Sato to the shop")).to_be_visible()
    assert [each.text for each in taken] == ["注文 #1043 の変更\n\nLサイズに変更できますか。"]


async def test_a_letters_html_is_shown_in_a_frame_that_runs_and_loads_nothing(browser: Browser) -> None:
    asked: list[str] = []
    tracker = FastAPI()

    @tracker.get("/{name}")
    async def counted(name: str) -> Response:
        asked.append(name)
        return Response()

    async with served(tracker) as elsewhere, post_office() as (address, host, _), opened(browser, address) as page:
        remote = f'<img src="{elsewhere}/x.png"><link rel=stylesheet href="{elsewhere}/x.css"><iframe src="{elsewhere}/x.html"></iframe>'
        host.letters.take(answer(ANA, "fr", HOSTILE, f"<p>Hello</p>{HOSTILE}{remote}<p>The end</p>"), (ANA,), SHOP)
        await page.get_by_label("Read as").select_option(ANA)
        await page.get_by_role("button", name="Northbay").first.click()
        await page.get_by_role("tab", name="HTML").click()
        await expect(page.locator("iframe").content_frame.get_by_text("The end")).to_be_visible()
        assert await page.title() == "Mailbox"
        assert await page.locator("iframe").get_attribute("sandbox") == ""
        async with httpx.AsyncClient() as http:
            await http.get(f"{elsewhere}/seen")
    assert asked == ["seen"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
async def test_the_mailbox_can_be_used_on_any_screen(browser: Browser, size: str, dark: bool) -> None:
    async with post_office() as (address, _, _), opened(browser, address, size, dark=dark) as page:
        await expect(page.get_by_role("button", name="Re: Order #1042").first).to_be_visible()
        for name, step in (("list", None), ("text", "letter"), ("html", "tab"), ("form", "reply")):
            if step == "letter":
                await page.get_by_role("button", name="Re: Order #1042").first.click()
            elif step == "tab":
                await page.get_by_role("tab", name="HTML").click()
                await expect(page.frame_locator("iframe").get_by_text("Review changes")).to_be_visible()
            elif step == "reply":
                await page.get_by_role("button", name="Reply").click()
            await photographed(page, f"{name}-{size}-{'dark' if dark else 'light'}")
            assert await objections(page) == [], name
            assert await overflowing(page) == [], name
            if size != "desktop":
                assert await too_small(page) == [], name
