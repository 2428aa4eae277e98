"""Dues that were paid or are owed, through the API and on their pages: paper, refunds, reductions, calls."""

from __future__ import annotations

from typing import Any

import httpx

from services.shell.identity.caller import Role
from tests.desk import SHIQUAN
from tests.registry.office import Office, asked, enrolled, seq_of
from tests.shell.paper import pages_of, text_of

MEMBERS = "/registry/api/members"


async def paid(client: httpx.AsyncClient, member_id: str, *months: str, fen: int = 1710, **other: Any) -> str:
    body = {"months": months, "amount_fen": fen * len(months), "paid_on": "2026-11-20", "method": "cash"} | other
    number: str = (await asked(client, f"{MEMBERS}/{member_id}/pay-dues", **body))["receipt_no"]
    return number


async def refused(client: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status_code == 409, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def states(client: httpx.AsyncClient, member_id: str) -> dict[str, str]:
    items = (await client.get(f"{MEMBERS}/{member_id}/dues?from=2026-08&to=2026-12")).json()["items"]
    return {one["month"]: one["state"] for one in items}


async def somebody_here_since_august(client: httpx.AsyncClient, **other: Any) -> str:
    return await enrolled(client, on="2026-08-01", **other)


async def test_the_first_paper_is_the_receipt_and_what_is_printed_later_a_copy(
    clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    member_id = await somebody_here_since_august(clerk, name="陆文华")
    number = await paid(clerk, member_id, "2026-08", "2026-09", payer="陆小军", method="wechat")
    here = f"/registry/members/{member_id}/receipts/{number}"
    page = (await browser.get(here)).text
    for words in (number, "34.20 元", "2026年8、9月", "陆小军代缴", "微信", "打印收据"):
        assert words in page

    key = {"idempotency_key": "print-once"}
    for _ in range(2):  # the same press of the button: the same paper
        first = await browser.post(f"{here}/print", data=key)
        assert first.headers["content-type"] == "application/pdf"
        words = text_of(first.content)
        assert pages_of(first.content) == 1
        for said in ("党费收据", number, "陆文华", "第三党支部", "人民币叁拾肆元贰角整", "34.20 元", "陆小军", "微信"):
            assert said in words
        assert "副本" not in words
    again = await browser.post(f"{here}/print", data={"idempotency_key": "print-twice"})
    assert "副本" in text_of(again.content)
    assert "副本" in text_of((await browser.get(f"{here}.pdf")).content)
    assert (await asked(clerk, f"{MEMBERS}/{member_id}/receipts/{number}/issue"))["copy"] is True


async def test_a_receipt_of_somebody_else_or_another_place_is_not_found(
    office: Office, clerk: httpx.AsyncClient
) -> None:
    member_id, other_id = await somebody_here_since_august(clerk), await somebody_here_since_august(clerk)
    number = await paid(clerk, member_id, "2026-08")
    assert (await clerk.get(f"/registry/members/{other_id}/receipts/{number}.pdf")).status_code == 404
    assert (await refused(clerk, f"{MEMBERS}/{other_id}/receipts/{number}/issue"))["reason"] == "no_receipt"
    assert (await clerk.get(f"/registry/members/{member_id}/receipts/x")).status_code == 422
    async with office.asking(scope=SHIQUAN) as stranger, office.asking(Role.VISITOR) as visitor:
        assert (await stranger.get(f"/registry/members/{member_id}/receipts/{number}")).status_code == 404
        assert (await visitor.get(f"/registry/members/{member_id}/receipts/{number}")).status_code == 403
        refund = {"reason": "重复收"}
        there = f"{MEMBERS}/{member_id}/receipts/{number}/refund"
        assert (await stranger.post(there, json=refund)).status_code == 404
        assert (await visitor.post(there, json=refund)).status_code == 403


async def test_money_is_given_back_under_a_number_of_its_own_and_the_month_is_owing_again(
    clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    member_id = await somebody_here_since_august(clerk, name="谢春梅")
    number = await paid(clerk, member_id, "2026-08", "2026-09", "2026-10")
    there = f"{MEMBERS}/{member_id}/receipts/{number}/refund"
    assert (await clerk.post(there, json={})).status_code == 422
    body = {"months": ["2026-09"], "reason": "九月由单位代扣过", "on": "2026-11-21"}
    answers = [(await clerk.post(there, json=body, headers={"idempotency-key": "back"})).json() for _ in range(2)]
    assert answers[0] == answers[1]
    refund_no = answers[0]["refund_no"]
    assert int(refund_no[5:]) == int(number[5:]) + 1
    assert answers[0]["amount_fen"] == 1710
    assert (await refused(clerk, there, **body))["reason"] == "not_on_receipt"
    assert (await refused(clerk, there, **body | {"on": "2026-12-01"}))["reason"] == "in_future"

    after = answers[0]["facts"][-1]["seq"]
    await clerk.get(f"/registry/api/branches?after=REGISTRY:{after}")
    assert await states(clerk, member_id) == {
        "2026-08": "paid", "2026-09": "owing", "2026-10": "paid", "2026-11": "due", "2026-12": "due",
    }  # fmt: skip
    (shown,) = (await clerk.get(f"{MEMBERS}/{member_id}/receipts")).json()["items"]
    assert [one["refund_no"] for one in shown["months"]] == [None, refund_no, None]
    slip = text_of((await clerk.get(f"/registry/members/{member_id}/refunds/{refund_no}.pdf")).content)
    for words in ("党费退款单", refund_no, f"退自收据 {number}", "人民币壹拾柒元壹角整"):
        assert words in slip
    page = (await browser.get(f"/registry/members/{member_id}")).text
    assert "九月由单位代扣过" in page
    assert refund_no in page

    await paid(clerk, member_id, "2026-09")
    assert (await states(clerk, member_id))["2026-09"] == "paid"


async def test_a_refund_on_the_page_says_which_months_and_leads_back_to_the_receipt(
    clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    member_id = await somebody_here_since_august(clerk)
    number = await paid(clerk, member_id, "2026-08")
    form = f"/registry/members/{member_id}/receipts/{number}/refund"
    assert "退哪几个月" in (await browser.get(form)).text
    none = await browser.post(form, data={"reason": "收错了人", "on": "2026-11-21"})
    assert none.status_code == 422
    assert "请选要退哪几个月" in none.text
    done = await browser.post(form, data={"reason": "收错了人", "months": "2026-08", "on": "2026-11-21"})
    assert "又记为未缴" in done.text
    assert "退款单" in done.text


async def test_two_people_decide_about_a_reduction_and_then_it_counts(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await somebody_here_since_august(clerk)
    await paid(clerk, member_id, "2026-08")
    there = f"{MEMBERS}/{member_id}/reductions"
    wish = {"first": "2026-08", "last": "2026-10", "pays_fen": 0, "reason": "老伴住院"}
    assert (await clerk.post(there, json=wish | {"last": "2026-07"})).status_code == 422
    too_long = await refused(clerk, there, **wish | {"last": "2027-08"})
    assert (too_long["reason"], too_long["details"]["clause"]) == ("too_long", "§2.7")
    reduction_id = (await asked(clerk, there, **wish))["reduction_id"]
    assert (await refused(clerk, there, **wish))["reason"] == "already_reduced"
    assert (await states(clerk, member_id))["2026-09"] == "owing"
    assert (await clerk.post(f"{there}/{reduction_id}/approve", json={})).status_code == 403

    async with office.asking(Role.SUPERVISOR, scope="demo", name="shuji") as same:
        assert (await refused(same, f"{there}/{reduction_id}/approve"))["reason"] == "same_person"
    async with office.asking(Role.SUPERVISOR, scope="demo", name="qian") as superior:
        (waiting,) = (await superior.get("/registry/api/dues/reductions")).json()["items"]
        assert (waiting["member_id"], waiting["why"]) == (member_id, "老伴住院")
        assert "老伴住院" in (await superior.get("/registry/dues/reductions")).text
        await asked(superior, f"{there}/{reduction_id}/approve")
        assert (await asked(superior, f"{there}/{reduction_id}/approve"))["facts"] == []
        assert (await superior.get("/registry/api/dues/reductions")).json()["items"] == []
        assert (await refused(superior, f"{there}/{reduction_id}/refuse", reason="不"))["reason"] == "already_approved"
    sheet = (await clerk.get(f"{MEMBERS}/{member_id}/dues?from=2026-08")).json()
    by_month = {one["month"]: one for one in sheet["items"]}
    assert (by_month["2026-08"]["state"], by_month["2026-08"]["paid_fen"]) == ("over", 1710)
    assert (by_month["2026-09"]["state"], by_month["2026-09"]["clause"]) == ("waived", "§2.7")
    assert by_month["2026-11"]["state"] == "due"
    pay = {"months": ["2026-09"], "amount_fen": 0, "paid_on": "2026-11-20"}
    assert (await refused(clerk, f"{MEMBERS}/{member_id}/pay-dues", **pay))["reason"] == "waived"

    end = {"last": "2026-08", "reason": "情况好转"}
    await asked(clerk, f"{there}/{reduction_id}/end", **end)
    assert (await asked(clerk, f"{there}/{reduction_id}/end", **end))["facts"] == []
    assert (await states(clerk, member_id))["2026-09"] == "owing"


async def test_a_reduction_that_is_not_approved_changes_nothing(
    office: Office, clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    member_id = await somebody_here_since_august(clerk, name="崔长河")
    page = f"/registry/members/{member_id}"
    wrong = await browser.post(f"{page}/reduction", data={"first": "2026-11", "last": "2026-12", "pays": "一元"})
    assert wrong.status_code == 422
    assert "请写成元" in wrong.text
    told = await browser.post(
        f"{page}/reduction", data={"first": "2026-11", "last": "2026-12", "pays": "0.50", "reason": "大病"}
    )
    assert "上级批准以前" in told.text
    assert "等上级批准" in told.text
    (one,) = (await clerk.get(f"{MEMBERS}/{member_id}/reductions")).json()["items"]
    assert one["pays_fen"] == 50
    async with office.asking(Role.SUPERVISOR, scope="demo", name="qian") as superior:
        superior.headers["accept"] = "text/html"
        assert "不批准" in (await superior.get(f"{page}/dues")).text
        there = f"{page}/reductions/{one['reduction_id']}"
        sent = await superior.post(f"{there}/refuse", data={"reason": "请补材料"})
        assert sent.status_code == 303, sent.text
        late = await superior.post(f"{there}/approve", data={})
        assert late.status_code == 409
        assert "请支部重新决定" in late.text
    assert "请补材料" in (await browser.get(f"{page}/dues")).text


async def test_a_pension_that_becomes_known_late_shows_what_is_lacking_and_it_can_be_paid_up(
    clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    member_id = await somebody_here_since_august(clerk)
    number = await paid(clerk, member_id, "2026-08", "2026-09")
    await asked(clerk, f"{MEMBERS}/{member_id}/pension-basis", basis_fen=400000, since="2026-09-01")
    assert (await states(clerk, member_id))["2026-09"] == "short"
    (receipt,) = (await clerk.get(f"{MEMBERS}/{member_id}/receipts")).json()["items"]
    assert [one["paid_fen"] for one in receipt["months"]] == [1710, 1710]
    page = (await browser.get(f"/registry/members/{member_id}/dues")).text
    assert "应补差额 2.90 元" in page
    assert "补差额" in (await browser.get(f"/registry/members/{member_id}/pay-dues?months=2026-09")).text
    pay = {"months": ["2026-09"], "amount_fen": 2000, "paid_on": "2026-11-20"}
    assert (await refused(clerk, f"{MEMBERS}/{member_id}/pay-dues", **pay))["details"]["expected_fen"] == 290
    second = await paid(clerk, member_id, "2026-09", fen=290)
    assert second != number
    assert (await states(clerk, member_id))["2026-09"] == "paid"
    await asked(clerk, f"{MEMBERS}/{member_id}/pension-basis", basis_fen=342000, since="2026-09-02")
    await asked(clerk, f"{MEMBERS}/{member_id}/pension-basis", basis_fen=300000, since="2026-08-01")
    assert (await states(clerk, member_id))["2026-08"] == "over"


async def test_a_call_is_noted_and_changes_nothing_else(clerk: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    member_id = await somebody_here_since_august(clerk)
    told = await clerk.post(
        f"{MEMBERS}/{member_id}/dues-call",
        json={"spoke_with": "family", "note": "女儿月底来缴"},
        headers={"idempotency-key": "call"},
    )
    assert told.status_code == 201, told.text
    await clerk.get(f"/registry/api/branches?after={seq_of(told)}")
    page = (await browser.get(f"/registry/members/{member_id}/dues")).text
    assert "和家属通了话" in page
    assert "女儿月底来缴" in page
    assert (await states(clerk, member_id))["2026-08"] == "owing"
