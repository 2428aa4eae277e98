"""What a row gives as a whole: several faults at once, what contradicts what, who is nobody."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.registry.import_roster.person import details_command
from services.registry.roster.made_up import id_number
from services.registry.roster.reasons import SENTENCES, Doubt, Reason, Unreadable
from tests.registry.roster.sheets import ANOTHER_ID, HEADER, ID, person_with, read, workbook, xlsx


def test_each_fault_of_a_row_is_reported() -> None:
    reading = read(xlsx([*HEADER, "转正时间"], ["", "123", "2031-01-01", "1985-02-30"]))
    assert reading.reasons == [
        (2, "name", "no_name"),
        (2, "id_number", "bad_id"),
        (2, "joined_on", "future"),
        (2, "full_member_on", "bad_date"),
    ]
    assert {rejection.cells for rejection in reading.rejections} == {("", "123", "2031-01-01", "1985-02-30")}
    assert reading.people == []


@pytest.mark.parametrize(
    ("cells", "field", "reason"),
    [
        ({"姓名": " 　"}, "name", "no_name"),
        ({"身份证号": "无"}, "id_number", "no_id"),
        ({"身份证号": None}, "id_number", "no_id"),
        ({"入党时间": None}, "joined_on", "no_date"),
        ({"入党时间": "不详"}, "joined_on", "no_date"),
        ({"入党时间": "1949-12-31"}, "joined_on", "before_birth"),
        ({"入党时间": "1980-07-01", "转正时间": "1979-07-01"}, "full_member_on", "before_joining"),
        ({"姓名": "很" * 41}, "name", "too_long"),
    ],
)
def test_a_fault_of_one_cell(cells: dict[str, str | None], field: str, reason: str) -> None:
    assert person_with(**cells).reasons == [(2, field, reason)]


def test_a_bad_date_is_not_compared_with_the_others() -> None:
    assert person_with(入党时间="2031-07-01", 转正时间="2007-07-01").reasons == [(2, "joined_on", "future")]


@pytest.mark.parametrize(
    ("cells", "doubt"),
    [
        ({"性别": "女"}, ("sex", "sex_differs")),
        ({"性别": "不明"}, ("sex", "sex_unread")),
        ({"入党时间": "1965-07-01"}, ("joined_on", "under_18")),
        ({"入党时间": "1980年7月"}, ("joined_on", "month_only")),
        ({"独居": "有时"}, ("lives_alone", "doubtful_flag")),
        ({"是否外出": "是"}, ("away", "away_nowhere")),
        ({"是否外出": "否", "去向": "北京"}, ("destination", "home_elsewhere")),
        ({"身份证号": ID[:6] + ID[8:17]}, ("id_number", "id_lengthened")),
    ],
)
def test_a_doubt_does_not_turn_anybody_away(cells: dict[str, str], doubt: tuple[str, str]) -> None:
    reading = person_with(**cells)
    assert reading.person.id_number == ID
    assert reading.doubts == [doubt]


def test_the_sheet_decides_about_the_sex_and_the_id_number_where_it_is_silent() -> None:
    assert person_with(性别="女").person.sex == "女"
    assert person_with(性别=None).person.sex == "男"
    assert person_with().person.sex == "男"


def test_a_destination_alone_means_away() -> None:
    assert person_with(去向="北京").person.away
    assert not person_with(去向="").person.away


def test_a_probationary_member_has_no_second_date() -> None:
    assert person_with(转正时间="预备").person.full_member_on is None


def test_a_duplicate_names_the_first_row_even_if_that_was_rejected() -> None:
    reading = read(xlsx(HEADER, ["林爱", ID, "1985-02-30"], ["林爱", ID.lower(), "1985-02-28"]))
    assert reading.reasons == [(2, "joined_on", "bad_date"), (3, "id_number", "dup")]
    assert "第2行" in reading.rejections[1].advice


def test_a_duplicate_in_another_worksheet_names_that_sheet() -> None:
    reading = read(workbook({"一": [HEADER, ["林爱", ID, "1985-02-28"]], "二": [HEADER, ["林爱", ID, "1985-02-28"]]}))
    assert [(rejection.sheet, rejection.row) for rejection in reading.rejections] == [("二", 2)]
    assert "“一”第2行" in reading.rejections[0].advice


def test_fifteen_digits_and_their_eighteen_are_the_same_person() -> None:
    reading = read(xlsx(HEADER, ["林爱", ID[:6] + ID[8:17], "1985-02-28"], ["林爱", ID, "1985-02-28"]))
    assert reading.reasons == [(3, "id_number", "dup")]


def test_rows_that_are_nobody_are_passed_over() -> None:
    reading = read(
        xlsx(
            ["序号", *HEADER],
            [1, "林爱", ID, "1985-02-28"],
            [],
            ["小计", 1],
            ["序号", *HEADER],
            [2, "合计", ANOTHER_ID, "1985-02-28"],  # a strange name, but somebody
            [3],
            [4, " ", "", None],
            ["合　计", 2],
            ["填表人：林爱", None, None, "负责人：向娥华"],
            ["备注：以上均为虚构"],
        )
    )
    assert [(person.row, person.name) for person in reading.people] == [(2, "林爱"), (6, "合计")]
    assert reading.rejections == []


def test_a_row_without_name_and_number_is_somebody_to_ask_about() -> None:
    reading = read(xlsx([*HEADER, "联系电话"], [None, None, None, "18003333217"]))
    assert [reason for _, _, reason in reading.reasons] == ["no_name", "no_id", "no_date"]


def test_the_import_can_turn_a_person_away_with_all_their_cells() -> None:
    person = person_with(基本养老金=3420).person
    rejection = person.reject(Reason.ALREADY_REGISTERED)
    assert (rejection.row, rejection.field, rejection.value) == (2, "id_number", ID)
    assert rejection.cells == ("林爱", ID, "1980-07-01", "3420")
    assert "已经在库里" in rejection.advice


def test_every_code_has_a_sentence_and_no_two_kinds_share_a_code() -> None:
    codes = [*Reason, *Doubt, *Unreadable]
    assert set(SENTENCES) == set(codes)
    assert len({code.value for code in codes}) == len(codes)
    assert all(sentence.endswith(("。", "}")) for sentence in SENTENCES.values())


def test_made_up_numbers_are_unlike_within_a_day() -> None:
    day = date(1950, 3, 1)
    assert len({id_number(day, sex, nth) for sex in ("男", "女") for nth in range(1, 500)}) == 998


def test_what_else_the_card_says_is_read_by_the_names_offices_give() -> None:
    person = person_with(
        文化程度="大专",
        原工作单位="上海第三纺织厂",
        原职务职称="车间主任",
        户籍所在地="老街1号",
        网格="3",
        爱好="太极、书法，太极",
    ).person
    assert person.details == {
        "education": "大专",
        "former_unit": "上海第三纺织厂",
        "former_post": "车间主任",
        "registered_address": "老街1号",
        "grid": "3",
        "interests": "太极、书法,太极",
    }
    assert person_with(学历="无", 原单位="/", 网格="").person.details == {}


@pytest.mark.parametrize("cell", [1985, 3.5, date(1968, 7, 1), True, "1968.7", "13912348862", "3-2"])
@pytest.mark.parametrize("header", ["学历", "原单位", "原职务", "户籍地址", "爱好"])
def test_a_number_or_a_day_where_words_belong_turns_the_row_away(header: str, cell: Any) -> None:
    (rejection,) = person_with(**{header: cell}).rejections
    assert (rejection.row, rejection.reason, rejection.column) == (2, Reason.NOT_WORDS, 3)
    assert rejection.value


def test_what_is_too_long_for_the_card_turns_the_row_away() -> None:
    for header, most in (("学历", 60), ("网格", 60), ("原单位", 200), ("爱好", 200)):
        (rejection,) = person_with(**{header: "长" * (most + 1)}).rejections
        assert (rejection.reason, rejection.details) == (Reason.TOO_LONG, {"limit": str(most)})
        assert details_command(person_with(**{header: "长" * most}).person) is not None
