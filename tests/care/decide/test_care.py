from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from events.facts.base import HIDDEN
from events.facts.care import (
    Answers,
    FellIll,
    Recovered,
    Severity,
    ThreeQuestionsAnswered,
    VisitCancelled,
    VisitMade,
    VisitMissed,
    VisitorAssigned,
    VisitPlanned,
    VisitReason,
    VisitWay,
    WhyCancelled,
)
from services.care.decide.care import (
    assign_visitor,
    cancel_visits,
    mark_missed,
    note_contact,
    plan_illness_visit,
    record_visit,
    recover,
    replan,
    report_illness,
)
from services.care.decide.cared import CARE, CLOSED_KEPT, Cared, Stage, evolve
from services.care.decide.commands import (
    AssignVisitor,
    CancelVisits,
    NoteContact,
    PlanIllnessVisit,
    RecordVisit,
    Recover,
    ReportIllness,
)
from services.care.decide.plan import Situation
from tests.care.decide.test_plan import POLICY, TODAY, YEAR, born
from tests.given import given

HERE = Situation(birth=born(86), lives_alone=True, usual_visitor="visitor-li")
AWAY = HERE.model_copy(update={"away_since": date(2026, 11, 20)})
DEAD = HERE.model_copy(update={"died_on": date(2026, 11, 1)})
GONE = HERE.model_copy(update={"on_roll": False})
SINCE = date(2026, 11, 20)


def planned(visit_id: str = "v1", **other: Any) -> VisitPlanned:
    usual: dict[str, Any] = {
        "reason": VisitReason.EIGHTY,
        "way": VisitWay.HOME,
        "start": date(2026, 11, 1),
        "due": date(2026, 11, 20),
        "end": date(2026, 11, 30),
        "clause": "§4.2",
        "proposed_visitor": "visitor-li",
    }
    return VisitPlanned(visit_id=visit_id, **(usual | other))


def call(visit_id: str, start: date, end: date, reason: VisitReason = VisitReason.ALONE) -> VisitPlanned:
    return planned(visit_id, reason=reason, way=VisitWay.CALL, start=start, due=end, end=end, clause="§4.4")


THIS_WEEK = call("week", date(2026, 11, 16), date(2026, 11, 22))
ILL = FellIll(severity=Severity.MILD)
ILL_VISIT = planned("ill", reason=VisitReason.FELL_ILL, start=SINCE, due=date(2026, 11, 27), clause="§4.6")


class TestIllness:
    REPORT = ReportIllness(severity=Severity.SERIOUS, since=SINCE, hospital="第一人民医院", note="肺炎")

    def test_is_put_on_record(self) -> None:
        given(CARE).when(lambda c: report_illness(c, self.REPORT, HERE, TODAY)).then(
            FellIll(severity=Severity.SERIOUS, hospital="第一人民医院", note="肺炎"), on=SINCE
        ).then_again_nothing()

    def test_may_become_worse(self) -> None:
        worse = ReportIllness(severity=Severity.CRITICAL, since=TODAY)
        given(CARE, (FellIll(severity=Severity.SERIOUS), SINCE)).when(
            lambda c: report_illness(c, worse, HERE, TODAY)
        ).then(FellIll(severity=Severity.CRITICAL), on=TODAY).then_again_nothing()

    def test_another_day_for_the_same_illness_is_refused(self) -> None:
        other = ReportIllness(severity=Severity.SERIOUS, since=TODAY)
        given(CARE, (FellIll(severity=Severity.SERIOUS), SINCE)).when(
            lambda c: report_illness(c, other, HERE, TODAY)
        ).then_refused("already_ill", since=SINCE)

    @pytest.mark.parametrize(("situation", "code"), [(DEAD, "died"), (GONE, "not_on_roll")])
    def test_who_is_not_here_any_more_does_not_fall_ill(self, situation: Situation, code: str) -> None:
        given(CARE).when(lambda c: report_illness(c, self.REPORT, situation, TODAY)).then_refused(code)

    def test_tomorrow_is_refused(self) -> None:
        later = ReportIllness(severity=Severity.MILD, since=TODAY + timedelta(days=1))
        given(CARE).when(lambda c: report_illness(c, later, HERE, TODAY)).then_refused("in_future")

    def test_ends_and_with_it_the_visit(self) -> None:
        given(CARE, (ILL, SINCE), ILL_VISIT, planned()).when(lambda c: recover(c, Recover(on=TODAY), TODAY)).then(
            Recovered(), VisitCancelled(visit_id="ill", why=WhyCancelled.RECOVERED), on=TODAY
        ).then_again_nothing()

    def test_nobody_recovers_from_nothing_or_beforehand(self) -> None:
        given(CARE).when(lambda c: recover(c, Recover(on=TODAY), TODAY)).then_refused("not_ill")
        given(CARE, (ILL, SINCE)).when(lambda c: recover(c, Recover(on=date(2026, 11, 1)), TODAY)).then_refused(
            "before_falling_ill"
        )

    def test_whose_severity_cannot_be_read_is_still_an_illness(self) -> None:
        assert evolve(Cared(), FellIll(severity=HIDDEN), SINCE).ill_since == SINCE


class TestIllnessVisit:
    COMMAND = PlanIllnessVisit(visit_id="v9", because="fact-1", severity=Severity.SERIOUS, since=SINCE)

    @pytest.mark.parametrize(
        ("situation", "in_hospital", "way"),
        [(HERE, False, VisitWay.HOME), (HERE, True, VisitWay.HOSPITAL), (AWAY, True, VisitWay.CALL)],
    )
    def test_is_planned_within_three_days_for_the_usual_visitor(
        self, situation: Situation, in_hospital: bool, way: VisitWay
    ) -> None:
        command = self.COMMAND.model_copy(update={"in_hospital": in_hospital})
        given(CARE, (ILL, SINCE)).when(lambda c: plan_illness_visit(c, command, situation, POLICY, TODAY)).then(
            planned(
                "v9",
                reason=VisitReason.FELL_ILL,
                way=way,
                start=SINCE,
                due=date(2026, 11, 23),
                end=date(2026, 12, 7),
                clause="§4.6",
                because="fact-1",
            ),
            on=TODAY,
        ).then_again_nothing()

    def test_is_not_planned_for_who_is_well_again(self) -> None:
        given(CARE, (ILL, SINCE), (Recovered(), TODAY)).when(
            lambda c: plan_illness_visit(c, self.COMMAND, HERE, POLICY, TODAY)
        ).then_nothing()

    def test_is_not_planned_for_the_dead(self) -> None:
        given(CARE, (ILL, SINCE)).when(lambda c: plan_illness_visit(c, self.COMMAND, DEAD, POLICY, TODAY)).then_refused(
            "died"
        )


class TestReplan:
    def test_plans_what_the_rules_ask_for_now(self) -> None:
        outcome = given(CARE).when(lambda c: replan(c, "m1", HERE, YEAR))
        facts = [fact for fact, _ in outcome.then_facts()]
        assert [(f.reason, f.start) for f in facts] == [
            (VisitReason.ALONE, date(2026, 11, 16)),
            (VisitReason.EIGHTY, date(2026, 11, 1)),
            (VisitReason.ALONE, date(2026, 11, 23)),
        ]
        assert {f.proposed_visitor for f in facts} == {"visitor-li"}
        outcome.then_again_nothing()

    def test_who_goes_away_is_called_instead(self) -> None:
        outcome = given(CARE, planned(), THIS_WEEK).when(lambda c: replan(c, "m1", AWAY, YEAR, because="fact-2"))
        *cancelled, instead = [fact for fact, _ in outcome.then_facts()]
        assert cancelled == [
            VisitCancelled(visit_id=visit_id, why=WhyCancelled.WENT_AWAY, because="fact-2")
            for visit_id in ("v1", "week")
        ]
        assert (instead.reason, instead.way, instead.start) == (VisitReason.AWAY, VisitWay.CALL, SINCE)
        assert instead.because == "fact-2"
        outcome.then_again_nothing()

    def test_who_comes_back_is_visited_again(self) -> None:
        spec = given(CARE)
        spec.when(lambda c: replan(c, "m1", HERE, YEAR)).then_again_nothing()
        spec.when(lambda c: replan(c, "m1", AWAY, YEAR)).then_again_nothing()
        outcome = spec.when(lambda c: replan(c, "m1", HERE, YEAR))
        facts = [fact for fact, _ in outcome.then_facts()]
        assert [type(fact).__name__ for fact in facts] == ["VisitCancelled"] + 3 * ["VisitPlanned"]
        assert facts[0].why is WhyCancelled.RETURNED
        outcome.then_again_nothing()
        ways = {visit.window.way for _, visit in spec.entities["care"].state.open_visits()}
        assert ways == {VisitWay.HOME, VisitWay.CALL}

    def test_the_sick_who_go_away_are_called_in_the_time_of_the_visit(self) -> None:
        outcome = given(CARE, (ILL, SINCE), ILL_VISIT).when(lambda c: replan(c, "m1", AWAY, YEAR))
        cancelled, instead, _ = [fact for fact, _ in outcome.then_facts()]
        assert cancelled == VisitCancelled(visit_id="ill", why=WhyCancelled.WENT_AWAY)
        assert (instead.reason, instead.way, instead.due) == (
            VisitReason.FELL_ILL,
            VisitWay.CALL,
            date(2026, 11, 27),
        )
        outcome.then_again_nothing()

    def test_a_window_that_was_used_is_not_planned_again(self) -> None:
        spec = given(CARE)
        spec.when(lambda c: replan(c, "m1", HERE, YEAR)).then_again_nothing()
        [home, *_] = [visit_id for visit_id, _ in spec.entities["care"].state.open_visits()]
        command = RecordVisit(made_on=TODAY, by="visitor-li")
        spec.when(lambda c: record_visit(c, home, command, TODAY)).then_again_nothing()
        spec.when(lambda c: replan(c, "m1", HERE, YEAR)).then_nothing()

    @pytest.mark.parametrize(("situation", "code"), [(DEAD, "died"), (GONE, "not_on_roll")])
    def test_nothing_is_planned_for_who_is_gone(self, situation: Situation, code: str) -> None:
        given(CARE).when(lambda c: replan(c, "m1", situation, YEAR)).then_refused(code)


class TestRecord:
    COMMAND = RecordVisit(made_on=TODAY, by="visitor-li", difficulties="爬楼吃力", plans="学手机缴费")

    def test_the_visit_and_the_three_questions(self) -> None:
        given(CARE, planned()).when(lambda c: record_visit(c, "v1", self.COMMAND, TODAY)).then(
            VisitMade(visit_id="v1", by="visitor-li", way=VisitWay.HOME),
            ThreeQuestionsAnswered(visit_id="v1", answers=Answers(difficulties="爬楼吃力", plans="学手机缴费")),
            on=TODAY,
        ).then_again_nothing()

    def test_the_call_of_the_week_is_not_needed_any_more(self) -> None:
        command = RecordVisit(made_on=TODAY, by="visitor-li")
        given(CARE, planned(), THIS_WEEK).when(lambda c: record_visit(c, "v1", command, TODAY)).then(
            VisitMade(visit_id="v1", by="visitor-li", way=VisitWay.HOME),
            VisitCancelled(visit_id="week", why=WhyCancelled.MET_OTHERWISE),
            on=TODAY,
        ).then_again_nothing()

    def test_who_was_at_the_door_has_made_the_regular_visit(self) -> None:
        command = RecordVisit(made_on=TODAY, by="visitor-li")
        ill = (ILL, SINCE), ILL_VISIT
        given(CARE, *ill, planned()).when(lambda c: record_visit(c, "ill", command, TODAY)).then(
            VisitMade(visit_id="ill", by="visitor-li", way=VisitWay.HOME),
            VisitCancelled(visit_id="v1", why=WhyCancelled.MET_OTHERWISE),
            on=TODAY,
        ).then_again_nothing()
        given(CARE, *ill, planned()).when(lambda c: record_visit(c, "ill", command, TODAY, visit_counts=False)).then(
            VisitMade(visit_id="ill", by="visitor-li", way=VisitWay.HOME)
        ).then_again_nothing()

    def test_the_regular_visit_is_none_to_the_sick(self) -> None:
        command = RecordVisit(made_on=TODAY, by="visitor-li")
        given(CARE, (ILL, SINCE), ILL_VISIT, planned()).when(lambda c: record_visit(c, "v1", command, TODAY)).then(
            VisitMade(visit_id="v1", by="visitor-li", way=VisitWay.HOME)
        ).then_again_nothing()

    def test_a_missed_visit_may_be_recorded_late(self) -> None:
        given(CARE, planned(), VisitMissed(visit_id="v1")).when(
            lambda c: record_visit(c, "v1", RecordVisit(made_on=TODAY, by="x"), TODAY)
        ).then(VisitMade(visit_id="v1", by="x", way=VisitWay.HOME)).then_again_nothing()

    def test_on_two_days_is_refused(self) -> None:
        made = (VisitMade(visit_id="v1", by="x", way=VisitWay.HOME), date(2026, 11, 10))
        given(CARE, planned(), made).when(lambda c: record_visit(c, "v1", self.COMMAND, TODAY)).then_refused(
            "already_made", on=date(2026, 11, 10)
        )

    def test_what_cannot_be(self) -> None:
        early = RecordVisit(made_on=date(2026, 10, 31), by="x")
        later = RecordVisit(made_on=TODAY + timedelta(days=1), by="x")
        dropped = VisitCancelled(visit_id="v1", why=WhyCancelled.WENT_AWAY)
        given(CARE).when(lambda c: record_visit(c, "v1", self.COMMAND, TODAY)).then_refused("no_visit")
        given(CARE, planned()).when(lambda c: record_visit(c, "v1", early, TODAY)).then_refused("before_start")
        given(CARE, planned()).when(lambda c: record_visit(c, "v1", later, TODAY)).then_refused("in_future")
        given(CARE, planned(), dropped).when(lambda c: record_visit(c, "v1", self.COMMAND, TODAY)).then_refused(
            "visit_cancelled"
        )


class TestContact:
    def test_nobody_phones_a_person_who_sat_in_the_room_yesterday(self) -> None:
        yesterday = TODAY - timedelta(days=1)
        next_week = call("next", date(2026, 11, 23), date(2026, 11, 29))
        command = NoteContact(on=yesterday, because="fact-3")
        given(CARE, planned(), THIS_WEEK, next_week).when(lambda c: note_contact(c, command)).then(
            VisitCancelled(visit_id="week", why=WhyCancelled.MET_OTHERWISE, because="fact-3"), on=yesterday
        ).then_again_nothing()

    def test_a_week_in_which_the_person_was_met_is_not_planned_again(self) -> None:
        spec = given(CARE)
        spec.when(lambda c: replan(c, "m1", HERE, YEAR)).then_again_nothing()
        spec.when(lambda c: note_contact(c, NoteContact(on=TODAY))).then_again_nothing()
        spec.when(lambda c: replan(c, "m1", HERE, YEAR)).then_nothing()


class TestEnds:
    def test_a_death_cancels_everything(self) -> None:
        command = CancelVisits(why=WhyCancelled.DIED, because="fact-4")
        given(CARE, planned(), THIS_WEEK).when(lambda c: cancel_visits(c, command, TODAY)).then(
            VisitCancelled(visit_id="v1", why=WhyCancelled.DIED, because="fact-4"),
            VisitCancelled(visit_id="week", why=WhyCancelled.DIED, because="fact-4"),
            on=TODAY,
        ).then_again_nothing()

    def test_a_window_that_closed_was_missed(self) -> None:
        last_week = call("last", date(2026, 11, 9), date(2026, 11, 15))
        given(CARE, planned(), last_week).when(lambda c: mark_missed(c, TODAY)).then(
            VisitMissed(visit_id="last"), on=date(2026, 11, 16)
        ).then_again_nothing()


class TestVisitor:
    def test_somebody_else_goes(self) -> None:
        given(CARE, planned()).when(lambda c: assign_visitor(c, "v1", AssignVisitor(visitor="zhou"), TODAY)).then(
            VisitorAssigned(visit_id="v1", visitor="zhou"), on=TODAY
        ).then_again_nothing()

    def test_nobody_is_sent_where_somebody_has_been(self) -> None:
        made = VisitMade(visit_id="v1", by="x", way=VisitWay.HOME)
        command = AssignVisitor(visitor="zhou")
        given(CARE, planned(), made).when(lambda c: assign_visitor(c, "v1", command, TODAY)).then_refused(
            "visit_closed", stage=Stage.MADE
        )
        given(CARE).when(lambda c: assign_visitor(c, "v1", command, TODAY)).then_refused("no_visit")


def test_the_memory_of_closed_visits_is_bounded_and_open_ones_are_kept() -> None:
    cared = Cared()
    for number in range(3 * CLOSED_KEPT):
        cared = evolve(cared, planned(f"v{number}"), TODAY)
        if number:
            cared = evolve(cared, VisitMissed(visit_id=f"v{number}"), TODAY)
    assert cared.visits["v0"].stage is Stage.OPEN
    assert len(cared.visits) <= CLOSED_KEPT + 2
    assert evolve(cared, VisitMissed(visit_id="forgotten"), TODAY) == cared


def test_what_is_forgotten_does_not_depend_on_the_order_of_names() -> None:
    cared = Cared()
    for number in range(CLOSED_KEPT + 3):
        week = date(2026, 1, 5) + timedelta(days=7 * (number * 5 % 29))
        cared = evolve(cared, call(f"v{number}", week, week + timedelta(days=6)), TODAY)
        cared = evolve(cared, VisitMissed(visit_id=f"v{number}"), TODAY)
    mixed = cared.model_copy(update={"visits": dict(sorted(cared.visits.items()))})
    after = [evolve(one, planned("new"), TODAY).visits for one in (cared, mixed)]
    assert after[0] == after[1]
