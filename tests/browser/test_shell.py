"""The frame and its parts in a real browser: on a desk and on a phone, by day and by night, by keyboard."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Page

from deploy.box.addresses import BoxAddresses
from services.shell.identity import Role
from services.shell.settings import Settings
from tests.browser.conftest import DESK, PHONE, Chromium, overflow
from tests.cells import Cells
from tests.shell.office import NOON, PASSWORD, Office, account, connect, sample_service

TARGET_PIXELS = 44


class Served:
    """The shell on a port of its own, in a thread of its own."""

    def __init__(self, address: BoxAddresses, folder: Path) -> None:
        self._address, self._folder = address, folder
        self._listening = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))

    def start(self) -> str:
        self._thread.start()
        assert self._listening.wait(20)
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)

    async def _serve(self) -> None:
        broker = await connect(self._address)
        settings = Settings(data=self._folder, demo=True)
        office = Office(settings, sample_service(self._folder), broker.jetstream(), lambda: NOON)
        await office.identity.accounts.put(account("wang", Role.SECRETARY, demo=True))
        self._server = uvicorn.Server(uvicorn.Config(office.app, port=0, log_level="warning"))
        serving = asyncio.create_task(self._server.serve())
        while not self._server.started:
            assert not serving.done()
            await asyncio.sleep(0.01)
        self._listening.set()
        await serving
        await broker.close()


@pytest.fixture(scope="module")
def address(cells: Cells, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    served = Served(cells.fresh(), tmp_path_factory.mktemp("shell"))
    yield served.start()
    served.stop()


def sign_in(page: Page, address: str, then: str = "/") -> None:
    page.goto(f"{address}{then}")
    page.get_by_label("账号").fill("wang")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(f"{address}{then}")


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("dark", [False, True])
def test_no_part_scrolls_sideways(chromium: Chromium, address: str, width: int, dark: bool) -> None:
    with chromium.page(width, dark=dark) as page:
        page.goto(f"{address}/sign-in")
        assert overflow(page) == []
        sign_in(page, address, "/design")
        assert overflow(page) == []
        for path in ("/", "/more", "/sample/rows"):
            page.goto(address + path)
            assert overflow(page) == [], path


def test_everything_works_without_scripts(chromium: Chromium, address: str) -> None:
    with chromium.page(PHONE, scripts=False) as page:
        page.goto(f"{address}/design")
        page.get_by_role("button", name="wang同志").click()
        page.get_by_role("button", name="主要操作").first.click()
        assert page.get_by_role("status").first.inner_text().startswith("已记录。")
        page.get_by_role("link", name="更多").click()
        page.get_by_role("button", name="退出").click()
        assert "已退出" in page.get_by_role("status").inner_text()


def test_whatever_is_pressed_is_a_thumb_wide(chromium: Chromium, address: str) -> None:
    with chromium.page(PHONE) as page:
        sign_in(page, address, "/design")
        for part in page.locator(".btn, .tabs a, .filters a, input:not([type=hidden]), select, .choice").all():
            box = part.bounding_box()
            if box is None or part.get_attribute("type") in ("radio", "checkbox"):
                continue  # the label around a small box is what is pressed
            assert box["height"] >= TARGET_PIXELS, part.evaluate("part => part.outerHTML")


def test_the_keyboard_comes_in_by_the_skip_link_and_sees_where_it_is(chromium: Chromium, address: str) -> None:
    with chromium.page() as page:
        sign_in(page, address, "/design")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_paper_holds_the_page_and_no_buttons(chromium: Chromium, address: str) -> None:
    with chromium.page() as page:
        sign_in(page, address, "/design")
        page.emulate_media(media="print")
        assert page.locator(".side").is_hidden()
        assert not any(button.is_visible() for button in page.locator(".btn").all())
        assert page.locator(".imprint").is_visible()
