"""A twin per test."""

from collections.abc import AsyncIterator

import pytest

from tests.demo.twin import Twin, opened


@pytest.fixture
async def twin() -> AsyncIterator[Twin]:
    async with opened() as made:
        yield made
