"""A printed sheet: it says what it was given, letter by letter, and carries its fonts."""

from __future__ import annotations

from pathlib import Path

import pytest
import typst

from services.shell.printing import printed, qr_code
from tests.shell.paper import pages_of, text_of

TEMPLATE = """#import "/shell/paper/paper.typ": *
#show: sheet.with(title: given.title, paper: "a6", margin: 8mm)
= #given.title
#pairs(("姓名", given.name), ("有效期", given.until))
#qr(given.code)
"""
GIVEN = {
    "title": "流动党员联系卡",
    "name": "王秀英",
    "until": "2027年5月20日",
    "code": qr_code("https://example.org/c/1"),
}


@pytest.fixture
def template(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A template among the services, where the shared one is found."""
    (tmp_path / "shell").symlink_to(Path("services/shell").resolve())
    monkeypatch.setattr("services.shell.printing.SERVICES", tmp_path)
    path = tmp_path / "card.typ"
    path.write_text(TEMPLATE)
    return path


async def test_a_sheet_says_what_it_was_given_and_carries_its_fonts(template: Path) -> None:
    sheet = await printed(template, GIVEN)
    assert sheet.startswith(b"%PDF-")
    assert pages_of(sheet) == 1
    for words in ("流动党员联系卡", "王秀英", "2027年5月20日"):
        assert words in text_of(sheet)
    assert b"NotoSansSC" in sheet
    assert b"/FontFile3" in sheet


async def test_the_same_facts_give_the_same_bytes(template: Path) -> None:
    assert await printed(template, GIVEN) == await printed(template, GIVEN)


@pytest.mark.parametrize("name", ['#read("/shell/printing.py")', "*王* _秀_ $英$", '"; #panic()', "\\u{41} @x <y>"])
async def test_a_name_is_never_a_command(template: Path, name: str) -> None:
    assert name in text_of(await printed(template, GIVEN | {"name": name})).replace("\n", "")


async def test_a_mistake_in_a_template_names_it(template: Path) -> None:
    with pytest.raises(typst.TypstError, match="until"):
        await printed(template, {name: words for name, words in GIVEN.items() if name != "until"})
