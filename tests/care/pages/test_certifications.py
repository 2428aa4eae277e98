"""The list of those to certify, noting that it is done, taking a slip back, and who may see what."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from events.facts.care import VisitMade, VisitWay
from events.facts.care_certification import CertificationDone
from events.facts.member import AwayKind, Classified, Died, Enrolled, MovedAway
from events.facts.people import RetirementKind
from events.log.command import Asked
from services.shell.identity.caller import Role
from tests.care.office import TODAY, Office, enrolled, new_id, seq_of
from tests.desk import JINQIAO, SHIQUAN

pytestmark = pytest.mark.asyncio(loop_scope="module")
API = "/care/api"


async def pensioner(office: Office, born: date = date(1940, 11, 7), **differently: Any) -> str:
    """Somebody who draws a pension; the id."""
    member_id, kind = new_id(), differently.pop("kind", RetirementKind.RETIRED)
    community = differently.pop("community", JINQIAO)
    fact: Enrolled = enrolled(birth=born, **differently).model_copy(update={"kind": kind})
    receipt = await office.registry.says(member_id, fact, date(2026, 1, 5), community)
    assert await office.host.runner.wait_for([receipt.position])
    return member_id


async def looked(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.post(f"{API}/certifications/look")
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def turn(client: httpx.AsyncClient, member_id: str, after: str = "") -> dict[str, Any] | None:
    params = {"member_id": member_id, **({"after": after} if after else {})}
    answer = await client.get(f"{API}/certifications", params=params)
    assert answer.status_code == 200, answer.text
    return next(iter(answer.json()["items"]), None)


async def test_whose_turn_it_is_stands_on_the_list_once(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await pensioner(office, name="田阿林")
    others = [await pensioner(office, born=date(1940, 3, 7)), await pensioner(office, kind=RetirementKind.IN_SERVICE)]
    assert (await looked(clerk))["due"] >= 1
    assert (await looked(clerk))["due"] == 0, "what stands there is not written again"
    one = await turn(clerk, member_id)
    assert one is not None
    assert one == one | {
        "year": 2026, "start": "2026-11-01", "end": "2027-01-31", "state": "due", "level": None, "clause": "§4.21",
        "usual_way": "at_home", "usual_way_clause": "§4.23",
    }  # fmt: skip
    assert [await turn(clerk, each) for each in others] == [None, None]
    page = await clerk.get("/care/certifications")
    assert "田阿林" in page.text
    assert "上门代办" in page.text


async def test_it_is_done_once_and_a_slip_opens_it_again(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await pensioner(office)
    await looked(clerk)
    path, body, key = f"{API}/members/{member_id}/certification", {"on": "2026-11-20", "way": "at_home"}, "cert-1"
    first = await clerk.post(path, json=body, headers={"Idempotency-Key": key})
    again = await clerk.post(path, json=body, headers={"Idempotency-Key": key})
    assert (first.status_code, first.json()) == (201, again.json())
    one = await turn(clerk, member_id, seq_of(first))
    assert one is not None
    assert (one["state"], one["done_on"], one["by"]) == ("done", "2026-11-20", "shuji")
    assert "at_home" not in str({**one, "usual_way": ""}), "how it was done stays sealed"
    refused = await clerk.post(path, json=body | {"on": "2026-11-19"})
    assert (refused.status_code, refused.json()["reason"]) == (409, "already_certified")
    back = await clerk.post(f"{path}/take-back", json={"year": 2026})
    one = await turn(clerk, member_id, seq_of(back))
    assert one is not None
    assert (one["state"], one["done_on"]) == ("due", None)
    assert (await clerk.post(f"{path}/take-back", json={"year": 2026})).json()["facts"] == []
    assert (await clerk.post(f"{path}/take-back", json={"year": 2020})).status_code == 409


async def test_what_is_published_does_not_say_how(office: Office, clerk: httpx.AsyncClient) -> None:
    assert CertificationDone.SEALED == {"way": "care", "note": "care"}
    member_id = await pensioner(office)
    early = await clerk.post(
        f"{API}/members/{member_id}/certification", json={"on": "2026-08-05", "way": "in_person", "note": "女儿陪同"}
    )
    assert early.status_code == 201, early.text
    one = await turn(clerk, member_id, seq_of(early))
    assert one is not None
    assert (one["year"], one["state"], one["start"]) == (2026, "done", None), "done before anybody looked"
    await looked(clerk)
    again = await turn(clerk, member_id)
    assert again is not None
    assert again["state"] == "done", "nobody is asked who has done it"


async def test_a_classified_pensioner_is_asked_and_the_dead_are_not(office: Office, clerk: httpx.AsyncClient) -> None:
    worked, dead = await pensioner(office, kind=RetirementKind.IN_SERVICE), await pensioner(office)
    await office.registry.says(worked, Classified(kind=RetirementKind.RETIRED), TODAY)
    receipt = await office.registry.says(dead, Died(), TODAY)
    assert await office.host.runner.wait_for([receipt.position])
    await looked(clerk)
    assert await turn(clerk, worked) is not None
    assert await turn(clerk, dead) is None


async def test_what_is_late_climbs(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await pensioner(office, born=date(1946, 9, 7), name="逾期的人")
    before = office.clock.now
    office.clock.now = before - timedelta(days=10)
    await looked(clerk)
    office.clock.now = before + timedelta(days=11)  # the turn ended with November
    try:
        one = await turn(clerk, member_id)
        assert one is not None
        assert (one["state"], one["level"]) == ("overdue", "secretary")
        page = await clerk.get("/care/certifications?state=overdue")
        assert "逾期的人" in page.text
        assert "书记过问" in page.text
        office.clock.now = before + timedelta(days=39)
        one = await turn(clerk, member_id)
        assert one is not None
        assert one["level"] == "street"
        async with office.asking(role=Role.SUPERVISOR, scope="demo") as street:
            seen = await street.get("/care/certifications")
            assert seen.status_code == 200
            assert "逾期的人" not in seen.text, "the street asks the community, which knows who it is"
            assert "1 人" in seen.text
    finally:
        office.clock.now = before


async def test_the_form_says_what_is_wrong_and_undo_is_at_hand(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await pensioner(office, name="傅秀珍")
    here = f"/care/members/{member_id}/certification"
    page = await clerk.get(here)
    assert "上门代办" in page.text
    wrong = await clerk.post(here, data={"on": "2026-11-30", "way": "at_home"})
    assert wrong.status_code == 409
    assert "2026年11月30日" in wrong.text
    assert (await clerk.post(here, data={"on": "2026-11-20", "way": "by_pigeon"})).status_code == 422
    done = await clerk.post(here, data={"on": "2026-11-20", "way": "at_home"}, follow_redirects=True)
    assert "已记下傅秀珍的认证" in done.text
    assert f'action="{here}/take-back"' in done.text
    back = await clerk.post(f"{here}/take-back", data={"year": "2026"}, follow_redirects=True)
    assert "又列为待办" in back.text


async def test_who_lives_elsewhere_does_it_by_video(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await pensioner(office)
    gone = MovedAway(kind=AwayKind.CARD, clause="§3.2", destination="深圳", fixed_place=True, reason="带孙子")
    receipt = await office.registry.says(member_id, gone, date(2026, 11, 1))
    assert await office.host.runner.wait_for([receipt.position])
    await looked(clerk)
    one = await turn(clerk, member_id)
    assert one is not None
    assert (one["usual_way"], one["usual_way_clause"]) == ("video", "§4.24")


async def test_a_visitor_notes_it_for_those_they_go_to(office: Office, clerk: httpx.AsyncClient) -> None:
    own, strange = await pensioner(office), await pensioner(office)
    visit = VisitMade(by="laoli", way=VisitWay.HOME)
    await looked(clerk)
    receipt = await office.service.state.care.commands.note(_asked(), "care", own, visit, TODAY)
    assert await office.host.runner.wait_for([receipt.position])
    async with office.asking(role=Role.VISITOR, name="laoli") as visitor:
        items = (await visitor.get(f"{API}/certifications")).json()["items"]
        assert [one["member_id"] for one in items] == [own]
        body = {"on": "2026-11-20", "way": "at_home"}
        assert (await visitor.post(f"{API}/members/{own}/certification", json=body)).status_code == 201
        assert (await visitor.post(f"{API}/members/{strange}/certification", json=body)).status_code == 403
        assert (await visitor.post(f"{API}/certifications/look")).status_code == 403


def _asked() -> Asked:
    return Asked("laoli", JINQIAO)


async def test_nobody_else_sees_it(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await pensioner(office)
    await looked(clerk)
    async with office.asking(role=Role.AUDITOR) as auditor:
        assert (await auditor.get(f"{API}/certifications")).status_code == 403
    async with office.asking(scope=SHIQUAN) as other:
        assert await turn(other, member_id) is None
        body = {"on": "2026-11-20", "way": "at_home"}
        assert (await other.post(f"{API}/members/{member_id}/certification", json=body)).status_code == 404
    assert (await clerk.get(f"{API}/certifications?state=perhaps")).status_code == 422
