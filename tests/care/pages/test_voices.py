"""What members raise, from the visit to their last word: pages and API, who sees what, and that nobody is named."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.shell.identity import Role
from tests.care.office import Office, planned, seq_of
from tests.desk import SHIQUAN

pytestmark = pytest.mark.asyncio(loop_scope="module")

HTML = {"accept": "text/html"}
SAID = {
    "topic": "housing",
    "on": "2026-11-20",
    "source": "meeting",
    "said": "我姓张，屋顶漏水半年了，13912348862",
    "where": "十月支部大会",
}
WHY = {"reason": "核实情况"}


async def person(office: Office, clerk: httpx.AsyncClient, name: str) -> str:
    """Somebody care knows of."""
    member_id = await office.registry.enrols(name=name)
    await planned(clerk, member_id, "eighty")
    return member_id


async def raised(office: Office, clerk: httpx.AsyncClient, name: str, **differently: Any) -> str:
    """An item of theirs, as far as pages see it."""
    member_id = await person(office, clerk, name)
    answer = await clerk.post(f"/care/api/members/{member_id}/voices", json=SAID | differently)
    voice_id: str = answer.json()["voice_id"]
    await clerk.get("/care/api/voices", params={"after": seq_of(answer)})
    return voice_id


async def does(client: httpx.AsyncClient, voice_id: str, deed: str, **body: Any) -> dict[str, Any]:
    """A deed, and the item after it."""
    answer = await client.post(f"/care/api/voices/{voice_id}/{deed}", json=body)
    found: dict[str, Any] = (await client.get(f"/care/api/voices/{voice_id}", params={"after": seq_of(answer)})).json()
    return found


async def test_from_raised_to_the_member_s_word(office: Office, clerk: httpx.AsyncClient) -> None:
    voice_id = await raised(office, clerk, "夏阿毛")
    item = (await clerk.get(f"/care/api/voices/{voice_id}")).json()
    assert (item["level"], item["due"], item["clause"], item["stage"]) == ("community", "2026-11-28", "§7.1", "raised")
    assert item["gist"] == "我姓张，屋顶漏水半年了，***"
    assert (await does(clerk, voice_id, "take-up", by="社区房管条线"))["by"] == "社区房管条线"
    item = await does(clerk, voice_id, "pass-on", to="street", note="要动维修基金")
    assert (item["level"], item["due"], item["clause"]) == ("street", "2026-12-06", "§7.2")
    item = await does(clerk, voice_id, "answer", on="2026-11-21", by="街道房管办", answer="下周三来修")
    assert (item["stage"], item["answer"], item["due"]) == ("answered", "下周三来修", "2026-11-28")
    item = await does(clerk, voice_id, "tell", on="2026-11-21", way="phone", word="not_satisfied", note="只说来看看")
    assert (item["stage"], item["level"], item["again"]) == ("raised", "district", 1)
    await does(clerk, voice_id, "answer", on="2026-11-21", by="区房管局", answer="本月底完工")
    item = await does(clerk, voice_id, "tell", on="2026-11-21", way="visit", word="satisfied")
    assert (item["stage"], item["word"]) == ("closed", "satisfied")
    kinds = [step["kind"] for step in item["course"]]
    assert kinds == [
        "closed", "told_back", "answered", "passed_on", "told_back", "answered", "passed_on", "taken_up", "raised",
    ]  # fmt: skip
    late = await clerk.post(f"/care/api/voices/{voice_id}/take-up", json={"by": "x"})
    assert (late.status_code, late.json()["reason"]) == (409, "voice_over")


async def test_the_same_request_twice_raises_one(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await person(office, clerk, "夏阿根")
    path, key = f"/care/api/members/{member_id}/voices", {"Idempotency-Key": "voice-1"}
    first = await clerk.post(path, json=SAID, headers=key)
    again = await clerk.post(path, json=SAID, headers=key)
    assert (again.json()["facts"], again.json()["voice_id"]) == (first.json()["facts"], first.json()["voice_id"])
    found = await clerk.get("/care/api/voices", params={"member_id": member_id, "after": seq_of(first)})
    assert len(found.json()["items"]) == 1


async def test_bad_input_says_what_is_wrong(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await person(office, clerk, "夏阿福")
    path = f"/care/api/members/{member_id}/voices"
    assert (await clerk.post(path, json=SAID | {"said": ""})).status_code == 422
    assert (await clerk.post(path, json=SAID | {"source": "dream"})).status_code == 422
    named = await clerk.post(path, json=SAID | {"gist": "夏阿福家漏水"})
    assert (named.status_code, named.json()["reason"]) == (409, "gist_names_somebody")
    assert (await clerk.post(path, json=SAID | {"topic": "parking"})).json()["reason"] == "no_topic"
    assert (await clerk.post(path, json=SAID | {"on": "2026-11-22"})).json()["reason"] == "in_future"
    assert (await clerk.post("/care/api/members/nobody/voices", json=SAID)).status_code == 404
    assert (await clerk.get("/care/api/voices/nothing")).status_code == 404
    assert (await clerk.get("/care/api/voices", params={"show": "everything"})).status_code == 422
    form = await clerk.post(
        f"/care/members/{member_id}/voice",
        data={"topic": "housing", "said": "漏水", "gist": "夏阿福家漏水", "on": "2026-11-20", "source": "office"},
        headers=HTML,
    )
    assert form.status_code == 409
    assert "上报的一句话里有姓名" in form.text
    assert "夏阿福家漏水" in form.text, "what was filled in is kept"


async def test_who_may_not(office: Office, clerk: httpx.AsyncClient) -> None:
    voice_id = await raised(office, clerk, "夏阿宝")
    async with office.asking(scope=SHIQUAN) as neighbour:
        assert (await neighbour.get(f"/care/api/voices/{voice_id}")).status_code == 404
        assert (await neighbour.post(f"/care/api/voices/{voice_id}/take-up", json={"by": "x"})).status_code == 404
    async with office.asking(Role.VISITOR, name="laoli") as visitor:
        assert (await visitor.get(f"/care/api/voices/{voice_id}")).status_code == 404
        assert (await visitor.post(f"/care/api/voices/{voice_id}/take-up", json={"by": "x"})).status_code == 403
        assert (await visitor.get("/care/api/voice-report")).status_code == 403
    async with office.asking(Role.AUDITOR, name="shenji") as auditor:
        assert (await auditor.get("/care/api/voices")).status_code == 403
    async with office.asking(Role.WORKER, name="xiaowu") as worker:
        assert (await worker.post(f"/care/api/voices/{voice_id}/reveal", json=WHY)).status_code == 403


async def test_the_street_sees_what_has_come_up_and_no_name(office: Office, clerk: httpx.AsyncClient) -> None:
    voice_id = await raised(office, clerk, "卞大年", topic="pension", said="养老金少了一百", gist="养老金与通知不符")
    below = await raised(office, clerk, "卞小年")
    async with office.asking(Role.SUPERVISOR, scope="demo", name="jiedao") as street:
        item = (await street.get(f"/care/api/voices/{voice_id}")).json()
        assert (item["name"], item["member_id"], item["gist"]) == ("卞某", None, "养老金与通知不符")
        assert (await street.get(f"/care/api/voices/{below}")).status_code == 404
        page = (await street.get("/care/voices", headers=HTML)).text
        assert "养老金与通知不符" in page
        assert "卞大年" not in page
        one = (await street.get(f"/care/voices/{voice_id}", headers=HTML)).text
        assert "卞大年" not in one
        told = (await street.post(f"/care/api/voices/{voice_id}/reveal", json=WHY)).json()
        assert (told["name"], told["said"]) == ("卞大年", "养老金少了一百")
        answered = await does(street, voice_id, "answer", on="2026-11-21", by="街道社保窗口", answer="下月补发")
        assert answered["stage"] == "answered"
        tell = {"on": "2026-11-21", "way": "phone", "word": "satisfied"}
        assert (await street.post(f"/care/api/voices/{voice_id}/tell", json=tell)).status_code == 403
        assert (await street.get("/care/panels/counts")).json().keys() == {"voices", "late"}
        began = office.clock.now
        try:
            office.clock.now = began + timedelta(days=13)
            assert (await street.get(f"/care/api/voices/{below}")).status_code == 404
            office.clock.now = began + timedelta(days=14)
            climbed = (await street.get(f"/care/api/voices/{below}")).json()
            assert (climbed["seen_by"], climbed["overdue"], climbed["level"]) == ("street", True, "community")
            take = {"by": "街道"}
            assert (await street.post(f"/care/api/voices/{below}/take-up", json=take)).status_code == 403
        finally:
            office.clock.now = began


async def test_the_page_of_a_meeting_says_which_and_when(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await person(office, clerk, "会上提")
    said = {"where": "十一月支部大会", "on": "2026-11-18"}
    page = (await clerk.get(f"/care/members/{member_id}/voice", params=said)).text
    assert 'value="十一月支部大会"' in page
    assert 'value="2026-11-18"' in page
    later = (await clerk.get(f"/care/members/{member_id}/voice", params=said | {"on": "2099-01-01"})).text
    assert 'value="2026-11-21"' in later


async def test_what_was_said_at_a_visit_is_suggested_and_raised(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await person(office, clerk, "水阿妹")
    visit = await planned(clerk, member_id, "eighty")
    path = f"/care/api/visits/{visit['visit_id']}"
    made = {"made_on": "2026-11-21", "by": "laoli", "difficulties": "楼道灯坏了，晚上不敢下楼"}
    answer = await clerk.post(f"{path}/record", json=made)
    listed = await clerk.get("/care/voices", params={"after": seq_of(answer)}, headers=HTML)
    assert "水阿妹" in listed.text
    assert f"/care/visits/{visit['visit_id']}/voice" in listed.text
    async with office.asking(Role.VISITOR, name="laowang") as other:
        assert (await other.post(f"{path}/voices", json=SAID)).status_code == 404
    async with office.asking(Role.VISITOR, name="laoli") as laoli:
        page = (await laoli.get(f"/care/visits/{visit['visit_id']}", headers=HTML)).text
        assert "把说的话提上去" in page
        told = await laoli.post(f"/care/visits/{visit['visit_id']}/voice/hear", data=WHY, headers=HTML)
        assert "楼道灯坏了，晚上不敢下楼" in told.text
        body = {"topic": "property", "said": "楼道灯坏了，晚上不敢下楼", "gist": "楼道灯坏了"}
        sent = await laoli.post(f"/care/visits/{visit['visit_id']}/voice", data=body, headers=HTML)
        assert sent.status_code == 303
        item = await laoli.get(sent.headers["location"], headers=HTML)
        assert "楼道灯坏了" in item.text
        again = await laoli.post(f"{path}/voices", json=SAID | {"topic": "property"})
        assert again.json()["reason"] == "raised_already"
        assert (await laoli.get("/care/voices", headers=HTML)).status_code == 200
    listed = await clerk.get("/care/voices", headers=HTML)
    assert f"/care/visits/{visit['visit_id']}/voice" not in listed.text
    assert "物业楼道" in (await clerk.get(f"/care/members/{member_id}", headers=HTML)).text


async def test_what_is_laid_aside_is_not_suggested_again(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await person(office, clerk, "水阿弟")
    visit = await planned(clerk, member_id, "eighty")
    path = f"/care/api/visits/{visit['visit_id']}"
    made = {"made_on": "2026-11-21", "by": "laoli", "suggestions": "多放点电影"}
    answer = await clerk.post(f"{path}/record", json=made)
    page = (await clerk.get("/care/voices", params={"after": seq_of(answer)}, headers=HTML)).text
    assert "水阿弟" in page
    done = await clerk.post(f"{path}/nothing-to-raise")
    assert (await clerk.post(f"{path}/nothing-to-raise")).json()["facts"] == []
    page = (await clerk.get("/care/voices", params={"after": seq_of(done)}, headers=HTML)).text
    assert "水阿弟" not in page


async def test_every_deed_of_the_page(office: Office, clerk: httpx.AsyncClient) -> None:
    voice_id = await raised(office, clerk, "水阿公")
    here = f"/care/voices/{voice_id}"
    clerk.headers.update(HTML)
    deeds: list[tuple[str, dict[str, str], str]] = [
        ("take-up", {"by": "社区"}, "在办"),
        ("pass-on", {"to": "street", "note": "要大修"}, "街道"),
        ("answer", {"on": "2026-11-21", "by": "街道", "answer": "已经排上"}, "已经排上"),
        ("answer/take-back", {}, "在办"),
        ("answer", {"on": "2026-11-21", "by": "街道", "answer": "下周来"}, "下周来"),
        ("reveal", WHY, "要大修"),
        ("tell", {"on": "2026-11-21", "way": "phone"}, "等本人的话"),
        ("tell", {"on": "2026-11-21", "way": "phone", "word": "satisfied"}, "本人满意"),
    ]
    for deed, data, shown in deeds:
        sent = await clerk.post(f"{here}/{deed}", data=data)
        page = sent if sent.status_code == 200 else await clerk.get(here)
        assert sent.status_code in (200, 303), (deed, sent.text)
        assert shown in page.text, deed
    other = await raised(office, clerk, "水阿婆")
    assert (await clerk.post(f"/care/voices/{other}/take-back", data={})).status_code == 422
    assert (await clerk.post(f"/care/voices/{other}/take-back", data={"reason": "本人不想提"})).status_code == 303
    assert "水阿婆" in (await clerk.get("/care/voices?show=back")).text


async def test_the_report_counts_and_names_nobody(office: Office, clerk: httpx.AsyncClient) -> None:
    await raised(office, clerk, "冉大", topic="party_life")
    second = await raised(office, clerk, "冉二", topic="party_life")
    await does(clerk, second, "answer", on="2026-11-21", by="总支", answer="已安排")
    await does(clerk, second, "tell", on="2026-11-21", way="phone", word="not_satisfied")
    items = (await clerk.get("/care/api/voice-report")).json()["items"]
    (row,) = [one for one in items if one["topic"] == "party_life"]
    assert (row["raised"], row["open"], row["again"], row["up"]) == (2, 2, 1, 1)
    page = await clerk.get("/care/voice-report", headers=HTML)
    assert page.status_code == 200
    assert "冉" not in page.text
    leads = [
        lead for lead in re.findall(r'<a href="(/care/voices\?[^"]+)">(\d+)</a>', page.text) if "party_life" in lead[0]
    ]
    assert len(leads) >= 4
    for href, number in leads:
        listed = await clerk.get(html.unescape(href), headers=HTML)
        assert listed.status_code == 200, href
        assert len(set(re.findall(r"/care/voices/[0-9a-f-]{36}", listed.text))) == int(number), href
    saved = await clerk.get("/care/voice-report.csv")
    assert saved.headers["content-type"].startswith("text/csv")
    lines = saved.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("类别,提出")
    assert any(line.startswith("组织生活,2,2") for line in lines)
    assert lines[-1].startswith("合计,")
    wrong = {"since": "2026-12-01", "until": "2026-11-01"}
    assert (await clerk.get("/care/api/voice-report", params=wrong)).status_code == 422


async def test_the_home_page_shows_what_is_late_or_to_be_told(office: Office, clerk: httpx.AsyncClient) -> None:
    voice_id = await raised(office, clerk, "冉三")
    await does(clerk, voice_id, "answer", on="2026-11-21", by="社区", answer="已办")
    counts = (await clerk.get("/care/panels/counts")).json()
    assert counts["voices"] >= 1
    panel = await clerk.get("/care/panels/today", headers=HTML)
    assert "社情民意" in panel.text
    assert "冉三" in panel.text
