"""The registry's pages in a real browser: nothing scrolls sideways, and a deed is done without scripts on a phone."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import uvicorn
from playwright.sync_api import Page

from deploy.box.addresses import BoxAddresses
from tests.browser.conftest import DESK, PHONE, Chromium, overflow
from tests.cells import Cells
from tests.desk import JINQIAO
from tests.registry.office import enrolled, seq_of, working


@dataclass
class Town:
    """A registry with somebody in it, served on a port of its own from a thread of its own."""

    cell: BoxAddresses
    url: str = ""
    token: str = ""
    member_id: str = ""
    meeting_id: str = ""

    def start(self) -> None:
        self._open, self._closed = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        assert self._open.wait(60)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)

    async def _serve(self) -> None:
        async with working(self.cell) as office, office.asking() as clerk:
            self.token = clerk.headers["authorization"]
            self.member_id = await enrolled(
                clerk, name="阿卜杜拉·买买提江·阿不都热依木", on="2026-01-10", lives_alone=True
            )
            away = await enrolled(clerk, name="赵文", on="2026-01-10")
            leaving = {"from": "2026-05-20", "destination": "新疆维吾尔自治区伊犁哈萨克自治州", "reason": "随子女居住"}
            await clerk.post(f"/registry/api/members/{away}/move-away", json=leaving)
            meeting = {
                "kind": "general",
                "starts_at": "2026-11-18T09:30",
                "title": "十一月支部党员大会",
                "community": JINQIAO,
            }
            answer = await clerk.post("/registry/api/meetings", json=meeting)
            self.meeting_id = answer.json()["meeting_id"]
            await clerk.get(f"/registry/api/ledger?after={seq_of(answer)}")
            self._server = uvicorn.Server(uvicorn.Config(office.app, port=0, log_level="warning", lifespan="off"))
            serving = asyncio.create_task(self._server.serve())
            while not self._server.started:
                assert not serving.done()
                await asyncio.sleep(0.01)
            self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"
            self._open.set()
            await serving


@pytest.fixture(scope="module")
def town(cells: Cells) -> Iterator[Town]:
    town = Town(cells.fresh())
    town.start()
    yield town
    town.stop()


def signed_in(page: Page, town: Town) -> None:
    page.context.set_extra_http_headers({"authorization": town.token})


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_no_page_scrolls_sideways(chromium: Chromium, town: Town, width: int) -> None:
    here = f"/registry/members/{town.member_id}"
    paths = ["/", "/registry/members", "/registry/members/new", here, f"{here}?as_of=2026-05-01", f"{here}/timeline"]
    paths += [f"{here}/{deed}" for deed in ("move-away", "correct", "contact", "pay-dues", "dues", "reveal/phone")]
    paths += ["/registry/ledger", "/registry/ledger?state=closed", "/registry/dues", "/registry/meetings"]
    paths += ["/registry/meetings/new", f"/registry/meetings/{town.meeting_id}"]
    with chromium.page(width) as page:
        signed_in(page, town)
        for path in paths:
            page.goto(town.url + path)
            assert overflow(page) == [], path


def test_english_words_are_longer_and_fit_a_phone(chromium: Chromium, town: Town) -> None:
    cut = "() => [...document.querySelectorAll('.btn')].filter(one => one.scrollWidth > one.clientWidth + 1).length"
    with chromium.page(PHONE) as page:
        signed_in(page, town)
        page.context.add_cookies([{"name": "lang", "value": "en", "url": town.url}])
        for path in ("ledger", "members", "dues", "meetings", f"members/{town.member_id}", "funds", "contacts"):
            page.goto(f"{town.url}/registry/{path}")
            assert page.locator("html").get_attribute("lang") == "en"
            assert (overflow(page), page.evaluate(cut)) == ([], 0), path


def test_dues_are_taken_on_a_phone_without_scripts(chromium: Chromium, town: Town) -> None:
    with chromium.page(PHONE, scripts=False) as page:
        signed_in(page, town)
        page.goto(f"{town.url}/registry/members/{town.member_id}")
        page.get_by_role("link", name="缴党费").first.click()
        for month in page.get_by_role("checkbox").all():
            month.set_checked(False)
        page.get_by_label("2026年11月").check()
        page.get_by_role("button", name="重新算").click()
        page.get_by_role("button", name="收下 17.10 元").click()
        assert "收据号 2026-" in page.get_by_role("status").inner_text()
