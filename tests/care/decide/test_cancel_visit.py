from __future__ import annotations

from datetime import date

from events.facts.care import VisitCancelled, VisitMade, VisitWay, WhyCancelled
from services.care.decide.care import cancel_visit, replan
from services.care.decide.cared import CARE
from tests.care.decide.test_care import HERE, planned
from tests.care.decide.test_plan import TODAY, YEAR
from tests.given import given


def test_one_visit_is_called_off_and_the_others_stay() -> None:
    given(CARE, planned("v1"), planned("v2")).when(lambda c: cancel_visit(c, "v1", TODAY)).then(
        VisitCancelled(visit_id="v1", why=WhyCancelled.BY_HAND), on=TODAY
    ).then_again_nothing()


def test_what_was_made_cannot_be_called_off() -> None:
    made = (VisitMade(visit_id="v1", by="visitor-li", way=VisitWay.HOME), TODAY)
    given(CARE, planned("v1"), made).when(lambda c: cancel_visit(c, "v1", TODAY)).then_refused("visit_closed", on=TODAY)
    given(CARE).when(lambda c: cancel_visit(c, "v1", TODAY)).then_refused("no_visit")


def test_a_window_called_off_by_hand_is_not_planned_again() -> None:
    first = next(
        fact
        for fact, _ in given(CARE).when(lambda c: replan(c, "m", HERE, YEAR)).then_facts()
        if fact.start <= date(2026, 11, 1)
    )
    again = given(CARE, first, VisitCancelled(visit_id=first.visit_id, why=WhyCancelled.BY_HAND)).when(
        lambda c: replan(c, "m", HERE, YEAR)
    )
    assert first.visit_id not in {fact.visit_id for fact, _ in again.then_facts()}
