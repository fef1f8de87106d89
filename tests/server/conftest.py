"""The house that most tests of the server walk into."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import structlog

from tests.server.stage import Stage, stage


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path) as open_house:
        yield open_house


@pytest.fixture(autouse=True)
def _quiet() -> None:
    """The house's own log lines are not what these tests read."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
