"""Members are asked to come to a meeting; whoever keeps up with the facts tells them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from events.facts.decision import Command, Decisions, facts, refused
from events.facts.meeting import MembersInvited
from events.facts.member_meeting import Invited
from services.registry.decide.attendance import MemberIds
from services.registry.decide.meeting import CHINA, Meeting, Stage
from services.registry.decide.member import Member, Standing


class Invite(Command):
    """These members are asked to come."""

    member_ids: MemberIds


def invite(
    meeting: Meeting, members: Mapping[str, Member], command: Invite, today: date, *, meeting_id: str
) -> Decisions:
    """A fact of each member and one of the meeting, or none at all. Those asked before are passed over."""
    if meeting.day is None or meeting.starts_at is None:
        return refused("no_meeting")
    if meeting.stage is Stage.CANCELLED:
        return refused("cancelled")
    if today > meeting.day:
        return refused("meeting_over", day=meeting.day)
    new = tuple(one for one in command.member_ids if one not in meeting.invited)
    if into := next((members[one].alias.into for one in new if members[one].alias.into), None):
        return refused("merged", into=into)
    if strangers := [one for one in new if members[one].standing is not Standing.ENROLLED]:
        return refused("not_on_roll", member_ids=strangers)
    if not new:
        return {}
    at = meeting.starts_at.astimezone(CHINA)  # whoever tells them reads the hour off it
    asked = Invited(meeting_id=meeting_id, title=meeting.title, starts_at=at, place=meeting.place)
    return dict.fromkeys(new, facts(asked, on=today)) | {meeting_id: facts(MembersInvited(member_ids=new), on=today)}
