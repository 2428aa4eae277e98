"""Study brought to the door: to whom, when, and that it counts for no quorum."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from events.facts.meeting import Cancelled, MeetingKind, Scheduled, SignedIn
from events.facts.meeting_study import StudyBrought, StudyTakenBack
from events.facts.member_meeting import AttendanceTakenBack, Noted, StudyDelivered
from services.registry.decide.meeting import CHINA, MEETING
from services.registry.decide.member import MEMBER
from services.registry.decide.study import DeliverStudy, TakeStudyBack, deliver, take_study_back
from tests.given import Outcome, given
from tests.registry.decide.people import POLICY, enrolled

DAY, TODAY = date(2026, 11, 18), date(2026, 11, 21)
AT = datetime(2026, 11, 18, 9, 30, tzinfo=CHINA)
RULE = POLICY.meetings.study


def held(kind: MeetingKind = MeetingKind.LECTURE) -> tuple[Scheduled, date]:
    partners = ("p",) if kind is MeetingKind.JOINT else ()
    return Scheduled(kind=kind, branch_id="b3", starts_at=AT, title="党课", partner_ids=partners), DAY


def delivering(*past: Any, kind: MeetingKind = MeetingKind.LECTURE, who: Any = None, **given_: Any) -> Outcome:
    command = DeliverStudy(member_ids=("z",), **given_)
    spec = given(MEETING, held(kind), *past, called="m").given(MEMBER, *([who] if who else []), called="z")
    return spec.when(lambda one, member: deliver(one, {"z": member}, command, RULE, TODAY, meeting_id="m"))


def test_it_is_noted_with_the_member_and_the_meeting_once() -> None:
    on = date(2026, 11, 20)
    delivering(who=enrolled(), on=on, material="讲义").then(StudyBrought(member_ids=("z",)), on=on, of="m").then(
        StudyDelivered(meeting_id="m", material="讲义"), on=on, of="z"
    ).then_again_nothing()
    delivering(who=enrolled()).then(StudyBrought(member_ids=("z",)), on=TODAY, of="m")


@pytest.mark.parametrize("kind", [MeetingKind.COMMITTEE, MeetingKind.JOINT, MeetingKind.APPRAISAL])
def test_some_meetings_cannot_be_brought_to_a_door(kind: MeetingKind) -> None:
    delivering(kind=kind, who=enrolled()).then_refused("not_for_study", clause="§6.8")


def test_what_is_refused() -> None:
    delivering(who=enrolled(), on=date(2026, 11, 17)).then_refused("delivered_too_early", day=DAY)
    delivering(who=enrolled(), on=date(2026, 11, 22)).then_refused("in_future", day=date(2026, 11, 22))
    delivering(SignedIn(member_ids=("z",)), who=enrolled()).then_refused("came_to_it", member_ids=["z"])
    delivering(Cancelled(), who=enrolled()).then_refused("cancelled")
    delivering().then_refused("not_on_roll", member_ids=["z"])


def test_it_is_taken_back_once_and_is_nobody_present() -> None:
    brought = StudyBrought(member_ids=("z",))
    spec = given(MEETING, held(), brought, called="m").given(MEMBER, enrolled(), called="z")
    assert spec.entities["m"].state.came == frozenset()
    spec.when(lambda one, _who: take_study_back(one, TakeStudyBack(member_ids=("z",)), TODAY, meeting_id="m")).then(
        StudyTakenBack(member_ids=("z",)), on=TODAY, of="m"
    ).then(AttendanceTakenBack(meeting_id="m", was=Noted.DELIVERED), on=TODAY, of="z").then_again_nothing()
