"""One Chromium and one town for all tests of this folder."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable
from typing import Any, Protocol

import pytest
import pytest_asyncio
import structlog
from playwright.async_api import Browser, async_playwright, expect

from tests.browser import FLAGS, find_chromium
from tests.faces.town import Town, open_town
from tests.faces.visitor import DESKTOP, Visitor


class Arrive(Protocol):
    def __call__(
        self, *, locale: str = "en", size: tuple[int, int] = DESKTOP, dark: bool = False, script: bool = True, calm: bool = True
    ) -> Awaitable[Visitor]: ...


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    # Two cores may be busy with other tests; what is expected is waited for, never slept for.
    expect.set_options(timeout=15_000)
    async with async_playwright() as driver:
        chromium = await driver.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    async with open_town(tmp_path_factory.mktemp("town")) as town:
        yield town


@pytest_asyncio.fixture(loop_scope="session")
async def arrive(browser: Browser, town: Town) -> AsyncIterator[Arrive]:
    """Opens a browser of one's own for each person in a story; none of them saw an error that nobody caught."""
    here: list[Visitor] = []

    async def one(**how: Any) -> Visitor:
        here.append(await Visitor.arrive(browser, town, **how))
        return here[-1]

    yield one
    errors = [error for visitor in here for error in visitor.errors]
    await asyncio.gather(*(visitor.leave() for visitor in here))
    assert errors == []
