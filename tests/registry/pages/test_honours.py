"""The medal of fifty years through the API and on its pages: forecast, confirmed, awarded, printed, taken back."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import httpx
from openpyxl import load_workbook

from services.shell.identity.caller import Role
from tests.desk import JINQIAO, SHIQUAN
from tests.registry.office import Office, asked, enrolled
from tests.shell.paper import pages_of, text_of

API = "/registry/api/honours"
MEMBERS = "/registry/api/members"


async def veteran(client: httpx.AsyncClient, name: str, **differently: Any) -> str:
    days = {"joined_on": "1974-03-01", "full_member_on": "1975-03-01"} | differently
    return await enrolled(client, name=name, **days)


async def standing(client: httpx.AsyncClient, member_id: str, year: int = 2027) -> dict[str, Any]:
    answer = await client.get(f"{MEMBERS}/{member_id}/honours?year={year}")
    assert answer.status_code == 200, answer.text
    medal: dict[str, Any] = answer.json()["medal"]
    return medal


async def confirmed(client: httpx.AsyncClient, member_id: str, year: int = 2026) -> None:
    await asked(client, f"{MEMBERS}/{member_id}/honours/confirm", year=year, decided_by="第三党支部支委会")


async def refused(client: httpx.AsyncClient, path: str, **body: Any) -> str:
    answer = await client.post(path, json=body)
    assert answer.status_code == 409, answer.text
    reason: str = answer.json()["reason"]
    return reason


async def test_a_forecast_says_who_is_due_and_whose_days_are_in_doubt(clerk: httpx.AsyncClient) -> None:
    due = await veteran(clerk, "许满年", joined_on="1976-05-01", full_member_on="1977-05-01")
    later = await veteran(clerk, "许未满", joined_on="1976-08-01", full_member_on="1977-08-01")
    doubtful = await veteran(clerk, "许存疑", joined_on="1965-05-01", full_member_on=None)
    answer = (await clerk.get(f"{API}/forecast?year=2027")).json()
    stands = {one["member_id"]: (one["standing"], one["clause"], one["due_year"]) for one in answer["items"]}
    assert (answer["on"], stands[due], stands[doubtful]) == (
        "2027-07-01", ("due", "§16.2", 2027), ("doubtful", "§16.2", None),
    )  # fmt: skip
    assert later not in stands
    assert (await standing(clerk, later))["standing"] == "not_yet"
    assert (await standing(clerk, later, 2028))["standing"] == "due"
    only = (await clerk.get(f"{API}/forecast?year=2027&standing=doubtful")).json()["items"]
    assert {one["doubt"] for one in only} == {"no_full_day"}
    listed = (await clerk.get("/registry/honours?year=2027&show=doubtful")).text
    correct = f"/registry/members/{doubtful}/correct?field=full_member_on"
    assert correct in listed
    assert '<option value="full_member_on" selected>' in (await clerk.get(correct)).text
    # a late correction moves the year, and what was in doubt is known
    for member_id, day in ((doubtful, "1966-05-01"), (later, "1977-06-30")):
        correction = {"field": "full_member_on", "value": day, "reason": "核对档案"}
        await asked(clerk, f"{MEMBERS}/{member_id}/correct", **correction)
    assert (await standing(clerk, doubtful))["due_year"] == 2021
    assert (await standing(clerk, later))["standing"] == "due"


async def test_confirmed_awarded_under_numbers_and_a_slip_taken_back(clerk: httpx.AsyncClient) -> None:
    first, second = await veteran(clerk, "甘一"), await veteran(clerk, "甘二")
    award = {"year": 2026, "member_ids": [second, first]}
    assert await refused(clerk, f"{API}/award", **award) == "not_confirmed"
    for member_id in (first, second):
        await confirmed(clerk, member_id)
    again = await clerk.post(
        f"{MEMBERS}/{first}/honours/confirm", json={"year": 2026, "decided_by": "第三党支部支委会"}
    )
    assert (again.status_code, again.json()["facts"]) == (201, [])
    key = {"idempotency-key": "award-2026"}
    made = await clerk.post(f"{API}/award", json=award, headers=key)
    assert made.status_code == 201, made.text
    assert (await clerk.post(f"{API}/award", json=award, headers=key)).json() == made.json()
    numbers = [(await standing(clerk, member_id, 2026))["number"] for member_id in (second, first)]
    assert [number.startswith("2026-") for number in numbers] == [True, True]
    assert abs(int(numbers[0][5:]) - int(numbers[1][5:])) == 1, "no gap between them"
    honour_id = made.json()["honour_id"]
    await asked(clerk, f"{MEMBERS}/{first}/honours/{honour_id}/take-back", reason="名字写错")
    found = (await clerk.get(f"{MEMBERS}/{first}/honours?year=2026")).json()
    assert (found["medal"]["standing"], found["items"][0]["why_taken_back"]) == ("confirmed", "名字写错")
    await asked(clerk, f"{API}/award", year=2026, member_ids=[first])
    last = (await standing(clerk, first, 2026))["number"]
    assert int(last[5:]) > max(int(number[5:]) for number in numbers), "a number is not used again"
    early = await veteran(clerk, "甘早", joined_on="1976-05-01", full_member_on="1977-05-01")
    await confirmed(clerk, early, 2027)
    assert await refused(clerk, f"{API}/award", year=2027, member_ids=[early]) == "awarded_too_early"
    assert await refused(clerk, f"{MEMBERS}/{first}/honours/set-aside", year=2026, reason="x") == "already_honoured"


async def test_whoever_died_before_the_day_is_shown_and_not_awarded(clerk: httpx.AsyncClient) -> None:
    member_id = await veteran(clerk, "许故", joined_on="1976-05-01", full_member_on="1977-05-01")
    await confirmed(clerk, member_id, 2027)
    await asked(clerk, f"{MEMBERS}/{member_id}/die", on="2026-11-20")
    found = (await clerk.get(f"{API}/forecast?year=2027&standing=others")).json()["items"]
    assert [(one["name"], one["clause"]) for one in found if one["member_id"] == member_id] == [("许故", "§16.4")]


async def test_bad_input_wrong_role_wrong_scope(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await veteran(clerk, "严一")
    there = f"{MEMBERS}/{member_id}/honours"
    for path, wrong in (
        (f"{there}/confirm", {"year": 2026}),
        (f"{there}/confirm", {"year": 1900, "decided_by": "支委会"}),
        (f"{there}/set-aside", {"year": 2026, "reason": ""}),
        (f"{API}/award", {"year": 2026, "member_ids": []}),
        (f"{API}/award", {"year": 2026, "member_ids": ["nobody"]}),
        (there, {"kind": "knighthood", "on": "2026-01-01"}),
    ):
        assert (await clerk.post(path, json=wrong)).status_code == 422, wrong
    assert (await clerk.get(f"{API}/forecast?year=next")).status_code == 422
    assert await refused(clerk, f"{there}/nothing/take-back", reason="x") == "no_honour"
    assert (await clerk.get("/registry/honours/nobody/nothing.pdf")).status_code == 404
    async with office.asking(scope=SHIQUAN) as stranger:
        assert (await stranger.get(there)).status_code == 404
        assert (await stranger.get(f"{API}/forecast?year=2026")).json()["items"] == []
        assert (await stranger.post(f"{there}/confirm", json={"year": 2026, "decided_by": "x"})).status_code == 404
        outside = await stranger.post(f"{API}/award", json={"year": 2026, "member_ids": [member_id]})
        assert outside.status_code == 422
    async with office.asking(Role.SUPERVISOR) as supervisor:
        assert (await supervisor.get(f"{API}/forecast?year=2026")).status_code == 200
        assert (await supervisor.post(f"{there}/confirm", json={"year": 2026, "decided_by": "x"})).status_code == 403
        for path in ("forecast.xlsx", "certificates.pdf"):
            assert (await supervisor.get(f"/registry/honours/{path}?year=2026")).status_code == 403
    for role in (Role.OPERATOR, Role.VISITOR):
        async with office.asking(role) as other:
            assert (await other.get("/registry/honours")).status_code == 403


async def test_the_pages_lead_from_the_list_to_the_certificate(
    clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    member_id = await veteran(clerk, "庄重")
    here = f"/registry/members/{member_id}/honours"
    assert "庄重" in (await browser.get("/registry/honours?year=2026&show=due")).text
    assert "谁核实的" in (await browser.get(f"{here}?year=2026")).text
    empty = await browser.post(f"{here}/confirm", data={"year": "2026", "decided_by": ""})
    assert empty.status_code == 422
    aside = await browser.post(f"{here}/set-aside", data={"year": "2026", "reason": "档案在调"})
    assert "庄重暂不列入" in aside.text
    assert "档案在调" in (await browser.get("/registry/honours?year=2026&show=set_aside")).text
    assert "庄重已改回待核实" in (await browser.post(f"{here}/reconsider", data={"year": "2026"})).text
    done = await browser.post(f"{here}/confirm", data={"year": "2026", "decided_by": "社区党委"})
    assert "已核实庄重" in done.text
    assert "社区党委核实" in (await browser.get("/registry/honours?year=2026&show=confirmed")).text
    nobody = await browser.post("/registry/honours/award", data={"year": "2026", "community": JINQIAO})
    assert (nobody.status_code, "没有选人" in nobody.text) == (422, True)
    sent = {"year": "2026", "community": JINQIAO, "member_ids": member_id, "on": "2026-07-01"}
    assert "证书可以打印" in (await browser.post("/registry/honours/award", data=sent)).text
    assert "庄重" in (await browser.get("/registry/honours?year=2026&show=honoured")).text
    held = (await clerk.get(f"{MEMBERS}/{member_id}/honours?year=2026")).json()["items"][0]
    sheet = await browser.get(f"/registry/honours/{member_id}/{held['honour_id']}.pdf")
    assert sheet.headers["content-type"] == "application/pdf"
    for words in ("庄重", held["number"], "1975年3月1日", "2026年7月1日"):
        assert words in text_of(sheet.content)
    whole = await browser.get("/registry/honours/certificates.pdf?year=2026")
    assert (pages_of(whole.content) >= 1, held["number"] in text_of(whole.content)) == (True, True)
    book = load_workbook(BytesIO((await browser.get("/registry/honours/forecast.xlsx?year=2026")).content))
    [sheet_of_list] = book.worksheets
    assert "庄重" in {row[1] for row in sheet_of_list.values}
    assert "荣获光荣在党50年" in (await browser.get(f"/registry/members/{member_id}")).text
    form = await browser.get(f"{here}/{held['honour_id']}/take-back")
    assert "只用于记错" in form.text
    gone = await browser.post(f"{here}/{held['honour_id']}/take-back", data={"reason": "名字写错"})
    assert "证书号不会再用" in gone.text
    assert (await browser.get(f"/registry/honours/{member_id}/{held['honour_id']}.pdf")).status_code == 404
    other = await browser.post(f"{here}/add", data={"kind": "excellent_member", "on": "2021-07-01"})
    assert "已记下庄重的荣誉" in other.text
    assert "这里没有人" in (await browser.get("/registry/honours?year=2035&show=honoured")).text
