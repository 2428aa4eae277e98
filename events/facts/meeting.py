"""Stream `meeting`, owned by registry: a meeting of a branch, and who came."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from events.facts.base import Fact
from events.facts.member import AttendanceWay
from events.facts.people import Word


class MeetingFact(Fact, owner="registry", stream="meeting"):
    """About one meeting; the entity is the meeting's id."""


class MeetingKind(StrEnum):
    """三会一课 and the other regular meetings (DOMAIN R9)."""

    GENERAL = "general"
    """支部党员大会"""
    COMMITTEE = "committee"
    """支部委员会"""
    GROUP = "group"
    """党小组会"""
    LECTURE = "lecture"
    """党课"""
    THEME_DAY = "theme_day"
    """主题党日"""
    ORGANISATION_LIFE = "organisation_life"
    """组织生活会"""
    APPRAISAL = "appraisal"
    """民主评议党员"""
    JOINT = "joint"
    """共建活动 (DOMAIN R5)"""
    OTHER = "other"


class Scheduled(MeetingFact, name="hearth.meeting.scheduled", version=1):
    """A meeting of the branch (of the whole community, if none is named) will begin then. Source: DOMAIN R9.

    Effective on the day of the meeting; `starts_at` knows its time zone.
    """

    kind: MeetingKind
    branch_id: str | None = None
    starts_at: datetime
    title: str
    place: str | None = None
    partner_ids: tuple[str, ...] = ()
    """The partner units it is held with (DOMAIN R5)."""
    group_id: str | None = None
    """The group (党小组) of the branch whose meeting it is: then its members are those who count."""


class SignedIn(MeetingFact, name="hearth.meeting.signed_in", version=1):
    """These members took part; each has an `Attended` in the same append. Source: DOMAIN R9."""

    member_ids: tuple[str, ...]
    way: AttendanceWay = AttendanceWay.IN_PERSON


class MembersInvited(MeetingFact, name="hearth.meeting.invited", version=1):
    """These members were asked to come; each has an `Invited` in the same append. Effective on the day of asking.
    Source: DOMAIN R9.
    """

    member_ids: tuple[str, ...]


class Cancelled(MeetingFact, name="hearth.meeting.cancelled", version=1):
    """The meeting does not take place. Source: DOMAIN R9."""

    why: str | None = None


class MembersExcused(MeetingFact, name="hearth.meeting.excused", version=1):
    """These members asked leave; each has an `Excused` in the same append. Source: DOMAIN R9."""

    member_ids: tuple[str, ...]


class NotesTakenBack(MeetingFact, name="hearth.meeting.taken_back", version=1):
    """It was a slip that these signed in, or asked leave; each has an `AttendanceTakenBack` in the same append.
    Source: DOMAIN R9.
    """

    attended: tuple[str, ...] = ()
    excused: tuple[str, ...] = ()


class Guests(Word):
    """So many people of a partner unit were there."""

    partner_id: str
    people: int


class GuestsCounted(MeetingFact, name="hearth.meeting.guests_counted", version=1):
    """So many guests came from each unit; counted again, the later figure holds. Source: DOMAIN R5."""

    guests: tuple[Guests, ...]
