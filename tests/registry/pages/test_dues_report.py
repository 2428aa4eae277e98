"""The report of dues: what was assessed, paid, waived and is owing, down to a person's months; and what went up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from services.shell.identity.caller import Role
from tests.desk import JINQIAO
from tests.registry.office import Office, asked, enrolled
from tests.registry.pages.test_dues import MEMBERS, paid, refused
from tests.shell.paper import text_of

REPORT = "/registry/api/dues/report"
PERIOD = "first=2026-08&last=2026-11"
_places = iter(range(1, 99))


async def somebody(client: httpx.AsyncClient, place: str, **other: Any) -> str:
    return await enrolled(client, **{"community": place, "on": "2026-08-01"} | other)


@pytest.fixture
async def here(office: Office) -> AsyncIterator[tuple[str, httpx.AsyncClient]]:
    """A community of its own, and its secretary."""
    scope = f"demo.report{next(_places)}"
    async with office.asking(scope=scope) as client:
        yield scope, client


async def report(client: httpx.AsyncClient, **query: str) -> dict[str, Any]:
    said = "".join(f"&{name}={value}" for name, value in query.items())
    answer = await client.get(f"{REPORT}?{PERIOD}{said}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def balanced(one: dict[str, int]) -> bool:
    return one["assessed_fen"] == one["paid_fen"] + one["waived_fen"] + one["owing_fen"] - one["over_fen"]


async def test_every_figure_adds_up_and_leads_down_to_months_and_receipts(
    office: Office, here: tuple[str, httpx.AsyncClient]
) -> None:
    place, client = here
    assert (await report(client))["total"]["people"] == 0
    paying = await somebody(client, place, name="魏建国", branch="第一党支部")
    reduced = await somebody(client, place, name="阎素芬", branch="第二党支部")
    unknown = await somebody(client, place, name="孟凡", branch="第二党支部", pension_basis_fen=None)
    number = await paid(client, paying, "2026-08", "2026-09", "2026-12")
    wish = {"first": "2026-08", "last": "2026-09", "pays_fen": 500, "reason": "大病"}
    reduction_id = (await asked(client, f"{MEMBERS}/{reduced}/reductions", **wish))["reduction_id"]
    async with office.asking(Role.SUPERVISOR, scope="demo", name="qian") as superior:
        await asked(superior, f"{MEMBERS}/{reduced}/reductions/{reduction_id}/approve")

    found = await report(client)
    total = found["total"]
    assert total == {
        "people": 3, "months": 12, "assessed_fen": 8 * 1710, "waived_fen": 2 * 1210, "paid_fen": 2 * 1710,
        "owing_fen": 2 * 1710 + 2 * 500 + 2 * 1710, "over_fen": 0, "unknown": 4,
    }  # fmt: skip
    assert balanced(total)
    assert [(one["branch"], one["people"]) for one in found["branches"]] == [("第一党支部", 1), ("第二党支部", 2)]
    assert all(map(balanced, found["branches"]))
    assert found["cash"]["received_fen"] == 3 * 1710  # what was paid for December came in November

    people = (await client.get(f"{REPORT}/members?{PERIOD}&branch={found['branches'][0]['branch_id']}")).json()["items"]
    assert [one["member_id"] for one in people] == [paying]
    assert [line["receipts"] for line in people[0]["lines"]] == [[number], [number], [], []]

    client.headers["accept"] = "text/html"
    page = (await client.get(f"/registry/dues/report?{PERIOD}")).text
    for words in ("第一党支部", "136.80 元", "24.20 元", "4 个人月没有养老金基数"):
        assert words in page
    branch = found["branches"][1]["branch_id"]
    rows = (await client.get(f"/registry/dues/report/branch?{PERIOD}&branch={branch}")).text
    assert "阎素芬" in rows
    assert "魏建国" not in rows
    months = (await client.get(f"/registry/dues/report/members/{reduced}?{PERIOD}")).text
    assert "§2.7" in months or "2.7" in months
    assert unknown in rows


async def test_the_report_as_of_a_day_by_what_was_known_then(
    office: Office, here: tuple[str, httpx.AsyncClient]
) -> None:
    place, client = here
    member_id = await somebody(client, place)
    await paid(client, member_id, "2026-08", paid_on="2026-09-10")
    await paid(client, member_id, "2026-09", paid_on="2026-11-02")
    now = await report(client)
    assert (now["total"]["paid_fen"], now["cash"]["not_handed_up_fen"]) == (3420, 3420)
    october = await report(client, as_of="2026-10-01")
    assert (october["total"]["paid_fen"], october["cash"]["received_fen"]) == (1710, 1710)
    assert balanced(october["total"])
    same = await report(client, as_of="2026-11-21", known_at="2026-11-21")
    assert same == now

    office.clock.go_on(days=2)
    await asked(client, f"{MEMBERS}/{member_id}/pension-basis", basis_fen=400000, since="2026-08-02")
    assert (await report(client))["total"]["assessed_fen"] == 1710 + 3 * 2000
    before = await report(client, known_at="2026-11-22")
    assert before["total"] == now["total"]
    before_enrolment = await report(client, as_of="2026-07-31")
    assert before_enrolment["total"]["people"] == 0
    for wrong in ("first=2026-09&last=2026-08", "first=x", "as_of=gestern", "first=1990-01&last=2026-01"):
        assert (await client.get(f"{REPORT}?{wrong}")).status_code == 422


async def test_what_was_given_back_is_not_paid_and_not_in_hand(here: tuple[str, httpx.AsyncClient]) -> None:
    place, client = here
    member_id = await somebody(client, place)
    number = await paid(client, member_id, "2026-08", "2026-09")
    await asked(client, f"{MEMBERS}/{member_id}/receipts/{number}/refund", months=["2026-09"], reason="重复收")
    found = await report(client)
    assert (found["total"]["paid_fen"], found["total"]["owing_fen"]) == (1710, 3 * 1710)
    assert found["cash"] == {
        "received_fen": 3420, "refunded_fen": 1710, "net_fen": 1710, "handed_up_fen": 0, "not_handed_up_fen": 1710,
    }  # fmt: skip


async def test_money_goes_up_and_never_more_than_is_there_without_saying_so(
    office: Office, here: tuple[str, httpx.AsyncClient]
) -> None:
    place, client = here
    member_id = await somebody(client, place)
    await paid(client, member_id, "2026-08", "2026-09")
    there = "/registry/api/dues/handed-up"
    up = {"first": "2026-08", "last": "2026-09", "amount_fen": 3000, "reference": "回单 77", "on": "2026-11-20"}
    for wrong in ({"amount_fen": 0}, {"last": "2026-07"}, {"reference": ""}):
        assert (await client.post(there, json=up | wrong)).status_code == 422
    answers = [(await client.post(there, json=up, headers={"idempotency-key": "up"})).json() for _ in range(2)]
    assert answers[0] == answers[1]
    after = answers[0]["facts"][-1]["seq"]
    listed = (await client.get(f"{there}?after=REGISTRY:{after}")).json()
    assert (listed["not_handed_up_fen"], [one["amount_fen"] for one in listed["items"]]) == (420, [3000])
    more = await refused(client, there, **up)
    assert (more["reason"], more["details"]["in_hand_fen"]) == ("more_than_in_hand", 420)
    even_so = await asked(client, there, **up | {"even_so": True})
    assert (await report(client))["cash"]["not_handed_up_fen"] == 420 - 3000
    back = f"{there}/{even_so['hand_up_id']}/withdraw"
    await asked(client, back, reason="记了两次")
    assert (await asked(client, back, reason="记了两次"))["facts"] == []
    assert (await refused(client, f"{there}/nothing/withdraw", reason="?"))["reason"] == "no_hand_up"
    assert (await report(client))["cash"]["not_handed_up_fen"] == 420

    async with office.asking(Role.AUDITOR, scope=place) as auditor, office.asking(scope=JINQIAO) as stranger:
        assert (await auditor.get(there)).status_code == 200
        assert (await auditor.post(there, json=up)).status_code == 403
        assert (await stranger.post(f"{there}?community={place}", json=up)).status_code == 403
        assert (await stranger.get(f"{there}?community={place}")).status_code == 403


async def test_a_hand_over_on_the_page_can_be_taken_back(here: tuple[str, httpx.AsyncClient]) -> None:
    place, client = here
    client.follow_redirects = True
    member_id = await somebody(client, place)
    await paid(client, member_id, "2026-08")
    client.headers["accept"] = "text/html"
    form = {"first": "2026-08", "last": "2026-08", "amount": "17.10", "on": "2026-11-20", "reference": "回单 78"}
    wrong = await client.post("/registry/dues/handed-up", data=form | {"amount": "很多"})
    assert wrong.status_code == 422
    assert "不是金额" in wrong.text
    more = await client.post("/registry/dues/handed-up", data=form | {"amount": "18"})
    assert "确实如此" in more.text
    done = await client.post("/registry/dues/handed-up", data=form)
    assert "已记下上交" in done.text
    assert "撤回" in done.text
    assert "还没有上交的：0.00 元" in done.text


async def test_the_report_as_a_worksheet_and_on_paper(here: tuple[str, httpx.AsyncClient]) -> None:
    place, client = here
    member_id = await somebody(client, place, name="=1+1", branch="第一党支部")
    number = await paid(client, member_id, "2026-08")
    sheet = load_workbook(BytesIO((await client.get(f"/registry/dues/report.xlsx?{PERIOD}")).content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:4] == ("支部", "人数", "人月", "应缴")
    assert rows[-1] == ("合计", 1, 4, 68.4, 0, 17.1, 51.3, 0)
    detail = load_workbook(
        BytesIO((await client.get(f"/registry/dues/report.xlsx?{PERIOD}&detail=months")).content)
    ).active
    assert detail is not None
    lines = list(detail.iter_rows(values_only=True))
    assert (lines[1][2], lines[1][3], lines[1][8]) == ("2026-08", 17.1, number)
    assert str(lines[1][1]) != "=1+1"
    words = text_of((await client.get(f"/registry/dues/report.pdf?{PERIOD}")).content)
    for said in ("党费收缴情况报表", "2026年8月至11月", "第一党支部", "合计", "68.40", "17.10", "51.30"):
        assert said in words
