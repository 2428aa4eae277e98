"""Committees and the ends of their terms: through the API, on the branch's page, in the list, on the home page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import httpx

from deploy.box.addresses import BoxAddresses
from services.shell.identity.caller import Role
from tests.desk import SHIQUAN
from tests.faults.truth import expect_clean
from tests.registry.office import Office, enrolled, seq_of
from tests.registry.pages.test_branch_life import peopled
from tests.registry.pages.test_branches import API, formed
from tests.registry.pages.test_pages import filled_in

TERMS = "/registry/api/terms"


def seats(*people: str, posts: Sequence[str] = ("secretary", "deputy", "publicity")) -> list[dict[str, str]]:
    return [{"member_id": one, "post": post} for one, post in zip(people, posts, strict=False)]


async def elected(client: httpx.AsyncClient, branch_id: str, *people: str, **more: Any) -> httpx.Response:
    answer = await client.post(f"{API}/{branch_id}/committees", json={"seats": seats(*people)} | more)
    if answer.status_code == 201 and answer.json()["facts"]:
        await client.get(f"{API}?after={seq_of(answer)}")
    return answer


async def test_a_committee_is_elected_once_and_its_term_ends_by_the_rules(clerk: httpx.AsyncClient) -> None:
    branch_id, (a, b, c) = await peopled(clerk, "选举支部")
    first = await elected(clerk, branch_id, a, b, on="2026-11-01")
    assert (first.status_code, first.json()["until"], first.json()["clause"]) == (201, "2029-10-31", "§7.4")
    assert (await elected(clerk, branch_id, a, b, on="2026-11-01")).json()["facts"] == []
    filled = await elected(clerk, branch_id, a, c, on="2026-11-20", by_election=True)
    assert filled.json()["until"] == "2029-10-31"
    items = (await clerk.get(f"{API}/{branch_id}/committees")).json()["items"]
    assert [(one["elected_on"], one["by_election"]) for one in items] == [("2026-11-20", True), ("2026-11-01", False)]
    assert [seat["member_id"] for seat in items[0]["seats"]] == [a, c]
    keyed = [
        await clerk.post(f"{API}/{branch_id}/committees", json={"seats": seats(c)}, headers={"Idempotency-Key": "e1"})
        for _ in range(2)
    ]
    assert keyed[0].json()["facts"] == keyed[1].json()["facts"] != []


async def test_who_cannot_be_elected_is_refused(clerk: httpx.AsyncClient) -> None:
    branch_id, (a,) = await peopled(clerk, "拒选支部", 1)
    _, (stranger,) = await peopled(clerk, "外人支部", 1)
    new = await enrolled(clerk, branch="拒选支部", joined_on="2026-01-01", full_member_on=None)
    for people, reason in (((a, stranger), "not_in_branch"), ((a, new), "not_full_members")):
        answer = await elected(clerk, branch_id, *people)
        assert (answer.status_code, answer.json()["reason"]) == (409, reason)
    assert (await elected(clerk, branch_id, a, "nobody")).status_code == 404
    assert (await elected(clerk, branch_id, a, on="2026-11-22")).json()["reason"] == "in_future"
    bad = await clerk.post(f"{API}/{branch_id}/committees", json={"seats": seats(a, posts=("deputy",))})
    assert bad.status_code == 422
    assert "没有选出书记" in bad.text


async def test_others_may_not(office: Office, clerk: httpx.AsyncClient) -> None:
    branch_id, (a,) = await peopled(clerk, "他人支部", 1)
    async with office.asking(scope=SHIQUAN) as stranger, office.asking(Role.AUDITOR) as auditor:
        assert (await elected(stranger, branch_id, a)).status_code == 404
        assert (await stranger.get(f"{API}/{branch_id}/committees")).status_code == 404
        assert (await elected(auditor, branch_id, a)).status_code == 403
        assert (await auditor.get(f"{API}/{branch_id}/committees")).status_code == 200
        assert (await auditor.get(f"/registry/branches/{branch_id}/committee")).status_code == 403
        assert (await stranger.get(TERMS)).json()["items"] == []
    async with office.asking(Role.VISITOR) as visitor:
        assert (await visitor.get(TERMS)).status_code == 403


async def test_ends_of_terms_are_spoken_of_six_and_three_months_before(
    clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    """Half past nine on 21 November 2026: three years from May 2024, from February 2024, and from October 2023."""
    wanted = {
        "远支部": ("2024-05-23", None),
        "六月支部": ("2024-05-20", "6 个月内换届"),
        "三月支部": ("2024-02-20", "3 个月内换届"),
        "过期支部": ("2023-10-01", "任期已满，该换届了"),
    }
    ids = {}
    for name, (on, _) in wanted.items():
        ids[name], (a,) = await peopled(clerk, name, 1)
        assert (await elected(clerk, ids[name], a, on=on)).status_code == 201
    items = [one for one in (await clerk.get(TERMS)).json()["items"] if one["name"] in wanted]
    assert [(one["name"], one["reminder"]) for one in items] == [
        ("过期支部", "任期已满，该换届了"), ("三月支部", "3 个月内换届"), ("六月支部", "6 个月内换届"),
    ]  # fmt: skip
    home = (await browser.get("/registry/panels/today")).text
    assert "该准备换届的支部" in home
    listed = (await browser.get("/registry/branches")).text
    for name, (_, words) in wanted.items():
        page = (await browser.get(f"/registry/branches/{ids[name]}")).text
        assert (f'href="/registry/branches/{ids[name]}"' in home) == (words is not None)
        assert words is None or (words in page and words in listed)

    into, _ = await peopled(clerk, "并入支部", 1)
    await clerk.post(f"{API}/{ids['过期支部']}/merge", json={"into": into, "reason": "x"})
    assert "过期支部" not in {one["name"] for one in (await clerk.get(TERMS)).json()["items"]}, (
        "it has no next election"
    )


async def test_a_committee_is_elected_on_a_form(browser: httpx.AsyncClient) -> None:
    branch_id, (a, b, _) = await peopled(browser, "表单选举")
    here = f"/registry/branches/{branch_id}"
    nobody = await filled_in(browser, f"{here}/committee", on="2026-11-01", secretary="", deputy=b)
    assert nobody.status_code == 422
    assert "没有选出书记" in nobody.text
    shown = await filled_in(browser, f"{here}/committee", on="2026-11-01", secretary=a, deputy=b)
    assert "选举结果已记下。" in shown.text
    assert "换届选举，任期到2029年" in shown.text
    assert re.search(rf'书记</dt><dd><a href="/registry/members/{a}">', shown.text)
    again = (await browser.get(f"{here}/committee")).text
    assert f'<option value="{a}" selected>' in again
    assert "补选：任期不变" in again
    await browser.post(f"/registry/members/{b}/die", data={"on": "2026-11-20"})
    assert "已不在这个支部" in (await browser.get(here)).text
    then = (await browser.get(f"{here}?as_of=2026-10-31")).text
    assert "任期 2026年" not in then
    english = (await browser.get(f"{here}/committee", headers={"cookie": "lang=en"})).text
    assert "书记" not in english
    assert "选举" not in english.replace("表单选举", "")


async def test_a_community_elects_from_all_its_branches_for_five_years(clerk: httpx.AsyncClient) -> None:
    general = await formed(clerk, "选举党总支", kind="general")
    branch_id, (a,) = await peopled(clerk, "总支支部", 1)
    await clerk.post(f"{API}/{branch_id}/place", json={"general": general})
    answer = await elected(clerk, general, a, on="2026-11-01")
    assert (answer.json()["until"], answer.json()["clause"]) == ("2031-10-31", "§7.5")
    page = (await clerk.get(f"/registry/branches/{general}/committee", headers={"accept": "text/html"})).text
    assert f'<option value="{a}" selected>' in page


async def test_the_log_folded_again_gives_the_same_tables(address: BoxAddresses, clerk: httpx.AsyncClient) -> None:
    branch_id, (a, b, _) = await peopled(clerk, "重查支部")
    await elected(clerk, branch_id, a, b)
    await expect_clean(address, "registry")


async def test_who_has_a_committee_is_not_advised_to_form_one(
    clerk: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    branch_id, people = await peopled(clerk, "七人支部", 7)
    here = f"/registry/branches/{branch_id}"

    async def advised() -> tuple[bool, bool]:
        codes = {one["code"] for one in (await clerk.get(f"{API}/{branch_id}")).json()["advice"]}
        return "form_committee" in codes, "应设支部委员会" in (await browser.get(here)).text

    assert await advised() == (True, True)
    await elected(clerk, branch_id, people[0])
    assert await advised() == (True, True), "a secretary alone is no committee"
    await elected(clerk, branch_id, *people[:3])
    assert await advised() == (False, False)


async def test_an_emptied_day_is_today_and_a_wrong_one_is_told(clerk: httpx.AsyncClient) -> None:
    branch_id, _ = await peopled(clerk, "日期支部", 1)
    for path in (f"/registry/branches/{branch_id}", f"{API}/{branch_id}/members"):
        assert (await clerk.get(f"{path}?as_of=")).status_code == 200
        assert (await clerk.get(f"{path}?as_of=yesterday")).status_code == 422
