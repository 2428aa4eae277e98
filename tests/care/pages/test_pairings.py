"""Helpers and trainings through the real office."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from services.shell.identity import Role
from tests.care.office import Office, seq_of
from tests.desk import SHIQUAN

pytestmark = pytest.mark.asyncio(loop_scope="module")

HTML = {"accept": "text/html"}
PAIR = {"helper_kind": "account", "helper": "chen", "why": "in_need", "on": "2026-07-01"}


async def paired(office: Office, clerk: httpx.AsyncClient, name: str, **differently: Any) -> tuple[str, str]:
    member_id = await office.registry.enrols(name=name)
    answer = await clerk.post(f"/care/api/members/{member_id}/helpers", json=PAIR | differently)
    seq_of(answer)
    return member_id, answer.json()["pairing_id"]


async def test_a_helper_stands_by_so_many_and_is_free_again(office: Office, clerk: httpx.AsyncClient) -> None:
    people = [await paired(office, clerk, f"顾一{number}", helper="mimang") for number in range(3)]
    fourth = await office.registry.enrols(name="顾四")
    full = await clerk.post(f"/care/api/members/{fourth}/helpers", json=PAIR | {"helper": "mimang"})
    assert (full.status_code, full.json()["reason"]) == (409, "helper_full")
    again = await clerk.post(f"/care/api/members/{people[0][0]}/helpers", json=PAIR | {"helper": "mimang"})
    assert again.json() == {"pairing_id": people[0][1], "facts": []}
    path = f"/care/api/pairings/{people[0][1]}"
    over = {"on": "2026-11-20", "why": "no_need"}
    ended = await clerk.post(f"{path}/end", json=over)
    assert [fact["type"] for fact in ended.json()["facts"]] == [
        "hearth.care.pairing_ended.v1", "hearth.helper.help_ended.v1",
    ]  # fmt: skip
    assert (await clerk.post(f"{path}/end", json=over)).json()["facts"] == []
    one = (await clerk.get(path, params={"after": seq_of(ended)})).json()
    assert (one["ended_on"], one["ended_why"], one["review_due"]) == ("2026-11-20", "no_need", None)
    seq_of(await clerk.post(f"/care/api/members/{fourth}/helpers", json=PAIR | {"helper": "mimang"}))


async def test_a_crowd_does_not_get_past_the_limit_of_one_helper(office: Office, clerk: httpx.AsyncClient) -> None:
    people = [await office.registry.enrols(name=f"顾众{number}") for number in range(6)]
    for member_id in people:  # care has heard of all of them
        assert (await clerk.get(f"/care/members/{member_id}")).status_code == 200
    body = PAIR | {"helper": "dajia"}
    answers = await asyncio.gather(
        *(clerk.post(f"/care/api/members/{member_id}/helpers", json=body) for member_id in people)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 201, 201, 409, 409, 409]


async def test_it_is_seen_when_to_ask_again(office: Office, clerk: httpx.AsyncClient) -> None:
    _member, pairing_id = await paired(office, clerk, "顾二", helper="er")
    path = f"/care/api/pairings/{pairing_id}"
    one = (await clerk.get(path)).json()
    assert (one["review_due"], one["overdue"]) == ("2026-09-29", True)
    reviewed = await clerk.post(f"{path}/review", json={"on": "2026-11-20"})
    one = (await clerk.get(path, params={"after": seq_of(reviewed)})).json()
    assert (one["reviewed_on"], one["review_due"], one["overdue"]) == ("2026-11-20", "2027-02-18", False)


async def test_a_helper_sees_and_writes_only_their_own(office: Office, clerk: httpx.AsyncClient) -> None:
    _m1, own = await paired(office, clerk, "顾三", helper="chen")
    _m2, other = await paired(office, clerk, "顾五", helper="laoli")
    async with office.asking(Role.VISITOR, name="chen") as chen:
        done = await chen.post(f"/care/api/pairings/{own}/help", json={"on": "2026-11-20", "kind": "call"})
        seq_of(done)
        assert (
            await chen.post(f"/care/api/pairings/{other}/help", json={"on": "2026-11-20", "kind": "call"})
        ).status_code == 404
        assert (await chen.post(f"/care/api/pairings/{own}/review", json={"on": "2026-11-20"})).status_code == 403
        listed = (await chen.get("/care/api/pairings", params={"after": seq_of(done)})).json()["items"]
        assert [one["pairing_id"] for one in listed] == [own]
        (entry,) = listed[0]["entries"]
        slip = await chen.post(f"/care/api/pairings/{own}/help/{entry['id']}/take-back")
        after = await chen.get(f"/care/api/pairings/{own}", params={"after": seq_of(slip)})
        assert after.json()["entries"] == []
        chen.headers.update(HTML)
        assert "顾三" in (await chen.get("/care/pairings")).text
        assert (await chen.get(f"/care/pairings/{own}")).status_code == 200
    async with office.asking(scope=SHIQUAN) as neighbour:
        assert (await neighbour.get(f"/care/api/pairings/{own}")).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"helper": ""}, 422), ({"why": "pity"}, 422), ({"helper_kind": "robot"}, 422), ({"on": "2027-01-01"}, 409),
        ({"helper_kind": "member", "helper": "nobody"}, 422),
    ],
)  # fmt: skip
async def test_what_is_no_pairing_changes_nothing(
    office: Office, clerk: httpx.AsyncClient, wrong: dict[str, Any], status: int
) -> None:
    member_id = await office.registry.enrols(name="顾六")
    answer = await clerk.post(f"/care/api/members/{member_id}/helpers", json=PAIR | wrong)
    assert answer.status_code == status, answer.text


async def test_a_member_helps_a_member_by_the_pages(office: Office, clerk: httpx.AsyncClient) -> None:
    helped, helps = await office.registry.enrols(name="顾七"), await office.registry.enrols(name="戚帮")
    clerk.headers.update(HTML)
    form = await clerk.get(f"/care/members/{helped}/pair", params={"q": "戚帮"})
    assert f"member:{helps}" in form.text
    nobody = await clerk.post(f"/care/members/{helped}/pair", data={"why": "alone", "on": "2026-11-01"})
    assert (nobody.status_code, "没有选帮扶人" in nobody.text) == (422, True)
    sent = {"helper": f"member:{helps}", "why": "alone", "on": "2026-11-01", "idempotency_key": "p1"}
    moved = await clerk.post(f"/care/members/{helped}/pair", data=sent)
    assert moved.status_code == 303, moved.text
    page = moved.headers["location"]
    done = {"kind": "errand", "on": "2026-11-10", "note": "买米", "idempotency_key": "p2"}
    assert (await clerk.post(f"{page}/help", data=done)).status_code == 303
    text = (await clerk.get(page)).text
    assert "戚帮" in text
    assert "跑腿办事" in text
    assert "买米" not in text
    silent = {"kind": "call", "on": "2026-11-12", "idempotency_key": "p2b"}
    assert (await clerk.post(f"{page}/help", data=silent)).status_code == 303
    both = await clerk.get(page)
    assert (both.status_code, both.text.count("说了什么")) == (200, 1), "of two deeds one has words"
    assert "戚帮" in (await clerk.get(f"/care/members/{helped}")).text
    listed = (await clerk.get("/care/pairings")).text
    assert "戚帮" in listed
    own = await clerk.post(
        f"/care/members/{helped}/pair", data=sent | {"helper": f"member:{helped}", "idempotency_key": "p3"}
    )
    assert (own.status_code, "不能和自己结对" in own.text) == (409, True)


async def test_a_training_from_the_word_to_the_work(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(name="顾八")
    told = {"course": "家政服务初级班", "organiser": "街道就业服务站", "on": "2026-09-01"}
    answer = await clerk.post(f"/care/api/members/{member_id}/trainings", json=told)
    referral_id = answer.json()["referral_id"]
    again = await clerk.post(f"/care/api/members/{member_id}/trainings", json=told)
    assert again.json() == {"referral_id": referral_id, "facts": []}
    items = (await clerk.get("/care/api/trainings", params={"after": seq_of(answer)})).json()["items"]
    (one,) = [one for one in items if one["referral_id"] == referral_id]
    assert (one["stage"], one["ask_by"], one["overdue"]) == ("referred", "2026-10-01", True)
    path = f"/care/api/trainings/{referral_id}"
    early = await clerk.post(f"{path}/outcome", json={"on": "2026-11-01", "outcome": "hired"})
    assert (early.status_code, early.json()["reason"]) == (409, "did_not_go_yet")
    clerk.headers.update(HTML)
    went = await clerk.post(f"/care/trainings/{referral_id}/attend", data={"on": "2026-09-15"})
    assert went.status_code == 303, went.text
    hired = {"on": "2026-11-20", "outcome": "hired", "idempotency_key": "t1"}
    assert (await clerk.post(f"/care/trainings/{referral_id}/outcome", data=hired)).status_code == 303
    assert "找到工作" in (await clerk.get("/care/trainings")).text
    async with office.asking(Role.VISITOR, name="chen") as visitor:
        assert (await visitor.post(f"/care/api/members/{member_id}/trainings", json=told)).status_code == 403
        assert (await visitor.post(f"{path}/withdraw")).status_code == 403
    async with office.asking(scope=SHIQUAN) as neighbour:
        assert (await neighbour.post(f"{path}/withdraw")).status_code == 404
    bad = await clerk.post(
        f"/care/members/{member_id}/training", data={"course": "", "organiser": "站", "on": "2026-09-01"}
    )
    assert bad.status_code == 422
