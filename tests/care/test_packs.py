"""A community's own rules of visits: for its people, from their day on, and shown with their clause."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date

import pytest

from services.shell.identity.caller import Role
from services.shell.policy.policies import put
from tests.care.office import Office, planned, visits_of, working
from tests.cells import Cells
from tests.desk import SHIQUAN, until

PACK = """\
[pack]
service = "care"
scope = "demo.jinqiao"
version = "1"
effective_from = 2026-11-15
title = "金桥社区约定"
issuer = "金桥社区"
[[cadence]]
reason = "eighty"
way = "call"
clause = "金一"
[illness.serious]
days = 2
clause = "金二"
[clauses]
"金一" = "八十岁以上的党员，每季度打三次电话。"
"金二" = "病情严重的，两天内看望。"
"""


@pytest.fixture
async def office(cells: Cells) -> AsyncIterator[Office]:
    cell = cells.fresh()
    put(PACK, cell.data / "policy" / "care", "jinqiao.toml")
    async with working(cell) as office:
        yield office


async def test_visits_are_planned_by_the_rules_of_the_member_s_own_community(office: Office) -> None:
    async with office.asking() as here, office.asking(scope=SHIQUAN) as there:
        mine, theirs = await office.registry.enrols(), await office.registry.enrols(SHIQUAN)
        called, visited = await planned(here, mine, "eighty"), await planned(there, theirs, "eighty")
        assert (called["way"], called["clause"]) == ("call", "金一")
        assert (visited["way"], visited["clause"]) == ("home", "§4.2")
        page = (await here.get(f"/care/visits/{called['visit_id']}")).text
        assert "八十岁以上的党员，每季度打三次电话" in page


@pytest.mark.parametrize(("since", "clause", "days"), [("2026-11-14", "§4.6", "3"), ("2026-11-20", "金二", "2")])
async def test_an_illness_goes_by_the_rules_of_the_day_it_began(
    office: Office, since: str, clause: str, days: str
) -> None:
    async with office.asking() as clerk:
        member_id = await office.registry.enrols()
        await planned(clerk, member_id, "eighty")
        ill = {"severity": "serious", "since": since}
        answer = await clerk.post(f"/care/api/members/{member_id}/illnesses", json=ill)
        assert answer.status_code == 201, answer.text
        assert (await planned(clerk, member_id, "fell_ill"))["clause"] == clause
        found = (await clerk.get(f"/care/api/policy?on={since}")).json()["items"]
        assert next(str(one["value"]) for one in found if one["rule"] == "illness.serious.days") == days


async def test_a_pack_taken_up_later_plans_nothing_twice(office: Office) -> None:
    async with office.asking(scope=SHIQUAN) as clerk:
        member_id = await office.registry.enrols(SHIQUAN)
        before = await planned(clerk, member_id, "eighty")
        put(PACK.replace("jinqiao", "shiquan"), office.settings.packs / "care", "shiquan.toml")
        await until(lambda: _taken_up(office))
        await office.service.state.planner.walk()
        found = [one for one in await visits_of(clerk, member_id) if one["start"] == before["start"]]
        assert [(one["visit_id"], one["clause"]) for one in found] == [(before["visit_id"], "§4.2")]


async def _taken_up(office: Office) -> bool:
    return any(pack.head.scope == SHIQUAN for pack in office.service.state.policies.packs)


async def test_a_pack_taken_up_while_the_office_works_is_planned_by(office: Office) -> None:
    async with office.asking(scope=SHIQUAN) as clerk:
        member_id = await office.registry.enrols(SHIQUAN, birth=date(1961, 3, 7))
        await planned(clerk, member_id, "yearly")
        sooner = PACK.replace("jinqiao", "shiquan").replace('"eighty"\nway = "call"', '"seventy"\nage_min = 60')
        put(sooner, office.settings.packs / "care", "shiquan.toml")
        assert (await planned(clerk, member_id, "seventy"))["clause"] == "金一"


async def test_visitors_and_auditors_may_read_the_rules_too(office: Office) -> None:
    for role in (Role.VISITOR, Role.AUDITOR, Role.OPERATOR, Role.LIAISON):
        async with office.asking(role) as reader:
            page = await reader.get("/care/panels/policy")
            assert page.status_code == 200
            assert "怎么联系 <b>打电话</b> <small>（原为 上门，全国）</small>" in page.text
