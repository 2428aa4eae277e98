from __future__ import annotations

from datetime import date

import pytest

from events.facts.base import HIDDEN
from events.facts.member import (
    Assigned,
    Attended,
    AwayKind,
    Classified,
    ContactChanged,
    CorrectableField,
    DetailsChanged,
    DetailsCorrected,
    Died,
    DuesAmount,
    DuesPaid,
    EnrolmentWithdrawn,
    MovedAway,
    PayMethod,
    Returned,
)
from events.facts.people import ContactCard, RetirementKind
from services.registry.project.card_columns import card_of
from services.registry.project.member import view
from tests.registry.project.folding import JAN_10, row_of, zhang

MOVED = MovedAway(kind=AwayKind.CARD, clause="§3.2", destination="杭州市", fixed_place=False, reason="随女儿居住")


def test_somebody_enrolled_is_found_by_name_pinyin_and_tails() -> None:
    row = row_of(view, zhang())
    assert (row["state"], row["name"], row["pinyin"], row["initials"]) == ("enrolled", "张桂兰", "zhangguilan", "zgl")
    assert row["phone_backwards"] == "26884321931"
    assert row["id_backwards"] == "12X4"
    assert (row["building"], row["room"]) == ("金桥路36弄28号", "101室")
    assert row["seq"] == 1


def test_the_whole_id_number_does_not_stand_in_the_row() -> None:
    person = zhang().person
    assert person.id_number not in str(row_of(view, zhang()))
    assert person.id_number[6:14] not in row_of(view, zhang())["id_masked"]


def test_away_and_back_again() -> None:
    away = row_of(view, zhang(), (MOVED, date(2026, 3, 12)))
    assert (away["state"], away["away_to"], away["away_since"]) == ("away", "杭州市", date(2026, 3, 12))
    back = row_of(view, zhang(), (MOVED, date(2026, 3, 12)), (Returned(), date(2026, 9, 30)))
    assert (back["state"], back["away_to"], back["last_seen"]) == ("enrolled", None, date(2026, 9, 30))


def test_last_seen_never_goes_back() -> None:
    row = row_of(
        view, zhang(), (Attended(meeting_id="m2"), date(2026, 7, 1)), (Attended(meeting_id="m1"), date(2026, 6, 1))
    )
    assert row["last_seen"] == date(2026, 7, 1)


def test_every_fact_of_the_member_moves_the_version_on() -> None:
    paid = DuesPaid(
        months=("2026-01",), amount=DuesAmount(total_fen=0, months=()), receipt_no="1", method=PayMethod.CASH
    )
    assert row_of(view, zhang(), paid)["seq"] == 2


def test_a_withdrawn_enrolment_leaves_the_name_and_nothing_personal() -> None:
    row = row_of(view, zhang(), EnrolmentWithdrawn())
    assert row["state"] == "withdrawn"
    assert row["name"] == "张桂兰"
    assert row.get("phone") is None
    assert row["pinyin"] == ""
    again = row_of(view, zhang(), EnrolmentWithdrawn(), zhang())
    assert (again["state"], again["pinyin"]) == ("enrolled", "zhangguilan")


def test_death_and_branch() -> None:
    row = row_of(view, zhang(), Assigned(branch_id="b7"), (Died(), date(2026, 11, 2)))
    assert (row["branch_id"], row["state"], row["died_on"]) == ("b7", "dead", date(2026, 11, 2))


def corrected(field: CorrectableField, **value: str | None) -> DetailsCorrected:
    return DetailsCorrected(field=field, **value)


@pytest.mark.parametrize(
    ("correction", "column", "right"),
    [
        (corrected(CorrectableField.NAME, identity="张桂蓝"), "given", "桂蓝"),
        (corrected(CorrectableField.SEX, identity="male"), "sex", "male"),
        (corrected(CorrectableField.BIRTH, identity="1940-03-08"), "birth", date(1940, 3, 8)),
        (corrected(CorrectableField.ID_NUMBER, identity="310101195001014X2X"), "birth", date(1950, 1, 1)),
        (corrected(CorrectableField.PHONE, contact="62718888"), "phone_backwards", "88881726"),
        (corrected(CorrectableField.ADDRESS, contact="石泉路8弄3号202室"), "building", "石泉路8弄3号"),
        (corrected(CorrectableField.LIVES_ALONE, contact="false"), "lives_alone", False),
        (corrected(CorrectableField.JOINED_ON, plain="1969-07-01"), "joined_on", date(1969, 7, 1)),
        (corrected(CorrectableField.FULL_MEMBER_ON, plain=None), "full_member_on", None),
        (corrected(CorrectableField.KIND, plain="retired_with_honours"), "kind", "retired_with_honours"),
    ],
)
def test_a_correction_changes_its_columns_alone(correction: DetailsCorrected, column: str, right: object) -> None:
    before, after = row_of(view, zhang()), row_of(view, zhang(), correction)
    assert after[column] == right
    assert (after["state"], after["branch_id"]) == (before["state"], before["branch_id"])


def test_what_is_reported_late_about_an_earlier_time_stays_behind_what_is_known_of_a_later_one() -> None:
    june = ContactChanged(contact=ContactCard(phone="110"))
    march = ContactChanged(contact=ContactCard(phone="120"))
    assert row_of(view, zhang(), (june, date(2026, 6, 1)), (march, date(2026, 3, 1)))["phone"] == "110"
    assert row_of(view, zhang(), (march, date(2026, 1, 1)))["phone"] == "120"


def test_somebody_forgotten_stands_without_anything_personal() -> None:
    row = row_of(view, zhang(person=HIDDEN, contact=HIDDEN))
    assert (row.get("name"), row["pinyin"], row.get("phone")) == (None, "", None)
    assert card_of(dict.fromkeys(c.name for c in view.table.columns) | row) == ContactCard()


def test_nothing_happens_to_somebody_unknown() -> None:
    with pytest.raises(LookupError):
        row_of(view, Died())


def test_enrolled_on_the_day_it_was_so() -> None:
    assert row_of(view, (zhang(), JAN_10))["enrolled_on"] == JAN_10


def test_what_is_classified_later_in_life_stands_whatever_is_reported_late() -> None:
    alone_in_may = (Classified(lives_alone=True, minimum_living=True), date(2026, 5, 1))
    moved_in_march = (ContactChanged(contact=ContactCard(phone="136", lives_alone=False)), date(2026, 3, 1))
    moved_in_june = (ContactChanged(contact=ContactCard(phone="137", lives_alone=False)), date(2026, 6, 1))
    row = row_of(view, zhang(), alone_in_may, moved_in_march)
    assert (row["phone"], row["lives_alone"], row["minimum_living"]) == ("136", True, True)
    row = row_of(view, zhang(), moved_in_june, alone_in_may)
    assert (row["phone"], row["lives_alone"], row["minimum_living"]) == ("137", False, False)


def test_a_kind_is_changed_from_a_day_on_and_without_the_key_the_rest_stays() -> None:
    row = row_of(view, zhang(), Classified(kind=RetirementKind.IN_SERVICE, lives_alone=HIDDEN, minimum_living=HIDDEN))
    assert (row["kind"], row["lives_alone"]) == ("in_service", True)
    assert row["seq"] == 2


def test_a_detail_known_of_a_later_day_is_not_pushed_aside_by_one_reported_late() -> None:
    grid = CorrectableField.GRID
    now, old = DetailsChanged(field=grid, contact="第二网格"), DetailsChanged(field=grid, contact="第一网格")
    assert row_of(view, zhang(), (now, date(2026, 5, 1)), (old, date(2026, 3, 1)))["grid"] == "第二网格"
    wrong = DetailsCorrected(field=grid, contact="第三网格")
    assert row_of(view, zhang(), (now, date(2026, 5, 1)), wrong)["grid"] == "第三网格"
    assert row_of(view, zhang(), now, DetailsChanged(field=grid, contact=HIDDEN))["grid"] == "第二网格"


def test_several_skills_are_a_list_and_the_card_counts_what_it_says() -> None:
    skills = DetailsChanged(field=CorrectableField.SKILLS, plain="书法、合唱")
    education = DetailsChanged(field=CorrectableField.EDUCATION, identity="大专")
    row = row_of(view, zhang(), skills, education)
    assert row["skills"] == ["书法", "合唱"]
    assert row["missing"] < row_of(view, zhang(), skills)["missing"]
