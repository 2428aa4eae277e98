"""Care's pages as people use them: forms, words, posts; everything by HTML alone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import httpx
import pytest
import pytest_asyncio

from events.facts.member import AwayKind, MovedAway
from services.shell.identity import Role
from tests.care.office import Office, planned, visits_of
from tests.desk import SHIQUAN, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

HTML = {"accept": "text/html"}
WHY = {"reason": "去看望之前要知道"}


@pytest_asyncio.fixture(loop_scope="module")
async def browser(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    """The secretary, asking for pages."""
    await office.account("laoli", "李老师", Role.VISITOR)
    async with office.asking() as client:
        client.headers.update(HTML)
        yield client


async def visit_of(office: Office, clerk: httpx.AsyncClient, **differently: Any) -> dict[str, Any]:
    member_id = await office.registry.enrols(**differently)
    return await planned(clerk, member_id, "eighty")


async def shown(client: httpx.AsyncClient, path: str, status: int = 200) -> str:
    answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return answer.text


async def test_today_is_a_trip_with_its_reasons_and_its_clause(
    office: Office, clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    await visit_of(office, clerk, name="陆小曼", building="锦绣路1号", room="601室", lives_alone=True)
    page = await shown(browser, "/care/today")
    assert "锦绣路1号" in page
    assert "601室" in page
    assert re.search(r"陆小曼.*?86 岁 · 独居.*?逾期 1 天.*?本季第 2 次走访.*?§4\.2", page, re.DOTALL)
    assert "陆小曼" in await shown(browser, "/")


async def test_a_call_is_ticked_off_with_one_press(
    office: Office, clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    member_id = await office.registry.enrols(name="邵一", birth=date(1950, 1, 1))
    away = MovedAway(kind=AwayKind.CARD, clause="§3.1", destination="深圳", fixed_place=True, reason="带孙子")
    await office.registry.says(member_id, away, date(2026, 10, 1))
    call = await planned(clerk, member_id, "away")
    page = await shown(browser, "/care/today")
    assert "在深圳" in page
    deed = f"/care/visits/{call['visit_id']}/record"
    assert deed in page
    answer = await browser.post(deed, data={"made_on": "2026-11-21", "by": "shuji"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/care/today")
    (done,) = [one for one in await visits_of(clerk, member_id) if one["visit_id"] == call["visit_id"]]
    assert (done["state"], done["by"], done["answered"]) == ("done", "shuji", False)
    assert deed not in await shown(browser, "/care/today")


async def test_a_visit_is_written_up(office: Office, clerk: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    visit = await visit_of(office, clerk)
    path = f"/care/visits/{visit['visit_id']}"
    page = await shown(browser, path)
    for said in ("13912348862", "13800002210", "李老师", "有什么困难", "八十岁以上的党员，每季度走访三次"):
        assert said in page, said
    filled = {
        "made_on": "2026-11-21",
        "by": "laoli",
        "difficulties": "腿脚<b>不便</b>",
        "suggestions": "",
        "plans": " ",
    }
    assert (await browser.post(f"{path}/record", data=filled)).status_code == 303
    page = await shown(browser, path)
    assert "已办" in page
    assert "腿脚" not in page
    told = await browser.post(f"{path}/reveal/answers", data=WHY)
    assert "腿脚&lt;b&gt;不便" in told.text
    assert "腿脚" not in await shown(browser, path)


async def test_a_form_comes_back_with_what_was_wrong(
    office: Office, clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    visit = await visit_of(office, clerk)
    path = f"/care/visits/{visit['visit_id']}"
    answer = await browser.post(f"{path}/record", data={"made_on": "", "by": "laoli", "plans": "去女儿家"})
    assert answer.status_code == 422
    assert 'id="error-made_on"' in answer.text
    assert "去女儿家" in answer.text
    answer = await browser.post(f"{path}/record", data={"made_on": "2026-10-01", "by": "laoli"})
    assert answer.status_code == 409
    assert "这次走访从11月1日才开始" in re.sub(r"2026年", "", answer.text)
    assert (await browser.post(f"{path}/cancel", data={})).status_code == 422
    assert (await browser.post(f"{path}/reveal/answers", data=WHY)).status_code == 404


async def test_somebody_else_goes_or_nobody(
    office: Office, clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    visit = await visit_of(office, clerk)
    path = f"/care/visits/{visit['visit_id']}"
    assert (await browser.post(f"{path}/assign", data={"visitor": "laoli"})).status_code == 303
    assert "李老师" in await shown(browser, path)
    assert (await browser.post(f"{path}/cancel", data={"reason": "搬去儿子家"})).status_code == 303
    page = await shown(browser, path)
    assert "人工取消" in page
    assert "不用去了" not in page


async def test_an_illness_is_reported_opened_and_over(
    office: Office, clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    member_id = await office.registry.enrols(name="钱学礼")
    await planned(clerk, member_id, "eighty")
    assert "钱学礼" in await shown(browser, "/care/members?q=qxl")
    here = f"/care/members/{member_id}"
    form = await shown(browser, f"{here}/illness")
    assert "3 天内看望" in form
    key = re.search(r'name="idempotency_key" value="([^"]+)"', form)
    assert key
    filled = {"severity": "serious", "since": "2026-11-20", "hospital": "第一人民医院", "idempotency_key": key[1]}
    for _ in range(2):
        assert (await browser.post(f"{here}/illness", data=filled)).status_code == 303
    page = await shown(browser, here)
    assert "患病看望" in page
    assert "生病后 3 天内看望" in page
    assert "一天内看望" not in page, "only what is asked for this illness"
    assert "第一人民医院" not in page
    assert "钱学礼" in await shown(browser, "/care/members")
    assert "第一人民医院" in (await browser.post(f"{here}/reveal/illness", data=WHY)).text
    assert (await browser.post(f"{here}/recovery", data={"on": "2026-11-21"})).status_code == 303
    assert "已康复" in await shown(browser, here)
    wrong = await browser.post(f"{here}/illness", data={"since": "2026-11-20"})
    assert (wrong.status_code, 'id="error-severity"' in wrong.text) == (422, True)


async def test_the_list_is_narrowed(office: Office, clerk: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
    await visit_of(office, clerk, name="孔乙己")
    assert "孔乙己" in await shown(browser, "/care/visits?q=孔")
    assert "孔乙己" not in await shown(browser, "/care/visits?q=孔&state=missed")
    assert "孔乙己" in await shown(browser, "/care/visits?q=kyj&state=all")
    assert "没有这样的走访" in await shown(browser, "/care/visits?q=无此人")


async def test_a_visitor_gets_their_own_and_no_more(
    office: Office, clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    mine, other = await visit_of(office, clerk, name="甲甲"), await visit_of(office, clerk, name="乙乙")
    await browser.post(f"/care/visits/{mine['visit_id']}/assign", data={"visitor": "lao-sun"})
    async with office.asking(Role.VISITOR, name="lao-sun") as sun:
        sun.headers.update(HTML)
        page = await shown(sun, "/care/today")
        assert "甲甲" in page
        assert "乙乙" not in page
        page = await shown(sun, f"/care/visits/{mine['visit_id']}")
        assert "换人去" not in page
        await shown(sun, f"/care/visits/{other['visit_id']}", 404)
        await shown(sun, f"/care/members/{mine['member_id']}", 403)
        await shown(sun, "/care/members?q=乙", 403)
        done = await sun.post(f"/care/visits/{mine['visit_id']}/record", data={"made_on": "2026-11-21", "by": "shuji"})
        assert done.status_code == 303
    (made,) = [one for one in await visits_of(clerk, mine["member_id"]) if one["visit_id"] == mine["visit_id"]]
    assert made["by"] == "lao-sun"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OPERATOR, Role.SUPERVISOR, Role.LIAISON])
async def test_the_home_page_has_nothing_of_care_for_others(office: Office, role: Role) -> None:
    async with office.asking(role, scope="") as other:
        other.headers.update(HTML)
        assert (await shown(other, "/care/panels/today")).strip() == ""
        figures = (await other.get("/care/panels/counts")).json()
        assert figures == ({"voices": 0, "late": 0} if role is Role.SUPERVISOR else {})
        for path in ("/care/today", "/care/visits", "/care/members", "/care/today/sheet"):
            await shown(other, path, 403)


async def test_figures_are_those_of_the_page(office: Office, clerk: httpx.AsyncClient) -> None:
    await visit_of(office, clerk)
    figures = (await clerk.get("/care/panels/counts")).json()
    today = (await clerk.get("/care/api/today")).json()
    assert (figures["late"], figures["soon"]) == (today["late"], today["soon"])
    async with office.asking(scope=SHIQUAN) as elsewhere:
        assert (await elsewhere.get("/care/panels/counts")).json()["visits"] == 0


async def test_the_page_speaks_english_by_the_switch(
    office: Office, clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    await visit_of(office, clerk)
    browser.cookies.set("lang", "en")
    page = await shown(browser, "/care/today")
    assert "one trip per building" in page
    assert "Members of 80 and older are visited three times a quarter" in page


async def test_a_newcomer_is_on_the_page_a_moment_later(office: Office, browser: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(name="新来的")
    assert "新来的" in await shown(browser, f"/care/members/{member_id}")

    async def planned_too() -> bool:
        return "本季第 2 次走访" in await shown(browser, f"/care/members/{member_id}")

    await until(planned_too)


async def test_a_grade_of_health_by_the_forms_alone(office: Office, browser: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(name="顾阿妹")
    assert "还没有评过。" in await shown(browser, f"/care/members/{member_id}")
    form = {"grade": "severe", "on": "2026-11-19", "note": "卧床", "idempotency_key": "grade-1"}
    path = f"/care/members/{member_id}/health"
    assert "能力完好" in await shown(browser, path)
    wrong = await browser.post(path, data=form | {"grade": ""})
    assert wrong.status_code == 422
    assert "卧床" in wrong.text, "what was filled in stays"
    assert (await browser.post(path, data=form)).status_code == 303
    assert (await browser.post(path, data=form)).status_code == 303
    page = await shown(browser, f"/care/members/{member_id}")
    assert "11月19日" in page
    assert "重度失能" not in page
    opened = await browser.post(f"/care/members/{member_id}/reveal/health", data=WHY | {"idempotency_key": "see-1"})
    assert "重度失能" in opened.text
    assert "卧床" in opened.text


async def test_into_hospital_and_out_of_it_by_the_forms_alone(office: Office, browser: httpx.AsyncClient) -> None:
    member_id = await office.registry.enrols(name="顾阿毛")
    here = f"/care/members/{member_id}"
    stay = {"on": "2026-11-18", "hospital": "第一人民医院", "note": "12 床", "idempotency_key": "stay-1"}
    assert "哪家医院" in await shown(browser, f"{here}/befell/hospitalised")
    wrong = await browser.post(f"{here}/befell/hospitalised", data=stay | {"hospital": ""})
    assert wrong.status_code == 422
    assert "12 床" in wrong.text
    assert (await browser.post(f"{here}/befell/hospitalised", data=stay)).status_code == 303
    page = await shown(browser, here)
    assert "住院 11月18日起" in page
    assert "第一人民医院" not in page
    opened = await browser.post(f"{here}/befell/hospitalised/2026-11-18/reveal", data=WHY | {"idempotency_key": "s-1"})
    assert "第一人民医院" in opened.text
    assert "7 天内要有人去看。" in await shown(browser, f"{here}/befell/discharged")
    out = {"on": "2026-11-20", "idempotency_key": "out-1"}
    assert (await browser.post(f"{here}/befell/discharged", data=out)).status_code == 303
    page = await shown(browser, here)
    assert "住院 11月18日起" not in page
    assert "出院看望" in page
    assert (await browser.get(f"{here}/befell/nonsense")).status_code == 404
