"""The shared made-up roster against what it is expected to give, row by row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from services.registry.roster.contact import Address, Destination, Family
from services.registry.roster.read import open_roster
from tests.registry.roster.sheets import TODAY, Reading

DATA = Path(__file__).parents[2] / "data"


@pytest.fixture(scope="module")
def reading() -> Reading:
    return Reading(list(open_roster(DATA / "roster-a.xlsx").read(TODAY)))


@pytest.fixture(scope="module")
def expected() -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = json.loads((DATA / "roster-a.expected.json").read_text())
    return rows


def test_every_row_gets_its_verdict_and_no_other_row_any(reading: Reading, expected: list[Mapping[str, Any]]) -> None:
    verdicts: dict[int, tuple[str, str | None]] = {person.row: ("accept", None) for person in reading.people}
    verdicts.update({row: ("reject", reason) for row, _, reason in reading.reasons})
    assert verdicts == {
        row["row"]: (row["verdict"], row["why"] if row["verdict"] == "reject" else None) for row in expected
    }


def test_accepted_people_have_the_expected_names_and_numbers(
    reading: Reading, expected: list[Mapping[str, Any]]
) -> None:
    assert [(person.row, person.name, person.id_number) for person in reading.people] == [
        (row["row"], row["name"], row["id"]) for row in expected if row["verdict"] == "accept"
    ]


def test_a_rejection_says_where_what_and_what_to_do(reading: Reading) -> None:
    by_row = {rejection.row: rejection for rejection in reading.rejections}
    assert by_row[14].as_json() == {
        "row": 14,
        "field": "id_number",
        "value": "3.10104E+17",
        "reason": "float",
        "advice": "身份证号被Excel当成了数字，后几位已经丢失。请把这一格设为“文本”格式，再照证件重新输入。",
        "sheet": "党员花名册",
    }
    assert by_row[36].advice.startswith("与“党员花名册”第8行是同一个身份证号")
    assert by_row[54].field == "joined_on"
    assert by_row[54].value == "1985年2月30日"
    assert by_row[54].cells[1] == "段英长"


def test_a_full_row_is_read_in_all_its_columns(reading: Reading) -> None:
    person = next(person for person in reading.people if person.row == 10)
    assert person.name == "林爱"
    assert (person.sex, person.ethnicity, person.birth.isoformat()) == ("女", "汉族", "1933-11-09")
    assert (person.joined_on.isoformat(), str(person.full_member_on)) == ("1963-07-01", "1964-07-01")
    assert (person.branch, person.kind, person.pension_basis_fen) == ("第三党支部", "退休", 918_000)
    assert (person.phone, person.family) == ("18064939188", Family("余淑", None, "13019343122"))
    assert person.address == Address("金桥路7弄22号603室", "金桥路7弄22号", "603室")
    assert (person.away, person.destination) == (False, None)
    assert (person.lives_alone, person.minimum_living, person.skills) == (True, True, ())


def test_where_somebody_went_is_told_apart_from_why(reading: Reading) -> None:
    person = next(person for person in reading.people if person.row == 4)
    assert person.away
    assert person.destination == Destination("随子女居住·深圳市南山区", "深圳市南山区", "随子女居住")


def test_nothing_in_it_is_doubtful(reading: Reading) -> None:
    assert reading.cautions == []


def test_the_header_is_found_below_its_titles() -> None:
    [table] = open_roster(DATA / "roster-a.xlsx").tables
    assert table.columns.header_row == 3
    assert len(table.columns.at) == 19  # all but the serial number
    assert table.sample()[0][1] == "白世"
