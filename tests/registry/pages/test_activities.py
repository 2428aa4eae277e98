"""Activities through the API and on their pages."""

from __future__ import annotations

from typing import Any

import httpx

from services.shell.identity.caller import Role
from tests.desk import SHIQUAN
from tests.registry.office import Office, asked, enrolled

API = "/registry/api/activities"
PAGES = "/registry/activities"


async def offered(client: httpx.AsyncClient, **differently: Any) -> str:
    body = {
        "title": "参观一大会址", "kind": "outing", "starts_at": "2026-11-20T09:00:00+08:00", "capacity": 1,
        "material": "路线图",
    }  # fmt: skip
    activity_id: str = (await asked(client, API, **body | differently))["activity_id"]
    return activity_id


async def shown(client: httpx.AsyncClient, activity_id: str) -> dict[str, Any]:
    answer = await client.get(f"{API}/{activity_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_place_is_taken_once_and_the_waiting_list_moves_up(clerk: httpx.AsyncClient) -> None:
    there = f"{API}/{await offered(clerk)}"
    first, second = await enrolled(clerk, name="游一"), await enrolled(clerk, name="游二")
    key = {"idempotency-key": "s-1"}
    made = await clerk.post(f"{there}/sign-up", json={"member_id": first}, headers=key)
    assert (await clerk.post(f"{there}/sign-up", json={"member_id": first}, headers=key)).json() == made.json()
    await asked(clerk, f"{there}/sign-up", member_id=second)
    found = await shown(clerk, there.rpartition("/")[2])
    assert (found["signed"], found["waiting"]) == (1, 1)
    gone = await asked(clerk, f"{there}/cancel", member_id=first)
    assert gone["moved_up"] == [second]
    again = await clerk.post(f"{there}/cancel", json={"member_id": first})
    assert (again.status_code, again.json()["facts"]) == (201, [])
    await asked(clerk, f"{there}/came", member_ids=[second, first])
    await asked(clerk, f"{there}/came-not", member_id=first)
    found = await shown(clerk, there.rpartition("/")[2])
    assert [(one["name"], one["came_on"], one["moved_up"]) for one in found["members"]] == [
        ("游二", "2026-11-20", True)
    ]
    off = await clerk.post(f"{there}/call-off", json={"reason": "下雨"})
    assert (off.status_code, off.json()["reason"]) == (409, "took_place")


async def test_material_and_money(clerk: httpx.AsyncClient) -> None:
    there = f"{API}/{await offered(clerk, starts_at='2026-12-01T09:00:00+08:00')}"
    member_id = await enrolled(clerk, name="游三")
    await asked(clerk, f"{there}/deliver", member_id=member_id, on="2026-11-20", delivered_by="王组长")
    await asked(clerk, f"{there}/allocate", amount_fen=200_000, source="党建经费")
    spending_id = (await asked(clerk, f"{there}/spend", amount_fen=80_000, what="租车", on="2026-11-20"))["spending_id"]
    await asked(clerk, f"{there}/spend", amount_fen=5_000, what="茶点", on="2026-11-20")
    found = await shown(clerk, there.rpartition("/")[2])
    assert (found["allocated_fen"], found["spent_fen"], found["delivered"]) == (200_000, 85_000, 1)
    await asked(clerk, f"{there}/spending/{spending_id}/take-back", reason="退订")
    assert (await shown(clerk, there.rpartition("/")[2]))["spent_fen"] == 5_000
    early = await clerk.post(f"{there}/came", json={"member_ids": [member_id]})
    assert (early.status_code, early.json()["reason"]) == (409, "not_begun")
    assert there.rpartition("/")[2] in {one["activity_id"] for one in (await clerk.get(API)).json()["items"]}


async def test_bad_input_wrong_role_wrong_scope(office: Office, clerk: httpx.AsyncClient) -> None:
    activity_id, member_id = await offered(clerk), await enrolled(clerk)
    there = f"{API}/{activity_id}"
    for path, wrong in (
        (API, {"title": "x", "kind": "party", "starts_at": "2026-11-20T09:00:00+08:00"}),
        (API, {"title": "x", "kind": "study", "starts_at": "2026-11-20T09:00:00"}),
        (f"{there}/came", {"member_ids": []}),
        (f"{there}/came", {"member_ids": ["nobody"]}),
        (f"{there}/spend", {"amount_fen": 0, "what": "x", "on": "2026-11-20"}),
    ):
        assert (await clerk.post(path, json=wrong)).status_code == 422, wrong
    assert (await clerk.get(f"{API}/nothing")).status_code == 404
    assert (await clerk.post(f"{there}/sign-up", json={"member_id": "nobody"})).status_code == 404
    assert (await clerk.get(f"{API}?page_token=nonsense")).status_code in (400, 422)
    async with office.asking(scope=SHIQUAN) as stranger:
        assert (await stranger.get(there)).status_code == 404
        assert (await stranger.post(f"{there}/call-off", json={"reason": "x"})).status_code == 404
        foreign = await enrolled(stranger, community=SHIQUAN)
    async with office.asking(scope="demo") as both:
        assert (await both.post(f"{there}/sign-up", json={"member_id": foreign})).status_code == 422
    async with office.asking(Role.SUPERVISOR) as supervisor:
        assert (await supervisor.get(there)).status_code == 200
        assert (await supervisor.post(f"{there}/sign-up", json={"member_id": member_id})).status_code == 403
    for role in (Role.OPERATOR, Role.VISITOR):
        async with office.asking(role) as other:
            assert (await other.get(PAGES)).status_code == 403


async def test_the_pages_lead_from_the_menu_to_who_came(clerk: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    first, second = await enrolled(clerk, name="骆一"), await enrolled(clerk, name="骆二")
    sent = {"title": "太极拳", "kind": "culture", "starts_at": "2026-11-20T08:00", "capacity": "1", "material": "口诀"}
    wrong = await browser.post(f"{PAGES}/new", data=sent | {"starts_at": "明天"})
    assert (wrong.status_code, "不是有效的时间" in wrong.text) == (422, True)
    made = await browser.post(f"{PAGES}/new", data=sent)
    assert "太极拳已列入活动" in made.text
    here = str(made.url.path)
    assert "太极拳" in (await browser.get(f"{PAGES}?show=past")).text
    assert "记到场" in (await browser.get(f"{here}?q=骆一")).text, "it has begun: whoever came may not have signed up"
    assert "已报名" in (await browser.post(f"{here}/people/{first}/sign-up")).text
    waits = await browser.post(f"{here}/people/{second}/sign-up")
    assert "候补" in waits.text
    up = await browser.post(f"{here}/people/{first}/cancel")
    assert "骆二从候补补上了，请打电话告诉本人" in up.text
    nobody = await browser.post(f"{here}/came", data={})
    assert (nobody.status_code, "没有选人" in nobody.text) == (422, True)
    assert "到场已记下" in (await browser.post(f"{here}/came", data={"member_ids": second})).text
    assert "到场已撤回" in (await browser.post(f"{here}/people/{second}/came-not")).text
    door = await browser.post(f"{here}/people/{first}/deliver", data={"on": "2026-11-20", "delivered_by": "王组长"})
    assert ("送学上门已记下" in door.text, "王组长" in door.text) == (True, True)
    assert (await browser.post(f"{here}/spend", data={"amount": "很多"})).status_code == 422
    assert "经费已记下" in (await browser.post(f"{here}/allocate", data={"amount": "100", "source": "党建经费"})).text
    paid = await browser.post(f"{here}/spend", data={"amount": "120.50", "what": "茶点", "on": "2026-11-20"})
    assert "支出超过了安排" in paid.text
    to_come = await offered(clerk, title="冬至包饺子", starts_at="2026-12-21T09:00:00+08:00")
    coming = (await browser.get(f"{PAGES}/{to_come}?q=骆一")).text
    assert (f"{to_come}/people/{first}/sign-up" in coming, "记到场" in coming) == (True, False)
    changed = await browser.post(f"{here}/change", data=sent | {"title": "太极拳班"})
    assert "已改好" in changed.text
    assert "2026-11-20T08:00" in (await browser.get(f"{here}/change")).text
    assert (await browser.post(f"{here}/call-off", data={})).status_code == 422
    assert "活动已取消" in (await browser.post(f"{here}/call-off", data={"reason": "下雨"})).text
