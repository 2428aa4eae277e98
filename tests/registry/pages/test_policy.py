"""The rules of a place and a day, end to end: dues by month, clocks by community, the page that says whose they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from deploy.box.addresses import BoxAddresses
from services.shell.identity.caller import Role
from services.shell.policy.policies import put
from tests.cells import Cells
from tests.desk import JINQIAO, SHIQUAN
from tests.registry.office import Office, enrolled, seq_of, working

CITY = """\
[pack]
service = "registry"
scope = "demo"
version = "2026-12"
effective_from = 2026-12-01
title = "示范市收缴办法"
issuer = "示范市委"
[dues.low]
permille = 6
clause = "市三"
[away.transfer]
months_min = 12
clause = "市五"
[clauses]
"市三" = "自十二月起按全额的百分之零点六交纳。"
"市五" = "外出十二个月以上的，转移临时组织关系。"
"""
COMMUNITY = """\
[pack]
service = "registry"
scope = "demo.jinqiao"
version = "1"
effective_from = 2026-01-01
title = "金桥社区约定"
issuer = "金桥社区"
[away.reminders]
contact_days = [10, 20]
clause = "金一"
[clauses]
"金一" = "外出的十天、二十天没有联系就提醒。"
"""


@pytest.fixture
def address(cells: Cells) -> BoxAddresses:
    """A cell for each test: packs stay in its folder."""
    return cells.fresh()


@pytest.fixture
async def office(address: BoxAddresses) -> AsyncIterator[Office]:
    for name, text in (("city.toml", CITY), ("community.toml", COMMUNITY)):
        put(text, address.data / "policy" / "registry", name)
    async with working(address) as office:
        yield office


async def moved(clerk: httpx.AsyncClient, member_id: str, **differently: Any) -> dict[str, Any]:
    body = {"from": "2026-11-05", "destination": "深圳市", "fixed_place": True, "reason": "随子女居住"} | differently
    answer = await clerk.post(f"/registry/api/members/{member_id}/move-away", json=body)
    assert answer.status_code == 201, answer.text
    found = await clerk.get("/registry/api/ledger", params={"after": seq_of(answer)})
    stay: dict[str, Any] = next(one for one in found.json()["items"] if one["member_id"] == member_id)
    return stay


async def test_each_month_is_reckoned_by_the_pack_in_force_on_its_first_day(
    office: Office, clerk: httpx.AsyncClient
) -> None:
    member_id = await enrolled(clerk)  # 3,420 yuan a month
    months = {"from": "2026-11", "to": "2026-12"}
    answer = await clerk.get(f"/registry/api/members/{member_id}/dues", params=months)
    assert [(one["month"], one["due_fen"], one["clause"]) for one in answer.json()["items"]] == [
        ("2026-11", 1710, "§2.1"),
        ("2026-12", 2052, "市三"),
    ]

    page = (await clerk.get(f"/registry/members/{member_id}/pay-dues?months=2026-11&months=2026-12")).text
    assert "37.62 元" in page
    assert "自十二月起按全额的百分之零点六交纳。" in page
    assert "每月按全额的 0.5 % 交纳党费。" in page

    wrong = {"months": ["2026-11", "2026-12"], "amount_fen": 3420, "method": "cash", "paid_on": "2026-11-21"}
    refusal = await clerk.post(f"/registry/api/members/{member_id}/pay-dues", json=wrong)
    assert (refusal.status_code, refusal.json()["reason"]) == (409, "amount_differs")
    paid = await clerk.post(f"/registry/api/members/{member_id}/pay-dues", json=wrong | {"amount_fen": 3762})
    assert paid.status_code == 201, paid.text
    office.clock.go_on(days=20)
    shown = (await clerk.get(f"/registry/members/{member_id}/dues", params={"after": seq_of(paid)})).text
    assert "17.10 元" in shown
    assert "20.52 元" in shown
    assert "市三" in shown


async def test_who_leaves_is_kept_by_the_rules_of_the_day_of_leaving(office: Office, clerk: httpx.AsyncClient) -> None:
    office.clock.go_on(days=20)
    before, after = [await enrolled(clerk), await enrolled(clerk)]
    old = await moved(clerk, before, **{"from": "2026-11-30", "expected_return": "2027-08-01"})
    new = await moved(clerk, after, **{"from": "2026-12-01", "expected_return": "2027-08-01"})
    assert (old["kind"], old["clause"]) == ("temporary_transfer", "§3.1")
    assert (new["kind"], new["clause"]) == ("card", "§3.2")


async def test_reminders_are_those_of_the_member_s_own_community(office: Office, clerk: httpx.AsyncClient) -> None:
    async with office.asking(scope=SHIQUAN) as other:
        here, there = await enrolled(clerk), await enrolled(other, community=SHIQUAN)
        mine, theirs = (
            await moved(clerk, here, **{"from": "2026-10-25"}),
            await moved(other, there, **{"from": "2026-10-25"}),
        )
    assert (mine["clocks"]["decide"], mine["clocks"]["clause"]) == ("27 天没有联系，请设法联系", "金一")
    assert theirs["clocks"]["decide"] is None


async def test_whom_nobody_reached_for_six_months_a_person_looks_into(office: Office, clerk: httpx.AsyncClient) -> None:
    stay = await moved(
        clerk, await enrolled(clerk), **{"from": "2026-05-21", "fixed_place": False, "intermittent": True}
    )
    assert (stay["clocks"]["decide"], stay["clocks"]["clause"]) == ("184 天没有联系上，请人工核实", "§3.5")


async def test_the_page_says_which_value_holds_here_on_a_day_whose_it_is_and_what_it_replaces(
    office: Office, clerk: httpx.AsyncClient
) -> None:
    today = (await clerk.get("/registry/panels/policy")).text
    assert "按全额的 <b>0.5 %</b>" in today
    assert "从2026年12月1日起有新的规定" in today
    assert "（原为 30、60、90 天，全国）" in today
    assert "金桥社区约定" in today
    later = (await clerk.get("/registry/panels/policy?on=2026-12-01")).text
    assert "按全额的 <b>0.6 %</b>" in later
    assert "（原为 0.5 %，全国）" in later
    assert "自十二月起按全额的百分之零点六交纳。" in later
    assert "第 2026-12 版，2026年12月1日起" in later


async def test_the_api_gives_each_value_with_its_pack(office: Office, clerk: httpx.AsyncClient) -> None:
    found = (await clerk.get("/registry/api/policy?on=2026-12-05")).json()
    assert (found["community"], found["next_change"]) == (JINQIAO, None)
    assert [one["pack"] for one in found["packs"]] == [
        "registry:national@2000-01-01/1",
        "registry:demo@2026-12-01/2026-12",
        "registry:demo.jinqiao@2026-01-01/1",
    ]
    low = next(one for one in found["items"] if one["rule"] == "dues.low.permille")
    assert (low["value"], low["clause"], low["from"]["issuer"]) == (6, "市三", "示范市委")
    assert [(one["value"], one["clause"], one["from"]["scope"]) for one in low["replaces"]] == [(5, "§2.1", "")]


async def test_a_supervisor_sees_another_place_and_nobody_one_outside(office: Office, clerk: httpx.AsyncClient) -> None:
    async with office.asking(Role.SUPERVISOR, scope="demo") as above:
        page = (await above.get("/registry/panels/policy")).text
        assert "这些地方有自己的规定：" in page
        assert "community=demo.jinqiao" in page
        assert "金桥社区约定" not in page
        assert "<datalist" not in page
        await enrolled(clerk)
        assert f'<option value="{JINQIAO}">' in (await above.get("/registry/panels/policy")).text
        assert "<datalist" not in (await clerk.get("/registry/panels/policy")).text
        assert "金桥社区约定" in (await above.get("/registry/panels/policy?community=demo.jinqiao")).text
    assert (await clerk.get("/registry/api/policy?community=demo.shiquan")).status_code == 403
    assert (await clerk.get("/policy?community=demo.shiquan")).status_code == 403
    assert (await clerk.get("/registry/api/policy?on=tomorrow")).status_code == 422
    assert (await clerk.get("/registry/api/policy?community=a..b")).status_code == 422


async def test_the_parts_stand_on_one_page_with_the_day_that_was_asked_for(clerk: httpx.AsyncClient) -> None:
    page = await clerk.get("/policy?on=2026-12-05")
    assert page.status_code == 200
    assert 'name="on" value="2026-12-05"' in page.text
    assert (await clerk.get("/registry/policy")).headers["location"] == "/policy"


async def test_nobody_reads_the_rules_without_signing_in(office: Office, clerk: httpx.AsyncClient) -> None:
    clerk.headers.pop("authorization")
    assert (await clerk.get("/registry/api/policy")).status_code == 401
    assert (await clerk.get("/registry/panels/policy")).status_code == 401


async def test_a_pack_added_while_the_office_works_holds_from_then_on(office: Office, clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk)
    text = CITY.replace("2026-12-01", "2026-11-01").replace("permille = 6", "permille = 7").replace("三", "四")
    put(text, office.settings.packs / "registry", "earlier.toml")
    async with asyncio.timeout(20):
        while True:
            answer = await clerk.get(
                f"/registry/api/members/{member_id}/dues", params={"from": "2026-11", "to": "2026-11"}
            )
            if answer.json()["items"][0]["clause"] == "市四":
                break
            await asyncio.sleep(0.05)
    assert answer.json()["items"][0]["due_fen"] == 2394


async def test_a_bad_file_is_shown_and_the_rules_before_it_hold(office: Office, clerk: httpx.AsyncClient) -> None:
    put(
        CITY.replace("2026-12-01", "2026-11-01").replace("6\n", "'x'\n"), office.settings.packs / "registry", "bad.toml"
    )
    assert not office.service.state.policies.refresh()
    page = (await clerk.get("/registry/panels/policy")).text
    assert "有规则文件不能用，仍按原来的规则" in page
    assert "bad.toml:9: dues.low.permille: should be a valid integer" in page
    assert "按全额的 <b>0.5 %</b>" in page
