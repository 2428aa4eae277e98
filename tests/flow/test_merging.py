"""One person on the roll twice, on a whole box: found, compared, merged, looked after once, and taken apart again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from deploy.box.layout import SERVICES
from deploy.cli.joining import folding
from events.facts.care import FellIll
from events.log.project.check import check
from services.shell.identity.caller import Role
from tests.cells import Cells
from tests.desk import SHIQUAN
from tests.flow.one_box import OneBox, one_box, until
from tests.registry.office import enrolled, id_number, seq_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

REASON = {"reason": "电话问过本人，两次登记都是她"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def box(cells: Cells) -> AsyncIterator[OneBox]:
    async with one_box(cells.fresh()) as box:
        yield box


@pytest_asyncio.fixture(loop_scope="module")
async def api(box: OneBox) -> AsyncIterator[httpx.AsyncClient]:
    async with box.asking() as client:
        yield client


async def two_of(
    api: httpx.AsyncClient, name: str, *, branch: str = "第三党支部", **of_the_second: Any
) -> tuple[str, str]:
    """The same person twice: one name and birth, another ID number."""
    body = {"name": name, "phone": "13912340000", "address": f"{name}路1号101室", "branch": branch}
    first = await enrolled(api, **body, id_number=id_number("19400307"))
    return first, await enrolled(api, **body | of_the_second, id_number=id_number("19400307"))


async def card(api: httpx.AsyncClient, member_id: str, after: httpx.Response | None = None) -> dict[str, Any]:
    params = {"after": seq_of(after)} if after is not None and after.json()["facts"] else {}
    answer = await api.get(f"/registry/api/members/{member_id}", params=params)
    assert answer.status_code == 200, answer.text
    return {name: value for name, value in answer.json().items() if name != "version"}


async def post(api: httpx.AsyncClient, path: str, **body: Any) -> httpx.Response:
    answer = await api.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return answer


async def visits(api: httpx.AsyncClient, member_id: str, **params: str) -> dict[str, dict[str, Any]]:
    answer = await api.get("/care/api/visits", params={"member_id": member_id, **params})
    return {one["visit_id"]: one for one in answer.json()["items"]}


async def planned(api: httpx.AsyncClient, member_id: str, reason: str) -> str:
    async def ask() -> str | None:
        found = await visits(api, member_id)
        return next((each for each, one in found.items() if one["reason"] == reason), None)

    visit_id: str = await until(ask)
    return visit_id


async def expect_nothing_more_is_written(api: httpx.AsyncClient, a: str, b: str) -> None:
    """To the absorbed record; and nothing is asked for twice."""
    members = "/registry/api/members"
    for path, body in {
        f"{members}/{a}/contact": {"phone": "13900000009"},
        f"{members}/{a}/die": {"on": "2026-11-20"},
        f"/care/api/members/{a}/illnesses": {"severity": "critical", "since": "2026-11-21"},
    }.items():
        answer = await api.post(path, json=body)
        assert (answer.status_code, answer.json()["reason"], answer.json()["details"]) == (409, "merged", {"into": b})
    again = {"months": ["2026-11"], "amount_fen": 1710, "paid_on": "2026-11-21"}
    assert (await api.post(f"{members}/{b}/pay-dues", json=again)).json()["reason"] == "already_paid"


async def expect_visits_of_one_person(api: httpx.AsyncClient, b: str, sick: str, of_a: str, of_b: str) -> None:
    """What is planned for the absorbed record rests, except the visit to the sick: that is made, once."""

    async def handed_over() -> bool:
        return sick in await visits(api, b)

    await until(handed_over)
    assert set(await visits(api, b, state="ready")) & {sick, of_a, of_b} == {sick, of_b}
    ready = (await api.get("/care/api/visits", params={"state": "ready", "page_size": "500"})).json()["items"]
    assert of_a not in {one["visit_id"] for one in ready}


async def test_merged_by_page_looked_after_once_and_taken_apart(box: OneBox, api: httpx.AsyncClient) -> None:
    a, b = await two_of(api, "沈玉珍")
    members = "/registry/api/members"
    await post(api, f"{members}/{a}/pay-dues", months=["2026-11"], amount_fen=1710, paid_on="2026-11-20")
    ill = await post(api, f"/care/api/members/{a}/illnesses", severity="serious", since="2026-11-20", hospital="一院")
    sick_visit = await planned(api, a, "fell_ill")
    at_home_of_a, at_home_of_b = await planned(api, a, "eighty"), await planned(api, b, "eighty")
    history_of_a = (await api.get(f"{members}/{a}/history")).json()["items"]
    before = [await card(api, one) for one in (a, b)]
    assert before[0]["cared_for"]
    assert not before[1]["cared_for"]

    found = (await api.get("/registry/api/duplicates")).json()["items"]
    pair = next(one for one in found if {one["member_id"], one["other_id"]} == {a, b})
    assert set(pair["alike"]) == {"name", "birth", "phone", "address"}
    assert not pair["strict"]

    async with box.browsing("shuji") as shuji:
        await shuji.open("/registry/duplicates")
        shuji.says("沈玉珍", "姓名相同", "出生日期相同")
        pair_page = f"/registry/duplicates/{a}/{b}"
        await shuji.fill_in(f"{pair_page}/merge", pair_page, keep=b, evidence="身份证", **REASON)
        shuji.says("已合并成一份", "撤回")
        assert f"/registry/members/{a}/unmerge" in shuji.text
        shuji.says("生病，转入关怀", "并入的那份", "关怀中")
        assert "已并入另一份" in await shuji.reads(f"/registry/members/{a}")
        assert "已并入同一个人的另一份" in await shuji.reads(f"/care/members/{a}")
        assert "患病" in await shuji.reads(f"/care/members/{b}")

    # One person on every list, and everything that was known of both on one page.
    (listed,) = (await api.get(members, params={"q": "沈玉珍"})).json()["items"]
    assert (listed["member_id"], listed["cared_for"]) == (b, True)
    assert (await card(api, b))["cared_for"]
    assert (await card(api, a))["merged_into"] == b
    of_both = (await api.get(f"{members}/{b}/history")).json()["items"]
    assert {one["id"] for one in history_of_a} <= {one["id"] for one in of_both}
    november = next(one for one in (await api.get(f"{members}/{b}/dues")).json()["items"] if one["month"] == "2026-11")
    assert november["state"] == "paid"

    await expect_nothing_more_is_written(api, a, b)
    await expect_visits_of_one_person(api, b, sick_visit, at_home_of_a, at_home_of_b)

    moved = await post(api, f"{members}/{b}/contact", phone="13988887777")
    stays = await post(api, f"{members}/{b}/pension-basis", basis_fen=500_000)
    since = (await api.get(f"{members}/{a}/merge", params={"after": seq_of(stays)})).json()
    assert [(one["type"], one["may_move"]) for one in since["later"]] == [
        ("hearth.member.contact_changed.v1", True),
        ("hearth.member.pension_basis_set.v1", True),
    ]
    async with box.browsing("shuji") as shuji:
        moves = moved.json()["facts"][0]["id"]
        await shuji.fill_in(f"/registry/members/{a}/unmerge", moves=moves, reason="核对户口簿，是两个人")
        shuji.says("已分开")

    after = [await card(api, one) for one in (a, b)]
    phones = [one.pop("phone") for one in after]
    was = [one.pop("phone") for one in before]
    assert after == before
    assert phones[1] == was[1]
    assert phones[0] != was[0]
    revealed = await post(api, f"{members}/{a}/reveal", what="phone", reason="核对")
    assert revealed.json()["value"] == "13988887777"

    async def rested() -> bool:
        return at_home_of_a in await visits(api, a, state="ready") and sick_visit not in await visits(api, b)

    await until(rested)
    assert (await visits(api, a))[sick_visit]["state"] == "ready"
    assert {one["type"] for one in await box.facts("care", a)} >= {FellIll.TYPE}
    assert ill.json()["facts"]


async def test_the_same_once_more_does_nothing_and_somebody_quicker_is_noticed(api: httpx.AsyncClient) -> None:
    a, b = await two_of(api, "顾秀英")
    path = f"/registry/api/members/{a}"
    seen = (await api.get(path)).json()["version"]
    changed = await post(api, f"{path}/contact", phone="13900001111")
    stale = await api.post(f"{path}/merge", json={"into": b, "version": seen, **REASON})
    assert (stale.status_code, stale.json()["reason"], stale.json()["details"]) == (
        409,
        "changed_meanwhile",
        {"member_id": a},
    )
    other = (await api.get(f"/registry/api/members/{b}")).json()["version"]
    now = (await api.get(path, params={"after": seq_of(changed)})).json()["version"]
    body = {"into": b, "version": now, "into_version": other, **REASON}
    first = await api.post(f"{path}/merge", json=body, headers={"idempotency-key": "once"})
    assert first.status_code == 201, first.text
    assert [one["type"] for one in first.json()["facts"]] == ["hearth.member.merged.v1"] * 2
    same = await api.post(f"{path}/merge", json=body, headers={"idempotency-key": "once"})
    assert same.json()["facts"] == first.json()["facts"]
    assert (await post(api, f"{path}/merge", into=b, **REASON)).json()["facts"] == []

    taken_apart = await post(api, f"{path}/unmerge", reason="看错了")
    assert [one["type"] for one in taken_apart.json()["facts"]] == ["hearth.member.unmerged.v1"] * 2
    await card(api, a, taken_apart)
    assert (await post(api, f"{path}/unmerge", reason="看错了")).json()["facts"] == []


async def test_an_id_number_of_either_record_is_the_person_s(api: httpx.AsyncClient) -> None:
    number = id_number("19510212")
    a = await enrolled(api, name="许阿大", id_number=number)
    b = await enrolled(api, name="许阿大", id_number=id_number("19510212"))
    await post(api, f"/registry/api/members/{a}/merge", into=b, **REASON)
    body = {"name": "许阿大", "sex": "男", "id_number": number, "joined_on": "1980-01-01", "community": "demo.jinqiao"}
    assert (await post(api, "/registry/api/members", **body)).json()["member_id"] == b
    corrected = {"field": "id_number", "value": number, "reason": "抄错了"}
    await post(api, f"/registry/api/members/{b}/correct", **corrected)


async def test_only_the_office_of_both_may_do_it(box: OneBox, api: httpx.AsyncClient) -> None:
    a, b = await two_of(api, "陆根宝")
    async with box.asking(scope="demo") as street, box.asking(scope=SHIQUAN) as shiquan:
        elsewhere = await enrolled(shiquan, name="陆根宝", community=SHIQUAN, id_number=id_number("19400307"))
        for path, body in {
            f"/registry/api/members/{a}/merge": {"into": b, **REASON},
            f"/registry/api/members/{a}/unmerge": REASON,
            f"/registry/api/members/{a}/told-apart": {"other": b, **REASON},
        }.items():
            assert (await shiquan.post(path, json=body)).status_code == 404
            async with box.asking(Role.AUDITOR) as auditor:
                assert (await auditor.post(path, json=body)).status_code == 403
        missing = await api.post(f"/registry/api/members/{a}/merge", json={"into": elsewhere, **REASON})
        assert missing.status_code == 404
        assert (await shiquan.get("/registry/api/duplicates")).json()["items"] == []
        assert (await api.get(f"/registry/duplicates/{a}/{elsewhere}")).status_code == 404

        # A street's office sees both communities: each record keeps its own.
        merged = await post(street, f"/registry/api/members/{a}/merge", into=elsewhere, **REASON)
        assert (await card(street, a, merged))["community"] == "demo.jinqiao"
        assert (await card(street, elsewhere))["community"] == SHIQUAN
        assert (await shiquan.get(f"/registry/api/members/{a}")).status_code == 404
        of_shiquan = (await shiquan.get(f"/registry/api/members/{elsewhere}/history")).json()["items"]
        assert {one["member_id"] for one in of_shiquan} == {elsewhere}


async def test_two_people_are_not_shown_again_until_something_else_speaks_for_it(
    box: OneBox, api: httpx.AsyncClient
) -> None:
    a, b = await two_of(api, "丁美娟", phone="13912345555")

    async def shown(after: httpx.Response) -> bool:
        answer = await api.get("/registry/api/duplicates", params={"page_size": "500", "after": seq_of(after)})
        return any({one["member_id"], one["other_id"]} == {a, b} for one in answer.json()["items"])

    async with box.browsing("shuji") as shuji:
        page = f"/registry/duplicates/{a}/{b}"
        await shuji.fill_in(f"{page}/told-apart", page, reason="双胞胎姐妹，身份证不同")
        shuji.says("不是同一个人")
        assert "以前核对过" in await shuji.reads(page)
        assert "不是同一个人" in await shuji.reads(f"/registry/members/{a}")
    changed = await post(api, f"/registry/api/members/{a}/contact", address="另一处2号")
    assert not await shown(changed)
    assert await shown(await post(api, f"/registry/api/members/{a}/contact", phone="139 1234 5555"))


async def test_meetings_ledger_dues_and_branches_count_one_person(api: httpx.AsyncClient) -> None:
    a, b = await two_of(api, "裘月娥", branch="合并支部")
    moved = {"from": "2026-11-01", "destination": "苏州市", "reason": "带孙子"}
    meeting = {"kind": "general", "branch": "合并支部", "starts_at": "2026-11-20T09:30:00+08:00", "title": "党员大会"}
    called = await post(api, "/registry/api/meetings", **meeting)
    meeting_id = called.json()["meeting_id"]
    await post(api, f"/registry/api/meetings/{meeting_id}/sign-in", member_ids=[a])
    left = await post(api, f"/registry/api/members/{a}/move-away", **moved)

    async def figures(after: httpx.Response) -> tuple[Any, ...]:
        """Who came, of how many voters, who is away, and how many the branch has."""
        came = (await api.get(f"/registry/api/meetings/{meeting_id}", params={"after": seq_of(after)})).json()
        ledger = (await api.get("/registry/api/ledger", params={"page_size": "500"})).json()["items"]
        branches = (await api.get("/registry/api/branches")).json()["items"]
        (members,) = (one["members"] for one in branches if one["name"] == "合并支部")
        there = [one["member_id"] for one in came["attendance"]]
        return there, came["quorum"]["voters"], a in {one["member_id"] for one in ledger}, members

    before = await figures(left)
    assert before[0] == [a]
    assert before[2]
    merged = await post(api, f"/registry/api/members/{a}/merge", into=b, **REASON)
    there, voters, is_away, members = await figures(merged)
    assert (there, voters, is_away, members) == ([b], before[1], False, before[3] - 1), "a roll stays as it was called"
    refused = await api.post(f"/registry/api/meetings/{meeting_id}/sign-in", json={"member_ids": [a]})
    assert refused.status_code == 201, "who had signed in before is passed over"
    again = await post(api, f"/registry/api/meetings/{meeting_id}/sign-in", member_ids=[b])
    assert (await figures(again))[0] == [b]
    apart = await post(api, f"/registry/api/members/{a}/unmerge", reason="两个人")
    assert (await figures(apart))[1:] == before[1:]


async def test_nothing_differs_when_everything_is_folded_again(box: OneBox) -> None:
    for service in SERVICES:
        async with folding(box.cell, service) as one:
            report = await check(one.projection, one.log, one.database, one.keys)
            assert report.clean, report
