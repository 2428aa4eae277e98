"""Posts of service through the API and on their pages: opened, proposed, taken, served, left, closed."""

from __future__ import annotations

import asyncio
import re
from io import BytesIO
from typing import Any

import httpx
from openpyxl import load_workbook

from services.shell.identity.caller import Role
from tests.desk import JINQIAO, SHIQUAN
from tests.registry.office import Office, asked, enrolled, seq_of

API = "/registry/api/posts"
MEMBERS = "/registry/api/members"


async def opened(client: httpx.AsyncClient, **differently: Any) -> str:
    body = {"name": "调解站", "kind": "mediation", "places": 1, "needs": "法律、调解", "minutes_week": 120}
    post_id: str = (await asked(client, API, **body | {"on": "2026-11-01"} | differently))["post_id"]
    return post_id


async def refused(client: httpx.AsyncClient, path: str, **body: Any) -> str:
    answer = await client.post(path, json=body)
    assert answer.status_code == 409, answer.text
    reason: str = answer.json()["reason"]
    return reason


async def test_a_place_is_taken_once_and_free_again_after_leaving(clerk: httpx.AsyncClient) -> None:
    post_id, first, second = await opened(clerk), await enrolled(clerk), await enrolled(clerk)
    there = f"{API}/{post_id}"
    await asked(clerk, f"{there}/take", member_id=first, on="2026-11-10")
    assert (await asked(clerk, f"{there}/take", member_id=first))["facts"] == []
    assert await refused(clerk, f"{there}/take", member_id=second) == "post_full"
    shown = (await clerk.get(there)).json()
    assert [(one["member_id"], one["since"]) for one in shown["members"]] == [(first, "2026-11-10")]
    assert post_id not in {one["post_id"] for one in (await clerk.get(f"{API}?free=true")).json()["items"]}
    assert await refused(clerk, f"{there}/leave", member_id=first, on="2026-11-09", reason="换人") == "before_taking"
    await asked(clerk, f"{there}/leave", member_id=first, reason="换人")
    assert (await asked(clerk, f"{there}/leave", member_id=first, reason="换人"))["facts"] == []
    await asked(clerk, f"{there}/take", member_id=second)
    history = (await clerk.get(f"{MEMBERS}/{first}/service")).json()["posts"]
    assert [(one["name"], one["left_on"], one["why_left"]) for one in history] == [("调解站", "2026-11-21", "换人")]


async def test_two_who_come_at_once_do_not_both_get_the_last_place(clerk: httpx.AsyncClient) -> None:
    post_id = await opened(clerk)
    people = [await enrolled(clerk) for _ in range(4)]
    answers = await asyncio.gather(*(clerk.post(f"{API}/{post_id}/take", json={"member_id": one}) for one in people))
    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409]
    (done,) = [one for one in answers if one.status_code == 201]
    shown = (await clerk.get(f"{API}/{post_id}?after={seq_of(done)}")).json()
    assert (shown["serving"], len(shown["members"])) == (1, 1)


async def test_the_same_request_twice_is_done_once(clerk: httpx.AsyncClient) -> None:
    key = {"Idempotency-Key": "open-a-post"}
    body = {"name": "一次", "kind": "other"}
    first, second = [await clerk.post(API, json=body, headers=key) for _ in range(2)]
    assert first.json() == second.json()
    post_id, member_id = first.json()["post_id"], await enrolled(clerk)
    await asked(clerk, f"{API}/{post_id}/take", member_id=member_id)
    hours = {"member_ids": [member_id], "on": "2026-11-21", "minutes": 60, "what": "值班"}
    key = {"Idempotency-Key": "log-an-hour"}
    one, two = [await clerk.post(f"{API}/{post_id}/hours", json=hours, headers=key) for _ in range(2)]
    assert one.status_code == 201, one.text
    assert one.json() == two.json()
    shown = (await clerk.get(f"{API}/{post_id}?after={seq_of(one)}")).json()
    assert shown["members"][0]["minutes"] == 60


async def test_those_who_wish_and_those_who_can_are_proposed_with_reasons(clerk: httpx.AsyncClient) -> None:
    post_id = await opened(clerk, building="巨峰路7弄1号", places=3, weekdays=[2, 4])
    proposing = f"{API}/{post_id}/proposals"
    willing = await enrolled(clerk, address="巨峰路7弄1号101室")
    able, rests, away, idle = [await enrolled(clerk, skills=["法律咨询"]) for _ in range(3)] + [await enrolled(clerk)]
    wish = {"kinds": ["mediation"], "minutes_week_max": 60, "weekdays": [2]}
    await asked(clerk, f"{MEMBERS}/{willing}/wish-service", **wish)
    assert (await asked(clerk, f"{MEMBERS}/{willing}/wish-service", **wish))["facts"] == []
    await asked(clerk, f"{MEMBERS}/{rests}/do-not-ask-service", reason="腿脚不便")
    await asked(
        clerk, f"{MEMBERS}/{away}/move-away", **{"from": "2026-11-20", "destination": "杭州", "reason": "带孙子"}
    )
    found = (await clerk.get(proposing)).json()["items"]
    mine = [one for one in found if one["member_id"] in (willing, able, rests, away, idle)]
    assert [one["member_id"] for one in mine] == [willing, able]
    assert mine[0]["because"] == "本人愿做这类事；住在同一楼栋；周二有空；每周最多 1 小时，不够，请商量"
    assert mine[1]["because"] == "特长：法律咨询"
    await asked(clerk, f"{API}/{post_id}/answer", member_id=able, answer="considering")
    again = {one["member_id"]: one["thinks_since"] for one in (await clerk.get(proposing)).json()["items"]}
    assert again[able] == "2026-11-21"
    await asked(clerk, f"{API}/{post_id}/answer", member_id=able, answer="declined", reason="要带孙子")
    assert able not in {one["member_id"] for one in (await clerk.get(proposing)).json()["items"]}
    (reply,) = (await clerk.get(f"{API}/{post_id}")).json()["asked"]
    assert (reply["not_before"], reply["why"]) == ("2027-05-20", "要带孙子")
    await asked(clerk, f"{API}/{post_id}/take", member_id=willing)
    assert willing not in {one["member_id"] for one in (await clerk.get(proposing)).json()["items"]}
    await asked(clerk, f"{MEMBERS}/{rests}/withdraw-service-wish")
    assert rests in {one["member_id"] for one in (await clerk.get(proposing)).json()["items"]}


async def test_somebody_is_proposed_again_after_the_promised_peace(office: Office, clerk: httpx.AsyncClient) -> None:
    post_id, able = await opened(clerk, kind="other", needs="木工"), await enrolled(clerk, skills=["木工"])
    await asked(clerk, f"{API}/{post_id}/answer", member_id=able, answer="declined", not_before="2026-12-01")
    proposing = f"{API}/{post_id}/proposals"
    assert (await clerk.get(proposing)).json()["items"] == []
    before = office.clock.now
    office.clock.go_on(days=11)
    try:
        assert [one["member_id"] for one in (await clerk.get(proposing)).json()["items"]] == [able]
    finally:
        office.clock.now = before


async def test_hours_are_logged_together_summed_and_withdrawn(clerk: httpx.AsyncClient) -> None:
    post_id = await opened(clerk, name="巡逻队", kind="patrol", places=3)
    people = [await enrolled(clerk, branch="巡逻支部", name=name) for name in ("周建国", "吴爱华")]
    for each in people:
        await asked(clerk, f"{API}/{post_id}/take", member_id=each, on="2026-11-01")
    logging = f"{API}/{post_id}/hours"
    hours = {"on": "2026-11-05", "minutes": 90, "what": "夜间巡逻"}
    entry = (await asked(clerk, logging, member_ids=people, **hours))["entry_id"]
    await asked(clerk, logging, member_ids=people[:1], **hours | {"on": "2026-11-06", "minutes": 30})
    assert await refused(clerk, logging, member_ids=people, **hours | {"minutes": 1400}) == "day_too_long"
    assert await refused(clerk, logging, member_ids=people, **hours | {"on": "2026-10-30"}) == "not_serving_then"
    assert await refused(clerk, logging, member_ids=people, **hours | {"on": "2026-11-22"}) == "in_future"
    told = await clerk.post(logging, json={"member_ids": people, **hours, "minutes": 1400})
    assert "周建国：2026年11月5日已经记了 1.5 小时" in told.json()["detail"]

    async def sums(by: str) -> dict[str, int]:
        answer = await clerk.get(f"/registry/api/service-hours?month=2026-11&by={by}")
        return {one["name"]: one["minutes"] for one in answer.json()["items"]}

    assert (await sums("post"))["巡逻队"] == 210
    assert (await sums("branch"))["巡逻支部"] == 210
    wrong = f"{logging}/{entry}/withdraw"
    await asked(clerk, wrong, member_id=people[1], reason="没有来")
    assert (await asked(clerk, wrong, member_id=people[1], reason="没有来"))["facts"] == []
    assert (await sums("post"))["巡逻队"] == 120
    assert "吴爱华" not in await sums("member")
    assert await refused(clerk, f"{logging}/nothing/withdraw", member_id=people[0], reason="试试") == "no_entry"
    sheet = await clerk.get("/registry/posts/hours.xlsx?month=2026-11")
    rows = [
        row
        for row in load_workbook(BytesIO(sheet.content)).worksheets[0].iter_rows(values_only=True)
        if "巡逻队" in row
    ]
    assert [(row[1], row[4], row[5]) for row in rows] == [("周建国", 0.5, "夜间巡逻"), ("周建国", 1.5, "夜间巡逻")]
    text = (await clerk.get("/registry/posts/hours.csv?month=2026-11&by=post")).content.decode("utf-8-sig")
    assert re.search(r"^巡逻队,2(\.0)?,2,1\r$", text, re.MULTILINE), text
    assert (await clerk.get("/registry/posts/hours.csv?month=never")).status_code == 422


async def test_whose_post_needs_a_decision_is_shown_and_nothing_ends_by_itself(
    clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    post_id, member_id = await opened(clerk, name="书画班", kind="youth"), await enrolled(clerk)
    await asked(clerk, f"{API}/{post_id}/take", member_id=member_id, on="2026-11-01")
    await asked(clerk, f"{MEMBERS}/{member_id}/die", on="2026-11-15")
    shown = (await clerk.get(f"{API}/{post_id}")).json()
    assert (shown["serving"], shown["doubtful"], shown["members"][0]["state"]) == (1, 1, "dead")
    assert "1 人去留要您定" in (await browser.get("/registry/posts")).text
    assert "已去世，是否离岗由您定" in (await browser.get(f"/registry/posts/{post_id}")).text
    assert "书画班" in (await browser.get("/registry/panels/today")).text
    hours = {"member_ids": [member_id], "minutes": 60, "what": "教书法"}
    await asked(clerk, f"{API}/{post_id}/hours", **hours, on="2026-11-14")
    assert await refused(clerk, f"{API}/{post_id}/hours", **hours, on="2026-11-16") == "died"
    await asked(clerk, f"{API}/{post_id}/leave", member_id=member_id, reason="去世", on="2026-11-15")
    assert (await clerk.get(f"{API}/{post_id}")).json()["doubtful"] == 0


async def test_who_left_town_for_good_is_for_a_person_to_decide(clerk: httpx.AsyncClient) -> None:
    post_id = await opened(clerk, name="热线", kind="advice", places=3)
    stays, comes, knew = people = [await enrolled(clerk) for _ in range(3)]
    leaving = {"from": "2026-11-20", "destination": "杭州", "reason": "带孙子"}
    await asked(clerk, f"{MEMBERS}/{knew}/move-away", **leaving)
    for each in people:
        await asked(clerk, f"{API}/{post_id}/take", member_id=each, on="2026-11-21" if each == knew else "2026-11-02")
    await asked(clerk, f"{MEMBERS}/{stays}/move-away", **leaving)
    await asked(clerk, f"{MEMBERS}/{comes}/move-away", **leaving, intermittent=True)
    shown = (await clerk.get(f"{API}/{post_id}")).json()
    assert {one["member_id"]: one["doubtful"] for one in shown["members"]} == {stays: True, comes: False, knew: False}
    assert (shown["serving"], shown["doubtful"]) == (3, 1)


async def test_a_post_closes_with_everybody_in_it(clerk: httpx.AsyncClient) -> None:
    post_id, people = await opened(clerk, places=2), [await enrolled(clerk) for _ in range(2)]
    for each in people:
        await asked(clerk, f"{API}/{post_id}/take", member_id=each)
    less = {"name": "调解站", "kind": "mediation", "places": 1}
    assert await refused(clerk, f"{API}/{post_id}/change", **less) == "more_serve"
    assert len((await asked(clerk, f"{API}/{post_id}/change", **less | {"places": 5}))["facts"]) == 1
    assert len((await asked(clerk, f"{API}/{post_id}/close", reason="活动室关了"))["facts"]) == 3
    assert (await asked(clerk, f"{API}/{post_id}/close", reason="活动室关了"))["facts"] == []
    assert post_id in {one["post_id"] for one in (await clerk.get(f"{API}?state=closed")).json()["items"]}
    assert (await clerk.get(f"{MEMBERS}/{people[0]}/service")).json()["posts"][0]["left_on"] == "2026-11-21"
    assert await refused(clerk, f"{API}/{post_id}/take", member_id=people[0]) == "no_post"
    no = {"member_id": people[0], "answer": "declined"}
    assert await refused(clerk, f"{API}/{post_id}/answer", **no) == "no_post"


async def test_bad_input_and_strangers_are_refused(office: Office, clerk: httpx.AsyncClient) -> None:
    post_id, member_id = await opened(clerk), await enrolled(clerk)
    for path, wrong in (
        (API, {"name": "", "kind": "patrol"}),
        (API, {"name": "倒着", "kind": "patrol", "begins": "11:00", "ends": "09:00"}),
        (f"{API}/{post_id}/hours", {"member_ids": [], "on": "2026-11-20", "minutes": 60, "what": "空"}),
        (f"{API}/{post_id}/hours", {"member_ids": ["nobody"], "on": "2026-11-20", "minutes": 60, "what": "空"}),
        (f"{API}/{post_id}/leave", {"member_id": member_id}),
        (f"{API}/{post_id}/answer", {"member_id": member_id, "answer": "yes"}),
        (f"{MEMBERS}/{member_id}/wish-service", {"kinds": []}),
    ):
        assert (await clerk.post(path, json=wrong)).status_code == 422, wrong
    assert (await clerk.get(f"{API}/nothing-here")).status_code == 404
    assert (await clerk.post(f"{API}/{post_id}/take", json={"member_id": "nobody"})).status_code == 404
    assert (await clerk.get("/registry/posts/hours?month=2026-13")).status_code == 422
    async with office.asking(scope=SHIQUAN) as stranger:
        assert (await stranger.get(f"{API}/{post_id}")).status_code == 404
        assert (await stranger.get(API)).json()["items"] == []
        assert (await stranger.get("/registry/api/service-hours?month=2026-11")).json()["minutes"] == 0
        assert (await stranger.post(f"{API}/{post_id}/close", json={"reason": "试试"})).status_code == 404
        foreign = await enrolled(stranger, community=SHIQUAN)
    async with office.asking(scope="demo") as both:
        elsewhere = await both.post(f"{API}/{post_id}/take", json={"member_id": foreign})
        assert elsewhere.status_code == 422
        assert (
            await both.post(API, json={"name": "没说哪里", "kind": "patrol", "community": JINQIAO})
        ).status_code == 201
    async with office.asking(Role.SUPERVISOR) as supervisor:
        assert (await supervisor.get(f"{API}/{post_id}")).status_code == 200
        assert (await supervisor.get(f"{API}/{post_id}/proposals")).status_code == 403
        assert (await supervisor.post(f"{API}/{post_id}/take", json={"member_id": member_id})).status_code == 403
        assert (await supervisor.get("/registry/posts/hours.csv")).status_code == 403
    for role in (Role.OPERATOR, Role.VISITOR):
        async with office.asking(role) as other:
            assert (await other.get("/registry/posts")).status_code == 403


async def test_the_pages_lead_from_a_post_to_hours(clerk: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk, name="郑玉兰")
    service = f"/registry/members/{member_id}/service"
    bad = await browser.post(f"{service}/wish", data={"minutes_week_max": "四小时"})
    assert (bad.status_code, "不是小时数" in bad.text) == (422, True)
    wished = await browser.post(
        f"{service}/wish", data={"kinds": ["patrol", "youth"], "weekdays": "3", "minutes_week_max": "4"}
    )
    assert "已记下郑玉兰的意愿" in wished.text
    assert "周三 · 每周最多 4 小时" in wished.text
    assert "郑玉兰" in (await browser.get("/registry/posts?kind=patrol")).text
    assert "郑玉兰" not in (await browser.get("/registry/posts?kind=advice")).text
    wrong = await browser.post("/registry/posts/new", data={"name": "夜巡队", "kind": "patrol", "places": "0"})
    assert wrong.status_code == 422
    sent = {
        "name": "夜巡队",
        "kind": "patrol",
        "places": "2",
        "minutes_week": "1.5",
        "weekdays": ["3", "5"],
        "on": "2026-11-01",
    }
    opened_page = await browser.post("/registry/posts/new", data=sent)
    assert "夜巡队设好了" in opened_page.text
    assert "本人愿做这类事；周三有空；时间够" in opened_page.text
    here = str(opened_page.url.path)
    form = await browser.get(f"{here}/answer?member={member_id}")
    assert "139 **** 8862" in form.text
    nothing = await browser.post(f"{here}/answer?member={member_id}", data={"on": "2026-11-20"})
    assert (nothing.status_code, "没有选本人怎么说" in nothing.text) == (422, True)
    yes = await browser.post(f"{here}/answer?member={member_id}", data={"answer": "yes", "on": "2026-11-02"})
    assert "郑玉兰从今往后做夜巡队" in yes.text
    assert "2026年11月2日上岗" in yes.text
    hours = {
        "member_ids": member_id,
        "on": "2026-11-04",
        "minutes": "1.5",
        "what": "夜间巡逻",
        "idempotency_key": "h-1",
    }
    assert (await browser.post(f"{here}/hours", data=hours | {"what": ""})).status_code == 422
    logged = await browser.post(f"{here}/hours", data=hours)
    assert "已记：1 人，每人 1.5 小时" in logged.text
    late = await browser.post(f"{here}/hours", data=hours | {"on": "2026-10-04", "idempotency_key": "h-2"})
    assert (late.status_code, "郑玉兰：2026年10月4日那天不在这个岗位上" in late.text) == (409, True)
    assert "郑玉兰" not in (await browser.get("/registry/posts")).text, "serves by now"
    for path, words in (
        ("/registry/posts?kind=patrol&show=free", "缺 1 人"),
        ("/registry/posts?show=closed", "已撤的"),
        ("/registry/posts/hours?month=2026-11&by=post", "夜巡队"),
        (service, "2026年11月"),
        (f"/registry/members/{member_id}", "夜巡队服务 1.5 小时：夜间巡逻"),
        (f"{here}?q=郑玉兰", "已经在岗"),
        (f"{here}/change", "1.5"),
        (f"{here}/leave?member={member_id}", "做到哪天"),
        (f"{here}/close", "这 1 人从今天起不再在这个岗位上"),
    ):
        shown = await browser.get(path)
        assert (shown.status_code, words in shown.text) == (200, True), path
    entry = re.findall(rf'{here}/hours/([^?"]+)\?member', (await browser.get(here)).text)[-1]
    assert (await browser.get(f"{here}/hours/{entry}?member={member_id}")).status_code == 200
    gone = await browser.post(f"{here}/hours/{entry}?member={member_id}", data={"reason": "记错日期"})
    assert "这条时长不再计算" in gone.text
    assert "（撤销：记错日期）" in gone.text
    left = await browser.post(f"{here}/leave?member={member_id}", data={"reason": "身体不便"})
    assert "郑玉兰不再做夜巡队" in left.text
    changed = await browser.post(f"{here}/change", data=sent | {"places": "3", "on": ""})
    assert "已改好" in changed.text
    assert "夜巡队已撤" in (await browser.post(f"{here}/close", data={"reason": "改为轮值"})).text
    assert "已经撤了，只能看" in (await browser.get(here)).text


async def test_whoever_asks_is_told_first_that_the_member_wants_peace(
    clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    member_id = await enrolled(clerk, name="郑玉兰")
    service = f"/registry/members/{member_id}/service"
    rests = await browser.post(f"{service}/do-not-ask", data={"reason": "腿脚不便"})
    assert "眼下不打扰郑玉兰" in rests.text
    again = await opened(clerk, name="再设一个", kind="patrol")
    asking = f"/registry/posts/{again}/answer?member={member_id}"
    assert "本人说过眼下不想被安排：腿脚不便" in (await browser.get(asking)).text
    no = await browser.post(asking, data={"answer": "declined", "reason": "走不开"})
    assert "已记下郑玉兰的答复" in no.text
    assert "2026年11月21日问过，本人不愿意，2027年5月20日以前不再问" in (await browser.get(asking)).text
    assert "已撤回郑玉兰的意愿" in (await browser.post(f"{service}/withdraw-wish")).text
