"""The coming twelve months of a person, and what another pack would change in everybody's."""

from __future__ import annotations

from datetime import date

import httpx
import pytest

from events.facts.member import Died
from services.shell.identity.caller import Role
from tests.care.office import Office, planned
from tests.desk import SHIQUAN, until

pytestmark = pytest.mark.asyncio(loop_scope="module")
PACK = """\
[pack]
service = "care"
scope = "demo.jinqiao"
version = "1"
effective_from = 2026-11-15
title = "金桥社区约定"
issuer = "金桥社区"
[birthday]
age_min = 70
clause = "金三"
[clauses]
"金三" = "七十岁以上的党员过生日，上门祝贺。"
"""


async def test_twelve_months_of_a_person(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(lives_alone=True, room="801室")
    await planned(clerk, member_id, "eighty")
    items = (await clerk.get(f"/care/api/members/{member_id}/plan")).json()["items"]
    spring = next(one for one in items if one["reasons"][0]["reason"] == "spring_festival")
    assert spring == {
        "start": "2027-02-01",
        "due": "2027-02-06",
        "end": "2027-02-06",
        "way": "home",
        "reasons": [{"reason": "spring_festival", "clause": "§4.18"}, {"reason": "eighty", "clause": "§4.2"}],
    }
    assert [one["due"] for one in items] == sorted(one["due"] for one in items)
    page = (await clerk.get(f"/care/members/{member_id}")).text
    assert "今后十二个月" in page
    assert "春节慰问，兼本季第 2 次走访" in page
    weekly = sum([each["reason"] for each in one["reasons"]] == ["alone"] for one in items)
    assert f"共 {weekly} 次" in page


async def test_nothing_is_due_for_the_dead(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(room="802室")
    await planned(clerk, member_id, "eighty")
    died = await office.registry.says(member_id, Died())
    after = died.facts[0].about.position
    assert (await clerk.get(f"/care/api/members/{member_id}/plan", params={"after": after})).json() == {"items": []}
    page = (await clerk.get(f"/care/members/{member_id}", params={"after": after})).text
    assert "今后十二个月" not in page
    assert "请去慰问" in page
    assert "张敏" in page


async def test_the_plan_is_for_the_office_of_the_place(office: Office) -> None:
    member_id = await office.registry.enrols(room="803室")
    path = f"/care/api/members/{member_id}/plan"
    async with office.asking() as clerk:
        await planned(clerk, member_id, "eighty")
        assert (await clerk.get("/care/api/members/nobody/plan")).status_code == 404
    async with office.asking(scope=SHIQUAN) as another, office.asking(Role.VISITOR) as visitor:
        assert (await another.get(path)).status_code == 404
        assert (await visitor.get(path)).status_code == 403


async def test_what_a_pack_would_change(office: Office) -> None:
    async with office.asking() as clerk:
        old = await office.registry.enrols(birth=date(1952, 3, 7), room="804室", name="顾七十")
        await planned(clerk, old, "seventy")
        before = len((await clerk.get(f"/care/api/visits?member_id={old}")).json()["items"])
        answer = await clerk.post("/care/api/policy/preview", json={"pack": PACK})
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert (found["scope"], found["from"], found["changed"]) == ("demo.jinqiao", "2026-11-21", 1)
        assert {"reason": "birthday", "way": "home", "more": 1, "fewer": 0} in found["reasons"]
        assert [one["member_id"] for one in found["sample"]] == [old]
        assert found["communities"] == [{"community": "demo.jinqiao", "changed": 1, "more": 1, "fewer": 0}]
        assert len((await clerk.get(f"/care/api/visits?member_id={old}")).json()["items"]) == before
        page = await clerk.post("/care/policy/preview", data={"pack": PACK})
        assert page.status_code == 200
        assert "顾七十" in page.text
        assert "生日祝贺 +1" in page.text
        assert "试算" in (await clerk.get("/care/policy/preview")).text


async def test_a_pack_that_changes_nothing_or_cannot_be_used(office: Office) -> None:
    async with (
        office.asking() as clerk,
        office.asking(scope=SHIQUAN) as another,
        office.asking(Role.VISITOR) as visitor,
    ):
        same = PACK.replace("age_min = 70", "age_min = 80")
        assert (await clerk.post("/care/api/policy/preview", json={"pack": same})).json()["changed"] == 0
        wrong = await clerk.post("/care/api/policy/preview", json={"pack": PACK.replace("70", '"seventy"')})
        assert wrong.status_code == 422
        assert wrong.json()["errors"][0]["row"] == 9
        page = await clerk.post("/care/policy/preview", data={"pack": PACK.replace("70", '"seventy"')})
        assert page.status_code == 422
        assert "第 9 行" in page.text
        assert (await clerk.post("/care/policy/preview", data={})).status_code == 422
        outside = await another.post("/care/api/policy/preview", json={"pack": PACK})
        assert (outside.status_code, outside.json()["errors"][0]["field"]) == (422, "pack")
        assert (await visitor.post("/care/api/policy/preview", json={"pack": PACK})).status_code == 403


async def test_whoever_oversees_a_city_sees_communities_and_nobody_s_name(office: Office) -> None:
    await office.registry.enrols(birth=date(1952, 3, 7), room="805室", name="顾七十")
    async with office.asking(Role.SUPERVISOR, "demo") as city:

        async def counted() -> bool:
            answer = await city.post("/care/api/policy/preview", json={"pack": PACK})
            return answer.status_code == 200 and answer.json()["people"] > 0

        await until(counted)
        page = (await city.post("/care/policy/preview", data={"pack": PACK})).text
        assert "按原因" in page
        assert "顾七十" not in page
