"""What else a card says, on the page, in the API, in the history and in the past."""

from __future__ import annotations

import httpx
import pytest

from services.shell.identity.caller import Role
from tests.desk import SHIQUAN
from tests.registry.office import Office, enrolled, seq_of

API = "/registry/api/members"


async def test_details_are_put_on_the_card_field_by_field(clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk, on="2026-01-10", skills=["书法"])
    here = f"/registry/members/{member_id}"
    form = await clerk.get(f"{here}/details")
    assert 'value="书法"' in form.text
    sent = {
        "education": "大专",
        "former_unit": "第三纺织厂",
        "former_post": "车间主任",
        "registered_address": "老街1号",
        "grid": "第二网格",
        "skills": "书法、合唱",
        "interests": "太极",
        "on": "2026-05-01",
        "reason": "核对户口本",
    }
    for _ in range(2):
        assert (await clerk.post(f"{here}/details", data=sent)).status_code == 303
    page = (await clerk.get(here)).text
    for words in (
        "大专",
        "第三纺织厂 车间主任",
        "老街1号",
        "第二网格",
        "书法、合唱",
        "太极",
        "学历：大专（核对户口本）",
    ):
        assert words in page, words
    facts = [
        one
        for one in (await clerk.get(f"{API}/{member_id}/history")).json()["items"]
        if one["type"] == "hearth.member.details_changed.v1"
    ]
    assert len(facts) == 7
    assert {(one["effective"], one["actor"], one["reason"]) for one in facts} == {("2026-05-01", "shuji", "核对户口本")}
    assert all("大专" not in str(one) for one in facts), "what is sealed is not told"
    card = (await clerk.get(f"{API}/{member_id}")).json()
    assert card["skills"] == ["书法", "合唱"]
    before = (await clerk.get(f"{API}/{member_id}?as_of=2026-04-30")).json()
    assert (before["education"], before["skills"], card["education"]) == (None, ["书法"], "大专")


async def test_a_corrected_detail_was_wrong_for_its_span(clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk, on="2026-01-10")
    await clerk.post(f"{API}/{member_id}/details", json={"education": "大专", "on": "2026-02-01"})
    wish = {"field": "education", "value": "本科", "wrong_since": "2026-03-01", "reason": "毕业证"}
    answer = await clerk.post(f"{API}/{member_id}/correct", json=wish)
    now = (await clerk.get(f"{API}/{member_id}?after={seq_of(answer)}")).json()
    assert now["education"] == "本科"
    assert (await clerk.get(f"{API}/{member_id}?as_of=2026-02-15")).json()["education"] == "大专"
    assert (await clerk.get(f"{API}/{member_id}?as_of=2026-03-15")).json()["education"] == "本科"


async def test_a_kind_from_a_day_on(clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk, on="2026-01-10", kind="在职")
    sent = {"kind": "retired", "minimum_living": "1", "on": "2026-05-01", "reason": "退休证"}
    assert (await clerk.post(f"/registry/members/{member_id}/classify", data=sent)).status_code == 303
    page = (await clerk.get(f"/registry/members/{member_id}")).text
    assert "人员类别改为退休" in page
    card = (await clerk.get(f"{API}/{member_id}")).json()
    assert (card["kind"], card["minimum_living"], card["lives_alone"]) == ("retired", True, False)
    assert (await clerk.get(f"{API}/{member_id}?as_of=2026-04-30")).json()["kind"] == "in_service"
    key = {"idempotency-key": "classify-1"}
    first = await clerk.post(f"{API}/{member_id}/classify", json={"lives_alone": True}, headers=key)
    second = await clerk.post(f"{API}/{member_id}/classify", json={"lives_alone": True}, headers=key)
    assert first.json() == second.json()


@pytest.mark.parametrize("path", ["details", "classify"])
async def test_it_is_for_those_who_keep_the_register(office: Office, clerk: httpx.AsyncClient, path: str) -> None:
    member_id = await enrolled(clerk)
    good = {"details": {"grid": "第二网格"}, "classify": {"lives_alone": True}}[path]
    bad = {"details": {"grid": "长" * 61}, "classify": {}}[path]
    assert (await clerk.post(f"{API}/{member_id}/{path}", json=bad)).status_code == 422
    async with office.asking(scope=SHIQUAN) as stranger:
        assert (await stranger.post(f"{API}/{member_id}/{path}", json=good)).status_code == 404
    async with office.asking(Role.AUDITOR) as auditor:
        assert (await auditor.post(f"{API}/{member_id}/{path}", json=good)).status_code == 403
