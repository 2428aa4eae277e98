"""What is sealed: opened for those who give the care, after it is written down who asked and why; in no table."""

from __future__ import annotations

from typing import Any

import asyncpg
import httpx
import pytest

from deploy.box.addresses import BoxAddresses
from events.log.envelope import open_fact, parse, subject_of
from services.shell.identity import Role
from tests.architecture.row_security import readable_without_scope, unguarded
from tests.care.office import Office, planned, seq_of
from tests.desk import SHIQUAN

pytestmark = pytest.mark.asyncio(loop_scope="module")

ILL = {"severity": "serious", "since": "2026-11-20", "hospital": "第一人民医院", "note": "肺炎需要静养"}
WHY = {"reason": "去看望之前要知道"}


async def sick(office: Office, clerk: httpx.AsyncClient) -> dict[str, Any]:
    """Somebody in hospital: the visit because of it."""
    member_id = await office.registry.enrols()
    assert (await clerk.post(f"/care/api/members/{member_id}/illnesses", json=ILL)).status_code == 201
    return await planned(clerk, member_id, "fell_ill")


async def reads_of(office: Office, member_id: str) -> list[Any]:
    """What is written down about who read this member's record."""
    messages = await office.host.log.read_entity("CARE", subject_of("care", "access", member_id), 0)
    return [open_fact(parse(message), office.host.keys.open).fact for message in messages]


async def test_the_secretary_opens_an_illness_and_that_is_on_record(office: Office, clerk: httpx.AsyncClient) -> None:
    visit = await sick(office, clerk)
    path = f"/care/api/members/{visit['member_id']}/illness/reveal"
    assert (await clerk.post(path, json={})).status_code == 422
    assert await reads_of(office, visit["member_id"]) == []
    answer = await clerk.post(path, json=WHY)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["severity"], answer.json()["hospital"], answer.json()["note"]) == (
        "serious", "第一人民医院", "肺炎需要静养",
    )  # fmt: skip
    (read,) = await reads_of(office, visit["member_id"])
    assert (read.who, read.what, read.reason) == ("shuji", "illness", WHY["reason"])


@pytest.mark.parametrize(("role", "status"), [(Role.WORKER, 403), (Role.VISITOR, 403), (Role.AUDITOR, 403)])
async def test_nobody_else_does(office: Office, clerk: httpx.AsyncClient, role: Role, status: int) -> None:
    visit = await sick(office, clerk)
    async with office.asking(role, name="other") as other:
        answer = await other.post(f"/care/api/members/{visit['member_id']}/illness/reveal", json=WHY)
    assert answer.status_code == status
    assert await reads_of(office, visit["member_id"]) == []


async def test_the_visitor_who_was_told_to_go_does(office: Office, clerk: httpx.AsyncClient) -> None:
    visit = await sick(office, clerk)
    assigned = await clerk.post(f"/care/api/visits/{visit['visit_id']}/assign", json={"visitor": "laoli"})
    async with office.asking(Role.VISITOR, name="laoli") as laoli:
        await laoli.get("/care/api/visits", params={"after": seq_of(assigned)})
        answer = await laoli.post(f"/care/api/members/{visit['member_id']}/illness/reveal", json=WHY)
        assert answer.json()["hospital"] == "第一人民医院", answer.text


async def test_what_was_said_is_read_by_whoever_was_there(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols()
    visit = await planned(clerk, member_id, "eighty")
    path = f"/care/api/visits/{visit['visit_id']}"
    assert (await clerk.post(f"{path}/answers/reveal", json=WHY)).status_code == 404
    made = {"made_on": "2026-11-21", "by": "laoli", "difficulties": "夜里睡不着", "plans": "去女儿家"}
    answer = await clerk.post(f"{path}/record", json=made)
    await clerk.get(path, params={"after": seq_of(answer)})
    said = (await clerk.post(f"{path}/answers/reveal", json=WHY)).json()
    assert (said["difficulties"], said["suggestions"], said["plans"]) == ("夜里睡不着", None, "去女儿家")
    async with office.asking(Role.VISITOR, name="laoli") as laoli:
        assert (await laoli.post(f"{path}/answers/reveal", json=WHY)).json()["plans"] == "去女儿家"
    async with office.asking(Role.WORKER, name="xiaowang") as worker:
        assert (await worker.post(f"{path}/answers/reveal", json=WHY)).status_code == 403
    assert [read.who for read in await reads_of(office, member_id)] == ["shuji", "laoli"]


async def test_no_table_a_page_reads_holds_it_in_clear(
    office: Office, clerk: httpx.AsyncClient, address: BoxAddresses
) -> None:
    await sick(office, clerk)
    connection = await asyncpg.connect(address.postgres["care_app"])
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('hearth.scope', '{\"\"}', true)")
            tables = [
                row[0] for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            ]
            assert {"person", "visit", "illness", "met", "usual_visitor", "snapshot", "fact"} <= set(tables)
            for table in (one for one in tables if not one.startswith("fact_")):
                rows = str(await connection.fetch(f"SELECT * FROM {table}"))
                assert "第一人民医院" not in rows, table
                assert "静养" not in rows, table
    finally:
        await connection.close()


async def test_every_table_is_guarded(office: Office, clerk: httpx.AsyncClient, address: BoxAddresses) -> None:
    await sick(office, clerk)
    connection = await asyncpg.connect(address.postgres["care_app"])
    try:
        assert await unguarded(connection) == []
        assert await readable_without_scope(connection) == []
    finally:
        await connection.close()


GRADE = {"grade": "moderate", "on": "2026-11-20", "note": "上下楼要人扶"}


async def test_a_grade_of_health_is_sealed_like_an_illness(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(name="顾秀兰")
    path = f"/care/api/members/{member_id}"
    assert (await clerk.post(f"{path}/health/reveal", json=WHY)).status_code == 404
    answer = await clerk.post(f"{path}/health-grade", json=GRADE)
    assert answer.status_code == 201, answer.text
    (fact,) = answer.json()["facts"]
    again = (await clerk.post(f"{path}/health-grade", json=GRADE | {"note": None})).json()
    assert again["facts"] == []
    body = (await office.host.log.read_entity("CARE", subject_of("care", "care", member_id), fact["seq"] - 1))[0].body
    assert "moderate" not in body.decode()
    assert "上下楼" not in body.decode()
    told = (await clerk.post(f"{path}/health/reveal", json=WHY)).json()
    assert (told["grade"], told["on"], told["note"]) == ("moderate", "2026-11-20", "上下楼要人扶")
    assert [read.what for read in await reads_of(office, member_id)] == ["health"]
    async with office.asking(Role.WORKER, name="other") as other:
        assert (await other.post(f"{path}/health/reveal", json=WHY)).status_code == 403


@pytest.mark.parametrize("wrong", [{"grade": "sick"}, {"on": "2027-01-01"}, {"on": "gestern"}, {}])
async def test_a_grade_that_is_none_changes_nothing(
    office: Office, clerk: httpx.AsyncClient, wrong: dict[str, str]
) -> None:
    member_id = await office.registry.enrols(name="顾秀芳")
    body = GRADE | wrong if wrong else {}
    answer = await clerk.post(f"/care/api/members/{member_id}/health-grade", json=body)
    assert answer.status_code in (409, 422), answer.text
    assert (await clerk.post(f"/care/api/members/{member_id}/health/reveal", json=WHY)).status_code == 404


async def test_a_grade_is_not_given_by_a_visitor_or_from_another_community(
    office: Office, clerk: httpx.AsyncClient
) -> None:
    member_id = await office.registry.enrols(name="顾秀芬")
    path = f"/care/api/members/{member_id}/health-grade"
    async with office.asking(Role.VISITOR, name="laoli") as visitor:
        assert (await visitor.post(path, json=GRADE)).status_code == 403
    async with office.asking(scope=SHIQUAN) as neighbour:
        assert (await neighbour.post(path, json=GRADE)).status_code == 404


BEFELL = {
    "hospital-stays": (
        {"on": "2026-11-18", "hospital": "第一人民医院", "note": "12 床"},
        "hospitalised",
        "第一人民医院",
    ),
    "hardships": ({"on": "2026-11-18", "what": "房子漏水"}, "hardship", "房子漏水"),
    "bereavements": ({"on": "2026-11-18", "whom": "老伴", "note": "女儿陪着"}, "bereaved", "老伴"),
}


@pytest.mark.parametrize("reported", sorted(BEFELL))
async def test_what_befell_somebody_is_sealed_and_brings_a_visit(
    office: Office, clerk: httpx.AsyncClient, reported: str
) -> None:
    body, kind, words = BEFELL[reported]
    member_id = await office.registry.enrols(name="顾福生")
    path = f"/care/api/members/{member_id}"
    answer = await clerk.post(f"{path}/{reported}", json=body)
    assert answer.status_code == 201, answer.text
    told, visit, *_later = answer.json()["facts"]
    assert visit["type"] == "hearth.care.visit_planned.v1"
    assert (await clerk.post(f"{path}/{reported}", json=body)).json()["facts"] == []
    stored = (await office.host.log.read_entity("CARE", subject_of("care", "care", member_id), told["seq"] - 1))[0]
    assert words not in stored.body.decode()
    seen = await clerk.post(f"{path}/occasions/{kind}/2026-11-18/reveal", json=WHY)
    assert words in seen.text
    assert [read.what for read in await reads_of(office, member_id)] == [kind]
    async with office.asking(Role.WORKER, name="other") as other:
        assert (await other.post(f"{path}/occasions/{kind}/2026-11-18/reveal", json=WHY)).status_code == 403
    assert (await clerk.post(f"{path}/occasions/{kind}/2026-11-17/reveal", json=WHY)).status_code == 404


@pytest.mark.parametrize("reported", [*sorted(BEFELL), "discharges"])
async def test_nobody_else_reports_what_befell_somebody(
    office: Office, clerk: httpx.AsyncClient, reported: str
) -> None:
    member_id = await office.registry.enrols(name="顾福根")
    path = f"/care/api/members/{member_id}/{reported}"
    body = BEFELL.get(reported, ({"on": "2026-11-18"}, "", ""))[0]
    async with office.asking(Role.VISITOR, name="laoli") as visitor:
        assert (await visitor.post(path, json=body)).status_code == 403
    async with office.asking(scope=SHIQUAN) as neighbour:
        assert (await neighbour.post(path, json=body)).status_code == 404
    assert (await clerk.post(path, json={"on": "gestern"})).status_code == 422
