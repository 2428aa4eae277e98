"""Branches are split and merged, stand below general branches, have groups: through the API and on pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx

from deploy.box.addresses import BoxAddresses
from services.shell.identity.caller import Role
from tests.desk import JINQIAO, NOW, SHIQUAN
from tests.faults.truth import expect_clean
from tests.registry.office import Office, enrolled, seq_of, somebody
from tests.registry.pages.test_branches import API, formed
from tests.registry.pages.test_pages import filled_in, form_of

TODAY, YESTERDAY = NOW.date(), NOW.date() - timedelta(days=1)


async def peopled(client: httpx.AsyncClient, name: str, count: int = 3, **differently: Any) -> tuple[str, list[str]]:
    """A branch and its members, there since yesterday."""
    branch_id = await formed(client, name, on="2026-01-05")
    given = {"branch": name, "on": YESTERDAY.isoformat()} | differently
    return branch_id, [await enrolled(client, **given) for _ in range(count)]


async def did(client: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    """A command that is done, and visible."""
    answer = await client.post(f"{API}/{path}", json=body)
    assert answer.status_code == 201, answer.text
    if answer.json()["facts"]:
        await client.get(f"{API}?after={seq_of(answer)}")
    found: dict[str, Any] = answer.json()
    return found


async def refusal(client: httpx.AsyncClient, path: str, **body: Any) -> tuple[int, str]:
    answer = await client.post(f"{API}/{path}", json=body)
    return answer.status_code, answer.json().get("reason", "")


async def members_on(client: httpx.AsyncClient, branch_id: str, day: Any = None) -> set[str]:
    answer = await client.get(f"{API}/{branch_id}/members", params={"as_of": str(day)} if day else {})
    if day and answer.status_code == 404:
        assert "还没有成立" in answer.text
        return set()
    return {one["member_id"] for one in answer.json()["items"]}


async def test_a_branch_is_split_and_merged_back(clerk: httpx.AsyncClient) -> None:
    source, (a, b, c) = await peopled(clerk, "分设支部")
    split = {"name": "分出支部", "kind": "mobile", "member_ids": [a, b], "reason": "人数过多"}
    first = await did(clerk, f"{source}/split", **split)
    new = first["branch_id"]
    assert {one["type"].split(".")[2] for one in first["facts"]} == {"split", "formed", "assigned"}
    assert (await did(clerk, f"{source}/split", **split)) == {"branch_id": new, "facts": []}
    assert (await members_on(clerk, source), await members_on(clerk, new)) == ({c}, {a, b})
    assert (await members_on(clerk, source, YESTERDAY), await members_on(clerk, new, YESTERDAY)) == ({a, b, c}, set())
    card = (await clerk.get(f"/registry/api/members/{a}")).json()
    assert (card["branch_id"], card["branch"]) == (new, "分出支部")

    merge = {"into": source, "reason": "人数过少"}
    await did(clerk, f"{new}/merge", **merge)
    assert (await did(clerk, f"{new}/merge", **merge))["facts"] == []
    assert (await members_on(clerk, source), await members_on(clerk, new)) == ({a, b, c}, set())
    spans = (await clerk.get(f"/registry/api/members/{a}/belonging")).json()["items"]
    assert [(one["branch"], one["since"], one["until"]) for one in spans] == [
        ("分设支部", YESTERDAY.isoformat(), YESTERDAY.isoformat()),
        ("分设支部", TODAY.isoformat(), None),
    ], "split and merged on one day leaves no trace on that day"
    past = (await clerk.get(f"{API}/{new}/history")).json()["items"]
    assert [(one["type"], one["reason"]) for one in past] == [
        ("hearth.branch.merged.v1", "人数过少"),
        ("hearth.branch.formed.v1", "人数过多"),
    ]


async def test_a_merged_branch_is_closed_and_its_name_leads_on(clerk: httpx.AsyncClient) -> None:
    old, _ = await peopled(clerk, "旧支部", 1)
    into, _ = await peopled(clerk, "新支部", 1)
    await did(clerk, f"{old}/merge", into=into, reason="合并")
    late = await enrolled(clerk, branch="旧支部")
    assert late in await members_on(clerk, into), "a roster goes on saying the old name"
    assert old not in {one["branch_id"] for one in (await clerk.get(API)).json()["items"]}
    assert (await clerk.get(f"{API}/{old}")).json()["merged_into"] == into
    for path, body in (
        ("rename", {"name": "x", "reason": "y"}),
        ("split", {"name": "x", "member_ids": [late], "reason": "y"}),
        ("groups", {"name": "x"}),
    ):
        assert await refusal(clerk, f"{old}/{path}", **body) == (409, "branch_closed"), path
    again = await clerk.post(API, json={"name": "旧支部", "community": JINQIAO})
    assert (again.status_code, again.json()["reason"]) == (409, "branch_closed")
    assigned = await clerk.post(f"/registry/api/members/{late}/assign", json={"branch": old})
    assert (assigned.status_code, assigned.json()["reason"]) == (409, "branch_closed")
    assert "已于" in assigned.json()["detail"]


async def test_what_is_refused_says_why_and_claims_nothing(clerk: httpx.AsyncClient) -> None:
    source, (a, _, _) = await peopled(clerk, "拒绝支部")
    other, (stranger,) = await peopled(clerk, "别人支部", 1)
    body = {"name": "未成支部", "member_ids": [stranger], "reason": "x"}
    assert await refusal(clerk, f"{source}/split", **body) == (409, "not_in_branch")
    body["member_ids"] = [a]
    assert await refusal(clerk, f"{source}/split", **body | {"on": "2026-11-22"}) == (409, "in_future")
    assert await refusal(clerk, f"{source}/split", **body | {"on": "2026-11-19"}) == (409, "before_last_move")
    assert await refusal(clerk, f"{source}/split", **body | {"member_ids": []}) == (422, "")
    assert await refusal(clerk, f"{source}/split", **body | {"name": "别人支部"}) == (409, "already_formed")
    assert await refusal(clerk, f"{source}/merge", into=source, reason="x") == (409, "into_itself")
    assert await formed(clerk, "未成支部") not in {source, other}
    assert len(await members_on(clerk, source)) == 3


async def test_a_withdrawn_enrolment_never_belonged(clerk: httpx.AsyncClient) -> None:
    branch_id, (a, b) = await peopled(clerk, "撤回支部", 2)
    await clerk.post(f"/registry/members/{a}/withdraw", data={})
    assert await members_on(clerk, branch_id, YESTERDAY) == {b}
    assert (await clerk.get(f"/registry/api/members/{a}/belonging")).json()["items"] == []


async def test_who_left_late_keeps_a_branch_open_that_long(clerk: httpx.AsyncClient) -> None:
    """Its end cannot lie before the day on which the last one left, or somebody stood in a branch that was none."""
    source, (a, _) = await peopled(clerk, "补录支部", 2)
    into, _ = await peopled(clerk, "接收支部", 1)
    await clerk.post(f"/registry/api/members/{a}/assign", json={"branch": into})
    early = {"into": into, "on": YESTERDAY.isoformat(), "reason": "x"}
    assert await refusal(clerk, f"{source}/merge", **early) == (409, "before_last_move")
    await did(clerk, f"{source}/merge", into=into, reason="x")
    assert (len(await members_on(clerk, source, YESTERDAY)), await members_on(clerk, source)) == (2, set())


async def test_a_general_branch_holds_branches_and_no_members(clerk: httpx.AsyncClient) -> None:
    general = await formed(clerk, "金桥党总支", kind="general")
    branch_id, _ = await peopled(clerk, "下属支部", 1)
    await did(clerk, f"{branch_id}/place", general=general)
    assert (await did(clerk, f"{branch_id}/place", general=general))["facts"] == []
    assert (await clerk.get(f"{API}/{branch_id}")).json()["general_id"] == general
    listed = (await clerk.get("/registry/api/members", params={"branch": f"within:{general}"})).json()["items"]
    assert [one["branch"] for one in listed] == ["下属支部"]
    page = (await clerk.get(f"/registry/members?branch=within:{general}", headers={"accept": "text/html"})).text
    assert f'<option value="within:{general}" selected>金桥党总支（1）</option>' in page
    assert f'value="branch:{general}"' not in page  # nobody is put into a general branch
    named = await clerk.post("/registry/api/members", json=somebody(branch="金桥党总支"))
    assert (named.status_code, named.json()["reason"]) == (409, "general_branch")
    assert await refusal(clerk, f"{general}/merge", into=branch_id, reason="x") == (409, "general_branch")
    assert await refusal(clerk, f"{branch_id}/kind", kind="general") == (409, "general_branch")
    assert await refusal(clerk, f"{general}/place", general=branch_id) == (409, "general_branch")
    await did(clerk, f"{branch_id}/kind", kind="hobby")
    assert (await clerk.get(f"{API}/{branch_id}")).json()["kind"] == "hobby"


async def test_groups_within_a_branch(clerk: httpx.AsyncClient) -> None:
    branch_id, (a, b, _) = await peopled(clerk, "分组支部")
    group = (await did(clerk, f"{branch_id}/groups", name="第一党小组"))["group_id"]
    assert (await did(clerk, f"{branch_id}/groups", name="第一 党小组")) == {"group_id": group, "facts": []}
    await did(clerk, f"{branch_id}/groups/{group}/members", member_ids=[a, b])
    assert (await did(clerk, f"{branch_id}/groups/{group}/members", member_ids=[a, b]))["facts"] == []
    in_it = {
        one["member_id"]
        for one in (await clerk.get(f"{API}/{branch_id}/members")).json()["items"]
        if one["group_id"] == group
    }
    assert in_it == {a, b}
    await did(clerk, f"{branch_id}/groups/{group}/members", member_ids=[b])
    await did(clerk, f"{branch_id}/groups/{group}/rename", name="红枫路党小组")
    assert (await clerk.get(f"{API}/{branch_id}")).json()["groups"] == {group: "红枫路党小组"}
    await did(clerk, f"{branch_id}/groups/{group}/dissolve")
    assert (await did(clerk, f"{branch_id}/groups/{group}/dissolve"))["facts"] == []
    seen = (await clerk.get(f"{API}/{branch_id}")).json()
    assert (seen["groups"], {one["group_id"] for one in seen["members"]}) == ({}, {None})
    assert await refusal(clerk, f"{branch_id}/groups/{group}/rename", name="x") == (409, "no_group")


async def test_others_may_not(office: Office, clerk: httpx.AsyncClient) -> None:
    branch_id, (a, _) = await peopled(clerk, "旁人支部", 2)
    bodies: dict[str, dict[str, Any]] = {
        "split": {"name": "x", "member_ids": [a], "reason": "y"},
        "merge": {"into": a, "reason": "y"},
        "place": {},
        "kind": {"kind": "hobby"},
        "groups": {"name": "x"},
        "groups/g/members": {},
        "groups/g/rename": {"name": "x"},
        "groups/g/dissolve": {},
    }
    async with office.asking(scope=SHIQUAN) as stranger, office.asking(Role.AUDITOR) as auditor:
        for path, body in bodies.items():
            assert (await stranger.post(f"{API}/{branch_id}/{path}", json=body)).status_code == 404, path
            assert (await auditor.post(f"{API}/{branch_id}/{path}", json=body)).status_code == 403, path
        assert (await stranger.get(f"{API}/{branch_id}/members")).status_code == 404
        assert (await stranger.get(f"/registry/api/members/{a}/belonging")).status_code == 404
        assert len(await members_on(auditor, branch_id)) == 2
        for page in ("split", "merge", "place", "groups/new"):
            assert (await auditor.get(f"/registry/branches/{branch_id}/{page}")).status_code == 403


async def test_branches_of_two_communities_are_not_merged(office: Office, clerk: httpx.AsyncClient) -> None:
    here, _ = await peopled(clerk, "本地支部", 1)
    async with office.asking(scope="demo") as above:
        there = await formed(above, "外地支部", community=SHIQUAN)
        assert await refusal(above, f"{here}/merge", into=there, reason="x") == (409, "other_community")


async def test_the_same_request_twice_splits_once(clerk: httpx.AsyncClient) -> None:
    source, (a, _) = await peopled(clerk, "两次支部", 2)
    body = {"name": "两次分出", "member_ids": [a], "reason": "x"}
    key = {"Idempotency-Key": "split-1"}
    first, second = [await clerk.post(f"{API}/{source}/split", json=body, headers=key) for _ in range(2)]
    assert first.status_code == 201
    assert first.json() == second.json()


async def test_a_branch_is_split_and_merged_on_pages(browser: httpx.AsyncClient) -> None:
    source, (a, b) = await peopled(browser, "页面分设", 2)
    here = f"/registry/branches/{source}"
    fields: dict[str, Any] = {"name": "页面分出", "kind": "residence", "on": TODAY.isoformat(), "reason": "人多"}
    wrong = await filled_in(browser, f"{here}/split", **fields | {"reason": ""}, member_ids=[a])
    assert wrong.status_code == 422
    assert f'value="{a}" checked' in wrong.text, "what was ticked stays ticked"
    look = await filled_in(browser, f"{here}/split", **fields, member_ids=[a])
    assert "还没有写入任何东西" in look.text
    assert "不满 3 人" in look.text
    assert await members_on(browser, source) == {a, b}
    shown = await browser.post(f"{here}/split", data={**form_of(look.text, f"{here}/split"), "member_ids": [a]})
    assert "页面分出已成立，1 人编入。" in shown.text
    new = shown.url.path.rpartition("/")[2]
    assert await members_on(browser, new) == {a}
    then = (await browser.get(f"{here}?as_of={YESTERDAY}")).text
    assert (f"/registry/members/{a}" in then, f"/registry/members/{b}" in then) == (True, True)
    assert "分设页面分出，1 人编入（人多）" in (await browser.get(here)).text
    merged = await filled_in(browser, f"/registry/branches/{new}/merge", into=source, on=TODAY.isoformat(), reason="并")
    assert "页面分出已并入，党员都跟过来了。" in merged.text
    closed = (await browser.get(f"/registry/branches/{new}")).text
    assert "起已并入别的支部" in closed
    assert f'href="/registry/branches/{new}/split"' not in closed
    assert "已并入别的支部的" in (await browser.get("/registry/branches")).text
    for path in (here, f"{here}/split", f"{here}/merge", f"{here}/place", f"/registry/branches/{new}"):
        english = await browser.get(path, headers={"cookie": "lang=en"})
        assert english.status_code == 200
        assert "并入" not in english.text


async def test_groups_and_general_branch_on_pages(browser: httpx.AsyncClient) -> None:
    branch_id, (a, b) = await peopled(browser, "页面分组", 2)
    general = await formed(browser, "页面党总支", kind="general")
    here = f"/registry/branches/{branch_id}"
    placed = await filled_in(browser, f"{here}/place", general=general, kind="mobile", on=TODAY.isoformat())
    assert f'href="/registry/branches/{general}">页面党总支</a>' in placed.text
    assert "流动党员" in placed.text
    assert "页面分组" in (await browser.get(f"/registry/branches/{general}")).text
    assert (
        "已经是这样了"
        in (await filled_in(browser, f"{here}/place", general=general, kind="mobile", on=TODAY.isoformat())).text
    )
    group = await filled_in(browser, f"{here}/groups/new", name="页面小组")
    assert "页面小组已成立。" in group.text
    chosen = await filled_in(browser, group.url.path, member_ids=[a])
    assert "页面小组现在有 1 人。" in chosen.text
    assert "不在党小组的党员" in chosen.text
    assert f'value="{a}" checked' in (await browser.get(group.url.path)).text
    assert f'value="{b}" checked' not in (await browser.get(group.url.path)).text
    renamed = await filled_in(browser, f"{group.url.path}/rename", name="红枫小组")
    assert "红枫小组" in renamed.text
    assert "编入页面分组的红枫小组" in (await browser.get(f"/registry/members/{a}")).text
    gone = await browser.post(f"{group.url.path}/dissolve", data={})
    assert "红枫小组已撤销，党员仍在支部里。" in gone.text
    assert (await browser.get(group.url.path)).status_code == 404


async def test_the_log_folded_again_gives_the_same_tables(address: BoxAddresses, clerk: httpx.AsyncClient) -> None:
    source, (a, _, _) = await peopled(clerk, "重建支部")
    new = (await did(clerk, f"{source}/split", name="重建分出", member_ids=[a], reason="x"))["branch_id"]
    await did(clerk, f"{new}/merge", into=source, reason="x")
    await expect_clean(address, "registry")
