"""Where the header is, and which column is which."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest

from services.registry.roster.columns import FIELDS, IGNORED, MANDATORY, NAMES, plain_header
from services.registry.roster.made_up import HEADER as USUAL_HEADER
from services.registry.roster.person import DETAILS
from services.registry.roster.read import open_roster
from services.registry.roster.reasons import UnreadableRoster
from tests.registry.roster.sheets import ANOTHER_ID, HEADER, ID, TODAY, read, saved, workbook, xlsx

PERSON = ["林爱", ID, "1980-07-01"]


@pytest.mark.parametrize("above", [0, 1, 5, 29])
def test_the_header_may_stand_below_titles(above: int) -> None:
    reading = read(xlsx(*[["示范社区党员花名册", None, "2026年11月"]] * above, HEADER, PERSON))
    assert reading.person.row == above + 2


def test_merged_titles_and_an_empty_row_and_an_indented_table() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["C2"] = "党员信息登记表"
    sheet.merge_cells("C2:E2")
    for place, (header, value) in enumerate(zip(HEADER, PERSON, strict=True)):
        sheet.cell(4, 3 + place, header)
        sheet.cell(5, 3 + place, value)
    reading = read(saved(book))
    assert (reading.person.row, reading.person.name) == (5, "林爱")


def test_a_header_of_two_rows() -> None:
    reading = read(
        xlsx(
            ["党员花名册"],
            [*HEADER, "家属", None, "联系电话"],
            [None, None, None, "姓名", "电话", None],
            [*PERSON, "吴大", "13012175294", "18003333217"],
        )
    )
    assert reading.person.row == 4
    assert reading.person.family is not None
    assert (reading.person.family.name, reading.person.family.phone) == ("吴大", "13012175294")
    assert reading.person.phone == "18003333217"
    assert reading.cautions == []


@pytest.mark.parametrize(
    "header",
    [
        ["党员姓名", "公民身份号码", "入党日期"],
        ["姓 名", "身份证\n号码", "入党时间（年月日）"],
        ["姓名*", "证件号码：", "加入党组织日期"],
        ["　姓　名　", "居民身份证号码(18位)", "入党年月"],
        ["名字", "身份证", "入党 时间"],
    ],
)
def test_the_names_offices_give(header: list[str]) -> None:
    assert read(xlsx(header, PERSON)).person.name == "林爱"


def test_every_column_of_the_usual_sheet_is_known() -> None:
    field_of = {name: field for field, names in NAMES.items() for name in names.split()}
    assert {field_of[plain_header(header)] for header in USUAL_HEADER} == {*FIELDS, IGNORED} - DETAILS.keys()


def test_no_name_means_two_fields() -> None:
    names = [name for names in NAMES.values() for name in names.split()]
    assert len(names) == len(set(names))
    assert all(plain_header(name) == name for name in names)


def test_columns_may_stand_in_any_order_and_rows_be_short() -> None:
    reading = read(xlsx(["备注", "入党时间", "身份证号", "姓名", "特长"], [None, "1980-07-01", ID, "林爱"]))
    assert reading.person.name == "林爱"


def test_an_unknown_column_is_named_and_the_rest_is_read() -> None:
    reading = read(xlsx([*HEADER, "血型"], [*PERSON, "A"]))
    assert reading.person.name == "林爱"
    [caution] = reading.cautions
    assert (caution.row, caution.value, caution.doubt) == (1, "血型", "unknown_column")
    assert "没有认出“血型”这一列" in str(caution.as_json()["advice"])


def test_of_two_columns_with_one_meaning_the_first_is_read() -> None:
    reading = read(xlsx([*HEADER, "手机", "联系电话"], [*PERSON, "18003333217", "13012175294"]))
    assert reading.person.phone == "18003333217"
    assert [caution.doubt for caution in reading.cautions] == ["second_column"]


def test_a_remembered_mapping_goes_before_what_is_known() -> None:
    sheet = xlsx(["姓名", "编码", "入党时间", "备注", "旧表电话"], [*PERSON, "书法、电工", "18003333217"])
    with pytest.raises(UnreadableRoster):
        read(sheet)
    reading = read(sheet, {"编 码": "id_number", "备注": "skills", "旧表电话": "ignored"})
    assert reading.person.id_number == ID
    assert (reading.person.skills, reading.person.note, reading.person.phone) == (("书法", "电工"), None, None)
    assert reading.cautions == []


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        (["姓名", "性别", "入党时间"], ["身份证号"]),
        (["身份证号", "性别"], ["姓名", "入党时间"]),
    ],
)
def test_a_missing_column_is_said_before_anything_is_read(header: list[str], missing: list[str]) -> None:
    roster = open_roster(xlsx(["花名册"], header, ["x"] * len(header)))
    assert roster.tables[0].columns.headers == tuple(header)  # the page can still ask which column it is
    with pytest.raises(UnreadableRoster) as refused:
        roster.read(TODAY)
    assert refused.value.code == "missing_column"
    assert "第2行是表头" in str(refused.value)
    assert all(f"“{column}”" in str(refused.value) for column in missing)
    assert set(missing) <= {NAMES[field].split()[0] for field in MANDATORY}


@pytest.mark.parametrize("rows", [[["hello", "world"]], [["姓名"], ["林爱"]], [["一", "二"]] * 40])
def test_no_header_is_said(rows: list[list[Any]]) -> None:
    with pytest.raises(UnreadableRoster) as refused:
        read(xlsx(*rows))
    assert refused.value.code == "no_header"


def test_of_several_worksheets_those_with_a_header_are_read() -> None:
    other = ["向娥华", ANOTHER_ID, "1990-07-01"]
    reading = read(
        workbook(
            {
                "说明": [["请按下表填写"]],
                "一支部": [HEADER, PERSON],
                "空": [],
                "二支部": [["二支部"], HEADER, other],
                "旧": [HEADER, PERSON],
                "统计": [["姓名", "性别", "民族"], ["林爱", "男", "汉"]],
            },
            hidden=["旧"],
        )
    )
    assert [(person.sheet, person.row) for person in reading.people] == [("一支部", 2), ("二支部", 3)]
    assert reading.rejections == []
    skipped = {caution.sheet: caution.advice for caution in reading.cautions}
    assert list(skipped) == ["说明", "旧", "统计"]
    assert "身份证号" in skipped["统计"]


def test_a_mapping_to_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="blood"):
        read(xlsx(HEADER, PERSON), {"血型": "blood"})


def test_reading_is_repeatable_and_measured() -> None:
    roster = open_roster(xlsx(HEADER, PERSON))
    assert list(roster.read(TODAY)) == list(roster.read(TODAY))
    assert roster.last_row == 2
    assert roster.headers() == {"党员花名册": tuple(HEADER)}


def test_a_workbook_that_was_only_formatted_is_empty() -> None:
    file = io.BytesIO()
    openpyxl.Workbook().save(file)
    with pytest.raises(UnreadableRoster) as refused:
        read(file.getvalue())
    assert refused.value.code == "empty"
