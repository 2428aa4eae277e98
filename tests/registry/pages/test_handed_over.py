"""What a unit's liaison sees: the unit's own people, what is said of them, and nobody else, by no address at all."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from services.registry.project import handed_over, handover, member
from services.registry.wire import PROJECTION
from services.shell.identity.caller import Role
from tests.desk import SHIQUAN
from tests.registry.office import Office, enrolled, id_number, seq_of
from tests.registry.pages.test_handovers import API, done, opened, somebody

PEOPLE = "/registry/api/handed-over"
UNIT, OTHER = "employers.demo.shizaochuanchang", "employers.demo.shigangguanchang"
OWN = {"/registry/handed-over", "/registry/handed-over/batches/{batch_id}", PEOPLE, f"{PEOPLE}/batches",
       f"{PEOPLE}/batches/{{batch_id}}"}  # fmt: skip
"""What is for liaisons."""
PLAIN = {"/registry/panels/today", "/registry/panels/counts", "/registry/policy", "/registry/panels/policy",
         "/registry/api/policy"}  # fmt: skip
"""What everybody who is signed in may ask: it answers each by their post."""
_PUBLIC = re.compile(r"/registry/(healthz|readyz|metrics|asyncapi|api/openapi.json|card/{code}|)$|/registry$")


@dataclass
class Story:
    """A unit that handed one person over, another unit that did, and a neighbour whom nobody did."""

    own: str = ""
    others: str = ""
    neighbour: str = ""
    batch: str = ""
    other_batch: str = ""
    numbers: list[str] = field(default_factory=list)


@pytest.fixture
async def story(office: Office, clerk: httpx.AsyncClient) -> Story:
    told = Story()
    told.own, line = await somebody(clerk, "倪阿宝", phone="13966660001", address="造船路1弄1号101室")
    told.numbers.append(line["id_number"])
    told.batch = await opened(clerk, "市造船厂", line, {"name": "倪不在", "id_number": id_number()})
    await done(clerk, f"{API}/{told.batch}/accept", {"takes": [{"row": 1, "member": told.own}]})
    await done(clerk, f"{API}/{told.batch}/refuse", {"row": 2, "why": "not_found"})
    async with office.asking(scope=SHIQUAN) as shiquan:
        told.others, line = await somebody(shiquan, "丁钢管", community=SHIQUAN, phone="13966660002")
        told.other_batch = await opened(shiquan, "市钢管厂", line)
        await done(shiquan, f"{API}/{told.other_batch}/accept", {"takes": [{"row": 1, "member": told.others}]})
    told.neighbour = await enrolled(clerk, name="邻居甲", phone="13966660003")
    return told


@pytest.fixture
async def liaison(office: Office, story: Story) -> AsyncIterator[httpx.AsyncClient]:
    async with office.asking(Role.LIAISON, scope=UNIT, name="sun") as client:
        yield client


async def test_a_liaison_sees_how_the_unit_s_own_people_are(
    clerk: httpx.AsyncClient, liaison: httpx.AsyncClient, story: Story
) -> None:
    mine = [one for one in (await liaison.get(PEOPLE)).json()["items"] if one["member_id"] == story.own]
    expected = {"name": "倪阿宝", "state": "enrolled", "branch": "第三党支部", "last_seen": None, "away_since": None}
    assert {name: mine[0][name] for name in expected} == expected
    assert set(mine[0]) == {*expected, "member_id", "community", "since"}, "and that is all that is said"
    away = {"from": "2026-11-10", "destination": "杭州市", "reason": "带孙子", "address": "湖滨路3号"}
    left = await clerk.post(f"/registry/api/members/{story.own}/move-away", json=away)
    seen = await liaison.get(f"{PEOPLE}?state=away&after={seq_of(left)}")
    assert story.own in {one["member_id"] for one in seen.json()["items"]}
    assert "杭州" not in seen.text, "where somebody is, is no business of the unit"
    page = (await liaison.get("/registry/handed-over?q=倪阿宝")).text
    assert "倪阿宝" in page
    assert "在外" in page
    assert "没有这样的人" in (await liaison.get("/registry/handed-over?q=邻居甲")).text
    assert (await liaison.get("/registry/handed-over?page_token=xx")).status_code == 400
    home = (await liaison.get("/registry/panels/today")).text
    assert "位在外" in home


async def test_a_liaison_reads_the_receipts_of_the_unit(liaison: httpx.AsyncClient, story: Story) -> None:
    (mine,) = [
        one for one in (await liaison.get(f"{PEOPLE}/batches")).json()["items"] if one["batch_id"] == story.batch
    ]
    assert (mine["accepted"], mine["refused"], mine["employer"]) == (1, 1, UNIT)
    receipt = (await liaison.get(f"/registry/handed-over/batches/{story.batch}")).text
    for words in ("倪阿宝", "倪不在", "查无此人", "草稿"):
        assert words in receipt, words
    assert story.numbers[0] not in receipt
    rows = (await liaison.get(f"{PEOPLE}/batches/{story.batch}")).json()["rows"]
    assert [row["state"] for row in rows] == ["accepted", "refused"]
    for path in (f"/registry/handed-over/batches/{story.other_batch}", f"{PEOPLE}/batches/{story.other_batch}"):
        assert (await liaison.get(path)).status_code == 404


async def test_what_is_withdrawn_is_not_seen_any_more(
    clerk: httpx.AsyncClient, liaison: httpx.AsyncClient, story: Story
) -> None:
    back = await done(clerk, f"{API}/{story.batch}/withdraw", {"row": 1})
    assert len(back["facts"]) == 2
    assert story.own not in (await liaison.get(PEOPLE)).text


async def test_a_liaison_of_no_unit_or_of_several_sees_nobody(office: Office, story: Story) -> None:
    for scope in ("", "demo.jinqiao", "demo", "employers", "employers.demo"):
        async with office.asking(Role.LIAISON, scope=scope) as stray:
            for path in (PEOPLE, f"{PEOPLE}/batches", f"{PEOPLE}/batches/{story.batch}", "/registry/handed-over"):
                assert (await stray.get(path)).status_code == 403, f"{scope} {path}"
            panel = await stray.get("/registry/panels/today")
            assert "还没有对应到一个单位" in panel.text
    async with office.asking(Role.LIAISON, scope=OTHER) as other:
        assert {one["name"] for one in (await other.get(PEOPLE)).json()["items"]} == {"丁钢管"}
    async with office.asking() as secretary:
        assert (await secretary.get(PEOPLE)).status_code == 403


def addresses(office: Office, story: Story) -> Iterator[tuple[str, str, str]]:
    """(method, route, an address with ids of people who are none of the liaison's) of every route there is."""
    ids = {"member_id": story.neighbour, "batch_id": story.other_batch, "number": "1", "what": "phone"}
    for route in iter_route_contexts(office.service.routes):
        path = f"/registry{route.path}"
        filled = re.sub(r"{(\w+)(?::\w+)?}", lambda found: ids.get(found[1], story.neighbour), path)
        for method in sorted(getattr(route, "methods", None) or {"GET"}):
            yield method, path, filled


async def test_no_address_of_the_registry_tells_a_liaison_of_anybody_else(
    office: Office, liaison: httpx.AsyncClient, story: Story
) -> None:
    """Every page and every call of the API: it is for somebody else, or it says nothing of others."""
    secrets = ("邻居甲", "丁钢管", "13966660002", "13966660003", "13966660001", "造船路1弄", *story.numbers)
    asked = 0
    for method, route, path in addresses(office, story):
        if method in ("HEAD", "OPTIONS"):
            continue
        answer = await liaison.request(method, path, json={} if method != "GET" else None)
        asked += 1
        told = answer.text
        assert not [one for one in secrets if one in told], f"{method} {path}"
        if route in OWN:
            assert answer.status_code in (200, 404), f"{method} {path}: {answer.status_code}"
        elif route in PLAIN:
            assert answer.status_code in (200, 303), f"{method} {path}: {answer.status_code}"
        elif not _PUBLIC.search(route):
            assert answer.status_code in (403, 404, 405), f"{method} {path}: {answer.status_code}"
    assert asked > 150, "the walk has seen the registry"


async def test_the_scope_of_a_unit_opens_no_table_but_its_own(
    office: Office, liaison: httpx.AsyncClient, story: Story
) -> None:
    """Whatever a route forgets: the database itself shows a liaison's transaction nothing of a community."""
    own = {handover.unit_table.name, handover.unit_lines.name, handed_over.unit_table.name}
    found: dict[str, int] = {}
    async with office.host.database.reading(UNIT) as db:
        for view in PROJECTION.views:
            rows = await db.exec_driver_sql(f'SELECT count(*) FROM "{view.table.name}"')
            if count := rows.scalar_one():
                found[view.table.name] = count
        for table in ("snapshot", "fact"):
            assert (await db.exec_driver_sql(f"SELECT count(*) FROM {table}")).scalar_one() == 0, table
        others = await db.execute(handed_over.unit_table.select().where(handed_over.unit_table.c.employer != UNIT))
        assert others.all() == []
    unscoped = {view.table.name for view in PROJECTION.views if view.unscoped_reason}
    assert set(found) - unscoped == own
    async with office.host.database.reading([UNIT, SHIQUAN]) as db:
        page = await handed_over.people(db)
        assert "丁钢管" not in {one["name"] for one in page.items}, "the question begins at the unit's own rows"


def test_a_liaison_s_question_takes_nothing_else_of_a_member() -> None:
    taken = {column.name for column in handed_over._SHOWN}
    assert taken == {"name", "pinyin", "state", "away_since", "last_seen", "branch"}
    private = {"phone", "address", "id_masked", "birth", "family", "away_to", "note", "minimum_living"}
    assert private <= set(member.table.columns.keys())
    assert not private & taken


async def test_a_person_of_two_records_stays_visible_by_the_one_that_is_kept(
    clerk: httpx.AsyncClient, liaison: httpx.AsyncClient, story: Story
) -> None:
    kept = await enrolled(clerk, name="倪阿宝", branch="第一党支部")
    body: dict[str, Any] = {"into": kept, "reason": "同一个人"}
    merged = await clerk.post(f"/registry/api/members/{story.own}/merge", json=body)
    assert merged.status_code == 201, merged.text
    rows = (await liaison.get(f"{PEOPLE}?after={seq_of(merged)}")).json()["items"]
    (mine,) = [one for one in rows if one["member_id"] == story.own]
    assert (mine["name"], mine["branch"], mine["state"]) == ("倪阿宝", "第一党支部", "enrolled")
