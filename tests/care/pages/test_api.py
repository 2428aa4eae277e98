"""Care's API: every command twice, wrong input, the wrong post, the wrong place, the same key."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from services.shell.identity import Role
from tests.care.office import Office, planned, seq_of, visits_of
from tests.desk import JINQIAO, SHIQUAN

pytestmark = pytest.mark.asyncio(loop_scope="module")

ILL = {"severity": "serious", "since": "2026-11-20", "hospital": "第一人民医院", "note": "肺炎"}
MADE = {"made_on": "2026-11-21", "by": "shuji", "difficulties": "夜里咳嗽"}
NOBODY = "01900000-0000-7000-8000-000000000000"


async def visit_of(office: Office, clerk: httpx.AsyncClient, **differently: Any) -> dict[str, Any]:
    """A visit at home that is to be made this month."""
    member_id = await office.registry.enrols(**differently)
    return await planned(clerk, member_id, "eighty")


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = answer.json()
    assert found["title"]
    assert found["todo"]
    return found


class TestIllness:
    async def test_reported_twice_is_one_illness(self, office: Office, clerk: httpx.AsyncClient) -> None:
        member_id = await office.registry.enrols()
        path, key = f"/care/api/members/{member_id}/illnesses", {"Idempotency-Key": "a"}
        first = await clerk.post(path, json=ILL, headers=key)
        assert [fact["type"] for fact in first.json()["facts"]] == ["hearth.care.fell_ill.v1"]
        assert (await clerk.post(path, json=ILL, headers=key)).json() == first.json()
        assert (await clerk.post(path, json=ILL)).json() == {"facts": []}

    async def test_another_day_is_refused_with_the_day_known(self, office: Office, clerk: httpx.AsyncClient) -> None:
        member_id = await office.registry.enrols()
        path = f"/care/api/members/{member_id}/illnesses"
        await clerk.post(path, json=ILL)
        told = problem(await clerk.post(path, json=ILL | {"since": "2026-11-19"}), 409)
        assert told["reason"] == "already_ill"
        assert "11月20日" in told["detail"]

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [({"severity": "bad"}, "severity"), ({"since": "x"}, "since"), ({"hospital": "长" * 201}, "hospital")],
    )
    async def test_what_is_wrong_is_named(
        self, office: Office, clerk: httpx.AsyncClient, wrong: dict[str, str], field: str
    ) -> None:
        member_id = await office.registry.enrols()
        told = problem(await clerk.post(f"/care/api/members/{member_id}/illnesses", json=ILL | wrong), 422)
        assert [error["field"] for error in told["errors"]] == [field]

    async def test_ends_with_recovery(self, office: Office, clerk: httpx.AsyncClient) -> None:
        member_id = await office.registry.enrols()
        await clerk.post(f"/care/api/members/{member_id}/illnesses", json=ILL)
        await planned(clerk, member_id, "fell_ill")
        path = f"/care/api/members/{member_id}/recovery"
        answer = await clerk.post(path, json={"on": "2026-11-21"})
        (visit,) = [
            one for one in await visits_of(clerk, member_id, after=seq_of(answer)) if one["reason"] == "fell_ill"
        ]
        assert (visit["state"], visit["why"]) == ("cancelled", "recovered")
        assert (await clerk.post(path, json={"on": "2026-11-21"})).json() == {"facts": []}

    async def test_nobody_outside_is_known(self, office: Office, clerk: httpx.AsyncClient) -> None:
        elsewhere = await office.registry.enrols(community=SHIQUAN)
        for member_id in (elsewhere, NOBODY):
            problem(await clerk.post(f"/care/api/members/{member_id}/illnesses", json=ILL), 404)


class TestVisits:
    async def test_are_recorded_once(self, office: Office, clerk: httpx.AsyncClient) -> None:
        visit = await visit_of(office, clerk)
        path = f"/care/api/visits/{visit['visit_id']}/record"
        first = await clerk.post(path, json=MADE, headers={"Idempotency-Key": "b"})
        types = [fact["type"] for fact in first.json()["facts"]]
        assert types == ["hearth.care.visit_made.v1", "hearth.care.three_questions_answered.v1"]
        assert (await clerk.post(path, json=MADE, headers={"Idempotency-Key": "b"})).json() == first.json()
        assert (await clerk.post(path, json=MADE)).json() == {"facts": []}
        assert problem(await clerk.post(path, json=MADE | {"made_on": "2026-11-20"}), 409)["reason"] == "already_made"

    @pytest.mark.parametrize(("made_on", "reason"), [("2026-11-22", "in_future"), ("2026-10-31", "before_start")])
    async def test_are_made_within_their_time(
        self, office: Office, clerk: httpx.AsyncClient, made_on: str, reason: str
    ) -> None:
        visit = await visit_of(office, clerk)
        path = f"/care/api/visits/{visit['visit_id']}/record"
        assert problem(await clerk.post(path, json=MADE | {"made_on": made_on}), 409)["reason"] == reason

    async def test_are_given_to_somebody_else(self, office: Office, clerk: httpx.AsyncClient) -> None:
        visit = await visit_of(office, clerk)
        path = f"/care/api/visits/{visit['visit_id']}/assign"
        answer = await clerk.post(path, json={"visitor": "laoli"})
        seen = await clerk.get(f"/care/api/visits/{visit['visit_id']}", params={"after": seq_of(answer)})
        assert seen.json()["visitor"] == "laoli"
        assert (await clerk.post(path, json={"visitor": "laoli"})).json() == {"facts": []}
        problem(await clerk.post(path, json={"visitor": ""}), 422)

    async def test_are_called_off_with_a_reason(self, office: Office, clerk: httpx.AsyncClient) -> None:
        visit = await visit_of(office, clerk)
        path = f"/care/api/visits/{visit['visit_id']}/cancel"
        problem(await clerk.post(path, json={}), 422)
        answer = await clerk.post(path, json={"reason": "家属来电"})
        seen = await clerk.get(f"/care/api/visits/{visit['visit_id']}", params={"after": seq_of(answer)})
        assert (seen.json()["state"], seen.json()["why"]) == ("cancelled", "by_hand")
        assert (await clerk.post(path, json={"reason": "家属来电"})).json() == {"facts": []}
        again = await clerk.post(f"/care/api/visits/{visit['visit_id']}/record", json=MADE)
        assert problem(again, 409)["reason"] == "visit_cancelled"

    async def test_are_listed_by_state_day_and_visitor(self, office: Office, clerk: httpx.AsyncClient) -> None:
        visit = await visit_of(office, clerk, lives_alone=True)
        member_id = visit["member_id"]
        await planned(clerk, member_id, "alone", "draft")
        ready = await visits_of(clerk, member_id, state="ready")
        assert [one["reason"] for one in ready] == ["eighty", "alone"]
        assert [one["reason"] for one in await visits_of(clerk, member_id, state="draft")] == ["alone"]
        assert await visits_of(clerk, member_id, on="2026-10-01") == []
        assert len(await visits_of(clerk, member_id, on="2026-11-01")) == 1
        assert await visits_of(clerk, member_id, visitor="nobody") == []
        problem(await clerk.get("/care/api/visits", params={"state": "odd"}), 422)

    async def test_come_in_pages(self, office: Office, clerk: httpx.AsyncClient) -> None:
        people = [(await visit_of(office, clerk))["member_id"] for _ in range(3)]
        found: list[str] = []
        token, pages = "", 0
        while token or not pages:
            answer = await clerk.get("/care/api/visits", params={"page_size": 2, "page_token": token})
            found += [one["visit_id"] for one in answer.json()["items"]]
            token, pages = answer.json()["next_page_token"], pages + 1
        assert len(found) == len(set(found)) >= len(people)
        problem(await clerk.get("/care/api/visits", params={"page_token": "odd"}), 400)

    async def test_wait_for_what_was_just_written(self, clerk: httpx.AsyncClient) -> None:
        problem(await clerk.get("/care/api/visits", params={"after": "nonsense"}), 422)

    async def test_of_another_community_are_not_there(self, office: Office, clerk: httpx.AsyncClient) -> None:
        visit = await visit_of(office, clerk)
        async with office.asking(scope=SHIQUAN) as stranger:
            assert await visits_of(stranger, visit["member_id"]) == []
            for deed, body in (("record", MADE), ("assign", {"visitor": "x"}), ("cancel", {"reason": "不用"})):
                problem(await stranger.post(f"/care/api/visits/{visit['visit_id']}/{deed}", json=body), 404)
            problem(await stranger.get("/care/api/visits", params={"community": JINQIAO}), 403)


class TestToday:
    async def test_is_one_trip_a_building(self, office: Office, clerk: httpx.AsyncClient) -> None:
        place: dict[str, Any] = {"building": "石泉路8弄3号"}
        late = await visit_of(office, clerk, room="101室", **place)
        second = await visit_of(office, clerk, room="102室", **place)
        on_the_way = await office.registry.enrols(birth=date(1954, 3, 7), room="103室", **place)
        await planned(clerk, on_the_way, "seventy")
        body = (await clerk.get("/care/api/today", params={"community": JINQIAO})).json()
        (trip,) = [trip for trip in body["trips"] if trip["building"] == place["building"]]
        assert (trip["due"], trip["households"]) == ("2026-11-20", 3)
        assert {task["member_id"] for task in trip["tasks"]} == {late["member_id"], second["member_id"], on_the_way}
        assert [task["overdue"] for task in trip["tasks"]] == [True, True, False]
        assert body["late"] >= 2

    async def test_calls_stand_apart(self, office: Office, clerk: httpx.AsyncClient) -> None:
        member_id = await office.registry.enrols(lives_alone=True)
        await planned(clerk, member_id, "alone")
        body = (await clerk.get("/care/api/today")).json()
        assert member_id in {call["member_id"] for call in body["calls"]}
        assert all(task["way"] != "call" for trip in body["trips"] for task in trip["tasks"])


class TestPosts:
    @pytest.mark.parametrize(
        "role", [Role.AUDITOR, Role.OPERATOR, Role.SUPERVISOR, Role.LIAISON, Role.SUBSCRIBER_ADMIN]
    )
    async def test_who_gives_no_care_sees_none(self, office: Office, role: Role) -> None:
        async with office.asking(role, scope="") as other:
            for path in ("/care/api/visits", "/care/api/today", f"/care/api/visits/{NOBODY}"):
                problem(await other.get(path), 403)
            for path in (f"/care/api/members/{NOBODY}/illnesses", "/care/api/plan"):
                problem(await other.post(path, json=ILL), 403)

    async def test_nobody_is_let_in_unknown(self, office: Office) -> None:
        transport = httpx.ASGITransport(app=office.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://office") as stranger:
            problem(await stranger.get("/care/api/visits"), 401)

    async def test_a_visitor_sees_and_records_their_own(self, office: Office, clerk: httpx.AsyncClient) -> None:
        mine, other = await visit_of(office, clerk), await visit_of(office, clerk)
        answer = await clerk.post(f"/care/api/visits/{mine['visit_id']}/assign", json={"visitor": "lao-chen"})
        async with office.asking(Role.VISITOR, name="lao-chen") as laoli:
            found = (await laoli.get("/care/api/visits", params={"after": seq_of(answer)})).json()["items"]
            assert [one["visit_id"] for one in found] == [mine["visit_id"]]
            problem(await laoli.get(f"/care/api/visits/{other['visit_id']}"), 404)
            problem(await laoli.get("/care/api/visits", params={"visitor": "somebody"}), 403)
            problem(await laoli.post(f"/care/api/visits/{other['visit_id']}/record", json=MADE), 404)
            path = f"/care/api/visits/{mine['visit_id']}/record"
            assert problem(await laoli.post(path, json=MADE), 422)["errors"][0]["field"] == "by"
            assert (await laoli.post(path, json=MADE | {"by": "lao-chen"})).status_code == 201
            for deed, body in (("assign", {"visitor": "x"}), ("cancel", {"reason": "不用"})):
                problem(await laoli.post(f"/care/api/visits/{mine['visit_id']}/{deed}", json=body), 403)
            today = (await laoli.get("/care/api/today")).json()
            assert other["visit_id"] not in str(today)
