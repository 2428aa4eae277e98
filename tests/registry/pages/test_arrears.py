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
