"""Take-over through the API and on its pages: a unit's batch from its list to the signed receipt."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import httpx
from openpyxl import Workbook

from services.shell.identity.caller import Role
from tests.desk import JINQIAO, SHIQUAN
from tests.registry.office import Office, enrolled, id_number, seq_of
from tests.registry.pages.test_pages import filled_in, form_of

API = "/registry/api/handovers"
PAGES = "/registry/handovers"


async def done(client: httpx.AsyncClient, path: str, body: Any = None, **headers: str) -> Any:
    """A command that is taken, and visible."""
    answer = await client.post(path, json=body if body is not None else {}, headers=headers)
    assert answer.status_code == 201, answer.text
    if answer.json()["facts"]:
        assert (await client.get(f"{API}?after={seq_of(answer)}")).status_code == 200
    return answer.json()


async def opened(client: httpx.AsyncClient, employer: str, *people: dict[str, Any]) -> str:
    """A batch with these people on its list."""
    batch_id: str = (await done(client, API, {"employer": employer, "on": "2026-11-02"}))["batch_id"]
    if people:
        await done(client, f"{API}/{batch_id}/list", {"people": people})
    return batch_id


async def rows_of(client: httpx.AsyncClient, batch_id: str) -> dict[str, dict[str, Any]]:
    """The lines of a batch, by name."""
    return {row["name"]: row for row in (await client.get(f"{API}/{batch_id}")).json()["rows"]}


async def somebody(client: httpx.AsyncClient, name: str, **differently: Any) -> tuple[str, dict[str, Any]]:
    """A member, and the line that a unit writes about them."""
    number = id_number()
    member_id = await enrolled(client, name=name, id_number=number, **differently)
    return member_id, {"name": name, "id_number": number, "funds_fen": 60000}


async def test_a_batch_goes_from_its_list_to_a_closed_receipt(clerk: httpx.AsyncClient) -> None:
    member_id, known = await somebody(clerk, "周秀芳")
    stranger: dict[str, Any] = {"name": "钱三", "id_number": id_number(), "funds_fen": 50000}
    batch_id = await opened(clerk, "市第一纺织厂", known, stranger)
    rows = await rows_of(clerk, batch_id)
    assert (rows["周秀芳"]["fit"], rows["周秀芳"]["record_id"]) == ("here", member_id)
    assert (rows["钱三"]["fit"], rows["钱三"]["id_masked"][-4:]) == ("unknown", stranger["id_number"][-4:])
    assert known["id_number"] not in (await clerk.get(f"{API}/{batch_id}")).text
    early = await clerk.post(f"{API}/{batch_id}/close", json={})
    assert (early.status_code, early.json()["reason"]) == (409, "rows_open")
    take = {"takes": [{"row": rows["周秀芳"]["row"], "member": member_id}]}
    assert len((await done(clerk, f"{API}/{batch_id}/accept", take))["facts"]) == 2
    assert (await done(clerk, f"{API}/{batch_id}/accept", take))["facts"] == []
    refusal = {"row": rows["钱三"]["row"], "why": "lives_elsewhere", "note": "已迁往苏州"}
    await done(clerk, f"{API}/{batch_id}/refuse", refusal)
    assert (await done(clerk, f"{API}/{batch_id}/refuse", refusal))["facts"] == []
    await done(clerk, f"{API}/{batch_id}/close", {"funds_fen": 60000})
    assert (await done(clerk, f"{API}/{batch_id}/close"))["facts"] == []
    closed = (await clerk.get(f"{API}/{batch_id}")).json()
    expected = {"state": "closed", "accepted": 1, "refused": 1, "funds_fen": 60000, "accepted_fen": 60000}
    assert {name: closed[name] for name in expected} == expected
    history = (await clerk.get(f"/registry/api/members/{member_id}/history")).json()["items"]
    assert history[0]["type"] == "hearth.member.taken_over.v1"
    assert (history[0]["effective"], history[0]["data"]["funds_fen"]) == ("2026-11-21", 60000)
    receipt = (await clerk.get(f"{PAGES}/{batch_id}/receipt")).text
    for words in ("市第一纺织厂", "周秀芳", "600.00", "不在本社区居住；已迁往苏州", "接收社区（盖章）"):
        assert words in receipt, words


async def test_the_same_request_twice_is_one(clerk: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "open-1"}
    first = await clerk.post(API, json={"employer": "市电机厂"}, headers=key)
    again = await clerk.post(API, json={"employer": "市电机厂"}, headers=key)
    assert first.json() == again.json()
    there = f"{API}/{first.json()['batch_id']}"
    people = {"people": [{"name": "赵一", "id_number": id_number()}, {"name": "赵二"}]}
    listed = await clerk.post(f"{there}/list", json=people, headers={"Idempotency-Key": "list-1"})
    assert len(listed.json()["facts"]) == 3
    assert (
        await clerk.post(f"{there}/list", json=people, headers={"Idempotency-Key": "list-1"})
    ).json() == listed.json()
    assert (await done(clerk, f"{there}/list", people))["facts"] == [], "they are on the list already"
    one = (await rows_of(clerk, first.json()["batch_id"]))["赵二"]
    assert one["fit"] == "wrong_number"
    await done(clerk, f"{there}/unlist", {"row": one["row"]})
    assert (await done(clerk, f"{there}/unlist", {"row": one["row"]}))["facts"] == []
    await done(clerk, f"{there}/list", {"people": [{"name": "赵二"}]})
    assert (await rows_of(clerk, first.json()["batch_id"]))["赵二"]["row"] == 3, "a number is given once"
    await done(clerk, f"{there}/cancel")
    assert (await done(clerk, f"{there}/cancel"))["facts"] == []


async def test_a_unit_is_one_in_every_community_and_two_units_never_share_a_path(
    office: Office, clerk: httpx.AsyncClient
) -> None:
    async with office.asking(scope=SHIQUAN) as shiquan:
        path = {}
        for name, client in (("市仪表厂", clerk), ("市仪表 厂", shiquan), ("市宜彪厂", shiquan)):
            batch_id = (await done(client, API, {"employer": name}))["batch_id"]
            path[name] = (await client.get(f"{API}/{batch_id}")).json()["employer"]
    assert path["市仪表厂"] == path["市仪表 厂"] == "employers.demo.shiyibiaochang"
    assert path["市宜彪厂"] == "employers.demo.shiyibiaochang2", "it only sounds the same"


async def test_whoever_cannot_be_taken_over_is_told_apart(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id, known = await somebody(clerk, "沈阿大")
    first = await opened(clerk, "市钢厂", known)
    await done(clerk, f"{API}/{first}/accept", {"takes": [{"row": 1, "member": member_id}]})
    dead_id, dead = await somebody(clerk, "沈阿二")
    answer = await clerk.post(f"/registry/api/members/{dead_id}/die", json={"on": "2026-11-20"})
    assert answer.status_code == 201
    async with office.asking(scope=SHIQUAN) as shiquan:
        other_id, other = await somebody(shiquan, "沈阿三", community=SHIQUAN)
    called_otherwise = (await somebody(clerk, "沈阿四"))[1] | {"name": "沈四"}
    second = await opened(clerk, "市铁厂", known, dead, other, called_otherwise)
    assert (await clerk.get(f"{API}?after={seq_of(answer)}")).status_code == 200
    fits = {name: row["fit"] for name, row in (await rows_of(clerk, second)).items()}
    assert fits == {"沈阿大": "taken", "沈阿二": "died", "沈阿三": "elsewhere", "沈四": "other_name"}
    again = await clerk.post(f"{API}/{second}/accept", json={"takes": [{"row": 1, "member": member_id}]})
    assert (again.status_code, again.json()["reason"]) == (409, "taken_over_already")
    assert "市钢厂" in again.json()["detail"]
    stranger = await clerk.post(f"{API}/{second}/accept", json={"takes": [{"row": 3, "member": other_id}]})
    assert (stranger.status_code, stranger.json()["reason"]) == (409, "other_community_member")
    assert other_id not in (await clerk.get(f"{API}/{second}")).text, "that there is one is all that is said"
    page = (await clerk.get(f"{PAGES}/{second}")).text
    assert "在别的社区名册上" in page
    form = {"joined_on": "1968-07-01", "kind": "retired"}
    around = await clerk.post(f"{PAGES}/{second}/rows/3/enrol", data=form)
    assert around.status_code == 409, "whoever is on another roll is not taken over by enrolling them once more"
    assert (await rows_of(clerk, second))["沈阿三"]["state"] == "open"


async def test_a_slip_is_undone_before_and_after_closing(clerk: httpx.AsyncClient) -> None:
    member_id, known = await somebody(clerk, "何阿姨")
    batch_id = await opened(clerk, "市印刷厂", known)
    there = f"{API}/{batch_id}"
    take = {"takes": [{"row": 1, "member": member_id}]}
    await done(clerk, f"{there}/accept", take)
    cancel = await clerk.post(f"{there}/cancel", json={})
    assert (cancel.status_code, cancel.json()["reason"]) == (409, "has_accepted")
    assert len((await done(clerk, f"{there}/withdraw", {"row": 1}))["facts"]) == 2
    assert (await done(clerk, f"{there}/withdraw", {"row": 1}))["facts"] == []
    await done(clerk, f"{there}/refuse", {"row": 1, "why": "unwilling"})
    await done(clerk, f"{there}/withdraw", {"row": 1})
    await done(clerk, f"{there}/accept", take)
    await done(clerk, f"{there}/close")
    await done(clerk, f"{there}/reopen")
    assert (await done(clerk, f"{there}/reopen"))["facts"] == []
    await done(clerk, f"{there}/close")
    late = await clerk.post(f"{there}/withdraw", json={"row": 1})
    assert (late.status_code, late.json()["reason"]) == (409, "reason_needed")
    assert (await clerk.post(f"{there}/refuse", json={"row": 1, "why": "other"})).json()["reason"] == "handover_closed"
    await done(clerk, f"{there}/withdraw", {"row": 1, "reason": "同名的另一个人"})
    row = (await rows_of(clerk, batch_id))["何阿姨"]
    assert (row["state"], row["why_withdrawn"]) == ("withdrawn", "同名的另一个人")
    assert "撤回接收" in (await clerk.get(f"{PAGES}/{batch_id}/receipt")).text
    assert (await clerk.post(f"{there}/reopen", json={})).json()["reason"] == "closed_earlier"


async def test_bad_input_and_strangers_are_refused(office: Office, clerk: httpx.AsyncClient) -> None:
    batch_id = await opened(clerk, "市水厂", {"name": "孙一"})
    there = f"{API}/{batch_id}"
    for path, body in (
        (API, {"employer": ""}),
        (f"{there}/list", {"people": []}),
        (f"{there}/list", {"people": [{"name": "孙二", "funds_fen": -1}]}),
        (f"{there}/accept", {"takes": []}),
        (f"{there}/refuse", {"row": 1, "why": "no reason"}),
        (f"{there}/withdraw", {"row": 0}),
        (f"{there}/close", {"funds_fen": "viel"}),
    ):
        assert (await clerk.post(path, json=body)).status_code == 422, path
    future = await clerk.post(API, json={"employer": "市水厂", "on": "2027-01-01"})
    assert (future.status_code, future.json()["reason"]) == (409, "in_future")
    assert (await clerk.post(f"{there}/refuse", json={"row": 9, "why": "other"})).json()["reason"] == "no_row"
    assert (await clerk.get(f"{API}/nothing-here")).status_code == 404
    assert (await clerk.get(f"{PAGES}/{batch_id}/rows/9")).status_code == 404
    async with office.asking(scope=SHIQUAN) as stranger:
        assert (await stranger.get(there)).status_code == 404
        assert (await stranger.get(f"{PAGES}/{batch_id}/receipt")).status_code == 404
        assert (await stranger.post(f"{there}/list", json={"people": [{"name": "孙三"}]})).status_code == 404
        assert batch_id not in (await stranger.get(API)).text
    async with office.asking(Role.AUDITOR) as auditor:
        assert (await auditor.get(there)).status_code == 200
        assert (await auditor.post(f"{there}/close", json={})).status_code == 403
        assert (await auditor.get(f"{PAGES}/{batch_id}/rows/1")).status_code == 403
    async with office.asking(Role.VISITOR) as visitor:
        assert (await visitor.get(there)).status_code == 403


async def test_the_pages_lead_from_a_pasted_list_to_the_receipt(
    clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    member_id, known = await somebody(clerk, "贺桂芝")
    fresh_number, wrong = id_number(), "310101194003070"[:14]
    page = await filled_in(browser, f"{PAGES}/new", employer="市轴承厂", on="2026-11-02")
    assert "已建立市轴承厂的移交批次" in page.text
    here = page.url.path
    form = form_of(page.text, f"{here}/list")
    muddled = "姓名\t身份证号\t经费\n贺桂芝\tx\t六百"
    bad = await browser.post(f"{here}/list", data=form | {"people": muddled})
    assert bad.status_code == 422
    assert "第 2 行：“六百”不是金额" in bad.text
    assert "贺桂芝" in bad.text, "what was typed stays"
    assert "没有读到人" in (await browser.post(f"{here}/list", data=form | {"people": "  \n"})).text
    pasted = f"序号 姓名 身份证号 经费\n1 贺桂芝 {known['id_number']} 600\n2 吴新来 {fresh_number} 600.50\n合计 2 人"
    page = await browser.post(f"{here}/list", data=form_of(bad.text, f"{here}/list") | {"people": pasted})
    assert "名单添了 2 人" in page.text
    sheet = BytesIO()
    book = Workbook()
    assert book.active is not None
    for line in (("编号", "身份证号码", "姓名"), (1, wrong, "贺桂枝"), (2, known["id_number"], "贺桂芝")):
        book.active.append(line)
    book.save(sheet)
    form = form_of(page.text, f"{here}/list")
    page = await browser.post(f"{here}/list", data=form, files={"file": ("list.xlsx", sheet.getvalue())})
    assert "名单添了 1 人" in page.text
    assert "另有 1 人名单上已有" in page.text
    assert "1 人的身份证号和姓名都与名册对得上" in page.text
    page = await browser.post(f"{here}/accept-all", data={"idempotency_key": "all-1"})
    assert "已接收 1 人" in page.text
    assert "由市轴承厂移交" in (await browser.get(f"/registry/members/{member_id}")).text
    rows = await rows_of(clerk, here.rsplit("/", 1)[-1])
    new, spelt_wrong = (f"{here}/rows/{rows[name]['row']}" for name in ("吴新来", "贺桂枝"))
    assert "登记入册并接收" in (await browser.get(new)).text
    wrong_day = await browser.post(f"{new}/enrol", data={"joined_on": "2030-01-01", "kind": "retired"})
    assert wrong_day.status_code == 409
    page = await browser.post(
        f"{new}/enrol", data={"joined_on": "1975-07-01", "kind": "retired", "branch": "第三党支部"}
    )
    assert "已登记吴新来入册，并接收" in page.text
    assert (await browser.post(f"{spelt_wrong}/refuse", data={"note": "没有原因"})).status_code == 422
    page = await browser.post(f"{spelt_wrong}/refuse", data={"why": "not_found"})
    assert "已退回贺桂枝" in page.text
    page = await browser.post(f"{spelt_wrong}/withdraw")
    assert "已撤回" in page.text
    page = await browser.post(f"{spelt_wrong}/accept", data={"member": member_id})
    assert "不能再接收一次" in page.text
    await browser.post(f"{spelt_wrong}/refuse", data={"why": "other", "note": "号码少一位"})
    assert "1200.50" in (await browser.get(f"{here}/close")).text.replace(",", "")
    assert (await browser.post(f"{here}/close", data={"funds": "很多"})).status_code == 422
    page = await browser.post(f"{here}/close", data={"funds": "1200"})
    assert page.url.path == f"{here}/receipt"
    for words in ("接收 2 人，退回 1 人", "差 0.50", "号码少一位"):
        assert words in page.text, words
    assert known["id_number"] not in page.text
    english = await browser.get(here, headers={"cookie": "lang=en"})
    assert "移交给" not in english.text
    assert "市轴承厂" in (await browser.get(PAGES)).text


async def test_a_supervisor_above_reads_and_names_stand_beside_the_batches(
    office: Office, clerk: httpx.AsyncClient
) -> None:
    await opened(clerk, "市砖瓦厂")
    async with office.asking(Role.SUPERVISOR, scope="demo") as supervisor:
        assert "市砖瓦厂" in (await supervisor.get(PAGES)).text
        assert [one["community"] for one in (await supervisor.get(f"{API}?community={JINQIAO}")).json()["items"]] != []
