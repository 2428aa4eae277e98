"""The frame, the home page of panels, the line that says what was done, the switch of languages."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx
import pytest

from services.shell import neighbours
from services.shell.identity import Caller, Role
from services.shell.pages.nav import NavEntry, lines
from services.shell.pages.render import environment
from tests.shell.office import Office, account


@pytest.fixture
async def secretary(office: Office, browser: httpx.AsyncClient) -> httpx.AsyncClient:
    await office.sign_in(browser, account("wang", Role.SECRETARY))
    return browser


async def test_home_says_the_day_and_holds_the_panels_of_the_services(secretary: httpx.AsyncClient) -> None:
    home = (await secretary.get("/")).text
    assert "11月21日 星期六 · 农历十月十三" in home
    assert "3 件已逾期" in home
    assert "8 件本周到期" in home
    left, below, right = (home.index(f"<h2>{title}</h2>") for title in "左下右")
    assert left < below < home.index('class="narrow-column"') < right
    assert "&lt;今天&gt;" in home


async def test_a_service_that_is_slow_leaves_a_calm_line(
    office: Office, secretary: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(neighbours, "PANEL_SECONDS_MAX", 0.05)
    office.service.state.sample.panel_released = asyncio.Event()
    home = await secretary.get("/")
    assert home.status_code == 200
    assert "“名册”暂时没有回应" in home.text


async def test_a_service_elsewhere_that_is_down_leaves_a_calm_line(
    office: Office, secretary: httpx.AsyncClient
) -> None:
    office.app.state.shell.neighbours._outside["sample"] = "http://127.0.0.1:9"
    assert "“名册”暂时没有回应" in (await secretary.get("/")).text


async def test_a_post_without_panels_sees_a_quiet_day(office: Office, browser: httpx.AsyncClient) -> None:
    await office.sign_in(browser, account("ops", Role.OPERATOR))
    home = (await browser.get("/")).text
    assert "今天没有要办的事。" in home
    assert "名册" not in home
    assert "运维" in home


async def test_figures_are_asked_once_in_a_while_and_anew_after_a_deed(
    office: Office, secretary: httpx.AsyncClient
) -> None:
    assert "<i>137</i>" in (await secretary.get("/sample/rows")).text
    office.service.state.sample.counts = {"rows": 138}
    assert "<i>137</i>" in (await secretary.get("/sample/rows")).text
    await secretary.post("/sample/rows")
    assert "<i>138</i>" in (await secretary.get("/sample/rows")).text


async def test_what_was_done_is_said_once_with_a_way_back(secretary: httpx.AsyncClient) -> None:
    sent = await secretary.post("/sample/rows", data={"note": "<b>"})
    assert (sent.status_code, sent.headers["location"]) == (303, "/sample/rows")
    first, second = (await secretary.get("/sample/rows")).text, (await secretary.get("/sample/rows")).text
    assert "已记录&lt;b&gt;" in first
    assert 'action="/sample/undo"' in first
    assert 'name="id" value="7"' in first
    assert "已记录" not in second


async def test_a_line_that_we_did_not_sign_is_not_shown(secretary: httpx.AsyncClient) -> None:
    secretary.cookies.set("hearth_done", "eyJhbGciOiJub25lIn0.eyJtZXNzYWdlIjoieCJ9.", domain="box")
    assert "flash" not in (await secretary.get("/sample/rows")).text


async def test_the_switch_turns_the_words_and_stays(secretary: httpx.AsyncClient) -> None:
    # a page speaks the language of the office, whatever the computer was installed in
    chinese = await secretary.get("/", headers={"accept-language": "en-US,en"})
    assert '<html lang="zh-CN">' in chinese.text
    switched = await secretary.get("/language/en?next=/sample/rows")
    assert switched.headers["location"] == "/sample/rows"
    english = (await secretary.get("/")).text
    assert '<html lang="en">' in english
    assert "Sat 21 Nov · lunar month 10, day 13" in english
    assert "3 late" in english
    assert (await secretary.get("/language/xx")).status_code == 404


async def test_styles_are_kept_for_a_year_under_a_name_of_their_content(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/sign-in")).text
    path = page.split('rel="stylesheet" href="')[1].split('"')[0]
    sheet = await browser.get(path)
    assert sheet.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert sheet.headers["content-type"].startswith("text/css")
    assert (await browser.get("/static/hearth.000000000000.css")).status_code == 404
    assert (await browser.get("/favicon.ico")).headers["location"].endswith(".svg")


def test_the_current_entry_is_the_longest_that_leads_to_the_page() -> None:
    entries = [NavEntry("甲", "/a/x"), NavEntry("乙", "/a"), NavEntry("丙", "/c", (Role.AUDITOR,))]
    caller = Caller("a", "甲", Role.WORKER, "")
    seen = lines(entries, caller, "/a/x/7", {})
    assert [(line.label, line.current) for line in seen] == [("今天", False), ("甲", True), ("乙", False)]
    assert [line.current for line in lines(entries, caller, "/ab", {})] == [False, False, False]
    assert lines(entries, caller, "/", {})[0].current


def test_words_on_a_page_are_escaped_once_and_parts_stay_parts(tmp_path: Path) -> None:
    (tmp_path / "t.html").write_text(
        '{% import "parts.html" as p %}{{ _("%(a)s 和 %(b)s", a="<i>", b=p.chip("片")) }}|{{ _("<%(a)s>", a="&") }}|'
        '{{ _("0.5 %%") }}|{{ _(given) }}|{{ ngettext("%(num)s 件", "%(num)s 件", 2) }}'
        "|{% trans n=2 %}{{ n }} 人{% pluralize %}{{ n }} 人{% endtrans %}"
    )
    said = environment(tmp_path).get_template("t.html").render(given="<b>")
    assert said == '&lt;i&gt; 和 <span class="chip ">片</span>|&lt;&amp;&gt;|0.5 %|&lt;b&gt;|2 件|2 人'
