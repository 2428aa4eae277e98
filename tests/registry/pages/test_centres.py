"""Household centres through the API and on their pages, from the first host to a proposal taken back."""

from __future__ import annotations

from typing import Any

import httpx

from services.registry.centres.nearness import Place
from services.registry.pages.centre_town import town_of
from services.shell.identity.caller import Role
from tests.desk import JINQIAO, NOW, SHIQUAN
from tests.registry.office import Office, asked, enrolled, seq_of

API = "/registry/api/centres"
AGREED = "2026-11-18"


async def opened(client: httpx.AsyncClient, **differently: Any) -> tuple[str, str]:
    """A host and the centre."""
    host = await enrolled(client, **differently)
    return host, (await asked(client, API, host=host, agreed_on=AGREED))["centre_id"]


async def members(client: httpx.AsyncClient, centre_id: str) -> list[str]:
    return [one["member_id"] for one in (await client.get(f"{API}/{centre_id}")).json()["members"]]


async def test_a_house_opens_takes_people_in_and_closes(clerk: httpx.AsyncClient) -> None:
    host, centre_id = await opened(clerk)
    again = await asked(clerk, API, host=host, agreed_on=AGREED)
    assert (again["centre_id"], again["facts"]) == (centre_id, [])
    guest = await enrolled(clerk)
    await asked(clerk, f"/registry/api/members/{guest}/join-centre", centre=centre_id)
    assert (await asked(clerk, f"/registry/api/members/{guest}/join-centre", centre=centre_id))["facts"] == []
    assert set(await members(clerk, centre_id)) == {host, guest}
    await asked(clerk, f"/registry/api/members/{guest}/leave-centre", reason="太远")
    assert await members(clerk, centre_id) == [host]
    await asked(clerk, f"/registry/api/members/{guest}/join-centre", centre=centre_id)
    closed = await asked(clerk, f"{API}/{centre_id}/close", reason="主人身体不便")
    assert len(closed["facts"]) == 3
    assert await members(clerk, centre_id) == []
    assert centre_id not in {one["centre_id"] for one in (await clerk.get(API)).json()["items"]}
    late = await clerk.post(f"/registry/api/members/{guest}/join-centre", json={"centre": centre_id})
    assert (late.status_code, late.json()["reason"]) == (409, "no_centre")
    assert (await asked(clerk, API, host=host, agreed_on=AGREED))["centre_id"] != centre_id, "opened anew"


async def test_a_wish_stands_until_it_is_withdrawn(clerk: httpx.AsyncClient) -> None:
    host, centre_id = await opened(clerk)
    guest = await enrolled(clerk)
    await asked(clerk, f"/registry/api/members/{guest}/decline-host", host=host, reason="有过争执")
    refused = await clerk.post(f"/registry/api/members/{guest}/join-centre", json={"centre": centre_id})
    assert (refused.status_code, refused.json()["reason"]) == (409, "host_declined")
    await asked(clerk, f"/registry/api/members/{guest}/withdraw-decline", host=host)
    await asked(clerk, f"/registry/api/members/{guest}/join-centre", centre=centre_id)


async def test_bad_input_and_strangers_are_refused(office: Office, clerk: httpx.AsyncClient) -> None:
    host, centre_id = await opened(clerk)
    assert (await clerk.post(API, json={"host": host})).status_code == 422
    assert (await clerk.get(f"{API}/nothing-here")).status_code == 404
    assert (await clerk.post(f"{API}/{centre_id}/close", json={"reason": ""})).status_code == 422
    assert (await clerk.post(f"{API}/proposals", json={"community": "demo.nowhere"})).status_code in (403, 422)
    async with office.asking(scope=SHIQUAN) as stranger:
        assert (await stranger.get(f"{API}/{centre_id}")).status_code == 404
        assert (await stranger.get(API)).json()["items"] == []
        assert (await stranger.post(f"{API}/{centre_id}/close", json={"reason": "试试"})).status_code == 404
    async with office.asking(Role.SUPERVISOR) as supervisor:
        assert (await supervisor.get(f"{API}/{centre_id}")).status_code == 200
        assert (await supervisor.post(f"{API}/{centre_id}/close", json={"reason": "试试"})).status_code == 403
        assert (await supervisor.post(f"{API}/proposals", json={"community": JINQIAO})).status_code == 403
    async with office.asking(Role.OPERATOR) as operator:
        assert (await operator.get("/registry/centres")).status_code == 403


async def proposed(client: httpx.AsyncClient) -> dict[str, Any]:
    """A proposal that is ready."""
    found: dict[str, Any] = (await client.post(f"{API}/proposals", json={"community": JINQIAO})).json()
    while found["state"] == "running":
        found = (await client.get(f"{API}/proposals?community={JINQIAO}")).json()
    assert found["state"] == "ready", found
    return found


async def test_a_proposal_is_accepted_without_those_who_changed_and_taken_back(clerk: httpx.AsyncClient) -> None:
    lane = "枣庄路500弄1号"
    host, centre_id = await opened(clerk, address=f"{lane}101室")
    guests = [await enrolled(clerk, address=f"{lane}{number}室") for number in range(201, 205)]
    made = await proposed(clerk)
    assert made["state"] == "ready"
    assert {made["placed"].get(each) for each in guests} == {centre_id}
    assert (await proposed(clerk))["proposal_id"] == made["proposal_id"], "nothing has changed since"
    wanted = [
        {"member": one["member_id"], "came_from": one["came_from"], "centre": one["centre_id"]}
        for one in made["changes"]
        if one["member_id"] in guests
    ]
    away = {"from": "2026-11-20", "destination": "杭州", "reason": "带孙子"}
    await asked(clerk, f"/registry/api/members/{guests[0]}/move-away", **away)
    seen = (await clerk.get(f"{API}/proposals?community={JINQIAO}")).json()
    assert seen["state"] == "outdated"
    body = {"community": JINQIAO, "proposal_id": made["proposal_id"], "changes": wanted}
    key = {"Idempotency-Key": "accept-1"}
    first = await clerk.post(f"{API}/proposals/accept", json=body, headers=key)
    assert first.status_code == 201, first.text
    assert first.json()["left_out"] == {guests[0]: "away_meanwhile"}
    second = await clerk.post(f"{API}/proposals/accept", json=body, headers=key)
    assert second.json()["facts"] == first.json()["facts"], "the same request twice"
    assert set(await members(clerk, centre_id)) == {host, *guests[1:]}
    await asked(clerk, f"/registry/api/members/{guests[1]}/leave-centre", reason="不想去了")
    undo, key = f"{API}/proposals/{made['proposal_id']}/undo", {"Idempotency-Key": "undo-1"}
    back = await clerk.post(undo, headers=key)
    assert (back.status_code, len(back.json()["facts"])) == (201, 2), back.text
    assert (await clerk.post(undo, headers=key)).json()["facts"] == back.json()["facts"], "the same request twice"
    assert (await clerk.post(undo)).json()["facts"] == [], "there is nothing more to take back"
    assert await members(clerk, centre_id) == [host]
    assert (await clerk.post(f"{API}/proposals/never-made/undo")).status_code == 404


async def test_the_pages_lead_from_a_host_to_an_accepted_proposal(
    clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    host = await enrolled(clerk, name="李秀英", address="浦东大道9弄3号101室")
    guest = await enrolled(clerk, name="周建国", address="浦东大道9弄3号102室")
    assert "李秀英" in (await browser.get("/registry/centres?q=李秀英")).text
    sent = {"host": host, "agreed_on": AGREED}
    told = await browser.post(f"/registry/members/{host}/centre/designate", data=sent)
    assert "李秀英家现在是中心户了" in told.text
    bad = await browser.post(f"/registry/members/{guest}/centre/decline", data={"host": host})
    assert bad.status_code == 422
    page = await browser.post("/registry/centres/proposal", data={"community": JINQIAO})
    while "正在计算" in page.text and "周建国" not in page.text:
        page = await browser.get(f"/registry/centres/proposal?community={JINQIAO}")
    assert "与主人同一楼栋" in page.text
    made = (await clerk.get(f"{API}/proposals?community={JINQIAO}")).json()
    nothing = await browser.post(
        "/registry/centres/proposal/accept", data={"community": JINQIAO, "proposal_id": made["proposal_id"]}
    )
    assert "没有勾选任何人" in nothing.text
    form = {"community": JINQIAO, "proposal_id": made["proposal_id"], "idempotency_key": "page-1", "take": guest}
    done = await browser.post("/registry/centres/proposal/accept", data=form)
    assert "已调整 1 人" in done.text
    centre_id = made["placed"][guest]
    shown = await browser.get(f"/registry/centres/{centre_id}")
    assert "周建国" in shown.text
    assert "13912348862" not in shown.text, "the phone stays masked"
    gone = await browser.post("/registry/centres/proposal/accept", data=form | {"proposal_id": "other"})
    assert "请重新计算" in gone.text
    closing = await browser.post(f"/registry/centres/{centre_id}/close", data={"reason": ""})
    assert closing.status_code == 422
    assert "可以另编" in (await browser.post(f"/registry/centres/{centre_id}/close", data={"reason": "搬家"})).text
    for path in (f"/registry/members/{guest}/centre", f"/registry/centres/{centre_id}", f"/registry/members/{guest}"):
        assert (await browser.get(path)).status_code == 200


async def test_a_town_is_told_building_and_grid(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk, address="枣庄路700弄3号101室")
    answer = await clerk.post(f"/registry/api/members/{member_id}/details", json={"grid": "第七网格"})
    assert (await clerk.get(f"{API}?after={seq_of(answer)}")).status_code == 200
    policy = office.service.state.registry.policy_at(JINQIAO, NOW.date())
    async with office.service.state.database.reading(JINQIAO) as db:
        town = await town_of(db, JINQIAO, policy.centres, NOW.date())
    (place,) = {one.place for one in town.people if one.member_id == member_id}
    assert place == Place("枣庄路700弄3号", "第七网格")
