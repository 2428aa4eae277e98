"""What visitors say of themselves; leave, and its being taken back."""

from __future__ import annotations

from datetime import date, timedelta

from events.facts.visitor import LeaveTaken, LeaveWithdrawn, Skill, VisitorDescribed
from services.care.decide.visitor import (
    LEAVES_KEPT,
    VISITOR,
    DescribeVisitor,
    TakeLeave,
    Visitor,
    describe,
    evolve,
    take_leave,
    withdraw_leave,
)
from tests.care.decide.test_plan import TODAY
from tests.given import given

LEAVE = TakeLeave(start=TODAY, end=TODAY + timedelta(days=4))
TAKEN = LeaveTaken(leave_id="l1", start=LEAVE.start, end=LEAVE.end)


def test_what_a_visitor_can_do_is_said_anew() -> None:
    said = DescribeVisitor(
        visits_per_week=12, skills=(Skill.MEDICAL, Skill.MEDICAL), buildings=("金桥路36弄 30号", "金桥路36弄28号")
    )
    fact = VisitorDescribed(visits_per_week=12, skills=(Skill.MEDICAL,), buildings=("金桥路36弄28号", "金桥路36弄30号"))
    given(VISITOR).when(lambda one: describe(one, said, TODAY)).then(fact, on=TODAY).then_again_nothing()
    less = DescribeVisitor(visits_per_week=0)
    given(VISITOR, fact).when(lambda one: describe(one, less, TODAY)).then(VisitorDescribed(visits_per_week=0))
    given(VISITOR).when(lambda one: describe(one, less, TODAY)).then(VisitorDescribed(visits_per_week=0))


def test_leave_is_taken_once() -> None:
    given(VISITOR).when(lambda one: take_leave(one, LEAVE, TODAY, leave_id="l1")).then(TAKEN).then_again_nothing()
    given(VISITOR, TAKEN).when(lambda one: take_leave(one, LEAVE, TODAY, leave_id="l2")).then_nothing()


def test_leave_that_cannot_be_is_refused() -> None:
    backwards = TakeLeave(start=TODAY, end=TODAY - timedelta(days=1))
    given(VISITOR).when(lambda one: take_leave(one, backwards, TODAY, leave_id="l")).then_refused("leave_ends_first")
    over = TakeLeave(start=TODAY - timedelta(days=9), end=TODAY - timedelta(days=1))
    given(VISITOR).when(lambda one: take_leave(one, over, TODAY, leave_id="l")).then_refused("leave_over")
    endless = TakeLeave(start=TODAY, end=TODAY + timedelta(days=400))
    given(VISITOR).when(lambda one: take_leave(one, endless, TODAY, leave_id="l")).then_refused("leave_too_long")


def test_leave_is_withdrawn_once_and_not_when_it_is_over() -> None:
    withdrawn = LeaveWithdrawn(leave_id="l1")
    given(VISITOR, TAKEN).when(lambda one: withdraw_leave(one, "l1", TODAY)).then(withdrawn).then_again_nothing()
    given(VISITOR).when(lambda one: withdraw_leave(one, "l1", TODAY)).then_nothing()
    later = TODAY + timedelta(days=30)
    given(VISITOR, TAKEN).when(lambda one: withdraw_leave(one, "l1", later)).then_refused("leave_over", end=LEAVE.end)


def test_a_visitor_is_away_on_the_days_of_a_leave_and_only_the_latest_are_remembered() -> None:
    one = Visitor()
    for number in range(LEAVES_KEPT + 5):
        day = date(2026, 1, 1) + timedelta(days=10 * number)
        one = evolve(one, LeaveTaken(leave_id=f"l{number}", start=day, end=day + timedelta(days=2)), day)
    assert len(one.leaves) == LEAVES_KEPT
    last = date(2026, 1, 1) + timedelta(days=10 * (LEAVES_KEPT + 4))
    assert [one.away_on(last + timedelta(days=number)) for number in (-1, 0, 2, 3)] == [False, True, True, False]
