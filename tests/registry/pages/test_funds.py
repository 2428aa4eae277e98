"""Activity money through the API and on its pages."""

from __future__ import annotations

from itertools import count
from typing import Any

import httpx

from services.shell.identity.caller import Role
from tests.desk import JINQIAO, SHIQUAN
from tests.registry.office import Office, asked, enrolled, id_number
from tests.shell.paper import text_of

API = "/registry/api/branches"
_names = count(1)
SAID: dict[str, Any] = {
    "amount_fen": 30_000, "purpose": "study", "what": "订报", "on": "2026-11-20", "voucher": "No.1", "payee": "邮局",
}  # fmt: skip
TYPED = {"amount": "300", "purpose": "study", "what": "订报", "on": "2026-11-20", "voucher": "No.1"}


async def formed(client: httpx.AsyncClient, members: int = 2, community: str = JINQIAO) -> str:
    """A branch of its own with so many members: its id."""
    name = f"经费第{next(_names)}支部"
    branch_id: str = (await asked(client, API, name=name, community=community, on="2026-01-05"))["branch_id"]
    for _ in range(members):
        await enrolled(client, branch=branch_id, community=community)
    return branch_id


async def shown(client: httpx.AsyncClient, branch_id: str, query: str = "") -> dict[str, Any]:
    answer = await client.get(f"{API}/{branch_id}/funds{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_given_by_the_head_spent_and_left(clerk: httpx.AsyncClient) -> None:
    branch_id = await formed(clerk)
    there = f"{API}/{branch_id}/funds"
    key = {"idempotency-key": "f-1"}
    made = await clerk.post(f"{there}/allocate", json={"year": 2026}, headers=key)
    assert (await clerk.post(f"{there}/allocate", json={"year": 2026}, headers=key)).json() == made.json()
    again = await clerk.post(f"{there}/allocate", json={"year": 2026})
    assert (again.status_code, again.json()["reason"]) == (409, "funds_by_head_before")
    spent = await asked(clerk, f"{there}/spend", **SAID)
    assert (spent["state"], spent["clause"]) == ("spent", None)
    found = await shown(clerk, branch_id)
    assert (found["allocated_fen"], found["spent_fen"], found["left_fen"]) == (40_000, 30_000, 10_000)
    assert (found["allocations"][0]["members"], found["allocations"][0]["clause"]) == (2, "§20.1")
    assert found["by_purpose"] == [{"called": "学习资料和培训", "spent_fen": 30_000, "payments": 1}]
    assert found["spending"][0]["payee"] == "邮局"
    slip = await clerk.post(f"{there}/spend", json=SAID)
    assert (slip.status_code, slip.json()["reason"]) == (409, "spending_noted_before")
    much = await clerk.post(f"{there}/spend", json=SAID | {"what": "再订一份"})
    assert (much.status_code, much.json()["reason"]) == (409, "not_enough_funds")
    assert "2026年可用的只剩 100.00 元" in much.json()["detail"]
    before = await shown(clerk, branch_id, "?as_of=2026-11-19")
    assert (before["allocated_fen"], before["spent_fen"]) == (0, 0)
    next_year = await shown(clerk, branch_id, "?year=2027")
    assert (next_year["carried_fen"], next_year["left_fen"], next_year["clause_carried"]) == (10_000, 10_000, "§20.4")


async def test_corrections_and_slips_give_the_money_back(clerk: httpx.AsyncClient) -> None:
    branch_id = await formed(clerk, 0)
    there = f"{API}/{branch_id}/funds"
    nobody = await clerk.post(f"{there}/allocate", json={"year": 2026})
    assert (nobody.status_code, nobody.json()["reason"]) == (409, "funds_for_nobody")
    given = await asked(clerk, f"{there}/allocate", year=2026, source="superior", amount_fen=50_000)
    one = (await asked(clerk, f"{there}/spend", **SAID))["spending_id"]
    right = SAID | {"amount_fen": 3_000, "reason": "多写了一个零"}
    two = (await asked(clerk, f"{there}/{one}/correct", **right))["spending_id"]
    assert (await asked(clerk, f"{there}/{two}/correct", **right))["facts"] == []
    assert (await shown(clerk, branch_id))["left_fen"] == 47_000
    old = (await clerk.get(f"{there}/{one}")).json()
    assert (old["state"], old["replaced_by"]) == ("replaced", two)
    assert (await clerk.get(f"{there}/{two}")).json()["why"] == "多写了一个零"
    await asked(clerk, f"{there}/{two}/take-back", reason="退货")
    assert (await asked(clerk, f"{there}/{two}/take-back", reason="退货"))["facts"] == []
    await asked(clerk, f"{there}/allocations/{given['allocation_id']}/take-back", reason="记到别的支部了")
    found = await shown(clerk, branch_id)
    assert (found["allocated_fen"], found["spent_fen"], found["left_fen"]) == (0, 0, 0)


async def test_what_was_known_then_is_shown_as_it_was(
    office: Office, clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    branch_id = await formed(clerk, 0)
    there, here = f"{API}/{branch_id}/funds", f"/registry/branches/{branch_id}/funds"
    await asked(clerk, f"{there}/allocate", year=2026, source="superior", amount_fen=90_000, on="2026-03-01")
    one = (await asked(clerk, f"{there}/spend", **SAID))["spending_id"]
    office.clock.go_on(hours=2)
    moment = office.clock.now.isoformat().replace("+", "%2B")
    office.clock.go_on(hours=1)
    await asked(clerk, f"{there}/{one}/correct", **SAID | {"amount_fen": 50_000, "reason": "漏了一张"})
    before, now = await shown(clerk, branch_id, f"?known_at={moment}"), await shown(clerk, branch_id)
    assert [each["spent_fen"] for each in (before, now)] == [30_000, 50_000]
    assert [len(each["spending"]) for each in (before, now)] == [1, 2]
    spring = await shown(clerk, branch_id, f"?known_at={moment}&as_of=2026-03-02")
    assert (spring["allocated_fen"], spring["spent_fen"], spring["left_fen"]) == (90_000, 0, 90_000)
    page = await browser.get(f"{here}?year=2026&as_of=2026-03-02")
    assert ("这是2026年3月2日那天的情况" in page.text, "记支出" in page.text) == (True, False)
    bar = await browser.get(f"{here}?year=2026&as_of=2026-11-21&known_at=2026-11-21")
    assert "回到现在" not in bar.text
    assert (await clerk.get(f"{there}?known_at=gestern")).status_code == 422


async def test_above_the_limit_somebody_else_approves(office: Office, clerk: httpx.AsyncClient) -> None:
    branch_id = await formed(clerk, 0)
    there = f"{API}/{branch_id}/funds"
    await asked(clerk, f"{there}/allocate", year=2026, source="superior", amount_fen=500_000)
    waits = await asked(clerk, f"{there}/spend", **SAID | {"amount_fen": 200_000})
    assert (waits["state"], waits["clause"]) == ("asked", "§20.3")
    one = waits["spending_id"]
    found = await shown(clerk, branch_id)
    assert (found["spent_fen"], found["waiting_fen"], found["free_fen"]) == (0, 200_000, 300_000)
    own = await clerk.post(f"{there}/{one}/approve")
    assert (own.status_code, own.json()["reason"]) == (409, "same_hand")
    assert one in {each["spending_id"] for each in (await clerk.get("/registry/api/funds/waiting")).json()["items"]}
    assert "等您审批的支出" not in (await clerk.get("/registry/panels/today")).text
    async with office.asking(Role.WORKER, name="ganshi") as worker:
        assert f"/funds/{one}" in (await worker.get("/registry/panels/today")).text
    async with office.asking(Role.SUPERVISOR, name="jiedao") as street:
        assert "审批" in (await street.get("/registry/funds", headers={"accept": "text/html"})).text
        await asked(street, f"{there}/{one}/approve")
        assert (await asked(street, f"{there}/{one}/approve"))["facts"] == []
        assert (await street.post(f"{there}/spend", json=SAID)).status_code == 403
    assert (await clerk.get(f"{there}/{one}")).json()["approved_by"] == "jiedao"
    other = (await asked(clerk, f"{there}/spend", **SAID | {"amount_fen": 150_000}))["spending_id"]
    async with office.asking(Role.WORKER, name="ganshi") as worker:
        await asked(worker, f"{there}/{other}/refuse", reason="先问一下价")
    late = await clerk.post(f"{there}/{other}/approve")
    assert (late.status_code, late.json()["reason"]) == (409, "no_spending")
    third = (await asked(clerk, f"{there}/spend", **SAID | {"amount_fen": 150_000}))["spending_id"]
    await asked(clerk, f"{there}/{third}/withdraw", reason="不买了")
    assert {each["state"] for each in (await shown(clerk, branch_id))["spending"]} == {
        "spent", "refused", "withdrawn",
    }  # fmt: skip


async def test_money_for_an_activity_stands_on_its_page(clerk: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    branch_id = await formed(clerk)
    there = f"{API}/{branch_id}/funds"
    await asked(clerk, f"{there}/allocate", year=2026)
    body = {"title": "秋游", "kind": "outing", "starts_at": "2026-11-20T09:00:00+08:00", "branch": branch_id}
    activity_id = (await asked(clerk, "/registry/api/activities", **body))["activity_id"]
    untied = await clerk.post(f"{there}/spend", json=SAID | {"purpose": "activity"})
    assert (untied.status_code, untied.json()["reason"]) == (409, "which_activity")
    unknown = await clerk.post(f"{there}/spend", json=SAID | {"activity": "nothing"})
    assert unknown.status_code == 422
    foreign = await formed(clerk, 0)
    await asked(clerk, f"{API}/{foreign}/funds/allocate", year=2026, source="other", amount_fen=50_000)
    wrong = await clerk.post(f"{API}/{foreign}/funds/spend", json=SAID | {"activity": activity_id})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "activity")
    form = await browser.get(f"/registry/branches/{branch_id}/funds/spend?activity={activity_id}")
    assert "秋游 · 11月20日" in form.text
    await asked(clerk, f"{there}/spend", **SAID | {"purpose": "activity", "activity": activity_id, "what": "租车"})
    shown_there = (await clerk.get(f"/registry/api/activities/{activity_id}")).json()["branch_spending"]
    assert [(one["what"], one["amount_fen"]) for one in shown_there] == [("租车", 30_000)]
    page = (await browser.get(f"/registry/activities/{activity_id}")).text
    assert ("支部经费支出" in page, "租车" in page) == (True, True)
    meeting = {"kind": "theme_day", "branch": branch_id, "starts_at": "2026-11-20T09:00:00+08:00", "title": "主题日"}
    meeting_id = (await asked(clerk, "/registry/api/meetings", **meeting))["meeting_id"]
    tied = SAID | {"purpose": "meeting", "meeting": meeting_id, "amount_fen": 1_000, "what": "茶水"}
    await asked(clerk, f"{there}/spend", **tied)
    assert "茶水" in (await browser.get(f"/registry/meetings/{meeting_id}")).text


async def test_bad_input_wrong_role_wrong_scope(office: Office, clerk: httpx.AsyncClient) -> None:
    branch_id = await formed(clerk, 0)
    there, page = f"{API}/{branch_id}/funds", f"/registry/branches/{branch_id}/funds"
    for path, wrong in (
        ("allocate", {"year": 2026, "source": "superior"}),
        ("allocate", {"year": 26}),
        ("spend", SAID | {"amount_fen": 0}),
        ("spend", SAID | {"voucher": ""}),
        ("spend", SAID | {"purpose": "两个字"}),
        ("nothing/take-back", {}),
    ):
        assert (await clerk.post(f"{there}/{path}", json=wrong)).status_code == 422, wrong
    assert (await clerk.get(f"{API}/nothing/funds")).status_code == 404
    assert (await clerk.get(f"{there}/nothing")).status_code == 404
    assert (await clerk.get(f"{there}?year=12")).status_code == 422
    async with office.asking(scope=SHIQUAN) as stranger:
        assert (await stranger.get(there)).status_code == 404
        assert (await stranger.post(f"{there}/spend", json=SAID)).status_code == 404
        listed = (await stranger.get("/registry/api/funds")).json()["items"]
        assert branch_id not in {one["branch_id"] for one in listed}
    async with office.asking(Role.AUDITOR) as auditor:
        assert (await auditor.get(there)).status_code == 200
        assert (await auditor.post(f"{there}/allocate", json={"year": 2026})).status_code == 403
        assert (await auditor.post(f"{there}/x/approve")).status_code == 403
        assert (await auditor.get(f"{page}/spend")).status_code == 403
    for role in (Role.OPERATOR, Role.VISITOR):
        async with office.asking(role) as other:
            assert (await other.get(there)).status_code == 403
            assert (await other.get("/registry/funds.csv")).status_code == 403


async def test_the_pages_lead_from_nothing_to_a_correction(
    clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    branch_id = await formed(clerk, 3)
    here = f"/registry/branches/{branch_id}/funds"
    empty = await browser.get(here)
    assert ("2026年还没有下达经费" in empty.text, "共 600.00 元" in empty.text) == (True, True)
    assert here in (await browser.get(f"/registry/branches/{branch_id}")).text
    wrong = await browser.post(f"{here}/allocate", data={"year": "2026", "source": "superior", "amount": "很多"})
    assert (wrong.status_code, "不是金额" in wrong.text) == (422, True)
    made = await browser.post(f"{here}/allocate", data={"year": "2026", "source": "per_head"})
    assert ("经费已下达" in made.text, "3 人，每人 200.00 元" in made.text) == (True, True)
    bad = await browser.post(f"{here}/spend", data=TYPED | {"amount": "900"})
    assert (bad.status_code, "可用的只剩 600.00 元" in bad.text, 'value="订报"' in bad.text) == (409, True, True)
    paid = await browser.post(f"{here}/spend", data=TYPED)
    assert ("支出已记下" in paid.text, "撤回" in paid.text) == (True, True)
    one = str(paid.url.path)
    assert 'value="300"' in (await browser.get(f"{one}/correct")).text
    lacking = await browser.post(f"{one}/correct", data=TYPED | {"amount": "200"})
    assert lacking.status_code == 422
    fixed = await browser.post(f"{one}/correct", data=TYPED | {"amount": "200", "reason": "抄错"})
    assert ("更正，支出 200.00 元：订报" in fixed.text, "原来记的" in fixed.text) == (True, True)
    assert "现在算数的那笔" in (await browser.get(one)).text
    gone = await browser.post(f"{fixed.url.path}/take-back", data={"reason": "退货"})
    assert "钱回到结余里" in gone.text
    year = await browser.get(here)
    assert ("已更正" in year.text, "已撤销" in year.text, "600.00 元" in year.text) == (True, True, True)
    waits = await browser.post(f"{here}/allocate", data={"year": "2026", "source": "other", "amount": "5000"})
    waits = await browser.post(f"{here}/spend", data=TYPED | {"amount": "1500"})
    assert "等另一位负责人审批" in waits.text
    own = await browser.post(f"{waits.url.path}/approve")
    assert (own.status_code, "登记的人不能自己审批" in own.text) == (409, True)


async def test_money_that_followed_members_is_given_once(clerk: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    branch_id, number = await formed(clerk, 0), id_number()
    member_id = await enrolled(clerk, branch=branch_id, id_number=number, name="随转一")
    handovers = "/registry/api/handovers"
    batch_id = (await asked(clerk, handovers, employer="市第二毛纺厂", on="2026-11-02"))["batch_id"]
    listed = {"name": "随转一", "id_number": number, "funds_fen": 60_000}
    await asked(clerk, f"{handovers}/{batch_id}/list", people=[listed])
    here = f"/registry/branches/{branch_id}/funds"
    assert "下达随转的经费" not in (await browser.get(here)).text
    await asked(clerk, f"{handovers}/{batch_id}/accept", takes=[{"row": 1, "member": member_id}])
    page = await browser.get(here)
    assert ("还有 600.00 元 没有下达" in page.text, 'name="amount" value="600.00"' in page.text) == (True, True)
    sent = {"year": "2026", "source": "handed_over", "amount": "600.00", "note": "移交单位随转，1 人"}
    given = await browser.post(f"{here}/allocate", data=sent)
    assert ("经费已下达" in given.text, "下达随转的经费" in given.text) == (True, False)


async def test_the_report_adds_up_and_can_be_taken_along(clerk: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    evil = "=1+1支部"
    branch_id = (await asked(clerk, API, name=evil, community=JINQIAO))["branch_id"]
    there = f"{API}/{branch_id}/funds"
    await asked(clerk, f"{there}/allocate", year=2025, source="superior", amount_fen=7_700)
    await asked(clerk, f"{there}/spend", **SAID | {"amount_fen": 1_100})
    found = (await clerk.get("/registry/api/funds?year=2026")).json()
    own = next(one for one in found["items"] if one["branch_id"] == branch_id)
    assert (own["carried_fen"], own["spent_fen"], own["left_fen"]) == (7_700, 1_100, 6_600)
    assert found["total"]["left_fen"] == sum(one["left_fen"] for one in found["items"])
    text = (await clerk.get("/registry/funds.csv?year=2026")).content.decode("utf-8-sig")
    assert ("'=1+1支部" in text, "66.0" in text) == (True, True)
    assert evil in (await browser.get("/registry/funds")).text
    then = await browser.get("/registry/funds?year=2026&as_of=2026-11-19")
    assert "这是当时的情况" in then.text
    own_then = (await clerk.get("/registry/api/funds?year=2026&as_of=2026-11-19")).json()["items"]
    assert next(one["spent_fen"] for one in own_then if one["branch_id"] == branch_id) == 0
    sheet = await clerk.get("/registry/funds.pdf?year=2026")
    assert (sheet.headers["content-type"], "党员活动经费情况表" in text_of(sheet.content)) == ("application/pdf", True)
    own_sheet = text_of((await clerk.get(f"/registry/branches/{branch_id}/funds/sheet.pdf")).content)
    assert ("党员活动经费明细" in own_sheet, "订报" in own_sheet, "No.1" in own_sheet) == (True, True, True)
