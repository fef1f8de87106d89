"""The shop's webhooks to us: what Shopify has removed is made again, and nothing is made twice."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from demo.clock import DemoClock
from demo.shopify.app import make_app
from demo.world import load_world
from server.services.subscriptions import TOPICS, SubscriptionError, keep_subscribed
from tests.server.stage import Stage, stage

WORLD = Path("demo/brands/northbay/world.yaml")


def connected(house: Stage, secret: str = "read-secret") -> None:
    house.house.settings = house.house.settings.model_copy(update={"public_url": "https://desk.example.com"})
    home = house.home
    house.house.residences[home.brand.id] = replace(home, shop_credentials=("deskbell-read", secret))


async def test_what_is_missing_is_made_once(tmp_path: Path) -> None:
    twin = make_app([load_world(WORLD)], DemoClock(datetime.now(UTC), mode="frozen"))
    async with stage(tmp_path, outside=httpx.ASGITransport(twin)) as house:
        assert await keep_subscribed(house.house, house.home) == 0  # Shopify reaches no address on this machine
        connected(house)
        assert await keep_subscribed(house.house, house.home) == len(TOPICS)
        assert await keep_subscribed(house.house, house.home) == 0


async def test_a_shop_that_cannot_be_asked_says_so(tmp_path: Path) -> None:
    twin = make_app([load_world(WORLD)], DemoClock(datetime.now(UTC), mode="frozen"))
    async with stage(tmp_path, outside=httpx.ASGITransport(twin)) as house:
        connected(house, secret="wrong")
        with pytest.raises(SubscriptionError):
            await keep_subscribed(house.house, house.home)
