"""Who goes this week in a real browser: a row is dragged to another visitor, and without scripts the fields do."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from services.shell.identity import Role
from services.shell.identity.identity import COOKIE
from tests.browser import test_offline
from tests.browser.conftest import DESK, PHONE, Chromium, overflow
from tests.browser.test_offline import Street
from tests.care.office import Office

street = test_offline.street
WEEK = "/care/rota?week=2026-11-23"
SECRETARY = "shuji"


@pytest.fixture(scope="module", autouse=True)
def secretary(street: Street) -> str:
    """Somebody who confirms the week, and two people to be visited in it."""

    async def come(office: Office) -> None:
        await office.account(SECRETARY, "陈书记", Role.SECRETARY)

    street.ask(come)
    for name in ("高阿大", "高阿二"):
        street.someone(name)
    return street.session(SECRETARY)


def opened(page: Page, street: Street, secretary: str, path: str = WEEK) -> None:
    page.context.add_cookies([{"name": COOKIE, "value": secretary, "url": street.url}])
    page.goto(street.url + path)


def test_a_row_is_dragged_to_another_visitor(chromium: Chromium, street: Street, secretary: str) -> None:
    with chromium.page(DESK) as page:
        page.set_viewport_size({"width": DESK, "height": 3000})  # both cards in sight: nothing scrolls under the hand
        opened(page, street, secretary)
        row = page.locator("#goer-laoli tbody tr", has_text="高阿大")
        row.locator("b").drag_to(page.locator("tr[data-goer=laowang]"))
        expect(row.locator("select[name^=to-]")).to_have_value("laowang")
        page.get_by_role("button", name="就这样定").click()
        expect(page.get_by_role("status")).to_contain_text("已定下")
        expect(page.locator("#goer-laowang")).to_contain_text("高阿大")
        page.get_by_role("status").get_by_role("button", name="撤回").click()
        expect(page.get_by_role("status")).to_contain_text("恢复原样")


def test_without_scripts_the_fields_do(chromium: Chromium, street: Street, secretary: str) -> None:
    with chromium.page(PHONE, scripts=False) as page:
        opened(page, street, secretary)
        page.get_by_label("高阿二谁去").select_option("laowang")
        page.get_by_role("button", name="就这样定").click()
        assert "高阿二" in page.locator("#goer-laowang").inner_text()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_no_page_of_it_scrolls_sideways(chromium: Chromium, street: Street, secretary: str, width: int) -> None:
    paths = [WEEK, "/care/visitors", "/care/visitors/laoli", "/care/figures", "/care/figures/people", "/care/month"]
    with chromium.page(width) as page:
        for path in [*paths, "/care/figures/visits", "/care/blocks", "/care/month?day=2026-11-20"]:
            opened(page, street, secretary, path)
            assert overflow(page) == [], path
