"""Rosters through the API, on the real application and a real cell."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import openpyxl
import pytest

from deploy.box.addresses import BoxAddresses
from events.facts.care import FellIll, Severity
from events.log.project.scope import scoped
from services.registry.roster.made_up import write_made_up_roster
from services.shell.identity.caller import Role
from tests.desk import JINQIAO, NOW, SHIQUAN
from tests.registry.office import Office, care_of, enrolled, id_number, tells
from tests.registry.roster.sheets import HEADER, xlsx

DATA = Path(__file__).parents[2] / "data"
ROSTER_A = (DATA / "roster-a.xlsx").read_bytes()


async def sent(client: httpx.AsyncClient, content: bytes, community: str = JINQIAO, **fields: str) -> httpx.Response:
    """A roster sent to the API."""
    return await client.post(
        "/registry/api/imports",
        data={"community": community, **fields},
        files={"file": ("花名册.xlsx", content)},
    )


async def brought_in(client: httpx.AsyncClient, content: bytes, community: str = JINQIAO) -> dict[str, Any]:
    """A roster sent, and followed to its end."""
    answer = await sent(client, content, community)
    assert answer.status_code == 202, answer.text
    async with asyncio.timeout(60):
        while True:
            found = await result(client, answer.json()["status"])
            if found["stage"] != "running":
                return found
            await asyncio.sleep(0.02)


async def result(client: httpx.AsyncClient, status: str) -> dict[str, Any]:
    answer = await client.get(status)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def expected() -> dict[str, list[dict[str, Any]]]:
    rows = json.loads((DATA / "roster-a.expected.json").read_text())
    return {verdict: [row for row in rows if row["verdict"] == verdict] for verdict in ("accept", "reject")}


def roster(*people: tuple[str, str], joined: str = "1985-07-01") -> bytes:
    return xlsx(HEADER, *[[name, number, joined] for name, number in people])


async def test_the_shared_roster_is_brought_in_row_by_row(clerk: httpx.AsyncClient) -> None:
    came = await brought_in(clerk, ROSTER_A)
    wanted = expected()
    assert came["stage"] == "committed"
    assert (came["accepted"], came["rejected_rows"]) == (len(wanted["accept"]), len(wanted["reject"]))
    assert [(one["row"], one["reason"]) for one in came["rejected"]] == [
        (row["row"], row["why"]) for row in wanted["reject"]
    ]
    assert {"row", "field", "value", "reason", "advice"} <= came["rejected"][0].keys()
    assert came["warnings"] == []
    assert sum(came["reasons"].values()) == len(came["rejected"])
    people = await result(clerk, f"/registry/api/imports/{came['import_id']}/members?page_size=1000")
    assert sorted(one["name"] for one in people["items"]) == sorted(row["name"] for row in wanted["accept"])
    assert {one["state"] for one in people["items"]} == {"enrolled", "away"}


async def test_a_second_run_adds_nobody(clerk: httpx.AsyncClient) -> None:
    again = await brought_in(clerk, ROSTER_A)
    assert again["accepted"] == 0
    assert again["reasons"]["already_registered"] == len(expected()["accept"])
    known = next(one for one in again["rejected"] if one["reason"] == "already_registered")
    assert known["field"] == "id_number"
    assert "已经在库里" in known["advice"]


async def test_a_dry_run_says_the_same_and_writes_nothing(office: Office) -> None:
    async with office.asking(scope=SHIQUAN) as clerk:
        book = roster(("王芳", id_number()), ("", id_number()))
        before = (await clerk.get("/registry/api/imports")).json()
        answer = await sent(clerk, book, SHIQUAN, dry_run="true")
        assert answer.status_code == 200, answer.text
        tried = answer.json()
        assert (tried["import_id"], tried["accepted"], tried["rejected_rows"]) == (None, 1, 1)
        assert tried["rejected"][0] | {"advice": ""} == {
            "row": 3, "field": "name", "value": "", "reason": "no_name", "advice": "", "sheet": "党员花名册",
        }  # fmt: skip
        assert (await clerk.get("/registry/api/imports")).json() == before
        assert (await brought_in(clerk, book, SHIQUAN))["accepted"] == 1


async def test_rejected_rows_are_mended_and_sent_again(clerk: httpx.AsyncClient) -> None:
    wrong = id_number()
    mended_number = id_number()
    came = await brought_in(clerk, roster(("李梅", id_number()), ("@周强", wrong[:-1] + "?")))
    assert (came["accepted"], came["rejected_rows"]) == (1, 1)
    sheet = await clerk.get(f"/registry/api/imports/{came['import_id']}/rejected.xlsx")
    assert sheet.status_code == 200, sheet.text
    assert "filename*=UTF-8''" in sheet.headers["content-disposition"]
    book = openpyxl.load_workbook(io.BytesIO(sheet.content))
    page = book.worksheets[0]
    assert [cell.value for cell in page[1]] == [*HEADER, "原因", "原表行号"]
    assert (page["A2"].value, page["E2"].value) == ("'@周强", "3")
    page["A2"], page["B2"] = "周强", mended_number
    file = io.BytesIO()
    book.save(file)
    again = await brought_in(clerk, file.getvalue())
    assert (again["accepted"], again["rejected"]) == (1, [])


async def test_undo_takes_back_all_but_those_to_whom_something_has_happened(clerk: httpx.AsyncClient) -> None:
    book = roster(("赵云", id_number()), ("钱进", id_number()), ("孙立", id_number()))
    came = await brought_in(clerk, book)
    people = (await result(clerk, f"/registry/api/imports/{came['import_id']}/members"))["items"]
    zhao = next(one["member_id"] for one in people if one["name"] == "赵云")
    moved = await clerk.post(
        f"/registry/api/members/{zhao}/move-away",
        json={"since": "2026-11-01", "destination": "深圳", "reason": "随子女居住"},
    )
    assert moved.status_code == 201, moved.text
    undo = f"/registry/api/imports/{came['import_id']}/undo"
    answer = await clerk.post(undo)
    assert answer.status_code == 201, answer.text
    assert answer.json()["withdrawn"] == 2
    assert answer.json()["kept"] == [{"member_id": zhao, "name": "赵云"}]
    assert [fact["type"] for fact in answer.json()["facts"]] == ["hearth.import.undone.v1"]
    after = await result(clerk, f"/registry/api/imports/{came['import_id']}")
    assert (after["stage"], after["withdrawn"]) == ("undone", 2)
    again = await clerk.post(undo)
    assert again.json() == answer.json() | {"facts": []}
    once_more = await brought_in(clerk, book)
    assert (once_more["accepted"], once_more["reasons"]) == (2, {"already_registered": 1})
    back = (await result(clerk, f"/registry/api/imports/{once_more['import_id']}/members"))["items"]
    assert {one["member_id"] for one in back} == {one["member_id"] for one in people} - {zhao}


async def test_what_else_a_roster_says_stands_on_the_card_and_goes_with_it(clerk: httpx.AsyncClient) -> None:
    names = ["学历", "原单位", "原职务", "户籍地址", "所属网格", "兴趣爱好", "特长"]
    said = ["大专", "第三纺织厂", "车间主任", "老街1号", "第一网格", "太极、书法", "教手机"]
    people = [["详写人", id_number(), "1985-07-01", *said], ["略写人", id_number(), "1985-07-01", *[""] * 7]]
    wrong = ["错列人", id_number(), "1985-07-01", "1968-07-01", *said[1:]]
    came = await brought_in(clerk, xlsx([*HEADER, *names], *people, wrong))
    assert (came["accepted"], [(one["row"], one["field"], one["reason"]) for one in came["rejected"]]) == (
        2, [(4, "education", "not_words")],
    )  # fmt: skip
    found = (await clerk.get("/registry/api/members", params={"q": "详写人"})).json()["items"]
    card = (await clerk.get(f"/registry/api/members/{found[0]['member_id']}")).json()
    assert (card["education"], card["former_unit"], card["former_post"]) == ("大专", "第三纺织厂", "车间主任")
    assert (card["grid"], card["interests"], card["skills"]) == ("第一网格", ["太极", "书法"], ["教手机"])
    undone = await clerk.post(f"/registry/api/imports/{came['import_id']}/undo")
    assert (undone.json()["withdrawn"], undone.json()["kept"]) == (2, [])


async def test_whom_another_service_has_told_of_stays(
    address: BoxAddresses, office: Office, clerk: httpx.AsyncClient
) -> None:
    came = await brought_in(clerk, roster(("韩梅", id_number()), ("杨光", id_number())))
    people = (await result(clerk, f"/registry/api/imports/{came['import_id']}/members"))["items"]
    han = next(one["member_id"] for one in people if one["name"] == "韩梅")
    async with care_of(address, office.clock) as care:
        await tells(care, han, FellIll(severity=Severity.MILD), NOW.date())
    undone = await clerk.post(f"/registry/api/imports/{came['import_id']}/undo")
    assert (undone.json()["withdrawn"], undone.json()["kept"]) == (1, [{"member_id": han, "name": "韩梅"}])


async def test_what_still_runs_is_not_taken_back(office: Office, clerk: httpx.AsyncClient, tmp_path: Path) -> None:
    write_made_up_roster(tmp_path / "big.xlsx", 1500, seed=4, today=NOW.date())
    answer = await sent(clerk, (tmp_path / "big.xlsx").read_bytes())
    undo = await clerk.post(f"{answer.json()['status']}/undo")
    assert (undo.status_code, undo.json()["reason"]) == (409, "still_running")
    assert "请等它完成再撤销" in undo.json()["detail"]
    await office.service.state.importer.watched[answer.json()["import_id"]].done.wait()
    assert (await result(clerk, answer.json()["status"]))["accepted"] == 1500


async def test_it_runs_until_the_tables_say_so_too(
    address: BoxAddresses, office: Office, clerk: httpx.AsyncClient
) -> None:
    owner = await asyncpg.connect(address.postgres["registry_owner"])
    async with owner.transaction():
        await owner.execute("SELECT FROM position FOR UPDATE")  # nothing can be folded
        answer = await sent(clerk, roster(("何平", id_number())))
        await office.service.state.importer.watched[answer.json()["import_id"]].done.wait()
        early = await result(clerk, answer.json()["status"])
    await owner.close()
    assert (early["stage"], early["accepted"]) == ("running", 1)
    late = await result(clerk, answer.json()["status"])
    assert (late["stage"], late["accepted"]) == ("committed", 1)


async def test_what_to_look_at_again_is_there_tomorrow(office: Office, clerk: httpx.AsyncClient) -> None:
    book = xlsx([*HEADER, "联系电话"], ["秦岭", id_number(), "1985-07-01", "139 1234"])
    came = await brought_in(clerk, book)
    office.service.state.importer.watched.clear()
    later = await result(clerk, f"/registry/api/imports/{came['import_id']}")
    assert later["warnings"] == came["warnings"]
    assert [(one["row"], one["field"], one["value"], one["reason"]) for one in later["warnings"]] == [
        (2, "phone", "139 1234", "doubtful_phone")
    ]
    assert later["doubted"] == 1


async def test_the_same_file_twice_at_once_is_one_import(clerk: httpx.AsyncClient) -> None:
    book = roster(*[(f"吴{'一二三四五六七八九十'[n]}", id_number()) for n in range(10)], ("", id_number()))
    first, second = await asyncio.gather(brought_in(clerk, book), brought_in(clerk, book))
    assert first["import_id"] == second["import_id"]
    assert (first["accepted"], len(first["rejected"])) == (10, 1)


async def test_a_person_enrolled_by_hand_at_the_same_moment_is_enrolled_once(clerk: httpx.AsyncClient) -> None:
    number = id_number()
    came, member_id = await asyncio.gather(
        brought_in(clerk, roster(("郑和", number), ("何平", id_number()))),
        enrolled(clerk, id_number=number, name="郑和"),
    )
    found = await result(clerk, "/registry/api/members?q=郑和")
    assert [one["member_id"] for one in found["items"]] == [member_id]
    assert came["accepted"] + came["rejected_rows"] == 2


async def test_a_column_once_pointed_out_is_remembered_in_the_community(office: Office) -> None:
    async with office.asking(scope="demo.huxin") as clerk:
        columns = ["姓名", "公民号", "入党时间"]
        refused = await sent(clerk, xlsx(columns, ["冯军", id_number(), "1985-07-01"]), "demo.huxin")
        assert refused.status_code == 422
        assert "没有认出“身份证号”" in refused.json()["errors"][0]["message"]
        book = xlsx(columns, ["冯军", id_number(), "1985-07-01"])
        told = await sent(clerk, book, "demo.huxin", mapping=json.dumps({"公民号": "id_number"}))
        assert told.status_code == 202, told.text
        other = await brought_in(clerk, xlsx(columns, ["陈静", id_number(), "1985-07-01"]), "demo.huxin")
        assert other["accepted"] == 1
    async with office.asking(scope=JINQIAO) as elsewhere:
        assert (await sent(elsewhere, xlsx(columns, ["褚红", id_number(), "1985-07-01"]))).status_code == 422


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "文件是空的"),
        (b"%PDF-1.7 ...", "这不是电子表格"),
        (b"<html><table></table></html>", "网页"),
        (xlsx(["花名册"], ["谁都不是"]), "没有找到表头"),
    ],
)
async def test_a_file_that_cannot_be_read_says_why(clerk: httpx.AsyncClient, content: bytes, says: str) -> None:
    answer = await sent(clerk, content)
    assert answer.status_code == 422, answer.text
    assert says in answer.json()["errors"][0]["message"]
    assert answer.json()["errors"][0]["field"] == "file"


async def test_what_is_too_large_is_refused_before_it_is_read(clerk: httpx.AsyncClient) -> None:
    answer = await sent(clerk, b"x" * ((64 << 20) + 1))
    assert answer.status_code == 413
    assert "64" in answer.json()["detail"]


async def test_without_a_file_or_with_a_strange_mapping_nothing_begins(clerk: httpx.AsyncClient) -> None:
    answer = await clerk.post("/registry/api/imports", data={"community": JINQIAO})
    assert answer.status_code == 422
    answer = await sent(clerk, roster(("卫国", id_number())), mapping='{"姓名": "nickname"}')
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "mapping"


async def test_only_the_office_imports_and_only_into_its_own_communities(office: Office) -> None:
    book = roster(("蒋勤", id_number()))
    for role in (Role.AUDITOR, Role.SUPERVISOR, Role.VISITOR, Role.OPERATOR):
        async with office.asking(role) as other:
            assert (await sent(other, book)).status_code == 403
            assert (await other.get("/registry/api/imports")).status_code == 403
    async with office.asking() as clerk:
        assert (await sent(clerk, book, SHIQUAN)).status_code == 403
        came = await brought_in(clerk, book)
    async with office.asking(scope=SHIQUAN) as neighbour:
        for path in ("", "/members", "/rejected.xlsx"):
            assert (await neighbour.get(f"/registry/api/imports/{came['import_id']}{path}")).status_code == 404
        assert (await neighbour.post(f"/registry/api/imports/{came['import_id']}/undo")).status_code == 404
        listed = (await neighbour.get("/registry/api/imports?page_size=1000")).json()["items"]
        assert came["import_id"] not in {one["import_id"] for one in listed}


async def test_who_else_looks_at_refused_rows_is_written_down(office: Office, clerk: httpx.AsyncClient) -> None:
    came = await brought_in(clerk, roster(("", id_number())))
    path = f"/registry/api/imports/{came['import_id']}"
    await clerk.get(f"{path}/rejected.xlsx")
    async with office.asking(Role.WORKER, name="xiaoli") as other:
        assert (await other.get(path)).status_code == 200
        assert (await other.get(f"{path}/rejected.xlsx")).status_code == 200
    await office.service.state.caught_up()
    async with office.host.pool.acquire() as connection, scoped(connection, JINQIAO):
        read = await connection.fetch(
            "SELECT body FROM fact WHERE entity = $1 AND type = 'hearth.access.record_read.v1'", came["import_id"]
        )
    assert [json.loads(row["body"])["actor"] for row in read] == ["xiaoli", "xiaoli"]
