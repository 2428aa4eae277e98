"""Handing a campaign out to groups and household centres: who sees whom, and how far each is."""

from __future__ import annotations

import httpx

from services.shell.identity.caller import Role
from tests.registry.office import Office, enrolled
from tests.registry.pages.test_census import API, begun, branch_of, written
from tests.registry.pages.test_pages import form_of


async def seen_by(client: httpx.AsyncClient, campaign_id: str, part: str | None = None) -> set[str]:
    """Whom the people's list shows."""
    where = {} if part is None else {"part": part}
    found = await client.get(f"{API}/{campaign_id}/people", params=where)
    assert found.status_code == 200, found.text
    return {one["member_id"] for one in found.json()["items"]}


async def grouped(clerk: httpx.AsyncClient, branch_id: str, name: str, *members: str) -> str:
    """A group of the branch, with its people."""
    there = f"/registry/api/branches/{branch_id}/groups"
    group_id: str = (await written(clerk, there, {"name": name}))["group_id"]
    await written(clerk, f"{there}/{group_id}/members", {"member_ids": list(members)})
    return group_id


async def test_a_group_and_a_house_are_handed_to_those_who_go_there(office: Office, clerk: httpx.AsyncClient) -> None:
    mine, other, host, guest = [await enrolled(clerk, branch="分着问支部") for _ in range(4)]
    branch_id = await branch_of(clerk, mine)
    group_id = await grouped(clerk, branch_id, "第一党小组", mine)
    house = {"host": host, "agreed_on": "2026-11-01"}
    centre_id = (await written(clerk, "/registry/api/centres", house))["centre_id"]
    await written(clerk, f"/registry/api/members/{guest}/join-centre", {"centre": centre_id})
    campaign_id = await begun(clerk, branches=["分着问支部"])
    here = f"{API}/{campaign_id}"
    handed = {"branch": branch_id, "group": group_id, "accounts": ["wang"]}
    await written(clerk, f"{here}/assign", handed)
    assert (await written(clerk, f"{here}/assign", handed))["facts"] == []
    async with office.asking(Role.VISITOR, name="wang") as wang, office.asking(Role.VISITOR, name="chen") as chen:
        assert await seen_by(wang, campaign_id) == {mine}
        assert await seen_by(wang, campaign_id, f"{branch_id}/{group_id}") == {mine}
        assert await seen_by(wang, campaign_id, branch_id) == set()
        assert (await wang.post(f"{here}/people/{other}/answer", json={"lives_here": True})).status_code == 404
        await written(wang, f"{here}/people/{mine}/answer", {"lives_here": True})
        assert (await chen.get(here)).status_code == 404
        await written(clerk, f"{here}/assign", {"centre": centre_id, "accounts": ["chen"]})
        assert await seen_by(chen, campaign_id) == {host, guest}
        await written(clerk, f"{here}/assign", {"centre": centre_id, "accounts": []})
        assert (await chen.get(here)).status_code == 404
        own = (await wang.get(f"/registry/census/{campaign_id}", headers={"accept": "text/html"})).text
        assert "分着问支部 · 第一党小组" in own
        assert "1 / 1 人已作答" in own
    assert await seen_by(clerk, campaign_id) == {mine, other, host, guest}


async def test_what_is_no_part_is_not_handed_out(clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk, branch="没有组支部")
    branch_id = await branch_of(clerk, member_id)
    campaign_id = await begun(clerk)
    refused = {
        "no_group": {"branch": branch_id, "group": "nowhere", "accounts": ["wang"]},
        "no_centre": {"centre": "nowhere", "accounts": ["wang"]},
    }
    for reason, body in refused.items():
        answer = await clerk.post(f"{API}/{campaign_id}/assign", json=body)
        assert (answer.status_code, answer.json()["reason"]) == (409, reason)
    for wrong in ({"group": "g"}, {"branch": branch_id, "centre": "c"}, {"branch": branch_id, "group": "a b"}):
        assert (await clerk.post(f"{API}/{campaign_id}/assign", json=wrong)).status_code == 422
    page = await clerk.get(
        f"/registry/census/{campaign_id}/assign?part={branch_id}/nowhere", headers={"accept": "text/html"}
    )
    assert page.status_code == 404


async def test_the_page_offers_what_there_is(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk, branch="页面分组支部")
    branch_id = await branch_of(clerk, member_id)
    group_id = await grouped(clerk, branch_id, "红枫路小组", member_id)
    campaign_id = await begun(clerk, branches=["页面分组支部"])
    here = f"/registry/census/{campaign_id}"
    await office.account("wang", "小王", Role.VISITOR)
    async with office.asking() as browser:
        browser.headers["accept"], browser.follow_redirects = "text/html", True
        offered = await browser.get(f"{here}/assign")
        assert "页面分组支部 · 红枫路小组" in offered.text
        sent = form_of(offered.text, f"{here}/assign") | {"part": f"{branch_id}/{group_id}", "accounts": ["wang"]}
        done = await browser.post(f"{here}/assign", data=sent)
        assert "已派好。" in done.text
        assert "小王" in done.text
        assert f'value="{branch_id}/{group_id}"' not in (await browser.get(f"{here}/assign")).text, "it has its people"
        people = await browser.get(f"{here}/people?part={branch_id}/{group_id}")
        assert "页面分组支部 · 红枫路小组" in people.text
        none = await browser.post(f"{here}/assign", data=form_of(offered.text, f"{here}/assign") | {"part": "x/y/z"})
        assert none.status_code in {404, 422}
