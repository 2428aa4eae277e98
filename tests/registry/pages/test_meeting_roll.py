"""Who counts at a meeting, end to end: the API, its pages, and what others may not."""

from __future__ import annotations

from typing import Any

import httpx

from services.shell.identity.caller import Role
from tests.desk import JINQIAO, SHIQUAN
from tests.registry.office import Office, asked, enrolled

API = "/registry/api/meetings"
APPROVED = {
    "ground": "frail", "approved_by": "金桥街道党工委", "approval_no": "金党组〔2026〕18号",
    "approved_on": "2026-11-10", "voted_on": "2026-11-12", "in_favour": 9, "present": 11,
}  # fmt: skip


async def branch_of(client: httpx.AsyncClient, name: str, people: int) -> list[str]:
    return [await enrolled(client, branch=name, name=f"党员{number}") for number in range(people)]


async def called(client: httpx.AsyncClient, branch: str, **differently: Any) -> str:
    body = {"kind": "general", "branch": branch, "starts_at": "2026-11-18T09:30:00+08:00", "title": "十一月党员大会"}
    meeting_id: str = (await asked(client, API, **body | {"community": JINQIAO} | differently))["meeting_id"]
    return meeting_id


async def quorum_of(client: httpx.AsyncClient, meeting_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"{API}/{meeting_id}/quorum")).json()["quorum"]
    return found


async def test_the_denominator_is_laid_down_with_the_first_sign_in(clerk: httpx.AsyncClient) -> None:
    people = await branch_of(clerk, "应到支部", 4)
    await enrolled(clerk, branch="应到支部", name="预备", joined_on="2026-06-01", full_member_on=None)
    meeting_id = await called(clerk, "应到支部")
    before = await quorum_of(clerk, meeting_id)
    assert (before["called"], before["voters"], before["present"], before["missing"]) == (False, 4, 0, 2)
    signed = await asked(clerk, f"{API}/{meeting_id}/sign-in", member_ids=people[:2])
    assert [signed["quorum"][name] for name in ("called", "present", "voters", "needed", "reached")] == [
        True, 2, 4, 2, True
    ]  # fmt: skip
    assert signed["quorum"]["election"] == {
        "present": 2, "voters": 4, "needed": 4, "missing": 2, "reached": False, "clause": "§6.5",
    }  # fmt: skip
    await enrolled(clerk, branch="应到支部", name="后来的")
    assert (await quorum_of(clerk, meeting_id))["voters"] == 4, "the register moved on, the number did not"


async def test_leaving_out_a_voter_needs_both_agreements(clerk: httpx.AsyncClient) -> None:
    people = await branch_of(clerk, "不计入支部", 4)
    meeting_id = await called(clerk, "不计入支部")
    await asked(clerk, f"{API}/{meeting_id}/sign-in", member_ids=people[:1])
    left_out = await asked(clerk, f"{API}/{meeting_id}/exclude", member_id=people[3], **APPROVED)
    assert sorted(one["type"] for one in left_out["facts"]) == [
        "hearth.meeting.voter_excluded.v1", "hearth.member.left_out_of_quorum.v1",
    ]  # fmt: skip
    assert (left_out["quorum"]["voters"], left_out["quorum"]["excluded"]) == (3, [people[3]])
    assert (await asked(clerk, f"{API}/{meeting_id}/exclude", member_id=people[3], **APPROVED))["facts"] == []
    evidence = (await clerk.get(f"{API}/{meeting_id}/quorum")).json()["evidence"][0]
    assert (evidence["approval_no"], evidence["clause"]) == ("金党组〔2026〕18号", "§6.3")
    assert "ground" not in evidence
    few = await clerk.post(f"{API}/{meeting_id}/exclude", json={**APPROVED, "member_id": people[2], "in_favour": 5})
    assert (few.status_code, few.json()["reason"]) == (409, "not_agreed")
    wrong = await clerk.post(f"{API}/{meeting_id}/exclude", json={**APPROVED, "member_id": people[2], "present": -1})
    assert wrong.status_code == 422
    came = await asked(clerk, f"{API}/{meeting_id}/sign-in", member_ids=[people[3]])
    assert (came["quorum"]["voters"], came["quorum"]["present"], came["quorum"]["excluded"]) == (4, 2, [])
    back = await asked(clerk, f"{API}/{meeting_id}/count-again", member_id=people[3])
    assert len(back["facts"]) == 2
    assert (await asked(clerk, f"{API}/{meeting_id}/count-again", member_id=people[3]))["facts"] == []
    history = (await clerk.get(f"/registry/api/members/{people[3]}/history")).json()["items"]
    assert {"hearth.member.left_out_of_quorum.v1", "hearth.member.counted_again.v1"} <= {one["type"] for one in history}


async def test_the_roll_is_called_again_when_the_register_is_righter(
    clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    people = await branch_of(clerk, "更正支部", 3)
    meeting_id = await called(clerk, "更正支部")
    await asked(clerk, f"{API}/{meeting_id}/sign-in", member_ids=people[:2])
    await asked(
        clerk, f"/registry/api/members/{people[2]}/move-away", **{"from": "2026-10-01"}, destination="成都",
        expected_return="2027-12-20", fixed_place=True, reason="带孙辈",
    )  # fmt: skip
    here = f"/registry/meetings/{meeting_id}"
    shown = (await browser.get(f"{here}/roll")).text
    assert "按现在的名册重新核定" in shown
    after = await browser.post(f"{here}/roll", data={})
    assert "应到名单已按现在的名册重新核定" in after.text
    assert "持联系卡在外" in after.text
    quorum = await quorum_of(clerk, meeting_id)
    assert (quorum["voters"], quorum["present"]) == (2, 2)
    assert "应到名单没有变化" in (await browser.post(f"{here}/roll", data={})).text


async def test_the_pages_tell_the_number_and_take_an_approval(
    clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    people = await branch_of(clerk, "页面支部", 3)
    meeting_id = await called(clerk, "页面支部", starts_at="2026-11-21T09:00:00+08:00")
    here = f"/registry/meetings/{meeting_id}"
    assert "预计" in (await browser.get(f"{here}/roll")).text
    room = (await browser.get(f"{here}/room")).text
    assert 'http-equiv="refresh"' in room
    assert "还差 2 人才能开会" in room
    empty = await browser.post(f"{here}/exclude", data={"member_id": people[0]})
    assert empty.status_code == 422
    late = await browser.post(f"{here}/exclude", data={**APPROVED, "member_id": people[0], "voted_on": "2026-11-25"})
    assert late.status_code == 409
    assert "要先批准、先通过" in late.text
    told = await browser.post(f"{here}/exclude", data={**APPROVED, "member_id": people[0]})
    assert "不计入应到。本人到会的照常计入" in told.text
    assert "金党组〔2026〕18号" in told.text
    await asked(clerk, f"{API}/{meeting_id}/sign-in", member_ids=[people[1]])
    assert "人数够了，可以开会" in (await browser.get(f"{here}/room")).text
    assert "经批准不计入应到" in (await browser.get(f"/registry/members/{people[0]}")).text
    assert "已恢复计入应到" in (await browser.post(f"{here}/count-again", data={"member_id": people[0]})).text
    assert "1 / 3" in (await browser.get(here)).text


async def test_a_joint_activity_has_no_number(clerk: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    unit = (await asked(clerk, "/registry/api/partners", name="金桥卫生站", kind="clinic", community=JINQIAO))[
        "partner_id"
    ]
    meeting_id = await called(clerk, "页面支部", kind="joint", partners=[unit])
    assert await quorum_of(clerk, meeting_id) is None
    assert "不表决" in (await browser.get(f"/registry/meetings/{meeting_id}/roll")).text


async def test_others_see_less_or_nothing(office: Office, clerk: httpx.AsyncClient) -> None:
    people = await branch_of(clerk, "别人支部", 2)
    meeting_id = await called(clerk, "别人支部")
    await asked(clerk, f"{API}/{meeting_id}/exclude", member_id=people[0], **APPROVED)
    async with office.asking(scope=SHIQUAN) as stranger:
        assert (await stranger.get(f"{API}/{meeting_id}/quorum")).status_code == 404
        refused = await stranger.post(f"{API}/{meeting_id}/exclude", json={**APPROVED, "member_id": people[1]})
        assert refused.status_code == 404
    async with office.asking(role=Role.SUPERVISOR, scope="demo") as above:
        assert (await above.get(f"{API}/{meeting_id}/quorum")).status_code == 200
        assert (await above.post(f"{API}/{meeting_id}/roll", json={})).status_code == 403
        above.headers["accept"] = "text/html"
        page = (await above.get(f"/registry/meetings/{meeting_id}/roll")).text
        assert "金党组〔2026〕18号" in page
        assert "年老体弱卧床" not in page.split("</h2>")[-1]
    assert (await clerk.get(f"{API}/nothing/quorum")).status_code == 404


async def test_a_group_s_meeting_counts_the_group(clerk: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    people = await branch_of(clerk, "分组支部", 5)
    branch_id = (await clerk.get(f"/registry/api/members/{people[0]}")).json()["branch_id"]
    groups = f"/registry/api/branches/{branch_id}/groups"
    group_id = (await asked(clerk, groups, name="第一党小组"))["group_id"]
    other_id = (await asked(clerk, groups, name="第二党小组"))["group_id"]
    await asked(clerk, f"{groups}/{group_id}/members", member_ids=people[:3])
    day = "2026-11-21T09:00:00+08:00"
    unsaid = await clerk.post(
        API, json={"kind": "group", "branch": branch_id, "starts_at": day, "title": "小组会", "community": JINQIAO}
    )
    assert (unsaid.status_code, unsaid.json()["reason"]) == (409, "which_group")
    meeting_id = await called(clerk, branch_id, kind="group", group=group_id, starts_at=day, title="小组会")
    found = (await clerk.get(f"{API}/{meeting_id}")).json()
    assert (found["group_id"], found["group"], found["expected"]) == (group_id, "第一党小组", 3)
    assert (await quorum_of(clerk, meeting_id))["voters"] == 3
    signed = await asked(clerk, f"{API}/{meeting_id}/sign-in", member_ids=[people[0], people[4]])
    assert [signed["quorum"][name] for name in ("present", "voters", "needed", "guests", "reached")] == [
        1, 3, 2, 1, False
    ]  # fmt: skip
    await asked(clerk, f"{groups}/{group_id}/members", member_ids=people[:2])
    assert (await quorum_of(clerk, meeting_id))["voters"] == 3, "called is called"
    assert "分组支部 · 第一党小组" in (await browser.get(f"/registry/meetings/{meeting_id}")).text
    again = await called(clerk, branch_id, kind="group", group=group_id, starts_at=day, title="又一次")
    await asked(clerk, f"{API}/{again}/sign-in", member_ids=people[:2])
    standing = (await clerk.get("/registry/api/meetings/targets")).json()["items"]
    own = next(one for one in standing if one["branch_id"] == branch_id)["targets"]
    assert next((one["held"], one["needed"]) for one in own if one["kind"] == "group") == (1, 2)
    for wrong, reason in (
        ({"kind": "general", "group": group_id}, "not_of_a_group"), ({"kind": "group", "group": "x"}, "no_group")
    ):  # fmt: skip
        refused = await clerk.post(
            API, json={"branch": branch_id, "starts_at": day, "title": "x", "community": JINQIAO} | wrong
        )
        assert (refused.status_code, refused.json()["reason"]) == (409, reason)
    sent = {"kind": "group", "group": other_id, "title": "二组学习", "on": "2026-11-21", "at": "10:00"}
    made = await browser.post("/registry/meetings/new", data=sent)
    assert ("分组支部 · 第二党小组" in made.text, made.status_code) == (True, 200)


async def test_after_the_day_only_the_secretary_says_yes_to_leave(
    office: Office, clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    people = await branch_of(clerk, "请假支部", 2)
    held = await called(clerk, "请假支部")
    ahead = await called(clerk, "请假支部", starts_at="2026-11-25T09:30:00+08:00")
    async with office.asking(Role.WORKER, name="ganshi") as worker:
        late = await worker.post(f"{API}/{held}/excuse", json={"member_id": people[0], "reason": "出差"})
        assert (late.status_code, late.json()["reason"]) == (409, "may_not_excuse")
        assert ("书记" in late.json()["detail"], "§6.10" in late.json()["detail"]) == (True, True)
        page = await worker.get(f"/registry/meetings/{held}", headers={"accept": "text/html"})
        assert ("会后补请假的，由书记同意" in page.text, "记请假" in page.text) == (True, False)
        await asked(worker, f"{API}/{ahead}/excuse", member_id=people[0], reason="出差")
    await asked(clerk, f"{API}/{held}/excuse", member_id=people[0], reason="出差")
    assert "记请假" in (await browser.get(f"/registry/meetings/{held}")).text
