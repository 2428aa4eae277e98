"""Question sets as files: what is wrong with one is told line by line; a campaign is begun with one and keeps it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.registry.pages.census_sets import in_words
from services.registry.pages.question_sets import EXAMPLE, Shelf, read_set
from services.shell.identity.caller import Role
from services.shell.policy import BadPacks
from tests.desk import JINQIAO, SHIQUAN
from tests.registry.office import Office, asked, enrolled
from tests.registry.pages.test_pages import form_of

API, HREF, CENSUS = "/registry/api/census-sets", "/registry/census-sets", "/registry/api/census"


def toml(scope: str = JINQIAO, name: str = "流动党员排查", version: str = "2026.1") -> str:
    text = EXAMPLE.replace("@SCOPE@", scope).replace("流动党员排查", name, 1)
    return text.replace("2026.1", version, 1)


HEAD = '[set]\nname = "a"\nversion = "1"\nscope = ""\ntitle = "t"\nissuer = "i"\n'
"""Six lines."""


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("[set\n", 1, "column"),
        (HEAD, 1, "question: is missing"),
        (HEAD.replace('version = "1"\n', "") + '[[question]]\nkind = "phone"\n', 1, "set.version: is missing"),
        (HEAD.replace('scope = ""', 'scope = "a b"') + '[[question]]\nkind = "phone"\n', 4, "is no path"),
        (HEAD + '[[question]]\nkind = "colour"\n', 7, "there is no kind 'colour'"),
        (HEAD + '[[question]]\ntext = "x"\n', 7, "kind is missing"),
        (HEAD + '[[question]]\nkind = "phone"\ntext = "x"\n', 9, "nothing is called so"),
        (HEAD + '[[question]]\nkind = "phone"\n[[question]]\nkind = "phone"\n', 9, "'phone' is asked twice"),
        (HEAD + '[[question]]\nkind = "choice"\ntext = "x"\noptions = [{text = "a"}]\n', 10, "at least 2"),
        (HEAD + '[[question]]\nkind = "choice"\ntext = "x"\noptions = [{text = "a"}, {text = "a"}]\n', 10, "twice"),
        (
            HEAD + '[[question]]\nkind = "choice"\ntext = "x"\n'
            'options = [\n{text = "a"},\n{text = "b", proposes = {rich = true}}]\n',
            10,
            "nothing is called so",
        ),
        (HEAD + "".join(f'[[question]]\nkind = "text"\ntext = "{n}"\n' for n in range(11)), 37, "at most 10"),
    ],
)
def test_a_bad_file_is_refused_with_line_and_reason(text: str, line: int, reason: str) -> None:
    with pytest.raises(BadPacks) as caught:
        read_set(text, "x.toml")
    assert [problem.line for problem in caught.value.problems] == [line]
    assert reason in str(caught.value)


def test_a_shelf_keeps_versions_and_one_bad_file_hurts_nobody_else(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "census")
    assert shelf.look() == ([], [])
    first, second = read_set(toml(), "a"), read_set(toml(version="2026.2"), "b")
    assert (shelf.add(first), shelf.add(first), shelf.add(second)) == (True, False, True)
    with pytest.raises(BadPacks, match="give a new version"):
        shelf.add(read_set(toml().replace("住养老院", "住医院"), "c"))
    (tmp_path / "census" / "hand.toml").write_text("[set]\n", "utf-8")
    found, problems = shelf.look()
    assert [one.head.version for one in found] == ["2026.2", "2026.1"]
    assert {problem.file for problem in problems} == {"hand.toml"}
    shelf.take_away(first.key)
    assert shelf.find(first.key) is None
    shelf.put_back(first.key)
    assert shelf.find(first.key) == first


def test_what_is_often_wrong_is_said_in_the_reader_s_words() -> None:
    assert in_words("set.version: is missing") == "缺 set.version 这一项"
    assert in_words("question.2.rich: nothing is called so") == "不认识 question.2.rich 这一项"
    assert in_words("question.12: at most 10 questions of its own") == "自己的问题最多 10 个"
    assert in_words("column 3: Expected ']'") == "column 3: Expected ']'"


async def kept(client: httpx.AsyncClient, text: str) -> dict[str, Any]:
    answer = await client.post(API, json={"toml": text})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_campaign_asks_what_its_set_asks_and_names_it(clerk: httpx.AsyncClient) -> None:
    member_id = await enrolled(clerk, branch="问卷支部")
    one = await kept(clerk, toml())
    body = {"title": "排查", "from": "2026-11-10", "until": "2026-12-20", "set": one["set"], "branches": ["问卷支部"]}
    campaign_id = (await asked(clerk, CENSUS, **body))["campaign_id"]
    row = (await clerk.get(f"{CENSUS}/{campaign_id}")).json()
    assert (row["questions"], row["free"]) == (["whereabouts"], ["现在和谁一起住？", "希望社区帮什么忙？"])
    assert (row["question_set"]["name"], row["question_set"]["version"]) == ("流动党员排查", "2026.1")
    there = f"{CENSUS}/{campaign_id}/people/{member_id}"
    wrong = await clerk.post(f"{there}/answer", json={"free": ["和猫住"], "on": "2026-11-20"})
    assert (wrong.status_code, wrong.json()["reason"]) == (409, "not_an_option")
    await asked(clerk, f"{there}/answer", free=["一个人住", ""], on="2026-11-20")
    (found,) = (await clerk.get(f"{CENSUS}/{campaign_id}/findings")).json()["items"]
    assert found["finding"] == "lives_alone"
    await asked(clerk, f"{API}/{one['set']}/remove")
    assert (await clerk.get(f"{CENSUS}/{campaign_id}")).json()["question_set"] == row["question_set"]
    again = await clerk.post(CENSUS, json=body)
    assert again.status_code == 422, "a set that was retired begins nothing"
    page = (await clerk.get(f"/registry/census/{campaign_id}", headers={"accept": "text/html"})).text
    assert "问卷“流动党员排查”2026.1" in page


async def test_whose_sets_are_whose(office: Office, clerk: httpx.AsyncClient) -> None:
    city = await kept_by(office, toml("demo", "全市问卷"))
    assert city["set"] in {one["set"] for one in (await clerk.get(API)).json()["items"]}
    assert (await clerk.post(f"{API}/{city['set']}/remove")).status_code == 403, "what came from above stays"
    assert (await clerk.post(API, json={"toml": toml("demo")})).status_code == 403
    own = await kept(clerk, toml(name="金桥问卷"))
    async with office.asking(scope=SHIQUAN) as elsewhere:
        seen = {one["set"] for one in (await elsewhere.get(API)).json()["items"]}
        assert city["set"] in seen
        assert own["set"] not in seen
        assert (await elsewhere.post(f"{API}/{own['set']}/remove")).status_code == 404
    async with office.asking(Role.SUPERVISOR, "demo") as above:
        assert (await above.post(API, json={"toml": toml()})).status_code == 403
        assert (await above.get(API)).status_code == 200
    wrong = await clerk.post(API, json={"toml": HEAD})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "toml")


async def kept_by(office: Office, text: str) -> dict[str, Any]:
    async with office.asking(scope="demo") as city:
        return await kept(city, text)


async def test_a_set_is_handed_in_used_and_retired_on_the_page(browser: httpx.AsyncClient) -> None:
    sample = (await browser.get(f"{HREF}/example.toml")).text
    assert f'scope = "{JINQIAO}"' in sample
    text = sample.replace("流动党员排查", "页面问卷", 1)
    bad = await browser.post(HREF, files={"file": ("问卷.toml", text.replace('"choice"', '"menu"').encode())})
    assert bad.status_code == 422
    assert re.search("第 1[0-9] 行", bad.text)
    assert "没有 &#39;menu&#39; 这种问题" in bad.text
    assert (await browser.post(HREF, files={"file": ("x.toml", b"\xff\xfe")})).status_code == 422
    assert (await browser.post(HREF, files={"x": ("x", b"")})).status_code == 422
    taken = await browser.post(HREF, files={"file": ("问卷.toml", text.encode())})
    assert "收好了" in taken.text
    again = await browser.post(HREF, files={"file": ("问卷.toml", text.encode())})
    assert "没有改动" in again.text
    key = read_set(text, "x").key
    here = "/registry/census/new"
    shown = (await browser.get(f"{here}?set={key}")).text
    assert f'<option value="{key}" selected' in shown
    assert 'value="2026年流动党员排查"' in shown
    said = {"set": key, "title": "页面排查", "from": "2026-11-20", "until": "2026-12-20"}
    begun = await browser.post(here, data=form_of(shown, here) | said)
    assert "问卷“页面问卷”2026.1" in begun.text
    action = f"{HREF}/{key}/remove"
    gone = await browser.post(action, data={})
    assert "停用了" in gone.text
    back = await browser.post(f"{HREF}/{key}/restore", data={})
    assert "又可以用了" in back.text
    english = await browser.get(HREF, headers={"cookie": "lang=en"})
    assert "Hand in a question set" in english.text
