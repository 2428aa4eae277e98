"""Whom a member does not wish to see; and a week's plan: confirmed line by line, looked at again, taken back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from events.facts.base import HIDDEN
from events.facts.care import VisitMade, VisitorAssigned, VisitPlanned, VisitWay
from events.facts.care_rota import RefusalWithdrawn, VisitorRefused, VisitorUnassigned
from events.facts.decision import Decisions, Happened
from events.facts.visitor import LeaveTaken
from services.care.decide.care import assign_visitor, replan
from services.care.decide.cared import CARE, Cared
from services.care.decide.commands import AssignVisitor
from services.care.decide.plan import Situation
from services.care.decide.rota import (
    ConfirmRota,
    Placing,
    RefuseVisitor,
    WithdrawRefusal,
    confirm,
    refuse_visitor,
    take_back,
    withdraw_refusal,
)
from services.care.decide.visitor import VISITOR, Visitor, evolve
from tests.care.decide.test_care import planned
from tests.care.decide.test_plan import TODAY, YEAR, born
from tests.given import given

ON = TODAY + timedelta(days=2)
REFUSE = RefuseVisitor(visitor="wang", reason="说话太快")
REFUSED = VisitorRefused(visitor="wang", reason="说话太快")
SET = VisitorAssigned(visit_id="v1", visitor="wang", on=ON, rota_id="r1")


def line(**other: Any) -> Placing:
    return Placing(**({"member_id": "m1", "visit_id": "v1", "visitor": "wang", "on": ON} | other))


def confirming(*lines: Placing) -> ConfirmRota:
    return ConfirmRota(rota_id="r1", placings=lines or (line(),))


def decided(cared: Cared, command: ConfirmRota, visitor: Visitor | None = None) -> Decisions:
    """The member `m1` alone."""
    happened, _out = confirm({"m1": cared}, {"wang": visitor or Visitor()}, command, TODAY)
    return {"m1": happened["m1"]} if happened else {}


class TestARefusal:
    def test_is_said_once_and_takes_the_visitor_off_what_is_planned(self) -> None:
        planned_for_wang = planned(proposed_visitor="wang"), planned("v2", proposed_visitor="li")
        off = VisitorUnassigned(visit_id="v1")
        (
            given(CARE, *planned_for_wang)
            .when(lambda one: refuse_visitor(one, REFUSE, TODAY))
            .then(REFUSED, off, on=TODAY)
            .then_again_nothing()
        )

    def test_is_known_to_those_who_cannot_read_why(self) -> None:
        hidden = VisitorRefused(visitor="wang", reason=HIDDEN)
        given(CARE, hidden).when(lambda one: refuse_visitor(one, REFUSE, TODAY)).then_nothing()

    def test_forbids_to_send_that_visitor(self) -> None:
        wang = AssignVisitor(visitor="wang")
        given(CARE, planned(), REFUSED).when(lambda one: assign_visitor(one, "v1", wang, TODAY)).then_refused(
            "visitor_refused", visitor="wang"
        )

    def test_is_withdrawn_once(self) -> None:
        again = WithdrawRefusal(visitor="wang")
        (
            given(CARE, REFUSED)
            .when(lambda one: withdraw_refusal(one, again, TODAY))
            .then(RefusalWithdrawn(visitor="wang"))
            .then_again_nothing()
        )
        wang = AssignVisitor(visitor="wang")
        withdrawn = RefusalWithdrawn(visitor="wang")
        given(CARE, planned(), REFUSED, withdrawn).when(lambda one: assign_visitor(one, "v1", wang, TODAY)).then(
            VisitorAssigned(visit_id="v1", visitor="wang")
        )


class TestAWeek:
    def test_says_who_goes_and_when_once(self) -> None:
        given(CARE, planned(), called="m1").when(lambda one: decided(one, confirming())).then(
            SET, on=TODAY
        ).then_again_nothing()

    def test_leaves_out_what_cannot_be_done_by_now(self) -> None:
        def out(*facts: Any, visitor: Visitor | None = None, **other: Any) -> dict[str, str]:
            cared = CARE.initial
            for fact in (planned(end=TODAY + timedelta(days=10)), *facts):
                cared = CARE.evolve(cared, fact, TODAY)
            one = line(**other)
            return confirm({"m1": cared}, {"wang": visitor or Visitor()}, confirming(one), TODAY)[1]

        made = VisitMade(visit_id="v1", by="li", way=VisitWay.HOME)
        on_leave = evolve(VISITOR.initial, LeaveTaken(leave_id="l", start=ON, end=ON), TODAY)
        assert out() == {}
        assert out(made) == {"v1": "visit_closed"}
        assert out(visit_id="nothing") == {"nothing": "visit_closed"}
        assert out(REFUSED) == {"v1": "visitor_refused"}
        assert out(visitor=on_leave) == {"v1": "on_leave"}
        assert out(on=TODAY - timedelta(days=1)) == {"v1": "past"}
        assert out(on=TODAY + timedelta(days=11)) == {"v1": "outside_window"}
        assert out(visitor=on_leave, on=ON + timedelta(days=1)) == {}

    def test_is_taken_back_to_what_was_before(self) -> None:
        before = VisitorAssigned(visit_id="v1", visitor="li", on=None)
        given(CARE, planned(), before, SET, called="m1").when(lambda one: take_back({"m1": one}, "r1", TODAY)).then(
            before
        ).then_again_nothing()
        nobody = planned(proposed_visitor=None)
        given(CARE, nobody, SET, called="m1").when(lambda one: take_back({"m1": one}, "r1", TODAY)).then(
            VisitorUnassigned(visit_id="v1")
        ).then_again_nothing()

    def test_taken_back_leaves_alone_what_somebody_changed_since(self) -> None:
        since = VisitorAssigned(visit_id="v1", visitor="li")
        given(CARE, planned(), SET, since, called="m1").when(
            lambda one: take_back({"m1": one}, "r1", TODAY)
        ).then_nothing()
        made = VisitMade(visit_id="v1", by="wang", way=VisitWay.HOME)
        given(CARE, planned(), SET, made, called="m1").when(
            lambda one: take_back({"m1": one}, "r1", TODAY)
        ).then_nothing()
        given(CARE, planned(), SET, called="m1").when(lambda one: take_back({"m1": one}, "other", TODAY)).then_nothing()

    def test_taken_back_brings_nobody_back_who_is_refused_by_now(self) -> None:
        li = VisitorRefused(visitor="visitor-li")
        given(CARE, planned(), SET, li, called="m1").when(lambda one: take_back({"m1": one}, "r1", TODAY)).then(
            VisitorUnassigned(visit_id="v1")
        )


def test_a_visitor_is_told_the_day_by_hand_too() -> None:
    command = AssignVisitor(visitor="visitor-li", on=date(2026, 11, 25))
    told = VisitorAssigned(visit_id="v1", visitor="visitor-li", on=date(2026, 11, 25))
    given(CARE, planned()).when(lambda one: assign_visitor(one, "v1", command, TODAY)).then(told).then_again_nothing()


class TestAVisitPlannedOtherwise:
    """A fact re-plans somebody while the week's plan has set a day."""

    AGAIN = planned(proposed_visitor="wang", end=TODAY + timedelta(days=30))

    def test_keeps_the_day_and_the_plan_that_set_it(self) -> None:
        cared = given(CARE, planned(), SET, self.AGAIN).entities["care"].state
        assert (cared.visits["v1"].visitor, cared.visits["v1"].on, cared.visits["v1"].rota_id) == ("wang", ON, "r1")
        back = VisitorAssigned(visit_id="v1", visitor="visitor-li")
        assert take_back({"m1": cared}, "r1", TODAY)["m1"].facts == ((back, TODAY),)

    def test_keeps_no_day_that_its_window_has_not(self) -> None:
        early = planned(proposed_visitor="wang", due=ON - timedelta(days=1), end=ON - timedelta(days=1))
        assert given(CARE, planned(), SET, early).entities["care"].state.visits["v1"].on is None

    def test_keeps_no_day_of_somebody_else(self) -> None:
        cared = given(CARE, planned(), SET, planned(proposed_visitor="li")).entities["care"].state
        assert cared.visits["v1"].on is None

    def test_stays_with_whoever_goes_when_the_rules_ask_for_it_in_other_days(self) -> None:
        situation = Situation(birth=born(75), usual_visitor="li")
        decided = replan(Cared(), "m1", situation, YEAR)
        assert isinstance(decided, Happened)
        first = next(fact for fact, _ in decided.facts if isinstance(fact, VisitPlanned))
        earlier = first.model_copy(update={"start": first.start - timedelta(days=3)})
        sent = VisitorAssigned(visit_id=first.visit_id, visitor="wang", on=ON, rota_id="r1")
        cared = given(CARE, earlier, sent).entities["care"].state
        again = replan(cared, "m1", situation, YEAR)
        assert isinstance(again, Happened)
        for fact, on in again.facts:
            cared = CARE.evolve(cared, fact, on)
        visit = cared.visits[first.visit_id]
        assert (visit.window.start, visit.visitor, visit.on, visit.rota_id) == (first.start, "wang", ON, "r1")
