"""What nobody did is seen: by the visitor's office, later by the street, until somebody went or said why."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.shell.identity import Role
from tests.care.office import Office, planned
from tests.desk import SHIQUAN

pytestmark = pytest.mark.asyncio(loop_scope="module")

HTML = {"accept": "text/html"}
WHY = {"why": "not_at_home", "note": "上午去"}


async def waiting(clerk: httpx.AsyncClient, member_id: str) -> list[Any]:
    items = (await clerk.get("/care/api/missed")).json()["items"]
    return [one for one in items if one["member_id"] == member_id]


async def test_what_is_late_climbs_and_leaves_only_by_a_deed_or_a_word(
    office: Office, clerk: httpx.AsyncClient
) -> None:
    member_id = await office.registry.enrols(name="顾阿宝")
    visit = await planned(clerk, member_id, "eighty")
    path = f"/care/api/visits/{visit['visit_id']}"
    (late,) = await waiting(clerk, member_id)
    assert (late["state"], late["late_days"], late["level"], late["clause"]) == ("overdue", 1, "visitor", "§4.11")
    assert (await clerk.post(f"{path}/explain", json=WHY)).json()["reason"] == "not_missed"
    began = office.clock.now
    try:
        office.clock.now = began + timedelta(days=9)
        assert (await waiting(clerk, member_id))[0]["level"] == "secretary"
        office.clock.now = began + timedelta(days=16)
        await clerk.post("/care/api/plan")
        levels = {one["visit_id"]: (one["state"], one["level"]) for one in await waiting(clerk, member_id)}
        assert levels[visit["visit_id"]] == ("missed", "street")
        answer = await clerk.post(f"{path}/explain", json=WHY, headers={"Idempotency-Key": "explained-1"})
        assert answer.status_code == 201, answer.text
        again = await clerk.post(f"{path}/explain", json=WHY, headers={"Idempotency-Key": "explained-1"})
        assert again.json()["facts"] == answer.json()["facts"]
        assert visit["visit_id"] not in {one["visit_id"] for one in await waiting(clerk, member_id)}
        assert (await clerk.get(path)).json()["state"] == "missed", "explained is not done"
        async with office.asking() as browser:
            browser.headers.update(HTML)
            page = (await browser.get(f"/care/visits/{visit['visit_id']}")).text
            assert "为什么没有去成" in page
            assert "去了，不在家" in page
            assert "去了，不在家" in (await browser.get("/care/missed")).text
    finally:
        office.clock.now = began


async def test_the_street_sees_how_many_and_nobody_s_name(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(name="顾阿毛头")
    await planned(clerk, member_id, "eighty")
    began = office.clock.now
    try:
        async with office.asking(Role.SUPERVISOR, scope="demo", name="jiedao") as street:
            street.headers.update(HTML)
            assert "顾阿毛头" not in (await street.get("/care/missed")).text
            office.clock.now = began + timedelta(days=40)
            page = await street.get("/care/missed")
            assert page.status_code == 200
            assert "demo.jinqiao" in page.text
            assert "顾阿毛头" not in page.text
            told = (await street.get("/care/api/missed")).json()
            assert [one["community"] for one in told["communities"]] == ["demo.jinqiao"]
            assert "items" not in told
    finally:
        office.clock.now = began


async def test_neither_a_visitor_nor_a_neighbour_explains(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(name="顾阿福")
    visit = await planned(clerk, member_id, "eighty")
    path = f"/care/api/visits/{visit['visit_id']}/explain"
    async with office.asking(Role.VISITOR, name="laoli") as visitor:
        assert (await visitor.post(path, json=WHY)).status_code == 403
        assert (await visitor.get("/care/api/missed")).status_code == 403
    async with office.asking(scope=SHIQUAN) as neighbour:
        assert (await neighbour.post(path, json=WHY)).status_code == 404
    assert (await clerk.post(path, json={"why": "lazy"})).status_code == 422
    assert (await clerk.post("/care/api/visits/nobody/explain", json=WHY)).status_code == 404
