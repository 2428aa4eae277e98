"""The organisation from the top down, and what its units are called, through the API and on pages."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest

from services.shell.identity.caller import Role
from tests.desk import JINQIAO, SHIQUAN
from tests.registry.office import Office, enrolled, seq_of
from tests.registry.pages.test_pages import form_of

UNITS = "/registry/api/units"


async def named(client: httpx.AsyncClient, path: str, name: str, level: str) -> httpx.Response:
    """A unit has a name, and it is visible."""
    answer = await client.post(UNITS, json={"path": path, "name": name, "level": level})
    assert answer.status_code == 201, answer.text
    if answer.json()["facts"]:
        await client.get(f"{UNITS}?after={seq_of(answer)}")
    return answer


@pytest.fixture
async def city(office: Office, clerk: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """Who oversees the street; its units have names, and in two communities somebody is on the roll."""
    await enrolled(clerk, branch="第一党支部")
    async with office.asking(scope=SHIQUAN) as other, office.asking(Role.SUPERVISOR, scope="demo") as above:
        await enrolled(other, community=SHIQUAN, branch="第一党支部")
        for path, name, level in (
            ("demo", "示范街道", "street"),
            (JINQIAO, "金桥社区", "community"),
            (SHIQUAN, "石泉社区", "community"),
        ):
            await named(above, path, name, level)
        above.headers["accept"] = "text/html"
        above.follow_redirects = True
        yield above


async def test_a_street_sees_its_tree_and_a_community_itself(city: httpx.AsyncClient, clerk: httpx.AsyncClient) -> None:
    items = {one["path"]: one for one in (await city.get(UNITS)).json()["items"]}
    assert {path: one["name"] for path, one in items.items()} == {
        "demo": "示范街道", JINQIAO: "金桥社区", SHIQUAN: "石泉社区",
    }  # fmt: skip
    for figure in ("members", "away", "branches"):
        assert items["demo"][figure] == items[JINQIAO][figure] + items[SHIQUAN][figure]
    own = (await clerk.get(UNITS)).json()["items"]
    assert [one["path"] for one in own] == [JINQIAO]


async def test_a_name_is_given_once_and_by_whom_it_concerns(office: Office, city: httpx.AsyncClient) -> None:
    again = await named(city, JINQIAO, "金桥社区", "community")
    assert again.json()["facts"] == []
    body = {"path": JINQIAO, "name": "别的社区"}
    twice = [await city.post(UNITS, json=body, headers={"Idempotency-Key": "n1"}) for _ in range(2)]
    assert twice[0].json() == twice[1].json()
    await named(city, JINQIAO, "金桥社区", "community")
    refused = await city.post(UNITS, json={"path": JINQIAO, "name": "金桥", "level": "city"})
    assert (refused.status_code, refused.json()["reason"]) == (409, "level_not_below")
    assert "示范街道" in refused.json()["detail"]
    assert (await city.post(UNITS, json={"path": "..", "name": "x"})).status_code == 422
    assert (await city.post(UNITS, json={"path": "elsewhere", "name": "别处"})).status_code == 403
    async with office.asking(scope=SHIQUAN) as stranger, office.asking(Role.WORKER) as worker:
        assert (await stranger.post(UNITS, json=body)).status_code == 403
        assert (await stranger.get(f"{UNITS}?under={JINQIAO}")).status_code == 403
        assert (await worker.post(UNITS, json=body)).status_code == 403
        assert (await worker.get(UNITS)).status_code == 200
    async with office.asking(Role.VISITOR) as visitor:
        assert (await visitor.get(UNITS)).status_code == 403
        assert (await visitor.get("/registry/organisation")).status_code == 403


async def test_pages_say_the_name_and_not_the_path(office: Office, city: httpx.AsyncClient) -> None:
    tree = (await city.get("/registry/organisation")).text
    assert "金桥社区" in tree
    assert f'href="/registry/members?community={JINQIAO}"' in tree
    register = (await city.get("/registry/members")).text
    assert f'<option value="{JINQIAO}">金桥社区</option>' in register
    assert f"{JINQIAO}</option>" not in register
    assert ">石泉社区 · 第一党支部（" in register, "two branches of one name are told apart"
    assert "· 石泉社区" in (await city.get(f"/registry/members?community={SHIQUAN}")).text
    down = (await city.get(f"/registry/organisation?under={JINQIAO}")).text
    assert 'href="/registry/organisation?under=demo">示范街道</a>' in down
    assert "第一党支部" in down
    async with office.asking(scope="demo") as clerk:
        for form in ("/registry/members/new", "/registry/branches/new", "/registry/meetings/new", "/registry/imports"):
            assert f'<option value="{SHIQUAN}">石泉社区</option>' in (await clerk.get(form)).text
        member_id = await enrolled(clerk, name="赵无名")
        assert "<small>金桥社区</small>" in (await clerk.get(f"/registry/members/{member_id}")).text


async def test_a_unit_is_named_on_a_form(city: httpx.AsyncClient) -> None:
    form = f"/registry/organisation/name?path={SHIQUAN}"
    assert 'value="石泉社区"' in (await city.get(form)).text
    action = "/registry/organisation/name"
    hidden = form_of((await city.get(form)).text, action)
    wrong = await city.post(action, data={**hidden, "name": "", "level": "community", "on": "2026-11-21"})
    assert wrong.status_code == 422
    shown = await city.post(action, data={**hidden, "name": "石泉新村", "level": "community", "on": "2026-11-21"})
    assert "已写下名称：石泉新村。" in shown.text
    await named(city, SHIQUAN, "石泉社区", "community")
    assert (await city.get("/registry/organisation/name?path=elsewhere")).status_code == 403
    assert (await city.get("/registry/organisation/name?path=")).status_code == 404
    for path in ("/registry/organisation", f"/registry/organisation?under={JINQIAO}", form):
        english = (await city.get(path, headers={"cookie": "lang=en"})).text
        assert "组织" not in english
        assert "名称" not in english


async def test_a_box_without_names_shows_paths_and_asks_for_names(office: Office, clerk: httpx.AsyncClient) -> None:
    body = {"community": "other.place", "branch": "第一党支部"}
    async with office.asking(scope="other") as above:
        await enrolled(above, **body)
        tree = (await above.get("/registry/organisation", headers={"accept": "text/html"})).text
        assert "还没有名称" in tree
        assert "other.place" in tree
