"""Reading a unit's list: what people paste, and what is said when a line is not understood."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from services.registry.decide.handover_state import ROWS_MAX, Listed
from services.registry.pages.handover_list import in_file, pasted
from services.shell.problems import Invalid

NUMBER = "31010419480831489X"
ZHOU = Listed(name="周秀芳", id_number=NUMBER, funds_fen=60000)


@pytest.mark.parametrize(
    "text",
    [
        f"周秀芳\t{NUMBER}\t600",
        f"1\t周秀芳\t{NUMBER}\t600.00\t\t",
        f"1. 周秀芳 {NUMBER} 600元",
        f"周秀芳，{NUMBER}，600",
        f"身份证号,经费,姓名\n{NUMBER},600,周秀芳",
        f"\n序号\t姓名\t单位\t公民身份号码\t活动经费（元）\n1\t周秀芳\t机床厂\t{NUMBER}\t600\n合计\t\t\t\t600\n",
    ],
)
def test_one_person_as_people_write_them(text: str) -> None:
    assert pasted(text) == [ZHOU]


def test_what_may_be_missing_or_wrong_is_kept_as_it_is() -> None:
    lines = "甲\n乙\t\t50.5\n丙 3101\t \n丁\t3101\t0\n戊 600"
    assert pasted(lines.replace("丙 3101\t \n", "")) == [
        Listed(name="甲"),
        Listed(name="乙", funds_fen=5050),
        Listed(name="丁", id_number="3101"),
        Listed(name="戊", funds_fen=60000),
    ]
    assert pasted("") == pasted(" \n\t\n") == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("周秀芳\tx\t六百", "第 1 行：“六百”不是金额"),
        (f"周秀芳\n{NUMBER}\t600\t", "第 2 行：没有姓名"),
        (f"周秀芳 {NUMBER} 600 已退休", "“已退休”不知道是哪一项"),
        (f"周秀芳\t{NUMBER}\t99999999999", "太长"),
        ("\n".join(f"人甲{'乙' * (number % 50)}" for number in range(ROWS_MAX + 1)), "请分成两批"),
    ],
)
def test_a_line_that_is_not_understood_is_named(text: str, what: str) -> None:
    with pytest.raises(Invalid) as wrong:
        pasted(text)
    assert what in wrong.value.errors[0].message


def test_a_spreadsheet_is_read_like_what_is_pasted() -> None:
    book = Workbook()
    assert book.active is not None
    rows: tuple[tuple[Any, ...], ...] = (
        ("市机床厂移交名单",),
        ("编号", "姓名", "身份证号", "经费"),
        (1, "周秀芳", NUMBER, 600),
    )
    for row in rows:
        book.active.append(row)
    kept = BytesIO()
    book.save(kept)
    assert in_file(kept.getvalue()) == [ZHOU]
    with pytest.raises(Invalid):
        in_file(b"%PDF-1.7 no sheet")


@given(st.lists(st.tuples(st.sampled_from(["周秀芳", "何国梁", "Anna"]), st.integers(0, 9_999_999)), max_size=20))
def test_an_amount_comes_back_to_the_fen(people: list[tuple[str, int]]) -> None:
    text = "\n".join(f"{name}\t{NUMBER}\t{fen // 100}.{fen % 100:02d}" for name, fen in people)
    assert [(one.name, one.funds_fen) for one in pasted(text)] == people
