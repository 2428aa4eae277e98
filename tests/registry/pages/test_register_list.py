"""The register as a list: found by dwelling, left and come back to, kept as a filter, taken out as a sheet."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from openpyxl import load_workbook

from services.shell.identity.caller import Role
from tests.desk import JINQIAO, SHIQUAN, until
from tests.registry.office import Office, enrolled, id_number

API = "/registry/api/members"
LIST = "/registry/members"


def rows_of(answer: httpx.Response) -> list[tuple[Any, ...]]:
    sheet = load_workbook(BytesIO(answer.content)).active
    assert sheet is not None
    return list(sheet.values)


async def found(clerk: httpx.AsyncClient, q: str) -> set[str]:
    answer = await clerk.get(API, params={"q": q, "page_size": "1000"})
    return {one["member_id"] for one in answer.json()["items"]}


async def test_somebody_is_found_by_where_they_live(clerk: httpx.AsyncClient) -> None:
    here = await enrolled(clerk, name="罗一楼", address="栖霞路55弄28号101室")
    above = await enrolled(clerk, name="罗二楼", address="栖霞路55弄28号1201室")
    beside = await enrolled(clerk, name="罗邻居", address="栖霞路55弄8号101室")
    tower = await enrolled(clerk, name="罗高楼", address="栖霞路60号A座302室")
    for q, wanted in {
        "栖霞路": {here, above, beside, tower},
        "28号 luo": {here, above},
        "55弄28号": {here, above},
        "28号101": {here},
        "28-101": {here},
        "28-1201": {above},
        "8号 罗": {beside},
        "8-101 罗": {beside},
        "28 罗": {here, above},
        "a座 罗": {tower},
        "罗 栖霞路60号A座302": {tower},
    }.items():
        assert await found(clerk, q) & {here, above, beside, tower} == wanted, q


async def test_the_same_words_find_nobody_of_another_community(office: Office, clerk: httpx.AsyncClient) -> None:
    await enrolled(clerk, name="施来", address="不夜城路9号101室")
    async with office.asking(scope=SHIQUAN) as stranger:
        for q in ("不夜城路", "9号", "9-101"):
            assert await found(stranger, q) == set()


async def test_the_page_of_a_member_leads_back_to_the_row_it_was_opened_from(browser: httpx.AsyncClient) -> None:
    member_id = await enrolled(browser, name="归来", address="回家路3号101室")
    page = (await browser.get(f"{LIST}?q=回家路&state=enrolled")).text
    link = unescape(re.search(rf'href="(/registry/members/{member_id}\?from=[^"]+)"', page)[1])  # type: ignore[index]  # it stands there
    shown = (await browser.get(link)).text
    back = unescape(re.search(r'<p class="back"><a href="([^"]+)"', shown)[1])  # type: ignore[index]  # the same
    assert urlsplit(back).path == LIST
    assert parse_qs(urlsplit(back).query) == {"q": ["回家路"], "state": ["enrolled"]}
    assert f'id="{urlsplit(back).fragment}"' in (await browser.get(back)).text

    correct = unescape(re.search(r'href="([^"]+/correct\?from=[^"]+)"', shown)[1])  # type: ignore[index]  # the same
    form = (await browser.get(correct)).text
    action = unescape(re.search(r'<form class="form" method="post" action="([^"]+)"', form)[1])  # type: ignore[index]  # the same
    done = await browser.post(action, data={"field": "ethnicity", "value": "汉族", "reason": "核对证件"})
    assert done.status_code == 200
    assert f'<p class="back"><a href="{back.replace("&", "&amp;")}"' in done.text, "a form in between keeps the way"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/registry/members", "/registry/members.evil", "/care/", "javascript:1"],
)
async def test_the_way_back_leads_nowhere_else(browser: httpx.AsyncClient, elsewhere: str) -> None:
    member_id = await enrolled(browser)
    page = (await browser.get(f"{LIST}/{member_id}", params={"from": elsewhere})).text
    assert 'class="back"' not in page
    assert "evil" not in re.sub(r'href="/language[^"]*"|name="next"[^>]*', "", page)


async def test_a_filter_is_kept_seen_by_nobody_else_and_dropped(office: Office, browser: httpx.AsyncClient) -> None:
    kept = await browser.post(f"{LIST}/filters?state=away&q=zhang", data={"name": "张家在外"})
    assert "已存下筛选“张家在外”" in kept.text
    again = await browser.post(f"{LIST}/filters?state=away&q=zhang", data={"name": "张家在外"})
    assert again.status_code == 200
    page = (await browser.get(LIST)).text
    assert page.count("张家在外") == 1
    assert f'href="{LIST}?q=zhang&amp;state=away"' in page
    items = (await browser.get("/registry/api/filters")).json()["items"]
    assert items == [{"name": "张家在外", "query": "q=zhang&state=away", "href": f"{LIST}?q=zhang&state=away"}]
    others = [
        office.asking(name="xiaowang"),
        office.asking(scope="demo"),
        office.asking(scope=SHIQUAN),
    ]
    for other in others:
        async with other as colleague:
            assert (await colleague.get("/registry/api/filters")).json()["items"] == []
    dropped = await browser.post(f"{LIST}/filters/drop?state=away&q=zhang", data={"name": "张家在外"})
    assert "已删掉筛选" in dropped.text
    assert (await browser.get("/registry/api/filters")).json()["items"] == []


async def test_a_filter_needs_a_name_and_something_to_ask(office: Office, clerk: httpx.AsyncClient) -> None:
    assert (await clerk.post("/registry/api/filters", json={"name": "什么都不问"})).status_code == 422
    assert (await clerk.post("/registry/api/filters?state=away", json={"name": ""})).status_code == 422
    assert (await clerk.post("/registry/api/filters?state=nowhere", json={"name": "哪里"})).status_code == 422
    key = {"idempotency-key": "filter-1"}
    first = await clerk.post("/registry/api/filters?state=dead", json={"name": "已故"}, headers=key)
    second = await clerk.post("/registry/api/filters?state=dead", json={"name": "已故"}, headers=key)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert (await clerk.delete("/registry/api/filters/已故")).json()["facts"]
    assert (await clerk.delete("/registry/api/filters/已故")).json()["facts"] == []
    async with office.asking(Role.VISITOR) as visitor:
        assert (await visitor.post("/registry/api/filters?state=dead", json={"name": "x"})).status_code == 403
        assert (await visitor.get("/registry/api/filters")).status_code == 403


async def test_a_list_is_taken_out_with_the_columns_chosen_which_are_remembered(browser: httpx.AsyncClient) -> None:
    await enrolled(browser, name="=1+1", address="导出路1号101室")
    await enrolled(browser, name="甲乙", address="导出路1号102室")
    path = f"{LIST}/export?q=导出路"
    form = (await browser.get(path)).text
    assert "正是筛选出来的 2 人" in form
    assert re.search(r'value="phone_masked" checked', form)
    sheet = await browser.post(path, data={"column": ["room", "name", "phone_masked"]})
    assert rows_of(sheet) == [
        ("姓名", "电话（中间隐去）", "室号"),
        ("'=1+1", "139 **** 8862", "101室"),
        ("甲乙", "139 **** 8862", "102室"),
    ]

    async def remembered() -> bool:
        form = (await browser.get(path)).text
        return set(re.findall(r'value="(\w+)" checked', form)) == {"name", "phone_masked", "room"}

    assert await until(remembered)  # a file is answered with, so no page waits for what was written beside it


async def test_numbers_in_clear_want_a_reason_and_are_written_down_before_they_are_shown(
    office: Office, browser: httpx.AsyncClient
) -> None:
    number = id_number()
    member_id = await enrolled(browser, name="秘密", id_number=number, address="要号路1号101室")
    path = f"{LIST}/export?q=要号路"
    without = await browser.post(path, data={"column": ["name", "id_number"]})
    assert without.status_code == 422
    assert "要写原因" in without.text
    assert 'value="id_number" checked' in without.text, "what was chosen stays chosen"
    assert await access_of(office, member_id) == []
    sheet = await browser.post(path, data={"column": ["name", "id_number", "phone"], "reason": "报街道备案"})
    assert rows_of(sheet)[1] == ("秘密", number, "13912348862")
    assert await access_of(office, member_id) == [("shuji", "export:id_number,phone", "报街道备案")]
    assert 'value="id_number" checked' not in (await browser.get(path)).text, "numbers in clear are asked for anew"
    await browser.post(path, data={"column": ["name"]})
    assert len(await access_of(office, member_id)) == 1


async def test_a_list_goes_to_those_who_keep_it_and_only_what_is_theirs(
    office: Office, clerk: httpx.AsyncClient
) -> None:
    await enrolled(clerk, name="别家", address="别家路1号101室")
    for role in (Role.AUDITOR, Role.SUPERVISOR, Role.VISITOR):
        async with office.asking(role) as other:
            assert (await other.get(f"{LIST}/export")).status_code == 403
            assert (await other.post(f"{LIST}/export", data={"column": "name"})).status_code == 403
    async with office.asking(scope=SHIQUAN) as stranger:
        sheet = await stranger.post(f"{LIST}/export?q=别家路", data={"column": "name"})
        assert len(rows_of(sheet)) == 1
        assert (await stranger.post(f"{LIST}/export?community={JINQIAO}", data={"column": "name"})).status_code == 403
    assert (await clerk.post(f"{LIST}/export", data={"column": "no_such"})).status_code == 422


async def access_of(office: Office, member_id: str) -> list[tuple[str, str, str]]:
    """Who read what of somebody, as it stands in the log."""
    messages = await office.host.log.read_entity("REGISTRY", f"fact.registry.access.{member_id}", 0)
    facts = [one.fact for one in await office.service.state.registry.opened(messages)]
    return [(fact.who, fact.what, fact.reason) for fact in facts]
