"""Who goes this week: proposed, changed, confirmed, taken back; leave covered; nobody sent against a wish."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import httpx
import pytest
import pytest_asyncio

from services.shell.identity import Role
from tests.care.office import Office, planned, seq_of
from tests.desk import JINQIAO, SHIQUAN

pytestmark = pytest.mark.asyncio(loop_scope="module")

HTML = {"accept": "text/html"}
WEEK = "2026-11-23"
"""The Monday after the tests' Saturday: the week that is planned on it."""


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def visitors(office: Office) -> None:
    for name, display in (("laoli", "李老师"), ("wang", "王阿姨"), ("chen", "老陈")):
        await office.account(name, display, Role.VISITOR)
    await office.account("shuji", "陈书记", Role.SECRETARY)


async def week(clerk: httpx.AsyncClient, **more: str) -> dict[str, Any]:
    answer = await clerk.get("/care/api/rota", params={"community": JINQIAO, "week": WEEK, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def line(clerk: httpx.AsyncClient, visit: dict[str, Any], **more: str) -> dict[str, Any]:
    """What the proposal says of this visit."""
    (one,) = [each for each in (await week(clerk, **more))["placings"] if each["visit_id"] == visit["visit_id"]]
    return dict(one)


async def due(office: Office, clerk: httpx.AsyncClient, name: str, **differently: Any) -> dict[str, Any]:
    """Somebody whose visit is due: of eighty, unless it is said otherwise."""
    reason = differently.pop("reason", "eighty")
    member_id = await office.registry.enrols(name=name, **differently)
    return await planned(clerk, member_id, reason)


async def confirmed(clerk: httpx.AsyncClient, *lines: dict[str, Any], **headers: str) -> httpx.Response:
    rota_id = (await week(clerk))["rota_id"]
    placings = [{key: one[key] for key in ("member_id", "visit_id", "visitor", "on")} for one in lines]
    body = {"rota_id": rota_id, "community": JINQIAO, "placings": placings}
    return await clerk.post("/care/api/rota/confirm", json=body, headers=headers)


async def test_a_week_is_proposed_confirmed_and_taken_back(office: Office, clerk: httpx.AsyncClient) -> None:
    visit = await due(office, clerk, "周一一")
    one = await line(clerk, visit)
    assert (one["settled"], one["visitor"]) == (False, one["visitor"])
    rota_id = (await week(clerk))["rota_id"]
    answer = await confirmed(clerk, one, **{"Idempotency-Key": "week-1"})
    assert answer.status_code == 201, answer.text
    assert (len(answer.json()["facts"]), answer.json()["left_out"]) == (1, [])
    again = await confirmed(clerk, one, **{"Idempotency-Key": "week-1"})
    assert again.status_code == 201
    settled = await line(clerk, visit, after=seq_of(answer))
    assert (settled["settled"], settled["visitor"], settled["on"]) == (True, one["visitor"], one["on"])
    assert settled["why"][0]["code"] == "confirmed"
    shown = await clerk.get(f"/care/api/visits/{visit['visit_id']}")
    assert (shown.json()["visitor"], shown.json()["set_for"]) == (one["visitor"], one["on"])
    back = await clerk.post(f"/care/api/rota/{rota_id}/undo")
    assert back.status_code == 201, back.text
    assert (await line(clerk, visit, after=seq_of(back)))["settled"] is False
    assert (await clerk.post(f"/care/api/rota/{rota_id}/undo")).status_code == 404


async def test_whoever_is_on_leave_is_covered(office: Office, clerk: httpx.AsyncClient) -> None:
    visit = await due(office, clerk, "周二二")
    one = await line(clerk, visit) | {"visitor": "laoli", "on": "2026-11-24"}
    assert (await confirmed(clerk, one)).status_code == 201
    async with office.asking(Role.VISITOR, name="laoli") as laoli:
        leave = await laoli.post("/care/api/visitors/me/leaves", json={"start": WEEK, "end": "2026-11-27"})
        assert leave.status_code == 201, leave.text
        await laoli.get("/care/api/visitors", params={"after": seq_of(leave)})
        laoli.headers.update(HTML)
        page = (await laoli.get("/care/visitors/me")).text
        assert "周二二" in page
        assert "请假期间要有人代的" in page
    other = await line(clerk, visit, after=seq_of(leave))
    assert other["visitor"] != "laoli"
    assert ("instead_leave", "laoli") in {(why["code"], why["who"]) for why in other["why"]}
    out = (await confirmed(clerk, one | {"on": "2026-11-25"})).json()["left_out"]
    assert out == [{"visit_id": visit["visit_id"], "why": "on_leave"}]
    path = f"/care/api/visitors/laoli/leaves/{leave.json()['leave_id']}/withdraw"
    async with office.asking(Role.VISITOR, name="wang") as wang:
        assert (await wang.post(path)).status_code == 403
    withdrawn = await clerk.post(path)
    assert withdrawn.status_code == 201
    assert (await clerk.post(path)).json()["facts"] == []
    assert (await line(clerk, visit, after=seq_of(withdrawn)))["visitor"] == "laoli"


async def test_nobody_is_sent_whom_the_person_does_not_wish_to_see(office: Office, clerk: httpx.AsyncClient) -> None:
    visit = await due(office, clerk, "周三三")
    usual = await line(clerk, visit)
    member = f"/care/api/members/{visit['member_id']}"
    said = await clerk.post(f"{member}/refusals", json={"visitor": usual["visitor"], "reason": "说话太快"})
    assert said.status_code == 201, said.text
    assert (await clerk.post(f"{member}/refusals", json={"visitor": usual["visitor"]})).json()["facts"] == []
    assert (await line(clerk, visit, after=seq_of(said)))["visitor"] != usual["visitor"]
    out = (await confirmed(clerk, usual)).json()["left_out"]
    assert out == [{"visit_id": visit["visit_id"], "why": "visitor_refused"}]
    by_hand = await clerk.post(f"/care/api/visits/{visit['visit_id']}/assign", json={"visitor": usual["visitor"]})
    assert (by_hand.status_code, by_hand.json()["reason"]) == (409, "visitor_refused")
    listed = (await clerk.get(f"{member}/refusals")).json()["items"]
    assert listed == [{"visitor": usual["visitor"], "since": "2026-11-21"}]
    why = await clerk.post(f"{member}/refusals/{usual['visitor']}/reveal", json={"reason": "排走访"})
    assert why.json()["reason"] == "说话太快"
    async with office.asking(Role.WORKER, name="xiaowu") as worker:
        refused = await worker.post(f"{member}/refusals/{usual['visitor']}/reveal", json={"reason": "排走访"})
        assert refused.status_code == 403
    async with office.asking() as browser:
        browser.headers.update(HTML)
        page = (await browser.get(f"/care/members/{visit['member_id']}/visitors")).text
        assert "不愿意见的" in page
        assert "说话太快" not in page
        form = {"visitor": usual["visitor"]}
        sent = await browser.post(f"/care/members/{visit['member_id']}/visitors/allow", data=form)
        assert sent.status_code == 303
    assert (await clerk.get(f"{member}/refusals")).json()["items"] == []


async def test_the_page_is_changed_and_confirmed_without_a_script(office: Office, clerk: httpx.AsyncClient) -> None:
    visit = await due(office, clerk, "周四四")
    async with office.asking() as browser:
        browser.headers.update(HTML)
        page = (await browser.get("/care/rota", params={"week": WEEK})).text
        assert "周四四" in page
        rota_id = re.search(r'name="rota_id" value="([^"]+)"', page)
        assert rota_id is not None
        form = {
            "rota_id": rota_id[1], "community": JINQIAO, "week": WEEK,
            f"to-{visit['visit_id']}": "chen", f"on-{visit['visit_id']}": "2026-11-26",
        }  # fmt: skip
        sent = await browser.post("/care/rota/confirm", data=form)
        assert sent.status_code == 303, sent.text
        shown = (await browser.get(sent.headers["location"])).text
        assert "已定下 1 次走访谁去、哪天去。" in shown
        assert "撤回" in shown
    one = await line(clerk, visit)
    assert (one["visitor"], one["on"], one["settled"]) == ("chen", "2026-11-26", True)


async def test_the_illness_goes_to_who_knows_of_it(office: Office, clerk: httpx.AsyncClient) -> None:
    said = {"visits_per_week": 10, "skills": ["medical"], "buildings": ["石泉路5弄1号"]}
    described = await clerk.put("/care/api/visitors/chen", json=said)
    assert described.status_code == 201, described.text
    assert (await clerk.put("/care/api/visitors/chen", json=said)).json()["facts"] == []
    member_id = await office.registry.enrols(name="周五五", birth=date(1950, 1, 1))
    ill = {"severity": "mild", "since": "2026-11-21"}
    assert (await clerk.post(f"/care/api/members/{member_id}/illnesses", json=ill)).status_code == 201
    visit = await planned(clerk, member_id, "fell_ill")
    one = await line(clerk, visit, after=seq_of(described))
    assert one["visitor"] == "chen"
    assert "skill" in {why["code"] for why in one["why"]}
    shares = {one["visitor"]: one for one in (await week(clerk))["visitors"]}
    assert shares["chen"]["visits_max"] == 10
    listed = {one["visitor"]: one for one in (await clerk.get("/care/api/visitors")).json()["items"]}
    assert (listed["chen"]["skills"], listed["wang"]["visits_per_week"]) == (["medical"], None)


async def test_what_is_wrong_is_said(office: Office, clerk: httpx.AsyncClient) -> None:
    visit = await due(office, clerk, "周六六")
    one = await line(clerk, visit)
    assert (await confirmed(clerk, one | {"visitor": "nobody"})).status_code == 422
    assert (await confirmed(clerk, one | {"member_id": "somebody-else"})).status_code == 422
    assert (await confirmed(clerk, one | {"on": "someday"})).status_code == 422
    assert (await clerk.put("/care/api/visitors/nobody", json={"visits_per_week": 3})).status_code == 404
    assert (await clerk.put("/care/api/visitors/wang", json={"visits_per_week": 300})).status_code == 422
    wrong = {"start": "2026-11-27", "end": "2026-11-23"}
    refused = await clerk.post("/care/api/visitors/wang/leaves", json=wrong)
    assert (refused.status_code, refused.json()["reason"]) == (409, "leave_ends_first")
    async with office.asking() as browser:
        browser.headers.update(HTML)
        page = await browser.post("/care/visitors/wang/leaves", data=wrong)
        assert (page.status_code, "请假的最后一天早于第一天。" in page.text) == (409, True)
        page = await browser.post("/care/visitors/wang", data={"visits_per_week": "many"})
        assert page.status_code == 422
        nothing = await browser.post("/care/rota/confirm", data={"rota_id": "r", "community": JINQIAO, "week": WEEK})
        assert nothing.status_code == 303


async def test_a_visitor_plans_nobody_s_week_and_a_neighbour_not_ours(office: Office, clerk: httpx.AsyncClient) -> None:
    async with office.asking(Role.VISITOR, name="laoli") as visitor:
        assert (await visitor.get("/care/api/rota")).status_code == 403
        assert (await visitor.get("/care/rota")).status_code == 403
        assert (await visitor.post("/care/api/rota/confirm", json={})).status_code == 403
        assert (await visitor.put("/care/api/visitors/laoli", json={"visits_per_week": 1})).status_code == 403
        leave = {"start": WEEK, "end": WEEK}
        assert (await visitor.post("/care/api/visitors/wang/leaves", json=leave)).status_code == 403
        visitor.headers.update(HTML)
        assert (await visitor.get("/care/visitors/wang")).status_code == 403
    async with office.asking(scope=SHIQUAN) as neighbour:
        assert (await neighbour.get("/care/api/rota", params={"community": JINQIAO})).status_code == 403
        assert (await neighbour.put("/care/api/visitors/wang", json={"visits_per_week": 1})).status_code == 404
        visit = await due(office, clerk, "周日日")
        path = f"/care/api/members/{visit['member_id']}/refusals"
        assert (await neighbour.post(path, json={"visitor": "wang"})).status_code == 404


async def test_what_is_set_for_a_later_day_waits_at_the_end_of_today(office: Office, clerk: httpx.AsyncClient) -> None:
    first = await due(office, clerk, "郑甲", building="一路1弄1号")
    then = await due(office, clerk, "郑乙", building="二路1弄1号")
    later = await due(office, clerk, "郑丙", building="三路1弄1号", birth=date(1956, 1, 1), reason="seventy")
    for visit, on in ((first, "2026-12-01"), (then, "2026-11-21"), (later, "2026-11-21")):
        path = f"/care/api/visits/{visit['visit_id']}/assign"
        answer = await clerk.post(path, json={"visitor": "zheng", "on": on})
    async with office.asking(Role.VISITOR, name="zheng") as zheng:
        day = (await zheng.get("/care/api/today", params={"after": seq_of(answer)})).json()
        shown = [trip["building"] for trip in day["trips"]]
        assert shown == ["一路1弄1号", "二路1弄1号", "三路1弄1号"], "what is late goes first whatever was said of it"
        zheng.headers.update(HTML)
        page = (await zheng.get("/care/today")).text
        assert page.count("定在今天") == 2
