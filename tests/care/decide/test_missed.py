"""What nobody did climbs with the days, and why is said by a person; it stays missed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from events.facts.care import MissedExplained, VisitMade, VisitMissed, VisitWay, WhyMissed
from services.care.decide.cared import CARE, Stage
from services.care.decide.commands import ExplainMissed
from services.care.decide.missed import Level, explain_missed, level_on
from services.care.decide.policy import MissedRule
from tests.care.decide.test_care import planned
from tests.care.decide.test_plan import POLICY, TODAY
from tests.given import given

MISSED = (VisitMissed(visit_id="v1"), TODAY)
WHY = ExplainMissed(why=WhyMissed.NOT_AT_HOME, note="上午去")
LEVELS = [None, Level.VISITOR, Level.SECRETARY, Level.STREET]


@pytest.mark.parametrize(
    ("late_days", "level"),
    [(-1, None), (0, None), (1, Level.VISITOR), (2, Level.VISITOR), (3, Level.SECRETARY), (14, Level.SECRETARY),
     (15, Level.STREET), (400, Level.STREET)],
)  # fmt: skip
def test_whose_matter_it_is(late_days: int, level: Level | None) -> None:
    assert level_on(TODAY - timedelta(late_days), TODAY, POLICY.missed) is level


@forall(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 60), st.integers(1, 20), st.integers(1, 20))
def test_it_only_climbs(due: date, days: int, secretary: int, more: int) -> None:
    rule = MissedRule(secretary_days=secretary, street_days=secretary + more, clause="§")
    today = due + timedelta(days)
    before, after = level_on(due, today, rule), level_on(due, today + timedelta(1), rule)
    assert LEVELS.index(before) <= LEVELS.index(after)


def test_a_street_that_learns_of_it_first_is_no_rule() -> None:
    with pytest.raises(ValueError, match="after the secretary"):
        MissedRule(secretary_days=5, street_days=5, clause="§")


def test_why_is_said_once_and_may_be_said_better() -> None:
    fact = MissedExplained(visit_id="v1", why=WhyMissed.NOT_AT_HOME, note="上午去")
    spec = given(CARE, planned(), MISSED)
    spec.when(lambda c: explain_missed(c, "v1", WHY, TODAY)).then(fact, on=TODAY)
    silent = WHY.model_copy(update={"note": None})
    said = given(CARE, planned(), MISSED, fact)
    said.when(lambda c: explain_missed(c, "v1", silent, TODAY)).then_nothing()
    other = ExplainMissed(why=WhyMissed.NOT_WANTED)
    said.when(lambda c: explain_missed(c, "v1", other, TODAY)).then(
        MissedExplained(visit_id="v1", why=WhyMissed.NOT_WANTED)
    ).then_again_nothing()
    assert said.entities["care"].state.visits["v1"].stage is Stage.MISSED


def test_what_was_not_missed_needs_no_word() -> None:
    given(CARE, planned()).when(lambda c: explain_missed(c, "v1", WHY, TODAY)).then_refused("not_missed")
    made = VisitMade(visit_id="v1", by="laoli", way=VisitWay.HOME)
    given(CARE, planned(), made).when(lambda c: explain_missed(c, "v1", WHY, TODAY)).then_refused("not_missed")
    given(CARE).when(lambda c: explain_missed(c, "v9", WHY, TODAY)).then_refused("no_visit")
