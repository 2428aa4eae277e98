"""The rows of study brought to the door, and what a slip there leaves alone."""

from __future__ import annotations

from events.facts.member import Attended
from events.facts.member_meeting import AttendanceTakenBack, Excused, Noted, StudyDelivered
from services.registry.project import excuse, meeting, member, study
from tests.registry.project.folding import WHO, folded, row_of, zhang

SLIP = AttendanceTakenBack(meeting_id="m", was=Noted.DELIVERED)


def test_a_delivery_stands_until_it_was_a_slip() -> None:
    brought = StudyDelivered(meeting_id="m", material="讲义")
    assert folded(study.view, brought)["m", WHO]["material"] == "讲义"
    assert folded(study.view, brought, SLIP) == {}
    assert ("m", WHO) in folded(study.view, brought, AttendanceTakenBack(meeting_id="m", was=Noted.ATTENDED))


def test_a_slip_of_it_leaves_leave_attendance_and_the_day_somebody_saw_them() -> None:
    assert ("m", WHO) in folded(excuse.view, Excused(meeting_id="m"), SLIP)
    assert ("m", WHO) in folded(meeting.attendance, Attended(meeting_id="m"), SLIP)
    row = row_of(member.view, zhang(), Attended(meeting_id="m"), StudyDelivered(meeting_id="n"), SLIP)
    assert (row["last_seen"] is not None, row["seq"]) == (True, 4)
