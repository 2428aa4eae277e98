"""Campaigns: whom one would list, two taps a person, what is put right, the end; and who may do it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import httpx
import pytest

from services.shell.identity import Role
from tests.care.office import Office, planned, seq_of
from tests.desk import SHIQUAN
from tests.shell.paper import text_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

HTML = {"accept": "text/html"}
WHY = {"reason": "安排复查"}
OPEN: dict[str, Any] = {"kind": "safety", "title": "2026年居家安全检查", "since": "2026-11-01", "until": "2026-12-20"}


async def person(office: Office, clerk: httpx.AsyncClient, name: str, birth: date) -> str:
    member_id = await office.registry.enrols(name=name, birth=birth)
    await planned(clerk, member_id, "eighty" if birth.year < 1946 else "seventy")
    return member_id


async def begun(
    office: Office, clerk: httpx.AsyncClient, name: str, birth: date, **differently: Any
) -> tuple[str, str]:
    """A campaign that lists this one person (nobody else of the module is of that age), and their id."""
    member_id = await person(office, clerk, name, birth)
    age = 2026 - birth.year
    body = OPEN | {"age_min": age, "age_max": age} | differently
    answer = await clerk.post("/care/api/campaigns", json=body)
    campaign_id: str = answer.json()["campaign_id"]
    await clerk.get("/care/api/campaigns", params={"after": seq_of(answer)})
    return campaign_id, member_id


async def after(clerk: httpx.AsyncClient, campaign_id: str, answer: httpx.Response) -> dict[str, Any]:
    """The campaign once the answer's facts are in it."""
    found: dict[str, Any] = (
        await clerk.get(f"/care/api/campaigns/{campaign_id}", params={"after": seq_of(answer)})
    ).json()
    return found


async def test_a_fault_is_found_and_put_right(office: Office, clerk: httpx.AsyncClient) -> None:
    campaign_id, member_id = await begun(office, clerk, "包阿大", date(1921, 1, 2))
    there = f"/care/api/campaigns/{campaign_id}/people/{member_id}"
    found = {"outcome": "done", "on": "2026-11-21", "faults": ["wiring", "handrail"], "note": "厨房插座发烫"}
    campaign = await after(clerk, campaign_id, await clerk.post(f"{there}/note", json=found))
    (one,) = campaign["members"]
    assert (one["outcome"], one["faults"], one["noted_by"]) == ("done", 2, "shuji")
    tasks = {task["item"]: (task["due_on"], task["clause"]) for task in campaign["follow_ups"]}
    assert tasks == {"wiring": ("2026-11-24", "§8.5"), "handrail": ("2026-12-05", "§8.6")}
    wiring = next(task for task in campaign["follow_ups"] if task["item"] == "wiring")
    path = f"/care/api/follow-ups/{wiring['follow_up_id']}"
    done = await clerk.post(f"{path}/done", json={"on": "2026-11-21", "how": "物业换了插座"})
    assert (await clerk.post(f"{path}/done", json={"on": "2026-11-21"})).json()["facts"] == []
    campaign = await after(clerk, campaign_id, done)
    assert campaign["tasks"] == 1
    campaign = await after(clerk, campaign_id, await clerk.post(f"{path}/undone"))
    assert campaign["tasks"] == 2
    told = (await clerk.post(f"{there}/reveal", json=WHY)).json()
    assert (told["text"], told["faults"]) == ("厨房插座发烫", ["wiring", "handrail"])
    campaign = await after(clerk, campaign_id, await clerk.post(f"{there}/take-back"))
    assert (campaign["members"][0]["outcome"], campaign["follow_ups"]) == (None, [])


async def test_the_preview_says_who_and_who_is_away(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await person(office, clerk, "包阿二", date(1922, 1, 2))
    body = OPEN | {"age_min": 104, "age_max": 104}
    seen = (await clerk.post("/care/api/campaigns/preview", json=body)).json()
    assert (seen["people"], seen["away_or_ill"]) == (1, 0)
    ill = {"severity": "mild", "since": "2026-11-20"}
    answer = await clerk.post(f"/care/api/members/{member_id}/illnesses", json=ill)
    await clerk.get("/care/api/visits", params={"after": seq_of(answer)})
    seen = (await clerk.post("/care/api/campaigns/preview", json=body)).json()
    assert (seen["people"], seen["away_or_ill"], seen["items"][0]["is_ill"]) == (1, 1, True)
    nobody = await clerk.post("/care/api/campaigns", json=OPEN | {"age_min": 129})
    assert (nobody.status_code, nobody.json()["reason"]) == (409, "nobody_listed")
    form = await clerk.post("/care/campaigns/new", data={**body, "idempotency_key": "k"}, headers=HTML)
    assert "照这样选，有 1 人" in form.text
    assert "外出或者患病" in form.text
    sent = {**body, "idempotency_key": "k", "confirmed": "1", "seen": "another list"}
    again = await clerk.post("/care/campaigns/new", data=sent, headers=HTML)
    assert again.status_code == 200, "who changed the form looks once more"
    seen_list = re.search(r'name="seen" value="(\w+)"', form.text)
    assert seen_list
    opened = await clerk.post("/care/campaigns/new", data={**sent, "seen": seen_list[1]}, headers=HTML)
    assert opened.status_code == 303


async def test_a_birthday_is_kept_together(office: Office, clerk: httpx.AsyncClient) -> None:
    birth = date(1923, 12, 5)
    campaign_id, member_id = await begun(
        office, clerk, "包阿三", birth, kind="birthday", birthday_within=True, age_min=103, age_max=103,
        held_on="2026-12-10", place="活动室",
    )  # fmt: skip
    there = f"/care/campaigns/{campaign_id}/people/{member_id}"
    form = {"outcome": "comes", "transport": "1", "on": "2026-11-21"}
    sent = await clerk.post(f"{there}/note", data=form, headers=HTML)
    assert sent.status_code == 303
    page = (await clerk.get(f"/care/campaigns/{campaign_id}?show=transport", headers=HTML)).text
    assert "包阿三" in page
    assert "要接送" in page
    quick = await clerk.post(f"{there}/note", data={"outcome": "brought", "part": "comes"}, headers=HTML)
    assert quick.headers["location"].endswith("?show=comes")
    back = await clerk.post(f"{there}/take-back", headers=HTML)
    assert back.status_code == 303
    assert "还没联系" in (await clerk.get(there, headers=HTML)).text
    member = (await clerk.get(f"/care/members/{member_id}", headers=HTML)).text
    assert "2026年居家安全检查" in member


async def test_the_same_request_twice_opens_one(office: Office, clerk: httpx.AsyncClient) -> None:
    await person(office, clerk, "包阿四", date(1924, 1, 2))
    body, key = OPEN | {"age_min": 102, "age_max": 102, "title": "只开一次"}, {"Idempotency-Key": "campaign-1"}
    first = await clerk.post("/care/api/campaigns", json=body, headers=key)
    again = await clerk.post("/care/api/campaigns", json=body, headers=key)
    assert again.json() == first.json()
    items = (await clerk.get("/care/api/campaigns", params={"after": seq_of(first)})).json()["items"]
    assert len([one for one in items if one["title"] == "只开一次"]) == 1


async def test_bad_input_says_what_is_wrong(office: Office, clerk: httpx.AsyncClient) -> None:
    campaign_id, member_id = await begun(office, clerk, "包阿五", date(1925, 1, 2))
    there = f"/care/api/campaigns/{campaign_id}/people/{member_id}/note"
    assert (await clerk.post(there, json={"outcome": "perhaps", "on": "2026-11-21"})).status_code == 422
    assert (await clerk.post(there, json={"outcome": "came", "on": "2026-11-21"})).json()[
        "reason"
    ] == "not_of_this_kind"
    later = {"outcome": "postponed", "on": "2026-11-21"}
    assert (await clerk.post(there, json=later)).json()["reason"] == "later_on_missing"
    assert (await clerk.post("/care/api/campaigns", json=OPEN | {"kind": "party"})).status_code == 422
    assert (await clerk.post("/care/api/campaigns", json=OPEN | {"until": "2026-10-01"})).json()[
        "reason"
    ] == "ends_before"
    stranger = await person(office, clerk, "包外人", date(1950, 1, 2))
    path = f"/care/api/campaigns/{campaign_id}/people/{stranger}/note"
    assert (await clerk.post(path, json={"outcome": "done", "on": "2026-11-21"})).status_code == 404
    assert (await clerk.get("/care/api/campaigns/none")).status_code == 404
    assert (await clerk.post("/care/api/follow-ups/none/done", json={"on": "2026-11-21"})).status_code == 404
    wrong = {"outcome": "postponed", "on": "2026-11-21", "note": "下周再来"}
    form = await clerk.post(f"/care/campaigns/{campaign_id}/people/{member_id}/note", data=wrong, headers=HTML)
    assert form.status_code == 409
    assert "下周再来" in form.text
    empty = {"kind": "safety", "title": "", "since": "2026-11-01", "until": "2026-12-01"}
    assert (await clerk.post("/care/campaigns/new", data=empty, headers=HTML)).status_code == 422


async def test_who_may_not(office: Office, clerk: httpx.AsyncClient) -> None:
    campaign_id, member_id = await begun(office, clerk, "包阿六", date(1926, 1, 2))
    here = f"/care/api/campaigns/{campaign_id}"
    done = {"outcome": "done", "on": "2026-11-21"}
    async with office.asking(scope=SHIQUAN) as neighbour:
        assert (await neighbour.get(here)).status_code == 404
        assert (await neighbour.post(f"{here}/people/{member_id}/note", json=done)).status_code == 404
        assert (await neighbour.post(f"{here}/close", json={})).status_code == 404
    for role in (Role.VISITOR, Role.SUPERVISOR, Role.AUDITOR):
        async with office.asking(role, name="other") as other:
            assert (await other.get("/care/api/campaigns")).status_code == 403
            assert (await other.post(f"{here}/people/{member_id}/note", json=done)).status_code == 403
    await clerk.post(f"{here}/people/{member_id}/note", json=done | {"note": "都好"})
    async with office.asking(Role.WORKER, name="xiaowu") as worker:
        assert (await worker.post(f"{here}/people/{member_id}/reveal", json=WHY)).status_code == 403


async def test_it_is_changed_closed_and_opened_again(office: Office, clerk: httpx.AsyncClient) -> None:
    campaign_id, member_id = await begun(office, clerk, "包阿七", date(1927, 1, 2), kind="checkup")
    other = await person(office, clerk, "包后来", date(1951, 1, 2))
    here = f"/care/campaigns/{campaign_id}"
    clerk.headers.update(HTML)
    assert "包后来" in (await clerk.get(f"{here}?q=包后来")).text
    assert (await clerk.post(f"{here}/people/{other}/add")).status_code == 303
    assert "从名单上去掉" in (await clerk.get(f"{here}/people/{other}")).text
    assert (await clerk.post(f"{here}/people/{other}/take-off")).status_code == 303
    assert (await clerk.post(f"{here}/people/{member_id}/take-off")).status_code == 409
    form = {"title": "2026年体检", "until": "2026-12-31", "place": "社区医院"}
    assert (await clerk.post(f"{here}/change", data=form)).status_code == 303
    result = {"outcome": "done", "on": "2026-11-21", "result": "血压偏高", "follow_up": "一周后复查"}
    assert (await clerk.post(f"{here}/people/{member_id}/note", data=result)).status_code == 303
    shown = await clerk.post(f"{here}/people/{member_id}/reveal", data=WHY)
    assert "血压偏高" in shown.text
    assert "一周后复查" in shown.text
    assert (await clerk.post(f"{here}/close", data={"note": "体检完成"})).status_code == 303
    page = (await clerk.get(here)).text
    assert "体检完成" in page
    refused = await clerk.post(f"{here}/people/{member_id}/note", data={"outcome": "declined", "on": "2026-11-21"})
    assert refused.status_code == 409
    assert "2026年体检" in (await clerk.get("/care/campaigns?show=closed")).text
    assert (await clerk.post(f"{here}/reopen")).status_code == 303
    listed = (await clerk.get("/care/campaigns")).text
    assert "2026年体检" in listed
    assert "要跟进的" in listed


async def test_the_list_on_paper(office: Office, clerk: httpx.AsyncClient) -> None:
    campaign_id, member_id = await begun(office, clerk, "包阿八", date(1928, 1, 2))
    note = {"outcome": "done", "on": "2026-11-21", "faults": ["stove"]}
    answer = await clerk.post(f"/care/api/campaigns/{campaign_id}/people/{member_id}/note", json=note)
    await after(clerk, campaign_id, answer)
    sheet = await clerk.get(f"/care/campaigns/{campaign_id}/sheet.pdf")
    assert sheet.headers["content-type"] == "application/pdf"
    words = text_of(sheet.content)
    for word in ("2026年居家安全检查", "包阿八", "98 岁", "13912348862", "灶具和燃气软管", "一共"):
        assert word in words, word


async def test_every_new_form_is_filled_in_by_its_rule(office: Office, clerk: httpx.AsyncClient) -> None:
    clerk.headers.update(HTML)
    for kind, words in (
        ("safety", "居家安全检查"),
        ("checkup", "健康体检"),
        ("doctor", "巡诊"),
        ("birthday", "第4季度"),
    ):
        page = await clerk.get(f"/care/campaigns/new?kind={kind}")
        assert page.status_code == 200
        assert words in page.text
    assert (await clerk.get("/care/campaigns/new?kind=party")).status_code == 422


async def test_all_are_invited_at_once_and_that_is_taken_back(office: Office, clerk: httpx.AsyncClient) -> None:
    await person(office, clerk, "包阿九", date(1929, 1, 2))
    campaign_id, member_id = await begun(office, clerk, "包阿十", date(1929, 3, 2), kind="birthday")
    here = f"/care/campaigns/{campaign_id}"
    note = {"outcome": "declined", "on": "2026-11-21"}
    campaign = await after(
        clerk, campaign_id, await clerk.post(f"/care/api{here[5:]}/people/{member_id}/note", json=note)
    )
    assert campaign["figures"]["people"] == 2
    assert (await clerk.post(f"{here}/invite-all", headers=HTML)).status_code == 303
    campaign = (await clerk.get(f"/care/api/campaigns/{campaign_id}")).json()
    assert {one["name"]: one["outcome"] for one in campaign["members"]} == {"包阿九": "invited", "包阿十": "declined"}
    assert (await clerk.post(f"/care/api/campaigns/{campaign_id}/invite-all")).json()["facts"] == []
    assert (await clerk.post(f"{here}/invite-all/take-back", headers=HTML)).status_code == 303
    campaign = (await clerk.get(f"/care/api/campaigns/{campaign_id}")).json()
    assert {one["name"]: one["outcome"] for one in campaign["members"]} == {"包阿九": None, "包阿十": "declined"}
    safety, _member = await begun(office, clerk, "包十一", date(1930, 1, 2))
    assert (await clerk.post(f"/care/api/campaigns/{safety}/invite-all")).json()["facts"] == []
