"""Assistance through the real office: asked for, agreed to by two, paid, signed for, printed, exported."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from services.shell.identity import Role
from tests.care.office import Office, planned, seq_of
from tests.desk import SHIQUAN, until
from tests.shell.paper import pages_of, text_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

HTML = {"accept": "text/html"}
ASKED = {"kind": "illness", "amount_fen": 150000, "on": "2026-11-10", "reason": "自费部分多", "evidence": ["bill"]}


async def asked_for(office: Office, worker: httpx.AsyncClient, name: str, **differently: Any) -> str:
    member_id = await office.registry.enrols(name=name)
    answer = await worker.post(f"/care/api/members/{member_id}/assistance", json=ASKED | differently)
    seq_of(answer)
    found: str = answer.json()["assistance_id"]
    return found


async def test_from_the_request_to_the_signature(office: Office) -> None:
    async with (
        office.asking(Role.WORKER, name="gong") as worker,
        office.asking() as clerk,
        office.asking(Role.SUPERVISOR, scope="demo", name="qian") as street,
    ):
        assistance_id = await asked_for(office, worker, "顾阿宝")
        path = f"/care/api/assistance/{assistance_id}"
        one = (await clerk.get(path)).json()
        assert (one["state"], one["amount_fen"], one["due"], one["overdue"]) == (
            "requested",
            150000,
            "2026-11-17",
            True,
        )
        assert (await street.get(path)).status_code == 404, "not the street's matter yet"
        assert (await worker.post(f"{path}/approve", json={"on": "2026-11-12"})).status_code == 403
        first = await clerk.post(f"{path}/approve", json={"on": "2026-11-12"}, headers={"Idempotency-Key": "k1"})
        assert first.json()["facts"][0]["type"] == "hearth.care.assistance_endorsed.v1"
        again = await clerk.post(f"{path}/approve", json={"on": "2026-11-12"}, headers={"Idempotency-Key": "k1"})
        assert again.json()["facts"] == first.json()["facts"]
        assert (await clerk.post(f"{path}/approve", json={"on": "2026-11-12"})).json()["facts"] == []
        await street.get(path, params={"after": seq_of(first)})
        second = await street.post(f"{path}/approve", json={"on": "2026-11-13"})
        assert second.json()["facts"][0]["type"] == "hearth.care.assistance_approved.v1", second.text
        assert (await street.post(f"{path}/pay", json={"on": "2026-11-14", "how": "cash"})).status_code == 403
        part = {"on": "2026-11-14", "how": "cash", "amount_fen": 50000}
        seq_of(await worker.post(f"{path}/pay", json=part))
        assert (await worker.post(f"{path}/pay", json=part)).json()["facts"] == []
        too_much = await worker.post(f"{path}/pay", json=part | {"amount_fen": 100001})
        assert (too_much.status_code, too_much.json()["reason"]) == (409, "more_than_approved")
        rest = await worker.post(f"{path}/pay", json={"on": "2026-11-15", "how": "transfer"})
        one = (await clerk.get(path, params={"after": seq_of(rest)})).json()
        assert (one["state"], one["paid_fen"], one["outstanding_fen"]) == ("paid", 150000, 0)
        signed = await worker.post(f"{path}/acknowledge", json={"on": "2026-11-16", "by": "family"})
        one = (await clerk.get(path, params={"after": seq_of(signed)})).json()
        assert (one["state"], one["acknowledged_by"], one["due"]) == ("acknowledged", "family", None)
        seen = await clerk.post(f"{path}/reveal", json={"reason": "回访前看一下"})
        assert seen.json()["reason"] == "自费部分多"


async def test_a_slip_is_taken_back_and_nothing_is_lost(office: Office, clerk: httpx.AsyncClient) -> None:
    async with office.asking(Role.WORKER, name="gong") as worker:
        path = f"/care/api/assistance/{await asked_for(office, worker, '顾阿毛', amount_fen=30000)}"
        approved = await clerk.post(f"{path}/approve", json={"on": "2026-11-12"})
        assert (await worker.post(f"{path}/undo", json={"step": "approval", "why": "记错"})).status_code == 403
        undone = await clerk.post(f"{path}/undo", json={"step": "approval", "why": "记错"})
        one = (await clerk.get(path, params={"after": seq_of(undone)})).json()
        assert (one["state"], one["approved_fen"]) == ("requested", None)
        assert (await clerk.post(f"{path}/undo", json={"step": "approval", "why": "记错"})).json()["facts"] == []
        seq_of(approved)
        declined = await clerk.post(f"{path}/decline", json={"why": "医保够了"})
        assert (await clerk.get(path, params={"after": seq_of(declined)})).json()["state"] == "declined"
        seen = (await clerk.post(f"{path}/reveal", json={"reason": "看看为什么"})).json()
        assert (seen["reason"], seen["why"]) == ("自费部分多", "医保够了")


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"amount_fen": 0}, 422), ({"amount_fen": 12.5}, 422), ({"kind": "car"}, 422), ({"on": "gestern"}, 422),
        ({"reason": ""}, 422), ({"evidence": ["hearsay"]}, 422), ({"amount_fen": 200001}, 409),
        ({"on": "2027-01-01"}, 409), ({"proposal": "nobody"}, 409),
    ],
)  # fmt: skip
async def test_what_is_no_request_changes_nothing(
    office: Office, clerk: httpx.AsyncClient, wrong: dict[str, Any], status: int
) -> None:
    member_id = await office.registry.enrols(name="顾阿福")
    answer = await clerk.post(f"/care/api/members/{member_id}/assistance", json=ASKED | wrong)
    assert answer.status_code == status, answer.text
    items = (await clerk.get("/care/api/assistance", params={"member_id": member_id})).json()["items"]
    assert items == []


async def test_neither_a_visitor_nor_a_neighbour_asks_or_agrees(office: Office, clerk: httpx.AsyncClient) -> None:
    async with office.asking(Role.WORKER, name="gong") as worker:
        assistance_id = await asked_for(office, worker, "顾阿根")
    member_id = (await clerk.get(f"/care/api/assistance/{assistance_id}")).json()["member_id"]
    path = f"/care/api/assistance/{assistance_id}"
    async with office.asking(Role.VISITOR, name="laoli") as visitor:
        assert (await visitor.post(f"/care/api/members/{member_id}/assistance", json=ASKED)).status_code == 403
        assert (await visitor.get("/care/api/assistance")).status_code == 403
    async with office.asking(scope=SHIQUAN) as neighbour:
        assert (await neighbour.post(f"/care/api/members/{member_id}/assistance", json=ASKED)).status_code == 404
        assert (await neighbour.get(path)).status_code == 404
        assert (await neighbour.post(f"{path}/approve", json={"on": "2026-11-12"})).status_code == 404
        found = (await neighbour.get("/care/api/assistance")).json()["items"]
        assert assistance_id not in {one["assistance_id"] for one in found}
    assert (await clerk.get("/care/api/assistance/nobody")).status_code == 404


async def test_whoever_is_sent_reads_why_on_the_page_of_the_visit(office: Office, clerk: httpx.AsyncClient) -> None:
    async with office.asking(Role.WORKER, name="gong") as worker, office.asking(Role.VISITOR, name="aqiao") as visitor:
        assistance_id = await asked_for(office, worker, "顾阿秀")
        member_id = (await clerk.get(f"/care/api/assistance/{assistance_id}")).json()["member_id"]
        visit = await planned(clerk, member_id, "eighty")
        sent = await clerk.post(f"/care/api/visits/{visit['visit_id']}/assign", json={"visitor": "aqiao"})
        here = f"/care/visits/{visit['visit_id']}"
        page = (await visitor.get(here, params={"after": seq_of(sent)})).text
        assert "帮扶金" in page
        assert str(ASKED["reason"]) not in page
        reveal = f"{here}/reveal/assistance/{assistance_id}"
        assert (await visitor.post(reveal, data={"reason": ""}, headers={"accept": "text/html"})).status_code == 422
        assert str(ASKED["reason"]) in (await visitor.post(reveal, data={"reason": "上门前了解"})).text
        async with office.asking(Role.VISITOR, name="other") as other:
            assert (await other.post(reveal, data={"reason": "看看"})).status_code in (403, 404)


async def test_a_serious_illness_is_proposed_and_nobody_decides_but_a_person(
    office: Office, clerk: httpx.AsyncClient
) -> None:
    serious, mild = await office.registry.enrols(name="顾重"), await office.registry.enrols(name="顾轻")
    for member_id, severity in ((mild, "mild"), (serious, "serious")):
        ill = {"severity": severity, "since": "2026-11-18"}
        assert (await clerk.post(f"/care/api/members/{member_id}/illnesses", json=ill)).status_code == 201

    async def proposed(member_id: str = serious) -> Any:
        return (await clerk.get("/care/api/assistance", params={"member_id": member_id})).json()["items"]

    (one,) = await until(proposed)
    assert (one["state"], one["kind"], one["clause"], one["amount_fen"]) == ("proposed", "illness", "§5.8", None)
    assert await proposed(mild) == []
    follows = ASKED | {"proposal": one["assistance_id"], "amount_fen": 50000}
    answer = await clerk.post(f"/care/api/members/{serious}/assistance", json=follows)
    assert answer.json()["assistance_id"] == one["assistance_id"]
    assert (await clerk.post(f"/care/api/members/{serious}/assistance", json=follows)).json() == {
        "assistance_id": one["assistance_id"], "facts": [],
    }  # fmt: skip


async def test_the_pages_lead_from_the_request_to_the_slip(office: Office) -> None:
    member_id = await office.registry.enrols(name="顾秀英")
    async with office.asking(Role.WORKER, name="gong") as worker, office.asking() as clerk:
        worker.headers.update(HTML)
        clerk.headers.update(HTML)
        form = await worker.get(f"/care/members/{member_id}/assistance/new")
        assert "最多还可以 2,000.00 元" in form.text
        wrong = {"kind": "illness", "amount": "很多", "on": "2026-11-10", "reason": "自费多", "idempotency_key": "w1"}
        refused = await worker.post(f"/care/members/{member_id}/assistance/new", data=wrong)
        assert (refused.status_code, "不是金额" in refused.text) == (422, True)
        above = await worker.post(f"/care/members/{member_id}/assistance/new", data=wrong | {"amount": "2500"})
        assert (above.status_code, "最多还可以 2,000.00 元" in above.text) == (409, True)
        sent = {**wrong, "amount": "800", "evidence": "bill", "idempotency_key": "w2"}
        moved = await worker.post(f"/care/members/{member_id}/assistance/new", data=sent)
        assert moved.status_code == 303, moved.text
        page = moved.headers["location"]
        assert "800.00 元" in (await worker.get(page)).text
        sheet = await worker.get(f"{page}/application.pdf")
        assert sheet.headers["content-type"] == "application/pdf"
        text = text_of(sheet.content)
        assert "顾秀英" in text
        assert "自费多" not in text
        assert pages_of(sheet.content) == 1
        assert (await worker.get(f"{page}/slip.pdf")).status_code == 404
        agreed = await clerk.post(f"{page}/approve", data={"on": "2026-11-12", "idempotency_key": "c1"})
        assert agreed.status_code == 303, agreed.text
        assert "记下发放" in (await worker.get(page)).text
        paid = await worker.post(f"{page}/pay", data={"on": "2026-11-13", "how": "cash", "idempotency_key": "w3"})
        assert paid.status_code == 303, paid.text
        slip = await worker.get(f"{page}/slip.pdf")
        assert "人民币捌佰元整" in text_of(slip.content)
        assert pages_of(slip.content) == 1
        signed = await worker.post(
            f"{page}/acknowledge", data={"on": "2026-11-14", "by": "self", "idempotency_key": "w4"}
        )
        assert signed.status_code == 303
        assert "已签收" in (await worker.get(page)).text
        undone = {"step": "acknowledgement", "why": "签错了人", "idempotency_key": "w5"}
        assert (await worker.post(f"{page}/undo", data=undone)).status_code == 303
        assert "待签收" in (await worker.get(page)).text


async def test_the_list_says_what_waits_and_the_file_runs_nothing(office: Office, clerk: httpx.AsyncClient) -> None:
    async with office.asking(Role.WORKER, name="gong") as worker:
        await asked_for(office, worker, "=HYPERLINK(1)", amount_fen=20000)
    clerk.headers.update(HTML)
    assert "要审批" in (await clerk.get("/care/assistance")).text
    late = await clerk.get("/care/assistance?state=late")
    assert "逾期" in late.text
    exported = await clerk.get("/care/assistance.csv?state=open")
    assert exported.headers["content-type"].startswith("text/csv")
    assert "'=HYPERLINK(1)" in exported.text
    assert "200.00" in exported.text
    async with office.asking(Role.SUPERVISOR, scope="demo", name="qian") as street:
        street.headers.update(HTML)
        assert "=HYPERLINK" not in (await street.get("/care/assistance")).text
        assert (await street.get("/care/assistance.csv")).status_code == 403


async def test_a_member_s_page_tells_the_course_and_the_help(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(name="顾长青")
    ill = {"severity": "serious", "since": "2026-11-18", "hospital": "一院"}
    seq_of(await clerk.post(f"/care/api/members/{member_id}/illnesses", json=ill))
    clerk.headers.update(HTML)

    async def planned_and_proposed() -> str:
        page = (await clerk.get(f"/care/members/{member_id}")).text
        return page if "提示可帮扶" in page and "提示可以帮扶" in page and "出院后上门" in page else ""

    page = await until(planned_and_proposed)
    assert "从患病到康复" in page
    home = await clerk.post(f"/care/api/members/{member_id}/discharges", json={"on": "2026-11-20"})
    assert home.status_code == 201, home.text
    page = (await clerk.get(f"/care/members/{member_id}", params={"after": seq_of(home)})).text
    assert "已出院，改为上门" in page
