"""Stream `meeting`: a meeting is called, members sign in, or it does not take place. Its roll: `roll.py`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_serializer

from events.facts.base import Fact
from events.facts.decision import Command, Decider, Decision, Decisions, UnknownFact, facts, nothing, refused
from events.facts.meeting import (
    Cancelled,
    GuestsCounted,
    MeetingKind,
    MembersExcused,
    MembersInvited,
    NotesTakenBack,
    Scheduled,
    SignedIn,
)
from events.facts.meeting_minutes import MinutesCorrected
from events.facts.meeting_roll import ExclusionTakenBack, RollCalled, VoterExcluded
from events.facts.meeting_study import StudyBrought, StudyTakenBack
from events.facts.member import AttendanceWay, Attended
from services.registry.decide.member import Member, Standing
from services.registry.decide.minutes_state import Minutes, remember
from services.registry.decide.quorum import Roll, roll_of
from services.registry.decide.values import Line, Text

CHINA: Final = timezone(timedelta(hours=8))
"""The country keeps one clock; a time given without a zone is meant by it, and days are counted by it."""


def _with_zone(moment: datetime) -> datetime:
    return moment.replace(tzinfo=CHINA) if moment.tzinfo is None else moment


class ScheduleMeeting(Command):
    """Call a meeting of a branch (by its id), of one of its groups, or of the whole community; `partners` are the units
    it is held with.
    """

    kind: MeetingKind
    branch: str | None = None
    group: str | None = None
    starts_at: Annotated[datetime, AfterValidator(_with_zone)]
    title: Line
    place: Line | None = None
    partners: Annotated[tuple[str, ...], Field(max_length=20)] = ()


class SignIn(Command):
    """These members took part."""

    member_ids: Annotated[tuple[str, ...], Field(min_length=1, max_length=900)]
    way: AttendanceWay = AttendanceWay.IN_PERSON


class CancelMeeting(Command):
    """The meeting does not take place."""

    why: Text | None = None


# ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────


class Stage(StrEnum):
    """How far the meeting has come."""

    UNKNOWN = "unknown"
    SCHEDULED = "scheduled"
    CANCELLED = "cancelled"


class Meeting(BaseModel):
    """What decisions about a meeting need to remember: its day, who has signed in, and who asked leave."""

    model_config = ConfigDict(frozen=True)

    stage: Stage = Stage.UNKNOWN
    kind: MeetingKind | None = None
    branch_id: str | None = None
    starts_at: datetime | None = None
    present: frozenset[str] = frozenset()
    excused: frozenset[str] = frozenset()
    partners: tuple[str, ...] = ()
    guests: Mapping[str, int] = {}
    """How many came from each partner unit, as it was counted last."""
    roll: Roll | None = None
    """Who has a vote, once it was called."""
    excluded: frozenset[str] = frozenset()
    """Voters whom an approval leaves out unless they come."""
    minutes: Minutes = Minutes()
    title: str = ""
    place: str | None = None
    invited: frozenset[str] = frozenset()
    studied: frozenset[str] = frozenset()
    """To whom study was brought."""

    @field_serializer("present", "excused", "excluded", "studied", "invited")
    def _in_order(self, people: frozenset[str]) -> list[str]:
        """A set has another order in every process; the same state must be the same snapshot, byte for byte."""
        return sorted(people)

    @property
    def came(self) -> frozenset[str]:
        """Who came, as it is known now: `present` and, once the minutes are frozen, what was corrected since."""
        return (self.present | self.minutes.came) - self.minutes.did_not_come

    @property
    def day(self) -> date | None:
        """The day of the meeting, by the country's clock."""
        return None if self.starts_at is None else self.starts_at.astimezone(CHINA).date()


# ── evolve ───────────────────────────────────────────────────────────────────────────────────────────────────────


def evolve(meeting: Meeting, fact: Fact, effective: date) -> Meeting:
    """The meeting after a fact. Raises `UnknownFact` on a fact of another stream."""
    match fact:
        case Scheduled():
            return Meeting(
                stage=Stage.SCHEDULED,
                kind=fact.kind,
                branch_id=fact.branch_id,
                starts_at=fact.starts_at,
                partners=fact.partner_ids,
                title=fact.title,
                place=fact.place,
            )
        case SignedIn():
            came = {"present": meeting.present.union(fact.member_ids), "excused": meeting.excused - {*fact.member_ids}}
            return meeting.model_copy(update=came)
        case MembersExcused():
            return meeting.model_copy(update={"excused": meeting.excused.union(fact.member_ids)})
        case NotesTakenBack():
            left = {"present": meeting.present - {*fact.attended}, "excused": meeting.excused - {*fact.excused}}
            return meeting.model_copy(update=left)
        case GuestsCounted():
            return meeting.model_copy(update={"guests": {one.partner_id: one.people for one in fact.guests}})
        case Cancelled():
            return meeting.model_copy(update={"stage": Stage.CANCELLED})
        case _:
            return _counted(meeting, fact)


def _counted(meeting: Meeting, fact: Fact) -> Meeting:
    match fact:
        case RollCalled():
            return meeting.model_copy(update={"roll": roll_of(fact)})
        case VoterExcluded():
            return meeting.model_copy(update={"excluded": meeting.excluded | {fact.member_id}})
        case ExclusionTakenBack():
            return meeting.model_copy(update={"excluded": meeting.excluded - {fact.member_id}})
        case MembersInvited():
            return meeting.model_copy(update={"invited": meeting.invited.union(fact.member_ids)})
        case StudyBrought():
            return meeting.model_copy(update={"studied": meeting.studied.union(fact.member_ids)})
        case StudyTakenBack():
            return meeting.model_copy(update={"studied": meeting.studied - {*fact.member_ids}})
        case _ if (minutes := remember(meeting.minutes, fact)) is not None:
            return meeting.model_copy(update={"minutes": minutes})
        case _:
            raise UnknownFact("meeting", fact)


MEETING: Final = Decider(owner="registry", stream="meeting", initial=Meeting(), evolve=evolve)


# ── decide ───────────────────────────────────────────────────────────────────────────────────────────────────────


OF_GROUPS: Final = frozenset(
    {MeetingKind.GROUP, MeetingKind.ORGANISATION_LIFE, MeetingKind.THEME_DAY, MeetingKind.OTHER}
)
"""Kinds of meetings that a group may hold by itself."""


def schedule(meeting: Meeting, command: ScheduleMeeting, groups: Collection[str] = ()) -> Decision:
    """Call a meeting; one that was held may be put on record afterwards, so its day may lie in the past. `groups` are
    those of the branch: where there are any, a group's meeting says which one, since only its members count.
    """
    if meeting.stage is not Stage.UNKNOWN:
        same = meeting.stage is Stage.SCHEDULED and meeting.starts_at == command.starts_at
        return nothing() if same else refused("already_scheduled", starts_at=meeting.starts_at)
    partners = tuple(dict.fromkeys(command.partners))
    if command.kind is MeetingKind.JOINT and not partners:
        return refused("held_with_nobody")
    if command.group is None and command.kind is MeetingKind.GROUP and groups:
        return refused("which_group")
    if command.group is not None and command.kind not in OF_GROUPS:
        return refused("not_of_a_group", kind=command.kind)
    if command.group is not None and command.group not in groups:
        return refused("no_group")
    scheduled = Scheduled(
        kind=command.kind,
        branch_id=command.branch,
        starts_at=command.starts_at,
        title=command.title,
        place=command.place,
        partner_ids=partners,
        group_id=command.group,
    )
    return facts(scheduled, on=command.starts_at.astimezone(CHINA).date())


def sign_in(
    meeting: Meeting, members: Mapping[str, Member], command: SignIn, today: date, *, meeting_id: str
) -> Decisions:
    """Members took part: one fact of the meeting and one of each member, together or not at all.

    `members` holds the state of every id of the command. Those who have signed in before are passed over. Once the
    minutes are frozen, who came all the same is added to them as a correction: the quorum they hold stays what it is.
    """
    if meeting.stage is Stage.UNKNOWN or meeting.day is None:
        return refused("no_meeting")
    if meeting.stage is Stage.CANCELLED:
        return refused("cancelled")
    if today < meeting.day:
        return refused("not_yet", day=meeting.day)
    new = tuple(dict.fromkeys(one for one in command.member_ids if one not in meeting.came))
    if into := next((members[one].alias.into for one in new if members[one].alias.into), None):
        return refused("merged", into=into)
    if strangers := [one for one in new if not was_on_roll(members[one], meeting.day)]:
        return refused("not_on_roll", member_ids=strangers)
    if not new:
        return {}
    attended = Attended(meeting_id=meeting_id, way=command.way)
    together = {one: facts(attended, on=meeting.day) for one in new}
    if meeting.minutes.frozen:
        return together | {meeting_id: facts(MinutesCorrected(came=new), on=today)}
    return together | {meeting_id: facts(SignedIn(member_ids=new, way=command.way), on=meeting.day)}


def was_on_roll(member: Member, day: date) -> bool:
    """A death after the meeting does not undo that somebody came."""
    return member.standing is Standing.ENROLLED or (member.died_on is not None and day <= member.died_on)


def cancel(meeting: Meeting, command: CancelMeeting, today: date) -> Decision:
    """The meeting does not take place; not possible once somebody has signed in."""
    match meeting.stage:
        case Stage.UNKNOWN:
            return refused("no_meeting")
        case Stage.CANCELLED:
            return nothing()
        case Stage.SCHEDULED:
            took_place = refused("has_taken_place", present=len(meeting.came))
            return took_place if meeting.came or meeting.minutes.frozen else facts(Cancelled(why=command.why), on=today)
