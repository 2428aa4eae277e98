"""Many members changed at once, as a browser without scripts does it: tick, look, carry out, put back."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from deploy.box.addresses import BoxAddresses
from deploy.cli.joining import folding
from events.log.project.check import check
from services.registry.bulk import changer
from services.shell.identity.caller import Role
from tests.desk import JINQIAO, SHIQUAN
from tests.registry.office import Office, enrolled, seq_of, working

API = "/registry/api/bulk"
MEMBERS = "/registry/api/members"


async def some(client: httpx.AsyncClient, road: str, count: int = 3, **more: Any) -> list[str]:
    return [
        await enrolled(client, name=f"{'甲乙丙丁戊'[one]}某", address=f"{road}{one + 1}号101室", **more)
        for one in range(count)
    ]


async def card(client: httpx.AsyncClient, member_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"{MEMBERS}/{member_id}")).json()
    return found


async def planned(client: httpx.AsyncClient, **choice: Any) -> dict[str, Any]:
    answer = await client.post(API, json={"field": "kind", "to": "in_service"} | choice)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def carried_out(client: httpx.AsyncClient, plan: dict[str, Any]) -> dict[str, Any]:
    answer = await client.post(f"{API}/{plan['bulk_id']}/commit", json={"reason": "会议决定"})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert found["stage"] == "committed"
    return found


async def test_ticked_rows_are_shown_changed_and_put_back_on_the_pages(browser: httpx.AsyncClient) -> None:
    first, second, third = await some(browser, "勾选路")
    branch_id = (await card(browser, await enrolled(browser, branch="新支部")))["branch_id"]
    page = (await browser.get("/registry/members?q=勾选路&pick=1")).text
    assert page.count('name="member"') == 3
    assert f'value="branch:{branch_id}"' in page
    assert 'name="member"' not in (await browser.get("/registry/members?q=勾选路")).text

    ticked = {"which": "ticked", "member": [first, second], "change": f"branch:{branch_id}"}
    preview = await browser.post("/registry/bulk?q=勾选路", data=ticked)
    assert "甲某" in preview.text
    assert "丙某" not in preview.text
    assert re.search(r"第三党支部</td>.*?<b>新支部</b>", preview.text, re.DOTALL)
    assert (await card(browser, first))["branch"] == "第三党支部", "nothing was changed yet"
    without = await browser.post(f"{preview.url.path}/commit", data={"reason": ""})
    assert without.status_code == 422

    done = await browser.post(f"{preview.url.path}/commit", data={"reason": "支部调整"})
    assert "已改 2 人。" in done.text
    assert [(await card(browser, one))["branch"] for one in (first, second, third)] == [
        "新支部",
        "新支部",
        "第三党支部",
    ]
    assert "编入新支部（支部调整）" in (await browser.get(f"/registry/members/{first}")).text

    back = await browser.post(f"{done.url.path}/undo")
    assert "撤回一次批量更改" in back.text
    undone = await browser.post(f"{back.url.path}/commit", data={"reason": "撤回批量更改"})
    assert "已改 2 人。" in undone.text
    assert (await card(browser, first))["branch"] == "第三党支部"
    assert "这次更改已经撤回。" in (await browser.get(done.url.path)).text
    assert "支部调整" in (await browser.get("/registry/bulk")).text


async def test_everybody_of_the_filter_is_everybody_on_all_its_pages(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changer, "PEOPLE_PER_STEP", 2)
    people = await some(browser, "全选路", 5)
    beside = await enrolled(browser, name="旁人", address="旁边路1号101室")
    plan = await planned(browser, which="all")
    assert {*people, beside} <= {one["member_id"] for one in plan["people"]}, "without a filter it is the whole roll"
    preview = await browser.post("/registry/bulk?q=全选路", data={"which": "all", "change": "lives_alone:true"})
    done = await browser.post(f"{preview.url.path}/commit", data={"reason": "摸底排查"})
    assert "已改 5 人。" in done.text
    assert [(await card(browser, one))["lives_alone"] for one in (*people, beside)] == [True] * 5 + [False]


async def test_whoever_changed_after_the_preview_is_left_out_and_named(clerk: httpx.AsyncClient) -> None:
    first, second, gone = await some(clerk, "插队路")
    same = await enrolled(clerk, name="早是", kind="在职", address="插队路9号101室")
    late = await enrolled(clerk, name="后来", address="插队路8号101室")
    plan = await planned(clerk, member_ids=[first, second, gone, same])
    assert {one["member_id"] for one in plan["people"]} == {first, second, gone}
    assert plan["left_out"] == [{"member_id": same, "name": "早是", "why": "already_so"}]
    await clerk.post(f"{MEMBERS}/{second}/contact", json={"phone": "13900001111"})
    await clerk.post(f"{MEMBERS}/{gone}/die", json={"on": "2026-11-20"})

    outcome = await carried_out(clerk, plan)
    assert (outcome["changed"], outcome["left_out"]) == (1, 2)
    changed = (await clerk.get(f"{API}/{plan['bulk_id']}/people")).json()["items"]
    assert changed == [{"member_id": first, "name": "甲某", "before": "retired", "after": "in_service"}]
    left = (await clerk.get(f"{API}/{plan['bulk_id']}/people?left_out=true")).json()["items"]
    assert {one["member_id"]: one["left_out"] for one in left} == {
        second: "changed_meanwhile",
        gone: "changed_meanwhile",
    }
    assert (await card(clerk, late))["kind"] == "retired", "who came later was not shown and is not changed"


async def test_the_same_change_twice_is_one(office: Office, clerk: httpx.AsyncClient) -> None:
    people = await some(clerk, "两次路")
    plan = await planned(clerk, member_ids=people, field="minimum_living", to="true")
    first = await carried_out(clerk, plan)
    assert await carried_out(clerk, plan) == first
    again = await planned(clerk, member_ids=people, field="minimum_living", to="true")
    assert again["people"] == []
    refused = await clerk.post(f"{API}/{again['bulk_id']}/commit", json={"reason": "再来"})
    assert refused.status_code == 422
    facts = (await clerk.get(f"{MEMBERS}/{people[0]}/history")).json()["items"]
    assert [one["type"] for one in facts].count("hearth.member.classified.v1") == 1
    assert facts[0]["reason"] == "会议决定"


async def test_what_was_changed_since_is_not_put_back(clerk: httpx.AsyncClient) -> None:
    first, second, _third = people = await some(clerk, "后改路")
    plan = await planned(clerk, member_ids=people)
    await carried_out(clerk, plan)
    corrected = await clerk.post(
        f"{MEMBERS}/{first}/correct", json={"field": "kind", "value": "下岗", "reason": "核对"}
    )
    met = await clerk.post(f"{MEMBERS}/{second}/contact", json={"phone": "13900002222"})
    await clerk.get(f"{MEMBERS}/{first}?after={seq_of(corrected)},{seq_of(met)}")
    back = (await clerk.post(f"{API}/{plan['bulk_id']}/undo")).json()
    assert back["left_out"] == [{"member_id": first, "name": "甲某", "why": "changed_since"}]
    assert (await carried_out(clerk, back))["changed"] == 2
    assert [(await card(clerk, one))["kind"] for one in people] == ["laid_off", "retired", "retired"]


async def test_a_change_that_was_interrupted_goes_on_where_it_was(
    office: Office, clerk: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changer, "PEOPLE_PER_STEP", 1)
    people = await some(clerk, "中断路")
    plan = await planned(clerk, member_ids=people)
    step = changer.BulkChanger._step
    taken: list[int] = []

    async def breaks_off(self: changer.BulkChanger, asked: Any, plan: Any, number: int, *rest: Any) -> None:
        if number == 2 and not taken:
            taken.append(number)
            raise ConnectionError("gone")
        await step(self, asked, plan, number, *rest)

    monkeypatch.setattr(changer.BulkChanger, "_step", breaks_off)
    broken = (await clerk.post(f"{API}/{plan['bulk_id']}/commit", json={"reason": "会议决定"})).json()
    assert (broken["stage"], broken["changed"]) == ("interrupted", 1)
    page = (await clerk.get(f"/registry/bulk/{plan['bulk_id']}", headers={"accept": "text/html"})).text
    assert "接着改" in page
    assert (await carried_out(clerk, plan))["changed"] == 3
    for one in people:
        facts = (await clerk.get(f"{MEMBERS}/{one}/history")).json()["items"]
        assert [fact["type"] for fact in facts].count("hearth.member.classified.v1") == 1


@pytest.mark.parametrize(
    "choice",
    [
        {"member_ids": []},
        {"member_ids": ["nobody"]},
        {"field": "name", "to": "x"},
        {"field": "kind", "to": "king"},
        {"field": "branch", "to": "no-such-branch"},
        {"field": "lives_alone", "to": "perhaps"},
    ],
)
async def test_what_cannot_be_chosen_is_said(clerk: httpx.AsyncClient, choice: dict[str, Any]) -> None:
    member_id = await enrolled(clerk)
    wish = {"member_ids": [member_id], "field": "kind", "to": "in_service"} | choice
    assert (await clerk.post(API, json=wish)).status_code == 422
    page = await clerk.post("/registry/bulk", data={"which": "ticked", "change": ""}, headers={"accept": "text/html"})
    assert page.status_code == 422
    assert "回去再选" in page.text


async def test_one_change_is_of_one_community_and_of_those_who_keep_it(
    office: Office, clerk: httpx.AsyncClient
) -> None:
    here = await enrolled(clerk)
    plan = await planned(clerk, member_ids=[here])
    async with office.asking(scope=SHIQUAN) as stranger:
        there = await enrolled(stranger, community=SHIQUAN)
        assert (
            await stranger.post(API, json={"member_ids": [here], "field": "kind", "to": "other"})
        ).status_code == 422
        assert (await stranger.get(f"{API}/{plan['bulk_id']}")).status_code == 404
        assert (await stranger.post(f"{API}/{plan['bulk_id']}/commit", json={"reason": "偷改"})).status_code == 404
    async with office.asking(scope="demo") as district:
        both = await district.post(API, json={"member_ids": [here, there], "field": "kind", "to": "other"})
        assert both.status_code == 422
        mine = (await card(clerk, here))["branch_id"]
        other = {"member_ids": [there], "field": "branch", "to": mine}
        assert (await district.post(API, json=other)).status_code == 422, "a branch of another community"
    async with office.asking(name="xiaowang") as colleague:
        assert (await colleague.post(f"{API}/{plan['bulk_id']}/commit", json={"reason": "代办"})).status_code == 404
    for role in (Role.AUDITOR, Role.SUPERVISOR, Role.VISITOR):
        async with office.asking(role) as other_role:
            assert (
                await other_role.post(API, json={"member_ids": [here], "field": "kind", "to": "other"})
            ).status_code == 403
            assert (await other_role.get("/registry/bulk")).status_code == 403
            assert 'name="member"' not in (await other_role.get("/registry/members?pick=1")).text
    assert plan["community"] == JINQIAO


async def test_a_plan_outlives_a_restart_and_the_tables_say_what_the_log_says(cell: BoxAddresses) -> None:
    async with working(cell) as office, office.asking() as clerk:
        people = await some(clerk, "重启路")
        await carried_out(clerk, await planned(clerk, member_ids=people))
        dropped, waiting = (
            await planned(clerk, which="all", to="retired"),
            await planned(clerk, which="all", to="other"),
        )
        assert (await clerk.post(f"/registry/bulk/{dropped['bulk_id']}/drop")).status_code == 303
        await clerk.post("/registry/api/filters?state=away", json={"name": "在外的"})
    async with working(cell) as office, office.asking() as clerk:
        assert (await clerk.get(f"{API}/{dropped['bulk_id']}")).status_code == 404
        assert (await carried_out(clerk, waiting))["changed"] == 3
        assert [one["changed"] for one in (await clerk.get(API)).json()["items"]] == [3, 3]
    async with folding(cell, "registry") as registry:
        report = await check(registry.projection, registry.log, registry.database, registry.keys)
    assert report.clean, report
    assert report.parked == 0
