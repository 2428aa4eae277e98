"""Where buildings stand: pasted, looked at, taken, taken back; and what proposals make of it."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import httpx
from openpyxl import Workbook

from services.shell.identity.caller import Role
from tests.desk import JINQIAO, SHIQUAN
from tests.registry.office import Office, asked, enrolled
from tests.registry.pages.test_pages import form_of

API, HREF = "/registry/api/buildings", "/registry/buildings"
LOOK = f"{HREF}/look"


def at(building: str, longitude: float, latitude: float = 31.24) -> dict[str, Any]:
    return {"building": building, "longitude": longitude, "latitude": latitude}


async def put(client: httpx.AsyncClient, *buildings: dict[str, Any], **differently: Any) -> dict[str, Any]:
    body = {"community": JINQIAO, "source": "高德地图", "buildings": list(buildings)} | differently
    return await asked(client, API, **body)


async def of(client: httpx.AsyncClient, building: str) -> dict[str, Any]:
    items = (await client.get(API, params={"community": JINQIAO})).json()["items"]
    found: dict[str, Any] = next(one for one in items if one["building"] == building)
    return found


async def test_buildings_are_placed_corrected_and_taken_back_through_the_api(clerk: httpx.AsyncClient) -> None:
    await enrolled(clerk, address="甲路1号101室")
    before = await of(clerk, "甲路1号")
    assert (before["members"], before["longitude"]) == (1, None)
    body = {"community": JINQIAO, "buildings": [at("甲路1号", 121.6012)], "as_of": "2026-03-01"}
    key = {"Idempotency-Key": "jia-1"}
    first = (await clerk.post(API, json=body, headers=key)).json()
    assert (await clerk.post(API, json=body, headers=key)).json() == first
    assert (await put(clerk, at("甲路1号", 121.6012)))["facts"] == [], "the same place is no news"
    second = await put(clerk, at("甲路1号", 121.6022), at("甲路3号", 121.6))
    found = await of(clerk, "甲路1号")
    assert (found["longitude"], found["datum"], found["as_of"]) == (121.6022, "gcj02", "2026-11-21")
    assert [(one["longitude"], one["as_of"]) for one in found["earlier"]] == [(121.6012, "2026-03-01")]
    await asked(clerk, f"{API}/pastes/{second['paste_id']}/undo", community=JINQIAO)
    found = await of(clerk, "甲路1号")
    assert (found["longitude"], found["as_of"]) == (121.6012, "2026-03-01")
    again = await asked(clerk, f"{API}/pastes/{second['paste_id']}/undo", community=JINQIAO)
    assert again["facts"] == []
    await asked(clerk, f"{API}/remove", community=JINQIAO, building="甲路1号")
    assert (await of(clerk, "甲路1号"))["longitude"] is None


async def test_what_is_refused_says_why_and_who_may_not_is_told_so(office: Office, clerk: httpx.AsyncClient) -> None:
    async def refused(**differently: Any) -> tuple[int, str]:
        body = {"community": JINQIAO, "buildings": [at("乙路1号", 121.6)]} | differently
        answer = await clerk.post(API, json=body)
        return answer.status_code, answer.json().get("reason", "")

    assert await refused(buildings=[at("乙路1号", 31.24, 121.6)]) == (409, "unlikely_spot")
    assert await refused(buildings=[at("乙路1号", 12.0)]) == (409, "unlikely_spot")
    assert await refused(as_of="2027-01-01") == (409, "in_future")
    assert (await refused(buildings=[]))[0] == (await refused(buildings=[at("", 121.6)]))[0] == 422
    assert (await clerk.post(f"{API}/pastes/none/undo", json={"community": JINQIAO})).json()["reason"] == "no_paste"
    body = {"community": JINQIAO, "buildings": [at("乙路1号", 121.6)]}
    async with office.asking(Role.SUPERVISOR, "demo") as above:
        assert (await above.post(API, json=body)).status_code == 403
        assert (await above.get(API, params={"community": JINQIAO})).status_code == 200
    async with office.asking(scope=SHIQUAN) as elsewhere:
        assert (await elsewhere.post(API, json=body)).status_code in (403, 404)
        assert (await elsewhere.get(API, params={"community": JINQIAO})).status_code in (403, 404)
        assert (await elsewhere.get(HREF, headers={"accept": "text/html"})).text.count("甲路") == 0


async def test_pasted_lines_are_looked_at_before_they_are_taken(browser: httpx.AsyncClient) -> None:
    await enrolled(browser, address="丙路1号101室")
    shown = (await browser.get(HREF)).text
    assert "丙路1号" in shown
    lines = "丙路1号,121.6012,31.2456\n丙路2号,31.2,121.6\n无人路9号,121.6013,31.2457\n远路1号,113.2,23.1"
    form = {**form_of(shown, LOOK), "lines": lines, "source": "高德地图"}
    looked = (await browser.post(LOOK, data=form)).text
    for words in ("经度和纬度写反了", "第 2 行", "没有党员住这里", "离其他楼栋很远", "记下这 3 栋"):
        assert words in looked
    taken = await browser.post(HREF, data=form_of(looked, HREF))
    assert "已记下 3 栋楼的坐标" in taken.text
    assert "121.6012, 31.2456" in taken.text
    (action,) = set(re.findall(r'action="(/registry/buildings/pastes/[^"]+/undo)"', taken.text))
    undone = await browser.post(action, data=form_of(taken.text, action))
    assert "3 栋楼恢复原样" in undone.text
    for bad in ({"lines": ""}, {"lines": "\n\n"}, {"lines": lines, "as_of": "2027-01-01"}, {"datum": "x"}):
        answer = await browser.post(LOOK, data=form | bad)
        assert answer.status_code == 422, bad


async def test_a_worksheet_is_looked_at_the_same_way(browser: httpx.AsyncClient) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["楼栋", "纬度", "经度"], ["丁路1号", 31.2456, 121.6012], ["丁路2号", "北", 121.6]):
        sheet.append(row)
    content = BytesIO()
    book.save(content)
    form = form_of((await browser.get(HREF)).text, LOOK)
    files = {"file": ("坐标.xlsx", content.getvalue())}
    looked = (await browser.post(LOOK, data=form, files=files)).text
    assert "丁路1号" in looked
    assert "121.6012, 31.2456" in looked
    assert "第 3 行" in looked
    csv = {"file": ("坐标.csv", "楼栋,经度,纬度\n丁路1号,121.6012,31.2456\n".encode("gb18030"))}
    assert "丁路1号" in (await browser.post(LOOK, data=form, files=csv)).text
    broken = await browser.post(LOOK, data=form, files={"file": ("x.xlsx", b"\x00\x01\x02")})
    assert broken.status_code == 422
    empty = await browser.post(LOOK, data=form, files={"file": ("x.csv", b"\n")})
    assert empty.status_code == 422


async def test_with_coordinates_a_nearer_house_in_another_building_is_preferred(
    office: Office, clerk: httpx.AsyncClient
) -> None:
    """By their numbers 36弄1号 and 36弄2号 are neighbours; on the map it is the other lane that is next door."""
    host_near = await enrolled(clerk, name="近户主", address="戊路8弄5号101室")
    host_far = await enrolled(clerk, name="远户主", address="戊路36弄2号101室")
    for host in (host_near, host_far):
        await asked(clerk, "/registry/api/centres", host=host, agreed_on="2026-11-20")
    await enrolled(clerk, name="来访人", address="戊路36弄1号101室")

    async def why() -> str:
        page = {"accept": "text/html"}
        await clerk.post("/registry/centres/proposal", data={"community": JINQIAO}, headers=page)
        text = (await clerk.get("/registry/centres/proposal", params={"community": JINQIAO}, headers=page)).text
        return text[text.index("来访人") :][:900]

    by_numbers = await why()
    assert "远户主家" in by_numbers.split("近户主家")[0]
    await put(clerk, at("戊路36弄1号", 121.600), at("戊路36弄2号", 121.610), at("戊路8弄5号", 121.601))
    by_map = await why()
    assert "近户主家" in by_map.split("远户主家")[0]
    assert "按坐标离主人家 95 米" in by_map
