"""The API about notices: who may ask what, every command twice, what is refused and what is wrong."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from events.facts.care import VisitMade, VisitWay
from services.shell.identity.caller import Role
from tests.desk import SHIQUAN
from tests.notify.office import Office, dues_paid, fell_ill, moved_away, new_id, notices, reacted, seq_of, told

COMMANDS: dict[str, dict[str, Any] | None] = {
    "send": {"channel": "print", "on": "2026-11-20"},
    "acknowledge": None,
    "fail": {"why": "no_answer"},
    "suppress": {},
}


async def waiting(office: Office, clerk: httpx.AsyncClient, rule: str = "moved_away.branch") -> str:
    """A notice that waits to be told; its id."""
    member_id = await office.registry.enrols(await office.registry.forms())
    await office.registry.says(member_id, moved_away())
    notice_id: str = (await told(clerk, member_id, rule))[rule]["notice_id"]
    return notice_id


async def state_of(clerk: httpx.AsyncClient, notice_id: str, after: str = "") -> dict[str, Any]:
    answer = await clerk.get(f"/notify/api/notices/{notice_id}", params={"after": after})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(("command", "body"), COMMANDS.items())
async def test_every_command_twice(office: Office, clerk: httpx.AsyncClient, command: str, body: Any) -> None:
    notice_id = await waiting(office, clerk)
    address = f"/notify/api/notices/{notice_id}/{command}"
    first = await clerk.post(address, json=body, headers={"Idempotency-Key": "press"})
    assert first.status_code == 201, first.text
    assert len(first.json()["facts"]) == 1
    same = await clerk.post(address, json=body, headers={"Idempotency-Key": "press"})
    assert (same.status_code, same.json()) == (201, first.json())
    again = await clerk.post(address, json=body, headers={"Idempotency-Key": "another press"})
    assert (again.status_code, again.json()) == (201, {"facts": []})
    state = {"send": "sent", "acknowledge": "acknowledged", "fail": "failed", "suppress": "suppressed"}[command]
    assert (await state_of(clerk, notice_id, seq_of(first)))["state"] == state


async def test_one_key_for_two_notices_is_two_commands(office: Office, clerk: httpx.AsyncClient) -> None:
    for notice_id in [await waiting(office, clerk), await waiting(office, clerk)]:
        answer = await clerk.post(f"/notify/api/notices/{notice_id}/acknowledge", headers={"Idempotency-Key": "same"})
        assert (answer.status_code, len(answer.json()["facts"])) == (201, 1)


async def test_what_is_refused_says_why(office: Office, clerk: httpx.AsyncClient) -> None:
    notice_id = await waiting(office, clerk)
    address = f"/notify/api/notices/{notice_id}"
    future = await clerk.post(f"{address}/send", json={"on": "2026-11-22"})
    assert (future.status_code, future.json()["reason"]) == (409, "in_future")
    assert "2026年11月22日" in future.json()["detail"]
    assert (await clerk.post(f"{address}/acknowledge")).status_code == 201
    for command, reason in {"fail": "already_acknowledged", "suppress": "already_sent"}.items():
        answer = await clerk.post(f"{address}/{command}", json=COMMANDS[command])
        assert (answer.status_code, answer.json()["reason"]) == (409, reason)
        assert answer.json()["detail"] != reason


@pytest.mark.parametrize(
    ("command", "body", "field"),
    [
        ("fail", {}, "why"),
        ("fail", {"why": " "}, "why"),
        ("send", {"channel": "pigeon"}, "channel"),
        ("acknowledge", {"on": "yesterday"}, "on"),
        ("suppress", {"why": "no_reason"}, "why"),
        ("send", {"colour": "red"}, "colour"),
    ],
)
async def test_what_is_wrong_is_named(
    office: Office, clerk: httpx.AsyncClient, command: str, body: dict[str, Any], field: str
) -> None:
    answer = await clerk.post(f"/notify/api/notices/{await waiting(office, clerk)}/{command}", json=body)
    assert answer.status_code == 422
    assert field in [one["field"] for one in answer.json()["errors"]]


async def test_there_is_no_such_notice(clerk: httpx.AsyncClient) -> None:
    for address in (f"/{new_id()}", "/not%20an%20id"):
        assert (await clerk.get(f"/notify/api/notices{address}")).status_code in {404, 422}
    assert (await clerk.post(f"/notify/api/notices/{new_id()}/acknowledge")).status_code == 404


@pytest.mark.parametrize("role", [Role.LIAISON, Role.SUPERVISOR, Role.AUDITOR, Role.OPERATOR, Role.SUBSCRIBER_ADMIN])
async def test_other_posts_see_nothing(office: Office, role: Role) -> None:
    async with office.asking(role, scope="") as client:
        for path in ("/api/notices", "/outbox", "/letters", f"/members/{new_id()}"):
            assert (await client.get(f"/notify{path}")).status_code == 403, path
        assert (await client.get("/notify/panels/counts")).json() == {}
        assert (await client.get("/notify/panels/today")).text == ""


async def test_another_community_sees_and_does_nothing(office: Office, clerk: httpx.AsyncClient) -> None:
    notice_id = await waiting(office, clerk)
    async with office.asking(scope=SHIQUAN) as other:
        assert notice_id not in (await other.get("/notify/api/notices?page_size=1000")).text
        assert (await other.get(f"/notify/api/notices/{notice_id}")).status_code == 404
        assert (await other.post(f"/notify/api/notices/{notice_id}/acknowledge")).status_code == 404
        assert (await other.get("/notify/api/notices?community=demo.jinqiao")).status_code == 403
    assert (await state_of(clerk, notice_id))["state"] == "intended"


async def test_a_visitor_sees_what_they_are_told_and_nothing_else(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(await office.registry.forms())
    await office.care.says(member_id, VisitMade(by="li", way=VisitWay.HOME))
    await reacted(office, await office.care.says(member_id, fell_ill()))
    to_branch = (await told(clerk, member_id, "fell_ill.branch"))["fell_ill.branch"]["notice_id"]
    async with office.asking(Role.VISITOR, name="li") as li, office.asking(Role.VISITOR, name="zhou") as zhou:
        (own,) = await notices(li, member_id)
        assert (own["policy"], own["recipient_id"]) == ("fell_ill.visitor", "li")
        assert await notices(zhou) == []
        assert (await li.get(f"/notify/api/notices/{to_branch}")).status_code == 404
        assert (await zhou.post(f"/notify/api/notices/{own['notice_id']}/acknowledge")).status_code == 404
        assert (await li.post(f"/notify/api/notices/{own['notice_id']}/suppress")).status_code == 403
        assert (await li.post(f"/notify/api/notices/{own['notice_id']}/acknowledge")).status_code == 201


async def test_lists_go_on_where_they_ended_and_can_be_narrowed(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(await office.registry.forms())
    for number in range(5):
        await office.registry.says(member_id, dues_paid(f"2026-0{number + 1}", receipt_no=f"2026-{number}"))
    await reacted(office, await office.registry.says(member_id, dues_paid("2026-07")))
    found, token = [], ""
    while True:
        answer = await clerk.get(
            "/notify/api/notices", params={"member_id": member_id, "page_size": 4, "page_token": token}
        )
        found += [one["notice_id"] for one in answer.json()["items"]]
        token = answer.json()["next_page_token"]
        if not token:
            break
    assert len(found) == len(set(found)) == 6
    assert len(await notices(clerk, member_id, state="open", channel="print")) == 6
    assert await notices(clerk, member_id, channel="phone") == []
    assert await notices(clerk, member_id, state="sent") == []
    assert (await clerk.get("/notify/api/notices?page_token=rubbish")).status_code == 400
    assert (await clerk.get("/notify/api/notices?state=lost")).status_code == 422


async def test_the_number_stands_in_clear_only_while_somebody_must_ring_it(
    office: Office, clerk: httpx.AsyncClient
) -> None:
    notice_id = await waiting(office, clerk)
    assert (await state_of(clerk, notice_id))["to"] == "62710000"
    answer = await clerk.post(f"/notify/api/notices/{notice_id}/acknowledge")
    assert (await state_of(clerk, notice_id, seq_of(answer)))["to"] == "6271 ****"
