"""What befalls somebody calls for a visit within the rule's days, planned in the same append; told twice it is one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from events.facts.care import (
    FellIll,
    Recovered,
    Severity,
    VisitCancelled,
    VisitPlanned,
    VisitReason,
    VisitWay,
    WhyCancelled,
)
from events.facts.care_occasion import Bereaved, Discharged, HardshipReported, Hospitalised
from events.facts.decision import Decision, Happened
from services.care.decide.care import replan
from services.care.decide.cared import CARE, Cared
from services.care.decide.commands import ReportBereavement, ReportDischarge, ReportHardship, ReportHospital
from services.care.decide.occasion import report_bereavement, report_discharge, report_hardship, report_hospital
from services.care.decide.plan import Situation
from tests.care.decide.test_care import AWAY, DEAD, GONE, HERE, planned
from tests.care.decide.test_plan import POLICY, TODAY, YEAR
from tests.given import given

ON = date(2026, 11, 18)
IN = ReportHospital(on=ON, hospital="第一人民医院", note="12 床")
OUT = ReportDischarge(on=date(2026, 11, 20), note="静养")
HARD = ReportHardship(on=ON, what="房子漏水")
LOSS = ReportBereavement(on=ON, whom="老伴")
ADMITTED = Hospitalised(hospital="第一人民医院", note="12 床")


def doing(decide: Callable[..., Decision], command: Any, situation: Situation = HERE) -> Callable[[Cared], Decision]:
    return lambda cared: decide(cared, "m1", command, situation, POLICY, TODAY)


@pytest.mark.parametrize(
    ("decide", "command", "fact", "reason", "due", "clause"),
    [
        (report_hardship, HARD, HardshipReported(what="房子漏水"), VisitReason.HARDSHIP, date(2026, 11, 25), "§4.9"),
        (report_bereavement, LOSS, Bereaved(whom="老伴"), VisitReason.BEREAVED, TODAY, "§4.10"),
    ],
)
def test_somebody_goes_within_the_days_of_the_rule(
    decide: Callable[..., Decision], command: Any, fact: Any, reason: VisitReason, due: date, clause: str
) -> None:
    outcome = given(CARE).when(doing(decide, command))
    (told, on), (visit, _), *_later = outcome.then_facts()
    assert (told, on) == (fact, ON)
    assert (visit.reason, visit.way, visit.start, visit.due, visit.clause) == (reason, VisitWay.HOME, ON, due, clause)
    assert visit.proposed_visitor == "visitor-li"
    outcome.then_again_nothing()


def test_who_is_away_is_called() -> None:
    (_, (visit, _), *later) = given(CARE).when(doing(report_bereavement, LOSS, AWAY)).then_facts()
    assert {fact.way for fact, _ in later} == {VisitWay.CALL}
    assert visit.way is VisitWay.CALL


def test_who_went_away_before_the_visit_is_called_in_its_days() -> None:
    ((_, _), (visit, _)) = given(CARE).when(doing(report_hardship, HARD)).then_facts()
    happened = (
        given(CARE, (HardshipReported(what="房子漏水"), ON), (visit, TODAY))
        .when(lambda cared: replan(cared, "m1", AWAY, YEAR))
        .then_facts()
    )
    instead = [fact for fact, _ in happened if isinstance(fact, VisitPlanned) and fact.reason is VisitReason.HARDSHIP]
    assert [(one.way, one.due) for one in instead] == [(VisitWay.CALL, visit.due)]


class TestHospital:
    ILL = (FellIll(severity=Severity.SERIOUS), ON)
    VISIT = (planned("v1", reason=VisitReason.FELL_ILL, start=ON, due=TODAY), ON)

    def test_the_visit_to_the_sick_is_made_there(self) -> None:
        outcome = given(CARE, self.ILL, self.VISIT).when(doing(report_hospital, IN))
        (told, _), (visit, _) = outcome.then_facts()
        assert told == ADMITTED
        assert (visit.visit_id, visit.way, visit.due) == ("v1", VisitWay.HOSPITAL, TODAY)
        outcome.then_again_nothing()

    def test_of_whom_no_illness_was_known_somebody_goes_there_soon(self) -> None:
        (_, (visit, _)) = given(CARE).when(doing(report_hospital, IN)).then_facts()
        assert (visit.reason, visit.way, visit.due) == (VisitReason.FELL_ILL, VisitWay.HOSPITAL, TODAY)

    def test_out_of_hospital_somebody_comes_home_and_nobody_goes_there(self) -> None:
        there = (planned("v1", reason=VisitReason.FELL_ILL, way=VisitWay.HOSPITAL), ON)
        outcome = given(CARE, (ADMITTED, ON), there).when(doing(report_discharge, OUT))
        (told, on), (dropped, _), (visit, _) = outcome.then_facts()
        assert (told, on) == (Discharged(note="静养"), OUT.on)
        assert dropped == VisitCancelled(visit_id="v1", why=WhyCancelled.DISCHARGED)
        assert (visit.reason, visit.way, visit.due) == (VisitReason.DISCHARGED, VisitWay.HOME, OUT.on + timedelta(7))
        outcome.then_again_nothing()

    def test_being_well_again_does_not_drop_the_visit_after_hospital(self) -> None:
        spec = given(CARE, self.ILL, (ADMITTED, ON)).when(doing(report_discharge, OUT))
        facts = [*((fact, on) for fact, on in spec.then_facts())]
        after = given(CARE, self.ILL, (ADMITTED, ON), *facts, (Recovered(), TODAY)).entities["care"].state
        assert [visit.window.reason for _, visit in after.open_visits()] == [VisitReason.DISCHARGED]

    def test_what_cannot_be_is_refused(self) -> None:
        later = IN.model_copy(update={"on": date(2026, 11, 19)})
        given(CARE, (ADMITTED, ON)).when(doing(report_hospital, later)).then_refused("in_hospital", since=ON)
        given(CARE).when(doing(report_discharge, OUT)).then_refused("not_in_hospital")
        early = OUT.model_copy(update={"on": date(2026, 11, 1)})
        given(CARE, (ADMITTED, ON)).when(doing(report_discharge, early)).then_refused("before_hospital", since=ON)


@pytest.mark.parametrize(
    ("situation", "code"),
    [(DEAD, "died"), (GONE, "not_on_roll"), (HERE.model_copy(update={"merged_into": "x"}), "merged")],
)
@pytest.mark.parametrize(
    ("decide", "command"),
    [(report_hospital, IN), (report_discharge, OUT), (report_hardship, HARD), (report_bereavement, LOSS)],
)
def test_nothing_is_begun_for_who_cannot_be_cared_for(
    decide: Callable[..., Decision], command: Any, situation: Situation, code: str
) -> None:
    given(CARE).when(doing(decide, command, situation)).then_refused(code)
    tomorrow = command.model_copy(update={"on": TODAY + timedelta(1)})
    given(CARE).when(doing(decide, tomorrow)).then_refused("in_future")


@forall(st.integers(0, 400))
def test_however_late_it_is_told_somebody_can_still_go(days_ago: int) -> None:
    command = LOSS.model_copy(update={"on": TODAY - timedelta(days_ago)})
    decision = report_bereavement(Cared(), "m1", command, HERE, POLICY, TODAY)
    assert isinstance(decision, Happened)
    visit = decision.facts[1][0]
    assert isinstance(visit, VisitPlanned)
    assert visit.due >= TODAY
    assert (visit.due - visit.start).days >= 3
    assert (visit.end - visit.due).days == 14


def test_who_lost_wife_or_husband_is_visited_again_and_again() -> None:
    outcome = given(CARE).when(doing(report_bereavement, LOSS))
    visits = [fact for fact, _ in outcome.then_facts() if isinstance(fact, VisitPlanned)]
    assert [(one.reason, one.start, one.due, one.clause) for one in visits] == [
        (VisitReason.BEREAVED, ON, TODAY, "§4.10"),
        (VisitReason.SPOUSE_CARE, date(2026, 12, 11), date(2026, 12, 18), "§4.17"),
        (VisitReason.SPOUSE_CARE, date(2027, 2, 19), date(2027, 2, 26), "§4.17"),
    ]
    outcome.then_again_nothing()


def test_a_loss_told_late_asks_for_what_can_still_be_done() -> None:
    late = ReportBereavement(on=date(2026, 10, 1), whom="妻子王秀英")
    outcome = given(CARE).when(doing(report_bereavement, late))
    visits = [fact for fact, _ in outcome.then_facts() if isinstance(fact, VisitPlanned)]
    assert [(one.reason, one.due) for one in visits] == [
        (VisitReason.BEREAVED, TODAY),
        (VisitReason.SPOUSE_CARE, date(2027, 1, 9)),
    ]


def test_another_loss_is_one_visit() -> None:
    outcome = given(CARE).when(doing(report_bereavement, ReportBereavement(on=ON, whom="哥哥")))
    assert [fact.reason for fact, _ in outcome.then_facts() if isinstance(fact, VisitPlanned)] == [VisitReason.BEREAVED]
