"""Spellings: what reads to the same value, what is refused, what is taken with a doubt."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.roster.cells import SERIAL_DAY_ZERO
from services.registry.roster.contact import Address, Destination, Family, read_address, read_destination, read_family
from services.registry.roster.contact import read_phone as phone
from services.registry.roster.made_up import id_number
from services.registry.roster.reasons import Reason, Refusal
from services.registry.roster.values import (
    Day,
    Sex,
    is_odd_name,
    lengthen,
    read_day,
    read_fen,
    read_flag,
    read_id_number,
    read_name,
    read_sex,
)
from tests.registry.roster.sheets import TODAY, person_with

DAYS = st.dates(min_value=date(1930, 1, 1), max_value=date(2099, 12, 31))
FULL_WIDTH = {half: half + 0xFEE0 for half in range(0x21, 0x7F)}


def full_width(text: str) -> str:
    return text.translate(FULL_WIDTH)


def spellings(day: date) -> list[str | int | float | date]:
    serial = (day - SERIAL_DAY_ZERO).days
    return [
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day:%Y%m%d}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day.year}年{day.month:02}月{day.day:02}号",
        f" {day.year} - {day.month} - {day.day} ",
        f"{day.isoformat()} 00:00:00",
        full_width(day.isoformat()),
        int(f"{day:%Y%m%d}"),
        serial,
        float(serial),
        serial + 0.75,
        str(serial),
        day,
        datetime.combine(day, time(8, 30)),
    ]


@given(DAYS)
def test_every_spelling_of_a_day_reads_to_that_day(day: date) -> None:
    for spelling in spellings(day):
        assert read_day(spelling) == Day(day), spelling


@given(DAYS)
def test_a_month_alone_is_its_first_day_and_says_so(day: date) -> None:
    first = Day(day.replace(day=1), month_only=True)
    for spelling in (f"{day.year}年{day.month}月", f"{day.year}.{day.month}", f"{day:%Y-%m}", int(f"{day:%Y%m}")):
        assert read_day(spelling) == first, spelling


@pytest.mark.parametrize(
    "never",
    [
        *("1985年2月30日", "2021-02-29", "1985-13-01", "19850230", "58.7.1", "1968", "7/1/1968", "去年"),
        *(1968, 1968.0, 12, -3, time(1)),
    ],
)
def test_what_names_no_day_is_refused(never: Any) -> None:
    with pytest.raises(Refusal) as refused:
        read_day(never)
    assert refused.value.reason == Reason.BAD_DATE


def test_a_number_that_may_be_january_or_october_is_refused_and_others_are_read() -> None:
    with pytest.raises(Refusal) as refused:
        read_day(1968.1)
    assert refused.value.reason == Reason.UNCLEAR_MONTH
    assert read_day(1968.7) == Day(date(1968, 7, 1), month_only=True)
    assert read_day(1968.12) == Day(date(1968, 12, 1), month_only=True)


@pytest.mark.parametrize("nothing", ["", " ", "　", "/", "无", "—", "预备", "未转正"])
def test_a_placeholder_is_no_day(nothing: str) -> None:
    assert read_day(nothing) is None


PEOPLE = st.tuples(
    st.dates(min_value=date(1900, 1, 1), max_value=TODAY), st.sampled_from(["男", "女"]), st.integers(1, 499)
)


@given(PEOPLE)
def test_an_id_number_survives_the_ways_it_is_written(person: tuple[date, Sex, int]) -> None:
    number = id_number(*person)
    plain = read_id_number(number, TODAY)
    assert (plain.number, plain.birth, plain.sex) == (number, person[0], person[1])
    for written in (
        number.lower(),
        full_width(number),
        f" {number[:6]} {number[6:14]} {number[14:]} ",
        f"'{number}",
        f'="{number}"',
        f"{number[:6]}-{number[6:]}",
    ):
        assert read_id_number(written, TODAY) == plain, written


@given(PEOPLE)
def test_fifteen_digits_become_eighteen_with_the_right_check_digit(person: tuple[date, Sex, int]) -> None:
    birth = person[0].replace(year=1900 + person[0].year % 100, day=1)
    number = id_number(birth, *person[1:])
    short = number[:6] + number[8:17]
    assert lengthen(short) == number
    assert read_id_number(short, date(2100, 1, 1))[:3] == (number, birth, person[1])
    # Fifteen digits are what Excel keeps exactly, even as a number.
    assert read_id_number(float(short), date(2100, 1, 1)).lengthened


@given(PEOPLE, st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_never_passes(person: tuple[date, Sex, int], place: int, change: int) -> None:
    number = id_number(*person)
    wrong = number[:place] + str((int(number[place]) + change) % 10) + number[place + 1 :]
    with pytest.raises(Refusal):
        read_id_number(wrong, TODAY)


@given(PEOPLE)
def test_a_number_excel_took_for_a_number_is_known_for_that(person: tuple[date, Sex, int]) -> None:
    number = id_number(*person)[:17] + "0"
    for rounded in (float(number), int(number), f"{float(number):.5E}", f"{float(number):E}", f"{number}.0"):
        with pytest.raises(Refusal) as refused:
            read_id_number(rounded, TODAY)
        assert refused.value.reason == Reason.FLOAT, rounded


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", Reason.NO_ID),
        ("无", Reason.NO_ID),
        ("31010419500301", Reason.BAD_ID),
        ("31010419500301001A", Reason.BAD_ID),
        ("G12345678", Reason.BAD_ID),
        (12345, Reason.BAD_ID),
        (True, Reason.BAD_ID),
        ("310104197306261000", Reason.FLOAT),  # typed as a number, then made text
        ("310104197306261892", Reason.CHECKSUM),
        ("310104197302301893", Reason.BAD_BIRTH),
        ("310104209001011111", Reason.BAD_BIRTH),
    ],
)
def test_id_numbers_that_are_none(cell: Any, reason: Reason) -> None:
    if reason is Reason.BAD_BIRTH:  # with the right check digit, so that only the birth is wrong
        from stdnum.cn import ric

        cell = cell[:17] + ric.calc_check_digit(cell)
    with pytest.raises(Refusal) as refused:
        read_id_number(cell, TODAY)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("written", "name"),
    [
        (" 林　爱 ", "林爱"),
        ("林 爱", "林爱"),
        ("林\u00a0爱\u200b", "林爱"),
        ("买买提•吐尔逊", "买买提·吐尔逊"),
        ("Anna  Maria Wang", "Anna Maria Wang"),
        ("Ａｎｎａ　Wang", "Anna Wang"),
        ("\U00020bb7野", "\U00020bb7野"),
    ],
)
def test_a_name_loses_only_the_spaces_that_align_it(written: str, name: str) -> None:
    assert read_name(written) == name
    assert not is_odd_name(name)


@pytest.mark.parametrize("odd", ["林爱2", "林爱(女)", "林?", "林\ufffd", "林\ue000", "123"])
def test_a_name_with_something_strange_in_it_is_doubted(odd: str) -> None:
    assert is_odd_name(read_name(odd) or "")
    assert ("name", "odd_name") in person_with(姓名=odd).doubts


@pytest.mark.parametrize(
    ("written", "fen"),
    [
        (3420, 342_000),
        (3420.5, 342_050),
        ("3,420.50", 342_050),
        ("￥3420元/月", 342_000),
        ("３４２０", 342_000),
        ("0.005", 1),
        ("", None),
        ("无", None),
    ],
)
def test_yuan_become_fen(written: Any, fen: int | None) -> None:
    assert read_fen(written) == fen


@pytest.mark.parametrize("written", ["约三千", -3420, "3420-3600", 1_000_000])
def test_money_that_is_none_is_left_empty_with_a_doubt(written: Any) -> None:
    reading = person_with(基本养老金=written)
    assert reading.person.pension_basis_fen is None
    assert reading.doubts == [("pension_basis", "doubtful_money")]


def test_ticks_and_sexes() -> None:
    assert [read_flag(tick) for tick in ("是", " 是 ", "√", "有", 1, 1.0, True, "Ｙ")] == [True] * 8
    assert [read_flag(tick) for tick in ("否", "", "无", "×", 0, False, "/")] == [False] * 7
    assert read_flag("有时") is None
    assert [read_sex(cell) for cell in ("男", " 女性", "M", "?")] == ["男", "女", "男", None]


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("180-0333-3217", "18003333217"),
        ("180 0333 3217", "18003333217"),
        (18003333217.0, "18003333217"),
        ("+86 180-0333-3217", "18003333217"),
        ("'+8618003333217", "18003333217"),
        ("１８００３３３３２１７", "18003333217"),
        ("021-64123456", "02164123456"),
        ("（021）6412 3456", "02164123456"),
        (2164123456.0, "02164123456"),  # the zero went when Excel made it a number
        ("64123456", "64123456"),
        ("021-64123456转801", "02164123456-801"),
    ],
)
def test_a_phone_as_it_will_be_dialled(written: Any, number: str) -> None:
    read = phone(written)
    assert read is not None
    assert (read.number, read.plausible, read.others) == (number, True, ())


def test_a_phone_that_cannot_be_dialled_is_kept_and_doubted() -> None:
    reading = person_with(联系电话="1800333321")
    assert reading.person.phone == "1800333321"
    assert reading.doubts == [("phone", "doubtful_phone")]


def test_of_several_phones_the_first_is_taken() -> None:
    reading = person_with(联系电话="18003333217/021-64123456")
    assert reading.person.phone == "18003333217"
    assert reading.doubts == [("phone", "several_phones")]


@pytest.mark.parametrize(
    ("written", "building", "room"),
    [
        ("金桥路36弄28号101室", "金桥路36弄28号", "101室"),
        ("金桥路36弄28号 101 室", "金桥路36弄28号", "101室"),
        ("金桥路３６弄２８号１０１室", "金桥路36弄28号", "101室"),
        ("金桥路36弄28号-101", "金桥路36弄28号", "101"),
        ("幸福小区5栋2单元301", "幸福小区5栋", "2单元301"),
        ("人民路1号院2号楼3门401", "人民路1号院2号楼", "3门401"),
        ("锦绣A座1203", "锦绣A座", "1203"),
        ("红星村3组12号", "红星村3组12号", None),
        ("中山路5号3号楼", "中山路5号3号楼", None),
        ("金桥路36弄", None, None),
        ("幸福敬老院", None, None),
    ],
)
def test_an_address_shows_its_building(written: str, building: str | None, room: str | None) -> None:
    read = read_address(written)
    assert isinstance(read, Address)
    assert (read.building, read.room) == (building, room)


@pytest.mark.parametrize(
    ("written", "place", "reason"),
    [
        ("随子女居住·深圳市南山区", "深圳市南山区", "随子女居住"),
        ("深圳市南山区（随子女居住）", "深圳市南山区", "随子女居住"),
        ("外出务工-苏州市", "苏州市", "外出务工"),
        ("安徽省 六安市", "安徽省六安市", None),
        ("北京", "北京", None),
        ("随子女居住", None, "随子女居住"),
    ],
)
def test_where_and_why(written: str, place: str | None, reason: str | None) -> None:
    read = read_destination(written)
    assert isinstance(read, Destination)
    assert (read.place, read.reason) == (place, reason)


def test_the_family_contact_may_say_who_and_carry_the_phone() -> None:
    assert read_family("吴大", "18003333217") == Family("吴大", None, "18003333217")
    assert read_family("吴大（儿子）", None) == Family("吴大", "儿子", None)
    assert read_family("吴 大(女儿)：18003333217", None) == Family("吴大", "女儿", "18003333217")
    assert read_family("", None) is None


@given(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=30)))
def test_the_future_begins_tomorrow(ahead: timedelta) -> None:
    reading = person_with(入党时间=TODAY + ahead)
    assert reading.reasons == ([(2, "joined_on", "future")] if ahead >= timedelta(days=1) else [])
