"""A census in a real browser: asked on a phone without scripts, confirmed, and nothing scrolls sideways."""

from __future__ import annotations

import httpx
import pytest

from tests.browser import test_registry
from tests.browser.conftest import DESK, PHONE, Chromium, overflow
from tests.browser.test_registry import Town, signed_in
from tests.registry.office import seq_of

town = test_registry.town


@pytest.fixture(scope="module")
def census(town: Town) -> str:
    """The address of a campaign in which everybody is asked everything."""
    headers = {"authorization": town.token}
    with httpx.Client(base_url=town.url, headers=headers, trust_env=False) as clerk:
        body = {"title": "秋季摸底", "until": "2026-12-20", "free": ["愿意教邻居用智能手机、代办水电煤缴费吗？"]}
        answer = clerk.post("/registry/api/census", json=body)
        campaign_id: str = answer.json()["campaign_id"]
        assert clerk.get(f"/registry/api/census/{campaign_id}?after={seq_of(answer)}").status_code == 200
    return f"/registry/census/{campaign_id}"


def test_somebody_is_asked_at_the_door_and_the_answer_is_confirmed(chromium: Chromium, town: Town, census: str) -> None:
    with chromium.page(PHONE, scripts=False) as page:
        signed_in(page, town)
        page.goto(f"{town.url}{census}/people")
        page.get_by_role("link", name="问 阿卜杜拉").click()
        where = page.get_by_label("去了哪里")
        assert not where.is_visible(), "what follows from an answer waits for it"
        page.get_by_label("不住这里").check()
        where.fill("乌鲁木齐市天山区")
        page.get_by_label("从哪天起").first.fill("2026-03-12")
        assert overflow(page) == []
        page.get_by_role("button", name="记下来，下一位").click()
        assert "已记下阿卜杜拉" in page.get_by_role("status").inner_text()
        page.get_by_role("button", name="没找到人").click()
        assert "没找到赵文" in page.get_by_role("status").inner_text()
        page.goto(f"{town.url}{census}/findings")
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="勾选的记入名册").click()
        assert "已把 1 条记入名册" in page.get_by_role("status").inner_text()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_no_page_of_a_census_scrolls_sideways(chromium: Chromium, town: Town, census: str, width: int) -> None:
    paths = ["/registry/census", "/registry/census/new", census, f"{census}/people", f"{census}/findings"]
    paths += [f"{census}/people/{town.member_id}", f"{census}/assign"]
    with chromium.page(width) as page:
        signed_in(page, town)
        for path in paths:
            page.goto(town.url + path)
            assert overflow(page) == [], path
