"""Who has not been reached, the log of one member, and the office's own calls: pages and API on a real cell."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from deploy.box.addresses import BoxAddresses
from events.facts.care import VisitMade, VisitWay
from events.facts.notice import Channel, NoticeAcknowledged, NoticeFailed
from services.shell.identity.caller import Role
from tests.desk import JINQIAO, NOW, SHIQUAN
from tests.registry.office import Office, asked, care_of, enrolled, seq_of, tells
from tests.registry.pages.notices import notifies, notify_of

API = "/registry/api"
TODAY = date(2026, 11, 21)


async def log(client: httpx.AsyncClient, member_id: str, after: str = "") -> dict[str, Any]:
    answer = await client.get(f"{API}/members/{member_id}/contacts", params={"after": after} if after else {})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def unreached(client: httpx.AsyncClient, **wanted: Any) -> dict[str, dict[str, Any]]:
    """By member."""
    answer = await client.get(f"{API}/unreached", params={"page_size": 1000, **wanted})
    assert answer.status_code == 200, answer.text
    return {one["member_id"]: one for one in answer.json()["items"]}


async def long_here(client: httpx.AsyncClient, **differently: Any) -> str:
    """Somebody on the roll for years whom nobody is known to have reached."""
    return await enrolled(client, **{"on": "2024-03-01", **differently})


async def test_what_three_services_did_stands_in_one_list(
    office: Office, clerk: httpx.AsyncClient, address: BoxAddresses
) -> None:
    member_id = await long_here(clerk)
    assert (await unreached(clerk))[member_id]["days"] == (TODAY - date(2024, 3, 1)).days
    called = await clerk.post(
        f"{API}/members/{member_id}/contacts", json={"outcome": "not_reached", "on": "2026-11-10"}
    )
    positions = [seq_of(called)]
    async with care_of(address, office.clock) as care, notify_of(address, office.clock) as notify:
        positions.append(await tells(care, member_id, VisitMade(by="wang", way=VisitWay.HOME), date(2026, 10, 2)))
        arrived = NoticeAcknowledged(notice_id="n1", channel=Channel.PHONE)
        positions.append(await notifies(notify, member_id, arrived, date(2026, 11, 15)))
    found = await log(clerk, member_id, ",".join(positions))
    assert [(one["kind"], one["outcome"], one["counts"], one["service"]) for one in found["items"]] == [
        ("message", "reached", False, "notify"),
        ("call", "tried", False, "registry"),
        ("visit", "reached", True, "care"),
    ]
    assert (found["reached_on"], found["clause"]) == ("2026-10-02", "§1.3"), "told is not reached"
    row = (await unreached(clerk, days=30))[member_id]
    assert (row["days"], row["tries"], row["tried_on"], row["clause"]) == (50, 1, "2026-11-10", "§1.4")
    assert member_id not in await unreached(clerk, days=60)
    await asked(clerk, f"{API}/members/{member_id}/contacts", outcome="reached", note="身体好")
    assert member_id not in await unreached(clerk, days=30)
    card = (await clerk.get(f"{API}/members/{member_id}")).json()
    assert card["last_contact"] == "2026-11-21"


async def test_the_same_call_sent_twice_is_one_and_a_slip_is_struck_out(clerk: httpx.AsyncClient) -> None:
    member_id = await long_here(clerk)
    path, body, key = f"{API}/members/{member_id}/contacts", {"outcome": "reached"}, {"Idempotency-Key": "call-1"}
    first = await clerk.post(path, json=body, headers=key)
    again = await clerk.post(path, json=body, headers=key)
    assert (first.status_code, first.json()) == (201, again.json())
    contact_id = first.json()["contact_id"]
    found = await log(clerk, member_id, seq_of(first))
    assert [one["contact_id"] for one in found["items"]] == [contact_id]
    await asked(clerk, f"{path}/{contact_id}/take-back")
    assert (await asked(clerk, f"{path}/{contact_id}/take-back"))["facts"] == [], "once"
    found = await log(clerk, member_id)
    assert ([one["outcome"] for one in found["items"]], found["reached_on"]) == (["slip"], None)
    assert (await clerk.get(f"{API}/members/{member_id}")).json()["last_contact"] is None
    assert member_id in await unreached(clerk)


async def test_a_wrong_number_is_checked_until_the_card_has_another(clerk: httpx.AsyncClient) -> None:
    member_id = await long_here(clerk, phone="13900007777")
    await asked(clerk, f"{API}/members/{member_id}/contacts", outcome="wrong_number", note="接的是别人")
    row = (await unreached(clerk, which="wrong-number"))[member_id]
    assert (row["wrong_number"], row["tries"]) == (True, 1)
    page = await clerk.get("/registry/contacts?which=wrong-number")
    assert "改电话" in page.text
    await asked(clerk, f"{API}/members/{member_id}/correct", field="phone", value="13900008888", reason="女儿告知")
    assert member_id not in await unreached(clerk, which="wrong-number")


async def test_a_number_that_notify_found_wrong_is_checked_as_well(
    office: Office, clerk: httpx.AsyncClient, address: BoxAddresses
) -> None:
    member_id = await long_here(clerk)
    async with notify_of(address, office.clock) as notify:
        failed = NoticeFailed(notice_id="n2", channel=Channel.PHONE, why="wrong_number")
        position = await notifies(notify, member_id, failed, date(2026, 11, 12))
    assert (await clerk.get(f"{API}/unreached", params={"after": position})).status_code == 200
    assert member_id in await unreached(clerk, which="wrong-number")
    await asked(clerk, f"{API}/members/{member_id}/contacts", outcome="reached")
    assert member_id not in await unreached(clerk, which="wrong-number"), "somebody got through"


async def test_a_long_silence_is_looked_into_by_a_person(clerk: httpx.AsyncClient) -> None:
    member_id = await long_here(clerk, name="钱大海")
    assert (await unreached(clerk, which="review"))[member_id]["clause"] == "§3.5"
    page = await clerk.get(f"/registry/members/{member_id}/contacts")
    assert "天没有联系上，请核实" in page.text
    assert "认定失去联系</a>" not in page.text, "who has not left is not lost"
    path = f"{API}/members/{member_id}/silence-aside"
    refused = await clerk.post(path, json={"reason": " "})
    assert refused.status_code == 422
    await asked(clerk, path, reason="邻居说住在女儿家")
    assert (await asked(clerk, path, reason="邻居说住在女儿家"))["facts"] == []
    assert member_id not in await unreached(clerk, which="review")
    assert member_id in await unreached(clerk, days=180), "the silence itself goes on"
    page = await clerk.get(f"/registry/members/{member_id}/contacts")
    assert "暂不认定失联：邻居说住在女儿家" in page.text
    await asked(clerk, f"{API}/members/{member_id}/contacts", outcome="reached")
    soon = await clerk.post(path, json={"reason": "再等等"})
    assert (soon.status_code, soon.json()["reason"]) == (409, "contact_too_recent")


async def test_study_brought_home_counts_for_who_is_lost_as_well(clerk: httpx.AsyncClient) -> None:
    """What the log takes for a contact, the review of those away takes for one too."""
    member_id = await long_here(clerk)
    body = {"from": "2025-11-20", "destination": "六安市", "reason": "回原籍"}
    assert (await clerk.post(f"{API}/members/{member_id}/move-away", json=body)).status_code == 201
    await asked(clerk, f"{API}/members/{member_id}/contacts", outcome="reached", way="message", on="2026-08-01")
    refused = await clerk.post(f"{API}/members/{member_id}/lost-contact", json={"reason": "打不通"})
    assert (refused.status_code, refused.json()["reason"]) == (409, "contact_too_recent")


async def test_the_office_rings_up_from_the_page_and_takes_a_slip_back(browser: httpx.AsyncClient) -> None:
    member_id = await long_here(browser, name="沈阿大")
    here = f"/registry/members/{member_id}"
    listed = await browser.get("/registry/contacts?days=90")
    assert "沈阿大" in listed.text
    assert "13912348862" not in listed.text, "masked on the list"
    call = await browser.post(f"{here}/contact-call", data={"days": "90"})
    assert "13912348862" in call.text
    assert 'name="days" value="90"' in call.text
    key = call.text.split('name="idempotency_key" value="')[1].split('"')[0]
    sent = {"idempotency_key": key, "days": "90", "way": "phone", "outcome": "reached", "note": "身体好"}
    for _press in range(2):
        done = await browser.post(f"{here}/contact-tried", data=sent)
        assert done.status_code == 200, done.text
    assert "已记下：联系上了沈阿大" in done.text
    assert f'action="{here}/contact-tried/take-back"' in done.text, "undo"
    page = (await browser.get(f"{here}/contacts")).text
    assert page.count("身体好") == 2, "the line, and the hint of the form"
    contact_id = page.split('name="contact" value="')[1].split('"')[0]
    back = await browser.post(f"{here}/contact-tried/take-back", data={"contact": contact_id})
    assert "记错了，不算" in back.text
    assert "联系记录" in (await browser.get(here)).text


async def test_a_wrong_day_is_said_on_the_page(browser: httpx.AsyncClient) -> None:
    member_id = await long_here(browser)
    sent = {"outcome": "reached", "on": (TODAY + timedelta(days=1)).isoformat()}
    answer = await browser.post(f"/registry/members/{member_id}/contact-tried", data=sent)
    assert answer.status_code == 409
    assert "还没有到" in answer.text
    answer = await browser.post(f"/registry/members/{member_id}/contact-tried", data={"outcome": "maybe"})
    assert answer.status_code == 422


async def test_the_list_goes_along_as_a_file_with_masked_numbers(clerk: httpx.AsyncClient) -> None:
    member_id = await long_here(
        clerk, name="周文远", family=[{"name": "周敏", "relation": "女儿", "phone": "13800002210"}]
    )
    sheet = (await clerk.get("/registry/contacts.csv?days=90")).text
    assert "周文远" in sheet
    assert "13912348862" not in sheet
    assert "女儿138 **** 2210" in sheet
    await asked(clerk, f"{API}/members/{member_id}/contacts", outcome="reached", note="=1+1")
    own = (await clerk.get(f"/registry/members/{member_id}/contacts.csv")).text
    assert "办公室联系 · 打本人电话,联系上了" in own
    assert ",=1+1" not in own, "no formula runs on an office PC"


async def test_a_branch_has_its_list_too(clerk: httpx.AsyncClient) -> None:
    member_id = await long_here(clerk, branch="联系支部", name="何秀兰")
    await asked(clerk, f"{API}/members/{member_id}/contacts", outcome="reached", way="in_person", on="2026-11-01")
    branch_id = (await clerk.get(f"{API}/members/{member_id}")).json()["branch_id"]
    page = await clerk.get(f"/registry/branches/{branch_id}/contacts")
    assert "何秀兰" in page.text
    assert "上门或当面" in page.text
    only = await unreached(clerk, branch_id=branch_id, days=1)
    assert only.keys() == {member_id}


async def test_who_is_dead_or_absorbed_is_no_silence(clerk: httpx.AsyncClient) -> None:
    member_id = await long_here(clerk)
    await asked(clerk, f"{API}/members/{member_id}/die", on="2026-11-01")
    assert member_id not in await unreached(clerk)
    refused = await clerk.post(f"{API}/members/{member_id}/contacts", json={"outcome": "reached"})
    assert (refused.status_code, refused.json()["reason"]) == (409, "died")


async def test_only_the_office_calls_and_only_its_own_people(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await long_here(clerk)
    path, body = f"{API}/members/{member_id}/contacts", {"outcome": "reached"}
    async with office.asking(role=Role.AUDITOR) as auditor:
        assert (await auditor.post(path, json=body)).status_code == 403
        assert (await auditor.get(path)).status_code == 200
        assert (await auditor.post(f"/registry/members/{member_id}/contact-call")).status_code == 403
    async with office.asking(role=Role.VISITOR) as visitor:
        assert (await visitor.get(f"{API}/unreached")).status_code == 403
    async with office.asking(scope=SHIQUAN) as other:
        assert (await other.get(path)).status_code == 404
        assert (await other.post(path, json=body)).status_code == 404
        assert member_id not in await unreached(other)
        assert (await other.get(f"{API}/unreached", params={"community": JINQIAO})).status_code == 403
    assert (await clerk.get(f"{API}/members/nobody/contacts")).status_code == 404
    unknown = await clerk.post(f"{path}/nothing/take-back")
    assert (unknown.status_code, unknown.json()["reason"]) == (409, "no_contact")


@pytest.mark.parametrize("query", ["days=-1", "days=99999", "which=other", "branch_id=*"])
async def test_a_list_that_is_none_is_refused(clerk: httpx.AsyncClient, query: str) -> None:
    assert (await clerk.get(f"{API}/unreached?{query}")).status_code == 422


async def test_pages_of_the_list_hold_everybody_once(clerk: httpx.AsyncClient) -> None:
    wanted = {await long_here(clerk, branch="长名单支部") for _ in range(3)}
    branch_id = (await clerk.get(f"{API}/members/{min(wanted)}")).json()["branch_id"]
    found, token = [], ""
    while True:
        query = {"branch_id": branch_id, "page_size": "2", "page_token": token}
        answer = (await clerk.get(f"{API}/unreached", params=query)).json()
        found += [one["member_id"] for one in answer["items"]]
        if not (token := answer["next_page_token"]):
            break
    assert sorted(found) == sorted(wanted)
    assert NOW.date() == TODAY


async def test_the_home_page_says_how_many_are_to_be_looked_into(clerk: httpx.AsyncClient) -> None:
    await long_here(clerk)
    panel = await clerk.get("/registry/panels/today")
    assert "人该核实" in panel.text
    assert 'href="/registry/contacts?which=review"' in panel.text


async def test_of_a_city_a_community_is_chosen_first(
    office: Office, clerk: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await long_here(clerk)

    async def never(*_: Any, **__: Any) -> bool:
        return False

    monkeypatch.setattr("services.registry.project.silence.is_small", never)
    page = await clerk.get("/registry/contacts")
    assert "先选社区" in page.text
    assert f'<option value="{JINQIAO}">' in page.text
