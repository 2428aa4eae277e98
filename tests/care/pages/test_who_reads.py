"""Every post asks for everything that is sealed, through the real office: the table of who reads care."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from events.log.envelope import open_fact, parse, subject_of
from services.shell.identity import Role
from tests.care.office import Office, planned, seq_of
from tests.desk import JINQIAO, SHIQUAN, until
from tests.tables import cases

pytestmark = pytest.mark.asyncio(loop_scope="module")

WHY = {"reason": "去看望之前要知道"}
PLACES = {"jinqiao": JINQIAO, "shiquan": SHIQUAN, "street": "demo"}
WORDS = {
    "illness": "第一人民医院", "hospitalised": "呼吸科十二床", "health": "上下楼要人扶",
    "assistance": "自费部分多", "help": "陪着取药",
}  # fmt: skip


@dataclass(frozen=True)
class Zhang:
    """Where each thing is asked for."""

    member_id: str
    paths: dict[str, str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def zhang(office: Office) -> Zhang:
    member_id = await office.registry.enrols(name="张桂兰")
    here = f"/care/api/members/{member_id}"
    async with office.asking() as shuji:
        ill = {"severity": "serious", "since": "2026-11-18", "hospital": WORDS["illness"]}
        assert (await shuji.post(f"{here}/illnesses", json=ill)).status_code == 201
        visit = await planned(shuji, member_id, "fell_ill")
        stay = {"on": "2026-11-19", "hospital": WORDS["hospitalised"]}
        seq_of(await shuji.post(f"{here}/hospital-stays", json=stay))
        seq_of(
            await shuji.post(
                f"{here}/health-grade", json={"grade": "mild", "on": "2026-11-19", "note": WORDS["health"]}
            )
        )
        assigned = await shuji.post(f"/care/api/visits/{visit['visit_id']}/assign", json={"visitor": "laoli"})
        asked = {"kind": "illness", "amount_fen": 50000, "on": "2026-11-20", "reason": WORDS["assistance"]}
        assistance = await shuji.post(f"{here}/assistance", json=asked)
        paired = {"helper_kind": "account", "helper": "chen", "why": "in_need", "on": "2026-11-01"}
        pairing = (await shuji.post(f"{here}/helpers", json=paired)).json()["pairing_id"]
        async with office.asking(Role.VISITOR, name="chen") as chen:
            done = {"on": "2026-11-20", "kind": "errand", "note": WORDS["help"]}
            noted = await chen.post(f"/care/api/pairings/{pairing}/help", json=done)
        after = ",".join((seq_of(assigned), seq_of(noted)))
        shown = (await shuji.get(f"/care/api/pairings/{pairing}", params={"after": after})).json()
    (entry,) = shown["entries"]
    return Zhang(
        member_id,
        {
            "illness": f"{here}/illness/reveal",
            "hospitalised": f"{here}/occasions/hospitalised/2026-11-19/reveal",
            "health": f"{here}/health/reveal",
            "assistance": f"/care/api/assistance/{assistance.json()['assistance_id']}/reveal",
            "help": f"/care/api/pairings/{pairing}/help/{entry['id']}/reveal",
        },
    )  # fmt: skip


async def reads_of(office: Office, member_id: str) -> list[Any]:
    messages = await office.host.log.read_entity("CARE", subject_of("care", "access", member_id), 0)
    return [open_fact(parse(message), office.host.keys.open).fact for message in messages]


@cases("who_reads_care")
async def test_who_reads_care(office: Office, zhang: Zhang, row: dict[str, str]) -> None:
    before = await reads_of(office, zhang.member_id)
    async with office.asking(Role(row["post"]), scope=PLACES[row["of"]], name=row["reader"]) as reader:
        answer = await reader.post(zhang.paths[row["what"]], json=WHY)
    assert answer.status_code == int(row["answer"]), answer.text
    assert (WORDS[row["what"]] in answer.text) is (row["answer"] == "201")
    after = await reads_of(office, zhang.member_id)
    assert ("yes" if len(after) > len(before) else "no") == row["written down"]
    if len(after) > len(before):
        assert (after[-1].who, after[-1].what, after[-1].reason) == (row["reader"], row["what"], WHY["reason"])


async def test_nobody_reads_without_saying_why(office: Office, zhang: Zhang) -> None:
    before = await reads_of(office, zhang.member_id)
    async with office.asking() as shuji:
        for path in zhang.paths.values():
            assert (await shuji.post(path, json={})).status_code == 422
    assert await reads_of(office, zhang.member_id) == before


async def test_what_is_sealed_stands_in_no_page_and_no_list(office: Office, zhang: Zhang) -> None:
    async with office.asking() as shuji:
        shuji.headers["accept"] = "text/html"

        async def ready() -> bool:
            return "提示可以帮扶" in (await shuji.get(f"/care/members/{zhang.member_id}")).text

        await until(ready)
        for path in (
            f"/care/members/{zhang.member_id}", "/care/assistance", "/care/assistance.csv", "/care/pairings",
            zhang.paths["assistance"].replace("/api", "").removesuffix("/reveal"),
        ):  # fmt: skip
            answer = await shuji.get(path)
            assert answer.status_code == 200, path
            for words in WORDS.values():
                assert words not in answer.text, path
