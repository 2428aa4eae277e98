"""A census through the API and on its pages: begun, handed out, asked at the door, confirmed."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import httpx
from openpyxl import load_workbook

from services.shell.identity.caller import Role
from tests.desk import JINQIAO, SHIQUAN
from tests.registry.office import Office, enrolled, seq_of
from tests.registry.pages.test_pages import filled_in, form_of

API = "/registry/api/census"
AWAY = {
    "lives_here": False,
    "destination": "苏州市工业园区",
    "away_since": "2026-03-12",
    "fixed_place": True,
    "on": "2026-11-21",
}


async def written(client: httpx.AsyncClient, path: str, body: Any = None, **headers: str) -> Any:
    """A command that is taken, and visible."""
    answer = await client.post(path, json=body if body is not None else {}, headers=headers)
    assert answer.status_code == 201, answer.text
    if answer.json()["facts"]:
        assert (await client.get(f"{API}?after={seq_of(answer)}")).status_code == 200
    return answer.json()


async def begun(client: httpx.AsyncClient, **differently: Any) -> str:
    body = {"title": "秋季摸底", "from": "2026-11-10", "until": "2026-12-20"} | differently
    campaign_id: str = (await written(client, API, body))["campaign_id"]
    return campaign_id


async def branch_of(client: httpx.AsyncClient, member_id: str) -> str:
    branch_id: str = (await client.get(f"/registry/api/members/{member_id}")).json()["branch_id"]
    return branch_id


async def test_a_campaign_counts_its_people_by_branch_and_outcome(clerk: httpx.AsyncClient) -> None:
    first, second, third, fourth = [await enrolled(clerk, branch="数数支部") for _ in range(4)]
    await enrolled(clerk, branch="不问支部")
    campaign_id = await begun(clerk, branches=["数数支部"])
    there = f"{API}/{campaign_id}/people"
    await written(clerk, f"{there}/{first}/answer", {"lives_here": True, "phone_right": True})
    await written(clerk, f"{there}/{second}/missed", {"attempt": 1})
    await written(clerk, f"{there}/{second}/missed", {"attempt": 2})
    await written(clerk, f"{there}/{third}/missed", {"why": "refused"})
    shown = (await clerk.get(f"{API}/{campaign_id}")).json()
    (row,) = shown["branches"]
    expected = {"branch": "数数支部", "people": 4, "answered": 1, "not_met": 1, "refused": 1, "left": 1}
    assert {name: row[name] for name in expected} == expected
    listed = (await clerk.get(there, params={"page_size": 2})).json()
    rest = (await clerk.get(there, params={"page_size": 2, "page_token": listed["next_page_token"]})).json()
    assert {one["member_id"] for one in listed["items"] + rest["items"]} == {first, second, third, fourth}
    (tried,) = (await clerk.get(there, params={"outcome": "not_met"})).json()["items"]
    assert (tried["member_id"], tried["attempts"]) == (second, 2)
    (campaign,) = [one for one in (await clerk.get(API)).json()["items"] if one["campaign_id"] == campaign_id]
    assert campaign["progress"]["answered"] == 1


async def test_everything_asked_twice_is_done_once(clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk)
    body = {"title": "两次", "until": "2026-12-20"}
    first = await clerk.post(API, json=body, headers={"Idempotency-Key": "c1"})
    again = await clerk.post(API, json=body, headers={"Idempotency-Key": "c1"})
    assert first.json() == again.json()
    here = f"{API}/{first.json()['campaign_id']}"
    assert (await clerk.get(f"{here}?after={seq_of(first)}")).status_code == 200
    for path, command in (
        ("assign", {"branch": await branch_of(clerk, member_id), "accounts": ["wang"]}),
        (f"people/{member_id}/missed", {"attempt": 1}),
        (f"people/{member_id}/answer", AWAY),
        (f"findings/{member_id}", {"findings": ["moved_away"], "taken": True}),
        ("close", {}),
    ):
        assert len((await written(clerk, f"{here}/{path}", command))["facts"]) in {1, 2}, path
        assert (await written(clerk, f"{here}/{path}", command))["facts"] == [], path


async def test_nothing_changes_until_a_person_confirms(clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk, phone="13912348862")
    campaign_id = await begun(clerk)
    said = AWAY | {"phone": "13700001234", "lives_alone": True}
    await written(clerk, f"{API}/{campaign_id}/people/{member_id}/answer", said)
    card = (await clerk.get(f"/registry/api/members/{member_id}")).json()
    assert card["state"] == "enrolled"
    there = f"{API}/{campaign_id}/findings"
    found = (await clerk.get(there)).json()["items"]
    assert {one["finding"] for one in found} == {"moved_away", "phone", "lives_alone"}
    moved = next(one for one in found if one["finding"] == "moved_away")
    assert (moved["clause"], moved["asked_by"], moved["now"]) == ("§3.1", "shuji", "在册，住在本地")
    assert "13700001234" not in str(found), "numbers stay masked"

    tag = {"If-Match": f'"{moved["version"]}"'}
    both = {"findings": ["moved_away", "phone"], "taken": True}
    done = await written(clerk, f"{there}/{member_id}", both, **tag)
    assert [one["type"] for one in done["facts"]] == [
        "hearth.member.moved_away.v1", "hearth.member.contact_changed.v1", "hearth.member.census_settled.v1",
    ]  # fmt: skip
    await written(clerk, f"{there}/{member_id}", {"findings": ["lives_alone"], "taken": False})
    card = (await clerk.get(f"/registry/api/members/{member_id}")).json()
    assert (card["state"], card["lives_alone"]) == ("away", False)
    history = (await clerk.get(f"/registry/api/members/{member_id}/history")).json()["items"]
    changed = next(one for one in history if one["type"] == "hearth.member.moved_away.v1")
    assert changed["reason"] == "秋季摸底"
    left = (await clerk.get(there)).json()
    assert left["items"] == []
    assert {one["finding"]: one["taken"] for one in left["settled"]} == {
        "moved_away": True, "phone": True, "lives_alone": False,
    }  # fmt: skip


async def test_who_is_found_at_yet_another_place_has_moved_on_when_a_person_says_so(clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk)
    gone = {"from": "2026-03-12", "destination": "杭州市", "fixed_place": True, "reason": "带孙子"}
    await written(clerk, f"/registry/api/members/{member_id}/move-away", gone)
    campaign_id = await begun(clerk)
    await written(clerk, f"{API}/{campaign_id}/people/{member_id}/answer", AWAY | {"away_since": "2026-10-01"})
    there = f"{API}/{campaign_id}/findings"
    (found,) = (await clerk.get(there)).json()["items"]
    assert (found["finding"], found["now"]) == ("moved_on", "2026年3月12日起在杭州市")
    taken = {"findings": ["moved_on"], "taken": True}
    done = await written(clerk, f"{there}/{member_id}", taken)
    assert [one["type"].split(".")[2] for one in done["facts"]] == ["away_details_changed", "census_settled"]
    assert (await written(clerk, f"{there}/{member_id}", taken))["facts"] == []
    ledger = (await clerk.get("/registry/api/ledger")).json()["items"]
    (stay,) = [one for one in ledger if one["member_id"] == member_id]
    assert (stay["destination"], stay["since"]) == (AWAY["destination"], "2026-03-12")
    page = (await clerk.get(f"/registry/members/{member_id}", headers={"accept": "text/html"})).text
    assert "在外换了地方：苏州市工业园区" in page


async def test_findings_are_read_page_by_page(clerk: httpx.AsyncClient) -> None:
    people = [await enrolled(clerk) for _ in range(3)]
    campaign_id = await begun(clerk)
    for member_id in people:
        await written(clerk, f"{API}/{campaign_id}/people/{member_id}/answer", {"lives_alone": True})
    token, seen = "", []
    for _page in range(3):
        params = {"page_size": "1", "page_token": token}
        answer = (await clerk.get(f"{API}/{campaign_id}/findings", params=params)).json()
        seen += [one["member_id"] for one in answer["items"]]
        token = answer["next_page_token"]
    assert (sorted(seen), token) == (sorted(people), "")
    assert (await clerk.get(f"{API}/{campaign_id}/findings?page_token=x")).status_code == 400


async def test_a_card_that_changed_meanwhile_and_a_rule_that_says_no(clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk)
    campaign_id = await begun(clerk)
    await written(clerk, f"{API}/{campaign_id}/people/{member_id}/answer", AWAY)
    there = f"{API}/{campaign_id}/findings"
    body = {"findings": ["moved_away"], "taken": True}
    (found,) = (await clerk.get(there)).json()["items"]
    move = {"from": "2026-11-01", "destination": "杭州市", "reason": "探亲"}
    moved = await clerk.post(f"/registry/api/members/{member_id}/move-away", json=move)
    assert moved.status_code == 201
    back = {"on": "2026-11-20"}
    assert (await clerk.post(f"/registry/api/members/{member_id}/return", json=back)).status_code == 201
    refused = await clerk.post(f"{there}/{member_id}", json=body, headers={"If-Match": f'"{found["version"]}"'})
    assert (refused.status_code, refused.json()["reason"]) == (409, "before_last_return")
    leave = body | {"taken": False}
    stale = await clerk.post(f"{there}/{member_id}", json=leave, headers={"If-Match": f'"{found["version"]}"'})
    assert stale.status_code == 412


async def test_bad_input_says_which_field(clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk)
    bad = await clerk.post(API, json={"title": "", "until": "someday"})
    assert {one["field"].rsplit(".", 1)[-1] for one in bad.json()["errors"]} == {"title", "until"}
    early = await clerk.post(API, json={"title": "早", "until": "2026-11-01"})
    assert (early.status_code, early.json()["reason"]) == (409, "ends_too_early")
    there = f"{API}/{await begun(clerk)}"
    lost = await clerk.post(f"{there}/people/{member_id}/answer", json={"lives_here": False})
    assert lost.status_code == 422
    assert lost.json()["errors"][0]["field"] == "destination"
    empty = await clerk.post(f"{there}/people/{member_id}/answer", json={})
    assert (empty.status_code, empty.json()["reason"]) == (409, "nothing_said")
    assert (
        await clerk.post(f"{there}/findings/{member_id}", json={"findings": ["x"], "taken": True})
    ).status_code == 422
    unknown = await clerk.post(f"{API}/none/people/{member_id}/answer", json={"lives_here": True})
    assert unknown.status_code == 404


async def test_each_post_does_what_it_may(office: Office, clerk: httpx.AsyncClient) -> None:
    mine, other = await enrolled(clerk, branch="派给王支部"), await enrolled(clerk, branch="别人的支部")
    campaign_id = await begun(clerk)
    here = f"{API}/{campaign_id}"
    said = {"lives_here": True}
    async with office.asking(Role.VISITOR, name="wang") as visitor:
        assert (await visitor.get(here)).status_code == 404
        assert campaign_id not in (await visitor.get(API)).text
        await written(clerk, f"{here}/assign", {"branch": await branch_of(clerk, mine), "accounts": ["wang"]})
        seen = (await visitor.get(f"{here}/people")).json()["items"]
        assert {one["member_id"] for one in seen} == {mine}
        assert (await visitor.get(f"{here}/people?part={await branch_of(clerk, other)}")).json()["items"] == []
        assert [one["branch"] for one in (await visitor.get(here)).json()["branches"]] == ["派给王支部"]
        assert (await visitor.post(f"{here}/people/{other}/answer", json=said)).status_code == 404
        assert (await visitor.post(f"{here}/people/{other}/missed", json={})).status_code == 404
        await written(visitor, f"{here}/people/{mine}/answer", said)
        for path, body in (("assign", {"branch": "", "accounts": ["wang"]}), ("close", {}), (f"findings/{mine}", {})):
            assert (await visitor.post(f"{here}/{path}", json=body)).status_code in {403, 422}, path
        assert (await visitor.get(f"{here}/findings")).status_code == 403
        assert (await visitor.get(f"/registry/census/{campaign_id}/progress.xlsx")).status_code == 403
    async with office.asking(Role.AUDITOR) as reader:
        assert (await reader.get(here)).status_code == 200
        assert (await reader.get(f"{here}/findings")).status_code == 403
        assert (await reader.post(f"{here}/people/{mine}/answer", json=said)).status_code == 403
        assert (await reader.post(API, json={"title": "x", "until": "2026-12-20"})).status_code == 403
    async with office.asking(scope=SHIQUAN) as stranger:
        assert campaign_id not in (await stranger.get(API)).text
        assert (await stranger.get(here)).status_code == 404
        assert (await stranger.post(f"{here}/close")).status_code == 404
        assert (
            await stranger.post(f"{here}/findings/{mine}", json={"findings": ["phone"], "taken": True})
        ).status_code == 404
        elsewhere = {"title": "x", "until": "2026-12-20", "community": JINQIAO}
        assert (await stranger.post(API, json=elsewhere)).status_code == 403
    async with office.asking(Role.LIAISON) as liaison:
        assert (await liaison.get(API)).status_code == 403


async def test_a_closed_campaign_takes_no_answers_and_what_was_found_may_be_confirmed(
    clerk: httpx.AsyncClient,
) -> None:
    member_id = await enrolled(clerk)
    campaign_id = await begun(clerk)
    await written(clerk, f"{API}/{campaign_id}/people/{member_id}/answer", {"lives_alone": True})
    await written(clerk, f"{API}/{campaign_id}/close")
    late = await clerk.post(f"{API}/{campaign_id}/people/{member_id}/answer", json={"lives_alone": False})
    assert (late.status_code, late.json()["reason"]) == (409, "census_closed")
    await written(clerk, f"{API}/{campaign_id}/findings/{member_id}", {"findings": ["lives_alone"], "taken": True})
    assert (await clerk.get(f"/registry/api/members/{member_id}")).json()["lives_alone"]


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_campaign_from_the_form_to_the_register(browser: httpx.AsyncClient) -> None:
    first = await enrolled(browser, branch="页面摸底支部", name="郑秀英", address="金桥路9弄1号101室")
    second = await enrolled(browser, branch="页面摸底支部", name="郑秀兰", address="金桥路9弄1号102室")
    branch_id = await branch_of(browser, first)
    fields = {
        "title": "页面摸底", "from": "2026-11-10", "until": "2026-12-20", "branches": branch_id,
        "questions": ["whereabouts", "phone", "family", "lives_alone", "wishes"], "own": "愿意当楼组长吗？\n",
    }  # fmt: skip
    shown = await filled_in(browser, "/registry/census/new", **fields)
    assert "页面摸底开始了" in shown.text
    assert "愿意当楼组长吗？" in shown.text
    here = str(shown.url).replace("http://office", "")
    found = await browser.get(f"{here}/people?part={branch_id}&q=zxl")
    assert "郑秀兰" in found.text
    assert "郑秀英" not in found.text
    form = await browser.get(f"{here}/assign?part={branch_id}")
    hidden = form_of(form.text, f"{here}/assign")
    assigned = await browser.post(f"{here}/assign", data=hidden | {"accounts": ["wang", "chen"]})
    assert "已派好。" in assigned.text
    people = await browser.get(f"{here}/people?part={branch_id}")
    assert people.text.index("郑秀英") < people.text.index("郑秀兰"), "house by house, door by door"
    door = f"{here}/people/{first}?part={branch_id}"
    form = await browser.get(door)
    assert "tel:13912348862" in form.text
    hidden = form_of(form.text, f"{here}/people/{first}/answer?part={branch_id}")
    wrong = await browser.post(
        f"{here}/people/{first}/answer?part={branch_id}",
        data=hidden | {"lives_here": "false", "way": "door", "on": "2026-11-21", "free_0": "愿意"},
    )
    assert wrong.status_code == 422
    assert "没有填去了哪里" in wrong.text
    assert 'value="愿意"' in wrong.text, "what was typed is not lost"
    said = {
        "lives_here": "false", "destination": "苏州市", "away_since": "2026-03-12", "phone_right": "false",
        "phone": "13700005678", "way": "door", "on": "2026-11-21", "free_0": "愿意", "wishes": "字印大一点",
    }  # fmt: skip
    key = form_of(wrong.text, f"{here}/people/{first}/answer?part={branch_id}")
    after = await browser.post(f"{here}/people/{first}/answer?part={branch_id}", data=key | said)
    assert "已记下郑秀英的回答。" in after.text
    assert "<h1>郑秀兰" in after.text, "the next person's screen"
    missed = await browser.post(
        f"{here}/people/{second}/missed?part={branch_id}", data={"why": "not_met", "attempt": "1"}
    )
    assert "没找到郑秀兰" in missed.text
    again = await browser.get(door)
    assert 'value="苏州市"' in again.text, "what was said before is offered"
    assert "tel:" not in again.text, "somebody who has answered needs no call: masked"

    found = await browser.get(f"{here}/findings")
    ticks = re.findall(r'name="tick" value="([^"]+)"', found.text)
    assert len(ticks) == 2
    key = form_of(found.text, f"{here}/findings")
    none = await browser.post(f"{here}/findings", data=key | {"taken": "true"})
    assert "没有勾选任何一条" in none.text
    taken = await browser.post(f"{here}/findings", data=key | {"tick": ticks, "taken": "true"})
    assert "已把 2 条记入名册。" in taken.text
    assert f'href="/registry/members/{first}"' in taken.text
    page = await browser.get(f"/registry/members/{first}")
    assert "摸底结果已核定并记入" in page.text
    assert "苏州市" in page.text
    nobody = await browser.post(f"{here}/findings", data=key | {"tick": "x/y/z", "taken": "true"})
    assert nobody.status_code == 400


async def test_refusals_stand_on_the_page_with_their_reason(browser: httpx.AsyncClient) -> None:
    member_id = await enrolled(browser, name="周国平", branch="已在外支部")
    move = {"from": "2026-04-01", "destination": "杭州市", "reason": "探亲"}
    assert (await browser.post(f"/registry/api/members/{member_id}/move-away", json=move)).status_code == 201
    back = {"on": "2026-05-01"}
    assert (await browser.post(f"/registry/api/members/{member_id}/return", json=back)).status_code == 201
    campaign_id = await begun(browser, branches=["已在外支部"])
    await written(browser, f"{API}/{campaign_id}/people/{member_id}/answer", AWAY)
    here = f"/registry/census/{campaign_id}/findings"
    shown = await browser.get(here)
    (tick,) = re.findall(r'name="tick" value="([^"]+)"', shown.text)
    refused = await browser.post(here, data=form_of(shown.text, here) | {"tick": tick, "taken": "true"})
    assert refused.status_code == 409
    assert "周国平：外出日期早于" in refused.text
    assert tick.split("/", 1)[0] in refused.text


async def test_every_page_opens_in_both_languages_and_for_each_post(office: Office, browser: httpx.AsyncClient) -> None:
    member_id = await enrolled(browser, branch="各页支部")
    branch_id = await branch_of(browser, member_id)
    campaign_id = await begun(browser, branches=["各页支部"], free=["还有什么要说的？"])
    await written(browser, f"{API}/{campaign_id}/assign", {"branch": branch_id, "accounts": ["wang"]})
    here = f"/registry/census/{campaign_id}"
    paths = [
        "",
        "/people",
        "/people?show=answered",
        f"/people/{member_id}",
        "/findings",
        f"/assign?part={branch_id}",
    ]
    for path in ["/registry/census", "/registry/census/new", *(here + path for path in paths)]:
        assert (await browser.get(path)).status_code == 200, path
        english = await browser.get(path, headers={"cookie": "lang=en"})
        assert english.status_code == 200
        assert not re.search("核定|作答", english.text), path
    async with office.asking(Role.VISITOR, name="wang") as visitor:
        visitor.headers["accept"] = "text/html"
        for path in ("/registry/census", here, f"{here}/people", f"{here}/people/{member_id}"):
            assert (await visitor.get(path)).status_code == 200, path
        assert (await visitor.get("/registry/census/new")).status_code == 403
        assert (await visitor.get(f"{here}/assign")).status_code == 403


async def test_the_progress_is_a_worksheet_that_runs_nothing(browser: httpx.AsyncClient) -> None:
    await enrolled(browser, branch="=1+1支部")
    campaign_id = await begun(browser, branches=["=1+1支部"])
    sheet = await browser.get(f"/registry/census/{campaign_id}/progress.xlsx")
    assert sheet.status_code == 200
    rows = list(load_workbook(BytesIO(sheet.content)).active.iter_rows(values_only=True))  # type: ignore[union-attr]  # there is a sheet
    assert rows[0][:3] == ("支部", "谁去问", "应问")
    assert rows[1][0] == "'=1+1支部"
    assert rows[1][2] == 1
