"""Points through the API and on their pages: reckoned from meetings, hours and dues, some added by hand."""

from __future__ import annotations

from typing import Any

import httpx

from services.shell.identity.caller import Role
from tests.desk import SHIQUAN
from tests.registry.office import Office, asked, enrolled
from tests.shell.paper import pages_of, text_of

API = "/registry/api"


async def ledger(client: httpx.AsyncClient, member_id: str, year: int = 2026) -> dict[str, Any]:
    answer = await client.get(f"{API}/members/{member_id}/points?year={year}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def busy(client: httpx.AsyncClient, name: str, branch: str = "第五党支部") -> str:
    """Somebody who came to a lecture, served two hours, and paid two months, one of them late."""
    member_id = await enrolled(client, name=name, branch=branch, on="2026-01-05")
    meeting = {"kind": "lecture", "branch": branch, "starts_at": "2026-11-10T09:30:00+08:00", "title": "冬季党课"}
    meeting_id = (await asked(client, f"{API}/meetings", **meeting))["meeting_id"]
    await asked(client, f"{API}/meetings/{meeting_id}/sign-in", member_ids=[member_id])
    post = {"name": f"{name}的岗位", "kind": "patrol", "places": 1, "on": "2026-11-01"}
    post_id = (await asked(client, f"{API}/posts", **post))["post_id"]
    await asked(client, f"{API}/posts/{post_id}/take", member_id=member_id, on="2026-11-02")
    await asked(
        client, f"{API}/posts/{post_id}/hours", member_ids=[member_id], on="2026-11-11", minutes=120, what="巡逻"
    )
    dues = {"months": ["2026-10", "2026-11"], "amount_fen": 3420, "method": "cash", "paid_on": "2026-11-12"}
    await asked(client, f"{API}/members/{member_id}/pay-dues", **dues)
    await asked(client, f"{API}/members/{member_id}/reports", title="年终汇报", on="2026-11-18")
    walk = {"title": "秋游", "kind": "outing", "starts_at": "2026-11-13T09:00:00+08:00"}
    activity_id = (await asked(client, f"{API}/activities", **walk))["activity_id"]
    await asked(client, f"{API}/activities/{activity_id}/came", member_ids=[member_id])
    return member_id


async def test_points_follow_from_what_was_done_and_change_when_it_is_taken_back(clerk: httpx.AsyncClient) -> None:
    member_id = await busy(clerk, "计一")
    found = await ledger(clerk, member_id)
    assert {(one["what"], one["points"], one["clause"]) for one in found["items"]} == {
        ("attending", 3, "§11.1"), ("service", 2, "§11.2"), ("dues", 1, "§11.3"), ("dues", 0, "§11.3"),
        ("reporting", 2, "§11.8"), ("activity", 1, "§11.9"),
    }  # fmt: skip
    assert found["points"] == 9
    assert (await ledger(clerk, member_id, 2025))["points"] == 0
    served = next(one for one in found["items"] if one["what"] == "service")
    post_id = (await clerk.get(f"{API}/members/{member_id}/service")).json()["hours"][0]["post_id"]
    path = f"{API}/posts/{post_id}/hours/{served['ref']}/withdraw"
    await asked(clerk, path, member_id=member_id, reason="记错")
    assert (await ledger(clerk, member_id))["points"] == 7
    assert await ledger(clerk, member_id) == await ledger(clerk, member_id), "asked again, the same"


async def test_points_by_hand_are_added_once_and_taken_back(clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk, name="计二")
    there = f"{API}/members/{member_id}/points"
    body = {"points": 3, "what": "帮邻居搬家", "on": "2026-11-20"}
    first = await clerk.post(there, json=body, headers={"idempotency-key": "p-1"})
    assert (await clerk.post(there, json=body, headers={"idempotency-key": "p-1"})).json() == first.json()
    twice = await clerk.post(there, json=body)
    assert (await ledger(clerk, member_id))["points"] == 3, "the same again is the same"
    assert twice.json()["award_id"] == first.json()["award_id"], "and its id is the one that can be taken back"
    award_id = first.json()["award_id"]
    await asked(clerk, f"{there}/{award_id}/take-back", reason="重复")
    assert (await ledger(clerk, member_id))["points"] == 0
    again = await clerk.post(f"{there}/{award_id}/take-back", json={"reason": "重复"})
    assert (again.status_code, again.json()["facts"]) == (201, [])


async def test_bad_input_wrong_role_wrong_scope(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk, name="计三")
    there = f"{API}/members/{member_id}/points"
    for wrong in ({}, {"points": 0, "what": "x", "on": "2026-11-20"}, {"points": 1, "what": "", "on": "2026-11-20"}):
        assert (await clerk.post(there, json=wrong)).status_code == 422, wrong
    many = await clerk.post(there, json={"points": 11, "what": "x", "on": "2026-11-20"})
    assert (many.status_code, many.json()["reason"]) == (409, "too_many_points")
    assert (await clerk.post(f"{there}/nothing/take-back", json={"reason": "x"})).json()["reason"] == "no_points"
    assert (await clerk.get(f"{there}?year=now")).status_code == 422
    assert (await clerk.get(f"{API}/points?branch_id=nothing")).status_code == 404
    assert (await clerk.get(f"/registry/members/{member_id}/points/nothing/take-back")).status_code == 404
    async with office.asking(scope=SHIQUAN) as stranger:
        assert (await stranger.get(there)).status_code == 404
        assert (await stranger.post(there, json={"points": 1, "what": "x", "on": "2026-11-20"})).status_code == 404
    for role in (Role.SUPERVISOR, Role.AUDITOR, Role.OPERATOR, Role.VISITOR):
        async with office.asking(role) as other:
            assert (await other.get(there)).status_code == 403, "only the office sees points"
            assert (await other.get("/registry/points")).status_code == 403


async def test_the_pages_say_where_points_come_from(clerk: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    member_id = await busy(clerk, "计四", "第六党支部")
    here = f"/registry/members/{member_id}/points"
    shown = (await browser.get(here)).text
    for words in ("一共 9 分", "冬季党课", "年终汇报", "秋游", "过了当月", "§11.3"):
        assert words in shown
    branch_id = (await clerk.get(f"{API}/members/{member_id}")).json()["branch_id"]
    listed = (await browser.get(f"/registry/points?branch_id={branch_id}")).text
    assert ("计四" in listed, "不排名次" in listed) == (True, True)
    assert (await browser.post(here, data={"points": "x"})).status_code == 422
    sent = {"points": "2", "what": "帮忙抄水表", "on": "2026-11-20"}
    assert "给计四加了 2 分" in (await browser.post(here, data=sent)).text
    [award] = [one for one in (await ledger(clerk, member_id))["items"] if one["what"] == "by_hand"]
    back = f"{here}/{award['ref']}/take-back"
    assert "只用于记错" in (await browser.get(back)).text
    assert "不再计算" in (await browser.post(back, data={"reason": "记错"})).text
    assert "加 2 分：帮忙抄水表" in (await browser.get(f"/registry/members/{member_id}")).text
    assert "这一年还没有积分" in (await browser.get(f"{here}?year=2024")).text


async def test_the_handbook_says_on_paper_what_the_year_was(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await busy(clerk, "计五", "第七党支部")
    await asked(clerk, f"{API}/members/{member_id}/honours", kind="excellent_member", on="2026-07-01")
    sheet = await clerk.get(f"/registry/members/{member_id}/handbook.pdf?year=2026", headers={"accept-language": "en"})
    assert (sheet.status_code, sheet.headers["content-type"]) == (200, "application/pdf")
    said = text_of(sheet.content)
    for words in (
        "2026 年度",
        "计五",
        "第七党支部",
        "冬季党课",
        "34.20",
        "巡逻",
        "年终汇报",
        "优秀共产党员",
        "2026年7月1日",
    ):
        assert words in said, words
    assert "13912348862" not in said, "numbers stay masked on paper"
    assert pages_of(sheet.content) >= 3
    earlier = text_of((await clerk.get(f"/registry/members/{member_id}/handbook.pdf?year=2025")).content)
    assert ("这一年没有记过参加组织生活" in earlier, "冬季党课" in earlier) == (True, False)
    assert (await clerk.get("/registry/members/nobody/handbook.pdf")).status_code == 404
    assert (await clerk.get(f"/registry/members/{member_id}/handbook.pdf?year=now")).status_code == 422
    async with office.asking(Role.SUPERVISOR) as supervisor:
        assert (await supervisor.get(f"/registry/members/{member_id}/handbook.pdf")).status_code == 403
    async with office.asking(scope=SHIQUAN) as stranger:
        assert (await stranger.get(f"/registry/members/{member_id}/handbook.pdf")).status_code == 404
