"""An office's real day on one box, by page, by API and on NATS: what happens to a member, and what each service makes
of it. The roster is brought in by the wizard; each test follows another person of it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

from events.log.project.scope import scoped
from services.shell.identity.caller import Role
from tests.cells import Cells
from tests.desk import JINQIAO
from tests.flow.one_box import OneBox, Reader, one_box, until
from tests.log.connect import connect
from tests.registry.office import seq_of
from tests.registry.pages.test_import_api import ROSTER_A, expected

pytestmark = pytest.mark.asyncio(loop_scope="module")

DIAGNOSIS, HOSPITAL = "急性心肌梗死", "市第一医院"
TODAY = "2026-11-21"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def box(cells: Cells) -> AsyncIterator[OneBox]:
    """An office with its roster in, and a contact for each branch."""
    async with one_box(cells.fresh()) as box, box.browsing("shuji") as shuji, box.asking() as api:
        await shuji.send("/registry/imports", {"community": JINQIAO}, ROSTER_A)
        await shuji.until_ended()
        await shuji.send(shuji.form("/begin"))
        await shuji.until_ended()
        shuji.says(f"{len(expected()['accept'])} 人登记入册", f"{len(expected()['reject'])} 行要改，已退回")
        for branch in (await api.get("/registry/api/branches")).json()["items"]:
            path = f"/registry/branches/{branch['branch_id']}/contact"
            await shuji.fill_in(path, contact_name="赵书记", contact_phone="021-62710000")
            shuji.says(f"已记下{branch['name']}的联系人")
        yield box


@pytest_asyncio.fixture(loop_scope="module")
async def shuji(box: OneBox) -> AsyncIterator[Reader]:
    """The secretary at the browser."""
    async with box.browsing("shuji") as reader:
        yield reader


@pytest_asyncio.fixture(loop_scope="module")
async def api(box: OneBox) -> AsyncIterator[httpx.AsyncClient]:
    """The secretary's programs."""
    async with box.asking() as client:
        yield client


async def called(api: httpx.AsyncClient, name: str) -> str:
    """The id of the one member of that name."""
    (one,) = (await api.get("/registry/api/members", params={"q": name})).json()["items"]
    assert one["name"] == name
    return str(one["member_id"])


async def visit(api: httpx.AsyncClient, member_id: str, reason: str, state: str) -> dict[str, Any]:
    """A visit of that reason in that state, waited for."""

    async def ask() -> dict[str, Any] | None:
        answer = await api.get("/care/api/visits", params={"member_id": member_id, "state": state})
        return next((one for one in answer.json()["items"] if one["reason"] == reason), None)

    found: dict[str, Any] = await until(ask)
    return found


async def told(api: httpx.AsyncClient, member_id: str, *rules: str, state: str = "") -> dict[str, dict[str, Any]]:
    """The notices of these rules to a member or about them, waited for."""

    async def ask() -> dict[str, dict[str, Any]] | None:
        answer = await api.get("/notify/api/notices", params={"member_id": member_id, "state": state})
        found = {one["policy"]: one for one in answer.json()["items"]}
        return found if found.keys() >= set(rules) else None

    found: dict[str, dict[str, Any]] = await until(ask)
    return found


async def test_the_roster_is_in_and_every_service_knows_the_people(
    box: OneBox, shuji: Reader, api: httpx.AsyncClient
) -> None:
    member_id = await called(api, "何娥珍")
    assert "何娥珍" in await shuji.reads("/registry/members?q=heezhen")
    (enrolled,) = await box.facts("registry", member_id)
    assert enrolled["type"] == "hearth.member.enrolled.v1"
    assert enrolled["person"].keys() == {"sealed"}
    planned = await visit(api, member_id, "seventy", "ready")
    assert (planned["way"], planned["clause"]) == ("home", "§4.1")
    assert "何娥珍" in await shuji.reads(f"/care/members/{member_id}")
    assert "何娥珍" in await shuji.reads(f"/notify/members/{member_id}")
    for path in ("/", "/registry/ledger", "/care/today", "/care/visits", "/notify/outbox", "/registry/dues"):
        await shuji.reads(path)


async def test_moved_away_and_returned(box: OneBox, shuji: Reader, api: httpx.AsyncClient) -> None:
    member_id = await called(api, "段兰")
    at_home = await visit(api, member_id, "eighty", "ready")
    left = {
        "from": TODAY, "destination": "深圳市南山区", "reason": "随女儿居住", "expected_return": "2027-09-01",
        "fixed_place": "on", "address": "科苑路9号502室", "phone": "13099990000",
    }  # fmt: skip
    await shuji.fill_in(f"/registry/members/{member_id}/move-away", **left)
    shuji.says("已登记段兰外出", "在外 · 深圳市南山区", "转临时组织关系")

    # registry: a row of the ledger, its kind by policy, the clause
    stays = (await api.get("/registry/api/ledger")).json()["items"]
    (stay,) = [one for one in stays if one["member_id"] == member_id]
    assert (stay["kind"], stay["clause"], stay["state"]) == ("temporary_transfer", "§3.1", "open")
    await shuji.open("/registry/ledger")
    shuji.says("段兰", "深圳市南山区", "§3.1")
    moved = (await box.facts("registry", member_id))[-1]
    assert (moved["type"], moved["kind"]) == ("hearth.member.moved_away.v1", "temporary_transfer")
    assert moved["address"].keys() == moved["reason"].keys() == {"sealed"}

    # care: nobody knocks at an empty flat, somebody calls
    call = await visit(api, member_id, "away", "ready")
    assert (call["way"], call["clause"], call["because"]) == ("call", "§4.8", moved["id"])
    dropped = await visit(api, member_id, "eighty", "cancelled")
    assert (dropped["visit_id"], dropped["why"]) == (at_home["visit_id"], "went_away")
    await shuji.open(f"/care/members/{member_id}")
    shuji.says("深圳市南山区")

    # notify: the branch is told, and the member gets its contact
    notices = await told(api, member_id, "moved_away.branch", "moved_away.member")
    branch, letter = notices["moved_away.branch"], notices["moved_away.member"]
    assert (branch["recipient"], branch["channel"], branch["to"]) == ("branch", "phone", "021-62710000")
    assert "段兰同志自2026年11月21日起外出，去向：深圳市南山区" in branch["text"]
    assert (letter["recipient_id"], letter["channel"], letter["to"]) == (member_id, "print", "科苑路9号502室")
    assert "支部联系人：赵书记，电话：021-62710000" in letter["text"]
    assert {one["because"]["fact_id"] for one in notices.values()} == {moved["id"]}
    await shuji.open("/notify/outbox")
    shuji.says("段兰同志：您好！您外出期间，第四党支部一直是您的家。")

    # and back again: the ledger closes with the report, visits are planned again, a welcome
    answer = await api.post(f"/registry/api/members/{member_id}/return", json={"on": TODAY, "report": "在深圳一切都好"})
    closed = await api.get(f"/registry/api/ledger?state=closed&after={seq_of(answer)}")
    (stay,) = [one for one in closed.json()["items"] if one["member_id"] == member_id]
    assert (stay["state"], stay["ended_on"], stay["report"]) == ("closed", TODAY, "在深圳一切都好")
    await shuji.open("/registry/ledger?state=closed")
    shuji.says("段兰", "在深圳一切都好")
    again = await visit(api, member_id, "eighty", "ready")
    assert again["visit_id"] == at_home["visit_id"], "the same window is the same visit"
    assert (await visit(api, member_id, "away", "cancelled"))["why"] == "returned"
    welcome = (await told(api, member_id, "returned.member", state="open"))["returned.member"]
    assert "欢迎回来！第四党支部的组织生活照常邀请您参加。" in welcome["text"]
    await shuji.open(f"/registry/members/{member_id}")
    shuji.says("返回：在深圳一切都好")


async def test_attended_counts_as_contact(box: OneBox, shuji: Reader, api: httpx.AsyncClient) -> None:
    member_id = await called(api, "林爱")
    call = await visit(api, member_id, "alone", "ready")
    assert call["visit_id"] in {one["visit_id"] for one in (await api.get("/care/api/today")).json()["calls"]}

    await shuji.fill_in("/registry/meetings/new", title="主题党日", kind="theme_day", on=TODAY, at="09:00")
    shuji.says("会议已记下：主题党日")
    meeting = shuji.path
    await shuji.fill_in(f"{meeting}/sign-in", meeting, member_ids=[member_id])
    shuji.says("1 人签到")

    # registry: attendance, and when the person was last seen
    attended = (await box.facts("registry", member_id))[-1]
    assert (attended["type"], attended["meeting_id"]) == (
        "hearth.member.attended.v1", meeting.rpartition("/")[2],
    )  # fmt: skip
    card = (await api.get(f"/registry/api/members/{member_id}")).json()
    assert (card["last_seen"], card["last_contact"]) == (TODAY, TODAY)
    there = (await api.get(f"/registry/api/meetings/{attended['meeting_id']}")).json()["attendance"]
    assert [one["member_id"] for one in there] == [member_id]

    # care: nobody calls who sat in the room
    met = await visit(api, member_id, "alone", "cancelled")
    assert (met["visit_id"], met["why"]) == (call["visit_id"], "met_otherwise")
    day = (await api.get("/care/api/today")).json()
    assert member_id not in {one["member_id"] for one in day["calls"]}


async def test_paid_dues(box: OneBox, shuji: Reader, api: httpx.AsyncClient) -> None:
    member_id = await called(api, "刘英")
    form = f"/registry/members/{member_id}/pay-dues"
    paid: dict[str, Any] = {"months": ["2026-11", "2026-12"], "amount_fen": "4800", "method": "cash", "paid_on": TODAY}
    await shuji.fill_in(form, **paid)
    shuji.says("已收刘英", "收据号 2026-")

    # registry: by month, by clause, under a receipt's number; once
    months = {one["month"]: one for one in (await api.get(f"/registry/api/members/{member_id}/dues")).json()["items"]}
    fact = (await box.facts("registry", member_id))[-1]
    assert (fact["type"], fact["months"]) == ("hearth.member.dues_paid.v1", ["2026-11", "2026-12"])
    assert fact["amount"].keys() == {"sealed"}
    for month in ("2026-11", "2026-12"):
        one = months[month]
        assert (one["state"], one["paid_fen"], one["clause"]) == ("paid", 2400, "§2.1")
        assert one["receipt_no"] == fact["receipt_no"]
    second: dict[str, Any] = {**paid, "months": ["2026-12"], "amount_fen": 2400}
    refused = await api.post(f"/registry/api/members/{member_id}/pay-dues", json=second)
    assert (refused.status_code, refused.json()["reason"]) == (409, "already_paid")
    assert fact["receipt_no"] in refused.json()["detail"]
    await shuji.fill_in(form, **second)
    assert shuji.status == httpx.codes.CONFLICT
    shuji.says(refused.json()["detail"])

    # notify: a receipt without the amount, which notify cannot read
    receipt = (await told(api, member_id, "dues_paid.member"))["dues_paid.member"]
    assert f"收据编号 {fact['receipt_no']}" in receipt["text"]
    assert "48.00" not in receipt["text"]
    await shuji.open(f"/notify/members/{member_id}")
    shuji.says(f"收据编号 {fact['receipt_no']}")


async def test_fell_ill_is_known_to_those_who_care_and_to_nobody_else(
    box: OneBox, shuji: Reader, api: httpx.AsyncClient
) -> None:
    member_id = await called(api, "江兴振")
    usual = await visit(api, member_id, "eighty", "ready")
    made = {"made_on": TODAY, "by": "laoli", "difficulties": "腿脚不便"}
    assert (await api.post(f"/care/api/visits/{usual['visit_id']}/record", json=made)).status_code == 201

    ill = {"severity": "serious", "since": TODAY, "hospital": HOSPITAL, "note": DIAGNOSIS}
    await shuji.fill_in(f"/care/members/{member_id}/illness", **ill)
    shuji.says("已登记，看望已经排上")
    fell_ill = next(one for one in await box.facts("care", member_id) if one["type"] == "hearth.care.fell_ill.v1")
    assert fell_ill["note"].keys() == fell_ill["severity"].keys() == fell_ill["hospital"].keys() == {"sealed"}

    # care: a visit within the days that the severity asks for, by whoever usually goes
    planned = await visit(api, member_id, "fell_ill", "ready")
    assert (planned["way"], planned["due"], planned["clause"]) == ("hospital", "2026-11-24", "§4.6")
    assert (planned["proposed_visitor"], planned["because"]) == ("laoli", fell_ill["id"])
    async with box.browsing("laoli") as laoli, box.browsing("xiaochen") as xiaochen:
        assert "江兴振" in await laoli.reads("/care/today")
        assert "江兴振" not in await xiaochen.reads("/care/today")

    # registry: being cared for, and nothing more
    async def cared_for() -> bool:
        return bool((await api.get(f"/registry/api/members/{member_id}")).json()["cared_for"])

    await until(cared_for)
    await shuji.open(f"/registry/members/{member_id}")
    shuji.says("关怀中", "生病，转入关怀")
    assert f'href="/care/members/{member_id}' in shuji.text
    async with box.asking(Role.AUDITOR, name="shenji") as auditor:  # led to no page that is not theirs
        read = await auditor.get(f"/registry/members/{member_id}", headers={"accept": "text/html"})
    assert (read.status_code, "关怀中" in read.text) == (200, True)
    assert f'href="/care/members/{member_id}' not in read.text

    # notify: those who must know, and nobody else
    notices = (await told(api, member_id, "fell_ill.branch", "fell_ill.visitor")).values()
    about_it = [one for one in notices if one["because"]["fact_id"] == fell_ill["id"]]
    assert {(one["policy"], one["recipient"]) for one in about_it} == {
        ("fell_ill.branch", "branch"), ("fell_ill.visitor", "worker"),
    }  # fmt: skip
    assert next(one for one in about_it if one["recipient"] == "worker")["recipient_id"] == "laoli"

    await _nobody_else_can_read_it(box, shuji, member_id)
    why = {"reason": "去看望之前要知道"}
    opened = await api.post(f"/care/api/members/{member_id}/illness/reveal", json=why)
    assert (opened.json()["note"], opened.json()["hospital"]) == (DIAGNOSIS, HOSPITAL), "it is there, sealed"


async def _nobody_else_can_read_it(box: OneBox, shuji: Reader, member_id: str) -> None:
    """Not on pages of registry and notify, not in their tables, nor in clear on any stream."""
    pages = ["/", "/registry/members?q=jiangxingzhen", f"/registry/members/{member_id}", "/notify/outbox"]
    pages += [f"/registry/members/{member_id}/timeline", f"/notify/members/{member_id}", "/care/today", "/care/visits"]
    pages += [f"/registry/api/members/{member_id}", f"/registry/api/members/{member_id}/history"]
    pages += ["/notify/api/notices?page_size=1000"]
    for path in pages:
        assert _secrets_in((await shuji.reads(path)).encode()) == [], path
    for service in ("registry", "notify"):
        tables = await _tables(box.cell.postgres[f"{service}_app"])
        assert {"fact", "snapshot", "claim" if service == "registry" else "notice"} <= tables.keys()
        for table, rows in tables.items():
            assert _secrets_in(rows) == [], f"{service}.{table}"
    async with connect(box.cell, "care") as client:
        jetstream = client.jetstream()
        for stream in ("REGISTRY", "CARE", "NOTIFY"):
            last = (await jetstream.stream_info(stream)).state.last_seq
            for seq in range(1, last + 1):
                message = await jetstream.get_msg(stream, seq, direct=True)
                assert _secrets_in(message.data or b"") == [], f"{stream}:{seq}"


def _secrets_in(text: bytes) -> list[str]:
    """In whatever way PostgreSQL and JSON write Chinese."""
    escaped = {one: one.encode("unicode-escape") for one in (DIAGNOSIS, HOSPITAL)}
    return [
        one for one in escaped if one.encode() in text or one.encode().hex().encode() in text or escaped[one] in text
    ]


async def _tables(url: str) -> dict[str, bytes]:
    """Every row of every table as text, of the whole box."""
    connection = await asyncpg.connect(url)
    try:
        async with scoped(connection, ""):
            names = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            found = {}
            for (name,) in names:
                if await connection.fetchval("SELECT has_table_privilege($1, 'SELECT')", name):
                    rows = await connection.fetch(f"SELECT t::text FROM {name} t")
                    found[name] = "\n".join(row[0] for row in rows).encode()
            return found
    finally:
        await connection.close()


async def test_a_role_of_another_post_sees_none_of_it(box: OneBox) -> None:
    async with box.asking(Role.OPERATOR, scope="", name="yunwei") as operator:
        for path in ("/registry/api/members", "/care/api/visits", "/notify/api/notices"):
            assert (await operator.get(path)).status_code == httpx.codes.FORBIDDEN
    async with box.asking(scope="demo.elsewhere", name="other") as other:
        for path in ("/registry/api/members", "/registry/api/ledger", "/care/api/visits", "/notify/api/notices"):
            assert (await other.get(path)).json()["items"] == []
