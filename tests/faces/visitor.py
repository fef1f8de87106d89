"""One person in one browser: a shopper on the shop's page with the chat, or anybody on a page of ours."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from playwright.async_api import Browser, BrowserContext, Frame, Locator, Page, expect

from tests.faces.town import Town

LOCALES = {"en": "en-US", "fr": "fr-FR", "ja": "ja-JP", "de": "de-DE", "es": "es-ES"}
PHONE, NARROW, DESKTOP = (390, 844), (320, 640), (1280, 860)
WATCH = """
window.__reports = [];
addEventListener("securitypolicyviolation", (event) => window.__reports.push(event.violatedDirective + " " + event.blockedURI));
"""


@dataclass(slots=True)
class Visitor:
    town: Town
    context: BrowserContext
    page: Page
    size: tuple[int, int]
    errors: list[str] = field(default_factory=list)
    chat: Frame | None = None

    @classmethod
    async def arrive(
        cls,
        browser: Browser,
        town: Town,
        *,
        locale: str = "en",
        size: tuple[int, int] = DESKTOP,
        dark: bool = False,
        script: bool = True,
        calm: bool = True,
    ) -> "Visitor":
        """A browser nobody has used yet. calm: the person prefers reduced motion."""
        context = await browser.new_context(
            locale=LOCALES[locale],
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce" if calm else "no-preference",
            java_script_enabled=script,
            has_touch=size[0] < 480,
            is_mobile=size[0] < 480,
        )
        context.set_default_timeout(15_000)
        await context.add_init_script(WATCH)
        page = await context.new_page()
        visitor = cls(town, context, page, size)
        page.on("pageerror", lambda error: visitor.errors.append(str(error)))
        page.on("dialog", lambda dialog: visitor.errors.append(f"dialog: {dialog.message}"))
        return visitor

    async def at_the_shop(self, customer: str | None = None, locale: str = "en") -> "Visitor":
        """On the storefront, logged in there as one of the sample customers or as nobody."""
        await self.page.goto(f"{self.town.shop}/?locale={locale}")
        if customer:
            async with self.page.expect_navigation():
                await self.page.select_option("select[name=customer]", customer)
        return self

    async def open_chat(self) -> Frame:
        """Press the launcher. Its shadow root is closed, as to the page itself: a person knows only where it is."""
        width, height = self.size
        await self.page.mouse.click(width - 52, height - 52)
        return await self.find_chat()

    async def find_chat(self) -> Frame:
        """The chat's frame, ready to be spoken to."""
        for _ in range(200):
            frame = next((one for one in self.page.frames if "/widget/frame" in one.url), None)
            if frame is not None:
                await expect(frame.locator(".turn.agent").first).to_be_visible()
                self.chat = frame
                return frame
            await asyncio.sleep(0.05)
        raise AssertionError("no chat opened")

    @property
    def inside(self) -> Frame:
        assert self.chat is not None
        return self.chat

    async def say(self, text: str) -> Locator:
        """Send `text`; the answer's turn once it is there."""
        return await self.answered(lambda: self._type(text))

    async def _type(self, text: str) -> None:
        await self.inside.fill("#message", text)
        await self.inside.press("#message", "Enter")

    async def answered(self, act: Callable[[], Awaitable[object]], by: Literal["agent", "person"] = "agent") -> Locator:
        """Do something that is answered in the chat; the answer's turn."""
        turns = self.inside.locator(f".turn.{by}")
        before = await turns.count()
        await act()
        await expect(turns).not_to_have_count(before)
        return turns.nth(before)

    async def reports(self) -> list[str]:
        """What the content policy had to stop, in any frame of the page."""
        found: list[Any] = []
        for frame in self.page.frames:
            found += await frame.evaluate("window.__reports || []")
        return [str(one) for one in found]

    async def sign_in_at_the_account(self, page: Page, address: str) -> None:
        """The account service's two pages: address, then the code from the mailbox."""
        await page.fill("#email", address)
        await page.click("form.email button")
        await page.wait_for_selector("form.code:visible")
        code = await self.town.code_for(address)
        await page.fill("#code", code)
        await page.click("form.code button")

    async def sign_in_at_the_hub(self, address: str, place: str = "/orders") -> None:
        """By a code, on the Hub's own page."""
        await self.page.goto(f"{self.town.app}/hub/sign-in?next={place}")
        await self.page.fill("input[name=contact]", address)
        await self.page.click("form[action$='/code'] button")
        await self.page.fill("input[name=code]", await self.town.code_for(address))
        await self.page.click("main button.primary")
        await self.page.wait_for_url(f"**{place}")

    async def leave(self) -> None:
        await self.context.close()
