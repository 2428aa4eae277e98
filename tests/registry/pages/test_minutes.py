"""Votes and minutes, end to end: counted, frozen, corrected, printed."""

from __future__ import annotations

import httpx

from services.shell.identity.caller import Role
from tests.desk import SHIQUAN
from tests.registry.office import Office, asked
from tests.registry.pages.test_meeting_roll import API, branch_of, called
from tests.shell.paper import pages_of, text_of


async def test_a_vote_needs_a_quorum_and_says_its_clause(clerk: httpx.AsyncClient) -> None:
    people = await branch_of(clerk, "表决支部", 4)
    meeting_id = await called(clerk, "表决支部")
    here = f"{API}/{meeting_id}"
    counts = {"motion": "修缮活动室", "in_favour": 3, "against": 0, "abstain": 0}
    none = await clerk.post(f"{here}/vote", json=counts)
    assert (none.status_code, none.json()["reason"]) == (409, "no_quorum")
    await asked(clerk, f"{here}/sign-in", member_ids=people[:3])
    put = await asked(clerk, f"{here}/motions", motion="修缮活动室", secret=True)
    assert [one["type"] for one in put["facts"]] == ["hearth.meeting.motion_put.v1"]
    many = await clerk.post(f"{here}/vote", json=counts | {"against": 1})
    assert (many.status_code, many.json()["reason"]) == (409, "more_votes_than_people")
    voted = await asked(clerk, f"{here}/vote", **counts)
    assert (
        voted["motions"][0]["counts"] | {"carried": True, "needed": 3, "clause": "§6.4"}
        == (voted["motions"][0]["counts"])
    )
    assert (await asked(clerk, f"{here}/vote", **counts))["facts"] == []
    assert (await clerk.post(f"{here}/vote", json=counts | {"in_favour": 2})).json()["reason"] == "voted_already"
    assert (await clerk.post(f"{here}/vote", json=counts | {"in_favour": -1})).status_code == 422
    election = await clerk.post(f"{here}/vote", json={"motion": "选举李伟为书记", "kind": "election", "in_favour": 3})
    assert election.json()["reason"] == "no_quorum"
    back = await asked(clerk, f"{here}/vote-back", motion=1)
    assert back["motions"][0]["counts"] is None


async def test_minutes_are_frozen_with_the_number_and_corrected_by_adding(clerk: httpx.AsyncClient) -> None:
    people = await branch_of(clerk, "定稿支部", 4)
    meeting_id = await called(clerk, "定稿支部")
    here = f"{API}/{meeting_id}"
    await asked(clerk, f"{here}/sign-in", member_ids=people[:2])
    early = await clerk.post(f"{here}/correct", json={"text": "x"})
    assert early.json()["reason"] == "not_frozen"
    await asked(clerk, f"{here}/freeze", text="讨论了修缮。")
    assert (await asked(clerk, f"{here}/freeze", text="讨论了修缮。"))["facts"] == []
    assert (await clerk.post(f"{here}/freeze", json={"text": "别的"})).json()["reason"] == "minutes_frozen"
    late = await asked(clerk, f"{here}/sign-in", member_ids=[people[2]])
    assert late["quorum"]["present"] == 2, "the number in the minutes stays"
    assert "hearth.meeting.minutes_corrected.v1" in {one["type"] for one in late["facts"]}
    await asked(clerk, f"{here}/correct", text="日期应为九月。")
    written = (await clerk.get(f"{here}/minutes")).json()
    assert (written["text"], written["quorum"]["present"], len(written["present"])) == ("讨论了修缮。", 2, 2)
    assert [(one["text"], one["came"]) for one in written["corrections"]] == [
        (None, [people[2]]), ("日期应为九月。", []),
    ]  # fmt: skip
    assert (await clerk.get(here)).json()["present"] == 3
    changed = await clerk.post(f"{here}/roll", json={})
    assert changed.json()["reason"] == "minutes_frozen"


async def test_the_pages_and_the_sheet(clerk: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    people = await branch_of(clerk, "打印支部", 3)
    meeting_id = await called(clerk, "打印支部")
    here = f"/registry/meetings/{meeting_id}"
    assert (await browser.get(f"{here}/minutes.pdf")).status_code == 404
    await asked(clerk, f"{API}/{meeting_id}/sign-in", member_ids=people)
    assert "等票数" in (await browser.post(f"{here}/motions", data={"motion": "修缮*活动室*", "secret": "true"})).text
    sent = {"motion": "修缮*活动室*", "in_favour": "2", "against": "1"}
    told = (await browser.post(f"{here}/vote", data=sent)).text
    assert "通过" in told
    assert "需要 2 票" in told
    wrong = await browser.post(f"{here}/vote", data={"motion": "再一项", "in_favour": "9"})
    assert wrong.status_code == 409
    assert "多于到会的 3 人" in wrong.text
    await browser.post(f"{here}/motions", data={"motion": "留到下次"})
    assert (await browser.post(f"{here}/freeze", data={"text": ""})).status_code == 422
    frozen = (await browser.post(f"{here}/freeze", data={"text": "第一段。\n第二段 #panic()。"})).text
    assert "会议记录已定稿" in frozen
    assert "更正已附在记录后面" in (await browser.post(f"{here}/correct", data={"text": "地点写错了。"})).text
    sheet = (await browser.get(f"{here}/minutes.pdf")).content
    words = text_of(sheet)
    for said in (
        "十一月党员大会",
        "应到（有表决权）3 人，实到 3 人",
        "修缮*活动室*",
        "通过，需要 2 票 §6.4",
        "留到下次",
        "没有表决",
        "#panic()",
        "地点写错了。",
        "党员0、党员1、党员2",
        "§6.1",
    ):
        assert said.replace(" ", "") in words.replace("\n", "").replace(" ", ""), said
    assert pages_of(sheet) == 1


async def test_others_see_less_or_nothing(office: Office, clerk: httpx.AsyncClient) -> None:
    await branch_of(clerk, "别的支部", 1)
    meeting_id = await called(clerk, "别的支部")
    async with office.asking(scope=SHIQUAN) as stranger:
        assert (await stranger.get(f"{API}/{meeting_id}/minutes")).status_code == 404
        assert (await stranger.post(f"{API}/{meeting_id}/freeze", json={"text": "x"})).status_code == 404
    async with office.asking(role=Role.AUDITOR) as auditor:
        assert (await auditor.get(f"{API}/{meeting_id}/minutes")).status_code == 200
        assert (await auditor.post(f"{API}/{meeting_id}/freeze", json={"text": "x"})).status_code == 403
    async with office.asking(role=Role.VISITOR) as visitor:
        assert (await visitor.get(f"{API}/{meeting_id}/minutes")).status_code == 403
