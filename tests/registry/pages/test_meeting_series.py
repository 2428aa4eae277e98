"""Calling meetings by rote, end to end."""

from __future__ import annotations

from typing import Any

import httpx

from services.shell.identity.caller import Role
from tests.desk import JINQIAO
from tests.registry.office import Office
from tests.registry.pages.test_meeting_roll import API, branch_of

BODY: dict[str, Any] = {
    "kind": "theme_day", "branch": "排会支部", "title": "主题党日", "on": "2026-12-10", "at": "14:00", "times": 4,
    "community": JINQIAO,
}  # fmt: skip


async def test_the_same_request_calls_no_meeting_twice(clerk: httpx.AsyncClient) -> None:
    await branch_of(clerk, "排会支部", 1)
    answers = [await clerk.post(f"{API}/series", json=BODY, headers={"Idempotency-Key": "s1"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201], answers[0].text
    found = answers[0].json()
    assert answers[1].json()["meeting_ids"] == found["meeting_ids"]
    assert [one["on"] for one in found["days"]] == ["2026-12-10", "2027-01-10", "2027-02-13", "2027-03-10"]
    assert found["days"][2]["festival"] == "spring"
    one = (await clerk.get(f"{API}/{found['meeting_ids'][2]}")).json()
    assert one["starts_at"].startswith("2027-02-13T")


async def test_what_is_wrong_is_said(clerk: httpx.AsyncClient) -> None:
    for wrong in ({"times": 13}, {"times": 0}, {"kind": "joint"}, {"on": "x"}, {"every_months": 6, "times": 3}):
        assert (await clerk.post(f"{API}/series", json=BODY | wrong)).status_code == 422, wrong


async def test_the_page_shows_the_days_first(browser: httpx.AsyncClient, office: Office) -> None:
    assert "先看看日子" in (await browser.get("/registry/meetings/series")).text
    form = {"kind": "lecture", "title": "每月党课", "on": "2026-12-10", "at": "09:30", "rhythm": "day", "times": "3",
            "every_months": "1", "idempotency_key": "p1"}  # fmt: skip
    looked = (await browser.post("/registry/meetings/series", data=form)).text
    assert "避开春节" in looked
    assert "就这样排" in looked
    assert "每月党课" not in (await browser.get("/registry/meetings")).text
    days = "2026-12-10,2027-01-10,2027-02-13"
    other = {**form, "sure": "yes", "shown": days, "on": "2026-12-11"}
    assert "就这样排" in (await browser.post("/registry/meetings/series", data=other)).text, (
        "not the days that were shown"
    )
    told = (await browser.post("/registry/meetings/series", data={**form, "sure": "yes", "shown": days})).text
    assert "排好了 3 次会" in told
    assert "每月党课" in told
    assert (await browser.post("/registry/meetings/series", data={**form, "title": ""})).status_code == 422
    async with office.asking(role=Role.AUDITOR) as auditor:
        assert (await auditor.get("/registry/meetings/series")).status_code == 403
