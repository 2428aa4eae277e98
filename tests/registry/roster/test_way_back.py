"""The rejected rows as a sheet, mended and sent again; and cells that must not become formulas."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.roster.cells import clean, neutralise, restore
from services.registry.roster.made_up import id_number, made_up_people, write_made_up_roster
from services.registry.roster.read import open_roster
from services.registry.roster.reasons import Reason
from services.registry.roster.rejected_sheet import write_rejected_sheet
from services.registry.roster.workbook import write_workbook
from tests.registry.roster.sheets import ANOTHER_ID, HEADER, ID, TODAY, Reading, read, workbook, xlsx

FORMULA_SIGNS = "=+-@\t\r\n＝＋－＠"


def rejected_sheet(source: bytes) -> bytes:
    roster = open_roster(source)
    file = io.BytesIO()
    write_rejected_sheet(file, roster.headers(), Reading(list(roster.read(TODAY))).rejections)
    return file.getvalue()


def cells(book: bytes, sheet: int = 0) -> list[list[Any]]:
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(book)).worksheets[sheet].iter_rows(values_only=True)]


@given(st.text())
def test_a_neutralised_cell_never_starts_a_formula_and_comes_back_whole(text: str) -> None:
    safe = neutralise(text)
    assert not safe.lstrip().startswith(tuple(FORMULA_SIGNS))
    assert restore(safe) == text


@given(st.sampled_from(FORMULA_SIGNS), st.text(), st.sampled_from(["", " ", "\u3000", "'", " '", "\ufeff"]))
def test_every_sign_of_a_formula_is_seen_behind_what_programs_drop(sign: str, rest: str, before: str) -> None:
    assert neutralise(before + sign + rest).startswith("'")


@pytest.mark.parametrize("text", ["+8618003333217", "-", "－", "=1+1", "@家", "'=1"])
def test_only_an_apostrophe_is_added(text: str) -> None:
    assert neutralise(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "林爱", "18003333217", "1980-07-01", "'林", "a=b", "儿子+女儿"])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert neutralise(text) == text


def test_the_sheet_has_the_rows_the_reasons_and_the_faults_in_colour() -> None:
    source = xlsx(
        ["花名册"],
        [*HEADER, "备注"],
        ["林爱", ID, "1980-07-01", "好"],
        ["向娥华", 3.101041971092916e17, "1985年2月30日", "@HYPERLINK(1)"],
    )
    book = rejected_sheet(source)
    header, row = cells(book)
    assert header == [*HEADER, "备注", "原因", "原表行号"]
    assert row[:4] == ["向娥华", "3.10104E+17", "1985年2月30日", "'@HYPERLINK(1)"]
    assert "数字" in row[4]
    assert "没有这一天" in row[4]
    assert row[5] == "4"
    sheet = openpyxl.load_workbook(io.BytesIO(book)).worksheets[0]
    filled = [cell.coordinate for cell in sheet[2] if cell.fill.fill_type == "solid"]
    assert filled == ["B2", "C2"]
    assert {cell.number_format for cell in sheet[2]} == {"@"}  # an ID number typed over it stays text
    assert sheet.freeze_panes == "A2"


def test_mended_rows_are_read_without_the_apostrophes() -> None:
    source = xlsx([*HEADER, "联系电话", "备注"], ["林爱", ID, "1985-02-30", "+86 18003333217", "-1+1"])
    book = openpyxl.load_workbook(io.BytesIO(rejected_sheet(source)))
    book.worksheets[0]["C2"] = "1985-02-28"
    file = io.BytesIO()
    book.save(file)
    reading = read(file.getvalue())
    assert reading.cautions == []
    assert (str(reading.person.joined_on), reading.person.phone) == ("1985-02-28", "18003333217")
    assert reading.person.note == "-1+1"


def test_sent_again_unmended_it_is_rejected_for_the_same_reasons() -> None:
    rows: list[list[Any]] = [
        ["林爱", 3.1e17, "1985-02-30"],
        ["", ANOTHER_ID, "2031-07-01"],
        ["林爱", ID[:-1] + "?", 1968.1],
    ]
    source = xlsx(HEADER, *rows)
    first, again = read(source), read(rejected_sheet(source))
    assert [reason for _, _, reason in again.reasons][:5] == [reason for _, _, reason in first.reasons][:5]
    assert cells(rejected_sheet(rejected_sheet(source)))[0] == [*HEADER, "原因", "原表行号"]


def test_each_worksheet_goes_back_as_one() -> None:
    header = ["姓名", "身份证号", "入党日期"]
    nobody = ["", ID, "1985-02-28"]
    source = workbook({"一": [HEADER, nobody], "二": [header, ["", ANOTHER_ID, "1985-02-28"]]})
    book = rejected_sheet(source)
    assert openpyxl.load_workbook(io.BytesIO(book)).sheetnames == ["一", "二"]
    assert cells(book, 1)[0][:3] == header


def test_without_rejections_the_headers_stand_alone() -> None:
    assert cells(rejected_sheet(xlsx(HEADER, ["林爱", ID, "1985-02-28"]))) == [[*HEADER, "原因", "原表行号"]]


def test_people_already_registered_go_back_beside_the_others() -> None:
    roster = open_roster(xlsx(HEADER, ["林爱", ID, "1985-02-28"]))
    [person] = Reading(list(roster.read(TODAY))).people
    file = io.BytesIO()
    write_rejected_sheet(file, roster.headers(), [person.reject(Reason.ALREADY_REGISTERED)])
    assert cells(file.getvalue())[1][:3] == ["林爱", ID, "1985-02-28"]


@given(st.text(max_size=30))
def test_any_text_is_written_and_read_back(text: str) -> None:
    file = io.BytesIO()
    write_workbook(file, [("a/b", [["x", text]]), ("A\\B", []), ("", [[1, 2.5, TODAY, None]])])
    book = openpyxl.load_workbook(io.BytesIO(file.getvalue()))
    assert clean(str(book.worksheets[0]["B1"].value or "")) == clean(text)
    assert len({name.lower() for name in book.sheetnames}) == 3
    assert [cell.value for cell in book.worksheets[2][1]][:2] == [1, 2.5]
    assert book.worksheets[2]["C1"].value.date() == TODAY


def test_made_up_people_are_all_acceptable_and_always_the_same(tmp_path: Any) -> None:
    path, again = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    write_made_up_roster(path, 2000, seed=7, today=TODAY)
    write_made_up_roster(again, 2000, seed=7, today=TODAY)
    assert path.read_bytes() == again.read_bytes()
    reading = read(path)
    assert (len(reading.people), reading.rejections, reading.cautions) == (2000, [], [])
    ages = {(TODAY - person.birth).days // 365 for person in reading.people}
    assert min(ages) in range(20, 40)
    assert max(ages) in range(85, 98)
    assert list(made_up_people(50, 7, TODAY)) == list(made_up_people(2000, 7, TODAY))[:50]
    assert id_number(TODAY, "女", 1)[16] in "02468"
