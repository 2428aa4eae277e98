"""Branches through the API and on their pages."""

from __future__ import annotations

from typing import Any

import httpx

from services.shell.identity.caller import Role
from tests.desk import JINQIAO, SHIQUAN
from tests.registry.office import Office, enrolled, seq_of
from tests.registry.pages.test_pages import filled_in

API = "/registry/api/branches"


async def formed(client: httpx.AsyncClient, name: str, **differently: Any) -> str:
    """A branch, and visible."""
    answer = await client.post(API, json={"name": name, "community": JINQIAO} | differently)
    assert answer.status_code == 201, answer.text
    branch_id: str = answer.json()["branch_id"]
    after = f"?after={seq_of(answer)}" if answer.json()["facts"] else ""
    assert (await client.get(f"{API}/{branch_id}{after}")).status_code == 200
    return branch_id


async def test_a_branch_is_formed_once(clerk: httpx.AsyncClient) -> None:
    branch_id = await formed(clerk, "书画 支部", kind="hobby", contact_name="李老师")
    assert await formed(clerk, "书画支部") == branch_id
    seen = (await clerk.get(f"{API}/{branch_id}")).json()
    assert (seen["name"], seen["kind"], seen["contact_name"]) == ("书画支部", "hobby", "李老师")
    assert [one["code"] for one in seen["advice"]] == ["too_few"]
    assert seen["advice"][0]["clause"] == "§7.1"
    again = [
        await clerk.post(API, json={"name": name, "community": JINQIAO}, headers={"Idempotency-Key": "b1"})
        for name in ("钥匙支部", "别的支部")
    ]
    assert again[0].json() == again[1].json()


async def test_a_renamed_branch_is_found_by_both_names(clerk: httpx.AsyncClient) -> None:
    branch_id = await formed(clerk, "老名支部", on="2026-01-05")
    body = {"name": "新名支部", "on": "2026-11-01", "reason": "与居民区一致"}
    renamed = await clerk.post(f"{API}/{branch_id}/rename", json=body)
    assert renamed.status_code == 201, renamed.text
    assert (await clerk.post(f"{API}/{branch_id}/rename", json=body)).json()["facts"] == []
    for name in ("老名支部", "新名支部"):
        member_id = await enrolled(clerk, branch=name)
        card = (await clerk.get(f"/registry/api/members/{member_id}")).json()
        assert (card["branch_id"], card["branch"]) == (branch_id, "新名支部")
    seen = (await clerk.get(f"{API}/{branch_id}")).json()
    assert len(seen["members"]) == 2
    past = (await clerk.get(f"{API}/{branch_id}/history")).json()["items"]
    assert [(one["type"], one["effective"], one["reason"]) for one in past] == [
        ("hearth.branch.renamed.v1", "2026-11-01", "与居民区一致"),
        ("hearth.branch.formed.v1", "2026-01-05", None),
    ]


async def test_a_name_that_another_branch_has_is_refused(clerk: httpx.AsyncClient) -> None:
    await formed(clerk, "甲支部")
    other = await formed(clerk, "乙支部")
    refused = await clerk.post(f"{API}/{other}/rename", json={"name": "甲支部", "reason": "试试"})
    assert (refused.status_code, refused.json()["reason"]) == (409, "already_formed")
    tomorrow = {"name": "丙支部", "reason": "试试", "on": "2026-11-22"}
    assert (await clerk.post(f"{API}/{other}/rename", json=tomorrow)).json()["reason"] == "in_future"
    assert await formed(clerk, "丙支部") != other, "a refused name is not claimed"


async def test_bad_input_is_told_by_field(clerk: httpx.AsyncClient) -> None:
    bad = await clerk.post(API, json={"name": "", "community": JINQIAO, "kind": "secret"})
    assert bad.status_code == 422
    assert {error["field"].rsplit(".", 1)[-1] for error in bad.json()["errors"]} == {"name", "kind"}
    branch_id = await formed(clerk, "缺因支部")
    assert (await clerk.post(f"{API}/{branch_id}/rename", json={"name": "x"})).status_code == 422


async def test_others_may_not(office: Office, clerk: httpx.AsyncClient) -> None:
    branch_id = await formed(clerk, "范围支部")
    body = {"name": "别处支部", "community": JINQIAO}
    async with office.asking(scope=SHIQUAN) as stranger:
        assert (await stranger.post(API, json=body)).status_code == 403
        assert (await stranger.get(f"{API}/{branch_id}")).status_code == 404
        assert (await stranger.get(f"{API}/{branch_id}/history")).status_code == 404
        answer = await stranger.post(f"{API}/{branch_id}/rename", json={"name": "x", "reason": "y"})
        assert answer.status_code == 404
    async with office.asking(Role.AUDITOR) as reader:
        assert (await reader.get(f"{API}/{branch_id}")).status_code == 200
        assert (await reader.post(API, json=body)).status_code == 403
        assert (await reader.post(f"{API}/{branch_id}/rename", json={"name": "x", "reason": "y"})).status_code == 403
    async with office.asking(Role.VISITOR) as visitor:
        assert (await visitor.get(f"{API}/{branch_id}")).status_code == 403


async def test_a_branch_is_formed_and_renamed_on_the_pages(browser: httpx.AsyncClient) -> None:
    form = "/registry/branches/new"
    fields = {"name": "页面支部", "kind": "mobile", "on": "2026-11-20", "contact_name": "周老师"}
    shown = await filled_in(browser, form, **fields)
    assert "页面支部已成立。" in shown.text
    assert "周老师" in shown.text
    assert "不满 3 人" in shown.text
    here = str(shown.url).replace("http://office", "")
    member_id = await enrolled(browser, branch="页面支部", name="郑秀英")
    listed = await browser.get(here)
    assert f'href="/registry/members/{member_id}"' in listed.text
    wrong = await filled_in(browser, f"{here}/rename", name="", on="2026-11-21", reason="")
    assert wrong.status_code == 422
    renamed = await filled_in(browser, f"{here}/rename", name="新页面支部", on="2026-11-21", reason="统一名称")
    assert "已改名为新页面支部。" in renamed.text
    assert "改名为新页面支部（统一名称）" in renamed.text
    assert "新页面支部" in (await browser.get("/registry/branches")).text
    for path in (form, here, f"{here}/rename", "/registry/branches"):
        english = await browser.get(path, headers={"cookie": "lang=en"})
        assert english.status_code == 200
        assert "支部的" not in english.text.replace("支部的名字", "")
