"""A phone that loses its connection at the door: the page is still there, and what is recorded arrives once."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
import uvicorn
from PIL import Image
from playwright.sync_api import Dialog, Page, Route, expect

from deploy.box.addresses import BoxAddresses
from events.log.envelope import open_fact, parse, subject_of
from services.shell.identity import Role
from services.shell.identity.accounts import Account, Grant
from services.shell.identity.identity import COOKIE
from tests.browser.conftest import DESK, PHONE, Chromium, overflow
from tests.care.office import Office, planned, working
from tests.cells import Cells
from tests.desk import JINQIAO

TODAY = "/care/today"


@dataclass
class Street:
    """Care with a few people in it, served on a port of its own from a thread of its own."""

    cell: BoxAddresses
    url: str = ""

    def start(self) -> None:
        self._open = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        assert self._open.wait(60)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(20)

    def ask(self, work: Callable[[Office], Coroutine[Any, Any, Any]]) -> Any:
        """Something done in the office's own loop."""
        return asyncio.run_coroutine_threadsafe(work(self._office), self._loop).result(30)

    def session(self, name: str) -> str:
        """Somebody signs in: the id for the cookie."""

        async def enter(office: Office) -> str:
            identity = office.app.state.shell.identity
            account = await identity.accounts.get(name)
            session_id: str = await identity.sessions.open(account, account.grants[0])
            return session_id

        opened: str = self.ask(enter)
        return opened

    def someone(self, name: str) -> tuple[str, str]:
        """Somebody to be visited by laoli: the member's and the visit's id."""

        async def come(office: Office) -> tuple[str, str]:
            member_id = await office.registry.enrols(name=name, building=f"{name}的楼")
            async with office.asking() as clerk:
                visit = await planned(clerk, member_id, "eighty")
                done = await clerk.post(f"/care/api/visits/{visit['visit_id']}/assign", json={"visitor": "laoli"})
                await clerk.get("/care/api/visits", params={"after": f"CARE:{done.json()['facts'][-1]['seq']}"})
            return member_id, visit["visit_id"]

        member_id, visit_id = self.ask(come)
        return member_id, visit_id

    def facts(self, member_id: str, name: str) -> list[Any]:
        """The stored facts of that name, opened."""

        async def read(office: Office) -> list[Any]:
            messages = await office.host.log.read_entity("CARE", subject_of("care", "care", member_id), 0)
            found = [parse(message) for message in messages]
            return [
                open_fact(one, office.host.keys.open).fact
                for one in found
                if one.about.type == f"hearth.care.{name}.v1"
            ]

        found: list[Any] = self.ask(read)
        return found

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with working(self.cell) as office:
            self._office = office
            identity = office.app.state.shell.identity
            for name, display in (("laoli", "李老师"), ("laowang", "王老师")):
                grant = Grant(role=Role.VISITOR, scope=JINQIAO, place="金桥社区")
                account = Account(name=name, display=display, password="none", grants=(grant,))
                await identity.accounts.put(account)
            self._server = uvicorn.Server(uvicorn.Config(office.app, port=0, log_level="warning", lifespan="off"))
            serving = asyncio.create_task(self._server.serve())
            while not self._server.started:
                assert not serving.done()
                await asyncio.sleep(0.01)
            self.url = f"http://127.0.0.1:{self._server.servers[0].sockets[0].getsockname()[1]}"
            self._open.set()
            await serving


@pytest.fixture(scope="module")
def street(cells: Cells) -> Iterator[Street]:
    street = Street(cells.fresh())
    street.start()
    yield street
    street.stop()


@pytest.fixture
def phone(chromium: Chromium, street: Street) -> Iterator[Page]:
    """laoli's phone. That the connection is lost is an error in its console, and is what is tested here."""
    with chromium.page(PHONE, errors=("net::ERR_INTERNET_DISCONNECTED", "net::ERR_FAILED", "409", "401")) as page:
        signed_in(page, street, "laoli")
        yield page


def signed_in(page: Page, street: Street, name: str) -> None:
    page.context.add_cookies([{"name": COOKIE, "value": street.session(name), "url": street.url}])


def row_of(page: Page, visit_id: str) -> Any:
    return page.locator(f'[data-row="{visit_id}"]')


def kept(page: Page, street: Street) -> None:
    """Today opened, and put by."""
    page.goto(street.url + TODAY)
    expect(page.get_by_text("这一页已存在手机里")).to_be_visible()


def went(page: Page, visit_id: str, words: str, photo: bytes | None = None) -> None:
    """Two taps and a few words."""
    row = row_of(page, visit_id)
    row.get_by_text("去过了", exact=False).first.click()
    row.get_by_label("有什么困难").fill(words)
    row.get_by_label("哪一天").first.fill("2026-11-21")
    if photo is not None:
        row.locator('input[type="file"]').set_input_files(
            [{"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo}]
        )
    row.get_by_role("button", name="去过了，记下来").click()


def photo() -> bytes:
    exif = Image.Exif()
    exif[0x010F] = "SecretPhone"
    out = BytesIO()
    Image.effect_noise((1800, 1200), 90).convert("RGB").save(out, "JPEG", quality=95, exif=exif)
    return out.getvalue()


def test_a_visit_recorded_without_a_connection_arrives_once(phone: Page, street: Street) -> None:
    member_id, visit_id = street.someone("钱一")
    kept(phone, street)
    phone.context.set_offline(True)
    phone.reload()
    expect(phone.get_by_text("没有网络。这是存在手机里的走访单")).to_be_visible()
    went(phone, visit_id, "夜里睡不着", photo())
    row = row_of(phone, visit_id)
    expect(row.get_by_text("已记在手机里，有网络时自动送出")).to_be_visible()
    phone.reload()
    expect(row_of(phone, visit_id).get_by_text("已记在手机里，有网络时自动送出")).to_be_visible()
    expect(phone.locator("#outbox").get_by_text("夜里睡不着")).to_be_visible()
    assert street.facts(member_id, "visit_made") == []
    phone.context.set_offline(False)
    expect(row_of(phone, visit_id).get_by_text("已送出")).to_be_visible()
    expect(phone.locator("#outbox")).to_be_hidden()
    phone.reload()
    assert row_of(phone, visit_id).count() == 0
    (made,) = street.facts(member_id, "visit_made")
    (said,) = street.facts(member_id, "three_questions_answered")
    (taken,) = street.facts(member_id, "photo_taken")
    assert (made.by, said.answers.difficulties, taken.size_bytes <= 200_000) == ("laoli", "夜里睡不着", True)


def test_when_the_answer_is_lost_it_is_sent_again_and_stands_once(phone: Page, street: Street) -> None:
    member_id, visit_id = street.someone("钱二")
    kept(phone, street)
    tries: list[str] = []

    def lose(route: Route) -> None:
        """The first time the server gets it and answers, and nobody hears the answer."""
        tries.append(str(route.request.post_data_buffer))
        if len(tries) == 1:
            answer = route.fetch(max_redirects=0)
            assert answer.status == 201, answer.text()
            route.abort("failed")
        else:
            route.continue_()

    phone.context.route("**/record", lose)
    with phone.expect_event("requestfailed"):
        went(phone, visit_id, "膝盖疼")
    expect(row_of(phone, visit_id).get_by_text("已记在手机里，有网络时自动送出")).to_be_visible()
    assert len(street.facts(member_id, "visit_made")) == 1
    phone.locator("#outbox").get_by_role("button", name="再送一次").click()
    expect(row_of(phone, visit_id).get_by_text("已送出")).to_be_visible()
    assert len(tries) == 2
    assert len(street.facts(member_id, "visit_made")) == 1
    assert len(street.facts(member_id, "three_questions_answered")) == 1


def test_what_is_refused_says_what_to_do_and_keeps_the_words(phone: Page, street: Street) -> None:
    member_id, visit_id = street.someone("钱三")
    kept(phone, street)
    phone.context.set_offline(True)
    phone.reload()

    async def cancel(office: Office) -> None:
        async with office.asking() as clerk:
            await clerk.post(f"/care/api/visits/{visit_id}/cancel", json={"reason": "已搬走"})

    street.ask(cancel)
    went(phone, visit_id, "其实还在家")
    phone.context.set_offline(False)
    outbox = phone.locator("#outbox")
    expect(outbox.get_by_text("这次走访已于")).to_be_visible()
    expect(outbox.get_by_text("其实还在家")).to_be_visible()
    expect(outbox.get_by_text("把这几句话抄下来告诉书记")).to_be_visible()
    assert overflow(phone) == []
    phone.reload()
    expect(phone.locator("#outbox").get_by_text("其实还在家")).to_be_visible()
    phone.once("dialog", lambda dialog: dialog.accept())
    phone.locator("#outbox").get_by_role("button", name="删掉").click()
    expect(phone.locator("#outbox")).to_be_hidden()
    assert street.facts(member_id, "visit_made") == []


def test_nobody_at_home_without_a_connection(phone: Page, street: Street) -> None:
    member_id, visit_id = street.someone("钱四")
    kept(phone, street)
    phone.context.set_offline(True)
    row = row_of(phone, visit_id)
    row.get_by_text("没人在家", exact=False).first.click()
    row.get_by_label("哪一天").last.fill("2026-11-21")
    row.get_by_role("button", name="记下，改天再去").click()
    expect(row.get_by_text("已记在手机里，有网络时自动送出")).to_be_visible()
    phone.context.set_offline(False)
    expect(row.get_by_text("已送出")).to_be_visible()
    (tried,) = street.facts(member_id, "visit_attempted")
    assert (tried.by, tried.why.value) == ("laoli", "not_at_home")


def storage(page: Page) -> Any:
    """What of ours lies in the browser."""
    return json.loads(
        page.evaluate(
            """async () => JSON.stringify({
                caches: await Promise.all((await caches.keys()).map(async name =>
                    (await (await caches.open(name)).keys()).map(each => new URL(each.url).pathname))),
                workers: (await navigator.serviceWorker.getRegistrations()).map(each => new URL(each.scope).pathname),
                databases: (await indexedDB.databases()).map(each => each.name),
            })"""
        )
    )


def test_only_today_and_its_files_are_kept_and_nothing_after_signing_out(chromium: Chromium, street: Street) -> None:
    street.someone("钱五")
    with chromium.page(PHONE) as page:
        signed_in(page, street, "laowang")
        page.goto(street.url + "/care/visits")
        kept(page, street)
        page.goto(street.url + "/care/visits")
        page.goto(street.url + "/more")
        lies = storage(page)
        (paths,) = lies["caches"]
        assert [path for path in paths if not path.startswith("/static/")] == [TODAY]
        assert lies["workers"] == [TODAY]
        page.locator("main").get_by_role("button", name="退出").click()
        page.wait_for_url("**/sign-in**")
        assert storage(page) == {"caches": [], "workers": [], "databases": []}


def test_nobody_leaves_records_behind_unasked(phone: Page, street: Street) -> None:
    _member, visit_id = street.someone("钱六")
    kept(phone, street)
    phone.context.route("**/record", lambda route: route.abort("failed"))
    went(phone, visit_id, "没送出去的话")
    expect(row_of(phone, visit_id).get_by_text("已记在手机里，有网络时自动送出")).to_be_visible()
    phone.goto(street.url + "/more")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    phone.once("dialog", stay)
    phone.locator("main").get_by_role("button", name="退出").click()
    expect(phone.get_by_role("heading", name="更多")).to_be_visible()
    phone.wait_for_timeout(200)
    assert "还有没送出的记录" in asked[0]
    phone.goto(street.url + TODAY)
    expect(phone.locator("#outbox").get_by_text("没送出去的话")).to_be_visible()


def test_whose_session_is_over_signs_in_again_and_another_s_records_wait(
    phone: Page, street: Street, chromium: Chromium
) -> None:
    _member, visit_id = street.someone("钱七")
    kept(phone, street)
    phone.context.clear_cookies()
    went(phone, visit_id, "话还在")
    expect(phone.locator("#outbox").get_by_text("登录以后自动送出")).to_be_visible()
    signed_in(phone, street, "laowang")
    phone.goto(street.url + TODAY)
    outbox = phone.locator("#outbox")
    expect(outbox.get_by_text("别人在这个手机上记的")).to_be_visible()
    expect(outbox.get_by_text("话还在")).to_have_count(0)
    signed_in(phone, street, "laoli")
    phone.goto(street.url + TODAY)
    expect(phone.locator("#outbox")).to_be_hidden()


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_without_scripts_today_records_too(chromium: Chromium, street: Street, width: int) -> None:
    member_id, visit_id = street.someone(f"钱八{width}")
    with chromium.page(width, scripts=False) as page:
        signed_in(page, street, "laoli")
        page.goto(street.url + TODAY)
        assert overflow(page) == []
        went(page, visit_id, "血压高")
        page.wait_for_url("**/care/today")
        assert "已记下" in page.get_by_role("status").inner_text()
    assert len(street.facts(member_id, "visit_made")) == 1
