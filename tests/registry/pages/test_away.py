"""Absences through the API and on their pages: the letter of transfer from its number to its receipt."""

from __future__ import annotations

from io import BytesIO
from typing import Any
from urllib.parse import quote

import httpx
from openpyxl import load_workbook

from services.shell.identity.caller import Role
from tests.desk import SHIQUAN
from tests.registry.office import Office, asked, enrolled
from tests.shell.paper import pages_of, text_of

API = "/registry/api/members"
TO = "杭州市西湖区文三街道党工委"


async def away(client: httpx.AsyncClient, **differently: Any) -> str:
    """Somebody who left yesterday."""
    member_id = await enrolled(client, name=differently.pop("name", "张桂兰"), on="2024-03-01")
    usual = {"from": "2026-11-20", "destination": "杭州市西湖区", "reason": "带孙子"}
    await asked(client, f"{API}/{member_id}/move-away", **(usual | differently))
    return member_id


async def ledger_row(client: httpx.AsyncClient, member_id: str) -> dict[str, Any]:
    items = (await client.get("/registry/api/ledger?state=all&page_size=500")).json()["items"]
    found: dict[str, Any] = next(one for one in items if one["member_id"] == member_id)
    return found


async def test_a_letter_is_sent_received_and_shown(clerk: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    member_id = await away(clerk, fixed_place=True, expected_return="2027-11-20")
    row = await ledger_row(clerk, member_id)
    assert (row["kind"], row["clocks"]["decide"], row["clocks"]["clause"]) == (
        "temporary_transfer", "还没有开介绍信，组织关系仍在我方", "§3.1",
    )  # fmt: skip
    path, key = f"{API}/{member_id}/transfer", {"Idempotency-Key": "letter-1"}
    sent = await clerk.post(path, json={"to": TO}, headers=key)
    assert (sent.status_code, sent.json()["valid_until"], sent.json()["clause"]) == (201, "2027-02-21", "§3.7")
    assert (await clerk.post(path, json={"to": TO}, headers=key)).json()["facts"] == sent.json()["facts"]
    assert (await asked(clerk, path, to=TO))["facts"] == []
    sheet = await clerk.get(f"/registry/members/{member_id}/transfer-letter.pdf")
    assert (sheet.status_code, pages_of(sheet.content)) == (200, 1)
    for words in (TO, "张桂兰", sent.json()["letter_no"], "2027年2月21日", "回执", "§3.7"):
        assert words in text_of(sheet.content)
    for page in ("/registry/ledger?kind=temporary_transfer", f"/registry/members/{member_id}"):
        assert "未收到，仍由我方负责" in (await browser.get(page)).text
    await asked(clerk, f"{path}/receive", on="2026-11-21", told_by="陈老师来电")
    assert (await ledger_row(clerk, member_id))["received_on"] == "2026-11-21"
    assert "陈老师来电" in (await browser.get(f"/registry/members/{member_id}/away")).text
    assert (await clerk.get(f"/registry/members/{member_id}/transfer-letter.pdf")).status_code == 404


async def test_a_letter_written_by_mistake_is_withdrawn(clerk: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    member_id = await away(clerk, name="孙玉珍")
    here = f"/registry/members/{member_id}"
    wrong = await browser.post(f"{here}/transfer", data={"to": ""})
    assert wrong.status_code == 422
    told = await browser.post(f"{here}/transfer", data={"to": TO, "on": "2026-11-21"})
    assert "已给孙玉珍开介绍信" in told.text
    assert "撤回" in told.text
    early = await browser.post(f"{here}/transfer/receive", data={"on": "2026-11-20", "told_by": "陈老师"})
    assert "不能更早收到" in early.text
    back = await browser.post(f"{here}/transfer/withdraw", data={"reason": "单位写错了"})
    assert "已撤回孙玉珍的介绍信" in back.text
    row = await ledger_row(clerk, member_id)
    assert (row["kind"], row["clause"], row["letter_no"]) == ("card", "§3.2", None)


async def test_letters_are_the_office_s_in_its_own_scope(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await away(clerk)
    path = f"{API}/{member_id}/transfer"
    assert (await clerk.post(f"{path}/receive", json={"on": "2026-11-21", "told_by": "陈"})).json()[
        "reason"
    ] == "no_letter"
    assert (await clerk.post(path, json={})).status_code == 422
    assert (await clerk.post(f"{API}/nobody/transfer", json={"to": TO})).status_code == 404
    async with office.asking(scope=SHIQUAN) as stranger:
        assert (await stranger.post(path, json={"to": TO})).status_code == 404
        assert (await stranger.get(f"/registry/members/{member_id}/away")).status_code == 404
    async with office.asking(Role.SUPERVISOR) as supervisor:
        assert (await supervisor.post(path, json={"to": TO})).status_code == 403
        assert (await supervisor.get(f"/registry/members/{member_id}/away")).status_code == 200


async def test_an_application_is_approved_and_becomes_the_absence(
    clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    member_id = await enrolled(clerk, name="李秀英")
    here, path = f"/registry/members/{member_id}", f"{API}/{member_id}/away-application"
    form = {"from": "2026-11-21", "destination": "杭州市西湖区", "reason": "照看外孙", "idempotency_key": "ask-1"}
    assert "先申请，后审批" in (await browser.get(f"{here}/away-application")).text
    wrong = await browser.post(f"{here}/away-application", data=form | {"from": ""})
    assert wrong.status_code == 422
    asked_for = await browser.post(f"{here}/away-application", data=form)
    assert "请审批" in asked_for.text
    assert "按政策：发联系卡（§3.2）" in asked_for.text
    ledger = (await browser.get("/registry/ledger")).text
    assert "等着办的外出申请" in ledger
    assert "李秀英" in ledger
    waiting = (await clerk.get("/registry/api/away-applications")).json()["items"]
    (application,) = (one["application_id"] for one in waiting if one["member_id"] == member_id)
    early = await clerk.post(f"{path}/leave", json={"application": application, "on": "2026-11-21"})
    assert (early.status_code, early.json()["reason"]) == (409, "not_approved")
    body = {"application": application, "kind": "intermittent"}
    silent = await browser.post(f"{here}/away-application/approve", data=body)
    assert "请写明原因" in silent.text
    said = await asked(clerk, f"{path}/approve", **body, why_kind="每周都回来")
    assert (said["kind"], said["clause"], said["policy_kind"]) == ("intermittent", "§3.3", "card")
    assert (await asked(clerk, f"{path}/approve", **body, why_kind="每周都回来"))["facts"] == []
    left = await browser.post(f"{here}/away-application/leave", data={"application": application, "on": "2026-11-21"})
    assert "已登记李秀英外出" in left.text
    row = await ledger_row(clerk, member_id)
    assert (row["kind"], row["clause"], row["reason"]) == ("intermittent", "§3.3", "照看外孙")
    assert "人工另选：每周都回来" in (await browser.get(here)).text
    still = (await clerk.get("/registry/api/away-applications")).json()["items"]
    assert application not in {one["application_id"] for one in still}


async def test_applications_are_refused_withdrawn_and_kept_in_scope(
    office: Office, clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    member_id = await enrolled(clerk, name="王德明")
    here, path = f"/registry/members/{member_id}", f"{API}/{member_id}/away-application"
    body = {"from": "2026-12-01", "destination": "深圳市", "reason": "随儿子居住"}
    key = {"Idempotency-Key": "ask-2"}
    first = await clerk.post(path, json=body, headers=key)
    assert (await clerk.post(path, json=body, headers=key)).json() == first.json(), "the same request twice"
    application = first.json()["application_id"]
    other = await clerk.post(path, json=body | {"destination": "广州市"})
    assert (other.status_code, other.json()["reason"]) == (409, "already_applied")
    assert (await clerk.post(path, json=body | {"expected_return": "2026-01-01"})).status_code == 422
    async with office.asking(scope=SHIQUAN) as stranger:
        assert (await stranger.post(path, json=body)).status_code == 404
        assert (await stranger.get("/registry/api/away-applications")).json()["items"] == []
    async with office.asking(Role.AUDITOR) as auditor:
        no = {"application": application, "reason": "试试"}
        assert (await auditor.post(f"{path}/refuse", json=no)).status_code == 403
    assert (await clerk.post(f"{API}/nobody/away-application", json=body)).status_code == 404
    refused = await browser.post(
        f"{here}/away-application/refuse", data={"application": application, "reason": "去处未定"}
    )
    assert "没有同意 · 去处未定" in refused.text
    second = await asked(clerk, path, **body)
    back = await browser.post(
        f"{here}/away-application/withdraw", data={"application": second["application_id"], "reason": "不去了"}
    )
    assert "已撤回 · 不去了" in back.text


async def due(client: httpx.AsyncClient, member_id: str, until: str = "2028-01-01") -> dict[str, str]:
    items = (await client.get(f"/registry/api/away-due?until={until}")).json()["items"]
    return {one["kind"]: one["on"] for one in items if one["member_id"] == member_id}


async def test_what_is_due_leads_to_its_deed(clerk: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    member_id = await away(clerk, name="何国梁", **{"from": "2026-08-01"}, expected_return="2026-11-10")
    assert await due(clerk, member_id) == {
        "card_missing": "2026-08-01", "contact": "2026-10-30", "return": "2026-11-10", "report": "2027-08-01",
    }  # fmt: skip
    page = (await browser.get("/registry/away-due")).text
    for words in ("何国梁", "还没有发联系卡", "90 天没有联系", f"/registry/members/{member_id}/away#card", "3.4"):
        assert words in page
    here = f"/registry/members/{member_id}/away"
    told = await browser.post(f"{here}/report", data={"on": "2026-11-15", "said": "身体好，党费交在当地"})
    assert "已记下何国梁在外的报告" in told.text
    assert "身体好，党费交在当地" in told.text
    left = await due(clerk, member_id)
    assert (left["contact"], left["report"]) == ("2026-12-15", "2027-11-15")
    assert (await ledger_row(clerk, member_id))["reported_on"] == "2026-11-15"
    assert (await browser.post(f"{here}/report", data={"on": "2026-11-15"})).status_code == 422


async def test_a_person_finds_the_contact_lost_and_found(
    office: Office, clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    recent = await away(clerk, name="赵文")
    early = await clerk.post(f"{API}/{recent}/lost-contact", json={"reason": "电话停机"})
    assert (early.status_code, early.json()["reason"]) == (409, "contact_too_recent")
    assert "§3.5" in early.json()["detail"]
    member_id = await away(clerk, name="钱伟", **{"from": "2026-03-01"})
    page = (await browser.get(f"/registry/members/{member_id}/away")).text
    assert "核实以后" in page
    assert "核实以后" not in (await browser.get(f"/registry/members/{recent}/away")).text
    here = f"/registry/members/{member_id}/away"
    told = await browser.post(f"{here}/lost", data={"reason": "电话停机，儿子也联系不上"})
    assert "已认定钱伟失去联系" in told.text
    assert "contact" not in await due(clerk, member_id)
    assert "已认定失去联系" in (await browser.get("/registry/away-due")).text
    assert "失去联系" in (await browser.get(f"/registry/members/{member_id}")).text
    body = {"on": "2026-11-21", "how": "女儿来电"}
    await asked(clerk, f"{API}/{member_id}/contact-reestablished", **body)
    assert (await asked(clerk, f"{API}/{member_id}/contact-reestablished", **body))["facts"] == []
    assert (await ledger_row(clerk, member_id))["lost_since"] is None
    async with office.asking(Role.SUPERVISOR) as supervisor:
        assert (await supervisor.post(f"{API}/{member_id}/lost-contact", json={"reason": "x"})).status_code == 403
        assert (await supervisor.get("/registry/away-due")).status_code == 200
        assert (await supervisor.get("/registry/ledger-report.xlsx")).status_code == 403
    async with office.asking(scope=SHIQUAN) as stranger:
        assert (await stranger.get("/registry/api/away-due")).json()["items"] == []
        assert (await stranger.post(f"{API}/{member_id}/report-from-afar", json=body)).status_code in (404, 422)


async def test_the_ledger_goes_upward_as_of_a_day(clerk: httpx.AsyncClient) -> None:
    member_id = await away(clerk, name="孙桂英", **{"from": "2026-05-01"})
    await asked(clerk, f"{API}/{member_id}/contact-card", valid_from="2026-06-01", valid_until="2026-12-01")
    await asked(clerk, f"{API}/{member_id}/return", on="2026-11-20")

    async def rows(day: str) -> dict[str, tuple[Any, ...]]:
        answer = await clerk.get(f"/registry/ledger-report.xlsx?on={day}")
        assert answer.status_code == 200
        sheet = load_workbook(BytesIO(answer.content)).active
        assert sheet is not None
        return {str(row[1]): row for row in sheet.iter_rows(min_row=2, values_only=True)}

    assert "孙桂英" not in await rows("2026-04-30")
    assert (await rows("2026-05-15"))["孙桂英"][9] is None, "no card yet"
    assert str((await rows("2026-10-01"))["孙桂英"][9]).startswith("2026-")
    assert "孙桂英" not in await rows("2026-11-20")
    assert (await clerk.get("/registry/ledger-report.xlsx?on=yesterday")).status_code == 422


async def test_three_at_one_place_are_advised_to_form_a_branch_there(
    clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    async def advised() -> dict[str, list[str]]:
        items = (await clerk.get("/registry/api/away-together")).json()["items"]
        return {one["place"]: [each["name"] for each in one["members"]] for one in items}

    people = [await away(clerk, name=f"成都{number}", destination="四川省成都市") for number in ("甲", "乙")]
    await away(clerk, name="往返者", destination="成都市", intermittent=True)
    assert "成都" not in await advised()
    people.append(await away(clerk, name="成都丙", destination="成都武侯"))
    assert (await advised())["成都"] == ["成都甲", "成都乙", "成都丙"]
    page = (await browser.get("/registry/ledger")).text
    assert "同在一地" in page
    name = quote("驻成都流动党员党支部")
    (link,) = (part.split('"')[0] for part in page.split('href="') if name in part.split('"')[0])
    form = await browser.get(link.replace("&amp;", "&"))
    assert "驻成都流动党员党支部" in form.text
    assert 'value="mobile" selected' in form.text
    body = {"name": "驻成都流动党员党支部", "kind": "mobile", "community": "demo.jinqiao"}
    made = await asked(clerk, "/registry/api/branches", **body)
    assert "成都" in await advised(), "there is a branch, and nobody of them belongs to it"
    for member_id in people:
        await asked(clerk, f"{API}/{member_id}/assign", branch=made["branch_id"])
    assert "成都" not in await advised()


async def test_another_day_of_leaving_is_looked_at_before_it_is_confirmed(
    office: Office, clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    member_id = await away(clerk, name="李建国", **{"from": "2026-06-01"}, fixed_place=True)
    months, on = ["2026-05", "2026-06"], "2026-06-05"
    fen = [
        one["due_fen"] for one in (await clerk.get(f"{API}/{member_id}/dues?from=2026-05&to=2026-06")).json()["items"]
    ]
    await asked(clerk, f"{API}/{member_id}/pay-dues", months=months, amount_fen=sum(fen), paid_on=on)
    look = (await clerk.get(f"{API}/{member_id}/away-day?since=2026-06-20")).json()
    assert (look["after"]["kind"], look["after"]["clause"], look["paid_here"]) == ("card", "§3.2", [])
    here = f"/registry/members/{member_id}/away"
    shown = await browser.post(f"{here}/day", data={"since": "2026-03-01", "reason": "女儿说三月就去了"})
    assert shown.status_code == 200
    for words in ("确认更正", "临时组织关系", "2026年3月1日", "3.1"):
        assert words in shown.text, words
    assert (await ledger_row(clerk, member_id))["since"] == "2026-06-01", "nothing is changed by looking"
    form = {"since": "2026-03-01", "reason": "女儿说三月就去了", "confirmed": "1", "idempotency_key": "day-1"}
    told = await browser.post(f"{here}/day", data=form)
    assert "已更正外出日期" in told.text
    assert "2026年3月1日" in (await browser.post(f"{here}/day", data=form)).text, "the same request twice"
    row = await ledger_row(clerk, member_id)
    assert (row["since"], row["kind"], row["clause"]) == ("2026-03-01", "temporary_transfer", "§3.1")
    then = (await clerk.get(f"{API}/{member_id}?as_of=2026-04-01")).json()
    assert (then["state"], then["away"]["since"]) == ("away", "2026-03-01")
    assert "更正外出日期" in (await browser.get(f"/registry/members/{member_id}")).text


async def test_receipts_of_months_that_are_paid_elsewhere_are_named(
    clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    member_id = await away(clerk, name="周玉珍", **{"from": "2026-10-01"})
    fen = (await clerk.get(f"{API}/{member_id}/dues?from=2026-09&to=2026-09")).json()["items"][0]["due_fen"]
    await asked(clerk, f"{API}/{member_id}/pay-dues", months=["2026-09"], amount_fen=fen, paid_on="2026-09-05")
    look = (await clerk.get(f"{API}/{member_id}/away-day?since=2026-08-01")).json()
    assert (look["paid_here"], look["clause"]) == (["2026-09"], "§3.9")
    assert look["after"]["dues_paid_there"] == {"from": "2026-09", "to": "2026-11"}
    shown = await browser.post(
        f"/registry/members/{member_id}/away/day", data={"since": "2026-08-01", "reason": "说错了"}
    )
    assert "请核对是不是交了两次" in shown.text


async def test_a_day_of_leaving_that_cannot_be_is_refused(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await away(clerk, name="吴秀兰", **{"from": "2026-10-01"})
    path = f"{API}/{member_id}/away-day"
    late = await clerk.get(f"{path}?since=2026-12-24")
    assert (late.status_code, late.json()["reason"]) == (409, "in_future")
    await asked(clerk, f"{API}/{member_id}/report-from-afar", on="2026-10-05", said="到了")
    after = await clerk.post(path, json={"since": "2026-10-06", "reason": "x"})
    assert (after.status_code, after.json()["reason"]) == (409, "after_what_happened")
    assert (await clerk.post(path, json={"since": "2026-10-02"})).status_code == 422
    assert (await clerk.get(f"{path}?since=2026-10-01")).json()["after"] is None
    assert (await clerk.get(f"{API}/nobody/away-day?since=2026-10-01")).status_code == 404
    async with office.asking(scope=SHIQUAN) as stranger:
        assert (await stranger.post(path, json={"since": "2026-10-02", "reason": "x"})).status_code == 404
    async with office.asking(Role.SUPERVISOR) as supervisor:
        assert (await supervisor.get(f"{path}?since=2026-10-02")).status_code == 403


async def test_who_is_away_and_moves_on_is_changed_without_a_census_and_put_back(
    office: Office, clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    member_id = await away(clerk, name="石连生", address="文三路1号", phone="13900000001", expected_return="2027-03-01")
    left = await ledger_row(clerk, member_id)
    here = f"/registry/members/{member_id}"
    for page in ("/registry/ledger", here, f"{here}/away"):
        assert f"{here}/away/details" in (await browser.get(page)).text, page
    form = await browser.get(f"{here}/away/details")
    assert ('value="文三路1号"' in form.text, 'value="2027-03-01"' in form.text) == (True, True)
    said = {"destination": "苏州市姑苏区", "address": "观前街2号", "from": "2026-11-21", "reason": "女儿换了工作"}
    wrong = await browser.post(f"{here}/away/details", data=said | {"from": "2026-11-19"})
    assert (wrong.status_code, "不能写得更早" in wrong.text) == (409, True)
    assert (await browser.post(f"{here}/away/details", data=said | {"reason": ""})).status_code == 422
    done = await browser.post(f"{here}/away/details", data=said)
    assert ("已记下石连生在外的新情况" in done.text, "苏州市姑苏区" in done.text, "撤回" in done.text) == (
        True,
        True,
        True,
    )
    row = await ledger_row(clerk, member_id)
    assert (row["destination"], row["address"], row["since"], row["expected_return"]) == (
        "苏州市姑苏区", "观前街2号", "2026-11-20", None,
    )  # fmt: skip
    back = await browser.post(f"{here}/away/details/undo")
    assert "恢复成改之前的" in back.text
    row = await ledger_row(clerk, member_id)
    assert (row["destination"], row["address"], row["expected_return"]) == ("杭州市西湖区", "文三路1号", "2027-03-01")

    path, key = f"{API}/{member_id}/away-details", {"Idempotency-Key": "away-1"}
    body = {"destination": "无锡市", "from": "2026-11-21", "reason": "换租"}
    first = await clerk.post(path, json=body, headers=key)
    assert (first.status_code, len(first.json()["facts"])) == (201, 1)
    assert (await clerk.post(path, json=body, headers=key)).json() == first.json()
    assert (await asked(clerk, path, **body))["facts"] == []
    assert len((await asked(clerk, f"{path}/undo"))["facts"]) == 1
    assert (await clerk.post(f"{path}/undo", json={})).json()["reason"] == "nothing_to_put_back"
    row = await ledger_row(clerk, member_id)
    assert (row["destination"], row["reason"]) == ("杭州市西湖区", left["reason"]), (
        "why they left is not why it changed"
    )
    assert (await clerk.post(path, json=body | {"expected_return": "2026-01-01"})).status_code == 422
    at_home = await enrolled(clerk)
    for there in (f"{API}/{at_home}/away-details", f"{API}/{at_home}/away-details/undo"):
        assert (await clerk.post(there, json=body)).status_code == 409
    assert "没有登记外出" in (await browser.get(f"/registry/members/{at_home}/away/details")).text
    assert (await clerk.post(f"{API}/nobody/away-details", json=body)).status_code == 404
    async with office.asking(Role.AUDITOR) as auditor, office.asking(scope=SHIQUAN) as stranger:
        assert (await auditor.post(path, json=body)).status_code == 403
        assert (await auditor.get(f"{here}/away/details")).status_code == 403
        assert (await stranger.post(path, json=body)).status_code == 404
