"""Stream `meeting`, the part about what was decided: motions and their counts, and the minutes."""

from __future__ import annotations

from enum import StrEnum

from events.facts.base import Contact, Sealed
from events.facts.meeting import MeetingFact
from events.facts.people import Word


class VoteKind(StrEnum):
    """By which rule a motion is carried."""

    ORDINARY = "ordinary"
    """一般表决"""
    ELECTION = "election"
    """选举：一名候选人一项"""


class MotionPut(MeetingFact, name="hearth.meeting.motion_put", version=1):
    """The meeting is asked this; motions are numbered from 1. Effective on the meeting's day. Source: DOMAIN R9."""

    motion: int
    words: str
    kind: VoteKind = VoteKind.ORDINARY
    secret: bool = False


class Voted(MeetingFact, name="hearth.meeting.voted", version=1):
    """So many were for, against and abstained; never who. The result is by the rule of the day: it takes `needed` in
    favour, of all voters in an ordinary vote, of those present in an election. Source: DOMAIN §4 "quorum".
    """

    motion: int
    in_favour: int
    against: int
    abstain: int
    present: int
    """Voters who were there when it was counted …"""
    voters: int
    """… and all that count."""
    needed: int
    carried: bool
    clause: str


class VoteTakenBack(MeetingFact, name="hearth.meeting.vote_taken_back", version=1):
    """The counts of this motion were a slip. Source: DOMAIN R9."""

    motion: int


class FrozenQuorum(Word):
    """The number as it stands in the minutes."""

    present: int
    voters: int
    excluded: tuple[str, ...] = ()
    needed: int
    reached: bool
    clause: str


class MinutesFrozen(MeetingFact, name="hearth.meeting.minutes_frozen", version=1):
    """The minutes are closed, with who came, the quorum and the votes as they are; what comes later is a correction.
    Effective on the day of closing. Source: DOMAIN R9.
    """

    text: Sealed[Contact, str]
    present: tuple[str, ...]
    excused: tuple[str, ...] = ()
    quorum: FrozenQuorum | None = None
    """None where nothing is voted."""


class MinutesCorrected(MeetingFact, name="hearth.meeting.minutes_corrected", version=1):
    """Added to frozen minutes, which stay as they are: words, or people who were there after all (each has an
    `Attended` in the same append), or were not (each has an `AttendanceTakenBack`). Source: DOMAIN R9.
    """

    text: Sealed[Contact, str | None] = None
    came: tuple[str, ...] = ()
    did_not_come: tuple[str, ...] = ()
