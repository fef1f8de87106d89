"""What changes while an installation runs is known to it within seconds: brands, rules, switches. And which process may do what."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from server.assembly import Stand, open_installation, take_in
from server.cli.serving import Front
from server.engine.engine import Timing
from server.engine.restraint import CATALOGUE_ONLY
from server.installation import Installation
from server.settings import Settings
from server.store import policies, switches
from server.store.database import StoreUnusable, database_for
from server.world_brand import read_world_brand
from tests.server.stage import Repeater
from tests.stores import POSTGRES, url_at
from tests.wire.two_shops import world_text

QUICK = Timing(debounce=timedelta(), sweep=timedelta(seconds=0.1), news=timedelta(seconds=0.02), drain=timedelta(seconds=1))
ROOT = Path(__file__).resolve().parents[2]


def settings_at(folder: Path, **more: object) -> Settings:
    world = folder / "northbay.yaml"
    world.write_text(world_text("northbay"), encoding="utf-8")
    return Settings(
        dev=True,
        var=folder,
        database_url=url_at(folder),
        world=world,
        _env_file=None,  # type: ignore[call-arg]  # pydantic-settings' own keyword
        **more,  # type: ignore[arg-type]
    )


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Installation]:
    async with open_installation(settings_at(folder), Stand(take_turn=Repeater(), timing=QUICK)) as house:
        yield house


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110  # the house tells nobody
            await asyncio.sleep(0.01)


async def test_a_brand_that_is_added_later_is_answered_and_has_its_pages(tmp_path: Path) -> None:
    async with running(tmp_path) as house:
        front = Front(house, None)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(front), base_url=house.settings.public_url) as web:
            assert (await web.post("/api/chat/southbay/conversations", json={})).status_code == 404
            world = tmp_path / "southbay.yaml"
            world.write_text(world_text("southbay"), encoding="utf-8")
            await take_in(house, read_world_brand(world))
            await until(lambda: "southbay" in house.residences)
            begun = (await web.post("/api/chat/southbay/conversations", json={})).json()
            talk = {"Authorization": f"Bearer {begun['token']}"}
            assert (await web.post("/api/chat/southbay/messages", json={"id": "m1", "text": "hello"}, headers=talk)).status_code == 202
            log = (await web.get("/api/chat/southbay/events?after=2&wait=20", headers=talk)).json()["events"]
            assert [one["text"] for one in log] == ["L0: hello"]
            async with asyncio.timeout(20):
                while (await web.get("/b/southbay/orders")).status_code == 404:  # noqa: ASYNC110  # the house tells nobody
                    await asyncio.sleep(0.01)
            assert [home.brand.id for home in house.residences.values()] == ["northbay", "southbay"]


async def test_a_rule_that_is_approved_elsewhere_counts_here(tmp_path: Path) -> None:
    async with running(tmp_path) as house:
        home = house.first
        rules = home.parts.library.terms().rules
        assert rules
        async with house.database.writing() as tx:
            none = home.parts.library.terms().__class__(zone="Europe/Paris", currency="EUR")
            await policies.replace_rules(tx, home.brand, none, now=house.clock.now(), approver="somebody")
        await until(lambda: house.first.parts.library.terms().rules == ())
        assert house.first is home  # its pages need not be put up anew for that


async def test_catalogue_answers_only_is_switched_on_and_off_for_one_brand_while_it_runs(tmp_path: Path) -> None:
    async with running(tmp_path) as house:
        brand, parts = house.first.brand, house.first.parts
        assert not parts.templates_only()
        for on in (True, False):
            async with house.database.writing() as tx:
                await switches.turn(tx, brand, CATALOGUE_ONLY, on, house.clock.now())
            await until(lambda on=on: parts.templates_only() is on)  # type: ignore[misc]


async def test_the_installations_own_switch_goes_before_any_brands(tmp_path: Path) -> None:
    async with open_installation(settings_at(tmp_path, kill_switch=True), Stand(take_turn=Repeater(), timing=QUICK)) as house:
        assert house.first.parts.templates_only()


@pytest.mark.skipif(POSTGRES, reason="about SQLite")
@pytest.mark.parametrize("role", ["web", "worker"])
async def test_on_sqlite_no_process_does_half_of_the_work(tmp_path: Path, role: str) -> None:
    command = (sys.executable, "-c", "from server.cli import main; main()", "serve", "--role", role, "--port", "0")
    given = {"DESKBELL_DEV": "1", "DESKBELL_VAR": str(tmp_path)}
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=ROOT, env={**os.environ, **given}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert f"a {role} process of its own needs PostgreSQL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not POSTGRES, reason="about PostgreSQL")
async def test_a_database_that_does_not_answer_is_said_in_a_sentence(tmp_path: Path) -> None:
    nowhere = database_for("postgresql://postgres@127.0.0.1:1/nowhere", tmp_path)
    with pytest.raises(StoreUnusable, match="does not answer"):
        await nowhere.open()
