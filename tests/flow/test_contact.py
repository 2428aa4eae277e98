"""One list of who was reached when, by three services that never call each other; in one box, on real servers."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from deploy.box.addresses import BoxAddresses
from tests.cells import Cells
from tests.flow.one_box import OneBox, one_box, until
from tests.registry.office import seq_of, somebody

REGISTRY, CARE, NOTIFY = "/registry/api", "/care/api", "/notify/api"


@pytest.fixture(scope="module")
def cell(cells: Cells) -> BoxAddresses:
    """One for the module: every test brings people of its own."""
    return cells.fresh()


async def done(client: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    if answer.json()["facts"]:
        service = path.split("/")[1]
        probe = {"registry": f"{REGISTRY}/members", "care": f"{CARE}/visits", "notify": f"{NOTIFY}/notices"}[service]
        assert (await client.get(probe, params={"after": seq_of(answer)})).status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def enrolled(client: httpx.AsyncClient, **differently: Any) -> str:
    body = somebody(**{"on": "2026-01-10", "lives_alone": True, **differently})
    member_id: str = (await done(client, f"{REGISTRY}/members", **body))["member_id"]
    return member_id


async def call_of(client: httpx.AsyncClient, member_id: str, reason: str, state: str = "ready") -> dict[str, Any]:
    """The call that care has planned, or dropped."""

    async def ask() -> Any:
        items = (await client.get(f"{CARE}/visits", params={"member_id": member_id, "state": state})).json()["items"]
        return next((one for one in items if one["reason"] == reason), None)

    found: dict[str, Any] = await until(ask)
    return found


async def contacts(client: httpx.AsyncClient, member_id: str) -> list[tuple[str, str, str, bool]]:
    answer = await client.get(f"{REGISTRY}/members/{member_id}/contacts")
    return [(one["day"], one["kind"], one["outcome"], one["counts"]) for one in answer.json()["items"]]


async def meeting(client: httpx.AsyncClient, at: str = "2026-11-18T09:30:00+08:00") -> str:
    body = {"kind": "lecture", "branch": "第三党支部", "starts_at": at, "title": "党课"}
    meeting_id: str = (await done(client, f"{REGISTRY}/meetings", **body))["meeting_id"]
    return meeting_id


async def test_every_service_writes_its_part_of_one_list(cell: BoxAddresses) -> None:
    async with one_box(cell) as box, box.asking() as clerk:
        member_id = await enrolled(clerk)
        visit = await call_of(clerk, member_id, "eighty")
        await done(clerk, f"{CARE}/visits/{visit['visit_id']}/record", made_on="2026-11-12", by="laoli")
        await done(
            clerk, f"{REGISTRY}/meetings/{await meeting(clerk)}/deliver", member_ids=[member_id], on="2026-11-19"
        )
        notice = await _told(clerk, box, member_id)
        await done(clerk, f"{REGISTRY}/members/{member_id}/contacts", outcome="not_reached", on="2026-11-20")
        expected = [
            ("2026-11-21", "message", "reached", False),
            ("2026-11-20", "call", "tried", False),
            ("2026-11-19", "study", "reached", True),
            ("2026-11-12", "visit", "reached", True),
        ]

        async def all_of_it() -> Any:
            return (await contacts(clerk, member_id)) == expected

        await until(all_of_it)
        assert notice["channel"] in ("phone", "print")
        page = await clerk.get(f"/registry/members/{member_id}/contacts")
        for words in ("上门走访", "送学上门", "已告知，不算联系上", "没联系上", "李老师"):
            assert words in page.text
    async with one_box(cell) as box, box.asking() as clerk:
        assert await contacts(clerk, member_id) == expected, "a restart changes nothing"


async def _told(clerk: httpx.AsyncClient, box: OneBox, member_id: str) -> dict[str, Any]:
    """A notice to the member: asked to a meeting, rung up, told."""
    body = {"member_ids": [member_id]}
    coming = await meeting(clerk, "2026-11-25T09:30:00+08:00")
    answer = await clerk.post(f"{REGISTRY}/meetings/{coming}/invite", json=body)
    assert answer.status_code == 201, answer.text

    async def ask() -> Any:
        items = (await clerk.get(f"{NOTIFY}/notices", params={"member_id": member_id})).json()["items"]
        return next((one for one in items if one["policy"] == "invited.member"), None)

    notice: dict[str, Any] = await until(ask)
    await done(clerk, f"{NOTIFY}/notices/{notice['notice_id']}/acknowledge")
    return notice


async def test_who_was_met_by_others_is_not_rung_up_by_care(cell: BoxAddresses) -> None:
    async with one_box(cell) as box, box.asking() as clerk:
        studied, spoken, family = [await enrolled(clerk, name=name) for name in ("送到门", "通过话", "家属接")]
        for member_id in (studied, spoken, family):
            await call_of(clerk, member_id, "alone")
        lecture = await meeting(clerk)
        await done(clerk, f"{REGISTRY}/meetings/{lecture}/deliver", member_ids=[studied], on="2026-11-19")
        await done(clerk, f"{REGISTRY}/members/{family}/contacts", outcome="reached", way="family")
        await done(clerk, f"{REGISTRY}/members/{spoken}/contacts", outcome="reached", note="身体好")
        for member_id in (studied, spoken):
            dropped = await call_of(clerk, member_id, "alone", "cancelled")
            assert dropped["why"] == "met_otherwise"
        left = await clerk.get(f"{CARE}/visits", params={"member_id": family, "state": "ready"})
        assert "alone" in [one["reason"] for one in left.json()["items"]], "the daughter's word is not the member's"


async def test_who_left_earlier_than_was_said_is_called_from_then_on(cell: BoxAddresses) -> None:
    async with one_box(cell) as box, box.asking() as clerk:
        member_id = await enrolled(clerk, lives_alone=False)
        body = {"from": "2026-11-16", "destination": "六安市", "reason": "回原籍"}
        await done(clerk, f"{REGISTRY}/members/{member_id}/move-away", **body)
        assert (await call_of(clerk, member_id, "away"))["start"] == "2026-11-16"
        notice = await _notice(clerk, member_id, "moved_away.branch")
        assert "2026年11月16日" in notice["text"]
        await done(clerk, f"{REGISTRY}/members/{member_id}/away-day", since="2026-03-03", reason="女儿来电")

        async def from_march() -> Any:
            items = (await clerk.get(f"{CARE}/visits", params={"member_id": member_id, "state": "ready"})).json()[
                "items"
            ]
            return [one["start"] for one in items if one["reason"] == "away"] == ["2026-10-29"]

        await until(from_march)  # every thirty days from 3 March on; that from November is dropped
        corrected = await _notice(clerk, member_id, "away_day.branch")
        assert "更正：张桂兰同志实际自2026年3月3日起外出，去向：六安市" in corrected["text"]
        old = await _notice(clerk, member_id, "moved_away.branch")
        assert (old["state"], old["why"]) == ("suppressed", "out_of_date")
        kept = await _notice(clerk, member_id, "moved_away.member")
        assert kept["state"] == "intended", "whom to ring up is as true as before"


async def _notice(clerk: httpx.AsyncClient, member_id: str, rule: str) -> dict[str, Any]:
    async def ask() -> Any:
        items = (await clerk.get(f"{NOTIFY}/notices", params={"member_id": member_id})).json()["items"]
        return next((one for one in items if one["policy"] == rule), None)

    found: dict[str, Any] = await until(ask)
    return found


async def test_whoever_has_not_certified_is_told_and_told_no_more_when_it_is_done(cell: BoxAddresses) -> None:
    async with one_box(cell) as box, box.asking() as clerk:
        member_id = await enrolled(clerk, id_number="310101194009070025", lives_alone=False)
        await call_of(clerk, member_id, "eighty")
        looked = await clerk.post(f"{CARE}/certifications/look")
        assert (looked.status_code, looked.json()["due"], looked.json()["reminded"]) == (201, 1, 1), looked.text
        notice = await _notice(clerk, member_id, "certification.member")
        assert "请在2026年11月30日前办好" in notice["text"]

        await done(clerk, f"{CARE}/members/{member_id}/certification", on="2026-11-20", way="at_home")

        async def ended() -> Any:
            return (await _notice(clerk, member_id, "certification.member"))["why"] == "out_of_date"

        await until(ended)
