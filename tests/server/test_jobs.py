"""Work that is done out of sight: it waits for a brand that is not here yet, and nobody waits for what is slow."""

from datetime import timedelta
from pathlib import Path

from tests.server.post_office import post_office


async def test_a_job_of_a_brand_this_process_has_not_met_waits_for_it_and_loses_no_try(tmp_path: Path) -> None:
    async with post_office(tmp_path, "northbay", "southbay") as office:
        house, clock = office.stage.house, office.stage.clock
        south = house.residences.pop(house.residence("southbay").brand.id)
        await house.engine.schedule(south.brand.id, "retention", "k", clock.now(), {})
        for _ in range(12):
            await office.settle()
            clock.advance(timedelta(minutes=6))
        assert await office.rows("SELECT state, attempts FROM jobs WHERE brand = 'southbay'") == [("waiting", 0)]
        house.residences[south.brand.id] = south
        await office.settle()
        assert await office.rows("SELECT state FROM jobs WHERE brand = 'southbay' AND job_key = 'k'") == [("done",)]
