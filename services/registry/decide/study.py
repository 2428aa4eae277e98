"""Study is brought to the door of those who did not come: attendance of its own kind, which counts for no quorum."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from events.facts.decision import Command, Decisions, facts, refused
from events.facts.meeting_study import StudyBrought, StudyTakenBack
from events.facts.member_meeting import AttendanceTakenBack, Noted, StudyDelivered
from services.registry.decide.attendance import MemberIds
from services.registry.decide.meeting import Meeting, Stage, was_on_roll
from services.registry.decide.meeting_policy import StudyRule
from services.registry.decide.member import Member
from services.registry.decide.values import Line, Text


class DeliverStudy(Command):
    """What was studied at the meeting was brought to these members, on that day (the day of the command, if none)."""

    member_ids: MemberIds
    on: date | None = None
    material: Line | None = None


class TakeStudyBack(Command):
    """It was not brought to these members."""

    member_ids: MemberIds
    reason: Text | None = None


def deliver(
    meeting: Meeting,
    members: Mapping[str, Member],
    command: DeliverStudy,
    rule: StudyRule,
    today: date,
    *,
    meeting_id: str,
) -> Decisions:
    """Not before the meeting, nor to who was there. Those to whom it was brought before are passed over."""
    day, on = meeting.day, command.on or today
    if day is None:
        return refused("no_meeting")
    if meeting.stage is Stage.CANCELLED:
        return refused("cancelled")
    if meeting.kind not in rule.kinds:
        return refused("not_for_study", clause=rule.clause)
    if on < day:
        return refused("delivered_too_early", day=day)
    if on > today:
        return refused("in_future", day=on)
    if there := [one for one in command.member_ids if one in meeting.came]:
        return refused("came_to_it", member_ids=there)
    new = tuple(one for one in command.member_ids if one not in meeting.studied)
    if into := next((members[one].alias.into for one in new if members[one].alias.into), None):
        return refused("merged", into=into)
    if strangers := [one for one in new if not was_on_roll(members[one], day)]:
        return refused("not_on_roll", member_ids=strangers)
    if not new:
        return {}
    delivered = facts(StudyDelivered(meeting_id=meeting_id, material=command.material), on=on)
    return dict.fromkeys(new, delivered) | {meeting_id: facts(StudyBrought(member_ids=new), on=on)}


def take_study_back(meeting: Meeting, command: TakeStudyBack, today: date, *, meeting_id: str) -> Decisions:
    """It was a slip. Of whom nothing stands noted, nothing is taken back."""
    if meeting.day is None:
        return refused("no_meeting")
    known = tuple(one for one in command.member_ids if one in meeting.studied)
    if not known:
        return {}
    slip = facts(AttendanceTakenBack(meeting_id=meeting_id, was=Noted.DELIVERED), on=today)
    return dict.fromkeys(known, slip) | {meeting_id: facts(StudyTakenBack(member_ids=known), on=today)}
