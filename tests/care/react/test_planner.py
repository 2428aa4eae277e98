"""The calendar: windows that open, windows that closed, and whatever slipped past the reactions."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from deploy.box.addresses import BoxAddresses
from services.care.react.planner import Planner
from services.shell.identity import Role
from tests.care.office import Office, planned, visits_of, working
from tests.desk import JINQIAO, SHIQUAN, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


def planner_of(office: Office) -> Planner:
    found: Planner = office.service.state.planner
    return found


async def test_a_walk_plans_what_lacks_and_a_second_one_nothing(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(lives_alone=True)
    await planned(clerk, member_id, "eighty")
    later = {("alone", "2026-11-30"), ("eighty", "2026-12-01")}
    assert not later & {(one["reason"], one["start"]) for one in await visits_of(clerk, member_id)}
    office.clock.go_on(days=14)  # the 5th of December: another week, another month
    try:
        await planner_of(office).walk()
        await planner_of(office).caught_up()
        second = await planner_of(office).walk()
        assert (second.planned, second.missed, second.cancelled) == (0, 0, 0)
        starts = {(one["reason"], one["start"]) for one in await visits_of(clerk, member_id)}
        assert later <= starts
    finally:
        office.clock.go_on(days=-14)


async def test_a_window_that_closed_was_missed(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(lives_alone=True)
    call = await planned(clerk, member_id, "alone")
    office.clock.go_on(days=2)  # Monday
    try:
        assert (await planner_of(office).walk()).missed >= 1

        async def missed() -> Any:
            found = await visits_of(clerk, member_id, state="missed")
            return [one for one in found if one["visit_id"] == call["visit_id"]]

        assert (await until(missed))[0]["closed_on"] == "2026-11-23"
    finally:
        office.clock.go_on(days=-2)


async def test_a_secretary_plans_her_own_scope_only(office: Office) -> None:
    async with office.asking(scope=JINQIAO) as hers, office.asking(Role.WORKER) as worker:
        answer = await hers.post("/care/api/plan")
        assert answer.status_code == 201
        assert answer.json()["facts"] == []
        assert (await worker.post("/care/api/plan")).status_code == 403
    async with office.asking(scope=SHIQUAN) as another:
        assert (await another.post("/care/api/plan")).json()["people"] == 0


async def test_a_start_finds_what_was_not_planned_while_it_was_down(cell: BoxAddresses) -> None:
    async with working(cell) as office:
        await office.registry.enrols(name="甲")
    async with working(cell, plan_every_seconds=3600) as office, office.asking() as clerk:
        member_id = await office.registry.enrols(name="乙", birth=date(1950, 1, 1))
        await planned(clerk, member_id, "seventy")

        async def walked() -> Any:
            return planner_of(office).last

        assert (await until(walked)).people >= 1


async def test_one_process_plans_at_a_time(office: Office) -> None:
    planner = planner_of(office)
    async with planner.sole() as mine, planner.sole() as other:
        assert (mine, other) in {(True, False), (False, False)}
