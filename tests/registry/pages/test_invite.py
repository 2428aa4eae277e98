"""Members are asked to come to a meeting, end to end."""

from __future__ import annotations

import httpx

from services.shell.identity.caller import Role
from tests.registry.office import Office, asked
from tests.registry.pages.test_meeting_roll import API, branch_of, called


async def test_everybody_is_asked_once(office: Office, clerk: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    people = await branch_of(clerk, "通知支部", 3)
    meeting_id = await called(clerk, "通知支部", starts_at="2026-11-25T09:30:00+08:00", title="党员大会")
    here = f"/registry/meetings/{meeting_id}"
    first = await asked(clerk, f"{API}/{meeting_id}/invite", member_ids=people[:1])
    assert sorted(one["type"] for one in first["facts"]) == ["hearth.meeting.invited.v1", "hearth.member.invited.v1"]
    assert "通知过 1 人" in (await browser.get(here)).text
    assert "已通知 2 人" in (await browser.post(f"{here}/invite", data={})).text
    assert (await asked(clerk, f"{API}/{meeting_id}/invite", member_ids=people))["facts"] == []
    assert (await clerk.get(f"{API}/{meeting_id}")).json()["invited"] == 3
    assert "通知开会：党员大会" in (await browser.get(f"/registry/members/{people[0]}")).text
    past = await called(clerk, "通知支部")
    over = await clerk.post(f"{API}/{past}/invite", json={"member_ids": people})
    assert (over.status_code, over.json()["reason"]) == (409, "meeting_over")
    async with office.asking(role=Role.AUDITOR) as auditor:
        assert (await auditor.post(f"{API}/{meeting_id}/invite", json={"member_ids": people})).status_code == 403
