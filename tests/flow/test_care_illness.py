"""Somebody comes on the roll, falls ill, is to be visited, and is visited: real NATS, real PostgreSQL."""

from __future__ import annotations

from deploy.box.addresses import BoxAddresses
from tests.care.office import planned, seq_of, visits_of, working


async def test_who_falls_ill_is_visited_in_time(cell: BoxAddresses) -> None:
    async with working(cell) as office, office.asking() as clerk:
        member_id = await office.registry.enrols()
        ill = {"severity": "serious", "since": "2026-11-20", "hospital": "第一人民医院", "note": "肺炎"}
        answer = await clerk.post(f"/care/api/members/{member_id}/illnesses", json=ill)
        assert [fact["type"] for fact in answer.json()["facts"]] == ["hearth.care.fell_ill.v1"], answer.text

        visit = await planned(clerk, member_id, "fell_ill")
        assert (visit["state"], visit["way"], visit["due"], visit["clause"]) == (
            "ready", "hospital", "2026-11-23", "§4.6",
        )  # fmt: skip
        assert visit["because"] == answer.json()["facts"][0]["id"]

        said = {"made_on": "2026-11-21", "by": "shuji", "difficulties": "夜里咳嗽", "plans": "出院后回家住"}
        answer = await clerk.post(f"/care/api/visits/{visit['visit_id']}/record", json=said)
        (done,) = await visits_of(clerk, member_id, state="done", after=seq_of(answer))
        assert (done["made_on"], done["by"], done["answered"]) == ("2026-11-21", "shuji", True)
