"""Figures add up and open what they count; a month shows each visit once; buildings show what waits in them."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import httpx
import pytest

from events.facts.branch import Formed
from events.facts.building import BuildingPlaced
from events.facts.member import Assigned
from events.log.command import Asked
from services.shell.identity import Role
from tests.care.office import Office, planned, seq_of
from tests.desk import JINQIAO, SHIQUAN

pytestmark = pytest.mark.asyncio(loop_scope="module")

HTML = {"accept": "text/html"}
QUARTER = {"from": "2026-10-01", "to": "2026-12-31"}
BRANCH = "branch-one"
BUILT = ("长乐路1弄1号", "长乐路1弄2号", "长乐路2弄1号")


async def somebody(office: Office, name: str, **differently: Any) -> str:
    """A member of the first branch."""
    member_id = await office.registry.enrols(name=name, **differently)
    await office.registry.says(member_id, Assigned(branch_id=BRANCH))
    return member_id


async def made(clerk: httpx.AsyncClient, visit: dict[str, Any], on: str) -> httpx.Response:
    return await clerk.post(f"/care/api/visits/{visit['visit_id']}/record", json={"made_on": on, "by": "shuji"})


async def test_figures_add_up_and_open_what_they_count(office: Office, clerk: httpx.AsyncClient) -> None:
    registry = office.registry
    await registry.commands.note(
        Asked("registry", JINQIAO), "branch", BRANCH, Formed(name="第一党支部"), date(2026, 1, 5)
    )
    in_time = await planned(clerk, await somebody(office, "吴按期"), "eighty")
    late = await planned(clerk, await somebody(office, "吴晚了", birth=date(1930, 1, 1)), "eighty")
    await planned(clerk, await somebody(office, "吴未去"), "eighty")
    await somebody(office, "吴年轻", birth=date(1980, 1, 1))
    assert in_time["due"] == late["due"] == "2026-11-20"
    await made(clerk, in_time, "2026-11-20")
    after = seq_of(await made(clerk, late, "2026-11-21"))
    found = (await clerk.get("/care/api/figures", params=QUARTER | {"after": after})).json()
    (everything,) = found["all"]
    counts = {
        what: everything[what] for what in ("due", "on_time", "late", "missed", "open_late", "not_in_time", "made")
    }
    assert counts == {"due": 3, "on_time": 1, "late": 1, "missed": 0, "open_late": 1, "not_in_time": 2, "made": 2}
    assert (everything["people"], everything["met"], everything["minutes"]) == (4, 2, 80)
    assert [(part["name"], part["due"]) for part in found["branches"]] == [("第一党支部", 3)]
    assert {part["key"]: part["due"] for part in found["bands"]} == {"under_70": 0, "eighty": 2, "ninety": 1}
    assert sum(part["due"] for part in found["visitors"]) == 3
    async with office.asking() as browser:
        browser.headers.update(HTML)
        page = (await browser.get("/care/figures", params=QUARTER)).text
        assert "第一党支部" in page
        links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/care/figures/[^"]+)"', page)]
        assert links
        for link in dict.fromkeys(links):
            assert (await browser.get(link)).status_code == 200, link
        who = {"on_time": "吴按期", "late": "吴晚了", "open_late": "吴未去"}
        for what, name in who.items():
            listed = (await browser.get("/care/figures/visits", params=QUARTER | {"what": what})).text
            assert {one for one in who.values() if one in listed} == {name}
        narrowed = (
            await browser.get("/care/figures/visits", params=QUARTER | {"band": "ninety", "branch": BRANCH})
        ).text
        assert ("吴晚了" in narrowed, "吴按期" in narrowed) == (True, False)
        people = (await browser.get("/care/figures/people", params=QUARTER)).text
        assert ("吴未去" in people, "吴年轻" in people, "吴按期" in people) == (True, True, False)


async def test_what_is_wrong_or_another_s_is_refused(office: Office, clerk: httpx.AsyncClient) -> None:
    backwards = {"from": "2026-12-31", "to": "2026-10-01"}
    assert (await clerk.get("/care/api/figures", params=backwards)).status_code == 422
    assert (await clerk.get("/care/figures/visits", params={"what": "everything"})).status_code == 422
    assert (await clerk.get("/care/month", params={"month": "2026-13"})).status_code == 422
    assert (await clerk.get("/care/api/figures", params={"community": SHIQUAN})).status_code == 403
    async with office.asking(scope=SHIQUAN) as neighbour:
        (nothing, *_more) = (await neighbour.get("/care/api/figures", params=QUARTER)).json()["all"] or [None]
        assert nothing is None
    async with office.asking(Role.VISITOR, name="laoli") as visitor:
        for path in ("/care/figures", "/care/api/figures", "/care/blocks"):
            assert (await visitor.get(path)).status_code == 403


async def test_a_month_shows_a_visit_on_its_day(office: Office, clerk: httpx.AsyncClient) -> None:
    visit = await planned(clerk, await office.registry.enrols(name="吴月历"), "eighty")
    async with office.asking() as browser, office.asking(Role.VISITOR, name="laoli") as laoli:
        browser.headers.update(HTML)
        laoli.headers.update(HTML)
        day = {"month": "2026-11", "day": visit["due"]}
        assert "吴月历" in (await browser.get("/care/month", params=day)).text
        assert "吴月历" not in (await laoli.get("/care/month", params=day)).text
        told = {"visitor": "laoli", "on": "2026-11-25"}
        answer = await clerk.post(f"/care/api/visits/{visit['visit_id']}/assign", json=told)
        after = {"after": seq_of(answer)}
        assert "吴月历" not in (await browser.get("/care/month", params=day | after)).text
        assert "吴月历" in (await laoli.get("/care/month", params={"month": "2026-11"} | after)).text
        assert "吴月历" in (await laoli.get("/care/month", params={"day": "2026-11-25"})).text
        await made(clerk, visit, "2026-11-21")
        empty = await browser.get("/care/month", params={"month": "2030-02"})
        assert empty.status_code == 200


async def test_buildings_show_what_waits_there(office: Office, clerk: httpx.AsyncClient) -> None:
    for number, building in enumerate(BUILT):
        placed = BuildingPlaced(
            building=building,
            longitude_microdegrees=121_400_000 + 900 * number,
            latitude_microdegrees=31_200_000 + 400 * number,
            source="地图",
        )
        place = f"buildings:{JINQIAO.replace('.', ':')}"
        await office.registry.commands.note(Asked("registry", JINQIAO), "building", place, placed, date(2026, 5, 1))
        member_id = await office.registry.enrols(name=f"吴楼{number}", building=building)
    await planned(clerk, member_id, "eighty")
    async with office.asking() as browser:
        browser.headers.update(HTML)
        page = (await browser.get("/care/blocks")).text
        assert page.count("<circle") == len(BUILT)
        assert "1弄2号" in page
        one = (await browser.get("/care/blocks", params={"building": BUILT[2]})).text
        assert ("吴楼2" in one, "吴楼1" in one) == (True, False)
        assert "这里没有登记住着党员。" in (await browser.get("/care/blocks", params={"building": "没有的楼"})).text
