"""Reports and the yearly appraisal through the API and on their pages."""

from __future__ import annotations

from typing import Any

import httpx

from services.shell.identity.caller import Role
from tests.desk import SHIQUAN
from tests.registry.office import Office, asked, enrolled

API = "/registry/api"


async def of_branch(client: httpx.AsyncClient, name: str, count: int) -> tuple[str, list[str]]:
    people = [await enrolled(client, name=f"评{number}", branch=name) for number in range(count)]
    card = (await client.get(f"{API}/members/{people[0]}")).json()
    return card["branch_id"], people


async def round_of(client: httpx.AsyncClient, branch_id: str, year: int = 2026) -> dict[str, Any]:
    answer = await client.get(f"{API}/branches/{branch_id}/appraisal?year={year}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_branch_comes_on_with_its_appraisal(clerk: httpx.AsyncClient) -> None:
    branch_id, people = await of_branch(clerk, "第七党支部", 3)
    there = f"{API}/branches/{branch_id}/appraisal"
    body = {"year": 2026, "on": "2026-11-20", "grades": [{"member_id": people[0], "grade": "优秀"}]}
    first = await clerk.post(there, json=body, headers={"idempotency-key": "a-1"})
    assert first.status_code == 201, first.text
    assert (await clerk.post(there, json=body, headers={"idempotency-key": "a-1"})).json() == first.json()
    await asked(clerk, there, **body | {"grades": [{"member_id": people[1], "grade": "合格"}]})
    found = await round_of(clerk, branch_id)
    assert (found["appraised"], found["members"], found["too_many_best"], found["clause"]) == (2, 3, True, "§11.6")
    assert {one["member_id"]: one["grade"] for one in found["items"]} == dict(
        zip(people, ("优秀", "合格", None), strict=True)
    )
    bare = await clerk.post(there, json=body | {"grades": [{"member_id": people[2], "grade": "不合格"}]})
    assert (bare.status_code, bare.json()["reason"]) == (409, "remarks_needed")
    # one of two is refused: neither is written down
    both = [{"member_id": people[2], "grade": "合格"}, {"member_id": people[1], "grade": "甲等"}]
    assert (await clerk.post(there, json=body | {"grades": both})).json()["reason"] == "no_such_grade"
    assert (await round_of(clerk, branch_id))["appraised"] == 2
    await asked(clerk, f"{API}/members/{people[0]}/appraisals/withdraw", year=2026, reason="记错人")
    assert (await round_of(clerk, branch_id))["appraised"] == 1
    assert (await round_of(clerk, branch_id, 2025))["appraised"] == 0


async def test_reports_are_handed_in_and_taken_back(clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk, name="汇一")
    there = f"{API}/members/{member_id}/reports"
    body = {"title": "学习体会", "on": "2026-11-20", "kept_at": "档案盒 3", "words": "第一段\n第二段"}
    report_id = (await asked(clerk, there, **body))["report_id"]
    assert await asked(clerk, there, **body) == {"report_id": report_id, "facts": []}
    [report] = (await clerk.get(f"{API}/members/{member_id}/review")).json()["reports"]
    assert (report["title"], report["kept_at"], report["letters"]) == ("学习体会", "档案盒 3", 7)
    await asked(clerk, f"{there}/{report_id}/withdraw", reason="重复")
    [report] = (await clerk.get(f"{API}/members/{member_id}/review")).json()["reports"]
    assert report["why_withdrawn"] == "重复"


async def test_bad_input_wrong_role_wrong_scope(office: Office, clerk: httpx.AsyncClient) -> None:
    branch_id, [member_id] = await of_branch(clerk, "第八党支部", 1)
    foreign = await enrolled(clerk, branch="第九党支部")
    appraisal = f"{API}/branches/{branch_id}/appraisal"
    good = {"year": 2026, "on": "2026-11-20", "grades": [{"member_id": member_id, "grade": "合格"}]}
    for path, wrong in (
        (appraisal, good | {"grades": []}),
        (appraisal, good | {"grades": [{"member_id": foreign, "grade": "合格"}]}),
        (appraisal, good | {"on": "somewhen"}),
        (f"{API}/members/{member_id}/reports", {"title": ""}),
    ):
        assert (await clerk.post(path, json=wrong)).status_code == 422, wrong
    assert (await clerk.get(f"{API}/branches/nothing/appraisal")).status_code == 404
    assert (await clerk.get(f"/registry/members/{member_id}/reports/nothing")).status_code == 404
    gone = await clerk.post(f"{API}/members/{member_id}/reports/nothing/withdraw", json={"reason": "x"})
    assert (gone.status_code, gone.json()["reason"]) == (409, "no_report")
    async with office.asking(scope=SHIQUAN) as stranger:
        assert (await stranger.post(appraisal, json=good)).status_code == 404
        assert (await stranger.get(f"{API}/members/{member_id}/review")).status_code == 404
    async with office.asking(Role.SUPERVISOR) as supervisor:
        assert (await supervisor.get(appraisal)).status_code == 200
        assert (await supervisor.post(appraisal, json=good)).status_code == 403
        assert (await supervisor.get(f"{API}/members/{member_id}/review")).status_code == 403, "words are the office's"
    for role in (Role.OPERATOR, Role.VISITOR):
        async with office.asking(role) as other:
            assert (await other.get("/registry/appraisals")).status_code == 403


async def test_the_pages_lead_from_the_branches_to_a_grade(
    clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    branch_id, [first, second] = await of_branch(clerk, "第十党支部", 2)
    here = f"/registry/appraisals/{branch_id}"
    assert "还差 2 人" in (await browser.get("/registry/appraisals?year=2026")).text
    assert "照评议会的结果选" in (await browser.get(f"{here}?year=2026")).text
    nobody = await browser.post(here, data={"year": "2026", "on": "2026-11-20"})
    assert (nobody.status_code, "没有选等次" in nobody.text) == (422, True)
    sent = {"year": "2026", "on": "2026-11-20", f"grade-{first}": "基本合格", f"grade-{second}": "合格"}
    refused = await browser.post(here, data=sent)
    assert (refused.status_code, "评为基本合格的，要写明依据" in refused.text) == (409, True)
    done = await browser.post(here, data=sent | {f"remarks-{first}": "多次请假"})
    assert "已记下 2 人的评议结果" in done.text
    assert "已评完" in (await browser.get("/registry/appraisals?year=2026")).text
    person = f"/registry/members/{first}/review"
    shown = await browser.get(person)
    assert ("多次请假" in shown.text, "今年还差 2 份" in shown.text) == (True, True)
    assert (await browser.post(f"/registry/members/{first}/reports", data={"title": "x"})).status_code == 422
    report = {"title": "下半年汇报", "on": "2026-11-20", "words": "口头汇报，代记。"}
    assert "已记下评0的汇报" in (await browser.post(f"/registry/members/{first}/reports", data=report)).text
    [row] = (await clerk.get(f"{API}/members/{first}/review")).json()["reports"]
    opened = await browser.get(f"/registry/members/{first}/reports/{row['report_id']}")
    assert "口头汇报，代记。" in opened.text
    withdraw = f"/registry/members/{first}/reports/{row['report_id']}/withdraw"
    assert (await browser.post(withdraw, data={})).status_code == 422
    assert "已撤销" in (await browser.post(withdraw, data={"reason": "重复"})).text
    slip = await browser.post(f"/registry/members/{first}/appraisals/withdraw", data={"year": "2026", "reason": "记错"})
    assert "这一年评议的记录已撤销" in slip.text
    assert "2026年民主评议：基本合格" in (await browser.get(f"/registry/members/{first}")).text
