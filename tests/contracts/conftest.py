"""Both stores, for every test that asks for one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from server.store.database import Database
from tests.contracts.storing import KINDS, store


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables and no row: making one takes longer than most tests."""
    import asyncio

    from server.store.sqlite import SqliteDatabase

    async def make(path: Path) -> Path:
        database = SqliteDatabase(path)
        await database.open()
        await database.close()
        return path

    return asyncio.run(make(tmp_path_factory.mktemp("empty") / "empty.db"))


@pytest_asyncio.fixture(params=KINDS)
async def database(request: pytest.FixtureRequest, tmp_path: Path, empty_file: Path) -> AsyncIterator[Database]:
    """An open, empty store of either kind."""
    opened = store(request.param, tmp_path, empty_file)
    await opened.open()
    yield opened
    await opened.close()
