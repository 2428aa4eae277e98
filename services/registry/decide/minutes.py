"""What a meeting decides: a motion is put and counted, the minutes are frozen, and corrected by adding to them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from events.facts.decision import Command, Decision, Happened, Refused, facts, nothing, refused
from events.facts.meeting_minutes import (
    FrozenQuorum,
    MinutesCorrected,
    MinutesFrozen,
    MotionPut,
    Voted,
    VoteKind,
    VoteTakenBack,
)
from services.registry.decide.meeting import Meeting, Stage
from services.registry.decide.minutes_state import Motion
from services.registry.decide.policy import MeetingsPolicy
from services.registry.decide.quorum import Quorum, quorum

MOTIONS_MAX: Final = 100
Long = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
_Words = Annotated[str, StringConstraints(min_length=1, max_length=500)]
_Votes = Annotated[int, Field(ge=0, le=100_000)]


class PutMotion(Command):
    """The meeting is asked this. In an election each candidate is a motion. `secret`: by secret ballot."""

    motion: _Words
    kind: VoteKind = VoteKind.ORDINARY
    secret: bool = False


class RecordVote(PutMotion):
    """So many voted for, against and abstained; the motion is put by the way, if it was not. Never who voted how."""

    in_favour: _Votes
    against: _Votes = 0
    abstain: _Votes = 0


class TakeVoteBack(Command):
    """The counts of this motion, by its number, were a slip."""

    motion: Annotated[int, Field(ge=1, le=MOTIONS_MAX)]


class FreezeMinutes(Command):
    """The minutes are closed."""

    text: Long


class CorrectMinutes(Command):
    """Something is added to minutes that are frozen."""

    text: Long


def put(meeting: Meeting, command: PutMotion, today: date) -> Decision:
    """A motion is put; one that waits for its counts is not put twice."""
    if _find(meeting, command) is not None:
        return nothing()
    refusal = _not_deciding(meeting, today)
    if refusal or meeting.day is None:
        return refusal or refused("no_meeting")
    if len(meeting.minutes.motions) >= MOTIONS_MAX:
        return refused("too_many_motions", most=MOTIONS_MAX)
    number = len(meeting.minutes.motions) + 1
    return facts(
        MotionPut(motion=number, words=command.motion, kind=command.kind, secret=command.secret), on=meeting.day
    )


def vote(meeting: Meeting, command: RecordVote, rules: MeetingsPolicy, today: date) -> Decision:
    """The counts of a motion, with the result by its rule. Nothing is decided without a quorum, nor by more votes than
    there are voters in the room.
    """
    counts = (command.in_favour, command.against, command.abstain)
    found = _find(meeting, command)
    if found is not None and found[1].counts is not None:
        same = found[1].counts == counts
        return nothing() if same else refused("voted_already", motion=command.motion)
    refusal = _not_deciding(meeting, today)
    if refusal or meeting.day is None or meeting.roll is None:
        return refusal or refused("no_roll")
    now = quorum(meeting.roll, meeting.excluded, meeting.present, election=command.kind is VoteKind.ELECTION)
    if not now.reached:
        return refused("no_quorum", missing=now.missing, present=now.present, needed=now.needed, clause=now.clause)
    if sum(counts) > now.present:
        return refused("more_votes_than_people", votes=sum(counts), present=now.present)
    asked = put(meeting, command, today) if found is None else nothing()
    if isinstance(asked, Refused):
        return asked
    number = found[0] if found else len(meeting.minutes.motions) + 1
    counted = Happened(((_result(number, command, now, rules), meeting.day),))
    return Happened((*asked.facts, *counted.facts))


def _result(number: int, command: RecordVote, now: Quorum, rules: MeetingsPolicy) -> Voted:
    if command.kind is VoteKind.ELECTION:
        of, over, clause = now.present, rules.election.elected_over_permille, rules.election.clause_elected
    else:
        of, over, clause = now.voters, rules.vote.in_favour_over_permille, rules.vote.clause
    needed = of * over // 1000 + 1
    return Voted(
        motion=number,
        in_favour=command.in_favour,
        against=command.against,
        abstain=command.abstain,
        present=now.present,
        voters=now.voters,
        needed=needed,
        carried=command.in_favour >= needed,
        clause=clause,
    )


def take_vote_back(meeting: Meeting, command: TakeVoteBack) -> Decision:
    """The counts were a slip: the motion waits for others."""
    if meeting.day is None:
        return refused("no_meeting")
    motions = meeting.minutes.motions
    if command.motion > len(motions):
        return refused("no_motion")
    if motions[command.motion - 1].counts is None:
        return nothing()
    if meeting.minutes.frozen:
        return refused("minutes_frozen")
    return facts(VoteTakenBack(motion=command.motion), on=meeting.day)


def freeze(meeting: Meeting, command: FreezeMinutes, today: date) -> Decision:
    """The minutes are closed with who came, the quorum and the votes. Closed again with the same words: nothing."""
    if meeting.minutes.frozen:
        return nothing() if meeting.minutes.text == command.text else refused("minutes_frozen")
    if refusal := _not_held(meeting, today):
        return refusal
    number = None
    if meeting.roll is not None:
        now = quorum(meeting.roll, meeting.excluded, meeting.present)
        number = FrozenQuorum(
            present=now.present,
            voters=now.voters,
            excluded=tuple(now.excluded),
            needed=now.needed,
            reached=now.reached,
            clause=now.clause,
        )
    frozen = MinutesFrozen(
        text=command.text,
        present=tuple(sorted(meeting.present)),
        excused=tuple(sorted(meeting.excused)),
        quorum=number,
    )
    return facts(frozen, on=today)


def correct(meeting: Meeting, command: CorrectMinutes, today: date) -> Decision:
    """Words are added to minutes that are frozen."""
    if not meeting.minutes.frozen:
        return refused("not_frozen")
    if command.text in meeting.minutes.corrections:
        return nothing()
    return facts(MinutesCorrected(text=command.text), on=today)


def _find(meeting: Meeting, command: PutMotion) -> tuple[int, Motion] | None:
    asked = (command.motion, command.kind)
    return next(
        ((number, one) for number, one in enumerate(meeting.minutes.motions, 1) if (one.words, one.kind) == asked), None
    )


def _not_held(meeting: Meeting, today: date) -> Refused | None:
    if meeting.day is None:
        return refused("no_meeting")
    if meeting.stage is Stage.CANCELLED:
        return refused("cancelled")
    return refused("not_yet", day=meeting.day) if today < meeting.day else None


def _not_deciding(meeting: Meeting, today: date) -> Refused | None:
    if refusal := _not_held(meeting, today):
        return refusal
    if meeting.minutes.frozen:
        return refused("minutes_frozen")
    return refused("no_roll") if meeting.roll is None else None
