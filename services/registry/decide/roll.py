"""The roll of a meeting: it is called, and a voter is left out of it by an approval, or counts again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Final

from pydantic import Field

from events.facts.decision import Command, Decision, Decisions, Refused, facts, nothing, refused
from events.facts.meeting import MeetingKind
from events.facts.meeting_roll import ExclusionTakenBack, VoterExcluded
from events.facts.member_meeting import CountedAgain, LeftOutOfQuorum
from services.registry.decide.meeting import Meeting, Stage
from services.registry.decide.meeting_policy import ExclusionRule
from services.registry.decide.policy import MeetingsPolicy
from services.registry.decide.quorum import OnRoster, called, roll_of
from services.registry.decide.values import Line, Text

WITHOUT_ROLL: Final = frozenset({MeetingKind.JOINT})
"""Kinds of meetings at which nothing is voted."""
_People = Annotated[int, Field(ge=0, le=100_000)]


class ExcludeVoter(Command):
    """A voter is not counted unless they come. `ground` is a code of the policy; both agreements are evidence."""

    member_id: str
    ground: Line
    approved_by: Line
    approval_no: Line
    approved_on: date
    voted_on: date
    in_favour: _People
    present: _People


class CountAgain(Command):
    """The voter counts after all."""

    member_id: str
    reason: Text | None = None


def call_roll(meeting: Meeting, roster: Sequence[OnRoster], rules: MeetingsPolicy, *, again: bool = False) -> Decision:
    """Who has a vote is laid down, for ever, as the register knows it; `again`: the register has become righter since.

    One that stands is not called twice by itself: the numbers people saw while they signed in go on being true.
    """
    if meeting.day is None:
        return refused("no_meeting")
    if meeting.kind in WITHOUT_ROLL or (meeting.roll is not None and not again):
        return nothing()
    if refusal := closed(meeting):
        return refusal if again else nothing()
    if not roster:
        return refused("nobody_to_call") if again else nothing()
    fact = called(roster, meeting.day, rules)
    return nothing() if meeting.roll == roll_of(fact) else facts(fact, on=meeting.day)


def exclude(meeting: Meeting, command: ExcludeVoter, rule: ExclusionRule, today: date, *, meeting_id: str) -> Decisions:
    """Both agreements came first: the superior's, and that of more than half of those at a meeting."""
    if meeting.day is None or meeting.roll is None:
        return refused("no_meeting" if meeting.day is None else "no_roll")
    who = command.member_id
    if who in meeting.excluded:
        return {}
    if refusal := closed(meeting) or _lacking(meeting, command, rule, today):
        return refusal
    excluded = VoterExcluded(
        member_id=who,
        approved_by=command.approved_by,
        approval_no=command.approval_no,
        approved_on=command.approved_on,
        voted_on=command.voted_on,
        in_favour=command.in_favour,
        present=command.present,
        clause=rule.clause,
    )
    left_out = LeftOutOfQuorum(meeting_id=meeting_id, ground=rule.grounds[command.ground])
    return {who: facts(left_out, on=meeting.day), meeting_id: facts(excluded, on=meeting.day)}


def _lacking(meeting: Meeting, command: ExcludeVoter, rule: ExclusionRule, today: date) -> Refused | None:
    assert meeting.day is not None
    assert meeting.roll is not None
    if command.member_id not in meeting.roll.voters:
        return refused("not_a_voter")
    if command.member_id in meeting.present:
        return refused("voter_is_there")
    if command.ground not in rule.grounds:
        return refused(
            "unknown_ground", known=list(rule.grounds.values()), codes=list(rule.grounds), clause=rule.clause
        )
    latest = min(meeting.day, today)
    for what, day in (("approved_on", command.approved_on), ("voted_on", command.voted_on)):
        if day > latest:
            return refused("agreed_too_late", what=what, day=latest)
    if command.in_favour > command.present:
        return refused("more_votes_than_people", votes=command.in_favour, present=command.present)
    if 2 * command.in_favour <= command.present:
        return refused("not_agreed", in_favour=command.in_favour, present=command.present, clause=rule.clause)
    return None


def count_again(meeting: Meeting, command: CountAgain, *, meeting_id: str) -> Decisions:
    """It was a slip, or the ground is gone."""
    if meeting.day is None:
        return refused("no_meeting")
    if command.member_id not in meeting.excluded:
        return {}
    if refusal := closed(meeting):
        return refusal
    return {
        command.member_id: facts(CountedAgain(meeting_id=meeting_id), on=meeting.day),
        meeting_id: facts(ExclusionTakenBack(member_id=command.member_id), on=meeting.day),
    }


def closed(meeting: Meeting) -> Refused | None:
    """Why nothing about who counts can change any more; None while it can."""
    if meeting.stage is Stage.CANCELLED:
        return refused("cancelled")
    if meeting.minutes.frozen:
        return refused("minutes_frozen")
    return refused("has_votes") if meeting.minutes.voted else None
