"""Clocks that are set back or run ahead make nobody's message late."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from tests.server.post_office import PostOffice, post_office


@pytest_asyncio.fixture
async def office(tmp_path: Path) -> AsyncIterator[PostOffice]:
    async with post_office(tmp_path) as open_office:
        yield open_office


@pytest.mark.parametrize("back", [timedelta(minutes=1), timedelta(hours=3), timedelta(days=3)])
async def test_what_is_written_after_our_clock_was_set_back_is_answered_and_troubles_no_person(office: PostOffice, back: timedelta) -> None:
    await office.chat({"text": "hello"})
    await office.settle()
    office.stage.clock.advance(-back)
    await office.chat({"text": "and where is my order?"})
    await office.settle()
    assert office.whatsapp.texts == ["L1: hello", "L1: and where is my order?"]
    assert await office.count("SELECT count(*) FROM cases") == 0


@pytest.mark.parametrize("ahead", [timedelta(minutes=-4), timedelta(minutes=4), timedelta(days=2)])
async def test_a_sender_whose_clock_is_not_ours_is_answered(office: PostOffice, ahead: timedelta) -> None:
    await office.chat({"text": "hello"})
    await office.settle()
    await office.chat({"text": "still there?", "timestamp": f"{int((office.now() + ahead).timestamp())}"})
    await office.settle()
    assert office.whatsapp.texts[-1] == "L1: still there?"
    assert await office.count("SELECT count(*) FROM cases") == 0
