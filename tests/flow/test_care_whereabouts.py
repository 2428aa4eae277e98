"""A year of one member, as care sees it: enrolled, met, away, called, back, visited, dead; on real servers."""

from __future__ import annotations

from datetime import date

from deploy.box.addresses import BoxAddresses
from events.facts.member import Attended, AwayKind, Died, MovedAway, Returned
from tests.care.office import TODAY, planned, registry_alone, seq_of, visits_of, working


async def test_a_member_who_leaves_and_returns(cell: BoxAddresses) -> None:
    away = MovedAway(
        kind=AwayKind.CARD, clause="§3.1", destination="深圳", phone="13099990000", fixed_place=True, reason="带孙子"
    )
    async with working(cell) as office, office.asking() as clerk:
        member_id = await office.registry.enrols(lives_alone=True)
        home = await planned(clerk, member_id, "eighty")

        await office.registry.says(member_id, Attended(meeting_id="theme-day"), date(2026, 11, 20))
        await planned(clerk, member_id, "alone", "cancelled")

        await office.registry.says(member_id, away, TODAY)
        call = await planned(clerk, member_id, "away", "ready")
        assert call["way"] == "call"
        cancelled = {one["reason"]: one["why"] for one in await visits_of(clerk, member_id, state="cancelled")}
        assert cancelled["eighty"] == "went_away"

        made = {"made_on": "2026-11-21", "by": "shuji"}
        answer = await clerk.post(f"/care/api/visits/{call['visit_id']}/record", json=made)
        await visits_of(clerk, member_id, after=seq_of(answer))

        await office.registry.says(member_id, Returned(), TODAY)
        again = await planned(clerk, member_id, "eighty", "ready")
        assert again["visit_id"] == home["visit_id"], "the same window is the same visit"

        await office.registry.says(member_id, Died(), TODAY)
        await planned(clerk, member_id, "eighty", "cancelled")
        left = {one["state"] for one in await visits_of(clerk, member_id)}
        assert left <= {"cancelled", "done"}


async def test_care_catches_up_on_what_happened_while_it_was_down(cell: BoxAddresses) -> None:
    away = MovedAway(kind=AwayKind.CARD, clause="§3.1", destination="深圳", fixed_place=True, reason="带孙子")
    async with working(cell) as office, office.asking() as clerk:
        member_id = await office.registry.enrols(birth=date(1954, 3, 7))
        await planned(clerk, member_id, "seventy")
    async with registry_alone(cell) as registry:
        await registry.says(member_id, away, date(2026, 11, 1))
        newcomer = await registry.enrols(name="后来的")
    async with working(cell) as office, office.asking() as clerk:
        await planned(clerk, member_id, "away")
        assert [one["why"] for one in await visits_of(clerk, member_id, state="cancelled")] == ["went_away"]
        await planned(clerk, newcomer, "eighty")
