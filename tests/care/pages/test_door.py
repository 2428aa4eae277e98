"""At the door: recorded from the page of today, from a phone that kept it, through the API; photos; nobody home."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import httpx
import pytest
import pytest_asyncio
from PIL import Image

from events.log.envelope import open_fact, parse, subject_of
from services.shell.identity import Role
from tests.care.office import Office, planned
from tests.care.pages.test_sealed import reads_of
from tests.desk import SHIQUAN

pytestmark = pytest.mark.asyncio(loop_scope="module")

HTML = {"accept": "text/html"}
PHONE = {"accept": "application/json"}
WHY = {"reason": "看看楼道有没有堆物"}
MADE = {"made_on": "2026-11-21"}


def photo(kind: str = "JPEG", size: tuple[int, int] = (900, 700)) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "SecretPhone"
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, exif=exif)
    return out.getvalue()


@pytest_asyncio.fixture(loop_scope="module")
async def laoli(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    """The visitor with a phone."""
    await office.account("laoli", "李老师", Role.VISITOR)
    async with office.asking(Role.VISITOR, name="laoli") as client:
        yield client


async def hers(office: Office, clerk: httpx.AsyncClient, **differently: Any) -> dict[str, Any]:
    """A visit that is laoli's."""
    member_id = await office.registry.enrols(**differently)
    visit = await planned(clerk, member_id, "eighty")
    answer = await clerk.post(f"/care/api/visits/{visit['visit_id']}/assign", json={"visitor": "laoli"})
    await clerk.get("/care/api/visits", params={"after": f"CARE:{answer.json()['facts'][-1]['seq']}"})
    return visit


async def facts_of(office: Office, member_id: str, name: str) -> list[Any]:
    """The stored facts of that name, opened."""
    messages = await office.host.log.read_entity("CARE", subject_of("care", "care", member_id), 0)
    parsed = [parse(message) for message in messages]
    return [open_fact(one, office.host.keys.open).fact for one in parsed if one.about.type == f"hearth.care.{name}.v1"]


async def test_today_carries_its_forms(office: Office, clerk: httpx.AsyncClient, laoli: httpx.AsyncClient) -> None:
    visit = await hers(office, clerk, name="唐一")
    page = (await laoli.get("/care/today", headers=HTML)).text
    path = f"/care/visits/{visit['visit_id']}"
    row = page[page.index(f'data-row="{visit["visit_id"]}"') :]
    row = row[: row.index("</li>")]
    for said in (f'action="{path}/record"', f'action="{path}/attempt"', "去过了", "没人在家", 'name="difficulties"'):
        assert said in row, said
    assert 'href="tel:13912348862"' in row
    assert 'type="file"' in row
    assert 'name="by"' not in row, "a visitor need not say who they are"
    assert re.search(r'data-me="laoli"', page)


async def test_a_phone_gets_facts_or_a_problem_and_a_person_a_page(
    office: Office, clerk: httpx.AsyncClient, laoli: httpx.AsyncClient
) -> None:
    visit = await hers(office, clerk, name="唐二")
    path = f"/care/visits/{visit['visit_id']}/record"
    sent = MADE | {"difficulties": "夜里睡不着", "idempotency_key": "phone-1"}
    wrong = await laoli.post(path, data=sent | {"made_on": "2026-10-01"}, headers=PHONE)
    assert (wrong.status_code, wrong.json()["reason"]) == (409, "before_start")
    assert (await laoli.post(path, data={}, headers=PHONE)).json()["errors"][0]["field"] == "made_on"
    first = await laoli.post(path, data=sent, files={"photo": ("p.jpg", photo(), "image/jpeg")}, headers=PHONE)
    assert first.status_code == 201, first.text
    assert [one["type"].split(".")[2] for one in first.json()["facts"]] == [
        "visit_made", "three_questions_answered", "photo_taken",
    ]  # fmt: skip
    again = await laoli.post(path, data=sent, files={"photo": ("p.jpg", photo(), "image/jpeg")}, headers=PHONE)
    assert again.json() == first.json()
    page = await laoli.post(path, data=sent, headers=HTML)
    assert (page.status_code, page.headers["location"]) == (303, "/care/today")
    assert len(await facts_of(office, visit["member_id"], "visit_made")) == 1
    (taken,) = await facts_of(office, visit["member_id"], "photo_taken")
    assert (taken.by, taken.size_bytes < 200_000) == ("laoli", True)


async def test_another_s_words_are_not_thrown_away(
    office: Office, clerk: httpx.AsyncClient, laoli: httpx.AsyncClient
) -> None:
    visit = await hers(office, clerk, name="唐三")
    made = MADE | {"by": "shuji", "plans": "去女儿家"}
    assert (await clerk.post(f"/care/api/visits/{visit['visit_id']}/record", json=made)).status_code == 201
    async with office.asking(name="zhuren") as other:
        late = MADE | {"by": "zhuren", "plans": "不去了"}
        answer = await other.post(f"/care/visits/{visit['visit_id']}/record", data=late, headers=PHONE)
    assert (answer.status_code, answer.json()["reason"]) == (409, "already_told")
    assert "补记" in answer.json()["detail"]


async def test_nobody_at_home_is_an_attempt_and_the_visit_stays(
    office: Office, clerk: httpx.AsyncClient, laoli: httpx.AsyncClient
) -> None:
    visit = await hers(office, clerk, name="唐四")
    path = f"/care/visits/{visit['visit_id']}"
    sent = {"on": "2026-11-21", "why": "not_at_home", "note": "邻居说去买菜了", "idempotency_key": "vain-1"}
    for _ in range(2):
        answer = await laoli.post(f"{path}/attempt", data=sent, headers=HTML)
        assert (answer.status_code, answer.headers["location"]) == (303, "/care/today")
    assert (await laoli.post(f"{path}/attempt", data=sent | {"why": "lazy"}, headers=PHONE)).status_code == 422
    page = (await laoli.get("/care/today", headers=HTML)).text
    assert "没人在家" in page[page.index(f'data-row="{visit["visit_id"]}"') :]
    told = (await laoli.get(f"/care/api/visits/{visit['visit_id']}")).json()
    assert (told["state"], told["tries"], told["tried_on"], told["tried_why"]) == (
        "ready", 1, "2026-11-21", "not_at_home",
    )  # fmt: skip
    (tried,) = await facts_of(office, visit["member_id"], "visit_attempted")
    assert (tried.by, tried.note) == ("laoli", "邻居说去买菜了")
    body = {"on": "2026-11-20", "by": "laoli", "why": "not_wanted"}
    assert (await laoli.post(f"/care/api/visits/{visit['visit_id']}/attempt", json=body)).status_code == 201
    other = await laoli.post(f"/care/api/visits/{visit['visit_id']}/attempt", json=body | {"by": "laowang"})
    assert other.status_code == 422
    assert (await laoli.post(f"{path}/record", data=MADE, headers=HTML)).status_code == 303
    told = (await laoli.get(f"/care/api/visits/{visit['visit_id']}")).json()
    assert (told["state"], told["tries"], told["tried_on"]) == ("done", 2, "2026-11-21")


async def test_a_photo_is_seen_by_two_and_every_look_is_on_record(
    office: Office, clerk: httpx.AsyncClient, laoli: httpx.AsyncClient
) -> None:
    visit = await hers(office, clerk, name="唐五")
    api = f"/care/api/visits/{visit['visit_id']}"
    await laoli.post(f"{api}/record", json=MADE | {"by": "laoli"})
    answer = await laoli.post(f"{api}/photos", files={"photo": ("p.png", photo("PNG"), "image/png")})
    assert answer.status_code == 201, answer.text
    await laoli.get(api, params={"after": f"CARE:{answer.json()['facts'][-1]['seq']}"})
    (photo_id,) = (await laoli.get(api)).json()["photos"]
    assert (await clerk.post(f"{api}/photos/{photo_id}/reveal", json={})).status_code == 422
    assert (await clerk.post(f"{api}/photos/{'0' * 32}/reveal", json=WHY)).status_code == 404
    for who in (clerk, laoli):
        seen = await who.post(f"{api}/photos/{photo_id}/reveal", json=WHY)
        assert (seen.status_code, seen.headers["content-type"]) == (200, "image/jpeg")
        assert b"Secret" not in seen.content
        assert Image.open(BytesIO(seen.content)).size == (900, 700)
    async with office.asking(Role.WORKER, name="xiaowang") as worker:
        assert (await worker.post(f"{api}/photos/{photo_id}/reveal", json=WHY)).status_code == 403
    async with office.asking(Role.VISITOR, name="laowang") as other, office.asking(scope=SHIQUAN) as neighbour:
        for stranger in (other, neighbour):
            assert (await stranger.post(f"{api}/photos/{photo_id}/reveal", json=WHY)).status_code == 404
    reads = await reads_of(office, visit["member_id"])
    assert [(read.who, read.what) for read in reads] == [("shuji", "photo"), ("laoli", "photo")]
    page = (await laoli.get(f"/care/visits/{visit['visit_id']}", headers=HTML)).text
    assert f"/reveal/photos/{photo_id}" in page
    shown = await laoli.post(f"/care/visits/{visit['visit_id']}/reveal/photos/{photo_id}", data=WHY, headers=HTML)
    assert shown.headers["content-type"] == "image/jpeg"
    assert shown.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"<svg/>", 422), (b"", 422), (b"\xff\xd8\xff" + b"x" * 5000, 422), (b"x" * (17 << 20), 413)],
)
async def test_what_is_no_photo_is_refused_and_says_what_to_do(
    office: Office, clerk: httpx.AsyncClient, laoli: httpx.AsyncClient, content: bytes, status: int
) -> None:
    visit = await hers(office, clerk)
    api = f"/care/api/visits/{visit['visit_id']}"
    await laoli.post(f"{api}/record", json=MADE | {"by": "laoli"})
    answer = await laoli.post(f"{api}/photos", files={"photo": ("evil.jpg", content, "image/jpeg")})
    assert answer.status_code == status, answer.text
    assert answer.json().get("errors", [answer.json()])[0]["todo"]
    assert await facts_of(office, visit["member_id"], "photo_taken") == []


async def test_a_wrong_photo_leaves_the_visit_unrecorded_and_the_words_in_the_form(
    office: Office, clerk: httpx.AsyncClient, laoli: httpx.AsyncClient
) -> None:
    visit = await hers(office, clerk)
    path = f"/care/visits/{visit['visit_id']}/record"
    wrong = {"photo": ("a.jpg", b"GIF89a", "image/jpeg")}
    answer = await laoli.post(path, data=MADE | {"plans": "种花"}, files=wrong, headers=HTML)
    assert answer.status_code == 422
    assert "这个文件不是照片" in answer.text
    assert "种花" in answer.text
    assert await facts_of(office, visit["member_id"], "visit_made") == []


async def test_only_those_who_give_care_record(office: Office, clerk: httpx.AsyncClient) -> None:
    visit = await hers(office, clerk)
    for deed, day in (("record", "made_on"), ("attempt", "on"), ("photos", "on")):
        path = f"/care/api/visits/{visit['visit_id']}/{deed}"
        body = {"by": "x", day: "2026-11-21"}
        async with office.asking(Role.AUDITOR, name="x") as auditor, office.asking(scope=SHIQUAN) as neighbour:
            assert (await auditor.post(path, json=body)).status_code == 403, deed
            assert (await neighbour.post(path, json=body)).status_code == 404, deed


async def test_the_worker_is_a_script_at_an_address_that_stays(office: Office) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=office.app), base_url="http://office") as nobody:
        answer = await nobody.get("/care/worker.js")
        assert answer.headers["content-type"].startswith("text/javascript")
        assert "caches" in answer.text
        out = await nobody.post("/sign-out")
        assert out.headers["clear-site-data"] == '"storage"'
