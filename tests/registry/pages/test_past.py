"""Every page of a member and a branch on a day, as it was known at a moment."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from deploy.box.addresses import BoxAddresses
from events.facts.base import Fact
from events.facts.care import VisitMade, VisitWay
from events.facts.member import Assigned
from events.log.command import Asked
from services.registry.pages.as_of import Travels
from services.registry.pages.routers import ROUTERS
from services.shell.identity.caller import Role
from tests.desk import JINQIAO, SHIQUAN
from tests.registry.office import Office, asked, care_of, enrolled, tells
from tests.registry.pages.test_branches import formed

MEMBERS, BRANCHES = "/registry/api/members", "/registry/api/branches"
MARCH = "2026-03-12"
AWAY = {"from": MARCH, "destination": "杭州市西湖区", "fixed_place": True, "reason": "帮女儿带孩子"}


async def card(client: httpx.AsyncClient, member_id: str, **times: Any) -> dict[str, Any]:
    answer = await client.get(f"{MEMBERS}/{member_id}", params=times)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def moment(office: Office) -> str:
    """This moment; what follows is written later."""
    now = office.clock().isoformat()
    office.clock.go_on(minutes=10)
    return now


async def people(client: httpx.AsyncClient, branch_id: str, **times: Any) -> set[str]:
    answer = await client.get(f"{BRANCHES}/{branch_id}/members", params=times)
    assert answer.status_code == 200, answer.text
    return {one["member_id"] for one in answer.json()["items"]}


async def due(client: httpx.AsyncClient, member_id: str) -> int:
    """What is due for February."""
    sheet = await client.get(f"{MEMBERS}/{member_id}/dues?from=2026-02&to=2026-02")
    found: int = sheet.json()["items"][0]["due_fen"]
    return found


async def said(office: Office, client: httpx.AsyncClient, member_id: str, fact: Fact, on: str) -> None:
    """Something is written down late, for a day long past."""
    commands = office.service.state.registry.commands
    receipt = await commands.note(Asked("li", JINQIAO), fact.STREAM, member_id, fact, date.fromisoformat(on))
    assert (await client.get(f"{BRANCHES}?after={receipt.position}")).status_code == 200


# ── corrections that came late ───────────────────────────────────────────────────────────────────────────────────


async def test_before_a_late_correction_the_old_answer_and_after_it_the_new(
    office: Office, clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    member_id = await enrolled(clerk, on="2026-01-10", name="张桂兰")
    before = moment(office)
    wish = {"field": "name", "value": "张桂蓝", "wrong_since": "2026-02-01", "reason": "户口本"}
    await asked(clerk, f"{MEMBERS}/{member_id}/correct", **wish)
    names = [
        (await card(clerk, member_id, as_of=day, **known))["name"]
        for day in ("2026-01-31", "2026-02-01")
        for known in ({"known_at": before}, {})
    ]
    assert names == ["张桂兰", "张桂兰", "张桂兰", "张桂蓝"]
    assert (await card(clerk, member_id, known_at=before))["name"] == "张桂兰", "today, as it was known then"
    for page in ("", "/timeline", "/dues", "/points"):
        there = (await browser.get(f"/registry/members/{member_id}{page}", params={"known_at": before})).text
        assert ("张桂兰" in there, "张桂蓝" in there) == (True, False), page


async def test_a_day_of_leaving_that_was_set_right_moves_the_absence_on_every_page(
    office: Office, clerk: httpx.AsyncClient
) -> None:
    member_id = await enrolled(clerk, on="2026-01-10")
    await asked(clerk, f"{MEMBERS}/{member_id}/move-away", **AWAY)
    before = moment(office)
    await asked(clerk, f"{MEMBERS}/{member_id}/away-day", since="2026-03-20", reason="车票")
    states = [
        (await card(clerk, member_id, as_of=day, **known))["state"]
        for day in ("2026-03-11", "2026-03-15", "2026-03-20")
        for known in ({"known_at": before}, {})
    ]
    assert states == ["enrolled", "enrolled", "away", "enrolled", "away", "away"]
    for known, days in (({"known_at": before}, [MARCH]), ({}, ["2026-03-20"])):
        rows = (await clerk.get("/registry/api/ledger", params={"as_of": "2026-04-01", **known})).json()["items"]
        assert [one["since"] for one in rows if one["member_id"] == member_id] == days
    rows = (await clerk.get("/registry/api/ledger", params={"as_of": "2026-03-15"})).json()["items"]
    assert member_id not in {one["member_id"] for one in rows}


async def test_a_branch_has_the_people_and_the_name_of_then(office: Office, clerk: httpx.AsyncClient) -> None:
    old = await formed(clerk, "当年支部", on="2026-01-05")
    other = await formed(clerk, "后来支部", on="2026-01-05")
    a, b, c = [await enrolled(clerk, branch="当年支部", on="2026-01-10") for _ in range(3)]
    await said(office, clerk, a, Assigned(branch_id=other), "2026-05-01")
    await asked(clerk, f"{BRANCHES}/{old}/rename", name="新名支部", on="2026-06-01", reason="改名")
    before = moment(office)
    await said(office, clerk, b, Assigned(branch_id=other), "2026-05-01")
    assert await people(clerk, old, as_of="2026-04-30") == {a, b, c}
    assert await people(clerk, old, as_of="2026-05-01") == {c}
    assert await people(clerk, old, as_of="2026-05-01", known_at=before) == {b, c}
    assert await people(clerk, old, known_at=before) == {b, c}
    names = [
        (await clerk.get(f"{BRANCHES}/{old}", params={"as_of": day})).json()["name"]
        for day in ("2026-05-31", "2026-06-01")
    ]
    assert names == ["当年支部", "新名支部"]
    listed = (await clerk.get(BRANCHES, params={"as_of": "2026-05-01", "known_at": before})).json()["items"]
    assert {one["branch_id"]: one["members"] for one in listed if one["branch_id"] in (old, other)} == {
        old: 2,
        other: 1,
    }


async def test_a_slip_of_the_same_day_is_known_as_long_as_it_stood(office: Office, clerk: httpx.AsyncClient) -> None:
    wrong, right = [await formed(clerk, name, on="2026-01-05") for name in ("错编支部", "该编支部")]
    member_id = await enrolled(clerk, branch="错编支部", on="2026-01-10")
    before = moment(office)
    await said(office, clerk, member_id, Assigned(branch_id=right), "2026-01-10")
    assert (await people(clerk, wrong), await people(clerk, right)) == (set(), {member_id})
    assert await people(clerk, wrong, known_at=before) == {member_id}
    assert await people(clerk, right, known_at=before) == set()


async def test_a_branch_that_was_split_and_one_that_is_merged_are_as_they_were(
    office: Office, clerk: httpx.AsyncClient
) -> None:
    source = await formed(clerk, "先分支部", on="2026-01-05")
    a, b, c = [await enrolled(clerk, branch="先分支部", on="2026-01-10") for _ in range(3)]
    whole = moment(office)
    split = await asked(
        clerk, f"{BRANCHES}/{source}/split", name="先分出的", member_ids=[a, b], on="2026-08-01", reason="人多"
    )
    new = split["branch_id"]
    parted = moment(office)
    await asked(clerk, f"{BRANCHES}/{new}/merge", into=source, on="2026-10-01", reason="人少")
    assert await people(clerk, source, as_of="2026-07-31") == {a, b, c}
    assert (await people(clerk, source, as_of="2026-09-01"), await people(clerk, new, as_of="2026-09-01")) == (
        {c},
        {a, b},
    )
    assert await people(clerk, source, as_of="2026-09-01", known_at=whole) == {a, b, c}
    assert (await clerk.get(f"{BRANCHES}/{new}", params={"as_of": "2026-09-01", "known_at": whole})).status_code == 404
    assert await people(clerk, new, known_at=parted) == {a, b}
    assert (await clerk.get(f"{BRANCHES}/{new}", params={"as_of": "2026-09-01"})).json()["closed_on"] is None


async def test_two_records_of_a_person_are_one_from_when_that_was_known(
    office: Office, clerk: httpx.AsyncClient
) -> None:
    branch_id = await formed(clerk, "重档支部", on="2026-01-05")
    one, other = [await enrolled(clerk, branch="重档支部", on="2026-01-10") for _ in range(2)]
    two = moment(office)
    await asked(clerk, f"{MEMBERS}/{one}/merge", into=other, evidence="身份证", reason="同一个人")
    merged = moment(office)
    assert await people(clerk, branch_id, as_of="2026-05-01", known_at=two) == {one, other}
    assert len(await people(clerk, branch_id, as_of="2026-05-01", known_at=merged)) == 1
    await asked(clerk, f"{MEMBERS}/{one}/unmerge", reason="不是同一个人")
    assert await people(clerk, branch_id, as_of="2026-05-01") == {one, other}
    assert len(await people(clerk, branch_id, as_of="2026-05-01", known_at=merged)) == 1


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_page_of_the_past_says_so_and_only_shows(
    office: Office, clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    branch_id = await formed(clerk, "看得见支部", on="2026-01-05")
    member_id = await enrolled(clerk, branch="看得见支部", on="2026-01-10")
    office.clock.go_on(minutes=10)
    here = f"/registry/members/{member_id}"
    now = (await browser.get(here)).text
    assert "看过去某一天的" in now
    assert "回到现在" not in now
    assert f"{here}/move-away" in now
    then = (await browser.get(here, params={"as_of": "2026-05-01", "known_at": "2026-11-21T09:35"})).text
    assert "这是2026年5月1日那天的情况，只按2026年11月21日 09:35以前记下的；只能看，不能改。" in then
    assert f'<a href="{here}" data-now>回到现在</a>' in then
    assert f'href="{here}/dues?as_of=2026-05-01&amp;known_at=2026-11-21T09%3A35"' in then
    assert f"{here}/move-away" not in then
    main = then[then.index("<main") : then.index("</main>")]
    assert 'method="post"' not in main
    of_branch = (await browser.get(f"/registry/branches/{branch_id}", params={"as_of": "2026-05-01"})).text
    assert f'href="{here}?as_of=2026-05-01"' in of_branch
    assert f"/registry/branches/{branch_id}/split" not in of_branch
    english = await browser.get(here, params={"as_of": "2026-05-01"}, headers={"cookie": "lang=en"})
    assert "As it was on 1 May 2026" in english.text


@pytest.mark.parametrize(
    ("times", "status", "said"),
    [
        ({"as_of": "gestern"}, 422, "不是有效的日期"),
        ({"known_at": "gestern"}, 422, "不是有效的时间"),
        ({"as_of": "2026-11-22"}, 422, "这一天还没有到"),
        ({"known_at": "2026-11-22"}, 422, "这一天还没有到"),
        ({"as_of": "2026-01-09"}, 404, "那一天还不在册"),
        ({"known_at": "2020-01-01"}, 404, "那一天还不在册"),
        ({"as_of": "", "known_at": ""}, 200, "看过去某一天的"),
        ({"as_of": "2026-11-21", "known_at": "2026-11-21"}, 200, "看过去某一天的"),
    ],
)
async def test_a_day_that_cannot_be_shown_says_why(
    browser: httpx.AsyncClient, times: dict[str, str], status: int, said: str
) -> None:
    member_id = await enrolled(browser, on="2026-01-10")
    answer = await browser.get(f"/registry/members/{member_id}", params=times)
    assert (answer.status_code, said in answer.text) == (status, True), answer.text
    assert (await browser.get(f"{MEMBERS}/{member_id}", params=times)).status_code == status


async def test_the_past_is_nobody_elses_either(office: Office, clerk: httpx.AsyncClient) -> None:
    branch_id = await formed(clerk, "隔壁支部", on="2026-01-05")
    member_id = await enrolled(clerk, branch="隔壁支部", on="2026-01-10")
    then = {"as_of": "2026-05-01"}
    async with office.asking(scope=SHIQUAN) as stranger, office.asking(Role.VISITOR) as visitor:
        for path in (f"{MEMBERS}/{member_id}", f"{BRANCHES}/{branch_id}", f"/registry/members/{member_id}/dues"):
            assert (await stranger.get(path, params=then)).status_code == 404, path
            assert (await visitor.get(path, params=then)).status_code == 403, path


# ── all of them ──────────────────────────────────────────────────────────────────────────────────────────────────


def travelling() -> list[str]:
    """The routes that say that they have a past."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    return [f"/registry{route.path}" for route in routes if Travels in route.dependencies]


async def test_every_route_that_has_a_past_answers(
    office: Office, clerk: httpx.AsyncClient, browser: httpx.AsyncClient, address: BoxAddresses
) -> None:
    branch_id = await formed(clerk, "走遍支部", on="2026-01-05")
    a = await enrolled(clerk, branch="走遍支部", on="2026-01-10")
    await enrolled(clerk, branch="走遍支部", on="2026-01-10")
    await asked(clerk, f"{MEMBERS}/{a}/move-away", **AWAY)
    paid = await asked(
        clerk, f"{MEMBERS}/{a}/pay-dues", months=["2026-02"], amount_fen=await due(clerk, a), paid_on="2026-02-03"
    )
    async with care_of(address, office.clock) as care:
        seen = await tells(care, a, VisitMade(by="wang", way=VisitWay.HOME), date(2026, 4, 20))
    assert (await clerk.get(f"{MEMBERS}/{a}/contacts?after={seen}")).status_code == 200
    report = await asked(clerk, f"{MEMBERS}/{a}/reports", title="一季度汇报", on="2026-04-01", words="近况很好")
    await asked(
        clerk, f"{BRANCHES}/{branch_id}/funds/allocate", year=2026, source="superior", amount_fen=900, on="2026-03-01"
    )
    slip = {"on": "2026-04-02", "amount_fen": 500, "purpose": "study", "what": "学习资料", "voucher": "1"}
    spent = await asked(clerk, f"{BRANCHES}/{branch_id}/funds/spend", **slip)
    given = {
        "spending_id": spent["spending_id"],
        "member_id": a,
        "branch_id": branch_id,
        "report_id": report["report_id"],
        "number": paid["receipt_no"],
    }
    paths = travelling()
    assert len(paths) > 35
    for path in paths:
        there = path.format(**given)
        params = {"as_of": "2026-05-01"} | ({"branch_id": branch_id} if path == "/registry/api/points" else {})
        answer = await (clerk if "/api/" in path else browser).get(there, params=params)
        assert answer.status_code == 200, f"{path}: {answer.text[:600]}"
        if "/api/" not in path and not path.endswith(".pdf"):
            assert "这是2026年5月1日那天的情况" in answer.text, path
            assert 'method="post"' not in answer.text[answer.text.index("<main") :].partition("</main>")[0], path


async def test_a_district_is_asked_to_choose(
    office: Office, clerk: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await enrolled(clerk, on="2026-01-10")
    await enrolled(clerk, on="2026-01-10")
    monkeypatch.setattr("services.registry.project.past.PEOPLE_MAX", 1)
    answer = await clerk.get("/registry/api/members", params={"as_of": "2026-05-01"})
    assert answer.status_code == 422
    assert "请先选一个社区" in answer.text
