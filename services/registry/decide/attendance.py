"""Who came to a meeting, beside signing in: who asked leave, what was a slip, and how many guests there were."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, NonNegativeInt, model_validator

from events.facts.decision import Command, Decision, Decisions, Happened, Refused, facts, nothing, refused
from events.facts.meeting import Guests, GuestsCounted, MembersExcused, NotesTakenBack
from events.facts.meeting_minutes import MinutesCorrected
from events.facts.member_meeting import AttendanceTakenBack, Excused, Noted
from services.registry.decide.meeting import Meeting, Stage, was_on_roll
from services.registry.decide.meeting_policy import LeaveRule
from services.registry.decide.member import Member
from services.registry.decide.values import Text


def _each(value: Any) -> Any:
    """Ids may stand in one text, as a form hides them that puts something back."""
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
        return value
    return tuple(dict.fromkeys(found for one in given for each in one.split(",") if (found := each.strip())))


MemberIds = Annotated[tuple[str, ...], BeforeValidator(_each), Field(min_length=1, max_length=900)]


class Excuse(Command):
    """These members asked leave. The API names one as `member_id`; `reason` is sealed, and may be left out."""

    member_ids: MemberIds
    reason: Text | None = None

    @model_validator(mode="before")
    @classmethod
    def _one(cls, given: Any) -> Any:
        if isinstance(given, dict) and "member_id" in given and "member_ids" not in given:
            return {"member_ids": [given["member_id"]]} | {k: v for k, v in given.items() if k != "member_id"}
        return given


class TakeBack(Command):
    """What was noted of these members and the meeting was a slip."""

    member_ids: MemberIds
    reason: Text | None = None


class CountGuests(Command):
    """So many came from each partner unit, by its id."""

    guests: Annotated[Mapping[str, Annotated[NonNegativeInt, Field(le=100_000)]], Field(min_length=1, max_length=20)]


def excuse(
    meeting: Meeting,
    members: Mapping[str, Member],
    command: Excuse,
    rule: LeaveRule,
    today: date,
    *,
    meeting_id: str,
    post: str,
) -> Decisions:
    """Members asked leave, before the day or after it: a fact of each and one of the meeting, or none at all. `post` is
    that of whoever says yes.

    Who signed in was there, and must be taken back first. Those excused before are passed over.
    """
    if meeting.stage is Stage.CANCELLED:
        return refused("cancelled")
    day = meeting.day
    if day is None:
        return refused("no_meeting")
    if there := [one for one in command.member_ids if one in meeting.came]:
        return refused("was_there", member_ids=there)
    new = tuple(one for one in command.member_ids if one not in meeting.excused)
    if into := next((members[one].alias.into for one in new if members[one].alias.into), None):
        return refused("merged", into=into)
    if strangers := [one for one in new if not was_on_roll(members[one], day)]:
        return refused("not_on_roll", member_ids=strangers)
    if not new:
        return {}
    if meeting.minutes.frozen:
        return refused("minutes_frozen")
    if post not in (who := rule.posts(day, today)):
        return refused("may_not_excuse", who=list(who), late=today > day, clause=rule.clause)
    excused = facts(Excused(meeting_id=meeting_id, why=command.reason), on=day)
    return dict.fromkeys(new, excused) | {meeting_id: facts(MembersExcused(member_ids=new), on=day)}


def take_back(meeting: Meeting, command: TakeBack, today: date, *, meeting_id: str) -> Decisions:
    """They were not there after all, or asked no leave. Of whom nothing stands noted, nothing is taken back. Frozen
    minutes stay: that somebody did not come is added to them.
    """
    if meeting.day is None:
        return refused("no_meeting")
    attended = tuple(one for one in command.member_ids if one in meeting.came)
    excused = () if meeting.minutes.frozen else tuple(one for one in command.member_ids if one in meeting.excused)
    if not attended and not excused:
        return {}
    found: dict[str, Happened] = {}
    for people, was in ((attended, Noted.ATTENDED), (excused, Noted.EXCUSED)):
        found |= {one: facts(AttendanceTakenBack(meeting_id=meeting_id, was=was), on=meeting.day) for one in people}
    if meeting.minutes.frozen:
        return found | {meeting_id: facts(MinutesCorrected(did_not_come=attended), on=today)}
    return found | {meeting_id: facts(NotesTakenBack(attended=attended, excused=excused), on=meeting.day)}


def count_guests(meeting: Meeting, command: CountGuests, today: date) -> Decision:
    """How many came from the units it was held with; counted again, the later figure holds."""
    if refusal := _not_held(meeting, today):
        return refusal
    if stranger := next((one for one in command.guests if one not in meeting.partners), None):
        return refused("not_held_with", partner_id=stranger)
    guests = {**meeting.guests, **command.guests}
    if guests == meeting.guests:
        return nothing()
    counted = tuple(Guests(partner_id=one, people=guests[one]) for one in meeting.partners if one in guests)
    return facts(GuestsCounted(guests=counted), on=today)


def _not_held(meeting: Meeting, today: date) -> Refused | None:
    if meeting.day is None:
        return refused("no_meeting")
    if meeting.stage is Stage.CANCELLED:
        return refused("cancelled")
    return refused("not_yet", day=meeting.day) if today < meeting.day else None
