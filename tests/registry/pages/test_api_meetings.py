"""The API of meetings."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from tests.desk import JINQIAO, SHIQUAN
from tests.registry.office import Office, enrolled, seq_of

API = "/registry/api/meetings"


async def called(client: httpx.AsyncClient, **differently: Any) -> httpx.Response:
    body = {
        "kind": "general",
        "branch": "第三党支部",
        "starts_at": "2026-11-18T09:30:00+08:00",
        "title": "十一月支部党员大会",
        "community": JINQIAO,
    }
    answer = await client.post(API, json=body | differently)
    assert answer.status_code == 201, answer.text
    return answer


async def test_who_signs_in_was_seen_that_day(clerk: httpx.AsyncClient) -> None:
    meeting_id = (await called(clerk)).json()["meeting_id"]
    people = [await enrolled(clerk) for _ in range(3)]
    signed = await clerk.post(f"{API}/{meeting_id}/sign-in", json={"member_ids": people[:2]})
    assert signed.status_code == 201, signed.text
    assert sorted(fact["type"] for fact in signed.json()["facts"]) == [
        "hearth.meeting.signed_in.v1", "hearth.member.attended.v1", "hearth.member.attended.v1",
    ]  # fmt: skip
    seen = (await clerk.get(f"{API}/{meeting_id}?after={max(positions(signed))}")).json()
    assert signed.json()["quorum"]["clause"] == "§6.1"
    assert seen["quorum"]["present"] == 2
    assert seen["quorum"]["needed"] == -(-seen["quorum"]["voters"] // 2)
    assert (seen["present"], {one["member_id"] for one in seen["attendance"]}) == (2, set(people[:2]))
    card = (await clerk.get(f"/registry/api/members/{people[0]}")).json()
    assert (card["last_seen"], card["last_contact"]) == ("2026-11-18", "2026-11-18")
    again = await clerk.post(f"{API}/{meeting_id}/sign-in", json={"member_ids": people[:2]})
    assert (again.status_code, again.json()["facts"]) == (201, [])
    more = await clerk.post(f"{API}/{meeting_id}/sign-in", json={"member_ids": people})
    assert len(more.json()["facts"]) == 2


def positions(answer: httpx.Response) -> list[str]:
    return [f"REGISTRY:{fact['seq']:012d}" for fact in answer.json()["facts"]]


async def test_two_lists_signed_at_once_both_count(clerk: httpx.AsyncClient) -> None:
    meeting_id = (await called(clerk)).json()["meeting_id"]
    people = [await enrolled(clerk) for _ in range(4)]
    lists = (people[:3], people[1:])
    answers = await asyncio.gather(
        *(clerk.post(f"{API}/{meeting_id}/sign-in", json={"member_ids": one}) for one in lists)
    )
    assert {answer.status_code for answer in answers} == {201}
    attended = [f for a in answers for f in a.json()["facts"] if f["type"] == "hearth.member.attended.v1"]
    assert len(attended) == 4


async def test_a_stranger_or_an_early_bird_is_refused(clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk)
    meeting_id = (await called(clerk)).json()["meeting_id"]
    stranger = await clerk.post(f"{API}/{meeting_id}/sign-in", json={"member_ids": [member_id, "nobody"]})
    assert (stranger.status_code, stranger.json()["reason"]) == (409, "not_on_roll")
    tomorrow = (await called(clerk, starts_at="2026-11-24T09:30:00+08:00")).json()["meeting_id"]
    early = await clerk.post(f"{API}/{tomorrow}/sign-in", json={"member_ids": [member_id]})
    assert (early.status_code, early.json()["reason"]) == (409, "not_yet")
    off = await clerk.post(f"{API}/{tomorrow}/cancel", json={"why": "台风"})
    assert off.status_code == 201
    assert (await clerk.post(f"{API}/{tomorrow}/cancel", json={})).json()["facts"] == []


async def test_the_same_key_calls_one_meeting(clerk: httpx.AsyncClient) -> None:
    body = {"kind": "group", "starts_at": "2026-11-20T09:30:00+08:00", "title": "小组会", "community": JINQIAO}
    answers = [await clerk.post(API, json=body, headers={"Idempotency-Key": "m1"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()


async def test_a_meeting_elsewhere_is_not_there(office: Office, clerk: httpx.AsyncClient) -> None:
    answer = await called(clerk)
    meeting_id = answer.json()["meeting_id"]
    await clerk.get(f"{API}?after={seq_of(answer)}")
    async with office.asking(scope=SHIQUAN) as stranger:
        assert (await stranger.get(f"{API}/{meeting_id}")).status_code == 404
        assert (await stranger.post(f"{API}/{meeting_id}/sign-in", json={"member_ids": ["x"]})).status_code == 404
        refused = await stranger.post(
            API, json={"kind": "group", "starts_at": "2026-11-20T09:30", "title": "x", "community": JINQIAO}
        )
        assert refused.status_code == 403
