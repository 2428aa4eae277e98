"""The list of who is behind with dues: for a friendly call, and never more."""

from __future__ import annotations

from io import BytesIO

import httpx
from openpyxl import load_workbook

from services.shell.identity.caller import Role
from tests.desk import SHIQUAN
from tests.registry.office import Office, asked, enrolled
from tests.registry.pages.test_dues import MEMBERS, paid

LIST = "/registry/api/dues/arrears"


async def behind(client: httpx.AsyncClient, kind: str = "") -> dict[str, tuple[int, int, str]]:
    items = (await client.get(f"{LIST}?kind={kind}&page_size=1000")).json()["items"]
    return {one["member_id"]: (len(one["months"]), one["in_a_row"], one["clause"]) for one in items}


async def test_one_month_is_shown_three_are_called_and_six_in_a_row_are_looked_into(clerk: httpx.AsyncClient) -> None:
    month = await enrolled(clerk, on="2026-10-02")
    call = await enrolled(clerk, on="2026-08-02")
    apart = await enrolled(clerk, on="2026-02-02")
    review = await enrolled(clerk, on="2026-02-02")
    await paid(clerk, apart, "2026-06")  # eight unpaid, at most four of them in a row
    await paid(clerk, review, "2026-02", "2026-03", "2026-04")

    shown, to_call, to_review = await behind(clerk), await behind(clerk, "call"), await behind(clerk, "review")
    assert (shown[month], shown[apart]) == ((1, 1, "§2.5"), (8, 4, "§2.5"))
    assert month not in to_call
    assert to_call[call] == (3, 3, "§2.5")
    assert (apart in to_review, to_review[review]) == (False, (6, 6, "§2.6"))
    await paid(clerk, review, "2026-07")
    assert review not in await behind(clerk, "review")
    assert (await clerk.get(f"{LIST}?kind=punish")).status_code == 422


async def test_months_that_are_waived_are_not_behind(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk, on="2026-08-02")
    wish = {"first": "2026-08", "last": "2026-10", "pays_fen": 0, "reason": "大病"}
    reduction_id = (await asked(clerk, f"{MEMBERS}/{member_id}/reductions", **wish))["reduction_id"]
    async with office.asking(Role.SUPERVISOR, scope="demo", name="qian") as superior:
        await asked(superior, f"{MEMBERS}/{member_id}/reductions/{reduction_id}/approve")
    assert member_id not in await behind(clerk)


async def test_a_call_shows_the_numbers_after_writing_it_down_and_one_press_notes_it(
    office: Office, clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    relative = {"name": "张伟", "relation": "儿子", "phone": "13800002210"}
    member_id = await enrolled(clerk, name="邵玉兰", on="2026-08-02", phone="13912345566", family=[relative])
    rows = (await browser.get("/registry/dues?kind=call")).text
    assert "13912345566" not in rows
    assert "13800002210" not in rows
    assert "儿子" in rows

    here = f"/registry/members/{member_id}"
    page = (await browser.post(f"{here}/dues-call")).text
    for words in ("13912345566", "13800002210", "2026年8、9、10月", "51.30 元"):
        assert words in page
    told = await browser.post(f"{here}/dues-called", data={"spoke_with": "family", "note": "儿子周日来缴"})
    assert "已记下给邵玉兰的电话" in told.text
    assert "和家属通了话" in told.text
    (one,) = [o for o in (await clerk.get(f"{LIST}?page_size=1000")).json()["items"] if o["member_id"] == member_id]
    assert (one["last_call"]["spoke_with"], one["last_call"]["months"]) == ("family", ["2026-08", "2026-09", "2026-10"])
    assert (await browser.post(f"{here}/dues-called", data={"spoke_with": "cat"})).status_code == 422
    async with office.asking(Role.AUDITOR) as auditor, office.asking(scope=SHIQUAN) as stranger:
        assert (await auditor.post(f"{here}/dues-call")).status_code == 403
        assert (await stranger.post(f"{here}/dues-call")).status_code == 404


async def test_the_worksheet_says_the_same_and_runs_no_formula(office: Office, clerk: httpx.AsyncClient) -> None:
    await enrolled(clerk, name="=HYPERLINK(1)", on="2026-09-02")
    answer = await clerk.get("/registry/dues/arrears.xlsx")
    sheet = load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    head, *rows = sheet.iter_rows(values_only=True)
    assert head[:4] == ("姓名", "支部", "欠几个月", "连续几个月")
    (row,) = [row for row in rows if "HYPERLINK" in str(row[0])]
    assert not str(row[0]).startswith("=")
    assert row[2:6] == (2, 2, "2026年9、10月", 34.2)
    async with office.asking(Role.VISITOR) as visitor:
        assert (await visitor.get("/registry/dues/arrears.xlsx")).status_code == 403


async def test_half_a_year_is_closed_by_a_person_and_leaves_the_list_until_they_look_again(
    office: Office, clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    member_id = await enrolled(clerk, name="季云芳", on="2026-03-02")
    here = f"/registry/members/{member_id}"
    assert "写研究结果" in (await browser.get("/registry/dues?kind=review")).text
    form = await browser.get(f"{here}/arrears-review")
    assert ("8 个月" in form.text, 'value="2027-02-21"' in form.text) == (True, True)
    lacking = await browser.post(f"{here}/arrears-review", data={"outcome": "waits", "on": "2026-11-21"})
    assert lacking.status_code == 422
    said = {"outcome": "waits", "note": "骨折住院，出院再谈", "on": "2026-11-21", "again_on": "2027-02-21"}
    closed = await browser.post(f"{here}/arrears-review", data=said)
    assert ("已记下对季云芳欠缴的研究结果" in closed.text, "骨折住院，出院再谈" in closed.text) == (True, True)
    assert member_id not in await behind(clerk, "review")
    assert "已研究：先不提，等一等" in (await browser.get("/registry/dues?kind=call")).text
    (one,) = (await clerk.get(f"{MEMBERS}/{member_id}/arrears-reviews")).json()["items"]
    assert (one["first"], one["last"], one["outcome"], one["again_on"]) == ("2026-03", "2026-10", "waits", "2027-02-21")
    back = f"{MEMBERS}/{member_id}/arrears-reviews/{one['review_id']}/take-back"
    await asked(clerk, back, reason="记错人了")
    assert (await asked(clerk, back, reason="记错人了"))["facts"] == []
    assert member_id in await behind(clerk, "review")
    key, wish = {"idempotency-key": "ar-1"}, {"outcome": "branch", "note": "支部讨论"}
    first = await clerk.post(f"{MEMBERS}/{member_id}/arrears-review", json=wish, headers=key)
    assert (first.status_code, first.json()["again_on"], first.json()["clause"]) == (201, "2027-02-21", "§2.6")
    assert (await clerk.post(f"{MEMBERS}/{member_id}/arrears-review", json=wish, headers=key)).json()[
        "review_id"
    ] == first.json()["review_id"]
    few = await enrolled(clerk, on="2026-09-02")
    refused = await clerk.post(f"{MEMBERS}/{few}/arrears-review", json=wish)
    assert (refused.status_code, refused.json()["reason"]) == (409, "too_few_to_review")
    assert (
        await clerk.post(f"{MEMBERS}/{few}/arrears-review", json={"outcome": "punish", "note": "x"})
    ).status_code == 422
    async with office.asking(Role.AUDITOR) as auditor, office.asking(scope=SHIQUAN) as stranger:
        assert (await auditor.get(f"{MEMBERS}/{member_id}/arrears-reviews")).status_code == 200
        assert (await auditor.post(f"{MEMBERS}/{member_id}/arrears-review", json=wish)).status_code == 403
        assert (await stranger.post(f"{MEMBERS}/{member_id}/arrears-review", json=wish)).status_code == 404
