"""How far somebody manages by themselves: the latest day counts, whatever is reported late."""

from __future__ import annotations

from datetime import date

import pytest

from events.facts.care import HealthGrade, HealthGraded
from services.care.decide.cared import CARE
from services.care.decide.commands import GradeHealth
from services.care.decide.health import grade_health
from services.care.decide.plan import Situation
from tests.care.decide.test_care import DEAD, GONE, HERE
from tests.care.decide.test_plan import TODAY
from tests.given import given

MAY, JUNE = date(2026, 5, 4), date(2026, 6, 1)
MILD = GradeHealth(grade=HealthGrade.MILD, on=JUNE)


def test_a_grade_is_given_and_the_same_again_says_nothing_new() -> None:
    fact = HealthGraded(grade=HealthGrade.MILD, note=None)
    given(CARE).when(lambda c: grade_health(c, MILD, HERE, TODAY)).then(fact, on=JUNE).then_again_nothing()


def test_the_same_grade_with_a_word_to_it_is_news() -> None:
    said = MILD.model_copy(update={"note": "用助行器"})
    fact = HealthGraded(grade=HealthGrade.MILD, note="用助行器")
    given(CARE, (HealthGraded(grade=HealthGrade.MILD), JUNE)).when(lambda c: grade_health(c, said, HERE, TODAY)).then(
        fact, on=JUNE
    )


def test_what_is_told_late_of_an_earlier_day_does_not_push_aside_what_is_known() -> None:
    late = GradeHealth(grade=HealthGrade.SEVERE, on=MAY)
    fact = HealthGraded(grade=HealthGrade.SEVERE)
    known = HealthGraded(grade=HealthGrade.MILD)
    given(CARE, (known, JUNE)).when(lambda c: grade_health(c, late, HERE, TODAY)).then(fact, on=MAY)
    given(CARE, (known, JUNE), (fact, MAY)).when(lambda c: grade_health(c, MILD, HERE, TODAY)).then_nothing()


@pytest.mark.parametrize(
    ("command", "situation", "code"),
    [
        (MILD, DEAD, "died"),
        (MILD, GONE, "not_on_roll"),
        (MILD, HERE.model_copy(update={"merged_into": "other"}), "merged"),
        (MILD.model_copy(update={"on": date(2027, 1, 1)}), HERE, "in_future"),
    ],
)
def test_it_is_refused(command: GradeHealth, situation: Situation, code: str) -> None:
    outcome = given(CARE).when(lambda c: grade_health(c, command, situation, TODAY))
    outcome.then_refused(code)
