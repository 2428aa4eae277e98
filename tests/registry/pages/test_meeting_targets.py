"""How far the branches are with their regular meetings, end to end."""

from __future__ import annotations

from typing import Any

import httpx

from services.shell.identity.caller import Role
from tests.desk import JINQIAO, SHIQUAN
from tests.registry.office import Office, asked, enrolled
from tests.registry.pages.test_meeting_roll import API, branch_of, called


async def of_branch(client: httpx.AsyncClient, name: str, query: str = "") -> dict[str, dict[str, Any]]:
    items = (await client.get(f"{API}/targets{query}")).json()["items"]
    return {one["kind"]: one for one in next(each["targets"] for each in items if each["branch"] == name)}


async def test_what_was_held_counts_and_what_was_only_called_does_not(clerk: httpx.AsyncClient) -> None:
    people = await branch_of(clerk, "次数支部", 2)
    before = await of_branch(clerk, "次数支部")
    assert "committee" not in before
    assert (before["general"]["held"], before["general"]["missing"], before["general"]["clause"]) == (0, 1, "§6.7")
    meeting_id = await called(clerk, "次数支部")
    assert (await of_branch(clerk, "次数支部"))["general"]["missing"] == 1
    await asked(clerk, f"{API}/{meeting_id}/sign-in", member_ids=people)
    after = (await of_branch(clerk, "次数支部"))["general"]
    assert (after["held"], after["missing"], after["first"], after["last"]) == (1, 0, "2026-10-01", "2026-12-31")
    assert (await of_branch(clerk, "次数支部", "?on=2026-09-30"))["general"]["held"] == 0
    everybody = await asked(
        clerk, API, kind="theme_day", starts_at="2026-11-12T14:00:00+08:00", title="全社区主题党日", community=JINQIAO
    )
    await asked(clerk, f"{API}/{everybody['meeting_id']}/sign-in", member_ids=people[:1])
    assert (await of_branch(clerk, "次数支部"))["theme_day"]["held"] == 1


async def test_the_page_leads_down_to_the_meetings(clerk: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    people = await branch_of(clerk, "下钻支部", 1)
    meeting_id = await called(clerk, "下钻支部", kind="lecture", title="七一党课")
    await asked(clerk, f"{API}/{meeting_id}/sign-in", member_ids=people)
    shown = (await browser.get("/registry/meetings/targets")).text
    assert "下钻支部" in shown
    items = (await clerk.get(f"{API}/targets")).json()["items"]
    branch_id = next(one["branch_id"] for one in items if one["branch"] == "下钻支部")
    branch = (await browser.get(f"/registry/meetings/targets/{branch_id}")).text
    assert "七一党课" in branch
    assert f"/registry/meetings/{meeting_id}" in branch
    only = (await browser.get(f"/registry/meetings/targets/{branch_id}?kind=general")).text
    assert "七一党课" not in only
    assert f"/registry/meetings/new?kind=general&amp;branch={branch_id}" in only
    assert (await browser.get("/registry/meetings/targets/nobody")).status_code == 404
    assert (await browser.get(f"/registry/meetings/targets/{branch_id}?kind=party")).status_code == 422
    assert "上一季度" in (await browser.get("/registry/meetings/targets?on=2026-09-30")).text


async def test_above_a_community_one_line_each(office: Office, clerk: httpx.AsyncClient) -> None:
    await branch_of(clerk, "总览支部", 1)
    async with office.asking(scope=SHIQUAN) as other:
        await enrolled(other, community=SHIQUAN, branch="石泉支部")
    async with office.asking(role=Role.SUPERVISOR, scope="demo") as above:
        above.headers["accept"] = "text/html"
        shown = (await above.get("/registry/meetings/targets")).text
        assert "个支部开齐" in shown
        assert f"/registry/meetings/targets?community={SHIQUAN}" in shown
        assert "石泉支部" in (await above.get(f"/registry/meetings/targets?community={SHIQUAN}")).text
    async with office.asking(scope=SHIQUAN) as other:
        assert "总览支部" not in (await other.get(f"{API}/targets")).text
    async with office.asking(role=Role.VISITOR) as visitor:
        assert (await visitor.get(f"{API}/targets")).status_code == 403
