"""Stream `member`, the part about meetings beside `Attended`: who could not come, and what was noted by mistake."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from events.facts.base import Contact, Sealed
from events.facts.member import MemberFact


class Noted(StrEnum):
    """What had been noted of a member and a meeting."""

    ATTENDED = "attended"
    EXCUSED = "excused"
    DELIVERED = "delivered"


class Excused(MemberFact, name="hearth.member.excused", version=1, published=True):
    """The member asked leave of this meeting, whose day is the effective day. Nobody saw them. Source: DOMAIN R9."""

    meeting_id: str
    why: Sealed[Contact, str | None] = None


class AttendanceTakenBack(MemberFact, name="hearth.member.attendance_taken_back", version=1, published=True):
    """The `Attended` (or what `was` says) of this meeting was a slip: whatever counted it counts it no more. Source:
    DOMAIN R9. Effective on the day of the meeting, as what it takes back.
    """

    meeting_id: str
    was: Noted


class Invited(MemberFact, name="hearth.member.invited", version=1, published=True):
    """The member is asked to come to a meeting that is called. Effective on the day of asking. Source: DOMAIN R9."""

    meeting_id: str
    title: str
    starts_at: datetime
    place: str | None = None


class StudyDelivered(MemberFact, name="hearth.member.study_delivered", version=1, published=True):
    """What was studied at a meeting was brought to the member's door: attendance of its own kind. Effective on the day
    of the delivery. Source: DOMAIN R9.
    """

    meeting_id: str
    material: str | None = None


class LeftOutOfQuorum(MemberFact, name="hearth.member.left_out_of_quorum", version=1):
    """The member does not count at this meeting unless they come: a superior approved it and a meeting voted it, as the
    meeting's own fact says. The ground may be an illness, so it is sealed. Source: DOMAIN §4 "quorum".
    """

    meeting_id: str
    ground: Sealed[Contact, str]


class CountedAgain(MemberFact, name="hearth.member.counted_again", version=1):
    """The member counts at this meeting after all. Source: DOMAIN R9."""

    meeting_id: str


ToldElsewhere = Invited | StudyDelivered | LeftOutOfQuorum | CountedAgain
MeetingPart = Excused | AttendanceTakenBack | ToldElsewhere
