"""The pages people see, as a browser without scripts uses them: read, fill in, send, be led on."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import httpx
import pytest
from openpyxl import load_workbook

from services.shell.identity.caller import Role
from tests.desk import SHIQUAN
from tests.registry.office import Office, enrolled, id_number, seq_of, somebody


@pytest.fixture
async def browser(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    """The secretary's browser: it asks for pages and follows where it is led."""
    async with office.asking() as client:
        client.headers["accept"] = "text/html"
        client.follow_redirects = True
        yield client


async def filled_in(browser: httpx.AsyncClient, path: str, **fields: Any) -> httpx.Response:
    """Open a form, fill it in, send it."""
    page = await browser.get(path)
    assert page.status_code == 200, page.text
    return await browser.post(path, data={**form_of(page.text, path), **fields})


def form_of(page: str, action: str) -> dict[str, str]:
    form = re.search(rf'<form[^>]*method="post" action="{re.escape(action)}">(.*?)</form>', page, re.DOTALL)
    assert form is not None, f"no form for {action}"
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[1]))


async def test_every_page_opens(browser: httpx.AsyncClient) -> None:
    member_id = await enrolled(browser)
    here = f"/registry/members/{member_id}"
    deeds = "move-away return correct contact assign pension-basis die pay-dues dues timeline reveal/phone".split()
    assert (await browser.get("/registry/")).url.path == "/registry/members"
    paths = ["/", "/registry/members", "/registry/members/new", here, f"{here}?as_of=2026-11-21"]
    paths += [f"{here}/{deed}" for deed in deeds]
    paths += ["/registry/ledger", "/registry/ledger?state=closed", "/registry/dues", "/registry/meetings"]
    for path in [*paths, "/registry/meetings/new"]:
        page = await browser.get(path)
        assert page.status_code == 200, f"{path}: {page.status_code}"
        english = await browser.get(path, headers={"cookie": "lang=en"})
        words = re.sub(r"<style.*?</style>|<option.*?</option>", "", english.text, flags=re.DOTALL)
        assert english.status_code == 200
        assert "登记" not in words, f"{path} is not all in English"


async def test_somebody_is_enrolled_on_the_page_and_taken_back(browser: httpx.AsyncClient) -> None:
    fields = {
        "name": "周慧敏", "sex": "female", "id_number": id_number(), "joined_on": "1990-07-01", "kind": "retired",
        "branch": "第二党支部", "pension": "3420.50", "phone": "13900001111", "family_name": "周小明",
    }  # fmt: skip
    shown = await filled_in(browser, "/registry/members/new", **fields)
    assert shown.status_code == 200
    assert "已登记周慧敏入册。" in shown.text
    member_id = str(shown.url).rsplit("/", 1)[-1]
    assert "139 **** 1111" in shown.text
    assert "每月 17.10 元" in shown.text
    back = await browser.post(f"/registry/members/{member_id}/withdraw")
    assert "已撤销周慧敏的登记。" in back.text
    assert (await browser.get(f"/registry/api/members/{member_id}")).json()["state"] == "withdrawn"


async def test_a_form_comes_back_with_what_was_typed_and_what_is_wrong(browser: httpx.AsyncClient) -> None:
    fields = {"name": "周慧敏", "sex": "female", "id_number": "123", "joined_on": "1990-07-01"}
    shown = await filled_in(browser, "/registry/members/new", **fields)
    assert shown.status_code == 422
    assert 'value="周慧敏"' in shown.text
    assert "身份证号的位数不对" in shown.text


async def test_a_button_pressed_twice_is_one_deed(browser: httpx.AsyncClient) -> None:
    member_id = await enrolled(browser)
    path = f"/registry/members/{member_id}/pay-dues"
    page = await browser.get(path)
    months = {"months": ["2026-11"], "amount_fen": "1710", "method": "cash", "paid_on": "2026-11-21"}
    form = {**form_of(page.text, path), **months}
    first = await browser.post(path, data=form)
    assert "收据号 2026-" in first.text
    again = await browser.post(path, data=form)
    assert again.status_code == 200, "the same answer, not a second payment"
    fresh = await filled_in(browser, path, **months)
    assert fresh.status_code == 409
    assert "已经缴过" in fresh.text


async def test_a_form_made_from_an_older_version_is_shown_the_newer_one(browser: httpx.AsyncClient) -> None:
    member_id = await enrolled(browser)
    path = f"/registry/members/{member_id}/move-away"
    page = await browser.get(path)
    await filled_in(browser, f"/registry/members/{member_id}/correct", field="name", value="张桂蓝", reason="核对证件")
    late = await browser.post(
        path,
        data={**form_of(page.text, path), "from": "2026-11-01", "destination": "苏州", "reason": "探亲"},
    )
    assert late.status_code == 412
    assert 'value="苏州"' in late.text


async def test_somebody_leaves_and_comes_back_on_the_pages(browser: httpx.AsyncClient) -> None:
    member_id = await enrolled(browser, on="2026-01-10")
    here = f"/registry/members/{member_id}"
    away = await filled_in(
        browser, f"{here}/move-away", **{"from": "2026-03-12", "destination": "杭州", "reason": "随女儿"}
    )
    assert "在外 · 杭州" in away.text
    assert "请决定" in (await browser.get("/registry/ledger")).text
    home = await filled_in(browser, f"{here}/return", on="2026-09-30", report="一切都好")
    assert "在外 · 杭州" not in home.text
    assert "返回：一切都好" in home.text


async def test_a_masked_number_is_shown_for_a_reason_once(browser: httpx.AsyncClient) -> None:
    number = id_number()
    member_id = await enrolled(browser, id_number=number)
    path = f"/registry/members/{member_id}/reveal/id_number"
    refused = await filled_in(browser, path, reason="")
    assert refused.status_code == 422
    assert number not in refused.text
    assert number in (await filled_in(browser, path, reason="核对证件")).text
    assert number not in (await browser.get(f"/registry/members/{member_id}")).text


async def test_a_meeting_is_called_and_signed_on_the_page(browser: httpx.AsyncClient) -> None:
    member_id = await enrolled(browser, branch="签到支部")
    fields = {"title": "主题党日", "kind": "theme_day", "on": "2026-11-20", "at": "09:30", "place": "社区"}
    shown = await filled_in(browser, "/registry/meetings/new", **fields)
    assert "会议已记下" in shown.text
    meeting = str(shown.url).replace("http://office", "")
    page = await browser.get(meeting)
    signed = await browser.post(
        f"{meeting}/sign-in",
        data={**form_of(page.text, f"{meeting}/sign-in"), "member_ids": [member_id], "way": "remote"},
    )
    assert "1 人签到。" in signed.text


async def test_a_list_is_exported_as_it_is_narrowed_and_runs_nothing(browser: httpx.AsyncClient) -> None:
    await enrolled(browser, name="=HYPERLINK(1)", branch="导出支部")
    branch = (await browser.get("/registry/api/members?q=hyperlink")).json()["items"]
    branch_id = next(
        one["branch_id"]
        for one in (await browser.get("/registry/api/branches")).json()["items"]
        if one["name"] == "导出支部"
    )
    assert isinstance(branch, list)
    file = await browser.get(f"/registry/members.xlsx?branch={branch_id}")
    sheet = load_workbook(BytesIO(file.content)).active
    assert sheet is not None
    rows = list(sheet.values)
    assert len(rows) == 2
    assert rows[1][0] == "'=HYPERLINK(1)"
    assert sheet["A2"].data_type == "s"


async def test_panels_and_badges_are_for_those_who_keep_the_register(
    office: Office, browser: httpx.AsyncClient
) -> None:
    answer = await browser.post("/registry/api/members", json=somebody(on="2026-01-10"))
    await browser.get(f"/registry/api/members?after={seq_of(answer)}")
    counts = (await browser.get("/registry/panels/counts")).json()
    assert counts["members"] >= 1
    assert counts["owing"] >= 1
    assert "先问近况，再说党费" in (await browser.get("/registry/panels/today")).text
    for role in (Role.VISITOR, Role.OPERATOR):
        async with office.asking(role, scope="") as other:
            assert (await other.get("/registry/panels/today")).text == ""
            assert (await other.get("/registry/panels/counts")).json() == {}
    async with office.asking(scope=SHIQUAN) as stranger:
        assert (await stranger.get("/registry/panels/counts")).json()["owing"] == 0


async def test_a_page_for_others_leads_to_the_sign_in(office: Office) -> None:
    async with office.asking() as client:
        del client.headers["authorization"]
        found = await client.get("/registry/members", headers={"accept": "text/html"})
        assert (found.status_code, found.headers["location"]) == (303, "/sign-in?next=/registry/members")
