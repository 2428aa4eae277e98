"""What is planned for a record rests while another one stands for the person: the calendar neither drops nor blames."""

from __future__ import annotations

import httpx
import pytest

from events.facts.merging import Merged, MergeSide, Unmerged
from services.care.react.planner import Planner
from tests.care.office import TODAY, Office, planned, visits_of
from tests.desk import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def merge(office: Office, absorbed: str, kept: str, kind: type[Merged] | type[Unmerged] = Merged) -> None:
    await office.registry.says(absorbed, kind(side=MergeSide.ABSORBED, other_id=kept), TODAY)
    await office.registry.says(kept, kind(side=MergeSide.KEPT, other_id=absorbed), TODAY)


async def test_the_calendar_passes_over_what_rests(office: Office, clerk: httpx.AsyncClient) -> None:
    a, b = [await office.registry.enrols(lives_alone=True) for _ in range(2)]
    call, visit = await planned(clerk, a, "alone"), await planned(clerk, a, "eighty")
    await planned(clerk, b, "eighty")
    planner: Planner = office.service.state.planner
    await merge(office, a, b)
    await planner.caught_up()
    office.clock.go_on(days=2)  # Monday: the week of the call is over
    try:
        await planner.walk()
        await planner.caught_up()
        resting = {one["visit_id"]: one["state"] for one in await visits_of(clerk, a)}
        assert (resting[call["visit_id"]], resting[visit["visit_id"]]) == ("ready", "ready")
        everybody = await clerk.get("/care/api/visits", params={"state": "ready", "page_size": "500"})
        assert {one["member_id"] for one in everybody.json()["items"]} & {a, b} == {b}
        # Nobody needs to be told in two records that somebody fell ill.
        illness = {"severity": "mild", "since": "2026-11-21"}
        refused = await clerk.post(f"/care/api/members/{a}/illnesses", json=illness)
        assert (refused.status_code, refused.json()["details"]) == (409, {"into": b})

        await merge(office, a, b, Unmerged)

        async def planned_again() -> bool:
            return len([one for one in await visits_of(clerk, a) if one["reason"] == "alone"]) > 1

        await until(planned_again)  # the new week's call
        await planner.caught_up()  # whoever replanned may have heard of it before the tables did
        await planner.walk()
        await planner.caught_up()
        after = {one["visit_id"]: one["state"] for one in await visits_of(clerk, a)}
        assert (after[call["visit_id"]], after[visit["visit_id"]]) == ("missed", "ready")
    finally:
        office.clock.go_on(days=-2)
