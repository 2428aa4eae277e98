"""The wizard as somebody goes through it, page by page, on the real application and a real cell."""

from __future__ import annotations

import asyncio
import html
import re
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.registry.pages.import_files import Upload, Uploads
from services.registry.roster.made_up import write_made_up_roster
from services.shell.identity.caller import Role
from tests.desk import JINQIAO, NOW, SHIQUAN, Clock
from tests.registry.office import Office, id_number
from tests.registry.pages.test_import_api import ROSTER_A, expected, roster
from tests.registry.roster.sheets import xlsx


class Browser:
    """Follows forms and links as a browser without JavaScript does."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.path, self.text = "", ""
        self.status = 0

    async def open(self, path: str) -> Browser:
        return self._at(await self.client.get(path, headers={"accept": "text/html"}, follow_redirects=True))

    async def send(self, path: str, data: Mapping[str, Any] | None = None, content: bytes | None = None) -> Browser:
        files = None if content is None else {"file": ("花名册.xlsx", content)}
        answer = await self.client.post(
            path,
            data=data,
            files=files,
            headers={"accept": "text/html"},
            follow_redirects=True,
        )
        return self._at(answer)

    async def until_ended(self) -> Browser:
        """Let a page that updates itself do so until it has come to its end."""
        async with asyncio.timeout(60):
            while 'http-equiv="refresh"' in self.text:
                await asyncio.sleep(0.02)
                await self.open(self.path)
        return self

    def form(self, ending: str) -> str:
        """The address of the form on the page that ends so."""
        found: list[str] = re.findall(r'action="([^"]+)"', self.text)
        return next(action for action in found if action.endswith(ending))

    def says(self, *words: str) -> bool:
        seen = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", self.text)))
        assert [word for word in words if word not in seen] == [], seen
        return True

    def _at(self, answer: httpx.Response) -> Browser:
        self.path, self.text, self.status = answer.url.raw_path.decode(), answer.text, answer.status_code
        return self


@pytest.fixture
def browser(clerk: httpx.AsyncClient) -> Browser:
    return Browser(clerk)


async def test_from_the_file_to_the_register_and_back(office: Office, browser: Browser) -> None:
    await browser.open("/registry/imports")
    browser.says("选一个花名册", "还没有导入过")
    await browser.send("/registry/imports", {"community": JINQIAO}, ROSTER_A)
    await browser.until_ended()
    wanted = expected()
    browser.says(
        "还没有写入任何东西", f"{len(wanted['accept'])} 人会登记入册", f"{len(wanted['reject'])} 行要改，先退回"
    )
    browser.says("3.10104E+17", "身份证号被Excel当成了数字")
    folder = office.settings.data / "uploads"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}

    await browser.send(browser.form("/begin"))
    await browser.until_ended()
    browser.says(f"{len(wanted['accept'])} 人登记入册", f"{len(wanted['reject'])} 行要改，已退回", "下载退回的行")
    assert list(folder.iterdir()) == []
    outcome = browser.path
    sheet = await browser.client.get(f"{outcome}/rejected.xlsx")
    assert sheet.content.startswith(b"PK")
    await browser.open(f"{outcome}/members")
    browser.says("这次导入的人", "下一页")

    await browser.open(f"{outcome}/undo")
    browser.says(f"{len(wanted['accept'])} 人的登记会撤销")
    await browser.send(browser.form("/undo"))
    await browser.until_ended()
    browser.says("已撤销", "人的登记已撤销")
    await browser.open("/registry/imports")
    browser.says("花名册.xlsx", f"已撤销 {len(wanted['accept'])} 人")


async def test_a_column_is_pointed_out_once(browser: Browser) -> None:
    book = xlsx(["姓名", "公民号", "入党时间", "血型"], ["冯军", id_number(), "1985-07-01", "O"])
    await browser.send("/registry/imports", {"community": JINQIAO}, book)
    browser.says("没有认出：身份证号", "这几列请您指定", "血型", "这一列里写着：O")
    assert 'action="/registry/imports/uploads/' in browser.text
    assert "/begin" not in browser.text
    await browser.send(browser.form("/columns"), {"header": ["公民号", "血型"], "field": ["id_number", "ignored"]})
    await browser.until_ended()
    browser.says("1 人会登记入册")
    await browser.send(browser.form("/begin"))
    await browser.until_ended()
    again = xlsx(["姓名", "公民号", "入党时间", "血型"], ["陈静", id_number(), "1985-07-01", "A"])
    await browser.send("/registry/imports", {"community": JINQIAO}, again)
    await browser.until_ended()
    browser.says("1 人会登记入册", "0 处请核对，照样登记")
    await browser.send(browser.form("/columns"), {"header": ["血型"], "field": [""]})
    await browser.until_ended()
    browser.says("这几列请您指定", "1 处请核对，照样登记")
    await browser.send(browser.form("/begin"))
    await browser.until_ended()
    third = xlsx(["姓名", "公民号", "入党时间", "血型"], ["卫青", id_number(), "1985-07-01", "B"])
    await browser.send("/registry/imports", {"community": JINQIAO}, third)
    await browser.until_ended()
    browser.says("1 人会登记入册", "1 处请核对，照样登记", "这几列请您指定")
    await browser.send(browser.form("/drop"))
    browser.says("没有导入，文件已经删掉")


async def test_a_file_that_is_none_is_refused_on_the_form(browser: Browser) -> None:
    await browser.send("/registry/imports", {"community": JINQIAO}, b"%PDF-1.7")
    assert browser.status == 422
    browser.says("这不是电子表格", "选一个花名册")
    await browser.send("/registry/imports", {"community": SHIQUAN}, roster(("王芳", id_number())))
    assert browser.status == 403


async def test_an_upload_is_its_senders_own(office: Office, browser: Browser) -> None:
    await browser.send("/registry/imports", {"community": JINQIAO}, roster(("王芳", id_number())))
    for other in (office.asking(name="other"), office.asking(scope=SHIQUAN), office.asking(Role.VISITOR)):
        async with other as client:
            answer = await client.get(browser.path)
            assert answer.status_code in {403, 404}
            assert (await client.post(f"{browser.path}/begin")).status_code in {403, 404}
    await browser.send(browser.form("/drop"))


async def test_an_interrupted_import_goes_on_with_the_file_that_lies_here(
    office: Office, browser: Browser, tmp_path: Path
) -> None:
    write_made_up_roster(tmp_path / "big.xlsx", 1500, seed=3, today=NOW.date())
    await browser.send("/registry/imports", {"community": JINQIAO}, (tmp_path / "big.xlsx").read_bytes())
    await browser.until_ended()
    browser.says("1500 人会登记入册")
    importer = office.service.state.importer
    begun = asyncio.create_task(browser.send(browser.form("/begin")))
    await until(lambda: any(work.running and work.accepted for work in importer.watched.values()))
    await importer.close()
    await begun
    await browser.open(browser.path)
    browser.says("中断了", "这次导入没有做完就停了")
    await browser.send(browser.form("/resume"))
    await browser.until_ended()
    browser.says("1500 人登记入册", "一行也没有退回")


async def until(true: Callable[[], bool]) -> None:
    """Wait for a condition of this process."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.001)


async def test_files_nobody_came_back_for_are_swept(tmp_path: Path) -> None:
    clock = Clock()
    uploads = Uploads(tmp_path / "uploads", clock)
    kept = Upload("one", "名册.xlsx", JINQIAO, "shuji", uploads.now())
    await uploads.keep(kept, b"bytes")
    (tmp_path / "uploads" / "torn.roster").write_bytes(b"an upload that broke off")
    clock.go_on(hours=23)
    await uploads.keep(Upload("two", "名册.xlsx", JINQIAO, "shuji", uploads.now()), b"others")
    assert sorted(path.name for path in (tmp_path / "uploads").iterdir()) == [
        "one.json", "one.roster", "two.json", "two.roster",
    ]  # fmt: skip
    clock.go_on(hours=2)
    uploads.sweep()
    assert uploads.find("one") is None
    with pytest.raises(FileNotFoundError):
        await uploads.content(kept)
    assert sorted(path.name for path in (tmp_path / "uploads").iterdir()) == ["two.json", "two.roster"]
