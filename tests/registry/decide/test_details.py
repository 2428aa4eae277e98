"""What else a card says: a fact a field, from a day on; corrections keep how long the wrong value stood."""

from __future__ import annotations

from datetime import date

import pytest

from events.facts.member import CorrectableField, DetailsChanged, DetailsCorrected, Died
from services.registry.decide.commands import Correct
from services.registry.decide.details import ChangeDetails, change_details
from services.registry.decide.member import MEMBER, correct
from tests.given import given
from tests.registry.decide.people import TODAY, enrolled

MAY = date(2026, 5, 1)
WISH = ChangeDetails(
    education="大专", former_unit="第三纺织厂", registered_address="老街1号", skills=" 书法，合唱、书法 ", on=MAY
)


def test_each_field_is_a_fact_where_its_purpose_has_it() -> None:
    given(MEMBER, enrolled()).when(lambda one: change_details(one, WISH, TODAY)).then(
        DetailsChanged(field=CorrectableField.EDUCATION, identity="大专"),
        DetailsChanged(field=CorrectableField.FORMER_UNIT, identity="第三纺织厂"),
        DetailsChanged(field=CorrectableField.REGISTERED_ADDRESS, contact="老街1号"),
        DetailsChanged(field=CorrectableField.SKILLS, plain="书法、合唱"),
        on=MAY,
    ).then_again_nothing()


def test_only_what_is_named_changes_and_none_takes_away() -> None:
    unit = DetailsChanged(field=CorrectableField.FORMER_UNIT, identity="第三纺织厂")
    wish = ChangeDetails(former_unit=None, grid="第二网格")
    given(MEMBER, enrolled(skills=("书法",)), unit).when(lambda one: change_details(one, wish, TODAY)).then(
        DetailsChanged(field=CorrectableField.FORMER_UNIT, identity=None),
        DetailsChanged(field=CorrectableField.GRID, contact="第二网格"),
    ).then_again_nothing()
    same = ChangeDetails(skills="书法")
    given(MEMBER, enrolled(skills=("书法",))).when(lambda one: change_details(one, same, TODAY)).then_nothing()


def test_not_tomorrow_and_not_after_death() -> None:
    late = ChangeDetails(grid="第二网格", on=date(2027, 1, 1))
    given(MEMBER, enrolled()).when(lambda one: change_details(one, late, TODAY)).then_refused("in_future")
    given(MEMBER, enrolled(), Died()).when(lambda one: change_details(one, WISH, TODAY)).then_refused("died")


@pytest.mark.parametrize(
    ("field", "value", "place", "stored"),
    [
        ("education", "本科", "identity", "本科"),
        ("former_post", "车间主任", "identity", "车间主任"),
        ("registered_address", "老街1号", "contact", "老街1号"),
        ("grid", "第二网格", "contact", "第二网格"),
        ("interests", "太极,钓鱼", "plain", "太极、钓鱼"),
        ("skills", "", "plain", None),
    ],
)
def test_a_wrong_detail_is_corrected_with_its_span(field: str, value: str, place: str, stored: str | None) -> None:
    wish = Correct(field=field, value=value, wrong_since=MAY, reason="核对原件")
    corrected = DetailsCorrected(field=CorrectableField(field), wrong_since=MAY, **{place: stored})
    known = enrolled(skills=("书法",))
    given(MEMBER, known).when(lambda one: correct(one, wish, TODAY)).then(corrected).then_again_nothing()
