"""Study brought to the door, end to end."""

from __future__ import annotations

import httpx

from services.shell.identity.caller import Role
from tests.registry.office import Office, asked
from tests.registry.pages.test_meeting_roll import API, branch_of, called, quorum_of


async def test_it_is_attendance_of_its_own_kind(clerk: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    people = await branch_of(clerk, "送学支部", 3)
    meeting_id = await called(clerk, "送学支部", kind="lecture", title="七一党课")
    here = f"/registry/meetings/{meeting_id}"
    await asked(clerk, f"{API}/{meeting_id}/sign-in", member_ids=people[:1])
    await asked(clerk, f"{API}/{meeting_id}/excuse", member_id=people[1])
    sent = {"member_ids": people[1:], "material": "讲义", "on": "2026-11-19"}
    assert len((await asked(clerk, f"{API}/{meeting_id}/deliver", **sent))["facts"]) == 3
    assert (await asked(clerk, f"{API}/{meeting_id}/deliver", **sent))["facts"] == []
    seen = (await clerk.get(f"{API}/{meeting_id}")).json()
    assert [one["member_id"] for one in seen["study_delivered"]] == sorted(people[1:], key=people.index)
    assert (seen["present"], len(seen["attendance"]), seen["excused"]) == (1, 1, [people[1]])
    assert (await quorum_of(clerk, meeting_id))["present"] == 1
    assert "送学上门：七一党课（讲义）" in (await browser.get(f"/registry/members/{people[1]}")).text
    shown = (await browser.post(f"{here}/deliver-back", data={"member_ids": people[1]})).text
    assert "已更正 1 人" in shown
    after = (await clerk.get(f"{API}/{meeting_id}")).json()
    assert [one["member_id"] for one in after["study_delivered"]] == [people[2]]
    assert after["excused"] == [people[1]], "their leave stands"
    early = await browser.post(f"{here}/deliver", data={"member_ids": people[1], "on": "2026-11-01"})
    assert (early.status_code, "送学不能早于会议那天" in early.text) == (409, True)
    told = await browser.post(f"{here}/deliver", data={"member_ids": people[1], "on": "2026-11-20"})
    assert "给 1 人送学上门" in told.text


async def test_who_may_not(office: Office, clerk: httpx.AsyncClient) -> None:
    people = await branch_of(clerk, "送学二支部", 1)
    meeting_id = await called(clerk, "送学二支部", kind="committee")
    refused = await clerk.post(f"{API}/{meeting_id}/deliver", json={"member_ids": people})
    assert refused.json()["reason"] == "not_for_study"
    assert (await clerk.post(f"{API}/{meeting_id}/deliver", json={"member_ids": []})).status_code == 422
    async with office.asking(role=Role.AUDITOR) as auditor:
        assert (await auditor.post(f"{API}/{meeting_id}/deliver", json={"member_ids": people})).status_code == 403
