"""Leave, slips and guests of a meeting."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from events.facts.meeting import (
    Cancelled,
    Guests,
    GuestsCounted,
    MeetingKind,
    MembersExcused,
    NotesTakenBack,
    Scheduled,
    SignedIn,
)
from events.facts.member_meeting import AttendanceTakenBack, Excused, Noted
from services.registry.decide.attendance import CountGuests, Excuse, TakeBack, count_guests, excuse, take_back
from services.registry.decide.meeting import CHINA, MEETING, ScheduleMeeting, schedule
from services.registry.decide.member import MEMBER
from tests.given import Outcome, given
from tests.registry.decide.people import POLICY, enrolled

DAY, TODAY = date(2026, 11, 20), date(2026, 11, 21)
AT = datetime(2026, 11, 20, 9, 30, tzinfo=CHINA)
LEAVE = POLICY.meetings.leave
HELD = (Scheduled(kind=MeetingKind.JOINT, starts_at=AT, title="义诊", partner_ids=("p1", "p2")), DAY)


def excusing(
    *past: Any, who: Any = None, command: Excuse | None = None, today: date = TODAY, post: str = "secretary"
) -> Outcome:
    """`z` asks leave of the meeting `m`."""
    wish = command or Excuse(member_ids=("z",), reason="去看外孙")
    spec = given(MEETING, HELD, *past, called="m").given(MEMBER, *([who] if who else []), called="z")
    return spec.when(
        lambda meeting, member: excuse(meeting, {"z": member}, wish, LEAVE, today, meeting_id="m", post=post)
    )


def taking_back(*past: Any) -> Outcome:
    spec = given(MEETING, HELD, *past, called="m").given(MEMBER, enrolled(), called="z")
    return spec.when(lambda meeting, _member: take_back(meeting, TakeBack(member_ids=("z",)), TODAY, meeting_id="m"))


def test_leave_is_noted_with_the_member_and_the_meeting_once() -> None:
    excusing(who=enrolled()).then(Excused(meeting_id="m", why="去看外孙"), on=DAY, of="z").then(
        MembersExcused(member_ids=("z",)), on=DAY, of="m"
    ).then_again_nothing()


def test_the_api_may_name_one_member() -> None:
    assert Excuse.model_validate({"member_id": "z", "reason": "出差"}) == Excuse(member_ids=("z",), reason="出差")
    assert TakeBack.model_validate({"member_ids": "a,b,a"}).member_ids == ("a", "b")


def test_who_was_there_asked_no_leave() -> None:
    excusing(SignedIn(member_ids=("z",)), who=enrolled()).then_refused("was_there", member_ids=["z"])
    excusing(Cancelled(), who=enrolled()).then_refused("cancelled")
    excusing().then_refused("not_on_roll", member_ids=["z"])


def test_who_may_say_yes_is_the_rules_and_another_day_another_post() -> None:
    """Until the end of the day of the meeting whoever keeps the register, afterwards the secretary (§6.10)."""
    for day, post, yes in (
        (DAY, "worker", True), (DAY, "secretary", True), (TODAY, "secretary", True), (TODAY, "worker", False),
        (DAY, "visitor", False),
    ):  # fmt: skip
        outcome = excusing(who=enrolled(), today=day, post=post)
        if yes:
            outcome.then_facts(of="m")
        else:
            who = ["secretary", "worker"] if day == DAY else ["secretary"]
            outcome.then_refused("may_not_excuse", clause="§6.10", who=who, late=day != DAY)
    already = MembersExcused(member_ids=("z",))
    excusing(already, who=enrolled(), post="worker").then_nothing()


def test_a_slip_is_taken_back_on_both_sides_once() -> None:
    taking_back(SignedIn(member_ids=("z", "y"))).then(
        AttendanceTakenBack(meeting_id="m", was=Noted.ATTENDED), on=DAY, of="z"
    ).then(NotesTakenBack(attended=("z",)), on=DAY, of="m").then_again_nothing()
    taking_back(MembersExcused(member_ids=("z",))).then(
        AttendanceTakenBack(meeting_id="m", was=Noted.EXCUSED), on=DAY, of="z"
    ).then(NotesTakenBack(excused=("z",)), on=DAY, of="m").then_again_nothing()
    taking_back().then_nothing()


def test_whoever_came_after_all_is_no_longer_excused() -> None:
    state = MEETING.initial
    for fact in (HELD[0], MembersExcused(member_ids=("z",)), SignedIn(member_ids=("z",))):
        state = MEETING.evolve(state, fact, DAY)
    assert state.present == {"z"}
    assert not state.excused


def test_guests_are_counted_and_counted_again() -> None:
    first = CountGuests(guests={"p1": 6})
    counted = GuestsCounted(guests=(Guests(partner_id="p1", people=6),))
    given(MEETING, HELD).when(lambda one: count_guests(one, first, TODAY)).then(counted, on=TODAY).then_again_nothing()
    both = GuestsCounted(guests=(Guests(partner_id="p1", people=6), Guests(partner_id="p2", people=0)))
    given(MEETING, HELD, counted).when(lambda one: count_guests(one, CountGuests(guests={"p2": 0}), TODAY)).then(
        both, on=TODAY
    )
    given(MEETING, HELD).when(lambda one: count_guests(one, CountGuests(guests={"x": 1}), TODAY)).then_refused(
        "not_held_with", partner_id="x"
    )
    given(MEETING, HELD).when(lambda one: count_guests(one, first, date(2026, 11, 19))).then_refused("not_yet", day=DAY)
    given(MEETING, HELD, Cancelled()).when(lambda one: count_guests(one, first, TODAY)).then_refused("cancelled")
    given(MEETING).when(lambda one: count_guests(one, first, TODAY)).then_refused("no_meeting")


def test_a_joint_activity_is_held_with_somebody() -> None:
    alone = ScheduleMeeting(kind=MeetingKind.JOINT, starts_at=AT, title="义诊")
    given(MEETING).when(lambda one: schedule(one, alone)).then_refused("held_with_nobody")
    together = alone.model_copy(update={"partners": ("p1", "p2", "p1")})
    given(MEETING).when(lambda one: schedule(one, together)).then(HELD[0], on=DAY).then_again_nothing()
