"""After a city's last day the calendar has nothing left to plan, to miss or to drop: its history did all of it."""

from __future__ import annotations

from datetime import UTC, datetime, time

import asyncpg

from deploy.box.addresses import BoxAddresses
from deploy.city.writer import Tally, write_city
from events.log.project.ddl import prepare
from services.registry.projection import PROJECTION
from tests.care.office import Office
from tests.city.towns import SMALL


async def test_the_calendar_finds_nothing_left_to_do(cell: BoxAddresses) -> None:
    owner = await asyncpg.connect(cell.postgres["registry_owner"])
    await prepare(owner, PROJECTION)
    await owner.close()

    def unheard(_complete: int, _tally: Tally) -> None:
        """Nobody waits for how far it is."""

    await write_city(SMALL, cell, 0, unheard, may_stand=False)
    office = Office(cell)
    office.clock.now = datetime.combine(SMALL.until, time(15, 30), UTC)  # the last hour of that day, in China
    async with office.app.router.lifespan_context(office.app):
        state = office.service.state
        await state.caught_up()
        tally = await state.planner.walk()
    assert tally.people > 0.9 * SMALL.communities * SMALL.members
    assert (tally.planned, tally.missed, tally.cancelled) == (0, 0, 0)
