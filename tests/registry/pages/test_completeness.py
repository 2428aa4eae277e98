"""How complete cards are, in the API and on the pages."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.shell.identity.caller import Role
from tests.desk import NOW, SHIQUAN
from tests.registry.office import Office, enrolled, seq_of

API = "/registry/api/members"
FULL = {"ethnicity": "汉族", "family": [{"name": "张伟", "phone": "13800002210"}]}


REST = {"education": "大专", "former_unit": "第三纺织厂", "registered_address": "老街1号", "grid": "第二网格"}


async def with_the_rest(clerk: httpx.AsyncClient, member_id: str) -> str:
    """The same member, and on the card what no enrolment says."""
    answer = await clerk.post(f"{API}/{member_id}/details", json=REST)
    assert (await clerk.get(f"{API}/{member_id}?after={seq_of(answer)}")).status_code == 200
    return member_id


async def bare(clerk: httpx.AsyncClient, **differently: Any) -> str:
    return await enrolled(clerk, phone=None, address=None, pension_basis_fen=None, **differently)


async def test_the_card_says_how_complete_it_is_and_what_is_missing(clerk: httpx.AsyncClient) -> None:
    full, some = await with_the_rest(clerk, await enrolled(clerk, **FULL)), await bare(clerk, **FULL)
    assert (await clerk.get(f"{API}/{full}")).json()["completeness"]["percent"] == 100
    found = (await clerk.get(f"{API}/{some}")).json()["completeness"]
    assert 0 < found["percent"] < 100
    assert found["missing"] == ["phone", "address", "building", "pension_basis", *REST]
    assert found["clause"] == "§1.1"


async def test_the_register_shows_the_least_complete_first_page_by_page(clerk: httpx.AsyncClient) -> None:
    branch = "缺项支部"
    least = await bare(clerk, branch=branch, name="赵一")
    some = await enrolled(clerk, branch=branch, name="安二", ethnicity="汉族")
    await with_the_rest(clerk, await enrolled(clerk, branch=branch, name="孙三", **FULL))
    branch_id = (await clerk.get(f"{API}/{least}")).json()["branch_id"]
    asked = {"branch": branch_id, "below": "100", "page_size": "1"}
    first = (await clerk.get(API, params=asked)).json()
    second = (await clerk.get(API, params={**asked, "page_token": first["next_page_token"]})).json()
    assert [one["member_id"] for one in first["items"] + second["items"]] == [least, some]
    assert second["next_page_token"] == ""
    below = (await clerk.get(API, params={"branch": branch_id, "below": "60"})).json()
    assert [one["member_id"] for one in below["items"]] == [least]


@pytest.mark.parametrize("below", ["0", "101", "-1", "x"])
async def test_a_share_that_is_none_is_no_question(clerk: httpx.AsyncClient, below: str) -> None:
    assert (await clerk.get(API, params={"below": below})).status_code == 422
    assert (await clerk.get("/registry/members", params={"below": below})).status_code == 422


async def test_others_see_none_of_it(office: Office, clerk: httpx.AsyncClient) -> None:
    await bare(clerk, name="钱四")
    async with office.asking(scope=SHIQUAN) as stranger:
        assert (await stranger.get(API, params={"below": "100"})).json()["items"] == []
        answer = await stranger.get(API, params={"below": "100", "community": "demo.jinqiao"})
        assert answer.status_code == 403
    async with office.asking(Role.VISITOR) as visitor:
        assert (await visitor.get(API, params={"below": "100"})).status_code == 403


async def test_each_branch_has_its_average(clerk: httpx.AsyncClient) -> None:
    branch = "平均支部"
    some = await bare(clerk, branch=branch, **FULL)
    alone = (await clerk.get(f"{API}/{some}")).json()["completeness"]["percent"]
    await with_the_rest(clerk, await enrolled(clerk, branch=branch, **FULL))
    items = (await clerk.get("/registry/api/branches")).json()["items"]
    (found,) = [one for one in items if one["name"] == branch]
    assert found["completeness"] == (alone + 100) // 2
    page = (await clerk.get("/registry/branches")).text
    assert f'/registry/members?branch={found["branch_id"]}&amp;below=100">{found["completeness"]}%</a>' in page


async def test_the_page_leads_to_the_form_that_fills_each_in(clerk: httpx.AsyncClient) -> None:
    member_id = await bare(clerk, branch=None)
    here = f"/registry/members/{member_id}"
    page = (await clerk.get(here)).text
    links = re.findall(rf'href="({here}/[a-z-]+)(?:#[a-z_-]+)?"', page[page.index('id="completeness"') :])
    assert {f"{here}/contact", f"{here}/assign", f"{here}/pension-basis"} <= set(links)
    for link in set(links):
        assert (await clerk.get(link)).status_code == 200
    answer = await clerk.post(f"{API}/{member_id}/contact", json={"phone": "13900001111"})
    after = (await clerk.get(f"{here}?after={seq_of(answer)}")).text
    assert f'href="{here}/contact#field-phone"' not in after
    narrowed = (await clerk.get("/registry/members?below=80")).text
    assert re.search(r"完整 \d+%", narrowed)


async def test_a_full_card_says_so_and_an_auditor_is_offered_no_form(office: Office, clerk: httpx.AsyncClient) -> None:
    full, some = await with_the_rest(clerk, await enrolled(clerk, **FULL)), await bare(clerk)
    assert "该有的都有了。" in (await clerk.get(f"/registry/members/{full}")).text
    async with office.asking(Role.AUDITOR) as auditor:
        page = (await auditor.get(f"/registry/members/{some}")).text
    assert "还缺：" in page
    assert "/contact#field-phone" not in page


async def test_the_filter_can_be_answered_by_an_index(office: Office, clerk: httpx.AsyncClient) -> None:
    await bare(clerk)
    async with office.service.state.database.reading("demo.jinqiao") as db:
        await db.execute(text("SET LOCAL enable_seqscan = off"))
        bits = office.service.state.policies.at("demo.jinqiao", NOW.date()).completeness.bits_below(60)
        plan = await db.execute(
            text("EXPLAIN SELECT member_id FROM member WHERE missing = ANY(:bits)"), {"bits": list(bits)}
        )
        assert "member_by_missing" in "\n".join(line for (line,) in plan)
