"""One pair of shops for all tests at the wire: opening them loads the encoder, so it is done once."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import structlog
from sqlalchemy import text

from tests.wire.two_shops import NOON, TwoShops, two_shops


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[TwoShops]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))  # quiet
    async with two_shops(tmp_path_factory.mktemp("two-shops")) as shops:
        yield shops
    structlog.reset_defaults()


@pytest_asyncio.fixture(loop_scope="session")
async def shops(opened: TwoShops) -> TwoShops:
    """The shops at noon, without the codes, tries and letters of other tests."""
    opened.clock.set(NOON)
    async with opened.house.database.writing() as tx:
        for table in ("challenges", "failed_tries", "outbox", "sessions"):
            await tx.execute(text(f"DELETE FROM {table}"))
    opened.letters.mails.clear()
    return opened
