"""Signing in by phone: a code that lives for a minute, wrong tries that tell nothing, and a whole hall at once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.registry.pages.meeting_door import CODE_SECONDS, TICKET_SECONDS, Door
from tests.desk import JINQIAO, Clock
from tests.registry.office import Office, asked, id_number, somebody
from tests.registry.pages.test_meeting_roll import API, called, quorum_of

COME = "/registry/come"
TODAY = "2026-11-21T09:00:00+08:00"


@pytest.fixture
async def phone(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody's phone: it is signed in to nothing."""
    async with office.asking() as client:
        del client.headers["authorization"]
        client.headers["accept"] = "text/html"
        yield client


async def enrolled(client: httpx.AsyncClient, branch: str, name: str, number: str, phone: str) -> str:
    member = somebody(branch=branch, name=name, id_number=number, phone=phone)
    return str((await asked(client, "/registry/api/members", **member))["member_id"])


async def scanned(office: Office, phone: httpx.AsyncClient, meeting_id: str) -> str:
    """The ticket of a phone that scanned the screen."""
    opened = await phone.get(COME, params={"t": office.service.state.door.code(meeting_id, JINQIAO)})
    assert opened.status_code == 200, opened.text
    return ticket_in(opened.text)


def ticket_in(text: str) -> str:
    found = re.search(r'name="ticket" value="([^"]+)"', text)
    assert found
    return found[1]


async def signs_in(phone: httpx.AsyncClient, ticket: str, name: str, tail: str) -> httpx.Response:
    return await phone.post(COME, data={"ticket": ticket, "name": name, "tail": tail})


async def test_a_member_signs_in_once_by_either_tail(
    office: Office, clerk: httpx.AsyncClient, phone: httpx.AsyncClient
) -> None:
    number = id_number()
    member_id = await enrolled(clerk, "扫码支部", "顾月芬", number, "13812340001")
    await enrolled(clerk, "扫码支部", "钱伯年", id_number(), "13812340002")
    meeting_id = await called(clerk, "扫码支部", starts_at=TODAY)
    ticket = await scanned(office, phone, meeting_id)
    told = await signs_in(phone, ticket, " 顾 月芬", number[-4:].lower())
    assert "顾月芬，签到成功" in told.text
    again = await signs_in(phone, await scanned(office, phone, meeting_id), "顾月芬", "0001")
    assert "签到成功" in again.text
    seen = (await clerk.get(f"{API}/{meeting_id}")).json()
    assert (seen["present"], [one["member_id"] for one in seen["attendance"]]) == (1, [member_id])
    number_now = await quorum_of(clerk, meeting_id)
    assert (number_now["called"], number_now["present"], number_now["reached"]) == (True, 1, True)


async def test_whatever_does_not_fit_is_answered_alike(
    office: Office, clerk: httpx.AsyncClient, phone: httpx.AsyncClient
) -> None:
    await enrolled(clerk, "口风支部", "沈阿毛", id_number(), "13812340003")
    await enrolled(clerk, "隔壁支部", "隔壁人", id_number(), "13812340004")
    meeting_id = await called(clerk, "口风支部", starts_at=TODAY)
    ticket = await scanned(office, phone, meeting_id)
    wrong = [("沈阿毛", "9999"), ("没有人", "0003"), ("隔壁人", "0004"), ("沈阿毛", "' OR"), ("", "")]
    answers = [await signs_in(phone, ticket, *one) for one in wrong]
    assert {answer.status_code for answer in answers} == {422}
    troubles = {re.findall(r'role="alert"><p>(.*?)</p>', answer.text)[0] for answer in answers}
    assert len(troubles) == 1
    refused = await signs_in(phone, ticket, "沈阿毛", "0003")
    assert (refused.status_code, "retry-after" in refused.headers) == (429, True)
    assert (await clerk.get(f"{API}/{meeting_id}")).json()["present"] == 0


async def test_a_name_is_not_tried_from_many_phones(
    office: Office, clerk: httpx.AsyncClient, phone: httpx.AsyncClient
) -> None:
    await enrolled(clerk, "多机支部", "陆宝根", id_number(), "13812340005")
    meeting_id = await called(clerk, "多机支部", starts_at=TODAY)
    codes = [
        (await signs_in(phone, await scanned(office, phone, meeting_id), "陆宝根", f"{number:04d}")).status_code
        for number in range(6)
    ]
    assert codes == [422] * 5 + [429]


async def test_namesakes_are_left_to_the_list(
    office: Office, clerk: httpx.AsyncClient, phone: httpx.AsyncClient
) -> None:
    for _ in range(2):
        await enrolled(clerk, "同名支部", "王秀英", id_number(), "13812340006")
    meeting_id = await called(clerk, "同名支部", starts_at=TODAY)
    assert (await signs_in(phone, await scanned(office, phone, meeting_id), "王秀英", "0006")).status_code == 422


async def test_without_a_live_code_there_is_nothing(
    office: Office, clerk: httpx.AsyncClient, phone: httpx.AsyncClient
) -> None:
    await enrolled(clerk, "过期支部", "金宝", id_number(), "13812340007")
    meeting_id = await called(clerk, "过期支部", starts_at=TODAY)
    assert (await phone.get(COME)).status_code == 404
    assert (await phone.get(COME, params={"t": "x.y"})).status_code == 404
    assert (await phone.post(COME, data={"ticket": "", "name": "金宝", "tail": "0007"})).status_code == 404
    code = office.service.state.door.code(meeting_id, JINQIAO)
    assert (await phone.post(COME, data={"ticket": code, "name": "金宝", "tail": "0007"})).status_code == 404
    ticket = await scanned(office, phone, meeting_id)
    await asked(clerk, f"{API}/{meeting_id}/freeze", text="散会")
    assert "不能签到" in (await signs_in(phone, ticket, "金宝", "0007")).text


async def test_the_screen_shows_a_code_on_the_day(clerk: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    await enrolled(clerk, "屏幕支部", "甲", id_number(), "13812340008")
    today = await called(clerk, "屏幕支部", starts_at=TODAY)
    before = await called(clerk, "屏幕支部")
    assert "扫一扫签到" in (await browser.get(f"/registry/meetings/{today}/room")).text
    assert "扫一扫签到" not in (await browser.get(f"/registry/meetings/{before}/room")).text


def test_a_code_changes_and_dies_and_nobody_makes_their_own() -> None:
    clock = Clock()
    door = Door(b"k" * 32, clock)
    code = door.code("m", JINQIAO)
    found = door.opened(code)
    assert found is not None
    ticket = door.ticket(found, "serial")
    clock.go_on(seconds=CODE_SECONDS)
    assert door.code("m", JINQIAO) != code
    assert door.opened(code) is not None, "a slow phone is let in with the code before"
    clock.go_on(seconds=CODE_SECONDS)
    assert door.opened(code) is None
    assert door.shown(ticket) is not None
    assert door.opened(ticket) is None
    assert door.shown(door.code("m", JINQIAO)) is None
    clock.go_on(seconds=TICKET_SECONDS)
    assert door.shown(ticket) is None
    body, _dot, signature = code.partition(".")
    for forged in (f"{body}A.{signature}", f"{body}.{signature[:-1]}", body, "", ".", "é.é", "a" * 5):
        assert door.opened(forged) is None
    assert Door(b"j" * 32, clock).opened(door.code("m", JINQIAO)) is None


async def test_a_hall_of_three_hundred_signs_in_as_one_batch(clerk: httpx.AsyncClient) -> None:
    people: list[str] = []
    for first in range(0, 300, 25):
        made: list[Any] = await asyncio.gather(
            *(
                clerk.post(
                    "/registry/api/members",
                    json=somebody(
                        branch="大会支部", name=f"党员{first + one}", id_number=id_number("19500101", first + one)
                    ),
                )
                for one in range(25)
            )
        )
        people += [answer.json()["member_id"] for answer in made]
    meeting_id = await called(clerk, "大会支部", starts_at=TODAY)
    signed = await asked(clerk, f"{API}/{meeting_id}/sign-in", member_ids=people)
    positions = sorted(one["seq"] for one in signed["facts"])
    assert len(positions) == 301
    assert positions == list(range(positions[0], positions[0] + 301)), "one append: nobody else's fact in between"
    assert [signed["quorum"][name] for name in ("present", "voters", "needed", "reached")] == [300, 300, 150, True]
    assert (await asked(clerk, f"{API}/{meeting_id}/sign-in", member_ids=people))["facts"] == []
