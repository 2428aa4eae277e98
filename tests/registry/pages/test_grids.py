"""Grids through the API and on their pages: formed, filled building by building, closed and reopened."""

from __future__ import annotations

import re
from typing import Any

import httpx

from services.shell.identity.caller import Role
from tests.desk import JINQIAO, SHIQUAN
from tests.registry.office import Office, asked, enrolled, seq_of

API = "/registry/api/grids"


async def formed(client: httpx.AsyncClient, name: str, **more: Any) -> str:
    grid_id: str = (await asked(client, API, name=name, community=JINQIAO, **more))["grid_id"]
    return grid_id


async def grid(client: httpx.AsyncClient, grid_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(f"{API}/{grid_id}")).json()
    return found


async def put(client: httpx.AsyncClient, member_id: str, name: str) -> None:
    await asked(client, f"/registry/api/members/{member_id}/details", grid=name)


async def test_a_grid_counts_whoever_s_card_says_one_of_its_names(clerk: httpx.AsyncClient) -> None:
    grid_id = await formed(clerk, "东 一 网格", worker_name="沈晓燕", worker_phone="13900001234")
    assert (await asked(clerk, API, name="东一网格", community=JINQIAO))["facts"] == []
    member = await enrolled(clerk, address="东一路1号101室")
    await put(clerk, member, "东一网格")
    await asked(clerk, f"{API}/{grid_id}/change", name="东方网格", covers=["东一路"])
    found = await grid(clerk, grid_id)
    assert (found["name"], found["names"], found["members"]) == ("东方网格", ["东一网格", "东方网格"], 1)
    assert [one["member_id"] for one in found["people"]] == [member]
    assert found["worker_name"] is None, "a worker who is left out is nobody"
    assert (await asked(clerk, f"{API}/{grid_id}/change", name="东方网格", covers="东一路"))["facts"] == []
    second = await formed(clerk, "东二网格")
    twice = await clerk.post(f"{API}/{second}/change", json={"name": "东一网格"})
    assert (twice.status_code, twice.json()["reason"]) == (409, "grid_exists"), "an earlier name is kept"
    taken = await clerk.post(f"{API}/{second}/change", json={"name": "东二网格", "covers": ["东一路"]})
    assert (taken.status_code, taken.json()["reason"]) == (409, "covered_already")


async def test_a_closed_grid_leaves_its_people_without_one_until_it_is_back(clerk: httpx.AsyncClient) -> None:
    grid_id = await formed(clerk, "西网格", covers=["西街"])
    member = await enrolled(clerk, address="西街8号202室")
    await put(clerk, member, "西网格")
    neighbour = await enrolled(clerk, address="西街8号203室")

    async def free() -> dict[str, Any]:
        items = (await clerk.get(f"{API}/without?community={JINQIAO}")).json()["items"]
        return next((one for one in items if one["building"] == "西街8号"), {})

    assert await free() == {
        "building": "西街8号", "member_ids": [neighbour], "grid": "西网格", "because": "covered",
    }  # fmt: skip
    await asked(clerk, f"{API}/{grid_id}/change", name="西网格")
    assert (await free())["because"] == "neighbours"
    await asked(clerk, f"{API}/{grid_id}/close", reason="合并")
    assert (await asked(clerk, f"{API}/{grid_id}/close", reason="合并"))["facts"] == []
    assert set((await free())["member_ids"]) == {member, neighbour}
    assert (await free())["grid"] is None
    again = await clerk.post(API, json={"name": "西网格", "community": JINQIAO})
    assert (again.status_code, again.json()["reason"]) == (409, "grid_closed")
    await asked(clerk, f"{API}/{grid_id}/reopen")
    assert (await free())["member_ids"] == [neighbour]


async def test_the_same_request_twice_and_a_stale_form(office: Office, clerk: httpx.AsyncClient) -> None:
    key, body = {"Idempotency-Key": "grid-1"}, {"name": "两次网格", "community": JINQIAO}
    first, second = [await clerk.post(API, json=body, headers=key) for _ in range(2)]
    assert first.json() == second.json()
    grid_id = first.json()["grid_id"]
    shown = (await clerk.get(f"{API}/{grid_id}?after={seq_of(first)}")).headers["etag"]
    await asked(clerk, f"{API}/{grid_id}/change", name="两次网格", covers=["两次路"])
    stale = await clerk.post(f"{API}/{grid_id}/change", json={"name": "又改"}, headers={"If-Match": shown})
    assert stale.status_code == 412


async def test_bad_input_and_strangers_are_refused(office: Office, clerk: httpx.AsyncClient) -> None:
    grid_id = await formed(clerk, "围墙网格", worker_name="沈晓燕", worker_phone="13900001234")
    assert (await clerk.post(API, json={"name": ""})).status_code == 422
    assert (await clerk.get(f"{API}/nothing-here")).status_code == 404
    assert (await clerk.post(f"{API}/{grid_id}/close", json={})).status_code == 422
    async with office.asking(scope=SHIQUAN) as stranger:
        assert (await stranger.get(f"{API}/{grid_id}")).status_code == 404
        assert (await stranger.get(API)).json()["items"] == []
        assert (await stranger.post(f"{API}/{grid_id}/close", json={"reason": "试试"})).status_code == 404
        assert (await stranger.post(API, json={"name": "x", "community": JINQIAO})).status_code == 403
        assert (await stranger.get(f"{API}/without?community={JINQIAO}")).status_code == 403
    async with office.asking(Role.SUPERVISOR) as supervisor:
        assert (await supervisor.get(f"{API}/{grid_id}")).json()["worker_phone"] == "139 **** 1234"
        page = (await supervisor.get(f"/registry/grids/{grid_id}")).text
        assert "13900001234" not in page
        assert (await supervisor.post(f"{API}/{grid_id}/close", json={"reason": "试试"})).status_code == 403
        assert (await supervisor.get("/registry/grids/without")).status_code == 403
    async with office.asking(Role.OPERATOR) as operator:
        assert (await operator.get("/registry/grids")).status_code == 403


async def test_a_building_is_put_into_a_grid_on_the_pages_and_taken_out_again(
    clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    people = [await enrolled(clerk, name=f"{one}建国", address=f"南园路9弄3号{one}室") for one in ("甲", "乙")]
    sent = {"name": "南园网格", "community": JINQIAO, "covers": "南园路9弄\n南园路11弄", "worker_name": "沈晓燕"}
    told = await browser.post("/registry/grids/new", data=sent)
    assert "南园网格" in told.text
    assert "把这 2 人编进来" in told.text
    grid_id = str(told.url).rsplit("/", 1)[-1]
    listed = (await browser.get(f"/registry/grids/without?community={JINQIAO}")).text
    assert "在“南园网格”的范围里" in listed
    chosen = {"community": JINQIAO, "grid": "南园网格", "building": ["南园路9弄3号"]}
    preview = await browser.post("/registry/grids/without", data=chosen)
    assert "人会改" in preview.text
    bulk = re.search(r"/registry/bulk/([0-9a-f-]+)/commit", preview.text)
    assert bulk is not None
    done = await browser.post(f"/registry/bulk/{bulk[1]}/commit", data={"reason": "划网格"})
    assert "已改 2 人" in done.text
    shown = (await browser.get(f"/registry/grids/{grid_id}")).text
    assert "甲建国" in shown
    assert "南园路9弄3号" in shown
    sheet = await browser.get(f"/registry/grids/{grid_id}/people.xlsx")
    assert sheet.status_code == 200
    card = (await browser.get(f"/registry/members/{people[0]}")).text
    assert "南园网格" in card
    assert "南园网格" in (await browser.get(f"/registry/grids?community={JINQIAO}&name=南园网格")).text
    back = await browser.post(f"/registry/bulk/{bulk[1]}/undo")
    undo = re.search(r"/registry/bulk/([0-9a-f-]+)/commit", back.text)
    assert undo is not None, "those who had no grid go back to none"
    assert "已改 2 人" in (await browser.post(f"/registry/bulk/{undo[1]}/commit", data={"reason": "撤回"})).text
    assert (await grid(clerk, grid_id))["members"] == 0
    fitting = {"community": JINQIAO, "grid": "南园网格", "fitting": "1"}
    assert "甲建国" in (await browser.post("/registry/grids/without", data=fitting)).text
    bads: list[dict[str, Any]] = [{"grid": "没有的网格"}, {"building": []}, {"grid": ""}]
    for bad in bads:
        wrong = await browser.post("/registry/grids/without", data=chosen | bad)
        assert wrong.status_code == 422, bad


async def test_the_forms_say_what_is_wrong_and_keep_what_was_typed(
    clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    grid_id = await formed(clerk, "北网格", covers=["北路"])
    taken = await browser.post("/registry/grids/new", data={"name": "新网格", "community": JINQIAO, "covers": "北路"})
    assert taken.status_code == 409
    assert "已经在网格“北网格”的范围里" in taken.text
    assert 'value="新网格"' in taken.text
    assert (await browser.post("/registry/grids/new", data={"community": JINQIAO})).status_code == 422
    changing = (await browser.get(f"/registry/grids/{grid_id}/change")).text
    assert "北路" in changing
    changed = await browser.post(f"/registry/grids/{grid_id}/change", data={"name": "北网格", "covers": "北路\n北街"})
    assert "已改好" in changed.text
    assert (await browser.post(f"/registry/grids/{grid_id}/close", data={})).status_code == 422
    closed = await browser.post(f"/registry/grids/{grid_id}/close", data={"reason": "合并"})
    assert "已撤销" in closed.text
    assert "撤销了的网格" in closed.text
    assert "网格已恢复" in (await browser.post(f"/registry/grids/{grid_id}/reopen")).text
    stray = await enrolled(clerk, name="丁某", address="远路1号101室")
    await put(clerk, stray, "没人记过的网格")
    listed = (await browser.get("/registry/grids")).text
    assert "没人记过的网格" in listed
    assert "记下这个网格" in listed


async def test_grids_of_one_name_in_two_communities_count_their_own(office: Office, clerk: httpx.AsyncClient) -> None:
    async with office.asking(scope="demo") as street:
        for community in (JINQIAO, SHIQUAN):
            await asked(street, API, name="同名网格", community=community)
    member = await enrolled(clerk)
    await put(clerk, member, "同名网格")
    async with office.asking(scope="demo") as street:
        items = (await street.get(API)).json()["items"]
    assert {one["community"]: one["members"] for one in items if one["name"] == "同名网格"} == {JINQIAO: 1, SHIQUAN: 0}
