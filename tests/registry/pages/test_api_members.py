"""The API about members, on the real application and a real cell."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from services.shell.identity.caller import Role
from tests.desk import JINQIAO, SHIQUAN
from tests.registry.office import Office, enrolled, id_number, seq_of, somebody

API = "/registry/api/members"


async def post(client: httpx.AsyncClient, path: str, key: str = "", **body: Any) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    return await client.post(f"{API}{path}", json=body, headers=headers)


async def card(client: httpx.AsyncClient, member_id: str, **query: str) -> dict[str, Any]:
    answer = await client.get(f"{API}/{member_id}", params=query)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


# ── enrolling ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_somebody_who_is_enrolled_stands_on_the_roll(clerk: httpx.AsyncClient) -> None:
    answer = await clerk.post(API, json=somebody())
    assert answer.status_code == 201, answer.text
    assert [fact["type"] for fact in answer.json()["facts"]][-1] == "hearth.member.enrolled.v1"
    seen = await clerk.get(f"{API}/{answer.json()['member_id']}?after={seq_of(answer)}")
    body = seen.json()
    assert (body["name"], body["state"], body["branch"], body["building"]) == (
        "张桂兰", "enrolled", "第三党支部", "金桥路36弄28号",
    )  # fmt: skip
    assert seen.headers["etag"] == f'"{seq_of(answer)}"'


async def test_the_card_masks_the_numbers_of_a_person(clerk: httpx.AsyncClient) -> None:
    number = id_number("19420517")
    member_id = await enrolled(clerk, id_number=number, phone="13955558862")
    seen = await clerk.get(f"{API}/{member_id}")
    assert number not in seen.text
    assert "19420517" not in seen.text
    assert seen.json()["phone"] == "139 **** 8862"


async def test_the_same_key_gives_the_same_answer_and_writes_nothing(clerk: httpx.AsyncClient) -> None:
    body = somebody()
    first = await clerk.post(API, json=body, headers={"Idempotency-Key": "enrol-1"})
    again = await clerk.post(API, json=body, headers={"Idempotency-Key": "enrol-1"})
    other_body = await clerk.post(API, json=somebody(name="另一人"), headers={"Idempotency-Key": "enrol-1"})
    assert first.json() == again.json() == other_body.json()


async def test_the_same_person_twice_is_one_member(clerk: httpx.AsyncClient) -> None:
    body = somebody()
    first = await clerk.post(API, json=body)
    again = await clerk.post(API, json=body)
    assert again.status_code == 201
    assert (again.json()["member_id"], again.json()["facts"]) == (first.json()["member_id"], [])
    other = await clerk.post(API, json=body | {"name": "冒名者"})
    assert (other.status_code, other.json()["reason"]) == (409, "already_enrolled")


async def test_two_clerks_enrolling_one_person_at_once_make_one_member(office: Office) -> None:
    body = somebody()
    async with office.asking(name="a") as one, office.asking(name="b") as other:
        answers = await asyncio.gather(*(client.post(API, json=body) for client in (one, other) * 4))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["member_id"] for answer in answers}) == 1
    enrolments = [f for a in answers for f in a.json()["facts"] if f["type"] == "hearth.member.enrolled.v1"]
    assert len(enrolments) == 1


async def test_members_of_one_new_branch_meet_in_it(clerk: httpx.AsyncClient) -> None:
    ids = await asyncio.gather(*(enrolled(clerk, branch="新支部") for _ in range(4)))
    branches = {(await card(clerk, one))["branch_id"] for one in ids}
    assert len(branches) == 1
    found = await clerk.get("/registry/api/branches")
    assert [one["members"] for one in found.json()["items"] if one["name"] == "新支部"] == [4]


async def test_branches_stand_in_the_order_of_their_numerals(clerk: httpx.AsyncClient) -> None:
    names = [f"第{numeral}支部" for numeral in ("一", "二", "三", "九", "十", "十一", "二十", "二十三")]
    for name in reversed(names):
        await enrolled(clerk, branch=name)
    found = [one["name"] for one in (await clerk.get("/registry/api/branches")).json()["items"]]
    assert [name for name in found if name in names] == names


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"id_number": "310101194003074X22"}, "id_number"),
        ({"id_number": "310101194013074321"}, "id_number"),
        ({"name": ""}, "name"),
        ({"joined_on": "1968-02-30"}, "joined_on"),
        ({"sex": "?"}, "sex"),
        ({"full_member_on": "1960-01-01"}, "full_member_on"),
        ({"nickname": "x"}, "nickname"),
        ({"pension_basis_fen": -1}, "pension_basis_fen"),
    ],
)
async def test_what_cannot_be_taken_says_which_field_and_what_to_do(
    clerk: httpx.AsyncClient, wrong: dict[str, Any], field: str
) -> None:
    answer = await clerk.post(API, json=somebody() | wrong)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert not error["message"].isascii(), "said in Chinese"


async def test_refusals_have_a_reason_for_programs_and_a_sentence_for_people(clerk: httpx.AsyncClient) -> None:
    answer = await clerk.post(API, json=somebody(joined_on="2027-01-01", full_member_on=None))
    assert (answer.status_code, answer.json()["reason"]) == (409, "in_future")
    assert "2027年1月1日" in answer.json()["detail"]
    english = await clerk.post(
        API, json=somebody(joined_on="2027-01-01", full_member_on=None), headers={"Accept-Language": "en"}
    )
    assert "1 Jan 2027" in english.json()["detail"]


# ── who may ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_nobody_signed_in_is_told_so(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk)
    async with office.asking() as client:
        del client.headers["authorization"]
        assert (await client.get(f"{API}/{member_id}")).status_code == 401


@pytest.mark.parametrize("role", [Role.VISITOR, Role.LIAISON, Role.OPERATOR, Role.SUBSCRIBER_ADMIN])
async def test_posts_without_the_register_do_not_see_it(office: Office, clerk: httpx.AsyncClient, role: Role) -> None:
    member_id = await enrolled(clerk)
    async with office.asking(role, scope="") as client:
        for path in (f"{API}/{member_id}", API, f"{API}/{member_id}/history", "/registry/api/ledger"):
            assert (await client.get(path)).status_code == 403


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.AUDITOR])
async def test_readers_do_not_write(office: Office, clerk: httpx.AsyncClient, role: Role) -> None:
    member_id = await enrolled(clerk)
    async with office.asking(role, scope="demo") as client:
        assert (await client.get(f"{API}/{member_id}")).status_code == 200
        assert (await post(client, f"/{member_id}/die", on="2026-11-01")).status_code == 403
        assert (await post(client, f"/{member_id}/reveal", what="phone", reason="想看")).status_code == 403


async def test_another_community_is_not_there(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk)
    async with office.asking(scope=SHIQUAN) as stranger:
        for answer in (
            await stranger.get(f"{API}/{member_id}"),
            await stranger.get(f"{API}/{member_id}/history"),
            await stranger.get(f"{API}/{member_id}/dues"),
            await post(stranger, f"/{member_id}/die", on="2026-11-01"),
        ):
            assert answer.status_code == 404, answer.text
        assert (await stranger.get(API)).json()["items"] == []
        assert (await stranger.get(f"{API}?community={JINQIAO}")).status_code == 403
        assert (await stranger.post(API, json=somebody())).status_code == 403


async def test_a_city_sees_its_communities(office: Office, clerk: httpx.AsyncClient) -> None:
    async with office.asking(scope=SHIQUAN) as stranger:
        await enrolled(stranger, name="石泉人", community=SHIQUAN)
    async with office.asking(scope="demo") as city:
        found = await city.get(f"{API}?q=石泉人")
        assert [one["community"] for one in found.json()["items"]] == [SHIQUAN]
        narrowed = await city.get(f"{API}?q=石泉人&community={JINQIAO}")
        assert narrowed.json()["items"] == []


async def test_a_masked_detail_is_shown_after_it_was_written_down(office: Office, clerk: httpx.AsyncClient) -> None:
    number = id_number()
    member_id = await enrolled(clerk, id_number=number)
    for reason in ("寄慰问信", "核对证件"):
        shown = await post(clerk, f"/{member_id}/reveal", what="id_number", reason=reason)
        assert (shown.status_code, shown.json()["value"]) == (201, number)
        assert [fact["type"] for fact in shown.json()["facts"]] == ["hearth.access.record_read.v1"]
    assert (await post(clerk, f"/{member_id}/reveal", what="id_number", reason="")).status_code == 422
    again = await post(clerk, f"/{member_id}/die", on="2026-11-01")
    assert again.status_code == 201, "reading does not stand in the way of writing"


# ── finding ──────────────────────────────────────────────────────────────────────────────────────────────────────


TYPED = "欧阳海棠 欧阳 海棠 ouyanghaitang haitang oyht 6677 18800016677".split()


@pytest.mark.parametrize("q", [*TYPED, "OuYang 6677"])
async def test_a_member_is_found_as_people_type(clerk: httpx.AsyncClient, q: str) -> None:
    await clerk.post(
        API, json=somebody(name="欧阳海棠", phone="188 0001 6677", id_number=id_number("19330303", serial=7))
    )
    found = await clerk.get(API, params={"q": q, "after": await latest(clerk)})
    assert [one["name"] for one in found.json()["items"]] == ["欧阳海棠"]


async def test_a_member_is_found_by_the_tail_of_the_id_number(clerk: httpx.AsyncClient) -> None:
    number = id_number()
    member_id = await enrolled(clerk, id_number=number)
    found = await clerk.get(API, params={"q": number[-4:].lower()})
    assert member_id in [one["member_id"] for one in found.json()["items"]]


async def latest(client: httpx.AsyncClient) -> str:
    answer = await client.post(API, json=somebody())
    return seq_of(answer)


async def test_a_long_list_is_gone_through_page_by_page(clerk: httpx.AsyncClient) -> None:
    wanted = {await enrolled(clerk, name=f"彭{mark}", branch="长名单") for mark in "一二三四五"}
    branch_id = (await card(clerk, next(iter(wanted))))["branch_id"]
    seen: list[str] = []
    token = ""
    for _ in range(4):
        page = (await clerk.get(API, params={"branch": branch_id, "page_size": "2", "page_token": token})).json()
        seen += [one["member_id"] for one in page["items"]]
        token = page["next_page_token"]
        if not token:
            break
    assert sorted(seen) == sorted(wanted)
    assert (await clerk.get(f"{API}?page_token=nonsense")).status_code == 400
    assert (await clerk.get(f"{API}?page_size=1001")).status_code == 422


# ── deeds ────────────────────────────────────────────────────────────────────────────────────────────────────────

AWAY: dict[str, Any] = {
    "from": "2026-03-12",
    "destination": "杭州市西湖区",
    "fixed_place": False,
    "reason": "随女儿居住",
}


async def test_moving_away_and_returning_stand_in_the_ledger(clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk)
    moved = await post(clerk, f"/{member_id}/move-away", **AWAY)
    assert (moved.json()["kind"], moved.json()["clause"]) == ("card", "§3.2")
    assert (await post(clerk, f"/{member_id}/move-away", **AWAY)).json()["facts"] == []
    refused = await post(clerk, f"/{member_id}/move-away", **AWAY | {"destination": "苏州市"})
    assert (refused.status_code, refused.json()["reason"]) == (409, "already_away")
    assert (await card(clerk, member_id, after=seq_of(moved)))["away"]["destination"] == "杭州市西湖区"
    (stay,) = await stays(clerk, member_id, "open")
    assert (stay["kind"], stay["clause"], stay["clocks"]["days_away"]) == ("card", "§3.2", 254)
    back = await post(clerk, f"/{member_id}/return", on="2026-09-30", report="一切都好")
    assert (await post(clerk, f"/{member_id}/return", on="2026-09-30")).json()["facts"] == []
    await clerk.get(f"{API}/{member_id}?after={seq_of(back)}")
    assert await stays(clerk, member_id, "open") == []
    (stay,) = await stays(clerk, member_id, "closed")
    assert (stay["ended_on"], stay["report"], stay["clocks"]) == ("2026-09-30", "一切都好", None)


async def stays(client: httpx.AsyncClient, member_id: str, state: str) -> list[dict[str, Any]]:
    page = await client.get("/registry/api/ledger", params={"state": state, "page_size": "1000"})
    return [one for one in page.json()["items"] if one["member_id"] == member_id]


async def test_dues_are_paid_once_by_month_and_exactly(clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk, on="2026-07-01")
    sheet = (await clerk.get(f"{API}/{member_id}/dues")).json()
    by_month = {one["month"]: one for one in sheet["items"]}
    july = by_month["2026-07"]
    assert (july["due_fen"], july["clause"], july["state"]) == (1710, "§2.1", "owing")
    assert (by_month["2026-11"]["state"], by_month["2026-06"]["state"]) == ("due", "not_owed")
    assert sheet["owing_fen"] == 4 * 1710
    pay: dict[str, Any] = {
        "months": ["2026-08", "2026-07"],
        "amount_fen": 3420,
        "method": "cash",
        "paid_on": "2026-11-20",
    }
    wrong = await post(clerk, f"/{member_id}/pay-dues", **pay | {"amount_fen": 3400})
    assert (wrong.status_code, wrong.json()["reason"]) == (409, "amount_differs")
    paid = await post(clerk, f"/{member_id}/pay-dues", key="pay", **pay)
    assert paid.status_code == 201, paid.text
    assert (await post(clerk, f"/{member_id}/pay-dues", key="pay", **pay)).json() == paid.json()
    again = await post(clerk, f"/{member_id}/pay-dues", **pay)
    assert (again.status_code, again.json()["reason"]) == (409, "already_paid")
    assert paid.json()["receipt_no"] in again.json()["detail"]
    sheet = (await clerk.get(f"{API}/{member_id}/dues?after={seq_of(paid)}&from=2026-07&to=2026-08")).json()
    assert [(one["state"], one["paid_fen"], one["receipt_no"]) for one in sheet["items"]] == [
        ("paid", 1710, paid.json()["receipt_no"])
    ] * 2


async def test_receipts_of_a_community_have_no_gaps(office: Office) -> None:
    async with office.asking(scope="demo.receipts") as clerk:
        people = await asyncio.gather(*(enrolled(clerk, community="demo.receipts") for _ in range(6)))
        pay: dict[str, Any] = {"months": ["2026-11"], "amount_fen": 1710, "paid_on": "2026-11-20"}
        answers = await asyncio.gather(*(post(clerk, f"/{one}/pay-dues", **pay) for one in people))
    assert sorted(answer.json()["receipt_no"] for answer in answers) == [f"2026-{n:04d}" for n in range(1, 7)]


async def test_two_clerks_deciding_at_once_one_wins_and_the_other_is_told(office: Office) -> None:
    async with office.asking(name="a") as one, office.asking(name="b") as other:
        member_id = await enrolled(one)
        answers = await asyncio.gather(
            post(one, f"/{member_id}/move-away", **AWAY),
            post(other, f"/{member_id}/move-away", **AWAY | {"destination": "苏州市"}),
        )
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (loser,) = [answer for answer in answers if answer.status_code == 409]
    assert loser.json()["reason"] == "already_away"


async def test_a_deed_is_done_on_the_version_that_was_seen(clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk)
    seen = (await clerk.get(f"{API}/{member_id}")).headers["etag"]
    moved = await clerk.post(f"{API}/{member_id}/move-away", json=AWAY, headers={"If-Match": seen})
    assert moved.status_code == 201
    late = await clerk.post(f"{API}/{member_id}/return", json={"on": "2026-11-20"}, headers={"If-Match": seen})
    assert (late.status_code, late.json()["type"]) == (412, "/problems/stale")


async def test_correcting_an_id_number_to_somebody_elses_is_refused(clerk: httpx.AsyncClient) -> None:
    taken = id_number()
    await enrolled(clerk, id_number=taken)
    member_id = await enrolled(clerk)
    answer = await post(clerk, f"/{member_id}/correct", field="id_number", value=taken, reason="核对证件")
    assert (answer.status_code, answer.json()["reason"]) == (409, "already_enrolled")
    right = id_number("19410101")
    answer = await post(clerk, f"/{member_id}/correct", field="id_number", value=right, reason="核对证件")
    assert (await card(clerk, member_id, after=seq_of(answer)))["birth"] == "1941-01-01"


async def test_the_other_deeds_are_each_done_once(clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk)
    for path, body in (
        ("contact", {"phone": "62718888", "lives_alone": True}),
        ("assign", {"branch": "第九支部"}),
        ("pension-basis", {"basis_fen": 600000}),
        ("correct", {"field": "name", "value": "张桂蓝", "reason": "核对证件"}),
        ("die", {"on": "2026-11-02"}),
    ):
        first = await post(clerk, f"/{member_id}/{path}", **body)
        again = await post(clerk, f"/{member_id}/{path}", **body)
        assert (first.status_code, len(first.json()["facts"])) == (201, 1), first.text
        assert again.status_code == 201
        assert again.json()["facts"] == []
    body = await card(clerk, member_id, after=seq_of(first))
    assert (body["name"], body["branch"], body["state"], body["died_on"]) == (
        "张桂蓝", "第九支部", "dead", "2026-11-02",
    )  # fmt: skip
    dead = await post(clerk, f"/{member_id}/move-away", **AWAY)
    assert (dead.status_code, dead.json()["reason"]) == (409, "died")


# ── two kinds of time ────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_card_as_it_was_as_it_was_known(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk, on="2026-01-10")
    before = office.clock().isoformat()
    office.clock.go_on(hours=1)
    moved = await post(clerk, f"/{member_id}/move-away", **AWAY)
    await card(clerk, member_id, after=seq_of(moved))
    assert (await card(clerk, member_id, as_of="2026-05-01"))["state"] == "away"
    assert (await card(clerk, member_id, as_of="2026-02-01"))["state"] == "enrolled"
    assert (await card(clerk, member_id, as_of="2026-05-01", known_at=before))["state"] == "enrolled"
    assert (await card(clerk, member_id, known_at="2026-11-21"))["state"] == "away"
    assert (await clerk.get(f"{API}/{member_id}?as_of=2025-12-31")).status_code == 404
    assert (await clerk.get(f"{API}/{member_id}?as_of=yesterday")).status_code == 422
    assert (await clerk.get(f"{API}/{member_id}?known_at=yesterday")).status_code == 422


async def test_history_tells_every_fact_newest_first(clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk)
    moved = await post(clerk, f"/{member_id}/move-away", **AWAY)
    page = (await clerk.get(f"{API}/{member_id}/history?after={seq_of(moved)}&page_size=1")).json()
    (newest,) = page["items"]
    assert (newest["type"], newest["effective"], newest["actor"], newest["data"]["clause"]) == (
        "hearth.member.moved_away.v1", "2026-03-12", "shuji", "§3.2",
    )  # fmt: skip
    assert f"REGISTRY:{newest['seq']}" == seq_of(moved)
    older = (await clerk.get(f"{API}/{member_id}/history?page_token={page['next_page_token']}")).json()
    assert [one["type"] for one in older["items"]] == ["hearth.member.enrolled.v1"]
    assert older["next_page_token"] == ""
    assert "随女儿居住" not in str(page), "what is sealed is named, not told"


async def test_a_position_that_will_not_come_is_not_waited_for_for_ever(clerk: httpx.AsyncClient) -> None:
    assert (await clerk.get(f"{API}?after=REGISTRY:999999999")).status_code == 503
    assert (await clerk.get(f"{API}?after=soon")).status_code == 422
