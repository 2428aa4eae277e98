"""Partner units through the API and on their pages: found by what they offer, paired, worked with, left."""

from __future__ import annotations

from typing import Any

import httpx

from deploy.box.addresses import BoxAddresses
from deploy.cli.joining import folding
from events.log.project.check import check
from services.shell.identity.caller import Role
from tests.desk import JINQIAO, SHIQUAN
from tests.registry.office import Office, asked, enrolled, seq_of

API = "/registry/api/partners"
MEETINGS = "/registry/api/meetings"
BRANCHES = "/registry/api/branches"


async def unit(client: httpx.AsyncClient, name: str, **more: Any) -> str:
    body = {"name": name, "kind": "clinic", "community": JINQIAO} | more
    partner_id: str = (await asked(client, API, **body))["partner_id"]
    return partner_id


async def found(client: httpx.AsyncClient, **wanted: str) -> list[str]:
    return [one["name"] for one in (await client.get(API, params=wanted)).json()["items"]]


async def branch_of(client: httpx.AsyncClient, name: str) -> str:
    branch_id: str = (await asked(client, BRANCHES, name=name, community=JINQIAO))["branch_id"]
    return branch_id


async def test_a_unit_is_found_by_what_it_offers_while_it_offers_it(clerk: httpx.AsyncClient) -> None:
    clinic = await unit(clerk, "城南门诊", contact_name="顾医生", contact_phone="13900005678")
    assert (await asked(clerk, API, name="城 南门诊", kind="clinic", community=JINQIAO))["facts"] == []
    offer = await asked(clerk, f"{API}/{clinic}/offers", kind="check_up", what="量血压", until="2026-12-31")
    same = await asked(clerk, f"{API}/{clinic}/offers", kind="check_up", what="量血压", until="2026-12-31")
    assert (same["offer_id"], same["facts"]) == (offer["offer_id"], [])
    await asked(clerk, f"{API}/{clinic}/offers", kind="room", what="旧会议室", since="2025-01-01", until="2025-12-31")
    await unit(clerk, "城南小学", kind="school")
    assert await found(clerk, q="城南") == ["城南小学", "城南门诊"]
    assert await found(clerk, q="城南", kind="school") == ["城南小学"]
    assert await found(clerk, offer="check_up", q="血压") == ["城南门诊"]
    assert await found(clerk, q="旧会议室") == [], "what ran out is offered no more"
    assert [one["stage"] for one in (await clerk.get(f"{API}/{clinic}")).json()["offers"]] == ["over", "now"]
    ended = f"{API}/{clinic}/offers/{offer['offer_id']}/end"
    await asked(clerk, ended)
    assert (await asked(clerk, ended))["facts"] == []
    assert await found(clerk, q="血压") == []
    shown = (await clerk.get(f"{API}/{clinic}")).json()
    assert (shown["contact_name"], shown["contact_phone"]) == ("顾医生", "139 **** 5678")


async def test_a_branch_is_paired_parted_and_parted_when_the_unit_leaves(clerk: httpx.AsyncClient) -> None:
    school, one, two = await unit(clerk, "结对小学"), await branch_of(clerk, "一支部"), await branch_of(clerk, "二支部")
    for branch_id in (one, two):
        await asked(clerk, f"{BRANCHES}/{branch_id}/pair", partner=school)
        assert (await asked(clerk, f"{BRANCHES}/{branch_id}/pair", partner=school))["facts"] == []
    await asked(clerk, f"{BRANCHES}/{one}/end-pairing", partner=school, reason="到期")
    assert (await asked(clerk, f"{BRANCHES}/{one}/end-pairing", partner=school, reason="到期"))["facts"] == []
    left = await asked(clerk, f"{API}/{school}/leave", reason="搬走了")
    assert len(left["facts"]) == 2
    assert (await asked(clerk, f"{API}/{school}/leave", reason="搬走了"))["facts"] == []
    shown = (await clerk.get(f"{API}/{school}")).json()
    assert {each["branch"]: each["why_ended"] for each in shown["branches"]} == {"一支部": "到期", "二支部": "搬走了"}
    assert "结对小学" not in await found(clerk)
    assert "结对小学" in await found(clerk, left="true")
    late = await clerk.post(f"{BRANCHES}/{one}/pair", json={"partner": school})
    assert (late.status_code, late.json()["reason"]) == (409, "partner_left")
    again = await clerk.post(API, json={"name": "结对小学", "kind": "school", "community": JINQIAO})
    assert (again.status_code, again.json()["reason"]) == (409, "partner_left")
    await asked(clerk, f"{API}/{school}/resume")
    await asked(clerk, f"{BRANCHES}/{one}/pair", partner=school)
    renamed = await clerk.post(f"{API}/{school}/change", json={"name": "城南小学二部", "kind": "school"})
    assert renamed.status_code == 201
    other = await unit(clerk, "另一所学校")
    clash = await clerk.post(f"{API}/{other}/change", json={"name": "结对小学", "kind": "school"})
    assert (clash.status_code, clash.json()["reason"]) == (409, "partner_exists")


async def test_bad_input_and_strangers_are_refused(office: Office, clerk: httpx.AsyncClient) -> None:
    partner_id = await unit(clerk, "围墙企业", kind="firm", contact_phone="13900005678")
    branch_id = await branch_of(clerk, "围墙支部")
    assert (await clerk.post(API, json={"name": "x", "kind": "castle", "community": JINQIAO})).status_code == 422
    assert (await clerk.get(f"{API}/nothing-here")).status_code == 404
    assert (await clerk.post(f"{API}/{partner_id}/leave", json={"reason": ""})).status_code == 422
    backwards = {"kind": "room", "what": "会议室", "since": "2026-12-01", "until": "2026-11-30"}
    answer = await clerk.post(f"{API}/{partner_id}/offers", json=backwards)
    assert (answer.status_code, answer.json()["reason"]) == (409, "ends_before_begin")
    async with office.asking(scope=SHIQUAN) as stranger:
        assert (await stranger.get(f"{API}/{partner_id}")).status_code == 404
        assert (await stranger.get(API)).json()["items"] == []
        assert (await stranger.post(f"{API}/{partner_id}/leave", json={"reason": "试试"})).status_code == 404
        body = {"name": "x", "kind": "firm", "community": JINQIAO}
        assert (await stranger.post(API, json=body)).status_code == 403
        own = await stranger.post(API, json=body | {"community": SHIQUAN})
        theirs = own.json()["partner_id"]
    assert (await clerk.post(f"{BRANCHES}/{branch_id}/pair", json={"partner": theirs})).status_code == 404
    async with office.asking(scope="demo") as city:
        await city.get(f"{API}?after={seq_of(own)}")
        crossed = await city.post(f"{BRANCHES}/{branch_id}/pair", json={"partner": theirs})
        assert crossed.status_code == 422, "a branch and a unit of two communities"
    async with office.asking(Role.AUDITOR) as auditor:
        assert (await auditor.get(f"{API}/{partner_id}")).status_code == 200
        assert "13900005678" not in (await auditor.get(f"/registry/partners/{partner_id}")).text
        assert (await auditor.post(f"{API}/{partner_id}/leave", json={"reason": "试试"})).status_code == 403
        assert (await auditor.get("/registry/partners.xlsx")).status_code == 403
    async with office.asking(Role.OPERATOR) as operator:
        assert (await operator.get("/registry/partners")).status_code == 403


async def last_seen(client: httpx.AsyncClient, member_id: str) -> str | None:
    seen: str | None = (await client.get(f"/registry/api/members/{member_id}")).json()["last_seen"]
    return seen


async def test_a_joint_activity_is_held_and_a_slip_does_not_count(clerk: httpx.AsyncClient) -> None:
    clinic, firm = await unit(clerk, "共建门诊"), await unit(clerk, "共建企业", kind="firm")
    came, slip, away = [await enrolled(clerk, name=f"{one}活动", branch="活动支部") for one in "甲乙丙"]
    body = {"kind": "joint", "title": "进社区义诊", "starts_at": "2026-11-20T09:00", "place": "广场"}
    nobody = await clerk.post(MEETINGS, json=body | {"community": JINQIAO})
    assert (nobody.status_code, nobody.json()["reason"]) == (409, "held_with_nobody")
    strange = await clerk.post(MEETINGS, json=body | {"partners": ["nothing-here"]})
    assert (strange.status_code, strange.json()["errors"][0]["field"]) == (422, "partners")
    activity = (await asked(clerk, MEETINGS, **body, partners=[clinic, firm]))["meeting_id"]
    earlier = {"kind": "theme_day", "title": "早先", "starts_at": "2026-10-10T09:00", "community": JINQIAO}
    before = (await asked(clerk, MEETINGS, **earlier))["meeting_id"]
    await asked(clerk, f"{MEETINGS}/{before}/sign-in", member_ids=[slip])
    here = f"{MEETINGS}/{activity}"
    await asked(clerk, f"{here}/excuse", member_id=away, reason="带外孙")
    assert (await asked(clerk, f"{here}/excuse", member_id=away))["facts"] == []
    await asked(clerk, f"{here}/sign-in", member_ids=[came, slip])
    there = await clerk.post(f"{here}/excuse", json={"member_ids": [came]})
    assert (there.status_code, there.json()["reason"]) == (409, "was_there")
    assert await last_seen(clerk, slip) == "2026-11-20"
    await asked(clerk, f"{here}/take-back", member_ids=[slip], reason="勾错了人")
    assert (await asked(clerk, f"{here}/take-back", member_ids=[slip]))["facts"] == []
    assert await last_seen(clerk, slip) == "2026-10-10", "the meeting before is the last again"
    assert await last_seen(clerk, came) == "2026-11-20"
    assert await last_seen(clerk, away) is None, "nobody saw who asked leave"
    await asked(clerk, f"{here}/guests", guests={clinic: 4})
    await asked(clerk, f"{here}/guests", guests={clinic: 5, firm: 0})
    assert (await asked(clerk, f"{here}/guests", guests={clinic: 5}))["facts"] == []
    assert (await clerk.post(f"{here}/guests", json={"guests": {clinic: -1}})).status_code == 422
    shown = (await clerk.get(here)).json()
    assert (shown["present"], shown["guests"]) == (1, {clinic: 5, firm: 0})
    assert ([one["member_id"] for one in shown["attendance"]], shown["excused"]) == ([came], [away])
    listed = (await clerk.get(f"{MEETINGS}?partner={firm}")).json()["items"]
    assert [one["meeting_id"] for one in listed] == [activity]
    assert activity in {one["meeting_id"] for one in (await clerk.get(f"{MEETINGS}?partner=any")).json()["items"]}
    timeline = (await clerk.get(f"/registry/members/{away}", headers={"accept": "text/html"})).text
    assert "请假：进社区义诊（带外孙）" in timeline
    assert (
        "更正：没有参加进社区义诊"
        in (await clerk.get(f"/registry/members/{slip}", headers={"accept": "text/html"})).text
    )
    took_place = await clerk.post(f"{here}/cancel", json={"why": "下雨"})
    assert (took_place.status_code, took_place.json()["reason"]) == (409, "has_taken_place")


async def test_only_the_office_of_the_community_notes_who_came(office: Office, clerk: httpx.AsyncClient) -> None:
    clinic, member = await unit(clerk, "旁观门诊"), await enrolled(clerk)
    body = {"kind": "joint", "title": "旁观", "starts_at": "2026-11-20T09:00", "partners": [clinic]}
    here = f"{MEETINGS}/{(await asked(clerk, MEETINGS, **body))['meeting_id']}"
    deeds: dict[str, Any] = {
        "excuse": {"member_id": member}, "take-back": {"member_ids": [member]}, "guests": {"guests": {clinic: 1}}
    }  # fmt: skip
    async with office.asking(Role.SUPERVISOR) as reader, office.asking(scope=SHIQUAN) as stranger:
        for deed, sent in deeds.items():
            assert (await reader.post(f"{here}/{deed}", json=sent)).status_code == 403
            assert (await stranger.post(f"{here}/{deed}", json=sent)).status_code == 404
    key = {"Idempotency-Key": "excuse-1"}
    first, second = [await clerk.post(f"{here}/excuse", json={"member_id": member}, headers=key) for _ in range(2)]
    assert first.json() == second.json()


async def test_the_pages_lead_from_a_unit_to_an_activity(clerk: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    branch_id = await branch_of(clerk, "页面支部")
    member = await enrolled(clerk, name="戊页面", branch="页面支部")
    sent = {"name": "页面医院", "kind": "clinic", "community": JINQIAO, "office_phone": "021-50001234"}
    told = await browser.post("/registry/partners/new", data=sent)
    assert "页面医院已记下" in told.text
    here = str(told.url.path)
    assert (await browser.post("/registry/partners/new", data={"kind": "clinic"})).status_code == 422
    offered = await browser.post(f"{here}/offers", data={"kind": "lecture", "what": "急救讲座"})
    assert "已记下：急救讲座" in offered.text
    assert "撤回" in offered.text
    wrong = await browser.post(f"{here}/offers", data={"kind": "lecture", "what": ""})
    assert wrong.status_code == 422
    paired = await browser.post(f"{here}/pair", data={"branch": branch_id})
    assert "已与页面支部结对" in paired.text
    assert "页面医院" in (await browser.get(f"/registry/branches/{branch_id}")).text
    assert "与页面医院结对共建" in (await browser.get(f"/registry/branches/{branch_id}")).text
    narrowed = (await browser.get("/registry/partners?offer=lecture")).text
    assert "急救讲座" in narrowed
    assert "讲座、培训" in narrowed
    assert "没有这样的单位" in (await browser.get("/registry/partners?offer=jobs&q=页面")).text
    assert (await browser.get("/registry/partners.xlsx?offer=lecture")).status_code == 200
    partner_id = here.rsplit("/", 1)[-1]
    form = (await browser.get(f"/registry/meetings/new?kind=joint&partner={partner_id}")).text
    assert f'value="{partner_id}" checked' in form
    meeting = {"kind": "joint", "title": "急救进楼道", "on": "2026-11-20", "at": "09:30", "branch": branch_id}
    alone = await browser.post("/registry/meetings/new", data=meeting)
    assert alone.status_code == 409
    assert "共建活动要选至少一个共建单位" in alone.text
    held = await browser.post("/registry/meetings/new", data=meeting | {"partners": [partner_id]})
    assert "急救进楼道" in held.text
    there = str(held.url.path)
    signed = await browser.post(f"{there}/sign-in", data={"member_ids": [member], "way": "in_person"})
    assert "1 人签到" in signed.text
    assert "take-back" in signed.text
    struck = await browser.post(f"{there}/take-back", data={"member_ids": member})
    assert "已更正 1 人" in struck.text
    excused = await browser.post(f"{there}/excuse", data={"member_ids": [member], "way": "in_person", "reason": "外出"})
    assert "1 人请假" in excused.text
    assert "请假的人" in excused.text
    assert "没有请假" in excused.text
    counted = await browser.post(f"{there}/guests", data={f"guests-{partner_id}": "6"})
    assert "客人人数已记下" in counted.text
    letters = await browser.post(f"{there}/guests", data={f"guests-{partner_id}": "六"})
    assert letters.status_code == 422
    assert "急救进楼道" in (await browser.get(here)).text
    assert (await browser.post(f"{here}/pair/{branch_id}/end", data={})).status_code == 422
    assert "结对已结束" in (await browser.post(f"{here}/pair/{branch_id}/end", data={"reason": "到期"})).text
    moved = {"name": "页面医院", "kind": "clinic", "office_address": "金桥路120号"}
    assert "已改好" in (await browser.post(f"{here}/change", data=moved)).text
    left = await browser.post(f"{here}/leave", data={"reason": "不再合作"})
    assert "共建已结束" in left.text
    assert "页面医院" in (await browser.get("/registry/partners?left=1")).text
    assert "恢复共建" in (await browser.get(here)).text
    assert "共建已恢复" in (await browser.post(f"{here}/resume")).text


async def test_the_tables_say_what_the_facts_say(address: BoxAddresses, clerk: httpx.AsyncClient) -> None:
    await clerk.get(API)
    async with folding(address, "registry") as registry:
        report = await check(registry.projection, registry.log, registry.database, registry.keys)
    assert report.clean, report
