"""Grids, partner units and an activity in a real browser: without scripts, on a phone, and nothing scrolls sideways."""

from __future__ import annotations

import httpx
import pytest

from tests.browser import test_registry
from tests.browser.conftest import DESK, PHONE, Chromium, overflow
from tests.browser.test_registry import Town, signed_in
from tests.desk import JINQIAO
from tests.registry.office import seq_of

town = test_registry.town
LONG = "上海市浦东新区金桥镇社区卫生服务中心家庭医生第三工作站"


@pytest.fixture(scope="module")
def pages(town: Town) -> list[str]:
    """The addresses of a grid, of a unit with an offer, and of an activity with it."""
    headers = {"authorization": town.token}
    with httpx.Client(base_url=town.url, headers=headers, trust_env=False) as clerk:
        grid = {"name": "金桥第一网格", "community": JINQIAO, "covers": ["金桥路36弄", "金桥路38弄2号"]}
        grid_id = clerk.post("/registry/api/grids", json=grid).json()["grid_id"]
        unit = {"name": LONG, "kind": "clinic", "community": JINQIAO, "office_phone": "021-50001234"}
        partner_id = clerk.post("/registry/api/partners", json=unit).json()["partner_id"]
        offer = {"kind": "check_up", "what": "每月第二个星期三上午免费量血压、测血糖、看化验单"}
        clerk.post(f"/registry/api/partners/{partner_id}/offers", json=offer)
        body = {"kind": "joint", "title": "义诊进小区", "starts_at": "2026-11-20T09:00", "partners": [partner_id]}
        answer = clerk.post("/registry/api/meetings", json=body)
        here = f"/registry/meetings/{answer.json()['meeting_id']}"
        assert clerk.get(f"/registry/api/partners?after={seq_of(answer)}").status_code == 200
    return [f"/registry/grids/{grid_id}", f"/registry/partners/{partner_id}", here]


def test_who_came_is_noted_and_put_right_without_scripts(chromium: Chromium, town: Town, pages: list[str]) -> None:
    with chromium.page(PHONE, scripts=False) as page:
        signed_in(page, town)
        page.goto(town.url + pages[2])
        page.get_by_role("checkbox").first.check()
        page.get_by_role("button", name="签到", exact=True).click()
        assert "1 人签到" in page.get_by_role("status").inner_text()
        page.get_by_role("status").get_by_role("button", name="撤回").click()
        assert "已更正 1 人" in page.get_by_role("status").inner_text()
        page.get_by_label(LONG).fill("5")
        page.get_by_role("button", name="记下人数").click()
        assert "客人人数已记下" in page.get_by_role("status").inner_text()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_no_page_of_it_scrolls_sideways(chromium: Chromium, town: Town, pages: list[str], width: int) -> None:
    paths = ["/registry/grids", "/registry/grids/new", "/registry/grids/without", "/registry/partners", *pages]
    paths += ["/registry/partners/new", "/registry/meetings/new?kind=joint", f"{pages[0]}/change", f"{pages[0]}/close"]
    paths += [f"{pages[1]}/change", f"{pages[1]}/leave", "/registry/partners?q=没有这样的"]
    with chromium.page(width) as page:
        signed_in(page, town)
        for path in paths:
            page.goto(town.url + path)
            assert overflow(page) == [], path
