"""News from doors on the secretary's page and in the API: nothing changes by itself, and what is confirmed is the
register's own command."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest

from deploy.box.addresses import BoxAddresses
from deploy.cli.joining import folding
from events.facts.care_visit import News, ToldAtTheDoor
from events.log.command import Commands
from events.log.project.check import check
from services.shell.identity.caller import Role
from tests.desk import SHIQUAN
from tests.registry.office import Office, care_of, enrolled, seq_of, tells

API = "/registry/api/doorstep"
PAGE = "/registry/doorstep"
ON = date(2026, 11, 20)


@pytest.fixture
async def care(address: BoxAddresses, office: Office) -> AsyncIterator[Commands]:
    async with care_of(address, office.clock) as care:
        yield care


async def told(care: Commands, clerk: httpx.AsyncClient, name: str, **what: Any) -> tuple[str, str]:
    """A visitor tells of something: the member's id and the news's."""
    member_id = await enrolled(clerk, name=name)
    fact = ToldAtTheDoor(visit_id="v1", by="laoli", **what)
    position = await tells(care, member_id, fact, ON)
    items = (await clerk.get(API, params={"after": position})).json()["items"]
    return member_id, next(one["news_id"] for one in items if one["member_id"] == member_id)


async def phone_of(clerk: httpx.AsyncClient, member_id: str) -> str:
    seen = await clerk.post(f"/registry/api/members/{member_id}/reveal", json={"what": "phone", "reason": "核对新电话"})
    assert seen.status_code == 201, seen.text
    value: str = seen.json()["value"]
    return value


async def waits(clerk: httpx.AsyncClient, news_id: str, after: str = "") -> bool:
    items = (await clerk.get(API, params={"after": after})).json()["items"]
    return news_id in {one["news_id"] for one in items}


async def test_a_number_is_on_the_card_when_it_was_confirmed_and_not_before(
    care: Commands, clerk: httpx.AsyncClient
) -> None:
    member_id, news_id = await told(care, clerk, "钱一", news=News.PHONE, phone="13912348863")
    assert await phone_of(clerk, member_id) == "13912348862"
    path = f"{API}/{news_id}/confirm-phone"
    body = {"phone": "13912348864", "on": "2026-11-20"}
    assert (await clerk.post(path, json={"on": "2026-11-20"})).status_code == 422
    word = await clerk.post(path, json={"phone": "没有电话", "on": "2026-11-20"})
    assert (word.status_code, word.json()["errors"][0]["message"]) == (422, "不是电话号码")
    first = await clerk.post(path, json=body, headers={"Idempotency-Key": "k1"})
    assert first.status_code == 201, first.text
    assert [one["type"] for one in first.json()["facts"]] == [
        "hearth.member.contact_changed.v1", "hearth.doorstep.confirmed.v1",
    ]  # fmt: skip
    assert (await clerk.post(path, json=body, headers={"Idempotency-Key": "k1"})).json() == first.json()
    assert (await clerk.post(path, json=body)).json()["facts"] == []
    assert not await waits(clerk, news_id, seq_of(first))
    assert await phone_of(clerk, member_id) == "13912348864"


async def test_dues_are_receipted_for_the_months_they_pay(
    care: Commands, clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    member_id, news_id = await told(care, clerk, "钱二", news=News.DUES, amount_fen=2000)
    page = (await browser.get(f"{PAGE}/{news_id}/dues")).text
    assert "11月20日上门时交来 20.00 元" in page
    assert "比应缴的多 2.90 元" in page
    body = {"months": ["2026-11"], "amount_fen": 2000, "paid_on": "2026-11-20"}
    wrong = await clerk.post(f"{API}/{news_id}/confirm-dues", json=body)
    assert (wrong.status_code, wrong.json()["reason"]) == (409, "amount_differs")
    assert await waits(clerk, news_id)
    answer = await clerk.post(f"{API}/{news_id}/confirm-dues", json=body | {"amount_fen": 1710})
    assert answer.status_code == 201, answer.text
    assert answer.json()["receipt_no"].startswith("2026-")
    twice = await clerk.post(f"{API}/{news_id}/confirm-dues", json=body | {"amount_fen": 1710})
    assert (twice.status_code, twice.json()["reason"]) == (409, "news_settled")
    dues = (await clerk.get(f"/registry/api/members/{member_id}/dues?after={seq_of(answer)}")).json()
    assert any(one.get("paid_fen") == 1710 for one in dues["items"])


async def test_by_its_page_it_is_confirmed_set_aside_and_confirmed_after_all(
    care: Commands, clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    member_id, news_id = await told(care, clerk, "钱三", news=News.PHONE, phone="13912348865")
    listed = (await browser.get(PAGE)).text
    assert "钱三" in listed
    assert "13912348865" in listed
    assert "139 **** 8862" in listed
    assert "钱三" in (await browser.get("/registry/panels/today")).text
    before = (await clerk.get("/registry/panels/counts")).json()["doorstep"]
    assert (await browser.post(f"{PAGE}/{news_id}/set-aside", data={})).status_code == 422
    aside = await browser.post(f"{PAGE}/{news_id}/set-aside", data={"why": "mistaken"})
    assert "没有改 · 听错、写错了" in aside.text
    assert (await clerk.get("/registry/panels/counts")).json()["doorstep"] == before - 1
    done = await browser.post(f"{PAGE}/{news_id}/phone", data={"phone": "13912348865", "on": "2026-11-20"})
    assert "钱三的电话已改成 13912348865" in done.text
    late = await clerk.post(f"{API}/{news_id}/set-aside", json={"why": "other"})
    assert (late.status_code, late.json()["reason"]) == (409, "news_settled")
    assert await phone_of(clerk, member_id) == "13912348865"


async def test_dues_by_the_page(care: Commands, clerk: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    _member, news_id = await told(care, clerk, "钱四", news=News.DUES, amount_fen=1710)
    assert "收下 17.10 元" in (await browser.get(f"{PAGE}/{news_id}/dues?months=2026-11")).text
    sent = {"months": "2026-11", "amount_fen": "1710", "method": "cash", "paid_on": "2026-11-20"}
    assert "党费，收据号 2026-" in (await browser.post(f"{PAGE}/{news_id}/dues", data=sent)).text
    assert "已经" in (await browser.post(f"{PAGE}/{news_id}/dues", data=sent)).text


async def test_others_do_not_decide_and_neighbours_do_not_see(
    care: Commands, office: Office, clerk: httpx.AsyncClient
) -> None:
    _member, news_id = await told(care, clerk, "钱五", news=News.PHONE, phone="13912348866")
    deeds = {
        "confirm-phone": {"phone": "13912348866", "on": "2026-11-20"},
        "confirm-dues": {"months": ["2026-11"], "amount_fen": 1710, "paid_on": "2026-11-20"},
        "set-aside": {"why": "other"},
    }
    async with office.asking(Role.WORKER, name="xiaowang") as worker, office.asking(scope=SHIQUAN) as neighbour:
        assert await waits(worker, news_id)
        assert not await waits(neighbour, news_id)
        for deed, body in deeds.items():
            assert (await worker.post(f"{API}/{news_id}/{deed}", json=body)).status_code == 403
            assert (await neighbour.post(f"{API}/{news_id}/{deed}", json=body)).status_code == 404
    for role in (Role.VISITOR, Role.AUDITOR, Role.SUPERVISOR, Role.LIAISON):
        async with office.asking(role, name="other") as other:
            assert (await other.get(API)).status_code == 403
    assert (await clerk.post(f"{API}/{news_id}/confirm-dues", json=deeds["confirm-dues"])).status_code == 404
    assert (await clerk.post(f"{API}/nobody/set-aside", json=deeds["set-aside"])).status_code == 404
    assert (await clerk.post(f"{API}/{news_id}/set-aside", json={"why": "lazy"})).status_code == 422


async def test_the_tables_are_what_the_facts_say(
    address: BoxAddresses, office: Office, clerk: httpx.AsyncClient
) -> None:
    async with folding(address, "registry") as registry:
        report = await check(registry.projection, registry.log, registry.database, registry.keys)
    assert report.clean, report
