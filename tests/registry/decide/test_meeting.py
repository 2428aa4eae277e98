from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from events.facts.meeting import Cancelled, MeetingKind, Scheduled, SignedIn
from events.facts.member import Attended, Died
from services.registry.decide.meeting import (
    CHINA,
    MEETING,
    CancelMeeting,
    Meeting,
    ScheduleMeeting,
    SignIn,
    cancel,
    schedule,
    sign_in,
)
from services.registry.decide.member import MEMBER
from tests.given import Decide, Spec, given
from tests.registry.decide.people import TODAY, enrolled

STARTS_AT = datetime(2026, 11, 20, 9, 0, tzinfo=CHINA)
DAY = date(2026, 11, 20)
CALL = ScheduleMeeting(kind=MeetingKind.GENERAL, branch="b1", starts_at=STARTS_AT, title="支部党员大会")
SCHEDULED = Scheduled(kind=MeetingKind.GENERAL, branch_id="b1", starts_at=STARTS_AT, title="支部党员大会")


def room(*past: Any, members: int = 3) -> Spec:
    spec = given(MEETING, SCHEDULED, *past, called="g1")
    for index in range(members):
        spec.given(MEMBER, enrolled(), called=f"m{index}")
    return spec


def signing_in(*ids: str, today: date = TODAY) -> Decide:
    def decide(meeting: Any, *members: Any) -> Any:
        states = {f"m{index}": member for index, member in enumerate(members)}
        return sign_in(meeting, states, SignIn(member_ids=ids), today, meeting_id="g1")

    return decide


def test_a_meeting_is_called() -> None:
    given(MEETING).when(lambda m: schedule(m, CALL)).then(SCHEDULED, on=DAY).then_again_nothing()


def test_a_time_without_a_zone_is_the_country_s() -> None:
    naive = ScheduleMeeting.model_validate(
        {"kind": "general", "starts_at": "2026-11-20T09:00:00", "title": "支部党员大会"}
    )
    assert naive.starts_at == STARTS_AT


def test_a_meeting_is_not_called_for_two_times() -> None:
    other = CALL.model_copy(update={"starts_at": STARTS_AT + timedelta(days=1)})
    given(MEETING, SCHEDULED).when(lambda m: schedule(m, other)).then_refused("already_scheduled")


def test_those_who_came_are_written_down_with_the_meeting() -> None:
    outcome = room().when(signing_in("m0", "m2", "m0"))
    outcome.then(SignedIn(member_ids=("m0", "m2")), on=DAY)
    outcome.then(Attended(meeting_id="g1"), on=DAY, of="m0")
    outcome.then(Attended(meeting_id="g1"), on=DAY, of="m2")
    outcome.then(of="m1")
    outcome.then_again_nothing()


def test_those_already_there_are_passed_over() -> None:
    room(SignedIn(member_ids=("m0",))).when(signing_in("m0", "m1")).then(SignedIn(member_ids=("m1",))).then(of="m0")


def test_before_the_day_nobody_has_come() -> None:
    room().when(signing_in("m0", today=DAY - timedelta(days=1))).then_refused("not_yet", day=DAY)


def test_somebody_not_on_the_roll_is_named() -> None:
    spec = given(MEETING, SCHEDULED, called="g1").given(MEMBER, enrolled(), called="m0").given(MEMBER, called="m1")
    spec.when(signing_in("m0", "m1")).then_refused("not_on_roll", member_ids=["m1"])


def test_a_death_after_the_meeting_does_not_undo_that_somebody_came() -> None:
    for died_on, came in ((DAY, True), (DAY - timedelta(days=1), False)):
        spec = given(MEETING, SCHEDULED, called="g1").given(MEMBER, enrolled(), (Died(), died_on), called="m0")
        outcome = spec.when(signing_in("m0"))
        if came:
            outcome.then(SignedIn(member_ids=("m0",)))
        else:
            outcome.then_refused("not_on_roll")


def test_a_cancelled_meeting_has_no_list() -> None:
    room(Cancelled()).when(signing_in("m0")).then_refused("cancelled")
    given(MEETING, called="g1").given(MEMBER, enrolled(), called="m0").when(signing_in("m0")).then_refused("no_meeting")


def test_a_meeting_is_cancelled() -> None:
    command = CancelMeeting(why="台风")
    given(MEETING, SCHEDULED).when(lambda m: cancel(m, command, TODAY)).then(
        Cancelled(why="台风"), on=TODAY
    ).then_again_nothing()


def test_a_meeting_somebody_came_to_took_place() -> None:
    given(MEETING, SCHEDULED, SignedIn(member_ids=("m0",))).when(
        lambda m: cancel(m, CancelMeeting(), TODAY)
    ).then_refused("has_taken_place", present=1)
    given(MEETING).when(lambda m: cancel(m, CancelMeeting(), TODAY)).then_refused("no_meeting")


def test_the_same_people_are_the_same_snapshot_in_every_process() -> None:
    people = [f"m{index}" for index in range(40)]
    assert Meeting(present=frozenset(people)).model_dump(mode="json")["present"] == sorted(people)
